"""`step`: all that the hub decides. Pure: no clock, no file, no thread, no log, no exception at bad input.

    what was due before it ──> the event is taken in ──> who is missing ──> what is said ──> effects
    alarms                     hearing (alarms, posts)   posts, proof       beacon, face

It has the shape of the node's: each event changes the state, and what the outside is told (the beacon, the status, the
proof of sounding) is derived from the state anew.
"""

from typing import assert_never

from contract.wire import timing
from contract.wire.event import Kind
from contract.wire.faults import Fault
from posko.core import alarms, beacon, messages, posts, proof, status
from posko.core.effects import Effect
from posko.core.events import Event, Kept, Loaded
from posko.core.state import Rules, State
from posko.core.transition import Draft
from runtime.core import transition as shared
from runtime.core.events import Acknowledged, Clock, Faulted, Linked, Overflowed, Received, Recovered, Tick, Unlinked
from runtime.core.rate_limit import Bucket

RIVAL_S = 20.0  # a second hub that was not heard for so long is gone


def start(rules: Rules, now: float, clock: Clock) -> State:
    """The state of a hub that begins at *now*."""
    return State(rules, now, started_at=now, clock=clock, chatter=Bucket(Draft.chatter_at_once, now))


def step(state: State, event: Event, now: float) -> tuple[State, tuple[Effect, ...]]:
    """The state after *event* at instant *now*, and what is to be done, in this order."""
    draft = Draft(state, now)
    alarms.expire(draft)
    _take_in(draft, event)
    _miss(draft)
    proof.settle(draft)
    beacon.settle(draft)
    status.settle(draft)
    return draft.state, tuple(draft.effects)


def next_due(state: State) -> float:
    """The instant at which the next Tick is needed."""
    return min(
        (*alarms.deadlines(state), *posts.deadlines(state), *proof.deadlines(state), *beacon.deadlines(state),
         *status.deadlines(state), *shared.deadlines(state)),
        default=state.now + timing.BEACON_S,
    )


def _take_in(draft: Draft, event: Event) -> None:  # noqa: C901 - a table, one row an event
    match event:
        case Received():
            messages.received(draft, event)
        case Linked():
            draft.change(links=draft.state.links + 1)
            draft.link()
        case Unlinked(reason):
            draft.unlink(reason)
        case Loaded():
            alarms.restore(draft, event)
            draft.load()
        case Kept(stamps):
            draft.kept(stamps)
        case Clock():
            draft.change(clock=event)
            alarms.date(draft)
            status.heartbeat(draft)
        case Faulted(part, reason):
            draft.fault(part, reason)
        case Recovered(part):
            draft.recover(part)
        case Overflowed(count):
            draft.answer(Kind.REFUSED, reason=f"{count} messages came faster than they could be heard")
        case Acknowledged() | Tick():
            pass
        case _:
            assert_never(event)


def _miss(draft: Draft) -> None:
    """Notices what should have come by now, and says what could not be said before."""
    draft.miss_journal()
    draft.answer_the_rest()
    alarms.give_up(draft)
    posts.pass_time(draft)
    beacon.forget(draft)
    if draft.state.rivals_at is not None and draft.now >= draft.state.rivals_at + RIVAL_S:
        draft.change(rivals_at=None)
        draft.recover(Fault.ANOTHER_HUB)
