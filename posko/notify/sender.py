"""A thread for each target: what waits there is sent, in order, as fast as the target may get it.

No target waits for another: one that hangs, or refuses, has its own thread and its own queue.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Event

from contract.values import dataclass
from posko.notify import wording
from posko.notify.config import Target
from posko.notify.core import pace
from posko.notify.core.pace import Pace
from posko.notify.limited import LIMIT_S, Limited
from posko.notify.store import Done, Waiting
from runtime import clock
from runtime.inbox import Inbox
from runtime.worker import Worker

MOST = 1000  # messages that may wait for one target
REMEMBERED = 5 * MOST
HANG_S = 2 * LIMIT_S  # of a turn, in which one message is sent
MARK_S = 10.0  # how long the disk is waited for before the next message
CLOSE_S = 2.0
LOOK_S = 60.0


@dataclass(frozen=True, slots=True)
class Sent:
    """`count` messages went to the target of the name `target`, as one if there are several."""

    target: str
    count: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The target did not take a message, for `reason`; it is tried again in `retry_s`. `waiting` wait for it."""

    target: str
    reason: str
    retry_s: float
    waiting: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """`count` messages to the target are given up: too old, or too many."""

    target: str
    count: int
    reason: str


class Sender:
    """Sends to *target*. *mark* writes down what was sent; what happens goes to *inbox*."""

    def __init__(self, target: Target, mark: Callable[[Done], object], inbox: Inbox) -> None:
        self.target = target
        self._mark = mark
        self._inbox = inbox
        self._waiting: deque[Waiting] = deque()
        self._names: dict[str, None] = {}  # of the last ones that came: none is taken twice
        self._changed = Condition()
        self._pace = Pace(target.per_minute)
        self._reason = ""
        self._try = Limited(target.gateway.send)
        self._worker = Worker(f"to {target.name}", self._turn, self._failed, HANG_S)

    def start(self) -> None:
        """Begins to send."""
        self._worker.start()

    def put(self, waiting: Waiting) -> None:
        """Has *waiting* sent. Never waits."""
        lost: list[Waiting] = []
        with self._changed:
            if waiting.name in self._names:
                return
            self._names[waiting.name] = None
            if len(self._names) > REMEMBERED:
                del self._names[next(iter(self._names))]
            self._waiting.append(waiting)
            while len(self._waiting) > MOST:
                lost.append(self._waiting.popleft())
            self._changed.notify_all()
        if lost:
            self._mark(Done(tuple(each.name for each in lost)))
            self._inbox.put(GivenUp(self.target.name, len(lost), f"more than {MOST} wait"))

    def close(self) -> None:
        """Ends the thread; what is being sent may still be sent, and again by the next run."""
        self._worker.end()
        with self._changed:
            self._changed.notify_all()
        self._worker.join(CLOSE_S)

    def hung(self) -> str | None:
        """What is wrong with the thread, or None."""
        return self._worker.hung()

    def _turn(self) -> None:
        with self._worker.waiting(), self._changed:
            now = clock.now()
            due = pace.due(self._pace, now)
            if not self._waiting or due > now:
                self._changed.wait(LOOK_S if not self._waiting else min(LOOK_S, due - now))
        if self._worker.ending:
            return
        self._drop_old()
        batch = self._next()
        if batch:
            self._worker.beat()
            self._send(batch)

    def _next(self) -> list[Waiting]:
        now = clock.now()
        with self._changed:
            if pace.due(self._pace, now) > now:
                return []
            return list(self._waiting)[:pace.count(self._pace, len(self._waiting), now)]

    def _send(self, batch: Sequence[Waiting]) -> None:
        language = self.target.language
        titles = [wording.delayed(each.title, clock.now() - each.at, language) for each in batch]
        title, body = (titles[0], batch[0].body) if len(batch) == 1 else wording.summary(titles, language)
        reason = self._try(tuple(each.name for each in batch), title, body)
        now = clock.now()
        if reason is None:
            self._pace, self._reason = pace.succeeded(self._pace, now), ""
            self._forget(batch)
            self._inbox.put(Sent(self.target.name, len(batch)))
            return
        self._pace = pace.failed(self._pace, now)
        if reason != self._reason:
            self._reason = reason
            self._inbox.put(Failed(self.target.name, reason, self._pace.retry_at - now, len(self._waiting)))

    def _drop_old(self) -> None:
        now = clock.now()
        with self._changed:
            old = [each for each in self._waiting if now >= each.at + self.target.give_up_s]
        if old:
            self._forget(old)
            self._inbox.put(GivenUp(self.target.name, len(old), self._reason or "too old"))

    def _forget(self, batch: Sequence[Waiting]) -> None:
        """Takes *batch* out of the queue, and off the disk: before that is done, nothing else is sent, so that a crash
        repeats one message at most.
        """
        gone = {each.name for each in batch}
        with self._changed:
            self._waiting = deque(each for each in self._waiting if each.name not in gone)
        written = Event()
        self._mark(Done(tuple(gone), written.set))
        written.wait(MARK_S)

    def _failed(self, error: Exception) -> None:
        """A fault of this program must not end the thread."""
        self._pace = pace.failed(self._pace, clock.now())
        self._inbox.put(Failed(self.target.name, repr(error), self._pace.retry_at - clock.now(), len(self._waiting)))


