"""An ear on the broker: a `mosquitto_sub` of our own, whose lines become values. Must not judge what it hears.

The payload comes in hexadecimal, so that no note, however it is written, can break a line.
"""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from broker.mosquitto import program
from contract.wire import beacon, topics
from contract.wire.beacon import Beacon
from contract.wire.topics import ActiveTopic, NodeTopic, PoskoTopic
from demo.sight import POSKO, Heard, Listing
from testing.box import now

READY = "Subscribed "  # what `mosquitto_sub -d` says when the broker has let it subscribe; no topic begins so
STOP_S = 2.0


@dataclass(frozen=True, slots=True)
class OverheardStatus:
    """The status of a post or the hub: `body` is its JSON."""

    post: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OverheardEvent:
    """An event of a post or the hub."""

    post: str
    heard: Heard


Overheard = OverheardStatus | OverheardEvent | Listing


class Ear:
    """Hears what every node of *district*, and its hub, publishes, and hands it to *tell*.

    It logs in with the options of mosquitto_sub in the folder *home*. *ready* is called when it is subscribed.
    """

    def __init__(self, home: Path, district: str, tell: Callable[[Overheard], None], ready: Callable[[], None]) -> None:
        self._home = home
        self._district = district
        self._tell = tell
        self._ready = ready
        self._process: subprocess.Popen[str] | None = None
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begins to listen."""
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            # A line at a time: into a pipe it would keep what it says, READY too, until a message comes.
            ["stdbuf", "-oL", program("mosquitto_sub"), "-d", "-F", "%t %x",  # noqa: S607 - of Debian's coreutils
             "-t", f"{topics.ROOT}/{self._district}/#"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True,
            env={**os.environ, "XDG_CONFIG_HOME": str(self._home)},
        )
        self._thread = Thread(target=self._listen, args=(self._process,), name="ear", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the listening process; what it heard has been told."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
        if self._thread is not None:
            self._thread.join(timeout=STOP_S)

    def _listen(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
        with process.stdout:
            for line in process.stdout:
                if line.startswith(READY):
                    self._ready()
                    continue
                name, _, payload = line.rstrip("\n").rpartition(" ")
                overheard = understand(now(), self._district, name, payload)
                if overheard is not None:
                    self._tell(overheard)


def understand(at: float, district: str, name: str, payload: str) -> Overheard | None:
    """What was heard at instant *at* on topic *name*, with *payload* in hexadecimal; None if it is of no interest."""
    try:
        raw = bytes.fromhex(payload)
    except ValueError:
        return None  # cut off in the middle of a line, or about the connection
    match topics.read(district, name):
        case NodeTopic(village, node, kind):
            return _report(at, f"{village}.{node}", kind, raw)
        case PoskoTopic(kind):
            return _report(at, POSKO.name, kind, raw)
        case ActiveTopic():
            read = beacon.read_beacon(raw)
            return Listing(at, read) if isinstance(read, Beacon) else None
        case _:
            return None


def _report(at: float, post: str, kind: str, raw: bytes) -> Overheard | None:
    try:
        body = json.loads(raw)
    except ValueError:
        return None  # not a node's: somebody plays with mosquitto_pub
    if not isinstance(body, dict):
        return None
    return OverheardStatus(post, body) if kind == "status" else OverheardEvent(post, Heard(at, body))
