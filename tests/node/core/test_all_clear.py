"""The all-clear: it ends what was raised before it, wherever that sounds, and beats the safe code once."""

from collections.abc import Mapping

import pytest

from contract.domain.alarm import Status
from runtime.core.events import Received
from tests.node.core.world import World, listed, make_setup

SAFE_S = 12.5  # how long the safe code of the district's family is: a rest, its strokes, and what is said


def box() -> World:
    """A linked box in a district without a hub."""
    return World(make_setup(hub=False)).ready()


def test_an_all_clear_ends_its_villages_alarms_and_beats_the_safe_code_once() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("pencurian", 11.0, identifier="b")
    world.alarm("aman", 20.0, identifier="c")
    world.wait(600.0)

    assert world.told() == [
        "linked", "sounding kebakaran kalibagor a", "cleared kebakaran kalibagor a", "cleared pencurian kalibagor b",
        "sounding aman kalibagor c", "finished aman kalibagor c",
    ]
    assert world.heard() == [("kebakaran", 10.0, 20.0), ("aman", 20.0, 20.0 + SAFE_S)]


def test_the_safe_code_is_beaten_in_its_own_village_also_where_nothing_was_in_force() -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.wait(100.0)

    assert world.heard() == [("aman", 20.0, 20.0 + SAFE_S)]


def test_an_all_clear_ends_a_neighbours_alarm_here_too_and_beats_its_safe_code() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, village="kotakan")
    world.alarm("aman", 20.0, village="kotakan")
    world.wait(100.0)

    assert world.heard() == [("kebakaran", 10.0, 20.0), ("aman", 20.0, 20.0 + SAFE_S)]


def test_a_neighbours_all_clear_is_not_beaten_where_nothing_of_theirs_was_in_force() -> None:
    world = box()
    world.alarm("kebakaran", 10.0)

    assert world.alarm("aman", 20.0, village="kotakan", identifier="c") == ["remember c", "status sounding"]
    assert world.sounding() == "kebakaran"


def test_an_all_clear_for_every_village_ends_everything() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, village="kotakan")
    world.alarm("pencurian", 10.0)
    world.alarm("bencana", 10.0, village="semua")
    world.alarm("aman", 20.0, village="semua")
    world.wait(100.0)

    assert world.heard() == [("bencana", 10.0, 20.0), ("aman", 20.0, 20.0 + SAFE_S)]


def test_an_all_clear_of_one_village_leaves_the_alarm_for_every_village() -> None:
    world = box()
    world.alarm("bencana", 10.0, village="semua")
    world.alarm("aman", 20.0)
    world.wait(50.0)

    assert world.heard() == [("bencana", 10.0, 50.0)]


def test_an_all_clear_by_button_ends_its_villages_alarms_and_goes_out() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.touch("aman", 20.0)

    assert world.wait(22.0) == [
        f"play aman 22 to {22 + SAFE_S:g}",
        "keep aman #1",
        "log pressed aman kalibagor #1",
        "tell pressed aman kalibagor #1",
        "remember #1",
        "remember a over",
        "log cleared kebakaran kalibagor a",
        "tell cleared kebakaran kalibagor a",
        "log sounding aman kalibagor #1",
        "tell sounding aman kalibagor #1",
        "send aman #1 0 s old",
        "light none",
        "status sounding",
    ]


def test_a_second_delivery_of_an_all_clear_beats_nothing_and_ends_only_what_was_raised_before_it() -> None:
    world = box()
    world.alarm("kebakaran", 10.0)
    world.alarm("aman", 20.0, identifier="c")
    world.alarm("kebakaran", 40.0)
    world.alarm("aman", 50.0, identifier="c", age_s=30)
    world.wait(60.0)

    assert world.heard() == [("kebakaran", 10.0, 20.0), ("aman", 20.0, 20.0 + SAFE_S), ("kebakaran", 40.0, 60.0)]


@pytest.mark.parametrize(("name", "sounds"), [("a1", "aman"), ("c", None)])
def test_an_all_clear_is_obeyed_whatever_name_it_bears_and_its_code_is_beaten_once(
    name: str, sounds: str | None
) -> None:
    """The name of an alarm is another one than the same identifier of an all-clear."""
    world = box()
    world.alarm("pencurian", 10.0, identifier="c")
    world.alarm("aman", 15.0, identifier="c")
    world.alarm("pencurian", 30.0, identifier="a1")
    world.alarm("aman", 40.0, identifier=name)

    assert world.sounding() == sounds
    assert "cleared pencurian kalibagor a1" in world.told()[-2:]


def test_the_end_of_an_exercise_does_not_end_what_is_in_earnest() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="real")
    world.alarm("pencurian", 12.0, identifier="drill", status="Exercise")
    world.alarm("aman", 20.0, status="Exercise")
    world.alarm("bencana", 21.0, identifier="late", age_s=5)

    assert [told for told in world.told() if told.startswith("cleared")] == ["cleared pencurian kalibagor drill"]
    assert world.sounding() == "bencana"
    world.wait(250.0)
    assert [incident for incident, _, _ in world.heard()] == ["kebakaran", "bencana"]


def test_an_old_all_clear_ends_what_was_raised_before_it_and_beats_no_safe_code() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("aman", 100.0, identifier="c", age_s=40)
    world.wait(200.0)

    assert world.told() == ["linked", "sounding kebakaran kalibagor a", "cleared kebakaran kalibagor a"]


@pytest.mark.parametrize("alarm_first", [True, False])
def test_an_alarm_from_before_the_all_clear_ends_silent_in_whichever_order_they_come(alarm_first: bool) -> None:
    world = box()
    if alarm_first:
        world.alarm("kebakaran", 100.0, identifier="a", age_s=20)
        world.alarm("aman", 100.0, identifier="c", age_s=10)
    else:
        world.alarm("aman", 100.0, identifier="c", age_s=10)
        world.alarm("kebakaran", 100.0, identifier="a", age_s=20)
    world.wait(400.0)

    assert [sound for sound in world.heard() if sound[0] != "aman"] == []


@pytest.mark.parametrize("alarm_first", [True, False])
def test_an_alarm_from_after_the_all_clear_sounds_in_whichever_order_they_come(alarm_first: bool) -> None:
    world = box()
    if alarm_first:
        world.alarm("kebakaran", 100.0, identifier="a", age_s=10)
        world.alarm("aman", 100.0, identifier="c", age_s=20)
    else:
        world.alarm("aman", 100.0, identifier="c", age_s=20)
        world.alarm("kebakaran", 100.0, identifier="a", age_s=10)
    world.wait(400.0)

    assert world.heard() == [("kebakaran", 100.0, 270.0)]


def test_an_alarm_pressed_before_the_all_clear_is_told_as_late() -> None:
    world = box()
    world.alarm("aman", 100.0)
    world.alarm("kebakaran", 101.0, identifier="a", age_s=5)

    assert world.told()[-1] == "late kebakaran kalibagor a"
    assert world.reasons()[-1] == "pressed before the all-clear"


def test_an_alarm_that_the_hub_still_lists_does_not_come_back_after_an_all_clear() -> None:
    world = World().ready()
    world.beacon(listed("a"), at=10.0)
    world.alarm("aman", 20.0)
    world.wait(24.75)

    assert world.beacon(listed("a", age=14.75, remaining=165.25), at=24.75) == [
        "log cleared kebakaran kalibagor a", "tell cleared kebakaran kalibagor a",
    ]
    world.beacon(listed("unheard", "pencurian", age=20, remaining=160), at=28.0)
    assert world.heard() == [("kebakaran", 10.0, 20.0), ("aman", 20.0, 28.0)]


def passed_on(world: World) -> list[Mapping[str, object]]:
    """The events by which the hub is to learn of an all-clear."""
    return [event for event in world.events() if event["event"] == "cleared" and "age_s" in event]


def test_an_all_clear_that_the_hub_seems_to_have_missed_is_reported_at_every_beacon_until_it_has_it() -> None:
    world = World().ready()
    world.beacon(listed("a"), at=10.0)
    world.alarm("aman", 20.0)
    for at in (20.25, 20.5, 25.5, 30.5):
        world.beacon(listed("a", age=at - 10.0, remaining=190.0 - at), at=at)
    world.beacon(at=31.0)

    about = [[event[name] for name in ("identifier", "village", "incident", "age_s")] for event in passed_on(world)]
    assert about == [["a", "kalibagor", "kebakaran", age_s] for age_s in (0.25, 5.5, 10.5)]


@pytest.mark.parametrize(
    ("village", "incident", "age", "status"),
    [
        ("kotakan", "kebakaran", 20.0, Status.ACTUAL),  # another village's is for its own posts to report
        ("semua", "bencana", 20.0, Status.ACTUAL),
        ("kalibagor", "kebakaran", 4.5, Status.ACTUAL),  # raised after it
        ("kalibagor", "kebakaran", 5.5, Status.ACTUAL),  # perhaps after it: no two ways take equally long
    ],
)
def test_only_what_the_all_clear_of_this_village_surely_ended_is_reported(
    village: str, incident: str, age: float, status: Status
) -> None:
    world = World().ready()
    world.alarm("aman", 20.0)
    world.alarm("aman", 20.0, village="kotakan")
    world.beacon(listed("a", incident, village, age=age, remaining=100.0, status=status), at=25.0)

    assert passed_on(world) == []


@pytest.mark.parametrize(("status", "count"), [(Status.EXERCISE, 1), (Status.ACTUAL, 0)])
def test_the_all_clear_of_an_exercise_is_reported_for_exercises_only(status: Status, count: int) -> None:
    world = World().ready()
    world.alarm("aman", 20.0, status="Exercise")
    world.beacon(listed("a", age=10.0, remaining=100.0, status=status), at=25.0)

    assert len(passed_on(world)) == count
    assert world.sounding() == ("aman" if status is Status.EXERCISE else "kebakaran")


def test_an_alarm_raised_after_an_all_clear_sounds_at_once_and_ends_the_safe_code() -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.alarm("lainnya", 22.0, identifier="a")
    world.wait(30.0)

    assert world.told() == [
        "linked", "sounding aman kalibagor", "finished aman kalibagor", "sounding lainnya kalibagor a",
    ]
    assert world.heard() == [("aman", 20.0, 22.0), ("lainnya", 22.0, 30.0)]


def test_the_safe_code_waits_for_an_alarm_of_another_village_and_is_then_beaten_once() -> None:
    world = box()
    world.alarm("pencurian", 10.0)
    world.alarm("kebakaran", 10.0, village="kotakan", age_s=150)
    world.alarm("aman", 20.0)
    world.wait(100.0)

    assert world.heard() == [("kebakaran", 10.0, 40.0), ("aman", 40.0, 40.0 + SAFE_S)]
    assert [told for told in world.told() if "aman" in told] == ["sounding aman kalibagor", "finished aman kalibagor"]


def test_a_safe_code_that_waited_too_long_is_not_beaten() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, village="kotakan")
    world.alarm("aman", 20.0)
    world.wait(300.0)

    assert world.heard() == [("kebakaran", 10.0, 190.0)]


def test_the_hub_cannot_have_the_safe_code_beaten_over_and_over() -> None:
    world = World().ready()

    world.beacon(listed("x", "aman", remaining=100), at=10.0)
    world.wait(20.0)

    assert world.heard() == []


@pytest.mark.parametrize(("came_at", "rings"), [(19.0, False), (20.5, True)])
def test_an_alarm_that_stood_behind_a_flood_counts_as_of_when_it_came(came_at: float, rings: bool) -> None:
    world = box()
    world.alarm("aman", 20.0, village="semua")
    world.wait(21.0)
    world.step(Received("kentongan/situbondo/kalibagor/alarm/pencurian", b"", retain=False), came_at)

    assert (world.sounding() == "pencurian") is rings
