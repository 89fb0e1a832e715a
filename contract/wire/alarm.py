"""The message that raises an alarm, clears it or reports a patrol. It is easy to type, so it has three forms.

It is empty, plain text, or a JSON object with the names and meanings of OASIS CAP 1.2 (section 3.2: identifier, sender,
sent, expires, status, severity, headline, note), all optional, and two of ours: `age_s`, how long ago it was pressed,
and `clock`, whether the sender's clock is synchronised. The members of CAP by which a message is not an alarm (msgType
Cancel, responseType AllClear, scope Private, …) refuse it.

    bytes ──> contract.wire.typed: text ──> plain: a switch's word, an exercise, or a note
                                       └──> object: members in any letters ──> is it an alarm? ──> Body
"""

import re
from dataclasses import fields, replace
from functools import lru_cache

from contract.domain.alarm import Status
from contract.settings.schema import Place, choice, option
from contract.settings.schema import text as pattern
from contract.text import readable, unreadable
from contract.wire import codec, typed
from contract.wire.codec import MAX_BYTES, BadJsonError, Refusal, instant, message, one_of, seconds, text
from contract.wire.typed import OFF_ADVICE, Switch

SYNCED, UNSYNCED = "synced", "unsynced"
CAP_SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")


# CAP 1.2, section 3.2.1: no spaces, commas or the restricted characters < and &. What all programs remember and repeat
# has a bound of ours: 64 printable characters of ASCII.
LONGEST = 64
IDENTIFIER = re.compile(rf"[!-%'-+\--;=-~]{{1,{LONGEST}}}")
_allowed = pattern(
    IDENTIFIER.pattern,
    f"1 to {LONGEST} printable ASCII characters, without a space, a comma, < or &; or leave it out, and one is given",
)


def _identifier(found: object, place: Place) -> str:
    return _allowed(text(found, place), place)


@message
class Body:
    """What an alarm's payload says. `sent` and `expires` are seconds since the epoch; `age_s` is seconds, if given.

    `ignored` names the members that this version does not know; a newer sender must still ring. `doubts` are sentences
    about what could not be read.
    """

    identifier: str | None = option(_identifier, default=None)
    sender: str | None = option(text, default=None)
    sent: float | None = option(instant, default=None)
    expires: float | None = option(instant, default=None)
    status: Status = option(one_of(Status), default=Status.ACTUAL)
    severity: str | None = option(text, default=None)
    headline: str | None = option(text, default=None)
    note: str | None = option(text, default=None)
    age_s: float | None = option(seconds, default=None)
    clock: str | None = option(choice(SYNCED, UNSYNCED), default=None)
    ignored: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def elapsed_s(self) -> float:
        """How many seconds ago it was raised: the age that its sender gives; 0 without one."""
        return self.age_s or 0.0


_EMPTY = Body()
_MEMBERS = {each.name for each in fields(Body)} - {"ignored", "doubts"}
# CAP 1.2, sections 3.2.1 and 3.2.2: what a message is for, whom it is for, and what it asks people to do.
_NOTES = ("note", "headline")
_CAP = ("msgType", "scope", "responseType")
_ALARM_TYPES = {"alert", "update"}  # an update of an alarm raises or extends it
_STATUSES = {each.value.casefold(): each.value for each in Status}
_STATUSES |= dict.fromkeys(("latihan", "simulasi", "drill"), Status.EXERCISE.value)


def read_alarm(payload: bytes, *, clears: bool = False) -> Body | Refusal:
    """What *payload*, an alarm's, says; plain text is a note, and never keeps an alarm from ringing.

    What switches a thing off is refused, unless the message *clears*, an all-clear's: that is obeyed whatever it says.
    """
    return _read(payload, clears) if payload else _EMPTY


@lru_cache(maxsize=4)  # whoever foresees what a message does, and then does it, reads it once
def _read(payload: bytes, clears: bool) -> Body | Refusal:
    if len(payload) > MAX_BYTES:
        return Refusal(f"payload: more than {MAX_BYTES} bytes")
    written, doubt = typed.decode(payload)
    bare = typed.unquoted(written)
    if not bare.startswith(("{", "[")):
        return _plain(written, doubt, clears=clears)
    if doubt is not None:
        return Refusal("payload: a JSON object must be UTF-8 throughout; plain text may be anything")
    try:
        return _object(_unwrapped(codec.parse(bare)), clears=clears)
    except BadJsonError as error:
        return Refusal(f"{error}; write a note as plain text, without a bracket at its beginning")


def _plain(written: str, doubt: str | None, *, clears: bool) -> Body | Refusal:
    note = readable(written).strip()
    if typed.is_xml(note) and not clears:
        return Refusal("payload: XML is not read; send CAP's members as a JSON object, or a note as plain text")
    if not typed.unquoted(note):
        note = ""  # what a shell makes of an empty pair of quotes
    if doubt is None and readable(written) != written:
        doubt = "payload: holds characters that people cannot read; they were left out"
    switched = typed.switch(note) if note else None
    if switched not in (None, Switch.ON) and not clears:
        return Refusal(f"{note[:40]!r}: {OFF_ADVICE}")
    exercise = not clears and typed.announces_exercise(note)
    return Body(
        status=Status.EXERCISE if exercise else Status.ACTUAL,
        note=note if note and switched is not Switch.ON else None,
        doubts=() if doubt is None else (doubt,),
    )


def _unwrapped(written: dict[str, object]) -> dict[str, object]:
    """The object within *written*, where that is all it holds: {"alert": {…}}, as CAP's XML becomes JSON."""
    known = {typed.fold(name) for name in (*_MEMBERS, *_CAP)}
    inner = [value for name, value in written.items() if typed.fold(name) not in known]
    return inner[0] if len(written) == 1 and inner and isinstance(inner[0], dict) else written


def _object(written: dict[str, object], *, clears: bool) -> Body | Refusal:
    found = typed.renamed(written, {*_MEMBERS, *_CAP})
    if isinstance(found, str):
        return Refusal(found)
    objection = _no_alarm(found, clears=clears) or _exercise(found, clears=clears)
    if objection is not None:
        return Refusal(objection)
    ignored = tuple(sorted(found.keys() - _MEMBERS - set(_CAP)))
    character = unreadable("".join(ignored))
    if character is not None:
        return Refusal(f"the name of a member: must be text that people can read; it holds {character}")
    body = codec.read(Body, found)
    return body if isinstance(body, Refusal) else replace(body, ignored=ignored)


def _no_alarm(found: dict[str, object], *, clears: bool) -> str | None:
    """Why the members *found* raise no alarm; None if they may. Members that switch it on are taken out."""
    purpose = str(found.get("msgType", "Alert"))
    if purpose.casefold() not in _ALARM_TYPES and not (clears and purpose.casefold() == "cancel"):
        return f"msgType {purpose[:40]!r}: {OFF_ADVICE}"
    if str(found.get("scope", "Public")).casefold() != "public":
        return "scope: only a Public message may be sounded"
    if _all_clear(found) and not clears:
        return f"responseType AllClear: {OFF_ADVICE}"
    return _switched_off(found, clears=clears)


def _switched_off(found: dict[str, object], *, clears: bool) -> str | None:
    """Which of the members *found* switches off; None if none does. Members that switch anything are taken out.

    A note may be such a word where `status` says what the message is, as with all that this project's programs send.
    """
    texts = ("status", *(() if "status" in found else _NOTES))
    names = [name for name, value in found.items()
             if typed.is_switch(name) or (name in texts and isinstance(value, str))]
    for name in names:
        switched = typed.switch(found[name])
        if switched not in (None, Switch.ON) and not clears:
            return f"{name} {found[name]!r}: {OFF_ADVICE}"
        if switched is not None:
            del found[name]
    for name, inner in found.items():
        if not clears and isinstance(inner, dict) and typed.holds_switch(name):
            for each, value in inner.items():
                if typed.is_switch(each) and typed.switch(value) not in (None, Switch.ON):
                    return f"{name}.{each} {value!r}: {OFF_ADVICE}"
    return None


def _all_clear(found: dict[str, object]) -> bool:
    """Whether a responseType says AllClear, in the message itself or in one of its blocks `info`."""
    info = found.get("info")
    blocks = [found, *([info] if isinstance(info, dict) else info if isinstance(info, list) else [])]
    wanted = [value for block in blocks if isinstance(block, dict)
              for name, value in block.items() if typed.fold(name) == "responsetype"]
    words = [word for value in wanted for word in (value if isinstance(value, list) else [value])]
    return any(typed.fold(word) == "allclear" for word in words if isinstance(word, str))


def _exercise(found: dict[str, object], *, clears: bool) -> str | None:
    """Sets the status of the members *found* where another of them says that it is an exercise; or why it cannot."""
    marks = [name for name in found if typed.is_exercise(name)]
    marked = [name for name in marks if typed.switch(found.pop(name)) is Switch.ON]
    status = found.get("status")
    if isinstance(status, str):
        found["status"] = status = _STATUSES.get(status.casefold(), status)
    if marked and status == Status.ACTUAL.value:
        return f"status Actual and {marked[0]}: they contradict each other; keep one of them"
    notes = [value for name, value in found.items()
             if isinstance(value, str) and (name in _NOTES or typed.describes(name))]
    announced = not clears and any(map(typed.announces_exercise, notes))
    if (marked or announced) and "status" not in found:
        found["status"] = Status.EXERCISE.value
    return None


def write_alarm(body: Body) -> bytes:
    """The JSON payload of *body*; `read_alarm` reads it back to the same value."""
    return codec.send(body)
