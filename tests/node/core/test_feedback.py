"""What the box feels of itself: a siren that draws no current is a fault, a loss of mains is told, a flicker is not."""

import json
from dataclasses import replace
from typing import Any

import pytest

from node.core.events import Contact, SirenSwitched
from runtime.core.effects import Log, Publish
from tests.node.core.world import World, make_setup

ALL = {"siren_current": False, "mains": False, "battery_low": False, "door": False}


def box(**inverted: bool) -> World:
    """A box with all inputs, or those given, whose mains are on and whose door is shut."""
    world = World(replace(make_setup(), feedback=inverted or ALL))
    for name in ("mains", "door"):
        if name in world.setup.feedback:
            world.feed(Contact(name, closed=not world.setup.feedback[name], initial=True), 0.0)
    return world.ready()


def told(world: World) -> list[tuple[float, str, str]]:
    """The faults, recoveries and warnings: when, which, and why or of what."""
    found = []
    for at, effect in world.done:
        if isinstance(effect, Log) and effect.event["event"] in ("fault", "recovered", "warning"):
            event = effect.event
            if event.get("part") not in ("link", "hub", "clock", "journal"):
                found.append((at, str(event["event"]), str(event.get("part") or event["reason"])))
    return found


def felt(world: World) -> dict[str, Any]:
    """`feedback` in the last status."""
    last = [json.loads(effect.payload) for _, effect in world.done
            if isinstance(effect, Publish) and effect.topic.endswith("/status")][-1]
    found = last.get("feedback", {})
    assert isinstance(found, dict)
    return found


def siren(world: World, at: float, *, on: bool) -> None:
    world.feed(SirenSwitched(on), at)


def current(world: World, at: float, *, flows: bool) -> None:
    world.feed(Contact("siren_current", closed=flows), at)


def test_a_box_in_which_all_is_well_tells_nothing_but_its_status() -> None:
    world = box()
    world.wait(5.0)

    assert told(world) == []
    assert felt(world) == {"mains": "on", "battery": "ok", "door": "closed"}


def test_a_box_without_inputs_has_nothing_of_it_in_its_status() -> None:
    world = World().ready()
    for name in ALL:
        world.feed(Contact(name, closed=True), 1.0)
    world.wait(5.0)

    assert (told(world), felt(world)) == ([], {})


@pytest.mark.parametrize(("name", "lost", "back"), [
    ("mains", "mains: lost", "mains: on"), ("door", "door: open", "door: closed"),
])
def test_mains_that_fail_and_a_door_that_opens_are_told_after_a_second_and_so_is_their_end(
    name: str, lost: str, back: str
) -> None:
    world = box()
    world.feed(Contact(name, closed=False), 10.0)
    world.feed(Contact(name, closed=True), 20.0)
    world.wait(30.0)

    assert told(world) == [(11.0, "warning", lost), (21.0, "warning", back)]
    assert world.state.faults.keys() & {name, "siren mute", "siren stuck"} == set()


def test_a_low_battery_is_told_and_stands_in_the_status() -> None:
    world = box()
    world.feed(Contact("battery_low", closed=True), 10.0)
    world.wait(12.0)

    assert told(world) == [(11.0, "warning", "battery: low")]
    assert felt(world)["battery"] == "low"


def test_what_is_not_well_at_the_start_is_told() -> None:
    world = World(replace(make_setup(), feedback=ALL)).ready()
    world.wait(5.0)

    assert [(kind, what) for _, kind, what in told(world)] == [("warning", "mains: lost"), ("warning", "door: open")]


def test_a_flicker_is_nothing() -> None:
    world = box()
    for tenth in range(100, 200):
        world.feed(Contact("mains", closed=tenth % 2 == 0), tenth / 10)
    world.feed(Contact("mains", closed=True), 20.0)
    world.wait(30.0)

    assert told(world) == []


def test_inputs_that_are_wired_the_other_way_round_mean_the_same() -> None:
    world = box(mains=True, door=True, battery_low=True, siren_current=True)
    world.feed(Contact("battery_low", closed=True), 0.5)  # which is: not low
    world.feed(Contact("siren_current", closed=True), 0.5)  # no current
    world.wait(5.0)
    before = told(world)
    world.feed(Contact("mains", closed=True), 10.0)
    world.wait(12.0)

    assert before == []
    assert told(world) == [(11.0, "warning", "mains: lost")]


# The siren.


def test_a_siren_that_draws_its_current_is_well_and_the_status_has_it() -> None:
    world = box()
    for start in (10.0, 20.0):
        siren(world, start, on=True)
        current(world, start + 0.3, flows=True)
        siren(world, start + 5.0, on=False)
        current(world, start + 5.3, flows=False)
    world.wait(40.0)

    assert told(world) == []
    assert felt(world)["siren"] == "draws current"


def test_a_siren_that_draws_no_current_within_a_second_is_a_fault_until_it_does() -> None:
    world = box()
    siren(world, 10.0, on=True)
    siren(world, 15.0, on=False)
    siren(world, 20.0, on=True)
    siren(world, 25.0, on=False)
    world.wait(29.0)
    assert world.state.faults["siren mute"] == "it is switched on and draws no current after 1 s"
    assert felt(world)["siren"] == "draws none"
    siren(world, 30.0, on=True)
    current(world, 30.5, flows=True)
    world.wait(35.0)

    assert told(world) == [(11.0, "fault", "siren mute"), (31.5, "recovered", "siren mute")]
    assert felt(world)["siren"] == "draws current"


def test_a_siren_that_loses_its_current_while_it_is_on_is_a_fault() -> None:
    world = box()
    siren(world, 10.0, on=True)
    current(world, 10.2, flows=True)
    current(world, 12.0, flows=False)
    world.wait(14.0)

    assert told(world) == [(13.0, "fault", "siren mute")]


def test_current_while_the_siren_is_off_is_a_fault_until_it_ends() -> None:
    world = box()
    siren(world, 10.0, on=True)
    current(world, 10.2, flows=True)
    siren(world, 15.0, on=False)
    world.wait(20.0)
    assert world.state.faults["siren stuck"] == "it is switched off and draws current after 1 s"
    current(world, 30.0, flows=False)
    world.wait(32.0)

    assert told(world) == [(16.0, "fault", "siren stuck"), (31.0, "recovered", "siren stuck")]


def test_a_siren_that_is_on_too_briefly_to_be_felt_is_not_judged() -> None:
    world = box()
    for start in range(10, 20):
        siren(world, float(start), on=True)
        siren(world, start + 0.9, on=False)
    world.wait(30.0)

    assert told(world) == []
    assert "siren" not in felt(world)
