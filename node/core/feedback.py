"""What the box feels of itself: whether its siren draws current, mains, battery and door. Pure.

What is felt counts once it has been so for `SETTLE_S`. A siren that is ordered on and draws no current, or draws some
while it is off, is a fault. Mains that fail, a low battery and an open door are no faults: each is a warning, and in
the status.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from contract.wire.event import Kind
from contract.wire.faults import Fault
from node.core.events import Contact, SirenSwitched
from node.core.state import Sensed, State
from node.core.transition import Transition

SETTLE_S = 1.0


class Sense(StrEnum):
    """The inputs, by their names in the settings. Closed means: current flows, mains are on, battery low, door shut."""

    SIREN_CURRENT = "siren_current"
    MAINS = "mains"
    BATTERY_LOW = "battery_low"
    DOOR = "door"


# What is told of an input: its name in the status, where it is closed, where it is open, and which of them is well.
_SHOWN: Mapping[Sense, tuple[str, str, str, bool]] = {
    Sense.MAINS: ("mains", "on", "lost", True),
    Sense.BATTERY_LOW: ("battery", "low", "ok", False),
    Sense.DOOR: ("door", "closed", "open", True),
}


def start(inverted: Mapping[str, bool], now: float) -> dict[str, Sensed]:
    """What is felt at the start: every contact counts as open until it is reported to be closed."""
    return {name: Sensed(turned, now) for name, turned in inverted.items()}


def changed(t: Transition, event: Contact) -> None:
    """An input's contact opened or closed. Others are ignored."""
    felt = t.state.sensed.get(event.name)
    if felt is not None:
        closed = event.closed != t.setup.feedback[event.name]
        if closed != felt.closed:
            _put(t, event.name, replace(felt, closed=closed, changed_at=t.now))


def switched(t: Transition, event: SirenSwitched) -> None:
    """The siren's output was switched."""
    t.change(siren_on=event.on, siren_switched_at=t.now)


def pass_time(t: Transition) -> None:
    """Takes for true what has been felt for long enough."""
    for name, felt in t.state.sensed.items():
        if name == Sense.SIREN_CURRENT:
            if t.now >= _siren_due(t.state, felt):
                _judge_siren(t, felt)
        elif felt.known != felt.closed and t.now >= felt.changed_at + SETTLE_S:
            _put(t, name, replace(felt, known=felt.closed))
            what, closed, opened, well = _SHOWN[Sense(name)]
            if felt.closed != well or felt.known is not None:
                t.report(Kind.WARNING, reason=f"{what}: {closed if felt.closed else opened}")


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `pass_time` will have something to do."""
    for name, felt in state.sensed.items():
        if name == Sense.SIREN_CURRENT:
            due = _siren_due(state, felt)
            if due > state.now:
                yield due
        elif felt.known != felt.closed:
            yield felt.changed_at + SETTLE_S


def shown(state: State) -> dict[str, str]:
    """What the status says of it. The siren's is what it did when it was last on for long enough."""
    found = {}
    for name, felt in sorted(state.sensed.items()):
        if name == Sense.SIREN_CURRENT and felt.known is not None:
            found["siren"] = "draws current" if felt.known else "draws none"
        elif felt.known is not None:
            what, closed, opened, _ = _SHOWN[Sense(name)]
            found[what] = closed if felt.known else opened
    return found


def _siren_due(state: State, felt: Sensed) -> float:
    return max(felt.changed_at, state.siren_switched_at) + SETTLE_S


def _judge_siren(t: Transition, felt: Sensed) -> None:
    """Compares what was ordered with the current; while the siren is off, no current proves nothing of it."""
    if t.state.siren_on:
        _put(t, Sense.SIREN_CURRENT, replace(felt, known=felt.closed))
        if felt.closed:
            t.recover(Fault.SIREN_MUTE)
        elif Fault.SIREN_MUTE not in t.state.faults:
            t.fault(Fault.SIREN_MUTE, f"it is switched on and draws no current after {SETTLE_S:g} s")
    elif not felt.closed:
        t.recover(Fault.SIREN_STUCK)
    elif Fault.SIREN_STUCK not in t.state.faults:
        t.fault(Fault.SIREN_STUCK, f"it is switched off and draws current after {SETTLE_S:g} s")


def _put(t: Transition, name: str, felt: Sensed) -> None:
    t.change(sensed={**t.state.sensed, name: felt})
