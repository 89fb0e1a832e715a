"""From the start of a node's process until its buttons ring, beside a bare paho script until it has subscribed."""

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks import parts
from benchmarks.parts import Node
from benchmarks.peers import SUBSCRIBERS, Subscriber
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import MissingError, Run, now

ABOUT = "start of the process to armed, beside its peers"
GROUP = "start of the process to armed (peers: to subscribed)"


def measure(run: Run) -> Iterator[Row]:
    """The rows of starting. Raises MeasureError, BrokerError."""
    took_ms: dict[str, list[float]] = {peer.key: [] for peer in SUBSCRIBERS}
    missing: dict[str, str] = {}
    armed: list[float] = []

    def hear(line: str) -> None:
        if line.startswith("armed:"):
            armed.append(now())

    with ExitStack() as stack:
        endpoint = stack.enter_context(parts.broker(run.folder / "broker"))
        settings = parts.settings(run.folder, endpoint)
        commands = {}
        for peer in SUBSCRIBERS:
            try:
                commands[peer] = peer.command(run.folder)
            except MissingError as error:
                missing[peer.key] = str(error)
        took_ms["node"] = []
        for number in run.times("start", run.count(17, 4)):
            for peer, command in commands.items():
                at = now()
                with Subscriber(peer, command, endpoint):
                    took_ms[peer.key].append(1000 * (now() - at))
            at = now()
            with Node(run.folder / "node", settings, hear):
                took_ms["node"].append(1000 * (armed[number] - at))
    for peer in SUBSCRIBERS:
        # The first start reads cold files.
        yield Row(f"start.{peer.key}", GROUP, peer.name, "ms", tuple(took_ms[peer.key][1:]),
                  None if peer.key == "bare" else "start.bare", reason=missing.get(peer.key, ""))
    yield Row("start.node", GROUP, "node", "ms", tuple(took_ms["node"][1:]), "start.bare", (Aim(Mark.MEDIAN, 230.0),))
