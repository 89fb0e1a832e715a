"""What the node shows: its lamps (see `lamps`) to the volunteer, its status to the operator. Pure."""

from dataclasses import replace

from contract.domain import foreign
from contract.wire import faults, timing
from contract.wire.node_status import LOST, OFFLINE, READY, UNSEEN, About, NodeStatus, write_status
from node.core import feedback, lamps
from node.core.effects import Light
from node.core.state import Alarm, State
from node.core.transition import Transition
from runtime.core.effects import Publish

HAIR_S = 0.05  # that a Clock is late, at most; if it is later, a status too many is published


def update(t: Transition) -> None:
    """Lights the lamps and announces the status where either has changed."""
    shown = {name: lamps.shown(t.state, name) for name in sorted(t.setup.lamps)}
    if shown != t.state.lamps:
        t.change(lamps=shown)
        t.do(Light(shown))
    name = _state_name(t.state)
    if name != t.state.state_since[0]:
        t.change(state_since=(name, t.now))
    if t.state.linked_at is not None:
        status = _status(t, name)
        if (status, t.state.state_since) != t.state.announced:
            t.change(announced=(status, t.state.state_since), announced_at=t.now)
            since = t.epoch(t.state.state_since[1])  # it moves as the clock is corrected
            dated = replace(status, since=since, at_s=t.now, time=t.epoch_to_compare())
            t.do(Publish(t.topic("status"), write_status(_aged(t, dated)), retain=True))


def heartbeat(t: Transition) -> None:
    """Has the status published again, so that the hub knows that this node is there. Called with every Clock.

    They come twice in a heartbeat, each a hair late: so it is every second one, but the first where that is enough.
    """
    if t.setup.hub and t.now > t.state.announced_at + timing.HEARTBEAT_S / 2 + HAIR_S:
        t.change(announced=None)


def final_status(state: State, reason: str) -> Publish:
    """The status that a node leaves behind; also its will, which the broker publishes if the node cannot."""
    setup = state.setup
    status = NodeStatus(state=OFFLINE, node=setup.node, village=setup.village, boot=setup.boot, version=setup.version,
                        reason=reason)
    return Publish(Transition(state, state.now).topic("status"), write_status(status), retain=True)


def _state_name(state: State) -> str:
    if state.turn is not None:
        return "sounding"
    if state.locked:
        return "locked"
    if any(alarm.silenced for alarm in state.alarms.values()):
        return "silenced"
    return "fault" if faults.own(state.faults) else "ready"


def _status(t: Transition, name: str) -> NodeStatus:
    """The status, but for its times."""
    state = t.state
    alarms = [alarm for _, alarm in sorted(state.alarms.items())]
    return NodeStatus(
        state=name,
        node=state.setup.node,
        village=state.setup.village,
        sounding=_about(state.alarms[state.turn.key]) if state.turn is not None else None,
        waiting=tuple(_about(alarm) for alarm in alarms if _waits(state, alarm)),
        silenced=tuple(_about(alarm) for alarm in alarms if alarm.silenced),
        faults=dict(sorted(state.faults.items())),
        locked=state.locked,
        feedback=feedback.shown(state),
        foreign_hubs=_foreign_hubs(state),
        drivers=state.setup.drivers,
        outbox=len(state.outbox),
        clock=t.clock_state(),
        zone=state.setup.zone,
        district_digest=state.setup.district_digest,
        boot=state.setup.boot,
        version=state.setup.version,
    )


def _foreign_hubs(state: State) -> dict[str, str]:
    """The hubs of other districts with a neighbour in them, and whether their beacons come."""
    if not state.setup.hub:
        return {}
    return {
        each: UNSEEN if each not in state.foreign_hubs else LOST if state.foreign_hubs[each].missing else READY
        for each in sorted(foreign.districts(state.setup.villages))
    }


def _aged(t: Transition, status: NodeStatus) -> NodeStatus:
    """*status* with the ages of this moment: a hub that has forgotten an alarm learns it from them."""
    def aged(about: About) -> About:
        return replace(about, age_s=max(0.0, t.now - t.state.alarms[about.key].edge_at))

    return replace(
        status, sounding=None if status.sounding is None else aged(status.sounding),
        waiting=tuple(map(aged, status.waiting)), silenced=tuple(map(aged, status.silenced)),
    )


def _waits(state: State, alarm: Alarm) -> bool:
    return not alarm.silenced and (state.turn is None or state.turn.key != alarm.key)


def _about(alarm: Alarm) -> About:
    return About(
        incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier, status=alarm.status,
        origin=alarm.origin.value, note=alarm.note[:400],
    )
