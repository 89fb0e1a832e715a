"""A resident's report: what is no alarm (a quarrel, a suspicious crowd). It rings nothing.

    {"identifier": "budi.9f86d081884c7d659a2f", "by": "warga/budi", "text": "Ribut di depan balai desa",
     "severity": "sedang", "place": {"lat": -7.7666, "lon": 113.9802, "accuracy_m": 12.0}, "age_s": 3.5}

All but `place` and `age_s` are required. The same identifier in the same village is one report, however often it comes;
so whoever publishes one goes on until the hub shows that it has it. People respond to it as to an alarm
(`contract.wire.response`); `selesai` closes it.
"""

from enum import StrEnum

from contract.settings.schema import Place, flag, items, number, option, section
from contract.wire import codec
from contract.wire.codec import MAX_BYTES, Refusal, message, name, one_of, seconds
from contract.wire.response import Responded, by_whom, named

LONGEST = 500  # characters of a text


class Severity(StrEnum):
    """How grave it is, in this order."""

    LOW = "rendah"
    MIDDLE = "sedang"
    HIGH = "tinggi"


def _text(found: object, place: Place) -> str:
    written = codec.text(found, place).strip()
    if not written:
        raise place.refuse("must not be empty")
    if len(written) > LONGEST:
        raise place.refuse(f"has {len(written)} characters; at most {LONGEST}")
    return written


@message
class Location:
    """Where it is, in degrees (WGS 84), and within how many metres of there, if anybody knows."""

    lat: float = option(number(-90, 90, " degrees"))
    lon: float = option(number(-180, 180, " degrees"))
    accuracy_m: float | None = option(codec.nullable(number(0, 1e7, " m")), default=None)


@message
class Lapor:
    """What a resident reports: `by` is a role and a name, `warga/budi`, by their own account. `age_s` seconds ago."""

    identifier: str = option(named)
    by: str = option(by_whom)
    text: str = option(_text)
    severity: Severity = option(one_of(Severity))
    place: Location | None = option(codec.nullable(section(Location)), default=None)
    age_s: float = option(seconds, default=0.0)


@message
class Open:
    """A report that nobody has closed, as the hub's status shows it; `text` may be cut, and then ends with `…`.

    `raised` is when it was made, in seconds since the epoch. `claimed`: nobody but the message says that it is `by`.
    What is not `kept` is not on the hub's disk: whoever published it goes on. `severity` may be one of a newer program.
    """

    identifier: str = option(name)
    village: str = option(name)
    text: str = option(codec.text, default="")
    severity: str = option(codec.text, default="")
    by: str = option(codec.text, default="")
    claimed: bool = option(flag, default=True, omit=False)
    raised: float | None = option(codec.nullable(codec.instant), default=None)
    place: Location | None = option(codec.nullable(section(Location)), default=None)
    kept: bool = option(flag, default=True, omit=True)
    responses: tuple[Responded, ...] = option(codec.few(items(section(Responded))), default=(), omit=True)


def read_lapor(payload: bytes) -> Lapor | Refusal:
    """The report in *payload*; read whole or refused whole."""
    if len(payload) > MAX_BYTES:
        return Refusal(f"report: more than {MAX_BYTES} bytes")
    return codec.receive(Lapor, payload, "report")


def write_lapor(lapor: Lapor) -> bytes:
    """The JSON payload of *lapor*; `read_lapor` reads it back to the same value."""
    return codec.send(lapor)
