"""Clocks that count as synchronised and are hours apart: none keeps an alarm from ringing, and it is reported."""

import json

import pytest

from contract.wire.codec import rfc3339
from node.core.events import Loaded, OutboxEntry
from runtime.core.effects import Publish
from runtime.core.events import Clock, Linked
from tests.node.core.world import EPOCH_S, SYNCED, UNSYNCED, World

HOUR_S = 3600.0
UP_S = 500.0  # how long the hub's machine has been up when this box starts
FAULT = "the clock of kalibagor/pos-1, here, is 7200 s {} the hub's (posko); both count as synchronised"


def box(clock: Clock = SYNCED) -> World:
    return World(clock=clock).ready()


def beacons(world: World, first: int, last: int, wrong_s: float = 0.0, held_up_s: float = 0.0) -> None:
    """The hub's beacons come from *first* to *last*, every 5 s; its clock is *wrong_s* ahead of the true one."""
    for at in range(first, last + 1, 5):
        made = at - held_up_s
        world.beacon(at=float(at), made_at=UP_S + made, time=EPOCH_S + made + wrong_s)


def dated(ago_s: float, **members: object) -> bytes:
    """A payload that says that it was sent so long ago, by a clock that counts as synchronised."""
    return json.dumps({"sent": rfc3339(EPOCH_S + 50.0 - ago_s), "clock": "synced", **members}).encode()


@pytest.mark.parametrize("off_s", [2 * HOUR_S, -2 * HOUR_S, 30 * HOUR_S])
@pytest.mark.parametrize("age_s", [0, 0.0, 12.5])
def test_an_alarm_with_an_age_rings_whatever_any_clock_says(age_s: float, off_s: float) -> None:
    world = box()
    expires = rfc3339(EPOCH_S + 50.0 - off_s)
    world.alarm("kebakaran", 50.0, raw=dated(off_s, age_s=age_s, expires=expires))

    assert world.sounding() == "kebakaran"


def test_an_age_that_is_over_refuses_though_the_times_of_day_do_not() -> None:
    world = box()
    world.alarm("kebakaran", 50.0, raw=dated(0.0, age_s=180))

    assert world.reasons()[-1] == "its time was over before it came"


@pytest.mark.parametrize(("wrong_s", "how"), [(2 * HOUR_S, "behind"), (-2 * HOUR_S, "ahead of")])
def test_a_clock_that_is_not_the_hubs_is_a_fault_and_refuses_nothing(wrong_s: float, how: str) -> None:
    world = box()
    beacons(world, 5, 45, wrong_s)
    assert world.status()["faults"] == {"clock": FAULT.format(how)}
    assert world.status()["clock"] == "unsynced"
    assert world.told().count("fault clock") == 1
    world.alarm("kebakaran", 50.0, raw=dated(181.0))

    assert world.sounding() == "kebakaran"


def test_the_same_alarm_is_late_where_the_clock_is_the_hubs() -> None:
    world = box()
    beacons(world, 5, 45, 4.0)
    world.alarm("kebakaran", 50.0, raw=dated(181.0))

    assert world.reasons() == ["it was sent too long ago"]
    assert world.status()["faults"] == {}


def test_beacons_that_are_held_up_on_a_bad_link_are_no_disagreement() -> None:
    world = box()
    beacons(world, 5, 10)
    beacons(world, 15, 100, held_up_s=6.0)
    beacons(world, 105, 200, held_up_s=60.0)

    assert world.status()["faults"] == {}


def test_the_fault_ends_once_the_clocks_agree() -> None:
    world = box()
    beacons(world, 5, 30, 2 * HOUR_S)
    beacons(world, 35, 40, 0.5)

    assert (world.status()["faults"], world.status()["clock"]) == ({}, "synced")
    assert world.told()[-1] == "recovered clock"


@pytest.mark.parametrize("ours", [True, False])
def test_a_clock_that_is_known_to_be_uncertain_disagrees_with_none(ours: bool) -> None:
    world = box(UNSYNCED if ours else SYNCED)
    for at in range(5, 60, 5):
        world.beacon(at=float(at), made_at=UP_S + at, time=EPOCH_S + 2 * HOUR_S if ours else None)

    assert world.status()["faults"] == {}


def test_a_status_has_its_instant_by_both_clocks_and_the_time_of_day_only_where_it_counts() -> None:
    certain, uncertain = box().status(), box(UNSYNCED).status()

    assert (certain["at_s"], certain["time"]) == (0.0, rfc3339(EPOCH_S))
    assert (uncertain["at_s"], "time" in uncertain) == (0.0, False)


def test_in_dispute_a_status_goes_on_to_have_the_time_of_day_by_which_the_dispute_can_end() -> None:
    world = box()
    beacons(world, 5, 30, 2 * HOUR_S)

    assert world.status()["time"] == rfc3339(EPOCH_S + float(str(world.status()["at_s"])))


def test_in_dispute_a_press_goes_out_with_its_age_and_without_a_time_of_day() -> None:
    world = box()
    beacons(world, 5, 30, 2 * HOUR_S)
    world.press("pencurian", 32.0)

    (sent,) = [each.payload for _, each in world.done if isinstance(each, Publish) and each.token]
    members = json.loads(sent)
    assert (members["age_s"], members["clock"], "sent" in members) == (0.0, "unsynced", False)


def test_in_dispute_no_time_of_day_gives_the_age_of_what_was_pressed_before_a_restart() -> None:
    world = box()
    beacons(world, 5, 20, 2 * HOUR_S)
    world.feed(Loaded((OutboxEntry("old", "pencurian", 20.0, age_known=False, pressed_wall=EPOCH_S + 10.0),), ()))
    world.feed(Linked(), 61.0)

    assert world.sent() == []
    assert world.reasons()[-1] == "pressed before a restart; how long ago cannot be told, so it sounds nowhere now"
