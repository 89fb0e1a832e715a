"""The alarms in force at this node: how they begin, merge and end. Pure.

At most one alarm is in force for each village and incident. What ends is remembered as over, so that neither a
second delivery nor the beacon brings it back; what was silenced stays in force without a sound until its time is
over, so that the beacon finds it silenced.
"""

import math
from dataclasses import replace

from contract.domain import foreign
from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR, ONCE
from contract.values import dataclass
from contract.wire.event import Kind
from node.core import backoff
from node.core.effects import SaveSeen
from node.core.state import Alarm, Deferred, Origin, State
from node.core.transition import Transition, cleared_at
from runtime.core.transition import without

LAPSED_S = 43_200.0  # half a day: whoever waited for an all-clear has slept by then
MERGED = 128  # names that one alarm keeps: more than the limit on one incident lets through in 900 s of sounding


@dataclass(frozen=True, slots=True)
class Raised:
    """What is known of an alarm as it begins here: raised `age_s` ago, it has `remaining_s` to go.

    `first_age_s` is how long ago it was raised first, where it was again.
    """

    identifier: str | None
    remaining_s: float
    age_s: float = 0.0
    status: Status = Status.ACTUAL
    note: str = ""
    sender: str = ""
    first_age_s: float | None = None


def press(t: Transition, incident: str, identifier: str) -> None:
    """This box's own button raises *incident* in its village. It sounds whatever went before."""
    key = Key(t.setup.village, incident)
    duration_s = min(t.incident(incident).duration_s, t.setup.max_sounding_s)
    known = t.audible(key)
    merged = frozenset[str]() if known is None else known.identifiers
    fresh = Alarm(
        key, identifier, names(merged, identifier), Status.ACTUAL, Origin.BUTTON, note="",
        since=t.now, begun_at=counted_from(t.state, key, Status.ACTUAL, t.now), edge_at=t.now, until=t.now + duration_s,
        unlisted=identifier,
    )
    if known is not None:
        fresh = replace(
            fresh, reported=known.reported and known.status is Status.ACTUAL, senders=known.senders,
        )
    t.put(fresh)


def begin(t: Transition, key: Key, raised: Raised, origin: Origin) -> None:
    """A new alarm of *key*. What it finds there it replaces."""
    name = raised.identifier
    first_at = t.now - (raised.age_s if raised.first_age_s is None else raised.first_age_s)
    t.put(
        Alarm(
            key, name, names(frozenset(), name), raised.status, origin, raised.note,
            since=t.now, edge_at=t.now - raised.age_s, begun_at=counted_from(t.state, key, raised.status, first_at),
            until=t.now + min(raised.remaining_s, t.setup.max_sounding_s), unlisted=name,
            senders=backoff.joined(frozenset(), raised.sender),
        )
    )
    if name is not None:
        seen(t, key.name(name), over=False)


def counted_from(state: State, key: Key, status: Status, raised_at: float) -> float:
    """From when the rounds of *key* are counted, which is raised at *raised_at*: from the first raise that is known.

    Also where it is silenced here: at other posts it may sound, in the rounds that it had.
    """
    known = state.alarms.get(key)
    return min(known.begun_at, raised_at) if known is not None and known.status is status else raised_at


def extend(t: Transition, alarm: Alarm, raised: Raised) -> None:
    """*alarm* was *raised* again: it lasts longer, though never past its bound. Nothing begins anew."""
    identifier = raised.identifier
    until = min(t.now + raised.remaining_s, alarm.since + t.setup.max_sounding_s)
    longer = replace(
        alarm, identifiers=names(alarm.identifiers, identifier), edge_at=max(alarm.edge_at, t.now - raised.age_s),
        begun_at=min(alarm.begun_at, t.now - raised.age_s), until=max(alarm.until, until),
        unlisted=identifier or alarm.unlisted,
        senders=backoff.joined(alarm.senders, raised.sender),
    )
    t.put(longer)
    if identifier is not None:
        seen(t, alarm.key.name(identifier), over=False)
    t.report_of(Kind.EXTENDED, longer, by=identifier)


def end(t: Transition, alarm: Alarm, kind: Kind, reason: str | None = None) -> None:
    """*alarm* is over, under all of its names."""
    t.change(alarms=without(t.state.alarms, alarm.key))
    for name in alarm.identifiers:
        seen(t, alarm.key.name(name), over=True)
    t.report_of(kind, alarm, reason=reason)


def expire(t: Transition) -> None:
    """Ends what has lasted its time."""
    for alarm in tuple(t.state.alarms.values()):
        if t.now >= alarm.until:
            capped = t.now >= alarm.since + t.setup.max_sounding_s
            end(t, alarm, Kind.FINISHED, "max_sounding_s" if capped else None)
            lapse(t, alarm)


def lapse(t: Transition, alarm: Alarm) -> None:
    """*alarm* is over here, and no all-clear has come: its village still awaits one."""
    if alarm.key.incident not in ONCE:
        village = alarm.key.village
        edge_at = max(alarm.edge_at, t.state.lapsed.get(village, alarm.edge_at))
        t.change(lapsed={**t.state.lapsed, village: edge_at})


def awaits_all_clear(state: State, village: str) -> bool:
    """Whether an alarm of *village* ended here, in the last `LAPSED_S`, without an all-clear."""
    edge_at = state.lapsed.get(village, -math.inf)
    return edge_at > cleared_at(state, village) and state.now < edge_at + LAPSED_S


def all_clear(t: Transition, village: str, at: float, *, exercise: bool = False) -> bool:
    """Ends every alarm of *village* raised before instant *at*. Returns whether that concerns this node.

    Whatever was raised before an all-clear is over, in whichever order the two arrive. The all-clear of an *exercise*
    ends exercises only, and concerns no actual alarm. One that ends an alarm whose time was over already concerns those
    who heard it.
    """
    setup = t.setup
    places = foreign.concerned(village, EVERYWHERE, setup.villages)
    awaited = not exercise and any(awaits_all_clear(t.state, each) and t.state.lapsed[each] <= at for each in places)
    known = t.state.exercises_cleared_at if exercise else t.state.cleared_at
    instants = {**known, **{place: max(at, known.get(place, at)) for place in places}}
    t.change(**{"exercises_cleared_at" if exercise else "cleared_at": instants})
    of_village = [
        alarm for alarm in t.state.alarms.values()
        if alarm.key.incident not in ONCE and alarm.key.village in places
    ]
    ended = [
        alarm for alarm in of_village if alarm.edge_at <= at and (not exercise or alarm.status is Status.EXERCISE)
    ]
    for alarm in ended:
        end(t, alarm, Kind.CLEARED, "all-clear")
    if exercise and len(ended) < len(of_village):
        return False
    return bool(ended) or awaited or village in (EVERYWHERE, setup.village)


def defer(t: Transition, key: Key, raised: Raised, wait_s: float) -> None:
    """Too many of *key* came just before, and none of them sounds any more; or an operator has silenced its sender too
    often: this one begins in *wait_s*, or when the first does that has to wait. It is not lost; and a flood does not
    undo every silence at once.
    """
    waiting = t.state.deferred.get(key)
    due = t.now + wait_s if waiting is None else min(t.now + wait_s, waiting.due)
    edge_at, until = t.now - raised.age_s, t.now + raised.remaining_s
    late = Deferred(raised.identifier, raised.status, raised.note, edge_at, until, due, raised.sender)
    t.change(deferred={**t.state.deferred, key: late})


def begin_deferred(t: Transition) -> None:
    """Begins what has waited long enough, unless it is over, was all-cleared, or sounds by now."""
    for key, late in tuple(t.state.deferred.items()):
        if t.now < late.due:
            continue
        t.change(deferred=without(t.state.deferred, key))
        over = late.identifier is not None and t.state.is_over(key.name(late.identifier))
        cleared = over or late.edge_at < cleared_at(t.state, key.village)
        if cleared or t.now >= late.until or t.audible(key) is not None:
            continue
        age_s = t.now - late.edge_at
        raised = Raised(late.identifier, late.until - t.now, age_s, late.status, late.note, late.sender)
        begin(t, key, raised, Origin.NETWORK)


def safe_code(t: Transition, village: str, identifier: str | None, origin: Origin, age_s: float) -> None:
    """Has the safe code of *village* beaten once, when nothing more urgent sounds. Not for an old all-clear."""
    key = Key(village, ALL_CLEAR)
    remaining_s = t.incident(ALL_CLEAR).duration_s - age_s
    if remaining_s > 0 and key not in t.state.alarms:
        begin(t, key, Raised(identifier, remaining_s, age_s), origin)


def silence(t: Transition, origin: str, *, operator: bool = False) -> None:
    """Everything that is in force here goes on without a sound. A new alarm sounds again; after an *operator*'s
    silence, one of a sender that was silenced so before sounds only after a while.
    """
    t.change(deferred={})
    audible = [alarm for alarm in t.state.alarms.values() if not alarm.silenced]
    for alarm in audible:
        quieten(t, alarm, origin, operator=operator)
    if not audible:
        t.answer(Kind.SILENCED, reason=f"{origin}: nothing was sounding")


def quieten(t: Transition, alarm: Alarm, origin: str, *, operator: bool) -> None:
    """*alarm* goes on without a sound, or is over if it is a code that is beaten once."""
    if operator:
        backoff.silenced(t, alarm)
    if alarm.key.incident in ONCE:
        end(t, alarm, Kind.SILENCED, origin)
        return
    t.put(replace(alarm, silenced=True))
    for name in alarm.identifiers:
        seen(t, alarm.key.name(name), over=True)
    t.report_of(Kind.SILENCED, alarm, reason=origin)


def lock_out(t: Transition) -> None:
    """Takes out what sounds from afar. It is not over: where it still is in force, the beacon brings it back."""
    t.change(deferred={})
    for alarm in tuple(t.state.alarms.values()):
        if alarm.origin not in (Origin.BUTTON, Origin.SCHEDULE) and not alarm.silenced:
            t.change(alarms=without(t.state.alarms, alarm.key))
            lapse(t, alarm)
            t.report_of(Kind.SILENCED, alarm, reason="locked")


def names(merged: frozenset[str], identifier: str | None) -> frozenset[str]:
    """*merged* with *identifier*, while there is room."""
    return merged | {identifier} if identifier is not None and len(merged) < MERGED else merged


def seen(t: Transition, name: Name, *, over: bool) -> None:
    """Notes *name*, in memory and on disk."""
    if t.state.is_over(name) not in (over, True):
        t.remember(name, over=over)
        t.do(SaveSeen(name, over))
