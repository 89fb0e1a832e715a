"""What is to be reported of alarms. Pure.

    listed ──> held until all posts ring, HOLD_S at most ──> "alarm" ──> "missing", "unanswered" ──> "clear"
    a case of the hub's status that is over, and was never listed here ──> "alarm", late
"""

from collections.abc import Mapping
from dataclasses import replace

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ONCE
from contract.wire import timing
from contract.wire.beacon import Beacon, Listed
from contract.wire.hub_status import HubStatus, InForce
from contract.wire.node_status import OFFLINE
from contract.wire.response import Case
from posko.notify.core.occasions import Ended, Message, Occasion, Responder
from posko.notify.core.records import Record
from posko.notify.core.state import Held
from posko.notify.core.transition import Transition

HOLD_S = 3.0  # so many seconds an alarm is held, unless all posts ring before: the message says how many do
MISSING_S = 12.0  # after so many, posts that do not ring are reported; the hub itself reports them after 10
SLACK_S = 2.0  # by which instants that two beacons give may differ
CLOCK_S = 5.0  # by which this machine's clock was set, where an alarm seems to have been raised at another time
ABSENT_S = timing.CLOCK_SYNC_S + 15.0  # a hub that restarts may not know for so long what is in force


def update(t: Transition) -> None:
    """Looks at what the hub lists, and at its last cases."""
    hub = t.state.fold.hub
    status = hub.status if hub.status is not None and hub.status.state != OFFLINE else None
    beacon = _fresh_beacon(t)
    listed: dict[Key, Listed] = {}
    if beacon is not None and hub.beacon_at is not None:
        listed = {each.key: each for each in beacon.alarms}
        _ended(t, beacon, 0 if status is None else status.undated)
        for each in beacon.alarms:
            if each.status is not Status.TEST and each.incident not in ONCE:
                _listed(t, each, t.now - hub.beacon_at, status)
    for case in status.cases if status is not None else ():
        _case(t, case, listed.get(case.key), status)


def _fresh_beacon(t: Transition) -> Beacon | None:
    """The hub's list, if it is of this connection and not older than a hub that lives lets it be."""
    known = t.state.fold
    at = known.hub.beacon_at
    if known.linked_at is None or at is None or at < known.linked_at or t.now >= at + timing.HUB_LOST_S:
        return None
    return known.hub.beacon


def _listed(t: Transition, listed: Listed, passed_s: float, status: HubStatus | None) -> None:
    """An alarm is in force, by a beacon that came *passed_s* ago."""
    raised_s, until_s = t.epoch_s - listed.age_s - passed_s, t.epoch_s + listed.remaining_s - passed_s
    first_age_s = (listed.age_s if listed.first_age_s is None else listed.first_age_s) + passed_s
    record = t.find(listed.key, (listed.identifier, *listed.also))
    shown = _in_force(status, listed)
    if record is None:
        if listed.remaining_s > passed_s:
            _hold(t, Held(t.now, listed, t.epoch_s - first_age_s, raised_s, until_s), shown)
        return
    moved = abs(record.raised_s - raised_s) > CLOCK_S
    if moved or listed.identifier not in record.names or Occasion.CLEAR in record.done:
        names = tuple(dict.fromkeys((*record.names, listed.identifier)))
        record = replace(record, names=names, raised_s=raised_s, until_s=until_s, done=record.done - {Occasion.CLEAR})
        t.put(record)
    if Occasion.MISSING not in record.done and shown is not None and shown.missing and first_age_s >= MISSING_S:
        t.put(replace(record, done=record.done | {Occasion.MISSING}),
              _message(t, Occasion.MISSING, listed, raised_s, shown))


def _hold(t: Transition, held: Held, shown: InForce | None) -> None:
    """Reports a new alarm once all posts ring, or once it was held for long enough."""
    name = held.listed.name(held.listed.identifier)
    before = [t.state.held[each] for each in held.listed.names() if each in t.state.held]
    held = replace(held, at=min([held.at, *(each.at for each in before)]))
    rings, expected = _count(shown)
    if (rings is not None and rings >= expected) or t.now >= held.at + HOLD_S:
        _begin(t, held, _message(t, Occasion.ALARM, held.listed, held.raised_s, shown))
    else:
        t.change(held={**_without(t.state.held, held.listed), name: held})


def _begin(t: Transition, held: Held, message: Message, *done: Occasion) -> None:
    listed = held.listed
    names = tuple(dict.fromkeys((*reversed(listed.also), listed.identifier)))
    t.change(held=_without(t.state.held, listed))
    t.put(Record(listed.key, names, listed.status is Status.EXERCISE, held.began_s, held.raised_s, held.until_s,
                 frozenset({Occasion.ALARM, *done})), message)


def _without(held: Mapping[Name, Held], listed: Listed) -> dict[Name, Held]:
    """*held* without what is the alarm *listed*, under whatever name."""
    names = listed.names()
    return {name: each for name, each in held.items() if name not in names}


def _ended(t: Transition, beacon: Beacon, undated: int) -> None:
    """Reports what the hub does not list any more: *undated* are alarms whose age it does not know yet."""
    listed, keys = beacon.listed(), {each.key for each in beacon.alarms}
    for name, held in tuple(t.state.held.items()):
        if name not in listed:
            how = _how(t, beacon, held.listed.key, held.raised_s, held.until_s)
            message = _message(t, Occasion.ALARM, held.listed, held.raised_s, None)
            _begin(t, held, replace(message, late=True, ended=how), Occasion.CLEAR)
    absent: dict[str, float] = {}
    for row, record in tuple(t.state.records.items()):
        if Occasion.CLEAR in record.done or any(record.key.name(each) in listed for each in record.names):
            continue
        since = t.state.absent.get(row, t.now)
        how = _how(t, beacon, record.key, record.raised_s, record.until_s)
        if how is not Ended.UNKNOWN or (t.now >= since + ABSENT_S and not undated):
            _clear(t, record, how)
        elif record.key in keys:  # another one has taken its place: an exercise that became earnest
            t.put(replace(record, done=record.done | {Occasion.CLEAR}))
        else:
            absent[row] = since
    t.change(absent=absent)


def _clear(t: Transition, record: Record, how: Ended) -> None:
    at_s = min(t.epoch_s, record.until_s) if how is Ended.TIME else t.epoch_s
    t.put(replace(record, done=record.done | {Occasion.CLEAR}), Message(
        Occasion.CLEAR, at_s, record.key, record.key.village, _severity(t, record.key), exercise=record.exercise,
        ended=how, age_s=max(0.0, at_s - record.began_s),
    ))


def _how(t: Transition, beacon: Beacon, key: Key, raised_s: float, until_s: float) -> Ended:
    """How an alarm ended that was raised last, and would end, at these instants.

    Each beacon takes its own time to come, so instants of two of them are compared with SLACK_S: an all-clear just
    before an alarm was raised did not end it.
    """
    cleared = [each.age_s for each in beacon.cleared if each.village in (key.village, EVERYWHERE)]
    if any(t.epoch_s - age_s > raised_s + SLACK_S for age_s in cleared):
        return Ended.CLEARED
    if any(each.key == key and abs(t.epoch_s - each.age_s - raised_s) <= SLACK_S for each in beacon.over):
        return Ended.CLEARED
    return Ended.TIME if t.epoch_s >= until_s - SLACK_S else Ended.UNKNOWN


def _case(t: Transition, case: Case, listed: Listed | None, status: HubStatus | None) -> None:
    """The last alarm of an incident in a village; *listed* is what the hub lists of that incident now."""
    if case.status == Status.TEST or case.incident in ONCE or not case.identifier:
        return
    record = t.find(case.key, (case.identifier,))
    raised_s = t.epoch_s if case.raised is None else case.raised
    about = Message(
        Occasion.ALARM, raised_s, case.key, case.village, _severity(t, case.key),
        exercise=case.status == Status.EXERCISE, late=True, ended=Ended.UNKNOWN,
        age_s=max(0.0, t.epoch_s - raised_s),
        responders=tuple(Responder(each.by, each.step) for each in case.responses),
    )
    if record is None:
        if case.in_force or listed is not None or any(name.key == case.key for name in t.state.held):
            return  # it is reported as it is listed
        record = Record(case.key, (case.identifier,), about.exercise, raised_s, raised_s, raised_s,
                        frozenset({Occasion.ALARM, Occasion.CLEAR}))
        t.put(record, None if t.state.fresh else about)
    if case.unanswered and not case.responses and Occasion.UNANSWERED not in record.done:
        if listed is not None and listed.identifier in record.names:
            message = _message(t, Occasion.UNANSWERED, listed, raised_s, _in_force(status, listed))
        else:
            message = replace(about, occasion=Occasion.UNANSWERED, late=not case.in_force, ended=Ended.NOT)
        t.put(replace(record, done=record.done | {Occasion.UNANSWERED}),
              None if t.state.fresh and not case.in_force else message)


def _message(
    t: Transition, occasion: Occasion, listed: Listed, raised_s: float, shown: InForce | None
) -> Message:
    rings, expected = _count(shown)
    return Message(
        occasion, raised_s, listed.key, listed.village, _severity(t, listed.key),
        exercise=listed.status is Status.EXERCISE, note=listed.note, origin=listed.origin,
        claimed=not t.state.fold.setup.is_post_of(listed.origin, listed.village), rings=rings, expected=expected,
        missing=_missing(shown) if occasion is Occasion.MISSING else {},
        age_s=max(0.0, t.epoch_s - raised_s),
        responders=tuple(Responder(each.by, each.step) for each in listed.responses),
    )


def _in_force(status: HubStatus | None, listed: Listed) -> InForce | None:
    """What the hub's status has of the alarm *listed*."""
    names = (listed.identifier, *listed.also)
    found = status.alarms if status is not None else ()
    return next((each for each in found if each.key == listed.key and each.identifier in names), None)


def _count(shown: InForce | None) -> tuple[int | None, int]:
    """How many posts ring, None where that is not known; and how many should."""
    if shown is None:
        return None, 0
    rings = len(shown.sounds) if shown.rings is None else shown.rings
    return rings, rings + len(shown.missing) if shown.expected is None else shown.expected


def _missing(shown: InForce | None) -> Mapping[str, str]:
    return {} if shown is None else shown.missing


def _severity(t: Transition, key: Key) -> str:
    incident = t.state.fold.setup.incidents.get(key.incident)
    return "" if incident is None else incident.severity
