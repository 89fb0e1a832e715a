"""The beacon's budget: no account makes it longer than posts on a slow line can bear, nor keeps others out of it."""

import json
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.domain.alarm import Key, Name
from contract.wire.beacon import BUDGET, Beacon, read_beacon, write_beacon
from contract.wire.response import Step
from posko.core.shares import LEVELS
from runtime.core.effects import Publish
from runtime.core.events import Received
from tests.posko.core.world import World

DISTRICT = "kentongan/situbondo"
VILLAGES = ("kalibagor", "kotakan", "patokan", "dawuhan", "talkandang", "olean")
INCIDENTS = ("kebakaran", "pencurian", "perampokan", "pembunuhan", "ternak", "lainnya", "kecelakaan")
WINDOW_S = 10.0
MOST_PER_S = 10_000  # bytes that a post may be made to receive


def hub() -> World:
    return World().ready()


def name(number: int) -> str:
    """An identifier as long as one may be."""
    return f"{number:x}".rjust(64, "i")


def late(world: World, at: float, identifier: str, village: str = "kotakan", incident: str = "kebakaran") -> None:
    """A post of *village* reports a late press."""
    body = {"event": "late", "origin": "button", "identifier": identifier, "incident": incident, "age_s": 400.0,
            "boot": "n1"}
    world.step(Received(f"{DISTRICT}/{village}/node/pos-1/event", json.dumps(body).encode(), retain=False), at)


def names(beacon: Beacon, village: str) -> set[str]:
    """What *beacon* says of *village* that need not be sent again."""
    return {each.identifier for each in beacon.kept() if each.village == village}


def sizes(world: World) -> list[tuple[float, int]]:
    """When each message to the posts was published, and its length."""
    return [(at, len(effect.topic) + len(effect.payload)) for at, effect in world.done
            if isinstance(effect, Publish) and "/posko/" not in effect.topic]


def assert_within_bounds(world: World) -> None:
    found = sizes(world)
    for at, _ in found:
        window = sum(size for when, size in found if at <= when < at + WINDOW_S)
        assert window < WINDOW_S * MOST_PER_S, f"{window} bytes in {WINDOW_S} s from {at}"
    assert all(len(write_beacon(beacon)) <= BUDGET for _, beacon in world.beacons())


# Shares.


def test_a_village_that_says_much_shows_it_by_turns_and_another_one_is_not_kept_out() -> None:
    world = hub()
    for number in range(100):
        late(world, 10.0, name(number))
    late(world, 10.0, "honest", "kalibagor")
    world.wait(60.0)
    shown = [beacon for at, beacon in world.beacons() if at > 16.0]

    assert all("honest" in names(beacon, "kalibagor") for beacon in shown)
    assert all(0 < len(names(beacon, "kotakan")) < 70 for beacon in shown)
    assert set().union(*(names(beacon, "kotakan") for beacon in shown)) == {name(number) for number in range(100)}
    assert all(len(write_beacon(beacon)) < 2 * LEVELS[0] for beacon in shown)


def test_more_than_its_share_is_a_fault_that_names_the_village_and_ends_a_minute_after() -> None:
    world = hub()
    for number in range(100):
        late(world, 10.0, name(number))
    world.wait(20.0)
    assert world.state.faults["beacon"] == (
        "more of kotakan than fits into 16384 bytes; notes are cut, and names follow by turns")
    assert world.told_at("fault") == [10.1]
    world.wait(140.0)

    assert world.state.faults == {}
    assert len(world.told_at("recovered")) == 1


def test_what_fits_is_shown_whole_in_its_order() -> None:
    world = hub()
    for number in range(3):
        world.alarm(at=10.0 + number, identifier=f"p{number}", note="n" * 500, sender="s" * 90)
    world.alarm("aman", 14.0, village="kotakan", identifier="c")
    world.alarm("aman", 14.0, village="olean", identifier="d")
    beacon = world.beacon()

    assert [(each.identifier, each.also, each.origin, each.note) for each in beacon.alarms] == [
        ("p2", ("p1", "p0"), "s" * 80, "n" * 400)]
    assert [each.name(each.identifiers[0]) for each in beacon.acknowledged] == [
        Name("kotakan", "aman", "c"), Name("olean", "aman", "d")]
    assert world.state.faults == {}


def test_notes_are_cut_before_anything_else_and_no_alarm_is_left_out() -> None:
    world = hub()
    for incident in INCIDENTS:
        world.alarm(incident, 10.0, "kotakan", identifier=name(1), note="💧" * 200, sender="s" * 90)
        world.alarm(incident, 10.0, identifier=name(2), note="n" * 400)
    beacon = world.beacon()

    assert [each.key for each in beacon.alarms] == [
        Key(village, incident) for incident in INCIDENTS for village in ("kotakan", "kalibagor")]
    assert [len(each.note) for each in beacon.alarms if each.village == "kalibagor"] == [400] * 5 + [0, 0]
    assert [len(each.note) for each in beacon.alarms if each.village == "kotakan"] == [200, 200, 0, 0, 0, 0, 0]
    assert "kalibagor, kotakan" in world.state.faults["beacon"]


# The rate.


def test_what_is_in_force_changes_at_once_and_many_names_wait_for_the_next_beacon() -> None:
    world = hub()
    world.wait(9.9)
    for number in range(20):
        late(world, 10.0 + number / 10, f"n{number}")
        world.wait(10.05 + number / 10)
    world.alarm(at=13.0, identifier="p")
    world.wait(20.0)

    assert [round(at, 1) for at, _ in world.beacons() if 9.95 < at < 19.0] == [
        10.0, 10.1, 10.2, 10.3, 13.0, 18.0]


def test_an_alarm_and_an_all_clear_by_turns_are_repeated_as_fast_as_the_budget_lets_them() -> None:
    world = hub()
    for number in range(600):
        at = 10.0 + number / 10
        world.alarm("kebakaran" if number % 2 else "aman", at, "kotakan", identifier=name(number), note="n" * 4000)
    world.wait(80.0)

    assert_within_bounds(world)


def test_a_flood_delays_the_alarm_of_another_village_by_less_than_three_seconds() -> None:
    world = hub()
    for number in range(400):
        at = 10.0 + number / 10
        world.alarm("kebakaran" if number % 2 else "aman", at, "kotakan", identifier=name(number), note="n" * 4000)
        late(world, at, name(number), "kotakan", "pencurian")
        if number == 300:
            world.alarm("pencurian", at, "kalibagor", identifier="honest")
    world.wait(60.0)
    listed = [at for at, beacon in world.beacons() if Name("kalibagor", "pencurian", "honest") in beacon.kept()]

    assert 40.0 <= listed[0] < 43.0
    assert_within_bounds(world)


@pytest.mark.parametrize("what", ["linked", "status"])
def test_who_asks_for_a_beacon_again_and_again_does_not_get_one_each_time(what: str) -> None:
    world = hub()
    for number in range(500):
        at = 10.0 + number / 50
        if what == "linked":
            world.event(at, "kotakan/pos-1", event="linked")
        else:
            world.hear("posko/command/status", b"", at)
    world.wait(30.0)

    assert len([at for at, _ in world.beacons() if 10.0 <= at <= 20.0]) <= 12


def test_more_in_force_than_fits_is_repeated_whole_and_less_often() -> None:
    world = hub()
    for village in VILLAGES:
        for incident in (*INCIDENTS, "bencana", "pemerkosaan"):
            for place in ("kalibagor", "kotakan", "patokan", "dawuhan"):
                world.alarm(incident, 10.0, village, identifier=name(1))
                world.silence(10.0, place)
    world.wait(60.0)
    lengths = [len(write_beacon(beacon)) for at, beacon in world.beacons() if at > 15.0]
    instants = [at for at, _ in world.beacons() if at > 15.0]

    assert all(len(beacon.alarms) == 54 for at, beacon in world.beacons() if at > 15.0)
    assert all(later - at <= 10.0 for at, later in pairwise(instants))
    assert sum(lengths) / (instants[-1] - instants[0] + 5.0) < MOST_PER_S


# Anything that accounts may do.

AGES_S = st.sampled_from([0.0, 0.0, 30.0, 400.0, 1e7])
TEXTS = st.sampled_from(["", "n" * 3500, "💧" * 800])
NUMBERS = st.integers(0, 10**6).map(name)


class Message(NamedTuple):
    """What is published; shown in short."""

    topic: str
    payload: bytes

    def __repr__(self) -> str:
        return f"{self.topic} {self.payload[:120]!r}"


@st.composite
def messages(draw: st.DrawFn, villages: tuple[str, ...]) -> Message:
    """A message that an account which may write for *villages* may publish."""
    village = draw(st.sampled_from(villages))
    kinds = ["alarm", "alarm", "alarm", "aman", "ronda", "respon", "respon", "lapor", "event", "event", "status"]
    kind = draw(st.sampled_from(kinds))
    incident = draw(st.sampled_from([*INCIDENTS, "odd"]))
    body: dict[str, object] = {"identifier": draw(NUMBERS)}
    if kind in ("event", "status"):
        body |= {"event": draw(st.sampled_from(["late", "linked", "cleared", "ronda"])), "origin": "button",
                 "incident": incident, "village": village, "age_s": draw(AGES_S), "boot": draw(st.sampled_from("ab")),
                 "state": "ready", "reason": draw(TEXTS)}
        return Message(f"{village}/node/pos-1/{kind}", json.dumps(body).encode())
    if kind == "respon":
        body |= {"incident": incident, "by": draw(TEXTS)[:80], "step": draw(st.sampled_from([*Step]))}
        return Message(f"{village}/respon", json.dumps(body, ensure_ascii=False).encode())
    if kind == "lapor":
        body |= {"by": draw(TEXTS)[:80], "text": draw(TEXTS)[:500], "severity": "tinggi"}
        return Message(f"{village}/lapor", json.dumps(body, ensure_ascii=False).encode())
    body |= {"status": draw(st.sampled_from(["Actual", "Actual", "Exercise", "Test"])), "age_s": draw(AGES_S),
             draw(st.sampled_from(["note", "sender", "headline"])): draw(TEXTS)}
    topic = {"alarm": f"alarm/{incident}", "aman": "alarm/aman", "ronda": "ronda"}[kind]
    return Message(f"{village}/{topic}", json.dumps(body, ensure_ascii=False).encode())


FLOODS = st.one_of(*(
    st.tuples(st.just(villages), st.lists(
        st.tuples(messages(villages), st.integers(1, 100), st.sampled_from([0.0, 0.0, 0.1, 3.0])), max_size=30))
    for villages in (("kotakan",), (*VILLAGES, "semua"))
))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(FLOODS, st.booleans())
def test_whatever_an_account_does_a_post_receives_less_than_ten_kilobytes_a_second(
    flood: tuple[tuple[str, ...], list[tuple[Message, int, float]]], disk: bool
) -> None:
    """It begins with all the names that its villages may have."""
    world = hub()
    villages, turns = flood
    for number in range(100 * len(villages)):
        late(world, 9.0, name(number), villages[number % len(villages)])
    world.wait(10.0)
    world.disk = disk
    at = 10.0
    for (topic, payload), times, pause_s in turns:
        for count in range(times):
            fresh = payload.replace(b"iiii", b"%04x" % count, 1)
            world.step(Received(f"{DISTRICT}/{topic}", fresh, retain=False), at)
            world.wait(at + 0.01)
            at += 0.01
        at += pause_s
        world.wait(at)
    world.wait(at + 20.0)

    assert_within_bounds(world)
    last = world.beacons()[-1][1]
    assert {each.key for each in last.alarms} == {alarm.key for alarm in world.state.alarms.values() if alarm.shown}
    assert isinstance(read_beacon(write_beacon(last)), Beacon)
