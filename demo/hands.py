"""What a key does after the tour: it holds a button, turns a lock, kills or starts the broker. Must not draw.

Whatever takes time runs in a thread of its own, so that the view goes on.
"""

import shlex
from collections.abc import Callable
from threading import Thread

from broker.private import BrokerError
from demo.world import LeavingError, World, WorldError

BUTTONS = {"p": "pencurian", "k": "kebakaran", "a": "aman", "h": "hening"}
QUIT = ("q", "\x04")


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
        elif key in BUTTONS:
            self._hold(name, BUTTONS[key])
        elif key == "l":
            self._turn_lock(name)
        elif key == "b":
            self._broker()

    def rest(self) -> None:
        """Waits for what is being done; it ends soon once the world is leaving."""
        for thread in tuple(self._busy.values()):
            thread.join(timeout=5.0)

    def _hold(self, name: str, button: str) -> None:
        hold_s = self._world.posts[name].holds_s.get(button)
        if hold_s is None:
            self.message = f"{self.label} tidak punya tombol {button}"
            return
        if self._begin(f"{name} {button}", lambda: self._world.hold(name, button)):
            self.message = f"tombol {button} ditahan {hold_s:g} detik …"

    def _turn_lock(self, name: str) -> None:
        self._locked ^= {name}
        self._world.boxes[name].contact("lock", closed=name in self._locked)
        self.message = "kunci diputar: jaringan tidak didengar" if name in self._locked else "kunci dibuka"

    def _broker(self) -> None:
        if self._world.broker.running:
            if self._begin("broker", self._world.kill_broker):
                self.message = "broker dimatikan; tombol tetap membunyikan sirene sendiri"
        elif self._begin("broker", self._start_broker):
            self.message = "broker dihidupkan lagi; pos-pos tersambung dalam beberapa detik"

    def _start_broker(self) -> None:
        self._world.start_broker()
        self._world.line.mend()

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
