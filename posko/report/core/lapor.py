"""Residents' reports of the past: the journal's rows -> what each was, who responded, and how soon. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from contract.domain.alarm import Key
from contract.domain.incidents import LAPOR
from contract.values import dataclass
from contract.wire.lapor import Severity
from contract.wire.response import Step
from posko.core.effects import Closure
from posko.report.core.history import Dated, Local, by_month, local_time, median_of, when
from posko.report.core.responses import NONE, Response, Responses, earliest_s
from posko.report.core.rows import Raw, column, number, optional, text

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of a report. `at` is when it was made; None where nobody knows.

    `claimed`: nobody but the message says that it is `by`. `place` is where: degrees of latitude and longitude, and
    within how many metres. Without a `closure` it is open, or the hub stopped before it could write that. `closed_s` is
    after how many seconds it was closed, if that is known.
    """

    identifier: str
    at: datetime | None
    dated: Dated
    village: str
    severity: Severity
    text: str
    by: str
    claimed: bool
    place: tuple[float, float, float | None] | None = None
    closure: Closure | None = None
    closed_s: float | None = None
    responses: tuple[Response, ...] = ()

    @property
    def state(self) -> str:
        """How it ended, or OPEN."""
        return OPEN if self.closure is None else self.closure.value

    @property
    def first_response_s(self) -> float | None:
        """After how many seconds somebody first responded."""
        return earliest_s(self.responses)

    @property
    def arrival_s(self) -> float | None:
        """After how many seconds somebody was first there."""
        return earliest_s(self.responses, Step.THERE)


@dataclass(frozen=True, slots=True)
class Summary:
    """Of a village's reports of a month: how many there were, how they ended (Closure, or OPEN), to how many somebody
    `responded`, and the medians of their seconds.
    """

    reports: int
    states: Mapping[str, int]
    responded: int
    first_response_s: float | None
    arrival_s: float | None


@dataclass(frozen=True, slots=True)
class ReportsMonth:
    """A month's reports in order. `name` is as `2026-11`, or UNDATED."""

    name: str
    reports: tuple[Report, ...]

    @property
    def summaries(self) -> Mapping[str, Summary]:
        """What there was, by village."""
        found: dict[str, list[Report]] = {}
        for each in sorted(self.reports, key=lambda each: each.village):
            found.setdefault(each.village, []).append(each)
        return {village: _summary(reports) for village, reports in found.items()}


def months(reports: Iterable[Report], only: str | None = None) -> tuple[ReportsMonth, ...]:
    """The months in which there were *reports*, in order, or *only* the one of that name, even if it is empty."""
    found = by_month(sorted(reports, key=lambda each: (*when(each.at), each.village, each.identifier)), only)
    return tuple(ReportsMonth(name, tuple(each)) for name, each in found.items())


def read_lapor(raw: Raw, local: Local, posts: Collection[str] = (), responses: Responses = NONE) -> Report:
    """The report in a row of the table `lapor`, with those of *responses* that belong to it. Raises BadRowError.

    *local* gives the local time of an instant in seconds since the epoch. *posts* are the district's, `village/node`:
    those are who they say they are.
    """
    village, identifier, by = (column(raw, name, text) for name in ("village", "identifier", "who"))
    at, wall, synced = (column(raw, name, number) for name in ("at", "wall", "synced"))
    lat, lon, accuracy_m = (column(raw, name, optional(number)) for name in ("lat", "lon", "accuracy_m"))
    as_alarm = {"first": identifier, "identifier": identifier, "also": "[]", "boot": column(raw, "boot", text),
                "first_at": at, "first_wall": wall, "synced": synced}
    return Report(
        identifier, local_time(local, wall), Dated.SYNCED if synced == 1.0 else Dated.UNSYNCED, village,
        column(raw, "severity", lambda value: Severity(text(value))), column(raw, "text", text), by,
        claimed=by not in posts or by.partition("/")[0] != village,
        place=None if lat is None or lon is None else (lat, lon, accuracy_m),
        closure=column(raw, "closure", optional(Closure)), closed_s=_closed_s(raw, at, wall, synced),
        responses=responses.of(as_alarm, Key(village, LAPOR), tuple(posts)),
    )


def _closed_s(raw: Raw, at: float, wall: float, synced: float) -> float | None:
    closed_at, closed_wall = (column(raw, name, optional(number)) for name in ("closed_at", "closed_wall"))
    if closed_at is None or closed_wall is None:
        return None
    if column(raw, "closed_boot", optional(text)) == column(raw, "boot", text):
        return round(max(0.0, closed_at - at), 3)
    return round(max(0.0, closed_wall - wall), 3) if synced == 1.0 else None


def _summary(reports: list[Report]) -> Summary:
    return Summary(
        len(reports), Counter(each.state for each in reports), sum(bool(each.responses) for each in reports),
        median_of(each.first_response_s for each in reports), median_of(each.arrival_s for each in reports))
