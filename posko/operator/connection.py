"""Whom an operator's program follows over the broker, and under which name. Must not look at what arrives."""

from collections.abc import Iterable
from typing import Protocol

from contract.domain.district import District
from contract.wire import topics
from contract.wire.topics import ActiveTopic, NodeTopic, PoskoTopic
from posko.rationing import of_all
from runtime.endpoint import Endpoint, Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link


class Follower(Protocol):
    """The configuration of a program that follows a district: an operator's, or the page's."""

    @property
    def district(self) -> District:
        """The district."""

    @property
    def endpoint(self) -> Endpoint:
        """The way to the broker."""


def make_link(config: Follower, inbox: Inbox, name: str = "operator", villages: Iterable[str] = ()) -> Link:
    """A link that puts into *inbox* what the posts and the hub report; not started. Several may run at once.

    *name* is what the program is; *villages* those alone whose posts it may hear, if it is not all.

    A village that pours out reports is shut out for a while, or its faults alone would fill an operator's screen.
    """
    district = config.district.district
    broker = config.endpoint.broker(f"{district}.{name}")

    heard = frozenset(villages)

    def without(out: frozenset[str]) -> list[Subscription]:
        return subscriptions(district, sorted((heard or config.district.villages.keys()) - out))

    wanted = subscriptions(district, sorted(heard) or ("+",))
    return Link(broker, wanted, None, inbox, of_all(config.district, without))


def subscriptions(district: str, villages: Iterable[str] = ("+",)) -> list[Subscription]:
    """The topics to follow: what the posts of *villages* and the hub report. Of a status the retained one, too."""
    kinds, named = ("status", "event"), tuple(villages)
    speakers: list[NodeTopic | PoskoTopic] = [PoskoTopic(kind) for kind in kinds]
    speakers += [NodeTopic(village, "+", kind) for village in named for kind in kinds]
    found = [Subscription(topics.write(district, each), kept=each.kind == "status") for each in speakers]
    return [*found, Subscription(topics.write(district, ActiveTopic()))]
