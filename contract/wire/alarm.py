"""Payloads <-> values. A message is parsed whole or refused whole; nothing here raises at bad input.

The payload of an alarm is empty, plain text, or a JSON object with the names and meanings of OASIS CAP 1.2
(section 3.2: identifier, sender, sent, expires, status, severity, headline, note), all optional, and two of
ours: `age_s`, how long ago it was pressed, and `clock`, whether the sender's clock is synchronised.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contract.domain.alarm import Status
from contract.wire import jsontext
from contract.wire.jsontext import BadTextError

MAX_BYTES = 4096
MAX_BEACON_BYTES = 262_144
SYNCED, UNSYNCED = "synced", "unsynced"
CAP_SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")

# CAP 1.2, section 3.2.1: no spaces, commas or the restricted characters < and &.
_IDENTIFIER = re.compile(r"[^\s,<&]{1,128}")
# RFC 3339, section 5.6.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message was refused, in words for the event."""

    reason: str


@dataclass(frozen=True, slots=True)
class Body:
    """What an alarm's payload says. `sent` and `expires` are seconds since the epoch; `age_s` is seconds.

    `ignored` names the members that this version does not know; a newer sender must still ring.
    """

    identifier: str | None = None
    sender: str | None = None
    sent: float | None = None
    expires: float | None = None
    status: Status = Status.ACTUAL
    severity: str | None = None
    headline: str | None = None
    note: str | None = None
    age_s: float = 0.0
    clock: str | None = None
    ignored: tuple[str, ...] = ()


def read_alarm(payload: bytes) -> Body | Refusal:
    """What *payload*, an alarm's, says."""
    if len(payload) > MAX_BYTES:
        return Refusal(f"payload of more than {MAX_BYTES} bytes")
    try:
        text = jsontext.plain(payload.decode("utf-8-sig").strip(), "payload")
        if not text.startswith("{"):
            return Body(note=text or None)
        return _body(jsontext.members(text))
    except UnicodeDecodeError:
        return Refusal("payload is neither UTF-8 text nor JSON")
    except BadTextError as error:
        return Refusal(str(error))


def write_alarm(body: Body) -> bytes:
    """The JSON payload of *body*; `read_alarm` reads it back to the same value."""
    members: dict[str, object] = {
        "identifier": body.identifier,
        "sender": body.sender,
        "sent": None if body.sent is None else rfc3339(body.sent),
        "expires": None if body.expires is None else rfc3339(body.expires),
        "status": body.status.value,
        "severity": body.severity,
        "headline": body.headline,
        "note": body.note,
        "age_s": round(body.age_s, 3),
        "clock": body.clock,
    }
    return jsontext.dump({name: value for name, value in members.items() if value is not None})


def rfc3339(epoch_s: float) -> str:
    """The instant *epoch_s*, seconds since the epoch, in local time with its offset (RFC 3339)."""
    return datetime.fromtimestamp(epoch_s).astimezone().isoformat(timespec="milliseconds")


def status_of(members: Mapping[str, object]) -> Status:
    """The member `status`; Actual if there is none. Raises BadTextError."""
    word = jsontext.text(members, "status")
    if word is None:
        return Status.ACTUAL
    if word not in {each.value for each in Status}:
        raise BadTextError(f"status {word[:40]!r}: use Actual, Exercise or Test")
    return Status(word)


def _body(members: Mapping[str, object]) -> Body:
    known = set(Body.__dataclass_fields__) - {"ignored"}
    identifier = jsontext.text(members, "identifier")
    if identifier is not None and not _IDENTIFIER.fullmatch(identifier):
        raise BadTextError("identifier: 1 to 128 signs, none of them a space, a comma, < or &")
    status = status_of(members)
    clock = jsontext.text(members, "clock")
    if clock not in (None, SYNCED, UNSYNCED):
        raise BadTextError(f"clock {clock!r}: use {SYNCED} or {UNSYNCED}")
    return Body(
        identifier=identifier,
        sender=jsontext.text(members, "sender"),
        sent=instant_of(members, "sent"),
        expires=instant_of(members, "expires"),
        status=status,
        severity=jsontext.text(members, "severity"),
        headline=jsontext.text(members, "headline"),
        note=jsontext.text(members, "note"),
        age_s=jsontext.seconds(members, "age_s", 0.0),
        clock=clock,
        ignored=tuple(sorted(jsontext.plain(name, "member's name") for name in members.keys() - known)),
    )


def instant_of(members: Mapping[str, object], name: str) -> float | None:
    """The member *name*, an instant of RFC 3339, in seconds since the epoch. Raises BadTextError."""
    value = jsontext.text(members, name)
    if value is None:
        return None
    if not _INSTANT.fullmatch(value):
        raise BadTextError(f"{name} {value[:40]!r} is no instant of RFC 3339, such as 2026-01-31T20:15:00+07:00")
    leap = re.sub(r"(:[0-9]{2}):60", r"\1:59", value)  # a leap second, which datetime does not know
    try:
        return datetime.fromisoformat(leap.upper().replace(" ", "T")).timestamp()
    except (ValueError, OverflowError):
        raise BadTextError(f"{name} {value[:40]!r} is no date that exists") from None
