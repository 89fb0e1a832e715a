"""A real hub with real nodes on a real Mosquitto: what an edge loses, the level brings; and what is over stays over."""

import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime import clock
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from testing.storm import Storm
from tests.support.mqtt import Message, Reader, kept_at, publish
from tests.support.proxy import Proxy
from tests.support.shifted import LINE, VARIABLE, set_clock
from tests.support.village import (
    ANY_NUMBER,
    BASE,
    HURRIED,
    OFTEN,
    Post,
    alarm,
    impatient,
    short_district,
    silence,
)
from tests.support.waiting import wait_until


def hasty(folder: Path, *constants: str) -> dict[str, str]:
    """An environment in which a beacon comes twice a second, and links come back at once."""
    return impatient(folder, *constants, HURRIED, OFTEN)


@pytest.fixture
def hub(folder: Path, broker: PrivateBroker) -> Iterator[Posko]:
    posko = Posko(folder / "posko", broker.port)
    posko.begin(hasty(folder))
    yield posko
    posko.kill()


def begin(folder: Path, port: int, posts: list[Post], village: str = "kalibagor", **extra: Any) -> Post:
    post = Post(folder / village, port, village, hub=True, **extra)
    posts.append(post)
    return post.begin()


def beacons(reader: Reader) -> list[dict[str, Any]]:
    return [each.members for each in reader.messages if each.topic == f"{BASE}/active"]


# What was missed.


def test_a_post_that_was_off_rings_when_it_starts_whatever_the_qos_and_stays_silent_after_the_end(
    folder: Path, broker: PrivateBroker, hub: Posko, posts: list[Post]
) -> None:
    alarm(broker, "kalibagor", "kebakaran", "-q", "0", "-m", "rumah Pak RT 3")
    hub.expect("accepted:")
    post = begin(folder, broker.port, posts)
    post.expect_on("siren")
    post.stop()
    alarm(broker, "kalibagor", "aman", "-q", "0")
    hub.expect("cleared:")
    before = len(post.changes)
    post.begin()
    post.expect_silence(broker, before)


def test_what_a_post_missed_reaches_it_when_its_link_returns(
    folder: Path, broker: PrivateBroker, hub: Posko, posts: list[Post]
) -> None:
    with Proxy(broker.port) as proxy:
        post = begin(folder, proxy.port, posts)
        proxy.refuse = True
        proxy.cut()
        post.expect("fault: ")
        alarm(broker, "kalibagor", "kebakaran", "-q", "0")
        hub.expect("accepted:")
        proxy.refuse = False
        post.expect_on("siren")
        post.expect_on("strobe")

        since = len(post.lines)
        proxy.refuse = True
        proxy.cut()
        post.expect("fault: ", since)
        silence(broker, "kalibagor")
        hub.expect("silenced:")
        proxy.refuse = False
        post.expect("silenced: ", since)
        post.expect_quiet()

        alarm(broker, "kalibagor", "bencana")
        post.expect_on("siren")
        since = len(post.lines)
        proxy.refuse = True
        proxy.cut()
        post.expect("fault: ", since)
        alarm(broker, "kalibagor", "aman", "-q", "0")
        hub.expect("cleared:")
        proxy.refuse = False
        post.expect("cleared: ", since)
        post.expect_quiet()
        post.stop()


def test_a_press_during_a_broker_outage_rings_the_others_when_the_broker_is_back(
    folder: Path, broker: PrivateBroker, hub: Posko, posts: list[Post]
) -> None:
    pressed, other = begin(folder, broker.port, posts), begin(folder, broker.port, posts, "kotakan")
    with_broker = len(pressed.lines)
    broker.kill()
    pressed.expect("fault: ", with_broker)
    pressed.hold("pencurian")
    pressed.expect_on("siren")
    assert other.sounds() == []
    broker.start()
    other.expect_on("siren")
    other.expect("sounding:")
    pressed.expect("listed: ", with_broker)
    (row,) = hub.rows('SELECT incident, origin, "end" FROM alarms')

    assert row == ("pencurian", "kalibagor/pos-1", None)
    assert len(pressed.said("sounding:")) == len(other.said("sounding:")) == 1


def test_a_press_that_waited_too_long_is_written_down_as_late_and_sounds_nowhere(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """The one press is older than its alarm's duration by the time there is a link: two seconds, in this district."""
    district = short_district(folder / "district")
    env = hasty(folder, ANY_NUMBER)
    post = Post(folder / "a", broker.port, hub=True, district=str(district))
    other = Post(folder / "b", broker.port, "kotakan", hub=True, district=str(district))
    posts += [post, other]
    hub = Posko(folder / "posko", broker.port, district)
    try:
        hub.begin(env)
        for each in (post, other):
            each.begin(env)
        since = len(post.lines)
        broker.kill()
        post.expect("fault: ", since)
        post.hold("pencurian")
        post.expect("finished: ", since)
        broker.start()
        post.expect("late: ", since)
        post.expect("listed: ", since)  # the hub has the report, so that it need not be said again
        rows = hub.rows('SELECT incident, origin, "end" FROM alarms')
    finally:
        hub.kill()

    assert rows == [("pencurian", "kalibagor/pos-1", "late")]
    assert other.sounds() == []


# The hub dies.


def test_a_dead_hub_stops_nothing_is_noticed_and_takes_up_where_it_was(
    folder: Path, broker: PrivateBroker, hub: Posko, posts: list[Post]
) -> None:
    post = Post(folder / "a", broker.port, hub=True).begin(hasty(folder, "contract.wire.timing.HUB_LOST_S = 3.0"))
    posts.append(post)
    alarm(broker, "kalibagor", "kebakaran")
    hub.expect("accepted:")
    post.expect_on("siren")
    post.expect_on("strobe")
    hub.expect_rows([("kebakaran",)], "SELECT incident FROM alarms")
    before, since = len(post.changes), len(post.lines)
    hub.kill()
    post.expect("part=hub", since)
    post.expect("linked:", since)  # on a new connection, in case the old one was dead
    unchanged = [each for each in post.changes[before:] if each.output == "strobe"]
    alarm(broker, "kalibagor", "bencana")  # heard directly
    post.expect("incident=bencana", since)
    said = len(hub.lines)
    with Reader(broker, f"{BASE}/active") as reader:
        hub.begin(hasty(folder))
        assert reader.wait(bool)
    post.expect("recovered: ", since)
    kept = [each["incident"] for each in beacons(reader)[0]["alarms"]]

    assert unchanged == []
    assert kept == ["kebakaran"]
    assert hub.wait_line("restored:", since=said)
    assert [line for line in post.said("cleared:", since) if "kebakaran" in line] == []


def test_a_hub_that_is_killed_is_found_offline_by_those_who_subscribe_only_afterwards(
    broker: PrivateBroker, hub: Posko
) -> None:
    topic = f"{BASE}/posko/status"
    with Reader(broker, topic) as reader:
        assert reader.wait(lambda came: any(each.members["state"] != "offline" for each in came))
        hub.kill()
        assert reader.wait(lambda came: came[-1].members["state"] == "offline")

    found = kept_at(broker, topic)
    assert [(each.retain, each.members["state"], each.members.get("reason")) for each in found] == [
        (True, "offline", "connection lost")]


def test_a_retained_alarm_is_cleared_away_and_sounds_once_whatever_is_started_again(
    folder: Path, broker: PrivateBroker, hub: Posko, posts: list[Post]
) -> None:
    post = begin(folder, broker.port, posts)
    topic = f"{BASE}/kalibagor/alarm/kebakaran"
    with Reader(broker, topic) as reader:
        publish(broker, topic, "-r", "-m", '{"identifier": "one"}')
        post.expect_on("siren")
        post.expect("warning:")
        assert reader.wait(lambda came: len(came) == 2 and came[1].payload == b"")
    alarm(broker, "kalibagor", "aman")
    post.expect("cleared:")
    post.expect("finished:")
    before = len(post.changes)
    post.stop()
    post.begin()
    hub.kill()
    hub.begin(hasty(folder))
    broker.kill()
    since = len(post.lines)
    broker.start()
    post.expect("linked:", since)
    post.expect_silence(broker, before)
    with Reader(broker, topic) as reader:
        kept = reader.messages

    assert kept == []


# The hub's disk.


def test_without_a_disk_the_hub_repeats_all_the_same_says_so_and_posts_hold_on_to_their_presses(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    (folder / "posko").mkdir()
    (folder / "posko" / "state").write_text("a file where the folder should be", "utf-8")
    hub = Posko(folder / "posko", broker.port)
    with Reader(broker, f"{BASE}/active", f"{BASE}/posko/status") as reader:
        hub.begin(hasty(folder, "runtime.database.RETRY_S = 1.0"))
        post = begin(folder, broker.port, posts)
        since = len(post.lines)
        post.hold("pencurian")
        listed = reader.wait(lambda came: any(each.get("alarms") for each in actives(came)))
        alarms = next(each["alarms"] for each in actives(reader.messages) if each["alarms"])
        faulted = reader.wait(lambda came: any("journal" in str(each.members.get("faults")) for each in came))
        dropped = post.said("listed:", since)
        (folder / "posko" / "state").unlink()  # somebody repairs the disk
        post.expect("listed: ", since)
        hub.kill()

    assert (listed, faulted, dropped) == (True, True, [])
    assert [each["kept"] for each in alarms] == [False]
    assert [row[0] for row in hub.rows("SELECT incident FROM alarms")] == ["pencurian"]


def kinds(beacon: dict[str, Any]) -> set[str]:
    return {each["incident"] for each in beacon["alarms"] if not each.get("kept", True)}


def actives(messages: list[Message]) -> list[dict[str, Any]]:
    return [each.members for each in messages if each.topic.endswith("/active")]


def test_a_full_disk_is_a_fault_of_the_hub_and_no_end(folder: Path, broker: PrivateBroker) -> None:
    """No file may grow any more, as on a file system that is full."""
    hub = Posko(folder / "posko", broker.port).begin(hasty(folder))
    with Reader(broker, f"{BASE}/active") as reader:
        try:
            alarm(broker, "kalibagor", "pencurian")
            hub.expect("accepted:")
            since = len(hub.lines)
            resource.prlimit(hub.pid, resource.RLIMIT_FSIZE, (0, 0))
            alarm(broker, "kalibagor", "kebakaran")
            hub.expect("incident=kebakaran", since)
            hub.expect("part=journal", since)
            kept = reader.wait(lambda came: any({"kebakaran"} <= kinds(each) for each in actives(came)))
        finally:
            hub.kill()

    assert kept


def test_a_hub_that_has_lost_its_disk_learns_from_a_post_what_is_in_force_and_rings_a_post_that_was_off(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    hub = Posko(folder / "posko", broker.port).begin(hasty(folder))
    try:
        begin(folder, broker.port, posts)
        alarm(broker, "kalibagor", "pencurian")
        posts[0].expect_on("siren")
        hub.kill()
        shutil.rmtree(hub.state_dir)
        hub.begin(hasty(folder))
        hub.expect("restored:")
        begin(folder, broker.port, posts, "kotakan").expect_on("siren")
        hub.expect_rows([("kalibagor", "pencurian", None)], 'SELECT village, incident, "end" FROM alarms')
    finally:
        hub.kill()


# What is typed wrong, and who is doubled.


@pytest.mark.parametrize(("topic", "hint"), [
    ("situbondo/kalibagor/alarm/pencurain", "did you mean pencurian?"),
    ("situbondo/kalibagur/alarm/pencurian", "did you mean kalibagor?"),
    ("situbondo/kalibagor/command/silense", "did you mean silence?"),
    ("situbondo/kalibagor/alrm/pencurian", "did you mean …/alarm/…?"),
    ("situbundo/kalibagor/alarm/pencurian", "did you mean situbondo?"),
])
def test_a_typo_is_answered_with_the_nearest_name(
    broker: PrivateBroker, hub: Posko, topic: str, hint: str
) -> None:
    answers(broker, hub, f"kentongan/{topic}", hint)


@pytest.mark.parametrize("topic", [
    "/kentongan/situbondo/kalibagor/alarm/pencurian", "kentongan/situbondo/kalibagor/alarm/pencurian/",
    "Kentongan/situbondo/kalibagor/alarm/pencurian", "kentongan/SITUBONDO/kalibagor/alarm/pencurian",
    "'kentongan/situbondo/kalibagor/alarm/pencurian'",
])
def test_a_topic_in_another_spelling_reaches_the_hub_and_is_answered(
    broker: PrivateBroker, hub: Posko, topic: str
) -> None:
    answers(broker, hub, topic, "write kentongan/situbondo/kalibagor/alarm/pencurian,")


def test_a_command_with_a_slash_too_many_reaches_the_hub_and_is_answered(broker: PrivateBroker, hub: Posko) -> None:
    answers(broker, hub, f"{BASE}/kalibagor/command/silence/", f"write {BASE}/kalibagor/command/silence,")


def answers(broker: PrivateBroker, hub: Posko, topic: str, hint: str) -> None:
    """*hub* answers a message on *topic* with an event that holds *hint*."""
    with Reader(broker, f"{BASE}/posko/event") as reader:
        publish(broker, topic)
        answered = reader.wait(lambda came: any(hint in str(each.members.get("reason")) for each in came))

    assert answered, (reader.messages, hub.lines)


def test_two_boxes_under_one_name_are_noticed(
    folder: Path, broker: PrivateBroker, hub: Posko, posts: list[Post]
) -> None:
    for name in ("a", "b"):
        posts.append(Post(folder / name, broker.port, hub=True).begin())

    hub.expect("double of kalibagor/pos-1")


# All clocks wrong.

HOUR_S = 3600.0


def shifted(folder: Path, shift_s: float) -> tuple[dict[str, str], Path]:
    """An environment in which our wall clock is off, and the file by which it is set anew."""
    folder.mkdir(exist_ok=True)
    path = folder / "shift"
    set_clock(path, shift_s)
    unsynced = "runtime.clock._synced = lambda: False"  # as no machine is whose clock is hours off
    return {VARIABLE: str(path), **hasty(folder, LINE, unsynced, "runtime.health.CLOCK_S = 0.2")}, path


@pytest.mark.parametrize("off_h", [(2.0, -10.0, 0.0), (-10.0, 0.0, 2.0)])
def test_with_clocks_that_are_hours_off_nothing_is_late_and_nothing_is_lost(
    folder: Path, broker: PrivateBroker, posts: list[Post], off_h: tuple[float, float, float]
) -> None:
    envs = [shifted(folder / name, hours * HOUR_S)[0] for name, hours in zip(("posko", "a", "b"), off_h, strict=True)]
    hub = Posko(folder / "posko", broker.port)
    first, second = Post(folder / "a", broker.port, hub=True), Post(folder / "b", broker.port, "kotakan", hub=True)
    posts += [first, second]
    try:
        hub.begin(envs[0])
        first.begin(envs[1])
        first.hold("pencurian")
        first.expect("listed:")
        second.begin(envs[2])  # it was off when that was pressed
        second.expect_on("siren")
        ends = [row[0] for row in hub.rows('SELECT "end" FROM alarms')]
    finally:
        hub.kill()

    assert ends == [None]
    assert first.said("late:") == second.said("late:") == []


@pytest.mark.parametrize("jump_s", [30 * HOUR_S, -30 * HOUR_S])
def test_clocks_that_jump_in_the_middle_of_an_alarm_change_nothing(
    folder: Path, broker: PrivateBroker, posts: list[Post], jump_s: float
) -> None:
    hub = Posko(folder / "posko", broker.port)
    first, second = Post(folder / "a", broker.port, hub=True), Post(folder / "b", broker.port, "kotakan", hub=True)
    posts += [first, second]
    env, hub_clock = shifted(folder / "posko", 0.0)
    first_env, first_clock = shifted(folder / "a", 0.0)
    try:
        hub.begin(env)
        first.begin(first_env)
        second.begin()
        pressed_at = clock.now()
        first.hold("pencurian")
        first.expect("listed:")
        for post in (first, second):
            post.expect_on("siren")
            post.expect_on("strobe")
        before = [len(post.changes) for post in (first, second)]
        with Reader(broker, f"{BASE}/kalibagor/node/pos-1/event") as events:
            day = day_of(events, first.fence(broker))
            for rule in (hub_clock, first_clock):
                set_clock(rule, jump_s)
            assert wait_until(lambda: day_of(events, first.fence(broker)) != day)  # the node has seen the jump
        hub.kill()
        with Reader(broker, f"{BASE}/active") as reader:
            hub.begin(env)
            assert reader.wait(lambda came: any(each["alarms"] for each in actives(came)))
            (kept,) = next(each["alarms"] for each in actives(reader.messages) if each["alarms"])
            passed_s = clock.now() - pressed_at
        for post in (first, second):
            post.fence(broker)
        unchanged = [
            [each for each in post.changes[count:] if each.output == "strobe"]
            for post, count in zip((first, second), before, strict=True)
        ]
    finally:
        hub.kill()

    assert unchanged == [[], []]
    assert 180.0 - passed_s <= kept["remaining_s"] < 180.0
    assert first.said("late:") == second.said("late:") == []


def day_of(events: Reader, fence: str) -> str:
    """The day, by the node's clock, on which it answered *fence*."""
    def answers(came: list[Message]) -> list[str]:
        return [each.members["time"][:10] for each in came if each.members.get("identifier") == fence]

    assert events.wait(lambda came: bool(answers(came)))
    return answers(events.messages)[0]


# Everything dies.


def test_of_presses_while_everything_is_killed_none_is_lost_and_none_counts_twice(
    folder: Path, record_property: Callable[[str, object], None]
) -> None:
    """A short run; `python -m benchmarks.kill --presses 1000` is the long one."""
    with Storm(folder, 1, hasty(folder, "contract.wire.timing.RESEND_S = 2.0")) as storm:
        storm.rage(40, lambda _line: None)
        storm.heal(60.0)
        count = storm.judge()
    record_property("presses while everything is killed", str(count))

    assert (count.lost, count.twice, count.waiting) == ([], [], 0)
    assert count.accepted > 20


# What was retained.


def test_what_was_published_retained_while_the_hub_was_away_is_cleared_when_it_links_and_rings_nothing(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    post = begin(folder, broker.port, posts)
    alarm(broker, "kalibagor", "kebakaran", "-r", "-m", "kemarin")
    post.expect_on()
    publish(broker, f"{BASE}/kalibagor/command/silence", "-r", "-m", "kemarin")
    post.expect_quiet()
    before = len(post.changes)
    with Reader(broker, f"{BASE}/kalibagor/+/+", f"{BASE}/posko/event") as reader:
        posko = Posko(folder / "posko", broker.port)
        try:
            posko.begin(hasty(folder))
            warned = reader.wait(lambda came: sum(
                each.topic.endswith("/event") and "while the hub was away" in str(each.members.get("reason"))
                for each in came) == 2)
            reader.fence()
            post.expect_silence(broker, before)
        finally:
            posko.kill()
    with Reader(broker, f"{BASE}/kalibagor/alarm/+", f"{BASE}/kalibagor/command/+") as kept:
        kept.fence()

    assert warned
    assert kept.messages == []
    assert posko.rows("SELECT count(*) FROM alarms") == [(0,)]


# One hub.


def test_a_second_hub_refuses_to_start_while_the_first_is_at_work_and_the_first_keeps_its_session(
    folder: Path, broker: PrivateBroker, hub: Posko
) -> None:
    second = Posko(folder / "second", broker.port)
    since = len(hub.lines)
    second.start()
    ended = wait_until(lambda: not second.running)
    kept = hub.lines[since:]
    hub.kill()
    third = Posko(folder / "second", broker.port)
    try:
        third.begin(hasty(folder))  # the first is gone, however it went
    finally:
        third.kill()

    assert ended
    assert [line for line in second.lines if "a hub of this district already runs at " in line]
    assert [line for line in kept if "unlinked" in line or "another hub" in line or "connection" in line] == []
