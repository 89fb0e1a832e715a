"""Posts with another district file than the hub's: each a fault of that post, whatever a box says of itself."""

from dataclasses import replace

from runtime.core.effects import Publish
from tests.posko.core.world import World, make_setup

FIRST, SECOND = "kalibagor/pos-1", "kotakan/pos-1"
REASON = ("kalibagor/pos-1 has another district file than the hub (posko), here; on the machine that has the old one: "
          "sudo ./install district kentongan-district.tar, which `kentongan broker provision` wrote")


def hub() -> World:
    return World(setup=replace(make_setup(), district_digest="new")).ready()


def faults(world: World) -> dict[str, str]:
    world.wait(world.now + 1.0)
    found = world.shown()["faults"]
    assert isinstance(found, dict)
    return found


def events(world: World, *kinds: str) -> list[str]:
    return [each for each in world.told() if each.startswith(kinds)]


def test_the_hub_shows_its_digest_in_its_status_and_its_beacon() -> None:
    world = hub()
    world.wait(10.0)

    assert world.shown()["district_digest"] == "new"
    assert world.beacons()[-1][1].district_digest == "new"


def test_a_post_with_another_district_is_a_fault_that_names_it_and_says_what_to_do() -> None:
    world = hub()
    world.status(FIRST, 5.0, district_digest="old")
    world.status(SECOND, 5.0, district_digest="new")

    assert faults(world) == {"district of kalibagor/pos-1": REASON}


def test_it_is_reported_once_and_recovers_once_the_post_has_the_new_one() -> None:
    world = hub()
    for at in (5.0, 15.0, 25.0):
        world.status(FIRST, at, district_digest="old")
    world.status(FIRST, 35.0, boot="n2", district_digest="new")

    assert events(world, "fault", "recovered") == [
        "fault district of kalibagor/pos-1", "recovered district of kalibagor/pos-1"]
    assert faults(world) == {}


def test_a_post_that_shows_no_digest_as_older_ones_do_is_not_judged() -> None:
    world = hub()
    world.status(FIRST, 5.0)

    assert faults(world) == {}


def test_what_the_broker_kept_of_a_post_is_not_judged_and_one_that_is_gone_no_more() -> None:
    world = hub()
    world.status(SECOND, 5.0, retain=True, district_digest="old")
    world.status(FIRST, 5.0, district_digest="old")
    world.status(FIRST, 6.0, state="offline")

    assert faults(world) == {}


def test_a_box_that_shows_another_digest_with_each_status_makes_a_fault_of_its_own_village_and_few_events() -> None:
    world = hub()
    world.status(SECOND, 5.0, district_digest="old")
    for count in range(2000):
        world.status(FIRST, 5.0 + count / 100, district_digest=("old", "new")[count % 2])
    world.status(FIRST, 40.0, district_digest="old")

    assert {*faults(world)} == {"district of kalibagor/pos-1", "district of kotakan/pos-1"}
    assert len(events(world, "fault", "recovered")) <= 1 + 2 * (20 + 4)


def test_an_alarm_of_such_a_post_is_in_force_as_ever() -> None:
    world = hub()
    world.status(FIRST, 5.0, district_digest="old")
    world.alarm(identifier="a")

    assert world.listed() == ["kebakaran kalibagor a 0+180"]
    assert any(isinstance(effect, Publish) and effect.topic.endswith("/active") for _, effect in world.done)
