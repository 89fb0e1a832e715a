"""Who responded to the alarms of the past, and after how long: the journal's rows -> what belongs to each alarm. Pure.

A row names the alarm by one of the names that it had; two of the same person's same step are one response.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field

from contract.domain.alarm import Key, Name
from contract.domain.district import EVERYWHERE
from contract.values import dataclass
from contract.wire.response import Step, progress
from posko.report.core.rows import Raw, column, names, number, text


@dataclass(frozen=True, slots=True)
class Response:
    """`by` reported `step` so many seconds after the alarm was first raised; None where no clock can tell.

    `claimed`: nobody but the message says that it is `by`, which was no post of the alarm's reach in that village.
    """

    by: str
    claimed: bool
    step: str
    after_s: float | None


@dataclass(frozen=True, slots=True)
class Written:
    """A row of the table `responses`: what it is a response to, and when, by the hub's clocks."""

    name: Name
    place: str
    by: str
    step: str
    boot: str
    at: float
    wall: float
    synced: bool


def earliest_s(responses: Iterable[Response], step: Step | None = None) -> float | None:
    """After how many seconds somebody first responded, or was as far as *step*; None: nobody, or nobody knows when."""
    least = 0 if step is None else progress(step)
    known = (each.after_s for each in responses if progress(each.step) >= least)
    return min((each for each in known if each is not None), default=None)


@dataclass(frozen=True, slots=True)
class Responses:
    """All rows, by what they are about; and the names of the alarms to which nobody had responded in time."""

    written: Mapping[Key, tuple[Written, ...]] = field(default_factory=dict)
    unanswered: frozenset[Name] = frozenset()

    def of(self, raw: Raw, key: Key, expected: tuple[str, ...]) -> tuple[Response, ...]:
        """The responses to the alarm in the row *raw*, of *key*, in order. Raises BadRowError."""
        rows = self.written.get(key, ())
        if not rows:
            return ()
        called = {column(raw, "first", text), column(raw, "identifier", text), *column(raw, "also", names)}
        found: dict[tuple[str, str], Response] = {}
        for each in rows:
            if each.name.identifier in called:
                claimed = each.by not in expected or each.by.partition("/")[0] != each.place
                made = Response(each.by, claimed, each.step, _after(raw, each))
                known = found.get((each.by, each.step))
                if known is None or _order(made) < _order(known):
                    found[each.by, each.step] = made
        return tuple(sorted(found.values(), key=_order))


NONE = Responses()


def collect(written: Iterable[Written], unanswered: Iterable[Name]) -> Responses:
    """What belongs to each alarm, of all rows."""
    by_key: dict[Key, list[Written]] = {}
    for each in written:
        by_key.setdefault(each.name.key, []).append(each)
    return Responses({key: tuple(found) for key, found in by_key.items()}, frozenset(unanswered))


def read_response(raw: Raw) -> Written:
    """A row of the table `responses`. Raises BadRowError."""
    place = column(raw, "village", text)
    village = EVERYWHERE if column(raw, "everywhere", number) else place
    return Written(
        Name(village, column(raw, "incident", text), column(raw, "identifier", text)), place,
        column(raw, "who", text), column(raw, "step", lambda value: Step(text(value)).value),
        column(raw, "boot", text), column(raw, "at", number), column(raw, "wall", number),
        column(raw, "synced", number) == 1.0,
    )


def read_unanswered(raw: Raw) -> Name:
    """A row of the table `unanswered`. Raises BadRowError."""
    village, incident, identifier = (column(raw, name, text) for name in Name._fields)
    return Name(village, incident, identifier)


def _after(raw: Raw, written: Written) -> float | None:
    """How long after the alarm in *raw* was first raised: by the hub's clock, or by its times of day."""
    if column(raw, "boot", text) == written.boot:
        return round(max(0.0, written.at - column(raw, "first_at", number)), 3)
    if written.synced and column(raw, "synced", number) == 1.0:
        return round(max(0.0, written.wall - column(raw, "first_wall", number)), 3)
    return None


def _order(each: Response) -> tuple[bool, float, int]:
    return (each.after_s is None, each.after_s or 0.0, progress(each.step))
