"""The threads of a program, all alike: how one begins, goes on after a failure, shows that it lives, and ends.

    start ──> prepare ──> turn ──> turn ──> … ──> end
                 each turn has an instant by which it is to be over; hung() says whether that has passed

A turn that fails is reported, and the next one comes: one fault must not end what the rest of a program needs.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread

from runtime.clock import SystemTimer, Timer
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox

PAUSE_S = 0.1  # after a failure, so that one that repeats does not take all of the processor


class FaultReporter:
    """Reports the faults of parts to a loop: each once, again when its reason changes, and when it is over."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._reasons: dict[str, str] = {}

    @property
    def failing(self) -> frozenset[str]:
        """The parts that have a fault."""
        return frozenset(self._reasons)

    def failed(self, part: str, reason: str) -> None:
        """*part* has a fault for *reason*."""
        if self._reasons.get(part) != reason:
            self._reasons[part] = reason
            self._inbox.put(Faulted(part, reason))

    def well(self, part: str) -> None:
        """*part* has no fault, or none any more."""
        if self._reasons.pop(part, None) is not None:
            self._inbox.put(Recovered(part))


class Worker:
    """A thread called *name* that takes *turn* after turn until it is ended.

    *failed* is given what a turn raises; what that raises itself ends the
    thread. A turn, or what is between two calls of `beat`, takes at most *hang_s* seconds, or the thread hangs.
    """

    def __init__(
        self, name: str, turn: Callable[[], object], failed: Callable[[Exception], object], hang_s: float,
        timer: Timer | None = None,
    ) -> None:
        self._turn = turn
        self._failed = failed
        self._hang_s = hang_s
        self._timer = timer if timer is not None else SystemTimer()
        self._due = math.inf
        self._ending = Flag()
        self._prepare: Callable[[], object] = lambda: None
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self, prepare: Callable[[], object] = lambda: None) -> None:
        """Begins; *prepare* is called in the thread first."""
        self._prepare = prepare
        self.beat()
        self._thread.start()

    @property
    def ending(self) -> bool:
        """Whether it is to end: this turn is the last one."""
        return self._ending.is_set()

    def end(self) -> None:
        """Has it end after this turn. Whoever makes it wait must wake it."""
        self._ending.set()

    def join(self, timeout_s: float) -> None:
        """Waits until it has ended, for *timeout_s* at most."""
        if self._thread.is_alive():
            self._thread.join(timeout=timeout_s)

    def pause(self, seconds: float) -> None:
        """In the thread: waits for *seconds*, or until it is to end. That is no hanging."""
        with self.waiting():
            self._ending.wait(seconds)

    def beat(self, within_s: float | None = None) -> None:
        """In the thread: shows that it lives, and promises to do so again *within_s* (default: as it was made)."""
        self._due = self._timer.now() + (self._hang_s if within_s is None else within_s)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """In the thread: what is done here may last for ever, for it waits for something to do."""
        self._due = math.inf
        try:
            yield
        finally:
            self.beat()

    def hung(self) -> str | None:
        """What is wrong with the thread, or None. Nothing is, before it has been started."""
        if not self._thread.is_alive():
            return None if self._thread.ident is None else "its thread is dead"
        return "its thread hangs" if self._timer.now() > self._due else None

    def _run(self) -> None:
        self._prepare()
        while not self.ending:
            self.beat()
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001 - the top of the thread: it must go on, and report
                self._failed(error)
