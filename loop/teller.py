"""What a program says on its standard output, in a thread of its own: who reads it may hang or be gone.

A pipe that nobody empties blocks who writes into it, and one without another end raises. Neither may reach the loop.
The journal has every event anyway.
"""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from loop.events import Faulted, Recovered
from loop.inbox import Inbox

LINES = 1000  # lines that may wait; what comes then is left out


class Teller:
    """Hands lines to *say*, one after the other. Use as a context manager."""

    def __init__(self, say: Callable[[str], None], inbox: Inbox, prepare: Callable[[], object] = lambda: None) -> None:
        self._say = say
        self._inbox = inbox
        self._prepare = prepare
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._failed = False
        self._thread = Thread(target=self._run, name="teller", daemon=True)

    def __enter__(self) -> "Teller":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._thread.join(timeout=1.0)

    def tell(self, line: str) -> None:
        """Takes *line* to be said. Never waits."""
        if self._queue.qsize() < LINES:
            self._queue.put(line)

    def _run(self) -> None:
        self._prepare()
        while (line := self._queue.get()) is not None:
            try:
                self._say(line)
            except Exception as error:  # noqa: BLE001 - the thread's edge: no line is worth a siren
                if not self._failed:
                    self._failed = True
                    self._inbox.put(Faulted("output", f"cannot say what happens: {error}; the journal has it"))
                continue
            if self._failed:
                self._failed = False
                self._inbox.put(Recovered("output"))
