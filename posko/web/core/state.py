"""What the page knows, as one frozen value. No behaviour.

The district is the one fold that `kentongan watch` has; beside it stand what people pressed here, and who is logged in.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum

from contract.domain.alarm import Key
from contract.people import Person
from contract.values import dataclass
from posko.operator.core import fold
from posko.operator.core.snapshot import Snapshot
from posko.web.core.asked import Answer, Place
from runtime.core.events import Clock


class Kind(StrEnum):
    """What is sent until it is known to be kept."""

    ALARM = "alarm"
    CLEAR = "aman"
    RESPONSE = "respon"
    REPORT = "lapor"


@dataclass(frozen=True, slots=True)
class Rules:
    """What does not change while the page runs. A warga's alarms are limited; the times are seconds."""

    district: str
    villages: tuple[str, ...]
    durations_s: Mapping[str, float]  # by incident
    everywhere: frozenset[str] = frozenset()  # incidents that are raised for all villages, or not at all
    per_minute: int = 1
    per_day: int = 5


@dataclass(frozen=True, slots=True)
class Sending:
    """Something that a person pressed here, on its way to the hub's disk, or arrived.

    `asked_at` is when it came here, `age_s` after it was pressed. `age_known` is False for one of an earlier boot of
    the machine whose age nobody can tell (yet); `asked_wall` is then when it came, in seconds since the epoch, if that
    was certain. `step` and `place` are a response's: how far, and on which village's topic it goes; `severity` and
    `where` a report's. `stamp` names its last write to the disk; `saved`: that is done. `tries` counts how often it was
    sent. `recorded`: the hub has it on its disk; `refusal` and `late` are why it does not ring. `mistaken`: its own
    all-clear followed at once. `withdrawn`: nobody received it before that.
    """

    kind: Kind
    key: Key
    identifier: str
    person: str
    sender: str
    asked_at: float
    age_s: float = 0.0
    note: str = ""
    exercise: bool = False
    step: str = ""
    place: str = ""
    severity: str = ""
    where: Place | None = None
    stamp: int = 0
    saved: bool = False
    age_known: bool = True
    asked_wall: float | None = None
    sent_at: float | None = None
    tries: int = 0
    acked: bool = False
    recorded: bool = False
    refusal: str = ""
    late: str = ""
    mistaken: bool = False
    withdrawn: bool = False

    @property
    def token(self) -> str:
        """Names it among all that is sent here."""
        more = f" {self.sender} {self.step}" if self.kind is Kind.RESPONSE else ""
        return f"{self.kind.value} {self.key.village} {self.key.incident} {self.identifier}{more}"

    @property
    def pressed_at(self) -> float:
        """When it was pressed."""
        return self.asked_at - self.age_s

    @property
    def settled(self) -> bool:
        """Whether nothing is to be sent any more."""
        return self.recorded or bool(self.refusal) or self.withdrawn


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, by which issue of the code."""

    name: str
    issued: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that waits: for the disk's stamp, or for the broker's; DISK or UNLINKED after `until`."""

    answer: Answer
    until: float


@dataclass(frozen=True, slots=True)
class State:
    """All that the page knows at instant `now`. `sessions` by the SHA-256 of their tokens.

    `stored`: what an earlier run left is known, or the disk does not give it; `remembered`: it is known. `disk` is why
    the disk fails, or "". `saving` waits for the disk, by stamp; `ordering` for the broker, by token. `elsewhere` is
    how further districts were last, by their slugs; None where nobody knows.
    """

    rules: Rules
    district: fold.State
    now: float
    clock: Clock
    started_at: float
    people: Mapping[str, Person] = field(default_factory=dict)
    sessions: Mapping[str, Session] = field(default_factory=dict)
    used: frozenset[tuple[str, int]] = frozenset()
    sendings: Mapping[str, Sending] = field(default_factory=dict)
    saving: Mapping[int, Waiting] = field(default_factory=dict)
    ordering: Mapping[str, Waiting] = field(default_factory=dict)
    stored: bool = False
    remembered: bool = False
    disk: str = ""
    stamp: int = 0
    order: int = 0
    elsewhere: Mapping[str, Snapshot | None] = field(default_factory=dict)

    def at(self, now: float) -> "State":
        """The same at the later instant *now*, for whoever shows it."""
        now = max(now, self.now)
        return replace(self, now=now, district=replace(self.district, now=now))

    def person_of(self, session: str) -> Person | None:
        """Who is logged in by *session*, if that is one that holds."""
        found = self.sessions.get(session)
        person = None if found is None else self.people.get(found.name)
        return person if found is not None and person is not None and person.issued == found.issued else None
