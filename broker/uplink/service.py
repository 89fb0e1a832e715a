"""The uplink's loops: two links, and what comes in at the one goes out at the other. Keeps nothing and decides nothing.

    village's broker ──link──> inbox ──> passage ──> link ──> district's broker     and the same the other way

What cannot be passed on at once is lost, on purpose: a press waits in its node's outbox, which knows its age, and the
beacon says every 5 seconds all that is in force.

Why not Mosquitto's own bridge: that of Mosquitto 2.0.11 hung when its line was cut, and with it the whole broker, so
the village was deaf until a restart. This is a process of its own.
"""

import signal
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from threading import Event as Flag
from threading import Thread
from types import FrameType

from broker.core import passage
from broker.uplink.config import Config
from runtime import clock, health
from runtime.core.events import Faulted, Linked, Received, Unlinked
from runtime.endpoint import Broker, Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link
from runtime.stdout_writer import StdoutWriter

WATCH_S = 5.0


class Uplink:
    """A running uplink. `run` returns when it is told to stop."""

    def __init__(self, config: Config, tell: Callable[[str], None]) -> None:
        self._say = tell
        self._stopping = Flag()
        names = config.settings.district, config.settings.village
        self._ways = {"village": passage.outward(*names), "district": passage.inward(*names, config.settings.others)}
        self._inboxes = {end: Inbox() for end in self._ways}
        self._links = {
            "village": self._link("village", config.here), "district": self._link("district", config.there),
        }

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ends `run`, from a signal handler or another thread."""
        self._stopping.set()
        for inbox in self._inboxes.values():
            inbox.put(None)

    def run(self) -> None:
        """Passes on what comes, until `stop`."""
        with ExitStack() as parts:
            self._tell = parts.enter_context(StdoutWriter(self._say, self._inboxes["village"])).write
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.stop)
            pairs = (("village", "district"), ("district", "village"))
            threads = [Thread(target=partial(self._pass, *pair), name=pair[0], daemon=True) for pair in pairs]
            for link in self._links.values():
                link.start()
            for thread in threads:
                thread.start()
            health.notify("READY=1")
            while not self._stopping.wait(WATCH_S):
                if all(thread.is_alive() for thread in threads) and not self._troubles():
                    health.notify("WATCHDOG=1")
            for link in self._links.values():
                link.close()

    def _link(self, end: str, broker: Broker) -> Link:
        return Link(broker, [Subscription(each) for each in self._ways[end]], None, self._inboxes[end])

    def _troubles(self) -> dict[str, str]:
        return health.troubles({end: link.trouble for end, link in self._links.items()})

    def _pass(self, source: str, target: str) -> None:
        """What comes from *source* goes to *target*, and what happens to the link is told, once each time."""
        filters, inbox, said = self._ways[source], self._inboxes[source], ""
        while not self._stopping.is_set():
            at, event = inbox.get(None)
            match event:
                case Received():
                    message = passage.passed(filters, event, clock.now() - at)
                    if message is not None:
                        self._links[target].publish(message)
                    continue
                case Linked():
                    now = f"linked: {source}"
                case Unlinked(reason):
                    now = f"unlinked: {source}: {reason}"
                case Faulted(part, reason):
                    now = f"fault: {source}: {part}: {reason}"
                case _:
                    continue
            if now != said:
                self._tell(now)
            said = now
