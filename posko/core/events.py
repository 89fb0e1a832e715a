"""What comes in through the hub's inbox, each a frozen value. No behaviour.

What any loop receives (messages, the clock, faults) is in `runtime.core.events`; here is what only the hub does.
"""

from collections.abc import Mapping

from contract.domain.alarm import Key, Name, Status
from contract.values import dataclass
from contract.wire.lapor import Location, Severity
from contract.wire.response import Step
from runtime.core.events import (
    Acknowledged,
    Clock,
    Faulted,
    Linked,
    Noticed,
    Overflowed,
    Received,
    Recovered,
    Rejected,
    Tick,
    Unlinked,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An alarm that an earlier run left in force, or another hub. Its instants are of that machine's clock then.

    `shift` is what makes them instants of this clock: 0 in the same boot of one machine. Where it is None,
    `first_wall`, when it was first raised by a wall clock that was synchronised (seconds since the epoch), may still
    give its age.
    """

    key: Key
    first: str
    identifier: str
    also: tuple[str, ...]
    status: Status
    origin: str
    note: str
    first_at: float
    raised_at: float
    until: float
    silenced: Mapping[str, float]
    sounds: Mapping[str, float]
    shift: float | None
    first_wall: float | None

    def names(self) -> tuple[str, ...]:
        """All it has been called."""
        return (self.first, self.identifier, *self.also)


@dataclass(frozen=True, slots=True)
class StoredClear:
    """The last all-clear of a village that an earlier run received, in the same way."""

    village: str
    at: float
    shift: float | None
    wall: float | None


@dataclass(frozen=True, slots=True)
class Instant:
    """An instant of an earlier run, as an alarm's: `wall` is it by a wall clock that was synchronised, or None."""

    at: float
    shift: float | None
    wall: float | None


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response that an earlier run wrote."""

    by: str
    step: Step
    place: str
    at: Instant


@dataclass(frozen=True, slots=True)
class StoredCase:
    """The last alarm of `key`, and who responded to it."""

    key: Key
    first: str
    names: tuple[str, ...]
    status: Status
    since: Instant
    responses: tuple[StoredResponse, ...]
    unanswered: bool


@dataclass(frozen=True, slots=True)
class StoredLapor:
    """A resident's report that an earlier run wrote: open, or closed lately, at `closed_at`."""

    name: Name
    by: str
    text: str
    severity: Severity
    place: Location | None
    at: Instant
    responses: tuple[StoredResponse, ...]
    closed_at: Instant | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an earlier run left on disk.

    `seen` are names with whether they are over; `over` is what all-clears ended in this boot of the machine, and
    when it was last raised. `cases` are the last alarms of each village and incident.
    `lapor` are residents' reports, and `reported` the names of all that came lately, oldest first.
    """

    alarms: tuple[Stored, ...]
    cleared: tuple[StoredClear, ...]
    seen: tuple[tuple[Name, bool], ...]
    over: tuple[tuple[Key, float], ...] = ()
    cases: tuple[StoredCase, ...] = ()
    lapor: tuple[StoredLapor, ...] = ()
    reported: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """These writes are on the disk."""

    stamps: frozenset[int]


@dataclass(frozen=True, slots=True)
class Retained:
    """The broker retains a message on `topic` that was published while nobody here received it."""

    topic: str


Event = (
    Received | Retained | Linked | Unlinked | Acknowledged | Rejected | Loaded | Saved | Clock | Faulted | Recovered
    | Overflowed | Noticed | Tick
)
