"""The clock that a thread waits on, and the one that stands in its place in the tests."""

from collections.abc import Callable
from threading import Condition, Thread

import pytest

from runtime import clock
from runtime.clock import SystemTimer, Timer
from testing.program import LIMIT_S
from tests.support.fake_timer import FakeTimer

SOON_S, LATER_S = 0.01, 1000.0
TIMERS = pytest.mark.parametrize("timer", [SystemTimer(), FakeTimer()], ids=["system", "fake"])


def begin(act: Callable[[], object]) -> Thread:
    thread = Thread(target=act, daemon=True)
    thread.start()
    return thread


def ends(thread: Thread) -> bool:
    thread.join(LIMIT_S)
    return not thread.is_alive()


@TIMERS
def test_who_sleeps_goes_on_once_the_time_is_over(timer: Timer) -> None:
    begun, woke_at = timer.now(), list[float]()

    def sleep() -> None:
        timer.sleep(SOON_S)
        woke_at.append(timer.now())

    thread = begin(sleep)
    if isinstance(timer, FakeTimer):
        timer.allow(begun + 2 * SOON_S)

    assert ends(thread)
    assert woke_at[0] >= begun + SOON_S


@TIMERS
def test_who_waits_goes_on_once_the_time_is_over(timer: Timer) -> None:
    begun, woken, woke_at = timer.now(), Condition(), list[float]()

    def wait() -> None:
        with woken:
            while timer.now() < begun + SOON_S:  # a condition may wake who waits for no reason
                timer.wait(woken, begun + SOON_S - timer.now())
            woke_at.append(timer.now())

    thread = begin(wait)
    if isinstance(timer, FakeTimer):
        timer.allow(begun + 2 * SOON_S)

    assert ends(thread)
    assert woke_at[0] >= begun + SOON_S


@TIMERS
def test_who_waits_is_woken_by_who_notifies_and_does_not_hold_the_lock_meanwhile(timer: Timer) -> None:
    woken, waits = Condition(), list[bool]()

    def wait() -> None:
        with woken:
            waits.append(True)
            timer.wait(woken, LATER_S)

    thread = begin(wait)
    notified = False
    while not notified:
        with woken:  # which it holds until it waits
            if waits:
                woken.notify()
                notified = True

    assert ends(thread)


def test_the_systems_timer_goes_by_the_nodes_clock() -> None:
    before = clock.now()

    assert before <= SystemTimer().now() <= clock.now()


def test_a_fakes_time_passes_only_while_its_thread_waits_and_as_far_as_it_is_allowed() -> None:
    timer, steps = FakeTimer(100.0, stalls=iter([0.5])), list[float]()

    def steps_of_a_second() -> None:
        while len(steps) < 5:
            timer.sleep(1.0)
            steps.append(round(timer.now(), 6))

    thread = begin(steps_of_a_second)
    timer.run(103.0)
    at_103 = (list(steps), timer.now())
    timer.allow(200.0)

    assert ends(thread)
    assert at_103 == ([101.5, 102.5], 103.0)
    assert steps == [101.5, 102.5, 103.5, 104.5, 105.5]
