"""`step`: all that a node decides. Pure: no clock, no file, no thread, no log, no exception at bad input.

    what was due before it ──> the event is taken in ──> what is missing ──> outputs are settled ──> effects
    contacts, alarms           contacts, hearing,        beacon, journal     turns, outbox, face
                               outbox

A loop that was held up hands events over late, each with its own instant. What was due by then comes first: a
button let go after its time has counted, and one that was touched twice was not held.

Each event changes the state; then everything that the outside sees (what sounds, what is sent, the lamps, the
status) is derived from the state anew, and only what differs becomes an effect. So there is no transition to
forget: an alarm that is no longer in the state no longer sounds, whatever took it out.

The rooms: `contacts` (buttons), `hearing` and `beacon` (the network), `alarms` (what is in force), `turns` (what
sounds), `ronda` (the watch's round), `outbox` (what must arrive), `face` (lamps, status), `draft` (a step in the
making).
"""

from typing import assert_never

from contract.wire.event import Kind
from contract.wire.faults import Fault
from node.core import alarms, beacon, messages, outbox, patrol, playing, presses, status
from node.core.effects import Effect
from node.core.events import Contact, Event, Loaded, SelfTested
from node.core.state import Rules, State
from node.core.transition import Draft
from runtime.core import transition as shared
from runtime.core.events import Acknowledged, Clock, Faulted, Linked, Overflowed, Received, Recovered, Tick, Unlinked
from runtime.core.rate_limit import Bucket
from runtime.core.transition import CHATTER


def start(rules: Rules, now: float, clock: Clock) -> State:
    """The state of a node that begins at *now*."""
    return State(rules, now, started_at=now, clock=clock, chatter=Bucket(CHATTER, now))


def step(state: State, event: Event, now: float) -> tuple[State, tuple[Effect, ...]]:
    """The state after *event* at instant *now*, and what is to be done, in this order."""
    draft = Draft(state, now)
    presses.pass_time(draft)
    alarms.expire(draft)
    alarms.begin_deferred(draft)
    _take_in(draft, event)
    _miss(draft)
    playing.settle(draft)
    outbox.deliver(draft)
    status.settle(draft)
    return draft.state, (*draft.outputs, *draft.effects)


def next_due(state: State) -> float | None:
    """The instant at which the next Tick is needed, or None while nothing is going on."""
    due = [
        *presses.deadlines(state),
        *(late.due for late in state.deferred.values()),
        *playing.deadlines(state),
        *outbox.deadlines(state),
        *beacon.deadlines(state),
        *patrol.deadlines(state),
        *shared.deadlines(state),
    ]
    return min(due, default=None)


def _take_in(draft: Draft, event: Event) -> None:  # noqa: C901, PLR0912 - a table, one row an event
    match event:
        case Contact():
            presses.changed(draft, event)
        case Received():
            messages.received(draft, event)
        case Linked():
            draft.link()
            outbox.linked(draft)
        case Unlinked(reason):
            draft.unlink(reason)
        case Acknowledged():
            outbox.acknowledged(draft, event)
        case Loaded():
            outbox.loaded(draft, event)
            draft.load()
        case Clock():
            draft.change(clock=event)
            outbox.clock_changed(draft)
            status.heartbeat(draft)
        case Faulted(part, reason):
            if part == Fault.SIREN_THREAD and part not in draft.state.faults:
                # It hushed itself: what sounded begins anew, once for each failure, and under the same bound.
                draft.change(turn=None, quiet_since=draft.now)
            draft.fault(part, reason)
        case Recovered(part):
            draft.recover(part)
        case Overflowed(count):
            draft.answer(Kind.REFUSED, reason=f"{count} messages came faster than they could be heard")
        case SelfTested(results, knocked):
            sound = "with one quiet stroke" if knocked else "without a sound"
            draft.say(Kind.TESTED, results=dict(results), faults=dict(draft.state.faults),
                      drivers=dict(draft.state.rules.drivers), reason=f"self-test, {sound}")
        case Tick():
            pass
        case _:
            assert_never(event)


def _miss(draft: Draft) -> None:
    """Notices what should have come by now, and says what could not be said before."""
    beacon.pass_time(draft)
    patrol.pass_time(draft)
    draft.miss_journal()
    draft.answer_the_rest()
