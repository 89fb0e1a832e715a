"""Somebody who responds to what the beacon lists, and publishes each response until the hub shows that it has it."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from contract.domain.alarm import Key
from contract.wire import topics
from contract.wire.beacon import Beacon, read_beacon
from contract.wire.event import Kind
from contract.wire.response import Response, Step, write_response
from contract.wire.topics import ActiveTopic, PoskoTopic, ResponseTopic
from runtime.core.effects import Publish
from runtime.core.events import Linked, Received
from runtime.endpoint import Subscription
from tests.model.network import Broker, Client

DISTRICT = "situbondo"
RESEND_S = 2.0
BY = "petugas/polsek"


class Given(NamedTuple):
    """A response: the alarm's key and a name that the beacon listed, and the step."""

    key: Key
    identifier: str
    step: Step


class Responder:
    """A program of a responder's; it does not die."""

    def __init__(self, broker: Broker) -> None:
        self._timeline = broker.timeline
        wanted = [Subscription(topics.write(DISTRICT, each)) for each in (ActiveTopic(), PoskoTopic("event"))]
        self.client = Client(broker, wanted, self._hear)
        self.client.seek(None)
        self.beacon: Beacon | None = None
        self.waiting: dict[Given, float] = {}  # since when
        self.recorded: set[Given] = set()

    def respond(self, number: int, step: Step) -> None:
        """Responds to one of those alarms that the last beacon lists as kept, if there is any."""
        kept = [each for each in self.beacon.alarms if each.kept] if self.beacon is not None else []
        if kept:
            chosen = kept[number % len(kept)]
            given = Given(chosen.key, chosen.identifier, step)
            if given not in self.waiting and given not in self.recorded:
                self.waiting[given] = self._timeline.now
                self._send(given)

    def _send(self, given: Given) -> None:
        if given in self.waiting:
            body = Response(identifier=given.identifier, incident=given.key.incident, by=BY, step=given.step,
                            age_s=self._timeline.now - self.waiting[given])
            self.client.send(Publish(topics.write(DISTRICT, ResponseTopic(given.key.village)), write_response(body)))
            self._timeline.after(RESEND_S, lambda: self._send(given))

    def _hear(self, event: object) -> None:
        match event:
            case Linked():
                pass
            case Received(topic, payload) if topic.endswith("/active"):
                read = read_beacon(payload)
                assert isinstance(read, Beacon)
                self.beacon = read
                self._look(read)
            case Received(topic, payload) if topic.endswith("/event"):
                self._look_at_event(json.loads(payload))

    def _look(self, read: Beacon) -> None:
        for alarm in read.alarms:
            for each in alarm.responses:
                if each.kept and each.by == BY:
                    self._done([given for given in self.waiting if given.key == alarm.key and given.step == each.step
                                and given.identifier in (alarm.identifier, *alarm.also)])

    def _look_at_event(self, event: Mapping[str, object]) -> None:
        if event["event"] == Kind.RESPONDED.value:
            about = Given(Key(str(event["village"]), str(event["incident"])), str(event["identifier"]),
                          Step(str(event["step"])))
            self._done([about] if about in self.waiting else [])

    def _done(self, found: list[Given]) -> None:
        for given in found:
            del self.waiting[given]
            self.recorded.add(given)
