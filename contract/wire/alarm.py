"""The message that raises an alarm, clears it or reports a patrol. It is easy to type, so it has three forms.

It is empty, plain text, or a JSON object with the names and meanings of OASIS CAP 1.2 (section 3.2: identifier, sender,
sent, expires, status, severity, headline, note), all optional, and two of ours: `age_s`, how long ago it was pressed,
and `clock`, whether the sender's clock is synchronised.
"""

from dataclasses import fields, replace

from contract.domain.alarm import Status
from contract.settings.schema import Place, choice, option
from contract.settings.schema import text as pattern
from contract.text import unreadable
from contract.wire import codec
from contract.wire.codec import MAX_BYTES, BadJsonError, Refusal, instant, message, one_of, seconds, text

SYNCED, UNSYNCED = "synced", "unsynced"
CAP_SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")


# CAP 1.2, section 3.2.1: no spaces, commas or the restricted characters < and &.
_allowed = pattern(r"[^\s,<&]{1,128}", "1 to 128 characters, without a space, a comma, < or &")


def _identifier(found: object, place: Place) -> str:
    return _allowed(text(found, place), place)


@message
class Body:
    """What an alarm's payload says. `sent` and `expires` are seconds since the epoch; `age_s` is seconds.

    `ignored` names the members that this version does not know; a newer sender must still ring.
    """

    identifier: str | None = option(_identifier, default=None)
    sender: str | None = option(text, default=None)
    sent: float | None = option(instant, default=None)
    expires: float | None = option(instant, default=None)
    status: Status = option(one_of(Status), default=Status.ACTUAL)
    severity: str | None = option(text, default=None)
    headline: str | None = option(text, default=None)
    note: str | None = option(text, default=None)
    age_s: float = option(seconds, default=0.0)
    clock: str | None = option(choice(SYNCED, UNSYNCED), default=None)
    ignored: tuple[str, ...] = ()


_MEMBERS = {each.name for each in fields(Body)} - {"ignored"}


def read_alarm(payload: bytes) -> Body | Refusal:
    """What *payload*, an alarm's, says; plain text is a note."""
    if len(payload) > MAX_BYTES:
        return Refusal(f"payload: more than {MAX_BYTES} bytes")
    try:
        written = payload.decode("utf-8-sig").strip()
        found = codec.parse(written) if written.startswith("{") else {"note": written} if written else {}
    except UnicodeDecodeError:
        return Refusal("payload: must be UTF-8, text or JSON")
    except BadJsonError as error:
        return Refusal(str(error))
    ignored = tuple(sorted(found.keys() - _MEMBERS))
    character = unreadable("".join(ignored))
    if character is not None:
        return Refusal(f"the name of a member: must be text that people can read; it holds {character}")
    body = codec.read(Body, found)
    return body if isinstance(body, Refusal) else replace(body, ignored=ignored)


def write_alarm(body: Body) -> bytes:
    """The JSON payload of *body*; `read_alarm` reads it back to the same value."""
    return codec.send(body)
