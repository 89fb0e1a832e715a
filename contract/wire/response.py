"""A response: somebody reports how far they are with an alarm, or with a resident's report.

    {"identifier": "kalibagor.pos-1.9f86d081884c7d659a2f", "incident": "pencurian", "by": "petugas/polsek",
     "step": "menuju", "age_s": 3.5}

`identifier`, `by` and `step` are required. Without an `incident`, or with the word `lapor`, it is about the report of
that identifier; it is written as `lapor`, which a hub of before refuses with a sentence. The same person's same step of
the same alarm is one response, however often it comes; so whoever publishes one goes on until the hub shows that it has
it.
"""

from enum import StrEnum

from contract.domain.alarm import Keyed
from contract.domain.incidents import LAPOR
from contract.settings.schema import Place, flag, items, option, section
from contract.settings.schema import text as pattern
from contract.wire import codec
from contract.wire.alarm import IDENTIFIER, LONGEST
from contract.wire.codec import MAX_BYTES, Refusal, message, name, one_of, seconds, text

BY = 80  # characters of who responds

_identifier = pattern(IDENTIFIER.pattern, f"an identifier, of 1 to {LONGEST} printable ASCII characters")


class Step(StrEnum):
    """How far somebody is, in this order."""

    RECEIVED = "diterima"
    COMING = "menuju"
    THERE = "di-lokasi"
    DONE = "selesai"


_ORDER = {step.value: number for number, step in enumerate(Step, 1)}


def progress(step: str) -> int:
    """How far *step* is: 1 to 4; 0 for none, or for one of a newer program."""
    return _ORDER.get(step, 0)


def is_coming(step: str) -> bool:
    """Whether somebody who reports *step* is coming, is there, or was."""
    return progress(step) >= _ORDER[Step.COMING]


def named(found: object, place: Place) -> str:
    """The identifier of an alarm or a report."""
    return str(_identifier(text(found, place), place))


def by_whom(found: object, place: Place) -> str:
    """A role and a name, of BY characters at most."""
    who = name(found, place)
    if len(who) > BY:
        raise place.refuse(f"has {len(who)} characters; at most {BY}")
    return who


@message
class Response:
    """What somebody reports: `by` is a role and a name, `petugas/polsek`, by their own account. `age_s` seconds ago."""

    identifier: str = option(named)
    incident: str = option(name, default=LAPOR)
    by: str = option(by_whom)
    step: Step = option(one_of(Step))
    age_s: float = option(seconds, default=0.0)


@message
class Responded:
    """How far one of those is who have responded, as the hub repeats it; `age_s` in a beacon only.

    What is not `kept` is not on the hub's disk: whoever published it goes on. `step` may be one of a newer program.
    """

    by: str = option(text)
    step: str = option(text)
    age_s: float | None = option(codec.nullable(seconds), default=None)
    kept: bool = option(flag, default=True, omit=True)


@message
class Case(Keyed):
    """The last alarm of an incident in a village, to which people respond, also when it is over.

    `in_force`: it is now. `raised` is when it was raised first, in seconds since the epoch. `unanswered`: nobody had
    responded within the time that the hub's settings give.
    """

    incident: str = option(text, default="")
    village: str = option(text, default="")
    identifier: str = option(text, default="")
    status: str = option(text, default="")
    in_force: bool = option(flag, default=False)
    raised: float | None = option(codec.instant, default=None)
    unanswered: bool = option(flag, default=False, omit=True)
    responses: tuple[Responded, ...] = option(codec.few(items(section(Responded))), default=(), omit=True)


def read_response(payload: bytes) -> Response | Refusal:
    """The response in *payload*; read whole or refused whole."""
    if len(payload) > MAX_BYTES:
        return Refusal(f"response: more than {MAX_BYTES} bytes")
    return codec.receive(Response, payload, "response")


def write_response(response: Response) -> bytes:
    """The JSON payload of *response*; `read_response` reads it back to the same value."""
    return codec.send(response)
