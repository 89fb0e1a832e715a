"""An ear on the broker: a `mosquitto_sub` of our own, whose lines become values. Must not judge what it hears.

The payload comes in hexadecimal, so that no note, however it is written, can break a line.
"""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Any

from broker.private import program
from contract import topics
from contract.topics import NodeTopic
from demo.box import now

READY = "demo/ear"  # retained by the demo itself; who hears it is subscribed


@dataclass(frozen=True, slots=True)
class Overheard:
    """A node's status or event, heard at instant `at`; `body` is its JSON."""

    at: float
    post: str
    kind: str
    body: dict[str, Any]


class Ear:
    """Hears what every node of *district* publishes, and hands it to *tell*; `Ear.READY` to *ready*."""

    def __init__(self, port: int, district: str, tell: Callable[[Overheard], None], ready: Callable[[], None]) -> None:
        self._port = port
        self._district = district
        self._tell = tell
        self._ready = ready
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begins to listen."""
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            [program("mosquitto_sub"), "-p", str(self._port), "-t", READY, "-t", f"{topics.ROOT}/{self._district}/#",
             "-q", "1", "-F", "%t %x"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True,
        )
        Thread(target=self._listen, args=(self._process,), name="ear", daemon=True).start()

    def stop(self) -> None:
        """Ends the listening process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
        with process.stdout:
            for line in process.stdout:
                name, _, payload = line.rstrip("\n").rpartition(" ")
                if name == READY:
                    self._ready()
                    continue
                topic = topics.read(self._district, name)
                if isinstance(topic, NodeTopic):
                    self._hear(topic, payload)

    def _hear(self, topic: NodeTopic, payload: str) -> None:
        try:
            body = json.loads(bytes.fromhex(payload))
        except ValueError:
            return  # not a node's: somebody plays with mosquitto_pub
        if isinstance(body, dict):
            self._tell(Overheard(now(), f"{topic.village}.{topic.node}", topic.kind, body))
