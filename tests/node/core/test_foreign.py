"""A post with neighbours in other districts: whose alarms it rings, what ends them, and whose beacon it obeys."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.domain.alarm import Status
from contract.domain.district import audible_incidents, read_district
from contract.wire import timing
from contract.wire.beacon import Beacon, Cleared, Listed, Over, write_beacon
from node.core.forecast import forecast
from node.core.state import Setup
from node.core.step import step
from runtime.core.effects import Reconnect
from runtime.core.events import Received, Unlinked
from tests.contract.shipped import catalogue, plain
from tests.node.core.world import World, listed, make_setup

SUMBERKOLAK, MIMBAAN = "panarukan/sumberkolak", "panji/mimbaan"
OURS = ("dawuhan", "talkandang")


def border(hears: str = "village", **other: Any) -> Setup:
    """Patokan's post: its neighbours are two villages here, and one each in Panarukan and Panji."""
    found = plain("situbondo.yaml")
    found["villages"]["patokan"]["neighbours"] = [*OURS, SUMBERKOLAK, MIMBAAN]
    district = read_district(found)
    audible = audible_incidents(district, catalogue(), "patokan", hears)
    villages = frozenset((*district.villages, SUMBERKOLAK, MIMBAAN, "panarukan/semua", "panji/semua"))
    return replace(make_setup("patokan", hears), villages=villages, audible=audible, **other)


class Border(World):
    """A world in which a foreign village raises alarms, and a foreign hub has a beacon."""

    def __init__(self, **other: Any) -> None:
        super().__init__(border(**other))
        self.ready()
        self.foreign_seq = 0

    def raised(
        self, incident: str, at: float | None = None, village: str = SUMBERKOLAK, *, retain: bool = False,
        **members: object,
    ) -> list[str]:
        payload = json.dumps(members).encode() if members else b""
        return self.feed(Received(f"kentongan/{village}/alarm/{incident}", payload, retain), at)

    def from_hub(
        self, *alarms: Listed, at: float | None = None, district: str = "panarukan", boot: str = "p1",
        cleared: Mapping[str, float] | None = None, over: tuple[Over, ...] = (), seq: int | None = None,
    ) -> list[str]:
        """The beacon of the hub of *district*, in which villages are called as it calls them."""
        self.foreign_seq = self.foreign_seq + 1 if seq is None else seq
        clears = tuple(Cleared(village=village, age_s=age_s) for village, age_s in (cleared or {}).items())
        beacon = Beacon(boot=boot, seq=self.foreign_seq, alarms=alarms, cleared=clears, over=over)
        return self.feed(Received(f"kentongan/{district}/active", write_beacon(beacon), retain=False), at)


def there(identifier: str = "a1", incident: str = "kebakaran", village: str = "sumberkolak", **other: Any) -> Listed:
    return listed(identifier, incident, village, **other)


@pytest.fixture
def world() -> Border:
    return Border()


def sounding_villages(world: World) -> list[object]:
    return [event["village"] for event in world.events() if event["event"] == "sounding"]


# What rings.


@pytest.mark.parametrize("incident", ["kebakaran", "pencurian", "perampokan"])
def test_an_alarm_of_a_foreign_neighbour_rings_and_is_reported_by_its_whole_name(
    world: Border, incident: str
) -> None:
    world.raised(incident, 10.0, identifier="a1")

    assert world.sounding() == incident
    assert sounding_villages(world) == [SUMBERKOLAK]
    assert world.status()["sounding"]["village"] == SUMBERKOLAK  # type: ignore[index]


def test_an_alarm_whose_reach_is_its_own_village_does_not_cross_the_border(world: Border) -> None:
    world.raised("kecelakaan", 10.0)

    assert world.sounding() is None


@pytest.mark.parametrize("village", [
    "panarukan/peleyan",  # no neighbour
    "panarukan/semua",  # for all of the other district
    "panarukan/patokan",  # of the same slug as one here
    "kendit/bugeman",  # of a district without neighbours
])
def test_what_no_neighbour_raises_rings_nothing(world: Border, village: str) -> None:
    world.raised("kebakaran", 10.0, village)

    assert world.sounding() is None


def test_nobody_of_another_district_can_command_or_patrol_here(world: Border) -> None:
    world.alarm("kebakaran", 10.0, "patokan")
    for word in ("sumberkolak/command/silence", "semua/command/silence", "patokan/command/silence", "semua/ronda"):
        world.feed(Received(f"kentongan/panarukan/{word}", b"", retain=False), 11.0)

    assert world.sounding() == "kebakaran"
    assert world.reasons()[-4:] == ["not a topic that a node hears"] * 4


def test_the_same_incident_here_and_over_the_border_are_two_alarms(world: Border) -> None:
    world.raised("kebakaran", 10.0, identifier="a1")
    world.alarm("kebakaran", 11.0, "dawuhan", identifier="a1")

    assert {key.village for key in world.state.alarms} == {SUMBERKOLAK, "dawuhan"}


def test_an_alarm_that_is_sent_twice_rings_once(world: Border) -> None:
    world.raised("kebakaran", 10.0, identifier="a1")
    world.command("silence", 20.0, "patokan")
    world.raised("kebakaran", 30.0, identifier="a1")

    assert [round(until - began) for _, began, until in world.heard()] == [10]


def test_a_foreign_alarm_is_foreseen_as_an_own_one_is(world: Border) -> None:
    world.wait(10.0)
    event = Received(f"kentongan/{SUMBERKOLAK}/alarm/kebakaran", b"", retain=False)
    _, effects = step(world.state, event, 10.0)

    assert forecast(world.state, event, 10.0) == effects[0]


# What ends it.


def test_the_all_clear_of_the_foreign_village_ends_its_alarm_and_beats_the_safe_code(world: Border) -> None:
    world.raised("kebakaran", 10.0, identifier="a1")
    world.raised("aman", 30.0, identifier="c1")

    assert not any(key.incident == "kebakaran" for key in world.state.alarms)
    assert world.sounding() == "aman"


def test_the_all_clear_of_all_of_the_other_district_ends_it_and_nothing_here(world: Border) -> None:
    world.raised("kebakaran", 10.0, identifier="a1")
    world.raised("kebakaran", 10.0, MIMBAAN, identifier="m1")
    world.alarm("pencurian", 11.0, "patokan")
    world.raised("aman", 30.0, "panarukan/semua")

    assert {key.village for key in world.state.alarms if key.incident != "aman"} == {MIMBAAN, "patokan"}


def test_no_all_clear_here_ends_what_lies_over_the_border(world: Border) -> None:
    world.raised("kebakaran", 10.0, identifier="a1")
    for village in ("semua", "patokan", "dawuhan"):
        world.alarm("aman", 20.0, village)

    assert any(key == (SUMBERKOLAK, "kebakaran") for key in world.state.alarms)


def test_the_own_operators_silence_and_the_boxs_own_button_quieten_it(world: Border) -> None:
    world.raised("kebakaran", 10.0, identifier="a1")
    world.command("silence", 20.0, "semua")
    assert world.sounding() is None

    other = Border()
    other.raised("kebakaran", 10.0, identifier="a1")
    other.press("senyap", 20.0)
    assert other.sounding() is None


def test_the_all_clears_button_ends_nothing_over_the_border_and_says_why(world: Border) -> None:
    world.beacon(at=1.0)
    world.raised("kebakaran", 2.0, identifier="a1")
    world.press("aman", 3.0)

    assert world.sounding() == "kebakaran"
    assert f"kebakaran is in force in {SUMBERKOLAK}, nothing in patokan" in world.reasons()[-1]


# The foreign hub's beacon.


def test_a_foreign_alarm_that_was_lost_rings_from_the_foreign_beacon(world: Border) -> None:
    world.from_hub(there(), at=10.0)

    assert world.sounding() == "kebakaran"
    assert sounding_villages(world) == [SUMBERKOLAK]


def test_of_a_foreign_beacon_only_neighbours_ring(world: Border) -> None:
    world.from_hub(there(village="peleyan"), there(village="semua"), there(village="patokan"),
                   there(incident="kecelakaan"), at=10.0)

    assert world.sounding() is None


def test_a_foreign_beacon_that_lists_it_no_more_ends_it(world: Border) -> None:
    world.from_hub(there(), at=10.0)
    world.from_hub(at=15.0)

    assert world.sounding() is None


def test_a_missed_all_clear_is_made_good_by_the_foreign_beacon(world: Border) -> None:
    world.raised("kebakaran", 10.0, identifier="a1")
    world.from_hub(at=20.0, cleared={"sumberkolak": 2.0})
    assert world.sounding() is None

    other = Border()
    other.raised("kebakaran", 10.0, identifier="a1")
    other.from_hub(at=20.0, cleared={"semua": 2.0})
    assert other.sounding() is None


def test_what_began_by_itself_takes_over_the_foreign_hubs_name_and_time(world: Border) -> None:
    world.raised("kebakaran", 10.0)
    world.from_hub(there("posko.7", age=1.0, remaining=60.0), at=11.0)
    world.wait(80.0)

    assert [(incident, began, round(until)) for incident, began, until in world.heard()] == [("kebakaran", 10.0, 71)]


def test_no_beacon_touches_the_alarms_of_another_districts_villages(world: Border) -> None:
    world.from_hub(there(), at=10.0)
    world.beacon(listed("b1", "pencurian", "dawuhan"), at=11.0)
    world.from_hub(there("m1", village="mimbaan"), at=12.0, district="panji", boot="q1", seq=1)

    world.beacon(listed("b1", "pencurian", "dawuhan"), at=13.0, cleared={"semua": 1.0})
    world.from_hub(at=14.0, district="panji", boot="q1", seq=2, cleared={"semua": 1.0, "sumberkolak": 1.0})
    assert {key.village for key in world.state.alarms} == {SUMBERKOLAK, "dawuhan"}

    world.beacon(at=15.0)
    world.from_hub(there(), at=16.0)
    assert {key.village for key in world.state.alarms} == {SUMBERKOLAK}


def test_hubs_whose_runs_have_the_same_name_do_not_end_each_others_alarms(world: Border) -> None:
    world.from_hub(there(), at=10.0, boot="same")
    world.beacon(listed("b1", "pencurian", "dawuhan"), at=11.0, boot="same")
    world.from_hub(there(), at=12.0, boot="same")

    assert {key.village for key in world.state.alarms} == {SUMBERKOLAK, "dawuhan"}


def test_where_an_operator_over_there_silences_it_it_goes_on_here(world: Border) -> None:
    world.from_hub(there(silenced=("sumberkolak", "patokan", "semua")), at=10.0)

    assert world.sounding() == "kebakaran"


def test_what_was_silenced_here_stays_silent_though_it_is_listed_there(world: Border) -> None:
    world.from_hub(there(), at=10.0)
    world.command("silence", 20.0, "patokan")
    world.from_hub(there(age=15.0), at=25.0)

    assert world.sounding() is None


def test_a_test_over_there_does_not_ring_and_an_exercise_does(world: Border) -> None:
    world.from_hub(there(status=Status.TEST), at=10.0)
    assert world.sounding() is None
    world.from_hub(there(status=Status.EXERCISE), at=11.0)
    assert world.sounding() == "kebakaran"


def test_an_older_foreign_beacon_and_one_of_a_run_that_is_over_change_nothing(world: Border) -> None:
    world.from_hub(at=10.0, seq=5)
    world.from_hub(there(), at=11.0, seq=4)
    assert world.sounding() is None

    world.from_hub(at=12.0, boot="p2", seq=1)
    world.from_hub(there(), at=13.0, boot="p1", seq=6)
    assert world.sounding() is None
    (refusal,) = [event for event in world.events() if event["event"] == "refused"]
    assert refusal["topic"] == "kentongan/panarukan/active"
    assert "which run p2 has followed" in str(refusal["reason"])


def test_the_numbers_of_one_hubs_beacons_say_nothing_of_anothers(world: Border) -> None:
    world.beacon(at=10.0, seq=100, boot="same")
    world.from_hub(there(), at=11.0, seq=1, boot="same")

    assert world.sounding() == "kebakaran"


def test_a_foreign_beacon_that_cannot_be_read_is_refused_with_its_topic(world: Border) -> None:
    world.feed(Received("kentongan/panarukan/active", b"{", retain=False), 10.0)

    (refusal,) = [event for event in world.events() if event["event"] == "refused"]
    assert refusal["topic"] == "kentongan/panarukan/active"
    assert str(refusal["reason"]).startswith("beacon: ")


def test_a_foreign_hub_neither_confirms_presses_nor_judges_clock_and_district_file(world: Border) -> None:
    world.press("kebakaran", 10.0)
    (identifier,) = world.state.outbox
    world.from_hub(listed(identifier, "kebakaran", "patokan"), at=12.0)

    assert set(world.state.outbox) == {identifier}
    assert world.state.faults == {}
    assert world.state.hub.last_beacon_at is None


def test_a_foreign_beacon_has_no_press_sent_again(world: Border) -> None:
    world.press("kebakaran", 10.0)
    world.from_hub(at=11.0 + timing.LISTED_S + 1)
    assert len(world.sent()) == 1

    world.beacon(at=11.0 + timing.LISTED_S + 2)
    assert len(world.sent()) == 2


# Losing it.


def test_a_foreign_hub_that_never_had_a_beacon_is_no_fault(world: Border) -> None:
    for at in range(0, 120, 5):
        world.beacon(at=float(at))
    world.wait(120.0)

    assert world.state.faults == {}


def test_a_foreign_beacon_that_ceases_is_a_lesser_fault_until_it_comes_again(world: Border) -> None:
    for at in range(0, 60, 5):
        world.beacon(at=float(at))
        if at < 20:
            world.from_hub(at=float(at))
    assert set(world.state.faults) == {"hub of panarukan"}
    assert (world.status()["state"], set(world.lamps().values())) == ("ready", {"off"})
    assert "hub of panarukan" in world.status()["faults"]  # type: ignore[operator]
    assert world.did(Reconnect) == []

    world.from_hub(at=60.0)
    assert world.state.faults == {}


def test_the_status_says_of_each_foreign_hub_whether_its_beacon_comes(world: Border) -> None:
    never = world.status()["foreign_hubs"]
    world.from_hub(at=10.0)
    comes = world.status()["foreign_hubs"]
    world.wait(10.0 + timing.HUB_LOST_S + 1)
    world.feed(world.clock)

    assert never == {"panarukan": "unseen", "panji": "unseen"}
    assert comes == {"panarukan": "ready", "panji": "unseen"}
    assert world.status()["foreign_hubs"] == {"panarukan": "lost", "panji": "unseen"}


def test_a_post_without_foreign_neighbours_or_without_a_hub_says_nothing_of_foreign_hubs() -> None:
    assert "foreign_hubs" not in World(make_setup()).ready().status()
    alone = World(replace(border(), hub=False)).ready()
    assert "foreign_hubs" not in alone.status()


def test_losing_a_foreign_beacon_changes_no_output(world: Border) -> None:
    world.beacon(at=9.0)
    world.from_hub(there(remaining=180.0), at=10.0)
    for at in range(15, 60, 5):
        world.beacon(at=float(at))

    assert "hub of panarukan" in world.state.faults
    assert world.sounding() == "kebakaran"


def test_a_foreign_beacon_does_not_stand_for_the_own_hubs(world: Border) -> None:
    for at in range(0, 60, 5):
        world.from_hub(at=float(at))

    assert set(world.state.faults) == {"hub"}


def test_without_a_link_a_foreign_beacon_is_not_missed(world: Border) -> None:
    world.from_hub(at=10.0)
    world.feed(Unlinked("no route"), 11.0)
    world.wait(100.0)

    assert set(world.state.faults) == {"link"}


def test_a_locked_box_rings_for_no_foreign_village(world: Border) -> None:
    world.touch("lock", 5.0)
    world.wait(6.0)
    world.raised("kebakaran", 10.0)
    world.from_hub(there(), at=11.0)

    assert world.sounding() is None


def test_a_post_without_foreign_neighbours_refuses_what_is_not_its_districts() -> None:
    world = World(make_setup("kalibagor")).ready()
    world.feed(Received("kentongan/panarukan/sumberkolak/alarm/kebakaran", b"", retain=False), 10.0)
    world.feed(Received("kentongan/panarukan/active", b"{}", retain=False), 11.0)

    assert world.sounding() is None
    assert world.reasons() == ["not a topic that a node hears"] * 2


INCIDENTS = st.sampled_from(("kebakaran", "pencurian", "aman"))
NAMES = st.sampled_from(("a1", "a2", None))
HERE = st.tuples(st.just("here"), INCIDENTS, st.sampled_from(("patokan", "dawuhan", "semua")), NAMES)
THERE = st.tuples(st.just("there"), INCIDENTS, st.sampled_from((SUMBERKOLAK, MIMBAAN, "panarukan/semua")), NAMES)
LISTED = st.sampled_from(("sumberkolak", "mimbaan", "patokan", "dawuhan", "semua"))
LISTS = st.lists(st.tuples(LISTED, st.sampled_from(("a1", "a2"))), max_size=3)
BEACON = st.tuples(st.just("beacon"), st.sampled_from(("panarukan", "panji")), LISTS,
                   st.sets(st.sampled_from(("sumberkolak", "patokan", "dawuhan", "semua"))))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from((0.5, 4.0, 40.0)), HERE | THERE | BEACON), max_size=14))
def test_whatever_other_districts_publish_the_alarms_of_this_one_are_as_without_it(
    walk: list[tuple[float, tuple[Any, ...]]],
) -> None:
    alone, beside, now = Border(), Border(), 1.0
    for pause_s, (what, *rest) in walk:
        now += pause_s
        if what == "here":
            incident, village, name = rest
            for world in (alone, beside):
                world.alarm(incident, now, village, **({"identifier": name} if name else {"note": "x"}))
        elif what == "there":
            incident, village, name = rest
            beside.raised(incident, now, village, **({"identifier": name} if name else {}))
        else:
            district, lists, cleared = rest
            beside.from_hub(*(there(name, village=village) for village, name in lists), at=now, district=district,
                            cleared=dict.fromkeys(cleared, 0.5))
    alone.wait(now)
    beside.wait(now)

    assert own_alarms(beside) == own_alarms(alone)


def own_alarms(world: World) -> dict[tuple[str, str], tuple[object, ...]]:
    return {key: (each.identifiers, each.until, each.silenced) for key, each in world.state.alarms.items()
            if "/" not in key.village and key.incident != "aman"}
