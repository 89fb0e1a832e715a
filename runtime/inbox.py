"""The inbox: the one way into the loop. Every callback and thread only puts here; must not look at what it is.

What happens at the box itself (a press, a fault), and what is due, is handed out before what waits from the network:
a press must not stand behind a flood.
"""

from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

from runtime import clock
from runtime.core.events import Overflowed, Tick

# How many may wait. Under a flood the network's messages are dropped first, and of these last what ends sound: the
# alarms before the beacons, the beacons before the all-clears and silences.
NETWORK_LIMIT = 1000
BEACON_LIMIT = 1500
URGENT_LIMIT = 3000


class Inbox:
    """Events with the instant at which each came in, oldest first: the box's own, then the network's.

    With *room*, so many times more of the network's may wait. *now* is the clock.
    """

    def __init__(self, room: int = 1, now: Callable[[], float] = clock.now) -> None:
        self._room = room
        self._now = now
        self._arriving: SimpleQueue[tuple[bool, float, Any]] = SimpleQueue()  # the one that signal handlers may use
        self._own: deque[tuple[float, Any]] = deque()
        self._network: deque[tuple[float, Any]] = deque()
        self._dropped = 0
        self._lock = Lock()

    def put(self, event: object) -> None:
        """Takes *event* of the box in. Never blocks; safe in callbacks and signal handlers."""
        self._arriving.put((True, self._now(), event))

    def offer(self, event: object, limit: int = NETWORK_LIMIT) -> None:
        """Takes *event* of the network in unless *limit* of them wait; what is dropped is counted and reported."""
        if self._arriving.qsize() + len(self._network) < limit * self._room:
            self._arriving.put((False, self._now(), event))
            return
        with self._lock:
            self._dropped += 1

    def get(self, due: float | None) -> tuple[float, Any]:
        """The next event and its instant; a Tick at instant *due* if none comes before; without *due* it blocks."""
        while not self._arriving.empty():
            self._sort(self._arriving.get())
        if not self._own and not self._network:
            try:
                self._sort(self._arriving.get(timeout=None if due is None else max(0.0, due - self._now())))
            except Empty:
                return self._now(), Tick()
        if not self._own and due is not None and self._now() >= due:  # a button that has been held long enough
            return self._now(), Tick()
        return (self._own or self._network).popleft()

    def overflow(self) -> Overflowed | None:
        """What was dropped since the last call."""
        with self._lock:
            count, self._dropped = self._dropped, 0
        return Overflowed(count) if count else None

    def _sort(self, arrived: tuple[bool, float, Any]) -> None:
        own, at, event = arrived
        (self._own if own else self._network).append((at, event))
