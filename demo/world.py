"""The district on this machine: a broker, a hub, seven boxes, a page, an observer. Starts and ends them. Judges not.

    mosquitto_pub ──> Mosquitto <──MQTT──> seven node processes <──pins──> seven boxes
    (a tour's, or      │     ^──MQTT──> the hub's process │log              │     │
     any terminal's)   │                   │log           │           levels│     │
                       └──> observer       └──────────────┴──> Seen of each ┘     │
                               └──> Snapshot                                      │
    keys, tour ──────────────── contacts moved ───────────────────────────────────┘

Everyone logs in with an account of their own, as in a village: posts, hub, operator (mosquitto_pub), reader (observer).
Threads (the pins, the logs, the observer) only add to what is known, and whoever waits, waits for that. Every process
is ended by its own id, whichever way the demo is left: first the nodes, then the hub, then the broker.
"""

import os
import shlex
import subprocess
import tempfile
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from threading import Condition
from typing import Any, Protocol

from broker.mosquitto import program
from contract.user_error import UserError
from demo import posts
from demo.observer import Observer
from demo.page import Page
from demo.posts import Post
from demo.seen import Event, Seen, Touch
from posko.operator.core.fold import POSKO
from posko.operator.core.snapshot import HubState, Snapshot
from testing.box import Box, now, write_settings
from testing.installation import OPERATOR, READER, Installation
from testing.program import Program, event_of

LIMIT_S = 120.0  # only ends a hang
START_S = 300.0  # so does this: where other work is done, too, eight programs at once start slowly
SLICE_S = 0.2  # how long a wait lasts before it looks whether it is time to leave
HOLD_MORE_S = 0.5  # a finger does not let go at the very instant
TAKEN = ("pressed", "silenced", "refused", "warning")  # what a node logs of a button that was held long enough


class WorldError(UserError):
    """The district does not come up; the message names the part that does not."""

    exit_code = 1


class LeavingError(Exception):
    """It is time to leave: a wait was broken off."""


class _Part(Protocol):
    """A process of the district."""

    @property
    def running(self) -> bool:
        """Whether it runs."""

    @property
    def lines(self) -> Sequence[str]:
        """What it has said."""


class World:
    """The running district; use as a context manager. `report` is given each event that a node or the hub logs.

    *audible* is the post that has a loudspeaker, if any does, and *sound* its setting.
    """

    def __init__(self, audible: str | None = None, sound: Mapping[str, Any] | None = None) -> None:
        self.posts: dict[str, Post] = posts.load()
        self.names = (*self.posts, POSKO)  # all programs
        self.events: list[Event] = []
        self.touches: list[Touch] = []
        self.leaving = False
        self.report: Callable[[Event], None] = lambda _event: None
        self._changed = Condition()
        self._audible, self._sound = audible, sound

    def __enter__(self) -> "World":
        for name in ("mosquitto", "mosquitto_sub", "mosquitto_pub"):
            program(name)  # raises BrokerError
        # A Unix socket's path is short, and the line that names the folder fits the view.
        base = "/tmp" if len(tempfile.gettempdir()) > 40 else None  # noqa: S108
        with ExitStack() as parts:
            folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="kentongan-", dir=base)))
            self._district = posts.write_district(folder)
            self.broker = parts.enter_context(Installation(folder, self._district))
            self.observer = parts.enter_context(Observer(self.broker.settings(READER), self._changed))
            self._await({"the broker": (self.broker, lambda: self.observer.snapshot().linked)})
            self.hub = parts.enter_context(self._make_hub(folder / POSKO))
            self.boxes = {name: self._make_box(folder / name.replace("/", "."), post)
                          for name, post in self.posts.items()}
            self._programs: dict[str, Program] = {**self.boxes, POSKO: self.hub}
            for box in self.boxes.values():
                parts.enter_context(box)
            self.page = parts.enter_context(Page(
                folder / "web", self.broker.web(), self._district, folder / POSKO / "state", self._changed))
            parts.callback(self._ask_boxes_to_stop)  # first of all, so that they end side by side
            self._await({
                "the broker": (self.broker, lambda: True), "the page": (self.page.program, lambda: self.page.linked),
                **{_called(name): (self._programs[name], partial(self._is_up, name)) for name in self.names},
            })
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

    def snapshot(self) -> Snapshot:
        """The district as `kentongan watch` sees it."""
        return self.observer.snapshot()

    def seen(self, name: str, since: float) -> Seen:
        """What is seen and read of *name*, a post or the hub, since instant *since*."""
        program = self._programs[name]
        with self._changed:
            levels, changes = (program.levels, program.changes) if isinstance(program, Box) else ({}, [])
            first = bisect_left(self.events, since, key=lambda event: event.at)
            return Seen(
                on=frozenset(output for output, level in levels.items() if level),
                changes=tuple(changes[bisect_left(changes, since, key=lambda change: change.at):]),
                events=tuple(event for event in self.events[first:] if event.source == name),
                running=program.running,
                beater=self.posts[name].beater if name in self.posts else "",
            )

    def command(self, topic: str, options: tuple[str, ...]) -> list[str]:
        """The `mosquitto_pub` line, as a list, that publishes to *topic* of this district."""
        return ["mosquitto_pub", "-t", f"kentongan/{self.observer.config.district.district}/{topic}", *options]

    @property
    def home(self) -> str:
        """What, put before a line, tells mosquitto's clients in any terminal where the operator's options are."""
        return f"XDG_CONFIG_HOME={shlex.quote(str(self.broker.homes[OPERATOR]))}"

    def publish(self, command: list[str]) -> str:
        """Runs *command*, a `mosquitto_pub` line, as the operator. Returns what it complains of, or ""."""
        try:
            done = subprocess.run(  # noqa: S603 - our own command line
                [program(command[0]), *command[1:]], capture_output=True, text=True, timeout=LIMIT_S, check=False,
                env={**os.environ, "XDG_CONFIG_HOME": str(self.broker.homes[OPERATOR])},
            )
        except subprocess.TimeoutExpired:
            return f"{shlex.join(command)} does not end within {LIMIT_S:g} s"
        return done.stderr.strip() or ("" if done.returncode == 0 else f"{shlex.join(command)} exits {done.returncode}")

    def hold(self, name: str, button: str) -> None:
        """Holds *button* at the post *name* until its node has taken it. Raises LeavingError."""
        hold_s, since = self.posts[name].holds_s[button], now()

        def taken() -> bool:  # the node counts what it saw, and a busy machine stalls
            seen = self.seen(name, since)
            return not seen.running or any(event.kind in TAKEN for event in seen.events)

        self._touch(name, button, hold_s, hold_s + HOLD_MORE_S, taken)

    def tap(self, name: str, button: str, tap_s: float) -> None:
        """Touches *button* at the post *name* for *tap_s* seconds. Raises LeavingError."""
        self._touch(name, button, tap_s, tap_s, lambda: True)

    def kill(self, name: str) -> None:
        """Ends the program of *name*, a post or the hub, as a power cut would."""
        self._programs[name].kill()

    def stop(self, name: str) -> None:
        """Ends the program of *name*, a post or the hub, with SIGTERM."""
        self._programs[name].stop()

    def start(self, name: str) -> None:
        """Starts the program of *name* again; returns when it is linked, if there is a broker. Raises WorldError,
        LeavingError.
        """
        since = now()
        self._programs[name].start()
        if self.broker.running:
            self._await({
                "the broker": (self.broker, lambda: True),
                _called(name): (self._programs[name], lambda: self.has_logged(name, "linked", since)),
            })

    def has_logged(self, name: str, kind: str, since: float) -> bool:
        """Whether *name* has logged an event *kind* since instant *since*."""
        return any(event.kind == kind for event in self.seen(name, since).events)

    def kill_broker(self) -> None:
        """Ends the broker as a power cut would."""
        self.broker.kill()

    def start_broker(self) -> None:
        """Starts the broker again. Raises BrokerError."""
        self.broker.start()
        self.observer.reconnect()

    def _touch(self, name: str, button: str, counts_s: float, for_s: float, taken: Callable[[], bool]) -> None:
        """Closes the contact for *for_s*, and until it is *taken*."""
        self.touches.append(Touch(name, button, now(), counts_s))
        self.boxes[name].contact(button, closed=True)
        try:
            self.sleep(for_s)
            self.wait(taken, LIMIT_S)
        finally:
            if self.boxes[name].running:
                with suppress(RuntimeError, OSError):  # its power may be cut at this moment
                    self.boxes[name].contact(button, closed=False)

    def _is_up(self, name: str) -> bool:
        """Whether the observer sees that *name*, a post or the hub, has come up."""
        found = self.snapshot()
        if name == POSKO:
            return found.hub.state is HubState.LIVES
        return any(post.post == name and post.state == "ready" for post in found.posts)

    def _await(self, parts: Mapping[str, tuple[_Part, Callable[[], bool]]]) -> None:
        """Waits until each of *parts*, by what it is called, is up. Raises WorldError if one dies, and LeavingError."""
        died: list[str] = []
        late: list[str] = []

        def is_over() -> bool:  # what it sees is what counts: a part may come up, or die, a moment later
            died[:] = [name for name, (part, _) in parts.items() if not part.running]
            late[:] = [name for name, (_, is_up) in parts.items() if not is_up()]
            return bool(died) or not late

        if self.wait(is_over, START_S) and not died:
            return
        name, how = (died[0], "has died") if died else (late[0], f"is not ready after {START_S:g} s")
        self.sleep(SLICE_S)  # its last lines may be on their way
        part, _ = parts[name]
        raise WorldError(f"{name} {how}; its last lines: {'; '.join(part.lines[-3:]) or 'none'}")

    def _make_hub(self, folder: Path) -> Program:
        folder.mkdir()
        path = folder / "posko.yaml"
        write_settings(path, posts.hub_settings(self.broker.hub(), folder, self._district))
        arguments = ("posko", "--config", str(path), "--log-format", "json")
        return Program(POSKO, arguments, self._reader(POSKO), self._changed)

    def _make_box(self, folder: Path, post: Post) -> Box:
        sound = self._sound if post.name == self._audible else None
        settings = posts.settings(post, self.broker.node(post.name), folder, sound, self._district)
        return Box(folder, settings, self._reader(post.name), self._changed, log_format="json")

    def _reader(self, name: str) -> Callable[[str], None]:
        def read(line: str) -> None:
            with self._changed:
                event = read_line(now(), name, line)
                self.events.append(event)
                self._changed.notify_all()
            self.report(event)

        return read

    def _ask_boxes_to_stop(self) -> None:
        for box in self.boxes.values():
            box.ask_to_stop()


def _called(name: str) -> str:
    return f"{name}: {'the hub' if name == POSKO else 'its node'}"


def read_line(at: float, source: str, line: str) -> Event:
    """The line *line* of a program's log, read at instant *at*."""
    members = event_of(line)
    if members is None:
        return Event(at, source, "", {"line": line})
    return Event(at, source, members["event"], members)
