"""What a key does after the tour: it holds a button, turns a lock, ends or starts a program. Must not draw.

Whatever takes time runs in a thread of its own, so that the view goes on.
"""

import shlex
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from broker.mosquitto import BrokerError
from demo.sight import POSKO
from demo.world import LeavingError, World, WorldError
from testing.box import now

BUTTONS = {"p": "pencurian", "k": "kebakaran", "a": "aman", "h": "hening"}
QUIT = ("q", "\x04")
TAP_S = 0.4
WIRED_S = 5.0


class Hands:
    """Obeys keys in *world*. `chosen` is the number of the post they act on, `message` what is being done."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._names = list(world.posts)
        self._busy: dict[str, Thread] = {}
        self._locked: set[str] = set()
        self.chosen = self._names.index("kalibagor.pos-1")
        self.message = ""

    @property
    def label(self) -> str:
        """The chosen post, for people."""
        return self._world.posts[self._names[self.chosen]].label

    def line(self) -> str:
        """A `mosquitto_pub` line for another terminal: a theft at the chosen post's village."""
        village = self._world.posts[self._names[self.chosen]].village
        return shlex.join(self._world.command(f"{village}/alarm/pencurian", ("-m", "rumah Pak RT 3")))

    def obey(self, key: str) -> None:
        """Does what *key* means; what has no meaning is ignored."""
        name = self._names[self.chosen]
        if key.isdigit() and 1 <= int(key) <= len(self._names):
            self.chosen = int(key) - 1
            self.message = ""
        elif key == "b":
            self._broker()
        elif key == "o":
            self._switch(POSKO.name, "posko")
        elif key == "x":
            self._switch(name, self.label)
        elif key in "rl" or key in BUTTONS:
            self._touch(name, key)

    def rest(self) -> None:
        """Waits for what is being done; it ends soon once the world is leaving."""
        for thread in tuple(self._busy.values()):
            thread.join(timeout=5.0)

    def _touch(self, name: str, key: str) -> None:
        if not self._world.boxes[name].running:
            self.message = f"{self.label} mati; tekan x · it is off; press x"
        elif key == "l":
            self._turn_lock(name)
        elif key == "r":
            if self._begin(f"{name} aman", lambda: self._world.tap(name, "aman", TAP_S)):
                self.message = "tombol aman disentuh sebentar: ronda"
        else:
            self._hold(name, BUTTONS[key])

    def _hold(self, name: str, button: str) -> None:
        hold_s = self._world.posts[name].holds_s.get(button)
        if hold_s is None:
            self.message = f"{self.label} tidak punya tombol {button}"
            return
        if self._begin(f"{name} {button}", lambda: self._world.hold(name, button)):
            self.message = f"tombol {button} ditahan {hold_s:g} detik …"

    def _turn_lock(self, name: str) -> None:
        self._locked ^= {name}
        self._move_lock(name)
        self.message = "kunci diputar: jaringan tidak didengar" if name in self._locked else "kunci dibuka"

    def _move_lock(self, name: str) -> None:
        with suppress(RuntimeError, OSError):  # its power may be cut at this moment
            self._world.boxes[name].contact("lock", closed=name in self._locked)

    def _switch(self, name: str, label: str) -> None:
        """Ends the program of *name* in good order, or starts it."""
        if self._world.sight(name, now()).running:
            if self._begin(f"{name} power", lambda: self._world.stop(name)):
                self.message = f"{label} dimatikan · off"
        elif self._begin(f"{name} power", lambda: self._start(name)):
            self.message = f"{label} dihidupkan lagi · on"

    def _start(self, name: str) -> None:
        self._world.start(name)
        if name in self._locked and self._world.boxes[name].wait(lambda box: box.wired, WIRED_S):
            self._move_lock(name)  # a key stays as it was turned

    def _broker(self) -> None:
        if self._world.broker.running:
            if self._begin("broker", self._world.kill_broker):
                self.message = "broker dimatikan; tombol tetap membunyikan sirene sendiri"
        elif self._begin("broker", self._world.start_broker):
            self.message = "broker dihidupkan lagi; pos-pos tersambung dalam beberapa detik"

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
            self.message = f"tidak bisa: {error}"
