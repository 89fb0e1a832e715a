"""The journal's rows: columns as they come -> values. Pure.

The hub writes the journal, so a row is as it should be or refused whole: what stands in it by mistake is not reported.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from contract.domain.alarm import Status
from contract.wire.alarm import SYNCED
from posko.core.effects import End

T = TypeVar("T")
Raw = Mapping[str, object]

_FARTHEST_S = 1e12  # no clock gives more


class BadRowError(ValueError):
    """A row is not as the hub writes it; the message is the name of the first such column."""


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm as the hub left it.

    `first_at`, `until` and `ended_at` are of a clock that never jumps, `first_wall` is `first_at` in seconds since the
    epoch. `sounds` are the posts that sounded, and how many seconds after `first_at`. Without `end` and `ended_at` it
    was in force.
    """

    first: str
    village: str
    incident: str
    status: Status
    origin: str
    first_at: float
    until: float
    first_wall: float
    synced: bool
    sounds: Mapping[str, float]
    expected: tuple[str, ...]
    ended_at: float | None
    end: End | None


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A patrol; `wall` is when, in seconds since the epoch."""

    identifier: str
    village: str
    post: str
    origin: str
    wall: float
    synced: bool


def alarm(raw: Raw) -> AlarmRow:
    """The row of the table `alarms` whose columns are *raw*. Raises BadRowError."""
    return AlarmRow(
        _read(raw, "first", _text), _read(raw, "village", _text), _read(raw, "incident", _text),
        _read(raw, "status", Status), _read(raw, "origin", _text), _read(raw, "first_at", _number),
        _read(raw, "until", _number), _read(raw, "first_wall", _number), _read(raw, "synced", _number) == 1.0,
        _read(raw, "sounds", _seconds), _read(raw, "expected", _names), _read(raw, "ended_at", _optional(_number)),
        _read(raw, "end", _optional(End)),
    )


def round_made(raw: Raw) -> RoundRow:
    """The row of the table `ronda` whose columns are *raw*. Raises BadRowError."""
    return RoundRow(
        _read(raw, "identifier", _text), _read(raw, "village", _text), _read(raw, "post", _text),
        _read(raw, "origin", _text), _read(raw, "wall", _number), _read(raw, "clock", _text) == SYNCED,
    )


def _read(raw: Raw, column: str, check: Callable[[object], T]) -> T:
    try:
        return check(raw[column])
    except (KeyError, TypeError, ValueError, RecursionError):
        raise BadRowError(column) from None


def _optional(check: Callable[[object], T]) -> Callable[[object], T | None]:
    return lambda value: None if value is None else check(value)


def _text(value: object) -> str:
    """*value* on one line; a character that people cannot read (a control, an unpaired surrogate) is marked."""
    if not isinstance(value, str):
        raise TypeError(value)
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _FARTHEST_S:
        raise TypeError(value)
    return float(value)


def _seconds(value: object) -> dict[str, float]:
    """Numbers by name, from a JSON object."""
    return {_text(name): _number(each) for name, each in _json(value, dict).items()}


def _names(value: object) -> tuple[str, ...]:
    """Names, each once, from a JSON list."""
    return tuple(dict.fromkeys(map(_text, _json(value, list))))


def _json(value: object, kind: type[T]) -> T:
    found = json.loads(_text(value))
    if not isinstance(found, kind):
        raise TypeError(value)
    return found
