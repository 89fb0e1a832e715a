"""The outbox: each press is kept until it is known to have reached everyone. Pure; the journal keeps it on disk.

    kept ──linked──> sent ──broker──> acknowledged ──on the beacon──> dropped
      │                │  ^_________________│ not listed in time: sent again, with its age
      └── it is over, by its time or by an all-clear: told as a `late` event instead, and dropped when the hub
          (where there is none, the broker) has that

Where no hub is installed the broker's acknowledgement counts; but a press that had to wait for the link is sent once
more a little later, for those that came back to the broker after this node did.
"""

from collections.abc import Iterator
from dataclasses import replace

from contract.domain.incidents import ALL_CLEAR
from contract.wire import alarm as alarm_message
from contract.wire import timing, topics
from contract.wire.alarm import Body
from contract.wire.beacon import Beacon
from contract.wire.event import Kind, write_event
from node.core import alarms
from node.core.effects import Drop, Keep
from node.core.events import Loaded, Press
from node.core.state import Origin, State
from node.core.transition import Draft, cleared_at
from runtime.core.effects import Log, Publish
from runtime.core.events import Acknowledged
from runtime.core.transition import without

WAITED_S = 2.0  # a press older than this when it is sent had to wait for the link
REPEAT_S = timing.RECONNECT_S[1] + timing.CONNECT_S + 1.0  # by then every node that lives is linked again
UNTAKEN_RESEND_S = 600.0  # a report that the broker does not take is not worth more
MOST = 1000  # presses that wait; a contact that fails must not fill the memory
_LATE = "late "  # begins the token of a report that a press was late; no identifier holds a space


def keep(draft: Draft, identifier: str, incident: str) -> None:
    """A press of this moment."""
    press = Press(identifier, incident, draft.now)
    if len(draft.state.outbox) >= MOST:
        oldest = next(iter(draft.state.outbox.values()))
        _drop(draft, oldest)
        draft.say(Kind.REFUSED, incident=oldest.incident, identifier=oldest.identifier,
                  reason=f"more than {MOST} presses wait for the link; the oldest is only in this node's log")
    _put(draft, press)
    draft.do(Keep(press))


def loaded(draft: Draft, event: Loaded) -> None:
    """What an earlier run left: presses that were made before this node started never sound here again."""
    draft.recall(event.seen)
    for press in event.presses:
        if press.identifier in draft.state.outbox:
            continue  # a disk that answers late also has what this run wrote since
        if press.incident in draft.state.rules.incidents:
            draft.remember(press.identifier, over=False)
            _put(draft, press)
            if press.incident == ALL_CLEAR and press.age_known:
                alarms.all_clear(draft, draft.state.rules.village, press.pressed_at)
        else:
            draft.do(Drop(press.identifier))
            draft.say(Kind.REFUSED, incident=press.incident, identifier=press.identifier,
                      reason="a kept press of an incident that the catalogue no longer has")
    clock_changed(draft)


def clock_changed(draft: Draft) -> None:
    """A synchronised clock tells the age of what was pressed, by such a clock, before the machine started."""
    if not draft.state.clock.synced:
        return
    for press in tuple(draft.state.outbox.values()):
        if not press.age_known and press.pressed_wall is not None:
            pressed_at = min(draft.now, press.pressed_wall - draft.state.clock.offset_s)
            _put(draft, replace(press, pressed_at=pressed_at, age_known=True, pressed_wall=None))


def linked(draft: Draft) -> None:
    """The link is new: what was sent on the old one may be lost."""
    for press in tuple(draft.state.outbox.values()):
        _put(draft, replace(press, sent_at=None))


def acknowledged(draft: Draft, event: Acknowledged) -> None:
    """The broker has a press, or the report that it was late."""
    late = event.token.startswith(_LATE)
    press = draft.state.outbox.get(event.token.removeprefix(_LATE))
    if press is None:
        return
    if late:
        if not draft.state.rules.hub:
            _drop(draft, press)
        return
    if press.acked_at is None:
        draft.say(Kind.PUBLISHED, incident=press.incident, village=draft.state.rules.village,
                  identifier=press.identifier, age_s=round(draft.now - press.pressed_at, 3))
    _put(draft, replace(press, acked_at=draft.now))
    if not draft.state.rules.hub and (press.repeated or draft.now < press.pressed_at + WAITED_S):
        _drop(draft, press)


def listed(draft: Draft, beacon: Beacon) -> None:
    """Drops what the hub has on its disk: in force, or over."""
    kept = beacon.kept()
    known = {name for alarm in beacon.alarms for name in (alarm.identifier, *alarm.also)}
    for press in tuple(draft.state.outbox.values()):
        if press.identifier in kept:
            _drop(draft, press)
            draft.say(Kind.LISTED, incident=press.incident, village=draft.state.rules.village,
                      identifier=press.identifier)
        elif press.identifier not in known and _unheard(draft, press):
            _put(draft, replace(press, sent_at=None))  # the hub lives, and has not had it: it is sent again at once


def deliver(draft: Draft) -> None:
    """Sends what is due, while linked."""
    if draft.state.linked_at is None:
        return
    for press in tuple(draft.state.outbox.values()):
        if draft.now < _due(draft.state, press):
            continue
        repeated = not draft.state.rules.hub and press.acked_at is not None
        _put(draft, replace(press, sent_at=draft.now, repeated=repeated))
        if _is_late(draft.state, press) and repeated:
            _drop(draft, press)
        elif _is_late(draft.state, press):
            _tell_late(draft, press)
            _put(draft, replace(press, sent_at=draft.now, told_late=True, repeated=press.told_late))
        else:
            _send(draft, press)


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `deliver` will have something to do."""
    if state.linked_at is not None:
        for press in state.outbox.values():
            yield _due(state, press)


def _due(state: State, press: Press) -> float:
    """When *press* is to be sent next. What the broker has waits for a missing hub until it would be late."""
    if press.sent_at is None:
        if not press.age_known and press.pressed_wall is not None:
            return max(state.now, state.started_at + timing.CLOCK_SYNC_S)
        return state.now
    hub_lives = state.rules.hub and not state.hub.missing
    late_again_s = timing.LATE_RESEND_S if hub_lives else UNTAKEN_RESEND_S
    again = press.sent_at + (late_again_s if press.told_late else timing.RESEND_S)
    if press.acked_at is not None and not state.rules.hub and not press.told_late:
        return press.sent_at + REPEAT_S
    if press.acked_at is not None and state.hub.missing:
        return max(again, press.pressed_at + _counts_s(state, press))
    return again


def _is_late(state: State, press: Press) -> bool:
    """Whether *press* is too old to ring anywhere, or of an age that nobody can tell, or all-clear came after it."""
    return (
        not press.age_known or state.now >= press.pressed_at + _counts_s(state, press) or _cleared(state, press)
    )


def _cleared(state: State, press: Press) -> bool:
    return press.incident != ALL_CLEAR and press.pressed_at < cleared_at(state, state.rules.village)


def _unheard(draft: Draft, press: Press) -> bool:
    """Whether *press* was sent long enough ago to be listed; a late one is said again so but once."""
    return (
        press.sent_at is not None and draft.now >= press.sent_at + timing.LISTED_S
        and not (press.told_late and press.repeated)
    )


def _counts_s(state: State, press: Press) -> float:
    return timing.CLEARED_S if press.incident == ALL_CLEAR else state.rules.incidents[press.incident].duration_s


def _send(draft: Draft, press: Press) -> None:
    rules = draft.state.rules
    body = Body(
        identifier=press.identifier,
        sender=f"{rules.village}/{rules.node}",
        sent=draft.epoch(press.pressed_at) if draft.state.clock.synced else None,
        age_s=draft.now - press.pressed_at,
        clock=draft.clock_word(),
    )
    topic = topics.write(rules.district, topics.AlarmTopic(rules.village, press.incident))
    draft.do(Publish(topic, alarm_message.write_alarm(body), token=press.identifier))


def _tell_late(draft: Draft, press: Press) -> None:
    if not press.age_known:
        reason = "pressed before a restart; how long ago cannot be told, so it sounds nowhere now"
    elif _cleared(draft.state, press):
        reason = "all-clear came before it was known to have arrived, so it sounds nowhere now"
    elif press.acked_at is not None:
        reason = "the broker took it in time, but no hub ever listed it"
    else:
        reason = "pressed while the link was down; its time is over, so it sounds nowhere now"
    event = draft.event(
        Kind.LATE, incident=press.incident, village=draft.state.rules.village, identifier=press.identifier,
        origin=Origin.BUTTON.value, age_s=round(draft.now - press.pressed_at, 1) if press.age_known else None,
        reason=reason,
    )
    if not press.told_late:
        draft.do(Log(event))
    draft.do(Publish(draft.topic("event"), write_event(event), token=_LATE + press.identifier))


def _put(draft: Draft, press: Press) -> None:
    draft.change(outbox={**draft.state.outbox, press.identifier: press})


def _drop(draft: Draft, press: Press) -> None:
    draft.change(outbox=without(draft.state.outbox, press.identifier))
    draft.do(Drop(press.identifier))
