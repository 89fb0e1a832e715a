"""Which of several brokers is connected to, instant by instant."""

from contract.wire import timing
from runtime.core.addresses import SOON_S, Addresses, Health


def test_a_single_broker_is_tried_again_after_a_pause() -> None:
    found = Addresses().unreachable()

    assert (found.at, found.pause_s()) == (0, timing.RECONNECT_S)


def test_brokers_that_do_not_answer_are_tried_in_turn_and_only_a_whole_round_is_followed_by_a_pause() -> None:
    first = Addresses(3)
    second, third, again = first.unreachable(), first.unreachable().unreachable(), (
        first.unreachable().unreachable().unreachable())

    assert [(each.at, each.pause_s()) for each in (second, third, again)] == [
        (1, SOON_S), (2, SOON_S), (0, timing.RECONNECT_S)]


def test_a_broker_that_had_answered_is_tried_once_more_before_the_next() -> None:
    linked = Addresses(2).unreachable().linked()

    assert (linked.at, linked.pause_s()) == (1, timing.RECONNECT_S)
    assert linked.unreachable().at == 0


def test_one_that_answers_and_brings_no_beacon_is_left_for_the_next_and_the_last_for_the_first() -> None:
    assert Addresses(2).left().at == 1
    assert Addresses(2).left().left().at == 0
    assert Addresses(1).left().at == 0


def test_the_first_is_returned_to_from_wherever() -> None:
    assert Addresses(3).unreachable().unreachable().returned() == Addresses(3)


def test_a_broker_is_well_after_60_s_and_not_without_a_link() -> None:
    assert not Health().is_well(1e6, beacons=False)
    assert not Health(linked_at=100.0).is_well(159.9, beacons=False)
    assert Health(linked_at=100.0).is_well(160.0, beacons=False)


def test_where_the_other_brings_the_beacon_it_must_too_and_a_recent_one() -> None:
    assert not Health(100.0).is_well(160.0, beacons=True)
    assert not Health(100.0, beacon_at=145.0).is_well(160.0, beacons=True)
    assert Health(100.0, beacon_at=145.1).is_well(160.0, beacons=True)


def test_it_is_looked_at_again_when_its_time_is_over_and_every_second_from_then_on() -> None:
    assert Health().due(5.0) is None
    assert Health(100.0).due(101.0) == 160.0
    assert Health(100.0).due(170.0) == 171.0
