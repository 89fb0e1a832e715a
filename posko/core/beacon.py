"""What the hub repeats: every alarm in force, periodically and at each change. Pure.

What is not on the disk yet is not listed yet; unless the disk fails, then it is listed as not kept, and whoever
pressed it holds on to it.

Every post receives every beacon, perhaps by telephone. So it has a budget: in bytes, which the villages share
(`shares`), and in bytes a second. A change of what is in force is published at once while there is some left, but no
more often than every `LEAST_S`; everything else with the beacon that is due in any case. What waits goes with the next
one, whoever caused that, so a village that uses up the budget delays the others by a second or two, and no more.

    change ──> bytes left? ──> now
                   └── no ──> in bytes / PER_S seconds        every BEACON_S: what else there is
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.wire import timing, topics
from contract.wire.beacon import BUDGET
from contract.wire.event import Kind
from contract.wire.faults import Fault
from posko.core import shares
from posko.core.state import Alarm, State
from posko.core.transition import Transition
from runtime.core.effects import Publish

LEAST_S = 0.1
PER_S = 6_000.0  # bytes a second, on average: with a whole beacon at once it stays below 10 kB/s over any 10 s
LONGEST_S = 2 * timing.BEACON_S  # what no budget can hold comes no later: a hub that is silent for 15 s is lost
CROWDED_S = 60.0  # how long a village counts as having more than its share


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
    payload, crowded = shares.payload(replace(state, seq=state.seq + 1), shown)
    t.change(seq=state.seq + 1, listed=content, listed_at=t.now, listed_bytes=len(payload),
             byte_budget=_left(state) - len(payload))
    topic = topics.write(state.setup.district, topics.ActiveTopic())
    t.do(Publish(topic, payload, qos=0))
    _report_crowded(t, crowded)


def deadlines(state: State) -> Iterator[float]:
    """The instants at which a beacon is due, or something will be listed without the disk."""
    if state.linked_at is None or not state.connecting:
        return
    yield _due(state, changed=_content(state, _shown(state)) != state.listed)
    yield from (alarm.accepted_at + timing.LISTED_S for alarm in state.alarms.values() if not alarm.shown)


def forget(t: Transition) -> None:
    """Drops what need not be listed any more."""
    acknowledged = t.state.acknowledged
    oldest = next(iter(acknowledged.values()), None)
    if oldest is not None and t.now >= oldest.at + timing.ACKNOWLEDGED_S:
        fresh = {name: each for name, each in acknowledged.items() if t.now < each.at + timing.ACKNOWLEDGED_S}
        t.set_acknowledged(fresh)
    over = {key: at for key, at in t.state.over.items() if t.now < at + timing.CLEARED_S}
    if len(over) < len(t.state.over):
        t.change(over=over)


def _left(state: State) -> float:
    """The bytes that may be sent at once by now; what was too much is owed."""
    since_s = 0.0 if state.listed_at is None else state.now - state.listed_at
    return min(float(BUDGET), state.byte_budget + since_s * PER_S)


def _due(state: State, *, changed: bool) -> float:
    if state.listed_at is None or (state.linked_at is not None and state.listed_at < state.linked_at):
        return state.now
    wanted = min(state.listed_bytes, BUDGET)  # the next one is about as long
    paid = state.listed_at + max(0.0, wanted - state.byte_budget) / PER_S
    due = state.listed_at + (LEAST_S if changed else timing.BEACON_S)
    return min(max(due, paid), state.listed_at + LONGEST_S)


def _shown(state: State) -> list[Alarm]:
    """The alarms that are to be listed now."""
    failing = Fault.JOURNAL in state.faults
    return [
        alarm for alarm in state.alarms.values()
        if alarm.kept or alarm.shown or failing or state.now >= alarm.accepted_at + timing.LISTED_S
    ]


def _content(state: State, shown: list[Alarm]) -> object:
    """What of a beacon is not put off: all that is in force or ended, how far those are who respond, and names
    that may be confirmed at once."""
    return (
        tuple((alarm.identifier, alarm.kept, alarm.until, tuple(alarm.silenced)) for alarm in shown),
        state.steps,
        state.prompt,
        tuple(state.cleared_at.items()),
        tuple(state.over.items()),
    )


def _report_crowded(t: Transition, crowded: frozenset[str]) -> None:
    """That villages have more than their share is a fault, until they have had less for a while."""
    lately = {place: at for place, at in t.state.crowded.items() if t.now < at + CROWDED_S}
    lately |= dict.fromkeys(crowded, t.now)
    if lately or t.state.crowded:
        t.change(crowded=lately)
        if lately:
            t.fault(Fault.BEACON, f"more of {', '.join(sorted(lately))} than fits into {BUDGET} bytes; notes are "
                                  "cut, and names follow by turns")
        else:
            t.recover(Fault.BEACON)
