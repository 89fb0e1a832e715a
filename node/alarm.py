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
sounds), `outbox` (what must arrive), `face` (lamps, status), `draft` (a step in the making).
"""

from typing import assert_never

from contract import jsontext
from loop.bucket import Bucket, draw
from loop.effects import Connect, Publish
from loop.events import Acknowledged, Clock, Faulted, Linked, Overflowed, Received, Recovered, Tick, Unlinked
from node import alarms, beacon, contacts, face, hearing, outbox, turns
from node.draft import CHATTER, CHATTER_PER_S, Draft
from node.effects import Effect
from node.events import Contact, Event, Loaded, SelfTested
from node.state import SIREN_THREAD, Kind, Rules, State

LOAD_S = 3.0  # how long the journal may take before the node goes on without it
_NO_JOURNAL = "does not answer; the node goes on from memory"


def start(rules: Rules, now: float, clock: Clock) -> State:
    """The state of a node that begins at *now*."""
    return State(rules, now, started_at=now, clock=clock, chatter=Bucket(CHATTER, now))


def step(state: State, event: Event, now: float) -> tuple[State, tuple[Effect, ...]]:
    """The state after *event* at instant *now*, and what is to be done, in this order."""
    draft = Draft(state, now)
    contacts.pass_time(draft)
    alarms.expire(draft)
    alarms.begin_deferred(draft)
    _take_in(draft, event)
    _miss(draft)
    turns.settle(draft)
    outbox.deliver(draft)
    face.settle(draft)
    return draft.state, (*draft.outputs, *draft.effects)


def next_due(state: State) -> float | None:
    """The instant at which the next Tick is needed, or None while nothing is going on."""
    due = [
        *contacts.deadlines(state),
        *(late.due for late in state.deferred.values()),
        *turns.deadlines(state),
        *outbox.deadlines(state),
        *beacon.deadlines(state),
        *(() if state.connecting else (state.started_at + LOAD_S,)),
        *((state.chatter.at + 1 / CHATTER_PER_S,) if state.unsaid else ()),
    ]
    return min(due, default=None)


def _take_in(draft: Draft, event: Event) -> None:  # noqa: C901, PLR0912 - a table, one row an event
    match event:
        case Contact():
            contacts.changed(draft, event)
        case Received():
            hearing.received(draft, event)
        case Linked():
            _linked(draft)
        case Unlinked(reason):
            draft.change(linked_at=None, announced=None)
            draft.fault("link", reason)
        case Acknowledged():
            outbox.acknowledged(draft, event)
        case Loaded():
            if draft.state.faults.get("journal") == _NO_JOURNAL:
                draft.recover("journal")
            outbox.loaded(draft, event)
            _connect(draft)
        case Clock():
            draft.change(clock=event)
            outbox.clock_changed(draft)
        case Faulted(part, reason):
            if part == SIREN_THREAD and part not in draft.state.faults:
                # It hushed itself: what sounded begins anew, once for each failure, and under the same bound.
                draft.change(turn=None, quiet_since=draft.now)
            draft.fault(part, reason)
        case Recovered(part):
            draft.recover(part)
        case Overflowed(count):
            draft.answer(Kind.REFUSED, reason=f"{count} messages came faster than they could be heard")
        case SelfTested(results):
            draft.say(Kind.TESTED, results=dict(results), faults=dict(draft.state.faults),
                         drivers=dict(draft.state.rules.drivers), reason="self-test, without a sound")
        case Tick():
            pass
        case _:
            assert_never(event)


def _miss(draft: Draft) -> None:
    """Notices what should have come by now, and says what could not be said before."""
    beacon.pass_time(draft)
    if not draft.state.connecting and draft.now >= draft.state.started_at + LOAD_S:
        draft.fault("journal", _NO_JOURNAL)
        _connect(draft)
    if draft.state.unsaid:
        bucket, granted = draw(draft.state.chatter, draft.now, CHATTER, CHATTER_PER_S)
        if granted:
            draft.say(Kind.REFUSED, reason=f"{draft.state.unsaid} more answers left out: too many messages")
            draft.change(chatter=bucket, unsaid=0)


def _connect(draft: Draft) -> None:
    if not draft.state.connecting:
        draft.change(connecting=True)
        draft.do(Connect())


def _linked(draft: Draft) -> None:
    backlog, dropped = draft.state.backlog, draft.state.dropped_events
    draft.change(linked_at=draft.now, announced=None, backlog=(), dropped_events=0)
    draft.do(*(Publish(draft.topic("event"), jsontext.dump(event)) for event in backlog))
    if dropped:
        draft.say(Kind.REFUSED, reason=f"{dropped} older events are only in this node's log")
    draft.recover("link")
    draft.say(Kind.LINKED)
    outbox.linked(draft)
