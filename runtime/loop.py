"""The loop of every program here: inbox -> step -> effects. Must not know what they mean.

Every `health.CLOCK_S` it gives itself the state of the wall clock, and then feeds systemd's watchdog. A thread for that
would wake the processor twice as often.
"""

import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from types import FrameType
from typing import Any, Generic, TypeVar

from contract.wire.faults import Fault
from runtime import clock, health, lean
from runtime.core.events import Clock, Faulted, Recovered
from runtime.inbox import Inbox

S = TypeVar("S")


class Loop(ABC, Generic[S]):
    """A loop over states of one kind. A program adds its parts, and what each effect does to them."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._stopping = False
        self._stopped = False
        self._next: Loop[Any] | None = None
        self._unhealthy: set[str] = set()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ends the loop, and the one that follows it, from a signal handler or another thread."""
        self._stopping = self._stopped = True
        if self._next is not None:
            self._next.stop()
        self._inbox.put(clock.wall())  # anything: the loop must wake

    def followed_by(self, following: "Loop[Any]") -> None:
        """*following* runs after this one: what stops this one, when it is over too, is meant for that one."""
        self._next = following
        if self._stopped:
            following.stop()

    def _begin(self) -> None:
        """Everything is there: signals end the loop, and systemd knows that it is ready."""
        lean.collect_as_usual()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        health.notify("READY=1")

    def _iterate(self, state: S, next_due: Callable[[S], float | None]) -> S:
        """Steps until `stop`, from *state*; returns the last one."""
        clock_at = clock.now() + health.CLOCK_S
        while not self._stopping:
            if clock.now() >= clock_at:
                self._inbox.put(clock.wall())
                clock_at = clock.now() + health.CLOCK_S
            due = next_due(state)
            self._rest(state, clock_at if due is None else min(due, clock_at))
            if not self._inbox.waits() and (due is None or clock.now() < due):
                continue  # it was the clock's time
            at, event = self._inbox.get(due)
            state = self._advance(state, event, at)
            overflow = self._inbox.overflow()
            if overflow is not None:
                self._inbox.put(overflow)
            if isinstance(event, Clock):
                self._feed_watchdog()
        return state

    def _rest(self, _state: S, due: float | None) -> None:
        """Waits, in the state that the last step left, until something came or is *due*."""
        self._inbox.wait(due)

    @abstractmethod
    def _advance(self, state: S, event: Any, at: float) -> S:
        """The state after *event*, which came at instant *at*. Does what is to be done."""

    def _do(self, effects: Iterable[Any]) -> None:
        """Does what *effects* say, in this order."""
        for effect in effects:
            self._perform(effect)

    @abstractmethod
    def _perform(self, effect: Any) -> None:
        """Does what *effect* says."""

    @abstractmethod
    def _watched(self) -> Mapping[str, Callable[[], str | None]]:
        """The threads that must be alive, each with the function that returns its trouble."""

    def _feed_watchdog(self) -> None:
        """Feeds systemd's watchdog while the threads that matter are alive; reports those that are not."""
        found = health.troubles(self._watched())
        for part, trouble in found.items():
            self._inbox.put(Faulted(part, trouble))
        for part in self._unhealthy - found.keys():
            self._inbox.put(Recovered(part))
        self._unhealthy = set(found)
        if found.keys() <= {Fault.JOURNAL_WATCH}:  # without a disk it goes on all the same
            health.notify("WATCHDOG=1")
