"""The alarms in force in the district: how they begin, merge and end, and what is too late. Pure.

    raised ──> on the disk ──> listed by every beacon ──> its time is over, or all-clear
       │                            ^
       └── raised again: ───────────┘ the same alarm, for longer, under the latest name

At most one alarm is in force for each village and incident. Its age is counted on the hub's clock that never jumps;
from a disk of another boot of the machine, only synchronised clocks give it.
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.wire import timing
from contract.wire.event import Kind
from posko.core.effects import End
from posko.core.events import Loaded, Stored
from posko.core.state import Alarm, Deferred, Ended, Raised, Silences, State
from posko.core.transition import Transition
from runtime.core.transition import without

# New alarms of one incident of a village: so many at once, then so many a second, as at the nodes; and what is raised
# within so many seconds of an all-clear goes on as the alarm that this ended.
NEW_AT_ONCE, NEW_PER_S = 5.0, 0.1
AGAIN_S = 15.0  # longer than one waits here
ALSO = 100  # names that one alarm keeps
# A time of a post that lies so far from the hub's is recorded as one that is not certain; further off, it is not taken.
AHEAD_S = 5.0
FAR_S = 86_400.0
BELIEVED_S = 31 * FAR_S
FORGET_S = 1800.0  # after the last silence of a sender
SENDERS, NAME = 32, 80  # of a village, whose silences are counted; and how many characters of a sender count
MOST = 400  # alarms in force: more do not fit into a beacon


def accept(t: Transition, key: Key, raised: Raised) -> None:
    """Brings *raised* into force: as an alarm of its own, or merged into what is in force of *key*."""
    until = raised.at + t.setup.incidents[key.incident].duration_s
    known = t.state.alarms.get(key)
    if known is not None and known.status is Status.EXERCISE and raised.status is Status.ACTUAL:
        _end(t, known, End.EARNEST, "the exercise became earnest")
        known = None
    t.remember(key.name(raised.identifier), over=False)
    if known is None:
        t.put(_begun(t, key, raised))  # it is reported once it is on the disk
        return
    merged = replace(known, until=max(known.until, until), note=raised.note or known.note)
    if raised.at >= known.raised_at:
        merged = replace(
            merged, identifier=raised.identifier, also=known.identifiers()[:ALSO], raised_at=raised.at,
            raised_by=raised.origin,
            silenced={place: at for place, at in known.silenced.items() if raised.at <= at},
        )
    else:
        merged = replace(merged, also=(raised.identifier, *known.also)[:ALSO])
    t.put(merged)
    t.answer_of(Kind.EXTENDED, key, identifier=known.identifier, by=raised.identifier, origin=raised.origin or None)


def take_up(t: Transition, key: Key, raised: Raised, post: str) -> None:
    """Brings *raised*, which this hub does not know and which is in force at *post*, into force."""
    t.remember(key.name(raised.identifier), over=False)
    alarm = t.put(replace(_begun(t, key, raised), shown=True))
    t.report_of(Kind.RESTORED, alarm, age_s=round(t.now - alarm.raised_at, 1),
                reason=f"{post} reports it as in force; it was not known here")


def defer(t: Transition, key: Key, raised: Raised) -> None:
    """Too many alarms of *key* began just before, and none is in force: this one is accepted a little later.

    It is the latest of those that wait, and due when the first of them was. A post whose press gave way sends it again.
    """
    waiting = t.state.deferred.get(key)
    due = t.now + 1 / NEW_PER_S if waiting is None else waiting.due
    t.change(deferred={**t.state.deferred, key: Deferred(raised, due)})
    t.answer_of(Kind.WARNING, key, identifier=raised.identifier, origin=raised.origin or None,
                reason=f"{NEW_AT_ONCE:g} alarms of this incident began one after the other; this one is repeated in "
                       f"{due - t.now:.0f} s, if no all-clear comes")


def accept_deferred(t: Transition) -> None:
    """Accepts what has waited long enough, unless it is over by now."""
    for key, waiting in tuple(t.state.deferred.items()):
        if t.now < waiting.due:
            continue
        raised, known = waiting.raised, t.state.alarms.get(key)
        t.change(deferred=without(t.state.deferred, key))
        name = key.name(raised.identifier)
        if t.state.is_over(name) is not None:
            again(t, name, raised.at)
        elif was_cleared(t.state, key.village, raised.at):  # with the alarm before it, of which there is a row
            t.acknowledge(name)
            t.answer_of(Kind.LATE, key, identifier=raised.identifier, origin=raised.origin or None,
                        age_s=round(t.now - raised.at, 1), reason="pressed before the all-clear; one of many")
        elif t.now >= raised.at + t.setup.incidents[key.incident].duration_s:
            late(t, key, raised, "its time is over")
        elif known is None or known.status is Status.EXERCISE or raised.status is Status.ACTUAL:
            accept(t, key, raised)


def again(t: Transition, name: Name, raised_at: float) -> None:
    """What was received before came once more: its sender does not know yet that it was."""
    resolve_ages(t, name, raised_at)
    alarm = t.state.alarms.get(name.key)
    if alarm is None or name not in alarm.names():
        t.acknowledge(name)


def late(t: Transition, key: Key, raised: Raised, reason: str) -> None:
    """*raised* came when it was over: it is recorded, reported, and sounds nowhere."""
    age_s = t.now - raised.at
    if age_s > BELIEVED_S:
        raised = replace(raised, at=t.now)
        reason = f"{reason}; it claims to be {age_s / FAR_S:.0f} days old, and is recorded as of now"
    t.close(_fresh(t, key, raised), End.LATE, dated=age_s <= FAR_S)
    t.answer_of(Kind.LATE, key, identifier=raised.identifier, origin=raised.origin or None,
                    age_s=round(age_s, 1), reason=reason)


def all_clear(t: Transition, village: str, at: float, *, exercise: bool) -> int:
    """Ends what was raised in *village* before instant *at*; an *exercise*'s only exercises. Returns how many."""
    if exercise:
        before = t.state.exercises_cleared_at
        t.change(exercises_cleared_at={**before, village: max(at, before.get(village, at))})
    else:
        t.clear(village, at)
    ended = [
        alarm for alarm in t.state.alarms.values()
        if village in (EVERYWHERE, alarm.key.village) and alarm.raised_at <= at
        and (not exercise or alarm.status is Status.EXERCISE)
    ]
    for alarm in ended:
        _end(t, alarm, End.CLEARED, "all-clear", at)
        t.change(over={**t.state.over, alarm.key: alarm.raised_at})
    return len(ended)


def cleared_at_post(t: Transition, alarm: Alarm, at: float, post: str) -> None:
    """Ends *alarm*, as an all-clear of instant *at* did at *post*, of its own village, and never came to the hub.

    What is surely known is that the all-clear came after *alarm* was raised; so much is repeated.
    """
    if alarm.status is Status.ACTUAL:
        t.clear(alarm.key.village, alarm.raised_at)
    _end(t, alarm, End.CLEARED, f"all-clear, which came to {post} and not to the hub", max(at, alarm.raised_at))
    t.change(over={**t.state.over, alarm.key: alarm.raised_at})


def was_cleared(state: State, village: str, at: float, *, exercise: bool = False) -> bool:
    """Whether the all-clear of *village* came after instant *at*; of an *exercise*, one of exercises is enough."""
    known = (state.cleared_at, state.exercises_cleared_at) if exercise else (state.cleared_at,)
    return any(at < cleared.get(place, at) for cleared in known for place in (village, EVERYWHERE))


def silence(t: Transition, village: str) -> int:
    """In *village* everything in force goes on without a sound. Returns how many alarms that concerns."""
    everything = tuple(t.state.alarms.values())
    for alarm in everything:
        _count_silence(t, alarm, village)
        t.put(replace(alarm, silenced={**alarm.silenced, village: t.came_at}))
    return len(everything)


def raised_after_silences(state: State, alarm: Alarm) -> int:
    """How often operators had silenced what the sender of *alarm* raised, when it raised this; 0 for never."""
    known = state.silences.get((alarm.key.village, alarm.sender()[:NAME]))
    if known is None or state.now >= known.at + FORGET_S or alarm.raised_at <= known.at:
        return 0
    return known.count


def _count_silence(t: Transition, alarm: Alarm, village: str) -> None:
    """An operator silences *alarm* in *village*, where it may be silenced already."""
    if {village, EVERYWHERE} & alarm.silenced.keys():
        return
    who = (alarm.key.village, alarm.sender()[:NAME])
    known = dict(t.state.silences)
    before = known.pop(who, Silences(0, t.now))
    count = before.count if t.now < before.at + FORGET_S else 0
    several = before.count and before.at == t.now  # of one silence
    known[who] = Silences(count if several else count + 1, t.now)
    oldest = [each for each in known if each[0] == alarm.key.village][:-SENDERS]
    t.change(silences={each: found for each, found in known.items() if each not in oldest})


def expire(t: Transition) -> None:
    """Ends what has lasted its time."""
    for alarm in tuple(t.state.alarms.values()):
        if t.now >= alarm.until:
            _end(t, alarm, End.FINISHED, None)


def restore(t: Transition, event: Loaded) -> None:
    """What an earlier run left is in force again, as far as its age is known.

    A disk that answers late finds the hub at work. What was raised since may then be the same as what is on it: it came
    once more, from whoever did not know yet that it had arrived.
    """
    t.recall(event.seen)
    over = dict(t.state.over)
    for key, at in event.over:
        over[key] = max(at, over.get(key, at))
    t.change(over=over)
    known_over = {name for name, is_over in event.seen if is_over}
    clears = [(clear.village, clear.at + clear.shift) for clear in event.cleared if clear.shift is not None]
    for alarm in tuple(t.state.alarms.values()):
        if alarm.key.name(alarm.identifier) in known_over:
            _end(t, alarm, End.FINISHED, "it came once more; only the journal knew that it was over")
        elif any(place in (alarm.key.village, EVERYWHERE) and alarm.raised_at < at for place, at in clears):
            _end(t, alarm, End.CLEARED, "all-clear, which only the journal knew")
            t.change(over={**t.state.over, alarm.key: alarm.raised_at})
    t.change(awaiting_clock=event.alarms, clears_awaiting_clock=event.cleared)
    resolve_ages(t)


def resolve_ages(t: Transition, name: Name | None = None, raised_at: float | None = None) -> None:
    """Takes up of what an earlier run left all whose age is known by now.

    A post that still holds its press gives it: the one of that *name* was made at *raised_at*.
    """
    state = t.state
    shifts = [_shift_by(state, stored) for stored in state.awaiting_clock]
    if name is not None and raised_at is not None:
        shifts = [
            raised_at - _instant_of(stored, name.identifier)
            if name.key == stored.key and name.identifier in stored.names() else shift
            for stored, shift in zip(state.awaiting_clock, shifts, strict=True)
        ]
    for clear in state.clears_awaiting_clock:
        shift = _shift(state, clear.shift, clear.wall, clear.at)
        if shift is not None:
            t.change(clears_awaiting_clock=tuple(each for each in t.state.clears_awaiting_clock if each != clear))
            t.clear(clear.village, min(t.now, clear.at + shift))
    dated = tuple(zip(state.awaiting_clock, shifts, strict=True))
    t.change(awaiting_clock=tuple(stored for stored, shift in dated if shift is None))
    for stored, shift in dated:
        if shift is not None:
            _take_up(t, stored, shift)


def expire_awaiting_clock(t: Transition) -> None:
    """Says what cannot be known: the age of what was in force before the machine restarted."""
    if t.state.awaiting_clock and t.now >= t.state.started_at + timing.CLOCK_SYNC_S:
        awaiting = t.state.awaiting_clock
        t.change(awaiting_clock=())
        for stored in awaiting:
            alarm = _alarm(t, stored, 0.0)
            t.close(alarm, End.UNKNOWN)
            t.report_of(Kind.LATE, alarm, reason="in force before the machine restarted; how long ago cannot be told, "
                                                  "so it is not repeated")


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `expire` and `expire_awaiting_clock` will have something to do."""
    yield from (alarm.until for alarm in state.alarms.values())
    yield from (waiting.due for waiting in state.deferred.values())
    if state.awaiting_clock:
        yield state.started_at + timing.CLOCK_SYNC_S


def _end(t: Transition, alarm: Alarm, end: End, reason: str | None, at: float | None = None) -> None:
    kind = Kind.CLEARED if end is End.CLEARED else Kind.FINISHED
    ended_at = min(t.now if at is None else at, alarm.until)
    t.close(alarm, end, ended_at)
    if end is End.CLEARED:
        t.change(ended={**t.state.ended, alarm.key: Ended(alarm.first, alarm.status, t.now)})
    t.report_of(kind, alarm, reason=reason, lasted_s=round(ended_at - alarm.first_at, 1))


def _shift(state: State, known: float | None, wall: float | None, at: float) -> float | None:
    """What is to be added to an instant of an earlier run to have it on this boot's clock; None if nobody knows."""
    if known is not None:
        return known
    if wall is None or not state.synced:
        return None
    return min(state.now, wall - state.clock.offset_s) - at


def _shift_by(state: State, stored: Stored) -> float | None:
    """The same, for *stored*. What is in force and has a name in common gives its age better than a wall clock."""
    known = state.alarms.get(stored.key)
    if stored.shift is None and known is not None:
        name = next((each for each in stored.names() if each in known.all_names()), None)
        if name is not None:
            return _instant_of(known, name) - _instant_of(stored, name)
    return _shift(state, stored.shift, stored.first_wall, stored.first_at)


def _instant_of(found: Alarm | Stored, identifier: str) -> float:
    """When *found* was raised as *identifier*: for what is kept of names after the first, when it was raised last."""
    return found.first_at if identifier == found.first else found.raised_at


def _take_up(t: Transition, stored: Stored, shift: float) -> None:
    """Takes up *stored*, whose instants are *shift* s earlier than this clock's: as over, in force, or as what is."""
    alarm = _alarm(t, stored, min(shift, t.now - stored.raised_at))
    _rename(t, stored)
    known = t.state.alarms.get(alarm.key)
    same = known is not None and not set(known.identifiers()).isdisjoint(stored.names())
    exercise = alarm.status is Status.EXERCISE
    cleared = was_cleared(t.state, alarm.key.village, alarm.raised_at, exercise=exercise)
    if not same and (cleared or t.now >= alarm.until):
        _end(t, alarm, End.CLEARED if cleared else End.FINISHED, "over while the hub was away")
        if known is not None and known.first == alarm.first:
            t.put(known)  # it is that alarm, raised again after its end
    elif known is None:
        _go_on(t, alarm, written=not shift)
    elif same or known.status is alarm.status:
        _join(t, known, alarm)
    elif known.status is Status.EXERCISE:
        _end(t, known, End.EARNEST, "the exercise became earnest")
        _go_on(t, alarm, written=not shift)
    else:
        _end(t, alarm, End.EARNEST, "the exercise became earnest")


def _rename(t: Transition, stored: Stored) -> None:
    """What began here as a name of *stored*, and is in force or was ended, began as *stored*."""
    known, ended = t.state.alarms.get(stored.key), t.state.ended.get(stored.key)
    for first in (each.first for each in (known, ended) if each is not None):
        if first != stored.first and first in stored.names():
            t.rename(stored.key.name(first), stored.first)
    if known is not None and known.first in stored.names():
        t.set(replace(known, first=stored.first))


def _go_on(t: Transition, alarm: Alarm, *, written: bool) -> None:
    """Brings *alarm* of an earlier run into force; *written*: the disk has it as it is."""
    if written:
        alarm = replace(alarm, kept=True)
        t.set(alarm)
    else:
        alarm = t.put(alarm)
    t.report_of(Kind.RESTORED, alarm, age_s=round(t.now - alarm.raised_at, 1))


def _join(t: Transition, known: Alarm, stored: Alarm) -> None:
    """*known*, which is in force, is *stored* raised again: they are one, as if the disk had answered in time."""
    if known.first != stored.first:
        t.rename(known.key.name(known.first), stored.first)
    joined = t.put(_joined(known, stored))
    t.report_of(Kind.RESTORED, joined, age_s=round(t.now - joined.raised_at, 1))


def _joined(known: Alarm, stored: Alarm) -> Alarm:
    """The one alarm that *known* and *stored* are: as old as the older one, and for as long as the longer one."""
    both = (known, stored)
    first, last = min(both, key=lambda each: each.first_at), max(both, key=lambda each: each.raised_at)
    names = dict.fromkeys((stored.first, known.first, *known.identifiers(), *stored.identifiers()))
    sounds: dict[str, float] = {}
    for each in both:
        for post, after_s in each.sounds.items():
            since_s = after_s + each.first_at - first.first_at
            sounds[post] = min(since_s, sounds.get(post, since_s))
    return replace(
        known, first=stored.first, origin=first.origin, first_at=first.first_at,
        identifier=last.identifier, also=tuple(name for name in names if name != last.identifier)[:ALSO],
        raised_at=last.raised_at, raised_by=last.raised_by if last is first else last.sender(),
        note=last.note or known.note or stored.note, until=max(known.until, stored.until), sounds=sounds,
        status=Status.ACTUAL if Status.ACTUAL in (known.status, stored.status) else Status.EXERCISE,
        silenced={place: at for each in both for place, at in each.silenced.items() if at >= last.raised_at},
        proven=known.proven or stored.proven,
    )


def _begun(t: Transition, key: Key, raised: Raised) -> Alarm:
    """A new alarm. Soon after an all-clear it goes on as the one that this ended: one row on the disk, one alarm in the
    report.
    """
    fresh, ended = _fresh(t, key, raised), t.state.ended.get(key)
    if ended is None or ended.status is not raised.status or t.now >= ended.at + AGAIN_S:
        return fresh
    return replace(fresh, first=ended.first)


def _fresh(t: Transition, key: Key, raised: Raised) -> Alarm:
    until = raised.at + t.setup.incidents[key.incident].duration_s
    name = raised.identifier
    return Alarm(key, name, name, (), raised.status, raised.origin, raised.note, raised.at, raised.at, until,
                 accepted_at=t.now)


def _alarm(t: Transition, stored: Stored, shift: float) -> Alarm:
    return Alarm(
        stored.key, stored.first, stored.identifier, stored.also, stored.status, stored.origin, stored.note,
        stored.first_at + shift, stored.raised_at + shift, stored.until + shift, accepted_at=t.now, shown=True,
        silenced={place: at + shift for place, at in stored.silenced.items()}, sounds=stored.sounds,
        proven=bool(stored.sounds) and set(t.setup.expected(stored.key)) <= stored.sounds.keys(),
    )
