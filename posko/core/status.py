"""What the hub shows of itself and of the district: its status, and the one that it leaves behind. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from contract.wire import timing
from contract.wire.hub_status import HubStatus, InForce, write_status
from contract.wire.node_status import OFFLINE
from posko.core import proof
from posko.core.state import Alarm, PostRecord, State
from posko.core.transition import Transition
from runtime.core.effects import Publish

LEAST_S = 0.2  # how soon the status may be published again


def update(t: Transition) -> None:
    """Announces the status where it has changed."""
    name = _state_name(t.state)
    if name != t.state.state_since[0]:
        t.change(state_since=(name, t.now))
    if t.state.linked_at is None or t.now < t.state.announced_at + LEAST_S:
        return
    status = _status(t, name)
    if status != t.state.announced:
        t.change(announced=status, announced_at=t.now)
        dated = replace(status, since=t.epoch(t.state.state_since[1]), time=t.epoch(t.now))
        t.do(Publish(t.topic("status"), write_status(dated), retain=True))


def heartbeat(t: Transition) -> None:
    """Has the status published again. Called with every Clock."""
    if t.now > t.state.announced_at + timing.HEARTBEAT_S - 1.0:
        t.change(announced=None)


def deadlines(state: State) -> Iterator[float]:
    """The instant at which a status that was held back may be published; without a change, nothing then is."""
    if state.linked_at is not None and state.now < state.announced_at + LEAST_S:
        yield state.announced_at + LEAST_S


def final_status(state: State, reason: str) -> Publish:
    """The status that a hub leaves behind; also its will, which the broker publishes if the hub cannot."""
    status = HubStatus(state=OFFLINE, boot=state.setup.boot, version=state.setup.version, reason=reason)
    return Publish(Transition(state, state.now).topic("status"), write_status(status), retain=True)


def _state_name(state: State) -> str:
    if state.alarms:
        return "alarm"
    return "fault" if state.faults else "ready"


def _status(t: Transition, name: str) -> HubStatus:
    """The status, but for the times."""
    state = t.state
    return HubStatus(
        state=name,
        alarms=tuple(_in_force(state, alarm) for _, alarm in sorted(state.alarms.items())),
        posts={post: _post(state.record(post)) for post in sorted(state.setup.posts)},
        faults=dict(sorted(state.faults.items())),
        undated=len(state.awaiting_clock),
        clock=t.clock_state(),
        zone=state.setup.zone,
        boot=state.setup.boot,
        version=state.setup.version,
        host=state.setup.host,
    )


def _in_force(state: State, alarm: Alarm) -> InForce:
    return InForce(
        incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier, status=alarm.status,
        origin=alarm.origin[:80], note=alarm.note[:400], kept=alarm.kept, silenced=tuple(sorted(alarm.silenced)),
        sounds=alarm.sounds, missing={post: why.value for post, why in proof.missing(state, alarm).items()},
    )


def _post(watch: PostRecord) -> str:
    """A post's state in one word: its own, or what the hub knows better."""
    if watch.status is None:
        return "away" if watch.away else "unheard"
    return "away" if watch.away and watch.status.state != OFFLINE else watch.status.state[:40]
