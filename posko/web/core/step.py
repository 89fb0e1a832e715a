"""What the page does with each event: one function, without a clock, a disk or a network. Pure.

    step(state, event, now) -> (state, effects)
"""

from collections.abc import Iterable
from dataclasses import replace

from contract.domain.district import District
from contract.domain.incidents import ONCE, Catalogue
from contract.wire import topics
from contract.wire.faults import Fault
from contract.wire.topics import ActiveTopic, PoskoTopic
from posko.core.state import Setup
from posko.operator.core import fold
from posko.web.core import presses, requests
from posko.web.core.asked import Asked, PeopleRead
from posko.web.core.effects import Effect, Loaded, Saved
from posko.web.core.elsewhere import SeenElsewhere
from posko.web.core.state import Rules, State
from posko.web.core.turn import Turn
from runtime.core.events import Acknowledged, Clock, Faulted, Linked, Received, Recovered, Rejected


def start(rules: Rules, setup: Setup, now: float, clock: Clock) -> State:
    """What is known where the page starts at *now*: nothing."""
    return State(rules, fold.start(setup, None, 0.0, now, clock), now, clock, started_at=now)


def make_rules(district: District, catalogue: Catalogue, per_minute: int, per_day: int) -> Rules:
    """What does not change while the page runs."""
    return Rules(
        district.district, tuple(district.villages),
        {name: each.duration_s for name, each in catalogue.incidents.items() if name not in ONCE},
        frozenset(name for name, each in catalogue.incidents.items() if each.everywhere), per_minute, per_day)


def step(state: State, event: object, now: float) -> tuple[State, list[Effect]]:
    """The state after *event* at instant *now*, and what is to be done."""
    t = Turn(state, now)
    known = t.state.district
    if not isinstance(event, Acknowledged | Rejected | Asked):  # which are about an order; the fold has none
        t.change(district=fold.step(t.state.district, event, now)[0])
    _take_in(t, event, known)
    presses.deliver(t)
    t.refuse_waiting()
    return t.state, t.effects


def next_due(state: State) -> float | None:
    """When something is to be done though nothing comes."""
    waiting = (each.until for table in (state.saving, state.ordering) for each in table.values())
    return min((*presses.deadlines(state), *waiting), default=None)


def _take_in(t: Turn, event: object, known: fold.State) -> None:  # noqa: C901, PLR0912 - a table, one row an event
    match event:
        case Asked():
            requests.asked(t, event)
        case Received():
            _received(t, event, known)
        case Linked():
            presses.linked(t)
        case Acknowledged():
            presses.acknowledged(t, event)
        case Rejected():
            presses.rejected(t, event)
        case Saved(stamps):
            t.saved(stamps)
        case Loaded():
            _loaded(t, event)
        case PeopleRead(people):
            t.change(people=people)
            _end_foreign(t)
        case Clock():
            t.change(clock=event)
            presses.clock_changed(t)
            presses.forget(t)
        case SeenElsewhere(district, snapshot):
            t.change(elsewhere={**t.state.elsewhere, district: snapshot})
        case Faulted(Fault.JOURNAL | Fault.JOURNAL_WATCH, reason):
            t.change(disk=reason)
            t.refuse_waiting(all_=True)
        case Recovered(Fault.JOURNAL | Fault.JOURNAL_WATCH):
            t.change(disk="")
        case _:
            pass


def _received(t: Turn, message: Received, known: fold.State) -> None:
    """What the district's fold has read of *message*; *known* is what it knew before."""
    district = t.state.district
    match topics.read(t.state.rules.district, message.topic):
        case ActiveTopic() if district.hub.beacon is not None and district.hub.beacon is not known.hub.beacon:
            presses.beacon_came(t, district.hub.beacon)
        case PoskoTopic("status"):
            presses.status_came(t)
        case PoskoTopic("event") if district.news is not known.news:
            presses.hub_reports(t, district.news[-1].report)
        case _:
            pass


def _loaded(t: Turn, event: Loaded) -> None:
    """What an earlier run left; this run's own is newer."""
    t.change(
        stored=True, remembered=t.state.remembered or event.known, used=t.state.used | event.used,
        sessions={**dict(event.sessions), **t.state.sessions},
        sendings={**{each.token: replace(each, saved=True) for each in event.sendings}, **t.state.sendings},
    )
    presses.clock_changed(t)
    if t.state.people:
        _end_foreign(t)


def _end_foreign(t: Turn) -> None:
    """Ends the sessions of those who are in the people file no more, or have another code."""
    ended: Iterable[str] = [each for each in t.state.sessions if t.state.person_of(each) is None]
    for session in ended:
        requests.end(t, session)
