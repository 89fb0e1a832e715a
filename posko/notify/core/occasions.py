"""What a message is about, and the rules by which a target gets it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from enum import StrEnum

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.values import dataclass

SEVERITIES = ("rendah", "sedang", "tinggi")  # upwards


class Occasion(StrEnum):
    """What messages are sent about; the values are those of the setting `events`."""

    ALARM = "alarm"
    CLEAR = "clear"  # an alarm is over, by an all-clear or by its time
    UNANSWERED = "unanswered"  # nobody has responded within the time that the hub's settings give
    MISSING = "missing"  # not all posts ring
    FAULT = "fault"  # of the hub, of a post, of the way to them; and its end
    REPORT = "lapor"  # a resident's report that rings nothing


class Ended(StrEnum):
    """How an alarm ended, as far as the hub's beacon shows it."""

    NOT = ""
    CLEARED = "cleared"
    TIME = "time"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a target gets: all that is one of `events`, of the `villages` and `incidents` (none: of all), and at least
    so severe. What is for all villages is for each of them.
    """

    events: frozenset[Occasion]
    villages: frozenset[str] = frozenset()
    incidents: frozenset[str] = frozenset()
    severity: str = SEVERITIES[0]
    exercises: bool = True


@dataclass(frozen=True, slots=True)
class Responder:
    """Who has responded, and the farthest step."""

    by: str
    step: str


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be reported, without words. `at_s` is when it happened, in seconds since the epoch.

    Of an alarm, `rings` of `expected` posts ring (None: not known), and `missing` are those that do not, with what
    keeps them. `claimed`: nobody but the sender says that it is `origin`. `late`: it was over before it could be
    reported. Of a fault, `post` has it or the hub's `part`, and `recovered` is its end. `text` is a report's.
    """

    occasion: Occasion
    at_s: float
    key: Key | None = None
    village: str = ""
    severity: str = ""
    exercise: bool = False
    note: str = ""
    origin: str = ""
    claimed: bool = False
    rings: int | None = None
    expected: int = 0
    missing: Mapping[str, str] = field(default_factory=dict)
    ended: Ended = Ended.NOT
    late: bool = False
    age_s: float = 0.0
    responders: tuple[Responder, ...] = ()
    post: str = ""
    part: str = ""
    reason: str = ""
    recovered: bool = False
    text: str = ""


def concerns(rules: Iterable[Rule], message: Message) -> bool:
    """Whether one of *rules* wants *message*."""
    return any(_concerns(rule, message) for rule in rules)


def _concerns(rule: Rule, message: Message) -> bool:
    if message.occasion not in rule.events or (message.exercise and not rule.exercises):
        return False
    if rule.villages and message.village not in ("", EVERYWHERE, *rule.villages):
        return False
    if message.occasion is Occasion.FAULT:
        return True  # it has no incident, and no severity
    if rule.incidents and (message.key is None or message.key.incident not in rule.incidents):
        return message.occasion is Occasion.REPORT  # which is of no incident
    return _rank(message.severity) >= _rank(rule.severity)


def _rank(severity: str) -> int:
    """How severe; what the catalogue does not have (any more) counts as most severe, so that it is not left out."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
