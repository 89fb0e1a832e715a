"""What a phone sends, as it is read: JSON in, a request of the core out; or why it cannot be read. Opens nothing."""

import re
from collections.abc import Callable, Mapping

from contract.domain.incidents import LAPOR
from contract.settings.schema import Place as At
from contract.settings.schema import flag, number, option, section
from contract.settings.schema import text as pattern
from contract.wire import codec, lapor
from contract.wire.alarm import IDENTIFIER, LONGEST
from contract.wire.codec import Refusal, message, name, nullable, one_of, seconds, text
from contract.wire.lapor import Severity
from contract.wire.response import Step
from posko.web.core.asked import ClearAlarms, Place, RaiseAlarm, Request, Respond, SilencePosts, Tell, TestPosts

NOTE = 300  # characters
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # what turns the direction of the text that follows it
_identifier = pattern(IDENTIFIER.pattern, f"1 to {LONGEST} printable ASCII characters")


def _note(found: object, place: At) -> str:
    """One line of text, whatever it was; no more of it than people read."""
    written = " ".join(text(found, place).split())
    if len(written) > NOTE:
        raise place.refuse(f"has {len(written)} characters; at most {NOTE}")
    return _TURNING.sub("", written)


def _report(found: object, place: At) -> str:
    """The text of a report, in lines as it was typed."""
    written = _TURNING.sub("", text(found, place)).strip()
    if not 0 < len(written) <= lapor.LONGEST:
        raise place.refuse(f"has {len(written)} characters; 1 to {lapor.LONGEST} are read")
    return written


@message
class Spot:
    """Where a phone is."""

    lat: float = option(number(-90, 90, " degrees"))
    lon: float = option(number(-180, 180, " degrees"))
    accuracy_m: float = option(number(0, 1e7, " m"), default=0.0)


def _spot(found: Spot | None) -> Place | None:
    return None if found is None else Place(found.lat, found.lon, found.accuracy_m)


@message
class AlarmBody:
    """A press."""

    village: str = option(name)
    incident: str = option(name)
    identifier: str = option(_identifier)
    note: str = option(_note, default="")
    place: Spot | None = option(nullable(section(Spot)), default=None)
    age_s: float = option(seconds, default=0.0)
    exercise: bool = option(flag, default=False)

    def request(self) -> Request:
        """What is asked for."""
        return RaiseAlarm(
            self.village, self.incident, self.identifier, self.note, _spot(self.place), self.age_s, self.exercise)


@message
class TellBody:
    """A report."""

    village: str = option(name)
    identifier: str = option(_identifier)
    text: str = option(_report)
    severity: Severity = option(one_of(Severity))
    place: Spot | None = option(nullable(section(Spot)), default=None)
    age_s: float = option(seconds, default=0.0)

    def request(self) -> Request:
        """What is asked for."""
        return Tell(self.village, self.identifier, self.text, self.severity, _spot(self.place), self.age_s)


@message
class ClearBody:
    """An all-clear."""

    village: str = option(name)
    incident: str = option(text, default="")
    identifier: str = option(_identifier)

    def request(self) -> Request:
        """What is asked for."""
        return ClearAlarms(self.village, self.identifier)


@message
class SilenceBody:
    """A silence."""

    village: str = option(name)

    def request(self) -> Request:
        """What is asked for."""
        return SilencePosts(self.village)


@message
class TestBody:
    """A self-test."""

    village: str = option(name)
    ketuk: bool = option(flag, default=True)

    def request(self) -> Request:
        """What is asked for."""
        return TestPosts(self.village, self.ketuk)


@message
class RespondBody:
    """A response to an alarm, or to the `report` of that identifier."""

    village: str = option(text, default="")
    incident: str = option(text, default=LAPOR)
    identifier: str | None = option(nullable(_identifier), default=None)
    report: str | None = option(nullable(_identifier), default=None)
    step: Step = option(one_of(Step))

    def request(self) -> Request:
        """What is asked for."""
        if self.report is not None:
            return Respond(self.village, LAPOR, self.report, self.step)
        return Respond(self.village, self.incident, self.identifier or "", self.step)


@message
class CodeBody:
    """A card's code."""

    code: str = option(pattern(r"[A-Za-z0-9 -]{4,40}", "the code on the card"))


Body = AlarmBody | TellBody | ClearBody | SilenceBody | TestBody | RespondBody
KINDS: Mapping[str, type[Body]] = {
    "alarm": AlarmBody, "aman": ClearBody, "senyap": SilenceBody, "uji": TestBody, "respon": RespondBody,
    "lapor": TellBody,
}


def read(word: str, payload: bytes, new_identifier: Callable[[], str]) -> Request | Refusal:
    """What the *payload* of POST /api/WORD asks for. An all-clear without an identifier is given a new one."""
    found = codec.receive_members(payload, word)
    if isinstance(found, Refusal):
        return found
    if word == "aman" and not found.get("identifier"):
        found = {**found, "identifier": new_identifier()}
    body = codec.read(KINDS[word], found, f"{word}: ")
    return body if isinstance(body, Refusal) else body.request()


def read_code(payload: bytes) -> str | Refusal:
    """The code in the *payload* of POST /masuk."""
    body = codec.receive(CodeBody, payload, "masuk")
    return body if isinstance(body, Refusal) else body.code
