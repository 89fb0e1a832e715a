"""A program's standard output, in a thread of its own: its reader may hang or be gone.

A pipe that nobody reads blocks the writer, and one whose reader is gone raises. Neither may reach the loop.
The journal has every event anyway.
"""

import json
from collections.abc import Callable, Mapping
from queue import SimpleQueue

from contract.text import printable
from contract.wire.faults import Fault
from runtime.inbox import Inbox
from runtime.worker import FaultReporter, Worker

LINES = 1000  # lines that may wait; what comes then is left out
HANG_S = 30.0
CLOSE_S = 1.0  # for the lines that still wait at the end


class StdoutWriter:
    """Gives lines to *echo*, one after the other. Use as a context manager."""

    def __init__(self, echo: Callable[[str], None], inbox: Inbox, prepare: Callable[[], object] = lambda: None) -> None:
        self._echo = echo
        self._faults = FaultReporter(inbox)
        self._prepare = prepare
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._worker = Worker("stdout", self._turn, self._failed, HANG_S)

    def __enter__(self) -> "StdoutWriter":
        self._worker.start(self._prepare)
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._worker.join(CLOSE_S)

    def write(self, text: str) -> None:
        """Takes the line *text*. Never waits."""
        if self._queue.qsize() < LINES:
            self._queue.put(text)

    def _turn(self) -> None:
        with self._worker.waiting():
            text = self._queue.get()
        if text is None:
            self._worker.end()
            return
        self._echo(text)
        self._faults.well(Fault.OUTPUT)

    def _failed(self, error: Exception) -> None:
        """No line may stop a siren."""
        self._faults.failed(Fault.OUTPUT, f"cannot be written: {error}; the journal has every event")


def line(event: Mapping[str, object]) -> str:
    """*event* as a line for the system's log; a note from outside must not write lines of its own.

    The member `text`, which no published event has, stands for itself.
    """
    shown = {name: value for name, value in event.items() if name not in ("event", "time", "boot")}
    about = " ".join(
        printable(value) if name == "text" else f"{name}={printable(value)}" for name, value in shown.items()
    )
    return f"{event['event']}: {about}"


def json_line(event: Mapping[str, object]) -> str:
    """*event* as a line for a program that reads the log: all its members as JSON, in ASCII."""
    return json.dumps(event)


FORMATS: Mapping[str, Callable[[Mapping[str, object]], str]] = {"text": line, "json": json_line}
