"""The broker that is in use, asked with each account, in a way that rings nothing.

What the access lists say is worth nothing on a broker that does not read them. Must publish on harmless topics only.
"""

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from broker.core.accounts import Ports
from broker.core.proof import Answers
from broker.trial import packets
from broker.trial.client import Client, ProbeError
from broker.trial.running import log_in
from contract.roles import LOCAL, PEOPLE, Account
from contract.wire import beacon, topics
from contract.wire.codec import Refusal
from contract.wire.topics import ActiveTopic

BEACON_S = 11.0  # two of the hub's intervals, and a second
# The post whose account is tried comes back and takes its name over; then the trial begins anew.
_ATTEMPTS = 10


class Live:
    """The broker on *host*, whose listeners have *ports*. It is asked by the hub too where that is this machine."""

    def __init__(self, host: str, ports: Ports, ca_file: Path, *, local: bool = True) -> None:
        """*local*: whether the hub and the page have a listener of their own, as on all brokers but a cluster."""
        self.host = host
        self._local = local
        self.ports = [ports.posko, ports.nodes, ports.operators]
        self._ca_file = ca_file

    def client(self, account: Account) -> Client:
        """A connection to the listener that is for *account*, not logged in. Raises ProbeError."""
        if account.role in LOCAL and self._local:
            return Client(self.ports[0], host=self.host)
        people = account.role in PEOPLE
        return Client(self.ports[2 if people else 1], self._ca_file, host=self.host)


def in_force(live: Live, accounts: Mapping[Account, str], district: str, wait_s: float = BEACON_S) -> int | None:
    """How many alarms the hub lists; None if no beacon comes within *wait_s*. Raises ProbeError."""
    topic = topics.write(district, ActiveTopic())
    for account, password in accounts.items():
        client = log_in(live, account, password) if account.role in PEOPLE else None
        if client is None:
            continue
        with client:
            client.subscribe(topic)
            client.wait(bool, wait_s)
            for each in client.messages:
                found = beacon.read_beacon(each.payload)
                if not isinstance(found, Refusal):
                    return len(found.alarms)
            return None
    return None


def ask(
    live: Live, accounts: Mapping[Account, str], asked: list[str], speakers: list[Account]
) -> Mapping[str, Answers]:
    """What each of *accounts* that is let in can write of *asked*, and hear of what it and *speakers* write there.

    One after the other: an account of a post takes the post's client id, and so its connection, for that moment.
    Raises ProbeError.
    """
    with ExitStack() as stack:
        loud = [stack.enter_context(client) for each in speakers if (client := log_in(live, each, accounts[each]))]
        found: dict[str, Answers] = {}
        for account, password in accounts.items():
            answers = _retried(partial(_one, live, account, password, asked, loud))
            if answers is not None:
                found[account.username] = answers
    return found


def _one(live: Live, account: Account, password: str, asked: list[str], loud: list[Client]) -> Answers | None:
    client = log_in(live, account, password)
    if client is None:
        return None
    mark = f"kentongan broker check {secrets.token_hex(8)}".encode()
    answers = Answers()
    with client:
        client.subscribe("#")
        for topic in asked:
            if client.publish(topic, mark) in (packets.SUCCESS, packets.NO_SUBSCRIBERS):
                answers.wrote.add(topic)
            for each in loud:
                each.publish(topic, mark)
        client.catch_up()
        answers.heard.update(each.topic for each in client.messages if each.payload == mark and each.topic in asked)
    return answers


def _retried(act: Callable[[], Answers | None]) -> Answers | None:
    for _ in range(_ATTEMPTS - 1):
        try:
            return act()
        except ProbeError:
            continue
    return act()
