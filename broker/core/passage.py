"""Which message goes which way between a village's broker and the district's. Pure; must not send one."""

from collections.abc import Iterable

from contract import roles
from contract.wire import topics
from contract.wire.topics import Topic
from runtime.core.effects import Publish
from runtime.core.events import Received

STALE_S = 5.0  # what waited longer here is not passed on: an outbox and the next beacon make it good


def outward(district: str, village: str) -> list[str]:
    """The topic filters of what the village says to the district."""
    return _names(district, roles.bridged_out(village))


def inward(district: str, village: str, others: Iterable[str] = ()) -> list[str]:
    """The topic filters of what the district says to the village, and the hubs of *others* with neighbours of it."""
    return _names(district, roles.bridged_in(village, others))


def passed(filters: list[str], message: Received, age_s: float) -> Publish | None:
    """What becomes of *message*, which has waited for *age_s*, at the other end of the way that has *filters*."""
    if age_s > STALE_S or not any(roles.matches(each, message.topic) for each in filters):
        return None
    return Publish(message.topic, message.payload, retain=message.retain, qos=0)


def _names(district: str, found: tuple[Topic, ...]) -> list[str]:
    return [topics.write(district, each) for each in found]
