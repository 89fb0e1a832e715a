"""What `kentongan watch` sees of the demo's district, for whoever draws it: the same fold, in a thread of its own.

    link ──> inbox ──> fold ──> Snapshot

Must not look at pins or logs: it has the broker only.
"""

from dataclasses import replace
from pathlib import Path
from threading import Condition, Thread

from posko import config
from posko.operator import connection
from posko.operator.core import fold, judgement
from posko.operator.core.snapshot import Snapshot
from runtime import clock
from runtime.inbox import Inbox

TICK_S = 1.0
STOP_S = 5.0


class Observer:
    """Follows the district with the settings at *path*. Use as a context manager; *changed* is notified of news."""

    def __init__(self, path: Path, changed: Condition) -> None:
        self.config = config.load(path)
        clock.adopt(self.config.district.zone)
        self._changed = changed
        self._inbox = Inbox()
        self._link = connection.make_link(self.config, self._inbox)
        setup = fold.make_setup(self.config.district, self.config.catalogue)
        self._state = fold.start(setup, None, float("inf"), clock.now(), clock.wall())
        self._closing = False
        self._thread = Thread(target=self._run, name="observer", daemon=True)

    def __enter__(self) -> "Observer":
        self._link.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._link.close()
        self._thread.join(timeout=STOP_S)

    def snapshot(self) -> Snapshot:
        """The district now."""
        with self._changed:
            return judgement.snapshot(replace(self._state, now=max(self._state.now, clock.now())))

    def reconnect(self) -> None:
        """Seeks the broker at once."""
        self._link.reconnect("the broker is started again")

    def _run(self) -> None:
        while not self._closing:
            at, event = self._inbox.get(clock.now() + TICK_S)
            with self._changed:
                self._state, _ = fold.step(self._state, event, at)
                self._changed.notify_all()
