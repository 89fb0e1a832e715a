"""Who responds to an alarm, and how far they are: diterima, menuju, di-lokasi, selesai. Pure.

    response ──> of a known alarm? ──> new? ──> onto the disk ──> an event: it is kept
                                        │                    └──> the beacon, while the alarm is in force
                                        └── known: the event once more, for who has missed it

A person's step of an alarm counts once, so whoever publishes one may do so until the hub shows that it has it. The last
alarm of each village and incident is a case, also when it is over: whoever is on the way arrives after minutes.

Who publishes on a village's topic may do so by the broker's access list, and says itself who it is. So a response
counts for that village's alarms, and for those of `semua`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import LAPOR, ONCE
from contract.wire import answers, response
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.response import progress
from contract.wire.topics import ResponseTopic
from posko.core.effects import SaveResponse, SaveUnanswered
from posko.core.events import Instant, Loaded, StoredResponse
from posko.core.state import Alarm, Case, Response, State, Unsaved
from posko.core.transition import Transition
from runtime.core.events import Received
from runtime.core.transition import without

AT_ONCE, PER_S = 20.0, 0.5  # of each village, that are written down
REPEATED, REPEATED_PER_S = 20.0, 2.0  # of each village, that are known and reported once more
PEOPLE = 32  # who respond to one alarm, as the beacon and the status show them; the disk has all
UNSAVED = 100  # of each village
REWRITE_S = 30.0  # after so long what the disk has not taken, and comes again, is given to it again
CASE_S = 43_200.0  # how long after it was raised one may respond to an alarm by the hub's list of cases
BUSY = "too many responses at once; publish it again"
FARTHEST_S = 86_400.0  # no response is older


def received(t: Transition, topic: ResponseTopic, message: Received) -> None:
    """Somebody responds."""
    body = response.read_response(message.payload)
    if isinstance(body, Refusal):
        t.answer(Kind.REFUSED, topic=message.topic[:200], village=topic.village[:80], reason=body.reason)
        return
    key = Key(topic.village, body.incident)
    name, reason = _find(t, key, body.identifier)
    if name is None:
        t.answer_of(Kind.REFUSED, key, identifier=body.identifier, by=body.by, step=body.step.value, reason=reason)
        return
    known = _known(t.state, name, body)
    if known is None:
        _accept(t, topic.village, name, body)
    elif not known.kept:
        _rewrite(t, name, body.identifier, known)
    elif t.granted((topic.village, "respon again"), REPEATED, REPEATED_PER_S):
        _report(t, Unsaved(name, body.identifier, known, t.now))


def kept(t: Transition, stamps: frozenset[int]) -> tuple[Name, ...]:
    """The disk has the writes *stamps*. Returns what the responses among them were about."""
    stamps &= t.state.unsaved.keys()
    about = tuple(t.state.unsaved[stamp].name for stamp in sorted(stamps))
    for stamp in sorted(stamps):
        found = replace(t.state.unsaved[stamp], response=replace(t.state.unsaved[stamp].response, kept=True))
        t.change(unsaved={other: each for other, each in t.state.unsaved.items() if other != stamp})
        responses = _of(t.state, found.name)
        if responses is not None:
            _set(t, found.name, tuple(found.response if each.stamp == stamp else each for each in responses))
        _report(t, found)
    return about


def restore(t: Transition, event: Loaded) -> None:
    """Takes up what an earlier run left; this run's own is newer."""
    cases = {}
    for stored in event.cases:
        since = instant(t.state, stored.since)
        cases[stored.key] = Case(
            stored.key, stored.first, stored.names, stored.status, since, unanswered=stored.unanswered,
            responses=restored(t.state, stored.responses, since),
        )
    t.stored = {key: _with_farthest(case) for key, case in cases.items()}
    t.change(cases={**t.stored, **t.state.cases})


def update(t: Transition) -> None:
    """Has a case for each alarm in force, and reports those to which nobody responds in time."""
    for name, first in t.renamed.items():
        _rename(t, name, first)
    before = t.before.alarms
    if before is not t.state.alarms:
        for alarm in t.state.alarms.values():
            if before.get(alarm.key) is not alarm:
                _follow(t, alarm, again=alarm.key not in before)
        for alarm in before.values():
            if t.state.alarms.get(alarm.key) is None and t.now >= alarm.until:  # its time was shorter
                _escalate(t, alarm)
    if before is not t.state.alarms or t.before.cases is not t.state.cases:
        dues = ((key, _due(t.state, alarm)) for key, alarm in t.state.alarms.items())
        cases = ((key, t.state.case(alarm)) for key, alarm in t.state.alarms.items())
        t.change(respond_by={key: due for key, due in dues if due is not None},
                 steps={key: case.farthest for key, case in cases if case is not None and case.farthest})
    for key, due in t.state.respond_by.items():
        if t.now >= due:
            _escalate(t, t.state.alarms[key])


def forget(t: Transition) -> None:
    """Drops cases that are old. Called with every Clock."""
    fresh = {key: case for key, case in t.state.cases.items() if key in t.state.alarms or t.now < case.since + CASE_S}
    if len(fresh) < len(t.state.cases):
        t.change(cases=fresh)


def deadlines(state: State) -> Iterator[float]:
    """The instants at which an alarm will have been in force without a response for too long."""
    yield from state.respond_by.values()


def restored(state: State, stored: Iterable[StoredResponse], since: float) -> tuple[Response, ...]:
    """What an earlier run wrote of those who responded to what is there since the instant *since*."""
    return _latest(Response(each.by, each.step, each.place, max(since, instant(state, each.at)), kept=True)
                   for each in stored)


def people(responses: Iterable[Response]) -> tuple[Response, ...]:
    """Those who have responded, each with the farthest of their steps; who is farthest comes first."""
    found: dict[str, Response] = {}
    for each in responses:
        known = found.get(each.by)
        if known is None or progress(each.step) > progress(known.step):
            found[each.by] = each
    return tuple(sorted(found.values(), key=lambda each: (-progress(each.step), each.at)))


def _meant(state: State, key: Key, identifier: str) -> Name | None:
    """The alarm that a response on the topic of *key*'s village means: by its first name, if that is known."""
    for name in (key.name(identifier), Key(EVERYWHERE, key.incident).name(identifier)):
        case = state.cases.get(name.key)
        if case is not None and identifier in case.names:
            return name.key.name(case.first)
        if state.is_over(name) is not None:
            return name
    return None


def _find(t: Transition, key: Key, identifier: str) -> tuple[Name | None, str]:
    """What a response on the topic of *key*'s village means; or why it means nothing."""
    setup = t.setup
    if key.incident == LAPOR:
        reason = answers.unknown("village", key.village, setup.villages, look_up=t.may_answer())
        known = key.name(identifier) in t.state.lapor
        return (key.name(identifier) if known else None), reason or "nobody can respond to it: no such report is open"
    reason = answers.unknown_name(*key, setup.villages, setup.incidents, look_up=t.may_answer())
    name = None if reason is not None or key.incident in ONCE else _meant(t.state, key, identifier)
    return name, reason or "nobody can respond to it: no alarm of this name was ever in force here"


def _of(state: State, name: Name) -> tuple[Response, ...] | None:
    """The responses to what bears *name*, a report or the last alarm of its key; None where it is neither."""
    if name.incident == LAPOR:
        report = state.lapor.get(name)
        return None if report is None else report.responses
    case = state.cases.get(name.key)
    return case.responses if case is not None and case.first == name.identifier else None


def _set(t: Transition, name: Name, responses: tuple[Response, ...]) -> None:
    """Sets the responses to what bears *name*."""
    if name.incident == LAPOR:
        t.put_lapor(replace(t.state.lapor[name], responses=responses))
    else:
        _put(t, replace(t.state.cases[name.key], responses=responses))


def _since(state: State, name: Name) -> float:
    """When there was first what bears *name*, which has responses."""
    return state.lapor[name].at if name.incident == LAPOR else state.cases[name.key].since


def _known(state: State, name: Name, body: response.Response) -> Response | None:
    """The response that *body* is, if it has come before."""
    found = [*(_of(state, name) or ()), *(each.response for each in state.unsaved.values() if each.name == name)]
    return next((each for each in found if (each.by, each.step) == (body.by, body.step)), None)


def _accept(t: Transition, place: str, name: Name, body: response.Response) -> None:
    if not t.granted((place, "respon"), AT_ONCE, PER_S):
        t.answer_of(Kind.REFUSED, name.key, identifier=body.identifier, by=body.by, step=body.step.value,
                    reason=BUSY)
        return
    responses = _of(t.state, name)
    at = t.came_at - min(body.age_s, FARTHEST_S)
    made = Response(body.by, body.step, place, at if responses is None else max(at, _since(t.state, name)), t.stamp())
    if responses is not None:
        _set(t, name, _latest((*responses, made)))
    _write(t, Unsaved(name, body.identifier, made, t.now))


def _rewrite(t: Transition, name: Name, given: str, known: Response) -> None:
    """What the disk has not taken comes again: it may have been given up there, and is given to it again."""
    waiting = t.state.unsaved.get(known.stamp)
    if waiting is not None and t.now < waiting.at + REWRITE_S:
        return
    made = replace(known, stamp=t.stamp())
    responses = _of(t.state, name)
    if responses is not None:
        _set(t, name, tuple(made if each is known else each for each in responses))
    _write(t, Unsaved(name, given, made, t.now), known.stamp)


def _write(t: Transition, found: Unsaved, before: int | None = None) -> None:
    """Gives *found* to the disk, in place of the write *before*."""
    made = found.response
    unsaved = {stamp: each for stamp, each in t.state.unsaved.items() if stamp != before} | {made.stamp: found}
    of_place = [stamp for stamp, each in unsaved.items() if each.response.place == made.place]
    t.change(unsaved={stamp: each for stamp, each in unsaved.items() if stamp not in of_place[:-UNSAVED]})
    t.do(SaveResponse(made.stamp, found.name, made, dated=t.state.synced))


def _latest(found: Iterable[Response]) -> tuple[Response, ...]:
    """The responses of the PEOPLE who responded last."""
    responses = tuple(found)
    latest = tuple(dict.fromkeys(each.by for each in reversed(responses)))[:PEOPLE]
    return tuple(each for each in responses if each.by in latest)


def _report(t: Transition, found: Unsaved) -> None:
    made = found.response
    t.answer_of(Kind.RESPONDED, found.name.key, identifier=found.given, by=made.by, step=made.step.value,
                place=made.place if made.place != found.name.village else None,
                age_s=round(max(0.0, t.now - made.at), 1),
                claimed=None if t.setup.is_post_of(made.by, made.place) else True)


def _joined(own: Case, before: Case) -> Case:
    """*own*, which is the alarm of an earlier run, with what that wrote *before*."""
    found = {(each.by, each.step) for each in before.responses}
    responses = (*before.responses, *(each for each in own.responses if (each.by, each.step) not in found))
    return replace(own, first=before.first, since=min(own.since, before.since), responses=_latest(responses),
                   unanswered=own.unanswered or before.unanswered)


def _rename(t: Transition, name: Name, first: str) -> None:
    """What bore *name* first is the alarm that the journal has as *first*."""
    case = t.state.cases.get(name.key)
    if case is not None and case.first == name.identifier:
        _put(t, replace(case, first=first))
    now = name.key.name(first)
    t.change(unsaved={stamp: replace(each, name=now) if each.name == name else each
                      for stamp, each in t.state.unsaved.items()})


def _follow(t: Transition, alarm: Alarm, *, again: bool) -> None:
    """Has the case of *alarm*. What is raised *again* after an all-clear goes on; who came for it may have turned."""
    case = t.state.case(alarm)
    ended = t.state.ended.get(alarm.key)
    names = (alarm.first, *alarm.identifiers())
    stored = t.stored.get(alarm.key)
    if stored is not None and stored.first == alarm.first and case is not stored:
        case = stored if case is None else _joined(case, stored)
        _put(t, replace(case, names=names))
    elif case is None:
        _put(t, Case(alarm.key, alarm.first, names, alarm.status, alarm.first_at))
    elif again and ended is not None and ended.first == alarm.first:
        _put(t, replace(case, names=names, since=alarm.first_at, responses=()))
    elif case.names != names:
        _put(t, replace(case, names=names))


def _due(state: State, alarm: Alarm) -> float | None:
    """When it will be reported that nobody has responded to *alarm*; None if it will not be."""
    case = state.case(alarm)
    if case is None or case.unanswered or case.responses or not state.setup.unanswered_s:
        return None
    return None if alarm.status is not Status.ACTUAL else case.since + state.setup.unanswered_s


def _escalate(t: Transition, alarm: Alarm) -> None:
    if (case := t.state.case(alarm)) is None or _due(t.state, alarm) is None:
        return
    _put(t, replace(case, unanswered=True))
    t.change(respond_by=without(t.state.respond_by, alarm.key))
    t.do(SaveUnanswered(alarm.key.name(alarm.first), t.now))
    t.report(Kind.UNANSWERED, incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier,
             origin=alarm.origin or None, age_s=round(t.now - case.since, 1))


def _put(t: Transition, case: Case) -> None:
    t.change(cases={**t.state.cases, case.key: _with_farthest(case)})


def _with_farthest(case: Case) -> Case:
    return replace(case, farthest=max((each.step.value for each in case.responses), key=progress, default=""))


def instant(state: State, found: Instant) -> float:
    """*found* on this run's clock; now, where nobody knows."""
    if found.shift is not None:
        return found.at + found.shift
    known = found.wall is not None and state.synced
    return min(state.now, found.wall - state.clock.offset_s) if known and found.wall is not None else state.now
