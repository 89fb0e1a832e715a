"""One true time line, a broker, and the wires to it: messages are late, lost, doubled and held up, as on a real link.

What one client sends arrives in its order, and so does what the broker sends to one client; between clients there is
no order. A session that ends takes along what is on its way. The broker acknowledges what it has not delivered yet.
"""

import heapq
from collections.abc import Callable, Sequence
from itertools import count

from runtime.core.effects import Publish
from runtime.core.events import Acknowledged, Linked, Received, Unlinked
from runtime.endpoint import Subscription

RETRY_S = 2.0
KEEPALIVE_S = 15.0  # a wire that is dead is noticed at one and a half of the keep-alive of 10 s


class Timeline:
    """Instants in seconds, and what is to happen at them."""

    def __init__(self) -> None:
        self.now = 0.0
        self.broken = False  # something that was done failed; nothing can be learned from what follows
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def after(self, delay_s: float, act: Callable[[], None]) -> None:
        """Has *act* done *delay_s* from now; what is due at one instant is done in the order in which it was asked."""
        heapq.heappush(self._queue, (self.now + max(0.0, delay_s), next(self._numbers), act))

    def run(self, until: float) -> None:
        """Lets time pass up to *until*."""
        self.broken = True
        while self._queue and self._queue[0][0] <= until:
            self.now, _, act = heapq.heappop(self._queue)
            act()
        self.now = max(self.now, until)
        self.broken = False


class Broker:
    """A broker that forgets everything when it dies."""

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.running = True
        self.clients: list[Client] = []
        self.retained: dict[str, Publish] = {}
        self.longest_s = 0.0  # the longest that a message was on its way

    def publish(self, message: Publish, sender: "Client | None" = None) -> None:
        """Takes *message*, and sends it to everyone else who wants it."""
        if not self.running:
            return
        if message.retain:
            self.retained.pop(message.topic, None)
            if message.payload:
                self.retained[message.topic] = message
        for client in self.clients:
            if client is not sender and client.linked:
                client.offer(message)

    def crash(self) -> None:
        """A power cut: what is kept or on its way is gone, acknowledged or not."""
        self.running = False
        self.retained.clear()
        for client in self.clients:
            client.drop("connection refused")

    def start(self) -> None:
        self.running = True


class Client:
    """One part's wire to the broker, and the session on it."""

    def __init__(
        self, broker: Broker, subscriptions: Sequence[Subscription], hear: Callable[[object], None]
    ) -> None:
        self._broker = broker
        self._timeline = broker.timeline
        self._filters = [(each.topic.split("/"), each.kept) for each in subscriptions]
        self._wants: dict[str, bool | None] = {}
        self._hear = hear
        self._will: Publish | None = None
        self._seeking = 0  # which of the searches goes on; 0 is none
        self._searches = count(1)
        self._session = 0
        self._up_at = self._down_at = 0.0
        self._held: list[tuple[int, Callable[[], None]]] = []
        self.linked = False
        self.plugged = True
        self.stalled = False
        self.delay_s = 0.0
        self.lose = 0  # of the messages of QoS 0 to come
        self.double = 0  # of the messages of QoS 1 to come
        broker.clients.append(self)

    def longest_s(self) -> float:
        """The longest that any message was on its way so far."""
        return self._broker.longest_s

    # From the part

    def seek(self, will: Publish | None) -> None:
        """Begins to look for the broker."""
        self._will = will
        self._seeking = next(self._searches)
        self._later(0.01, self._seeking)

    def leave(self) -> None:
        """The part is gone; the broker speaks its will."""
        self._seeking = 0
        self._end()

    def reconnect(self) -> None:
        """Drops the session, and seeks anew at once."""
        if self._seeking:
            self._end(will=False)
            self._hear(Unlinked("connection lost"))
            self._later(0.05, self._seeking)

    def send(self, message: Publish) -> None:
        """Publishes *message*, if there is a session; otherwise it is never sent."""
        if self.linked:
            began = self._timeline.now
            self._up_at = max(self._up_at, began + 0.001 + self.delay_s)
            self._carry(self._up_at, lambda: self._arrive(message, began))

    # From the world

    def cut(self) -> None:
        """The wire breaks, and both ends notice."""
        self.plugged = False
        self.drop("no route")

    def stall(self) -> None:
        """The wire goes dead, and nobody notices yet: what is on it waits, and is lost if it lasts."""
        if self.linked and not self.stalled:
            self.stalled = True
            session = self._session
            self._timeline.after(KEEPALIVE_S, lambda: self._give_up(session))

    def restore(self) -> None:
        """The wire is well."""
        self.plugged = True
        if self.stalled:
            self.stalled = False
            held, self._held = self._held, []
            for session, act in held:
                if session == self._session:
                    act()

    def drop(self, reason: str) -> None:
        """The session ends, if there is one, and the part seeks the broker anew."""
        if self.linked:
            self._end()
            if self._seeking:
                self._hear(Unlinked(reason))
                self._later(RETRY_S, self._seeking)

    # Between broker and wire

    def offer(self, message: Publish) -> None:
        """The broker has *message* for whoever wants it."""
        kept = self._wanted(message.topic)
        if kept is None:
            return
        if message.qos == 0 and self.lose:
            self.lose -= 1
            return
        received = Received(message.topic, message.payload, retain=message.retain and not kept)
        self._down(received)
        if message.qos and self.double:
            self.double -= 1
            self._down(received, later_s=0.7)

    def _down(self, event: object, later_s: float = 0.0) -> None:
        began = self._timeline.now
        self._down_at = max(self._down_at, began + 0.001 + self.delay_s + later_s)
        self._carry(self._down_at, lambda: self._hand_over(event, began))

    def _hand_over(self, event: object, began: float) -> None:
        self._broker.longest_s = max(self._broker.longest_s, self._timeline.now - began)
        self._hear(event)

    def _arrive(self, message: Publish, began: float) -> None:
        self._broker.longest_s = max(self._broker.longest_s, self._timeline.now - began)
        self._broker.publish(message, self)
        if message.token is not None:
            self._down(Acknowledged(message.token))

    def _carry(self, at: float, act: Callable[[], None]) -> None:
        session = self._session

        def done() -> None:
            if session != self._session:
                return
            if self.stalled:
                self._held.append((session, act))
            else:
                act()

        self._timeline.after(at - self._timeline.now, done)

    def _wanted(self, topic: str) -> bool | None:
        """None if the client does not hear *topic*; otherwise whether it asked for what is kept of it."""
        if topic not in self._wants:
            words = topic.split("/")
            self._wants[topic] = next((kept for names, kept in self._filters if _matches(names, words)), None)
        return self._wants[topic]

    def _later(self, delay_s: float, search: int) -> None:
        self._timeline.after(delay_s, lambda: self._try(search))

    def _try(self, search: int) -> None:
        if search != self._seeking or self.linked:
            return
        if not (self._broker.running and self.plugged):
            self._hear(Unlinked("no route"))
            self._later(RETRY_S, search)
            return
        self._session += 1
        self.linked = True
        self._up_at = self._down_at = self._timeline.now
        self._down(Linked())
        for message in tuple(self._broker.retained.values()):
            if self._wanted(message.topic):
                self._down(Received(message.topic, message.payload, retain=True))

    def _give_up(self, session: int) -> None:
        if self.stalled and session == self._session:
            self.drop("keep alive timeout")

    def _end(self, *, will: bool = True) -> None:
        if self.linked:
            self.linked = self.stalled = False
            self._session += 1
            self._held = []
            if will and self._will is not None:
                self._broker.publish(self._will, self)


def _matches(names: Sequence[str], words: Sequence[str]) -> bool:
    return len(names) == len(words) and all(name in ("+", word) for name, word in zip(names, words, strict=True))
