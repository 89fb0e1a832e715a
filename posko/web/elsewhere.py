"""Further districts, beside the page's own: a thread for each, which looks there as `kentongan watch` does.

    broker of panarukan ──> desk ──┐
    broker of panji     ──> desk ──┼── how it is there, when that has changed ──> the page's inbox
    …                              ┘

Must not decide anything, nor publish.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from posko.operator.core.snapshot import Snapshot
from posko.operator.several import Desk
from posko.web.core.elsewhere import SeenElsewhere
from runtime.inbox import Inbox
from runtime.worker import Worker

PULSE_S = 5.0  # so often one comes at least: one that does not come any more is noticed
AGAIN_S = 5.0  # after a failure
HANG_S = 10.0


class Elsewhere:
    """Follows districts, by their slugs, each with a desk of its own, and gives *inbox* how they are; use as a context
    manager. A desk that fails is followed by the next one.
    """

    def __init__(self, desks: Mapping[str, Callable[[], Desk]], inbox: Inbox) -> None:
        self._followers = [_Follower(district, make, inbox) for district, make in desks.items()]

    def __enter__(self) -> "Elsewhere":
        for each in self._followers:
            each.worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._followers:
            each.end()
        for each in self._followers:
            each.worker.join(1.0)


class _Follower:
    def __init__(self, district: str, make: Callable[[], Desk], inbox: Inbox) -> None:
        self._district, self._make, self._inbox = district, make, inbox
        self._desk: Desk | None = None
        self._shown: Snapshot | None = None  # without what goes on by itself
        self._shown_at = -math.inf
        self.worker = Worker(f"district {district}", self._turn, self._failed, HANG_S)

    def end(self) -> None:
        self.worker.end()
        if self._desk is not None:
            self._desk.stop()

    def _turn(self) -> None:
        """Looks there until it is ended, or fails."""
        desk = self._desk = self._make()
        if not self.worker.ending:
            with self.worker.waiting():
                desk.watch(math.inf, self._take)

    def _take(self, snapshot: Snapshot) -> None:
        lasting = _lasting(snapshot)
        if lasting != self._shown or snapshot.now >= self._shown_at + PULSE_S:
            self._shown, self._shown_at = lasting, snapshot.now
            self._inbox.put(SeenElsewhere(self._district, snapshot))

    def _failed(self, _error: Exception) -> None:
        """How it is there is not known until it looks again."""
        self._shown = None
        self._inbox.put(SeenElsewhere(self._district, None))
        self.worker.pause(AGAIN_S)


def _lasting(snapshot: Snapshot) -> Snapshot:
    """*snapshot* without what goes on by itself, and without what the page does not show of another district."""
    return replace(
        snapshot, now=0.0, offset_s=0.0, news=(), reports=(),
        hub=replace(snapshot.hub, listed_at=None if snapshot.hub.listed_at is None else 0.0),
        alarms=tuple(replace(each, age_s=0.0, remaining_s=0.0) for each in snapshot.alarms),
        posts=tuple(replace(each, last_seen_at=None, status=None) for each in snapshot.posts))
