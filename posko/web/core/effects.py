"""What goes out of the page's core, each a frozen value; with those of `runtime.core.effects`. No behaviour."""

from contract.values import dataclass
from posko.web.core.asked import Answer
from posko.web.core.state import Sending, Session
from runtime.core.effects import Log, Publish


@dataclass(frozen=True, slots=True)
class SaveSending:
    """A press as it is now, onto the disk. `dated`: the time of day of this moment is certain."""

    stamp: int
    sending: Sending
    dated: bool


@dataclass(frozen=True, slots=True)
class SaveSession:
    """A session, and that its code is used, onto the disk."""

    stamp: int
    session: str
    who: Session


@dataclass(frozen=True, slots=True)
class EndSession:
    """A session is over, on the disk too."""

    session: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The disk has the writes `stamps`. An event."""

    stamps: frozenset[int]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an earlier run left. An event."""

    sendings: tuple[Sending, ...] = ()
    sessions: tuple[tuple[str, Session], ...] = ()
    used: frozenset[tuple[str, int]] = frozenset()
    known: bool = True  # False: the disk gives nothing (yet)


Write = SaveSending | SaveSession | EndSession | Log
Effect = Write | Publish | Answer
