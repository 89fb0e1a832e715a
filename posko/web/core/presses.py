"""What was pressed on the page, until the hub has it on its disk. Pure; the store keeps it on this machine's.

    asked ──> published at once ──> acknowledged ──> kept by the hub's beacon: settled
      │             ^ │                  │
      └──> disk     │ └── link is new, the hub lives and has not had it, or 10 s are over: again, with its age
        answered    └──────────────────────────┘

The alarm goes out before the disk has it, as a box rings before its disk is asked; who pressed is answered when it is
kept. Under its identifier it is one alarm, however often it goes out. What is too old to ring goes out all the same,
with its age: the hub records it as late, and neither it nor a post rings for it.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from contract.domain.alarm import Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import LAPOR
from contract.wire import alarm as alarm_message
from contract.wire import lapor, response, timing, topics
from contract.wire.alarm import Body
from contract.wire.beacon import Beacon
from contract.wire.event import Kind as EventKind
from contract.wire.event import Report
from contract.wire.lapor import Lapor, Location, Severity
from contract.wire.response import Responded, Response, Step, progress
from contract.wire.topics import AlarmTopic, LaporTopic, ResponseTopic
from posko.operator.core import judgement
from posko.operator.core.snapshot import HubState
from posko.web.core.asked import Outcome
from posko.web.core.state import Kind, Sending, State
from posko.web.core.turn import Turn, resend_s
from runtime.core.effects import Publish
from runtime.core.events import NOT_AUTHORIZED, Acknowledged, Rejected
from runtime.core.transition import without

TEMPORARY = "too many"  # begins the reason of what the hub refuses now, and would take later
NO_HUB_RESEND_S = 600.0  # what is late, and no hub is there to record it
FORGET_S = 86_400.0  # after which one that is settled is nobody's news any more
REPORT_S = 7 * FORGET_S  # no hub takes a report that is older
_QUIET = (Kind.RESPONSE, Kind.REPORT)


def deliver(t: Turn) -> None:
    """Sends what is due, while linked; alarms first."""
    if t.state.district.linked_at is None:
        return
    urgent = sorted(t.state.sendings.values(), key=lambda each: (is_late(t.state, each), each.kind in _QUIET))
    for each in urgent:
        if not each.settled and t.now >= _due(t.state, each):
            t.put(replace(each, sent_at=t.now, tries=each.tries + 1))
            t.do(_message(t.state, each))


def deadlines(state: State) -> Iterator[float]:
    """The instants at which `deliver` will have something to do."""
    if state.district.linked_at is not None:
        for each in state.sendings.values():
            if not each.settled and each.age_known:
                yield _due(state, each)


def linked(t: Turn) -> None:
    """The link is new: what was sent on the old one may be lost."""
    _again(t, [each for each in t.state.sendings.values() if not each.settled])


def acknowledged(t: Turn, event: Acknowledged) -> None:
    """The broker has a press, or a command."""
    if (known := t.state.sendings.get(event.token)) is not None and not known.acked:
        t.put(replace(known, acked=True))
    if (waiting := t.state.ordering.get(event.token)) is not None:
        t.do(waiting.answer)
        t.change(ordering=without(t.state.ordering, event.token))


def rejected(t: Turn, event: Rejected) -> None:
    """The broker does not take what the page publishes: a press goes out again, a command is answered so."""
    waiting = t.state.ordering.get(event.token)
    if waiting is not None and event.code == NOT_AUTHORIZED:
        t.answer(waiting.answer.ticket, Outcome.UNLINKED)
        t.change(ordering=without(t.state.ordering, event.token))


def beacon_came(t: Turn, beacon: Beacon) -> None:
    """Settles what the hub has on its disk; what it lives without having had goes out again at once."""
    kept, known = beacon.kept(), beacon.listed()
    missed = []
    for each in tuple(t.state.sendings.values()):
        if each.settled or each.kind is Kind.REPORT:
            continue
        if each.kind is Kind.RESPONSE:
            if _shown(t.state, each):
                t.save(replace(each, recorded=True))
        elif name_of(each) in kept:
            t.save(replace(each, recorded=True, late=each.late or _late_word(t.state, each)))
        elif name_of(each) not in known and _unheard(t.state, each):
            missed.append(each)
    _again(t, missed)


def status_came(t: Turn) -> None:
    """The hub's status shows reports, and responses to what is over."""
    waiting = [each for each in t.state.sendings.values() if each.kind in _QUIET and not each.settled]
    for each in waiting:
        if _shown(t.state, each):
            t.save(replace(each, recorded=True))


def hub_reports(t: Turn, report: Report) -> None:
    """The hub refuses a press, or says that it came too late; or it has a response, or a report."""
    if report.kind not in (EventKind.REFUSED, EventKind.LATE, EventKind.RESPONDED, LAPOR):
        return
    about = Name(report.text("village"), report.text("incident") or LAPOR, report.text("identifier"))
    for each in tuple(t.state.sendings.values()):
        if name_of(each) != about or each.settled:
            continue
        if each.kind is Kind.RESPONSE:
            _response_answered(t, each, report)
        elif each.kind is Kind.REPORT and report.kind == LAPOR:
            t.save(replace(each, recorded=True))
        elif report.kind == EventKind.LATE and each.kind is Kind.REPORT:
            t.save(replace(each, refusal=report.text("reason") or "late"))
        elif report.kind == EventKind.LATE:
            t.put(replace(each, late=report.text("reason") or "late"))
        elif report.kind == EventKind.REFUSED and not report.text("reason").startswith(TEMPORARY):
            t.save(replace(each, refusal=report.text("reason") or "refused"))


def clock_changed(t: Turn) -> None:
    """A synchronised clock gives the age of what was pressed, by such a clock, before the machine started."""
    for each in tuple(t.state.sendings.values()):
        if each.age_known:
            continue
        if each.asked_wall is not None and t.dated:
            asked_at = min(t.now, each.asked_wall - t.state.clock.offset_s)
            t.put(replace(each, asked_at=asked_at, age_known=True, asked_wall=None))
        elif each.asked_wall is None or t.now >= t.state.started_at + timing.CLOCK_SYNC_S:
            # Nobody can tell how old it is: it goes out as one that is too old, which is recorded and rings nowhere.
            t.put(replace(each, asked_at=t.now - _counts_s(t.state, each), age_known=True, asked_wall=None,
                          late=each.late or "pressed before a restart; how long ago cannot be told"))


def forget(t: Turn) -> None:
    """Drops what is a day old and settled, or of no use to anybody any more: the store has it."""
    fresh = {token: each for token, each in t.state.sendings.items() if not each.age_known or t.now < each.asked_at + (
        REPORT_S if each.kind is Kind.REPORT and not each.settled else FORGET_S)}
    if len(fresh) < len(t.state.sendings):
        t.change(sendings=fresh)


def name_of(sending: Sending) -> Name:
    """What everybody calls what *sending* raises, or answers."""
    return sending.key.name(sending.identifier)


def is_late(state: State, sending: Sending) -> bool:
    """Whether *sending* is too old to ring anywhere."""
    return bool(sending.late) or state.now >= sending.pressed_at + _counts_s(state, sending)


def _counts_s(state: State, sending: Sending) -> float:
    if sending.kind in _QUIET:
        return FORGET_S if sending.kind is Kind.RESPONSE else REPORT_S
    return timing.CLEARED_S if sending.kind is Kind.CLEAR else state.rules.durations_s.get(sending.key.incident, 0.0)


def _late_word(state: State, sending: Sending) -> str:
    """What is said of one that reached the hub only when its time was over."""
    if sending.kind is not Kind.ALARM or not is_late(state, sending):
        return ""
    in_force = state.district.hub.beacon.listed() if state.district.hub.beacon is not None else frozenset()
    return "" if name_of(sending) in in_force else "its time is over"


def _due(state: State, sending: Sending) -> float:
    """When *sending* is to go out next."""
    if not sending.age_known:
        return math.inf  # see clock_changed
    if sending.sent_at is None:
        return state.now
    late = is_late(state, sending)
    if late and judgement.silent(state.district):
        return sending.sent_at + NO_HUB_RESEND_S
    return sending.sent_at + resend_s(sending, late=late)


def _unheard(state: State, sending: Sending) -> bool:
    """Whether *sending* was sent long enough ago to be listed, and is worth it."""
    return (sending.sent_at is not None and state.now >= sending.sent_at + timing.LISTED_S
            and not is_late(state, sending))


def _again(t: Turn, missed: list[Sending]) -> None:
    if missed:
        t.change(sendings={**t.state.sendings, **{each.token: replace(each, sent_at=None) for each in missed}})


def _message(state: State, sending: Sending) -> Publish:
    district, age_s = state.rules.district, max(0.0, state.now - sending.pressed_at)
    if sending.kind is Kind.RESPONSE:
        answer = Response(identifier=sending.identifier, incident=sending.key.incident, by=sending.sender,
                          step=Step(sending.step), age_s=min(age_s, FORGET_S))
        topic = topics.write(district, ResponseTopic(sending.place))
        return Publish(topic, response.write_response(answer), token=sending.token)
    if sending.kind is Kind.REPORT:
        where = sending.where
        told = Lapor(
            identifier=sending.identifier, by=sending.sender, text=sending.note, severity=Severity(sending.severity),
            place=None if where is None else Location(lat=where.lat, lon=where.lon, accuracy_m=where.accuracy_m),
            age_s=age_s)
        topic = topics.write(district, LaporTopic(sending.key.village))
        return Publish(topic, lapor.write_lapor(told), token=sending.token)
    synced = state.clock.synced
    body = Body(
        identifier=sending.identifier, sender=sending.sender,
        sent=sending.pressed_at + state.clock.offset_s if synced else None,
        status=Status.EXERCISE if sending.exercise else Status.ACTUAL, note=sending.note or None, age_s=age_s,
        clock=alarm_message.SYNCED if synced else alarm_message.UNSYNCED,
    )
    topic = topics.write(district, AlarmTopic(*sending.key))
    return Publish(topic, alarm_message.write_alarm(body), token=sending.token)


def _response_answered(t: Turn, sending: Sending, report: Report) -> None:
    if (report.text("by"), report.text("step")) != (sending.sender, sending.step):
        return
    if report.kind == EventKind.RESPONDED:
        t.save(replace(sending, recorded=True))
    elif report.kind == EventKind.REFUSED and not report.text("reason").startswith(TEMPORARY):
        t.save(replace(sending, refusal=report.text("reason") or "refused"))


def _shown(state: State, sending: Sending) -> bool:
    """Whether the hub shows a report, or a response, or a later step of the same person, as on its disk."""
    if sending.key.incident == LAPOR:
        return _shown_of_reports(state, sending)
    hub = state.district.hub
    shown: list[Responded] = []
    for alarm in hub.beacon.alarms if hub.beacon is not None else ():
        shown += alarm.responses if alarm.key == sending.key and name_of(sending) in alarm.names() else ()
    for case in hub.status.cases if hub.status is not None else ():
        shown += case.responses if case.key == sending.key and case.identifier == sending.identifier else ()
    return any(each.kept and each.by == sending.sender and progress(each.step) >= progress(sending.step)
               for each in shown)


def _shown_of_reports(state: State, sending: Sending) -> bool:
    for each in judgement.reports(state.district):
        if (each.village, each.identifier) == (sending.key.village, sending.identifier):
            answered = any(who.by == sending.sender and progress(who.step) >= progress(sending.step)
                           for who in each.responders)
            return each.kept if sending.kind is Kind.REPORT else answered
    return False


def hub_lives(state: State) -> bool:
    """Whether a hub is known to be there."""
    return judgement.hub_state(state.district) is HubState.LIVES


def place_of(villages: tuple[str, ...], village: str) -> str:
    """On which village's topic one with *villages* responds to an alarm of *village*."""
    return villages[0] if village == EVERYWHERE and villages else village
