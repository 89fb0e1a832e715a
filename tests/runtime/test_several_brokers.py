"""A link with several brokers, on real ones: it finds the one that answers, and returns to the first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest

from broker.mosquitto import free_port
from contract.wire import timing
from contract.wire.faults import Fault
from posko import rival
from posko.rival import RivalError
from runtime.core import addresses
from runtime.core.events import Cause, Faulted, Linked, Received, Recovered, Unlinked
from runtime.endpoint import Broker, Subscription
from runtime.inbox import Inbox
from runtime.mqtt import Link
from testing.private_broker import PrivateBroker
from tests.support.mqtt import AS_OURSELVES, publish
from tests.support.scripted import SUBSCRIBE, ScriptedBroker
from tests.support.waiting import take

ALARM = "kentongan/situbondo/kalibagor/alarm/pencurian"
BEACON = "kentongan/situbondo/active"
SUBSCRIPTIONS = [Subscription(ALARM), Subscription(BEACON)]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits are not what is tried."""
    monkeypatch.setattr(timing, "RECONNECT_S", (0.02, 0.05))
    monkeypatch.setattr(addresses, "SOON_S", (0.0, 0.02))


@pytest.fixture
def second(tmp_path: Path) -> Iterator[PrivateBroker]:
    with PrivateBroker(tmp_path / "second") as running:
        yield running


@contextmanager
def link_to(first: int, second: int, inbox: Inbox) -> Iterator[Link]:
    link = Link(Broker("127.0.0.1", first, "situbondo.kalibagor.pos-1", others=(("127.0.0.1", second),)),
                SUBSCRIPTIONS, None, inbox)
    link.start()
    try:
        yield link
    finally:
        link.close()


def renewed(inbox: Inbox) -> Unlinked:
    """The next end of a connection that the program chose."""
    while (found := take(inbox, Unlinked)).cause is not Cause.RENEWED:
        pass
    return found


def test_where_the_first_does_not_answer_the_second_is_used_and_that_is_a_fault(second: PrivateBroker) -> None:
    inbox, absent = Inbox(), free_port()
    with link_to(absent, second.port, inbox):
        assert f"127.0.0.1:{absent}" in take(inbox, Unlinked).reason
        fault = take(inbox, Faulted)
        take(inbox, Linked)
        publish(second, ALARM)

        assert fault == Faulted(
            Fault.BROKER, f"broker 127.0.0.1:{absent}: [Errno 111] Connection refused; "
                          f"127.0.0.1:{second.port} is used in its place")
        assert take(inbox, Received).topic == ALARM


def test_a_first_that_refuses_the_login_is_left_for_the_second_and_the_fault_says_so(
    tmp_path: Path, second: PrivateBroker,
) -> None:
    (tmp_path / "passwords").write_text("", "utf-8")
    inbox = Inbox()
    extra = f"{AS_OURSELVES}allow_anonymous false\npassword_file {tmp_path}/passwords\n"
    with PrivateBroker(tmp_path / "first", extra=extra) as strict, link_to(strict.port, second.port, inbox):
        found = take(inbox, Faulted)
        take(inbox, Linked)

    assert found == Faulted(
        Fault.BROKER, f"broker 127.0.0.1:{strict.port} refuses situbondo.kalibagor.pos-1, which names no account: "
                      f"Not authorized; 127.0.0.1:{second.port} is used in its place")


def test_a_first_that_answers_but_for_what_is_to_be_heard_is_left_for_the_second(
    second: PrivateBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a RabbitMQ does that has lost the majority of its cluster."""
    monkeypatch.setattr("runtime.mqtt.SUBSCRIBE_S", 0.1)
    monkeypatch.setattr("runtime.mqtt.LOOP_S", 0.05)
    inbox = Inbox()
    with ScriptedBroker({SUBSCRIBE: lambda _packet: b""}) as deaf, link_to(deaf.port, second.port, inbox):
        found = take(inbox, Faulted)
        take(inbox, Linked)
        publish(second, ALARM)
        assert take(inbox, Received).topic == ALARM

    assert found == Faulted(
        Fault.BROKER, f"broker 127.0.0.1:{deaf.port}: no answer to SUBSCRIBE within 0.1 s; 127.0.0.1:{second.port} is "
                      "used in its place")


def test_a_broker_that_dies_is_left_and_the_first_is_returned_to_once_it_has_been_well(
    tmp_path: Path, second: PrivateBroker, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "HEALTHY_S", 0.2)
    inbox = Inbox()
    with PrivateBroker(tmp_path / "first") as first, link_to(first.port, second.port, inbox):
        take(inbox, Linked)
        first.kill()
        assert take(inbox, Faulted).part == Fault.BROKER
        take(inbox, Linked)
        first.start()
        assert renewed(inbox).reason.endswith("the first broker is well again")
        assert take(inbox, Recovered).part == Fault.BROKER
        take(inbox, Linked)
        publish(first, ALARM)

        assert take(inbox, Received).topic == ALARM


def test_one_that_is_to_be_left_though_it_answers_is_left(tmp_path: Path, second: PrivateBroker) -> None:
    inbox = Inbox()
    with PrivateBroker(tmp_path / "first") as first, link_to(first.port, second.port, inbox) as link:
        take(inbox, Linked)
        link.reconnect("no beacon came for 15 s", leave=True)
        renewed(inbox)
        assert take(inbox, Faulted).part == Fault.BROKER
        take(inbox, Linked)
        publish(second, ALARM)

        assert take(inbox, Received).topic == ALARM


def test_where_the_second_brings_the_beacon_a_first_that_does_not_is_not_returned_to(
    tmp_path: Path, second: PrivateBroker, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "HEALTHY_S", 0.0)
    monkeypatch.setattr(Link, "_has_beacon", lambda _self: True)
    inbox = Inbox()
    with PrivateBroker(tmp_path / "first") as first, link_to(first.port, second.port, inbox) as link:
        take(inbox, Linked)
        link.reconnect("no beacon came for 15 s", leave=True)
        renewed(inbox)
        take(inbox, Linked)
        for _ in range(3):
            publish(second, ALARM)
            take(inbox, Received)
        while link._scout is not None:  # it may still be on its way to the first
            publish(first, BEACON, "-r")

        assert renewed(inbox).reason.endswith("the first broker is well again")


def test_a_beacon_on_this_connection_counts_and_one_of_the_connection_before_does_not(second: PrivateBroker) -> None:
    inbox = Inbox()
    with link_to(second.port, free_port(), inbox) as link:
        take(inbox, Linked)
        before = link._has_beacon()
        publish(second, BEACON)
        take(inbox, Received)
        during = link._has_beacon()
        link.reconnect("tried")
        take(inbox, Linked)

        assert (before, during, link._has_beacon()) == (False, True, False)


def test_a_hub_finds_another_one_on_the_second_broker_where_the_first_does_not_answer(second: PrivateBroker) -> None:
    broker = Broker("127.0.0.1", free_port(), "situbondo.posko", others=(("127.0.0.1", second.port),))
    done = Flag()

    def repeat() -> None:
        while not done.is_set():
            publish(second, BEACON)

    other = Thread(target=repeat)
    other.start()
    try:
        with pytest.raises(RivalError):
            rival.refuse(broker, "situbondo")
    finally:
        done.set()
        other.join()
