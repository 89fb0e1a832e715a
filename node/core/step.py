"""`step`: all that a node decides. Pure: no clock, no file, no thread, no log, no exception at bad input.

    what was due before it ──> the event ──────> what should have come ──> what sounds ──> the rest ──> effects
    presses, alarms            presses, messages  beacon, patrol,          playing         outbox,
                               outbox             journal                    └──> outputs  status


A loop that was held up hands events over late, each with its own instant. What was due by then comes first: a
button that was released after its time has counted, and one that was touched twice was not held.

Each event changes the state; then everything that the outside sees (what sounds, what is sent, the lamps, the
status) is derived from the state anew, and only what differs becomes an effect. So there is no transition to
forget: an alarm that is no longer in the state no longer sounds, whatever took it out.

The modules: `presses` (buttons and lock), `feedback` (what the box feels of itself), `messages` and `beacon` (the
network), `alarms` (what is in force), `playing` (what sounds), `patrol`, `outbox` (what must arrive), `status` and
`lamps` (what is shown), `transition` (a step in progress: `t` everywhere); `forecast` (what a step will sound).
What a press will do is known before it counts: see `press_ahead`.
"""

from typing import assert_never

from contract.text import several
from contract.wire.event import Kind
from contract.wire.faults import Fault
from node.core import alarms, beacon, feedback, messages, outbox, patrol, playing, presses, status
from node.core.effects import Effect
from node.core.events import Contact, Event, Loaded, SelfTested, SirenSwitched
from node.core.state import Setup, State
from node.core.transition import Transition
from runtime.core import transition as shared
from runtime.core.events import (
    Acknowledged,
    Clock,
    Faulted,
    Linked,
    Noticed,
    Overflowed,
    Received,
    Recovered,
    Rejected,
    Tick,
    Unlinked,
)
from runtime.core.rate_limit import Bucket


def start(setup: Setup, now: float, clock: Clock) -> State:
    """The state of a node that begins at *now*."""
    limit = Bucket(Transition.answers_at_once, now)
    return State(setup=setup, now=now, started_at=now, clock=clock, answer_limit=limit,
                 sensed=feedback.start(setup.feedback, now))


def step(state: State, event: Event, now: float) -> tuple[State, tuple[Effect, ...]]:
    """The state after *event* at instant *now*, and what is to be done, in this order."""
    begun = begin(state, event, now)
    outputs = tuple(begun.outputs)
    state, effects = complete(begun)
    return state, (*outputs, *effects)


def begin(state: State, event: Event, now: float) -> Transition:
    """The first half of a step: its `outputs`, what sounds, can be done while the rest is not computed yet."""
    t = Transition(state, now)
    presses.pass_time(t)
    feedback.pass_time(t)
    alarms.expire(t)
    alarms.begin_deferred(t)
    _take_in(t, event)
    _check_timeouts(t)
    playing.update(t)
    return t


def press_ahead(state: State) -> tuple[float, Transition] | None:
    """The instant at which a button will have been held long enough, and the first half of the step at a Tick then.

    None where no button is held, or where something else is due before: that leads to another state.
    """
    due = presses.counts_at(state)
    return None if due is None or due != next_due(state) else (due, begin(state, Tick(), due))


def complete(t: Transition) -> tuple[State, tuple[Effect, ...]]:
    """The other half: the state after the step that *t* began, and what is to be done beside its outputs."""
    outputs = len(t.outputs)
    outbox.deliver(t)
    status.update(t)
    return t.state, (*t.outputs[outputs:], *t.effects())


def next_due(state: State) -> float | None:
    """The instant at which the next Tick is needed, or None while nothing is going on."""
    due = [
        *presses.deadlines(state),
        *feedback.deadlines(state),
        *(late.due for late in state.deferred.values()),
        *playing.deadlines(state),
        *outbox.deadlines(state),
        *beacon.deadlines(state),
        *patrol.deadlines(state),
        *shared.deadlines(state),
    ]
    return min(due, default=None)


def _take_in(t: Transition, event: Event) -> None:  # noqa: C901, PLR0912 - a table, one row an event
    match event:
        case Contact():
            presses.changed(t, event)
            feedback.changed(t, event)
        case SirenSwitched():
            feedback.switched(t, event)
        case Received():
            messages.received(t, event)
        case Linked():
            t.link()
            outbox.linked(t)
        case Unlinked(reason):
            t.unlink(reason)
        case Acknowledged():
            outbox.acknowledged(t, event)
        case Loaded():
            outbox.loaded(t, event)
            t.load()
        case Clock():
            t.change(clock=event)
            outbox.clock_changed(t)
            status.heartbeat(t)
        case Faulted(part, reason):
            if part == Fault.SIREN_THREAD and part not in t.state.faults:
                # It hushed itself: what sounded begins anew, once for each failure, and under the same bound.
                t.change(turn=None, quiet_since=t.now)
            t.fault(part, reason)
        case Recovered(part):
            t.recover(part)
        case Noticed(reason):
            t.report(Kind.WARNING, reason=reason)
        case Overflowed(count):
            t.answer(Kind.REFUSED, reason=f"{several(count, 'message')} came faster than they could be read")
        case SelfTested(results, knocked):
            sound = "with one quiet stroke" if knocked else "without a sound"
            t.report(Kind.TESTED, results=dict(results), faults=dict(t.state.faults),
                      drivers=dict(t.setup.drivers), reason=f"self-test, {sound}")
        case Rejected() | Tick():  # what the hub does not list is sent again
            pass
        case _:
            assert_never(event)


def _check_timeouts(t: Transition) -> None:
    """Notices what should have come by now, and reports what could not be reported before."""
    beacon.pass_time(t)
    patrol.pass_time(t)
    t.check_journal_timeout()
    t.flush_suppressed()
