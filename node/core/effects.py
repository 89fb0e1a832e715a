"""What goes out of a node: what its loop is to do after a step, each a frozen value. No behaviour.

What any loop does (messages, the log) is in `runtime.core.effects`.
"""

from collections.abc import Mapping
from enum import Enum

from contract.domain.alarm import Name
from contract.domain.rhythm import Cycle
from contract.values import dataclass
from node.core.events import OutboxEntry
from runtime.core.effects import CommonEffect


@dataclass(frozen=True, slots=True)
class Play:
    """Sound `cycle` over and over, its rounds counted from instant `start`, until instant `until`.

    The first round is come into `entered_s` seconds after its start. A voice, where there is one, speaks `words` after
    the rhythm, and `intro` at once, if the first round is yet to begin; what is `quiet` uses neither siren nor strobe,
    and the loudspeaker softly. A `note`, from `note_village`, is spoken after the words where that can be done in time.
    """

    cycle: Cycle
    start: float
    until: float
    entered_s: float = 0.0
    words: tuple[str, ...] = ()
    quiet: bool = False
    intro: tuple[str, ...] = ()
    note: str = ""
    note_village: str = ""


@dataclass(frozen=True, slots=True)
class Hush:
    """All outputs to rest, at once."""


class Lamp(Enum):
    """What a button's lamp shows."""

    OFF = "off"
    HELD = "held"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    COMING = "coming"
    SOUNDING = "sounding"
    FAULT = "fault"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Light:
    """What each button's lamp shows from now on."""

    lamps: Mapping[str, Lamp]


@dataclass(frozen=True, slots=True)
class SavePress:
    """A press into the outbox on disk. `dated`: the time of day of this moment is certain."""

    press: OutboxEntry
    dated: bool = True


@dataclass(frozen=True, slots=True)
class DeletePress:
    """A press out of the outbox on disk."""

    identifier: str


@dataclass(frozen=True, slots=True)
class SaveSeen:
    """A name as seen, and whether its alarm is over here."""

    name: Name
    over: bool


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Ask every part how it is; the answer is a SelfTested. With one quiet stroke of the loudspeaker if `knock`."""

    knock: bool = False


Effect = (
    CommonEffect | Play | Hush | Light | SavePress | DeletePress | SaveSeen | SelfTest
)
