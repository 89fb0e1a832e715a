"""What a post and the hub subscribe to while a village is shut out: all the rest, and each of it once."""

from collections.abc import Sequence
from itertools import product

import pytest

from broker.core.roles import matches
from contract.domain.district import EVERYWHERE
from contract.wire import topics
from contract.wire.topics import ActiveTopic, AlarmTopic, CommandTopic, NodeTopic, PoskoTopic, RondaTopic, Topic
from node import service as node_service
from posko import service as hub_service
from runtime.endpoint import Subscription
from tests.contract import shipped
from tests.model.district import DISTRICT, node_config

OUT = "patokan"
VILLAGES = (EVERYWHERE, *shipped.district().villages)
NAMES = ("kebakaran", "pencurian", "bencana", "aman")
ALARMS = [AlarmTopic(village, name) for village, name in product(VILLAGES, NAMES)]
RAISED: list[Topic] = [*ALARMS, *(CommandTopic(village, "silence") for village in VILLAGES),
                       *map(RondaTopic, VILLAGES), ActiveTopic()]
SAID: list[Topic] = [NodeTopic(village, "pos-1", kind) for village in VILLAGES[1:] for kind in ("status", "event")]


def times(wanted: Sequence[Subscription], topic: Topic) -> int:
    """How many of the filters *wanted* match *topic*."""
    return sum(matches(each.topic, topics.write(DISTRICT, topic)) for each in wanted)


@pytest.mark.parametrize("hears", ["all", "village"])
def test_a_post_receives_what_it_received_before_but_for_the_village_that_is_out(hears: str) -> None:
    config = node_config("dawuhan", "pos-1", hears, 180.0)
    before = {topic: times(node_service.subscriptions(config), topic) for topic in RAISED}
    without = node_service.subscriptions(config, frozenset({OUT}))

    assert {topic: times(without, topic) for topic in RAISED} == {
        topic: 0 if getattr(topic, "village", "") == OUT else count for topic, count in before.items()}


def test_the_hub_receives_what_it_received_before_but_for_the_village_that_is_out() -> None:
    rationing = hub_service.rationing(shipped.district())
    hub: list[Topic] = [PoskoTopic("status"), CommandTopic("posko", "status")]
    without = rationing.without(frozenset({OUT}))
    sound = {topic: times(without, topic) for topic in (*RAISED, *SAID, *hub)}

    assert sound == {topic: 0 if getattr(topic, "village", "") == OUT else 1 for topic in sound}
    assert all(times(hub_service.subscriptions(DISTRICT), topic) >= 1 for topic in sound)


def test_each_village_has_an_allowance_but_nobody_elses_topics_have() -> None:
    assert set(hub_service.rationing(shipped.district()).ration.allowances) == set(VILLAGES[1:])
    assert node_service.neighbours(node_config("dawuhan", "pos-1", "all", 180.0)) == set(VILLAGES[1:]) - {"dawuhan"}
