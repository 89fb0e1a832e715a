"""Noise on a button's wire: a contact that chatters as no finger does. Pure.

A finger holds a contact for nearly a tenth of a second at least, and does not come back within `GAP_S`. So a burst of
pulses shorter than `PULSE_S`, or of gaps shorter than `GAP_S` amid a touch, that lasts is hum, chatter or a loose
contact. It raises nothing (`presses` sees to that) and is a fault of its own, until the line was still for `QUIET_S`.
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.wire.faults import Fault
from node.core.events import Contact
from node.core.state import Chatter, State
from node.core.transition import Transition
from runtime.core.transition import without

PULSE_S = 0.03
GAP_S = 0.05
TOUCH_S = 0.08
MOST = 5  # pulses or gaps: fewer may be a finger's, or a bad contact's bounce
LASTS_S = 1.0
APART_S = 1.5  # what is further apart is another burst
QUIET_S = 5.0


def changed(t: Transition, event: Contact) -> None:
    """A contact opened or closed."""
    found = t.state.chatter.get(event.name, Chatter(closed=not event.closed, changed_at=t.now - QUIET_S))
    if found.closed == event.closed:
        return
    lasted_s = t.now - found.changed_at
    found = _closed(found, t.now, lasted_s) if event.closed else _opened(found, t.now, lasted_s)
    begins = not found.noisy and found.count >= MOST and t.now >= found.since + LASTS_S
    found = replace(found, closed=event.closed, changed_at=t.now, noisy=found.noisy or begins)
    t.change(chatter={**t.state.chatter, event.name: found})
    if begins:
        t.fault(Fault.NOISE.of(event.name), "its contact chatters as no finger does and raises nothing; check its wire")


def pass_time(t: Transition) -> None:
    """Ends the faults of lines that are still again."""
    for name, found in tuple(t.state.chatter.items()):
        if t.now >= found.changed_at + QUIET_S:
            t.change(chatter=without(t.state.chatter, name))
            if found.noisy:
                t.recover(Fault.NOISE.of(name))


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `pass_time` will have something to do."""
    return (found.changed_at + QUIET_S for found in state.chatter.values())


def _opened(found: Chatter, now: float, closed_s: float) -> Chatter:
    found = replace(found, closed_s=closed_s, touched=found.touched or closed_s >= TOUCH_S)
    if closed_s < PULSE_S:
        return _count(found, now)
    if closed_s >= TOUCH_S and not found.gaps:
        return replace(found, count=0)  # what came before it was the bounce of a finger that came
    return found


def _closed(found: Chatter, now: float, open_s: float) -> Chatter:
    if open_s >= GAP_S:
        return replace(found, touched=False, count=0, gaps=False) if found.touched else found
    return replace(_count(found, now), gaps=True) if found.closed_s >= PULSE_S else found


def _count(found: Chatter, now: float) -> Chatter:
    if found.count == 0 or now > found.counted_at + APART_S:
        return replace(found, count=1, gaps=False, since=now, counted_at=now)
    return replace(found, count=found.count + 1, counted_at=now)
