"""What people ask of the page: who may, what is too often, too late or not known, and what becomes of it. Pure."""

from dataclasses import replace

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR, LAPOR
from contract.people import Person
from contract.roles import Role
from contract.wire import topics
from contract.wire.topics import KNOCK, SILENCE, TEST, AlarmTopic, CommandTopic, LaporTopic, ResponseTopic
from posko.operator.core import judgement
from posko.web.core import limits, presses
from posko.web.core.asked import (
    Answer,
    Asked,
    ClearAlarms,
    Enter,
    Leave,
    Outcome,
    RaiseAlarm,
    Respond,
    SilencePosts,
    Tell,
    TestPosts,
)
from posko.web.core.effects import EndSession, SaveSession
from posko.web.core.person import may
from posko.web.core.state import Kind, Sending, Session, State, Waiting
from posko.web.core.turn import DISK_S, Turn
from runtime.core.effects import Log, Publish
from runtime.core.transition import without

MISTAKE_S = 20.0  # within which a warga may take the own press back
MOST, EACH = 1000, 50  # that are on their way, of all and of each person: one more is not taken
REPORTS_PER_MINUTE, REPORTS_PER_DAY = 3, 20
LONGEST_PLACE = 400  # characters of a note with its place


def asked(t: Turn, event: Asked) -> None:
    """Somebody asks for something; each way out answers."""
    person = t.state.people.get(event.person.name)
    if person is None or person.issued != event.person.issued:  # revoked since it was asked
        t.answer(event.ticket, Outcome.STRANGER)
        return
    if not t.state.stored:
        t.answer(event.ticket, Outcome.NOT_READY, 1.0)
    else:
        _act(t, replace(event, person=person))


def _act(t: Turn, event: Asked) -> None:
    match event.request:
        case RaiseAlarm():
            _raise(t, event, event.request)
        case ClearAlarms():
            _clear(t, event, event.request)
        case SilencePosts(village):
            _order(t, event, CommandTopic(village, SILENCE), b"")
        case TestPosts(village, knock):
            _order(t, event, CommandTopic(village, TEST), KNOCK if knock else b"")
        case Tell():
            _tell(t, event, event.request)
        case Respond():
            _respond(t, event, event.request)
        case Enter(session):
            _enter(t, event, session)
        case Leave(session):
            end(t, session)
            t.answer(event.ticket, Outcome.DONE)


def end(t: Turn, session: str) -> None:
    """Ends a session, if it is one."""
    if session in t.state.sessions:
        t.change(sessions=without(t.state.sessions, session))
        t.do(EndSession(session))


def _enter(t: Turn, event: Asked, session: str) -> None:
    """A code counts once: only the first who gives it enters."""
    who = Session(event.person.name, event.person.issued)
    code = (who.name, who.issued)
    if code in t.state.used:
        t.answer(event.ticket, Outcome.USED)
        return
    t.change(used=t.state.used | {code}, sessions={**t.state.sessions, session: who})
    stamp = t.next_stamp()
    t.do(SaveSession(stamp, session, who), _log(t, "login", event.person))
    t.wait_for_disk(stamp, Answer(event.ticket, Outcome.DONE))


def _log(t: Turn, what: str, person: Person, **more: object) -> Log:
    return Log({"event": what, "by": person.sender, **more})


def _known(state: State, village: str) -> bool:
    return village == EVERYWHERE or village in state.rules.villages


def _raise(t: Turn, event: Asked, request: RaiseAlarm) -> None:
    state, person, key = t.state, event.person, Key(request.village, request.incident)
    made = Sending(
        Kind.ALARM, key, request.identifier, person.name, person.sender, asked_at=t.now, age_s=request.age_s,
        note=_note(request), exercise=request.exercise)
    known = state.sendings.get(made.token)
    alone = request.incident in state.rules.everywhere and request.village != EVERYWHERE
    if alone or not _known(state, request.village) or request.incident not in state.rules.durations_s:
        t.answer(event.ticket, Outcome.UNKNOWN)
    elif not may(state.rules.district, person, AlarmTopic(*key)) or (
            request.exercise and person.role is Role.WARGA):
        t.answer(event.ticket, Outcome.FORBIDDEN)
    elif known is not None:
        _once_more(t, event, known)
    elif wait_s := _wait_s(state, person, made):
        t.answer(event.ticket, Outcome.TOO_OFTEN, wait_s)
    else:
        _take(t, event, made)


def _note(request: RaiseAlarm) -> str:
    """What people are to know, with the place of the phone, as `place_in` finds it again."""
    place = request.place
    where = "" if place is None else f"lokasi {place.lat:.5f},{place.lon:.5f} ±{place.accuracy_m:.0f} m"
    return "; ".join(each for each in (request.note, where) if each)[:LONGEST_PLACE]


def _wait_s(state: State, person: Person, made: Sending) -> float:
    """How long a warga has to wait before the next alarm; 0.0 if it may ring now."""
    if person.role is not Role.WARGA:
        return 0.0
    own = [each for each in state.sendings.values() if each.kind is Kind.ALARM and each.person == person.name]
    known = [each for each in own if each.age_known]
    minute_s = limits.minute_wait_s(
        [each.pressed_at for each in known], made.pressed_at, state.now, state.rules.per_minute)
    return minute_s or limits.wait_s(
        [each.asked_at for each in known], state.now, state.rules.per_day, limits.DAY_S)


def _take(t: Turn, event: Asked, made: Sending) -> None:
    """It goes out now; who pressed is answered once it is on the disk."""
    waiting = [each.person for each in t.state.sendings.values() if not each.settled]
    if len(waiting) >= MOST or waiting.count(made.person) >= EACH:
        t.answer(event.ticket, Outcome.FULL, 10.0)
        return
    t.put(made)
    presses.deliver(t)
    t.save(t.state.sendings[made.token], [Answer(event.ticket, Outcome.KEPT, made.identifier)])
    t.do(_log(t, made.kind.value, event.person, village=made.key.village, incident=made.key.incident,
              identifier=made.identifier, age_s=round(made.age_s, 1) or None))


def _once_more(t: Turn, event: Asked, known: Sending) -> None:
    """A phone that was not answered asks again: it is one press."""
    answer = Answer(event.ticket, Outcome.KEPT, known.identifier)
    if known.person != event.person.name:
        t.answer(event.ticket, Outcome.FORBIDDEN)
    elif known.saved:
        t.do(answer)
    elif t.state.disk:
        t.answer(event.ticket, Outcome.DISK)
    else:
        t.save(known, [answer])


def _clear(t: Turn, event: Asked, request: ClearAlarms) -> None:
    state, person = t.state, event.person
    if not _known(state, request.village):
        t.answer(event.ticket, Outcome.UNKNOWN)
    elif not may(state.rules.district, person, AlarmTopic(request.village, ALL_CLEAR)):
        t.answer(event.ticket, Outcome.FORBIDDEN)
    elif person.role is Role.WARGA:
        _take_back(t, event, request)
    else:
        key = Key(request.village, ALL_CLEAR)
        made = Sending(Kind.CLEAR, key, request.identifier, person.name, person.sender, t.now)
        known = state.sendings.get(made.token)
        if known is not None:
            _once_more(t, event, known)
        else:
            _take(t, event, made)


def _take_back(t: Turn, event: Asked, request: ClearAlarms) -> None:
    """A press by mistake: its all-clear, unless that would end what somebody else has raised."""
    own = next((each for each in t.state.sendings.values() if each.kind is Kind.ALARM
                and each.person == event.person.name and each.key.village == request.village
                and each.identifier == request.identifier), None)
    if own is None:
        t.answer(event.ticket, Outcome.UNKNOWN)
        return
    # An all-clear is of the whole village. Named after the press, it is one however often it is asked for.
    made = Sending(Kind.CLEAR, Key(request.village, ALL_CLEAR), f"{own.identifier[-58:]}.aman", event.person.name,
                   event.person.sender, t.now)
    known = t.state.sendings.get(made.token)
    if known is not None:
        _once_more(t, event, known)
    elif own.withdrawn:
        t.answer(event.ticket, Outcome.KEPT, identifier=own.identifier)
    elif t.now > own.pressed_at + MISTAKE_S or not own.age_known:
        t.answer(event.ticket, Outcome.TOO_LATE)
    elif not own.tries:  # nobody has received it
        t.save(replace(own, mistaken=True, withdrawn=True), [Answer(event.ticket, Outcome.KEPT, own.identifier)])
        t.do(_log(t, "withdrawn", event.person, identifier=own.identifier))
    elif t.state.district.linked_at is None:
        t.answer(event.ticket, Outcome.UNLINKED, 5.0)  # nobody knows what else is in force there
    elif others_ring(t.state, own):
        t.answer(event.ticket, Outcome.OTHERS)
    else:
        t.save(replace(own, mistaken=True))
        _take(t, event, made)


def others_ring(state: State, own: Sending) -> bool:
    """Whether something else than *own* is in force in its village, or somebody else has raised the same."""
    names = {each.identifier for each in state.sendings.values()
             if each.kind is Kind.ALARM and each.person == own.person and each.key == own.key}
    here = [each for each in judgement.alarms(state.district) if each.key.village == own.key.village]
    beacon = state.district.hub.beacon
    listed = [each for each in (beacon.alarms if beacon is not None else ()) if each.key == own.key]
    called = {name.identifier for each in listed for name in each.names()}
    on_the_way = any(
        each.kind is Kind.ALARM and each.key.village == own.key.village and not each.settled
        and each.person != own.person and not presses.is_late(state, each) for each in state.sendings.values())
    return on_the_way or bool(called - names) or any(each.key != own.key for each in here)


def _order(t: Turn, event: Asked, topic: CommandTopic, payload: bytes) -> None:
    """A command is an edge: it goes out now, or not at all."""
    if not _known(t.state, topic.village):
        t.answer(event.ticket, Outcome.UNKNOWN)
    elif not may(t.state.rules.district, event.person, topic):
        t.answer(event.ticket, Outcome.FORBIDDEN)
    elif t.state.district.linked_at is None:
        t.answer(event.ticket, Outcome.UNLINKED, 5.0)
    else:
        t.change(order=t.state.order + 1)
        token = f"order {t.state.order}"
        t.change(ordering={**t.state.ordering,
                           token: Waiting(Answer(event.ticket, Outcome.KEPT), t.now + DISK_S)})
        t.do(Publish(topics.write(t.state.rules.district, topic), payload, token=token),
             _log(t, topic.command, event.person, village=topic.village))


def _tell(t: Turn, event: Asked, request: Tell) -> None:
    state, person = t.state, event.person
    made = Sending(
        Kind.REPORT, Key(request.village, LAPOR), request.identifier, person.name, person.sender, t.now,
        request.age_s, note=request.text, severity=request.severity.value, where=request.place)
    known = state.sendings.get(made.token)
    if request.village not in state.rules.villages:
        t.answer(event.ticket, Outcome.UNKNOWN)
    elif not may(state.rules.district, person, LaporTopic(request.village)):
        t.answer(event.ticket, Outcome.FORBIDDEN)
    elif known is not None:
        _once_more(t, event, known)
    elif request.age_s >= presses.REPORT_S:
        t.answer(event.ticket, Outcome.TOO_LATE)
    elif wait_s := _report_wait_s(state, person):
        t.answer(event.ticket, Outcome.TOO_OFTEN, wait_s)
    else:
        _take(t, event, made)


def _report_wait_s(state: State, person: Person) -> float:
    """How long one has to wait before the next report; 0.0 if it may come now."""
    own = [each.asked_at for each in state.sendings.values()
           if each.kind is Kind.REPORT and each.person == person.name and each.age_known]
    return max(limits.wait_s(own, state.now, REPORTS_PER_MINUTE, limits.MINUTE_S),
               limits.wait_s(own, state.now, REPORTS_PER_DAY, limits.DAY_S))


def _respond(t: Turn, event: Asked, request: Respond) -> None:
    state, person = t.state, event.person
    if request.incident == LAPOR:
        request = replace(request, village=request.village or _village_of(state, request.identifier))
    place = presses.place_of(person.villages, request.village)
    made = Sending(
        Kind.RESPONSE, Key(request.village, request.incident), request.identifier, person.name, person.sender, t.now,
        step=request.step.value, place=place)
    known = state.sendings.get(made.token)
    if not _known(state, request.village) or request.incident not in (*state.rules.durations_s, LAPOR):
        t.answer(event.ticket, Outcome.UNKNOWN)
    elif not may(state.rules.district, person, ResponseTopic(place)):
        t.answer(event.ticket, Outcome.FORBIDDEN)
    elif known is not None:
        _once_more(t, event, known)
    elif _is_nothing(state, made):
        t.answer(event.ticket, Outcome.TOO_LATE)
    else:
        _take(t, event, made)


def _village_of(state: State, identifier: str) -> str:
    """The village of the report *identifier*; "" where the hub shows none of this name."""
    found = judgement.reports(state.district)
    return next((each.village for each in found if each.identifier == identifier), "")


def _is_nothing(state: State, made: Sending) -> bool:
    """Whether the hub, which lives, has no alarm that is meant; of a report it says so itself."""
    if made.key.incident == LAPOR:
        return False
    hub = state.district.hub
    cases = hub.status.cases if hub.status is not None else ()
    listed = hub.beacon is not None and presses.name_of(made) in hub.beacon.listed()
    return presses.hub_lives(state) and hub.beacon is not None and not listed and not any(
        each.key == made.key for each in cases)
