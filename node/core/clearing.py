"""The all-clear's button, where there is nothing to clear: what it would end, and what it must not say. Pure.

An all-clear says to a whole village and its neighbours that they may sleep. So a box publishes none while nothing of
its own village needs one: a volunteer whose siren rings for the next village, and who holds this button to have it
quiet, would end nothing and tell everybody "safe".

What an all-clear of this village still has to end, as far as this box knows:

- what is in force here, also silenced at the box, waiting for something more urgent, or put off in a flood;
- a press of an earlier run that is still on its way (the outbox);
- what the hub lists, though it is over or locked out here;
- what ended here without an all-clear, in the last `alarms.LAPSED_S`: the siren stops after minutes, a fire burns for
  hours, and those whom it woke, the neighbours too, wait for the word. So this all-clear is published, and beaten
  wherever the alarm sounded.

A box that cannot know (without a link, locked without a hub, a hub whose beacon it lacks, a link so young that an alarm
may be older) claims nothing: the all-clear goes out, as one that is not needed does little, and one that is missing
leaves sirens on. But a box at which another village's alarm is in force, and none of its own, knows enough.
"""

from collections.abc import Iterator

from contract.domain.incidents import ALL_CLEAR, ONCE
from contract.wire.event import Kind
from node.core import alarms, outbox
from node.core.state import SILENCE_BUTTON, Alarm, Origin, State
from node.core.transition import Transition, cleared_at

REFUSED_S = 4.0  # how long a lamp shows that a press was not obeyed


def objection(state: State) -> str | None:
    """Why an all-clear of this box's village is not published; None where it may have something to end."""
    own = state.setup.village
    if _is_needed(state, own):
        return None
    others = [alarm for alarm in _in_force(state) if alarm.key.village != own]
    if others:
        first = others[0].key
        return (f"nothing to clear here: {first.incident} is in force in {first.village}, nothing in {own}; "
                f"its own posts or the operator end it, {SILENCE_BUTTON} quiets this box")
    return f"nothing to clear here: no alarm of {own} is in force or awaits its all-clear" if _knows(state) else None


def round_objection(state: State) -> str | None:
    """Why no round is made now; None if one can be. Amid an alarm, a short touch is an all-clear let go too early."""
    found = next(iter(_in_force(state)), None)
    if found is None:
        return None
    about = f"{found.key.incident} is in force in {found.key.village}"
    return f"no round is recorded while an alarm sounds: {about}"


def refuse(t: Transition, about: str, reason: str) -> None:
    """Reports that a press of the all-clear's button, held or touched, was not obeyed, and shows it for a while."""
    t.change(refused_until=t.now + REFUSED_S)
    t.report(Kind.WARNING, incident=about, village=t.setup.village, origin=Origin.BUTTON.value, reason=reason)


def pass_time(t: Transition) -> None:
    """Ends what a lamp shows of a press that was not obeyed."""
    if t.state.refused_until is not None and t.now >= t.state.refused_until:
        t.change(refused_until=None)


def deadlines(state: State) -> Iterator[float]:
    """The instant at which `pass_time` will have something to do."""
    if state.refused_until is not None:
        yield state.refused_until


def _in_force(state: State) -> list[Alarm]:
    """The alarms in force here, without the codes that are beaten once: what sounds first, what is silenced last."""
    priority = {name: each.priority for name, each in state.setup.incidents.items()}
    return sorted(
        (alarm for alarm in state.alarms.values() if alarm.key.incident not in ONCE),
        key=lambda alarm: (alarm.silenced, -priority[alarm.key.incident], alarm.key),
    )


def _is_needed(state: State, own: str) -> bool:
    """Whether this box knows of something that an all-clear of *own*, its village, has to end."""
    cleared, view = cleared_at(state, own), state.hub
    return (
        any(alarm.key.village == own for alarm in _in_force(state))
        or any(key.village == own and late.edge_at >= cleared for key, late in state.deferred.items())
        or any(each.incident != ALL_CLEAR and not outbox.is_late(state, each) for each in state.outbox.values())
        or (view.own_raised_at > cleared and view.own_until > state.now)
        or alarms.awaits_all_clear(state, own)
    )


def _knows(state: State) -> bool:
    """Whether whatever is in force for this box's village would be known here."""
    linked_at, seen_at = state.linked_at, state.hub.last_beacon_at
    if linked_at is None:
        return False
    if state.setup.hub:
        return not state.hub.missing and seen_at is not None and seen_at >= linked_at
    longest_s = max(each.duration_s for each in state.setup.incidents.values() if not each.everywhere)
    return not state.locked and state.now >= linked_at + longest_s
