"""The patrol: its code is beaten once, quietly, and the hub records who made it. Pure.

A short touch of the all-clear's button makes one, and so does a message. A post may also beat the hours by itself,
which everybody within earshot knows then to be well. None is made or recorded while an alarm is in force here: nothing
is well then, and whoever touches the button may have meant the all-clear.
"""

from collections.abc import Iterator

from contract.domain.alarm import Key, Name
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import PATROL
from contract.wire import alarm, answers, timing, topics
from contract.wire.alarm import Body
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.faults import Fault
from contract.wire.topics import RondaTopic
from node.core import alarms, clearing
from node.core.alarms import Raised
from node.core.state import Origin, State
from node.core.transition import Transition
from runtime.core.effects import Publish
from runtime.core.events import Received

AT_ONCE, PER_S = 3.0, 0.1  # rounds that are beaten at once, then each second
DAY_S = 86_400.0
STEP_S = 120.0  # a clock that moved more than this was set: no hour is beaten for what lies between
_UNKNOWN = "the clock is not synchronised, so the hours of the round cannot be known"


def made(t: Transition, origin: Origin) -> None:
    """This post makes its round."""
    identifier = t.identifier()
    setup = t.setup
    t.remember(Name(setup.village, PATROL, identifier), over=True)
    _say(t, setup.village, identifier, origin.value, f"{setup.village}/{setup.node}")
    if t.state.linked_at is not None:
        body = Body(identifier=identifier, sender=f"{setup.village}/{setup.node}", age_s=0.0, clock=t.clock_state())
        t.do(Publish(topics.write(setup.district, RondaTopic(setup.village)), alarm.write_alarm(body)))
    _beat(t, setup.village, identifier, origin)


def received(t: Transition, topic: RondaTopic, message: Received) -> None:
    """Somebody in this village makes a round."""
    if topic.village not in (EVERYWHERE, t.setup.village) or (message.retain and not message.payload):
        return
    body = alarm.read_alarm(message.payload)
    reason = body.reason if isinstance(body, Refusal) else _objection(t, topic, body, message)
    if reason is not None:
        t.answer(Kind.REFUSED, topic=message.topic, reason=reason)
    elif not isinstance(body, Refusal) and not _known(t, topic, body):
        if body.identifier is not None:
            alarms.seen(t, Name(topic.village, PATROL, body.identifier), over=True)
        _say(t, topic.village, body.identifier, Origin.NETWORK.value, body.sender)
        _beat(t, topic.village, body.identifier, Origin.NETWORK)


def _objection(t: Transition, topic: RondaTopic, body: Body, message: Received) -> str | None:
    """Why a round is not beaten."""
    objection = answers.round_objection(body, retain=message.retain)
    if objection is not None:
        return objection
    if t.state.locked:
        return "locked: the key in the box keeps the network out"
    sounds = clearing.round_objection(t.state)
    if sounds is not None:
        return sounds
    if not _known(t, topic, body) and not t.granted(Key(topic.village, PATROL), AT_ONCE, PER_S):
        return "too many rounds at once"
    return None


def _known(t: Transition, topic: RondaTopic, body: Body) -> bool:
    """Whether this round came before."""
    identifier = body.identifier
    return identifier is not None and t.state.is_over(Name(topic.village, PATROL, identifier)) is not None


def pass_time(t: Transition) -> None:
    """Beats the hours of this post's schedule, if the time of day is known."""
    setup = t.setup
    if not setup.ronda_s:
        return
    if not t.state.synced:
        t.change(round_checked=None)
        if t.now >= t.state.started_at + timing.CLOCK_SYNC_S:
            t.fault(Fault.RONDA, _UNKNOWN)
        return
    t.recover(Fault.RONDA)
    local = _local(t.state, t.now)
    before = t.state.round_checked
    if before is not None and before - STEP_S < local < before:
        return  # put back a little: what was beaten by then is not beaten again
    t.change(round_checked=local)
    if before is not None and before <= local < before + STEP_S and _next(setup.ronda_s, before) <= local:
        reason = clearing.round_objection(t.state)
        if reason is None:
            made(t, Origin.SCHEDULE)
        else:
            t.report(Kind.WARNING, incident=PATROL, village=setup.village, origin=Origin.SCHEDULE.value, reason=reason)


def deadlines(state: State) -> Iterator[float]:
    """The instant of the next hour that is to be beaten."""
    if state.setup.ronda_s and state.round_checked is not None:
        # A hair later: a float only comes near the very second.
        yield state.now + _next(state.setup.ronda_s, state.round_checked) - _local(state, state.now) + 0.001


def _local(state: State, instant: float) -> float:
    """*instant* as seconds of local time."""
    return instant + state.clock.offset_s + state.clock.zone_s


def _next(times_s: tuple[float, ...], after: float) -> float:
    """The first of the times of day *times_s* that lies after the local instant *after*."""
    return min(after + ((time_s - after) % DAY_S or DAY_S) for time_s in times_s)


def _say(t: Transition, village: str, identifier: str | None, origin: str, sender: str | None) -> None:
    beaten = None if t.setup.drum else "this box has neither striker nor loudspeaker; nothing is beaten"
    t.report(Kind.RONDA, village=village, identifier=identifier, origin=origin, sender=sender, reason=beaten)


def _beat(t: Transition, village: str, identifier: str | None, origin: Origin) -> None:
    """Has the code beaten, unless it is being beaten already."""
    key = Key(village, PATROL)
    if t.setup.drum and key not in t.state.alarms:
        alarms.begin(t, key, Raised(identifier, timing.PATROL_S), origin)
