"""Residents' reports, which ring nothing. Pure."""

from contract.wire import lapor
from contract.wire.codec import Refusal
from contract.wire.event import Kind
from contract.wire.topics import LaporTopic
from posko.core.transition import Transition
from runtime.core.events import Received


def received(t: Transition, topic: LaporTopic, message: Received) -> None:
    """Somebody reports something."""
    body = lapor.read_lapor(message.payload)
    reason = body.reason if isinstance(body, Refusal) else "this hub keeps no reports yet"
    t.answer(Kind.REFUSED, topic=message.topic[:200], village=topic.village[:80], reason=reason)
