"""What the judge sees: the pins and the logs, and what the broker hands to a reader, by a mosquitto_sub of its own."""

import json
import os
import subprocess
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event as Flag
from threading import Thread
from typing import Any

from broker.mosquitto import program
from demo.seen import Seen, Touch
from demo.world import LIMIT_S, World
from testing.box import Change, now
from testing.installation import READER

BASE = "kentongan/situbondo"
EARLIER_S = 100.0  # more than two cycles of any alarm


@dataclass(frozen=True, slots=True)
class Published:
    """What arrived from the broker at instant `at`."""

    at: float
    topic: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Observed:
    """A post, or the hub, since instant `since`, looked at at instant `at`.

    `status` is None while nothing is known: before the first one, and while the broker is away. `published` are its
    events, `touch` is the last time that one of its buttons was touched. `earlier` are changes before `since`. Of the
    hub there are `beacons`: the last one before `since`, and those after it. The broker was started at `broker_at`.
    It is `steady` if the kernel lets it switch in time, whatever else runs (SCHED_FIFO, which not every user may have).
    """

    name: str
    since: float
    at: float = float("inf")
    seen: Seen = Seen()
    has_strobe: bool = True
    status: Mapping[str, Any] | None = None
    published: tuple[Published, ...] = ()
    touch: Touch | None = None
    earlier: tuple[Change, ...] = ()
    beacons: tuple[Published, ...] = ()
    broker_at: float = 0.0
    steady: bool = True


class Listener:
    """Keeps what the broker of *world* hands to a reader. `listen` again once the broker was away."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._arrived: list[Published] = []
        self._statuses: dict[str, Mapping[str, Any]] = {}
        self._process: subprocess.Popen[str] | None = None
        self.broker_at = now()

    def listen(self) -> None:
        """Subscribes, and returns when the broker has let it."""
        subscribed = Flag()
        self._process = subprocess.Popen(
            # A line at a time: into a pipe it would keep what it prints until a message comes.
            ["stdbuf", "-oL", program("mosquitto_sub"), "-d", "-F", "%t %x", "-t", f"{BASE}/#"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True,
            env={**os.environ, "XDG_CONFIG_HOME": str(self._world.broker.homes[READER])},
        )
        self._thread = Thread(target=self._read, args=(self._process, subscribed), daemon=True)
        self._thread.start()
        assert subscribed.wait(LIMIT_S), "mosquitto_sub is not subscribed"

    def stop(self) -> None:
        """Ends; nothing is known of any status any more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._thread.join(LIMIT_S)
        self._statuses.clear()

    def observe(self, name: str, since: float) -> Observed:
        """What is known of *name*, a post or the hub, since instant *since*."""
        post = self._world.posts.get(name)
        base = f"{BASE}/{name.replace('/', '/node/')}"
        events = [each for each in list(self._arrived) if each.topic == f"{base}/event" and each.at >= since]
        beacons = [each for each in list(self._arrived) if each.topic == f"{BASE}/active"]
        earlier = self._world.seen(name, since - EARLIER_S).changes
        touches = [touch for touch in self._world.touches if touch.post == name]
        first = max(0, bisect_left(beacons, since, key=lambda each: each.at) - 1)
        return Observed(
            name, since, now(), self._world.seen(name, since), post is not None and "strobe" in post.outputs,
            self._statuses.get(f"{base}/status"), tuple(events), touches[-1] if touches else None,
            tuple(change for change in earlier if change.at < since),
            tuple(beacons[first:]) if post is None else (), self.broker_at, self._is_steady(name),
        )

    def _is_steady(self, name: str) -> bool:
        box = self._world.boxes.get(name)
        try:
            return box is None or os.sched_getscheduler(box.pid) == os.SCHED_FIFO
        except (RuntimeError, ProcessLookupError):  # it does not run
            return True

    def _read(self, process: "subprocess.Popen[str]", subscribed: Flag) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                if line.startswith("Subscribed "):
                    subscribed.set()
                    continue
                topic, _, payload = line.rstrip("\n").rpartition(" ")
                read = _read(topic, payload)
                if read is None:
                    continue
                self._arrived.append(Published(now(), topic, read))
                if topic.endswith("/status"):
                    self._statuses[topic] = read


@contextmanager
def listening(world: World) -> Iterator[Listener]:
    """A listener that is subscribed."""
    listener = Listener(world)
    try:
        listener.listen()
        yield listener
    finally:
        listener.stop()


def _read(topic: str, payload: str) -> Mapping[str, Any] | None:
    """The JSON object that *payload* is, in hexadecimal; None for what is cut off, about the connection, or by hand."""
    if not topic.startswith(BASE) or topic.rpartition("/")[2] not in ("status", "event", "active"):
        return None
    try:
        found = json.loads(bytes.fromhex(payload))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
