"""The outbox: each press is kept until it is known to have reached everyone. Pure; the journal keeps it on disk.

It is dropped for the hub's word about its own village, incident and identifier alone: nobody else can confirm it.

    kept ──linked──> sent ──broker──> acknowledged ──on the beacon──> dropped
      │                │  ^_________________│ not listed in time: sent again, with its age
      └── it is over, by its time or by an all-clear: reported as a `late` event instead, and dropped when the hub
          (where there is none, the broker) has that

Where no hub is installed the broker's acknowledgement counts; but a press that had to wait for the link is sent once
more a little later, for those that came back to the broker after this node did.
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.domain.alarm import Name
from contract.domain.incidents import ALL_CLEAR
from contract.wire import alarm as alarm_message
from contract.wire import timing, topics
from contract.wire.alarm import Body
from contract.wire.beacon import Beacon
from contract.wire.event import Kind, write_event
from node.core import alarms
from node.core.effects import DeletePress, SavePress
from node.core.events import Loaded, OutboxEntry
from node.core.state import Alarm, Origin, State
from node.core.transition import Transition, cleared_at
from runtime.core.effects import Log, Publish
from runtime.core.events import Acknowledged
from runtime.core.transition import without

WAITED_S = 2.0  # a press older than this when it is sent had to wait for the link
REPEAT_S = timing.RECONNECT_S[1] + timing.CONNECT_S + 1.0  # by then every node that lives is linked again
UNTAKEN_RESEND_S = 600.0  # a report that the broker does not take is not worth more
MOST = 1000  # presses that wait; a contact that fails must not fill the memory
# Reports of late presses: so many at once, then each second. The hub records 100 of a village at once, then one in 2 s.
REPORTS, REPORTS_PER_S = 100.0, 2.0
_REPORTS = "late reports"
_LATE = "late "  # begins the token of a report that a press was late; no identifier holds a space


def keep(t: Transition, identifier: str, incident: str) -> None:
    """A press of this moment."""
    press = OutboxEntry(identifier, incident, t.now)
    if len(t.state.outbox) >= MOST:
        oldest = next(iter(t.state.outbox.values()))
        _drop(t, oldest)
        t.report(Kind.REFUSED, incident=oldest.incident, identifier=oldest.identifier,
                  reason=f"more than {MOST} presses wait for the link; the oldest is only in this node's log")
    _put(t, press)
    t.do(SavePress(press, dated=t.state.synced))


def loaded(t: Transition, event: Loaded) -> None:
    """What an earlier run left: presses that were made before this node started never sound here again."""
    t.recall(event.seen)
    for press in event.presses:
        if press.identifier in t.state.outbox:
            continue  # a disk that answers late also has what this run wrote since
        if press.incident in t.setup.incidents:
            t.remember(_name(t.state, press), over=False)
            _put(t, press)
            if press.incident == ALL_CLEAR and press.age_known:
                alarms.all_clear(t, t.setup.village, press.pressed_at)
        else:
            t.do(DeletePress(press.identifier))
            t.report(Kind.REFUSED, incident=press.incident, identifier=press.identifier,
                      reason="a kept press of an incident that the catalogue no longer has")
    clock_changed(t)


def clock_changed(t: Transition) -> None:
    """A synchronised clock gives the age of what was pressed, by such a clock, before the machine started."""
    if not t.state.synced:
        return
    for press in tuple(t.state.outbox.values()):
        if not press.age_known and press.pressed_wall is not None:
            pressed_at = min(t.now, press.pressed_wall - t.state.clock.offset_s)
            _put(t, replace(press, pressed_at=pressed_at, age_known=True, pressed_wall=None))


def linked(t: Transition) -> None:
    """The link is new: what was sent on the old one may be lost."""
    for press in tuple(t.state.outbox.values()):
        _put(t, replace(press, sent_at=None))


def acknowledged(t: Transition, event: Acknowledged) -> None:
    """The broker has a press, or the report that it was late."""
    late = event.token.startswith(_LATE)
    press = t.state.outbox.get(event.token.removeprefix(_LATE))
    if press is None:
        return
    if late:
        if not t.setup.hub:
            _drop(t, press)
        return
    if press.acked_at is None:
        t.report(Kind.PUBLISHED, incident=press.incident, village=t.setup.village,
                  identifier=press.identifier, age_s=round(t.now - press.pressed_at, 3))
    _put(t, replace(press, acked_at=t.now))
    if not t.setup.hub and (press.repeated or t.now < press.pressed_at + WAITED_S):
        _drop(t, press)


def listed(t: Transition, beacon: Beacon) -> None:
    """Drops what the hub has on its disk: in force, or over."""
    kept, known = beacon.kept(), beacon.listed()
    for press in tuple(t.state.outbox.values()):
        if _name(t.state, press) in kept:
            _drop(t, press)
            t.report(Kind.LISTED, incident=press.incident, village=t.setup.village,
                      identifier=press.identifier)
        elif _name(t.state, press) not in known and _unheard(t, press):
            _put(t, replace(press, sent_at=None))  # the hub lives, and has not had it: it is sent again at once


def holds(state: State, alarm: Alarm) -> bool:
    """Whether a press that waits here is one of those that raised *alarm*."""
    presses = (state.outbox.get(each) for each in alarm.identifiers)
    return any(press is not None and _name(state, press).key == alarm.key for press in presses)


def deliver(t: Transition) -> None:
    """Sends what is due, while linked."""
    if t.state.linked_at is None:
        return
    for press in sorted(t.state.outbox.values(), key=lambda each: each.told_late):
        if t.now < _due(t.state, press):
            continue
        late = is_late(t.state, press)
        repeated = not t.setup.hub and press.acked_at is not None
        if late and repeated:
            _drop(t, press)
        elif late and t.granted(_REPORTS, REPORTS, REPORTS_PER_S):
            _tell_late(t, press)
            _put(t, replace(press, sent_at=t.now, told_late=True, repeated=press.told_late))
        elif not late:
            _put(t, replace(press, sent_at=t.now, repeated=repeated))
            _send(t, press)


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `deliver` will have something to do."""
    if state.linked_at is not None:
        for press in state.outbox.values():
            yield _due(state, press)


def _name(state: State, press: OutboxEntry) -> Name:
    """What *press* is called by everybody: earlier versions gave names that are longer than what may be published."""
    return Name(state.setup.village, press.incident, press.identifier[-alarm_message.LONGEST :])


def _due(state: State, press: OutboxEntry) -> float:
    """When *press* is to be sent next; many late ones are reported one after the other."""
    due, bucket = _wanted(state, press), state.buckets.get(_REPORTS)
    if bucket is None or not is_late(state, press):
        return due
    return max(due, bucket.at + max(0.0, 1 - bucket.tokens) / REPORTS_PER_S)


def _wanted(state: State, press: OutboxEntry) -> float:
    """When *press* should be sent next. What the broker has waits for a missing hub until it would be late."""
    if press.sent_at is None:
        if not press.age_known and press.pressed_wall is not None:
            return max(state.now, state.started_at + timing.CLOCK_SYNC_S)
        return state.now
    hub_lives = state.setup.hub and not state.hub.missing
    late_again_s = timing.LATE_RESEND_S if hub_lives else UNTAKEN_RESEND_S
    again = press.sent_at + (late_again_s if press.told_late else timing.RESEND_S)
    if press.acked_at is not None and not state.setup.hub and not press.told_late:
        return press.sent_at + REPEAT_S
    if press.acked_at is not None and state.hub.missing:
        return max(again, press.pressed_at + _counts_s(state, press))
    return again


def is_late(state: State, press: OutboxEntry) -> bool:
    """Whether *press* is too old to ring anywhere, or of unknown age, or all-clear came after it."""
    return (
        not press.age_known or state.now >= press.pressed_at + _counts_s(state, press) or _cleared(state, press)
    )


def _cleared(state: State, press: OutboxEntry) -> bool:
    return press.incident != ALL_CLEAR and press.pressed_at < cleared_at(state, state.setup.village)


def _unheard(t: Transition, press: OutboxEntry) -> bool:
    """Whether *press* was sent long enough ago to be listed; a late one is reported again only once."""
    return (
        press.sent_at is not None and t.now >= press.sent_at + timing.LISTED_S
        and not (press.told_late and press.repeated)
    )


def _counts_s(state: State, press: OutboxEntry) -> float:
    return timing.CLEARED_S if press.incident == ALL_CLEAR else state.setup.incidents[press.incident].duration_s


def _send(t: Transition, press: OutboxEntry) -> None:
    setup = t.setup
    body = Body(
        identifier=_name(t.state, press).identifier,
        sender=f"{setup.village}/{setup.node}",
        sent=t.epoch(press.pressed_at) if t.state.synced else None,
        age_s=t.now - press.pressed_at,
        clock=t.clock_state(),
    )
    topic = topics.write(setup.district, topics.AlarmTopic(setup.village, press.incident))
    t.do(Publish(topic, alarm_message.write_alarm(body), token=press.identifier))


def _tell_late(t: Transition, press: OutboxEntry) -> None:
    if not press.age_known:
        reason = "pressed before a restart; how long ago cannot be told, so it sounds nowhere now"
    elif _cleared(t.state, press):
        reason = "all-clear came before it was known to have arrived, so it sounds nowhere now"
    elif press.acked_at is not None:
        reason = "the broker took it in time, but no hub ever listed it"
    else:
        reason = "pressed while the link was down; its time is over, so it sounds nowhere now"
    event = t.event(
        Kind.LATE, **_name(t.state, press)._asdict(),
        origin=Origin.BUTTON.value, age_s=round(t.now - press.pressed_at, 1) if press.age_known else None,
        reason=reason,
    )
    if not press.told_late:
        t.do(Log(event))
    t.do(Publish(t.topic("event"), write_event(event), token=_LATE + press.identifier))


def _put(t: Transition, press: OutboxEntry) -> None:
    t.change(outbox={**t.state.outbox, press.identifier: press})


def _drop(t: Transition, press: OutboxEntry) -> None:
    t.change(outbox=without(t.state.outbox, press.identifier))
    t.do(DeletePress(press.identifier))
