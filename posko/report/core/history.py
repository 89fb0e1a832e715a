"""The alarms of the past: the journal's rows -> what a report says of them, and how many there were. Pure.

    rows ──> alarms, each with what is known of it ──> months, with their counts

An alarm counts once: as an exercise; else as late, which never was in force; else as one of unknown age; else as an
alarm in earnest, which may have been a false one.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum

from contract.domain.alarm import Key, Status
from contract.wire.alarm import SYNCED, UNSYNCED
from posko.core.effects import End
from posko.report.core.rows import AlarmRow

FALSE_S = 60.0  # an alarm in earnest that the all-clear ends so soon was a false one
CLOSING_S = 10.0  # the hub closes what is over within this time, if it runs
UNDATED = ""

Local = Callable[[float], datetime]


class Dated(Enum):
    """How well an instant is known."""

    SYNCED = SYNCED
    UNSYNCED = UNSYNCED  # by a clock that nobody vouched for
    BEFORE = "before"  # some time before it


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is known of an alarm. `at` is when it was first raised; None where nobody knows.

    `first_siren_s` and `last_siren_s` are counted from there. `expected` are the posts that should have sounded, and
    `missing` those of them that did not; there are none where it never was in force. Without an `end` it is
    `in_force`, or the hub stopped before it could write the end.
    """

    identifier: str
    at: datetime | None
    dated: Dated
    key: Key
    status: Status
    origin: str
    duration_s: float | None
    first_siren_s: float | None
    last_siren_s: float | None
    expected: tuple[str, ...]
    missing: tuple[str, ...]
    end: End | None
    in_force: bool
    doubts: tuple[str, ...] = ()

    @property
    def sounded(self) -> int:
        """How many of the posts that should have sounded did."""
        return len(self.expected) - len(self.missing)

    @property
    def false(self) -> bool:
        """Whether it was a false alarm."""
        return (
            self.status is Status.ACTUAL and self.end is End.CLEARED
            and self.duration_s is not None and self.duration_s <= FALSE_S
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many alarms of each kind; `false` ones are also among the `alarms`."""

    alarms: int = 0
    false: int = 0
    exercises: int = 0
    late: int = 0
    unknown: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Counts)))


@dataclass(frozen=True, slots=True)
class Month:
    """A month's alarms in order, and their counts by incident and village. `name` is as `2026-11`, or UNDATED."""

    name: str
    counts: Mapping[Key, Counts]
    alarms: tuple[Alarm, ...]

    @property
    def total(self) -> Counts:
        """The counts of all."""
        return sum(self.counts.values(), Counts())


def months(rows: Iterable[AlarmRow], local: Local, now: float, only: str | None = None) -> tuple[Month, ...]:
    """The months in which there were alarms, in order, or *only* the one of that name, even if it is empty.

    *local* gives the local time of an instant in seconds since the epoch, as *now* is one.
    """
    named: dict[str, list[Alarm]] = {} if only is None else {only: []}
    for alarm in sorted((_alarm(row, local, now) for row in rows), key=_order):
        name = month_name(alarm.at)
        if only in (None, name):
            named.setdefault(name, []).append(alarm)
    return tuple(Month(name, _counts(alarms), tuple(alarms)) for name, alarms in named.items())


def month_name(at: datetime | None) -> str:
    """The month of *at*, as `2026-11`."""
    return UNDATED if at is None else at.isoformat()[:7]


def local_time(local: Local, epoch: float | None) -> datetime | None:
    """The local time of the instant *epoch*; None if there is none, or none that a calendar has."""
    try:
        return None if epoch is None else local(epoch)
    except (ValueError, OverflowError, OSError):
        return None


def _order(alarm: Alarm) -> tuple[bool, float, str]:
    return (alarm.at is not None, 0.0 if alarm.at is None else alarm.at.timestamp(), alarm.identifier)


def _alarm(row: AlarmRow, local: Local, now: float) -> Alarm:
    epoch, dated = _instant(row)
    late = row.end is End.LATE
    return Alarm(
        identifier=row.first, at=local_time(local, epoch), dated=dated, key=Key(row.village, row.incident),
        status=row.status, origin=row.origin, duration_s=_duration(row),
        first_siren_s=min(row.sounds.values(), default=None), last_siren_s=max(row.sounds.values(), default=None),
        expected=() if late else row.expected,
        missing=() if late else tuple(post for post in row.expected if post not in row.sounds),
        end=row.end, in_force=_in_force(row, now), doubts=row.doubts,
    )


def _instant(row: AlarmRow) -> tuple[float | None, Dated]:
    """When the alarm was first raised, in seconds since the epoch, and how well that is known."""
    if row.end is not End.UNKNOWN or row.ended_at is None:
        return row.first_wall, Dated.SYNCED if row.synced else Dated.UNSYNCED
    # An earlier boot's instant by this boot's offset is no time at all; but this boot's end is one.
    if row.first_wall is None or row.first_at is None:
        return None, Dated.BEFORE
    return row.ended_at + (row.first_wall - row.first_at), Dated.BEFORE


def _duration(row: AlarmRow) -> float | None:
    """How long it was in force, in seconds. What ended while the hub was away, ended by its time at the latest."""
    if row.end in (None, End.LATE, End.UNKNOWN) or row.ended_at is None or row.first_at is None:
        return None
    ended_at = row.ended_at if row.until is None else min(row.ended_at, row.until)
    lasted_s = max(0.0, ended_at - row.first_at)
    return round(lasted_s, 3) if math.isfinite(lasted_s) else None


def _in_force(row: AlarmRow, now: float) -> bool:
    if row.end is not None or row.ended_at is not None:
        return False
    if row.first_wall is None or row.first_at is None or row.until is None:
        return True
    return now < row.first_wall + (row.until - row.first_at) + CLOSING_S


def _counts(alarms: Sequence[Alarm]) -> dict[Key, Counts]:
    found: dict[Key, Counts] = {}
    for alarm in alarms:
        found[alarm.key] = found.get(alarm.key, Counts()) + _count(alarm)
    return dict(sorted(found.items(), key=lambda each: (each[0].incident, each[0].village)))


def _count(alarm: Alarm) -> Counts:
    if alarm.status is Status.EXERCISE:
        return Counts(exercises=1)
    if alarm.end is End.LATE:
        return Counts(late=1)
    if alarm.end is End.UNKNOWN:
        return Counts(unknown=1)
    return Counts(alarms=1, false=int(alarm.false))
