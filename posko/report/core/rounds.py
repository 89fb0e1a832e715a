"""The patrols of the past: the journal's rows -> who went round in which night, and who never did. Pure.

A night runs from noon to noon, and belongs to the month in which it begins.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from contract.values import dataclass
from contract.wire.alarm import SYNCED
from posko.report.core.history import UNDATED, Dated, Local, local_time
from posko.report.core.rows import Raw, column, number, text

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

    @property
    def claimed(self) -> bool:
        """Whether nobody but the sender says who it was: it is no post of that village."""
        return self.origin == OPERATOR or self.post.partition("/")[0] != self.village


@dataclass(frozen=True, slots=True)
class RoundsMonth:
    """A month's patrols, by village and post and then in order; and the posts of the district that made `none`."""

    name: str
    rounds: tuple[Round, ...]
    none: tuple[str, ...]


def months(rounds: Iterable[Round], posts: Collection[str], only: str | None = None) -> tuple[RoundsMonth, ...]:
    """The months in which there were *rounds*, in order, or *only* the one of that name, even if it is empty.

    *posts* are the district's, as `village/node`.
    """
    named: dict[str, list[Round]] = {} if only is None else {only: []}
    for each in sorted(rounds, key=_order):
        name = UNDATED if each.night is None else each.night.isoformat()[:7]
        if only in (None, name):
            named.setdefault(name, []).append(each)
    return tuple(
        RoundsMonth(name, tuple(found), _none(posts, found) if name != UNDATED else ())
        for name, found in sorted(named.items())
    )


def read_round(raw: Raw, local: Local) -> Round:
    """The patrol in a row of the table `ronda`; *local* gives the local time of seconds since the epoch.

    Raises BadRowError.
    """
    at = local_time(local, column(raw, "wall", number))
    dated = Dated.SYNCED if column(raw, "clock", text) == SYNCED else Dated.UNSYNCED
    return Round(column(raw, "identifier", text), at, dated, _night(at), column(raw, "village", text),
                 column(raw, "post", text), column(raw, "origin", text))


def _none(posts: Collection[str], rounds: Iterable[Round]) -> tuple[str, ...]:
    """The *posts* that made none of *rounds*; an operator's message is not a post's patrol."""
    made = {each.post for each in rounds if not each.claimed}
    return tuple(post for post in posts if post not in made)


def _order(each: Round) -> tuple[str, str, bool, float, str]:
    return (each.village, each.post, each.claimed, 0.0 if each.at is None else each.at.timestamp(), each.identifier)


def _night(at: datetime | None) -> date | None:
    if at is None:
        return None
    try:
        begun = (at.replace(tzinfo=None) - _DAY / 2).date()
        return begun if begun + _DAY else None
    except OverflowError:  # the calendar's first morning, or its last night
        return None
