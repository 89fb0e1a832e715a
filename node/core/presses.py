"""Buttons and the lock: from contacts that open and close to presses that count. Pure.

A press counts when its contact has been closed for the button's hold time, counted from the first touch. A
contact that opens for less than `SETTLE_S` is bouncing, and its press goes on. Only a real release arms the
button again: one that stays closed for `STUCK_S`, or was closed when the node started, is a fault and no press.

    open ──closed──> held ──hold time──> fired ──STUCK_S──> stuck
      ^               │                    │                  │
      └──open for SETTLE_S─────────────────┴──────────────────┘
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.domain.incidents import ALL_CLEAR
from contract.wire.event import Kind
from contract.wire.faults import Fault
from node.core import alarms, outbox, patrol
from node.core.events import Contact
from node.core.state import LOCK, SILENCE_BUTTON, ContactState, Origin, State
from node.core.transition import Transition
from runtime.core.transition import without

SETTLE_S = 0.05
STUCK_S = 10.0
TAP_S = 0.1  # a touch this long of the all-clear's button, and shorter than its hold, is the watch's round


def changed(t: Transition, event: Contact) -> None:
    """A contact opened or closed. Contacts that the box does not have are ignored."""
    hold_s = t.setup.holds_s.get(event.name)
    hold = t.state.contacts.get(event.name)
    if hold_s is None:
        return
    if event.closed and hold is None:
        stuck = event.initial and event.name != LOCK
        _put(t, event.name, ContactState(t.now, fired=stuck, stuck=stuck))
        if stuck:
            t.fault(Fault.BUTTON.of(event.name), "closed when the node started; release it, or repair the contact")
    elif event.closed and hold is not None:
        _put(t, event.name, replace(hold, opened_at=None))
    elif hold is not None and hold.opened_at is None:
        _put(t, event.name, replace(hold, opened_at=t.now))


def pass_time(t: Transition) -> None:
    """Fires what has been held long enough, lets go what was released, and notices what is stuck."""
    for name, hold in tuple(t.state.contacts.items()):
        if hold.opened_at is not None:
            if t.now >= hold.opened_at + SETTLE_S:
                _released(t, name, hold)
        elif not hold.fired and t.now >= hold.pressed_at + t.setup.holds_s[name]:
            _put(t, name, replace(hold, fired=True))
            _fire(t, name)
        elif hold.fired and not hold.stuck and name != LOCK and t.now >= hold.pressed_at + STUCK_S:
            _put(t, name, replace(hold, stuck=True))
            t.fault(Fault.BUTTON.of(name), f"held for more than {STUCK_S:g} s; release it, or repair the contact")


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `pass_time` will have something to do."""
    for name, hold in state.contacts.items():
        if hold.opened_at is not None:
            yield hold.opened_at + SETTLE_S
        elif not hold.fired:
            yield hold.pressed_at + state.setup.holds_s[name]
        elif not hold.stuck and name != LOCK:
            yield hold.pressed_at + STUCK_S


def _fire(t: Transition, name: str) -> None:
    if name == LOCK:
        t.change(locked=True)
        alarms.lock_out(t)
        t.report(Kind.LOCKED, reason="the key in the box keeps the network out")
    elif name == SILENCE_BUTTON:
        alarms.silence(t, "button")
    else:
        identifier = t.identifier()
        village = t.setup.village
        outbox.keep(t, identifier, name)  # on the disk before anything that says it was pressed
        t.report(Kind.PRESSED, incident=name, village=village, identifier=identifier, origin=Origin.BUTTON.value)
        alarms.seen(t, identifier, over=False)
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
    elif name == ALL_CLEAR and not hold.fired and (hold.opened_at or hold.pressed_at) >= hold.pressed_at + TAP_S:
        patrol.made(t, Origin.BUTTON)
    t.recover(Fault.BUTTON.of(name))


def _put(t: Transition, name: str, hold: ContactState) -> None:
    t.change(contacts={**t.state.contacts, name: hold})
