"""The journal's rows: columns as they come -> values, whatever stands in them. Pure; nothing here raises.

What cannot be understood of a row is left out and its column named in `doubts`, so that the rest can be shown.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from contract.domain.alarm import Status
from contract.wire.alarm import SYNCED
from posko.core.effects import End

Raw = Mapping[str, object]
_ILLEGIBLE = "\ufffd"


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
    first_at: float | None
    until: float | None
    first_wall: float | None
    synced: bool
    sounds: Mapping[str, float]
    expected: tuple[str, ...]
    ended_at: float | None
    end: End | None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A watch's round; `wall` is when, in seconds since the epoch."""

    identifier: str
    village: str
    post: str
    origin: str
    wall: float | None
    synced: bool
    doubts: tuple[str, ...] = ()


def alarm(raw: Raw) -> AlarmRow:
    """The row of the table `alarms` whose columns are *raw*."""
    columns = _Columns(raw)
    return AlarmRow(
        columns.text("first"), columns.text("village"), columns.text("incident"), columns.status(),
        columns.text("origin"), columns.number("first_at"), columns.number("until"), columns.number("first_wall"),
        columns.raw("synced") == 1, columns.seconds("sounds"), columns.names("expected"),
        columns.number("ended_at", optional=True), columns.end(), tuple(columns.doubts),
    )


def round_made(raw: Raw) -> RoundRow:
    """The row of the table `ronda` whose columns are *raw*."""
    columns = _Columns(raw)
    return RoundRow(
        columns.text("identifier"), columns.text("village"), columns.text("post"), columns.text("origin"),
        columns.number("wall"), columns.text("clock") == SYNCED, tuple(columns.doubts),
    )


class _Columns:
    """One row's columns, each as what it should be; those that are not are in `doubts`."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self.doubts: dict[str, None] = {}

    def raw(self, column: str) -> object:
        return self._raw.get(column)

    def text(self, column: str) -> str:
        value = self.raw(column)
        if not isinstance(value, str):
            self._doubt(column)
            return ""
        return _legible(value)

    def number(self, column: str, *, optional: bool = False) -> float | None:
        value = self.raw(column)
        if value is None and optional:
            return None
        found = _finite(value)
        if found is None:
            self._doubt(column)
        return found

    def status(self) -> Status:
        try:
            return Status(self.raw("status"))
        except ValueError:
            self._doubt("status")
            return Status.ACTUAL

    def end(self) -> End | None:
        value = self.raw("end")
        try:
            return None if value is None else End(value)
        except ValueError:
            self._doubt("end")
            return None

    def seconds(self, column: str) -> dict[str, float]:
        """Numbers by name, from a JSON object."""
        found = self._json(column)
        pairs = found.items() if isinstance(found, dict) else ()
        known = {_legible(name): number for name, each in pairs if (number := _finite(each)) is not None}
        if not isinstance(found, dict) or len(known) < len(found):
            self._doubt(column)
        return known

    def names(self, column: str) -> tuple[str, ...]:
        """Names, each once, from a JSON list."""
        found = self._json(column)
        known = dict.fromkeys(
            _legible(each) for each in (found if isinstance(found, list) else ()) if isinstance(each, str)
        )
        if not isinstance(found, list) or len(known) < len(found):
            self._doubt(column)
        return tuple(known)

    def _json(self, column: str) -> object:
        value = self.raw(column)
        try:
            return json.loads(value) if isinstance(value, str) else None
        except (ValueError, RecursionError):
            return None

    def _doubt(self, column: str) -> None:
        self.doubts[column] = None


def _finite(value: object) -> float | None:
    """*value*, if it is a number that can be reckoned with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer beyond any float
        return None


def _legible(text: str) -> str:
    """*text* on one line; what is no sign for people (a control, an escape, half a surrogate) is marked."""
    return "".join(sign if sign.isprintable() else _ILLEGIBLE for sign in text)
