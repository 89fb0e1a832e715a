"""The node's inbox, which has the siren begin at once where that is certain: in the thread that brings the message.

    link's thread ──message──> is the loop at rest, and nothing waits? ──> forecast ──> the siren is on
                                    │ no                                      └──> the message waits for the loop
                                    └──────────────────────────────────────────────────────^

So the siren waits neither for the loop's thread to wake nor for the rest of its step. The loop does the whole step all
the same, and is right in any case: see `settle`.

A button that is held counts at a known instant. While the loop waits for that it has computed the step already; the
press is in force by `begin`, unless anything has come in between.

While the loop is at rest it lends its state by a lock. Whoever brings a message takes that without waiting, or not at
all: paho calls back while it holds locks for which the loop may wait.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from threading import Lock

from node.core import step
from node.core.effects import Effect, Play
from node.core.events import Event
from node.core.forecast import forecast
from node.core.state import State
from node.core.transition import Transition
from runtime.core.events import Noticed, Received, Tick
from runtime.inbox import NETWORK_LIMIT, Inbox

AHEAD_S = 0.05  # a loop that wakes later than this computes the step for the instant at which it woke


class Foresight(Inbox):
    """The inbox of a loop over a node's states. What is foreseen of them is given to `sound`."""

    def __init__(self) -> None:
        super().__init__()
        self.sound: Callable[[Play], object] = lambda _play: None
        self._lent = Lock()  # held by the loop but while it is at rest
        self._lent.acquire()
        self._state: State | None = None
        self._foreseen: tuple[object, Play] | None = None  # a message that waits for the loop, and what sounds of it
        self._ahead: tuple[float, Transition] | None = None  # of the state that is lent: when a press will count

    def rest(self, state: State, due: float | None) -> None:
        """As `wait`, for the loop, whose last step has left *state* behind."""
        self._state = state
        if self._foreseen is not None and not self.waits():
            self.put(self._foreseen[0])  # it was lost on its way: what sounds must be known here, to be ended from here
        self._ahead = None if self.waits() else step.press_ahead(state)
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

    def begin(self, state: State, event: Event, at: float) -> Transition:
        """The first half of the loop's step at *event*: see `step.begin`. That of a press is ready when it counts."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and isinstance(event, Tick) and state is self._state:
            due, begun = ahead
            if due <= at <= due + AHEAD_S:
                return begun
        return step.begin(state, event, at)

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
