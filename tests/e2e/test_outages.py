"""Brokers, disks and nodes that die at the worst moment: the street first, nothing late, nothing twice."""

import fcntl
import signal
import subprocess
from pathlib import Path

import pytest

from broker.mosquitto import free_port
from runtime import clock
from testing.box import Change
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.support.mqtt import Reader, kept_at
from tests.support.proxy import Proxy
from tests.support.village import ANY_NUMBER, BASE, HOLD_S, HURRIED, Post, alarm, impatient, short_district, silence
from tests.support.waiting import wait_until


def test_a_broker_that_dies_in_the_middle_of_an_alarm_changes_no_output_and_a_press_meanwhile_arrives_once(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    with Proxy(broker.port) as proxy, Reader(broker, f"{BASE}/kalibagor/#") as reader:
        post = Post(folder / "a", proxy.port).begin()
        other = Post(folder / "b", broker.port, "kotakan").begin()
        posts += [post, other]
        alarm(broker, "kalibagor", "kecelakaan")  # in reach of its own village only
        post.expect_on("siren")
        post.expect_on("strobe")
        before = len(post.changes)
        broker.kill()
        post.expect("part=link")
        other.expect("part=link")
        unchanged = [each for each in post.changes[before:] if each.output == "strobe"]

        proxy.refuse = True  # so that the other node is back first, and there is somebody to hear the press
        post.hold("kebakaran")
        post.expect_on("siren")
        pressed_at, since = clock.now(), len(other.lines)
        broker.start()
        other.expect("linked:", since)
        reader.fence()  # it is back, too
        linked_since = len(post.lines)
        waited_s = clock.now() - pressed_at
        proxy.refuse = False
        post.expect("linked:", linked_since)
        other.expect("sounding:", since)
        other.expect_on("siren")
        post.expect("published:", linked_since)
        other.fence(broker)
        post.fence(broker)
        reader.fence()

    sent = [each.members for each in reader.messages if each.topic.endswith("/alarm/kebakaran")]
    told = [each.members for each in reader.messages if each.topic.endswith("/event")]
    pressed = [each for each in told if each["event"] == "pressed"]
    assert unchanged == []
    assert len(other.said("sounding:")) == len(pressed) == 1
    assert {each["identifier"] for each in sent} == {pressed[0]["identifier"]}
    assert sent[0]["age_s"] > waited_s > 0


def test_a_node_without_a_broker_rings_its_own_siren_once_its_button_was_held(folder: Path, posts: list[Post]) -> None:
    post = Post(folder / "a", free_port()).begin(linked=False)
    posts.append(post)
    pressed_at = clock.now()
    post.hold("pencurian")
    post.expect_on("siren")

    assert rung(post).at - pressed_at >= HOLD_S


def rung(post: Post) -> Change:
    """When its siren began."""
    return next(each for each in post.sounds() if each.output == "siren")


def test_a_node_whose_disk_cannot_be_written_rings_all_the_same_and_says_so_everywhere(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    (folder / "file").touch()
    place = f"{BASE}/kalibagor/node/pos-1"
    with Reader(broker, f"{place}/#") as reader:
        post = Post(folder / "a", broker.port, state_dir=str(folder / "file" / "state")).begin()
        posts.append(post)
        post.expect("fault: ")
        post.expect_on("lamp pencurian")
        assert reader.wait(lambda came: any(
            "cannot write" in str(each.members.get("faults", {}).get("journal")) for each in came
            if each.topic == f"{place}/status"
        ))
        assert reader.wait(lambda came: any(
            each.members.get("event") == "fault" and each.members.get("part") == "journal" for each in came
        ))
        pressed_at = clock.now()
        post.hold("pencurian")
        post.expect_on("siren")
        post.expect("published:")
        silence(broker)
        post.expect_quiet()
        alarm(broker, "kalibagor", "kebakaran")
        post.expect_on("siren")

    assert rung(post).at - pressed_at >= HOLD_S


def test_after_a_long_outage_a_press_is_reported_late_and_sounds_nowhere(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """The outage is longer than the incident's duration, which is short here."""
    district = short_district(folder / "district")
    with Proxy(broker.port) as proxy, Reader(broker, f"{BASE}/kalibagor/#") as reader:
        post = Post(folder / "a", proxy.port, district=str(district)).begin(impatient(folder, ANY_NUMBER, HURRIED))
        other = Post(folder / "b", broker.port, "kotakan").begin()
        posts += [post, other]
        proxy.refuse = True
        proxy.cut()
        post.expect("part=link")
        post.hold("pencurian")
        post.expect("finished:")
        proxy.refuse = False
        post.expect("late:")
        assert reader.wait(lambda came: any(each.members.get("event") == "late" for each in came if each.payload))
        other.expect_silence(broker, 0)
        assert reader.wait(
            lambda came: [each.members.get("outbox") for each in came if each.topic.endswith("/status")][-1] == 0
        )
        reader.fence()

    assert [each for each in reader.messages if "/alarm/" in each.topic] == []


def kept(post: Post) -> list[str]:
    """The presses in the node's outbox, on its disk."""
    return [identifier for (identifier,) in post.rows("SELECT identifier FROM outbox")]


def test_a_press_survives_the_power_cut_that_follows_it_and_rings_elsewhere_exactly_once(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    with Proxy(broker.port) as proxy, Reader(broker, f"{BASE}/kalibagor/alarm/pencurian") as reader:
        proxy.refuse = True
        post = Post(folder / "a", proxy.port).begin(linked=False)
        other = Post(folder / "b", broker.port, "kotakan").begin()
        posts += [post, other]
        post.hold("pencurian")
        post.expect_on("siren")
        assert wait_until(lambda: len(kept(post)) == 1)
        (identifier,) = kept(post)
        post.kill()
        before = len(post.changes)
        proxy.refuse = False
        post.begin(impatient(folder, HURRIED, "node.core.outbox.REPEAT_S = 0.5"))
        other.expect_on("siren")
        post.expect("published:")
        own = post.sounds(before)
        assert wait_until(lambda: kept(post) == [])
        post.kill()
        since = len(post.lines)
        post.begin()
        post.fence(broker)
        other.fence(broker)
        reader.fence()

    assert own == []
    assert {each.members["identifier"] for each in reader.messages} == {identifier}
    assert len(other.said("sounding:")) == 1
    assert post.said("published:", since) == []


def test_a_power_cut_in_the_middle_of_an_alarm_leaves_silence_where_no_hub_knows_better(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    post = Post(folder / "a", broker.port).begin()
    posts.append(post)
    alarm(broker, "kalibagor", "bencana", "-m", '{"identifier": "one"}')
    post.hold("kebakaran")
    post.expect("published:")
    post.expect_on("strobe")
    post.kill()
    before = len(post.changes)
    post.begin()
    post.expect_quiet()
    post.expect_silence(broker, before)
    alarm(broker, "kalibagor", "bencana", "-m", '{"identifier": "one"}')  # delivered a second time
    post.expect("identifier seen before")
    post.expect_silence(broker, before)
    alarm(broker, "kalibagor", "bencana", "-m", '{"identifier": "two"}')

    post.expect_on("siren")


def test_the_status_is_kept_at_the_broker_and_says_offline_when_the_node_dies_or_leaves(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    def state(reader: Reader) -> str | None:
        return reader.messages[-1].members["state"] if reader.messages else None

    def kept() -> list[tuple[bool, str]]:
        return [(each.retain, each.members["state"]) for each in kept_at(broker, topic)]

    topic = f"{BASE}/kalibagor/node/pos-1/status"
    post = Post(folder / "a", broker.port)
    posts.append(post)
    with Reader(broker, topic) as reader:
        post.begin()
        assert reader.wait(lambda _: state(reader) == "ready")
        alarm(broker, "kalibagor", "kebakaran")
        assert reader.wait(lambda _: state(reader) == "sounding")
        sounding = reader.messages[-1].members
        assert kept() == [(True, "sounding")]
        post.kill()
        assert reader.wait(lambda _: state(reader) == "offline")
        killed = reader.messages[-1].members
        assert kept() == [(True, "offline")]  # the will is kept, too, for who subscribes after it has come
        post.begin()
        assert reader.wait(lambda _: state(reader) == "ready")
        alarm(broker, "kalibagor", "ternak")
        post.expect_on("siren")
        process = post._process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        post.expect_quiet()
        code = process.wait(LIMIT_S)
        assert reader.wait(lambda _: state(reader) == "offline")
        left = reader.messages[-1].members
        assert kept() == [(True, "offline")]

    assert sounding["sounding"]["incident"] == "kebakaran"
    assert sounding["drivers"]["simulated"] is True
    assert (killed["reason"], left["reason"]) == ("connection lost", "stopped")
    assert (code, killed["boot"] != left["boot"]) == (0, True)


class Unread(Post):
    """A post whose node writes into a pipe that nobody reads, or, once *gone*, that has no other end."""

    def begin_unread(self) -> None:
        self.start()
        assert self._process is not None
        assert self._process.stdout is not None
        self._pipe = self._process.stdout
        fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, 4096)
        assert self.wait(lambda box: box.wired)

    def _watch_lines(self, process: "subprocess.Popen[str]") -> None:
        pass

    def hang_up(self) -> None:
        self._pipe.close()


@pytest.mark.parametrize("gone", [False, True], ids=["hangs", "is gone"])
def test_a_node_rings_though_who_reads_its_output_hangs_or_is_gone(
    folder: Path, broker: PrivateBroker, gone: bool
) -> None:
    post = Unread(folder / "a", broker.port)
    post.begin_unread()
    try:
        with Reader(broker, f"{BASE}/kalibagor/node/pos-1/#") as reader:
            assert reader.wait(lambda came: any(each.members.get("state") == "ready" for each in came))
            if gone:
                post.hang_up()
            for count in range(25):
                alarm(broker, "kalibagor", "xyzzy", "-m", f'{{"identifier": "{"x" * 100}{count}"}}')
            assert reader.wait(lambda came: len([1 for each in came if each.members.get("event") == "refused"]) >= 20)
        pressed_at = clock.now()
        post.contact("pencurian", closed=True)
        post.expect_on("siren")
        assert post.running
    finally:
        post.kill()
        post.hang_up()

    assert rung(post).at - pressed_at >= HOLD_S
