"""A post with a real node in it, and what the tests say to it and see of it."""

import json
import os
import socket
import sqlite3
import time
import uuid
import zlib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from contract.domain.alarm import Status
from contract.wire.beacon import Beacon, Listed, write_beacon
from testing.box import Box, Change
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.support.mqtt import publish
from tests.support.nodes import CONFIG, ROOT

BASE = "kentongan/situbondo"
HOLD_S = 0.2
SOUNDS = ("siren", "striker", "strobe")
# How long a pin's change may be on its way to the test after the node has said the next thing.
SETTLE_S = 0.05
# Lines for `impatient`. Between two attempts to connect; between two beacons; and a catalogue may have any number, if
# this line is the first.
HURRIED = "contract.wire.timing.RECONNECT_S = (0.01, 0.05)"
# Silence after silence makes nobody wait: tests share a post.
PATIENT = "node.core.backoff.FREE = node.core.backoff.FREE_STRANGERS = 10**6"
OFTEN = "contract.wire.timing.BEACON_S = 0.5"
ANY_NUMBER = "contract.settings.schema.number = lambda low, high, unit='': lambda found, place: float(found)"


def settings(folder: Path, port: int, village: str = "kalibagor", **extra: Any) -> dict[str, Any]:
    """A post's settings: every part of a box, buttons that need no patience, no hub unless *extra* says so."""
    return {
        "node": "pos-1",
        "district": str(CONFIG / "situbondo.yaml"),
        "village": village,
        "broker": {"host": "127.0.0.1", "port": port},
        "hub": False,
        "siren": {"pin": 17, "active_high": False},
        "striker": {"pin": 27},
        "strobe": {"pin": 22},
        "buttons": {
            "pencurian": {"pin": 5, "lamp": 6, "hold_s": HOLD_S},
            "kebakaran": {"pin": 19, "lamp": 20, "hold_s": HOLD_S},
            "aman": {"pin": 13, "hold_s": HOLD_S},
            "senyap": {"pin": 26, "hold_s": HOLD_S},
        },
        "lock": {"pin": 16},
        "state_dir": str(folder / "state"),
        **extra,
    }


class Post(Box):
    """A box on the wall of a village."""

    def __init__(self, folder: Path, port: int, village: str = "kalibagor", **extra: Any) -> None:
        super().__init__(folder, settings(folder, port, village, **extra))
        self._folder = folder
        self.village = village
        self.state_dir = Path(self.settings["state_dir"])

    def begin(self, env: Mapping[str, str] | None = None, *, linked: bool = True) -> "Post":
        """Starts the node and returns when it is armed, and linked unless that is not to be.

        It hardly waits between two attempts to connect, unless *env* is given.
        """
        since = len(self.lines)
        self.start(impatient(self._folder, HURRIED, PATIENT) if env is None else env)
        self.expect("armed:", since)
        assert self.wait(lambda box: box.wired)
        if linked:
            self.expect("linked:", since)
        return self

    def _watch_pins(self, listener: socket.socket) -> None:
        """A node that is killed resets the socket of its pins if it had not read all that was in it."""
        try:
            super()._watch_pins(listener)
        except ConnectionResetError:
            with self._changed:
                self._connection = None

    def hold(self, name: str) -> None:
        """Holds button *name* until the node has taken it.

        A hand with a stop-watch would let go too early on a machine that stalls: the node counts what it saw.
        """
        part, since = "silenced:" if name == "senyap" else "pressed:", len(self.lines)
        self.contact(name, closed=True)
        taken = self.wait_line(part, since=since)
        self.contact(name, closed=False)
        assert taken, f"{self.name} did not take {name}, but: {self.lines[since:]}"

    def line_of(self, part: str, since: int = 0) -> int:
        """Waits for a line with *part*, after the first *since*; returns how many lines there are up to it."""
        self.expect(part, since)
        return self.lines.index(self.said(part, since)[0], since) + 1

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """What its journal answers; nothing while there is none."""
        path = self.state_dir / "journal.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=LIMIT_S)) as database:
            try:
                return database.execute(question).fetchall()
            except sqlite3.OperationalError:  # it is being made
                return []

    def expect_on(self, output: str = "siren") -> None:
        """Waits until *output* is on."""
        assert self.wait(lambda box: box.on(output)), f"{output} of {self.name} is not on: {self.lines}"

    def expect_quiet(self) -> None:
        """Waits until everything is at rest."""
        assert self.wait(lambda box: not any(map(box.on, SOUNDS))), f"{self.name} is not quiet: {self.lines}"

    def sounds(self, since: int = 0) -> list[Change]:
        """Each time that something went on, after the first *since* changes."""
        return [each for each in self.changes[since:] if each.output in SOUNDS and each.level]

    def fence(self, broker: PrivateBroker) -> str:
        """Returns when the node has worked off everything that was published before: the name of its answer.

        It is sent an alarm that is a test, and answers under its name. A node that was asked too much answers twice a
        second, so it is asked again.
        """
        name, since, deadline = f"fence-{uuid.uuid4().hex[:8]}", len(self.lines), time.monotonic() + LIMIT_S
        body = json.dumps({"identifier": name, "status": Status.TEST.value}).encode()
        while time.monotonic() < deadline:
            alarm(broker, self.village, "lainnya", "-q", "1", body=body)
            if self.wait_line(f"identifier={name}", 1.0, since):
                time.sleep(SETTLE_S)
                return name
        raise AssertionError(f"{self.name} does not answer, but: {self.lines[since:]}")

    def expect_silence(self, broker: PrivateBroker, since: int) -> None:
        """Fails if anything went on after the first *since* changes, once all that was published is worked off."""
        self.fence(broker)
        assert self.sounds(since) == [], self.lines


def impatient(folder: Path, *constants: str) -> dict[str, str]:
    """An environment in which rooms have other *constants*: what takes minutes takes seconds.

    Each is a line such as `contract.wire.timing.HUB_LOST_S = 1.5`. The program is the real one all the same; Python
    itself runs the lines, before it.
    """
    lines = [f"import {line.split(' ')[0].rpartition('.')[0]}; {line}" for line in constants]
    text = "\n".join(lines) + "\n"
    place = folder / f"impatient-{zlib.crc32(text.encode()):08x}"
    place.mkdir(parents=True, exist_ok=True)
    (place / "sitecustomize.py").write_text(text, "utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(place), str(ROOT)])}


def short_district(folder: Path) -> Path:
    """The shipped district in *folder*, with alarms of two seconds; for programs that take ANY_NUMBER."""
    folder.mkdir()
    for name in ("situbondo.yaml", "incidents.yaml"):
        text = (CONFIG / name).read_text("utf-8").replace("duration_s: 180", "duration_s: 2")
        (folder / name).write_text(text, "utf-8")
    return folder / "situbondo.yaml"


def alarm(broker: PrivateBroker, village: str, incident: str, *words: str, body: bytes | None = None) -> None:
    """An operator's alarm."""
    publish(broker, f"{BASE}/{village}/alarm/{incident}", *words, body=body)


def silence(broker: PrivateBroker, village: str = "semua") -> None:
    """An operator's silence."""
    publish(broker, f"{BASE}/{village}/command/silence", "-q", "1")


def listed(identifier: str, incident: str, village: str, **other: Any) -> Listed:
    """An alarm as the hub lists it."""
    about = {"status": Status.ACTUAL, "age_s": 1.0, "remaining_s": 100.0, "origin": "network", "note": "", **other}
    return Listed(identifier=identifier, incident=incident, village=village, **about)


class Hub:
    """The beacon of a hub, published by hand."""

    def __init__(self, broker: PrivateBroker, boot: str = "hub") -> None:
        self._broker = broker
        self._boot = boot
        self._seq = 0

    def beacon(self, *alarms: Listed) -> None:
        """Says that *alarms* are in force, and no other."""
        self._seq += 1
        body = write_beacon(Beacon(boot=self._boot, seq=self._seq, alarms=alarms))
        publish(self._broker, f"{BASE}/active", body=body)
