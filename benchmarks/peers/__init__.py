"""Other programs that do as the node does, or the least that can be done: what the node is compared with.

A peer of `latency` is a program that subscribes to one topic and reports when its output was on. To add one: write how
its command is made, which raises MissingError where it is not installed, and add it to SUBSCRIBERS. The command is
given a port, a topic and, where the broker speaks TLS, the authority's certificate; it prints "ready" when it has
subscribed, then one line a message: the instant in seconds of CLOCK_BOOTTIME. What is no package of this project is
installed into a cache folder, by `python -m benchmarks --peers` (`benchmarks.peers.installed`).
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Self

from benchmarks.peers import installed
from benchmarks.publisher import Endpoint
from benchmarks.run import WAIT_S, MeasureError, MissingError

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer: its key and name in the table, and what makes its command in a folder. The latter raises MissingError.

    It switches on by *payload* on the topic that it is given, with *below* behind it.
    """

    key: str
    name: str
    command: Callable[[Path], list[str]]
    below: str = ""
    payload: bytes = b""


def compile_c(folder: Path, source: str, *libraries: str, package: str = "") -> list[str]:
    """The command of the C program *source*, compiled into *folder*. Raises MissingError.

    *package* is the distribution's package that has the header files of *libraries*.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        raise MissingError("no C compiler is installed; run: sudo apt-get install gcc libc6-dev")
    program = folder / Path(source).stem
    made = subprocess.run(
        [compiler, "-O2", "-o", str(program), str(HERE / source), *(f"-l{each}" for each in libraries)],
        capture_output=True, text=True, check=False, timeout=120,
    )
    if made.returncode == 0:
        return [str(program)]
    if "fatal error" in made.stderr or "cannot find -l" in made.stderr:
        raise MissingError(f"{source} cannot be compiled; run: sudo apt-get install {package or 'libc6-dev'}")
    raise MeasureError(f"{source} cannot be compiled: {' '.join(made.stderr[-200:].split())}")


SUBSCRIBERS = (
    Peer("c", "C libmosquitto", lambda folder: compile_c(
        folder, "mosquitto.c", "mosquitto", package="libmosquitto-dev")),
    Peer("bare", "bare paho", lambda _folder: [sys.executable, "-m", "benchmarks.peers.bare"]),
    Peer("mqttio", "mqtt-io", lambda _folder: installed.mqtt_io(), below="/output/relay/set", payload=b"ON"),
    Peer("nodered", "Node-RED", installed.node_red),
)


class Subscriber:
    """The process of *peer*, subscribed at *endpoint*: `payload` on `topic` switches it. Use as a context manager."""

    def __init__(self, peer: Peer, command: list[str], endpoint: Endpoint) -> None:
        topic = f"peer/{peer.key}"
        self.name, self.topic, self.payload = peer.name, topic + peer.below, peer.payload
        words = [*command, str(endpoint.port), topic, *([str(endpoint.ca_file)] if endpoint.ca_file else [])]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._lines: Queue[str] = Queue()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def __enter__(self) -> Self:
        try:
            self._line("did not subscribe")
        except BaseException:  # a signal that ends the run, too
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(WAIT_S)

    def edge(self) -> float:
        """The instant at which its output was on, for the next message. Raises MeasureError."""
        return float(self._line("did not report a message"))

    def _line(self, what: str) -> str:
        try:
            return self._lines.get(timeout=WAIT_S)
        except Empty:
            raise MeasureError(f"{self.name} {what} within {WAIT_S:g} s") from None

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout:
            for line in self._process.stdout:
                self._lines.put(line)
