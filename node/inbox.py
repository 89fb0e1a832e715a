"""The inbox: the one way into the loop. Every callback and thread only puts here; must not look at what it is."""

from queue import Empty, SimpleQueue
from threading import Lock

from node import clock
from node.events import Event, Overflowed, Tick

# How many may wait. Under a flood the network's messages are dropped first, and of these last what ends sound: the
# alarms before the beacons, the beacons before the all-clears and silences.
NETWORK_LIMIT = 1000
BEACON_LIMIT = 1500
URGENT_LIMIT = 3000


class Inbox:
    """Events with the instant at which each came in, oldest first."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[float, Event]] = SimpleQueue()
        self._dropped = 0
        self._lock = Lock()

    def put(self, event: Event) -> None:
        """Takes *event* in. Never blocks; safe in callbacks and signal handlers."""
        self._queue.put((clock.now(), event))

    def offer(self, event: Event, limit: int = NETWORK_LIMIT) -> None:
        """Takes *event* in unless *limit* events wait; what is dropped is counted and reported."""
        if self._queue.qsize() < limit:
            self.put(event)
            return
        with self._lock:
            self._dropped += 1

    def get(self, due: float | None) -> tuple[float, Event]:
        """The next event and its instant; a Tick at instant *due* if none comes before. None waits for ever."""
        try:
            if due is None:
                return self._queue.get()
            return self._queue.get(timeout=max(0.0, due - clock.now()))
        except Empty:
            return clock.now(), Tick()

    def overflow(self) -> Overflowed | None:
        """What was dropped since the last call."""
        with self._lock:
            count, self._dropped = self._dropped, 0
        return Overflowed(count) if count else None
