"""Messages from the network, as the hub receives them: what is accepted, what is answered, and why. Pure.

    topic ──> known? ──> payload ──> whole? ──> seen? late? cleared? ──> alarms
      │                                                                 ├──> proof (statuses of posts)
      └── a typo is answered with the nearest name                      └──> journal (events, rounds)

Nothing here raises at bad input, and each way out is an event: nothing is swallowed.
"""

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR
from contract.settings.suggestions import nearest
from contract.text import several
from contract.wire import alarm as alarm_message
from contract.wire import answers, beacon, hub_status, topics
from contract.wire.alarm import Body
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.faults import Fault
from contract.wire.node_status import OFFLINE
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
from posko.core import alarms, lapor, posts, responses
from posko.core.beacon import request_beacon
from posko.core.effects import SavePatrol, Survey
from posko.core.state import Raised
from posko.core.transition import Transition
from runtime.core.effects import Publish
from runtime.core.events import Received

# Of what is in force already, so many more alarms are merged at once, then each second.
AT_ONCE, PER_S = 5.0, 0.5
SURVEY_S = 60.0  # from one survey to the next, at least
LATE_AT_ONCE = 100.0  # late ones of a village that are written down


def received(t: Transition, message: Received) -> None:  # noqa: C901 - a table, one row a topic
    """A message arrived."""
    setup = t.setup
    topic = topics.read(setup.district, message.topic)
    match topic:
        case AlarmTopic():
            _alarm(t, topic, message)
        case CommandTopic():
            _command(t, topic, message)
        case RondaTopic():
            _ronda(t, topic, message)
        case ResponseTopic():
            if not _clean_up(t, message):
                responses.received(t, topic, message)
        case LaporTopic():
            if not _clean_up(t, message):
                lapor.received(t, topic, message)
        case NodeTopic():
            posts.received(t, topic, message)
        case ActiveTopic():
            _foreign_beacon(t, message)
        case PoskoTopic(kind):
            if kind == "status":
                _other_hub(t, message)
        case None:
            _unknown_topic(t, message)


def survey(t: Transition) -> None:
    """Has the broker asked for what it retains, which nobody here received: it is cleared, and rings nothing.

    Not at every link: where the broker gives all of an account's connections one name, the one that asks ends this one.
    """
    if t.state.surveyed_at is None or t.now >= t.state.surveyed_at + SURVEY_S:
        t.change(surveyed_at=t.now)
        t.do(Survey())


def retained(t: Transition, name: str) -> None:
    """The broker retains a message on the topic *name*: it is cleared, or it would ring at posts that ask for such."""
    raised = AlarmTopic | CommandTopic | RondaTopic | ResponseTopic | LaporTopic
    if isinstance(topics.read(t.setup.district, name), raised):
        t.do(Publish(name, b"", retain=True))
        t.answer(Kind.WARNING, topic=name[:200],
                 reason="published with the retain flag while the hub was away; it is cleared, and nothing rings")


def _alarm(t: Transition, topic: AlarmTopic, message: Received) -> None:
    key = Key(topic.village, topic.incident)
    if _clean_up(t, message):
        return
    body = alarm_message.read_alarm(message.payload, clears=topic.incident == ALL_CLEAR)
    if isinstance(body, Refusal):
        t.answer_of(Kind.REFUSED, key, reason=body.reason)
        return
    setup = t.setup
    unknown = answers.unknown_name(*key, setup.villages, setup.incidents, look_up=t.may_answer())
    if unknown is not None:
        t.answer_of(Kind.REFUSED, key, identifier=body.identifier, origin=body.sender, reason=unknown)
        return
    name = None if body.identifier is None else key.name(body.identifier)
    _warn(t, key, body, name, retain=message.retain)
    if body.status is Status.TEST:  # it uses up no name
        t.answer_of(Kind.TESTED, key, identifier=body.identifier, reason="status Test: nothing sounds")
    elif name is not None and t.state.is_over(name) is not None:
        alarms.again(t, name, t.came_at - body.elapsed_s)
    elif topic.incident == ALL_CLEAR:
        _all_clear(t, topic.village, body)
    else:
        _raise(t, key, body)


def _warn(t: Transition, key: Key, body: Body, name: Name | None, *, retain: bool) -> None:
    """Reports what is odd about an alarm that counts all the same."""
    reasons = answers.oddities(body, retain=retain)
    namesake = t.namesake(name) if name is not None and t.may_answer() else None
    if namesake is not None:
        reasons.append(answers.shared(namesake))
    for reason in reasons:
        t.answer_of(Kind.WARNING, key, identifier=body.identifier, origin=body.sender, reason=reason)


def _raise(t: Transition, key: Key, body: Body) -> None:
    epoch_s = None if posts.clock_disagrees(t.state, body.sender) else t.epoch_if_synced()
    late = answers.overdue(body, t.setup.incidents[key.incident].duration_s, epoch_s)
    raised_at = t.came_at - body.elapsed_s
    known = t.state.alarms.get(key)
    name = body.identifier or t.identifier()
    raised = Raised(name, raised_at, body.status, body.sender or "", body.note or body.headline or "")
    if late is None and alarms.was_cleared(t.state, key.village, raised_at):
        late = "pressed before the all-clear"
    if late is None and t.now >= raised_at + t.setup.incidents[key.incident].duration_s:
        late = "its time is over"  # it came to this hub while it stood by
    if late is not None and t.granted((key.village, "late"), LATE_AT_ONCE, PER_S):
        alarms.late(t, key, raised, late)
    elif late is not None:
        t.answer_of(Kind.LATE, key, identifier=body.identifier, origin=body.sender, reason=f"{late}; one of many")
    elif known is None and len(t.state.alarms) >= alarms.MOST:
        t.answer_of(Kind.REFUSED, key, identifier=body.identifier,
                        reason=f"{alarms.MOST} alarms are in force; no more can be repeated")
    elif known is not None and known.status is Status.ACTUAL and body.status is Status.EXERCISE:
        t.answer_of(Kind.REFUSED, key, identifier=body.identifier,
                        reason="an exercise of what is in force in earnest")
        _acknowledge(t, key, body)
    elif known is None and not t.granted((key, "new"), alarms.NEW_AT_ONCE, alarms.NEW_PER_S):
        alarms.defer(t, key, raised)
    elif known is not None and not t.granted(key, AT_ONCE, PER_S):
        # Not accepted, so a post that pressed it sends it again; who gave it no name has lost nothing by it.
        t.answer_of(Kind.REFUSED, key, identifier=body.identifier,
                        reason="too many of this incident at once; it is in force already")
    else:
        alarms.accept(t, key, raised)


def _all_clear(t: Transition, village: str, body: Body) -> None:
    exercise = body.status is Status.EXERCISE
    ended = alarms.all_clear(t, village, t.came_at - body.elapsed_s, exercise=exercise)
    key = Key(village, ALL_CLEAR)
    _acknowledge(t, key, body)
    if not ended:
        t.answer_of(Kind.CLEARED, key, identifier=body.identifier, origin=body.sender,
                        reason="all-clear; nothing was in force")


def _command(t: Transition, topic: CommandTopic, message: Received) -> None:
    if _clean_up(t, message):
        return
    if topic == CommandTopic(topics.POSKO, topics.STATUS):
        _show(t)
        return
    setup = t.setup
    unknown = answers.unknown("village", topic.village, {EVERYWHERE, *setup.villages}, look_up=t.may_answer())
    if unknown is None and topic.command != topics.SILENCE:
        unknown = answers.unknown_command(topic.command, look_up=t.may_answer())
    if unknown is None and topic.command == topics.TEST:
        odd = answers.wants_stroke(message.payload)
        unknown = odd if isinstance(odd, str) else None
    if unknown is not None:
        _refuse(t, message, unknown)
    elif topic.command == topics.SILENCE:
        count = alarms.silence(t, topic.village)
        t.answer(Kind.SILENCED, village=topic.village, reason=f"operator; {several(count, 'alarm')} in force")


def _show(t: Transition) -> None:
    """Somebody asks, perhaps a hub that would start: this one is at work."""
    if t.granted(topics.STATUS, AT_ONCE, PER_S):
        t.change(announced=None)
        request_beacon(t)


def _ronda(t: Transition, topic: RondaTopic, message: Received) -> None:
    if _clean_up(t, message):
        return
    body = alarm_message.read_alarm(message.payload)
    if isinstance(body, Refusal):
        _refuse(t, message, body.reason)
        return
    known = {EVERYWHERE, *t.setup.villages}
    objection = answers.unknown("village", topic.village, known, look_up=t.may_answer())
    objection = objection or answers.round_objection(body, retain=message.retain)
    post = body.sender or ""
    own = t.setup.is_post_of(post, topic.village)
    if not own:  # a post knows for itself what sounds there, and sends no round amid an alarm
        objection = objection or _amid_alarm(t, topic.village, t.came_at - body.elapsed_s)
    if objection is None and not t.granted((topic.village, "ronda"), AT_ONCE, PER_S):
        objection = "too many rounds at once"
    if objection is not None:
        _refuse(t, message, objection)
        return
    identifier = body.identifier or t.identifier()
    t.do(SavePatrol(identifier, topic.village, post, "button" if own else "operator",
                    t.epoch(t.came_at - body.elapsed_s), t.clock_state()))
    t.answer(Kind.RONDA, village=topic.village, identifier=identifier, origin=post or None)


def _amid_alarm(t: Transition, village: str, at: float) -> str | None:
    """Why nothing is recorded as a round of *village*, made at instant *at*; None if no alarm was in force there."""
    for key, alarm in sorted(t.state.alarms.items()):
        reached = {EVERYWHERE, *(post.partition("/")[0] for post in t.setup.expected(key))}
        if alarm.first_at <= at and village in reached:
            return f"no round is recorded while an alarm sounds: {key.incident} is in force in {key.village}"
    return None


def _foreign_beacon(t: Transition, message: Received) -> None:
    """A beacon that is not this hub's own, which the broker keeps from it."""
    read = beacon.read_beacon(message.payload)
    if isinstance(read, Refusal):
        t.answer(Kind.REFUSED, topic=message.topic, reason=f"somebody else writes the beacon: {read.reason}")
    elif read.boot != t.setup.boot and not _of_other_term(t, read.term):
        _second_hub(t, read.boot)


def _other_hub(t: Transition, message: Received) -> None:
    """The status of a hub that is not this run. Two hubs put each other out, as they bear one name at the broker: each
    finds the other's status when it comes back. An earlier run's is found at the first link only.
    """
    status = hub_status.read_status(message.payload)
    if isinstance(status, Refusal) or not status.boot or status.boot == t.setup.boot:
        return
    if t.setup.term is not None:  # of the hub that led before this one; its will may come late, in place of ours
        if status.state == OFFLINE:
            t.change(announced=None)
    elif (t.state.links > 1) if message.retain else status.state != OFFLINE:
        _second_hub(t, status.boot)


def _of_other_term(t: Transition, term: int | None) -> bool:
    """Whether both lead by turns: posts heed the higher *term*, and the database ends the other."""
    return t.setup.term is not None and term is not None and term != t.setup.term


def _second_hub(t: Transition, boot: str) -> None:
    t.change(second_hub_at=t.now)
    reason = f"a second hub, of run {boot[:40]}, is at work in this district; stop one of the two"
    t.fault(Fault.ANOTHER_HUB, reason)


def _unknown_topic(t: Transition, message: Received) -> None:
    """No topic of the contract. Another district's or program's is not answered, unless it looks like a typo."""
    words = message.topic.split("/")
    district = t.setup.district
    spelt = topics.meant(district, message.topic)
    if spelt is not None:
        _refuse(t, message, f"not a topic; write {spelt}, in small letters and without a slash at either end")
        return
    if words[0] != topics.ROOT:
        return
    if len(words) > 1 and words[1] != district:
        if t.may_answer() and nearest(words[1], (district,)) is not None:
            _refuse(t, message, f"unknown district {words[1][:80]!r}; did you mean {district}?")
        return
    known = ("alarm", "command", "node", "respon", "lapor")
    close = nearest(words[3], known) if len(words) > 3 and t.may_answer() else None
    hint = f"; did you mean …/{close}/…?" if close else "; use V/alarm/INCIDENT, V/command/silence or V/ronda"
    _refuse(t, message, f"not a topic of this district{hint}")


def _clean_up(t: Transition, message: Received) -> bool:
    """Whether *message* is but the clearing of a retained one. What is retained is cleared, or it would ring others."""
    if message.retain and message.payload:
        t.do(Publish(message.topic, b"", retain=True))
    return message.retain and not message.payload


def _refuse(t: Transition, message: Received, reason: str) -> None:
    t.answer(Kind.REFUSED, topic=message.topic[:200], reason=reason)


def _acknowledge(t: Transition, key: Key, body: Body) -> None:
    if body.identifier is not None:
        t.acknowledge(key.name(body.identifier))
