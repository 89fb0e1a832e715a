"""The alarms of the past: the journal's rows -> what a report shows of them, and how many there were. Pure.

    row ──> alarm, with what is known of it ──> months, with their counts

An alarm counts once: as an exercise; else as late, which never was in force; else as one of unknown age; else as an
actual alarm, which may have been a false one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from statistics import median
from typing import Protocol, TypeVar

from contract.domain.alarm import Key, Status
from contract.values import dataclass
from contract.wire.alarm import SYNCED, UNSYNCED
from contract.wire.response import Step
from posko.core.effects import End
from posko.report.core.responses import NONE, Response, Responses, earliest_s
from posko.report.core.rows import Raw, column, names, number, optional, seconds, text

FALSE_S = 60.0  # an actual alarm that the all-clear ends so soon was a false one
CLOSING_S = 10.0  # the hub closes what is over within this time, if it runs
UNDATED = ""
COUNTED = ("alarms", "false", "exercises", "late", "unknown")  # `false` ones are also among the `alarms`

Local = Callable[[float], datetime]


class Datable(Protocol):
    """What happened at some time; None where nobody knows."""

    @property
    def at(self) -> datetime | None:
        """When."""


D = TypeVar("D", bound=Datable)


class Dated(Enum):
    """How well an instant is known."""

    SYNCED = SYNCED
    UNSYNCED = UNSYNCED  # by a clock that was not synchronised
    BEFORE = "before"  # some time before it


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is known of an alarm. `at` is when it was first raised; None where nobody knows.

    `claimed`: nobody but the sender says that it is `origin`, which was no post of that village.
    `first_siren_s` and `last_siren_s` are counted from there. `expected` are the posts that should have sounded, and
    `missing` those of them that did not; there are none where it never was in force. Without an `end` it is
    `in_force`, or the hub stopped before it could write the end. `unanswered`: it was reported that nobody had
    responded in time.
    """

    identifier: str
    at: datetime | None
    dated: Dated
    key: Key
    status: Status
    origin: str
    claimed: bool
    duration_s: float | None
    first_siren_s: float | None
    last_siren_s: float | None
    expected: tuple[str, ...]
    missing: tuple[str, ...]
    end: End | None
    in_force: bool
    note: str = ""
    responses: tuple[Response, ...] = ()
    unanswered: bool = False

    @property
    def first_response_s(self) -> float | None:
        """After how many seconds somebody first responded."""
        return earliest_s(self.responses)

    @property
    def arrival_s(self) -> float | None:
        """After how many seconds somebody was first there."""
        return earliest_s(self.responses, Step.THERE)

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

    @property
    def counted(self) -> tuple[str, ...]:
        """What it counts as, of COUNTED."""
        if self.status is Status.EXERCISE:
            return ("exercises",)
        if self.end in (End.LATE, End.UNKNOWN):
            return ("late",) if self.end is End.LATE else ("unknown",)
        return ("alarms", "false") if self.false else ("alarms",)


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """Of so many actual `alarms`, to how many somebody `responded`, and the medians of their seconds."""

    alarms: int
    responded: int
    first_response_s: float | None
    arrival_s: float | None


@dataclass(frozen=True, slots=True)
class Month:
    """A month's alarms in order. `name` is as `2026-11`, or UNDATED."""

    name: str
    alarms: tuple[Alarm, ...]

    @property
    def counts(self) -> Mapping[Key, Counter[str]]:
        """How many alarms of each kind of COUNTED, by incident and village."""
        found: dict[Key, Counter[str]] = {}
        for alarm in sorted(self.alarms, key=lambda each: (each.key.incident, each.key.village)):
            found.setdefault(alarm.key, Counter()).update(alarm.counted)
        return found

    @property
    def response_times(self) -> Mapping[Key, ResponseTimes]:
        """How soon somebody responded, and was there, by incident and village: of actual alarms that were in force."""
        found: dict[Key, list[Alarm]] = {}
        for alarm in sorted(self.alarms, key=lambda each: (each.key.incident, each.key.village)):
            if "alarms" in alarm.counted:
                found.setdefault(alarm.key, []).append(alarm)
        return {key: _times(alarms) for key, alarms in found.items()}

    @property
    def total(self) -> Counter[str]:
        """The counts of all."""
        return Counter(each for alarm in self.alarms for each in alarm.counted)


def months(alarms: Iterable[Alarm], only: str | None = None) -> tuple[Month, ...]:
    """The months in which there were *alarms*, in order, or *only* the one of that name, even if it is empty."""
    found = by_month(sorted(alarms, key=lambda each: (*when(each.at), each.identifier)), only)
    return tuple(Month(name, tuple(each)) for name, each in found.items())


def by_month(found: Iterable[D], only: str | None) -> dict[str, list[D]]:
    """What is *found*, in its order, by the name of its month; *only* that of this name, even if it is empty."""
    named: dict[str, list[D]] = {} if only is None else {only: []}
    for each in found:
        name = UNDATED if each.at is None else each.at.isoformat()[:7]
        if only in (None, name):
            named.setdefault(name, []).append(each)
    return named


def when(at: datetime | None) -> tuple[bool, float]:
    """By which to put what happened *at* that time in order; what is undated comes first."""
    return at is not None, 0.0 if at is None else at.timestamp()


def median_of(found: Iterable[float | None]) -> float | None:
    """The median of those that are known; None of none."""
    known = [each for each in found if each is not None]
    return median(known) if known else None


def read_alarm(raw: Raw, local: Local, now: float, responses: Responses = NONE) -> Alarm:
    """The alarm in a row of the table `alarms`, with those of *responses* that belong to it. Raises BadRowError.

    *local* gives the local time of an instant in seconds since the epoch, as *now* is one.
    """
    first_at, until, first_wall = (column(raw, name, number) for name in ("first_at", "until", "first_wall"))
    ended_at, end = column(raw, "ended_at", optional(number)), column(raw, "end", optional(End))
    sounds = column(raw, "sounds", seconds)
    at, dated = first_wall, Dated.SYNCED if column(raw, "synced", number) == 1.0 else Dated.UNSYNCED
    if end is End.UNKNOWN and ended_at is not None:
        # An earlier boot's instant by this boot's offset is no time at all; but this boot's end is one.
        at, dated = ended_at + (first_wall - first_at), Dated.BEFORE
    duration_s = None
    if end not in (None, End.LATE, End.UNKNOWN) and ended_at is not None:
        # What ended while the hub was away, ended by its time at the latest.
        duration_s = round(max(0.0, min(ended_at, until) - first_at), 3)
    expected = column(raw, "expected", names)
    village, origin = column(raw, "village", text), column(raw, "origin", text)
    claimed = origin not in expected or origin.partition("/")[0] != village  # a post hears its own village's alarms
    key, first = Key(village, column(raw, "incident", text)), column(raw, "first", text)
    responded = responses.of(raw, key, expected)
    if end is End.LATE:
        expected = ()
    over_at = first_wall + (until - first_at) + CLOSING_S
    return Alarm(
        first, local_time(local, at), dated, key,
        column(raw, "status", lambda value: Status(text(value))), origin, claimed, duration_s,
        min(sounds.values(), default=None), max(sounds.values(), default=None), expected,
        tuple(post for post in expected if post not in sounds), end,
        in_force=end is None and ended_at is None and now < over_at, note=column(raw, "note", text),
        responses=responded, unanswered=key.name(first) in responses.unanswered,
    )


def _times(alarms: list[Alarm]) -> ResponseTimes:
    return ResponseTimes(
        len(alarms), sum(bool(each.responses) for each in alarms),
        median_of(each.first_response_s for each in alarms), median_of(each.arrival_s for each in alarms))


def local_time(local: Local, epoch: float) -> datetime | None:
    """The local time of the instant *epoch*; None if no calendar has it."""
    try:
        return local(epoch)
    except (ValueError, OverflowError, OSError):
        return None
