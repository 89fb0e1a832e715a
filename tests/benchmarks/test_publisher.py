"""The raw sockets of the benchmarks: who only listens is not put out, and says so if it is."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from benchmarks import publisher
from benchmarks.publisher import Endpoint, Listener
from benchmarks.run import MeasureError
from broker.trial import packets

CONNACK, SUBACK = b"\x20\x03\x00\x00\x00", b"\x90\x04\x00\x01\x00\x00"


@contextmanager
def listening() -> Iterator[tuple[Listener, socket.socket]]:
    """A listener, and the broker's end of its connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60.0)
        accepted: list[socket.socket] = []

        def answer() -> None:
            connection, _ = server.accept()
            accepted.append(connection)
            connection.sendall(CONNACK + SUBACK)

        thread = Thread(target=answer)
        thread.start()
        listener = Listener(Endpoint(server.getsockname()[1]), "a/#")
        thread.join()
        with accepted[0] as broker, listener:
            broker.settimeout(60.0)
            yield listener, broker


def test_who_only_listens_gives_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publisher, "AGAIN_S", 0.02)
    with listening() as (listener, broker):
        heard = b""
        while heard.count(packets.ping()) < 2:
            heard += broker.recv(65536)
        broker.sendall(b"\xd0\x00" + packets.publish("a/b", b"still there"))
        assert listener.next("a message")[1].payload == b"still there"


def test_a_connection_that_the_broker_ends_is_told_as_that() -> None:
    with listening() as (listener, broker):
        broker.sendall(packets.publish("a/b", b"last"))
        broker.shutdown(socket.SHUT_RDWR)
        assert listener.next("a message")[1].payload == b"last"
        for _ in range(2):
            with pytest.raises(MeasureError, match="the proof did not come: the broker has ended the listener's"):
                listener.next("the proof")
