"""Buttons and the lock: from contacts that open and close to presses that count. Pure.

A press counts when its contact has been closed without a break for the button's hold time. A contact bounces as a
finger comes and as it goes: openings in the first `BOUNCE_S` of a touch are forgiven, and closings in the `SETTLE_S`
after an opening begin no new touch. Any other opening, however short, starts the hold anew: hum on a wire closes a
contact many times a second and never for long. Only a real release arms the button again: one that stays closed for
`STUCK_S`, or was closed when the node started, is a fault and no press.

    open ──closed──> held ──hold time──> fired ──STUCK_S──> stuck
      ^               │ ^ └─ an opening ──┐  │                 │
      │               │ └──── hold anew <─┘  │                 │
      └──open for SETTLE_S─────────────────────────────────────┘

Mechanical contacts bounce for 1.6 ms on average and for 6.2 ms at most, but one of 18 for 157 ms (J. Ganssle, "A Guide
to Debouncing"): that one rings as well, so much later.
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.domain.alarm import Name
from contract.domain.incidents import ALL_CLEAR, PATROL
from contract.wire.event import Kind
from contract.wire.faults import Fault
from node.core import alarms, clearing, noise, outbox, patrol
from node.core.events import Contact
from node.core.state import LOCK, SILENCE_BUTTON, ContactState, Origin, State
from node.core.transition import Transition
from runtime.core.transition import without

BOUNCE_S = 0.05
SETTLE_S = 0.05
STUCK_S = 10.0
TAP_S = 0.1  # a touch this long of the all-clear's button, and shorter than its hold, is a patrol


def changed(t: Transition, event: Contact) -> None:
    """A contact opened or closed. Contacts that the box does not have are ignored."""
    hold = t.state.contacts.get(event.name)
    if event.name not in t.setup.holds_s:
        return
    noise.changed(t, event)
    if not event.closed:
        if hold is not None and hold.opened_at is None:
            _put(t, event.name, _opened(hold, t.now))
    elif hold is None:
        stuck = event.initial and event.name != LOCK
        already_s = t.setup.holds_s[LOCK] if event.initial and event.name == LOCK else 0.0  # it was turned before
        _put(t, event.name, ContactState(t.now, t.now - already_s, fired=stuck, stuck=stuck))
        if stuck:
            t.fault(Fault.BUTTON.of(event.name), "closed when the node started; release it, or repair the contact")
    elif hold.opened_at is not None:
        bounced = hold.opened_at < hold.touched_at + BOUNCE_S
        _put(t, event.name, replace(hold, opened_at=None, held_from=hold.held_from if bounced else t.now))


def _opened(hold: ContactState, now: float) -> ContactState:
    return replace(hold, opened_at=now, tapped=hold.tapped or now >= hold.held_from + TAP_S)


def pass_time(t: Transition) -> None:
    """Fires what has been held long enough, ends what was released, and notices what is stuck."""
    for name, hold in tuple(t.state.contacts.items()):
        if hold.opened_at is not None:
            if t.now >= hold.opened_at + SETTLE_S:
                _released(t, name, hold)
        elif not hold.fired and t.now >= hold.held_from + t.setup.holds_s[name]:
            _put(t, name, replace(hold, fired=True))
            _fire(t, name)
        elif hold.fired and not hold.stuck and name != LOCK and t.now >= hold.held_from + STUCK_S:
            _put(t, name, replace(hold, stuck=True))
            t.fault(Fault.BUTTON.of(name), f"held for more than {STUCK_S:g} s; release it, or repair the contact")
    noise.pass_time(t)
    clearing.pass_time(t)


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `pass_time` will have something to do."""
    for name, hold in state.contacts.items():
        if hold.opened_at is not None:
            yield hold.opened_at + SETTLE_S
        elif not hold.fired:
            yield hold.held_from + state.setup.holds_s[name]
        elif not hold.stuck and name != LOCK:
            yield hold.held_from + STUCK_S
    yield from noise.deadlines(state)
    yield from clearing.deadlines(state)


def counts_at(state: State) -> float | None:
    """The instant at which the next button will have been held long enough; None where none is held."""
    return min((
        hold.held_from + state.setup.holds_s[name] for name, hold in state.contacts.items()
        if name != LOCK and hold.opened_at is None and not hold.fired
    ), default=None)


def _fire(t: Transition, name: str) -> None:
    if name == LOCK:
        t.change(locked=True)
        alarms.lock_out(t)
        t.report(Kind.LOCKED, reason="the key in the box keeps the network out")
    elif name == SILENCE_BUTTON:
        alarms.silence(t, "button")
    elif name == ALL_CLEAR and (reason := clearing.objection(t.state)) is not None:
        clearing.refuse(t, ALL_CLEAR, reason)
    else:
        identifier = t.identifier()
        village = t.setup.village
        outbox.keep(t, identifier, name)  # on the disk before anything that reports it
        t.report(Kind.PRESSED, incident=name, village=village, identifier=identifier, origin=Origin.BUTTON.value)
        alarms.seen(t, Name(village, name, identifier), over=False)
        if name == ALL_CLEAR:
            alarms.all_clear(t, village, t.now)
            alarms.safe_code(t, village, identifier, Origin.BUTTON, age_s=0.0)
        else:
            alarms.press(t, name, identifier)


def _released(t: Transition, name: str, hold: ContactState) -> None:
    t.change(contacts=without(t.state.contacts, name))
    if name == LOCK and hold.fired:
        t.change(locked=False)
        t.report(Kind.UNLOCKED)
    elif name == ALL_CLEAR and not hold.fired and hold.tapped:
        reason = clearing.round_objection(t.state)
        if reason is None:
            patrol.made(t, Origin.BUTTON)
        else:
            clearing.refuse(t, PATROL, reason)
    t.recover(Fault.BUTTON.of(name))


def _put(t: Transition, name: str, hold: ContactState) -> None:
    t.change(contacts={**t.state.contacts, name: hold})
