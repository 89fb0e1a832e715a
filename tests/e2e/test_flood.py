"""Floods: what ends sound, and a live alarm, come through, and the node's memory stays as it is."""

import subprocess
import time
from pathlib import Path

from broker.mosquitto import program
from contract.wire.alarm import MAX_BYTES
from runtime import clock
from testing.private_broker import PrivateBroker
from tests.support.village import AT_ONCE_S, BASE, HOLD_S, Post, alarm, silence

COUNT = 200_000


def memory_mb(post: Post) -> float:
    """What the node keeps in memory."""
    status = Path(f"/proc/{post.pid}/status").read_text("utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


def flood(broker: PrivateBroker, topic: str, line: bytes, count: int) -> "subprocess.Popen[bytes]":
    """*count* messages on *topic*, as fast as a program in C writes them."""
    feed = subprocess.Popen(["yes", line.decode()], stdout=subprocess.PIPE)
    head = subprocess.Popen(["head", "-n", str(count)], stdin=feed.stdout, stdout=subprocess.PIPE)
    speaker = subprocess.Popen(
        [program("mosquitto_pub"), "-p", str(broker.port), "-q", "0", "-t", topic, "-l"], stdin=head.stdout
    )
    for each in (feed, head):
        assert each.stdout is not None
        each.stdout.close()
    feed.wait()
    head.wait()
    return speaker


FLOODS = {
    "valid alarms": ("kalibagor/alarm/pencurian", b"maling"),
    "alarms of no incident": ("kalibagor/alarm/xyzzy", b""),
    "broken JSON": ("kalibagor/alarm/kebakaran", b'{"identifier": '),
    "silences": ("kalibagor/command/silence", b""),
    "beacons": ("active", b'{"boot": "x", "seq": 1, "alarms": []}'),
    "long rubbish": ("semua/alarm/bencana", b"x" * (2 * MAX_BYTES)),
}


def test_after_200000_messages_of_every_kind_silence_and_alarms_and_buttons_are_obeyed(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    post = Post(folder / "a", broker.port, hub=True).begin()
    posts.append(post)
    alarm(broker, "kalibagor", "ternak")
    post.expect_on("siren")
    before_mb = memory_mb(post)
    peak_mb = before_mb
    for topic, line in FLOODS.values():
        speaker = flood(broker, f"{BASE}/{topic}", line, COUNT // len(FLOODS))
        while speaker.poll() is None:
            peak_mb = max(peak_mb, memory_mb(post))
            time.sleep(0.02)
        assert speaker.returncode == 0
    post.fence(broker, 30.0)
    peak_mb = max(peak_mb, memory_mb(post))
    silence(broker)
    post.expect_quiet()
    alarm(broker, "kalibagor", "lainnya", "-q", "1")
    post.expect_on("siren")
    silence(broker)
    post.expect_quiet()
    since = len(post.changes)
    post.hold("pencurian")
    post.expect_on("siren")

    assert post.sounds(since)
    assert peak_mb - before_mb < 25
    assert post.said("faster than they could be heard") or post.said("too many")


def test_a_press_in_the_middle_of_a_flood_rings_at_its_time(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    post = Post(folder / "a", broker.port).begin()
    posts.append(post)
    speaker = flood(broker, f"{BASE}/kalibagor/alarm/xyzzy", b"rubbish", 20_000)
    try:
        post.expect("refused:")
        post.contact("pencurian", closed=True)
        pressed_at = clock.now()
        post.expect_on("siren", 1.0)
        post.hold("hening")
        quiet_at = post.expect_quiet(1.0)
        flooded_at = clock.now()
        post.fence(broker, 20.0)
    finally:
        speaker.wait(30.0)

    rung_at = next(each.at for each in post.sounds() if each.output == "siren")
    assert rung_at - pressed_at < HOLD_S + AT_ONCE_S
    assert quiet_at < flooded_at


def test_silence_is_obeyed_in_a_stream_of_a_thousand_alarms_in_a_second(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    post = Post(folder / "a", broker.port).begin()
    posts.append(post)
    topic = f"{BASE}/kalibagor/alarm/pembunuhan"
    stream = subprocess.Popen(
        [program("mosquitto_pub"), "-p", str(broker.port), "-q", "1", "-t", topic, "-l"],
        stdin=subprocess.PIPE, text=True,
    )
    assert stream.stdin is not None
    silenced_at = 0.0
    start = time.monotonic()
    for count in range(1000):
        stream.stdin.write(f'{{"identifier": "stream-{count}"}}\n')
        if count % 10 == 9:
            stream.stdin.flush()
            time.sleep(max(0.0, start + count / 1000 - time.monotonic()))  # the stream's own pace
        if count == 499:
            post.expect_on("siren")
            silenced_at = silence(broker, "kalibagor")
    stream.stdin.close()
    assert stream.wait(10.0) == 0
    quiet_at = post.expect_quiet()
    assert post.wait_line("too many", 5.0)


    assert 0 < quiet_at - silenced_at < AT_ONCE_S
    assert [each for each in post.sounds() if each.at > quiet_at] == []
