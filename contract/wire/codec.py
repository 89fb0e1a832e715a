"""JSON <-> messages, dataclasses declared as settings are (`contract.settings.schema`). Pure; nothing is trusted.

    @message
    class Over:
        village: str = option(name)
        age_s: float = option(seconds)
        by: tuple[str, ...] = option(items(text), default=(), omit=True)

    receive(Over, b'{"village": "olean", "age_s": 3, "newer": 1}', "over") == Over(village="olean", age_s=3.0)
    receive(Over, b'{"village": "olean"}', "over") == Refusal("over: age_s: missing; it has no default")
    send(Over(village="olean", age_s=3.0)) == b'{"village":"olean","age_s":3.0}'

Members that a class does not have are passed over: a newer program may send them. For the rest a strict reading refuses
the whole; a lenient one takes defaults, and the value has what was `dropped`.

JSON is sent by hand and by strangers too. What is doubtful (a member twice, NaN, a number of thousands of digits,
nesting without end, tens of thousands of values) refuses the whole, even in a member that is passed over.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, TypeVar, dataclass_transform

from contract.settings.schema import Check, Place, Reading, RefusedError, choice, option, section
from contract.text import unreadable
from contract.values import dataclass

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

MAX_BYTES = 4096  # of what people and posts raise
MAX_BEACON_BYTES = 262_144  # of what programs report: every alarm in force may stand in it
DEEPEST = 16
MOST_VALUES = 10_000  # in one message: what costs a reader time and memory is their number, not their bytes
MOST_ITEMS = 400  # in a list of alarms or faults, as many as can be in force
# RFC 3339, section 5.6.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII)


class BadJsonError(ValueError):
    """JSON that refuses the whole; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message was refused, in words for the event."""

    reason: str


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(option,))
def message(kind: type[T]) -> type[T]:
    """A message, or a part of one: its members are the fields that are options."""
    return dataclass(frozen=True, slots=True, kw_only=True)(kind)


def receive(kind: type[T], payload: bytes, what: str, reading: Reading = Reading.STRICT) -> T | Refusal:
    """The message of *kind* in *payload*; *what* names it in a refusal."""
    found = receive_members(payload, what)
    return found if isinstance(found, Refusal) else read(kind, found, f"{what}: ", reading)


def receive_members(payload: bytes, what: str) -> dict[str, object] | Refusal:
    """The members of the JSON object in *payload*, a *what*."""
    if len(payload) > MAX_BEACON_BYTES:
        return Refusal(f"{what}: more than {MAX_BEACON_BYTES} bytes")
    try:
        return parse(payload.decode())
    except UnicodeDecodeError:
        return Refusal(f"{what}: must be UTF-8")
    except BadJsonError as error:
        return Refusal(f"{what}: {error}")


def read(kind: type[T], found: Mapping[str, object], what: str = "", reading: Reading = Reading.STRICT) -> T | Refusal:
    """The message of *kind* in the members *found*; *what* begins the reason of a refusal."""
    faults: list[str] = []
    try:
        value = section(kind)(found, Place("", faults, reading))
    except RefusedError:
        return Refusal(f"{what}{faults[0]}")
    if faults:
        value = replace(value, dropped=tuple(faults))  # type: ignore[type-var]
    return value


def members(value: Any) -> dict[str, object]:
    """The members of the message *value*, in the order of its fields."""
    found: dict[str, object] = {}
    for each in fields(value):
        member = getattr(value, each.name)
        if each.metadata and not (each.metadata["omit"] and member in (each.default, {})):
            write = _plain if member is None else _WRITTEN.get(_inner(each.metadata["check"]), _plain)
            found[each.name] = write(member)
    return found


def _inner(check: Check[Any]) -> Check[Any]:
    """What *check* reads where it is not null."""
    return check.args[0] if isinstance(check, partial) and check.func is _if_any else check


def send(value: object) -> bytes:
    """The message *value* as one line of JSON in UTF-8."""
    return dump(members(value))


def dump(found: Mapping[str, object]) -> bytes:
    """The members *found* as one line of JSON in UTF-8."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def parse(written: str) -> dict[str, object]:
    """The members of the JSON object in *written*. Raises BadJsonError."""
    try:
        value = json.loads(written, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        raise BadJsonError("JSON nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BadJsonError(f"not JSON: {error.msg} at place {error.pos + 1}") from None
    except BadJsonError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise BadJsonError(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadJsonError("not a JSON object")
    _bounded(value)
    return value


def text(found: object, place: Place) -> str:
    """Text that people can read, or none."""
    if not isinstance(found, str):
        raise place.refuse("must be text")
    character = unreadable(found)
    if character is not None:
        raise place.refuse(f"must be text that people can read; it holds {character}")
    return found


def text_if_any(found: object, place: Place) -> str:
    """Text, or "" for what is none: what it stands beside counts all the same."""
    try:
        return text(found, place)
    except RefusedError:
        return ""


def anything(found: object, _place: Place) -> object:
    """Whatever is there."""
    return found


def name(found: object, place: Place) -> str:
    """Text that is not empty."""
    if not text(found, place):
        raise place.refuse("must not be empty")
    return str(found)


def seconds(found: object, place: Place) -> float:
    """A length of time, written to the millisecond."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < math.inf:
        raise place.refuse("must be a number of seconds, 0 or more")
    return float(min(found, 1e9))


def instant(found: object, place: Place) -> float:
    """Seconds since the epoch, written as RFC 3339 does."""
    written = text(found, place)
    if not _INSTANT.fullmatch(written):
        raise place.refuse(f"{written[:40]!r} must be an instant of RFC 3339, such as 2026-01-31T20:15:00+07:00")
    leap = re.sub(r"(:[0-9]{2}):60", r"\1:59", written)  # a leap second, which datetime does not know
    try:
        return datetime.fromisoformat(leap.upper().replace(" ", "T")).timestamp()
    except (ValueError, OverflowError):
        raise place.refuse(f"{written[:40]!r} must be a date that exists") from None


def one_of(kind: type[E]) -> Check[E]:
    """A value of the enum *kind*."""
    among = choice(*(each.value for each in kind))
    return lambda found, place: kind(among(found, place))


def nullable(check: Check[T]) -> Check[T | None]:
    """What *check* reads, or null; it is written as *check*'s values are."""
    return partial(_if_any, check)


def _if_any(check: Check[T], found: object, place: Place) -> T | None:
    return None if found is None else check(found, place)


def few(check: Check[T]) -> Check[T]:
    """What *check* reads, with MOST_ITEMS members at most."""

    def bounded(found: object, place: Place) -> T:
        if isinstance(found, list | dict) and len(found) > MOST_ITEMS:
            raise place.refuse(f"has {len(found)} members; at most {MOST_ITEMS} are read")
        return check(found, place)

    return bounded


def rfc3339(epoch_s: float) -> str:
    """The instant *epoch_s*, seconds since the epoch, in local time with its offset (RFC 3339)."""
    return datetime.fromtimestamp(epoch_s).astimezone().isoformat(timespec="milliseconds")


def _plain(value: Any) -> object:
    """*value* as JSON has it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return members(value) if is_dataclass(value) else value


# How members are written whose form is not that of their value.
_WRITTEN: dict[Check[Any], Callable[[Any], object]] = {
    instant: rfc3339, seconds: lambda value: round(value, 3),
}


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadJsonError("JSON names a member twice")
    return found


def _no_constant(word: str) -> float:
    raise BadJsonError(f"{word} is not a number in JSON")


def _bounded(value: object) -> None:
    """Refuses what is nested deeper than anyone would type (Python 3.12 and later read on where 3.11 gives up), and
    what has more values than any message of the contract.
    """
    level, count = [value], 0
    for _ in range(DEEPEST):
        level = [
            inner for each in level if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        count += len(level)
        if count > MOST_VALUES:
            raise BadJsonError(f"JSON of more than {MOST_VALUES} values")
        if not level:
            return
    raise BadJsonError("JSON nested too deeply")
