"""A program's standard output, in a thread of its own: its reader may hang or be gone.

A pipe that nobody reads blocks the writer, and one whose reader is gone raises. Neither may reach the loop.
The journal has every event anyway.
"""

import json
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from threading import Thread

from contract.text import printable
from contract.wire.faults import Fault
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox

LINES = 1000  # lines that may wait; what comes then is left out
CLOSE_S = 1.0  # for the lines that still wait at the end


class StdoutWriter:
    """Gives lines to *echo*, one after the other. Use as a context manager."""

    def __init__(self, echo: Callable[[str], None], inbox: Inbox, prepare: Callable[[], object] = lambda: None) -> None:
        self._echo = echo
        self._inbox = inbox
        self._prepare = prepare
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._failed = False
        self._thread = Thread(target=self._run, name="stdout", daemon=True)

    def __enter__(self) -> "StdoutWriter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._thread.join(timeout=CLOSE_S)

    def write(self, text: str) -> None:
        """Takes the line *text*. Never waits."""
        if self._queue.qsize() < LINES:
            self._queue.put(text)

    def _run(self) -> None:
        self._prepare()
        while (text := self._queue.get()) is not None:
            try:
                self._echo(text)
            except Exception as error:  # noqa: BLE001 - top of the thread: no line may stop a siren
                if not self._failed:
                    self._failed = True
                    self._inbox.put(Faulted(Fault.OUTPUT, f"cannot be written: {error}; the journal has every event"))
                continue
            if self._failed:
                self._failed = False
                self._inbox.put(Recovered(Fault.OUTPUT))


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
