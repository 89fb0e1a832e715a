"""A real hub, and what the tests see of it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from contract.jsontext import dump
from posko.journal import NAME
from tests.support.nodes import CONFIG, ROOT


class Posko:
    """A hub process with its own folder; it can be killed and started again."""

    def __init__(self, folder: Path, port: int, district: Path = CONFIG / "situbondo.yaml") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.state_dir = folder / "state"
        self.lines: list[str] = []
        self.path = folder / "posko.yaml"
        self.path.write_bytes(dump({
            "district": str(district), "broker": {"host": "127.0.0.1", "port": port}, "state_dir": str(self.state_dir),
        }))
        self._changed = Condition()
        self._process: subprocess.Popen[str] | None = None

    def begin(
        self, env: Mapping[str, str] | None = None, *, linked: bool = True, under: Sequence[str] = ()
    ) -> "Posko":
        """Starts the hub, under another program perhaps; returns when it is linked, unless that is not to be."""
        since = len(self.lines)
        self._process = subprocess.Popen(
            [*under, sys.executable, "-m", "kentongan", "posko", "--config", str(self.path)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, cwd=ROOT,
            env={**os.environ, **(env or {})},
        )
        Thread(target=self._watch, args=(self._process,), daemon=True).start()
        self.expect("linked:" if linked else "listening", since, 15.0)
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def wait_line(self, part: str, timeout_s: float = 5.0, since: int = 0) -> bool:
        """Waits until the hub has said a line that holds *part*, after its first *since* lines."""
        with self._changed:
            return self._changed.wait_for(lambda: any(part in line for line in self.lines[since:]), timeout_s)

    def expect(self, part: str, since: int = 0, timeout_s: float = 5.0) -> None:
        """Waits until the hub says a line with *part*; fails loudly if it does not."""
        assert self.wait_line(part, timeout_s, since), f"the hub never said {part!r}, but: {self.lines[since:]}"

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """What its journal answers."""
        database = sqlite3.connect(f"file:{self.state_dir / NAME}?mode=ro", uri=True, timeout=10.0)
        try:
            return database.execute(question, values).fetchall()
        finally:
            database.close()

    def logged(self, kind: str) -> list[dict[str, Any]]:
        """Its own events of *kind*, and those of posts, that are in its journal."""
        events = [json.loads(event) for (event,) in self.rows("SELECT event FROM log ORDER BY id")]
        return [event for event in events if event["event"] == kind]

    def stop(self) -> None:
        """Ends it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _watch(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        process.stdout.close()
