"""Posts whose clocks count as synchronised and are not the hub's: named, not believed, and never a reason to refuse."""

import json
from dataclasses import replace

import pytest

from contract.wire.codec import rfc3339
from posko.core.effects import SavePatrol
from runtime.core.events import Clock
from tests.posko.core.world import EPOCH_S, SYNCED, UNSYNCED, World, offline

HOUR_S = 3600.0
POSTS = ("kalibagor/pos-1", "kotakan/pos-1", "patokan/polsek")
FIRST = POSTS[0]
FAULT = "the hub's clock (posko) is 7200 s {} that of kalibagor/pos-1; both count as synchronised"
OWN = "the posts of more villages disagree with the hub's clock (posko) than agree with it"


def report(world: World, until: float, wrong_s: dict[str, float], clock: str = "synced") -> World:
    """Each of the posts says its status every 10 s; its clock is so much ahead of the true one."""
    while world.now < until:
        world.wait(world.now + 10.0)
        for post, off_s in wrong_s.items():
            time = rfc3339(EPOCH_S + world.now + off_s) if clock == "synced" else None
            world.status(post, world.now, at_s=700.0 + world.now, clock=clock, time=time)
    return world


def dated(world: World, ago_s: float, **members: object) -> bytes:
    """A payload that says that it was sent so long ago, by a clock that counts as synchronised."""
    return json.dumps({"sent": rfc3339(EPOCH_S + world.now - ago_s), "clock": "synced", **members}).encode()


@pytest.mark.parametrize("off_s", [2 * HOUR_S, -2 * HOUR_S, 30 * HOUR_S])
def test_a_press_with_an_age_is_in_force_whatever_any_clock_says(off_s: float) -> None:
    world = World().ready()
    world.wait(10.0)
    world.alarm(raw=dated(world, off_s, age_s=0, identifier="a", sender=FIRST, expires=rfc3339(EPOCH_S - off_s)))

    assert world.listed() == ["kebakaran kalibagor a 0+180"]


@pytest.mark.parametrize(("wrong_s", "how"), [(2 * HOUR_S, "behind"), (-2 * HOUR_S, "ahead of")])
def test_a_post_whose_clock_is_another_is_a_fault_that_names_both(wrong_s: float, how: str) -> None:
    world = report(World().ready(), 20.0, {FIRST: wrong_s, POSTS[1]: 0.0})

    assert world.shown()["faults"] == {"clock of kalibagor/pos-1": FAULT.format(how)}
    assert world.shown()["clock"] == "synced"


def test_what_such_a_post_sent_long_ago_by_its_clock_is_not_late_and_what_another_sent_is() -> None:
    world = report(World().ready(), 20.0, {FIRST: -2 * HOUR_S, POSTS[1]: 0.0})
    world.alarm(raw=dated(world, 2 * HOUR_S, identifier="a", sender=FIRST))
    world.alarm("pencurian", raw=dated(world, 2 * HOUR_S, identifier="b", sender=POSTS[1]))

    assert world.listed() == ["kebakaran kalibagor a 0+180"]
    assert "late pencurian kalibagor b" in world.told()


def test_a_round_of_such_a_post_is_written_down_at_the_hubs_time() -> None:
    world = report(World().ready(), 20.0, {FIRST: -2 * HOUR_S, POSTS[1]: 0.0})
    made = rfc3339(EPOCH_S - 2 * HOUR_S)
    world.event(25.0, event="ronda", identifier="r", origin="button", clock="synced", time=made)

    (patrol,) = [each for _, each in world.done if isinstance(each, SavePatrol)]
    assert (patrol.wall_s, patrol.clock) == (EPOCH_S + 25.0, "synced")


@pytest.mark.parametrize("how", ["it agrees", "it is away", "it is offline", "it is not synchronised any more"])
def test_the_fault_ends_with_what_it_is_about(how: str) -> None:
    world = report(World().ready(), 20.0, {FIRST: 2 * HOUR_S, POSTS[1]: 0.0})
    if how == "it agrees":
        report(world, 30.0, {FIRST: 0.1, POSTS[1]: 0.0})
    elif how == "it is away":
        report(world, 60.0, {POSTS[1]: 0.0})
    elif how == "it is offline":
        world.status(FIRST, 25.0, state="offline")
    else:
        report(world, 30.0, {FIRST: 0.0}, clock="unsynced")

    assert world.shown()["faults"] == {}


def test_one_box_alone_broken_or_stolen_does_not_make_the_hub_doubt_its_own_clock() -> None:
    world = report(World().ready(), 60.0, {FIRST: 2 * HOUR_S})

    assert world.shown()["clock"] == "synced"


def test_the_posts_of_one_village_however_many_do_not_make_the_hub_doubt_its_own_clock() -> None:
    """One account, that of the village's own broker, can speak for all of them."""
    posts = [f"kalibagor/pos-{number}" for number in range(1, 10)]
    reach = World().state.setup.posts[FIRST]
    setup = replace(World().state.setup, posts={**World().state.setup.posts, **dict.fromkeys(posts, reach)})
    world = World(setup=setup).ready()
    report(world, 60.0, {**dict.fromkeys(posts, 2 * HOUR_S), POSTS[1]: 0.0})

    assert world.shown()["clock"] == "synced"


def test_a_hub_with_which_most_posts_disagree_doubts_its_own_clock_until_they_agree() -> None:
    world = report(World().ready(), 20.0, {FIRST: 0.0, POSTS[1]: 2 * HOUR_S, POSTS[2]: 2 * HOUR_S})
    faults = world.shown()["faults"]
    assert isinstance(faults, dict)
    assert (faults["clock"], world.shown()["clock"]) == (OWN, "unsynced")
    world.alarm(raw=dated(world, 2 * HOUR_S, identifier="a"))
    assert world.listed() == ["kebakaran kalibagor a 0+180"]

    world.feed(Clock(synced=True, offset_s=EPOCH_S + 2 * HOUR_S), 21.0)
    report(world, 40.0, {FIRST: 2 * HOUR_S, POSTS[1]: 2 * HOUR_S, POSTS[2]: 2 * HOUR_S})
    assert (world.shown()["faults"], world.shown()["clock"]) == ({}, "synced")


def test_the_beacon_has_the_time_of_day_where_the_machine_is_synchronised() -> None:
    certain, uncertain = World(SYNCED).ready().beacon(), World(UNSYNCED).ready().beacon()

    assert certain.at_s is not None
    assert certain.time == EPOCH_S + certain.at_s
    assert (uncertain.at_s, uncertain.time) == (certain.at_s, None)


def test_a_link_that_ends_leaves_the_clocks_as_they_were() -> None:
    world = report(World().ready(), 20.0, {FIRST: 2 * HOUR_S, POSTS[1]: 0.0})
    offline(world, 25.0)

    assert "clock of kalibagor/pos-1" in world.state.faults
