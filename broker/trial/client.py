"""A probe: an MQTT client that says exactly what the broker answered it. Not for anything that must reconnect.

The link that nodes and hub use (runtime/mqtt.py) keeps such answers to itself, as faults; here they are the result.
"""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

from broker.trial import packets
from broker.trial.packets import Packet

TIMEOUT_S = 30.0  # what is longer is a hang
# The hub's listener has no IPv6, whatever a machine takes for localhost.
_ADDRESSES = {"localhost": "127.0.0.1"}


class ProbeError(Exception):
    """The broker is not there, does not answer, or has hung up."""


class Client:
    """A connection to *port* of *host*, by TLS if there is a *ca_file*; use as a context manager.

    `messages` are those that have come so far, oldest first. Raises ProbeError.
    """

    def __init__(
        self, port: int, ca_file: Path | None = None, timeout_s: float = TIMEOUT_S, host: str = "localhost"
    ) -> None:
        self._timeout_s = timeout_s
        self._buffer = bytearray()
        self._number = 0
        self._packets: list[Packet] = []
        self.messages: list[Packet] = []
        try:
            self._socket = socket.create_connection((_ADDRESSES.get(host, host), port), timeout_s)
        except OSError as error:
            raise ProbeError(f"port {port}: {error}") from None
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if ca_file is not None:
                context = ssl.create_default_context(cafile=str(ca_file))
                self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except OSError as error:
            self._socket.close()
            raise ProbeError(f"port {port}: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Takes leave, if there still is anyone to take leave of."""
        with suppress(OSError, ProbeError):
            self.send(packets.disconnect())
        self._socket.close()

    def drop(self) -> None:
        """Ends the connection without a word, as a power cut does; the broker speaks the will."""
        self._socket.close()

    def log_in(
        self, client_id: str, username: str | None, password: str | None, will: tuple[str, bytes] | None = None
    ) -> int:
        """Logs in; returns the broker's reason code."""
        self.send(packets.connect(client_id, username, password, will))
        return self._expect(lambda packet: packet.kind == packets.CONNACK).code

    def subscribe(self, topic_filter: str) -> int:
        """Subscribes; returns the reason code, which for a filter that may not be read is success all the same."""
        number = self._next()
        self.send(packets.subscribe(number, topic_filter))
        return self._expect(lambda packet: (packet.kind, packet.number) == (packets.SUBACK, number)).code

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Publishes at QoS 1; returns the reason code."""
        number = self._next()
        self.send(packets.publish(topic, payload, number, retain=retain))
        return self._expect(lambda packet: (packet.kind, packet.number) == (packets.PUBACK, number)).code

    def catch_up(self) -> None:
        """Takes in every message that the broker has passed on to here by now: its answer comes behind them."""
        self.send(packets.ping())
        self._expect(lambda packet: packet.kind == packets.PINGRESP)

    def wait(self, ready: Callable[[list[Packet]], bool], timeout_s: float = TIMEOUT_S) -> bool:
        """Waits until *ready* of the messages; whether it came to that."""
        deadline = time.monotonic() + timeout_s
        while not ready(self.messages):
            if not self._pump(deadline):
                return False
        return True

    def hung_up(self, timeout_s: float = TIMEOUT_S) -> bool:
        """Whether the broker ends the connection, waiting for *timeout_s* at most."""
        deadline = time.monotonic() + timeout_s
        try:
            while self._pump(deadline):
                pass
        except ProbeError:
            return True
        return False

    def send(self, data: bytes) -> None:
        """Sends *data* as it is."""
        try:
            self._socket.settimeout(self._timeout_s)
            self._socket.sendall(data)
        except OSError as error:
            raise ProbeError(f"the connection is lost: {error}") from None

    def _expect(self, wanted: Callable[[Packet], bool]) -> Packet:
        deadline = time.monotonic() + self._timeout_s
        while True:
            for packet in self._packets:
                if wanted(packet):
                    self._packets.remove(packet)
                    return packet
            if not self._pump(deadline):
                raise ProbeError("the broker does not answer")

    def _pump(self, deadline: float) -> bool:
        """Takes in what has come; False if nothing does until *deadline*."""
        self._socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return False
        except OSError as error:
            raise ProbeError(f"the connection is lost: {error}") from None
        if not data:
            raise ProbeError("the broker has hung up")
        self._buffer += data
        for packet in packets.take(self._buffer):
            (self.messages if packet.kind == packets.PUBLISH else self._packets).append(packet)
        return True

    def _next(self) -> int:
        self._number = self._number % 65535 + 1
        return self._number
