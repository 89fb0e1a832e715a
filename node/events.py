"""What comes in through the inbox, each a frozen value. No behaviour.

All instants are seconds of one clock that never jumps (`node.clock`); what people read is turned into wall
time only when it is written down.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """A button or the lock opened or closed; `initial` marks how it was found at the start."""

    name: str
    closed: bool
    initial: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A message arrived."""

    topic: str
    payload: bytes
    retain: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """The broker has answered the subscriptions; what it refused is a fault."""


@dataclass(frozen=True, slots=True)
class Unlinked:
    """The broker is out of reach."""

    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker took over the message that was published under `token`."""

    token: str


@dataclass(frozen=True, slots=True)
class Press:
    """An accepted press that is not yet known to have reached everyone.

    `age_known` is False for one that was made before the machine last started; `pressed_wall`, its instant on a
    wall clock that was synchronised (seconds since the epoch), may tell its age yet.
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
    """What an earlier run left on disk: unfinished presses, and identifiers with whether they are over."""

    presses: tuple[Press, ...]
    seen: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock: whether it is synchronised, and what to add to an instant to get the epoch's seconds."""

    synced: bool
    offset_s: float


@dataclass(frozen=True, slots=True)
class Faulted:
    """A part of this node stopped doing its job."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """It does its job again."""

    part: str


@dataclass(frozen=True, slots=True)
class Overflowed:
    """Messages that were dropped unread because they came faster than they could be heard."""

    count: int


@dataclass(frozen=True, slots=True)
class SelfTested:
    """The answer to a SelfTest: each part with "ok" or what is wrong with it."""

    results: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event = (
    Contact | Received | Linked | Unlinked | Acknowledged | Loaded | Clock | Faulted | Recovered | Overflowed
    | SelfTested | Tick
)
