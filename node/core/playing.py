"""Which alarm sounds: the highest priority; equals take turns by cycle; what was pre-empted resumes. Pure.

An exercise gives way to every actual alarm. Its first siren waits until the words that say that it is one are over, at
posts without a voice too, so that they sirens together; an actual alarm waits for nothing, also where it follows an
exercise.

    raised   |───────── round ─────────|───────── round ─────────|…   counted from the alarm's beginning: `rounds`
             siren · slot 1 · slot 2   siren · slot 1 · slot 2
    here, in slot 2, by the beacon:  siren · … · siren ·        drum, voice
                                     ^ at once

Rounds are counted by the alarms' own ages, so that posts within earshot beat one after the other though they exchange
nothing and their clocks may differ; that also gives equals their turns. The siren begins at once all the same, wherever
in its round a post comes in; the safe code, which has no siren, waits for its slot. (A patrol begins at once: whoever
touched the button waits for it.) What an alarm's age turns out to be in the middle of a round moves nothing: the next
one begins where it should.

However many alarms follow each other, after `max_sounding_s` without a break everything rests for `timing.REST_S`; only
a press of this box's own buttons sounds in it. The program that goes to the siren ends at that bound by itself.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from contract.domain import speech
from contract.domain.alarm import Key, Status
from contract.domain.incidents import ONCE, PATROL
from contract.domain.rhythm import exercise_cycle
from contract.wire import timing
from contract.wire.event import Kind
from node.core import alarms, rounds
from node.core.effects import Hush, Play
from node.core.rounds import ALIGNED_S, TOGETHER_S, Counted
from node.core.state import Alarm, Origin, Setup, State, Turn
from node.core.transition import Transition

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
        t.do(program(t.setup, turn.key, turn.start, turn.until, turn.entered_s, note=alarm.note,
                     exercise=turn.exercise, intro=turn.intro))
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
    return _once(state, code, now).boundary <= state.busy_since + _max_s(state)


def deadlines(state: State) -> Iterator[float]:
    """The instants at which what sounds may have to change."""
    yield from (alarm.until for alarm in state.alarms.values())
    if state.rest_until is not None:
        yield state.rest_until
    if state.turn is not None:
        yield state.turn.until
        yield state.turn.boundary


def _audible(state: State, now: float) -> list[Alarm]:
    """The alarms that may sound at *now*: in a rest, what was pressed here in it."""
    audible = [alarm for alarm in state.alarms.values() if not alarm.silenced and alarm.until > now]
    if state.rest_until is not None and now < state.rest_until:
        audible = [alarm for alarm in audible if _pressed_since(alarm, state.rest_until - timing.REST_S)]
    return audible


def _first(state: State, now: float) -> list[Alarm]:
    """The alarms of the highest priority that may sound, oldest first."""
    audible = _audible(state, now)
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
        return _reconsidered(state, before, equals, now)
    length_s = state.setup.cycle(before.key).length_s
    boundary = before.boundary + length_s * ((now - before.boundary) // length_s)  # the last one that has passed
    key, start = _on_at(state, equals, boundary)
    if key == before.key and abs(start - boundary) < ALIGNED_S and len(equals) == 1:
        return replace(before, boundary=boundary + length_s)
    return _entered(state, key, start, boundary)


def _reconsidered(state: State, before: Turn, equals: list[Alarm], now: float) -> Turn:
    """The turn *before*, or an equal's that was raised as it began: other posts may have received that one first."""
    begun = before.start + before.entered_s
    if len(equals) < 2 or before.key.incident in ONCE or not begun <= now < begun + TOGETHER_S:
        return before
    key, start = _on_at(state, equals, now)
    return before if key == before.key else _entered(state, key, start, now)


def _begun(state: State, before: Turn | None, equals: list[Alarm], now: float) -> Turn:
    """A turn that begins: at once, or, for an exercise that follows no other, after the words that say that it is one.

    What became earnest begins anew too: a siren that is on throughout, at once.
    """
    first = equals[0]
    announced = before is not None and before.exercise
    # There must be time for the words, and before the bound.
    anew = state.busy_since is None or (before is None and _begins_anew(state, first))
    bound = _max_s(state) + (now if anew or state.busy_since is None else state.busy_since)
    time_left = min(bound, *(alarm.until for alarm in equals)) > now + 2 * speech.INTRO_S
    intro = _is_exercise(first) and not announced and time_left
    begin = now + speech.INTRO_S if intro else now
    if first.key.incident in ONCE:
        return _once(state, first, begin)
    key, start = _on_at(state, equals, begin)
    return replace(_entered(state, key, start, begin), intro=intro)


def _is_exercise(alarm: Alarm) -> bool:
    return alarm.status is Status.EXERCISE


def _on_at(state: State, equals: list[Alarm], instant: float) -> tuple[Key, float]:
    """Whose round is on at *instant*, and when that began. The words before an exercise are no part of its rounds."""
    return rounds.on_at([
        Counted(alarm.key, alarm.begun_at + (speech.INTRO_S if _is_exercise(alarm) else 0.0),
                state.setup.cycle(alarm.key).length_s)
        for alarm in equals
    ], instant)


def _entered(state: State, key: Key, start: float, at: float) -> Turn:
    """The turn of *key*, whose round began at *start* and is come into at instant *at*."""
    start, off_s = rounds.come_into(start, at)
    return Turn(key, start, start + state.setup.cycle(key).length_s, state.alarms[key].until, off_s)


def _once(state: State, code: Alarm, begin: float) -> Turn:
    """The turn of what is beaten once: in its slot; if that is over by instant *begin*, in the round that follows.

    Half of the rest before its first stroke can be given up.
    """
    cycle, slot = state.setup.cycle(code.key), state.setup.slot(code.key)
    off_s = begin - code.begun_at
    if slot.count == 1 or off_s < ALIGNED_S:
        start = begin
    else:
        late = off_s > cycle.strokes_s[0] - cycle.rest_s / 2
        start = code.begun_at + (math.ceil(off_s / cycle.length_s) * cycle.length_s if late else 0.0)
    return Turn(code.key, start, start + cycle.length_s, start + cycle.length_s)


def program(  # noqa: PLR0913 - what a Play is made of
    setup: Setup, key: Key, start: float, until: float, entered_s: float, *, note: str, exercise: bool = False,
    intro: bool = False,
) -> Play:
    """What the alarm of *key* that bears a *note* sounds, its rounds counted from *start* and come into as a Turn's.

    The note is said after the sentence if the alarm is an actual one, unless it might name a victim.
    """
    village, incident = key
    cycle = setup.cycle(key)
    may_say = setup.speak_notes and not exercise and incident not in ONCE and not setup.incidents[incident].private
    note = note if may_say else ""
    return Play(
        exercise_cycle(cycle) if exercise else cycle, start, until, entered_s,
        words=speech.sentence(incident, village, exercise=exercise), quiet=incident == PATROL,
        intro=speech.intro(exercise=intro and cycle.voice is not None),
        note=note, note_village=village if note else "",
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
    if state.quiet_since is None or rested(state, state.now):
        return True
    return _pressed_since(alarm, state.quiet_since)


def rested(state: State, now: float) -> bool:
    """Whether it was quiet for a whole rest at *now*, where nothing sounds: whatever sounds then has a new bound."""
    if state.busy_since is None or state.quiet_since is None:
        return True
    return now >= state.quiet_since + timing.REST_S


def _pressed_since(alarm: Alarm, instant: float) -> bool:
    return alarm.origin is Origin.BUTTON and alarm.since >= instant


def _finish_code(t: Transition) -> None:
    """The safe code, or the patrol's, does not wait: an alarm that begins while it is beaten ends it. One that rests
    does so when its rest is over.
    """
    turn = t.state.turn
    if turn is None or turn.key.incident not in ONCE or turn.key not in t.state.alarms:
        return
    if any(alarm.key.incident not in ONCE for alarm in _audible(t.state, t.now)):
        alarms.end(t, t.state.alarms[turn.key], Kind.FINISHED, "an alarm began")


def _max_s(state: State) -> float:
    return state.setup.max_sounding_s
