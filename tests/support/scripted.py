"""A broker that answers what a test wants: for what no broker at hand says at the right moment."""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Thread

from testing.program import LIMIT_S

# By the packet that is answered (MQTT 5, table 2-1).
CONNACK, PUBLISH, PUBACK, SUBSCRIBE, PING, DISCONNECT = 1, 3, 4, 8, 12, 14
Answer = Callable[[bytes], bytes | None]  # a packet's body -> what to send; None: hang up


def acknowledge(packet: bytes, code: int) -> bytes:
    """A PUBACK with the reason code *code*, for the body of a PUBLISH."""
    after = 2 + int.from_bytes(packet[:2], "big")
    return bytes([0x40, 3, *packet[after:after + 2], code])


def _granted(packet: bytes) -> bytes:
    """A SUBACK that grants QoS 1 to each filter in the body of a SUBSCRIBE without properties."""
    at, count = 3, 0
    while at < len(packet):
        at += 2 + int.from_bytes(packet[at:at + 2], "big") + 1
        count += 1
    return bytes([0x90, 3 + count, *packet[:2], 0, *[1] * count])


def _nothing(_packet: bytes) -> bytes:
    return b""


class ScriptedBroker:
    """Listens on loopback; use as a context manager. What *answers* does not name is granted."""

    def __init__(self, answers: Mapping[int, Answer]) -> None:
        ready: dict[int, Answer] = {
            CONNACK: lambda _packet: b"\x20\x03\x00\x00\x00", PUBLISH: lambda packet: acknowledge(packet, 0),
            SUBSCRIBE: _granted, PING: lambda _packet: b"\xd0\x00",
        }
        self._answers = {**ready, **answers}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "ScriptedBroker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(LIMIT_S)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _address = self._listener.accept()
                with peer, suppress(OSError):
                    self._talk(peer)

    def _talk(self, peer: socket.socket) -> None:
        stream = peer.makefile("rb")
        while head := stream.read(1):
            length = shift = 0
            while True:
                (byte,) = stream.read(1)
                length |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            answer = self._answers.get(head[0] >> 4, _nothing)(stream.read(length))
            if answer is None:
                return
            peer.sendall(answer)
