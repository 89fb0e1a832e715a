"""What people ask of the page, and what they are answered, each a frozen value. No behaviour."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from contract.people import Person
from contract.values import dataclass
from contract.wire.lapor import Severity
from contract.wire.response import Step


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phone is, in degrees, and how exact that is, in metres."""

    lat: float
    lon: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """A button of the page was held, `age_s` seconds before this was asked."""

    village: str
    incident: str
    identifier: str
    note: str = ""
    place: Place | None = None
    age_s: float = 0.0
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class ClearAlarms:
    """An all-clear of a village: of a warga, that the press `identifier` of his own was a mistake."""

    village: str
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class SilencePosts:
    """The posts of a village are to be quiet."""

    village: str


@dataclass(frozen=True, slots=True)
class TestPosts:
    """The posts of a village are to test themselves; with `knock`, with a soft stroke."""

    village: str
    knock: bool = True


@dataclass(frozen=True, slots=True)
class Tell:
    """A report, which rings nothing, made `age_s` seconds before this was asked."""

    village: str
    identifier: str
    text: str
    severity: Severity
    place: Place | None = None
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Respond:
    """How far somebody is with an alarm; with the incident `lapor`, with a report, whose village may be left out."""

    village: str
    incident: str
    identifier: str
    step: Step


@dataclass(frozen=True, slots=True)
class Enter:
    """Somebody gave the right code: a session begins, known by the SHA-256 of its token."""

    session: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody ends the session."""

    session: str


Request = RaiseAlarm | ClearAlarms | SilencePosts | TestPosts | Tell | Respond | Enter | Leave


@dataclass(frozen=True, slots=True)
class Asked:
    """*person* asks for something; the answer bears the `ticket`."""

    ticket: int
    person: Person
    request: Request


@dataclass(frozen=True, slots=True)
class PeopleRead:
    """The people file, as it is now."""

    people: Mapping[str, Person] = field(default_factory=dict)


class Outcome(StrEnum):
    """What became of what somebody asked; the values are the page's words for it."""

    KEPT = "tersimpan"
    DONE = "selesai"
    FORBIDDEN = "tidak-boleh"
    STRANGER = "tidak-masuk"  # no session any more
    BAD = "salah-isi"
    UNKNOWN = "tidak-dikenal"
    TOO_LATE = "lewat"
    OTHERS = "alarm-lain"
    TOO_OFTEN = "terlalu-sering"
    FULL = "penuh"
    DISK = "disk"
    UNLINKED = "putus"
    NOT_READY = "belum-siap"
    USED = "kode-terpakai"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the one with `ticket` is answered; `wait_s`: when to ask again."""

    ticket: int
    outcome: Outcome
    identifier: str = ""
    wait_s: float = 0.0
