"""Whom an operator's program follows over the broker, and under which name. Must not look at what arrives."""

from collections.abc import Iterable

from contract.wire import topics
from contract.wire.topics import ActiveTopic, NodeTopic, PoskoTopic
from posko.config import Config
from runtime import endpoint
from runtime.core.ration import Ration, of_district
from runtime.endpoint import Subscription
from runtime.inbox import Inbox
from runtime.mqtt import MAX_PACKET, Link, Rationing


def make_link(config: Config, inbox: Inbox) -> Link:
    """A link that puts into *inbox* what the posts and the hub report; not started. Several may run at once.

    A village that pours out reports is shut out for a while, or its faults alone would fill an operator's screen.
    """
    district = config.district.district
    broker = endpoint.broker(config.settings.broker, f"{district}.operator", config.password, config.ca_file)
    posts = {name: each.posts for name, each in config.district.villages.items()}

    def without(out: frozenset[str]) -> list[Subscription]:
        return subscriptions(district, sorted(posts.keys() - out))

    rationing = Rationing(Ration(of_district(posts), stand_in=False), without, "nothing from there is received",
                          MAX_PACKET, renew=False)
    return Link(broker, subscriptions(district), None, inbox, rationing)


def subscriptions(district: str, villages: Iterable[str] = ("+",)) -> list[Subscription]:
    """The topics to follow: what the posts of *villages* and the hub report. Of a status the retained one, too."""
    kinds, named = ("status", "event"), tuple(villages)
    speakers: list[NodeTopic | PoskoTopic] = [PoskoTopic(kind) for kind in kinds]
    speakers += [NodeTopic(village, "+", kind) for village in named for kind in kinds]
    found = [Subscription(topics.write(district, each), kept=each.kind == "status") for each in speakers]
    return [*found, Subscription(topics.write(district, ActiveTopic()))]
