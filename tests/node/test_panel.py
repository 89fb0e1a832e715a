"""Buttons and lamps: callbacks only enqueue, a second path finds what the first one missed, no pin stops another.

The thread's time is the test's: it looks at the levels, and blinks, as often as the test lets it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event as Flag
from threading import current_thread

import pytest

from node.buttons import ACTIVE_S, HANG_S, LOOK_S, REST_S, Panel
from node.core.effects import Lamp
from node.core.events import Contact
from node.core.lamps import PATTERNS
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from runtime.worker import PAUSE_S
from testing.program import LIMIT_S
from tests.support.fake_timer import FakeTimer
from tests.support.pins import Bench, FakeContact, FakeOutput
from tests.support.waiting import drain, take, wait_until

BEGUN = FakeTimer().now()


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


def looks(timer: FakeTimer, count: int) -> None:
    """The thread looks *count* times; its looks lie in the middle between the instants up to which this lets it."""
    so_far = int((timer.now() - BEGUN) / LOOK_S)
    timer.run(BEGUN + (so_far + count + 0.5) * LOOK_S)


@contextmanager
def panel_of(
    contacts: Mapping[str, FakeContact], inbox: Inbox, lamps: Mapping[str, FakeOutput | Looks] | None = None,
    timer: FakeTimer | None = None,
) -> Iterator[Panel]:
    with Panel(contacts, lamps or {}, inbox, timer or FakeTimer()) as panel:
        yield panel


def test_presses_and_releases_are_told_in_order(bench: Bench) -> None:
    inbox = Inbox()
    with Panel({"pencurian": bench.contact(5), "kebakaran": bench.contact(6)}, {}, inbox, FakeTimer()):
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
    with Panel(contacts, {}, inbox, FakeTimer()):
        bench.drive(6, high=True)
        told = [take(inbox, Contact), take(inbox, Contact)]

    assert told == [Contact("kebakaran", closed=True, initial=True), Contact("kebakaran", closed=False)]


def test_the_level_finds_a_press_and_a_release_whose_edges_were_lost_at_the_second_look() -> None:
    inbox, contact, timer = Inbox(), FakeContact(), FakeTimer()
    contact.deaf = True
    found = []
    with panel_of({"pencurian": contact}, inbox, timer=timer):
        for closed in (True, False):
            contact.move(closed=closed)
            for _ in range(3 if closed else 4):
                looks(timer, 1)
                found.append(drain(inbox))

    assert found == [
        [], [Contact("pencurian", closed=True)], [],
        [], [Contact("pencurian", closed=False)], [], [],
    ]


def test_a_level_that_changes_from_look_to_look_is_not_told() -> None:
    inbox, contact, timer = Inbox(), FakeContact(), FakeTimer()
    contact.deaf = True
    with panel_of({"pencurian": contact}, inbox, timer=timer):
        for closed in (True, True, False, True, False, False, True, False, True, False):
            contact.move(closed=closed)
            looks(timer, 1)

    assert drain(inbox) == [Contact("pencurian", closed=True), Contact("pencurian", closed=False)]


def test_a_level_that_the_edge_has_told_is_not_told_again() -> None:
    inbox, contact, timer = Inbox(), FakeContact(), FakeTimer()
    with panel_of({"pencurian": contact}, inbox, timer=timer):
        contact.move(closed=True)
        looks(timer, 4)

        assert drain(inbox) == [Contact("pencurian", closed=True)]


def test_a_level_whose_edge_comes_between_two_looks_is_told_once() -> None:
    inbox, contact, timer = Inbox(), FakeContact(), FakeTimer()
    with panel_of({"pencurian": contact}, inbox, timer=timer):
        for _ in range(3):
            contact.deaf = True
            contact.move(closed=True)
            looks(timer, 1)
            assert contact.when_activated is not None
            contact.when_activated()  # late
            looks(timer, 3)
            contact.deaf = False
            contact.move(closed=False)
            looks(timer, 3)

    assert drain(inbox) == [Contact("pencurian", closed=True), Contact("pencurian", closed=False)] * 3


def test_a_button_that_cannot_be_read_is_a_fault_and_the_others_work() -> None:
    inbox, dead, well, timer = Inbox(), FakeContact(), FakeContact(), FakeTimer()
    with panel_of({"pencurian": dead, "kebakaran": well}, inbox, timer=timer) as panel:
        dead.broken = True
        looks(timer, 3)
        trouble = panel.trouble()
        well.move(closed=True)
        well.deaf = True
        well.move(closed=False)
        looks(timer, 3)
        dead.broken = False
        looks(timer, 1)

        assert panel.trouble() is None
    assert trouble == "cannot use pin of button pencurian"
    assert drain(inbox) == [
        Faulted("pin of button pencurian", "fails: the driver fails"),
        Contact("kebakaran", closed=True), Contact("kebakaran", closed=False),
        Recovered("pin of button pencurian"),
    ]


def test_an_edge_handler_that_raises_in_the_driver_leaves_the_second_path(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, first, second, timer = Inbox(), FakeContact(), FakeContact(), FakeTimer()
    tell = Panel._tell
    faults = iter([RuntimeError("a bug")])

    def failing(self: Panel, name: str, *, closed: bool) -> None:
        for error in faults:
            raise error
        tell(self, name, closed=closed)

    monkeypatch.setattr(Panel, "_tell", failing)
    with panel_of({"pencurian": first, "kebakaran": second}, inbox, timer=timer):
        with pytest.raises(RuntimeError):
            first.move(closed=True)
        second.move(closed=True)
        looks(timer, 2)

    assert drain(inbox) == [Contact("kebakaran", closed=True), Contact("pencurian", closed=True)]


def test_a_lamp_that_fails_is_a_fault_and_neither_lamps_nor_buttons_wait_for_it() -> None:
    inbox, contact, dead, well, timer = Inbox(), FakeContact(), Looks(), FakeOutput(), FakeTimer()
    dead.broken = True
    with panel_of({"pencurian": contact}, inbox, {"pencurian": dead, "kebakaran": well}, timer) as panel:
        panel.light({"pencurian": Lamp.CONFIRMED, "kebakaran": Lamp.CONFIRMED})
        looks(timer, 1)
        lit = (well.is_on, dead.lit)
        contact.move(closed=True)
        dead.broken = False
        looks(timer, 1)

    assert lit == (True, False)
    assert drain(inbox) == [
        Faulted("pin of lamp pencurian", "fails: the driver fails"), Contact("pencurian", closed=True),
        Recovered("pin of lamp pencurian"),
    ]


@pytest.mark.parametrize("mode", Lamp)
def test_a_lamp_shows_its_pattern_over_and_over(mode: Lamp) -> None:
    lamp, timer, shown = Looks(), FakeTimer(), ""
    with panel_of({}, Inbox(), {"pencurian": lamp}, timer) as panel:
        panel.light({"pencurian": mode})
        for _ in range(40):
            looks(timer, 1)
            shown += "#" if lamp.lit else "."

    assert shown in [(PATTERNS[mode] * 42)[begun:][:40] for begun in range(len(PATTERNS[mode]))]


def test_a_lamp_is_out_until_it_is_told_otherwise_and_follows_at_the_next_look(bench: Bench) -> None:
    lamp, timer = bench.output(6), FakeTimer()
    with Panel({}, {"pencurian": lamp}, Inbox(), timer) as panel:
        looks(timer, 3)
        before = bench.history(6)
        panel.light({"pencurian": Lamp.CONFIRMED})
        looks(timer, 1)
        lit = bench.history(6)
        panel.light({"pencurian": Lamp.OFF})
        looks(timer, 1)

        assert (before, lit, bench.history(6)) == ([False], [False, True], [False, True, False])


def test_at_rest_it_looks_rarely_and_what_a_lamp_is_to_say_is_shown_at_once() -> None:
    timer, lamp = FakeTimer(), Looks()
    with panel_of({"pencurian": FakeContact()}, Inbox(), {"pencurian": lamp}, timer) as panel:
        timer.run(BEGUN + 2 * ACTIVE_S)
        look = timer.rests()
        timer.run(look)

        assert timer.rests() == pytest.approx(look + REST_S)
        before = look + REST_S / 2
        timer.run(before)
        panel.light({"pencurian": Lamp.CONFIRMED})
        assert timer.awaits(before + LOOK_S)
        assert lamp.lit
        panel.light({"pencurian": Lamp.SENDING})
        timer.run(before + 100 * ACTIVE_S)
        assert timer.rests() - timer.now() <= LOOK_S, "what blinks is looked at as often as ever"


def test_a_press_at_rest_whose_edge_was_lost_is_found_and_from_then_on_no_edge_is_relied_on() -> None:
    inbox, timer, contact = Inbox(), FakeTimer(), FakeContact()
    with panel_of({"pencurian": contact}, inbox, timer=timer):
        timer.run(BEGUN + ACTIVE_S + 5 * REST_S)
        pressed_at = timer.now()
        contact.deaf = True
        contact.move(closed=True)
        timer.run(pressed_at + REST_S + LOOK_S)

        assert drain(inbox) == [Contact("pencurian", closed=True)]
        timer.run(timer.now() + 100 * ACTIVE_S)
        assert timer.rests() - timer.now() <= LOOK_S


def test_an_edge_at_rest_wakes_the_looks() -> None:
    inbox, timer, contact = Inbox(), FakeTimer(), FakeContact()
    with panel_of({"pencurian": contact}, inbox, timer=timer):
        timer.run(BEGUN + ACTIVE_S + 5 * REST_S)
        at = timer.now()
        contact.move(closed=True)
        assert timer.awaits(at + LOOK_S)
        assert drain(inbox) == [Contact("pencurian", closed=True)]


def test_leaving_it_lets_every_pin_go() -> None:
    contact, lamp = FakeContact(), FakeOutput()
    with panel_of({"pencurian": contact}, Inbox(), {"pencurian": lamp}) as panel:
        pass

    assert (contact.closed, lamp.closed) == (True, True)
    assert wait_until(lambda: panel.trouble() == "its thread is dead")


def test_a_pin_that_does_not_answer_hangs_the_panel_until_it_does() -> None:
    class Stuck(FakeContact):
        """Its driver does not come back until it is let go."""

        asked, goes_on = Flag(), Flag()

        @property
        def is_active(self) -> bool:
            if current_thread().name == "panel":
                self.asked.set()
                assert self.goes_on.wait(LIMIT_S)
            return False
    stuck, timer = Stuck(), FakeTimer()
    with panel_of({"pencurian": stuck}, Inbox(), {}, timer) as panel:
        timer.allow(BEGUN + 1.5 * LOOK_S)
        assert stuck.asked.wait(LIMIT_S)
        timer.pass_by(HANG_S + 0.1)
        hung = (panel.hung(), panel.trouble())
        stuck.goes_on.set()

        assert hung == ("its thread hangs", "its thread hangs")
        assert wait_until(lambda: panel.hung() is None)


def test_a_look_that_fails_by_a_fault_of_the_program_is_told_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contact, timer, inbox = FakeContact(), FakeTimer(), Inbox()
    with panel_of({"pencurian": contact}, inbox, {"pencurian": FakeOutput()}, timer) as panel:
        timer.settle()
        monkeypatch.setattr(Panel, "_guard", lambda *_: 1 / 0)
        timer.allow(BEGUN + 1.5 * LOOK_S)
        fault = take(inbox, Faulted)
        monkeypatch.undo()
        timer.allow(BEGUN + 4 * LOOK_S + PAUSE_S)

        assert fault == Faulted("buttons thread", "failed and goes on: ZeroDivisionError('division by zero')")
        assert take(inbox, Recovered) == Recovered("buttons thread")
        assert panel.hung() is None


def test_a_pin_that_fails_on_leaving_keeps_no_other_from_being_let_go() -> None:
    dead, contact, lamp, timer = Looks(), FakeContact(), FakeOutput(), FakeTimer()
    inbox = Inbox()
    with panel_of({"pencurian": contact}, inbox, {"pencurian": dead, "kebakaran": lamp}, timer) as panel:
        panel.light({"kebakaran": Lamp.CONFIRMED})
        looks(timer, 1)
        assert lamp.is_on
        dead.broken = True

    assert (lamp.is_on, lamp.closed, contact.closed) == (False, True, True)
    assert drain(inbox)[0] == Faulted("pin of lamp pencurian", "fails: the driver fails")


def test_the_panel_looks_by_the_machines_clock_too() -> None:
    inbox, contact = Inbox(), FakeContact()
    contact.deaf = True
    with Panel({"pencurian": contact}, {}, inbox):
        contact.move(closed=True)

        assert take(inbox, Contact) == Contact("pencurian", closed=True)
