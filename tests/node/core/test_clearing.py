"""The all-clear's button, where there may be nothing to clear: no all-clear goes out, and the box says why."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contract.domain.alarm import Name, Status
from node.core.clearing import REFUSED_S
from node.core.events import OutboxEntry
from node.core.state import Setup
from runtime.core.events import Linked, Unlinked
from tests.node.core.world import HOLDS_S, OWN, World, listed, make_setup, same

NOTHING = "nothing to clear here: no alarm of kalibagor is in force or awaits its all-clear"
FOREIGN = (
    "nothing to clear here: kebakaran is in force in kotakan, nothing in kalibagor; "
    "its own posts or the operator end it, senyap quiets this box"
)
ALL_LAMPS = frozenset({*HOLDS_S} - {"lock"})


def box(setup: Setup | None = None) -> World:
    """A linked box whose hub lives, for the next 15 s at least; it knows what is in force."""
    world = World(setup or make_setup(max_s=900.0)).ready()
    world.beacon(at=1.0)
    return world


def alone() -> World:
    """A box in a district without a hub, linked for so long that no alarm can be older."""
    world = World(make_setup(hub=False)).ready()
    world.wait(200.0)
    return world


def held(world: World, at: float) -> list[str]:
    """What holding the all-clear's button, until instant *at*, sends and journals."""
    world.touch("aman", at - HOLDS_S["aman"])
    before = len(world.done)
    world.wait(at)
    world.release("aman", at + 0.125)
    world.wait(at + 0.25)
    assert len(world.done) > before, "a press that does nothing"
    return [each for each in world.sent() if each.startswith("send aman")]


def refusals(world: World) -> list[str]:
    return [reason for reason in world.reasons() if reason.startswith("nothing to clear here")]


# Nothing of its own village


def test_an_all_clear_held_while_a_neighbours_siren_rings_here_is_none_and_says_why() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, village="kotakan")
    world.touch("aman", 20.0)
    done = world.wait(22.0)

    assert done == [
        "log warning aman kalibagor", "tell warning aman kalibagor",
        "light kebakaran refused, pencurian refused, senyap refused",
    ]
    assert world.events()[-1]["reason"] == FOREIGN
    assert world.events()[-1]["origin"] == "button"
    assert world.state.outbox == {}
    world.wait(60.0)
    assert world.heard() == [("kebakaran", 10.0, 60.0)]


@pytest.mark.parametrize(("make", "at"), [(box, 10.0), (alone, 210.0)])
def test_where_nothing_at_all_is_in_force_the_button_clears_nothing_and_says_so(
    make: Callable[[], World], at: float
) -> None:
    world = make()

    assert held(world, at) == []
    assert refusals(world) == [NOTHING]
    assert world.heard() == []


def test_an_alarm_for_every_village_is_not_a_villages_to_clear() -> None:
    world = box()
    world.alarm("bencana", 3.0, village="semua")

    assert held(world, 12.0) == []
    assert world.sounding() == "bencana"
    assert world.reasons()[-1].startswith("nothing to clear here: bencana is in force in semua, nothing in kalibagor")


@pytest.mark.parametrize("end", ["senyap", "locked"])
def test_a_neighbours_alarm_that_is_silent_here_is_still_not_its_own(end: str) -> None:
    world = box()
    world.alarm("kebakaran", 3.0, village="kotakan")
    if end == "senyap":
        world.press("senyap", 4.0)
    else:
        world.touch("lock", 4.0)

    assert held(world, 12.0) == []
    assert len(refusals(world)) == 1


def test_a_second_all_clear_clears_nothing_more() -> None:
    world = box()
    world.alarm("kebakaran", 3.0)

    assert held(world, 12.0) == ["send aman #1 0 s old"]
    world.beacon(at=13.0, acknowledged=(Name("kalibagor", "aman", f"{OWN}1"),), cleared={"kalibagor": 1.0})
    assert held(world, 20.0) == ["send aman #1 0 s old"]
    assert refusals(world) == [NOTHING]


def test_of_several_alarms_the_one_that_sounds_is_named() -> None:
    world = box()
    world.alarm("bencana", 3.0, village="olean")
    world.command("silence", 4.0)
    world.alarm("pencurian", 5.0, village="kotakan")
    world.alarm("kebakaran", 6.0, village="kotakan")
    held(world, 12.0)

    assert refusals(world) == [FOREIGN]


# Something of its own village


def own_alarm(world: World) -> None:
    world.alarm("pencurian", 3.0)


def silenced_at_the_box(world: World) -> None:
    world.alarm("pencurian", 3.0)
    world.press("senyap", 4.0)


def waiting_for_something_more_urgent(world: World) -> None:
    world.alarm("pencurian", 3.0)
    world.alarm("kebakaran", 4.0, village="kotakan")


def put_off_in_a_flood(world: World) -> None:
    for number in range(7):
        world.alarm("pencurian", 3.0 + number / 10, identifier=f"a{number}")
        world.command("silence", 3.05 + number / 10)
    world.alarm("aman", 4.0)
    world.alarm("pencurian", 4.5, identifier="b")
    assert world.state.alarms.keys().isdisjoint({("kalibagor", "pencurian")})
    assert world.state.deferred


def an_exercise(world: World) -> None:
    world.alarm("pencurian", 3.0, status="Exercise")


def locked_out(world: World) -> None:
    world.alarm("pencurian", 3.0)
    world.touch("lock", 4.0)


def only_the_hub_lists_it(world: World) -> None:
    """It came while the key kept the network out, so nothing of it sounds here."""
    world.touch("lock", 2.0)
    world.beacon(listed("a", "pencurian", age=5.0, remaining=175.0), at=8.0)
    assert world.state.alarms == {}


def rings_longer_elsewhere(world: World) -> None:
    """Here `max_sounding_s` has ended it."""
    world.alarm("pencurian", 3.0, identifier="a")
    world.beacon(listed("a", "pencurian", age=3.0, remaining=177.0), at=6.0)
    world.wait(7.5)
    assert world.state.alarms == {}


@pytest.mark.parametrize("make", [
    own_alarm, silenced_at_the_box, waiting_for_something_more_urgent, put_off_in_a_flood, an_exercise, locked_out,
    only_the_hub_lists_it, rings_longer_elsewhere,
])
def test_what_of_its_own_village_is_in_force_in_any_way_is_cleared(make: Callable[[World], None]) -> None:
    world = box(make_setup(max_s=4.0) if make is rings_longer_elsewhere else None)
    make(world)

    assert held(world, 12.0) == ["send aman #1 0 s old"]
    assert refusals(world) == []


def test_a_press_of_an_earlier_run_that_is_only_in_the_outbox_is_cleared_and_rings_nowhere() -> None:
    world = World(now=100.0)
    world.ready(OutboxEntry("old.1", "pencurian", pressed_at=95.0))
    world.beacon(at=101.0)
    assert world.state.alarms == {}

    assert held(world, 105.0) == ["send aman #1 0 s old"]
    world.wait(130.0)
    assert "late pencurian kalibagor old.1" in world.told()
    assert [incident for incident, _, _ in world.heard()] == ["aman"]


@pytest.mark.parametrize("pressed_at", [-90.0, 10.0])
def test_a_press_of_an_earlier_run_that_is_over_is_nothing_to_clear(pressed_at: float) -> None:
    """One is too old to ring, the other is of unknown age: both are reported as late, and ring nowhere."""
    world = World(now=100.0)
    world.ready(OutboxEntry("old.1", "pencurian", pressed_at, age_known=pressed_at < 0))
    world.beacon(at=101.0)

    assert held(world, 105.0) == []


# What a box cannot know


def unlinked(world: World) -> None:
    world.feed(Unlinked("no route"), 5.0)


def linked_without_a_beacon(world: World) -> None:
    world.feed(Unlinked("no route"), 5.0)
    world.feed(Linked(), 10.0)


def hub_missing(world: World) -> None:
    world.wait(17.0)


@pytest.mark.parametrize("make", [unlinked, linked_without_a_beacon, hub_missing])
def test_a_box_that_cannot_know_what_is_in_force_claims_nothing_and_lets_the_all_clear_out(
    make: Callable[[World], None]
) -> None:
    world = box()
    make(world)
    held(world, 25.0)

    assert refusals(world) == []
    assert [told for told in world.told() if told.startswith("pressed")] == ["pressed aman kalibagor #1"]
    assert [press.incident for press in world.state.outbox.values()] == ["aman"]


@pytest.mark.parametrize(("linked_for_s", "goes_out"), [(100.0, True), (179.0, True), (180.0, False)])
def test_without_a_hub_a_box_knows_all_once_no_alarm_can_be_older_than_its_link(
    linked_for_s: float, goes_out: bool
) -> None:
    world = World(make_setup(hub=False)).ready()

    assert bool(held(world, linked_for_s)) is goes_out


def test_a_locked_box_without_a_hub_cannot_know() -> None:
    world = alone()
    world.touch("lock", 205.0)

    assert held(world, 210.0) == ["send aman #1 0 s old"]


def test_a_box_without_a_link_knows_what_a_volunteer_means_whose_siren_rings_for_a_neighbour() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, village="kotakan")
    world.feed(Unlinked("no route"), 12.0)
    held(world, 20.0)

    assert refusals(world) == [FOREIGN]
    assert world.state.outbox == {}


# After its end


@pytest.mark.parametrize(("later_s", "goes_out"), [(1.0, True), (3600.0, True), (43_000.0, True), (43_300.0, False)])
def test_an_alarm_that_ended_by_itself_awaits_its_all_clear_for_half_a_day(later_s: float, goes_out: bool) -> None:
    world = alone()
    world.alarm("lainnya", 300.0)
    world.wait(420.0)

    assert bool(held(world, 300.0 + max(later_s, 125.0))) is goes_out
    assert bool(refusals(world)) is not goes_out


def test_what_was_all_cleared_once_awaits_no_other_though_only_the_hub_heard_the_first() -> None:
    world = box()
    world.alarm("lainnya", 10.0)
    world.wait(131.0)
    world.beacon(at=140.0, cleared={"kalibagor": 2.0})

    assert held(world, 150.0) == []
    assert refusals(world) == [NOTHING]


def test_the_all_clear_of_an_alarm_whose_time_is_over_is_beaten_wherever_it_sounded_and_nowhere_else() -> None:
    woken, undisturbed = box(), box()
    woken.alarm("kebakaran", 10.0, village="kotakan")
    for world in (woken, undisturbed):
        world.wait(1000.0)
        world.alarm("aman", 1000.0, village="kotakan", identifier="c")
        world.alarm("aman", 1100.0, village="kotakan", identifier="d")
        world.wait(1200.0)

    assert [(incident, began) for incident, began, _ in woken.heard()] == [("kebakaran", 10.0), ("aman", 1000.0)]
    assert undisturbed.heard() == []


def test_an_old_all_clear_that_comes_late_does_not_clear_what_was_raised_after_it() -> None:
    world = alone()
    world.alarm("lainnya", 210.0)
    world.wait(331.0)
    world.alarm("aman", 340.0, identifier="c", age_s=135)

    assert held(world, 350.0) == ["send aman #1 0 s old"]


def test_an_alarm_that_the_hub_lists_no_more_before_its_end_here_awaits_its_all_clear_too() -> None:
    world = box()
    world.beacon(listed("a", "pencurian", remaining=30.0), at=10.0)
    world.beacon(at=39.8)
    assert world.state.alarms == {}

    assert held(world, 45.0) == ["send aman #1 0 s old"]


# What the box shows


def lamps_box(*names: str) -> World:
    """A box with lamps at the buttons *names*, at which the siren rings for a neighbour."""
    world = box(replace(make_setup(max_s=900.0), lamps=frozenset(names)))
    world.alarm("kebakaran", 3.0, village="kotakan")
    return world


def test_the_all_clears_lamp_shows_for_a_while_that_it_was_not_obeyed() -> None:
    world = lamps_box(*ALL_LAMPS)
    world.touch("aman", 5.0)
    seen = []
    for instant in (6.0, 7.0, 7.0 + REFUSED_S - 0.1, 7.0 + REFUSED_S):
        world.wait(instant)
        seen.append(world.lamps()["aman"])
    world.release("aman", 12.0)

    assert seen == ["held", "refused", "refused", "off"]
    assert world.lamps() == {**dict.fromkeys(ALL_LAMPS, "off"), "kebakaran": "sounding"}


def test_where_the_all_clear_has_no_lamp_the_others_show_it_unless_they_say_what_became_of_their_own_press() -> None:
    world = lamps_box("pencurian", "kebakaran", "bencana")
    world.press("pencurian", 4.0)
    world.tap("aman", 6.0)

    assert world.lamps() == {"pencurian": "sending", "kebakaran": "refused", "bencana": "refused"}
    world.wait(12.0)
    assert world.lamps() == {"pencurian": "sending", "kebakaran": "sounding", "bencana": "off"}


def test_a_touch_too_short_for_an_all_clear_amid_an_alarm_is_shown_as_not_obeyed() -> None:
    world = lamps_box(*ALL_LAMPS)

    assert same(world.tap("aman", 5.0)) == []
    assert world.told()[-1] == "warning patroli kalibagor"
    assert world.lamps()["aman"] == "refused"


def test_an_exercises_all_clear_by_an_operator_leaves_nothing_to_clear() -> None:
    world = box()
    world.alarm("pencurian", 3.0, status=Status.EXERCISE.value)
    world.alarm("aman", 5.0, status=Status.EXERCISE.value)

    assert held(world, 12.0) == []
