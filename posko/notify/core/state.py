"""What the program knows, what comes in besides messages, and what is to be done. No behaviour."""

from collections.abc import Mapping
from dataclasses import field

from contract.domain.alarm import Name
from contract.values import dataclass
from contract.wire.beacon import Listed
from posko.notify.core.occasions import Message, Rule
from posko.notify.core.records import Record
from posko.operator.core import fold


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an earlier run left: rows by their names, oldest first. `whole`: the disk has given it."""

    rows: tuple[tuple[str, str], ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Say:
    """Write `value` into the row called `row` (None: remove it), and with it `message` to the targets of these numbers.

    Both are one write: what is on the disk is in the queue, too.
    """

    row: str
    value: str | None
    message: Message | None = None
    targets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Connect:
    """Begin to seek the broker."""


Effect = Say | Connect


@dataclass(frozen=True, slots=True)
class Held:
    """An alarm that is listed since the instant `at` and not reported yet: as it was listed last."""

    at: float
    listed: Listed
    began_s: float
    raised_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class State:
    """All that is known. `targets` are the rules of each.

    `loaded`: the disk has answered, or was waited for long enough. `fresh`: no earlier run is known, so what was over
    before is noted and not reported. `names` has the row of each name of an alarm. `faults` are those reported and not
    over, `changing` since when others are in force, or over. `absent` are alarms that the hub does not list any more,
    since when. `reports` are the rows of residents' reports, oldest first.
    """

    fold: fold.State
    targets: tuple[tuple[Rule, ...], ...]
    started_at: float
    loaded: bool = False
    fresh: bool = True
    records: Mapping[str, Record] = field(default_factory=dict)
    names: Mapping[Name, str] = field(default_factory=dict)
    held: Mapping[Name, Held] = field(default_factory=dict)
    absent: Mapping[str, float] = field(default_factory=dict)
    faults: frozenset[str] = frozenset()
    changing: Mapping[str, float] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
