"""The codes that are beaten once, at a post that is alone: they begin at once, and are beaten whole."""

from dataclasses import replace

import pytest

from contract.domain.rhythm import ALONE
from node.core.effects import Hush
from node.core.switching import Role
from runtime.core.events import Faulted
from tests.node.core.turns import STROKE_S, box, switched, told, turns_setup
from tests.node.core.world import UNSYNCED, World, same


def test_the_safe_code_begins_at_once_and_is_beaten_whole() -> None:
    world = box()
    world.alarm("pencurian", 10.0)

    assert same(world.alarm("aman", 12.0)) == ["play aman 12 to 21.5"]
    world.wait(60.0)
    assert [(round(at, 6), role, on) for at, role, on in switched(world) if at >= 12.0 and role is not Role.STROBE] == [
        (12.0, Role.SIREN, False),
        *((round(12.0 + at_s, 6), Role.STRIKER, on) for stroke_s in world.setup.cycles[ALONE]["aman"].strokes_s
          for at_s, on in ((stroke_s, True), (stroke_s + STROKE_S, False))),
    ]
    assert world.heard() == [("pencurian", 10.0, 12.0), ("aman", 12.0, 21.5)]
    assert world.told_at()[-2:] == [(12.0, "sounding aman kalibagor"), (21.5, "finished aman kalibagor")]


def test_an_alarm_that_begins_while_the_safe_code_is_beaten_ends_it() -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.alarm("lainnya", 21.0)
    world.wait(60.0)

    assert told(world) == [("aman", 20.0, 20.0, 0.0, 29.5), ("lainnya", 21.0, 21.0, 0.0, 141.0)]
    assert world.told_at()[1:] == [
        (20.0, "sounding aman kalibagor"), (21.0, "finished aman kalibagor"), (21.0, "sounding lainnya kalibagor"),
    ]


def test_a_silence_ends_the_safe_code() -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.command("silence", 21.0)
    world.wait(60.0)

    assert world.did(Hush) == [21.0]
    assert world.heard() == [("aman", 20.0, 21.0)]


def test_a_round_that_somebody_makes_is_beaten_at_once() -> None:
    by_touch, by_message = box(), box()
    by_touch.tap("aman", 20.0)
    by_message.ronda(20.0)

    assert told(by_touch) == [("patroli", 20.3, 20.3, 0.0, 28.5)]
    assert told(by_message) == [("patroli", 20.0, 20.0, 0.0, 28.2)]


def test_a_round_of_the_schedule_is_beaten_at_its_hour_which_is_the_same_for_all() -> None:
    world = World(replace(turns_setup(), ronda_s=(60.0,)), replace(UNSYNCED, synced=True, offset_s=0.0)).ready()
    world.wait(100.0)

    assert told(world) == [("patroli", 60.001, 60.001, 0.0, 68.201)]


@pytest.mark.parametrize(("aman_at", "beaten"), [(50.0, True), (67.0, False)])
def test_a_code_that_has_no_time_left_before_the_longest_sounding_is_over_and_not_begun(
    aman_at: float, *, beaten: bool
) -> None:
    world = World(replace(turns_setup(), max_sounding_s=60.0)).ready()
    world.alarm("pencurian", 10.0)
    world.alarm("aman", aman_at)
    world.wait(100.0)

    assert (told(world)[1:] != []) is beaten
    assert world.told_at()[-1] == (aman_at + 9.5 * beaten, "finished aman kalibagor")


def test_a_safe_code_that_is_pressed_in_the_rest_is_beaten_whole_before_the_alarm_that_rests_goes_on() -> None:
    world = World(replace(turns_setup(), max_sounding_s=60.0)).ready()
    world.alarm("pencurian", 10.0)
    world.alarm("pencurian", 40.0, village="semua")
    world.press("aman", 70.25)  # the box rests from 70 to 80; the alarm of all villages is none of this one's
    world.wait(95.0)

    strokes_s = world.setup.cycles[ALONE]["aman"].strokes_s
    assert [round(at - 72.25, 6) for at, role, on in switched(world)
            if on and role is Role.STRIKER and 70.0 < at < 80.0] == [round(at_s, 6) for at_s in strokes_s]
    assert world.heard() == [("pencurian", 10.0, 70.0), ("aman", 72.25, 80.0), ("pencurian", 80.0, 95.0)]
    assert world.told_at()[-2:] == [(80.0, "finished aman kalibagor #1"), (80.0, "resumed pencurian semua")]


def test_a_code_that_was_hushed_by_a_failure_is_beaten_whole_when_it_begins_anew() -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.feed(Faulted("siren thread", "broke"), 24.0)
    world.wait(60.0)

    assert told(world) == [("aman", 20.0, 20.0, 0.0, 29.5), ("aman", 24.0, 24.0, 0.0, 33.5)]
