"""The seam below the shells: every driver, and the fake that stands for them, keeps the same promises."""

import pytest

from node.pins import PinsError
from tests.support.pins import Bench
from tests.support.waiting import wait_until

HIGH_IS_ON = pytest.mark.parametrize("active_high", [True, False], ids=["active-high", "active-low"])


@HIGH_IS_ON
def test_an_output_starts_at_rest_and_is_never_driven_on_by_the_claim(bench: Bench, active_high: bool) -> None:
    output = bench.output(17, active_high=active_high)
    history = bench.history(17)
    output.close()

    assert history == [not active_high]


@HIGH_IS_ON
def test_on_and_off_drive_the_level_that_the_board_understands(bench: Bench, active_high: bool) -> None:
    output = bench.output(17, active_high=active_high)
    output.on()
    output.off()
    output.on()

    rest = not active_high
    assert bench.history(17) == [rest, not rest, rest, not rest]


@HIGH_IS_ON
def test_switching_to_where_it_is_already_changes_nothing(bench: Bench, active_high: bool) -> None:
    output = bench.output(17, active_high=active_high)
    output.off()
    output.on()
    output.on()

    assert bench.history(17) == [not active_high, active_high]


def test_outputs_do_not_move_each_other(bench: Bench) -> None:
    first, second = bench.output(17), bench.output(27, active_high=False)
    first.on()
    second.on()
    first.off()

    assert (bench.history(17), bench.history(27)) == ([False, True, False], [True, False])


def test_a_used_pin_cannot_be_claimed_a_second_time(bench: Bench) -> None:
    output, contact = bench.output(17), bench.contact(5)
    output.on()

    for claim in (bench.output, bench.contact):
        for pin in (17, 5):
            with pytest.raises(PinsError):
                claim(pin)
    assert bench.history(17) == [False, True]
    assert contact.is_active is False


def test_a_closed_pin_is_free_again(bench: Bench) -> None:
    bench.output(17).close()
    bench.contact(5).close()

    bench.output(5)
    assert bench.contact(17).is_active is False


def test_closing_twice_is_harmless(bench: Bench) -> None:
    output, contact = bench.output(17), bench.contact(5)
    for each in (output, contact, output, contact):
        each.close()


def test_a_contact_is_open_until_it_is_closed_to_ground(bench: Bench) -> None:
    contact = bench.contact(5)
    before = contact.is_active
    bench.drive(5, high=False)
    closed = contact.is_active
    bench.drive(5, high=True)

    assert (before, closed, contact.is_active) == (False, True, False)


def test_a_contact_calls_back_once_for_each_edge_in_order(bench: Bench) -> None:
    contact = bench.contact(5)
    told: list[str] = []
    contact.when_activated = lambda: told.append("closed")
    contact.when_deactivated = lambda: told.append("open")
    for high in (False, False, True, False, True):
        bench.drive(5, high=high)

    assert wait_until(lambda: len(told) >= 4)
    assert told == ["closed", "open", "closed", "open"]


def test_a_closed_contact_calls_nobody(bench: Bench) -> None:
    contact, other = bench.contact(5), bench.contact(6)
    told: list[str] = []
    contact.when_activated = lambda: told.append("the closed one")
    other.when_activated = lambda: told.append("the other")
    contact.close()
    bench.drive(6, high=False)

    assert wait_until(lambda: bool(told))
    assert told == ["the other"]
