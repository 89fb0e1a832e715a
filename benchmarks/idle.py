"""What programs use while nothing happens: memory, wake-ups, processor time.

Memory is measured of one program after the other: what several processes share would count for less in each. Wake-ups
and processor time are measured of all at once. The node is linked to a broker, with a hub whose beacon comes every few
seconds. The player's device takes its buffers, as a sound card's does.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks import parts, processes
from benchmarks.parts import Node
from benchmarks.peers import SUBSCRIBERS, Subscriber
from benchmarks.publisher import Endpoint
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import WAIT_S, MeasureError, MissingError, Run, now, wait_until
from testing.ear import Ear
from testing.processes import players_of

ABOUT = "memory, wake-ups and processor time of node, player and hub while nothing happens"
SETTLE_S = 12.0  # until a panel that was just started looks at its contacts as rarely as it does for months
AIMS = {
    ("memory", "node"): 24.0, ("private", "node"): 18.0, ("wakeups", "node"): 3.0, ("cpu", "node"): 0.08,
    ("wakeups", "player"): 5.0,
}
GROUPS = {
    "memory": ("memory, proportional set size", "MB"),
    "private": ("memory, private dirty", "MB"),
    "wakeups": ("wake-ups while idle", "a second"),
    "cpu": ("processor time while idle, of one core", "%"),
}


class _Programs:
    """The programs that are looked at: each is started, and its process id found."""

    def __init__(self, run: Run, endpoint: Endpoint) -> None:
        self._run = run
        self._endpoint = endpoint
        self._started = 0
        self.missing: dict[str, str] = {}

    def names(self) -> dict[str, str]:
        """Every program's name in the table."""
        return {**{peer.key: peer.name for peer in SUBSCRIBERS}, "node": "node", "player": "player",
                "hub": "hub, 7 posts"}

    def start(self, key: str, stack: ExitStack) -> int | None:
        """Starts program *key* until *stack* is left; its process id, or None if it is not installed."""
        self._started += 1
        folder = self._run.folder / f"{key}-{self._started}"
        folder.mkdir()
        if key == "hub":
            return stack.enter_context(parts.hub(folder, self._endpoint)).pid
        if key == "node":
            settings = parts.settings(folder, self._endpoint, hub=True)
            return stack.enter_context(Node(folder, settings)).pid
        if key == "player":
            return self._player(folder, stack)
        peer = next(each for each in SUBSCRIBERS if each.key == key)
        try:
            command = peer.command(folder)
        except MissingError as error:
            self.missing[key] = str(error)
            return None
        return stack.enter_context(Subscriber(peer, command, self._endpoint)).pid

    def _player(self, folder: Path, stack: ExitStack) -> int:
        ear = stack.enter_context(Ear(folder / "ear"))
        settings = parts.settings(folder, self._endpoint, hub=True, node="pos-1", hears="village",
                                  sound={"driver": "disk", "device": str(ear.path)})
        node = stack.enter_context(Node(folder, settings))
        wait_until(lambda: bool(players_of(node.pid)), "no player was started")
        ear.wait_until(now(), WAIT_S)
        return players_of(node.pid)[0]


def measure(run: Run) -> Iterator[Row]:
    """The rows of idling. Raises MeasureError, NeverError, BrokerError."""
    found: dict[str, dict[str, float]] = {quantity: {} for quantity in GROUPS}
    with parts.broker(run.folder / "broker") as endpoint:
        programs = _Programs(run, endpoint)
        for key in programs.names():
            with ExitStack() as stack:
                pid = programs.start(key, stack)
                if pid is not None:
                    run.rest(f"memory of {programs.names()[key]}", SETTLE_S / 2)
                    found["memory"][key], found["private"][key] = processes.memory_mb(pid)
        with ExitStack() as stack:
            started = {key: programs.start(key, stack) for key in programs.names()}
            _watch(run, {key: pid for key, pid in started.items() if pid is not None}, found)
    for quantity, (group, unit) in GROUPS.items():
        for key, name in programs.names().items():
            value = found[quantity].get(key)
            aim = AIMS.get((quantity, key))
            yield Row(
                f"{quantity}.{key}", group, name, unit, () if value is None else (value,),
                f"{quantity}.bare" if key == "node" else None, () if aim is None else (Aim(Mark.MEDIAN, aim),),
                programs.missing.get(key, "its process ended meanwhile"),
            )


def _watch(run: Run, pids: dict[str, int], found: dict[str, dict[str, float]]) -> None:
    """What each process uses over a while in which nothing is asked of it."""
    run.rest("idle programs settle", SETTLE_S)
    before = {key: (now(), processes.count(pid)) for key, pid in pids.items()}
    run.rest("idle programs", run.count(20, 6))
    for key, pid in pids.items():
        try:
            after, length_s = processes.count(pid), now() - before[key][0]
        except MeasureError as error:  # a player that did not answer is started again: another process
            run.show(str(error))
            continue
        found["wakeups"][key] = (after.wakeups - before[key][1].wakeups) / length_s
        found["cpu"][key] = 100 * (after.cpu_s - before[key][1].cpu_s) / length_s
