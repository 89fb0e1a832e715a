"""A hub takes over from another one: what that had goes on, what it had not is taken in, and nothing twice."""

import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.domain.alarm import Key, Status
from contract.wire.beacon import Beacon, write_beacon
from posko.core import handover
from posko.core.events import Loaded, Stored, StoredClear
from posko.core.handover import Heard
from runtime.core.events import Received
from tests.posko.core.world import World, make_setup

DISTRICT = "situbondo"
BASE = f"kentongan/{DISTRICT}"
AHEAD_S = 5_000.0  # of the second machine's clock before the first one's


def raised(village: str, incident: str, **members: object) -> Received:
    payload = json.dumps(members).encode() if members else b""
    return Received(f"{BASE}/{village}/alarm/{incident}", payload, retain=False)


def silence(village: str) -> Received:
    return Received(f"{BASE}/{village}/command/silence", b"", retain=False)


def beacon(term: int | None, at_s: float | None, boot: str = "h1", *, retain: bool = False) -> Received:
    body = write_beacon(Beacon(boot=boot, seq=1, alarms=(), at_s=at_s, term=term))
    return Received(f"{BASE}/active", body, retain)


@dataclass(slots=True)
class Pair:
    """A hub that leads, and one that stands by; each message comes to both. Instants are the first one's."""

    first: World = field(default_factory=lambda: World(setup=replace(make_setup(), term=1)).ready())
    heard: Heard = Heard()
    alive: bool = True

    def hear(self, message: Received, at: float, way_s: float = 0.0) -> None:
        """It comes to the one that stands by *way_s* later."""
        if self.alive:
            self.first.feed(message, at)
        self.heard = handover.hear(self.heard, message, at + way_s + AHEAD_S, DISTRICT)

    def show(self, at: float) -> None:
        """The one that stands by hears a beacon."""
        self.heard = handover.hear(self.heard, beacon(1, at), at + AHEAD_S, DISTRICT)

    def take_over(self, at: float, *, dated: bool = True) -> World:
        """The second hub, once it has taken in what the first one left and what was missed."""
        now = at + AHEAD_S
        clocks = handover.clocks(self.heard, {1: "boot-1"}) if dated else {}
        loaded = left(self.first, clocks.get("boot-1"))
        second = World(now=now, setup=replace(make_setup(), boot="h2", term=2)).ready(loaded)
        for came_at, message in tuple(handover.missed(self.heard, loaded, now, DISTRICT)):
            second.step(message, came_at)
            second.wait(now)
        return second


def left(world: World, shift: float | None) -> Loaded:
    """What the journal has of *world*."""
    state = world.state
    return Loaded(
        tuple(Stored(each.key, each.first, each.identifier, each.also, each.status, each.origin, each.note,
                     each.first_at, each.raised_at, each.until, each.silenced, each.sounds, shift, None)
              for each in state.alarms.values()),
        tuple(StoredClear(village, at, shift, None) for village, at in state.cleared_at.items()),
        tuple((name, over) for names in state.seen.values() for name, over in names.items()),
        tuple((key, at + shift) for key, at in state.over.items()) if shift is not None else (),
    )


def in_force(world: World) -> set[tuple[Key, Status, tuple[str, ...]]]:
    """What is in force, and where it is silenced."""
    return {(each.key, each.status, tuple(sorted(each.silenced))) for each in world.state.alarms.values()}


def again(world: World) -> list[str]:
    """The events of what was taken in a second time, or came too late."""
    return [each for each in world.told() if each.startswith(("extended", "late"))]


MESSAGES = st.sampled_from([
    raised("kalibagor", "pencurian"), raised("kalibagor", "kebakaran"), raised("kotakan", "pencurian"),
    raised("kalibagor", "kebakaran", identifier="k-1"), raised("kalibagor", "pencurian", identifier="p-1"),
    raised("kotakan", "kebakaran", identifier="k-2", status="Exercise"),
    raised("kalibagor", "aman"), raised("kotakan", "aman", identifier="c-1"), raised("semua", "aman"),
    silence("kalibagor"), silence("semua"),
])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(4.0, 20.0), MESSAGES, st.floats(0.0, 1.0)), max_size=12),
       st.lists(st.tuples(st.floats(4.0, 8.0), MESSAGES, st.floats(0.0, 1.0)), max_size=3), st.booleans())
def test_whenever_the_first_dies_the_second_has_in_force_what_one_that_lives_would_have(
    before: list[tuple[float, Received, float]], after: list[tuple[float, Received, float]], dies_with_it: bool
) -> None:
    """Also where the first one has had a message just before it died."""
    pair, whole = Pair(), World(setup=replace(make_setup(), term=1)).ready()
    at = 100.0
    pair.show(at)
    for gap_s, message, way_s in before:
        at += gap_s
        pair.hear(message, at, way_s)
        pair.show(at + 1.5)
        whole.feed(message, at)
    pair.alive = False
    for gap_s, message, way_s in after:
        at += gap_s
        if dies_with_it and message is after[0][1]:
            pair.first.feed(message, at)
            dies_with_it = False
        pair.hear(message, at, way_s)
        whole.feed(message, at)
    whole.wait(at + 2.0)
    second = pair.take_over(at + 2.0)

    assert in_force(second) == in_force(whole)


def test_an_alarm_goes_on_with_its_age_though_the_clocks_of_the_machines_differ_and_none_is_synchronised() -> None:
    pair = Pair()
    pair.hear(raised("kalibagor", "kebakaran", identifier="a"), 10.0)
    pair.show(15.0)
    second = pair.take_over(40.0)

    alarm = second.state.alarms[Key("kalibagor", "kebakaran")]
    assert (alarm.raised_at, alarm.until) == (10.0 + AHEAD_S, 190.0 + AHEAD_S)
    assert again(second) == []


def test_where_no_beacon_told_how_the_clocks_lie_what_the_first_had_is_not_taken_for_new() -> None:
    pair = Pair()
    pair.hear(raised("kalibagor", "kebakaran"), 10.0)
    second = pair.take_over(12.0, dated=False)

    assert in_force(second) == set()
    assert [each.first for each in second.state.awaiting_clock] == ["posko.1"]


def test_an_alarm_without_a_name_is_raised_once_whether_the_first_had_it_or_not() -> None:
    had, had_not = Pair(), Pair()
    had.show(9.0)
    had.hear(raised("kalibagor", "kebakaran"), 10.0)
    had_not.show(9.0)
    had_not.alive = False
    had_not.hear(raised("kalibagor", "kebakaran"), 10.0)
    for pair in (had, had_not):
        second = pair.take_over(17.0)
        assert [(key, round(alarm.raised_at - AHEAD_S)) for key, alarm in second.state.alarms.items()] == [
            (Key("kalibagor", "kebakaran"), 10)]
        assert again(second) == []


def test_a_silence_that_the_first_had_does_not_silence_what_was_raised_since() -> None:
    pair = Pair()
    pair.hear(raised("kalibagor", "kebakaran"), 10.0)
    pair.hear(silence("kalibagor"), 20.0)
    pair.hear(raised("kalibagor", "pencurian"), 30.0)
    pair.show(31.0)
    second = pair.take_over(40.0)

    assert in_force(second) == {
        (Key("kalibagor", "kebakaran"), Status.ACTUAL, ("kalibagor",)),
        (Key("kalibagor", "pencurian"), Status.ACTUAL, ())}


def test_what_is_older_than_a_handover_takes_or_more_than_there_is_room_for_is_forgotten() -> None:
    heard = Heard()
    for count in range(5_000):
        heard = handover.hear(heard, raised("kalibagor", "kebakaran", note="x" * 1000), count / 100, DISTRICT)
        assert heard.size == sum(len(each.payload) for _, each in heard.messages) <= handover.MOST_BYTES
        assert len(heard.messages) <= handover.MOST
    heard = handover.hear(heard, raised("kalibagor", "pencurian"), 1_000.0, DISTRICT)

    assert [at for at, _ in heard.messages] == [1_000.0]


@pytest.mark.parametrize("message", [
    Received(f"{BASE}/kalibagor/node/pos-1/status", b"{}", retain=False),
    Received(f"{BASE}/kalibagor/alarm/kebakaran", b"", retain=True),
    Received(f"{BASE}/posko/event", b"{}", retain=False), Received("else", b"", retain=False),
    Received(f"{BASE}/active", b"{", retain=False), beacon(None, 1.0), beacon(3, 1.0, retain=True),
    beacon(handover.MOST_TERM + 1, 1.0), "nothing",
])
def test_what_a_hub_that_takes_over_has_no_use_for_is_not_kept(message: object) -> None:
    assert handover.hear(Heard(), message, 1.0, DISTRICT) == Heard()


def test_the_clock_of_who_led_is_that_of_the_beacon_that_was_held_up_least() -> None:
    heard = Heard()
    for term, at_s, now in ((4, 0.0, 500.0), (5, 10.0, 513.0), (5, 20.0, 522.0), (5, 30.0, 535.0)):
        heard = handover.hear(heard, beacon(term, at_s), now, DISTRICT)

    assert handover.clocks(heard, {5: "boot"}) == {"boot": pytest.approx(502.0, abs=0.01)}
    assert handover.clocks(heard, {}) == handover.clocks(heard, {3: "boot", 5: ""}) == {}


def test_the_clocks_of_all_who_led_while_it_stood_by_are_known() -> None:
    """Who claimed a term may have died before its first beacon, or never have known that it did; and what an earlier
    one wrote is in the journal still.
    """
    heard = Heard()
    for term, at_s, now in ((4, 0.0, 500.0), (5, 10.0, 513.0), (6, 60.0, 560.0)):
        heard = handover.hear(heard, beacon(term, at_s), now, DISTRICT)

    assert handover.clocks(heard, {4: "one", 5: "two", 6: "one", 7: "three"}) == {
        "one": pytest.approx(500.0, abs=0.1), "two": 503.0}


def test_of_the_clocks_the_last_are_remembered() -> None:
    heard = Heard()
    for term in range(1, 20):
        heard = handover.hear(heard, beacon(term, 0.0), term * 100.0, DISTRICT)

    assert list(heard.offsets) == list(range(12, 20))


def test_a_beacon_of_who_does_not_know_yet_that_another_leads_counts_once_that_one_is_silent() -> None:
    heard = handover.hear(Heard(), beacon(5, 0.0), 100.0, DISTRICT)
    assert handover.hear(heard, beacon(4, 1.0), 114.9, DISTRICT) == heard
    later = handover.hear(heard, beacon(4, 1.0), 115.0, DISTRICT)
    assert (later.term, later.led_at) == (4, 115.0)


def test_what_came_since_the_last_beacon_is_taken_in_however_long_nobody_led() -> None:
    pair = Pair()
    pair.hear(raised("kalibagor", "kebakaran"), 10.0)
    pair.show(15.0)
    pair.alive = False  # no database takes writes
    pair.hear(raised("kalibagor", "aman"), 20.0)
    pair.hear(raised("kotakan", "pencurian"), 40.0)
    pair.hear(raised("olean", "kebakaran"), 119.0)
    second = pair.take_over(130.0)

    assert {(key, round(each.raised_at - AHEAD_S)) for key, each in second.state.alarms.items()} == {
        (Key("kotakan", "pencurian"), 40), (Key("olean", "kebakaran"), 119)}


def test_what_was_published_with_the_retain_flag_is_taken_in_too() -> None:
    """It rang, so it is in force; an empty one that is retained only clears it."""
    pair = Pair()
    pair.show(9.0)
    pair.alive = False
    pair.hear(replace(raised("kalibagor", "kebakaran"), payload=b"rumah Pak RT 3", retain=True), 10.0)
    pair.hear(replace(raised("kalibagor", "kebakaran"), retain=True), 11.0)

    assert in_force(pair.take_over(17.0)) == {(Key("kalibagor", "kebakaran"), Status.ACTUAL, ())}


def test_what_is_over_by_the_time_that_a_hub_takes_over_is_late_and_in_force_nowhere() -> None:
    pair = Pair()
    pair.show(9.0)
    pair.alive = False
    pair.hear(raised("kalibagor", "kebakaran"), 10.0)
    second = pair.take_over(10.0 + 180.0)

    assert in_force(second) == set()
    assert [each for each in second.told() if each.startswith(("accepted", "finished"))] == []
    assert len(again(second)) == 1


@pytest.mark.parametrize(("message", "outdone"), [
    (beacon(8, 1.0, "other"), 8), (beacon(7, 1.0, "z"), 7), (beacon(7, 1.0, "a"), None), (beacon(6, 1.0, "z"), None),
    (beacon(7, 1.0, "own"), None), (beacon(None, 1.0, "other"), None), (beacon(8, 1.0, "other", retain=True), None),
    (beacon(handover.MOST_TERM + 1, 1.0, "other"), None), (Received(f"{BASE}/active", b"{", retain=False), None),
    (Received("kentongan/panarukan/active", beacon(8, 1.0, "other").payload, retain=False), None),
])
def test_a_hub_that_leads_makes_room_for_the_one_whose_beacon_posts_heed(
    message: Received, outdone: int | None
) -> None:
    """Of the same term, which two databases may give, the one whose run has the greater name."""
    assert handover.outdone(message, f"{BASE}/active", 7, "own") == outdone
