"""An event: what happened, one message each. What it is about are members of its own kind; None of them is left out.

    {"event": "refused", "time": "2026-01-31T20:15:00.000+07:00", "clock": "synced", "boot": "f00d",
     "incident": …, "village": …, "identifier": …, "reason": …}
"""

from collections.abc import Mapping
from enum import StrEnum

from contract.settings.schema import Check, Place, RefusedError
from contract.values import dataclass
from contract.wire import codec
from contract.wire.codec import Refusal, T


class Kind(StrEnum):
    """The event names of the contract: a node's, then those of the hub alone."""

    PRESSED = "pressed"
    PUBLISHED = "published"
    LISTED = "listed"
    SOUNDING = "sounding"
    RESUMED = "resumed"
    EXTENDED = "extended"
    PREEMPTED = "preempted"
    RESTING = "resting"
    FINISHED = "finished"
    CLEARED = "cleared"
    SILENCED = "silenced"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    REFUSED = "refused"
    WARNING = "warning"
    LATE = "late"
    TESTED = "tested"
    FAULT = "fault"
    RECOVERED = "recovered"
    LINKED = "linked"
    RONDA = "ronda"
    ACCEPTED = "accepted"
    PROVEN = "proven"
    MISSING = "missing"
    AWAY = "away"
    BACK = "back"
    RESTORED = "restored"
    RESPONDED = "responded"
    UNANSWERED = "unanswered"
    LAPOR = "lapor"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Report:
    """An event as it came: its kind, the run that reports it, and all its members."""

    kind: str
    boot: str
    members: Mapping[str, object]

    def text(self, name: str) -> str:
        """The member *name*, if it is text that people can read; otherwise ""."""
        return self.member(name, codec.text, "")

    def member(self, name: str, check: Check[T], default: T) -> T:
        """The member *name*, as *check* reads it; *default* if it does not."""
        try:
            return check(self.members.get(name), Place(name, []))
        except RefusedError:
            return default


def read_event(payload: bytes) -> Report | Refusal:
    """The event in *payload*."""
    found = codec.receive_members(payload, "event")
    if isinstance(found, Refusal):
        return found
    report = Report("", "", found)
    return Report(report.text("event"), report.text("boot"), found)


def make_event(kind: Kind, epoch_s: float, clock: str, boot: str, about: Mapping[str, object]) -> dict[str, object]:
    """The members of an event that happened at *epoch_s*, seconds since the epoch by a *clock*, in the run *boot*."""
    return {
        "event": kind.value, "time": codec.rfc3339(epoch_s), "clock": clock, "boot": boot,
        **{name: value for name, value in about.items() if value is not None},
    }


def write_event(event: Mapping[str, object]) -> bytes:
    """The JSON payload of *event*, which `make_event` made."""
    return codec.dump(event)
