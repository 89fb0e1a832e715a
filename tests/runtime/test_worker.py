"""The threads that all programs are made of: they go on after a failure, show that they live, and end."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, current_thread
from threading import Event as Flag

import pytest

from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from runtime.worker import FaultReporter, Worker
from testing.program import LIMIT_S
from tests.support.fake_timer import FakeTimer
from tests.support.waiting import drain, wait_until

HANG_S = 5.0


def unexpected(error: Exception) -> None:
    raise AssertionError(error)


@contextmanager
def running(
    turn: Callable[[], object], failed: Callable[[Exception], object] = unexpected, timer: FakeTimer | None = None
) -> Iterator[Worker]:
    worker = Worker("test", turn, failed, HANG_S, timer if timer is not None else FakeTimer())
    worker.start()
    try:
        yield worker
    finally:
        worker.end()
        worker.join(LIMIT_S)


def test_it_takes_turn_after_turn_until_it_is_ended() -> None:
    turns: list[str] = []
    prepared: list[str] = []
    three = Flag()

    def turn() -> None:
        turns.append(current_thread().name)
        if len(turns) == 3:
            three.set()
            worker.end()

    worker = Worker("test", turn, unexpected, HANG_S)
    before = worker.hung()
    worker.start(lambda: prepared.append(f"{current_thread().name}, turns {len(turns)}"))
    assert three.wait(LIMIT_S)
    worker.join(LIMIT_S)

    assert (before, prepared, turns, worker.hung()) == (None, ["test, turns 0"], ["test"] * 3, "its thread is dead")


def test_a_turn_that_fails_is_told_and_the_next_one_comes() -> None:
    failures: list[str] = []
    went_on = Flag()

    def turn() -> None:
        if failures:
            went_on.wait(0.01)
            went_on.set()
            return
        raise RuntimeError("a bug")

    with running(turn, lambda error: failures.append(str(error))) as worker:
        assert went_on.wait(LIMIT_S)
        assert (failures, worker.hung()) == (["a bug"], None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_the_report_of_a_failure_raises_ends_the_thread_and_that_is_seen() -> None:
    def turn() -> None:
        raise RuntimeError("a bug")

    with running(turn) as worker:
        assert wait_until(lambda: worker.hung() == "its thread is dead")


def test_a_turn_that_takes_too_long_hangs_until_it_is_over() -> None:
    timer, goes_on, waits = FakeTimer(), Flag(), Condition()
    taken: list[int] = []

    def turn() -> None:
        taken.append(1)
        if len(taken) == 1:
            assert goes_on.wait(LIMIT_S)
        with waits:
            timer.wait(waits, 1.0)

    with running(turn, timer=timer) as worker:
        assert wait_until(lambda: bool(taken))
        timer.pass_by(HANG_S)
        in_time = worker.hung()
        timer.pass_by(0.1)
        late = worker.hung()
        goes_on.set()
        timer.settle()

        assert (in_time, late, worker.hung()) == (None, "its thread hangs", None)
        worker.end()
        timer.allow(math.inf)


def test_to_wait_for_something_to_do_is_no_hanging_and_what_is_done_then_may_take_as_long_as_ever() -> None:
    timer, work, arrived = FakeTimer(), Flag(), Flag()
    done = Flag()

    def turn() -> None:
        with worker.waiting():
            arrived.set()
            assert work.wait(LIMIT_S)
        done.set()
        worker.end()

    worker = Worker("test", turn, unexpected, HANG_S, timer)
    worker.start()
    assert arrived.wait(LIMIT_S)
    timer.pass_by(1e6)
    waiting = worker.hung()
    work.set()
    assert done.wait(LIMIT_S)
    worker.join(LIMIT_S)

    assert waiting is None


def test_a_beat_may_promise_a_later_one() -> None:
    timer = FakeTimer()
    worker = Worker("test", lambda: None, unexpected, HANG_S, timer)
    stop = Flag()

    def turn() -> None:
        worker.beat(60.0)
        stop.wait(LIMIT_S)

    worker = Worker("test", turn, unexpected, HANG_S, timer)
    worker.start()
    timer.pass_by(HANG_S + 1.0)
    found = []
    assert wait_until(lambda: worker.hung() is None)
    timer.pass_by(60.0)
    found.append(worker.hung())
    worker.end()
    stop.set()
    worker.join(LIMIT_S)

    assert found == ["its thread hangs"]


def test_a_fault_is_reported_once_and_again_with_another_reason_and_when_it_is_over() -> None:
    inbox = Inbox()
    faults = FaultReporter(inbox)
    faults.well("a")
    faults.failed("a", "torn")
    faults.failed("a", "torn")
    faults.failed("b", "wet")
    faults.failed("a", "burnt")
    faults.well("a")
    faults.well("a")

    assert drain(inbox) == [Faulted("a", "torn"), Faulted("b", "wet"), Faulted("a", "burnt"), Recovered("a")]
    assert faults.failing == {"b"}
