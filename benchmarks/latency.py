"""From a publish to the relay, from a silence to the relay at rest, from a held button to the relay.

    raw socket ──publish (QoS 1), after 50 ms of rest──> Mosquitto ──> node ──> relay: the simulated pin's instant
                                                             └──> each peer: the instant in its callback

All subscribers, plain and TLS, take part in one interleaved run, each round in another order, so that all meet the
same machine; then the plain ones again, beside two busy processes.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from time import sleep

from benchmarks import parts
from benchmarks.parts import BASE, HOLD_S, RELEASE_S, Node
from benchmarks.peers import SUBSCRIBERS, Subscriber
from benchmarks.publisher import Connection, Endpoint
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import REST_S, MissingError, Run, busy, now

ABOUT = "publish to relay beside its peers, plain and TLS, idle and loaded; silence; held button"
LOADS = {"idle": 0, "busy": 2}
LOAD_NAMES = {"idle": "idle machine", "busy": "two busy processes beside it"}
LINKS = {"plain": "plain", "tls": "TLS"}
LINKS_UNDER = {"idle": ("plain", "tls"), "busy": ("plain",)}
VILLAGES = ("patokan", "dawuhan", "kalibagor", "kotakan", "talkandang", "olean", "semua")
INCIDENTS = (
    "bencana", "kebakaran", "pembunuhan", "perampokan", "pemerkosaan", "kecelakaan", "pencurian", "ternak", "keributan",
)


@dataclass(slots=True)
class _Stand:
    """What subscribes at one broker, and what was measured: seconds by subscriber, and of the silences."""

    publisher: Connection
    node: Node
    peers: dict[str, Subscriber]
    keys: Iterator[tuple[str, str]] = field(default_factory=lambda: cycle(
        [(village, incident) for incident in INCIDENTS for village in VILLAGES]
    ))
    took_s: dict[str, list[float]] = field(default_factory=dict)

    def peer(self, key: str) -> None:
        """One message to a peer."""
        sleep(REST_S)
        peer = self.peers[key]
        at = self.publisher.publish(peer.topic, peer.payload)
        self.took_s.setdefault(key, []).append(peer.edge() - at)

    def alarm(self) -> None:
        """One alarm to the node, and then one silence."""
        village, incident = next(self.keys)
        since = len(self.node.changes)
        sleep(REST_S)
        at = self.publisher.publish(f"{BASE}/{village}/alarm/{incident}")
        self.took_s.setdefault("node", []).append(self.node.switched_on("siren", since) - at)
        self.silence()

    def silence(self) -> None:
        """Silences the node."""
        since = len(self.node.changes)
        sleep(REST_S)
        at = self.publisher.publish(f"{BASE}/patokan/command/silence")
        self.took_s.setdefault("silence", []).append(self.node.at_rest(since) - at)

    def press(self) -> None:
        """Holds a button until the relay is on."""
        since = len(self.node.changes)
        sleep(REST_S)
        at = now()
        self.node.contact("pencurian", closed=True)
        self.took_s.setdefault("press", []).append(self.node.switched_on("siren", since) - at - HOLD_S)
        self.node.contact("pencurian", closed=False)
        self.silence()
        sleep(RELEASE_S)


def measure(run: Run) -> Iterator[Row]:
    """The rows of latency. Raises MeasureError, BrokerError."""
    missing: dict[str, str] = {}
    box_rows: list[Row] = []
    with ExitStack() as stack:
        stands = {}
        for link, brokers in (("plain", parts.broker), ("tls", parts.tls_broker)):
            endpoint = stack.enter_context(brokers(run.folder / link))
            stands[link] = _stand(run, stack, link, endpoint, missing)
        for load, count in LOADS.items():
            taking = {link: stand for link, stand in stands.items() if link in LINKS_UNDER[load]}
            for stand in taking.values():
                stand.took_s = {}
            with busy(count):
                _publish(run, taking, load)
                for _ in run.times(f"held button, {LOAD_NAMES[load]}", run.count(30, 5), 60.0):
                    stands["plain"].press()
            for link, stand in taking.items():
                yield from _publish_rows(link, load, stand.took_s, missing)
            box_rows += _box_rows(load, stands["plain"].took_s)
    yield from sorted(box_rows, key=lambda row: row.group, reverse=True)


def _stand(run: Run, stack: ExitStack, link: str, endpoint: Endpoint, missing: dict[str, str]) -> _Stand:
    peers = {}
    for peer in SUBSCRIBERS:
        try:
            command = peer.command(run.folder)
        except MissingError as error:
            missing[peer.key] = str(error)
            continue
        peers[peer.key] = stack.enter_context(Subscriber(peer, command, endpoint))
    folder = run.folder / f"node-{link}"
    node = stack.enter_context(Node(folder, parts.settings(folder, endpoint)))
    return _Stand(stack.enter_context(Connection(endpoint)), node, peers)


def _publish(run: Run, stands: dict[str, _Stand], load: str) -> None:
    """All subscribers in turn, in another order each round."""
    turns = [(stand, key) for stand in stands.values() for key in (*stand.peers, "node")]
    for number in run.times(f"publish to relay, {LOAD_NAMES[load]}", run.count(160, 10), 120.0):
        first = number % len(turns)
        for stand, key in (*turns[first:], *turns[:first]):
            if key == "node":
                stand.alarm()
            else:
                stand.peer(key)


def _publish_rows(link: str, load: str, took_s: dict[str, list[float]], missing: dict[str, str]) -> Iterator[Row]:
    group = f"publish (QoS 1) to relay, {LINKS[link]}, {LOAD_NAMES[load]}"
    bare = f"publish.{link}.{load}.bare"
    for peer in SUBSCRIBERS:
        yield Row(f"publish.{link}.{load}.{peer.key}", group, peer.name, "ms", _ms(took_s, peer.key),
                  peer=None if peer.key == "bare" else bare, reason=missing.get(peer.key, ""))
    most = {bare: 1.5, f"publish.{link}.{load}.mqttio": 0.8, f"publish.{link}.{load}.nodered": 0.7}
    medians = tuple(Aim(Mark.MEDIAN, at_most, peer) for peer, at_most in most.items())
    aims = {("plain", "idle"): medians, ("tls", "idle"): medians, ("plain", "busy"): (Aim(Mark.P99, 4.7),)}
    yield Row(f"publish.{link}.{load}.node", group, "node", "ms", _ms(took_s, "node"), bare, aims.get((link, load), ()))


def _box_rows(load: str, took_s: dict[str, list[float]]) -> Iterator[Row]:
    aims = (Aim(Mark.MEDIAN, 5.0), Aim(Mark.MAX, 200.0)) if load == "idle" else (Aim(Mark.MAX, 200.0),)
    yield Row(f"silence.{load}", "silence by MQTT to relay at rest", f"node, {LOAD_NAMES[load]}", "ms",
              _ms(took_s, "silence"), aims=aims)
    yield Row(f"press.{load}", f"held button to relay, beyond the hold time of {HOLD_S:g} s",
              f"node, {LOAD_NAMES[load]}", "ms", _ms(took_s, "press"),
              aims=(Aim(Mark.MEDIAN, 1.0),) if load == "idle" else ())


def _ms(took_s: dict[str, list[float]], key: str) -> tuple[float, ...]:
    return tuple(1000 * each for each in took_s.get(key, ()))
