"""Whom an operator's program follows over the broker, and under which name. Must not look at what arrives."""

from collections.abc import Iterable

from contract.wire import topics
from contract.wire.topics import ActiveTopic, NodeTopic, PoskoTopic
from posko.config import Config
from posko.rationing import of_all
from runtime import endpoint
from runtime.endpoint import Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link


def make_link(config: Config, inbox: Inbox) -> Link:
    """A link that puts into *inbox* what the posts and the hub report; not started. Several may run at once.

    A village that pours out reports is shut out for a while, or its faults alone would fill an operator's screen.
    """
    district = config.district.district
    broker = endpoint.broker(config.settings.broker, f"{district}.operator", config.password, config.ca_file)

    def without(out: frozenset[str]) -> list[Subscription]:
        return subscriptions(district, sorted(config.district.villages.keys() - out))

    return Link(broker, subscriptions(district), None, inbox, of_all(config.district, without))


def subscriptions(district: str, villages: Iterable[str] = ("+",)) -> list[Subscription]:
    """The topics to follow: what the posts of *villages* and the hub report. Of a status the retained one, too."""
    kinds, named = ("status", "event"), tuple(villages)
    speakers: list[NodeTopic | PoskoTopic] = [PoskoTopic(kind) for kind in kinds]
    speakers += [NodeTopic(village, "+", kind) for village in named for kind in kinds]
    found = [Subscription(topics.write(district, each), kept=each.kind == "status") for each in speakers]
    return [*found, Subscription(topics.write(district, ActiveTopic()))]
