"""Buttons and lamps: callbacks only enqueue, a second path finds what the first one missed, no pin stops another."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from node.buttons import PATTERNS, Panel
from node.core.effects import Lamp
from node.core.events import Contact
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from tests.support.pins import Bench, FakeContact, FakeOutput
from tests.support.waiting import drain, take, wait_until

LOOK_S = 0.01


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.buttons.LOOK_S", LOOK_S)


class Looks:
    """A lamp that is asked at each look: its levels are the signs of its pattern."""

    def __init__(self) -> None:
        self.signs = ""
        self.broken = False
        self.lit = False

    def on(self) -> None:
        self._switch(lit=True)

    def off(self) -> None:
        self._switch(lit=False)

    def close(self) -> None:
        pass

    def _switch(self, *, lit: bool) -> None:
        if self.broken:
            raise OSError("the driver fails")
        self.lit = lit


@contextmanager
def panel_of(
    contacts: Mapping[str, FakeContact], inbox: Inbox, lamps: Mapping[str, FakeOutput | Looks] | None = None
) -> Iterator[Panel]:
    with Panel(contacts, lamps or {}, inbox) as panel:
        yield panel


def test_presses_and_releases_are_told_in_order(bench: Bench) -> None:
    inbox = Inbox()
    with Panel({"pencurian": bench.contact(5), "kebakaran": bench.contact(6)}, {}, inbox):
        for pin, high in ((5, False), (6, False), (5, True), (6, True)):
            bench.drive(pin, high=high)
        told = [take(inbox, Contact) for _ in range(4)]

    assert told == [
        Contact("pencurian", closed=True), Contact("kebakaran", closed=True),
        Contact("pencurian", closed=False), Contact("kebakaran", closed=False),
    ]


def test_a_contact_that_is_closed_at_the_start_is_told_as_found_so(bench: Bench) -> None:
    inbox = Inbox()
    contacts = {"pencurian": bench.contact(5), "kebakaran": bench.contact(6)}
    bench.drive(6, high=False)
    with Panel(contacts, {}, inbox):
        bench.drive(6, high=True)
        told = [take(inbox, Contact), take(inbox, Contact)]

    assert told == [Contact("kebakaran", closed=True, initial=True), Contact("kebakaran", closed=False)]


def test_the_level_finds_a_press_and_a_release_whose_edges_were_lost() -> None:
    inbox, contact = Inbox(), FakeContact()
    contact.deaf = True
    with panel_of({"pencurian": contact}, inbox):
        contact.move(closed=True)
        pressed = take(inbox, Contact)
        contact.move(closed=False)
        released = take(inbox, Contact)
        time.sleep(4 * LOOK_S)  # nothing more may come: there is nothing to wait on

        assert (pressed, released) == (Contact("pencurian", closed=True), Contact("pencurian", closed=False))
        assert drain(inbox) == []


def test_a_level_that_the_edge_has_told_is_not_told_again() -> None:
    inbox, contact = Inbox(), FakeContact()
    with panel_of({"pencurian": contact}, inbox):
        contact.move(closed=True)
        time.sleep(4 * LOOK_S)

        assert drain(inbox) == [Contact("pencurian", closed=True)]


def test_a_button_that_cannot_be_read_is_a_fault_and_the_others_work() -> None:
    inbox, dead, well = Inbox(), FakeContact(), FakeContact()
    with panel_of({"pencurian": dead, "kebakaran": well}, inbox) as panel:
        dead.broken = True
        fault = take(inbox, Faulted)
        trouble = panel.trouble()
        well.move(closed=True)
        by_edge = take(inbox, Contact)
        well.deaf = True
        well.move(closed=False)
        by_level = take(inbox, Contact)
        dead.broken = False
        recovered = take(inbox, Recovered)

        assert panel.trouble() is None
    assert fault == Faulted("pin of button pencurian", "fails: the driver fails")
    assert trouble == "cannot use pin of button pencurian"
    assert (by_edge, by_level) == (Contact("kebakaran", closed=True), Contact("kebakaran", closed=False))
    assert recovered == Recovered("pin of button pencurian")


def test_an_edge_handler_that_raises_in_the_driver_leaves_the_second_path(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, first, second = Inbox(), FakeContact(), FakeContact()
    tell = Panel._tell
    faults = iter([RuntimeError("a bug")])

    def failing(self: Panel, name: str, *, closed: bool) -> None:
        for error in faults:
            raise error
        tell(self, name, closed=closed)

    monkeypatch.setattr(Panel, "_tell", failing)
    with panel_of({"pencurian": first, "kebakaran": second}, inbox):
        with pytest.raises(RuntimeError):
            first.move(closed=True)
        second.move(closed=True)
        told = {take(inbox, Contact), take(inbox, Contact)}

    assert told == {Contact("pencurian", closed=True), Contact("kebakaran", closed=True)}


def test_a_lamp_that_fails_is_a_fault_and_neither_lamps_nor_buttons_wait_for_it() -> None:
    inbox, contact, dead, well = Inbox(), FakeContact(), Looks(), FakeOutput()
    dead.broken = True
    with panel_of({"pencurian": contact}, inbox, {"pencurian": dead, "kebakaran": well}) as panel:
        fault = take(inbox, Faulted)
        panel.light({"pencurian": Lamp.HEARD, "kebakaran": Lamp.HEARD})
        assert wait_until(lambda: well.is_on)
        contact.move(closed=True)
        assert take(inbox, Contact) == Contact("pencurian", closed=True)
        dead.broken = False
        assert take(inbox, Recovered) == Recovered("pin of lamp pencurian")
        assert wait_until(lambda: dead.lit)

    assert fault == Faulted("pin of lamp pencurian", "fails: the driver fails")


def shown(mode: Lamp, looks: int) -> str:
    """What a lamp of *mode* shows at each of *looks* looks, by the very method that the thread calls."""
    lamp, told = Looks(), ""
    panel = Panel({}, {"pencurian": lamp}, Inbox())
    panel.light({"pencurian": mode})
    for look in range(looks):
        panel._show("pencurian", lamp, look)
        told += "#" if lamp.lit else "."
    return told


@pytest.mark.parametrize("mode", Lamp)
def test_a_lamp_shows_its_pattern_over_and_over(mode: Lamp) -> None:
    assert shown(mode, 40) == (PATTERNS[mode] * 40)[:40]


def test_the_patterns_can_be_told_apart_except_for_the_two_steady_ones() -> None:
    seen = {mode: shown(mode, 40) for mode in Lamp}

    assert seen[Lamp.HELD] == seen[Lamp.HEARD] == "#" * 40
    assert len(set(seen.values())) == len(Lamp) - 1


def test_a_lamp_is_out_until_it_is_told_otherwise_and_when_the_panel_is_left(bench: Bench) -> None:
    lamp = bench.output(6)
    with Panel({}, {"pencurian": lamp}, Inbox()) as panel:
        panel.light({"pencurian": Lamp.HEARD})
        assert wait_until(lambda: bench.history(6) == [False, True])
        panel.light({"pencurian": Lamp.OFF})
        assert wait_until(lambda: bench.history(6) == [False, True, False])


def test_leaving_it_lets_every_pin_go() -> None:
    contact, lamp = FakeContact(), FakeOutput()
    with panel_of({"pencurian": contact}, Inbox(), {"pencurian": lamp}) as panel:
        pass

    assert (contact.closed, lamp.closed, panel.trouble()) == (True, True, "its thread is dead")


def test_a_pin_that_fails_on_leaving_keeps_no_other_from_being_let_go() -> None:
    dead, contact, lamp = Looks(), FakeContact(), FakeOutput()
    inbox = Inbox()
    with panel_of({"pencurian": contact}, inbox, {"pencurian": dead, "kebakaran": lamp}) as panel:
        panel.light({"kebakaran": Lamp.HEARD})
        assert wait_until(lambda: lamp.is_on)
        dead.broken = True

    assert (lamp.is_on, lamp.closed, contact.closed) == (False, True, True)
    assert drain(inbox)[0] == Faulted("pin of lamp pencurian", "fails: the driver fails")
