"""Time for a thread under test: it passes only while that thread waits, and only as far as the test lets it.

So a minute of a program is over as soon as the thread has worked it off, whatever the machine is doing meanwhile, and
each thing that the thread does has an exact instant.
"""

import math
from collections.abc import Callable, Iterator
from itertools import repeat
from threading import Condition

from testing.program import LIMIT_S

ROUNDING_S = 1e-6  # what sums of seconds may be off


class FakeTimer:
    """A Timer for one thread. It begins at instant *now*; each sleep lasts longer by the next of *stalls*."""

    def __init__(self, now: float = 1000.0, stalls: Iterator[float] = repeat(0.0)) -> None:  # noqa: B008
        self._now = self._allowed = now
        self._stalls = stalls
        self._changed = Condition()
        self._woken: Condition | None = None
        self._resting_until: float | None = None  # what the thread waits for, past what is allowed
        self._asleep = False

    @property
    def is_asleep(self) -> bool:
        """Whether the thread sleeps for an instant that is not allowed yet, so that nothing wakes it."""
        with self._changed:
            return self._asleep and self._resting_until is not None

    def now(self) -> float:
        return self._now

    def wait(self, woken: Condition, seconds: float) -> None:
        with self._changed:
            due = math.nextafter(self._now + seconds, math.inf)
            if self._passes(due):
                return
            self._woken, self._resting_until, self._asleep = woken, due, False
            self._changed.notify_all()
        woken.wait(10 * LIMIT_S)  # the test that waits for this thread ends before
        with self._changed:
            self._resting_until = None

    def sleep(self, seconds: float) -> None:
        with self._changed:
            due = math.nextafter(self._now + seconds, math.inf) + next(self._stalls, 0.0)
            while not self._passes(due):
                self._resting_until, self._asleep = due, True
                self._changed.notify_all()
                assert self._changed.wait(LIMIT_S), "the test is over, or hangs"
            self._resting_until = None

    # What the test does

    def allow(self, until: float) -> None:
        """Lets time pass up to *until* as soon as the thread waits for it."""
        with self._changed:
            self._allowed = until
            self._changed.notify_all()
        self._wake()

    def run(self, until: float) -> None:
        """Lets time pass up to *until*; returns when the thread has done all that is due by then."""
        self.settle()
        self.allow(until)
        self.rests()
        with self._changed:
            self._now = max(self._now, until)

    def settle(self) -> float:
        """Has the thread look anew at what it has to do; the instant that it waits for when nothing more is allowed."""
        with self._changed:
            self._await(lambda: self._resting_until is not None)
        self._wake()
        return self.rests()

    def rests(self) -> float:
        """The instant that the thread waits for, once nothing more is allowed."""
        with self._changed:
            self._await(lambda: self._resting_until is not None and self._resting_until > self._allowed)
            assert self._resting_until is not None
            return self._resting_until

    def awaits(self, instant: float) -> bool:
        """Whether the thread comes to wait for *instant*, by itself: what happened before must have woken it."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._resting_until is not None and abs(self._resting_until - instant) < ROUNDING_S, LIMIT_S
            )

    def pass_by(self, seconds: float) -> None:
        """Lets *seconds* pass without the thread: it has waited too long when it wakes next."""
        with self._changed:
            self._now += seconds
            self._allowed = max(self._allowed, self._now)

    def _await(self, ready: Callable[[], bool]) -> None:
        assert self._changed.wait_for(ready, LIMIT_S), "the thread under test does not come to rest"

    def _wake(self) -> None:
        """As if it had been notified: what it waited for may not be what it has to wait for."""
        woken = self._woken
        if woken is not None:
            with woken, self._changed:
                if not self._asleep:
                    self._resting_until = None
                    woken.notify_all()

    def _passes(self, due: float) -> bool:
        if due > self._allowed:
            return False
        self._now = max(self._now, due)
        return True
