"""What the broker retains of alarms, commands and patrols: a short connection of its own finds it. Must not decide.

A program that subscribes to alarms asks for nothing retained, or an old one would ring. So what was published with the
retain flag while the hub was away is found on another connection. There what is live comes without the flag: what has
it is old.
"""

from threading import Thread

from contract.wire import topics
from contract.wire.topics import AlarmTopic, CommandTopic, LaporTopic, ResponseTopic, RondaTopic
from posko.core.events import Retained
from runtime import clock, endpoint
from runtime.core.events import Linked, Received, Unlinked
from runtime.endpoint import Broker, Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link

LIMIT_S = 10.0  # for the connection to be made
SETTLE_S = 2.0  # after the last that was found


def subscriptions(district: str) -> list[Subscription]:
    """All that raises something in *district*, with what the broker keeps of it."""
    wanted = (AlarmTopic("+", "+"), CommandTopic("+", "+"), RondaTopic("+"), ResponseTopic("+"), LaporTopic("+"))
    return [Subscription(topics.write(district, each), kept=True) for each in wanted]


class Survey:
    """Looks on *broker*, and puts a Retained into *inbox* for each topic of *district* that is found."""

    def __init__(self, broker: Broker, district: str, inbox: Inbox) -> None:
        self._broker = endpoint.another(broker)
        self._subscriptions = subscriptions(district)
        self._inbox = inbox
        self._thread: Thread | None = None

    def begin(self) -> None:
        """Looks once, on a thread of its own, unless it does already."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._look, name="survey", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        own = Inbox()
        link = Link(self._broker, self._subscriptions, None, own)
        link.start()
        until, linked = clock.now() + LIMIT_S, False
        while clock.now() < until:
            at, event = own.get(until)
            match event:
                case Linked():
                    until, linked = at + SETTLE_S, True
                case Received(topic, payload, retain=True) if payload:
                    self._inbox.offer(Retained(topic))
                    until = max(until, at + SETTLE_S)
                case Unlinked() if linked:
                    break
                case _:
                    pass
        link.close()
