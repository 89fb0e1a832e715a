"""The hub's beacon, as a node obeys it: what is listed sounds, what was listed and no longer is stops. Pure.

The beacon is a level: each one lists all that is in force, what of it is silenced and what was all-cleared lately, so
it does not matter which of them, or of the messages before them, were lost. Losing them all changes no output; it is
trouble, reported and acted on once: a new connection, in case the old one is dead.

The hub of a neighbouring district has a beacon of its own, and decides on the alarms of its villages alone. It is read
by the same rules, with a state of its own. Its loss is a lesser fault; one that never came is not missed.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from contract.domain import foreign
from contract.domain.alarm import HUB_NAMES, Key, Status
from contract.domain.digest import HUB_NAME, differ, difference
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ONCE
from contract.wire import timing, topics
from contract.wire.beacon import Beacon, Cleared, Listed, Over, of_earlier_term, read_beacon
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.faults import Fault
from contract.wire.response import is_coming
from contract.wire.topics import ActiveTopic
from node.core import alarms, backoff, outbox
from node.core.alarms import Raised
from node.core.state import Alarm, HubView, Origin, Setup, State
from node.core.transition import Transition, cleared_at, cleared_here_at, hub
from runtime.core import peer_clock
from runtime.core.effects import Reconnect
from runtime.core.peer_clock import least_offset

EDGE_S = timing.BEACON_S  # an edge that is younger may not be on the list yet
ENDING_S = 1.0  # what is this close to its end is not begun any more
SLACK_S = 0.5  # what a beacon may lie off before it moves an alarm's end, or ends one
RUNS = 8  # earlier runs of the hub that are remembered as over
OVER_PER_S = 1 / 60  # how often a beacon of one of them is reported
RAISE_S = 1.0  # two instants of one raise, received by the hub and here, lie closer together


def received(t: Transition, payload: bytes, district: str = "") -> None:
    """A beacon arrived: that of this district's hub, or of the hub of another *district* with a neighbour in it."""
    read = read_beacon(payload)
    if isinstance(read, Refusal):
        t.answer(Kind.REFUSED, topic=_topic(t, district), reason=read.reason)
        return
    view = hub(t.state, district)
    if read.boot == view.boot and read.seq <= view.seq:
        return  # overtaken by a newer one
    if _of_a_run_that_is_over(t, read, district):
        return
    fresh, offset = _fresh(read, view, t.now)
    if district:
        fresh = _by_names_here(t.setup, fresh, district)
    _put(t, district, _view(t, fresh, offset, view))
    t.recover(Fault.HUB_OF.of(district) if district else Fault.HUB)
    if not district:
        _compare_clocks(t, read)
        _compare_districts(t, read)
        outbox.listed(t, fresh)
    if not t.state.locked:
        _obey(t, fresh, district)


def _put(t: Transition, district: str, view: HubView) -> None:
    """Sets what is known of the hub of *district*."""
    if district:
        t.change(foreign_hubs={**t.state.foreign_hubs, district: view})
    else:
        t.change(hub=view)


def _by_names_here(setup: Setup, read: Beacon, district: str) -> Beacon:
    """What *read*, of the hub of another *district*, has of villages that this node knows, by their foreign names.

    Where it is silenced over there, it is not here: these are other boxes, of other operators.
    """
    def known(village: str) -> bool:
        return foreign.name(district, village) in setup.villages

    alarms_ = tuple(replace(each, village=foreign.name(district, each.village), silenced=())
                    for each in read.alarms if known(each.village))
    cleared = tuple(replace(each, village=foreign.name(district, each.village))
                    for each in read.cleared if known(each.village))
    over = tuple(replace(each, village=foreign.name(district, each.village))
                 for each in read.over if known(each.village))
    return replace(read, alarms=alarms_, cleared=cleared, over=over)


def _of_a_run_that_is_over(t: Transition, read: Beacon, district: str) -> bool:
    """Whether *read* is of a run of the hub that another has followed, which lives; that is reported.

    It can end or begin nothing. If the later one falls silent, the earlier may have been at work all the time; and
    terms may begin anew, where a district has one hub again or its database was made anew.
    """
    view = hub(t.state, district)
    alive = view.last_beacon_at is not None and t.now < view.last_beacon_at + timing.HUB_LOST_S
    if not alive or not (read.boot in view.over or of_earlier_term(read, view.term)):
        return False
    if t.granted(("beacon of an earlier run", district or t.setup.district), 1.0, OVER_PER_S):
        t.answer(Kind.REFUSED, topic=_topic(t, district),
                 reason=f"a beacon of run {read.boot[:40]} of the hub, which run {view.boot[:40]} has "
                        "followed: that run is over, or two hubs are at work")
    return True


def _topic(t: Transition, district: str) -> str | None:
    """The topic of the beacon of another *district*, for a report; None of one's own, which there is but one of."""
    return topics.write(t.setup.district, ActiveTopic(district)) if district else None


def _obey(t: Transition, read: Beacon, district: str) -> None:
    """Brings what is in force here, of *district*, in line with *read*."""
    latest_last = sorted(read.cleared, key=lambda each: each.age_s, reverse=True)
    cleared = {place: t.now - each.age_s - SLACK_S for each in latest_last for place in _places(t, each)}
    _put(t, district, replace(hub(t.state, district), cleared=cleared))
    in_reach = [
        each for each in read.alarms
        if each.status is not Status.TEST and each.remaining_s > 0
        and each.incident not in ONCE and each.incident in t.setup.audible.get(each.village, ())
    ]
    by_key: dict[Key, list[Listed]] = {}
    for each in sorted(in_reach, key=lambda each: each.remaining_s, reverse=True):
        by_key.setdefault(each.key, []).append(each)
    for key, group in by_key.items():
        _level(t, key, group)
    _stop_cleared(t, district, cleared, read.over, {*by_key})
    _stop_unlisted(t, district, {*by_key})


def _of(state: State, district: str) -> tuple[Alarm, ...]:
    """The alarms in force of *district*: what its hub decides on."""
    return tuple(each for each in state.alarms.values() if foreign.parts(each.key.village).district == district)


def _fresh(read: Beacon, view: HubView, now: float) -> tuple[Beacon, float | None]:
    """*read* with its ages as of *now*, though it may have been held up; and this clock less the hub's."""
    if read.at_s is None:
        return read, None
    offset = now - read.at_s
    if read.boot != view.boot or view.offset is None or view.last_beacon_at is None:
        return read, offset
    least = least_offset(offset, view.offset, view.last_beacon_at, now)
    held_up_s = offset - least
    return replace(
        read,
        alarms=tuple(
            replace(
                each, age_s=each.age_s + held_up_s, remaining_s=max(0.0, each.remaining_s - held_up_s),
                first_age_s=None if each.first_age_s is None else each.first_age_s + held_up_s,
            )
            for each in read.alarms
        ),
        cleared=tuple(replace(each, age_s=each.age_s + held_up_s) for each in read.cleared),
        over=tuple(replace(each, age_s=each.age_s + held_up_s) for each in read.over),
    ), least


def _compare_clocks(t: Transition, read: Beacon) -> None:
    """Finds whether the hub's time of day is this one's. Where both believe theirs and they are not, none counts."""
    if read.at_s is None:
        return
    shown = peer_clock.Shown(read.boot, read.at_s, read.time)
    found = peer_clock.seen(t.state.hub.clock, shown, t.now, t.epoch_to_compare())
    t.change(hub=replace(t.state.hub, clock=found), clock_disputed=found.apart)
    if found.apart:
        setup = t.setup
        t.fault(Fault.CLOCK, f"the clock of {setup.village}/{setup.node}, here, is {found.named()} the hub's (posko); "
                             "both count as synchronised")
    else:
        t.recover(Fault.CLOCK)


def _compare_districts(t: Transition, read: Beacon) -> None:
    """Finds whether the hub has the same district file; without it, what one of the two knows rings nowhere else."""
    if differ(t.setup.district_digest, read.district_digest):
        t.fault(Fault.DISTRICT, difference(f"{t.setup.village}/{t.setup.node}", HUB_NAME))
    else:
        t.recover(Fault.DISTRICT)


def _view(t: Transition, read: Beacon, offset: float | None, view: HubView) -> HubView:
    """What is known of a hub from *read*, whose ages are as of now, and from *view*, which was known before; a locked
    box reads no more of it than this.
    """
    own = [
        each for each in read.alarms
        if each.village == t.setup.village and each.status is not Status.TEST and each.incident not in ONCE
    ]
    runs = (view.boot, *view.over) if view.boot else ()
    return HubView(
        read.boot, read.seq, last_beacon_at=t.now, offset=offset, cleared=view.cleared, clock=view.clock,
        over=tuple(each for each in runs if each != read.boot)[:RUNS],
        own_raised_at=max((t.now - each.age_s for each in own), default=-math.inf),
        own_until=max((t.now + each.remaining_s for each in own), default=-math.inf),
        coming=frozenset(each.key for each in own if is_coming(each.step)), term=read.term,
    )


def pass_time(t: Transition) -> None:
    """Says that the beacon is missing, and asks for a new connection, once for each gap."""
    due = _gap_due(t.state)
    if due is not None and t.now >= due:
        t.change(hub=replace(t.state.hub, missing=True))
        t.fault(Fault.HUB, f"no beacon for {timing.HUB_LOST_S:g} s; alarms are heard directly, missed ones are not "
                           "repeated")
        t.do(Reconnect(f"no beacon came for {timing.HUB_LOST_S:g} s, and the connection may be dead unnoticed"))
    for district, at in _foreign_gaps_due(t.state):
        if t.now >= at:
            _put(t, district, replace(hub(t.state, district), missing=True))
            t.fault(Fault.HUB_OF.of(district), f"no beacon of {district} for {timing.HUB_LOST_S:g} s; alarms of its "
                                               "villages are heard directly, missed ones are not repeated")


def deadlines(state: State) -> Iterator[float]:
    """The instant at which the beacon will be missed."""
    due = _gap_due(state)
    if due is not None:
        yield due
    yield from (at for _, at in _foreign_gaps_due(state))


def _gap_due(state: State) -> float | None:
    if not state.setup.hub or state.linked_at is None or state.hub.missing:
        return None
    return max(state.linked_at, state.hub.last_beacon_at or state.linked_at) + timing.HUB_LOST_S


def _foreign_gaps_due(state: State) -> Iterator[tuple[str, float]]:
    """The other districts whose beacon came before, and when it will be missed; one that never came is not missed."""
    if state.linked_at is not None:
        for district, view in state.foreign_hubs.items():
            if view.last_beacon_at is not None and not view.missing:
                yield district, max(state.linked_at, view.last_beacon_at) + timing.HUB_LOST_S


def _level(t: Transition, key: Key, group: list[Listed]) -> None:
    """Brings the alarm of *key* in line with all that is listed of it, the longest first."""
    waiting = []
    for each in group:
        known = t.state.alarms.get(key)
        if (known is None or _supersedes(t, each, known)) and not _over(t, each):
            wait = backoff.wait(t.state, key.village, each.origin)
            if wait.wait_s > 0:
                backoff.report(t, key, each.identifier, each.origin, wait)
                waiting.append(each)
                continue
            if known is not None and not known.silenced:
                alarms.end(t, known, Kind.FINISHED, "the exercise became earnest")
            raised = Raised(each.identifier, each.remaining_s, each.age_s, each.status, each.note, each.origin,
                            each.first_age_s)
            alarms.begin(t, key, raised, Origin.HUB)
    known = t.state.alarms.get(key)
    if known is None:
        _pass_on_all_clear(t, group[0])
    else:
        same = [
            each for each in group
            if each.status is known.status and each not in waiting
            and (known.identifiers & _names(each) or not _over(t, each))
        ]
        if same:
            _adopt(t, known, same)
            _quieten(t, key, same[0])


def _supersedes(t: Transition, listed: Listed, known: Alarm) -> bool:
    """Whether *listed* is another alarm than *known*: the actual one, or raised after what of *known* was silenced.

    What was received without a name is listed under one, as old as it is here but for the way of the messages.
    """
    if listed.status is not known.status:
        return listed.status is Status.ACTUAL
    apart_s = EDGE_S if listed.identifier.startswith(HUB_NAMES) else 0.0
    raised_later = t.now - listed.age_s > known.edge_at + apart_s
    return known.silenced and listed.identifier not in known.identifiers and raised_later


def _names(listed: Listed) -> frozenset[str]:
    """Every name of what is listed: a press that the hub merged into it may be sent again, and is nothing new."""
    return frozenset({listed.identifier, *listed.also})


def _over(t: Transition, listed: Listed) -> bool:
    """Whether what is listed has ended here: by name, by an all-clear that the hub has yet to receive, or just now."""
    raised_at = t.now - listed.age_s
    return (
        bool(t.state.is_over(listed.name(listed.identifier)))
        or raised_at <= cleared_at(t.state, listed.village)
        or raised_at <= cleared_here_at(t.state, listed.village, listed.status)
        or listed.remaining_s < ENDING_S
    )


def _pass_on_all_clear(t: Transition, listed: Listed) -> None:
    """Reports that what the hub repeats is over here, by an all-clear of this village: it may not have come to the hub.

    Under the name of its latest raise: what is raised again since bears another.
    """
    at = cleared_here_at(t.state, listed.village, listed.status)
    if listed.village != t.setup.village or t.now - listed.age_s + RAISE_S > at:
        return
    if t.granted((listed.key, Kind.CLEARED), 1.0, 1 / timing.BEACON_S):
        t.report(Kind.CLEARED, incident=listed.incident, village=listed.village, identifier=listed.identifier,
                 status=listed.status.value, age_s=round(t.now - at, 3),
                 reason="all-clear came here, and the hub repeats what it ended")


def _adopt(t: Transition, known: Alarm, group: list[Listed]) -> None:
    """Takes over the hub's names and time for what is in force here already; nothing begins anew."""
    listed_names = frozenset().union(*map(_names, group))
    unlisted = None if known.unlisted in listed_names else known.unlisted
    until = min(t.now + group[0].remaining_s, known.since + t.setup.max_sounding_s)
    if unlisted is not None or _unheard(t, known):
        until = max(until, known.until)
    if abs(until - known.until) < SLACK_S:
        until = known.until
    merged = known.identifiers
    for name in sorted(listed_names):
        merged = alarms.names(merged, name)
        alarms.seen(t, known.key.name(name), over=known.silenced)
    listed = group[0].identifier
    edge_at = known.edge_at
    if listed not in known.identifiers:  # raised again, and not received here
        edge_at = max(edge_at, t.now - min(each.age_s for each in group))
    boot = hub(t.state, foreign.parts(known.key.village).district).boot
    t.put(replace(known, listed=listed, listed_by=boot, unlisted=unlisted, until=until, edge_at=edge_at,
                  begun_at=_begun_at(t, known, group),
                  identifier=known.identifier or listed, identifiers=merged,
                  senders=backoff.listed(t.setup, known, group[0].origin)))


def _begun_at(t: Transition, known: Alarm, group: list[Listed]) -> float:
    """From when the rounds of *known* are counted: as the hub says, so that all posts agree on it.

    The one that has been in force for longest is the one that others sound.
    """
    begun_at = t.now - max(each.age_s if each.first_age_s is None else each.first_age_s for each in group)
    return known.begun_at if abs(begun_at - known.begun_at) < SLACK_S else begun_at


def _quieten(t: Transition, key: Key, listed: Listed) -> None:
    """Silences what the operator silenced here, if that was not missed; not what was raised again since."""
    known = t.state.alarms[key]
    silenced = {EVERYWHERE, t.setup.village} & {*listed.silenced}
    if silenced and not known.silenced and known.edge_at <= t.now - listed.age_s + RAISE_S:
        alarms.quieten(t, known, "operator, as the hub repeats it", operator=True)


def _unheard(t: Transition, alarm: Alarm) -> bool:
    """Whether *alarm* was raised again so lately, or by a press so far undelivered, that the hub may not know."""
    raised_again = alarm.identifier != alarm.listed or len(alarm.identifiers) > 1
    lately = raised_again and t.now < alarm.edge_at + EDGE_S
    return lately or outbox.holds(t.state, alarm)


def _places(t: Transition, cleared: Cleared) -> tuple[str, ...]:
    """What of all that is known here an all-clear concerns."""
    known = {EVERYWHERE, *t.setup.villages}
    return tuple(each for each in foreign.concerned(cleared.village, EVERYWHERE, t.setup.villages) if each in known)


def _stop_cleared(
    t: Transition, district: str, cleared: Mapping[str, float], over: Iterable[Over], keys: set[Key]
) -> None:
    """Ends what was raised before an all-clear that this node may have missed; what is in force is listed.

    The hub knows what came first: what it ended is named, by the instant at which it was raised.
    """
    ended = {each.key: t.now - each.age_s + RAISE_S for each in over}
    for alarm in _of(t.state, district):
        never = alarm.edge_at - 1
        before = alarm.edge_at <= max(cleared.get(alarm.key.village, never), ended.get(alarm.key, never))
        if before and alarm.key.incident not in ONCE and alarm.key not in keys and not _unheard(t, alarm):
            alarms.end(t, alarm, Kind.CLEARED, "all-clear, as the hub repeats it")


def _stop_unlisted(t: Transition, district: str, keys: set[Key]) -> None:
    boot = hub(t.state, district).boot
    for alarm in _of(t.state, district):
        listed = alarm.listed is None or alarm.key in keys
        # What an earlier run of the hub listed and this one has forgotten goes on to its own end; so does what was
        # raised again and never came to the hub, which was away.
        known = alarm.listed_by == boot and alarm.unlisted is None
        if not listed and known and not _unheard(t, alarm):
            alarms.end(t, alarm, Kind.CLEARED, "no longer listed by the hub")
            alarms.lapse(t, alarm)  # its time may be over there a moment earlier than here
