"""A program of ours, run as a process whose lines are heard: a node's, or the hub's. Must not know what they mean."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from threading import Condition, Thread
from typing import Any, Self

from broker.mosquitto import end

# What is waited for comes sooner or not at all: a limit only ends a hang, on a slow or busy machine too.
LIMIT_S = 120.0
_EVENT = re.compile(r"[a-z]+:")  # as runtime/stdout_writer.py begins a line of text


class NeverError(AssertionError):
    """What was waited for did not happen in time; the message says what did. In a test it is a failure."""


class Program:
    """`kentongan` with *arguments*, under a *name*; use as a context manager. It can be started again.

    *hear* is given each line it says. Several programs can share one *changed*, to be waited for together.
    """

    def __init__(
        self, name: str, arguments: Sequence[str], hear: Callable[[str], None] | None = None,
        changed: Condition | None = None,
    ) -> None:
        self.name = name
        self.lines: list[str] = []
        self._arguments = tuple(arguments)
        self._hear = hear
        self._changed = changed if changed is not None else Condition()
        self._process: subprocess.Popen[str] | None = None
        self._thread: Thread | None = None
        self._over = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def over(self) -> bool:
        """Whether its process has ended, and all that it said was heard."""
        return self._over

    @property
    def pid(self) -> int:
        """The id of the process that runs."""
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Starts it."""
        self._over = False
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "kentongan", *self._arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
            env={**os.environ, **(env or {})},
        )
        self._thread = Thread(target=self._watch_lines, args=(self._process,), daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Asks it to end; `stop` waits for it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """Ends it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._end(signal.SIGKILL)

    def wait(self, ready: Callable[[Self], bool], timeout_s: float = LIMIT_S) -> bool:
        """Waits until *ready* of this program; looks again at each line, and at whatever else is noted of it."""
        with self._changed:
            return self._changed.wait_for(lambda: ready(self), timeout_s)

    def said(self, part: str, since: int = 0) -> list[str]:
        """The lines with *part*, after the first *since*.

        A *part* that begins with an event's name and a colon, such as `refused:`, is the beginning of its line: other
        lines may quote `refused:`, and `locked:` is a part of `unlocked:`.
        """
        if _EVENT.match(part):
            return [line for line in self.lines[since:] if line.startswith(part)]
        return [line for line in self.lines[since:] if part in line]

    def wait_line(self, part: str, timeout_s: float = LIMIT_S, since: int = 0) -> bool:
        """Waits until `said` has a line with *part*, after the first *since* lines, or its process has ended."""
        self.wait(lambda program: program.over or bool(program.said(part, since)), timeout_s)
        return bool(self.said(part, since))

    def expect(self, part: str, since: int = 0, timeout_s: float = LIMIT_S) -> None:
        """Waits for a line that holds *part*, after the first *since* lines. Raises NeverError."""
        if not self.wait_line(part, timeout_s, since):
            has_ended = " has ended and" if self.over else ""
            raise NeverError(f"{self.name}{has_ended} never printed {part!r}, but: {self.lines[since:]}")

    def events(self, since: int = 0) -> list[dict[str, Any]]:
        """The events among the lines after the first *since*, if it logs JSON."""
        return [event for line in self.lines[since:] if (event := event_of(line)) is not None]

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        end(process, how)
        if self._thread is not None:
            self._thread.join(timeout=LIMIT_S)  # it has said all

    def _watch_lines(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None  # noqa: S101 - it was opened as a pipe
        with process.stdout:
            for line in process.stdout:
                with self._changed:
                    self.lines.append(line.rstrip("\n"))
                    self._changed.notify_all()
                if self._hear is not None:
                    self._hear(line.rstrip("\n"))
        process.wait()
        with self._changed:
            self._over = True
            self._changed.notify_all()


def event_of(line: str) -> dict[str, Any] | None:
    """The event that *line* is, of a log in JSON; None if it is none: a fault of the settings, a traceback."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None
