"""The brokers, as every settings file writes them: one, or a list."""

from contextlib import suppress
from typing import Any

import pytest

from contract.settings.broker import Address, BrokerSettings, brokers
from contract.settings.schema import Place, RefusedError

FIRST = {"host": "posko.local", "port": 8883, "username": "operator", "password_file": "password", "ca_file": "ca.crt"}


def faults(found: Any) -> list[str]:
    place = Place("broker", [])
    with suppress(RefusedError):
        brokers(found, place)
    return place.faults


def test_one_broker_is_written_as_ever() -> None:
    assert brokers({"host": "127.0.0.1"}, Place("broker", [])) == BrokerSettings("127.0.0.1")


def test_of_several_the_first_says_who_we_are_and_gives_its_port_to_those_without() -> None:
    found = brokers([FIRST, {"host": "192.168.1.12"}, {"host": "192.168.1.13", "port": 18883}], Place("broker", []))

    assert found == BrokerSettings("posko.local", 8883, "operator", "password", "ca.crt",
                                   (Address("192.168.1.12"), Address("192.168.1.13", 18883)))
    assert found.addresses() == (("posko.local", 8883), ("192.168.1.12", 8883), ("192.168.1.13", 18883))


@pytest.mark.parametrize(("written", "expected"), [
    ([], ["broker: is empty; write {host: ...}, or a list of such"]),
    ([FIRST, FIRST], ["broker.2.username: stands with the first broker, and holds for all; leave it out here",
                      "broker.2.password_file: stands with the first broker, and holds for all; leave it out here",
                      "broker.2.ca_file: stands with the first broker, and holds for all; leave it out here"]),
    ([FIRST, {"host": "posko.local"}], ["broker: lists posko.local:8883 more than once"]),
    ([{"host": f"10.0.0.{number}"} for number in range(9)], ["broker: lists 9 brokers; at most 8"]),
    ([FIRST, "192.168.1.12"], ["broker.2: must be a mapping"]),
    ([FIRST, {"host": "192.168.1.12", "prot": 1883}], ["broker.2.prot: unknown; did you mean port?"]),
])
def test_what_cannot_be_meant_is_refused_in_one_line_each(written: Any, expected: list[str]) -> None:
    assert [fault[:len(line)] for fault, line in zip(faults(written), expected, strict=True)] == expected
