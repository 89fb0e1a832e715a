"""A broker as `kentongan broker provision` makes it for a district, on free ports of this machine. Not for a village.

Accounts, certificates and access lists are an installation's own; only where it listens is not. Mosquitto can be
killed and started again on the same ports. Must not make a right or a password by itself.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from broker.core import accounts, conf
from broker.core.accounts import Ports
from broker.mosquitto import BrokerError, end, free_ports, launch
from contract.settings import yamltext

HOST = "127.0.0.1"
OPERATOR, READER = "operator", "layar"  # whom every new installation has
PROVISION_S = 300.0  # only ends a hang


class Installation:
    """An installation in *folder* for the district in *district_file*; use as a context manager.

    `homes` are where the operator's and the reader's clients find their options: a home for each, as after `sh pasang`.
    """

    def __init__(self, folder: Path, district_file: Path) -> None:
        self._folder = folder / "broker"
        self._log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        self.homes = {name: folder / name for name in (OPERATOR, READER)}
        self._ports = Ports(*free_ports(3))  # one for each listener
        self._process: subprocess.Popen[bytes] | None = None
        self._provision(district_file)
        for shelf, name in (("operators", OPERATOR), ("readers", READER)):
            self.homes[name].mkdir()
            _run(["sh", str(self._folder / shelf / name / "pasang")], {"XDG_CONFIG_HOME": str(self.homes[name])})
        self._stay_on_this_machine()

    def __enter__(self) -> "Installation":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end(signal.SIGTERM)

    @property
    def port(self) -> int:
        """Where people reach it."""
        return self._ports.operators

    @property
    def running(self) -> bool:
        """Whether Mosquitto runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def lines(self) -> list[str]:
        """What Mosquitto has said."""
        return self._log.read_text("utf-8", "replace").splitlines()

    def start(self) -> None:
        """Starts Mosquitto, and returns when it accepts connections. Raises BrokerError."""
        ports = (self._ports.posko, self._ports.nodes, self._ports.operators)
        self._process = launch(self._config, self._log, ports)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._end(signal.SIGKILL)

    def node(self, name: str) -> dict[str, Any]:
        """The setting `broker` of the node *name*, such as kalibagor/pos-1, from its bundle."""
        return _broker(self._folder / "nodes" / name.replace("/", ".") / "node.yaml")

    def hub(self) -> dict[str, Any]:
        """The setting `broker` of the hub, from its bundle."""
        return _broker(self._folder / "posko" / "posko.yaml")

    def web(self) -> dict[str, Any]:
        """The setting `broker` of the page, from the hub's bundle."""
        return _broker(self._folder / "posko" / "web.yaml")

    def settings(self, name: str) -> Path:
        """The settings of the operator or the reader *name*, as `kentongan watch` finds them at home."""
        return self.homes[name] / "kentongan" / "posko.yaml"

    def _provision(self, district_file: Path) -> None:
        state = replace(accounts.first(district_file.name), ports=self._ports)
        self._folder.mkdir(mode=0o711)
        (self._folder / "accounts.yaml").write_text(accounts.write_state(state), "utf-8")
        _run([sys.executable, "-m", "kentongan", "broker", "provision", "--district", str(district_file),
              "--host", HOST, "--out", str(self._folder)])

    def _stay_on_this_machine(self) -> None:
        """Nobody else is to reach it. Mosquitto stays who started it: the folder may be closed to others."""
        folder = str(self._folder)
        made = (self._folder / "broker" / "mosquitto.conf").read_text("utf-8")
        text, ports = conf.moved(made, folder, folder)
        self._config.write_text(text.format(*ports), "utf-8")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process, how)


def _broker(path: Path) -> dict[str, Any]:
    """The setting `broker` of the settings file at *path*; its files by their whole paths."""
    found = yamltext.load(path.read_text("utf-8"))
    if not isinstance(found, dict):
        raise BrokerError(f"{path} holds no settings")
    files = {key: str(path.parent / value) for key, value in found["broker"].items() if key.endswith("_file")}
    return {**found["broker"], **files}


def _run(words: list[str], environment: Mapping[str, str] | None = None) -> None:
    """Runs *words*, which a Ctrl-C in this terminal does not break off. Raises BrokerError."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            words, capture_output=True, text=True, timeout=PROVISION_S, check=False, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})}, start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise BrokerError(f"the broker's files are not made within {PROVISION_S:g} s: is this machine busy?") from None
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout)[-400:].split())
        raise BrokerError(f"the broker's files cannot be made: {said}")
