"""The siren thread: who switches what, in which order, and what wakes it. When is tested in core/test_sequencer.py.

Its time is the test's: it passes while the thread waits, so a program is over as soon as the thread has played it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Condition, current_thread, main_thread

import pytest

from contract.domain.rhythm import Cycle, Span
from node.core.effects import Play
from node.core.events import SirenSwitched
from node.core.sequencer import Sequencer
from node.core.switching import Role
from node.devices import Output
from node.siren import FINE_S, HANG_S, IDLE_S, Siren
from runtime import clock
from runtime.clock import Timer
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from runtime.worker import PAUSE_S
from tests.support.fake_timer import FakeTimer
from tests.support.pins import Bench, FakeOutput
from tests.support.waiting import drain, take, wait_until

PINS = {Role.SIREN: 17, Role.STRIKER: 27, Role.STROBE: 22}
STROKE_S = 0.03
NOW = 1000.0
# The siren, a rest, a figure of two strokes, twice.
CYCLE = Cycle(10.0, Span(0.0, 4.0), (5.0, 5.3, 7.0, 7.3), 0.15, None, figure=2)
PLAY = Play(CYCLE, NOW, NOW + 100.0)
LONG = Play(Cycle(60.0, Span(0.0, 50.0), (55.0,), 0.15, None), NOW, NOW + 1000.0)
WHOLE = {Role.SIREN: [False, True, False], Role.STRIKER: [False] + [True, False] * 4, Role.STROBE: [False, True, False]}


@contextmanager
def siren_of(
    outputs: Mapping[Role, Output], inbox: Inbox, timer: Timer | None, max_sounding_s: float = 900.0
) -> Iterator[Siren]:
    sequencer = Sequencer(frozenset(outputs), stroke_s=STROKE_S, max_sounding_s=max_sounding_s)
    with Siren(outputs, sequencer, inbox, timer=timer) as siren:
        yield siren


def fakes(timer: FakeTimer, *roles: Role) -> dict[Role, FakeOutput]:
    return {role: FakeOutput(now=timer.now) for role in roles or PINS}


def on(outputs: dict[Role, FakeOutput]) -> set[Role]:
    return {role for role, output in outputs.items() if output.is_on}


def levels(outputs: dict[Role, FakeOutput]) -> dict[Role, list[bool]]:
    return {role: output.levels for role, output in outputs.items()}


def switches(outputs: dict[Role, FakeOutput], role: Role) -> list[tuple[float, bool]]:
    """The changes of an output, with their instants after NOW."""
    return [(round(at - NOW, 6), is_on) for at, is_on in outputs[role].switches]


def test_where_its_current_is_felt_each_switching_of_the_siren_is_reported_and_no_other() -> None:
    timer, inbox = FakeTimer(NOW), Inbox()
    outputs = fakes(timer)
    sequencer = Sequencer(frozenset(outputs), stroke_s=STROKE_S, max_sounding_s=900.0)
    with Siren(outputs, sequencer, inbox, timer=timer, felt=True) as siren:
        siren.play(replace(PLAY, until=NOW + 9.0))
        timer.run(NOW + 20.0)

    reported = [event for event in drain(inbox) if isinstance(event, SirenSwitched)]
    assert [event.on for event in reported][:3] == [False, True, False]
    assert not any(event.on for event in reported[2:])


# On every driver.


def test_the_whole_score_is_played_and_the_program_ends_at_rest_with_nobody_calling(bench: Bench) -> None:
    outputs, inbox, timer = {role: bench.output(pin) for role, pin in PINS.items()}, Inbox(), FakeTimer(NOW)
    with siren_of(outputs, inbox, timer) as siren:
        siren.play(replace(PLAY, until=NOW + 9.0))
        timer.run(NOW + 20.0)

        assert {role: bench.history(pin) for role, pin in PINS.items()} == WHOLE
    assert drain(inbox) == []


def test_play_switches_the_relay_in_the_callers_thread_and_hush_rests_everything_before_it_returns(
    bench: Bench,
) -> None:
    outputs, timer = {role: bench.output(pin) for role, pin in PINS.items()}, FakeTimer(NOW)
    with siren_of(outputs, Inbox(), timer) as siren:
        siren.play(PLAY)
        during = {role: bench.history(pin) for role, pin in PINS.items()}
        siren.hush()
        after = {role: bench.history(pin) for role, pin in PINS.items()}

    assert during == {Role.SIREN: [False, True], Role.STRIKER: [False], Role.STROBE: [False, True]}
    assert after == {Role.SIREN: [False, True, False], Role.STRIKER: [False], Role.STROBE: [False, True, False]}


class Unwaiting(FakeTimer):
    """A timer by which only the siren's thread may wait."""

    def wait(self, woken: Condition, seconds: float) -> None:
        not_here()
        super().wait(woken, seconds)

    def sleep(self, seconds: float) -> None:
        not_here()
        super().sleep(seconds)


def not_here(*_: object) -> None:
    assert current_thread() is not main_thread(), "who calls is kept waiting"


def test_neither_play_nor_hush_keeps_who_calls_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    timer = Unwaiting(NOW)
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer) as siren:
        monkeypatch.setattr("time.sleep", not_here)
        siren.play(PLAY)
        rung = on(outputs)
        siren.hush()
        hushed = on(outputs)

    assert (rung, hushed) == ({Role.SIREN, Role.STROBE}, set())


def test_outputs_that_are_on_at_low_level_are_played_the_other_way_round(bench: Bench) -> None:
    outputs = {role: bench.output(pin, active_high=False) for role, pin in PINS.items()}
    timer = FakeTimer(NOW)
    with siren_of(outputs, Inbox(), timer) as siren:
        siren.play(replace(PLAY, until=NOW + 9.0))
        timer.run(NOW + 20.0)

        assert {role: bench.history(pin) for role, pin in PINS.items()} == {
            role: [not level for level in history] for role, history in WHOLE.items()
        }


def test_a_program_ends_by_itself_by_the_machines_clock_too_and_not_before_its_instant() -> None:
    outputs = {role: FakeOutput() for role in PINS}
    with siren_of(outputs, Inbox(), None) as siren:
        now = clock.now()
        siren.play(replace(LONG, start=now, until=now + 1000.0))
        siren.play(replace(LONG, start=now, until=now + 0.1))
        assert wait_until(lambda: not on(outputs))

    assert levels(outputs) == {**WHOLE, Role.STRIKER: [False]}
    assert all(output.switches[-1][0] >= now + 0.1 for output in outputs.values() if output.switches)


# What wakes it.


def test_each_edge_is_played_by_the_thread_at_its_instant_round_after_round() -> None:
    timer = FakeTimer(NOW)
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer) as siren:
        siren.play(PLAY)
        timer.run(NOW + 29.0)

    strokes = [turn * 10.0 + at_s for turn in range(3) for at_s in CYCLE.strokes_s]
    assert switches(outputs, Role.STRIKER) == [
        (round(at_s, 6), is_on) for begun in strokes for at_s, is_on in ((begun, True), (begun + STROKE_S, False))
    ]
    assert switches(outputs, Role.SIREN) == [
        (at_s, is_on) for begun in (0.0, 10.0, 20.0) for at_s, is_on in ((begun, True), (begun + 4.0, False))
    ]


def test_an_edge_is_not_played_before_its_instant_though_the_thread_is_woken() -> None:
    timer = FakeTimer(NOW)
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer) as siren:
        siren.play(PLAY)
        for at_s in (0.001, 3.0, 3.99, 3.9999):
            timer.run(NOW + at_s)
        before = on(outputs)
        timer.run(NOW + 4.0001)

    assert before == {Role.SIREN, Role.STROBE}
    assert switches(outputs, Role.SIREN) == [(0.0, True), (4.0, False)]


@pytest.mark.parametrize("play", [replace(LONG, until=NOW + 0.5), Play(CYCLE, NOW - 3.5, NOW + 50.0)],
                         ids=["a program cut short", "another one"])
def test_an_order_wakes_a_thread_that_waits_for_something_later(play: Play) -> None:
    timer = FakeTimer(NOW)
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer) as siren:
        assert timer.awaits(NOW + IDLE_S - FINE_S)
        siren.play(LONG)
        timer.settle()
        siren.play(play)

        assert timer.awaits(NOW + 0.5 - FINE_S)
        timer.run(NOW + 0.4)
        before = on(outputs)
        timer.run(NOW + 5.0)

    assert before == {Role.SIREN, Role.STROBE}
    assert switches(outputs, Role.SIREN) == [(0.0, True), (0.5, False)]


def test_nothing_stands_between_an_order_and_the_outputs_not_even_a_thread_that_sleeps_for_an_edge() -> None:
    timer = FakeTimer(NOW)
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer) as siren:
        siren.play(PLAY)
        timer.run(NOW + 3.999)
        slept_before = timer.is_asleep
        siren.hush()
        hushed = on(outputs)
        siren.play(replace(LONG, start=timer.now(), until=timer.now() + 50.0))
        rung = on(outputs)
        slept = timer.is_asleep
        timer.run(NOW + 5.0)

    assert (slept_before, slept) == (True, True)
    assert (hushed, rung) == (set(), {Role.SIREN, Role.STROBE})
    assert switches(outputs, Role.SIREN) == [(0.0, True), (3.999, False), (3.999, True), (5.0, False)]


def test_after_a_hush_nothing_that_was_due_is_played() -> None:
    timer = FakeTimer(NOW)
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer) as siren:
        siren.play(PLAY)
        timer.run(NOW + 4.999)  # the thread sleeps for the first stroke
        siren.hush()
        timer.run(NOW + 100.0)

    assert levels(outputs) == {**WHOLE, Role.STRIKER: [False]}


def test_no_stroke_is_lost_when_the_thread_wakes_late() -> None:
    timer = FakeTimer(NOW, stalls=iter([0.0, 0.2, 0.0, 0.24]))  # at the siren's end, then on and off of each stroke
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer) as siren:
        siren.play(replace(PLAY, until=NOW + 9.0))
        timer.run(NOW + 20.0)

    assert levels(outputs) == WHOLE
    assert switches(outputs, Role.STRIKER)[:4] == [(5.2, True), (5.23, False), (5.54, True), (5.57, False)]


@pytest.mark.parametrize("play", [None, LONG], ids=["nothing", "nothing soon"])
def test_a_thread_that_has_nothing_to_do_shows_now_and_then_that_it_lives(play: Play | None) -> None:
    timer = FakeTimer(NOW)
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer) as siren:
        if play is not None:
            siren.play(play)
        for at_s in range(1, 40):
            timer.run(NOW + at_s)
            assert siren.trouble() is None
            assert timer.rests() <= NOW + at_s + IDLE_S + 0.001

    assert levels(outputs)[Role.STRIKER] == [False]


def test_the_thread_is_prepared_before_anything_else_and_in_itself() -> None:
    prepared: list[str] = []
    timer = FakeTimer(NOW)
    sequencer = Sequencer(frozenset(PINS), stroke_s=STROKE_S, max_sounding_s=900.0)
    with Siren(fakes(timer), sequencer, Inbox(), lambda: prepared.append(current_thread().name), timer):
        timer.settle()

        assert prepared == ["siren"]


# The longest sounding.


def test_the_thread_ends_what_sounds_too_long_with_nobody_calling() -> None:
    timer = FakeTimer(NOW)
    outputs = fakes(timer)
    with siren_of(outputs, Inbox(), timer, max_sounding_s=20.0) as siren:
        siren.play(LONG)
        timer.run(NOW + 15.0)
        siren.play(replace(LONG, until=NOW + 2000.0))
        timer.run(NOW + 30.0)
        ended = switches(outputs, Role.SIREN)
        siren.hush()
        siren.play(replace(LONG, start=NOW + 30.0))
        timer.run(NOW + 100.0)

    assert ended == [(0.0, True), (20.0, False)]
    assert switches(outputs, Role.SIREN)[2:] == [(30.0, True), (50.0, False)]


# Outputs that fail.


def test_an_output_that_fails_keeps_no_other_from_being_switched_and_is_a_fault_until_it_works() -> None:
    timer = FakeTimer(NOW)
    outputs, inbox = fakes(timer), Inbox()
    with siren_of(outputs, inbox, timer) as siren:
        outputs[Role.SIREN].broken = True
        siren.play(replace(PLAY, until=NOW + 9.0))
        timer.run(NOW + 9.5)
        trouble = siren.trouble()
        told = drain(inbox)
        outputs[Role.SIREN].broken = False
        siren.play(replace(LONG, start=NOW + 9.5))
        recovered = siren.trouble()

    assert told == [Faulted("siren", "cannot be switched: the driver fails")]
    assert levels(outputs) == {**WHOLE, Role.STROBE: [False, True, False, True, False]}
    assert (trouble, recovered) == ("cannot switch siren", None)
    assert drain(inbox) == [Recovered("siren")]


def test_a_relay_that_could_not_be_switched_off_is_switched_off_by_the_thread_as_soon_as_it_can_be() -> None:
    timer = FakeTimer(NOW)
    outputs, inbox = fakes(timer), Inbox()
    with siren_of(outputs, inbox, timer) as siren:
        siren.play(LONG)
        outputs[Role.SIREN].broken = True
        siren.hush()
        timer.run(NOW + 5.5)
        stuck = on(outputs)
        outputs[Role.SIREN].broken = False
        timer.run(NOW + 6.5)

        assert (stuck, on(outputs)) == ({Role.SIREN}, set())
    assert drain(inbox) == [Faulted("siren", "cannot be switched: the driver fails"), Recovered("siren")]


def test_a_failing_output_does_not_keep_the_siren_from_starting_or_closing() -> None:
    timer = FakeTimer(NOW)
    outputs, inbox = fakes(timer), Inbox()
    outputs[Role.STROBE].broken = True
    with siren_of(outputs, inbox, timer) as siren:
        assert siren.trouble() == "cannot switch strobe"
        siren.play(PLAY)
        assert on(outputs) == {Role.SIREN}

    assert on(outputs) == set()
    assert all(output.closed for output in outputs.values())
    assert drain(inbox) == [Faulted("strobe", "cannot be switched: the driver fails")]


# The thread itself.


def test_leaving_it_rests_everything_lets_every_output_go_and_plays_nothing_more() -> None:
    timer = FakeTimer(NOW)
    outputs, inbox = fakes(timer), Inbox()
    with siren_of(outputs, inbox, timer) as siren:
        siren.play(LONG)

    assert on(outputs) == set()
    assert all(output.closed for output in outputs.values())
    siren.play(LONG)
    assert on(outputs) == set()
    assert drain(inbox) == []


@pytest.mark.parametrize("method", ["advance", "due", "pending"])
def test_an_exception_in_the_thread_hushes_it_and_the_thread_plays_on(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    timer = FakeTimer(NOW)
    outputs, inbox = fakes(timer), Inbox()
    working = getattr(Sequencer, method)
    faults = iter([RuntimeError("a bug")])

    def failing(self: Sequencer, *arguments: float) -> object:
        if current_thread().name == "siren" and timer.now() >= NOW + 3.9:
            for error in faults:
                raise error
        return working(self, *arguments)

    with siren_of(outputs, inbox, timer) as siren:
        siren.play(LONG)
        monkeypatch.setattr(Sequencer, method, failing)
        siren.play(PLAY)
        timer.run(NOW + 4.5)
        at_rest, alive, told = on(outputs) == set(), siren.trouble(), drain(inbox)
        siren.play(replace(PLAY, start=NOW + 4.5))
        timer.run(NOW + 4.5 + 9.0)
        played = switches(outputs, Role.STRIKER)

    assert told == [Faulted("siren thread", "failed and was hushed: RuntimeError('a bug')")]
    assert (at_rest, alive) == (True, None)
    assert [at_s for at_s, is_on in played if is_on] == [9.5, 9.8, 11.5, 11.8]
    assert drain(inbox) == [Recovered("siren thread")]


def test_a_thread_that_fails_again_and_again_keeps_everything_at_rest_and_pauses_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timer = FakeTimer(NOW)
    outputs, inbox = fakes(timer), Inbox()

    def failing(_self: Sequencer) -> float:
        raise RuntimeError("a bug")

    with siren_of(outputs, inbox, timer) as siren:
        assert timer.awaits(NOW + IDLE_S - FINE_S)
        monkeypatch.setattr(Sequencer, "due", failing)
        siren.play(LONG)
        assert take(inbox, Faulted).part == "siren thread"
        assert timer.awaits(NOW + PAUSE_S)

        assert on(outputs) == set()
        assert siren.trouble() is None
        monkeypatch.undo()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("method", ["pending", "stop"])
def test_a_thread_that_cannot_go_on_rests_everything_before_it_ends(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    timer = FakeTimer(NOW)
    outputs = fakes(timer)

    def failing(_self: Sequencer, _now: float) -> object:
        raise RuntimeError("a bug")

    with siren_of(outputs, Inbox(), timer) as siren:
        siren.play(replace(PLAY, until=NOW + 3.5))
        timer.settle()
        monkeypatch.setattr(Sequencer, method, failing)
        timer.allow(NOW + 10.0)
        assert wait_until(lambda: siren.trouble() == "its thread is dead")
        monkeypatch.undo()

        assert on(outputs) == set()


def test_a_thread_that_hangs_is_trouble_until_it_goes_on() -> None:
    timer = FakeTimer(NOW)
    with siren_of(fakes(timer), Inbox(), timer) as siren:
        timer.settle()
        timer.pass_by(HANG_S)
        before = siren.trouble()
        timer.pass_by(0.1)
        hung = (siren.trouble(), siren.hung())
        timer.settle()

        assert (before, hung, siren.trouble()) == (None, ("its thread hangs", "its thread hangs"), None)


def test_a_thread_that_is_gone_is_trouble() -> None:
    timer = FakeTimer(NOW)
    with siren_of(fakes(timer), Inbox(), timer) as siren:
        pass

    assert wait_until(lambda: siren.trouble() == "its thread is dead")


def test_an_exception_that_comes_with_a_failing_output_does_not_keep_the_others_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timer = FakeTimer(NOW)
    outputs, inbox = fakes(timer), Inbox()

    def failing(_self: Sequencer, _now: float) -> bool:
        raise RuntimeError("a bug")

    with siren_of(outputs, inbox, timer) as siren:
        siren.play(PLAY)
        outputs[Role.SIREN].broken = True
        monkeypatch.setattr(Sequencer, "advance", failing)
        timer.run(NOW + 4.0001)
        stuck = on(outputs)
        monkeypatch.undo()
        outputs[Role.SIREN].broken = False
        timer.run(NOW + 6.0)

        assert (stuck, on(outputs)) == ({Role.SIREN}, set())
    assert drain(inbox) == [
        Faulted("siren thread", "failed and was hushed: RuntimeError('a bug')"),
        Faulted("siren", "cannot be switched: the driver fails"), Recovered("siren"),
    ]
