"""A broker started aside with an installation's files, whichever it is for. Must not change an installation."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Self

from broker import passwords
from broker.core import rabbitmq
from broker.core.accounts import RABBITMQ
from broker.core.bundles import Tree
from broker.mosquitto import BrokerError, free_ports
from broker.rabbitmq import Node
from broker.trial import packets
from broker.trial.client import Client, ProbeError
from broker.trial.running import Trial
from contract.roles import LOCAL, PEOPLE, Account

_NEIGHBOURS = "neighbours"


class RabbitTrial:
    """RabbitMQ, alone, with *files*, which are those of the broker in *folder*; use as a context manager.

    `ports` are those it listens on: the hub's, the posts', people's. With *neighbours* it has one more account, which
    may do anything: for what other districts publish. Raises BrokerError.
    """

    host = "localhost"

    def __init__(self, files: Tree, folder: str, ca: bytes, *, neighbours: bool = False) -> None:
        self._files, self._folder, self._ca = dict(files), folder, ca
        self._word = passwords.new(RABBITMQ)
        known = self._files.get(rabbitmq.DEFINITIONS)
        if neighbours and known is not None:
            more = rabbitmq.joined(known.body, _NEIGHBOURS, self._word.hash)
            self._files[rabbitmq.DEFINITIONS] = replace(known, body=more)

    def __enter__(self) -> Self:
        self.place = Path(tempfile.mkdtemp(prefix="kentongan-trial-"))
        try:
            self.node = self._write()
            self.node.start()
        except BaseException:
            shutil.rmtree(self.place, ignore_errors=True)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.node.__exit__(*error)
        shutil.rmtree(self.place, ignore_errors=True)

    @property
    def log(self) -> str:
        """What RabbitMQ has written."""
        return self.node.log.read_text("utf-8", "replace")

    def client(self, account: Account) -> Client:
        """A connection to the listener that is for *account*, not logged in. Raises ProbeError."""
        if account.role in LOCAL:
            return Client(self.ports[0])
        return Client(self.ports[2 if account.role in PEOPLE else 1], self.place / "trial-ca.crt")

    def neighbours(self) -> Client:
        """A connection that is logged in and may write anything. Raises ProbeError."""
        client = Client(self.ports[0])
        code = client.log_in(_NEIGHBOURS, _NEIGHBOURS, self._word.password)
        if code != packets.SUCCESS:
            client.close()
            raise ProbeError(f"the account for neighbouring districts is refused (reason {code})")
        return client

    def _write(self) -> Node:
        for name, file in self._files.items():
            (self.place / name).write_bytes(file.body)
            (self.place / name).chmod(0o600)
        (self.place / "trial-ca.crt").write_bytes(self._ca)
        config = self._files.get(rabbitmq.CONF)
        if config is None:
            raise BrokerError(f"there is no {rabbitmq.CONF}")
        text = rabbitmq.moved(config.body.decode("utf-8", "replace"), self._folder, str(self.place))
        self.ports = free_ports(3)
        (self.place / rabbitmq.CONF).write_text(text.format(*self.ports), "utf-8")
        return Node(self.place, self.ports)


def trial(engine: str, files: Tree, folder: str, ca: bytes, *, neighbours: bool = False) -> Trial | RabbitTrial:
    """The broker of *engine*, to be started aside with *files*, which are those in *folder*; see there."""
    kind = RabbitTrial if engine == RABBITMQ else Trial
    return kind(files, folder, ca, neighbours=neighbours)
