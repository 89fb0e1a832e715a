"""The plain case foreseen: what a step will sound first, for a fraction of what the step takes. Pure.

    message ──> forecast ──> Play ──> the siren        the same Play, or None
        └─────> step ─────────────────────> all else, and the siren once more: nothing changes

An alarm that comes to a box at which nothing sounds is what a siren is there for. So this case alone, and nothing that
is doubtful, is decided before the step is: without a copy of the state, a report or a look at what is due. Where
anything could keep the alarm from sounding there is no forecast, and the step decides by itself. It always does: who
obeys a forecast puts the siren afterwards to what the step says.
"""

from contract.domain.alarm import Key, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ONCE
from contract.wire import alarm as alarm_message
from contract.wire import answers
from contract.wire.alarm import Body
from contract.wire.topics import AlarmTopic
from node.core import alarms, backoff, messages, playing, presses, rounds
from node.core.effects import Play
from node.core.events import Event
from node.core.rounds import Counted
from node.core.state import State
from node.core.transition import cleared_at
from runtime.core.events import Received
from runtime.core.rate_limit import draw


def forecast(state: State, event: Event, at: float) -> Play | None:
    """What `step.step` with the same arguments will sound first, if that is certain: an alarm that nothing opposes.

    None where it is not, or where the event sounds nothing. *state* is one that a step has left behind.
    """
    now = max(at, state.now)
    if not isinstance(event, Received) or event.retain or not _is_free(state, now):
        return None
    topic = messages.topic_of(state.setup, event.topic)
    if not isinstance(topic, AlarmTopic) or not _is_in_reach(state, topic):
        return None
    body = alarm_message.read_alarm(event.payload)
    if not isinstance(body, Body) or body.status is not Status.ACTUAL or not _is_new(state, topic, body, at):
        return None
    key = topic.key
    until = now + min(state.setup.incidents[key.incident].duration_s - body.elapsed_s, state.setup.max_sounding_s)
    known = state.alarms.get(key)
    if until <= now or (known is not None and (not known.silenced or now >= known.until)):
        return None
    return _first_play(state, key, body, until, now)


def _is_free(state: State, now: float) -> bool:
    """Whether nothing sounds, is put off, or is about to: by a button, an end, or the rest after the longest sounding.

    Where there is no turn and no rest, all that is in force is silenced: else the step before had given it the turn.
    """
    if state.turn is not None or state.rest_until is not None or state.locked or state.deferred:
        return False
    if not playing.rested(state, now) and now >= _busy_since(state, now) + state.setup.max_sounding_s:
        return False
    return not state.contacts or all(now < due for due in presses.deadlines(state))


def _is_in_reach(state: State, topic: AlarmTopic) -> bool:
    """Whether this box sounds alarms of *topic*, again and again."""
    setup = state.setup
    incident = setup.incidents.get(topic.incident)
    if incident is None or topic.incident in ONCE or topic.incident not in setup.audible.get(topic.village, ()):
        return False
    return topic.village == EVERYWHERE or (topic.village in setup.villages and not incident.everywhere)


def _is_new(state: State, topic: AlarmTopic, body: Body, at: float) -> bool:
    """Whether an alarm that came at instant *at* is none that was seen, is over, or has to wait."""
    now = max(at, state.now)
    if body.identifier is not None and state.is_over(topic.name(body.identifier)) is not None:
        return False
    epoch_s = now + state.clock.offset_s if state.synced else None
    if answers.overdue(body, state.setup.incidents[topic.incident].duration_s, epoch_s) is not None:
        return False
    if at - body.elapsed_s < cleared_at(state, topic.village):
        return False
    if state.silences and backoff.wait(state, topic.village, body.sender or "").wait_s > 0:
        return False
    bucket = state.buckets.get(topic.key)
    return bucket is None or draw(bucket, now, messages.AT_ONCE, messages.PER_S)[1]


def _first_play(state: State, key: Key, body: Body, until: float, now: float) -> Play:
    """What sounds first of the alarm of *key* that begins *now* and lasts *until*."""
    setup = state.setup
    begun_at = alarms.counted_from(state, key, Status.ACTUAL, now - body.elapsed_s)
    start, entered_s = now, 0.0
    if now - begun_at >= rounds.ALIGNED_S:
        _, start = rounds.on_at([Counted(key, begun_at, setup.cycle(key).length_s)], now)
        start, entered_s = rounds.come_into(start, now)
    bound = _busy_since(state, now) + setup.max_sounding_s
    return playing.program(setup, key, start, min(until, bound), entered_s, note=body.note or body.headline or "")


def _busy_since(state: State, now: float) -> float:
    """From when the bound of what begins *now* is counted."""
    return now if state.busy_since is None or playing.rested(state, now) else state.busy_since
