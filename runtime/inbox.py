"""The inbox: the one way into the loop. Every callback and thread only puts here; must not look at what it is.

What happens at the box itself (a press, a fault), and what is due, is handed out before what waits from the network:
a press must not stand behind a flood. And a flood from one source leaves room for what comes from the others, which is
handed out before the rest of the flood: by turns of TURN. What posts report waits behind what is raised: a hub that
starts finds a status of each post, and an alarm must not stand behind thousands. What is raised by one source, and what
is reported by it, is never put out of its order.
"""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop, heappush
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, NamedTuple

from runtime import clock
from runtime.core.events import Overflowed, Tick

# How many may wait. Under a flood the network's messages are dropped first, and of these last what ends sound: the
# alarms before the beacons, the beacons before the all-clears and silences.
NETWORK_LIMIT = 1000
BEACON_LIMIT = 1500
URGENT_LIMIT = 3000
# And how much memory they may take together: up to twice that where they end sound.
MOST_BYTES = 5_000_000
EACH_BYTES = 320  # what a message takes beside its topic and payload (measured)
TURN = 100  # messages of one source that may stand before those of another that came later
SHARE = 20  # a source of which less than this part of all that waits came gets in though all is full


class _Waiting(NamedTuple):
    """A message of the network: `report`, what a post reports; `extra`, one that got in though all was full."""

    at: float
    event: Any
    source: str
    size: int
    report: bool
    extra: bool


class Inbox:
    """Events with the instant at which each came in, oldest first: the box's own, then the network's.

    With *room*, so many times more of the network's may wait. *now* is the clock.
    """

    def __init__(self, room: int = 1, now: Callable[[], float] = clock.now) -> None:
        self._room = room
        self._now = now
        self._arriving: SimpleQueue[_Waiting | tuple[float, Any]] = SimpleQueue()  # that signal handlers may use
        self._own: deque[tuple[float, Any]] = deque()
        self._network: list[tuple[int, bool, int, _Waiting]] = []  # a heap: by turn, reports last, by number
        self._number, self._served = 0, 0  # of the messages; the place of the last one that was handed out
        self._places: dict[str, int] = {}  # by source: of its last message
        self._dropped = 0
        self._count, self._bytes, self._extra_bytes = 0, 0, 0  # of the network's that wait
        self._sources: dict[str, tuple[int, int]] = {}  # the same by the source
        self._lock = Lock()

    def put(self, event: object) -> None:
        """Takes *event* of the box in. Never blocks; safe in callbacks and signal handlers."""
        self._arriving.put((self._now(), event))

    def offer(  # noqa: PLR0913 - what is known of a message
        self, event: object, limit: int = NETWORK_LIMIT, source: str = "", size: int = 0, *, report: bool = False,
        at: float | None = None,
    ) -> None:
        """Takes *event* of the network in, unless *limit* wait, or take too much; what is dropped is counted, reported.

        *source* is who may have sent it, *size* its bytes; a *report* is handed out behind what is raised. Of a source
        of which little waits it is taken in all the same: so one that floods keeps no other from being received. It
        came at instant *at*, by default this one.
        """
        size += EACH_BYTES
        with self._lock:
            most, most_bytes = limit * self._room, MOST_BYTES * min(limit, 2 * NETWORK_LIMIT) // NETWORK_LIMIT
            fits = self._count < most and self._bytes + size <= most_bytes
            count, taken = self._sources.get(source, (0, 0))
            extra = not fits and source != "" and (
                count < most // SHARE and taken + size <= most_bytes // SHARE
                and self._extra_bytes + size <= MOST_BYTES // 2
            )
            if not (fits or extra):
                self._dropped += 1
                return
            self._count, self._bytes = self._count + 1, self._bytes + size
            self._extra_bytes += size if extra else 0
            self._sources[source] = (count + 1, taken + size)
        self._arriving.put(_Waiting(self._now() if at is None else at, event, source, size, report, extra))

    def wait(self, due: float | None) -> None:
        """Waits until `get` would hand something out at once. For the one thread that calls `get`."""
        if not self.waits():
            with suppress(Empty):
                self._sort(self._arriving.get(timeout=None if due is None else max(0.0, due - self._now())))

    def get(self, due: float | None) -> tuple[float, Any]:
        """The next event and its instant; a Tick at instant *due* if none comes before; without *due* it blocks."""
        self.wait(due)
        while not self._arriving.empty():
            self._sort(self._arriving.get())
        if not self._own and not self._network:
            return self._now(), Tick()
        if not self._own and due is not None and self._now() >= due:  # a button that has been held long enough
            return self._now(), Tick()
        return self._own.popleft() if self._own else self._taken()

    def waits(self) -> bool:
        """Whether something is there to be handed out at once."""
        return bool(self._own or self._network or not self._arriving.empty())

    def overflow(self) -> Overflowed | None:
        """What was dropped since the last call."""
        with self._lock:
            count, self._dropped = self._dropped, 0
        return Overflowed(count) if count else None

    def _sort(self, arrived: _Waiting | tuple[float, Any]) -> None:
        """A source's messages have places one behind the other, beginning at what is being handed out now."""
        if isinstance(arrived, _Waiting):
            place = self._places[arrived.source] = max(self._served, self._places.get(arrived.source, 0)) + 1
            self._number += 1
            heappush(self._network, (place // TURN, arrived.report, self._number, arrived))
        else:
            self._own.append(arrived)

    def _taken(self) -> tuple[float, Any]:
        turn, *_, waiting = heappop(self._network)
        self._served = max(self._served, turn * TURN)
        with self._lock:
            self._count, self._bytes = self._count - 1, self._bytes - waiting.size
            self._extra_bytes -= waiting.size if waiting.extra else 0
            count, taken = self._sources[waiting.source]
            if count > 1:
                self._sources[waiting.source] = (count - 1, taken - waiting.size)
            else:
                del self._sources[waiting.source]
                self._places.pop(waiting.source, None)
        return waiting.at, waiting.event
