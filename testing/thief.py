"""A stolen box: it does all that its own account may do, to harm other villages. For tests and benchmarks on loopback.

It speaks of names that are not its own: what it reads in alarms and beacons it publishes under its own village, as an
alarm, a test, an all-clear and a late press. And it floods: alarm and all-clear of its village by turns, and tests
under names of the longest kind. At most RATE messages a second, so that a run is bounded.
"""

import json
import re
import secrets
from collections import deque
from itertools import cycle
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from broker.trial.client import Client, ProbeError
from testing.installation import Installation

RATE = 50.0
BASE = "kentongan/situbondo"
AGAIN_S = 0.3  # before it logs in again
_NAME = re.compile(rb'"identifier": ?"([^"]+)"')


class Thief:
    """The box of *post*, such as olean/pos-1, of *installation*. Use as a context manager; it begins at once."""

    def __init__(self, installation: Installation, post: str) -> None:
        self._post = post
        self._village, self._node = post.split("/")
        self._way = installation.node(post)
        self._names: deque[str] = deque(maxlen=50)
        self._over = Flag()
        self._thread = Thread(target=self._run, name="thief", daemon=True)
        self.sent = 0

    def __enter__(self) -> "Thief":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._rob()
            except ProbeError:  # the broker is killed, or has thrown it out
                self._over.wait(AGAIN_S)

    def _rob(self) -> None:
        """One connection."""
        way = self._way
        password = Path(way["password_file"]).read_text("utf-8").splitlines()[0]
        with Client(way["port"], Path(way["ca_file"]), host=way["host"]) as client:
            if client.log_in(way["username"], way["username"], password) != 0:
                raise ProbeError("not let in")
            for topic in (f"{BASE}/+/alarm/+", f"{BASE}/active"):
                client.subscribe(topic)
            for act in cycle((self._alarm, self._test, self._all_clear, self._late, self._flood)):
                if self._over.wait(1 / RATE):
                    return
                topic, body = act()
                client.publish(topic, json.dumps(body).encode())
                self.sent += 1
                for message in client.messages:
                    self._names.extend(name.decode("ascii", "replace") for name in _NAME.findall(message.payload))
                client.messages.clear()

    def _stolen(self) -> dict[str, object]:
        """Somebody else's name, as soon as one is known."""
        return {"identifier": secrets.choice(self._names)} if self._names else {}

    def _alarm(self) -> tuple[str, dict[str, object]]:
        incident = secrets.choice(("pencurian", "kebakaran", "perampokan"))
        return f"{BASE}/{self._village}/alarm/{incident}", self._stolen()

    def _test(self) -> tuple[str, dict[str, object]]:
        return f"{BASE}/{self._village}/alarm/ternak", {"status": "Test", **self._stolen()}

    def _all_clear(self) -> tuple[str, dict[str, object]]:
        return f"{BASE}/{self._village}/alarm/aman", self._stolen()

    def _late(self) -> tuple[str, dict[str, object]]:
        event = {"event": "late", "boot": "thief", "origin": "button", "incident": "pencurian", "age_s": 500.0}
        return f"{BASE}/{self._village}/node/{self._node}/event", {**event, **self._stolen()}

    def _flood(self) -> tuple[str, dict[str, object]]:
        return f"{BASE}/{self._village}/alarm/lainnya", {"status": "Test", "identifier": secrets.token_hex(32)}
