"""What is published from a computer until the hub shows that it has it: a response, or a resident's report. Pure.

    linked ──> published, every 2 s ──> on the hub's disk, or refused, or no time left
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from contract.values import dataclass
from contract.wire import topics
from contract.wire.codec import Refusal
from contract.wire.event import Report, read_event
from contract.wire.topics import PoskoTopic
from posko.operator.core.fold import TOKEN, State
from runtime.core.effects import Publish
from runtime.core.events import NOT_AUTHORIZED, Acknowledged, Linked, Received, Rejected

RESEND_S = 2.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far it is, at instant `now`; it was asked for at `asked_at`, and may take `wait_s`.

    `recorded`: the hub has it on its disk. `refused` is why the broker does not take it, `refusal` why the hub does
    not; `nothing`: the hub knows of nothing that could be meant.
    """

    wait_s: float
    asked_at: float
    now: float
    published_at: float | None = None
    send_at: float = 0.0
    acknowledged: bool = False
    recorded: bool = False
    nothing: bool = False
    refused: str = ""
    refusal: str = ""

    @property
    def done(self) -> bool:
        """Whether there is nothing more to wait for."""
        over = self.recorded or self.nothing or self.refused or self.refusal
        return bool(over) or self.now >= self.asked_at + self.wait_s

    @property
    def due(self) -> float:
        """The next instant at which something is to be done though nothing comes."""
        deadline = self.asked_at + self.wait_s
        return min(deadline, self.send_at) if self.send_at > self.now else deadline

    @property
    def elapsed_s(self) -> float:
        """How long ago it was asked for."""
        return self.now - self.asked_at


D = TypeVar("D", bound=Delivery)


def take_in(found: D, state: State, event: object, hear: Callable[[D, Report], D]) -> D:
    """*found* after *event*; *hear* says what a report of the hub makes of it."""
    match event:
        case Linked():
            return replace(found, send_at=found.now)
        case Acknowledged():
            return replace(found, acknowledged=True)
        case Rejected(_, code, reason) if code == NOT_AUTHORIZED:
            return replace(found, refused=reason)
        case Received() if topics.read(state.setup.district, event.topic) == PoskoTopic("event"):
            report = read_event(event.payload)
            return found if isinstance(report, Refusal) else hear(found, report)
        case _:
            return found


def is_due(found: Delivery, state: State) -> bool:
    """Whether it is to be published now."""
    return not found.done and state.linked_at is not None and found.now >= found.send_at


def publish(found: D, topic: str, payload: bytes) -> tuple[D, Publish]:
    """*found*, published now, and the message."""
    first = found.now if found.published_at is None else found.published_at
    return replace(found, published_at=first, send_at=found.now + RESEND_S), Publish(topic, payload, token=TOKEN)
