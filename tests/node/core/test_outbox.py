"""The outbox: a press, an all-clear too, is kept until the hub has it on its disk, and goes out until then."""

from dataclasses import replace

import pytest

from contract.domain.alarm import Name
from contract.wire.beacon import Listed
from node.core.effects import SavePress
from node.core.events import Contact, Loaded, OutboxEntry
from runtime.core.effects import Log
from runtime.core.events import Linked, Unlinked
from tests.node.core.world import EPOCH_S, OWN, SYNCED, UNSYNCED, World, listed, make_setup, same

ONE = f"{OWN}1"
OLD = OutboxEntry("kalibagor.pos-0.1", "pencurian", pressed_at=40.0)  # pressed before this run began
OLD_LISTED = listed(OLD.identifier, "pencurian", age=70, remaining=110)


def alone() -> World:
    """A linked box in a district without a hub."""
    return World(make_setup(hub=False)).ready()


def started(press: OutboxEntry, *, hub: bool = True, synced: bool = True) -> World:
    """A box that began at 100.0 and found *press* on its disk."""
    return World(make_setup(hub=hub), SYNCED if synced else UNSYNCED, now=100.0).ready(press)


def test_a_press_is_kept_and_goes_out_with_its_age_when_there_is_a_link() -> None:
    world = World().offline()
    world.press("pencurian", 10.0)
    world.wait(60.0)
    assert world.sent() == []

    world.feed(Linked(), 61.0)

    assert world.did(SavePress) == [11.0]
    assert world.sent() == ["send pencurian #1 50 s old"]


def test_a_press_is_dropped_when_the_hub_lists_it_and_not_when_the_broker_has_it() -> None:
    world = World().ready()
    world.press("pencurian", 10.0)

    assert same(world.acknowledge(ONE, 11.5)) == []
    assert world.told()[-1] == "published pencurian kalibagor #1"
    assert same(world.beacon(listed(ONE, "pencurian", age=1, remaining=179), at=12.0)) == ["drop #1"]
    assert world.told()[-1] == "listed pencurian kalibagor #1"


@pytest.mark.parametrize(
    ("alarms", "heard", "arrived"),
    [
        ([listed(ONE, "pencurian")], (), True),
        ([listed(ONE, "pencurian", kept=False)], (), False),
        ([listed("b", "pencurian", also=("a", ONE))], (), True),
        ([listed("b", "pencurian", also=("a", ONE), kept=False)], (), False),
        ([listed("b", "pencurian"), listed("c")], ("d", ONE), True),
        ([listed(ONE, "pencurian", kept=False)], (ONE,), True),
        ([listed("b", "pencurian")], ("d",), False),
        ([], (), False),
    ],
)
def test_a_press_has_arrived_when_the_hub_names_it_and_has_it_on_its_disk(
    alarms: list[Listed], heard: tuple[str, ...], arrived: bool
) -> None:
    world = World().ready()
    world.press("pencurian", 10.0)
    world.beacon(*alarms, at=12.0, acknowledged=tuple(Name("kalibagor", "pencurian", each) for each in heard))

    assert list(world.state.outbox) == ([] if arrived else [ONE])
    assert world.lamps()["pencurian"] == ("confirmed" if arrived else "sending")


@pytest.mark.parametrize("names", [(ONE, "a"), ("b", "a", ONE)])
def test_a_press_that_the_hub_lists_without_keeping_it_goes_out_again_but_not_at_once(names: tuple[str, ...]) -> None:
    world = World().ready()
    world.press("pencurian", 10.0)
    for instant in (12.0, 17.0, 22.0):
        entry = listed(names[0], "pencurian", age=instant - 11.0, remaining=191.0 - instant, also=names[1:], kept=False)
        world.beacon(entry, at=instant)

    assert world.sent() == ["send pencurian #1 0 s old", "send pencurian #1 10 s old"]


def test_an_all_clear_goes_out_until_the_hub_has_heard_it_and_not_only_until_the_broker_has_it() -> None:
    world = World().ready()
    world.press("aman", 10.0)
    world.acknowledge(ONE, 12.5)
    for instant in range(15, 35, 5):
        world.beacon(at=float(instant), cleared={"kalibagor": instant - 12.0})

    assert world.sent() == [f"send aman #1 {age} s old" for age in (0, 3, 8, 13, 18)]
    assert same(world.beacon(at=31.0, acknowledged=(Name("kalibagor", "aman", ONE),))) == ["drop #1"]
    assert world.told()[-1] == "listed aman kalibagor #1"


def test_a_press_that_a_living_hub_does_not_list_goes_out_again_at_once_with_its_age() -> None:
    world = World().ready()
    world.press("pencurian", 10.0)
    world.acknowledge(ONE, 11.5)
    for instant in (15, 20, 25):
        world.beacon(listed("other", "pencurian"), at=float(instant))

    assert world.sent() == [f"send pencurian #1 {age} s old" for age in (0, 4, 9, 14)]


@pytest.mark.parametrize(("alarms", "names"), [
    ([listed(ONE, "pencurian", "kotakan")], ()),
    ([listed(ONE, "kebakaran")], ()),
    ([listed("b", "pencurian", "kotakan", also=(ONE,))], ()),
    ([listed(ONE, "pencurian", "semua")], ()),
    ([], (Name("kotakan", "pencurian", ONE), Name("kalibagor", "aman", ONE), Name("kotakan", "aman", ONE))),
])
def test_no_other_village_or_incident_can_confirm_a_press(alarms: list[Listed], names: tuple[Name, ...]) -> None:
    world = World().ready()
    world.press("pencurian", 10.0)
    world.beacon(*alarms, at=11.5, acknowledged=names)

    assert (ONE in world.state.outbox, world.lamps()["pencurian"]) == (True, "sending")
    world.beacon(*alarms, at=12.5, acknowledged=names)
    assert world.sent() == ["send pencurian #1 0 s old", "send pencurian #1 1.5 s old"]  # the hub has none of it


@pytest.mark.parametrize(("at", "again"), [(11.25, []), (11.75, []), (12.0, ["send pencurian #1 1 s old"])])
def test_a_beacon_that_may_have_been_on_its_way_already_sends_no_press_again(at: float, again: list[str]) -> None:
    world = World().ready()
    world.press("pencurian", 10.0)

    assert same(world.beacon(at=at)) == again


def test_a_press_that_was_listed_goes_out_no_more() -> None:
    world = World().ready()
    world.press("pencurian", 10.0)
    world.beacon(listed(ONE, "pencurian"), at=12.0)
    world.feed(Unlinked("no route"), 20.0)
    world.feed(Linked(), 30.0)
    world.wait(400.0)

    assert world.sent() == ["send pencurian #1 0 s old"]


def test_a_press_that_may_be_lost_with_its_link_goes_out_again_on_the_next() -> None:
    world = World().ready()
    world.press("pencurian", 10.0)
    world.feed(Unlinked("no route"), 12.0)
    world.feed(Linked(), 15.0)

    assert world.sent() == ["send pencurian #1 0 s old", "send pencurian #1 4 s old"]


def test_without_a_hub_the_brokers_word_counts() -> None:
    world = alone()
    world.press("pencurian", 10.0)

    assert same(world.acknowledge(ONE, 12.0)) == ["drop #1"]
    world.wait(400.0)
    assert world.sent() == ["send pencurian #1 0 s old"]


def test_without_an_acknowledgement_a_press_goes_out_again() -> None:
    world = alone()
    world.press("pencurian", 10.0)
    world.wait(31.0)

    assert world.sent() == ["send pencurian #1 0 s old", "send pencurian #1 10 s old", "send pencurian #1 20 s old"]


def test_while_the_hub_is_missing_what_the_broker_has_waits_for_it() -> None:
    world = World().ready()
    world.beacon(at=1.0)
    world.wait(17.0)
    world.press("pencurian", 20.0)
    world.acknowledge(ONE, 22.0)
    world.wait(100.0)
    assert world.sent() == ["send pencurian #1 0 s old"]

    world.beacon(at=100.0)
    assert world.sent() == ["send pencurian #1 0 s old", "send pencurian #1 79 s old"]


def test_a_journal_that_answers_late_brings_back_what_an_earlier_run_left_and_nothing_twice() -> None:
    world = World(make_setup(hub=False)).offline()
    world.press("pencurian", 10.0)
    kept = world.state.outbox[ONE]
    left = OutboxEntry("old.1", "kebakaran", pressed_at=5.0)
    world.feed(Loaded((left, replace(kept, pressed_at=11.0)), ((Name("kalibagor", "kebakaran", "x"), True),)), 30.0)
    world.feed(Linked(), 40.0)

    assert world.sent() == ["send pencurian #1 29 s old", "send kebakaran old.1 35 s old"]


def test_presses_without_end_do_not_fill_the_memory_and_none_goes_in_silence() -> None:
    world = World(make_setup(hub=False)).offline()
    for number in range(1003):
        world.press("pencurian", 10.0 + 2 * number)

    assert len(world.state.outbox) == 1000
    refused = [told for told in world.told() if told.startswith("refused")]
    assert refused == [f"refused pencurian #{number}" for number in (1, 2, 3)]


def test_very_many_late_presses_are_reported_one_after_the_other_and_each_of_them() -> None:
    """More at once would have the hub shut out their village."""
    names = [f"old.{number}" for number in range(300)]
    world = World(make_setup(), now=1000.0)
    world.ready(*(OutboxEntry(name, "pencurian", pressed_at=40.0) for name in names))
    world.wait(1000.9)
    reports = [at for at, told in world.told_at() if told.startswith("late pencurian")]
    assert len(reports) == 101

    world.wait(1110.0)
    reported = [str(event["identifier"]) for event in world.events() if event["event"] == "late"]
    assert sorted(reported) == sorted(names)


def test_an_all_clear_that_an_earlier_run_left_still_ends_what_was_pressed_before_it() -> None:
    world = World(make_setup(hub=False), now=100.0)
    world.ready(OutboxEntry("old.aman", "aman", pressed_at=95.0))

    assert "send aman old.aman 5 s old" in world.sent()
    world.alarm("pencurian", 101.0, identifier="a", age_s=10)
    assert world.told()[-1] == "late pencurian kalibagor a"
    assert world.heard() == []


def test_a_press_after_the_all_clear_goes_out() -> None:
    world = World().offline()
    world.press("aman", 10.0)
    world.press("pencurian", 20.0)
    world.feed(Linked(), 60.0)

    assert world.sent() == ["send aman #1 48 s old", "send pencurian #2 39 s old"]


def test_a_press_of_an_earlier_run_goes_out_with_its_age_and_does_not_sound_here() -> None:
    world = started(OLD)
    world.wait(105.0)

    assert world.sent() == ["send pencurian kalibagor.pos-0.1 60 s old"]
    assert world.heard() == []


def test_a_press_of_an_earlier_run_is_resumed_here_by_the_beacon_only() -> None:
    world = started(OLD)
    world.alarm("pencurian", 105.0, identifier=OLD.identifier)
    assert world.sounding() is None

    world.beacon(OLD_LISTED, at=110.0)
    assert world.sounding() == "pencurian"


@pytest.mark.parametrize("over", [True, False])
def test_a_seen_identifier_is_resumed_after_a_restart_unless_it_was_over(over: bool) -> None:
    world = World(now=100.0).ready(seen={Name("kalibagor", "kebakaran", "a"): over})
    world.alarm("kebakaran", 101.0, identifier="a")
    assert world.sounding() is None

    world.beacon(listed("a", age=50, remaining=130), at=102.0)
    assert (world.sounding() is None) is over


def test_a_press_that_an_earlier_version_gave_a_longer_name_goes_out_under_its_end() -> None:
    old = "v" * 70 + ".pos-1.cafe.1"
    world = started(replace(OLD, identifier=old))
    assert world.sent() == [f"send pencurian {old[-64:]} 60 s old"]
    done = same(world.beacon(listed(old[-64:], "pencurian", age=62, remaining=118), at=102.0))

    assert f"drop {old}" in done


def test_a_press_of_an_earlier_boot_is_told_as_late_when_nobody_can_tell_its_age() -> None:
    world = started(replace(OLD, age_known=False))

    assert world.sent() == []
    assert world.told() == ["linked", "late pencurian kalibagor kalibagor.pos-0.1"]
    assert world.reasons() == ["pressed before a restart; how long ago cannot be told, so it sounds nowhere now"]


def test_a_press_of_an_earlier_boot_goes_out_when_a_synchronised_clock_tells_its_age() -> None:
    press = replace(OLD, pressed_at=100.0, age_known=False, pressed_wall=EPOCH_S + 70.0)
    world = started(press, synced=False)
    world.wait(110.0)
    assert world.sent() == []

    world.feed(SYNCED, 110.0)
    assert world.sent() == ["send pencurian kalibagor.pos-0.1 40 s old"]


def test_a_press_of_an_earlier_boot_does_not_wait_for_ever_for_the_clock() -> None:
    press = replace(OLD, pressed_at=100.0, age_known=False, pressed_wall=EPOCH_S + 70.0)
    world = started(press, hub=False, synced=False)

    assert world.wait(159.0) == []
    world.wait(160.0)
    assert world.told_at()[-1] == (160.0, "late pencurian kalibagor kalibagor.pos-0.1")


def test_a_press_of_an_earlier_boot_that_is_long_over_is_told_as_late() -> None:
    world = started(replace(OLD, pressed_at=100.0, age_known=False, pressed_wall=EPOCH_S - 3600.0))

    assert world.sent() == []
    assert world.told() == ["linked", "late pencurian kalibagor kalibagor.pos-0.1"]


def test_a_kept_press_of_an_incident_that_is_no_more_is_dropped_and_told() -> None:
    world = World(now=100.0)
    done = world.feed(Loaded((replace(OLD, incident="hujan"),), ()))

    assert same(done) == ["drop kalibagor.pos-0.1", "connect"]
    assert world.told() == ["refused hujan kalibagor.pos-0.1"]


def test_a_silent_journal_is_a_fault_and_does_not_keep_the_node_from_connecting() -> None:
    world = World()

    assert world.wait(2.99) == []
    assert same(world.wait(3.0)) == ["connect"]
    assert same(world.feed(Loaded((), ()), 4.0)) == []
    assert world.told() == ["fault journal", "recovered journal"]


BEFORE, SINCE = Name("kalibagor", "kebakaran", "old"), Name("kalibagor", "kebakaran", "new")


def test_identifiers_of_this_run_and_of_the_last_are_both_known() -> None:
    world = World()
    world.wait(3.0)
    world.feed(Linked(), 3.0)
    world.alarm("kebakaran", 4.0, identifier="new")
    world.feed(Loaded((), ((BEFORE, True), (SINCE, False))), 5.0)

    assert world.state.seen == {"kalibagor": {BEFORE: True, SINCE: False}}


def test_what_happened_without_a_link_is_told_when_there_is_one_in_its_order() -> None:
    world = World().offline()
    world.touch("pencurian", 10.0)
    world.wait(15.0)
    world.feed(Contact("pencurian", closed=False), 15.0)

    assert [line for line in world.feed(Linked(), 20.0) if line.startswith("tell")] == [
        "tell fault link", "tell pressed pencurian kalibagor #1", "tell sounding pencurian kalibagor #1",
        "tell recovered link", "tell linked",
    ]
    assert len([effect for _, effect in world.done if isinstance(effect, Log)]) == 5


def test_without_a_hub_a_press_that_waited_for_the_link_goes_out_once_more_for_those_who_came_back_later() -> None:
    world = World(make_setup(hub=False)).offline()
    world.press("pencurian", 10.0)
    world.feed(Linked(), 40.0)
    world.acknowledge(ONE, 40.5)

    assert world.lamps()["pencurian"] == "confirmed"
    assert world.sent() == ["send pencurian #1 29 s old"]
    world.wait(47.0)
    assert world.sent() == ["send pencurian #1 29 s old", "send pencurian #1 36 s old"]
    assert "drop #1" in world.acknowledge(ONE, 47.5)
    world.wait(400.0)
    assert len(world.sent()) == 2
