"""What each button's lamp shows to the volunteer, and how it looks. Pure; nothing here switches a lamp.

| lamp | pattern | lampu | meaning |
|---|---|---|---|
| off | `.` | padam | at rest, all well; after a touch: it was too short, nothing was sent |
| held | `#.` | berkelip sangat cepat | closed, and does not count yet; keep holding until the siren sounds |
| sending | `##..` | berkedip cepat | the report is on its way; nobody else has confirmed it yet |
| confirmed | `#` | menyala terus | the hub (or, without one, the broker) has it |
| coming | `############..##..` | menyala, dua kedip, berulang | the hub has it, and somebody is on the way, or there |
| sounding | `#####.....` | berkedip lambat | this alarm sounds here, raised elsewhere |
| fault | `#..................` | sekali-sekali berkedip | something is wrong; see the status |
| refused | `#.#.#.......` | tiga kedip, berulang | the all-clear's button was not obeyed: see `clearing` |

The lamp of success is never that of a button which is held and does not count yet: who lets go too early must not read
"arrived". That somebody is coming is success and more, so it looks like it, with two dark winks.

That the all-clear's button was not obeyed is shown for a few seconds, by its own lamp or, where it has none, by every
lamp that has nothing to say about a press of its own button.
"""

from contract.domain.incidents import ALL_CLEAR
from contract.wire import faults
from node.core.effects import Lamp
from node.core.state import SILENCE_BUTTON, Origin, State

# One character for each look at the contacts: # on, . off. All lamps of a box blink together.
PATTERNS = {
    Lamp.OFF: ".",
    Lamp.HELD: "#.",
    Lamp.SENDING: "##..",
    Lamp.CONFIRMED: "#",
    Lamp.COMING: "############..##..",
    Lamp.SOUNDING: "#####.....",
    Lamp.FAULT: "#..................",
    Lamp.REFUSED: "#.#.#.......",
}


_SUCCESS = (Lamp.CONFIRMED, Lamp.COMING)


def is_lit(lamp: Lamp, look: int) -> bool:
    """Whether *lamp* is lit at the *look*-th look."""
    pattern = PATTERNS[lamp]
    return pattern[look % len(pattern)] == "#"


def shown(state: State, name: str) -> Lamp:
    """What the lamp of the button *name* shows."""
    hold, chatter = state.contacts.get(name), state.chatter.get(name)
    noisy = chatter is not None and chatter.noisy
    held = hold is not None and not hold.fired
    if held and not noisy:
        return Lamp.HELD
    found = _at_rest(state, name)
    speaks = name == ALL_CLEAR or (ALL_CLEAR not in state.setup.lamps and found not in (Lamp.SENDING, *_SUCCESS))
    if state.refused_until is not None and speaks:
        return Lamp.REFUSED
    return Lamp.FAULT if held and found in _SUCCESS else found  # on a wire that hums, a finger is not seen


def _at_rest(state: State, name: str) -> Lamp:
    """What it shows whether or not somebody is holding the button *name*."""
    waiting = [press for press in state.outbox.values() if press.incident == name and not press.told_late]
    if waiting:
        no_hub = state.hub.missing or not state.setup.hub
        stood_in = no_hub and all(press.acked_at is not None for press in waiting)
        return Lamp.CONFIRMED if stood_in else Lamp.SENDING
    if name == SILENCE_BUTTON:
        if any(alarm.silenced for alarm in state.alarms.values()):
            return Lamp.CONFIRMED
    else:
        here = [alarm for alarm in state.alarms.values() if alarm.key.incident == name and not alarm.silenced]
        if any(alarm.origin is Origin.BUTTON for alarm in here):
            return Lamp.COMING if any(alarm.key in state.hub.coming for alarm in here) else Lamp.CONFIRMED
        if here:
            return Lamp.SOUNDING
    return Lamp.FAULT if faults.own(state.faults) else Lamp.OFF
