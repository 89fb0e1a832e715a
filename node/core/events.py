"""What comes in through the inbox, each a frozen value. No behaviour.

What any loop receives (messages, the clock, faults) is in `runtime.core.events`; here is what only a node does.
"""

from contract.domain.alarm import Name
from contract.values import dataclass
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
class Contact:
    """A button or the lock opened or closed; `initial` marks how it was found at the start."""

    name: str
    closed: bool
    initial: bool = False


@dataclass(frozen=True, slots=True)
class SirenSwitched:
    """The siren's output was switched. Only where its current is felt."""

    on: bool


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """An accepted press that is not yet known to have reached everyone.

    `age_known` is False for one that was made before the machine last started; `pressed_wall`, its instant on a
    wall clock that was synchronised (seconds since the epoch), may still give its age.
    """

    identifier: str
    incident: str
    pressed_at: float
    age_known: bool = True
    pressed_wall: float | None = None
    sent_at: float | None = None
    repeated: bool = False
    told_late: bool = False
    acked_at: float | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an earlier run left on disk: unfinished presses, and names with whether they are over."""

    presses: tuple[OutboxEntry, ...]
    seen: tuple[tuple[Name, bool], ...]


@dataclass(frozen=True, slots=True)
class SelfTested:
    """The answer to a SelfTest: each part with "ok" or what is wrong with it, and whether a stroke was beaten."""

    results: tuple[tuple[str, str], ...]
    knocked: bool = False


Event = (
    Contact | Received | Linked | Unlinked | Acknowledged | Rejected | Loaded | Clock | Faulted | Recovered | Overflowed
    | Noticed | SelfTested | SirenSwitched | Tick
)
