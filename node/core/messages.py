"""Messages from the network: what is obeyed, what is refused, and why. Pure; nothing here raises at bad input.

    topic ──> known? ──> payload ──> whole? ──> locked? ──> seen? late? cleared? too many? ──> alarms

Each way out to the left of `alarms` is an event: nothing is swallowed.
"""

from contract.domain import foreign
from contract.domain.alarm import Key, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR
from contract.wire import alarm as alarm_message
from contract.wire import answers, topics
from contract.wire.alarm import Body
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.topics import (
    ActiveTopic,
    AlarmTopic,
    CommandTopic,
    LaporTopic,
    NodeTopic,
    PoskoTopic,
    ResponseTopic,
    RondaTopic,
)
from node.core import alarms, backoff, beacon, patrol
from node.core.alarms import Raised
from node.core.effects import SelfTest
from node.core.state import Origin, Setup
from node.core.transition import Transition, cleared_at
from runtime.core.events import Received

# How often one village's one incident is listened to: a flood of it is one alarm, and each of its messages
# costs nothing. Five at once are let through, then one in ten seconds.
AT_ONCE = 5.0
PER_S = 0.1
SHOWN_PER_S = 0.5  # how often, after as many at once, the status is published though it has not changed


def received(t: Transition, message: Received) -> None:
    """A message arrived."""
    topic = topic_of(t.setup, message.topic)
    match topic:
        case AlarmTopic():
            _alarm(t, topic, message)
        case CommandTopic():
            _command(t, topic, message)
        case ActiveTopic(district):
            beacon.received(t, message.payload, district)
        case RondaTopic():
            patrol.received(t, topic, message)
        case NodeTopic() | PoskoTopic() | ResponseTopic() | LaporTopic() | None:
            t.answer(Kind.REFUSED, topic=message.topic[:200], reason="not a topic that a node hears")


def topic_of(setup: Setup, name: str) -> topics.Topic | None:
    """The value of the topic *name*, of this node's district or of one in which it has a neighbour."""
    return topics.read(setup.district, name) or topics.read_foreign(foreign.districts(setup.villages), name)


def _alarm(t: Transition, topic: AlarmTopic, message: Received) -> None:  # noqa: C901 - each way out is one branch
    if message.retain and not message.payload:
        return  # a retained alarm is being cleared away
    body = alarm_message.read_alarm(message.payload, clears=topic.incident == ALL_CLEAR)
    if isinstance(body, Refusal):
        _refuse(t, topic, body.reason)
        return
    setup = t.setup
    known = setup.villages
    if topic.village not in known:  # a village here was meant
        known = frozenset(each for each in known if not foreign.is_foreign(each))
    unknown = answers.unknown_name(topic.village, topic.incident, known, setup.incidents, look_up=t.may_answer())
    if unknown is not None:
        _refuse(t, topic, unknown, body)
        return
    if topic.incident not in t.setup.audible.get(topic.village, ()):
        return  # out of reach: no subscription of this node asks for it
    _warn(t, topic, body, message)
    if topic.incident == ALL_CLEAR:
        _show(t)
    if body.status is Status.TEST:
        t.answer(Kind.TESTED, **_about(topic, body), reason="status Test: nothing sounds")
        return
    if t.state.locked:
        _refuse(t, topic, "locked: the key in the box keeps the network out", body)
    elif topic.incident == ALL_CLEAR:
        _all_clear(t, topic, body)
    elif body.identifier is not None and t.state.is_over(topic.name(body.identifier)) is not None:
        alarm = t.state.alarms.get(topic.key)
        if alarm is None or body.identifier not in alarm.identifiers:
            _refuse(t, topic, "identifier seen before", body)
    else:
        _raise(t, topic, body)


def _raise(t: Transition, topic: AlarmTopic, body: Body) -> None:
    key = topic.key
    pressed_at = t.came_at - body.elapsed_s
    duration_s = t.incident(key.incident).duration_s
    remaining_s = duration_s - body.elapsed_s
    late = answers.overdue(body, duration_s, t.epoch_if_synced())
    if late:
        t.answer(Kind.LATE, **_about(topic, body), age_s=round(body.elapsed_s, 1), reason=late)
        return
    if pressed_at < cleared_at(t.state, key.village):
        t.answer(Kind.LATE, **_about(topic, body), reason="pressed before the all-clear")
        return
    note = body.note or body.headline or ""
    raised = Raised(body.identifier, remaining_s, body.elapsed_s, body.status, note, body.sender or "")
    known = t.audible(key)
    wait = backoff.wait(t.state, key.village, raised.sender)
    if wait.wait_s > 0 and (known is None or known.status is not body.status):
        backoff.report(t, key, body.identifier, raised.sender, wait)
        alarms.defer(t, key, raised, wait.wait_s)
        return
    if not t.granted(key, AT_ONCE, PER_S):
        if known is not None:
            _refuse(t, topic, "too many of this incident at once; it sounds already", body)
        else:
            alarms.defer(t, key, raised, 1 / PER_S)
        return
    if known is not None:
        if known.status is Status.ACTUAL and body.status is Status.EXERCISE:
            _refuse(t, topic, "an exercise of what is in force in earnest", body)
            return
        if known.status is body.status:
            alarms.extend(t, known, raised)
            return
        alarms.end(t, known, Kind.FINISHED, "the exercise became earnest")
    alarms.begin(t, key, raised, Origin.NETWORK)


def _all_clear(t: Transition, topic: AlarmTopic, body: Body) -> None:
    """Always obeyed, however many come and by whatever name; the safe code is beaten once for each name."""
    exercise = body.status is Status.EXERCISE
    concerns = alarms.all_clear(t, topic.village, t.came_at - body.elapsed_s, exercise=exercise)
    name = None if body.identifier is None else topic.name(body.identifier)
    known = name is not None and t.state.is_over(name) is not None
    if known or not t.granted(topic.key, AT_ONCE, PER_S):
        return
    if name is not None:
        alarms.seen(t, name, over=False)
    if concerns:
        alarms.safe_code(t, topic.village, body.identifier, Origin.NETWORK, body.elapsed_s)


def _command(t: Transition, topic: CommandTopic, message: Received) -> None:
    if message.retain and not message.payload:
        return
    if topic.village not in (EVERYWHERE, t.setup.village):
        return
    if topic.command in (topics.SILENCE, topics.STATUS):
        _show(t)
    if topic.command == topics.STATUS:
        pass  # it is shown
    elif topic.command == topics.SILENCE and t.state.locked:
        t.answer(Kind.REFUSED, topic=message.topic, reason="locked: the key in the box keeps the network out")
    elif topic.command == topics.SILENCE:
        alarms.silence(t, "operator", operator=True)
    elif topic.command == topics.TEST:
        if t.granted(Key(topic.village, topics.TEST), t.answers_at_once, t.answers_per_s):
            knock = answers.wants_stroke(message.payload)
            if isinstance(knock, str):
                t.answer(Kind.WARNING, topic=message.topic, reason=knock)
            t.do(SelfTest(knock=knock is True and _may_knock(t, topic)))
        else:
            t.answer(Kind.REFUSED, topic=message.topic, reason="too many self-tests at once")
    else:
        t.answer(Kind.REFUSED, topic=message.topic[:200], reason=answers.unknown_command(topic.command))


def _show(t: Transition) -> None:
    """Has the status published though it may not have changed: whoever ends something, or asks, sees that this node
    received it, and whether it is quiet now. What is silent proves nothing.
    """
    if t.granted(topics.STATUS, AT_ONCE, SHOWN_PER_S):
        t.change(announced=None)


def _may_knock(t: Transition, topic: CommandTopic) -> bool:
    """Whether a self-test's stroke may be beaten: nothing sounds, the network is not kept out, and not too often."""
    if t.state.locked or not all(alarm.silenced for alarm in t.state.alarms.values()):
        return False
    return t.granted(Key(topic.village, topics.KNOCK.decode()), AT_ONCE, PER_S)


def _refuse(t: Transition, topic: AlarmTopic, reason: str, body: Body | None = None) -> None:
    t.answer(Kind.REFUSED, **_about(topic, body), reason=reason)


def _warn(t: Transition, topic: AlarmTopic, body: Body, message: Received) -> None:
    """Reports what is odd about an alarm that sounds all the same."""
    reasons = answers.oddities(body, retain=message.retain)
    namesake = t.namesake(topic.name(body.identifier)) if body.identifier is not None and t.may_answer() else None
    if namesake is not None:
        reasons.append(answers.shared(namesake))
    for reason in reasons:
        t.answer(Kind.WARNING, **_about(topic, body), reason=reason)


def _about(topic: AlarmTopic, body: Body | None) -> dict[str, object]:
    return {
        "incident": topic.incident[:80], "village": topic.village[:80],
        "identifier": body.identifier if body else None, "sender": body.sender if body else None,
        "origin": Origin.NETWORK.value,
    }
