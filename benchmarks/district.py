"""What one hub and one Mosquitto carry: an alarm for everybody in districts of ten to ten thousand posts.

Hub and Mosquitto are real processes; the posts are light (`benchmarks.light_posts`), all in one process. It shares the
machine with what is measured, so these figures are too high rather than too low.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import parts, processes
from benchmarks.light_posts import allow_connections
from benchmarks.parts import BASE
from benchmarks.publisher import Connection, Listener
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import WAIT_S, MeasureError, Run, now
from testing.posko import Posko

ABOUT = "proof, processor time, memory, disk and start of a hub with 10 to 10,000 posts"
SIZES, QUICK_SIZES = (10, 100, 1000, 10_000), (10, 100)
A_VILLAGE = 7  # posts
MOST_STARTED = 1000  # posts among whom the hub is started anew
IDLE_S = 20.0
PROOF_S = 120.0
GROUPS = {
    "proof": ("an alarm for everybody, publish to the hub's proof", "ms"),
    "idle": ("a hub while nothing happens, of one core", "%"),
    "memory": ("a hub's memory, proportional set size", "MB"),
    "written": ("written by the hub for one alarm", "kB"),
    "message": ("the hub's longest message", "kB"),
    "ready": ("a hub that has just started, with a retained status of each post: publish to accepted", "ms"),
}
AIMS = {
    ("proof", 1000): 500.0, ("proof", 10_000): 5000.0, ("idle", 1000): 4.0, ("idle", 10_000): 30.0,
    ("memory", 1000): 45.0, ("memory", 10_000): 120.0, ("written", 1000): 200.0, ("written", 10_000): 200.0,
    ("message", 1000): 64.0, ("message", 10_000): 64.0, ("ready", 1000): 300.0,
}


def measure(run: Run) -> Iterator[Row]:
    """The rows of each size. Raises MeasureError, BrokerError."""
    most = allow_connections()
    for size in QUICK_SIZES if run.quick else SIZES:
        if size + 100 > most:
            for key, (group, unit) in GROUPS.items():
                yield Row(f"district.{key}.{size}", group, f"{size} posts", unit,
                          reason=f"only {most} files may be open here; raise the limit (ulimit -Hn) to {size + 100}")
            continue
        found = _of_size(run, size)
        for key, (group, unit) in GROUPS.items():
            aim = AIMS.get((key, size))
            aims = () if aim is None else (Aim(Mark.MEDIAN, aim),)
            yield Row(f"district.{key}.{size}", group, f"{size} posts", unit, tuple(found[key]), aims=aims,
                      reason=f"the hub is started anew among {MOST_STARTED} posts at most")


def _of_size(run: Run, size: int) -> dict[str, list[float]]:
    """The values of a district of *size* posts."""
    folder = run.folder / str(size)
    folder.mkdir()
    path, names = district_of(folder, size)
    found: dict[str, list[float]] = {key: [] for key in GROUPS}
    with parts.broker(folder / "broker") as endpoint:
        hub = Posko(folder / "hub", endpoint.port, path)
        with _running(hub), light_posts(endpoint.port, names):
            run.rest(f"{size} posts, idle", IDLE_S / 2)  # the statuses of the start are worked off
            before, at = processes.count(hub.pid), now()
            run.rest(f"{size} posts, idle", IDLE_S)
            found["idle"].append(100 * (processes.count(hub.pid).cpu_s - before.cpu_s) / (now() - at))
            with (Connection(endpoint) as publisher, Listener(endpoint, f"{BASE}/posko/event") as events,
                  Listener(endpoint, f"{BASE}/posko/status", f"{BASE}/active") as messages):
                for _ in run.times(f"alarms to {size} posts", run.count(5, 2)):
                    written = processes.written_kb(hub.pid)
                    published = publisher.publish(f"{BASE}/semua/alarm/bencana")
                    found["proof"].append(1000 * (reported(events, "proven") - published))
                    run.rest("the disk", 1.5)
                    found["written"].append(processes.written_kb(hub.pid) - written)
                    publisher.publish(f"{BASE}/semua/alarm/aman")
                    reported(events, "cleared")
                    run.rest("between two alarms", 10.0)  # one hub takes some new alarms of a kind at once, no more
                longest = 0
                while messages.waiting:
                    longest = max(longest, len(messages.next("a message")[1].payload))
                if not longest:
                    raise MeasureError("no message of the hub was received")
                found["message"].append(longest / 1024)
                found["memory"].append(processes.memory_mb(hub.pid)[0])
                for _ in run.times(f"starts among {size} posts", run.count(3, 1) if size <= MOST_STARTED else 0):
                    hub.stop()
                    hub.begin()
                    published = publisher.publish(f"{BASE}/semua/alarm/kebakaran")
                    found["ready"].append(1000 * (reported(events, "accepted") - published))
                    publisher.publish(f"{BASE}/semua/alarm/aman")
                    run.rest("between two starts", 5.0)
    return found


def reported(events: Listener, kind: str) -> float:
    """When the hub reports *kind*. Raises MeasureError."""
    until = now() + PROOF_S
    while now() < until:
        at, message = events.next(f"the hub's event {kind!r}", PROOF_S)
        if json.loads(message.payload)["event"] == kind:
            return at
    raise MeasureError(f"the hub did not report {kind!r} within {PROOF_S:g} s")


def district_of(folder: Path, size: int) -> tuple[Path, list[str]]:
    """A district file of *size* posts in villages of A_VILLAGE, each a neighbour of the next; and the posts' names."""
    slugs = [f"desa-{number}" for number in range(-(-size // A_VILLAGE))]
    villages = {
        slug: {
            "name": f"Desa {number}", "kind": "desa", "code": f"35.12.07.{2001 + number}",
            "neighbours": [slugs[other] for other in (number - 1, number + 1) if 0 <= other < len(slugs)],
            "posts": {f"pos-{post}": {"name": f"Pos {post}"}
                      for post in range(min(A_VILLAGE, size - number * A_VILLAGE))},
        }
        for number, slug in enumerate(slugs)
    }
    path = folder / "district.yaml"
    district = {"district": "situbondo", "name": "Kecamatan Situbondo", "code": "35.12.07", "rhythms": "jawa-timur",
                "villages": villages}
    path.write_text(json.dumps(district), "utf-8")
    return path, [f"{slug}/{post}" for slug, village in villages.items() for post in village["posts"]]


@contextmanager
def _running(hub: Posko) -> Iterator[None]:
    try:
        hub.begin()
        yield
    finally:
        hub.stop()


@contextmanager
def light_posts(port: int, names: list[str], host: str = "127.0.0.1") -> Iterator[None]:
    """The posts *names*, linked. Raises MeasureError."""
    words = [sys.executable, "-m", "benchmarks.light_posts", str(port), host]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(names))
        process.stdin.close()
        if process.stdout.readline() != "ready\n":
            raise MeasureError(f"{len(names)} light posts did not all link")
        yield
    finally:
        process.kill()
        process.wait(WAIT_S)
        if process.stdout is not None:
            process.stdout.close()
