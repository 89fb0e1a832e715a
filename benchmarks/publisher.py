"""A raw MQTT socket: it adds nothing to what is measured, as a client library with a thread of its own would.

Measured beside each other, 50 ms of rest before each: a C subscriber receives a message of paho's publisher 0.31 ms
after `publish`, and one that is written to a socket after 0.16 ms.
"""

import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import Self

from benchmarks.run import WAIT_S, MeasureError, now
from broker.trial import packets
from broker.trial.packets import Packet

AGAIN_S = packets.KEEPALIVE_S / 2  # from one sign of life to the next, at most


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A broker on this machine: its port and, where it speaks TLS, the authority's certificate."""

    port: int
    ca_file: Path | None = None
    host = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in."""

    client_id: str = "benchmark"
    username: str | None = None
    password: str | None = None


class Connection:
    """A connection to *endpoint*, logged in; use as a context manager. Raises MeasureError."""

    def __init__(self, endpoint: Endpoint, account: Account = Account()) -> None:
        self._buffer = bytearray()
        self._number = 0
        self._written = now()
        try:
            self._socket = socket.create_connection((endpoint.host, endpoint.port), WAIT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if endpoint.ca_file is not None:
                context = ssl.create_default_context(cafile=str(endpoint.ca_file))
                self._socket = context.wrap_socket(self._socket, server_hostname="localhost")
            self._socket.sendall(packets.connect(account.client_id, account.username, account.password))
        except OSError as error:
            raise MeasureError(f"the broker on port {endpoint.port} cannot be reached: {error}") from None
        self._accepted(self._next(packets.CONNACK))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Disconnects."""
        with suppress(OSError):
            self._socket.sendall(packets.disconnect())
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes a thread that reads
        self._socket.close()

    def publish(self, topic: str, payload: bytes = b"") -> float:
        """Publishes at QoS 1; returns the instant before it was written. The broker has it when this returns."""
        self._number = self._number % 65535 + 1
        packet = packets.publish(topic, payload, self._number)
        at = now()
        self.write(packet)
        self._accepted(self._next(packets.PUBACK))
        return at

    def stream(self, topic: str, payload: bytes, count: int) -> None:
        """Publishes *count* times at QoS 0, as fast as the broker takes it."""
        self.write(packets.publish(topic, payload) * count)

    def subscribe(self, topic_filter: str) -> None:
        """Subscribes at QoS 0."""
        self.write(packets.subscribe(1, topic_filter))
        self._accepted(self._next(packets.SUBACK))

    def messages(self) -> tuple[float, list[Packet]]:
        """The next messages, at least one unless the connection ends, and the instant at which they came. Waits.

        Meanwhile the broker hears that somebody is there: who only listens is put out after 1.5 keepalives (MQTT 5,
        3.1.2.10).
        """
        with suppress(OSError):  # it may have been closed meanwhile, which shows at once
            self._socket.settimeout(AGAIN_S)
        while True:
            data = self._receive_or_ping()
            at = now()
            self._buffer += data
            found = [each for each in packets.take(self._buffer) if each.kind == packets.PUBLISH]
            if found or not data:
                return at, found

    def _receive_or_ping(self) -> bytes:
        while True:
            if now() >= self._written + AGAIN_S:
                with suppress(MeasureError):  # what has come before is read all the same
                    self.write(packets.ping())
            try:
                return self._socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return b""

    def write(self, packet: bytes) -> None:
        """Sends *packet* as it is. Raises MeasureError."""
        try:
            self._written = now()
            self._socket.sendall(packet)
        except OSError as error:
            raise MeasureError(f"the broker has ended the connection: {error}") from None

    def _next(self, kind: int) -> Packet:
        """The next packet of *kind*; messages before it are dropped."""
        while True:
            for packet in packets.take(self._buffer):
                if packet.kind == kind:
                    return packet
            data = self._receive()
            if not data:
                raise MeasureError("the broker has ended the connection, or does not answer")
            self._buffer += data

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(65536)
        except OSError:
            return b""

    def _accepted(self, packet: Packet) -> None:
        if packet.code >= 0x80:
            raise MeasureError(f"the broker refuses: reason code {packet.code:#04x}")


class Listener:
    """What is published under *topic_filter*, each with the instant at which it came. Use as a context manager."""

    def __init__(self, endpoint: Endpoint, *topic_filters: str) -> None:
        self._connection = Connection(endpoint, Account(f"listener-{id(self)}"))
        for each in topic_filters:
            self._connection.subscribe(each)
        self._found: Queue[tuple[float, Packet] | None] = Queue()  # None: there will be no more
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._thread.join(WAIT_S)

    @property
    def waiting(self) -> bool:
        """Whether a message has come that `next` has not given."""
        return not self._found.empty()

    def next(self, what: str, timeout_s: float = WAIT_S) -> tuple[float, Packet]:
        """The next message and its instant. Raises MeasureError, which says that *what* did not come."""
        try:
            found = self._found.get(timeout=timeout_s)
        except Empty:
            raise MeasureError(f"{what} did not come within {timeout_s:g} s") from None
        if found is None:
            self._found.put(None)
            raise MeasureError(f"{what} did not come: the broker has ended the listener's connection")
        return found

    def _run(self) -> None:
        while True:
            at, found = self._connection.messages()
            if not found:
                self._found.put(None)
                return
            for each in found:
                self._found.put((at, each))
