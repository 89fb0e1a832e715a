"""`step`: all that the hub decides. Pure: no clock, no file, no thread, no log, no exception at bad input.

    what was due before it ──> the event ─────────────> what should have come ──> what follows ─────> effects
    alarms                     messages, alarms, posts  posts, journal            proof, beacon, status

It has the shape of the node's: each event changes the state, and what is published (the beacon, the status, the proof
of sounding) is derived from the state anew.
"""

from typing import assert_never

from contract.text import several
from contract.wire import timing
from contract.wire.event import Kind
from contract.wire.faults import Fault
from posko.core import alarms, beacon, lapor, messages, posts, proof, responses, status
from posko.core.effects import Effect
from posko.core.events import Event, Loaded, Retained, Saved
from posko.core.state import Setup, State
from posko.core.transition import Transition
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

SECOND_HUB_S = 20.0  # a second hub of which nothing came for so long is gone


def start(setup: Setup, now: float, clock: Clock) -> State:
    """The state of a hub that begins at *now*."""
    limit = Bucket(Transition.answers_at_once, now)
    return State(setup=setup, now=now, started_at=now, clock=clock, answer_limit=limit)


def step(state: State, event: Event, now: float) -> tuple[State, tuple[Effect, ...]]:
    """The state after *event* at instant *now*, and what is to be done, in this order."""
    t = Transition(state, now)
    alarms.expire(t)
    alarms.accept_deferred(t)
    _take_in(t, event)
    _check_timeouts(t)
    responses.update(t)
    lapor.update(t)
    proof.update(t)
    beacon.update(t)
    status.update(t)
    return t.state, tuple(t.effects())


def next_due(state: State) -> float:
    """The instant at which the next Tick is needed."""
    return min(
        (*alarms.deadlines(state), *posts.deadlines(state), *proof.deadlines(state), *beacon.deadlines(state),
         *responses.deadlines(state), *status.deadlines(state), *shared.deadlines(state)),
        default=state.now + timing.BEACON_S,
    )


def _take_in(t: Transition, event: Event) -> None:  # noqa: C901, PLR0912 - a table, one row an event
    match event:
        case Received():
            messages.received(t, event)
        case Linked():
            t.change(links=t.state.links + 1)
            t.link()
            posts.watch(t)
            posts.ask(t)
            messages.survey(t)
        case Retained(topic):
            messages.retained(t, topic)
        case Unlinked(reason):
            t.unlink(reason)
        case Loaded():
            responses.restore(t, event)
            lapor.restore(t, event)
            alarms.restore(t, event)
            t.load()
        case Saved(stamps):
            t.kept(stamps)
            lapor.kept(t, stamps, responses.kept(t, stamps))
        case Clock():
            t.change(clock=event)
            alarms.resolve_ages(t)
            responses.forget(t)
            lapor.pass_time(t)
            status.heartbeat(t)
            t.report_left_out()
        case Faulted(part, reason):
            t.fault(part, reason)
        case Recovered(part):
            t.recover(part)
        case Noticed(reason):
            t.report(Kind.WARNING, reason=reason)
        case Overflowed(count):
            t.answer(Kind.REFUSED, reason=f"{several(count, 'message')} came faster than they could be read")
        case Acknowledged() | Rejected() | Tick():
            pass
        case _:
            assert_never(event)


def _check_timeouts(t: Transition) -> None:
    """Notices what should have come by now, and reports what could not be reported before."""
    t.check_journal_timeout()
    t.flush_suppressed()
    alarms.expire_awaiting_clock(t)
    posts.pass_time(t)
    beacon.forget(t)
    if t.state.second_hub_at is not None and t.now >= t.state.second_hub_at + SECOND_HUB_S:
        t.change(second_hub_at=None)
        t.recover(Fault.ANOTHER_HUB)
