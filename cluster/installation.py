"""An installation for RabbitMQ, made by the tool itself, and nodes of RabbitMQ with its files on this machine."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broker.core import accounts, rabbitmq
from broker.core.accounts import Ports
from broker.mosquitto import free_port, free_ports
from broker.rabbitmq import Node, end_epmd
from broker.trial.client import Client
from contract.settings import yamltext

ROOT = Path(__file__).resolve().parent.parent
DISTRICT = ROOT / "config/situbondo.yaml"
BORDER = ROOT / "config/situbondo-perbatasan.yaml"  # the same with neighbours in other districts
ADDRESSES = {"posko-1": "127.0.0.1", "posko-2": "127.0.0.2", "posko-3": "127.0.0.3"}
LIMIT_S = 600.0


class Installation:
    """A folder made by `kentongan broker provision --engine rabbitmq`, for one machine or for the three ADDRESSES.

    It may have joined the brokers of *other*.
    """

    def __init__(
        self, place: Path, peers: Sequence[str] = (), district: Path = DISTRICT, other: "Installation | None" = None
    ) -> None:
        self.folder = place / "broker"
        if other is not None:
            self.ports: Ports = other.ports
            place.mkdir()
            self.tool("provision", "--district", str(district), "--join", str(other.folder))
            return
        self.ports = Ports(*free_ports(3))
        self.folder.mkdir()
        state = replace(accounts.first(district.name), ports=self.ports)
        (self.folder / "accounts.yaml").write_text(accounts.write_state(state), "utf-8")
        self.tool("provision", "--engine", "rabbitmq", "--district", str(district), "--host", "127.0.0.1",
                  *(word for each in peers for word in ("--peer", each)))

    def tool(self, action: str, *words: str, code: int = 0) -> list[str]:
        """What `kentongan broker ACTION WORDS` prints; it ends with *code*."""
        out = () if action == "check" else ("--out",)
        done = subprocess.run([sys.executable, "-m", "kentongan", "broker", action, *words, *out, str(self.folder)],
                              capture_output=True, text=True, timeout=LIMIT_S, check=False, cwd=ROOT)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout.splitlines()

    def login(self, username: str) -> str:
        """The name under which *username* logs in."""
        tails = self.settings("accounts.yaml")["tails"]
        return f"{username}_{tails[username]}" if username in tails else username

    def password(self, bundle: str) -> str:
        return (self.folder / bundle / "password").read_text("utf-8").strip()

    def settings(self, path: str) -> dict[str, Any]:
        found = yamltext.load((self.folder / path).read_text("utf-8"))
        assert isinstance(found, dict)
        return found

    def broker(self, path: str) -> Any:
        """The setting `broker` of the settings file at *path*, its files by their whole paths."""
        found = self.settings(path)["broker"]
        first = found[0] if isinstance(found, list) else found
        whole = {key: str((self.folder / path).parent / value) for key, value in first.items() if key.endswith("_file")}
        first = {**first, **whole}
        return [first, *found[1:]] if isinstance(found, list) else first

    def enter(self, username: str, bundle: str, *, password: str | None = None) -> tuple[Client, int]:
        """A person or a box at the listener of persons and boxes of this machine, and the broker's answer."""
        port = self.ports.nodes if username.startswith("situbondo.") else self.ports.operators
        client = Client(port, self.folder / "ca/ca.crt")
        login = self.login(username)
        return client, client.log_in(f"{username}.0123456789abcdef", login, password or self.password(bundle))


def beginning(brokers: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """The setting `broker` in another order: that with *number*, from 0, is the first, and says who we are."""
    places = [{"host": each["host"], "port": each["port"]} for each in brokers]
    ordered = [*places[number:], *places[:number]]
    return [{**brokers[0], **ordered[0]}, *ordered[1:]]


@contextmanager
def one(place: Path, made: Installation) -> Iterator[Node]:
    """RabbitMQ alone, with the files of *made*."""
    place.mkdir()
    _copy(made, place)
    text = (made.folder / "broker" / rabbitmq.CONF).read_text("utf-8")
    ports = (made.ports.posko, made.ports.nodes, made.ports.operators)
    moved = rabbitmq.moved(text, str(made.folder / "broker"), str(place)).format(*ports)
    (place / rabbitmq.CONF).write_text(moved, "utf-8")
    with Node(place, ports) as node:
        yield node


@contextmanager
def three(
    place: Path, made: Installation, changed: Callable[[str, str], str] = lambda text, _address: text
) -> Iterator[list[Node]]:
    """Three nodes that are one broker, with the files of *made*, each at an address of its own.

    *changed* makes another configuration of that of the node at an address.
    """
    epmd, cookie = free_port(), "".join((made.folder / "broker" / rabbitmq.COOKIE).read_text("ascii").split())
    nodes = []
    for number, (name, address) in enumerate(ADDRESSES.items(), 1):
        folder = place / name
        folder.mkdir()
        _copy(made, folder)
        text = (made.folder / "broker" / rabbitmq.CONF).read_text("utf-8")
        text = text.replace(f"{made.folder}/broker/", f"{folder}/")
        text = re.sub(r"rabbit@posko-(\d)", rf"posko\1-{epmd}@localhost", text)
        text = re.sub(r"^(mqtt\.listeners\.ssl\.\w+) = (\d+)$", rf"\1 = {address}:\2", text, flags=re.MULTILINE)
        (folder / rabbitmq.CONF).write_text(changed(text, address), "utf-8")
        nodes.append(Node(folder, (made.ports.nodes, made.ports.operators), address, f"posko{number}-{epmd}", epmd,
                          cookie=cookie))
    try:
        for node in nodes:
            node.start(wait=False)
        for node in nodes:
            node.wait()
        nodes[0].ctl(*rabbitmq.BY_MAJORITY)
        nodes[0].ctl("import_definitions", str(made.folder / "broker" / rabbitmq.DEFINITIONS))
        yield nodes
    finally:
        for node in nodes:
            node.end()
        end_epmd(epmd)


def be_the_machines_own(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """`rabbitmqctl` without further words means the node of the machine: *node*, from now on."""
    for name, value in node.environment().items():
        if name.startswith(("RABBITMQ", "ERL_")) or name == "HOME":
            monkeypatch.setenv(name, value)


def _copy(made: Installation, place: Path) -> None:
    for path in (made.folder / "broker").iterdir():
        (place / path.name).write_bytes(path.read_bytes())
