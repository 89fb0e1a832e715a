"""What goes out of the hub: what its loop is to do after a step, each a frozen value. No behaviour.

What any loop does (messages, the log) is in `runtime.core.effects`. A write with a `stamp` asks for it in a Saved.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING

from contract.domain.alarm import Name
from contract.values import dataclass
from runtime.core.effects import CommonEffect, Log

if TYPE_CHECKING:
    from posko.core.state import Alarm, Lapor, Response


class End(Enum):
    """How an alarm came to its end."""

    FINISHED = "finished"  # its time was over
    CLEARED = "cleared"  # all-clear
    EARNEST = "earnest"  # the exercise became earnest
    LATE = "late"  # it never was in force: too late when it came
    UNKNOWN = "unknown"  # in force before the machine restarted; how long ago is not known


@dataclass(frozen=True, slots=True)
class SaveAlarm:
    """An alarm, as it is now, onto the disk; `ended_at` and `end` if it is over.

    A name stands in one row there, so what has a name in common becomes one. One that is but LATE is written if no row
    has its name. `dated`: the time of day of this moment is certain.
    """

    stamp: int
    alarm: "Alarm"
    expected: tuple[str, ...]
    ended_at: float | None = None
    end: End | None = None
    dated: bool = True


@dataclass(frozen=True, slots=True)
class SaveName:
    """A name onto the disk, and whether what bears it is over."""

    stamp: int
    name: Name
    over: bool


@dataclass(frozen=True, slots=True)
class SaveAllClear:
    """A village's all-clear onto the disk. `dated`: the time of day of this moment is certain."""

    stamp: int
    village: str
    at: float
    dated: bool = True


@dataclass(frozen=True, slots=True)
class SaveResponse:
    """A response to what bears `name` onto the disk, unless it is there. `dated`: the time of day is certain."""

    stamp: int
    name: Name
    response: "Response"
    dated: bool = True


@dataclass(frozen=True, slots=True)
class SaveUnanswered:
    """That it was reported that nobody had responded to the alarm `name`, onto the disk."""

    name: Name
    at: float


class Closure(Enum):
    """How a resident's report was closed."""

    DONE = "done"  # somebody responded that it is
    EXPIRED = "expired"  # nobody did, for days


@dataclass(frozen=True, slots=True)
class SaveLapor:
    """A resident's report onto the disk, unless it is there. `dated`: the time of day is certain."""

    stamp: int
    lapor: "Lapor"
    dated: bool = True


@dataclass(frozen=True, slots=True)
class SaveClosed:
    """That the resident's report `name` was closed, onto the disk."""

    name: Name
    closure: Closure
    at: float


@dataclass(frozen=True, slots=True)
class SavePatrol:
    """A patrol onto the disk; `wall_s` is when (seconds since the epoch), `clock` whether that is synchronised."""

    identifier: str
    village: str
    post: str
    origin: str
    wall_s: float
    clock: str


@dataclass(frozen=True, slots=True)
class SaveReport:
    """An event of a post, into the log."""

    post: str
    event: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Survey:
    """Look for what the broker retains of alarms, commands and patrols; each is a Retained."""


Stamped = SaveAlarm | SaveName | SaveAllClear | SaveResponse | SaveLapor
Write = Stamped | SaveUnanswered | SaveClosed | SavePatrol | SaveReport | Log
Effect = CommonEffect | Survey | Write
