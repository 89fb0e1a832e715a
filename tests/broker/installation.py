"""An installation made by the tool itself, on ports of this machine, and a real Mosquitto on its files."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from click.testing import CliRunner

from broker.core import accounts
from broker.core.accounts import Ports
from broker.mosquitto import end, free_ports, launch
from broker.trial.client import Client
from contract.settings import yamltext
from kentongan.commands import main
from testing.program import LIMIT_S
from tests.support.nodes import CONFIG

BASE = "kentongan/situbondo"
LOCAL = ("situbondo.posko", "situbondo.web")
DISTRICT = CONFIG / "situbondo.yaml"


@dataclass(frozen=True, slots=True)
class Said:
    """What the tool said, and its exit code."""

    code: int
    lines: list[str]


def tool(*words: object) -> Said:
    """`kentongan broker WORDS`, in this process."""
    found = CliRunner().invoke(main, ["broker", *map(str, words)])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Said(found.exit_code, found.output.splitlines())


class Installation:
    """A folder made by `provision`; its broker can be started."""

    def __init__(self, place: Path, district: Path = DISTRICT) -> None:
        place.chmod(0o711)  # started by root, Mosquitto becomes a user who must reach its files
        self.folder = place / "broker"
        self._process: subprocess.Popen[bytes] | None = None
        self.ports = dict(zip(("posko", "nodes", "operators"), free_ports(3), strict=True))
        state = replace(accounts.first(district.name), ports=Ports(**self.ports))
        self.folder.mkdir(mode=0o711)
        (self.folder / "accounts.yaml").write_text(accounts.write_state(state), "utf-8")
        made = self.tool("provision", "--district", district, "--host", "127.0.0.1")
        assert made.code == 0, made.lines

    def tool(self, action: str, *words: object) -> Said:
        """The tool on this folder."""
        return tool(action, *words, *(() if action == "check" else ("--out",)), self.folder)

    def start(self, config: str = "broker/mosquitto.conf") -> "Installation":
        """Starts Mosquitto, as a distribution's unit does; a signal that came before it answers would end it."""
        self._process = launch(self.folder / config, self.folder.parent / "log", [*self.ports.values()])
        self.settle()
        return self

    def reload(self) -> None:
        """Has Mosquitto read its files anew; returns when it has."""
        os.kill(self.pid, signal.SIGHUP)
        self.settle()

    def settle(self) -> None:
        """Returns when Mosquitto has obeyed every signal that came before.

        A signal has no answer. Mosquitto looks for one after each round of its loop, and whoever connects is accepted
        in one round and heard in a later one.
        """
        self.login("situbondo.posko").close()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            end(self._process, how)
            self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def bundle(self, username: str) -> Path:
        """The bundle of an account."""
        words = username.split(".")
        if words[0] != "situbondo":
            shelves = ("operators", "petugas", "readers")
            return next(place for shelf in shelves if (place := self.folder / shelf / username).exists())
        if words[1:] in (["posko"], ["web"]):
            return self.folder / "posko"
        shelf = "nodes" if len(words) == 3 else "villages"
        return self.folder / shelf / ".".join(words[1:])

    def name(self, username: str) -> str:
        """The name under which the account *username* logs in: behind that of a box stand random letters."""
        tails = self.setting("accounts.yaml")["tails"]
        assert isinstance(tails, dict)
        return f"{username}_{tails[username]}" if username in tails else username

    def password(self, username: str) -> str:
        name = "web.password" if username == "situbondo.web" else "password"
        return (self.bundle(username) / name).read_text("utf-8").strip()

    def port(self, username: str) -> int:
        if username in LOCAL:
            return self.ports["posko"]
        return self.ports["nodes" if username.startswith("situbondo.") else "operators"]

    def connect(self, username: str) -> Client:
        """A connection to the listener of *username*, not logged in."""
        tls = username not in LOCAL
        return Client(self.port(username), self.folder / "ca/ca.crt" if tls else None)

    def login(self, username: str, *topics: str) -> Client:
        """*username*, logged in and subscribed."""
        client = self.connect(username)
        try:
            assert client.log_in(username, self.name(username), self.password(username)) == 0
            for topic in topics:
                assert client.subscribe(topic) == 0
        except BaseException:
            client.close()
            raise
        return client

    def files(self) -> Mapping[str, bytes]:
        """Every file, by its path in the folder."""
        return {str(path.relative_to(self.folder)): path.read_bytes()
                for path in sorted(self.folder.rglob("*")) if path.is_file()}

    def setting(self, path: str) -> dict[str, object]:
        """The settings file at *path*."""
        found = yamltext.load((self.folder / path).read_text("utf-8"))
        assert isinstance(found, dict)
        return found


def run(words: Sequence[str], home: Path | None = None, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    """A program, in the home folder *home*."""
    environment = {**os.environ, "HOME": str(home)} if home is not None else None
    return subprocess.run(words, capture_output=True, text=True, env=environment, check=check, timeout=LIMIT_S)
