"""Which alarm sounds: the highest priority; equals take turns by cycle; what was pre-empted resumes. Pure.

An exercise gives way to every actual alarm. Its first siren waits until the words that say that it is one are over, at
posts without a voice too, so that they sirens together; an actual alarm waits for nothing, also where it follows an
exercise.

    wall clock, synchronised    …|────────── round ──────────|────────── round ──────────|…   multiples of its length
    here                                 siren · what is left of the drum · siren · drum · …
                                         ^ at once

Where the clock is synchronised, rounds are counted on the wall clock's grid (they start at multiples of their length
since the epoch), so that posts within earshot beat together though they exchange nothing; it also gives equals their
turns. The siren begins at once all the same, whatever the grid says; the safe code waits for it. (A
patrol begins at once: whoever touched the button waits for it, and at an hour of the schedule all posts begin
anyway.) A clock that is set moves nothing in the middle of a round: the next one begins on the grid anew.

However many alarms follow each other, after `max_sounding_s` without a break everything rests for `timing.REST_S`; only
a press of this box's own buttons sounds in it. The program that goes to the siren ends at that bound by itself.
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.domain import speech
from contract.domain.alarm import Status
from contract.domain.incidents import ONCE, PATROL
from contract.domain.rhythm import exercise_cycle
from contract.wire import timing
from contract.wire.event import Kind
from node.core import alarms
from node.core.effects import Hush, Play
from node.core.state import Alarm, Origin, State, Turn
from node.core.transition import Transition

ALIGNED_S = 0.001  # a round that is off the grid by less is on it
_EARNEST = 1000  # more than any incident's priority


def update(t: Transition) -> None:
    """Brings what sounds in line with the alarms in force."""
    _finish_code(t)
    _bound(t)
    before = t.state.turn
    equals = _fitting(t)
    turn = _next(t.state, before, equals, t.now)
    if turn is None:
        if before is not None:
            t.change(turn=None, quiet_since=t.now)
            t.do(Hush())
        return
    if before is None and _begins_anew(t.state, t.state.alarms[turn.key]):
        t.change(busy_since=t.now)
    _tell(t, before, turn)
    alarm = t.state.alarms[turn.key]
    if turn.key.incident in ONCE:  # whenever its turn comes, and as often as it has to begin anew
        alarm = replace(alarm, until=turn.boundary)
        t.put(alarm)
    busy_since = t.now if t.state.busy_since is None else t.state.busy_since
    turn = replace(turn, until=min(alarm.until, busy_since + _max_s(t.state)), exercise=_is_exercise(alarm))
    if before is None or turn != replace(before, boundary=turn.boundary):
        t.do(_play(t.state, turn))
    t.change(turn=turn)


def _fitting(t: Transition) -> list[Alarm]:
    """The alarms of the highest priority; a code that would not be beaten whole before the bound is over instead."""
    while True:
        equals = _first(t.state, t.now)
        code = next((alarm for alarm in equals if alarm.key.incident in ONCE), None)
        if code is None or _fits(t.state, code, t.now):
            return equals
        alarms.end(t, code, Kind.FINISHED, "no time is left for it before max_sounding_s")


def _fits(state: State, code: Alarm, now: float) -> bool:
    if state.turn is not None and state.turn.key == code.key:
        return True
    if state.busy_since is None or (state.turn is None and _begins_anew(state, code)):
        return True
    return _turn(state, code, now).boundary <= state.busy_since + _max_s(state)


def deadlines(state: State) -> Iterator[float]:
    """The instants at which what sounds may have to change."""
    yield from (alarm.until for alarm in state.alarms.values())
    if state.rest_until is not None:
        yield state.rest_until
    if state.turn is not None:
        yield state.turn.until
        yield state.turn.boundary


def _first(state: State, now: float) -> list[Alarm]:
    """The alarms of the highest priority that may sound, oldest first."""
    audible = [alarm for alarm in state.alarms.values() if not alarm.silenced and alarm.until > now]
    if state.rest_until is not None:
        audible = [alarm for alarm in audible if _pressed_since(alarm, state.rest_until - timing.REST_S)]
    top = max((_priority(state, alarm) for alarm in audible), default=0)
    return sorted(
        (alarm for alarm in audible if _priority(state, alarm) == top), key=lambda alarm: (alarm.since, alarm.key)
    )


def _priority(state: State, alarm: Alarm) -> int:
    """How urgent *alarm* is: actual alarms before every exercise, and both before what is beaten once."""
    if alarm.key.incident in ONCE:
        return -1
    in_earnest = _EARNEST if alarm.status is Status.ACTUAL else 0
    return in_earnest + state.setup.incidents[alarm.key.incident].priority


def _next(state: State, before: Turn | None, equals: list[Alarm], now: float) -> Turn | None:
    """The turn at *now*: the one before goes on, unless it may not, or an equal waits at its cycle's end."""
    if not equals:
        return None
    keys = [alarm.key for alarm in equals]
    ended = before is None or before.key not in keys or now >= before.until  # then the siren has ended it by itself
    if before is None or ended or before.exercise is not _is_exercise(equals[0]):
        return _begun(state, before, equals, now)
    if now < before.boundary:
        return before
    length_s = state.setup.cycles[before.key.incident].length_s
    boundary = before.boundary + length_s * ((now - before.boundary) // length_s)  # the last one that has passed
    if len(keys) > 1:
        following = equals[(keys.index(before.key) + 1) % len(keys)]
        return _chosen(state, equals, boundary) or _turn(state, following, boundary)
    if _off_grid(state, equals[0], boundary) < ALIGNED_S:
        return replace(before, boundary=boundary + length_s)
    return _turn(state, equals[0], boundary)


def _begun(state: State, before: Turn | None, equals: list[Alarm], now: float) -> Turn:
    """A turn that begins: at once, or, for an exercise that follows no other, after the words that say that it is one.

    What became earnest begins anew too: a siren that is on throughout, at once.
    """
    first = equals[0]
    announced = before is not None and before.exercise
    # There must be time for the words, whichever of them the grid chooses, and before the bound.
    anew = state.busy_since is None or (before is None and _begins_anew(state, first))
    bound = _max_s(state) + (now if anew or state.busy_since is None else state.busy_since)
    time_left = min(bound, *(alarm.until for alarm in equals)) > now + 2 * speech.INTRO_S
    intro = _is_exercise(first) and not announced and time_left
    begin = now + speech.INTRO_S if intro else now
    turn = _chosen(state, equals, begin) or _turn(state, first, begin)
    return replace(turn, intro=intro)


def _is_exercise(alarm: Alarm) -> bool:
    return alarm.status is Status.EXERCISE


def _chosen(state: State, equals: list[Alarm], at: float) -> Turn | None:
    """Whose turn it is at instant *at* by the wall clock, which posts within earshot agree on; None if none does.

    The rounds of equals follow each other, in the order of their names, on a grid of their length together.
    """
    if len(equals) < 2 or not _has_grid(state) or equals[0].key.incident in ONCE:
        return None
    lengths_s = {alarm.key: state.setup.cycles[alarm.key.incident].length_s for alarm in equals}
    off_s = (at + state.clock.offset_s) % sum(lengths_s.values())
    for alarm in sorted(equals, key=lambda alarm: alarm.key):
        length_s = lengths_s[alarm.key]
        if off_s < length_s - ALIGNED_S:
            start, entered_s = (at, 0.0) if off_s < ALIGNED_S else (at - off_s, off_s)
            return Turn(alarm.key, start, start + length_s, alarm.until, entered_s)
        off_s -= length_s
    first = min(equals, key=lambda alarm: alarm.key)  # within ALIGNED_S of where the grid begins again
    return Turn(first.key, at, at + lengths_s[first.key], first.until)


def _turn(state: State, alarm: Alarm, begin: float) -> Turn:
    """*alarm*'s turn from instant *begin*: on the grid, and for one whole round at least."""
    cycle = state.setup.cycles[alarm.key.incident]
    off_s = _off_grid(state, alarm, begin)
    if alarm.key.incident in ONCE:
        late = off_s > cycle.strokes_s[0] / 2  # half of the rest before its first stroke can be given up
        start = begin - off_s + (cycle.length_s if late else 0.0)
        return Turn(alarm.key, start, start + cycle.length_s, start + cycle.length_s)
    if off_s < ALIGNED_S:
        return Turn(alarm.key, begin, begin + cycle.length_s, alarm.until)
    start = begin - off_s
    return Turn(alarm.key, start, start + 2 * cycle.length_s, alarm.until, entered_s=off_s)


def _off_grid(state: State, alarm: Alarm, instant: float) -> float:
    """How long after the start of a round on the grid *instant* lies, in seconds; 0 where there is no grid.

    Within ALIGNED_S of the next round it is less than 0.
    """
    if alarm.key.incident == PATROL or not _has_grid(state):
        return 0.0
    length_s = state.setup.cycles[alarm.key.incident].length_s
    off_s = (instant + state.clock.offset_s) % length_s
    return off_s - length_s if length_s - off_s < ALIGNED_S else off_s


def _has_grid(state: State) -> bool:
    return state.setup.in_phase and state.synced


def _play(state: State, turn: Turn) -> Play:
    incident, village = turn.key.incident, turn.key.village
    cycle = state.setup.cycles[incident]
    return Play(
        exercise_cycle(cycle) if turn.exercise else cycle, turn.start, turn.until, turn.entered_s,
        words=speech.sentence(incident, village, exercise=turn.exercise), quiet=incident == PATROL,
        intro=speech.intro(exercise=turn.intro and cycle.voice is not None),
    )


def _tell(t: Transition, before: Turn | None, turn: Turn) -> None:
    """Reports what begins, and what gives way to something more urgent."""
    state = t.state
    old = state.alarms.get(before.key) if before is not None and before.key != turn.key else None
    new = state.alarms[turn.key]
    if old is not None and not old.silenced and _priority(state, old) < _priority(state, new):
        t.report_of(Kind.PREEMPTED, old, reason=f"{turn.key.incident} in {turn.key.village} is more urgent")
        t.put(replace(old, paused=True))
    if not new.reported:
        begun = replace(new, reported=True)
        t.put(begun)
        t.report_of(Kind.SOUNDING, begun, note=new.note or None)
    elif new.paused:
        t.put(replace(new, paused=False))
        t.report_of(Kind.RESUMED, new)


def _bound(t: Transition) -> None:
    """Begins and ends the rest that follows the longest sounding."""
    if t.state.rest_until is not None and t.now >= t.state.rest_until:
        t.change(rest_until=None)
    state = t.state
    if state.busy_since is None or t.now < state.busy_since + _max_s(state):
        return
    if state.turn is not None:
        if state.turn.key in state.alarms:
            t.put(replace(state.alarms[state.turn.key], paused=True))
        t.change(rest_until=t.now + timing.REST_S, busy_since=None, turn=None, quiet_since=t.now)
        t.do(Hush())
        rest = f"rests for {timing.REST_S:g} s"
        t.report(Kind.RESTING, reason=f"sounded for max_sounding_s ({_max_s(state):g} s); {rest}")
    elif state.quiet_since is not None:  # a rest that began by itself, when the last alarm ended
        rest_until = state.quiet_since + timing.REST_S
        t.change(busy_since=None, rest_until=rest_until if t.now < rest_until else None)


def _begins_anew(state: State, alarm: Alarm) -> bool:
    """Whether a new bound begins as *alarm* breaks the quiet: after a whole rest, or by a press in it."""
    if state.busy_since is None or state.quiet_since is None:
        return True
    return state.now >= state.quiet_since + timing.REST_S or _pressed_since(alarm, state.quiet_since)


def _pressed_since(alarm: Alarm, instant: float) -> bool:
    return alarm.origin is Origin.BUTTON and alarm.since >= instant


def _finish_code(t: Transition) -> None:
    """The safe code, or the patrol's, does not wait: an alarm that begins while it is beaten ends it."""
    turn = t.state.turn
    if turn is None or turn.key.incident not in ONCE or turn.key not in t.state.alarms:
        return
    if any(alarm.key.incident not in ONCE and not alarm.silenced for alarm in t.state.alarms.values()):
        alarms.end(t, t.state.alarms[turn.key], Kind.FINISHED, "an alarm began")


def _max_s(state: State) -> float:
    return state.setup.max_sounding_s
