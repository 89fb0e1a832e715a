"""A small district that runs: a broker, a hub and three nodes, each a process of its own."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread

import pytest

from contract.wire.codec import dump
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.posko.operator.told import KALIBAGOR, KOTAKAN, POLSEK, WRITTEN
from tests.support.mqtt import publish
from tests.support.nodes import ROOT
from tests.support.village import BASE, Post

# Whatever the locale of this machine.
INDONESIAN = {**os.environ, "LC_ALL": "", "LC_MESSAGES": "", "KENTONGAN_LANG": "id"}


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left: its exit code, and the lines that it said."""

    code: int
    lines: list[str]
    errors: list[str]

    def said(self, part: str) -> bool:
        return any(part in line for line in self.lines)


class Running:
    """A command that runs, and the lines that it has said."""

    def __init__(self, *words: str, settings: Path, env: Mapping[str, str] | None = None) -> None:
        self.lines: list[str] = []
        self._changed = Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kentongan", *words, "--config", str(settings)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**INDONESIAN, **(env or {})},
        )
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def expect(self, part: str) -> None:
        with self._changed:
            found = self._changed.wait_for(lambda: any(part in line for line in self.lines), LIMIT_S)
        assert found, f"never said {part!r}, but: {self.lines}"

    def end(self, how: signal.Signals | None = None) -> Done:
        """What it leaves, once it has ended by itself or by the signal *how*."""
        if how is not None:
            self._process.send_signal(how)
        try:
            code = self._process.wait(LIMIT_S)
        finally:
            self._process.kill()
            self._process.wait()
            self._thread.join()
            stderr = self._process.stderr
            errors = stderr.read().splitlines() if stderr is not None else []
            for pipe in (self._process.stdout, stderr):
                if pipe is not None:
                    pipe.close()
        return Done(code, self.lines, errors)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()


def run(settings: Path, *words: str, env: Mapping[str, str] | None = None) -> Done:
    """What `kentongan WORDS` leaves."""
    return Running(*words, settings=settings, env=env).end()


def operators_settings(folder: Path, port: int) -> Path:
    """An operator's own settings, in *folder*, for the broker at *port*."""
    (folder / "district.yaml").write_bytes(dump(WRITTEN))
    path = folder / "operator.yaml"
    path.write_bytes(dump({"district": "district.yaml", "broker": {"host": "127.0.0.1", "port": port}}))
    return path


@dataclass(frozen=True, slots=True)
class Place:
    """The district that runs; *settings* is what its operator has."""

    broker: PrivateBroker
    hub: Posko
    posts: dict[str, Post]
    settings: Path

    def run(self, *words: str) -> Done:
        return run(self.settings, *words)


@pytest.fixture(scope="module")
def district() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="k") as name, PrivateBroker(Path(name) / "broker") as broker:
        folder = Path(name)
        operator = operators_settings(folder, broker.port)
        path = folder / "district.yaml"
        posts = {
            post: Post(folder / post.split("/")[0], broker.port, post.split("/")[0], hub=True, district=str(path),
                       node=post.split("/")[1], **({"hears": "all"} if post == POLSEK else {}))
            for post in (KALIBAGOR, KOTAKAN, POLSEK)
        }
        hub = Posko(folder / "hub", broker.port, path)
        try:
            for post in posts.values():
                post.start()
            hub.begin()
            for post in posts.values():
                post.expect("linked:")
            yield Place(broker, hub, posts, operator)
        finally:
            hub.stop()
            for post in posts.values():
                post.stop()


@pytest.fixture
def place(district: Place) -> Iterator[Place]:
    """The district, at rest again after the test."""
    yield district
    publish(district.broker, f"{BASE}/semua/alarm/aman", "-q", "1")
    publish(district.broker, f"{BASE}/semua/command/silence", "-q", "1")
    for post in district.posts.values():
        if post.running:
            post.fence(district.broker)
            post.expect_quiet()


class Drawn:
    """`kentongan WORDS` on a *terminal* of 110 columns: what it has drawn so far."""

    def __init__(self, terminal: tuple[int, int], *words: str) -> None:
        self._shown, inside = terminal
        self._found = b""
        termios.tcsetwinsize(inside, (30, 110))
        self._process = subprocess.Popen([sys.executable, "-m", "kentongan", *words], stdin=inside, stdout=inside,
                                         stderr=inside, cwd=ROOT, env={**INDONESIAN, "TERM": "xterm"})

    def lacks(self, *parts: str) -> list[str]:
        """Waits until all of *parts* have been drawn since it was last asked; those that were not."""
        self._found, deadline = b"", time.monotonic() + LIMIT_S
        while any(each.encode() not in self._found for each in parts) and time.monotonic() < deadline:
            self._read()
        return [each for each in parts if each.encode() not in self._found]

    def end(self, how: signal.Signals | None = signal.SIGINT) -> int:
        """Its exit code, once it has ended as by Ctrl-C, or by the signal *how*; None: by itself."""
        deadline = time.monotonic() + LIMIT_S
        if how is not None:
            self._process.send_signal(how)
        while self._process.poll() is None and time.monotonic() < deadline:
            self._read()
        self._process.kill()
        return self._process.wait()

    def _read(self) -> None:
        if select.select([self._shown], [], [], 0.1)[0]:
            self._found += os.read(self._shown, 65536)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """A terminal's two ends: the one that shows, and the one for a program."""
    ends = os.openpty()
    yield ends
    for end in ends:
        os.close(end)
