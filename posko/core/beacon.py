"""What the hub repeats: every alarm in force, periodically and at each change. Pure.

What is not on the disk yet is not listed yet; unless the disk fails, then it is listed as not kept, and whoever
pressed it holds on to it. A change is published at once, but no more often than every `LEAST_S`.
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.domain.alarm import Key
from contract.wire import timing, topics
from contract.wire.beacon import Arrived, Beacon, Cleared, Listed, Over, write_beacon
from contract.wire.codec import MAX_BEACON_BYTES
from contract.wire.event import Kind
from contract.wire.faults import Fault
from posko.core.state import Alarm, State
from posko.core.transition import Transition
from runtime.core.effects import Publish

LEAST_S = 0.1
NOTES = (400, 100, 0)  # characters of each note, as far as they fit


def request_beacon(t: Transition) -> None:
    """Somebody who has just come back wants to know: a beacon is due as soon as one may be."""
    t.change(listed=None)


def update(t: Transition) -> None:
    """Reports what is accepted by now, and sends a beacon where one is due."""
    shown = _shown(t.state)
    for alarm in shown:
        if not alarm.shown:
            t.change(alarms={**t.state.alarms, alarm.key: replace(alarm, shown=True)})
            t.report_of(Kind.ACCEPTED, alarm, note=alarm.note or None, remaining_s=round(alarm.until - t.now, 1))
    state = t.state
    if state.linked_at is None or not state.connecting:
        return
    content = _content(state, shown)
    if t.now < _due(state, changed=content != state.listed):
        return
    t.change(seq=state.seq + 1, listed=content, listed_at=t.now)
    topic = topics.write(state.setup.district, topics.ActiveTopic())
    t.do(Publish(topic, _payload(t.state, shown), qos=0))


def deadlines(state: State) -> Iterator[float]:
    """The instants at which a beacon is due, or something will be listed without the disk."""
    if state.linked_at is None or not state.connecting:
        return
    yield _due(state, changed=_content(state, _shown(state)) != state.listed)
    yield from (alarm.accepted_at + timing.LISTED_S for alarm in state.alarms.values() if not alarm.shown)


def forget(t: Transition) -> None:
    """Drops what need not be listed any more."""
    fresh = {name: each for name, each in t.state.acknowledged.items() if t.now < each.at + timing.ACKNOWLEDGED_S}
    over = {key: at for key, at in t.state.over.items() if t.now < at + timing.CLEARED_S}
    if len(fresh) < len(t.state.acknowledged) or len(over) < len(t.state.over):
        t.change(acknowledged=fresh, over=over)


def _due(state: State, *, changed: bool) -> float:
    if state.listed_at is None or (state.linked_at is not None and state.listed_at < state.linked_at):
        return state.now
    return state.listed_at + (LEAST_S if changed else timing.BEACON_S)


def _shown(state: State) -> list[Alarm]:
    """The alarms that are to be listed now."""
    failing = Fault.JOURNAL in state.faults
    return [
        alarm for alarm in state.alarms.values()
        if alarm.kept or alarm.shown or failing or state.now >= alarm.accepted_at + timing.LISTED_S
    ]


def _content(state: State, shown: list[Alarm]) -> object:
    """What a beacon contains, but for the passing of time."""
    return (
        tuple((alarm.names(), alarm.kept, alarm.until, tuple(alarm.silenced)) for alarm in shown),
        tuple(name for name, each in state.acknowledged.items() if each.kept),
        tuple(state.cleared_at.items()),
        tuple(state.over.items()),
    )


def _payload(state: State, shown: list[Alarm]) -> bytes:
    cleared = tuple(
        Cleared(village=village, age_s=max(0.0, state.now - at)) for village, at in state.cleared_at.items()
        if state.now < at + timing.CLEARED_S
    )
    over = tuple(
        Over(village=key.village, incident=key.incident, age_s=max(0.0, state.now - at))
        for key, at in state.over.items() if key not in state.alarms
    )
    rest = Beacon(
        boot=state.setup.boot, seq=state.seq, alarms=(), cleared=cleared, over=over, acknowledged=_acknowledged(state),
        at_s=state.now, time=state.now + state.clock.offset_s if state.clock.synced else None,
    )
    for note in NOTES:
        beacon = replace(rest, alarms=tuple(_listed(state, alarm, note) for alarm in shown))
        payload = write_beacon(beacon)
        if len(payload) <= MAX_BEACON_BYTES:
            return payload
    # Names that are left out are sent again, and listed then.
    bare = tuple(replace(each, also=(), origin="") for each in beacon.alarms)
    return write_beacon(replace(beacon, alarms=bare, acknowledged=()))


def _acknowledged(state: State) -> tuple[Arrived, ...]:
    """What need not be sent again, the oldest first, by village and incident."""
    found: dict[Key, list[str]] = {}
    for name, each in state.acknowledged.items():
        if each.kept:
            found.setdefault(name.key, []).append(name.identifier)
    return tuple(
        Arrived(village=key.village, incident=key.incident, identifiers=tuple(names))
        for key, names in found.items()
    )


def _listed(state: State, alarm: Alarm, note: int) -> Listed:
    return Listed(
        identifier=alarm.identifier, incident=alarm.key.incident, village=alarm.key.village, status=alarm.status,
        age_s=max(0.0, state.now - alarm.raised_at), remaining_s=max(0.0, alarm.until - state.now),
        origin=alarm.origin[:80], note=alarm.note[:note], also=alarm.also, silenced=tuple(sorted(alarm.silenced)),
        kept=alarm.kept,
    )
