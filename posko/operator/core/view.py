"""What an operator's desk knows, as one frozen value. No behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.domain.alarm import Key
from contract.wire.beacon import Beacon
from contract.wire.reports import NodeStatus, Report
from posko.core.state import Rules
from posko.operator.core.hubword import HubStatus
from posko.operator.core.orders import Order
from runtime.core.events import Clock


@dataclass(frozen=True, slots=True)
class Post:
    """What is known of a post: its last status, and when it last said anything live.

    `since` is the instant, in seconds since the epoch, from which it has been what it is; `exercises` are those of its
    alarms that are none in earnest; `sounding_at` is when it was first seen to sound what it sounds.

    The rest is about the order. A post is `loud` while it has something in force that the order is about: from
    `began_at` (`already`: before the order was sent), which is `proven` when that word is not an old one; until
    `ended_at`. `reason` is why it refused, `answer` what its self-test found.
    """

    status: NodeStatus | None = None
    since: float | None = None
    exercises: frozenset[Key] = frozenset()
    heard_at: float | None = None
    sounding_at: float | None = None
    loud: bool = False
    already: bool = False
    began_at: float | None = None
    proven: bool = False
    ended_at: float | None = None
    reason: str = ""
    answer: Report | None = None
    answered_at: float | None = None


@dataclass(frozen=True, slots=True)
class Hub:
    """What is known of the hub. `rang` are posts that it saw to sound what the order is about.

    `recorded_at` is when it was seen to have the order on its disk, `refusal` why it did not take it.
    """

    status: HubStatus | None = None
    status_at: float | None = None
    beacon: Beacon | None = None
    beacon_at: float | None = None
    rang: frozenset[str] = frozenset()
    recorded_at: float | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """An event that a post, or `posko`, told."""

    at: float
    who: str
    report: Report


@dataclass(frozen=True, slots=True)
class View:
    """All that the desk knows, at instant `now`. Without an `order` it only watches.

    `asked_at` is when the order was given; it may take `wait_s` to reach the broker, and then as long to be obeyed.
    `refused` is why the broker does not take it. `trouble` is why there is no link.
    """

    rules: Rules
    order: Order | None
    wait_s: float
    asked_at: float
    now: float
    clock: Clock
    linked_at: float | None = None
    ever_linked: bool = False
    trouble: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    published_at: float | None = None
    acked_at: float | None = None
    refused: str = ""
    posts: Mapping[str, Post] = field(default_factory=dict)
    hub: Hub = Hub()
    news: tuple[News, ...] = ()
