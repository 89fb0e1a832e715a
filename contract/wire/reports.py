"""What a node or the hub says of itself: statuses and events <-> values. Nothing here raises at bad input.

A report is for people and for the hub's proof of who rings; what is not understood of it is passed over, so that a
newer program can say more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from contract.domain.alarm import Key
from contract.wire import alarm, jsontext
from contract.wire.alarm import MAX_BEACON_BYTES, Refusal
from contract.wire.jsontext import BadTextError

OFFLINE = "offline"  # the state that a program leaves behind, or the broker tells for it


class Kind(Enum):
    """The event names of the contract: what a node says, then what only the hub does."""

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


@dataclass(frozen=True, slots=True)
class About:
    """An alarm as a status names it."""

    key: Key
    identifier: str | None


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A node's status. `sounding` is what its outputs do now; `waiting` gives way to it; `silenced` is quiet there."""

    state: str
    boot: str
    sounding: About | None
    waiting: tuple[About, ...]
    silenced: tuple[About, ...]
    faults: Mapping[str, str]
    locked: bool
    outbox: int
    clock: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """An event: its kind, the run that says it, and all its members."""

    kind: str
    boot: str
    members: Mapping[str, object]

    def word(self, name: str) -> str:
        """The member *name*, if it is text that people can read; otherwise ""."""
        return _word(self.members, name)


def read_status(payload: bytes) -> NodeStatus | Refusal:
    """What *payload*, a node's status, says."""
    members = _members(payload, "status")
    if isinstance(members, Refusal):
        return members
    faults = members.get("faults")
    outbox = members.get("outbox")
    return NodeStatus(
        state=_word(members, "state"),
        boot=_word(members, "boot"),
        sounding=_about(members.get("sounding")),
        waiting=_all(members.get("waiting")),
        silenced=_all(members.get("silenced")),
        faults={part: _word(faults, part) for part in faults if _readable(part)} if isinstance(faults, dict) else {},
        locked=members.get("locked") is True,
        outbox=outbox if isinstance(outbox, int) and not isinstance(outbox, bool) else 0,
        clock=_word(members, "clock"),
        version=_word(members, "version"),
        reason=_word(members, "reason"),
    )


def read_event(payload: bytes) -> Report | Refusal:
    """What *payload*, an event, says."""
    members = _members(payload, "event")
    if isinstance(members, Refusal):
        return members
    return Report(_word(members, "event"), _word(members, "boot"), members)


def _members(payload: bytes, what: str) -> dict[str, object] | Refusal:
    if len(payload) > MAX_BEACON_BYTES:
        return Refusal(f"{what} of more than {MAX_BEACON_BYTES} bytes")
    try:
        return jsontext.members(payload.decode())
    except UnicodeDecodeError:
        return Refusal(f"{what} is no UTF-8 text")
    except BadTextError as error:
        return Refusal(f"{what}: {error}")


def _word(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) and _readable(value) else ""


def _readable(value: str) -> bool:
    """Whether *value* is text throughout: half a sign could not be said again."""
    try:
        jsontext.plain(value, "word")
    except BadTextError:
        return False
    return True


def _about(found: object) -> About | None:
    if not isinstance(found, dict):
        return None
    identifier = _word(found, "identifier")
    key = Key(_word(found, "village"), _word(found, "incident"))
    return About(key, identifier or None)


def _all(found: object) -> tuple[About, ...]:
    items = found if isinstance(found, list) else []
    return tuple(about for each in items if (about := _about(each)) is not None)


def instant(report: Report) -> float | None:
    """When *report* says that it happened, in seconds since the epoch; None if it does not say."""
    try:
        return alarm.instant_of(report.members, "time")
    except BadTextError:
        return None
