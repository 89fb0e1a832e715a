"""A box on the wall, as far as a node can tell: its outputs are watched here, its contacts moved from here.

Behind the node's simulated pin driver (node/simulated.py) there is a Unix socket; this is its other end. The node
is the real process. Must not know the node's rules: it sees levels, and moves contacts.
"""

import json
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from testing.program import LIMIT_S, Program


@dataclass(frozen=True, slots=True)
class Change:
    """An output went to `level` at instant `at`, in seconds of the node's clock (CLOCK_BOOTTIME)."""

    at: float
    output: str
    level: bool


def now() -> float:
    """Seconds on CLOCK_BOOTTIME, the clock by which nodes report."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def write_settings(path: Path, settings: Mapping[str, object]) -> None:
    """Writes *settings* as a settings file. JSON is YAML, and needs no second writer."""
    path.write_text(json.dumps(settings, indent=2, ensure_ascii=False), encoding="utf-8")


class Box(Program):
    """A node process with simulated pins. *settings* are a node's, all but `pins`; use as a context manager.

    *hear* is given each line the node says. Several boxes can share one *changed*, to be waited for together. A box
    whose node is killed shows its outputs as they were, as a Raspberry Pi's pins do.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, Any], hear: Callable[[str], None] | None = None,
        changed: Condition | None = None, *, log_format: str = "text",
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "node.yaml"
        arguments = ("node", "--config", str(path), "--simulate", "--log-format", log_format)
        super().__init__(f"{settings['village']}.{settings['node']}", arguments, hear, changed)
        self.settings = dict(settings)
        self.changes: list[Change] = []
        self.levels: dict[str, bool] = {}
        self._socket_path = folder / "pins"
        self._outputs, self._contacts = _wiring(settings)
        self._connection: socket.socket | None = None
        write_settings(path, {**settings, "pins": {"driver": "simulated", "socket": str(self._socket_path)}})

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Starts the node, and watches its pins."""
        self._socket_path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._socket_path))
        listener.listen(1)
        super().start(env)
        Thread(target=self._watch_pins, args=(listener,), daemon=True).start()

    @property
    def wired(self) -> bool:
        """Whether the node has its pins."""
        return self._connection is not None

    def contact(self, name: str, *, closed: bool) -> None:
        """Moves the contact of a button, of `lock` or of an input of `feedback`. Closed, it pulls its pin low."""
        connection = self._connection
        if connection is None:
            raise RuntimeError(f"{self.name} is not running")
        line = json.dumps({"pin": self._contacts[name], "level": int(not closed)})
        connection.sendall(f"{line}\n".encode())

    def on(self, output: str) -> bool:
        """Whether *output* is on: siren, striker, strobe, or `lamp NAME`."""
        return self.levels.get(output, False)

    def _watch_pins(self, listener: socket.socket) -> None:
        listener.settimeout(LIMIT_S)
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        finally:
            listener.close()
        connection.settimeout(None)
        with connection, connection.makefile("r", encoding="utf-8") as lines:
            with self._changed:
                self._connection = connection
                self._changed.notify_all()
            with suppress(ConnectionError, ValueError):  # the node was killed, perhaps in the middle of a line
                for line in lines:
                    self._see(json.loads(line))
        with self._changed:
            if self._connection is connection:
                self._connection = None

    def _see(self, report: Mapping[str, Any]) -> None:
        output, active_high = self._outputs[report["pin"]]
        level = bool(report["level"]) == active_high
        with self._changed:
            if self.levels.get(output, False) != level:
                self.changes.append(Change(report["at"], output, level))
            self.levels[output] = level
            self._changed.notify_all()


def _wiring(settings: Mapping[str, Any]) -> tuple[dict[int, tuple[str, bool]], dict[str, int]]:
    """Outputs by pin, with their name and whether high is on; contacts' pins by name."""
    outputs = {
        settings[role]["pin"]: (role, settings[role].get("active_high", True))
        for role in ("siren", "striker", "strobe") if settings.get(role)
    }
    contacts = {}
    for name, button in (settings.get("buttons") or {}).items():
        contacts[name] = button["pin"]
        if button.get("lamp") is not None:
            outputs[button["lamp"]] = (f"lamp {name}", True)
    contacts |= {name: felt["pin"] for name, felt in (settings.get("feedback") or {}).items()}
    if settings.get("lock"):
        contacts["lock"] = settings["lock"]["pin"]
    return outputs, contacts
