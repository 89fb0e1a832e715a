"""A real PostgreSQL server in a folder of its own, on a free port of this machine. For tests; needs the distribution's
package `postgresql`, and runs as an ordinary user, as PostgreSQL refuses root.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from broker.mosquitto import free_port
from testing.program import LIMIT_S, NeverError
from testing.waiting import looks

_USER = "nobody"  # whom a server of root's runs as
AS = (None, None) if os.geteuid() != 0 else (pwd.getpwnam(_USER).pw_uid, pwd.getpwnam(_USER).pw_gid)
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 20
shared_buffers = 8MB
dynamic_shared_memory_type = mmap
"""


def programs() -> Path | None:
    """The folder of the newest PostgreSQL that is installed, or None."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    return found[-1].parent if found else None


class PostgresqlServer:
    """A server with an empty database `kentongan`; it can be killed, stopped and started again. A context manager.

    *options* are lines of postgresql.conf. With *primary*, it is a standby of that server, called *name* to it. It
    listens on *port*, by default a free one.
    """

    def __init__(
        self, *options: str, primary: "PostgresqlServer | None" = None, name: str = "standby", port: int | None = None
    ) -> None:
        found = programs()
        if found is None:
            raise NeverError("there is no initdb here")
        self._programs = found
        self._folder = Path(tempfile.mkdtemp(prefix="kentongan-postgresql-"))
        self._data = self._folder / "data"
        self.port = free_port() if port is None else port
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(self._folder, *AS)
        if primary is None:
            self._run("initdb", "--pgdata", str(self._data), "--username", "kentongan", "--auth", "trust", "--encoding",
                      "UTF8", "--locale", "C", "--no-sync")
        else:
            self._run("pg_basebackup", "--pgdata", str(self._data), "--write-recovery-conf", "--no-sync",
                      "--checkpoint", "fast", "--dbname",
                      f"host=127.0.0.1 port={primary.port} user=kentongan application_name={name}")
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"{_SETTINGS}port = {self.port}\n" + "".join(f"{each}\n" for each in options))

    @property
    def url(self) -> str:
        """Of its database."""
        return f"postgresql://kentongan@127.0.0.1:{self.port}/kentongan"

    def __enter__(self) -> Self:
        try:
            self.start()
            if not self.ask("SELECT 1 FROM pg_database WHERE datname = 'kentongan'", database="postgres"):
                self.ask("CREATE DATABASE kentongan", database="postgres")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Starts it, and returns once it answers. Raises NeverError."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the distribution's server
                [self._programs / "postgres", "-D", self._data], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self._folder, user=AS[0], group=AS[1])
        until = time.monotonic() + LIMIT_S
        ready = [str(self._programs / "pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(self.port)]
        while subprocess.run(ready, check=False).returncode:  # noqa: S603
            if time.monotonic() > until or self._process.poll() is not None:
                raise NeverError(f"PostgreSQL does not start: {(self._folder / 'log').read_text('utf-8')[-2000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kills all its processes at once, as a power cut does, and waits for their end: they share memory."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)  # it begins no more of them
        children = self._children(process.pid)
        for each in (process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        process.wait()
        for _ in looks():
            if not any(map(_runs, children)):
                break

    def pids(self) -> list[int]:
        """The ids of its processes."""
        return [] if self._process is None else [self._process.pid, *self._children(self._process.pid)]

    def stop(self) -> None:
        """Stops all its processes where they are: it answers nothing, and its connections stay."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Has them go on."""
        self._signal(signal.SIGCONT)

    def promote(self) -> None:
        """Makes a primary of a standby."""
        self._run("pg_ctl", "promote", "--wait", "--pgdata", str(self._data))

    def ask(self, question: str, database: str = "kentongan") -> list[list[str]]:
        """The rows that psql gets. Raises NeverError."""
        done = subprocess.run(  # noqa: S603
            [self._programs / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set",
             "ON_ERROR_STOP=1", "--command", question, f"postgresql://kentongan@127.0.0.1:{self.port}/{database}"],
            capture_output=True, text=True, check=False, timeout=LIMIT_S)
        if done.returncode:
            raise NeverError(done.stderr)
        return [line.split("|") for line in done.stdout.splitlines()]

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None  # noqa: S101 - it was started
        for each in (self._process.pid, *self._children(self._process.pid)):
            with suppress(ProcessLookupError):
                os.kill(each, number)

    def _children(self, pid: int) -> Sequence[int]:
        with suppress(OSError):
            found = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
            return [int(each) for each in found.split()]
        return []

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(  # noqa: S603
            [self._programs / program, *words], capture_output=True, text=True, check=False, cwd=self._folder,
            timeout=LIMIT_S, user=AS[0], group=AS[1])
        if done.returncode:
            raise NeverError(f"{program}: {done.stderr}")


def _runs(pid: int) -> bool:
    """Whether the process has its memory still: one that is dead may wait to be collected."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] not in "ZX"
    return False
