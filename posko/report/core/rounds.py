"""The patrols of the past: the journal's rows -> who went round in which night, and who never did. Pure.

A night runs from noon to noon, and belongs to the month in which it begins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from posko.report.core.history import UNDATED, Dated, Local, local_time
from posko.report.core.rows import RoundRow

OPERATOR = "operator"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Round:
    """A patrol: when, in local time, and the date on which its night began; None where nobody knows.

    `post` is who made it: a post as `village/node`, or an operator by whatever name, if any. `origin` is `button`,
    `schedule` or OPERATOR.
    """

    identifier: str
    at: datetime | None
    dated: Dated
    night: date | None
    village: str
    post: str
    origin: str


@dataclass(frozen=True, slots=True)
class RoundsMonth:
    """A month's patrols, by village and post and then in order; and the posts of the district that made `none`."""

    name: str
    rounds: tuple[Round, ...]
    none: tuple[str, ...]


def months(rows: Iterable[RoundRow], posts: Iterable[str], local: Local,
           only: str | None = None) -> tuple[RoundsMonth, ...]:
    """The months in which there were patrols, in order, or *only* the one of that name, even if it is empty.

    *posts* are the district's, as `village/node`. *local* gives the local time of seconds since the epoch.
    """
    named: dict[str, list[Round]] = {} if only is None else {only: []}
    for each in sorted((_round(row, local) for row in rows), key=_order):
        name = UNDATED if each.night is None else each.night.isoformat()[:7]
        if only in (None, name):
            named.setdefault(name, []).append(each)
    everyone = tuple(posts)
    return tuple(
        RoundsMonth(name, tuple(rounds), _none(everyone, rounds) if name != UNDATED else ())
        for name, rounds in sorted(named.items())
    )


def _none(posts: Sequence[str], rounds: Sequence[Round]) -> tuple[str, ...]:
    """The *posts* that made none of *rounds*; an operator's message is not a post's patrol."""
    made = {each.post for each in rounds if each.origin != OPERATOR}
    return tuple(post for post in posts if post not in made)


def _order(each: Round) -> tuple[str, str, float, str]:
    return (each.village, each.post, 0.0 if each.at is None else each.at.timestamp(), each.identifier)


def _round(row: RoundRow, local: Local) -> Round:
    at = local_time(local, row.wall)
    dated = Dated.SYNCED if row.synced else Dated.UNSYNCED
    return Round(row.identifier, at, dated, _night(at), row.village, row.post, row.origin)


def _night(at: datetime | None) -> date | None:
    if at is None:
        return None
    try:
        begun = (at.replace(tzinfo=None) - _DAY / 2).date()
        return begun if begun + _DAY else None
    except OverflowError:  # the calendar's first morning, or its last night
        return None
