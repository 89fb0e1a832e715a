"""`step`: what happens at an operator's desk, folded into what is known there. Pure: no clock, no link, no output.

    messages ──> step ──> View ──> verdict (who rings, what is wrong, is it over), words, pictures
                   └──> the order, once linked; again, under the same name, if the broker had not taken it

The evidence is what each post says of itself. So the desk needs no hub; where there is one, it says who is away, and
that it repeats the alarm to them.
"""

from dataclasses import replace

from contract.domain.alarm import Key
from contract.domain.district import District, reaches
from contract.domain.incidents import ONCE, Catalogue
from contract.wire import alarm as alarm_message
from contract.wire import beacon, reports, topics
from contract.wire.alarm import Refusal
from contract.wire.beacon import Beacon
from contract.wire.reports import OFFLINE, Kind, NodeStatus, Report
from contract.wire.topics import ActiveTopic, NodeTopic, PoskoTopic
from posko.core.state import Rules
from posko.operator.core import orders
from posko.operator.core.hubword import read_hub_status
from posko.operator.core.orders import Act, Order
from posko.operator.core.view import Hub, News, Post, View
from runtime.core.effects import Publish
from runtime.core.events import Acknowledged, Clock, Faulted, Linked, Overflowed, Received, Recovered, Unlinked
from runtime.core.transition import without

TOKEN = "order"  # noqa: S105 - names the one message that is sent
NEWS = 300  # events that are remembered
POSKO = "posko"


def start(rules: Rules, order: Order | None, wait_s: float, now: float, clock: Clock) -> View:
    """What is known at a desk where *order* is given at *now*; without one it only watches."""
    return View(rules, order, wait_s, asked_at=now, now=now, clock=clock)


def make_rules(district: District, catalogue: Catalogue) -> Rules:
    """What the desk needs to know of *district*."""
    return Rules(
        district=district.district, version="", boot="", villages=frozenset(district.villages),
        incidents=catalogue.incidents, posts=reaches(district, catalogue),
    )


def step(view: View, event: object, now: float) -> tuple[View, Publish | None]:
    """What is known after *event* at instant *now*, and what is to be sent."""
    view = _take_in(replace(view, now=max(now, view.now)), event)
    return _send(view) if isinstance(event, Linked) else (view, None)


def _take_in(view: View, event: object) -> View:
    match event:
        case Received():
            view = _received(view, event)
        case Linked():
            view = replace(view, linked_at=view.now, ever_linked=True, trouble="")
        case Unlinked(reason):
            view = replace(view, linked_at=None, trouble=reason)
        case Acknowledged():
            view = replace(view, acked_at=view.now)
        case Faulted("publish", reason):
            view = replace(view, refused=reason)
        case Faulted(part, reason):
            view = replace(view, faults={**view.faults, part: reason})
        case Recovered(part):
            view = replace(view, faults=without(view.faults, part))
        case Clock():
            view = replace(view, clock=event)
        case Overflowed(count):
            view = replace(view, faults={**view.faults, "inbox": f"{count} messages came faster than they were read"})
        case _:
            pass  # time has passed
    return view


def concern(order: Order, key: Key, *, exercise: bool) -> bool:
    """Whether an alarm of *key* is what *order* is about: what it raises, or what it is to end."""
    if order.act is Act.ALARM:
        return key == order.key and exercise == order.exercise
    if order.act is Act.CLEAR:
        return order.concerns(key.village) and key.incident not in ONCE and (exercise or not order.exercise)
    return order.act is Act.SILENCE


def _send(view: View) -> tuple[View, Publish | None]:
    order = view.order
    if order is None or view.acked_at is not None or view.refused:
        return view, None
    first = view.now if view.published_at is None else view.published_at
    body = orders.payload(order, view.clock, view.asked_at, view.now)
    return replace(view, published_at=first), Publish(orders.topic(view.rules.district, order), body, token=TOKEN)


def _received(view: View, message: Received) -> View:
    match topics.read(view.rules.district, message.topic):
        case NodeTopic(village, node, "status"):
            post = f"{village}/{node}"
            return _put(view, post, _status(view, post, message))
        case NodeTopic(village, node, _):
            return _event(view, f"{village}/{node}", message)
        case PoskoTopic("status"):
            return _hub_status(view, message)
        case PoskoTopic():
            return _hub_event(view, message)
        case ActiveTopic():
            read = beacon.read_beacon(message.payload)
            return view if isinstance(read, Refusal) else _beacon(view, read)
        case _:
            return view


def _put(view: View, post: str, known: Post | None) -> View:
    if known is None:  # its status was cleared away: the broker keeps nothing of it any more
        return replace(view, posts=without(view.posts, post))
    return replace(view, posts={**view.posts, post: known})


def _status(view: View, post: str, message: Received) -> Post | None:
    """The post after its status. What the broker had kept tells what it was, not that it lives."""
    if not message.payload:
        return None
    known = view.posts.get(post, Post())
    status, report = reports.read_status(message.payload), reports.read_event(message.payload)
    if isinstance(status, Refusal) or isinstance(report, Refusal):
        return known
    same = known.status is not None and _key(known.status) == _key(status)
    known = replace(
        known, status=status, since=_since(report), exercises=_exercises(report),
        sounding_at=known.sounding_at if same else view.now,
        heard_at=known.heard_at if message.retain or status.state == OFFLINE else view.now,
    )
    return known if view.order is None else _loudness(view, view.order, known, kept=message.retain)


def _loudness(view: View, order: Order, known: Post, *, kept: bool) -> Post:
    """Follows whether the post has in force what *order* is about. One that went offline has not ended anything."""
    status = known.status
    if status is None or status.state == OFFLINE:
        return known
    here = {status.sounding, *(status.waiting if order.act is not Act.ALARM else ())} - {None}
    about = {
        each for each in here if each is not None and concern(order, each.key, exercise=each.key in known.exercises)
    }
    if not about:
        ended_at = view.now if known.loud else known.ended_at
        return replace(known, loud=False, began_at=known.began_at if known.proven else None, ended_at=ended_at)
    ours = any(each.identifier == order.identifier for each in about)
    if known.began_at is None:
        old = view.published_at is None or (kept and not ours)
        known = replace(known, began_at=view.now, already=old)
    fresh = view.published_at is not None and (ours or not kept)
    return replace(known, loud=True, proven=known.proven or fresh, ended_at=None)


def _event(view: View, post: str, message: Received) -> View:
    report = reports.read_event(message.payload)
    if isinstance(report, Refusal):
        return view
    known = replace(view.posts.get(post, Post()), heard_at=view.now)
    if view.published_at is not None and view.order is not None:
        if known.loud and known.status is not None and report.boot == known.status.boot:
            known = replace(known, proven=True)  # it rang before, and lives
        if isinstance(report.members.get("results"), dict):
            known = replace(known, answer=report, answered_at=view.now)
        if report.kind in (Kind.REFUSED.value, Kind.LATE.value) and _answers(view, view.order, report):
            known = replace(known, reason=report.word("reason"))
    return _tell(_put(view, post, known), post, report)


def _answers(view: View, order: Order, report: Report) -> bool:
    """Whether *report* is about *order*."""
    if order.act in (Act.ALARM, Act.CLEAR):
        return report.word("identifier") == order.identifier
    return report.word("topic") == orders.topic(view.rules.district, order)


def _hub_status(view: View, message: Received) -> View:
    status = read_hub_status(message.payload)
    if status is None:
        return view
    rang = {
        post for key, sounds in status.sounds.items() for post in sounds
        if view.order is not None and concern(view.order, key, exercise=True)
    }
    return replace(view, hub=replace(view.hub, status=status, status_at=view.now, rang=view.hub.rang | rang))


def _hub_event(view: View, message: Received) -> View:
    report = reports.read_event(message.payload)
    if isinstance(report, Refusal):
        return view
    order = view.order
    if order is not None and view.published_at is not None:
        if report.kind in (Kind.REFUSED.value, Kind.LATE.value) and _answers(view, order, report):
            view = replace(view, hub=replace(view.hub, refusal=report.word("reason")))
        silenced = report.kind == Kind.SILENCED.value and report.word("village") == order.key.village
        if order.act is Act.SILENCE and silenced:
            view = replace(view, hub=_record(view, view.hub))
    return _tell(view, POSKO, report)


def _beacon(view: View, read: Beacon) -> View:
    hub = replace(view.hub, beacon=read, beacon_at=view.now)
    order = view.order
    if order is None or view.published_at is None:
        return replace(view, hub=hub)
    silenced = read.alarms and all(order.key.village in alarm.silenced for alarm in read.alarms)
    if order.identifier in read.kept() or (order.act is Act.SILENCE and silenced):
        hub = _record(view, hub)
    return replace(view, hub=hub)


def _record(view: View, hub: Hub) -> Hub:
    return hub if hub.recorded_at is not None else replace(hub, recorded_at=view.now)


def _tell(view: View, who: str, report: Report) -> View:
    return replace(view, news=(*view.news, News(view.now, who, report))[-NEWS:])


def _key(status: NodeStatus) -> Key | None:
    return None if status.sounding is None else status.sounding.key


def _since(report: Report) -> float | None:
    try:
        return alarm_message.instant_of(report.members, "since")
    except ValueError:
        return None


def _exercises(report: Report) -> frozenset[Key]:
    """Of what stands in a status, the exercises."""
    waiting = report.members.get("waiting")
    found = [report.members.get("sounding"), *(waiting if isinstance(waiting, list) else [])]
    return frozenset(
        Key(str(each.get("village", "")), str(each.get("incident", "")))
        for each in found if isinstance(each, dict) and each.get("status") == "Exercise"
    )
