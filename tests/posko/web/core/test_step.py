"""What the page's core does with one event after another, on a clock of the test's own."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Key, Status
from contract.people import Person
from contract.roles import Role
from contract.wire import topics
from contract.wire.alarm import Body, read_alarm
from contract.wire.beacon import Arrived, Beacon, Listed, write_beacon
from contract.wire.event import Kind as EventKind
from contract.wire.event import make_event, write_event
from contract.wire.lapor import Severity
from contract.wire.response import Response, Step, read_response
from contract.wire.topics import AlarmTopic, LaporTopic, ResponseTopic
from posko.operator.core import fold
from posko.web.core import step
from posko.web.core.asked import (
    Answer,
    Asked,
    ClearAlarms,
    Enter,
    Leave,
    Outcome,
    PeopleRead,
    Place,
    RaiseAlarm,
    Request,
    Respond,
    SilencePosts,
    Tell,
)
from posko.web.core.effects import EndSession, Loaded, Saved, SaveSending, SaveSession
from posko.web.core.state import Kind, Sending, Session, State
from runtime.core.effects import Publish
from runtime.core.events import Acknowledged, Clock, Faulted, Linked, Received, Recovered, Rejected, Tick, Unlinked
from tests.contract import shipped

DISTRICT = "situbondo"
EPOCH_S = 1_800_000_000.0
SYNCED, UNSYNCED = Clock(synced=True, offset_s=EPOCH_S), Clock(synced=False, offset_s=0.0)
BUDI = Person(name="budi", role=Role.WARGA, villages=("kalibagor",), issued=1)
SITI = Person(name="siti", role=Role.WARGA, villages=("kalibagor",), issued=1)
POLSEK = Person(name="polsek", role=Role.PETUGAS, issued=1)
JOKO = Person(name="joko", role=Role.OPERATOR, everywhere=True, issued=1)
PEOPLE = {each.name: each for each in (BUDI, SITI, POLSEK, JOKO)}
PRESS = RaiseAlarm("kalibagor", "pencurian", "hp.1")


class Desk:
    """The core with a disk that answers when it is asked to."""

    def __init__(self, clock: Clock = SYNCED, *, per_minute: int = 1, per_day: int = 5, linked: bool = True) -> None:
        rules = step.make_rules(shipped.district(), shipped.catalogue(), per_minute, per_day)
        self.now = 1000.0
        self.state: State = step.start(
            rules, fold.make_setup(shipped.district(), shipped.catalogue()), self.now, clock)
        self.effects: list[Any] = []
        self.tickets = 0
        self.beacons = 0
        for event in (PeopleRead(PEOPLE), Loaded(), *([Linked()] if linked else [])):
            self.feed(event)

    def feed(self, event: object, after_s: float = 0.0) -> list[Any]:
        self.now += after_s
        self.state, effects = step.step(self.state, event, self.now)
        self.effects += effects
        return effects

    def ask(self, person: Person, request: Request) -> Outcome | None:
        """The answer, if it comes without the disk or the broker."""
        self.tickets += 1
        return self.answer_in(self.feed(Asked(self.tickets, person, request)))

    def answer_in(self, effects: list[Any]) -> Outcome | None:
        answers = [each for each in effects if isinstance(each, Answer) and each.ticket == self.tickets]
        return answers[0].outcome if answers else None

    def write(self) -> Outcome | None:
        """The disk has everything."""
        stamps = frozenset(each.stamp for each in self.effects if isinstance(each, SaveSending | SaveSession))
        return self.answer_in(self.feed(Saved(stamps)))

    def published(self, effects: list[Any] | None = None) -> list[Publish]:
        return [each for each in (self.effects if effects is None else effects) if isinstance(each, Publish)]

    def beacon(self, *alarms: Listed, after_s: float = 0.0, arrived: tuple[Arrived, ...] = ()) -> list[Any]:
        self.beacons += 1
        body = write_beacon(Beacon(boot="h", seq=self.beacons, alarms=alarms, acknowledged=arrived))
        return self.feed(Received("kentongan/situbondo/active", body, retain=False), after_s)

    def hub_says(self, kind: EventKind, **about: object) -> list[Any]:
        event = make_event(kind, EPOCH_S, "synced", "h", about)
        return self.feed(Received("kentongan/situbondo/posko/event", write_event(event), retain=False))


def listed(identifier: str = "hp.1", incident: str = "pencurian", **more: Any) -> Listed:
    return Listed(**{"identifier": identifier, "incident": incident, "village": "kalibagor", "remaining_s": 170.0,
                     "origin": "warga/budi", **more})


def body_of(message: Publish) -> Body:
    found = read_alarm(message.payload)
    assert isinstance(found, Body), found
    return found


def test_a_press_goes_out_before_the_disk_has_it_and_is_answered_after() -> None:
    desk = Desk()

    assert desk.ask(BUDI, PRESS) is None

    (message,) = desk.published()
    assert message.topic == topics.write(DISTRICT, AlarmTopic("kalibagor", "pencurian"))
    assert (body_of(message).identifier, body_of(message).sender) == ("hp.1", "warga/budi")
    names = [type(each).__name__ for each in desk.effects]
    assert names.index("Publish") < names.index("SaveSending")
    assert desk.write() is Outcome.KEPT


def test_it_goes_out_again_with_its_age_until_the_hub_has_it_on_its_disk() -> None:
    desk = Desk()
    desk.ask(BUDI, replace(PRESS, age_s=3.0))
    desk.write()
    desk.feed(Acknowledged("alarm kalibagor pencurian hp.1"))

    ages = [body_of(desk.published(desk.feed(Tick(), 10.0))[0]).age_s for _ in range(3)]
    assert ages == [13.0, 23.0, 33.0]
    assert desk.published(desk.beacon(listed(kept=False))) == []
    assert len(desk.published(desk.feed(Tick(), 10.0))) == 1
    desk.beacon(listed())

    assert desk.published(desk.feed(Tick(), 100.0)) == []
    assert step.next_due(desk.state) is None


def test_a_hub_that_lives_and_has_not_had_it_is_sent_it_at_once() -> None:
    desk = Desk()
    desk.ask(BUDI, PRESS)

    assert desk.published(desk.beacon(after_s=0.5)) == []
    assert len(desk.published(desk.beacon(after_s=0.6))) == 1


def test_a_new_link_is_sent_what_the_old_one_may_have_lost() -> None:
    desk = Desk()
    desk.ask(BUDI, PRESS)
    desk.feed(Unlinked("cut"), 1.0)

    assert desk.published(desk.feed(Tick(), 20.0)) == []
    assert [body_of(each).age_s for each in desk.published(desk.feed(Linked(), 1.0))] == [22.0]


@pytest.mark.parametrize(("kind", "reason", "ends"), [
    (EventKind.REFUSED, "unknown incident 'x'", True), (EventKind.REFUSED, "too many of this incident at once", False),
    (EventKind.LATE, "its time is over", False),
])
def test_what_the_hub_says_of_it_counts(kind: EventKind, reason: str, ends: bool) -> None:
    desk = Desk()
    desk.ask(BUDI, PRESS)
    desk.hub_says(kind, village="kalibagor", incident="pencurian", identifier="hp.1", reason=reason)

    assert (desk.published(desk.beacon(after_s=60.0)) == []) is ends


@pytest.mark.parametrize("about", [
    {"village": "kotakan", "incident": "pencurian", "identifier": "hp.1"},
    {"village": "kalibagor", "incident": "kebakaran", "identifier": "hp.1"},
    {"village": "kalibagor", "incident": "pencurian", "identifier": "hp.2"},
])
def test_what_it_says_of_another_one_does_not(about: Mapping[str, object]) -> None:
    desk = Desk()
    desk.ask(BUDI, PRESS)
    desk.hub_says(EventKind.REFUSED, reason="unknown", **about)

    assert len(desk.published(desk.feed(Tick(), 10.0))) == 1


def test_what_is_too_late_is_sent_until_the_hub_has_recorded_it_and_its_age_says_so() -> None:
    desk = Desk(linked=False)
    desk.ask(BUDI, PRESS)

    (message,) = desk.published(desk.feed(Linked(), 500.0))
    assert body_of(message).age_s == 500.0
    assert desk.published(desk.feed(Tick(), 10.0)) == []
    assert desk.published(desk.feed(Tick(), 30.0)) == []  # no hub is there to record it
    assert len(desk.published(desk.beacon(after_s=1.0))) == 1
    desk.beacon(arrived=(Arrived(village="kalibagor", incident="pencurian", identifiers=("hp.1",)),))
    assert desk.published(desk.feed(Tick(), 1000.0)) == []


def test_a_press_that_comes_twice_is_one() -> None:
    desk = Desk()
    desk.ask(BUDI, PRESS)
    first = desk.write()

    assert (first, desk.ask(BUDI, replace(PRESS, age_s=4.0))) == (Outcome.KEPT, Outcome.KEPT)
    assert desk.ask(SITI, PRESS) is Outcome.FORBIDDEN
    assert len(desk.published()) == 1


def test_a_disk_that_fails_keeps_no_alarm_from_going_out_and_nobody_is_told_it_is_kept() -> None:
    desk = Desk()
    desk.ask(BUDI, PRESS)

    assert desk.answer_in(desk.feed(Faulted("journal", "no room"))) is Outcome.DISK
    assert desk.ask(SITI, RaiseAlarm("kalibagor", "kebakaran", "hp.2")) is Outcome.DISK
    assert len(desk.published()) == 2
    desk.feed(Recovered("journal"))
    desk.write()
    assert desk.ask(BUDI, PRESS) is Outcome.KEPT


def test_who_waits_for_a_disk_that_hangs_is_told_so() -> None:
    desk = Desk()
    desk.ask(BUDI, PRESS)

    due = step.next_due(desk.state)
    assert due is not None
    assert desk.answer_in(desk.feed(Tick(), 8.0)) is Outcome.DISK


@pytest.mark.parametrize(("gap_s", "expected"), [(0.0, Outcome.TOO_OFTEN), (59.0, Outcome.TOO_OFTEN), (61.0, None)])
def test_a_warga_rings_once_a_minute(gap_s: float, expected: Outcome | None) -> None:
    desk = Desk()
    desk.ask(BUDI, PRESS)
    desk.feed(Tick(), gap_s)

    assert desk.ask(BUDI, RaiseAlarm("kalibagor", "kebakaran", "hp.2")) is expected
    assert desk.ask(SITI, RaiseAlarm("kalibagor", "kebakaran", "hp.3")) is None


def test_a_warga_rings_five_times_a_day_and_a_restart_forgets_none() -> None:
    desk = Desk()
    for number in range(5):
        assert desk.ask(BUDI, replace(PRESS, identifier=f"hp.{number}")) is None
        desk.feed(Tick(), 100.0)
    assert desk.ask(BUDI, replace(PRESS, identifier="hp.5")) is Outcome.TOO_OFTEN

    again = Desk()
    again.now = desk.now
    again.feed(Loaded(tuple(desk.state.sendings.values())))
    assert again.ask(BUDI, replace(PRESS, identifier="hp.5")) is Outcome.TOO_OFTEN
    assert again.ask(JOKO, replace(PRESS, identifier="hp.5")) is None
    again.feed(Tick(), 86_400.0 - 400.0)
    assert again.ask(BUDI, replace(PRESS, identifier="hp.6")) is None


def test_what_an_earlier_run_had_on_its_disk_goes_out_with_its_age() -> None:
    desk = Desk()
    old = Sending(Kind.ALARM, Key("kalibagor", "pencurian"), "hp.1", "budi", "warga/budi", desk.now - 50.0, age_s=2.0)

    (message,) = desk.published(desk.feed(Loaded((old,))))

    assert body_of(message).age_s == 52.0


@pytest.mark.parametrize(("wall", "clock", "age_s"), [
    (EPOCH_S + 1000.0 - 70.0, SYNCED, 70.0),
    (EPOCH_S + 1000.0 + 70.0, SYNCED, 0.0),  # a clock that was ahead
])
def test_of_another_boot_the_age_is_known_by_clocks_that_were_certain(wall: float, clock: Clock, age_s: float) -> None:
    desk = Desk(clock)
    old = Sending(Kind.ALARM, Key("kalibagor", "pencurian"), "hp.1", "budi", "warga/budi", 7e7, age_known=False,
                  asked_wall=wall)

    (message,) = desk.published(desk.feed(Loaded((old,))))

    assert body_of(message).age_s == age_s


@pytest.mark.parametrize("wall", [None, EPOCH_S])
def test_of_another_boot_without_certain_clocks_it_goes_out_as_too_old_and_not_before_that_is_known(
    wall: float | None,
) -> None:
    desk = Desk(UNSYNCED)
    old = Sending(Kind.ALARM, Key("kalibagor", "pencurian"), "hp.1", "budi", "warga/budi", 7e7, age_known=False,
                  asked_wall=wall)
    first = desk.published(desk.feed(Loaded((old,))))
    later = desk.published(desk.feed(UNSYNCED, 61.0))

    (message,) = [*first, *later]
    assert (first == []) is (wall is not None)
    assert (body_of(message).age_s or 0.0) >= 180.0


# An all-clear of one's own.


def raised(desk: Desk) -> None:
    desk.ask(BUDI, PRESS)
    desk.write()
    desk.beacon(listed(), after_s=1.0)


def test_a_mistake_is_taken_back_by_an_all_clear_that_is_delivered_like_a_press() -> None:
    desk = Desk()
    raised(desk)

    assert desk.ask(BUDI, ClearAlarms("kalibagor", "hp.1")) is None
    assert desk.published()[-1].topic == topics.write(DISTRICT, AlarmTopic("kalibagor", "aman"))
    assert desk.write() is Outcome.KEPT
    assert len(desk.published(desk.feed(Tick(), 10.0))) == 1
    assert desk.state.sendings["alarm kalibagor pencurian hp.1"].mistaken


@pytest.mark.parametrize(("after_s", "expected"), [(18.9, None), (19.1, Outcome.TOO_LATE)])
def test_it_is_one_within_twenty_seconds_of_the_press(after_s: float, expected: Outcome | None) -> None:
    desk = Desk()
    raised(desk)
    desk.feed(Tick(), after_s)

    assert desk.ask(BUDI, ClearAlarms("kalibagor", "hp.1")) is expected


@pytest.mark.parametrize("others", [
    (listed(), listed("op.1", "kebakaran")),
    (listed("op.1", also=("hp.1",)),),
])
def test_what_somebody_else_raised_is_not_ended_by_it(others: tuple[Listed, ...]) -> None:
    desk = Desk()
    raised(desk)
    desk.beacon(*others)
    count = len(desk.published())

    assert desk.ask(BUDI, ClearAlarms("kalibagor", "hp.1")) is Outcome.OTHERS
    assert len(desk.published()) == count


def test_somebody_elses_press_that_is_on_its_way_is_not_ended_either() -> None:
    desk = Desk()
    raised(desk)
    desk.ask(SITI, RaiseAlarm("kalibagor", "kebakaran", "hp.2"))

    assert desk.ask(BUDI, ClearAlarms("kalibagor", "hp.1")) is Outcome.OTHERS


def test_without_a_link_nobody_knows_what_it_would_end() -> None:
    desk = Desk()
    raised(desk)
    desk.feed(Unlinked("cut"))

    assert desk.ask(BUDI, ClearAlarms("kalibagor", "hp.1")) is Outcome.UNLINKED


def test_what_nobody_received_is_withdrawn_and_never_sent() -> None:
    desk = Desk(linked=False)
    desk.ask(BUDI, PRESS)
    desk.write()
    desk.ask(BUDI, ClearAlarms("kalibagor", "hp.1"))

    assert desk.write() is Outcome.KEPT
    assert desk.published(desk.feed(Linked(), 5.0)) == []


def test_only_who_pressed_takes_it_back() -> None:
    desk = Desk()
    raised(desk)

    assert desk.ask(SITI, ClearAlarms("kalibagor", "hp.1")) is Outcome.UNKNOWN
    assert desk.ask(BUDI, ClearAlarms("kalibagor", "hp.2")) is Outcome.UNKNOWN
    assert desk.ask(BUDI, ClearAlarms("kotakan", "hp.1")) is Outcome.FORBIDDEN


# Commands, responses, reports.


def test_a_command_is_answered_by_the_broker_or_not_taken() -> None:
    desk = Desk()
    assert desk.ask(JOKO, SilencePosts("kalibagor")) is None
    (message,) = desk.published()
    assert (message.topic, message.payload) == ("kentongan/situbondo/kalibagor/command/silence", b"")
    assert message.token is not None
    assert desk.answer_in(desk.feed(Acknowledged(message.token))) is Outcome.KEPT

    assert desk.ask(JOKO, SilencePosts("kalibagor")) is None
    message = desk.published()[-1]
    assert message.token is not None
    assert desk.answer_in(desk.feed(Rejected(message.token, 135, "not authorized"))) is Outcome.UNLINKED

    assert desk.ask(JOKO, SilencePosts("kalibagor")) is None
    assert desk.answer_in(desk.feed(Tick(), 8.0)) is Outcome.UNLINKED
    desk.feed(Unlinked("cut"))
    assert desk.ask(JOKO, SilencePosts("kalibagor")) is Outcome.UNLINKED


def test_a_response_goes_out_until_the_hub_shows_it() -> None:
    desk = Desk()
    raised(desk)
    count = len(desk.published())
    desk.ask(POLSEK, Respond("kalibagor", "pencurian", "hp.1", Step.COMING))

    message = desk.published()[count]
    read = read_response(message.payload)
    assert isinstance(read, Response)
    assert (message.topic, read.by, read.step, read.identifier) == (
        topics.write(DISTRICT, ResponseTopic("kalibagor")), "petugas/polsek", Step.COMING, "hp.1")
    assert len(desk.published(desk.feed(Tick(), 2.0))) == 1
    desk.hub_says(EventKind.RESPONDED, village="kalibagor", incident="pencurian", identifier="hp.1",
                  by="petugas/polsek", step="menuju")
    assert desk.published(desk.feed(Tick(), 60.0)) == []


def test_a_report_goes_out_until_the_hub_has_it() -> None:
    desk = Desk()
    desk.ask(BUDI, Tell("kalibagor", "l.1", "Ribut", Severity.MIDDLE, Place(-7.76, 113.98, 12.0)))

    (message,) = desk.published()
    assert message.topic == topics.write(DISTRICT, LaporTopic("kalibagor"))
    assert json.loads(message.payload)["place"] == {"lat": -7.76, "lon": 113.98, "accuracy_m": 12.0}
    assert len(desk.published(desk.feed(Tick(), 10.0))) == 1
    desk.hub_says(EventKind.LAPOR, village="kalibagor", incident="lapor", identifier="l.1")
    assert desk.published(desk.feed(Tick(), 600.0)) == []


def test_one_person_reports_three_times_a_minute_and_twenty_times_a_day() -> None:
    desk = Desk()
    for number in range(20):
        assert desk.ask(BUDI, Tell("kalibagor", f"l.{number}", "x", Severity.LOW)) is None
        if number % 3 == 2:
            assert desk.ask(BUDI, Tell("kalibagor", "l.x", "x", Severity.LOW)) is Outcome.TOO_OFTEN
            desk.feed(Tick(), 61.0)
    desk.feed(Tick(), 61.0)
    assert desk.ask(BUDI, Tell("kalibagor", "l.x", "x", Severity.LOW)) is Outcome.TOO_OFTEN


def test_a_thousand_presses_may_wait_and_no_more() -> None:
    desk = Desk(linked=False)
    waiting = [Sending(Kind.ALARM, Key("kalibagor", "pencurian"), f"op.{number}", f"p-{number % 100}", "operator/p",
                       desk.now) for number in range(999)]
    desk.feed(Loaded(tuple(waiting)))

    assert desk.ask(JOKO, RaiseAlarm("kalibagor", "kebakaran", "op.x")) is None
    assert desk.ask(BUDI, PRESS) is Outcome.FULL


def test_fifty_of_one_person_may_wait_and_keep_nobody_elses_out() -> None:
    desk = Desk(linked=False)
    for number in range(50):
        assert desk.ask(JOKO, RaiseAlarm("kalibagor", "kebakaran", f"op.{number}")) is None

    assert desk.ask(JOKO, RaiseAlarm("kalibagor", "kebakaran", "op.x")) is Outcome.FULL
    assert desk.ask(BUDI, PRESS) is None


# Sessions.


def test_a_code_opens_one_session_and_the_session_ends_with_its_person() -> None:
    desk = Desk()
    assert desk.ask(BUDI, Enter("hash-1")) is None
    assert desk.state.person_of("hash-1") == BUDI
    assert desk.write() is Outcome.DONE
    assert desk.ask(BUDI, Enter("hash-2")) is Outcome.USED

    renewed = replace(BUDI, issued=2)
    effects = desk.feed(PeopleRead({**PEOPLE, "budi": renewed}))
    assert EndSession("hash-1") in effects
    assert desk.state.person_of("hash-1") is None
    assert desk.ask(BUDI, PRESS) is Outcome.STRANGER
    assert desk.ask(renewed, Enter("hash-3")) is None
    assert desk.ask(renewed, Leave("hash-3")) is Outcome.DONE
    assert desk.state.person_of("hash-3") is None


def test_what_an_earlier_run_knew_of_sessions_and_codes_holds() -> None:
    desk = Desk()
    desk.feed(Loaded((), (("hash-1", Session("budi", 1)), ("hash-2", Session("budi", 0))), frozenset({("siti", 1)})))

    assert [desk.state.person_of(each) for each in ("hash-1", "hash-2")] == [BUDI, None]
    assert desk.ask(SITI, Enter("hash-3")) is Outcome.USED


# Whatever is written.


@given(st.text(max_size=300), st.one_of(st.none(), st.builds(
    Place, st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 1e7))))
def test_no_note_keeps_an_alarm_from_ringing_or_makes_it_another(note: str, place: Place | None) -> None:
    desk = Desk()
    readable = "".join(each for each in note if each.isprintable())

    desk.ask(BUDI, replace(PRESS, note=readable, place=place))

    body = body_of(desk.published()[0])
    assert (body.status, body.identifier, body.age_s) == (Status.ACTUAL, "hp.1", 0.0)


@pytest.mark.parametrize("note", ["batal", "off", "latihan", "aman", "tidak jadi", "simulasi", "0", "{}", "<a>"])
def test_not_even_a_word_that_takes_back_elsewhere(note: str) -> None:
    desk = Desk()
    desk.ask(BUDI, replace(PRESS, note=note))

    body = body_of(desk.published()[0])
    assert (body.status, body.note) == (Status.ACTUAL, note)


@given(st.sampled_from(["kalibagor", "kotakan", "semua", "posko", "", "+", "#", "kalibagor/x"]),
       st.sampled_from(["pencurian", "aman", "tsunami", "+", "", "x"]), st.booleans())
def test_a_warga_never_reaches_another_topic(village: str, incident: str, exercise: bool) -> None:
    desk = Desk()
    requests: list[Request] = [
        RaiseAlarm(village, incident, "hp.1", exercise=exercise), ClearAlarms(village, "hp.1"), SilencePosts(village),
        Respond(village, incident, "hp.1", Step.DONE), Tell(village, "l.1", "x", Severity.LOW),
    ]
    for request in requests:
        desk.ask(BUDI, request)

    allowed = {topics.write(DISTRICT, each) for each in (
        AlarmTopic("kalibagor", "pencurian"), AlarmTopic("kalibagor", "aman"), LaporTopic("kalibagor"))}
    assert {each.topic for each in desk.published()} <= allowed
