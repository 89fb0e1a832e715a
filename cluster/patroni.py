"""PostgreSQL on three machines under Patroni, which promotes a standby by itself, on this machine. For tests.

Patroni is sought in the folder that KENTONGAN_PATRONI names, or in PATH; it must have the extra `raft`, so that no etcd
is needed here. It runs as an ordinary user, as PostgreSQL refuses root.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen

import psycopg

from broker.mosquitto import free_ports
from testing.postgresql import AS, programs
from testing.program import LIMIT_S, NeverError

VARIABLE = "KENTONGAN_PATRONI"
USER = "kentongan"
TTL_S = 20  # the shortest that Patroni takes: so long after its last word a primary counts as dead


def program() -> Path | None:
    """Patroni's own program, or None."""
    folder = os.environ.get(VARIABLE)
    found = shutil.which("patroni") if folder is None else shutil.which("patroni", path=folder)
    return None if found is None else Path(found)


class Machines:
    """Three of them, each with PostgreSQL and Patroni, of which one is the primary. Use as a context manager.

    Raises NeverError.
    """

    def __init__(self, count: int = 3) -> None:
        found, postgresql = program(), programs()
        if found is None or postgresql is None:
            raise NeverError("there is no Patroni, or no PostgreSQL")
        self._patroni = found
        self._folder = Path(tempfile.mkdtemp(prefix="kentongan-patroni-"))
        self.ports = free_ports(count)
        others = free_ports(2 * count)
        rafts, self._rest = [f"127.0.0.1:{each}" for each in others[:count]], others[count:]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        for number, port in enumerate(self.ports):
            place = self._folder / str(number)
            place.mkdir()
            (place / "patroni.yaml").write_text(json.dumps({
                "scope": USER, "name": f"db{number + 1}",
                "restapi": _at(self._rest[number]),
                "raft": {"data_dir": str(place / "raft"), "self_addr": rafts[number],
                         "partner_addrs": [each for each in rafts if each != rafts[number]]},
                "bootstrap": {
                    "dcs": {"ttl": TTL_S, "loop_wait": 1, "retry_timeout": 3, "synchronous_mode": True,
                            "postgresql": {"use_pg_rewind": True, "parameters": {"wal_log_hints": "on"}}},
                    "initdb": [{"encoding": "UTF8"}, {"locale": "C"}],
                },
                "postgresql": {
                    **_at(port), "data_dir": str(place / "data"), "bin_dir": str(postgresql),
                    "pg_hba": ["host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                    "authentication": {"superuser": {"username": USER, "password": USER},
                                       "replication": {"username": "replicator", "password": USER}},
                    "parameters": {"unix_socket_directories": "", "shared_buffers": "8MB", "max_connections": 30,
                                   "dynamic_shared_memory_type": "mmap"},
                },
            }), "utf-8")
        if AS[0] is not None:
            for each in (self._folder, *self._folder.rglob("*")):
                shutil.chown(each, *AS)

    def __enter__(self) -> Self:
        try:
            for number in range(len(self.ports)):
                self.start(number)
            self.primary()
            with psycopg.connect(self._way(self.ports[self.primary()], "postgres"), autocommit=True) as database:
                if database.execute(b"SELECT 1 FROM pg_database WHERE datname = 'kentongan'").fetchone() is None:
                    database.execute(b"CREATE DATABASE kentongan")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for number in range(len(self.ports)):
            self.kill(number)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def url(self) -> str:
        """Of all of them."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"postgresql://{USER}@{hosts}/kentongan"

    def start(self, number: int) -> None:
        """Switches the machine with this *number* on."""
        with (self._folder / str(number) / "log").open("ab") as log:
            self._processes[number] = subprocess.Popen(
                [self._patroni, "patroni.yaml"], cwd=self._folder / str(number), stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, user=AS[0], group=AS[1], env={"PATH": os.environ["PATH"], "HOME": str(self._folder)})

    def kill(self, number: int) -> None:
        """Ends all that runs on that machine at once, as a power cut does."""
        process = self._processes.pop(number, None)
        if process is None:
            return
        found = [process.pid]
        with suppress(OSError, ValueError, IndexError):
            found.append(int((self._folder / str(number) / "data" / "postmaster.pid").read_text("utf-8").split()[0]))
        for each in found:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGSTOP)
        for each in [*found, *(child for parent in found for child in _children(parent))]:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        process.wait()

    def primary(self, *, but: int | None = None) -> int:
        """The number of the machine that takes writes, once one does, which is not *but*. Raises NeverError."""
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until:
            for number in self._processes:
                if number != but and self._takes_writes(self.ports[number]):
                    return number
            time.sleep(0.2)
        logs = [each.read_text("utf-8", "replace")[-600:] for each in sorted(self._folder.glob("*/log"))]
        raise NeverError(f"no machine takes writes: {logs}")

    def roles(self) -> list[str]:
        """What Patroni takes the machines for: `leader`, `sync_standby`, `replica`; only those that run as such."""
        try:
            with urlopen(f"http://127.0.0.1:{self._rest[self.primary()]}/cluster", timeout=5) as answer:
                members = json.load(answer)["members"]
        except OSError:
            return []
        return sorted(each["role"] for each in members if each["state"] in ("running", "streaming"))

    def _takes_writes(self, port: int) -> bool:
        try:
            with psycopg.connect(self._way(port, "postgres"), connect_timeout=2) as database:
                return database.execute(b"SELECT pg_is_in_recovery()").fetchone() == (False,)
        except psycopg.Error:
            return False

    def _way(self, port: int, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{port}/{database}"


def _at(port: int) -> dict[str, Any]:
    return {"listen": f"127.0.0.1:{port}", "connect_address": f"127.0.0.1:{port}"}


def _children(pid: int) -> Sequence[int]:
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()]
    return []
