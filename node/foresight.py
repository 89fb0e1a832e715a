"""The node's inbox, which has the siren begin at once where that is certain: in the thread that brings the message.

    link's thread ──message──> is the loop at rest, and nothing waits? ──> forecast ──> the siren is on
                                    │ no                                      └──> the message waits for the loop
                                    └──────────────────────────────────────────────────────^

So the siren waits neither for the loop's thread to wake nor for the rest of its step. The loop does the whole step all
the same, and is right in any case: see `settle`.

While the loop is at rest it lends its state by a lock. Whoever brings a message takes that without waiting, or not at
all: paho calls back while it holds locks for which the loop may wait.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from threading import Lock

from node.core.effects import Effect, Play
from node.core.forecast import forecast
from node.core.state import State
from runtime.core.events import Noticed, Received
from runtime.inbox import NETWORK_LIMIT, Inbox


class Foresight(Inbox):
    """The inbox of a loop over a node's states. What is foreseen of them is given to `sound`."""

    def __init__(self) -> None:
        super().__init__()
        self.sound: Callable[[Play], object] = lambda _play: None
        self._lent = Lock()  # held by the loop but while it is at rest
        self._lent.acquire()
        self._state: State | None = None
        self._foreseen: tuple[object, Play] | None = None  # a message that waits for the loop, and what sounds of it

    def rest(self, state: State, due: float | None) -> None:
        """As `wait`, for the loop, whose last step has left *state* behind."""
        self._state = state
        if self._foreseen is not None and not self.waits():
            self.put(self._foreseen[0])  # it was lost on its way: what sounds must be known here, to be ended from here
        self._lent.release()
        try:
            self.wait(due)
        finally:
            self._lent.acquire()

    def offer(  # noqa: PLR0913 - as `Inbox` has it
        self, event: object, limit: int = NETWORK_LIMIT, source: str = "", size: int = 0, *, report: bool = False,
        at: float | None = None,
    ) -> None:
        """As the inbox; and has begin what the message is certain to sound."""
        at = self._now() if at is None else at
        if not self._lent.acquire(blocking=False):
            super().offer(event, limit, source, size, report=report, at=at)
            return
        try:
            # `_count` has what the loop has just taken out of the line, and has not sorted in yet
            if isinstance(event, Received) and not self._count and not self.waits():
                self._foresee(event, at)
        finally:
            try:
                super().offer(event, limit, source, size, report=report, at=at)
            finally:
                self._lent.release()  # whatever happens: the loop waits for it

    def _foresee(self, event: Received, at: float) -> None:
        play = None if self._state is None else forecast(self._state, event, at)
        if play is not None:
            self._foreseen = event, play
            self.sound(play)

    def settle(self, event: object, state: State, outputs: Collection[Effect], hush: Callable[[], object]) -> None:
        """To be called by the loop after the outputs of its step for *event*, which has led to *state*.

        What the step sounds, if anything, has taken the place of what was foreseen. If it sounds nothing at all, *hush*
        is called; and that a forecast was wrong, which can only be if something came in between, is reported. A loop
        that was held up lets the same alarm begin later, and its siren goes on: that was right.
        """
        if self._foreseen is None or self._foreseen[0] is not event:
            return
        play, self._foreseen = self._foreseen[1], None
        if any(isinstance(each, Play) and _is_of_the_same(play, each) for each in outputs):
            return
        if state.turn is None:
            hush()
        self.put(Noticed("the siren began by a forecast that was wrong, and was put right at once"))


def _is_of_the_same(play: Play, other: Play) -> bool:
    """Whether the two sound the same alarm, from whatever instant until whatever instant."""
    return play == replace(other, start=play.start, until=play.until, entered_s=play.entered_s)
