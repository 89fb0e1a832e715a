"""Ghosts: what a broker keeps, restores or queues sounds once when it is live, and never again."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.private_broker import PrivateBroker
from tests.support.mqtt import AS_OURSELVES, Reader, publish
from tests.support.proxy import Proxy
from tests.support.village import BASE, Post, alarm, silence

CLIENT = "situbondo.kalibagor.pos-1"
TOPIC = f"{BASE}/kalibagor/alarm/pencurian"


def keeping_broker(folder: Path) -> PrivateBroker:
    """A broker that writes everything to its disk, as most installations do."""
    kept = f"persistence true\npersistence_location {folder}/\nautosave_interval 1\nautosave_on_changes true\n"
    return PrivateBroker(folder / "broker", extra=AS_OURSELVES + kept)


def restart_node(post: Post, _broker: PrivateBroker) -> None:
    post.stop()
    post.begin()


def kill_node(post: Post, _broker: PrivateBroker) -> None:
    post.kill()
    post.begin()


def restart_broker(post: Post, broker: PrivateBroker) -> None:
    since = len(post.lines)
    broker.stop()
    broker.start()
    post.expect("linked:", since)


def kill_broker(post: Post, broker: PrivateBroker) -> None:
    since = len(post.lines)
    broker.kill()
    broker.start()
    post.expect("linked:", since)


def test_a_retained_alarm_sounds_once_with_a_warning_and_never_again(folder: Path, posts: list[Post]) -> None:
    with keeping_broker(folder) as broker, Reader(broker, f"{BASE}/kalibagor/node/pos-1/event") as reader:
        post = Post(folder / "a", broker.port).begin()
        posts.append(post)
        alarm(broker, "kalibagor", "pencurian", "-r", "-m", "maling")
        post.expect_on("siren")
        assert reader.wait(lambda came: any(
            each.members["event"] == "warning" and "retain flag" in each.members["reason"] for each in came
        ))
        silence(broker)
        post.expect_quiet()
        before = len(post.changes)
        happenings: list[Callable[[Post, PrivateBroker], None]] = [restart_node, restart_broker, kill_node, kill_broker]
        for happen in happenings:
            happen(post, broker)
            post.expect_silence(broker, before)
        with Reader(broker, TOPIC) as kept:  # which it was, all the time
            kept.fence()
            still = [(each.payload, each.retain) for each in kept.messages]

    assert still == [(b"maling", True)]


def test_clearing_a_retained_alarm_away_is_no_alarm(folder: Path, broker: PrivateBroker, posts: list[Post]) -> None:
    post = Post(folder / "a", broker.port).begin()
    posts.append(post)
    for words in (["-r", "-m", "maling"], ["-r", "-n"]):
        alarm(broker, "kalibagor", "pencurian", *words)
    post.expect_on("siren")
    post.fence(broker)
    silence(broker)
    post.expect_quiet()
    after = len(post.changes)
    alarm(broker, "kalibagor", "pencurian", "-r", "-n")
    publish(broker, f"{BASE}/kalibagor/command/silence", "-r", "-n")
    post.expect_silence(broker, after)

    assert len(post.said("sounding:")) == 1
    assert post.said("extended:") == []
    alarm(broker, "kalibagor", "kebakaran", "-n")  # empty and not retained: somebody means it
    post.expect_on("siren")


@pytest.mark.parametrize("restarted", [False, True], ids=["the node comes back", "the broker was restarted meanwhile"])
def test_an_alarm_that_a_broker_has_queued_for_a_node_sounds_nowhere(
    folder: Path, posts: list[Post], restarted: bool
) -> None:
    with keeping_broker(folder) as broker:
        post = Post(folder / "a", broker.port)
        posts.append(post)
        leave_session(broker)
        alarm(broker, "kalibagor", "pencurian", "-q", "1", "-m", "queued")
        if restarted:
            broker.stop()
            broker.start()
        post.begin()

        post.expect_silence(broker, 0)
        assert post.said("late:") + post.said("refused:") == []


def test_expired_messages_do_not_stand_in_the_way_of_a_live_one(folder: Path, posts: list[Post]) -> None:
    with keeping_broker(folder) as broker:
        post = Post(folder / "a", broker.port)
        posts.append(post)
        leave_session(broker)
        lines = b"".join(b"expired %d\n" % count for count in range(60))
        publish(broker, TOPIC, "-V", "5", "-q", "1", "-D", "publish", "message-expiry-interval", "1", "-l", body=lines)
        alarm(broker, "kalibagor", "kebakaran", "-q", "1", "-m", "queued behind them")
        time.sleep(1.1)  # the expiry itself
        post.begin()
        post.expect_silence(broker, 0)
        alarm(broker, "kalibagor", "ternak", "-q", "1", "-m", "live")

        post.expect_on("siren")
        post.expect("sounding:")
        assert len(post.said("sounding:")) == 1


def leave_session(broker: PrivateBroker) -> None:
    """A session of the node's own name, with its subscriptions, as a client that keeps sessions would leave it."""
    with Reader(broker, f"{BASE}/kalibagor/alarm/+", client_id=CLIENT):
        pass


def test_a_hundred_lost_connections_sound_nothing_and_lose_nothing(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """With a retained alarm waiting at the broker, each new connection is a chance for a ghost."""
    publish(broker, TOPIC, "-r", "-m", "yesterday")
    with Proxy(broker.port) as proxy:
        post = Post(folder / "a", proxy.port).begin()
        posts.append(post)
        for count in range(100):
            since = len(post.lines)
            proxy.cut()
            assert post.wait_line("linked:", since=since), f"after {count}: {post.lines[since:]}"
        post.expect_silence(broker, 0)
        alarm(broker, "kalibagor", "pencurian", "-m", "today")
        post.expect_on("siren")
        post.expect_on("strobe")
        before, since = len(post.changes), len(post.lines)
        proxy.cut()
        post.expect("linked:", since)

        assert [each for each in post.changes[before:] if each.output == "strobe"] == []
        post.stop()
