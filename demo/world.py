"""The district on this machine: one broker, seven boxes, an ear. Starts, watches and ends them; must not judge.

    mosquitto_pub ──> Mosquitto <──MQTT──> seven node processes <──pins──> seven boxes
    (a tour's, or       │    └──line──> patokan.pos-1: can be cut            │     │
     any terminal's)    │                                              levels│     │lines
                        └──> ear (mosquitto_sub) ──statuses, events──> Sight of each post ──> tour, view
                                                                             ^
    keys, tour ──────────────── contacts held ───────────────────────────────┘

Threads (the pins, the lines, the ear) only add to what is known, under one Condition; whoever waits, waits for that.
Every process is ended by its own id, whichever way the demo is left.
"""

import shlex
import subprocess
import tempfile
from bisect import bisect_left
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Condition
from typing import Any

from broker.private import PrivateBroker, program
from demo import posts
from demo.box import Box, now
from demo.ear import READY, Ear, Overheard
from demo.line import Line
from demo.sight import Heard, Held, Post, Said, Sight, read_line

LINED = "patokan.pos-1"  # the box whose line to the broker can be cut
START_S = 30.0
SLICE_S = 0.2  # how long a wait lasts before it looks whether it is time to leave
HOLD_MORE_S = 0.2  # a finger does not let go at the very instant


class WorldError(Exception):
    """The district does not come up; the message says which part of it."""


class LeavingError(Exception):
    """It is time to leave: a wait was broken off."""


class World:
    """The running district; use as a context manager. `tell` is given each line that a node says."""

    def __init__(self) -> None:
        self.district, wired = posts.load()
        self.labels = posts.labels()
        self._wired = {each.post.name: each for each in wired}
        self.posts: dict[str, Post] = {each.post.name: each.post for each in wired}
        self.leaving = False
        self.tell: Callable[[Said], None] = lambda _said: None
        self._changed = Condition()
        self._statuses: dict[str, dict[str, Any]] = {}
        self._heard: dict[str, list[Heard]] = {name: [] for name in self.posts}
        self._said: dict[str, list[Said]] = {name: [] for name in self.posts}
        self._held: dict[str, Held] = {}
        self._hears = False

    def __enter__(self) -> "World":
        for name in ("mosquitto", "mosquitto_sub", "mosquitto_pub"):
            program(name)  # raises BrokerError
        base = "/tmp" if len(tempfile.gettempdir()) > 60 else None  # noqa: S108 - a Unix socket's path is short
        with ExitStack() as parts:
            folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="kentongan-", dir=base)))
            self.broker = parts.enter_context(PrivateBroker(folder / "broker"))
            self.line = parts.enter_context(Line(self.broker.port))
            self._ear = Ear(self.broker.port, self.district.district, self._overhear, self._ready)
            parts.callback(self._ear.stop)
            self._listen()
            self.boxes = {name: self._box(folder / name, name) for name in self.posts}
            for box in self.boxes.values():
                parts.enter_context(box)
            parts.callback(self._ask_all_to_stop)  # first of all, so that they end side by side
            self._await_nodes()
            self._parts = parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    def wait(self, ready: Callable[[], bool], timeout_s: float) -> bool:
        """Waits until *ready*; looks again at each change. Returns whether it is. Raises LeavingError."""
        deadline = now() + timeout_s
        with self._changed:
            while True:
                if self.leaving:
                    raise LeavingError
                if ready():
                    return True
                left_s = deadline - now()
                if left_s <= 0:
                    return False
                self._changed.wait(min(left_s, SLICE_S))

    def sleep(self, seconds: float) -> None:
        """Lets *seconds* pass. Raises LeavingError."""
        self.wait(lambda: False, seconds)

    def sight(self, name: str, since: float) -> Sight:
        """What is seen and heard of the post *name* since instant *since*."""
        box = self.boxes[name]
        with self._changed:
            return Sight(
                post=self.posts[name],
                since=since,
                on=frozenset(output for output, level in box.levels.items() if level),
                changes=tuple(box.changes[bisect_left(box.changes, since, key=lambda change: change.at) :]),
                status=self._statuses.get(name),
                heard=tuple(heard for heard in self._heard[name] if heard.at >= since),
                said=tuple(said for said in self._said[name] if said.at >= since),
                held=self._held.get(name),
                running=box.running,
            )

    def lines(self, since: float) -> list[Said]:
        """What all nodes have said since instant *since*, in order."""
        with self._changed:
            return sorted(
                (said for every in self._said.values() for said in every if said.at >= since), key=lambda said: said.at
            )

    def command(self, topic: str, options: tuple[str, ...]) -> list[str]:
        """The `mosquitto_pub` line, as a list, that publishes to *topic* of this district."""
        return ["mosquitto_pub", "-p", str(self.broker.port), "-t", f"kentongan/{self.district.district}/{topic}",
                *options]

    def publish(self, command: list[str]) -> str:
        """Runs *command*, a `mosquitto_pub` line. Returns what it complains of, or ""."""
        done = subprocess.run(  # noqa: S603 - our own command line
            [program(command[0]), *command[1:]], capture_output=True, text=True, timeout=10.0, check=False
        )
        return done.stderr.strip() or ("" if done.returncode == 0 else f"{shlex.join(command)} exits {done.returncode}")

    def hold(self, name: str, button: str) -> None:
        """Holds *button* at the post *name* as long as it wants to be held. Raises LeavingError."""
        hold_s = self.posts[name].holds_s[button]
        with self._changed:
            self._held[name] = Held(button, now(), hold_s)
        self.boxes[name].contact(button, closed=True)
        try:
            self.sleep(hold_s + HOLD_MORE_S)
        finally:
            if self.boxes[name].running:
                self.boxes[name].contact(button, closed=False)

    def kill_broker(self) -> None:
        """Ends the broker as a power cut would; with it the line that can be cut."""
        self._ear.stop()
        self.broker.kill()
        self.line.cut()
        with self._changed:
            self._statuses.clear()
            self._changed.notify_all()

    def start_broker(self) -> None:
        """Starts the broker again, and listens; the line stays as it is. Raises BrokerError, WorldError."""
        self.broker.start()
        self._listen()

    def _listen(self) -> None:
        self._hears = False
        self._ear.start()
        self.publish(["mosquitto_pub", "-p", str(self.broker.port), "-t", READY, "-r", "-m", "?"])
        if not self.wait(lambda: self._hears, START_S):
            raise WorldError("mosquitto_sub does not hear the broker")

    def _await_nodes(self) -> None:
        self.wait(lambda: all(self._is_up(name) for name in self.posts), START_S)
        down = next((name for name in self.posts if not self._is_up(name)), None)
        if down is not None:
            last = "; ".join(said.about.get("line", said.kind) for said in self._said[down][-3:]) or "nothing"
            raise WorldError(f"{down}: its node is not ready after {START_S:g} s; its last words: {last}")

    def _is_up(self, name: str) -> bool:
        return self._statuses.get(name, {}).get("state") == "ready"

    def _box(self, folder: Path, name: str) -> Box:
        port = self.line.port if name == LINED else self.broker.port
        settings = posts.settings(self._wired[name], port, folder)
        return Box(folder, settings, hear=lambda line: self._hear_line(name, line), changed=self._changed)

    def _ask_all_to_stop(self) -> None:
        for box in self.boxes.values():
            box.ask_to_stop()

    def _ready(self) -> None:
        with self._changed:
            self._hears = True
            self._changed.notify_all()

    def _overhear(self, overheard: Overheard) -> None:
        with self._changed:
            if overheard.post not in self.posts:
                return
            if overheard.kind == "status":
                self._statuses[overheard.post] = overheard.body
            else:
                self._heard[overheard.post].append(Heard(overheard.at, overheard.body))
            self._changed.notify_all()

    def _hear_line(self, name: str, line: str) -> None:
        said = read_line(now(), name, line)
        with self._changed:
            self._said[name].append(said)
            self._changed.notify_all()
        self.tell(said)
