"""What the node shows: its lamps to the volunteer, its status to the operator. Pure.

| lamp | petunjuk | meaning |
|---|---|---|
| off | mati | at rest, all well |
| held | menyala saat ditekan | the touch is felt; keep holding |
| sending | kedip cepat | the report is on its way; nobody else has confirmed it yet |
| heard | menyala terus | the posko (or, without one, the broker) has it |
| sounding | kedip pelan | this alarm sounds here, raised elsewhere |
| fault | kedip singkat | something is wrong; see the status |
"""

from contract.domain.alarm import Key
from contract.wire import jsontext
from contract.wire.reports import OFFLINE
from node.core.effects import Lamp, Light
from node.core.state import SILENCE_BUTTON, Alarm, Origin, State
from node.core.transition import Draft
from runtime.core.effects import Publish

HEARTBEAT_S = 10.0  # the status is said again within this; the hub takes three that fail to come for silence


def settle(draft: Draft) -> None:
    """Lights the lamps and announces the status where either has changed."""
    lamps = {name: _lamp(draft.state, name) for name in sorted(draft.state.rules.lamps)}
    if lamps != draft.state.lamps:
        draft.change(lamps=lamps)
        draft.do(Light(lamps))
    word = _word(draft.state)
    if word != draft.state.stood[0]:
        draft.change(stood=(word, draft.now))
    if draft.state.linked_at is not None:
        status = _status(draft, word)
        news = {**status, "since": draft.state.stood[1]}  # in wall time it moves whenever the clock is corrected
        if news != draft.state.announced:
            draft.change(announced=news, announced_at=draft.now)
            draft.do(Publish(draft.topic("status"), jsontext.dump(status), retain=True))


def heartbeat(draft: Draft) -> None:
    """Has the status said again, so that the hub knows that this node lives. Asked as the clock is told, every 5 s."""
    if draft.state.rules.hub and draft.now >= draft.state.announced_at + HEARTBEAT_S / 2:
        draft.change(announced=None)


def last_words(state: State, reason: str) -> Publish:
    """The status that a node leaves behind; also its will, spoken by the broker if the node cannot."""
    status = {"state": OFFLINE, "node": state.rules.node, "village": state.rules.village,
              "boot": state.rules.boot, "version": state.rules.version, "reason": reason}
    return Publish(Draft(state, state.now).topic("status"), jsontext.dump(status), retain=True)


def _lamp(state: State, name: str) -> Lamp:
    hold = state.contacts.get(name)
    if hold is not None and not hold.fired:
        return Lamp.HELD
    waiting = [press for press in state.outbox.values() if press.incident == name and not press.told_late]
    if waiting:
        no_hub = state.hub.missing or not state.rules.hub
        stood_in = no_hub and all(press.acked_at is not None for press in waiting)
        return Lamp.HEARD if stood_in else Lamp.SENDING
    if name == SILENCE_BUTTON:
        if any(alarm.silenced for alarm in state.alarms.values()):
            return Lamp.HEARD
    else:
        here = [alarm for alarm in state.alarms.values() if alarm.key.incident == name and not alarm.silenced]
        if any(alarm.origin is Origin.BUTTON for alarm in here):
            return Lamp.HEARD
        if here:
            return Lamp.SOUNDING
    return Lamp.FAULT if state.faults else Lamp.OFF


def _word(state: State) -> str:
    if state.turn is not None:
        return "sounding"
    if state.locked:
        return "locked"
    if any(alarm.silenced for alarm in state.alarms.values()):
        return "silenced"
    return "fault" if state.faults else "ready"


def _status(draft: Draft, word: str) -> dict[str, object]:
    state = draft.state
    return {
        "state": word,
        "since": draft.wall(state.stood[1]),
        "node": state.rules.node,
        "village": state.rules.village,
        "sounding": _about(state.alarms[state.turn.key]) if state.turn is not None else None,
        "waiting": [_about(alarm) for key, alarm in sorted(state.alarms.items()) if _waits(state, key, alarm)],
        "silenced": [_about(alarm) for _, alarm in sorted(state.alarms.items()) if alarm.silenced],
        "faults": dict(sorted(state.faults.items())),
        "locked": state.locked,
        "drivers": dict(state.rules.drivers),
        "outbox": len(state.outbox),
        "clock": draft.clock_word(),
        "boot": state.rules.boot,
        "version": state.rules.version,
    }


def _waits(state: State, key: Key, alarm: Alarm) -> bool:
    return not alarm.silenced and (state.turn is None or state.turn.key != key)


def _about(alarm: Alarm) -> dict[str, object]:
    about: dict[str, object] = {
        "incident": alarm.key.incident, "village": alarm.key.village, "identifier": alarm.identifier,
        "status": alarm.status.value, "origin": alarm.origin.value,
    }
    return {**about, "note": alarm.note} if alarm.note else about
