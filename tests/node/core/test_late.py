"""Late reports: what can ring nowhere any more is told instead, until the hub or, without one, the broker has that."""

from contract.domain.alarm import Key
from runtime.core.effects import Publish
from runtime.core.events import Linked, Unlinked
from tests.node.core.world import OWN, World, listed, make_setup, same

ONE = f"{OWN}1"
THEFT = Key("kalibagor", "pencurian")


def late_box(*, hub: bool = True) -> World:
    """A box whose press of 11.0 is told as late since 500.0, when the link came back."""
    world = World(make_setup(hub=hub)).offline()
    world.press("pencurian", 10.0)
    world.feed(Linked(), 500.0)
    return world


def told_late(world: World) -> list[float]:
    """The instants at which the press of this run was reported as late."""
    return [at for at, effect in world.done if isinstance(effect, Publish) and effect.token == f"late {ONE}"]


def beacons(world: World, first: int, last: int) -> None:
    """The hub lives and knows nothing of this box, from *first* to *last*."""
    for instant in range(first, last + 1, 5):
        world.beacon(at=float(instant))


def test_a_press_whose_time_is_over_is_told_as_late_and_goes_out_no_more() -> None:
    world = World().offline()
    world.press("pencurian", 10.0)
    world.wait(500.0)

    assert same(world.feed(Linked(), 500.0)) == []
    assert world.told()[-1] == "late pencurian kalibagor #1"
    assert world.reasons()[-1] == "pressed while the link was down; its time is over, so it sounds nowhere now"
    assert world.sent() == []


def test_without_a_hub_a_late_report_is_told_until_the_broker_has_it() -> None:
    world = late_box(hub=False)

    assert world.acknowledge(f"late {ONE}", 500.5) == ["drop #1", "status ready"]
    world.wait(3000.0)
    assert told_late(world) == [500.0]


def test_with_a_hub_the_brokers_word_does_not_end_a_late_report_and_the_hubs_does() -> None:
    world = late_box()

    assert world.acknowledge(f"late {ONE}", 500.5) == []
    world.beacon(at=505.0)
    assert list(world.state.outbox) == [ONE]
    assert same(world.beacon(at=510.0, acknowledged=tuple(THEFT.name(each) for each in ("other", ONE)))) == ["drop #1"]
    assert world.told()[-2:] == ["late pencurian kalibagor #1", "listed pencurian kalibagor #1"]
    world.wait(3000.0)
    assert told_late(world) == [500.0, 505.0]


def test_a_late_report_that_a_living_hub_has_not_heard_is_told_again_once_at_once_and_then_every_half_minute() -> None:
    world = late_box()
    world.acknowledge(f"late {ONE}", 500.5)
    beacons(world, 505, 600)

    assert told_late(world) == [500.0, 505.0, 535.0, 565.0, 595.0]
    assert [at for at, told in world.told_at() if told.startswith("late")] == [500.0]


def test_a_late_report_waits_long_for_a_hub_that_is_missing_and_is_told_as_soon_as_it_lives_again() -> None:
    world = late_box()
    beacons(world, 505, 535)
    world.wait(1200.0)
    assert told_late(world) == [500.0, 505.0, 535.0, 1135.0]

    world.beacon(at=1200.0)
    assert told_late(world) == [500.0, 505.0, 535.0, 1135.0, 1200.0]


def test_a_late_report_to_a_hub_that_was_never_heard_is_not_told_every_half_minute() -> None:
    world = World().offline()
    world.press("pencurian", 10.0)
    world.feed(Linked(), 500.0)
    world.wait(514.0)
    world.feed(Linked(), 514.0)  # on a new link the beacon is not missed yet
    world.wait(545.0)

    assert told_late(world) == [500.0, 514.0]


def test_a_late_report_that_was_lost_is_told_again() -> None:
    world = late_box(hub=False)
    world.feed(Unlinked("no route"), 501.0)
    world.feed(Linked(), 505.0)
    world.wait(1106.0)

    assert told_late(world) == [500.0, 505.0, 1105.0]
    assert [at for at, told in world.told_at() if told.startswith("late")] == [500.0]


def test_a_press_that_no_hub_ever_listed_is_told_as_late() -> None:
    world = World().ready()
    world.press("pencurian", 10.0)
    world.acknowledge(ONE, 12.0)
    world.wait(195.0)

    assert "late pencurian kalibagor #1" in world.told()
    assert world.reasons()[-1] == "the broker took it in time, but no hub ever listed it"


def test_a_press_that_the_hub_lists_without_keeping_it_is_told_as_late_when_its_time_is_over() -> None:
    world = World().ready()
    world.press("pencurian", 10.0)
    for instant in range(15, 191, 5):
        age = instant - 11.0
        world.beacon(listed(ONE, "pencurian", age=age, remaining=180.0 - age, kept=False), at=float(instant))
    world.wait(192.0)

    assert world.told()[-1] == "late pencurian kalibagor #1"


def test_a_press_that_is_all_cleared_before_it_went_out_rings_nowhere() -> None:
    world = World().offline()
    world.press("pencurian", 10.0)
    world.press("aman", 20.0)
    world.feed(Linked(), 60.0)

    assert world.sent() == ["send aman #2 38 s old"]
    assert world.told()[-1] == "late pencurian kalibagor #1"
    assert world.reasons()[-1] == "all-clear came before it was known to have arrived, so it sounds nowhere now"


def test_an_all_clear_goes_out_until_it_can_have_nothing_left_to_end_and_is_then_told_as_late() -> None:
    world = World(make_setup(hub=False)).ready()
    world.press("aman", 10.0)
    world.wait(700.0)

    assert world.sent()[-1] == "send aman #1 590 s old"
    assert world.told_at()[-1] == (612.0, "late aman kalibagor #1")
