"""The codes that are beaten once, where there is a grid: they wait for it, and are beaten whole."""

from dataclasses import replace

from hypothesis import given

from node.core.effects import Hush, Play
from node.core.switching import Role
from runtime.core.events import Faulted
from tests.contract.shipped import quick
from tests.node.core.grid import (
    FAMILY,
    HEARD_AT,
    NEAR_S,
    STROKE_S,
    UP_S,
    WALL,
    box,
    grid_setup,
    off_grid,
    post,
    strokes,
    switched,
    told,
)
from tests.node.core.world import UNSYNCED, World, same


def test_the_safe_code_waits_for_the_grid_and_is_beaten_whole() -> None:
    world = box()
    world.alarm("pencurian", 10.0)

    assert same(world.alarm("aman", 12.0)) == ["play aman 19 to 28.5"]
    world.wait(60.0)
    assert [(round(at, 6), role, on) for at, role, on in switched(world) if at >= 12.0 and role is not Role.STROBE] == [
        (12.0, Role.SIREN, False),
        *((round(19.0 + at_s, 6), Role.STRIKER, on) for stroke_s in world.setup.cycles["aman"].strokes_s
          for at_s, on in ((stroke_s, True), (stroke_s + STROKE_S, False))),
    ]
    assert world.heard() == [("pencurian", 10.0, 12.0), ("aman", 19.0, 28.5)]
    assert world.told_at()[-2:] == [(12.0, "sounding aman kalibagor"), (28.5, "finished aman kalibagor")]


@quick
@given(FAMILY, HEARD_AT, UP_S)
def test_the_safe_code_waits_for_one_length_at_most_and_every_stroke_of_it_is_beaten(
    family: str, last_beacon_at: float, up_s: float
) -> None:
    world = post(family, up_s)
    world.alarm("aman", last_beacon_at + up_s)
    world.wait(world.now + 30.0)

    cycle = world.setup.cycles["aman"]
    ((at, play),) = world.plays()
    assert -cycle.strokes_s[0] / 2 <= play.start - at < cycle.length_s
    assert play == Play(cycle, play.start, play.start + cycle.length_s, words=("kejadian-aman", "di-kalibagor"))
    assert strokes(world) == [play.start + at_s for at_s in cycle.strokes_s]
    assert off_grid(play, up_s) <= NEAR_S


def test_the_safe_code_is_beaten_at_once_without_a_synchronised_clock() -> None:
    world = box(UNSYNCED)
    world.alarm("aman", 20.0)

    assert told(world) == [("aman", 20.0, 20.0, 0.0, 29.5)]


def test_an_alarm_that_begins_while_the_safe_code_waits_ends_it() -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.alarm("lainnya", 21.0)
    world.wait(60.0)

    assert told(world) == [("aman", 20.0, 28.5, 0.0, 38.0), ("lainnya", 21.0, 0.0, 21.0, 141.0)]
    assert world.heard() == [("lainnya", 21.0, 60.0)]
    assert world.told_at()[1:] == [
        (20.0, "sounding aman kalibagor"), (21.0, "finished aman kalibagor"), (21.0, "sounding lainnya kalibagor"),
    ]


def test_a_silence_ends_the_safe_code_while_it_waits() -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.command("silence", 21.0)
    world.wait(60.0)

    assert world.did(Hush) == [21.0]
    assert world.heard() == []


def test_a_clock_that_is_set_while_the_safe_code_waits_or_is_beaten_moves_nothing() -> None:
    for at in (21.0, 31.0):
        world = box()
        world.alarm("aman", 20.0)
        world.feed(replace(WALL, offset_s=3.0), at)
        world.wait(60.0)

        assert told(world) == [("aman", 20.0, 28.5, 0.0, 38.0)]


def test_a_round_that_somebody_makes_is_beaten_at_once() -> None:
    by_touch, by_message = box(), box()
    by_touch.tap("aman", 20.0)
    by_message.ronda(20.0)

    assert told(by_touch) == [("patroli", 20.3, 20.3, 0.0, 28.5)]
    assert told(by_message) == [("patroli", 20.0, 20.0, 0.0, 28.2)]


def test_a_round_of_the_schedule_is_beaten_at_its_hour_which_is_the_same_for_all() -> None:
    world = World(replace(grid_setup(), ronda_s=(60.0,)), WALL).ready()
    world.wait(100.0)

    assert told(world) == [("patroli", 60.001, 60.001, 0.0, 68.201)]


def test_an_all_clear_that_two_posts_hear_before_and_after_a_place_of_the_grid_is_beaten_together() -> None:
    posts = [box(), box()]
    for world, at in zip(posts, (28.4995, 28.5015), strict=True):
        world.alarm("aman", at)

    assert [told(world)[0][2] for world in posts] == [28.5, 28.5]


def test_a_code_that_has_no_time_left_before_the_longest_sounding_is_over_and_not_begun() -> None:
    world = World(replace(grid_setup(), max_sounding_s=60.0), WALL).ready()
    world.alarm("pencurian", 10.0)
    world.alarm("aman", 67.0)
    world.wait(100.0)

    assert told(world)[1:] == []
    assert world.told_at()[-1] == (67.0, "finished aman kalibagor")


def test_a_code_that_was_hushed_by_a_failure_is_beaten_whole_when_it_begins_anew() -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.feed(Faulted("siren thread", "broke"), 31.0)
    world.wait(60.0)

    assert told(world) == [("aman", 20.0, 28.5, 0.0, 38.0), ("aman", 31.0, 38.0, 0.0, 47.5)]
