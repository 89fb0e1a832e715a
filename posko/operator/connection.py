"""Whom an operator's program follows over the broker, and under which name. Must not look at what arrives."""

from contract.wire import topics
from contract.wire.topics import ActiveTopic, NodeTopic, PoskoTopic
from posko.config import Config
from runtime import endpoint
from runtime.endpoint import Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link


def make_link(config: Config, inbox: Inbox) -> Link:
    """A link that puts into *inbox* what the posts and the hub report; not started. Several may run at once."""
    district = config.district.district
    broker = endpoint.broker(config.settings.broker, f"{district}.operator", config.password, config.ca_file)
    return Link(broker, subscriptions(district), None, inbox)


def subscriptions(district: str) -> list[Subscription]:
    """The topics to follow: what the posts and the hub report of themselves. Of a status the retained one, too."""
    speakers = [topic for kind in ("status", "event") for topic in (NodeTopic("+", "+", kind), PoskoTopic(kind))]
    found = [Subscription(topics.write(district, each), kept=each.kind == "status") for each in speakers]
    return [*found, Subscription(topics.write(district, ActiveTopic()))]
