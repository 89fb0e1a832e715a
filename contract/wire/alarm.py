"""The message that raises an alarm, clears it or reports a patrol. It is easy to type, so it has three forms.

It is empty, plain text, or a JSON object with the names and meanings of OASIS CAP 1.2 (section 3.2: identifier, sender,
sent, expires, status, severity, headline, note), all optional, and two of ours: `age_s`, how long ago it was pressed,
and `clock`, whether the sender's clock is synchronised. The members of CAP by which a message is not an alarm (msgType
Cancel, responseType AllClear, scope Private, …) refuse it.

    bytes ──> contract.wire.typed: text ──> plain: a switch's word, an exercise, or a note
                                       └──> object: members in any letters ──> is it an alarm? ──> Body
"""

from dataclasses import fields, replace

from contract.domain.alarm import Status
from contract.settings.schema import Place, choice, option
from contract.settings.schema import text as pattern
from contract.text import readable, unreadable
from contract.wire import codec, typed
from contract.wire.codec import MAX_BYTES, BadJsonError, Refusal, instant, message, one_of, seconds, text
from contract.wire.typed import OFF_ADVICE, Switch

SYNCED, UNSYNCED = "synced", "unsynced"
CAP_SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")


# CAP 1.2, section 3.2.1: no spaces, commas or the restricted characters < and &.
_allowed = pattern(r"[^\s,<&]{1,128}", "1 to 128 characters, without a space, a comma, < or &")


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


_MEMBERS = {each.name for each in fields(Body)} - {"ignored", "doubts"}
# CAP 1.2, sections 3.2.1 and 3.2.2: what a message is for, whom it is for, and what it asks people to do.
_CAP = ("msgType", "scope", "responseType")
_ALARM_TYPES = {"alert", "update"}  # an update of an alarm raises or extends it
_STATUSES = {each.value.casefold(): each.value for each in Status}
_STATUSES |= dict.fromkeys(("latihan", "simulasi", "drill"), Status.EXERCISE.value)


def read_alarm(payload: bytes, *, clears: bool = False) -> Body | Refusal:
    """What *payload*, an alarm's, says; plain text is a note, and never keeps an alarm from ringing.

    What switches a thing off is refused, unless the message *clears*, an all-clear's: that is obeyed whatever it says.
    """
    if len(payload) > MAX_BYTES:
        return Refusal(f"payload: more than {MAX_BYTES} bytes")
    written, doubt = typed.decode(payload)
    bare = typed.unquoted(written)
    if not bare.startswith(("{", "[")):
        return _plain(written, doubt, clears=clears)
    if doubt is not None:
        return Refusal("payload: a JSON object must be UTF-8 throughout; plain text may be anything")
    try:
        return _object(codec.parse(bare), clears=clears)
    except BadJsonError as error:
        return Refusal(f"{error}; write a note as plain text, without a bracket at its beginning")


def _plain(written: str, doubt: str | None, *, clears: bool) -> Body | Refusal:
    note = readable(written).strip()
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
    for name in [name for name in found if typed.is_switch(name)]:
        switched = typed.switch(found[name])
        if switched not in (None, Switch.ON) and not clears:
            return f"{name} {found[name]!r}: {OFF_ADVICE}"
        if switched is not None:
            del found[name]
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
    note = next((found[name] for name in ("note", "headline") if found.get(name)), None)
    announced = isinstance(note, str) and not clears and typed.announces_exercise(note)
    if (marked or announced) and "status" not in found:
        found["status"] = Status.EXERCISE.value
    return None


def write_alarm(body: Body) -> bytes:
    """The JSON payload of *body*; `read_alarm` reads it back to the same value."""
    return codec.send(body)
