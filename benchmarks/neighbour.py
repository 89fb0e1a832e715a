"""What a village's post receives, and how long another village's alarm takes, while a neighbour's account floods.

    rogue ──as fast as the broker takes it, QoS 0──> Mosquitto ──> hub
                                                         └──> counted ──> post of a neighbouring village

Each kind of flood lasts SECONDS. All that the broker sends to the post is counted: beacons, alarms, what TCP carries of
MQTT. Meanwhile alarms of a third village are published, and it is measured when the hub's beacon lists each.
"""

import json
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from threading import Thread
from time import sleep
from typing import Self

from benchmarks import parts
from benchmarks.ending import as_a_part
from benchmarks.growth import QUEUES
from benchmarks.parts import BASE, Node
from benchmarks.publisher import Account, Connection, Endpoint, Listener
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import WAIT_S, MeasureError, Run, beside, now
from broker.trial import packets

ABOUT = "what a post receives, and how soon an alarm is listed, while a neighbour's account floods"
GROUP = "while a neighbour's account floods"
SECONDS, QUICK_S = 60.0, 40.0
PAUSE_S = 3.0
LITTLE = 32_768  # bytes that the kernel holds of a connection that is counted
ROGUE, VICTIM, THIRD = "kalibagor", "kotakan", "olean"
KINDS = {"alarms of 250 kB": 250_000, "alarms of 4 kB": 4_000, "empty alarms": 0}
MOST_KB_S, MOST_MS = 10.0, 1000.0


class Counter:
    """Passes connections on to *endpoint*, and counts the bytes that it sends back. Use as a context manager."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._target = (endpoint.host, endpoint.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = Endpoint(self._listener.getsockname()[1])
        self.received = 0

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket()
                near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LITTLE)  # or it would count what nobody reads
                far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
                far.connect(self._target)
                Thread(target=self._pump, args=(near, far, False), daemon=True).start()
                Thread(target=self._pump, args=(far, near, True), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.received += len(data) if counts else 0
                sink.sendall(data)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def measure(run: Run) -> Iterator[Row]:
    """The rows of the neighbour. Raises MeasureError, NeverError, BrokerError."""
    seconds = QUICK_S if run.quick else SECONDS
    for number, (name, size) in enumerate(KINDS.items()):
        with ExitStack() as stack:
            folder = run.folder / str(number)
            folder.mkdir()
            endpoint = stack.enter_context(parts.broker(folder / "broker", QUEUES))
            stack.enter_context(parts.hub(folder / "hub", endpoint))
            counter = stack.enter_context(Counter(endpoint))
            node = stack.enter_context(Node(folder / "node", parts.settings(
                folder / "node", counter.endpoint, node="pos-1", village=VICTIM, hears="village", hub=True)))
            node.expect("linked:")
            listener = stack.enter_context(Listener(endpoint, f"{BASE}/active"))
            publisher = stack.enter_context(Connection(endpoint))
            listener.next("the first beacon")
            listed_ms = []
            with beside("benchmarks.neighbour", endpoint.port, size):
                before, began = counter.received, now()
                for _ in run.times(f"alarms of another village beside {name}", int(seconds / PAUSE_S), seconds):
                    listed_ms.append(_listed(publisher, listener))
                    sleep(PAUSE_S)
                rate = (counter.received - before) / (now() - began) / 1000
        yield Row(f"neighbour.kb.{number}", GROUP, f"received by a post, {name}", "kB/s", (rate,),
                  aims=(Aim(Mark.MAX, MOST_KB_S),))
        yield Row(f"neighbour.listed.{number}", GROUP, f"another village's alarm to the beacon, {name}", "ms",
                  tuple(listed_ms), aims=(Aim(Mark.MAX, MOST_MS),))


def _listed(publisher: Connection, listener: Listener) -> float:
    """How long it takes until the beacon has an alarm of a third village, in ms: WAIT_S at the least if it never has.

    Raises MeasureError.
    """
    name = secrets.token_hex(8)
    at = publisher.publish(f"{BASE}/{THIRD}/alarm/kebakaran", json.dumps({"identifier": name}).encode())
    while True:
        came, message = listener.next("a beacon that lists the alarm of another village")
        if name.encode() in message.payload or came > at + WAIT_S:
            return 1000 * (came - at)


def flood(port: int, size: int) -> None:
    """Publishes alarms of *size* bytes without pause, until the process is killed: the process that floods."""
    with Connection(Endpoint(port), Account("rogue")) as rogue:
        chunk = packets.publish(f"{BASE}/{ROGUE}/alarm/kebakaran", b"x" * size) * (200 if size < 10_000 else 1)
        while True:
            rogue.write(chunk)


if __name__ == "__main__":
    as_a_part()
    with suppress(OSError, MeasureError):  # the broker has ended first, and who has started this says so
        flood(*map(int, sys.argv[1:]))
    sys.exit(1)
