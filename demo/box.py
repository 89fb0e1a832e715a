"""A box on the wall, as far as a node can tell: its outputs are watched here, its contacts moved from here.

Behind the node's simulated pin driver (node/simulated.py) there is a Unix socket; this is its other end. The node
is the real process. Must not know the node's rules: it sees levels, and presses buttons.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import Any

STOP_S = 5.0


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
    """Writes *settings* as a node's settings file. JSON is YAML, and needs no second writer."""
    path.write_text(json.dumps(settings, indent=2, ensure_ascii=False), encoding="utf-8")


class Box:
    """A node process with simulated pins. *settings* are a node's, all but `pins`; use as a context manager.

    *hear* is given each line the node says. Several boxes can share one *changed*, to be waited for together.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, Any], hear: Callable[[str], None] | None = None,
        changed: Condition | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = f"{settings['village']}.{settings['node']}"
        self.settings = dict(settings)
        self.changes: list[Change] = []
        self.levels: dict[str, bool] = {}
        self.lines: list[str] = []
        self._hear = hear
        self._path = folder / "node.yaml"
        self._socket_path = folder / "pins"
        self._outputs, self._contacts = _wiring(settings)
        self._changed = changed if changed is not None else Condition()
        self._connection: socket.socket | None = None
        self._process: subprocess.Popen[str] | None = None
        write_settings(self._path, {**settings, "pins": {"driver": "simulated", "socket": str(self._socket_path)}})

    def __enter__(self) -> "Box":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether the node's process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the node that runs."""
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Starts the node."""
        self._socket_path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(self._socket_path))
        listener.listen(1)
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "kentongan", "node", "--config", str(self._path), "--simulate"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
            env={**os.environ, **(env or {})},
        )
        Thread(target=self._watch_pins, args=(listener,), daemon=True).start()
        Thread(target=self._watch_lines, args=(self._process,), daemon=True).start()

    def ask_to_stop(self) -> None:
        """Asks the node to end; `stop` waits for it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """Ends the node in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends the node as a power cut would; its outputs stay as they are seen."""
        self._end(signal.SIGKILL)

    def contact(self, name: str, *, closed: bool) -> None:
        """Moves the contact of button *name*, or of `lock`. Closed contacts pull their pin low."""
        connection = self._connection
        if connection is None:
            raise RuntimeError(f"{self.name} is not running")
        line = json.dumps({"pin": self._contacts[name], "level": int(not closed)})
        connection.sendall(f"{line}\n".encode())

    def press(self, name: str, hold_s: float) -> None:
        """Holds button *name* for *hold_s* seconds."""
        self.contact(name, closed=True)
        time.sleep(hold_s)
        self.contact(name, closed=False)

    def on(self, output: str) -> bool:
        """Whether *output* is on: siren, striker, strobe, or `lamp NAME`."""
        return self.levels.get(output, False)

    def wait(self, ready: Callable[["Box"], bool], timeout_s: float) -> bool:
        """Waits until *ready* of this box; looks again at each change of an output and each line."""
        with self._changed:
            return self._changed.wait_for(lambda: ready(self), timeout_s)

    def wait_line(self, part: str, timeout_s: float, since: int = 0) -> bool:
        """Waits until the node has said a line that holds *part*, after its first *since* lines."""
        return self.wait(lambda box: any(part in line for line in box.lines[since:]), timeout_s)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _watch_pins(self, listener: socket.socket) -> None:
        listener.settimeout(30.0)
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

    def _watch_lines(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
        for line in process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
            if self._hear is not None:
                self._hear(line.rstrip("\n"))
        process.stdout.close()


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
    if settings.get("lock"):
        contacts["lock"] = settings["lock"]["pin"]
    return outputs, contacts
