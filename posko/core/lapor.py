"""Residents' reports: kept, shown as long as they are open, and closed. They ring nothing. Pure.

    report ──> of a village? ──> new? ──> onto the disk ──> an event: it is kept ──> the status, while it is open
                                   │                                                  │
                                   └── known: the event once more                     └── somebody responds that it is
                                                                                          done, or 7 days: closed

Whoever publishes one may do so until the hub shows that it has it: by its identifier it is one report of its village.
Nothing here is an alarm, and nothing of it stands in the beacon.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import zip_longest

from contract.domain.alarm import Name
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import LAPOR
from contract.wire import answers, codec, lapor
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.lapor import Open
from contract.wire.response import Responded, Step
from contract.wire.topics import LaporTopic
from posko.core import responses
from posko.core.effects import Closure, SaveClosed, SaveLapor
from posko.core.events import Instant, Loaded
from posko.core.state import Lapor, LaporView, ShownLapor, State, VillageLapor
from posko.core.transition import Transition
from runtime.core.events import Received
from runtime.core.transition import without

AT_ONCE, PER_S = 60.0, 0.2  # new ones of each village that are taken
REPEATED, REPEATED_PER_S = 60.0, 2.0  # of each village, that are known and reported once more
REWRITE_S = 30.0  # after so long what the disk has not taken, and comes again, is given to it again
OPEN_S = 7 * 86_400.0  # what nobody has closed by then is closed, and what comes so late is not taken
OPEN = 200  # of each village
CLOSED, CLOSED_S = 100, 43_200.0  # of each village, to which one may still respond, and for how long
REPORTED = 2000  # names of each village that are known as reported
SHOWN, PEOPLE = 50, 8  # reports that the status shows, and people of each
BUDGET = 32_768  # bytes that they take there at most; in full only as far as half of that goes
CUT = 80  # characters of a text that is not shown in full
BUSY = "too many reports at once; publish it again"


def received(t: Transition, topic: LaporTopic, message: Received) -> None:
    """Somebody reports something."""
    body = lapor.read_lapor(message.payload)
    if isinstance(body, Refusal):
        t.answer(Kind.REFUSED, topic=message.topic[:200], village=topic.village[:80], reason=body.reason)
        return
    name = Name(topic.village, LAPOR, body.identifier)
    reason = _objection(t, topic.village)
    if reason is not None:
        _refuse(t, Kind.REFUSED, name, body, reason)
    elif body.age_s >= OPEN_S:
        _refuse(t, Kind.LATE, name, body, f"it was made more than {OPEN_S / 86_400:g} days ago")
    else:
        if message.retain:
            _refuse(t, Kind.WARNING, name, body, answers.RETAINED)
        _take(t, name, body)


def kept(t: Transition, stamps: frozenset[int], responded: Iterable[Name]) -> None:
    """The disk has the writes *stamps*, and responses to what is called *responded*."""
    stamps &= t.state.lapor_unsaved.keys()
    names = [t.state.lapor_unsaved[stamp] for stamp in sorted(stamps)]
    if names:
        t.change(lapor_unsaved={stamp: name for stamp, name in t.state.lapor_unsaved.items() if stamp not in stamps})
    for name in names:
        found = replace(t.state.lapor[name], kept=True)
        t.put_lapor(found)
        _report(t, found)
    for name in dict.fromkeys((*names, *responded)):
        _close_if_done(t, name)


def restore(t: Transition, event: Loaded) -> None:
    """Takes up what an earlier run left; this run's own is newer, but what was closed stays closed."""
    for stored in event.lapor:
        at, wall = _age(t.state, stored.at)
        closed_at = None if stored.closed_at is None else responses.instant(t.state, stored.closed_at)
        if stored.name not in t.state.lapor or closed_at is not None:
            t.put_lapor(Lapor(
                stored.name, stored.by, stored.text, stored.severity, stored.place, at, kept=True, wall=wall,
                responses=responses.restored(t.state, stored.responses, at), closed_at=closed_at,
            ))
    own = [name for names in t.state.reported.values() for name in names]
    t.change(reported={})
    _note(t, *event.reported, *own)
    for stored in event.lapor:
        _close_if_done(t, stored.name)


def update(t: Transition) -> None:
    """Looks at what follows from the reports, of the villages where they have changed."""
    if t.before.lapor is t.state.lapor:
        return
    view = t.state.lapor_view
    changed: dict[str, dict[Name, Lapor]] = {}
    for name in t.lapor:
        if name.village not in changed:
            changed[name.village] = dict(view.villages[name.village].found if name.village in view.villages else ())
        changed[name.village].pop(name, None)
        if name in t.state.lapor:
            changed[name.village][name] = t.state.lapor[name]
    villages = {village: each for village, each in view.villages.items() if village not in changed}
    villages |= {village: _village(found, t.now) for village, found in changed.items() if found}
    shown, made = _shown(t.state, villages, view.made)
    t.change(lapor_view=LaporView(
        shown, {village: each.count for village, each in sorted(villages.items()) if each.count},
        min((each.due for each in villages.values()), default=math.inf),
        any(each.undated for each in villages.values()), villages, made,
    ))


def pass_time(t: Transition) -> None:
    """Closes what nobody has closed for days, and drops what is closed for long. Called with every Clock."""
    view = t.state.lapor_view
    if t.now < view.due and not (view.undated and t.state.synced):
        return
    for each in [each for each in t.state.lapor.values() if each.wall is not None and t.state.synced]:
        t.put_lapor(replace(each, at=_age(t.state, Instant(each.at, shift=None, wall=each.wall))[0], wall=None))
    late = [each for each in t.state.lapor.values() if each.closed_at is None and t.now >= each.at + OPEN_S]
    for each in late:
        _close(t, each, Closure.EXPIRED)
    closed: dict[str, list[Lapor]] = {}
    for each in sorted(t.state.lapor.values(), key=lambda each: each.closed_at or 0.0, reverse=True):
        if each.closed_at is not None:
            closed.setdefault(each.name.village, []).append(each)
    for found in closed.values():
        for place, each in enumerate(found):
            if place >= CLOSED or t.now >= (each.closed_at or 0.0) + CLOSED_S:
                t.drop_lapor(each.name)


def _village(found: Mapping[Name, Lapor], now: float) -> VillageLapor:
    """What follows from the reports *found* of one village."""
    still = sorted((each for each in found.values() if each.closed_at is None),
                   key=lambda each: (-each.at, each.name.identifier))
    due = min(each.at + OPEN_S if each.closed_at is None else each.closed_at + CLOSED_S for each in found.values())
    return VillageLapor(found, tuple(still[:SHOWN]), len(still), now if len(found) - len(still) > CLOSED else due,
                        any(each.wall is not None for each in found.values()))


def _shown(
    state: State, villages: Mapping[str, VillageLapor], known: Mapping[tuple[Name, bool], ShownLapor]
) -> tuple[tuple[Open, ...], Mapping[tuple[Name, bool], ShownLapor]]:
    """Those that the status shows: of each village its newest first, then each one's second …; and what was made."""
    found: list[Open] = []
    made: dict[tuple[Name, bool], ShownLapor] = {}
    used = 0
    for each in _by_turns(villages):
        shown = _made(state, each, known, made, cut=False)
        if used + shown.size > BUDGET // 2:
            shown = _made(state, each, known, made, cut=True)
        if used + shown.size > BUDGET:
            break
        found.append(shown.as_)
        used += shown.size
    return tuple(found), made


def _made(
    state: State, report: Lapor, known: Mapping[tuple[Name, bool], ShownLapor],
    made: dict[tuple[Name, bool], ShownLapor], *, cut: bool,
) -> ShownLapor:
    """How *report* is shown, whole or *cut*: as it is *known* to be, if it is the same. Noted in *made*."""
    at = report.name, cut
    before = known.get(at)
    if before is None or before.of is not report:
        shown = _open(state, report)
        if cut:
            shown = replace(shown, text=f"{shown.text[:CUT]}…" if len(shown.text) > CUT else shown.text,
                            responses=shown.responses[:1])
        before = ShownLapor(report, shown, len(codec.send(shown)))
    made[at] = before
    return before


def dated(t: Transition, found: Iterable[Open]) -> tuple[Open, ...]:
    """*found*, of those that are shown, with when each was made."""
    made = [(each, t.state.lapor[Name(each.village, LAPOR, each.identifier)]) for each in found]
    return tuple(
        replace(each, raised=round(t.epoch(report.at) if report.wall is None else report.wall, 1))
        for each, report in made
    )


def _objection(t: Transition, village: str) -> str | None:
    """Why nothing can be reported for *village*; None if it can."""
    if village == EVERYWHERE:
        return "a report is of one village; publish it to …/VILLAGE/lapor"
    return answers.unknown("village", village, t.setup.villages, look_up=t.may_answer())


def _take(t: Transition, name: Name, body: lapor.Lapor) -> None:
    known = t.state.lapor.get(name)
    again = known is not None or name in t.state.reported.get(name.village, {})
    if known is not None and not known.kept:
        if t.now >= known.given_at + REWRITE_S:
            _write(t, known)
    elif again:
        if t.granted((name.village, "lapor again"), REPEATED, REPEATED_PER_S):
            at = t.came_at - body.age_s
            _report(t, known or Lapor(name, body.by, body.text, body.severity, body.place, at, closed_at=t.now))
    elif t.state.lapor_view.count.get(name.village, 0) >= OPEN:
        reason = f"{OPEN} reports of this village are open; some must be closed first (selesai)"
        _refuse(t, Kind.REFUSED, name, body, reason)
    elif not t.granted((name.village, LAPOR), AT_ONCE, PER_S):
        _refuse(t, Kind.REFUSED, name, body, BUSY)
    else:
        _note(t, name)
        _write(t, Lapor(name, body.by, body.text, body.severity, body.place, t.came_at - body.age_s))


def _write(t: Transition, found: Lapor) -> None:
    """Gives *found* to the disk."""
    given = replace(found, stamp=t.stamp(), given_at=t.now)
    t.put_lapor(given)
    t.change(lapor_unsaved={**without(t.state.lapor_unsaved, found.stamp), given.stamp: given.name})
    t.do(SaveLapor(given.stamp, given, dated=t.state.synced))


def _note(t: Transition, *names: Name) -> None:
    """Notes that *names* were reported, the last one latest; the oldest of each village make room."""
    known = {village: dict(found) for village, found in t.state.reported.items() if village in
             {name.village for name in names}}
    for name in names:
        known.setdefault(name.village, {})[name] = None
    t.change(reported={**t.state.reported, **{
        village: dict.fromkeys(list(found)[-REPORTED:]) for village, found in known.items()}})


def _close_if_done(t: Transition, name: Name) -> None:
    """Closes what somebody has responded to as done, once both are on the disk."""
    found = t.state.lapor.get(name)
    if found is None or not found.kept or found.closed_at is not None:
        return
    done = next((each for each in found.responses if each.kept and each.step is Step.DONE), None)
    if done is not None:
        _close(t, found, Closure.DONE, by=done.by)


def _close(t: Transition, found: Lapor, closure: Closure, by: str | None = None) -> None:
    t.put_lapor(replace(found, closed_at=t.now))
    t.do(SaveClosed(found.name, closure, t.now))
    reason = None if closure is Closure.DONE else f"nobody has closed it for {OPEN_S / 86_400:g} days"
    t.answer_of(Kind.CLOSED, found.name.key, identifier=found.name.identifier, by=by, reason=reason)


def _report(t: Transition, found: Lapor) -> None:
    t.answer_of(
        Kind.LAPOR, found.name.key, identifier=found.name.identifier, by=found.by,
        claimed=True if _claimed(t.state, found) else None, severity=found.severity.value, text=found.text,
        place=None if found.place is None else codec.members(found.place),
        age_s=round(max(0.0, t.now - found.at), 1),
        reason=None if found.closed_at is None else "it was closed before",
    )


def _refuse(t: Transition, kind: Kind, name: Name, body: lapor.Lapor, reason: str) -> None:
    t.answer_of(kind, name.key, identifier=name.identifier, by=body.by, reason=reason)


def _claimed(state: State, found: Lapor) -> bool:
    """Whether nobody but the message says who it is from."""
    return not state.setup.is_post_of(found.by, found.name.village)


def _age(state: State, found: Instant) -> tuple[float, float | None]:
    """When it was on this run's clock; and by the wall, where only that is known and this clock is not certain yet."""
    waits = found.shift is None and not state.synced
    return responses.instant(state, found), found.wall if waits else None


def _by_turns(villages: Mapping[str, VillageLapor]) -> list[Lapor]:
    """The open ones: each village's newest, newest first, then each one's second …: none hides another one's. SHOWN at
    most.
    """
    found: list[Lapor] = []
    for turn in zip_longest(*(each.newest for each in villages.values())):
        found += sorted((each for each in turn if each is not None), key=lambda each: -each.at)
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]


def _open(state: State, found: Lapor) -> Open:
    people = responses.people(found.responses)[:PEOPLE]
    return Open(
        identifier=found.name.identifier, village=found.name.village, text=found.text, severity=found.severity.value,
        by=found.by, claimed=_claimed(state, found), place=found.place, kept=found.kept,
        responses=tuple(Responded(by=each.by, step=each.step.value, kept=each.kept) for each in people),
    )
