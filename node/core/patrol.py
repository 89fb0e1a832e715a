"""The watch's round: its code is beaten once, quietly, and the hub writes down who made it. Pure.

A short touch of the all-clear's button makes one, and so does a message. A post may also beat the hours by itself,
which everybody within earshot knows then to be well.
"""

from collections.abc import Iterator

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ONCE, PATROL
from contract.wire import alarm, answers, timing, topics
from contract.wire.alarm import Body
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.faults import Fault
from contract.wire.topics import RondaTopic
from node.core import alarms
from node.core.alarms import Raised
from node.core.state import Origin, State
from node.core.transition import Draft
from runtime.core.effects import Publish
from runtime.core.events import Received

AT_ONCE, PER_S = 3.0, 0.1  # rounds that are beaten at once, then each second
DAY_S = 86_400.0
STEP_S = 120.0  # a clock that moved more than this was set: no hour is beaten for what lies between
_UNKNOWN = "the clock is not synchronised, so the hours of the round cannot be known"


def made(draft: Draft, origin: Origin) -> None:
    """This post makes its round."""
    identifier = draft.identifier()
    rules = draft.state.rules
    draft.remember(identifier, over=True)
    _say(draft, rules.village, identifier, origin.value, f"{rules.village}/{rules.node}")
    if draft.state.linked_at is not None:
        body = Body(identifier=identifier, sender=f"{rules.village}/{rules.node}", clock=draft.clock_word())
        draft.do(Publish(topics.write(rules.district, RondaTopic(rules.village)), alarm.write_alarm(body)))
    _beat(draft, rules.village, identifier, origin)


def heard(draft: Draft, topic: RondaTopic, message: Received) -> None:
    """Somebody in this village makes a round."""
    if topic.village not in (EVERYWHERE, draft.state.rules.village) or (message.retain and not message.payload):
        return
    body = alarm.read_alarm(message.payload)
    reason = body.reason if isinstance(body, Refusal) else _objection(draft, topic, body, message)
    if reason is not None:
        draft.answer(Kind.REFUSED, topic=message.topic, reason=reason)
    elif not isinstance(body, Refusal) and body.identifier not in draft.state.seen:
        if body.identifier is not None:
            alarms.seen(draft, body.identifier, over=True)
        _say(draft, topic.village, body.identifier, Origin.NETWORK.value, body.sender)
        _beat(draft, topic.village, body.identifier, Origin.NETWORK)


def _objection(draft: Draft, topic: RondaTopic, body: Body, message: Received) -> str | None:
    """Why a round is not beaten."""
    objection = answers.round_objection(body, retain=message.retain)
    if objection is not None:
        return objection
    if draft.state.locked:
        return "locked: the key in the box keeps the network out"
    known = body.identifier in draft.state.seen
    if not known and not draft.granted(Key(topic.village, PATROL), AT_ONCE, PER_S):
        return "too many rounds at once"
    return None


def pass_time(draft: Draft) -> None:
    """Beats the hours of this post's schedule, if the time of day is known."""
    rules = draft.state.rules
    if not rules.ronda_s:
        return
    if not draft.state.clock.synced:
        draft.change(round_checked=None)
        if draft.now >= draft.state.started_at + timing.CLOCK_SYNC_S:
            draft.fault(Fault.RONDA, _UNKNOWN)
        return
    draft.recover(Fault.RONDA)
    local = _local(draft.state, draft.now)
    before = draft.state.round_checked
    if before is not None and before - STEP_S < local < before:
        return  # put back a little: what was beaten by then is not beaten again
    draft.change(round_checked=local)
    if before is not None and before <= local < before + STEP_S and _next(rules.ronda_s, before) <= local:
        made(draft, Origin.SCHEDULE)


def deadlines(state: State) -> Iterator[float]:
    """The instant of the next hour that is to be beaten."""
    if state.rules.ronda_s and state.round_checked is not None:
        # A hair later: a float only comes near the very second.
        yield state.now + _next(state.rules.ronda_s, state.round_checked) - _local(state, state.now) + 0.001


def _local(state: State, instant: float) -> float:
    """*instant* as seconds of local time."""
    return instant + state.clock.offset_s + state.clock.zone_s


def _next(times_s: tuple[float, ...], after: float) -> float:
    """The first of the times of day *times_s* that lies after the local instant *after*."""
    return min(after + ((time_s - after) % DAY_S or DAY_S) for time_s in times_s)


def _say(draft: Draft, village: str, identifier: str | None, origin: str, sender: str | None) -> None:
    beaten = None if draft.state.rules.drum else "this box has neither striker nor loudspeaker; nothing is beaten"
    draft.say(Kind.RONDA, village=village, identifier=identifier, origin=origin, sender=sender, reason=beaten)


def _beat(draft: Draft, village: str, identifier: str | None, origin: Origin) -> None:
    """Has the code beaten, where no alarm is in force; a round is no reason to disturb one, nor the code itself."""
    key = Key(village, PATROL)
    busy = key in draft.state.alarms or any(each.incident not in ONCE for each in draft.state.alarms)
    if draft.state.rules.drum and not busy:
        alarms.begin(draft, key, Raised(identifier, timing.PATROL_S), origin)
