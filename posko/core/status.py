"""What the hub shows of itself and of the district: its status, and its last words. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from contract.wire import timing
from contract.wire.hub_status import HubStatus, InForce, write_status
from contract.wire.node_status import OFFLINE
from posko.core import proof
from posko.core.state import Alarm, State, Watch
from posko.core.transition import Draft, topic
from runtime.core.effects import Publish

LEAST_S = 0.2  # how soon the status may be said again


def settle(draft: Draft) -> None:
    """Announces the status where it has changed."""
    word = _word(draft.state)
    if word != draft.state.stood[0]:
        draft.change(stood=(word, draft.now))
    if draft.state.linked_at is None or draft.now < draft.state.announced_at + LEAST_S:
        return
    status = _status(draft, word)
    if status != draft.state.announced:
        draft.change(announced=status, announced_at=draft.now)
        dated = replace(status, since=draft.epoch(draft.state.stood[1]), time=draft.epoch(draft.now))
        draft.do(Publish(topic(draft.state, "status"), write_status(dated), retain=True))


def heartbeat(draft: Draft) -> None:
    """Has the status said again. Asked as the clock is told, every 5 s."""
    if draft.now > draft.state.announced_at + timing.HEARTBEAT_S - 1.0:
        draft.change(announced=None)


def deadlines(state: State) -> Iterator[float]:
    """The instant at which a status that was held back may be said. Without news nothing is, which costs a turn."""
    if state.linked_at is not None and state.now < state.announced_at + LEAST_S:
        yield state.announced_at + LEAST_S


def last_words(state: State, reason: str) -> Publish:
    """The status that a hub leaves behind; also its will, spoken by the broker if the hub cannot."""
    status = HubStatus(state=OFFLINE, boot=state.rules.boot, version=state.rules.version, reason=reason)
    return Publish(topic(state, "status"), write_status(status), retain=True)


def _word(state: State) -> str:
    if state.alarms:
        return "alarm"
    return "fault" if state.faults else "ready"


def _status(draft: Draft, word: str) -> HubStatus:
    """The status, but for the times."""
    state = draft.state
    return HubStatus(
        state=word,
        alarms=tuple(_in_force(state, alarm) for _, alarm in sorted(state.alarms.items())),
        posts={post: _post(state.watch(post)) for post in sorted(state.rules.posts)},
        faults=dict(sorted(state.faults.items())),
        undated=len(state.undated),
        clock=draft.clock_word(),
        boot=state.rules.boot,
        version=state.rules.version,
    )


def _in_force(state: State, alarm: Alarm) -> InForce:
    return InForce(
        incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier, status=alarm.status,
        origin=alarm.origin, note=alarm.note[:400], kept=alarm.kept, silenced=tuple(sorted(alarm.silenced)),
        sounds=alarm.sounds, missing={post: why.value for post, why in proof.missing(state, alarm).items()},
    )


def _post(watch: Watch) -> str:
    """A post in one word: its own, or what the hub knows better."""
    if watch.status is None:
        return "away" if watch.away else "unheard"
    return "away" if watch.away and watch.status.state != OFFLINE else watch.status.state[:40]
