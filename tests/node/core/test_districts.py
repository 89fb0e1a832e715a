"""The hub has another district file than this box: a fault that says what to do, and nothing rings otherwise."""

from dataclasses import replace

from tests.node.core.world import World, make_setup

REASON = ("the hub (posko) has another district file than kalibagor/pos-1, here; on the machine that has the old one: "
          "sudo ./install district kentongan-district.tar, which `kentongan broker provision` wrote")


def box() -> World:
    return World(setup=replace(make_setup(), district_digest="old")).ready()


def test_a_box_shows_its_digest_in_its_status() -> None:
    assert box().status()["district_digest"] == "old"


def test_a_beacon_with_another_digest_is_a_fault_until_they_are_the_same() -> None:
    world = box()
    world.beacon(at=5.0, district_digest="new")
    world.beacon(at=10.0, district_digest="new")
    assert world.status()["faults"] == {"district": REASON}
    assert world.told().count("fault district") == 1

    world.beacon(at=15.0, boot="h2", district_digest="old")
    assert world.status()["faults"] == {}


def test_a_hub_that_shows_none_as_older_ones_do_is_not_judged() -> None:
    world = box()
    world.beacon(at=5.0)

    assert world.status()["faults"] == {}


def test_it_rings_as_before() -> None:
    world = box()
    world.beacon(at=5.0, district_digest="new")
    world.alarm("kebakaran", 6.0)

    assert world.sounding() == "kebakaran"
