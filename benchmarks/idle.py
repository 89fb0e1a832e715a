"""What programs use while nothing happens: memory, wake-ups, processor time; all of them at the same time.

The node is linked to a broker, with a hub whose beacon comes every few seconds. The player's device takes its buffers,
as a sound card's does.
"""

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks import parts, processes
from benchmarks.ear import Ear
from benchmarks.parts import Hub, Node
from benchmarks.peers import SUBSCRIBERS, Subscriber
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import MeasureError, MissingError, Run, now, wait_until

ABOUT = "memory, wake-ups and processor time of node, player and hub while nothing happens"
SETTLE_S = 8.0  # until what a start leaves to do is done, the first beacon among it
AIMS = {
    ("memory", "node"): 24.0, ("private", "node"): 18.0, ("wakeups", "node"): 3.0, ("cpu", "node"): 0.08,
    ("wakeups", "player"): 5.0,
}
GROUPS = {
    "memory": ("memory while idle, proportional set size", "MB"),
    "private": ("memory while idle, private dirty", "MB"),
    "wakeups": ("wake-ups while idle", "1/s"),
    "cpu": ("processor time while idle", "%"),
}


def measure(run: Run) -> Iterator[Row]:
    """The rows of idling. Raises MeasureError, BrokerError."""
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        endpoint = stack.enter_context(parts.broker(run.folder / "broker"))
        hub = stack.enter_context(Hub(run.folder / "hub", endpoint))
        pids = {}
        for peer in SUBSCRIBERS:
            try:
                started = Subscriber(peer.name, peer.command(run.folder), endpoint, f"peer/{peer.key}")
            except MissingError as error:
                missing[peer.key] = str(error)
                continue
            pids[peer.key] = stack.enter_context(started).pid
        settings = parts.settings(run.folder / "node", endpoint, hub=True)
        pids["node"] = stack.enter_context(Node(run.folder / "node", settings)).pid
        ear = stack.enter_context(Ear(run.folder / "ear"))
        settings = parts.settings(run.folder / "loud", endpoint, hub=True, node="pos-1", hears="village",
                                  sound={"driver": "disk", "device": str(ear.path)})
        loud = stack.enter_context(Node(run.folder / "loud", settings))
        wait_until(lambda: any(processes.children(loud.pid)), "no player was started")
        pids["player"] = next(processes.children(loud.pid))
        pids["hub"] = hub.pid
        run.rest("settle, s", SETTLE_S)
        found = _watch(run, pids)
    names = {**{peer.key: peer.name for peer in SUBSCRIBERS}, "node": "node", "player": "player", "hub": "hub, 7 posts"}
    for quantity, (group, unit) in GROUPS.items():
        bare = f"{quantity}.bare"
        for key, name in names.items():
            aim = AIMS.get((quantity, key))
            value = found.get(key, {}).get(quantity)
            yield Row(
                f"{quantity}.{key}", group, name, unit, () if value is None else (value,),
                bare if key == "node" else None, () if aim is None else (Aim(Mark.MEDIAN, aim),),
                missing.get(key, "" if value is not None else "the kernel does not report it"),
            )


def _watch(run: Run, pids: dict[str, int]) -> dict[str, dict[str, float]]:
    """What each process uses, by quantity, over a while in which nothing is asked of it."""
    before = {name: (now(), processes.count(pid)) for name, pid in pids.items()}
    run.rest("watch idle programs, s", run.count(30, 6))
    found: dict[str, dict[str, float]] = {}
    for name, pid in pids.items():
        after, at = processes.count(pid), now()
        length_s = at - before[name][0]
        used = {
            "wakeups": (after.wakeups - before[name][1].wakeups) / length_s,
            "cpu": 100 * (after.cpu_s - before[name][1].cpu_s) / length_s,
        }
        try:
            used["memory"], used["private"] = processes.memory_mb(pid)
        except MeasureError as error:
            run.say(str(error))
        found[name] = used
    return found
