"""One drum at a time: posts within earshot beat in slots, by the alarm's own age, whatever their clocks say."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.domain.alarm import Key
from contract.domain.rhythm import ALONE, Slot
from contract.wire.beacon import Beacon, write_beacon
from node.core import rounds
from node.core.effects import Hush
from node.core.rounds import Counted
from node.core.switching import Role, score
from runtime.core.events import Clock, Received
from tests.contract import shipped
from tests.contract.shipped import quick
from tests.node.core.turns import (
    BOX,
    CLOCK,
    CODE,
    FAMILY,
    FIRST,
    HAIR_S,
    HEARD_AT,
    INCIDENT,
    LATE_S,
    SECOND,
    STROKE_S,
    UP_S,
    assert_in_turn,
    box,
    few,
    post,
    strokes,
    switched,
    told,
    turns_setup,
)
from tests.node.core.world import UNSYNCED, World, listed

POSTS = st.lists(st.tuples(UP_S, LATE_S, CLOCK), min_size=2, max_size=4)


def shown(world: World, until: float = math.inf) -> list[tuple[float, str, bool]]:
    """What siren and striker do: each siren's edges, each stroke."""
    return [(round(at, 3), role.value, on) for at, role, on in switched(world)
            if at < until and (on or role is Role.SIREN)]


# One alarm


def test_the_first_drum_follows_the_first_siren_at_once_and_the_second_one_the_first() -> None:
    one, other = box(FIRST), box(SECOND)
    for world in (one, other):
        world.alarm("pencurian", 55.0)
        world.wait(101.0)

    assert shown(one, 63.0) == [
        (55.0, "siren", True), (60.0, "siren", False), (61.0, "striker", True), (61.3, "striker", True),
        (62.5, "striker", True), (62.8, "striker", True),
    ]
    assert shown(other, 79.0) == [
        (55.0, "siren", True), (60.0, "siren", False), (78.0, "striker", True), (78.3, "striker", True),
    ]
    assert [play.cycle.voice.at_s for world in (one, other) for _, play in world.plays() if play.cycle.voice] == [
        19.0, 36.0,
    ]
    assert [round(at, 3) for at in strokes(one)] == [
        *(round(61.0 + 1.5 * figure + stroke, 3) for figure in range(8) for stroke in (0.0, 0.3)), 101.0,
    ]
    assert max(strokes(other)) == pytest.approx(78.0 + 7 * 1.5 + 0.3)
    assert [at for world in (one, other) for at, role, on in switched(world) if role is Role.SIREN and on] == [
        55.0, 95.0, 55.0, 95.0,
    ]


@few
@given(CODE, HEARD_AT, POSTS)
def test_no_two_of_up_to_four_posts_ever_beat_at_the_same_time_whatever_their_clocks_say(
    code: tuple[str, str], at: float, posts: list[tuple[float, float, Clock]]
) -> None:
    family, incident = code
    worlds: dict[int, tuple[World, float]] = {}
    for number, (up_s, late_s, clock) in enumerate(posts):
        world = post(family, up_s, Slot(number, len(posts)), clock)
        world.alarm(incident, at + up_s + late_s)
        world.wait(world.now + 119.0)
        worlds[number] = world, up_s

    assert_in_turn(worlds, at, 0.05)
    if shipped.catalogue().incidents[incident].severity != "rendah":
        assert strokes(worlds[0][0], worlds[0][1])[0] <= at + posts[0][1] + 7.0


@few
@given(CODE, HEARD_AT, st.floats(0.001, 100.0), st.tuples(UP_S, CLOCK), st.sampled_from([FIRST, SECOND]))
@example(("jawa-timur", "kecelakaan"), 0.0, 93.0, (0.0, UNSYNCED), FIRST)  # too late for a drum
def test_a_post_that_joins_in_the_middle_by_the_beacon_falls_into_its_slot(
    code: tuple[str, str], at: float, age_s: float, joined: tuple[float, Clock], slot: Slot
) -> None:
    (family, incident), (up_s, clock) = code, joined
    duration_s = shipped.catalogue().incidents[incident].duration_s
    age_s = min(age_s, duration_s - 60.0)  # it beats once at least: in this round, or in the next one, which it hears
    there = post(family, 0.0, Slot(1 - slot.number, 2), hub=True)
    late = post(family, up_s, slot, clock, hub=True)
    there.alarm(incident, at, identifier="a")
    late.beacon(listed("a", incident, age=age_s, remaining=duration_s - age_s), at=at + age_s + up_s)
    for world in (there, late):
        world.wait(world.now + duration_s)

    assert_in_turn({1 - slot.number: (there, 0.0), slot.number: (late, up_s)}, at, 0.001)  # ages come in milliseconds
    if shipped.catalogue().incidents[incident].severity != "rendah":
        assert switched(late)[0] == (at + age_s + up_s, Role.SIREN, True)


def test_an_alarm_that_was_raised_again_is_counted_from_the_first_time() -> None:
    world = World(box(SECOND).setup).ready()
    world.beacon(replace(listed("b", "pencurian", age=30.0, remaining=150.0), first_age_s=63.0), at=100.0)
    world.wait(150.0)

    assert told(world) == [("pencurian", 100.0, 77.0, 23.0, 250.0)]
    assert strokes(world)[0] == pytest.approx(106.0)  # the siren ends 28 s into the round; the next figure is due at 29


def test_a_post_that_was_away_the_first_time_counts_as_the_hub_says_from_the_next_round_on() -> None:
    world = box(FIRST)
    world.alarm("pencurian", 100.0, identifier="b")
    world.beacon(replace(listed("b", "pencurian", age=2.0, remaining=178.0), first_age_s=17.0), at=102.0)
    world.wait(200.0)

    assert told(world) == [
        ("pencurian", 100.0, 100.0, 0.0, 280.0), ("pencurian", 140.0, 125.0, 15.0, 280.0),
    ]
    assert [round(at, 3) for at in strokes(world) if at > 140.0][:2] == [171.0, 171.3]


def test_who_was_late_for_a_rounds_end_and_then_hears_that_the_alarm_is_younger_goes_on_as_who_was_in_time() -> None:
    in_time, late = box(FIRST), box(FIRST)
    for world in (in_time, late):
        world.alarm("pencurian", 100.0, identifier="a")
        world.wait(130.0)
    younger = Beacon(boot="h1", seq=1, alarms=(listed("b", "pencurian", age=0.0, remaining=180.0, also=("a",)),))
    beacon = Received("kentongan/situbondo/active", write_beacon(younger), retain=False)
    in_time.feed(beacon, 142.0)
    late.step(beacon, 142.0)  # its round ended at 140
    for world in (in_time, late):
        world.wait(400.0)

    heard, heard_late = ([edge for edge in shown(world) if edge[0] > 142.0] for world in (in_time, late))
    assert heard_late == heard
    assert [edge for edge in heard if edge[1] == "siren"][:3] == [  # 182 is when its first round as "b" ends
        (145.0, "siren", False), (180.0, "siren", True), (187.0, "siren", False),
    ]


def test_a_press_again_keeps_the_rounds_of_the_alarm_that_is_in_force() -> None:
    world = box()
    world.alarm("pencurian", 55.0)
    world.alarm("pencurian", 60.0)
    world.press("pencurian", 99.0)
    world.wait(300.0)

    assert told(world) == [
        ("pencurian", 55.0, 55.0, 0.0, 235.0), ("pencurian", 60.0, 55.0, 0.0, 240.0),
        ("pencurian", 100.0, 55.0, 0.0, 280.0),
    ]
    assert world.heard() == [("pencurian", 55.0, 280.0)]


@pytest.mark.parametrize("here", ["press", "message", "beacon"])
def test_a_post_that_was_silenced_and_sounds_again_is_in_its_slot_for_elsewhere_the_alarm_went_on(here: str) -> None:
    there, silenced = box(FIRST), World(turns_setup(SECOND, hub=True), UNSYNCED).ready()
    for world in (there, silenced):
        world.alarm("pencurian", 55.0, identifier="a")
    silenced.press("senyap", 58.0)
    if here == "press":
        silenced.press("pencurian", 69.0)
    elif here == "message":
        silenced.alarm("pencurian", 70.0, identifier="b")
    else:
        silenced.beacon(replace(listed("b", "pencurian", age=0.0, remaining=180.0), first_age_s=15.0), at=70.0)
    there.alarm("pencurian", 70.0, identifier="b")
    for world in (there, silenced):
        world.wait(250.0)

    assert told(silenced)[-1] == ("pencurian", 70.0, 55.0, 15.0, 250.0)
    assert_in_turn({0: (there, 0.0), 1: (silenced, 0.0)}, 55.0)


def test_who_learns_late_of_a_press_that_came_first_counts_from_that_one_as_its_post_does() -> None:
    away, there = box(FIRST), box(SECOND)
    away.press("pencurian", 54.0)  # it is counted from the end of the hold
    there.alarm("pencurian", 70.0, identifier="b")
    away.alarm("pencurian", 80.0, identifier="b", age_s=10.0)
    there.alarm("pencurian", 80.0, identifier="a", age_s=25.0)
    for world in (away, there):
        world.wait(235.0)

    assert [starts for _, _, starts, _, _ in told(there)] == [70.0, 95.0]  # 55 and a round: from its next one on
    late = [at for at in strokes(there) if at > 110.0]
    assert_in_turn({0: (away, 0.0)}, 55.0)
    assert not [at for at in late for other in strokes(away) if abs(at - other) < 1.0]


ACTS = st.tuples(st.sampled_from([0.5, 2.0, 7.0, 19.0]), st.sampled_from(["kebakaran", "senyap", "silence"]),
                 st.integers(0, 3))


@few
@given(st.integers(2, 4), st.lists(ACTS, min_size=2, max_size=8), LATE_S)
@example(2, [(7.0, "senyap", 1), (19.0, "kebakaran", 1)], 0.0)
@example(3, [(7.0, "senyap", 2), (19.0, "kebakaran", 0)], 0.0)
def test_without_a_hub_no_two_posts_beat_at_the_same_time_whatever_is_pressed_and_silenced_where(
    count: int, acts: list[tuple[float, str, int]], late_s: float
) -> None:
    posts = [post("jawa-timur", 0.0, Slot(number, count)) for number in range(count)]
    now = 10.0
    for name, (apart_s, act, where) in enumerate([(0.5, "kebakaran", 0), *acts]):
        now += apart_s
        here = posts[where % count]
        if act in ("kebakaran", "senyap"):
            here.press(act, now)
            now = here.now
        for world in posts:
            if act == "silence":
                world.command(act, now)
            elif act == "kebakaran" and world is not here:
                world.alarm(act, now + late_s, identifier=f"{name}", age_s=0.125)  # a button is let go after its hold
        now += 0.1
        for world in posts:
            world.wait(now)
    for world in posts:
        world.wait(now + 100.0)

    beaten = sorted((at, number) for number, world in enumerate(posts) for at in strokes(world))
    assert all(one == other or next_at - at > 0.3 for (at, one), (next_at, other) in pairwise(beaten))


@few
@given(CODE, INCIDENT, HEARD_AT, st.floats(0.001, 40.0), UP_S)
def test_a_siren_begins_with_each_alarm_at_its_own_instant(
    code: tuple[str, str], second: str, at: float, apart_s: float, up_s: float
) -> None:
    family, incident = code
    world = post(family, up_s, SECOND)
    world.alarm(incident, at + up_s)
    begun = world.now
    world.alarm(second, begun + apart_s)
    world.wait(world.now + 60.0)

    assert world.plays()[0][0] == begun
    for told_at, play in world.plays():
        if play.cycle.siren is not None and abs(play.start + play.entered_s - told_at) < HAIR_S:
            first = score(play.cycle, BOX, STROKE_S, entered_s=play.entered_s)
            assert Role.SIREN in first.join(play.start, told_at + HAIR_S)[1]


@quick
@given(INCIDENT, HEARD_AT, st.floats(0.0, 60.0), st.sampled_from([ALONE, FIRST, SECOND]))
def test_the_siren_is_never_let_go_for_a_moment_nor_cut_short(
    incident: str, at: float, age_s: float, slot: Slot
) -> None:
    world = post("jawa-timur", 0.0, slot)
    world.alarm(incident, at, age_s=age_s)
    world.wait(world.now + 58.0)

    edges = [(instant, on) for instant, role, on in switched(world) if role is Role.SIREN]
    assert [on for _, on in edges] == [place % 2 == 0 for place in range(len(edges))]
    for (instant, on), (next_at, _) in pairwise(edges):
        assert next_at - instant > 5.0 - HAIR_S if on else next_at - instant > 1.0 - HAIR_S


@quick
@given(HEARD_AT, st.lists(st.tuples(st.floats(0.1, 40.0), CLOCK), min_size=1, max_size=6))
def test_a_clock_that_is_set_or_synchronised_moves_nothing(at: float, steps: list[tuple[float, Clock]]) -> None:
    world = box(SECOND)
    world.alarm("pencurian", at)
    for gap_s, clock in steps:
        assert world.feed(clock, world.now + gap_s)[:1] != ["hush"]
    world.wait(at + 400.0)

    assert len(world.plays()) == 1
    assert world.did(Hush) == [at + 180.0]


def test_what_gave_way_comes_back_in_its_rounds_and_with_the_siren_at_once() -> None:
    world = box()
    world.alarm("pencurian", 46.0)
    world.alarm("bencana", 50.0, age_s=165)
    world.wait(70.0)

    assert told(world) == [
        ("pencurian", 46.0, 46.0, 0.0, 226.0), ("bencana", 50.0, 35.5, 14.5, 65.0),
        ("pencurian", 65.0, 46.0, 19.0, 226.0),
    ]
    assert (65.0, Role.SIREN, True) in switched(world)


def test_what_is_of_low_severity_is_beaten_and_spoken_without_the_siren() -> None:
    one, other = box(FIRST), box(SECOND)
    for world in (one, other):
        world.alarm("lainnya", 10.0)
        world.wait(60.0)

    assert {role for world in (one, other) for _, role, _ in switched(world)} == {Role.STRIKER}
    assert [strokes(world)[0] for world in (one, other)] == [11.0, 28.0]
    assert [play.cycle.voice is not None for _, play in one.plays()] == [True]
    assert (other.sounding(), other.status()["state"]) == ("lainnya", "sounding")


# Equals


def test_equals_take_turns_by_whole_rounds_and_who_was_raised_meanwhile_is_next() -> None:
    world = box(family="tni")  # 21.8 s and 23 s
    world.alarm("perampokan", 10.0)
    world.alarm("pembunuhan", 20.0)
    world.wait(100.0)

    ends = {"perampokan": 190.0, "pembunuhan": 200.0}
    turns = [("perampokan", 10.0), ("pembunuhan", 33.0), ("perampokan", 54.8), ("pembunuhan", 77.8)]
    assert told(world) == [(incident, at, at, 0.0, ends[incident]) for incident, at in turns] + [
        ("perampokan", 99.6, 99.6, 0.0, 190.0),
    ]


EQUALS = ("pembunuhan", "perampokan", "pemerkosaan")


@few
@given(FAMILY, HEARD_AT, st.lists(st.floats(0.0, 60.0), min_size=2, max_size=3), UP_S, st.floats(61.0, 110.0))
def test_posts_with_the_same_equals_beat_the_same_one_in_turn_whenever_they_joined(
    family: str, at: float, raised_s: list[float], up_s: float, joined_s: float
) -> None:
    """One has received them one after the other, the other, which was away, all from the beacon."""
    there, late = post(family, 0.0, FIRST, hub=True), post(family, up_s, SECOND, hub=True)
    edges = sorted(zip(raised_s, EQUALS, strict=False))
    for raised, incident in edges:
        there.alarm(incident, at + raised, identifier=incident)
    list_ = [listed(incident, incident, age=joined_s - raised, remaining=180.0 - joined_s + raised)
             for raised, incident in edges]
    late.beacon(*list_, at=at + joined_s + up_s)
    for world, here in ((there, 0.0), (late, up_s)):
        world.wait(at + 179.0 + here)

    def turns(world: World, up_s: float) -> list[tuple[str, float]]:
        told_ = [(incident, start - up_s) for incident, _, start, _, _ in told(world)]
        return [(incident, start) for incident, start in told_ if start > at + joined_s + 0.01]

    assert [incident for incident, _ in turns(late, up_s)] == [incident for incident, _ in turns(there, 0.0)]
    starts = [start for _, start in turns(there, 0.0)]
    assert [start for _, start in turns(late, up_s)] == pytest.approx(starts, abs=0.01)
    beaten = sorted([(each, 0) for each in strokes(there)] + [(each - up_s, 1) for each in strokes(late)])
    assert all(later - sooner > 1.0 - 1e-3 for (sooner, one), (later, other) in pairwise(beaten) if one != other)


@quick
@given(st.lists(st.tuples(st.floats(0.0, 200.0), st.floats(5.0, 90.0)), min_size=1, max_size=6), st.floats(0.0, 1e6))
@example([(0.0, 7.406014746497966), (74.125, 5.0)], 0.0)  # raised with the eleventh round of the first
def test_rounds_of_equals_are_whole_and_everybody_has_a_turn(
    alarms: list[tuple[float, float]], begin: float
) -> None:
    equals = [Counted(Key("kalibagor", f"i{n}"), begin + at, length_s) for n, (at, length_s) in enumerate(alarms)]
    lengths_s = {each.key: each.length_s for each in equals}
    at, seen = min(each.begun_at for each in equals), []
    for _ in range(60):
        key, start = rounds.on_at(equals, at)
        assert start == pytest.approx(at, abs=0.002)
        other, other_start = rounds.on_at(equals[::-1], at + lengths_s[key] / 2)
        assert (other, round(other_start - start, 2)) == (key, 0.0)
        seen.append(key)
        at = start + lengths_s[key]
    settled = seen[-2 * len(equals):]
    assert {settled.count(key) for key in lengths_s} == {2}


def test_of_equals_raised_at_one_moment_every_post_beats_the_same_one_first_in_whatever_order_they_come() -> None:
    one, other = box(FIRST), box(SECOND)
    for world, order in ((one, ("perampokan", "pembunuhan")), (other, ("pembunuhan", "perampokan"))):
        for place, incident in enumerate(order):
            world.alarm(incident, 10.0 + 0.004 * place)
        world.wait(60.0)

    assert [(incident, start) for incident, _, start, _, _ in told(one)][1:] == [
        ("pembunuhan", 10.0), ("perampokan", 50.0),
    ]
    assert [(incident, start) for incident, _, start, _, _ in told(other)] == [
        ("pembunuhan", 10.0), ("perampokan", 50.0),
    ]
    assert [(round(at, 3), on) for at, role, on in switched(one) if role is Role.SIREN][:2] == [
        (10.0, True), (15.004, False),
    ]


def test_rounds_that_began_long_ago_are_counted_as_quickly() -> None:
    equals = [Counted(Key("kalibagor", name), begun, 26.0) for name, begun in (("a", -1e12), ("b", 0.0))]

    assert rounds.on_at(equals, 5.0)[0] in {each.key for each in equals}


# What is beaten once


def test_the_safe_code_is_beaten_in_slots_too() -> None:
    one, other = box(FIRST), box(SECOND)
    for world in (one, other):
        world.alarm("aman", 10.0)
        world.wait(60.0)

    assert [told(world) for world in (one, other)] == [
        [("aman", 10.0, 10.0, 0.0, 28.0)], [("aman", 10.0, 10.0, 0.0, 28.0)],
    ]
    assert [(min(strokes(world)), len(strokes(world))) for world in (one, other)] == [(11.0, 9), (19.5, 9)]


@pytest.mark.parametrize(("slot", "age_s", "start", "first"), [
    (FIRST, 0.4, 99.6, 100.6),  # half of the rest before its first stroke is given up
    (FIRST, 0.6, 117.4, 118.4),  # its slot has begun: in the round that follows, after the others
    (SECOND, 8.8, 91.2, 100.7), (SECOND, 9.2, 108.8, 118.3),
    (ALONE, 9.8, 100.0, 101.0),
])
def test_a_post_that_receives_the_all_clear_late_beats_the_safe_code_whole_and_in_its_slot(
    slot: Slot, age_s: float, start: float, first: float
) -> None:
    world = box(slot)
    world.alarm("pencurian", 84.0)
    world.alarm("aman", 100.0, age_s=age_s)
    world.wait(160.0)

    ((incident, _, begun, entered_s, _),) = told(world)[1:]
    assert (incident, begun, entered_s) == ("aman", start, 0.0)
    beaten = [at for at in strokes(world) if at >= 100.0]
    assert (round(beaten[0], 3), len(beaten)) == (first, 9)


def test_the_watchs_round_waits_for_nobody() -> None:
    one, other = box(FIRST), box(SECOND)
    for world in (one, other):
        world.ronda(20.0)
        world.wait(40.0)

    assert told(one) == told(other) == [("patroli", 20.0, 20.0, 0.0, 28.2)]
