"""Buttons: a press counts when it was held, once, whatever the contact and the loop do."""

import pytest

from node.core.events import Contact
from runtime.core.events import Received
from tests.node.core.world import World, make_setup, same

TOUCH, RELEASE = Contact("pencurian", closed=True), Contact("pencurian", closed=False)
PRESSED = ["pressed pencurian kalibagor #1", "sounding pencurian kalibagor #1"]


def box() -> World:
    """A box whose broker is away, so that what it does is for its own street."""
    return World().offline()


def test_a_held_press_sounds_at_the_end_of_its_hold_and_before_anything_else_is_done() -> None:
    world = World().ready()

    assert world.touch("pencurian", 10.0) == ["light pencurian held"]
    assert world.wait(10.99) == []
    assert world.wait(11.0) == [
        "play pencurian 11 to 191",
        "keep pencurian #1",
        "log pressed pencurian kalibagor #1",
        "tell pressed pencurian kalibagor #1",
        "remember #1",
        "log sounding pencurian kalibagor #1",
        "tell sounding pencurian kalibagor #1",
        "send pencurian #1 0 s old",
        "light pencurian sending",
        "status sounding",
    ]
    assert world.release("pencurian", 11.5) == []
    assert world.wait(14.0) == []


def test_a_press_sounds_without_journal_broker_or_clock() -> None:
    world = World()

    assert world.press("pencurian", 0.0)[0] == "play pencurian 1 to 181"
    world.wait(200.0)
    assert world.heard() == [("pencurian", 1.0, 181.0)]


@pytest.mark.parametrize("name", ["pencurian", "aman"])
def test_a_press_sounds_and_goes_to_the_disk_before_anything_says_that_it_was_pressed(name: str) -> None:
    done = World().ready().press(name, 10.0)

    assert [each.split()[0] for each in done[:3]] == ["play", "keep", "log"]


def test_release_before_hold_time_stays_silent() -> None:
    world = box()
    world.touch("pencurian", 10.0)

    assert world.release("pencurian", 10.99) == []
    assert world.wait(600.0) == ["light kebakaran fault, pencurian fault, senyap fault"]
    assert world.told() == ["fault link"]
    assert world.heard() == []


@pytest.mark.parametrize("bounces", [5, 17, 24])
@pytest.mark.parametrize("begins", [10.0, 11.6])
def test_a_bouncing_contact_is_one_press_counted_from_the_first_touch(bounces: int, begins: float) -> None:
    world = box()
    world.touch("pencurian", 10.0)
    for bounce in range(bounces):
        instant = begins + bounce * 0.002
        world.feed(RELEASE, instant)
        world.feed(TOUCH, instant + 0.001)
    world.feed(RELEASE, 12.0)
    for bounce in range(bounces):
        world.feed(TOUCH, 12.0 + bounce * 0.002)
        world.feed(RELEASE, 12.001 + bounce * 0.002)

    world.wait(400.0)

    assert world.told() == ["fault link", *PRESSED, "finished pencurian kalibagor #1"]
    assert world.heard() == [("pencurian", 11.0, 191.0)]


@pytest.mark.parametrize("opened", [10.06, 10.5, 10.99])
def test_an_opening_in_the_middle_of_a_hold_starts_it_anew(opened: float) -> None:
    world = box()
    world.touch("pencurian", 10.0)
    world.feed(RELEASE, opened)
    world.feed(TOUCH, opened + 0.003)

    world.wait(13.0)

    assert world.heard() == [("pencurian", opened + 1.003, 13.0)]


def test_taps_with_a_real_release_between_them_are_never_added_up() -> None:
    world = box()
    for tap in range(20):
        world.feed(TOUCH, 10.0 + tap * 0.5)
        world.feed(RELEASE, 10.4 + tap * 0.5)

    world.wait(60.0)

    assert world.told() == ["fault link"]


def test_a_release_that_a_held_up_loop_hands_over_late_still_came_before_the_hold_ended() -> None:
    world = box()
    world.step(TOUCH, 10.0)

    world.step(RELEASE, 10.5)  # both are handed over long after 11.0, each with its own instant
    world.wait(60.0)

    assert world.told() == ["fault link"]


def test_a_press_that_was_held_long_enough_counts_though_the_loop_was_held_up_past_its_release() -> None:
    world = box()
    world.step(TOUCH, 10.0)

    world.step(RELEASE, 11.5)
    world.wait(12.0)

    assert world.told() == ["fault link", *PRESSED]
    assert world.heard() == [("pencurian", 11.5, 12.0)]


def test_two_taps_that_a_held_up_loop_hands_over_at_once_are_no_press() -> None:
    world = box()
    world.step(TOUCH, 10.0)
    world.step(RELEASE, 10.3)

    world.step(TOUCH, 10.7)
    world.feed(RELEASE, 11.5)
    world.wait(60.0)

    assert world.told() == ["fault link"]


def test_a_message_that_waited_behind_a_press_finds_it_already_counted() -> None:
    world = World(make_setup(hub=False)).ready()
    world.step(Contact("senyap", closed=True), 10.0)

    world.step(Received("kentongan/situbondo/kalibagor/alarm/kebakaran", b"", retain=False), 13.0)

    assert world.told() == ["linked", "silenced", "sounding kebakaran kalibagor"]
    assert world.sounding() == "kebakaran"


def test_a_button_held_for_ten_minutes_is_one_alarm_and_one_fault() -> None:
    world = World(make_setup(hub=False)).ready()
    world.touch("pencurian", 10.0)
    world.acknowledge("kalibagor.pos-1.1", 11.5)
    world.wait(610.0)
    world.release("pencurian", 610.0)
    world.wait(611.0)

    assert world.told_at() == [
        (0.0, "linked"),
        (11.0, "pressed pencurian kalibagor #1"),
        (11.0, "sounding pencurian kalibagor #1"),
        (11.5, "published pencurian kalibagor #1"),
        (20.0, "fault button pencurian"),
        (191.0, "finished pencurian kalibagor #1"),
        (610.05, "recovered button pencurian"),
    ]
    assert world.heard() == [("pencurian", 11.0, 191.0)]


def test_a_button_that_was_stuck_rings_again_after_its_release() -> None:
    world = box()
    world.touch("pencurian", 10.0)
    world.release("pencurian", 300.0)
    world.press("pencurian", 400.0)

    assert world.heard() == [("pencurian", 11.0, 191.0), ("pencurian", 401.0, 401.125)]


def test_a_contact_that_is_closed_at_the_start_is_a_fault_and_no_press() -> None:
    world = World()
    world.feed(Contact("pencurian", closed=True, initial=True), 0.0)
    world.offline()
    world.wait(60.0)
    world.release("pencurian", 60.0)
    world.wait(61.0)

    assert world.told() == ["fault button pencurian", "fault link", "recovered button pencurian"]
    assert world.heard() == []
    assert world.press("pencurian", 70.0)[0] == "play pencurian 71 to 251"


def test_a_lock_that_is_closed_at_the_start_is_no_fault_and_locks_at_once() -> None:
    world = World()
    world.feed(Contact("lock", closed=True, initial=True), 0.0)
    world.wait(0.001)

    assert world.told() == ["locked"]


def test_contacts_that_the_box_has_not_are_nothing() -> None:
    world = box()

    assert world.feed(Contact("ternak", closed=True), 10.0) == []
    assert world.wait(30.0) == []


def test_two_buttons_held_together_are_two_alarms_and_the_more_urgent_sounds() -> None:
    world = box()
    world.touch("pencurian", 10.0)
    world.touch("kebakaran", 10.0)

    assert same(world.wait(11.0)) == [
        "play kebakaran 11 to 191", "keep pencurian #1", "remember #1", "keep kebakaran #2", "remember #2",
    ]
