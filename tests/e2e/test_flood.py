"""Floods: what ends sound, and a live alarm, come through, and the node's memory stays as it is."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broker.mosquitto import program
from contract.wire.codec import MAX_BYTES
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.support.village import BASE, HURRIED, Post, alarm, impatient, silence

COUNT = 10_000  # of each kind: several times what the inbox holds of any; the long ones would be 40 MB


def memory_mb(post: Post) -> float:
    """What the node keeps in memory."""
    status = Path(f"/proc/{post.pid}/status").read_text("utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


@contextmanager
def flood(
    broker: PrivateBroker, topic: str, line: bytes, count: int | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """*count* messages on *topic*, or messages without end, as fast as a program in C writes them."""
    words = [program("mosquitto_pub"), "-p", str(broker.port), "-q", "0", "-t", topic, "-l"]
    started = [subprocess.Popen(["yes", line.decode()], stdout=subprocess.PIPE)]
    if count is not None:
        started.append(subprocess.Popen(["head", "-n", str(count)], stdin=started[0].stdout, stdout=subprocess.PIPE))
    speaker = subprocess.Popen(words, stdin=started[-1].stdout)
    for each in started:
        if each.stdout is not None:
            each.stdout.close()
    try:
        yield speaker
    finally:
        for each in (speaker, *started):
            each.kill()
            each.wait()


FLOODS = {
    "valid alarms": ("kalibagor/alarm/pencurian", b"maling"),
    "alarms of no incident": ("kalibagor/alarm/xyzzy", b""),
    "broken JSON": ("kalibagor/alarm/kebakaran", b'{"identifier": '),
    "silences": ("kalibagor/command/silence", b""),
    "beacons": ("active", b'{"boot": "x", "seq": 1, "alarms": []}'),
    "long rubbish": ("semua/alarm/bencana", b"x" * (2 * MAX_BYTES)),
}


def test_after_a_flood_of_every_kind_silence_and_alarms_and_buttons_are_obeyed(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    post = Post(folder / "a", broker.port, hub=True).begin()
    posts.append(post)
    alarm(broker, "kalibagor", "ternak")
    post.expect_on("siren")
    before_mb = memory_mb(post)
    peak_mb = before_mb
    for topic, line in FLOODS.values():
        with flood(broker, f"{BASE}/{topic}", line, COUNT) as speaker:
            while speaker.poll() is None:
                peak_mb = max(peak_mb, memory_mb(post))
                time.sleep(0.02)  # from one look to the next
        assert speaker.returncode == 0
    post.fence(broker)
    peak_mb = max(peak_mb, memory_mb(post))
    silence(broker)
    post.expect_quiet()
    alarm(broker, "kalibagor", "kecelakaan", "-q", "1")
    post.expect_on("siren")
    silence(broker)
    post.expect_quiet()
    since = len(post.changes)
    post.hold("pencurian")
    post.expect_on("siren")

    assert post.sounds(since)
    assert peak_mb - before_mb < 25
    assert post.said("faster than they could be read") or post.said("too many")


def test_a_press_in_the_middle_of_a_flood_rings_and_is_silenced(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """The flood goes on until both is done: what happens at the box does not wait for its end."""
    post = Post(folder / "a", broker.port).begin()
    posts.append(post)
    with flood(broker, f"{BASE}/kalibagor/alarm/xyzzy", b"rubbish") as speaker:
        post.expect("refused:")
        post.hold("pencurian")
        post.expect_on("siren")
        post.hold("senyap")
        post.expect_quiet()
        assert speaker.poll() is None


def test_silence_is_obeyed_in_a_stream_of_alarms(folder: Path, broker: PrivateBroker, posts: list[Post]) -> None:
    """Each is an alarm of its own; the node lets five through, and no more here, however long the stream takes."""
    post = Post(folder / "a", broker.port).begin(impatient(folder, HURRIED, "node.core.messages.PER_S = 1e-6"))
    posts.append(post)
    topic = f"{BASE}/kalibagor/alarm/pembunuhan"
    stream = subprocess.Popen(
        [program("mosquitto_pub"), "-p", str(broker.port), "-q", "1", "-t", topic, "-l"],
        stdin=subprocess.PIPE, text=True,
    )
    try:
        assert stream.stdin is not None
        stream.stdin.writelines(f'{{"identifier": "stream-{count}"}}\n' for count in range(500))
        stream.stdin.flush()
        post.expect_on("siren")
        silence(broker, "kalibagor")
        stream.stdin.writelines(f'{{"identifier": "stream-{count}"}}\n' for count in range(500, 1000))
        stream.stdin.flush()
        post.expect_quiet()
        assert stream.poll() is None
        before = len(post.changes)
        stream.stdin.close()
        assert stream.wait(LIMIT_S) == 0
        post.expect("too many")
        post.expect_silence(broker, before)
    finally:
        stream.kill()
        stream.wait()
