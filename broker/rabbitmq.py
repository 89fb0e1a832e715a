"""RabbitMQ as a program: where it is, how a node of its own is started, asked and ended.

A node of Erlang brings epmd, a daemon that knows each node's port by its name. A node started here has one of its own,
on a port of its own, and takes it along when it ends.
"""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from broker.core import rabbitmq
from broker.mosquitto import END_S, BrokerError, answers, free_port

VARIABLE = "KENTONGAN_RABBITMQ"
# Debian's own folder: what it has in PATH becomes another user.
_PLACES = ("/usr/lib/rabbitmq/bin", "/usr/local/sbin", "/usr/sbin", "/opt/rabbitmq/sbin")
# What is longer is a hang: a slow or busy machine takes a minute.
START_S = 180.0
COMMAND_S = 120.0
_READY = b"Server startup complete"
# It is a guest on this machine: one scheduler, which sleeps where there is nothing to do.
_MODEST = ("+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1} net_ticktime "
           f"{rabbitmq.TICK_S}")


def program(name: str) -> str | None:
    """The path of *name*, one of RabbitMQ's programs; None if it is not on this machine."""
    given = os.environ.get(VARIABLE)
    if given is not None:
        return shutil.which(name, path=given)
    return next((found for place in _PLACES if (found := shutil.which(name, path=place))), shutil.which(name))


def needed(name: str) -> str:
    """The path of *name*. Raises BrokerError if it is not on this machine."""
    found = program(name)
    if found is None:
        raise BrokerError(f"{name} is not installed; run: sudo apt-get install rabbitmq-server (4 or later; Debian 13 "
                          f"has it), or name the folder with its programs in {VARIABLE}")
    return found


def version() -> str:
    """The version of RabbitMQ on this machine. Raises BrokerError."""
    port = free_port()
    try:
        done = _run([needed("rabbitmqctl"), "version"],
                    {**os.environ, "ERL_EPMD_PORT": str(port), "ERL_EPMD_ADDRESS": "127.0.0.1"})
    finally:
        end_epmd(port)  # it starts one
    return done.stdout.strip().splitlines()[-1] if done.returncode == 0 and done.stdout.strip() else "unknown"


@dataclass(slots=True)
class Node:
    """A node that runs on this machine, with the files in `place`, and listens on `ports` of `address`, which nobody
    reaches from elsewhere.

    `name`: its part before the @. Nodes that are to know each other have the `epmd`, by its port, and the `cookie` in
    common.
    """

    place: Path
    ports: Sequence[int]
    address: str = "127.0.0.1"
    name: str = field(default_factory=lambda: f"kentongan-{secrets.token_hex(4)}")
    epmd: int = field(default_factory=free_port)
    peer_port: int = field(default_factory=free_port)  # for the others of its cluster
    cookie: str = field(default_factory=lambda: secrets.token_hex(16))
    _process: subprocess.Popen[bytes] | None = None
    _begun: int = 0  # of its log

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        end_epmd(self.epmd)

    @property
    def log(self) -> Path:
        """What it writes."""
        return self.place / "log.txt"

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of its process. Raises BrokerError if it does not run."""
        if self._process is None:
            raise BrokerError(f"{self.name} does not run")
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        """Starts it; returns when it lets accounts in on all its ports, unless it is not to *wait*. Raises BrokerError.
        """
        cookie = self.place / ".erlang.cookie"
        if not cookie.exists():
            cookie.write_text(self.cookie, "ascii")
            cookie.chmod(0o400)
        with self.log.open("ab") as sink:
            self._begun = sink.tell()
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                [needed("rabbitmq-server")], stdout=sink, stderr=sink, stdin=subprocess.DEVNULL,
                env=self.environment(), start_new_session=True,
            )
        if wait:
            self.wait()

    def wait(self) -> None:
        """Returns when it lets accounts in: it listens a little before it knows them. Raises BrokerError."""
        deadline = time.monotonic() + START_S
        waiting = list(self.ports)
        while time.monotonic() < deadline and self.running:
            waiting = [port for port in waiting if not answers(port, self.address)]
            if not waiting and _READY in self.log.read_bytes()[self._begun:]:
                return
            time.sleep(0.05)
        self.end(signal.SIGKILL)
        end_epmd(self.epmd)
        written = " ".join(self.log.read_text("utf-8", "replace")[-600:].split())
        raise BrokerError(f"RabbitMQ did not start on port {', '.join(map(str, waiting))} (4 or later is needed); its "
                          f"log ends: {written}")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends it, and what it started, by signal *how*; its epmd stays."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            process.wait(timeout=END_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def send(self, how: signal.Signals) -> None:
        """Sends *how* to it, and to what it started."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, how)

    def part(self, others: "Sequence[Node]") -> None:
        """Ends what connects it to the *others*, and has both sides refuse each other. Raises BrokerError.

        Each side takes another cookie for the other's, so no new connection comes about (erlang:set_cookie/2).
        """
        for one, other in [*((self, each) for each in others), *((each, self) for each in others)]:
            name = other.full_name
            one.ctl("eval", f"erlang:set_cookie('{name}', parted), erlang:disconnect_node('{name}').")

    def rejoin(self, others: "Sequence[Node]") -> None:
        """Has them find each other again. Raises BrokerError."""
        for one, other in [*((self, each) for each in others), *((each, self) for each in others)]:
            one.ctl("eval", f"erlang:set_cookie('{other.full_name}', '{one.cookie}').")
        for each in others:
            self.ctl("eval", f"net_adm:ping('{each.full_name}').")

    def ctl(self, *words: str) -> str:
        """What `rabbitmqctl WORDS` prints. Raises BrokerError."""
        done = _run([needed("rabbitmqctl"), "-n", self.full_name, *words], self.environment())
        if done.returncode != 0:
            raise BrokerError(f"rabbitmqctl {words[0]}: {' '.join((done.stderr or done.stdout)[-400:].split())}")
        return done.stdout

    @property
    def full_name(self) -> str:
        """The name by which other nodes know it."""
        return f"{self.name}@localhost"

    def environment(self) -> dict[str, str]:
        """What its programs find in their environment."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ", "ERL_"))}
        return {
            **own, "HOME": str(self.place), "LC_ALL": "C.UTF-8", "RABBITMQ_NODENAME": self.full_name,
            "RABBITMQ_CONFIG_FILE": str(self.place / rabbitmq.CONF),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.place / rabbitmq.PLUGINS),
            "RABBITMQ_CONF_ENV_FILE": str(self.place / "none"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.place / "none.config"),
            "RABBITMQ_MNESIA_BASE": str(self.place / "data"), "RABBITMQ_LOG_BASE": str(self.place / "logs"),
            "RABBITMQ_LOGS": "-", "RABBITMQ_DIST_PORT": str(self.peer_port), "ERL_EPMD_PORT": str(self.epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _MODEST,
        }


def end_epmd(port: int) -> None:
    """Ends the epmd that a node started on *port*."""
    for pid in _epmds(port):
        with suppress(OSError):
            os.kill(pid, signal.SIGTERM)


def _epmds(port: int) -> Iterator[int]:
    wanted = f"ERL_EPMD_PORT={port}".encode()
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            number = int(folder.name)
            if (folder / "comm").read_text("utf-8", "replace").strip() == "epmd" and (
                wanted in (folder / "environ").read_bytes().split(b"\0")
            ):
                yield number


def take_over(definitions: Path, changed: Sequence[str], *, cluster: bool = False) -> None:
    """Has the running RabbitMQ, or its *cluster*, take over *definitions*, and ends the connections of the *changed*,
    who are let in anew, or not at all. Raises BrokerError.

    A cluster keeps them in Khepri, by majority. With Mnesia, the database of before, two of three machines waited for
    the third, and gave up, after all had been killed at once (seen on 4.0.5).
    """
    ctl = needed("rabbitmqctl")
    for words in (*([rabbitmq.BY_MAJORITY] if cluster else []), ["import_definitions", str(definitions)],
                  *(["close_all_user_connections", name, "its account has changed"] for name in changed)):
        done = _run([ctl, *words], os.environ)
        if done.returncode != 0:
            said = " ".join((done.stderr or done.stdout)[-300:].split())
            raise BrokerError(f"rabbitmqctl {' '.join(words[:2])}: {said}; does RabbitMQ run on this machine?")


def logins(definitions: Path) -> dict[str, str]:
    """The hashes in *definitions*, if there are any, by the names under which accounts log in."""
    with suppress(OSError):
        return rabbitmq.read_hashes(definitions.read_bytes())
    return {}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Who has another hash than *before*, or is shut out."""
    return sorted(name for name, found in before.items() if not after.get(name) or after[name] != found)


def _run(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - our own command line
            list(words), capture_output=True, text=True, timeout=COMMAND_S, check=False, env=dict(environment),
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise BrokerError(f"{Path(words[0]).name} {words[-1]}: no answer within {COMMAND_S:.0f} s") from None
