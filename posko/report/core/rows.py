"""A row of the journal: its columns -> values. Pure.

The hub writes the journal, so a row is as it should be or left out whole: nothing is guessed of it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from contract.packed import unpack
from contract.text import printable
from contract.values import dataclass

T = TypeVar("T")
Raw = Mapping[str, object]

_FARTHEST_S = 1e12  # no clock gives more


class BadRowError(ValueError):
    """A row is not as the hub writes it; the message is the name of the first such column."""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was left out, by its number in SQLite, and the column that cannot be read."""

    number: object
    column: str


def read(raws: Iterable[Raw], make: Callable[[Raw], T]) -> tuple[list[T], list[SkippedRow]]:
    """What *make* makes of each row, and the rows for which it raises BadRowError."""
    made, skipped = [], []
    for raw in raws:
        try:
            made.append(make(raw))
        except BadRowError as error:
            skipped.append(SkippedRow(raw.get("number"), str(error)))
    return made, skipped


def column(raw: Raw, name: str, check: Callable[[object], T]) -> T:
    """The column *name* of *raw*, as *check* reads it. Raises BadRowError."""
    try:
        return check(raw[name])
    except (KeyError, TypeError, ValueError, RecursionError):
        raise BadRowError(name) from None


def optional(check: Callable[[object], T]) -> Callable[[object], T | None]:
    """The check of a column that may be empty."""
    return lambda value: None if value is None else check(value)


def text(value: object) -> str:
    """*value* on one line; a character that people cannot read (a control, an unpaired surrogate) is marked."""
    if not isinstance(value, str):
        raise TypeError(value)
    return printable(value)


def number(value: object) -> float:
    """*value*, a number that a clock may give."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _FARTHEST_S:
        raise TypeError(value)
    return float(value)


def seconds(value: object) -> dict[str, float]:
    """Numbers by name, from a JSON object."""
    return {text(name): number(each) for name, each in _json(value, dict).items()}


def names(value: object) -> tuple[str, ...]:
    """Names, each once, from a JSON list."""
    return tuple(dict.fromkeys(map(text, _json(value, list))))


def _json(value: object, kind: type[T]) -> T:
    if not isinstance(value, str):
        raise TypeError(value)
    found = json.loads(text(unpack(value)))
    if not isinstance(found, kind):
        raise TypeError(value)
    return found
