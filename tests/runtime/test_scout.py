"""The scout that watches the first broker leaves no connection behind, and is gone before the first is used."""

import gc
import socket
from threading import Event as Flag

import pytest

from broker.mosquitto import free_port
from runtime import mqtt
from runtime.core import addresses
from runtime.core.events import Linked
from runtime.endpoint import Broker, Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link
from runtime.scout import Scout
from testing.program import LIMIT_S


class Connection:
    """A connection of a scout's that is there at once."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.closed = Flag()

    def start(self) -> None:
        self._inbox.put(Linked())

    def close(self) -> None:
        self.closed.set()


def test_a_scout_that_is_called_back_at_any_moment_closes_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "HEALTHY_S", 0.0)
    made: list[Connection] = []
    called_well = Flag()

    def connect(inbox: Inbox) -> Connection:
        made.append(Connection(inbox))
        return made[0]

    def called_back_as_it_looks() -> bool:
        scout.end()
        return True

    scout = Scout(connect, called_back_as_it_looks, called_well.set)
    scout.start()

    assert made[0].closed.wait(LIMIT_S)
    scout._worker.join(LIMIT_S)
    assert not called_well.is_set()


def two(first: int, second: int) -> Link:
    return Link(Broker("127.0.0.1", first, "situbondo.kalibagor.pos-1", others=(("127.0.0.1", second),)),
                [Subscription("kentongan/situbondo/active")], None, Inbox())


def test_the_scout_is_called_back_before_the_first_broker_is_connected_to_and_not_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = two(free_port(), free_port())
    done: list[str] = []
    monkeypatch.setattr(link, "_ended", lambda: None)

    def connect() -> None:
        done.append(f"connect to {link._addresses.at}")
        raise OSError("no route")

    class Watching:
        def end(self) -> None:
            done.append("called back")

    monkeypatch.setattr(link, "_connect_once", connect)
    link._addresses = link._addresses.left()
    link._scout = Watching()  # type: ignore[assignment]
    link._turn()
    link._turn()

    assert done == ["connect to 1", "called back", "connect to 0"]


def test_one_that_is_well_again_after_it_is_in_use_again_costs_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    link = two(free_port(), free_port())
    renewed: list[str] = []
    monkeypatch.setattr(link, "reconnect", renewed.append)
    link._return()
    link._broker = link._brokers[1]
    link._return()

    assert renewed == ["the first broker is well again"]


def test_a_link_that_is_closed_while_it_connects_does_not_greet_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = mqtt._Client.connect
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = two(server.getsockname()[1], free_port())

        def closed_meanwhile(client: mqtt._Client, *args: object, **named: object) -> object:
            found = connect(client, *args, **named)  # type: ignore[arg-type]
            link._worker.end()
            link._at_once.set()
            return found

        monkeypatch.setattr(mqtt._Client, "connect", closed_meanwhile)
        link._turn()
        gc.collect()
        server.settimeout(LIMIT_S)
        opened, _ = server.accept()
        with opened:
            opened.settimeout(LIMIT_S)
            received = opened.recv(100)

    assert received == b""
