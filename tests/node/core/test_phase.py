"""The phase grid: posts whose clocks are synchronised beat together, though they say nothing to each other."""

from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.core.effects import Hush
from node.core.switching import Role, score
from runtime.core.events import Clock
from tests.contract import shipped
from tests.contract.shipped import quick
from tests.node.core.grid import (
    APART_S,
    BOX,
    CODE,
    DAY_AND_MORE_S,
    HAIR_S,
    HEARD_AT,
    INCIDENT,
    NEAR_S,
    STROKE_S,
    UP_S,
    WALL,
    box,
    few,
    grid_setup,
    off_grid,
    post,
    strokes,
    switched,
    told,
)
from tests.node.core.world import UNSYNCED, World, listed


def assert_together(one: World, up_s: float, other: World, other_up_s: float, until: float) -> None:
    """*other*, which came later, beats only what *one* beats, and from its first whole round on all of it."""
    (_, first), (_, late) = one.plays()[0], other.plays()[0]
    apart_s = off_grid(first, up_s) + off_grid(late, other_up_s)
    assert apart_s <= 2 * NEAR_S
    whole = late.start + (late.cycle.length_s if late.entered_s else 0.0) - other_up_s
    earlier, later = strokes(one, up_s), strokes(other, other_up_s)
    both = [at for at in later if at < until - NEAR_S]
    assert [at for at in both if at >= whole], "there is nothing to compare"
    assert [at for at in both if not _has(earlier, at, apart_s)] == []
    assert [at for at in earlier if whole + NEAR_S <= at < until - NEAR_S and not _has(later, at, apart_s)] == []


def _has(instants: list[float], at: float, apart_s: float) -> bool:
    """Whether *at* is one of *instants*, which are in order, or lies *apart_s* from one."""
    place = bisect_left(instants, at - apart_s - 10 * HAIR_S)
    return place < len(instants) and instants[place] <= at + apart_s + 10 * HAIR_S


# Together


@few
@given(CODE, HEARD_AT, APART_S, UP_S, UP_S)
def test_two_posts_that_hear_an_alarm_one_after_the_other_beat_together(
    code: tuple[str, str], last_beacon_at: float, apart_s: float, up_s: float, other_up_s: float
) -> None:
    family, incident = code
    age_s = shipped.catalogue().incidents[incident].duration_s - 100.0
    one, other = post(family, up_s), post(family, other_up_s)
    one.alarm(incident, last_beacon_at + up_s, age_s=age_s)
    other.alarm(incident, last_beacon_at + apart_s + other_up_s, age_s=age_s)
    for world in (one, other):
        world.wait(world.now + 120.0)

    assert_together(one, up_s, other, other_up_s, last_beacon_at + 100.0)


@few
@given(CODE, HEARD_AT, st.floats(0.001, 60.0), UP_S)
def test_a_post_that_joins_in_the_middle_by_the_beacon_is_in_phase_with_one_that_was_there_from_the_start(
    code: tuple[str, str], last_beacon_at: float, apart_s: float, up_s: float
) -> None:
    family, incident = code
    duration_s = shipped.catalogue().incidents[incident].duration_s
    one, other = post(family, 0.0, hub=True), post(family, up_s, hub=True)
    one.alarm(incident, last_beacon_at, identifier="a")
    entry = listed("a", incident, age=apart_s, remaining=duration_s - apart_s)
    other.beacon(entry, at=last_beacon_at + apart_s + up_s)
    for world in (one, other):
        world.wait(world.now + duration_s)

    assert_together(one, 0.0, other, up_s, last_beacon_at + duration_s)


@few
@given(CODE, INCIDENT, HEARD_AT, APART_S, UP_S)
def test_the_siren_begins_with_each_alarm_at_its_own_instant_whatever_the_grid_says(
    code: tuple[str, str], second: str, last_beacon_at: float, apart_s: float, up_s: float
) -> None:
    family, incident = code
    world = post(family, up_s)
    world.alarm(incident, last_beacon_at + up_s)
    begun = world.now
    world.alarm(second, begun + apart_s)
    world.wait(world.now + 60.0)

    assert switched(world)[0] == (begun, Role.SIREN, True)
    assert world.plays()[0][0] == begun
    assert [
        (at, play) for at, play in world.plays()
        if Role.SIREN not in score(play.cycle, BOX, STROKE_S, entered_s=play.entered_s).join(play.start, at + HAIR_S)[1]
        and abs(play.start + play.entered_s - at) < HAIR_S  # else it goes on, for longer
    ] == []


@quick
@given(INCIDENT, HEARD_AT)
def test_the_siren_is_never_let_go_for_a_moment_nor_cut_short(incident: str, last_beacon_at: float) -> None:
    world = post("jawa-timur", 0.0)
    world.alarm(incident, last_beacon_at)
    world.wait(world.now + 60.0)

    edges = [(at, on) for at, role, on in switched(world) if role is Role.SIREN]
    assert [on for _, on in edges] == [place % 2 == 0 for place in range(len(edges))]
    for (at, on), (next_at, _) in pairwise(edges):
        assert next_at - at > 5.0 - HAIR_S if on else next_at - at > 1.0 - HAIR_S


def test_an_alarm_on_the_grid_begins_with_a_whole_round() -> None:
    world = box()
    world.alarm("pencurian", 46.0)
    world.wait(100.0)

    assert told(world) == [("pencurian", 46.0, 46.0, 0.0, 226.0)]
    assert strokes(world)[:3] == [52.0, pytest.approx(52.3), pytest.approx(53.5)]


def test_an_alarm_off_the_grid_has_its_siren_at_once_and_its_drum_in_its_place() -> None:
    world = box()
    world.alarm("pencurian", 55.0)  # nine seconds into a round: what is left for the drum are its two last figures
    world.wait(76.0)

    assert told(world) == [("pencurian", 55.0, 46.0, 9.0, 235.0)]
    assert [(round(at, 6), role.value, on) for at, role, on in switched(world) if on or role is Role.SIREN] == [
        (55.0, "siren", True), (60.0, "siren", False),
        (61.0, "striker", True), (61.3, "striker", True), (62.5, "striker", True), (62.8, "striker", True),
        (69.0, "siren", True), (74.0, "siren", False),
        (75.0, "striker", True), (75.3, "striker", True),
    ]


def test_without_a_synchronised_clock_an_alarm_begins_with_a_whole_round_wherever_it_begins() -> None:
    world = box(UNSYNCED)
    world.alarm("pencurian", 55.0)
    world.alarm("ternak", 60.0)
    world.wait(110.0)

    assert told(world) == [
        ("pencurian", 55.0, 55.0, 0.0, 235.0), ("ternak", 78.0, 78.0, 0.0, 240.0),
        ("pencurian", 101.0, 101.0, 0.0, 235.0),
    ]


def test_a_box_that_is_not_to_beat_in_phase_does_not_though_its_clock_is_synchronised() -> None:
    world = World(replace(grid_setup(), in_phase=False), WALL).ready()
    world.alarm("pencurian", 55.0)
    world.feed(replace(WALL, offset_s=7.0), 60.0)
    world.alarm("aman", 120.0)
    world.wait(150.0)

    assert told(world) == [("pencurian", 55.0, 55.0, 0.0, 235.0), ("aman", 120.0, 120.0, 0.0, 129.5)]


def test_an_alarm_that_is_extended_keeps_its_rounds() -> None:
    world = box()
    world.alarm("pencurian", 55.0)
    world.alarm("pencurian", 100.0)
    world.wait(300.0)

    assert told(world) == [("pencurian", 55.0, 46.0, 9.0, 235.0), ("pencurian", 100.0, 46.0, 9.0, 280.0)]
    assert world.heard() == [("pencurian", 55.0, 280.0)]


def test_what_gave_way_comes_back_on_the_grid_and_with_the_siren_at_once() -> None:
    world = box()
    world.alarm("pencurian", 46.0)
    world.alarm("bencana", 50.0, age_s=165)
    world.wait(70.0)

    assert told(world) == [
        ("pencurian", 46.0, 46.0, 0.0, 226.0), ("bencana", 50.0, 43.0, 7.0, 65.0),
        ("pencurian", 65.0, 46.0, 19.0, 226.0),
    ]
    assert (65.0, Role.SIREN, True) in switched(world)


# A clock that moves


@pytest.mark.parametrize(
    ("clock", "begins", "start", "entered_s"),
    [
        (replace(WALL, offset_s=7.0), 46.0, 39.0, 7.0), (replace(WALL, offset_s=-7.0), 46.0, 30.0, 16.0),
        (replace(WALL, offset_s=0.25), 46.0, 45.75, 0.25),
        (replace(WALL, offset_s=DAY_AND_MORE_S), 46.0, 31.0, 15.0),  # 108,000 s are 4,695 rounds and 15 s
        (replace(WALL, offset_s=-DAY_AND_MORE_S), 46.0, 38.0, 8.0),
    ],
)
def test_a_clock_that_is_set_moves_nothing_in_the_middle_of_a_round_and_the_next_begins_on_the_new_grid(
    clock: Clock, begins: float, start: float, entered_s: float
) -> None:
    world = box()
    world.alarm("pencurian", 23.0)

    assert world.feed(clock, 30.0) == []
    world.wait(250.0)
    assert told(world) == [("pencurian", 23.0, 23.0, 0.0, 203.0), ("pencurian", begins, start, entered_s, 203.0)]
    assert world.did(Hush) == [203.0]
    assert world.heard() == [("pencurian", 23.0, 203.0)]


@pytest.mark.parametrize("clock", [
    replace(WALL, offset_s=0.0005), replace(WALL, offset_s=-0.0005), replace(WALL, offset_s=46.0), UNSYNCED,
])
def test_a_clock_that_is_put_right_by_a_hair_or_by_whole_rounds_or_not_synchronised_any_more_moves_nothing(
    clock: Clock
) -> None:
    world = box()
    world.alarm("pencurian", 23.0)
    world.feed(clock, 30.0)
    world.wait(250.0)

    assert told(world) == [("pencurian", 23.0, 23.0, 0.0, 203.0)]


def test_a_clock_that_creeps_by_hairs_is_followed_when_they_have_come_to_a_millisecond() -> None:
    world = box()
    world.alarm("pencurian", 23.0)
    for number in range(1, 6):
        world.feed(replace(WALL, offset_s=-0.0004 * number), 10.0 + 23.0 * number)
    world.wait(250.0)

    assert told(world) == [
        ("pencurian", 23.0, 23.0, 0.0, 203.0), ("pencurian", 92.0, 69.0012, 22.9988, 203.0),
    ]


@pytest.mark.parametrize("offset_s", [0.0, DAY_AND_MORE_S + 8.0])
def test_a_clock_that_is_synchronised_in_the_middle_of_an_alarm_counts_from_the_next_round_on(offset_s: float) -> None:
    world = box(UNSYNCED)
    world.alarm("pencurian", 30.0)
    world.feed(Clock(synced=True, offset_s=offset_s), 40.0)
    world.wait(250.0)

    assert told(world) == [("pencurian", 30.0, 30.0, 0.0, 210.0), ("pencurian", 53.0, 46.0, 7.0, 210.0)]
    assert world.heard() == [("pencurian", 30.0, 210.0)]


OFFSET_S = st.one_of(st.floats(-0.002, 0.002), st.floats(-60.0, 60.0), st.floats(-2e5, 2e5))


@few
@given(st.floats(0.0, 1e4), st.lists(st.tuples(st.floats(0.1, 40.0), st.booleans(), OFFSET_S), min_size=1, max_size=12))
def test_however_often_the_clock_is_set_every_turn_has_a_whole_round_and_the_alarm_ends_in_time(
    last_beacon_at: float, steps: list[tuple[float, bool, float]]
) -> None:
    world = box()
    world.alarm("pencurian", last_beacon_at)
    clocks = [(last_beacon_at, WALL)]
    for gap_s, synced, offset_s in steps:
        clocks.append((world.now + gap_s, Clock(synced, offset_s)))
        world.feed(clocks[-1][1], clocks[-1][0])
    world.wait(last_beacon_at + 400.0)

    plays = world.plays()
    assert plays[0][0] == last_beacon_at
    assert {play.until for _, play in plays} == {last_beacon_at + 180.0}
    assert world.did(Hush) == [last_beacon_at + 180.0]
    for at, play in plays:
        clock = [clock for set_at, clock in clocks if set_at < at or set_at == last_beacon_at][-1]
        assert play.start + play.entered_s == pytest.approx(at)
        off_s = (play.start + clock.offset_s + 11.5) % 23.0 - 11.5
        assert abs(off_s) <= NEAR_S if clock.synced else play.entered_s == 0.0
    for (_, play), (next_at, _) in pairwise(plays):
        rounds, rest_s = divmod(next_at - play.start + HAIR_S, 23.0)
        assert rounds >= (2 if play.entered_s else 1)
        assert rest_s < 2 * HAIR_S


# Turns


def test_equals_of_different_length_take_the_turns_that_the_wall_clock_gives_them() -> None:
    """Theirs are 21.8 and 23 s, so that the grid of both begins anew each 44.8 s."""
    world = box(family="tni")
    world.alarm("perampokan", 10.0)
    world.alarm("pembunuhan", 20.0)
    world.wait(160.0)

    turns = [("pembunuhan", 46.0, 44.8, 1.2), ("perampokan", 66.6, 66.6, 0.0), ("pembunuhan", 89.6, 89.6, 0.0),
             ("perampokan", 111.4, 111.4, 0.0), ("pembunuhan", 134.4, 134.4, 0.0), ("perampokan", 156.2, 156.2, 0.0)]
    ends = {"perampokan": 190.0, "pembunuhan": 200.0}
    assert told(world) == [
        ("perampokan", 10.0, 0.0, 10.0, 190.0), *((*each, ends[each[0]]) for each in turns),
    ]


@few
@given(HEARD_AT, APART_S, UP_S, UP_S)
def test_two_posts_with_the_same_two_equals_beat_the_same_one_in_phase(
    last_beacon_at: float, apart_s: float, up_s: float, other_up_s: float
) -> None:
    """One has heard them one after the other, the other one both at once."""
    turns = []
    for up, later_s in ((up_s, apart_s), (other_up_s, 0.0)):
        world = post("tni", up)
        world.alarm("perampokan", last_beacon_at + up)
        world.alarm("pembunuhan", last_beacon_at + later_s + up)
        agreed = last_beacon_at + apart_s + 2 * 26.0  # each has come to the end of its first turn
        world.wait(agreed + 60.0 + up)
        turns.append([(each[0], round(each[2] - up, 2)) for each in told(world) if each[1] - up > agreed + 0.01])

    assert turns[0] == turns[1] != []


def test_one_incident_in_two_villages_alternates_in_phase_and_without_lead_ins() -> None:
    world = box()
    world.alarm("pencurian", 10.0)
    world.alarm("pencurian", 20.0, village="kotakan")
    world.wait(100.0)

    assert told(world) == [
        ("pencurian", 10.0, 0.0, 10.0, 190.0), ("pencurian", 46.0, 46.0, 0.0, 190.0),
        ("pencurian", 69.0, 69.0, 0.0, 200.0), ("pencurian", 92.0, 92.0, 0.0, 190.0),
    ]
    said = [play.words[-1] for _, play in world.plays()]
    assert said == ["di-kalibagor", "di-kalibagor", "di-kotakan", "di-kalibagor"]
