"""The district on this machine: a broker, a hub, seven boxes, an ear. Starts and ends them; must not judge.

    mosquitto_pub ──> Mosquitto <──MQTT──> seven node processes <──pins──> seven boxes
    (a tour's, or      │     ^──MQTT──> the hub's process │lines           │     │
     any terminal's)   │                   │lines         │          levels│     │
                       └──> ear (mosquitto_sub) ──────────┴──> Record ──> Sight of each ──> tour, view
                                                                            ^
    keys, tour ──────────────── contacts moved ─────────────────────────────┘

Everyone logs in with an account of their own, as in a village: posts, hub, operator (mosquitto_pub), reader (the ear).
Threads (the pins, the lines, the ear) only add to the record, and whoever waits, waits for that. Every process is
ended by its own id, whichever way the demo is left: first the nodes, then the hub, then the broker.
"""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from broker.mosquitto import program
from demo import posts
from demo.ear import Ear
from demo.installation import OPERATOR, READER, Installation
from demo.record import OFFLINE, Record
from demo.sight import POSKO, Post, Said, Sight, read_line
from testing.box import Box, now, write_settings
from testing.program import Program

START_S = 30.0
SLICE_S = 0.2  # how long a wait lasts before it looks whether it is time to leave
HOLD_MORE_S = 0.5  # a finger does not let go at the very instant, and a busy machine stalls


class WorldError(Exception):
    """The district does not come up; the message says which part of it."""


class LeavingError(Exception):
    """It is time to leave: a wait was broken off."""


class World:
    """The running district; use as a context manager. `tell` is given each line that a node or the hub says.

    *heard* is the post that has a loudspeaker, if any does, and *sound* its setting.
    """

    def __init__(self, heard: str | None = None, sound: Mapping[str, Any] | None = None) -> None:
        self.district, wired = posts.load()
        self.labels = posts.labels()
        self._wired = {each.post.name: each for each in wired}
        self.posts: dict[str, Post] = {each.post.name: each.post for each in wired}
        self.names = (*self.posts, POSKO.name)  # whoever is looked at
        self.leaving = False
        self.tell: Callable[[Said], None] = lambda _said: None
        self._record = Record(self.posts.values())
        self._hears = False
        self._heard, self._sound = heard, sound

    def __enter__(self) -> "World":
        for name in ("mosquitto", "mosquitto_sub", "mosquitto_pub"):
            program(name)  # raises BrokerError
        # A Unix socket's path is short, and the line that names the folder fits the view.
        base = "/tmp" if len(tempfile.gettempdir()) > 40 else None  # noqa: S108
        with ExitStack() as parts:
            folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="kentongan-", dir=base)))
            self.broker = parts.enter_context(Installation(folder, posts.DISTRICT_FILE))
            self._ear = Ear(self.broker.homes[READER], self.district.district, self._record.overhear, self._ready)
            parts.callback(self._ear.stop)
            self._listen()
            self.hub = parts.enter_context(self._make_hub(folder / "hub"))
            self.boxes = {name: self._make_box(folder / name, name) for name in self.posts}
            self._programs: dict[str, Program] = {**self.boxes, POSKO.name: self.hub}
            for box in self.boxes.values():
                parts.enter_context(box)
            parts.callback(self._ask_boxes_to_stop)  # first of all, so that they end side by side
            self._await(self.names, lambda name: self._record.state(name) == "ready")
            self._parts = parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._parts.close()

    def wait(self, ready: Callable[[], bool], timeout_s: float) -> bool:
        """Waits until *ready*; looks again at each change. Returns whether it is. Raises LeavingError."""
        deadline = now() + timeout_s
        with self._record.changed:
            while True:
                if self.leaving:
                    raise LeavingError
                if ready():
                    return True
                left_s = deadline - now()
                if left_s <= 0:
                    return False
                self._record.changed.wait(min(left_s, SLICE_S))

    def sleep(self, seconds: float) -> None:
        """Lets *seconds* pass. Raises LeavingError."""
        self.wait(lambda: False, seconds)

    def sight(self, name: str, since: float) -> Sight:
        """What is seen and heard of *name*, a post or the hub, since instant *since*."""
        return self._record.sight(name, self._programs[name], since)

    def lines(self, since: float) -> list[Said]:
        """What all have said since instant *since*, in order."""
        return self._record.lines(since)

    def command(self, topic: str, options: tuple[str, ...]) -> list[str]:
        """The `mosquitto_pub` line, as a list, that publishes to *topic* of this district."""
        return ["mosquitto_pub", "-t", f"kentongan/{self.district.district}/{topic}", *options]

    @property
    def home(self) -> str:
        """What, put before a line, tells mosquitto's clients in any terminal where the operator's options are."""
        return f"XDG_CONFIG_HOME={shlex.quote(str(self.broker.homes[OPERATOR]))}"

    def publish(self, command: list[str]) -> str:
        """Runs *command*, a `mosquitto_pub` line, as the operator. Returns what it complains of, or ""."""
        done = subprocess.run(  # noqa: S603 - our own command line
            [program(command[0]), *command[1:]], capture_output=True, text=True, timeout=10.0, check=False,
            env={**os.environ, "XDG_CONFIG_HOME": str(self.broker.homes[OPERATOR])},
        )
        return done.stderr.strip() or ("" if done.returncode == 0 else f"{shlex.join(command)} exits {done.returncode}")

    def hold(self, name: str, button: str) -> None:
        """Holds *button* at the post *name* as long as it wants to be held. Raises LeavingError."""
        hold_s = self.posts[name].holds_s[button]
        self._touch(name, button, hold_s, hold_s + HOLD_MORE_S)

    def tap(self, name: str, button: str, tap_s: float) -> None:
        """Touches *button* at the post *name* for *tap_s* seconds. Raises LeavingError."""
        self._touch(name, button, tap_s, tap_s)

    def kill(self, name: str) -> None:
        """Ends the program of *name*, a post or the hub, as a power cut would."""
        self._programs[name].kill()
        self._record.ended(name)

    def stop(self, name: str) -> None:
        """Ends the program of *name*, a post or the hub, in good order."""
        self._programs[name].stop()
        self._record.ended(name)

    def start(self, name: str) -> None:
        """Starts the program of *name* again; returns when it is linked, if there is a broker. Raises WorldError."""
        self._programs[name].start()
        if self.broker.running:
            self._await((name,), lambda name: self._record.state(name) != OFFLINE)

    def kill_broker(self) -> None:
        """Ends the broker as a power cut would."""
        self._ear.stop()
        self.broker.kill()
        self._record.forget_statuses()

    def start_broker(self) -> None:
        """Starts the broker again, and listens. Raises BrokerError, WorldError."""
        self.broker.start()
        self._listen()

    def _touch(self, name: str, button: str, counts_s: float, for_s: float) -> None:
        self._record.hold(name, button, counts_s)
        self.boxes[name].contact(button, closed=True)
        try:
            self.sleep(for_s)
        finally:
            if self.boxes[name].running:
                with suppress(RuntimeError, OSError):  # its power may be cut at this moment
                    self.boxes[name].contact(button, closed=False)

    def _listen(self) -> None:
        self._hears = False
        self._ear.start()
        if not self.wait(lambda: self._hears, START_S):
            raise WorldError("mosquitto_sub does not hear the broker")

    def _await(self, names: Iterable[str], up: Callable[[str], bool]) -> None:
        """Waits until all of *names* are *up*; not for one that has died. Raises WorldError."""
        names = tuple(names)

        def is_dead(name: str) -> bool:
            return not self._programs[name].running

        self.wait(lambda: any(map(is_dead, names)) or all(map(up, names)), START_S)
        down = next((name for name in sorted(names, key=is_dead, reverse=True) if is_dead(name) or not up(name)), None)
        if down is not None:
            what = "the hub" if down == POSKO.name else "its node"
            how = "has died" if is_dead(down) else f"is not ready after {START_S:g} s"
            self._programs[down].wait(lambda _program: False, SLICE_S)  # its last words may be on their way
            raise WorldError(f"{down}: {what} {how}; its last words: {self._record.last_words(down)}")

    def _make_hub(self, folder: Path) -> Program:
        folder.mkdir()
        path = folder / "posko.yaml"
        write_settings(path, posts.hub_settings(self.broker.hub(), folder))
        return Program(POSKO.name, ("posko", "--config", str(path)), self._hears_of(POSKO.name), self._record.changed)

    def _make_box(self, folder: Path, name: str) -> Box:
        sound = self._sound if name == self._heard else None
        settings = posts.settings(self._wired[name], self.broker.node(name), folder, sound)
        return Box(folder, settings, self._hears_of(name), self._record.changed)

    def _hears_of(self, name: str) -> Callable[[str], None]:
        def hear(line: str) -> None:
            said = read_line(now(), name, line)
            self._record.say(said)
            self.tell(said)

        return hear

    def _ask_boxes_to_stop(self) -> None:
        for box in self.boxes.values():
            box.ask_to_stop()

    def _ready(self) -> None:
        with self._record.changed:
            self._hears = True
            self._record.changed.notify_all()
