"""From a publish to the last of seven sirens, to the last post's own status, and to the hub's proof.

Hub, Mosquitto and all seven posts are real processes, on the machine that measures.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from time import sleep

from benchmarks import parts
from benchmarks.latency import INCIDENTS, VILLAGES
from benchmarks.parts import BASE, Node
from benchmarks.publisher import Connection, Listener
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import WAIT_S, Run
from demo import posts
from posko.core.proof import PROOF_S
from testing.posko import Posko

ABOUT = "publish to the last siren of seven posts, and to the hub's proof"
GROUP = "publish (QoS 1) to the whole district, 7 posts and a hub"
# The hub publishes at most 20 events a second for long, and each alarm causes four of it (accepted, proven, cleared,
# silenced); a post at most 2 a second about what was not sounding. With this pause both stay under their limit, and
# nothing that is waited for is suppressed.
PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class _Seen:
    """When the last siren was on, the last post's report came, and the hub's proof."""

    siren: float
    report: float
    proof: float


def measure(run: Run) -> Iterator[Row]:
    """The rows of reaching everyone. Raises MeasureError, BrokerError."""
    rows: dict[str, list[float]] = {"siren": [], "report": [], "proof": []}
    with ExitStack() as stack:
        endpoint = stack.enter_context(parts.broker(run.folder / "broker"))
        hub = stack.enter_context(parts.hub(run.folder / "hub", endpoint))
        nodes = {
            name: stack.enter_context(Node(folder, posts.settings(post, parts.reach(endpoint), folder)))
            for name, post in posts.load().items() for folder in (run.folder / name.replace("/", "."),)
        }
        publisher = stack.enter_context(Connection(endpoint))
        listener = stack.enter_context(Listener(endpoint, f"{BASE}/+/node/+/event", f"{BASE}/posko/event"))
        keys = cycle([("semua", name) for name in INCIDENTS] + [(name, "bencana") for name in VILLAGES[:-1]])
        for _ in run.times("alarms to seven posts", run.count(40, 5)):
            village, incident = next(keys)
            since = {name: len(node.changes) for name, node in nodes.items()}
            at = publisher.publish(f"{BASE}/{village}/alarm/{incident}")
            seen = _await(nodes, since, listener, incident)
            for row, instant in zip(rows.values(), (seen.siren, seen.report, seen.proof), strict=True):
                row.append(1000 * (instant - at))
            _clear(nodes, hub, publisher)
    aims = {"proof": (Aim(Mark.MEDIAN, 15.0),)}
    names = {"siren": "to the last siren", "report": "to the last post's event", "proof": "to the hub's proof"}
    for key, values in rows.items():
        yield Row(f"reach.{key}", GROUP, names[key], "ms", tuple(values), aims=aims.get(key, ()))


def _await(nodes: dict[str, Node], since: dict[str, int], listener: Listener, incident: str) -> _Seen:
    """Waits until all *nodes* sound and say so, and the hub has proven it. Raises MeasureError."""
    silent, report, proof = set(nodes), 0.0, 0.0
    while silent or not proof:
        at, message = listener.next(
            f"an event of {', '.join(sorted(silent))}" if silent else "the hub's proof", PROOF_S + WAIT_S
        )
        event = json.loads(message.payload)
        if event.get("incident") != incident:
            continue
        if event["event"] == "sounding":
            report = at
            silent.discard("/".join(message.topic.split("/")[2:5:2]))
        elif event["event"] == "proven":
            proof = at
    return _Seen(max(node.switched_on("siren", since[name]) for name, node in nodes.items()), report, proof)


def _clear(nodes: dict[str, Node], hub: Posko, publisher: Connection) -> None:
    """Ends the alarm, and the safe code after it. Waits for pins and for the hub's log, which limit nothing."""
    lines, since = len(hub.lines), {name: len(node.changes) for name, node in nodes.items()}
    publisher.publish(f"{BASE}/semua/alarm/aman")
    hub.wait_line("cleared:", WAIT_S, lines)
    publisher.publish(f"{BASE}/semua/command/silence")
    for name, node in nodes.items():
        node.at_rest(since[name])
    sleep(PAUSE_S)
