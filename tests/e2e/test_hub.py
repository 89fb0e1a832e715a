"""The hub's beacon, spoken by hand: a node that missed an alarm rings, one whose alarm is over stops."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import clock
from testing.private_broker import PrivateBroker
from tests.support.mqtt import Message, Reader, publish
from tests.support.proxy import Proxy
from tests.support.village import BASE, HURRIED, SOUNDS, Hub, Post, alarm, impatient, listed, silence
from tests.support.waiting import wait_until

GAP = "contract.wire.timing.HUB_LOST_S = 2.0"  # 15 s in a village


@pytest.fixture
def post(folder: Path, broker: PrivateBroker) -> Iterator[Post]:
    made = Post(folder / "a", broker.port, hub=True)
    yield made.begin()
    made.stop()


def test_what_the_hub_lists_sounds_and_stops_when_it_no_longer_does(broker: PrivateBroker, post: Post) -> None:
    hub = Hub(broker)
    hub.beacon(listed("one", "pencurian", "kotakan", note="sawah"))
    post.expect_on("siren")
    post.expect("sounding:")
    hub.beacon(listed("one", "pencurian", "kotakan"), listed("two", "bencana", "olean"))
    post.expect("incident=bencana")
    hub.beacon(listed("two", "bencana", "olean"))
    post.expect("cleared:")
    still = post.on("strobe")
    hub.beacon()
    post.expect_quiet()
    before = len(post.changes)
    hub.beacon(listed("one", "pencurian", "kotakan"))  # what was over stays over

    post.expect_silence(broker, before)
    assert still
    assert "origin=hub" in post.said("sounding:")[0]


def test_what_the_hub_lists_out_of_reach_or_without_sound_sounds_nothing(broker: PrivateBroker, post: Post) -> None:
    Hub(broker).beacon(
        listed("far", "pencurian", "olean"), listed("gone", "pencurian", "kotakan", remaining_s=0.5),
        listed("unknown", "xyzzy", "kalibagor"), listed("nowhere", "pencurian", "xyzzy"),
    )

    post.expect_silence(broker, 0)


def test_an_alarm_that_is_heard_directly_and_listed_sounds_once_and_unbroken(broker: PrivateBroker, post: Post) -> None:
    hub = Hub(broker)
    alarm(broker, "kalibagor", "kebakaran", "-m", '{"identifier": "one"}')
    post.expect_on("siren")
    post.expect_on("strobe")
    before = len(post.changes)
    for age_s in (1.0, 2.0, 3.0):
        hub.beacon(listed("one", "kebakaran", "kalibagor", age_s=age_s, remaining_s=180.0 - age_s))
    post.fence(broker)
    unbroken = [each for each in post.changes[before:] if each.output in SOUNDS]
    hub.beacon()
    post.expect_quiet()

    assert unbroken == []
    assert len(post.said("sounding:")) == 1


def test_what_was_silenced_stays_silent_though_it_is_listed(broker: PrivateBroker, post: Post) -> None:
    hub = Hub(broker)
    hub.beacon(listed("one", "kebakaran", "kalibagor"))
    post.expect_on("siren")
    silence(broker)
    post.expect_quiet()
    before = len(post.changes)
    hub.beacon(listed("one", "kebakaran", "kalibagor"))
    post.expect_silence(broker, before)
    hub.beacon(listed("one", "kebakaran", "kalibagor"), listed("two", "ternak", "kalibagor"))

    post.expect_on("siren")


def test_beacons_that_are_none_change_nothing(broker: PrivateBroker, post: Post) -> None:
    hub = Hub(broker)
    hub.beacon(listed("one", "kebakaran", "kalibagor"))
    post.expect_on("siren")
    post.expect_on("strobe")
    before, since = len(post.changes), len(post.lines)
    for body in (b"", b"{", b"[]", b'{"boot": "hub", "seq": "9", "alarms": []}', b"\xff", b"x" * 60_000,
                 b'{"boot": "hub", "seq": 9, "alarms": [{"identifier": "one"}]}'):
        publish(broker, f"{BASE}/active", body=body)
    post.fence(broker)

    assert [each for each in post.changes[before:] if each.output == "strobe"] == []
    assert len(post.said("refused:", since)) == 7


def test_a_power_cut_in_the_middle_of_an_alarm_is_over_within_a_beacon_and_silence_stays_silence(
    broker: PrivateBroker, post: Post
) -> None:
    hub = Hub(broker)
    alarm(broker, "kalibagor", "bencana", "-m", '{"identifier": "one"}')
    post.expect_on("siren")
    post.fence(broker)
    post.kill()
    stuck = post.on("strobe")
    before = len(post.changes)
    post.begin()
    post.expect_silence(broker, before)
    hub.beacon(listed("one", "bencana", "kalibagor"))
    post.expect_on("siren")
    silence(broker)
    post.expect_quiet()
    assert wait_until(lambda: post.rows("SELECT identifier, over FROM names") == [("one", 1)])
    post.kill()
    after = len(post.changes)
    post.begin()
    hub.beacon(listed("one", "bencana", "kalibagor"))

    post.expect_silence(broker, after)
    assert stuck  # a pin keeps its level when the process dies; the next start drives it to rest


def test_a_missing_beacon_is_a_fault_changes_nothing_and_makes_a_new_connection(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    with Reader(broker, f"{BASE}/kalibagor/node/pos-1/status") as reader:
        post = Post(folder / "a", broker.port, hub=True).begin(impatient(folder, HURRIED, GAP))
        posts.append(post)
        hub = Hub(broker)
        hub.beacon(listed("one", "kebakaran", "kalibagor"))
        sounding = post.line_of("sounding:")
        post.expect_on("siren")
        post.expect_on("strobe")
        before = len(post.changes)
        since = post.line_of("part=hub reason=no beacon", sounding)
        post.expect("linked:", since)
        unchanged = [each for each in post.changes[before:] if each.output == "strobe"]
        assert reader.wait(lambda came: any("no beacon" in str(each.members.get("faults")) for each in came))
        alarm(broker, "kalibagor", "bencana")  # heard directly
        post.expect("incident=bencana", since)
        hub.beacon(listed("one", "kebakaran", "kalibagor"))
        post.expect("recovered: ", since)
        assert reader.wait(lambda came: came[-1].members.get("faults") == {})

    assert unchanged == []


def test_a_connection_that_is_dead_unnoticed_is_replaced_after_a_missing_beacon(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    with Proxy(broker.port) as proxy:
        post = Post(folder / "a", proxy.port, hub=True).begin(impatient(folder, HURRIED, GAP))
        posts.append(post)
        hub = Hub(broker)
        hub.beacon()
        post.fence(broker)
        proxy.swallow()
        since = len(post.lines)
        alarm(broker, "kalibagor", "pencurian", "-m", '{"identifier": "one"}')  # which it cannot hear
        hub.beacon(listed("one", "pencurian", "kalibagor"))
        post.expect("linked:", since)
        assert post.sounds() == []
        hub.beacon(listed("one", "pencurian", "kalibagor"))

        post.expect_on("siren")
        post.stop()


def test_a_press_is_kept_until_the_hub_lists_it(broker: PrivateBroker, post: Post) -> None:
    with Reader(broker, f"{BASE}/kalibagor/#") as reader:
        pressed_at = clock.now()
        post.hold("pencurian")
        assert reader.wait(lambda came: any(each.topic.endswith("/alarm/pencurian") for each in came))
        came_at = clock.now()
        (sent,) = [each.members for each in reader.messages if each.topic.endswith("/alarm/pencurian")]
        post.expect("published:")
        hub = Hub(broker)
        hub.beacon()
        kept = outbox_at(reader, post.fence(broker))
        hub.beacon(listed(sent["identifier"], "pencurian", "kalibagor"))
        post.expect("listed:")
        dropped = outbox_at(reader, post.fence(broker))

    assert (kept, dropped) == (1, 0)
    assert 0 <= sent["age_s"] < came_at - pressed_at
    assert post.on("strobe")


def outbox_at(reader: Reader, fence: str) -> int:
    """How many presses waited when the node answered *fence*, by the last status before that answer."""
    def answered(came: list[Message]) -> bool:
        return any(each.members.get("identifier") == fence for each in came if each.topic.endswith("/event"))

    assert reader.wait(answered)
    waiting: int = [each.members["outbox"] for each in reader.messages if each.topic.endswith("/status")][-1]
    return waiting
