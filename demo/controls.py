"""The keys after the tour: each holds a button, turns a lock, ends or starts a program. Must not draw.

Whatever takes time runs in a thread of its own, so that the view goes on.
"""

import os
import select
import shlex
import sys
import termios
import tty
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

from broker.mosquitto import BrokerError
from demo import texts
from demo.world import LIMIT_S, LeavingError, World, WorldError
from posko.labels.labels import Labels
from posko.operator.core.fold import POSKO
from testing.box import now

BUTTONS = {"p": "pencurian", "k": "kebakaran", "a": "aman", "s": "senyap"}
END = "\x04"  # Ctrl-D, and what is read from a terminal that has gone
QUIT = ("q", END)
TAP_S = 0.4


class Keys:
    """Reads single keys from a terminal, without Enter; use as a context manager, which puts the terminal back.

    What is typed is not shown.
    """

    def __init__(self) -> None:
        self._before: list[Any] | None = None

    def __enter__(self) -> "Keys":
        self._before = termios.tcgetattr(sys.stdin.fileno())
        tty.setcbreak(sys.stdin.fileno())  # Ctrl-C stays a signal
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            with suppress(termios.error):  # the terminal may be gone
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)

    def forget(self) -> None:
        """Drops what was typed so far."""
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)

    def read(self, timeout_s: float) -> str:
        """The keys that were typed, "" if none was within *timeout_s*; an arrow key is none."""
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], timeout_s)
        if not ready:
            return ""
        try:
            typed = os.read(sys.stdin.fileno(), 64).decode(errors="replace") or END
        except OSError:
            return END
        return "" if typed.startswith("\x1b") else typed


class Controls:
    """Obeys keys in *world*. `chosen` is the post that they act on, `message` what is being done, for people."""

    def __init__(self, world: World, labels: Labels) -> None:
        self._world = world
        self._labels = labels
        self._names = list(world.posts)
        self._busy: dict[str, Thread] = {}
        self._locked: set[str] = set()
        self.chosen = "kalibagor/pos-1"
        self.message = ""

    def line(self) -> str:
        """A `mosquitto_pub` line for another terminal: a theft in the chosen post's village."""
        village = self._world.posts[self.chosen].village
        return shlex.join(self._world.command(f"{village}/alarm/pencurian", ("-m", "rumah Pak RT 3")))

    def obey(self, key: str) -> None:
        """Does what *key* means; what has no meaning is ignored."""
        name = self.chosen
        if key.isdecimal() and 1 <= int(key) <= len(self._names):
            self.chosen = self._names[int(key) - 1]
            self.message = self._labels(texts.CHOSEN, post=self._labels.post(self.chosen))
        elif key == "b":
            self._broker()
        elif key == "o":
            self._switch(POSKO, self._labels.program(POSKO))
        elif key == "x":
            self._switch(name, self._labels.who(name))
        elif key in "rl" or key in BUTTONS:
            self._touch(name, key)

    def rest(self) -> None:
        """Waits for what is being done; it ends soon once the world is leaving."""
        for thread in tuple(self._busy.values()):
            thread.join(timeout=LIMIT_S)

    def _touch(self, name: str, key: str) -> None:
        if not self._world.boxes[name].running:
            self.message = self._labels(texts.IS_OFF)
        elif key == "l":
            self._locked ^= {name}
            self._turn_lock(name)
            self.message = self._labels(texts.LOCKED if name in self._locked else texts.UNLOCKED)
        elif key == "r":
            if self._begin(f"{name} aman", lambda: self._world.tap(name, "aman", TAP_S)):
                self.message = self._labels(texts.TAPS)
        else:
            self._hold(name, BUTTONS[key])

    def _hold(self, name: str, button: str) -> None:
        hold_s = self._world.posts[name].holds_s.get(button)
        if hold_s is None:
            self.message = self._labels(texts.NO_BUTTON, button=button)
        elif self._begin(f"{name} {button}", lambda: self._world.hold(name, button)):
            self.message = self._labels(texts.HOLDS, button=button, seconds=self._labels.amount(hold_s))

    def _turn_lock(self, name: str) -> None:
        with suppress(RuntimeError, OSError):  # its power may be cut at this moment
            self._world.boxes[name].contact("lock", closed=name in self._locked)

    def _switch(self, name: str, label: str) -> None:
        """Ends the program of *name*, or starts it."""
        if self._world.seen(name, now()).running:
            if self._begin(f"{name} power", lambda: self._world.stop(name)):
                self.message = self._labels(texts.GOES_OFF, what=label)
        elif self._begin(f"{name} power", lambda: self._start(name)):
            self.message = self._labels(texts.GOES_ON, what=label)

    def _start(self, name: str) -> None:
        self._world.start(name)
        if name in self._locked and self._world.boxes[name].wait(lambda box: box.wired, LIMIT_S):
            self._turn_lock(name)  # a key stays as it was turned

    def _broker(self) -> None:
        if self._world.broker.running:
            if self._begin("broker", self._world.kill_broker):
                self.message = self._labels(texts.BROKER_OFF)
        elif self._begin("broker", self._world.start_broker):
            self.message = self._labels(texts.BROKER_ON)

    def _begin(self, what: str, act: Callable[[], None]) -> bool:
        """Runs *act* in the background; False if *what* is still going on."""
        known = self._busy.get(what)
        if known is not None and known.is_alive():
            return False
        thread = Thread(target=self._guard, args=(act,), name=what, daemon=True)
        self._busy[what] = thread
        thread.start()
        return True

    def _guard(self, act: Callable[[], None]) -> None:
        try:
            act()
        except LeavingError:
            pass
        except (BrokerError, WorldError, RuntimeError, OSError) as error:
            self.message = self._labels(texts.CANNOT, why=error)
