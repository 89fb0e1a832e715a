"""The fold: messages -> what the operator's program knows. Pure: no clock, no link, no output.

    messages ──> step ──> State ──> judgement (who rings, what is wrong, is it over)
                   └──> the order, once linked; again, under the same name, if the broker had not taken it

The evidence is what each post reports of itself. So no hub is needed; where there is one, it reports who is away, and
that it repeats the alarm to them.
"""

from collections.abc import Mapping
from dataclasses import field, replace

from contract.domain.alarm import Key, Name, Status
from contract.domain.digest import HUB_NAME, differ, digest
from contract.domain.district import District, reaches
from contract.domain.incidents import ONCE, Catalogue
from contract.text import several
from contract.values import dataclass
from contract.wire import beacon, hub_status, node_status, timing, topics
from contract.wire.beacon import Beacon, of_earlier_term
from contract.wire.codec import Refusal
from contract.wire.event import Kind, Report, read_event
from contract.wire.faults import Fault
from contract.wire.hub_status import HubStatus
from contract.wire.node_status import OFFLINE, NodeStatus
from contract.wire.topics import ActiveTopic, NodeTopic, PoskoTopic
from posko.core.state import Setup
from posko.operator.core import orders
from posko.operator.core.orders import Act, Order
from posko.operator.core.snapshot import News
from runtime.core.effects import Publish
from runtime.core.events import (
    NOT_AUTHORIZED,
    Acknowledged,
    Cause,
    Clock,
    Faulted,
    Linked,
    Overflowed,
    Received,
    Recovered,
    Rejected,
    Unlinked,
)
from runtime.core.transition import without

TOKEN = "order"  # noqa: S105 - names the one message that is sent
NEWS = 300  # events that are remembered
UNKNOWN = 20  # posts of each village that the district file does not have: an account can invent any number of them
POSKO = "posko"
OLD_DISTRICT = f"{HUB_NAME} has another district file than this computer; copy the new one to ~/.config/kentongan"


@dataclass(frozen=True, slots=True)
class Post:
    """What is known of a post: its last status, and when it last reported anything live.

    `sounding_at` is when it was first seen to sound what it sounds.

    The rest is about the order. A post is `loud` while it has something in force that the order is about: from
    `began_at` (`already`: before the order was sent), which is `proven` when that report is not an old one; until
    `ended_at`. It has `answered` if a live status came since the order was published; what it was before proves
    nothing. `reason` is why it refused, `answer` what its self-test found.
    """

    status: NodeStatus | None = None
    last_seen_at: float | None = None
    sounding_at: float | None = None
    loud: bool = False
    already: bool = False
    began_at: float | None = None
    proven: bool = False
    ended_at: float | None = None
    answered: bool = False
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
class State:
    """All that is known at instant `now`. Without an `order` the program only watches.

    `asked_at` is when the order was given; it may take `wait_s` to reach the broker, and then as long to be obeyed.
    `refused` is why the broker does not take it: for want of rights. `doubt` is what it answered otherwise, at
    `doubt_at`: then what the posts do decides. `trouble` is why there is no link, and `cause` of what kind that is.
    """

    setup: Setup
    order: Order | None
    wait_s: float
    asked_at: float
    now: float
    clock: Clock
    linked_at: float | None = None
    ever_linked: bool = False
    trouble: str = ""
    cause: Cause = Cause.OTHER
    faults: Mapping[str, str] = field(default_factory=dict)
    published_at: float | None = None
    acked_at: float | None = None
    refused: str = ""
    doubt: str = ""
    doubt_at: float | None = None
    posts: Mapping[str, Post] = field(default_factory=dict)
    hub: Hub = Hub()
    news: tuple[News, ...] = ()

    @property
    def answered_at(self) -> float | None:
        """When the broker answered the order, without refusing it."""
        return self.acked_at if self.acked_at is not None else self.doubt_at

    def post(self, post: str) -> Post:
        """What is known of *post*, which may be nothing."""
        return self.posts.get(post) or Post()


def start(setup: Setup, order: Order | None, wait_s: float, now: float, clock: Clock) -> State:
    """What is known where *order* is given at *now*; without one the program only watches."""
    return State(setup, order, wait_s, asked_at=now, now=now, clock=clock)


def make_setup(district: District, catalogue: Catalogue) -> Setup:
    """What is needed to know of *district*."""
    return Setup(
        district=district.district, version="", boot="", token=str, villages=frozenset(district.villages),
        incidents=catalogue.incidents, posts=reaches(district, catalogue), district_digest=digest(district),
    )


def step(state: State, event: object, now: float) -> tuple[State, Publish | None]:
    """What is known after *event* at instant *now*, and what is to be sent."""
    state = _take_in(replace(state, now=max(now, state.now)), event)
    return _send(state) if isinstance(event, Linked) else (state, None)


def _take_in(state: State, event: object) -> State:  # noqa: C901 - a table, one row an event
    match event:
        case Received():
            state = _received(state, event)
        case Linked():
            state = replace(state, linked_at=state.now, ever_linked=True, trouble="", cause=Cause.OTHER)
        case Unlinked(reason, cause):
            state = replace(state, linked_at=None, trouble=reason, cause=cause)
        case Acknowledged():
            state = replace(state, acked_at=state.now)
        case Rejected(_, code, reason):
            state = _rejected(state, code, reason)
        case Faulted(Fault.PUBLISH, _):
            pass  # of the order, which is all that is published, it is known as Rejected
        case Faulted(part, reason):
            state = replace(state, faults={**state.faults, part: reason})
        case Recovered(part):
            state = replace(state, faults=without(state.faults, part))
        case Clock():
            state = replace(state, clock=event)
        case Overflowed(count):
            reason = f"{several(count, 'message')} came faster than they were read"
            state = replace(state, faults={**state.faults, Fault.INBOX: reason})
        case _:
            pass  # time has passed
    return state


def _rejected(state: State, code: int, reason: str) -> State:
    if code == NOT_AUTHORIZED:
        return replace(state, refused=reason)
    return replace(state, doubt=reason, doubt_at=state.now if state.doubt_at is None else state.doubt_at)


def concern(order: Order, key: Key, *, exercise: bool) -> bool:
    """Whether an alarm of *key* is what *order* is about: what it raises, or what it is to end."""
    if order.act is Act.ALARM:
        return key == order.key and exercise == order.exercise
    if order.act is Act.CLEAR:
        return order.concerns(key.village) and key.incident not in ONCE and (exercise or not order.exercise)
    return order.act is Act.SILENCE


def _send(state: State) -> tuple[State, Publish | None]:
    order = state.order
    if order is None or state.acked_at is not None or state.refused:
        return state, None
    first = state.now if state.published_at is None else state.published_at
    body = orders.payload(order, state.clock, state.asked_at, state.now)
    return replace(state, published_at=first), Publish(orders.topic(state.setup.district, order), body, token=TOKEN)


def _received(state: State, message: Received) -> State:
    match topics.read(state.setup.district, message.topic):
        case NodeTopic(village, node, "status"):
            post = f"{village}/{node}"
            return _put(state, post, _status(state, post, message))
        case NodeTopic(village, node, _):
            return _event(state, f"{village}/{node}", message)
        case PoskoTopic("status"):
            return _hub_status(state, message)
        case PoskoTopic():
            return _hub_event(state, message)
        case ActiveTopic():
            read = beacon.read_beacon(message.payload)
            return state if isinstance(read, Refusal) else _beacon(state, read)
        case _:
            return state


def _put(state: State, post: str, known: Post | None) -> State:
    if known is None:  # its status was cleared away: the broker keeps nothing of it any more
        return replace(state, posts=without(state.posts, post))
    if post not in state.posts and post not in state.setup.posts:
        village = post.split("/", maxsplit=1)[0]
        unknown = sum(each.startswith(f"{village}/") for each in state.posts.keys() - state.setup.posts.keys())
        if village not in state.setup.villages or unknown >= UNKNOWN:
            return state
    return replace(state, posts={**state.posts, post: known})


def _status(state: State, post: str, message: Received) -> Post | None:
    """The post after its status. What the broker had retained is what it was, not that it is still there."""
    if not message.payload:
        return None
    known = state.post(post)
    status = node_status.read_status(message.payload)
    if isinstance(status, Refusal):
        return known
    same = known.status is not None and _key(known.status) == _key(status)
    live = not message.retain and status.state != OFFLINE
    known = replace(
        known, status=status, sounding_at=known.sounding_at if same else state.now,
        last_seen_at=state.now if live else known.last_seen_at,
        answered=state.published_at is not None and (live or (known.answered and status.state != OFFLINE)),
    )
    return known if state.order is None else _loudness(state, state.order, known, retained=message.retain)


def _loudness(state: State, order: Order, known: Post, *, retained: bool) -> Post:
    """Notes whether the post has in force what *order* is about. One that went offline has not ended anything."""
    status = known.status
    if status is None or status.state == OFFLINE:
        return known
    here = {status.sounding, *(status.waiting if order.act is not Act.ALARM else ())} - {None}
    about = {
        each for each in here
        if each is not None and concern(order, each.key, exercise=each.status is Status.EXERCISE)
    }
    if not about:
        ended_at = state.now if known.loud else known.ended_at
        return replace(known, loud=False, began_at=known.began_at if known.proven else None, ended_at=ended_at)
    ours = any(each.identifier == order.identifier for each in about)
    if known.began_at is None:
        old = state.published_at is None or (retained and not ours)
        known = replace(known, began_at=state.now, already=old)
    fresh = state.published_at is not None and (ours or not retained)
    return replace(known, loud=True, proven=known.proven or fresh, ended_at=None)


def _event(state: State, post: str, message: Received) -> State:
    report = read_event(message.payload)
    if isinstance(report, Refusal):
        return state
    known = replace(state.post(post), last_seen_at=state.now)
    if state.published_at is not None and state.order is not None:
        if known.loud and known.status is not None and report.boot == known.status.boot:
            known = replace(known, proven=True)  # it rang before, and still runs
        if isinstance(report.members.get("results"), dict):
            known = replace(known, answer=report, answered_at=state.now)
        if report.kind in (Kind.REFUSED, Kind.LATE) and _answers(state, state.order, report):
            known = replace(known, reason=report.text("reason"))
    return _report(_put(state, post, known), post, report)


def _answers(state: State, order: Order, report: Report) -> bool:
    """Whether *report* is about *order*."""
    if order.act in (Act.ALARM, Act.CLEAR):
        return Name(*map(report.text, Name._fields)) == order.key.name(order.identifier)
    return report.text("topic") == orders.topic(state.setup.district, order)


def _hub_status(state: State, message: Received) -> State:
    status = hub_status.read_status(message.payload)
    if isinstance(status, Refusal):
        return state
    rang = {
        post for alarm in status.alarms for post in alarm.sounds
        if state.order is not None and concern(state.order, alarm.key, exercise=True)
    }
    state = replace(state, hub=replace(state.hub, status=status, status_at=state.now, rang=state.hub.rang | rang))
    if differ(state.setup.district_digest, status.district_digest):
        faults = {**state.faults, Fault.DISTRICT: OLD_DISTRICT}
    else:
        faults = without(state.faults, Fault.DISTRICT)
    return replace(state, faults=faults)


def _hub_event(state: State, message: Received) -> State:
    report = read_event(message.payload)
    if isinstance(report, Refusal):
        return state
    order = state.order
    if order is not None and state.published_at is not None:
        if report.kind in (Kind.REFUSED, Kind.LATE) and _answers(state, order, report):
            state = replace(state, hub=replace(state.hub, refusal=report.text("reason")))
        silenced = report.kind == Kind.SILENCED and report.text("village") == order.key.village
        if order.act is Act.SILENCE and silenced:
            state = replace(state, hub=_record(state, state.hub))
    return _report(state, POSKO, report)


def _beacon(state: State, read: Beacon) -> State:
    known, at = state.hub.beacon, state.hub.beacon_at
    alive = at is not None and state.now < at + timing.HUB_LOST_S
    if known is not None and alive and of_earlier_term(read, known.term):
        return state
    hub = replace(state.hub, beacon=read, beacon_at=state.now)
    order = state.order
    if order is None or state.published_at is None:
        return replace(state, hub=hub)
    silenced = read.alarms and all(order.key.village in alarm.silenced for alarm in read.alarms)
    if order.key.name(order.identifier) in read.kept() or (order.act is Act.SILENCE and silenced):
        hub = _record(state, hub)
    return replace(state, hub=hub)


def _record(state: State, hub: Hub) -> Hub:
    return hub if hub.recorded_at is not None else replace(hub, recorded_at=state.now)


def _report(state: State, source: str, report: Report) -> State:
    number = state.news[-1].number + 1 if state.news else 0
    return replace(state, news=(*state.news, News(number, state.now, source, report))[-NEWS:])


def _key(status: NodeStatus) -> Key | None:
    return None if status.sounding is None else status.sounding.key
