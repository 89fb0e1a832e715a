"""A broker's files tried out on a throw-away Mosquitto: its configuration as it is, but on free loopback ports.

Must not change an installation.
"""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Protocol, Self

from broker.core import conf
from broker.core.bundles import Tree
from broker.core.proof import Answers
from broker.mosquitto import BrokerError, end, free_ports, launch
from broker.trial import packets
from broker.trial.client import Client, ProbeError
from contract.roles import LOCAL, PEOPLE, Account, Role
from contract.wire import topics
from contract.wire.topics import ActiveTopic


class Broker(Protocol):
    """A broker that can be asked: its `ports` in the order of the configuration, on `host`."""

    ports: list[int]
    host: str

    def client(self, account: Account) -> Client:
        """A connection to the listener that is for *account*, not logged in. Raises ProbeError."""


def log_in(broker: Broker, account: Account, password: str) -> Client | None:
    """*account*, logged in under a client id that nobody else has; None if it is refused. Raises ProbeError.

    The id begins with the account's name: RabbitMQ lets a box subscribe under that alone.
    """
    client = broker.client(account)
    try:
        if client.log_in(f"{account.username}.{secrets.token_hex(8)}", account.login, password) == packets.SUCCESS:
            return client
    except ProbeError:
        client.close()
        raise
    client.close()
    return None


class Trial:
    """Mosquitto with *files*, which are those of the broker in *folder*; use as a context manager.

    `ports` are those it listens on, in the order of its configuration. With *neighbours* it has one more listener,
    which is not among them and lets anybody do anything: for what other districts publish. Raises BrokerError.
    """

    host = "localhost"

    def __init__(self, files: Tree, folder: str, ca: bytes, *, neighbours: bool = False) -> None:
        self._files = files
        self._folder = folder
        self._ca = ca
        self._neighbours = neighbours

    def __enter__(self) -> Self:
        self.place = Path(tempfile.mkdtemp(prefix="kentongan-trial-"))
        try:
            self._process = self._start()
        except BaseException:
            shutil.rmtree(self.place, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        end(self._process)
        shutil.rmtree(self.place, ignore_errors=True)

    @property
    def log(self) -> str:
        """What Mosquitto has said."""
        return (self.place / "log").read_text("utf-8", "replace")

    def client(self, account: Account) -> Client:
        """A connection to the listener that is for *account*, not logged in. Raises ProbeError."""
        if account.role in LOCAL:
            return Client(self.ports[0])
        people = account.role in PEOPLE
        return Client(self.ports[2 if people else 1], self.place / "trial-ca.crt")

    def neighbours(self) -> Client:
        """A connection that is logged in and may write anything. Raises ProbeError."""
        client = Client(self._own_port)
        code = client.log_in("neighbours", None, None)
        if code != packets.SUCCESS:
            client.close()
            raise ProbeError(f"the listener for neighbouring districts refuses (reason {code})")
        return client

    def _start(self) -> subprocess.Popen[bytes]:
        for name, file in self._files.items():
            (self.place / name).write_bytes(file.body)
            (self.place / name).chmod(0o600)
        (self.place / "trial-ca.crt").write_bytes(self._ca)
        config = self._files.get("mosquitto.conf")
        if config is None:
            raise BrokerError("there is no mosquitto.conf")
        text = config.body.decode("utf-8", "replace")
        text, ports = conf.moved(text, self._folder, str(self.place))
        *self.ports, self._own_port = free_ports(len(ports) + 1)
        path = self.place / "mosquitto.conf"
        more = f"\nlistener {self._own_port} 127.0.0.1\nallow_anonymous true\n" if self._neighbours else ""
        path.write_text(text.format(*self.ports) + more, "utf-8")
        return launch(path, self.place / "log", [*self.ports, *([self._own_port] if self._neighbours else [])])


class Logging(Broker, Protocol):
    """A broker whose log can be read."""

    @property
    def log(self) -> str:
        """What it has written."""


def greet(trial: Logging, hub: Account, password: str) -> None:
    """Raises BrokerError unless *trial* lets the hub in, and its beacon through."""
    try:
        with trial.client(hub) as client:
            code = client.log_in(hub.login, hub.login, password)
            topic = topics.write(hub.username.removesuffix(".posko"), ActiveTopic())
            code = code or client.publish(topic, b"{}")
    except ProbeError as error:
        raise BrokerError(f"the hub is not let in: {error}") from None
    if code not in (packets.SUCCESS, packets.NO_SUBSCRIBERS):
        raise BrokerError(f"the hub {hub.username} is refused (reason {code}); the broker says: {trial.log[-300:]}")


class Neighboured(Broker, Protocol):
    """A broker on which somebody may write anything, as a neighbouring district would."""

    def neighbours(self) -> Client:
        """A connection that is logged in and may write anything. Raises ProbeError."""


def ask(
    trial: Trial, accounts: dict[Account, str], asked: list[str], beyond: Collection[str] = ()
) -> dict[str, Answers]:
    """What each of *accounts* that is let in, with its password, can write and hear of *asked*. Raises ProbeError.

    All listen to everything while each publishes on every topic, and somebody of a neighbouring district on each of
    *beyond*. The broker has passed on what it has acknowledged.
    """
    clients: dict[Account, Client] = {}
    try:
        for account, password in accounts.items():
            client = trial.client(account)
            if client.log_in(account.login, account.login, password) != packets.SUCCESS:
                client.close()
                continue
            clients[account] = client
            client.subscribe("#")
        found = {account.username: Answers() for account in clients}
        for account, client in clients.items():
            for topic in asked:
                if client.publish(topic, account.username.encode()) in (packets.SUCCESS, packets.NO_SUBSCRIBERS):
                    found[account.username].wrote.add(topic)
        publish_from_beyond(trial, beyond)
        if not any(each.role is Role.HUB for each in clients):
            raise ProbeError("the hub is not let in, and without it nothing can be proven")
        for account, client in clients.items():
            client.catch_up()
            found[account.username].heard.update(each.topic for each in client.messages if each.topic in asked)
    finally:
        for client in clients.values():
            client.close()
    return found


def publish_from_beyond(trial: Neighboured, asked: Collection[str]) -> None:
    """Publishes on each of *asked* as another district's accounts do. Raises ProbeError."""
    if asked:
        with trial.neighbours() as other:
            for topic in asked:
                other.publish(topic, b"neighbours")


def strangers(trial: Broker, account: Account) -> list[str]:
    """How a stranger gets in, on each listener; empty if not at all."""
    found: list[str] = []
    people = Account("stranger", Role.READER)
    for name, who in (("posko", Account("stranger", Role.HUB)), ("nodes", account), ("operators", people)):
        for kind, username, password in (
            ("without a name", None, None), ("without a password", who.login, None),
            ("with a wrong password", who.login, "wrong"), ("under an unknown name", "stranger", "stranger"),
            ("as guest", "guest", "guest"),
        ):
            try:
                with trial.client(who) as client:
                    if client.log_in(f"stranger-{name}", username, password) == packets.SUCCESS:
                        found.append(f"anybody gets in at the listener {name}, {kind}")
            except ProbeError:
                pass  # hung up on, or not reachable from here: refused as well
    for name, port in (("nodes", trial.ports[1]), ("operators", trial.ports[2])):
        try:
            with Client(port, host=trial.host) as client:
                client.log_in("stranger", None, None)
                found.append(f"the listener {name} speaks without TLS")
        except ProbeError:
            pass  # as it should be
    return found
