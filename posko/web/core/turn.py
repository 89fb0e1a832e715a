"""A step of the page in progress: the state so far, and the effects so far. Local to one call of `step`. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from contract.wire import timing
from posko.operator.core.delivery import RESEND_S
from posko.web.core.asked import Answer, Outcome
from posko.web.core.effects import Effect, SaveSending
from posko.web.core.state import Sending, State, Waiting
from runtime.core.transition import without

DISK_S = 8.0  # how long somebody waits for the disk, or for the broker, before being answered otherwise


class Turn:
    """What a step has changed so far, and which effects it will have."""

    def __init__(self, state: State, now: float) -> None:
        self.state = replace(state, now=max(now, state.now))
        self.effects: list[Effect] = []

    @property
    def now(self) -> float:
        """The instant of the step."""
        return self.state.now

    @property
    def dated(self) -> bool:
        """Whether the time of day is certain."""
        return self.state.clock.synced

    def change(self, **fields: Any) -> None:
        """Sets fields of the state."""
        self.state = replace(self.state, **fields)

    def do(self, *effects: Effect) -> None:
        """Adds effects, in order."""
        self.effects += effects

    def answer(self, ticket: int, outcome: Outcome, wait_s: float = 0.0, identifier: str = "") -> None:
        """Answers whoever has *ticket*."""
        self.do(Answer(ticket, outcome, identifier, wait_s))

    def next_stamp(self) -> int:
        """A number for a write to the disk."""
        self.change(stamp=self.state.stamp + 1)
        return self.state.stamp

    def put(self, sending: Sending) -> Sending:
        """Has *sending* in the state as it is; nothing of it goes to the disk."""
        self.change(sendings={**self.state.sendings, sending.token: sending})
        return sending

    def save(self, sending: Sending, answers: Iterable[Answer] = ()) -> Sending:
        """Has *sending* in the state and on the disk; *answers* are given once it is there."""
        sending = self.put(replace(sending, stamp=self.next_stamp(), saved=False))
        self.do(SaveSending(sending.stamp, sending, self.dated))
        for each in answers:
            self.wait_for_disk(sending.stamp, each)
        return sending

    def wait_for_disk(self, stamp: int, answer: Answer) -> None:
        """Gives *answer* once the disk has *stamp*; at once another one, if the disk fails."""
        if self.state.disk:
            self.answer(answer.ticket, Outcome.DISK)
            return
        self.change(saving={**self.state.saving, stamp: Waiting(answer, self.now + DISK_S)})

    def saved(self, stamps: frozenset[int]) -> None:
        """The disk has the writes *stamps*."""
        for stamp in stamps & self.state.saving.keys():
            self.do(self.state.saving[stamp].answer)
            self.change(saving=without(self.state.saving, stamp))
        done = {token: replace(each, saved=True) for token, each in self.state.sendings.items()
                if each.stamp in stamps and not each.saved}
        if done:
            self.change(sendings={**self.state.sendings, **done})

    def refuse_waiting(self, *, all_: bool = False) -> None:
        """Answers those who wait for a disk that fails, or have waited too long; and those who wait for the broker."""
        for stamp, waiting in tuple(self.state.saving.items()):
            if all_ or self.now >= waiting.until:
                self.answer(waiting.answer.ticket, Outcome.DISK)
                self.change(saving=without(self.state.saving, stamp))
        for token, waiting in tuple(self.state.ordering.items()):
            if self.now >= waiting.until:
                self.answer(waiting.answer.ticket, Outcome.UNLINKED)
                self.change(ordering=without(self.state.ordering, token))


def resend_s(sending: Sending, *, late: bool) -> float:
    """How long after it was sent something is sent again."""
    if sending.step:
        return RESEND_S
    return timing.LATE_RESEND_S if late else timing.RESEND_S
