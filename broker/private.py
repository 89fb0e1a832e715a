"""A private Mosquitto on a free loopback port, for the tests and the benchmarks. Not for a village.

It listens on 127.0.0.1 only, keeps its files in a folder of its own, and ends with whoever started it.
"""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Debian puts the broker where an ordinary user's PATH does not look.
_PLACES = ("/usr/sbin", "/usr/local/sbin")
START_S = 10.0


class BrokerError(Exception):
    """Mosquitto is missing or does not start; the message says what to do."""


def program(name: str) -> str:
    """The path of *name*, one of Mosquitto's programs. Raises BrokerError."""
    found = shutil.which(name) or next(
        (str(Path(place) / name) for place in _PLACES if (Path(place) / name).is_file()), None
    )
    if found is None:
        package = "mosquitto" if name == "mosquitto" else "mosquitto-clients"
        raise BrokerError(f"{name} is not installed; run: sudo apt-get install {package}")
    return found


def free_port() -> int:
    """A TCP port of the loopback interface that nothing uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PrivateBroker:
    """A Mosquitto of our own; use as a context manager. It can be killed and started again on the same port."""

    def __init__(self, folder: Path, port: int | None = None, extra: str = "") -> None:
        self.port = port or free_port()
        self.host = "127.0.0.1"
        self._folder = folder
        self._config = folder / "mosquitto.conf"
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "PrivateBroker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts it, and returns when it accepts connections. Raises BrokerError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise BrokerError(f"port {self.port} cannot be used: {error.strerror}") from None
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\n"
            "allow_anonymous true\n"
            "persistence false\n"
            "set_tcp_nodelay true\n"  # without it an answer to a publish waits 40 ms for a delayed ACK, measured
            "log_dest stderr\n"
            "log_type error\n"
            "log_type warning\n"
            f"{self._extra}"
        )
        self._process = launch(self._config, self._folder / "mosquitto.log", [self.port])

    def stop(self) -> None:
        """Ends it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process, how)


def launch(config: Path, log: Path, ports: Sequence[int]) -> subprocess.Popen[bytes]:
    """A Mosquitto with *config*, which writes to *log*, once it listens on all *ports*. Raises BrokerError."""
    with log.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [program("mosquitto"), "-c", str(config)], stdout=sink, stderr=sink, stdin=subprocess.DEVNULL
        )
    deadline = time.monotonic() + START_S
    waiting = list(ports)
    while time.monotonic() < deadline and process.poll() is None:
        waiting = [port for port in waiting if not _answers(port)]
        if not waiting:
            return process
        time.sleep(0.01)
    end(process, signal.SIGKILL)
    said = " ".join(log.read_text("utf-8", "replace")[-400:].split())
    raise BrokerError(f"Mosquitto did not start on port {', '.join(map(str, waiting))}; it says: {said}")


def end(process: subprocess.Popen[Any], how: signal.Signals = signal.SIGTERM) -> None:
    """Ends *process* by signal *how*, and waits for its end."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(timeout=5.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
