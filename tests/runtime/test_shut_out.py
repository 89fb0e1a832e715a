"""What a post and the hub subscribe to while a village is shut out: all the rest, and each of it once."""

import json
from collections.abc import Collection, Sequence
from itertools import cycle, product

import pytest

from contract.domain.district import EVERYWHERE
from contract.roles import matches
from contract.wire import topics
from contract.wire.topics import (
    ActiveTopic,
    AlarmTopic,
    CommandTopic,
    LaporTopic,
    NodeTopic,
    PoskoTopic,
    ResponseTopic,
    RondaTopic,
    Topic,
)
from node import service as node_service
from node.core import step
from node.core.events import Event, Loaded
from posko import service as hub_service
from posko.operator import connection
from runtime.core.effects import Publish
from runtime.core.events import Clock, Linked, Received, Tick
from runtime.core.ration import EACH_BYTES, NEIGHBOUR, POST, Ration
from runtime.endpoint import Subscription
from tests.contract import shipped
from tests.model.district import DISTRICT, node_config

OUT = "patokan"
CLOCK = Clock(synced=True, offset_s=1_700_000_000.0)
MINUTE_S = 60
MESSAGE_BYTES = 1100  # the longest that is published here
VILLAGES = (EVERYWHERE, *shipped.district().villages)
NAMES = ("kebakaran", "pencurian", "bencana", "aman")
ALARMS = [AlarmTopic(village, name) for village, name in product(VILLAGES, NAMES)]
RAISED: list[Topic] = [*ALARMS, *(CommandTopic(village, "silence") for village in VILLAGES),
                       *map(RondaTopic, VILLAGES), ActiveTopic()]
OUTS = (frozenset({OUT}), frozenset({OUT, f"{OUT}/alarm/aman"}))
SAID: list[Topic] = [NodeTopic(village, "pos-1", kind) for village in VILLAGES[1:] for kind in ("status", "event")]


def is_taken(topic: Topic, out: Collection[str]) -> bool:
    """Whether *topic* is wanted while those *out* are shut out: of their village only what ends an alarm."""
    if getattr(topic, "village", "") != OUT or isinstance(topic, CommandTopic):
        return True
    return topic == AlarmTopic(OUT, "aman") and f"{OUT}/alarm/aman" not in out


def times(wanted: Sequence[Subscription], topic: Topic) -> int:
    """How many of the filters *wanted* match *topic*."""
    return sum(matches(each.topic, topics.write(DISTRICT, topic)) for each in wanted)


@pytest.mark.parametrize("hears", ["all", "village"])
def test_a_post_receives_what_it_received_before_but_for_the_village_that_is_out(hears: str) -> None:
    config = node_config("dawuhan", "pos-1", hears, 180.0)
    before = {topic: times(node_service.subscriptions(config), topic) for topic in RAISED}
    for out in OUTS:
        without = node_service.subscriptions(config, out)

        assert {topic: times(without, topic) for topic in RAISED} == {
            topic: count if is_taken(topic, out) else 0 for topic, count in before.items()}


def test_what_ends_an_alarm_of_the_village_that_is_out_is_taken() -> None:
    """Else it would ring on at the neighbours until its time is over, whatever its village or an operator does."""
    for ration in (hub_service.rationing(shipped.district()).ration, Ration({OUT: NEIGHBOUR}, stand_in=False)):
        while not ration.take(OUT, 1000, 0.0):
            pass
        speakers = {topic: topics.speaker(topics.write(DISTRICT, topic)) for topic in RAISED}

        assert ration.out == OUTS[0]
        assert {topic: not ration.shut_out(each) for topic, each in speakers.items()} == {
            topic: is_taken(topic, OUTS[0]) for topic in speakers}


def test_the_hub_receives_what_it_received_before_but_for_the_village_that_is_out() -> None:
    rationing = hub_service.rationing(shipped.district())
    hub: list[Topic] = [PoskoTopic("status"), CommandTopic("posko", "status"), *map(ResponseTopic, VILLAGES),
                        *map(LaporTopic, VILLAGES)]
    for out in OUTS:
        without = rationing.without(out)
        sound = {topic: times(without, topic) for topic in (*RAISED, *SAID, *hub)}

        assert sound == {topic: 1 if is_taken(topic, out) else 0 for topic in sound}
    assert all(times(hub_service.subscriptions(DISTRICT), topic) >= 1 for topic in sound)


def test_an_operators_program_follows_what_it_followed_but_for_the_village_that_is_out() -> None:
    without = connection.subscriptions(DISTRICT, sorted({*VILLAGES[1:]} - {OUT}))
    hub: list[Topic] = [PoskoTopic("status"), PoskoTopic("event"), ActiveTopic()]
    followed = {topic: times(without, topic) for topic in (*SAID, *hub)}

    assert followed == {topic: 0 if getattr(topic, "village", "") == OUT else 1 for topic in followed}
    assert {times(connection.subscriptions(DISTRICT), topic) for topic in followed} == {1}


def test_each_village_has_an_allowance_but_nobody_elses_topics_have() -> None:
    posts = {f"{name}/{post}" for name, each in shipped.district().villages.items() for post in each.posts}
    assert set(hub_service.rationing(shipped.district()).ration.allowances) == {*VILLAGES[1:], *posts}
    assert node_service.neighbours(node_config("dawuhan", "pos-1", "all", 180.0)) == set(VILLAGES[1:]) - {"dawuhan"}


def test_whatever_a_neighbours_account_has_a_post_report_the_post_keeps_to_its_ration() -> None:
    """It raises all that reaches the neighbours, with long notes, and clears it, as fast as the post takes it."""
    config = node_config("dawuhan", "pos-1", "village", 180.0)
    setup = node_service.make_setup(config, {"pins": "lgpio"})
    names = sorted(setup.audible[OUT] - {"aman"})
    neighbour, hub = Ration({OUT: NEIGHBOUR}), Ration({"dawuhan/pos-1": POST}, stand_in=False)
    state, said = step.start(setup, 0.0, CLOCK), 0

    def advance(event: Event, now: float) -> None:
        nonlocal state, said
        state, effects = step.step(state, event, now)
        for effect in effects:
            if isinstance(effect, Publish):
                said += 1
                assert not hub.take(topics.speaker(effect.topic), len(effect.topic) + len(effect.payload), now)

    advance(Loaded((), ()), 0.0)
    advance(Linked(), 0.0)
    turns, left, number = cycle((*names, *names, "aman")), NEIGHBOUR.burst, 0
    for tenth in range(10 * MINUTE_S):
        now = tenth / 10
        left += NEIGHBOUR.per_s / 10
        advance(CLOCK, now) if tenth % 50 == 0 else advance(Tick(), now)
        while left > MESSAGE_BYTES:
            topic, number = topics.write(DISTRICT, AlarmTopic(OUT, next(turns))), number + 1
            body = {"identifier": f"{number:x}".rjust(64, "i"), "note": "n" * 400}
            payload = json.dumps({} if topic.endswith("aman") else body).encode()
            assert not neighbour.take(OUT, len(topic) + len(payload), now)
            advance(Received(topic, payload, retain=False), now)
            left -= len(topic) + len(payload) + EACH_BYTES
    assert said > 200
