"""The scout: watches the first of several brokers while another one is in use, and says when it is well again.

    link to the first ──> inbox ──> Health ──> well for 60 s: said once
"""

from collections.abc import Callable
from threading import Event as Flag
from typing import Protocol

from contract.wire.topics import Urgency, urgency
from runtime.core.addresses import Health
from runtime.core.events import Linked, Received, Tick, Unlinked
from runtime.inbox import Inbox
from runtime.worker import Worker

HANG_S = 30.0


class Connection(Protocol):
    """A link of the scout's own."""

    def start(self) -> None:
        """Begins to connect."""

    def close(self) -> None:
        """Ends it."""


class Scout:
    """Watches a broker by a connection that *connect* makes; *well* is called once, in the scout's thread.

    *beacons*: whether the hub's beacon comes by the broker that is in use, so that it must come by this one, too.
    """

    def __init__(
        self, connect: Callable[[Inbox], Connection], beacons: Callable[[], bool], well: Callable[[], object]
    ) -> None:
        self._inbox = Inbox()
        self._connection = connect(self._inbox)
        self._beacons = beacons
        self._well = well
        self._health = Health()
        self._due: float | None = None
        self._called_back = Flag()  # the thread alone ends itself, once it has closed the connection
        self._worker = Worker("scout", self._turn, self._failed, HANG_S)

    def start(self) -> None:
        """Begins to watch."""
        self._connection.start()
        self._worker.start()

    def end(self) -> None:
        """Has it end, without waiting."""
        self._called_back.set()
        self._inbox.put(Tick())  # it must wake

    def _turn(self) -> None:
        with self._worker.waiting():
            at, event = self._inbox.get(self._due)
        self._health = _after(self._health, event, at)
        self._due = self._health.due(at)
        if self._called_back.is_set():
            self._worker.end()
            self._connection.close()
        elif self._health.is_well(at, beacons=self._beacons()):
            self._worker.end()
            self._connection.close()
            self._well()

    def _failed(self, _error: Exception) -> None:
        """One fault must not end it; the connection reports its own."""
        self._worker.pause(1.0)


def _after(health: Health, event: object, at: float) -> Health:
    match event:
        case Linked():
            return Health(linked_at=at)
        case Unlinked():
            return Health()
        case Received(topic) if urgency(topic) is Urgency.BEACON:
            return Health(health.linked_at, at)
        case _:
            return health
