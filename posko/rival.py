"""Whether another hub of this district is at work: asked before the link is made.

Two hubs would contradict each other in all that they publish, and the broker lets both in. So a hub that starts looks,
on a connection of its own: does the retained status call a hub alive, and does that one answer?
"""

from dataclasses import dataclass

from contract.user_error import UserError
from contract.wire import hub_status, timing, topics
from contract.wire.codec import Refusal
from contract.wire.node_status import OFFLINE
from contract.wire.topics import ActiveTopic, CommandTopic, PoskoTopic
from runtime import clock, endpoint
from runtime.core.addresses import SOON_S
from runtime.core.effects import Publish
from runtime.core.events import Linked, Received, Unlinked
from runtime.endpoint import Broker, Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link

RETAINED_S = 0.5  # within this of the link the broker has sent what it retains
ANSWER_S = 3.0  # within this a hub that is at work answers


class RivalError(UserError):
    """Another hub of this district is at work; the message says where."""


@dataclass(slots=True)
class _View:
    """What is known: until when to wait, where a hub was by its retained status, and whether it has answered.

    `untried` are the brokers that have not been found to be out of reach.
    """

    until: float
    untried: int
    host: str = "an unknown machine"
    alive: bool = False
    over: bool = False


def refuse(broker: Broker, district: str) -> None:
    """Raises RivalError if another hub of *district* answers on *broker*, or the one of its others that is in use.

    One that is not there answers nothing.
    """
    base = [Subscription(topics.write(district, PoskoTopic("status")), kept=True),
            Subscription(topics.write(district, ActiveTopic()))]
    own = Inbox()
    link = Link(endpoint.another(broker), base, None, own)
    ask = Publish(topics.write(district, CommandTopic(topics.POSKO, topics.STATUS)), b"")
    brokers = len(broker.addresses())
    view = _View(clock.now() + brokers * (timing.CONNECT_S + SOON_S[1]), brokers)
    link.start()
    try:
        while not view.over and clock.now() < view.until:
            at, event = own.get(view.until)
            if isinstance(event, Linked):
                link.publish(ask)
            _see(view, event, at, topics.write(district, ActiveTopic()))
    finally:
        link.close()
    if view.alive:
        raise RivalError(f"a hub of this district already runs at {view.host}; there can be one: stop that one first")


def _see(view: _View, event: object, at: float, beacon: str) -> None:
    match event:
        case Linked():
            view.until = at + RETAINED_S
        case Unlinked():
            view.untried -= 1
            view.over = view.untried == 0
        case Received(topic) if topic == beacon:
            view.alive = view.over = True
        case Received(_, payload, retain):
            status = hub_status.read_status(payload)
            if isinstance(status, Refusal):
                return
            view.host = status.host or view.host
            if status.state == OFFLINE:
                view.over = True
            elif retain:
                view.until = at + ANSWER_S
            else:
                view.alive = view.over = True
        case _:
            pass
