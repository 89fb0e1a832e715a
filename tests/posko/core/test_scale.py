"""A district of thousands of posts: what one post causes costs the same as in a small one, and no message grows."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

import pytest

from contract.domain.district import District, Post, Village, reaches
from contract.wire.codec import MAX_BEACON_BYTES
from contract.wire.hub_status import HubStatus, read_status
from runtime.core.effects import Publish
from runtime.core.events import Received, Tick
from tests.contract import shipped
from tests.posko.core.world import World, make_setup

SMALL, LARGE = 30, 1200
A_VILLAGE = 6  # posts


def district(posts: int) -> District:
    """Villages in a row, each a neighbour of the next, with A_VILLAGE posts each."""
    names = [f"desa-{number}" for number in range(posts // A_VILLAGE)]
    villages = {
        name: Village(
            name=name, kind="desa", code=f"35.12.07.{2001 + number}",
            neighbours=tuple(names[other] for other in (number - 1, number + 1) if 0 <= other < len(names)),
            posts={f"pos-{post}": Post(name=f"Pos {post}") for post in range(A_VILLAGE)},
        )
        for number, name in enumerate(names)
    }
    return replace(shipped.district(), villages=villages)


def hub_of(posts: int) -> World:
    """A linked hub that has heard all of its posts."""
    found = district(posts)
    setup = replace(make_setup(), villages=frozenset(found.villages), posts=reaches(found, shipped.catalogue()))
    world = World(setup=setup).ready()
    for post in setup.posts:
        world.step(status(post), 1.0)
    world.wait(2.0)
    return world


@pytest.fixture(scope="module")
def large() -> World:
    return hub_of(LARGE)


def status(post: str, state: str = "ready", sounding: dict[str, str] | None = None) -> Received:
    village, node = post.split("/")
    body = {"state": state, "boot": "b1", "sounding": sounding, "clock": "synced"}
    return Received(f"kentongan/situbondo/{village}/node/{node}/status", json.dumps(body).encode(), retain=False)


def calls(act: Callable[[], object]) -> int:
    """How many functions, of Python and of C, *act* calls: its cost, whatever the machine is doing."""
    counted = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return counted


def heartbeat(world: World) -> int:
    return calls(lambda: world.step(status("desa-1/pos-1"), world.now + 0.01))


def test_a_heartbeat_and_the_passing_of_time_cost_the_same_in_any_district(large: World) -> None:
    small = hub_of(SMALL)
    for world in (small, large):
        heartbeat(world)

    assert heartbeat(large) == heartbeat(small) < 400
    assert calls(lambda: large.step(Tick(), large.now + 0.01)) == calls(lambda: small.step(Tick(), small.now + 0.01))


def published(world: World, topic: str) -> list[bytes]:
    return [effect.payload for _, effect in world.done if isinstance(effect, Publish) and effect.topic.endswith(topic)]


def last_status(world: World) -> HubStatus:
    found = read_status(published(world, "posko/status")[-1])
    assert isinstance(found, HubStatus)
    return found


def test_the_proof_of_each_post_of_an_alarm_everywhere_costs_the_same_and_is_told_once_with_what_fits() -> None:
    costs = []
    for world in (hub_of(SMALL), hub_of(LARGE)):
        world.alarm("bencana", village="semua")
        world.wait(world.now + 0.5)
        (alarm,) = world.state.alarms.values()
        about = {"village": "semua", "incident": "bencana", "identifier": alarm.identifier, "status": "Actual"}
        posts = sorted(world.setup.posts)
        for post in posts[:-1]:
            cost = calls(partial(world.step, status(post, "sounding", about), world.now))
        costs.append(cost)
        world.step(status(posts[-1], "sounding", about), world.now)
        world.wait(world.now + 2.0)
        (proven,) = (event for event in world.events() if event["event"] == "proven")

        assert (proven["count"], len(cast(dict[str, Any], proven["posts"]))) == (len(posts), min(len(posts), 500))
        assert len(json.dumps(proven)) < MAX_BEACON_BYTES
    small, many = costs

    assert many < small + 20


def test_a_status_names_all_posts_of_a_small_district_and_counts_those_of_a_large_one(large: World) -> None:
    small = last_status(hub_of(SMALL))
    of_large = last_status(large)

    assert (set(small.posts.values()), len(small.posts), small.counts) == ({"ready"}, SMALL, {})
    assert (of_large.posts, of_large.counts) == ({}, {"ready": LARGE})


@pytest.mark.parametrize(("posts", "named", "counted"), [(500, 500, {}), (501, 0, {"ready": 501})])
def test_five_hundred_posts_are_named_and_one_more_makes_a_count(
    posts: int, named: int, counted: dict[str, int]
) -> None:
    found = district(700)
    known = dict(list(reaches(found, shipped.catalogue()).items())[:posts])
    world = World(setup=replace(make_setup(), villages=frozenset(found.villages), posts=known)).ready()
    for post in known:
        world.step(status(post), 1.0)
    world.wait(2.0)

    assert (len(last_status(world).posts), dict(last_status(world).counts)) == (named, counted)


def test_no_message_outgrows_a_packet_whatever_is_in_force_and_missing() -> None:
    world = hub_of(LARGE)
    incidents = [name for name in shipped.catalogue().incidents if name not in ("aman", "patroli")]
    for number in range(40):
        world.alarm(incidents[number % len(incidents)], village=f"desa-{number}", note="tolong " * 60)
        world.wait(world.now + 0.5)
    world.alarm("bencana", village="semua")
    world.wait(world.now + 15.0)  # nobody sounds anything, and half of the posts fall silent
    for post in sorted(world.setup.posts)[::2]:
        world.step(status(post), world.now)
    world.wait(world.now + 40.0)
    sizes: dict[str, int] = {}
    for _, effect in world.done:
        if isinstance(effect, Publish):
            sizes[effect.topic] = max(sizes.get(effect.topic, 0), len(effect.payload))
    status_ = last_status(world)

    assert {topic: size for topic, size in sizes.items() if size > MAX_BEACON_BYTES} == {}
    assert sum(status_.counts.values()) == LARGE
    assert len(status_.alarms) > 20
