"""Messages from the network, as the hub hears them: what is accepted, what is answered, and why. Pure.

    topic ──> known? ──> payload ──> whole? ──> seen? late? cleared? ──> alarms
      │                                                                 ├──> proof (statuses of posts)
      └── a typo is answered with the nearest name                      └──> journal (events, rounds)

Nothing here raises at bad input, and each way out is an event: nothing is swallowed.
"""

from contract.domain.alarm import Key, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR
from contract.settings.suggestions import nearest
from contract.wire import alarm as alarm_message
from contract.wire import answers, beacon, hub_status, topics
from contract.wire.alarm import Body
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.faults import Fault
from contract.wire.node_status import OFFLINE
from contract.wire.topics import ActiveTopic, AlarmTopic, CommandTopic, NodeTopic, PoskoTopic, RondaTopic
from posko.core import alarms, posts
from posko.core.alarms import Raised
from posko.core.effects import Patrol
from posko.core.transition import Draft
from runtime.core.effects import Publish
from runtime.core.events import Received

# Of what is in force already, so many more alarms are merged at once, then each second.
AT_ONCE, PER_S = 5.0, 0.5
LATE_AT_ONCE = 100.0  # late ones of a village that are written down


def received(draft: Draft, message: Received) -> None:
    """A message arrived."""
    rules = draft.state.rules
    topic = topics.read(rules.district, message.topic)
    match topic:
        case AlarmTopic():
            _alarm(draft, topic, message)
        case CommandTopic():
            _command(draft, topic, message)
        case RondaTopic():
            _ronda(draft, topic, message)
        case NodeTopic():
            posts.heard(draft, topic, message)
        case ActiveTopic():
            _rival(draft, message)
        case PoskoTopic(kind):
            if kind == "status":
                _other_hub(draft, message)
        case None:
            _stray(draft, message)


def _alarm(draft: Draft, topic: AlarmTopic, message: Received) -> None:
    key = Key(topic.village, topic.incident)
    if _clean_up(draft, message):
        return
    body = alarm_message.read_alarm(message.payload, clears=topic.incident == ALL_CLEAR)
    if isinstance(body, Refusal):
        draft.answer_of(Kind.REFUSED, key, reason=body.reason)
        return
    rules = draft.state.rules
    unknown = answers.unknown_name(*key, rules.villages, rules.incidents, look_up=draft.heeds())
    if unknown is not None:
        draft.answer_of(Kind.REFUSED, key, identifier=body.identifier, origin=body.sender, reason=unknown)
        return
    for reason in answers.oddities(body, retain=message.retain):
        draft.answer_of(Kind.WARNING, key, identifier=body.identifier, origin=body.sender, reason=reason)
    if body.identifier is not None and body.identifier in draft.state.seen:
        _again(draft, body.identifier, draft.now - body.age_s)
    elif body.status is Status.TEST:
        draft.answer_of(Kind.TESTED, key, identifier=body.identifier, reason="status Test: nothing sounds")
        _hear(draft, body)
    elif topic.incident == ALL_CLEAR:
        _all_clear(draft, topic.village, body)
    else:
        _raise(draft, key, body)


def _raise(draft: Draft, key: Key, body: Body) -> None:
    late = answers.overdue(body, draft.state.rules.incidents[key.incident].duration_s, draft.sure_epoch())
    raised_at = draft.now - body.age_s
    known = draft.state.alarms.get(key)
    name = body.identifier or draft.identifier()
    raised = Raised(name, raised_at, body.status, body.sender or "", body.note or body.headline or "")
    if late is None and alarms.was_cleared(draft.state, key.village, raised_at):
        late = "pressed before the all-clear"
    if late is not None and draft.granted((key.village, "late"), LATE_AT_ONCE, PER_S):
        alarms.late(draft, key, raised, late)
    elif late is not None:
        draft.answer_of(Kind.LATE, key, identifier=body.identifier, origin=body.sender, reason=f"{late}; one of many")
    elif known is None and len(draft.state.alarms) >= alarms.MOST:
        draft.answer_of(Kind.REFUSED, key, identifier=body.identifier,
                        reason=f"{alarms.MOST} alarms are in force; no more can be repeated")
    elif known is not None and known.status is Status.ACTUAL and body.status is Status.EXERCISE:
        draft.answer_of(Kind.REFUSED, key, identifier=body.identifier,
                        reason="an exercise of what is in force in earnest")
        _hear(draft, body)
    elif known is not None and not draft.granted(key, AT_ONCE, PER_S):
        # Not accepted, so a post that pressed it sends it again; who gave it no name has lost nothing by it.
        draft.answer_of(Kind.REFUSED, key, identifier=body.identifier,
                        reason="too many of this incident at once; it is in force already")
    else:
        alarms.accept(draft, key, raised)


def _again(draft: Draft, identifier: str, raised_at: float) -> None:
    """What was heard before came once more: its sender does not know yet that it was."""
    alarms.date(draft, identifier, raised_at)
    if not any(identifier in alarm.names() for alarm in draft.state.alarms.values()):
        draft.hear(identifier)


def _all_clear(draft: Draft, village: str, body: Body) -> None:
    exercise = body.status is Status.EXERCISE
    ended = alarms.all_clear(draft, village, draft.now - body.age_s, exercise=exercise)
    _hear(draft, body)
    if not ended:
        draft.answer_of(Kind.CLEARED, Key(village, ALL_CLEAR), identifier=body.identifier, origin=body.sender,
                        reason="all-clear; nothing was in force")


def _command(draft: Draft, topic: CommandTopic, message: Received) -> None:
    if _clean_up(draft, message):
        return
    rules = draft.state.rules
    unknown = answers.unknown("village", topic.village, {EVERYWHERE, *rules.villages}, look_up=draft.heeds())
    if unknown is None and topic.command != topics.SILENCE:
        unknown = answers.unknown("command", topic.command, (topics.SILENCE, topics.TEST), look_up=draft.heeds())
    if unknown is None and topic.command == topics.TEST:
        odd = answers.wants_stroke(message.payload)
        unknown = odd if isinstance(odd, str) else None
    if unknown is not None:
        _refuse(draft, message, unknown)
    elif topic.command == topics.SILENCE:
        count = alarms.silence(draft, topic.village)
        draft.answer(Kind.SILENCED, village=topic.village, reason=f"operator; {count} alarms in force")


def _ronda(draft: Draft, topic: RondaTopic, message: Received) -> None:
    if _clean_up(draft, message):
        return
    body = alarm_message.read_alarm(message.payload)
    if isinstance(body, Refusal):
        _refuse(draft, message, body.reason)
        return
    known = {EVERYWHERE, *draft.state.rules.villages}
    objection = answers.unknown("village", topic.village, known, look_up=draft.heeds())
    objection = objection or answers.round_objection(body, retain=message.retain)
    if objection is None and not draft.granted((topic.village, "ronda"), AT_ONCE, PER_S):
        objection = "too many rounds at once"
    if objection is not None:
        _refuse(draft, message, objection)
        return
    post = body.sender or ""
    identifier = body.identifier or draft.identifier()
    draft.do(Patrol(identifier, topic.village, post, "button" if post in draft.state.rules.posts else "operator",
                    draft.epoch(draft.now - body.age_s), draft.clock_word()))
    draft.answer(Kind.RONDA, village=topic.village, identifier=identifier, origin=post or None)


def _rival(draft: Draft, message: Received) -> None:
    """A beacon that is not this hub's own, which the broker keeps from it."""
    read = beacon.read_beacon(message.payload)
    if isinstance(read, Refusal):
        draft.answer(Kind.REFUSED, topic=message.topic, reason=f"somebody else writes the beacon: {read.reason}")
    elif read.boot != draft.state.rules.boot:
        _rivalled(draft, read.boot)


def _other_hub(draft: Draft, message: Received) -> None:
    """The status of a hub that is not this run. Two hubs put each other out, as they bear one name at the broker: each
    finds the other's status when it comes back. An earlier run's is found at the first link only.
    """
    status = hub_status.read_status(message.payload)
    if isinstance(status, Refusal) or not status.boot or status.boot == draft.state.rules.boot:
        return
    if (draft.state.links > 1) if message.retain else status.state != OFFLINE:
        _rivalled(draft, status.boot)


def _rivalled(draft: Draft, boot: str) -> None:
    draft.change(rivals_at=draft.now)
    reason = f"a second hub, of run {boot[:40]}, is at work in this district; stop one of the two"
    draft.fault(Fault.ANOTHER_HUB, reason)


def _stray(draft: Draft, message: Received) -> None:
    """No topic of the contract. Another district's or program's is not answered, unless it looks like a typo."""
    words = message.topic.split("/")
    district = draft.state.rules.district
    spelt = topics.meant(district, message.topic)
    if spelt is not None:
        _refuse(draft, message, f"not a topic; write {spelt}, in small letters and without a slash at either end")
        return
    if words[0] != topics.ROOT:
        return
    if len(words) > 1 and words[1] != district:
        if draft.heeds() and nearest(words[1], (district,)) is not None:
            _refuse(draft, message, f"unknown district {words[1][:80]!r}; did you mean {district}?")
        return
    close = nearest(words[3], ("alarm", "command", "node")) if len(words) > 3 and draft.heeds() else None
    hint = f"; did you mean …/{close}/…?" if close else "; use V/alarm/INCIDENT, V/command/silence or V/ronda"
    _refuse(draft, message, f"not a topic of this district{hint}")


def _clean_up(draft: Draft, message: Received) -> bool:
    """Whether *message* is but the clearing of a retained one. What is retained is cleared, or it would ring others."""
    if message.retain and message.payload:
        draft.do(Publish(message.topic, b"", retain=True))
    return message.retain and not message.payload


def _refuse(draft: Draft, message: Received, reason: str) -> None:
    draft.answer(Kind.REFUSED, topic=message.topic[:200], reason=reason)


def _hear(draft: Draft, body: Body) -> None:
    if body.identifier is not None:
        draft.hear(body.identifier)
