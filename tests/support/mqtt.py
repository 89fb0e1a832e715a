"""Mosquitto's own clients, as an operator uses them: what the node says is read, and spoken to, from outside."""

import json
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any

from broker.mosquitto import program
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S

# A line for the broker's configuration: started by root, it would become a user who may not read a test's folder; any
# other user is unaffected by it (mosquitto.conf(5)).
AS_OURSELVES = "user root\n"


@dataclass(frozen=True, slots=True)
class Message:
    """What arrived at the reader. `retain` is set for what the broker had kept."""

    topic: str
    payload: bytes
    retain: bool

    @property
    def members(self) -> dict[str, Any]:
        """The payload's JSON object."""
        found = json.loads(self.payload)
        assert isinstance(found, dict)
        return found


def publish(broker: PrivateBroker, topic: str, *words: str, body: bytes | None = None) -> None:
    """`mosquitto_pub -t TOPIC WORDS`; *body* is what its standard input holds; without it or words about it, empty."""
    if body and "-l" not in words:
        words = (*words, "-s")
    elif not body and not {"-m", "-n", "-s"} & set(words):
        words = (*words, "-n")
    subprocess.run(
        [program("mosquitto_pub"), "-h", broker.host, "-p", str(broker.port), "-t", topic, *words],
        input=body if body is not None else b"", capture_output=True, check=True, timeout=LIMIT_S,
    )


class Reader:
    """A `mosquitto_sub` of *topics*; use as a context manager. It comes back by itself when the broker does.

    With a *client_id* its session outlives it, and the broker queues what it would have heard.
    """

    def __init__(self, broker: PrivateBroker, *topics: str, client_id: str | None = None) -> None:
        self._broker = broker
        self._session = ["-i", client_id, "-c"] if client_id is not None else []
        self._fence = f"fence/{uuid.uuid4().hex}"
        self._topics = (*topics, self._fence)
        self.messages: list[Message] = []
        self._came = Condition()
        self._fenced: set[bytes] = set()

    def __enter__(self) -> "Reader":
        publish(self._broker, self._fence, "-r", "-m", "subscribed")
        words = [word for topic in self._topics for word in ("-t", topic)]
        # The fields that hold no space come first; the payload is written in hexadecimal, so that a line is a message.
        self._process = subprocess.Popen(
            [program("mosquitto_sub"), "-V", "5" if not self._session else "311", "-q", "1", *self._session,
             "-h", self._broker.host, "-p", str(self._broker.port), *words, "-F", "%r %x %t"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()
        assert self._wait(lambda: bool(self._fenced)), "mosquitto_sub did not subscribe"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._thread.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def wait(self, ready: Callable[[list[Message]], bool], since: int = 0) -> bool:
        """Waits until *ready* of the messages after the first *since*; looks again at each message."""
        return self._wait(lambda: ready(self.messages[since:]))

    def fence(self) -> None:
        """Returns when everything that was published before has arrived here, or was missed while it was away."""
        name, deadline = uuid.uuid4().hex, time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            publish(self._broker, self._fence, "-m", name)
            if self._wait(lambda: name.encode() in self._fenced, 1.0):
                return
        raise AssertionError("the fence did not arrive")

    def _wait(self, ready: Callable[[], bool], timeout_s: float = LIMIT_S) -> bool:
        with self._came:
            return self._came.wait_for(ready, timeout_s)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            retain, payload, topic = line.rstrip("\n").split(" ", 2)
            with self._came:
                if topic == self._fence:
                    self._fenced.add(bytes.fromhex(payload))
                else:
                    self.messages.append(Message(topic, bytes.fromhex(payload), retain == "1"))
                self._came.notify_all()


def kept_at(broker: PrivateBroker, topic: str) -> list[Message]:
    """What one who subscribes to *topic* only now finds there."""
    with Reader(broker, topic) as late:
        late.fence()
        return list(late.messages)
