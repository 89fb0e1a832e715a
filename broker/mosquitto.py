"""Mosquitto as a program: where it is, a free port for it, how it is started, found and ended."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from contract.user_error import UserError

# Debian puts the broker where an ordinary user's PATH does not look.
_PLACES = ("/usr/sbin", "/usr/local/sbin")
# What is longer is a hang: a slow or busy machine takes seconds.
START_S = END_S = 30.0
# Below the lowest port that Linux gives to a connection unless it was told otherwise.
_SERVERS_PORTS = range(15_000, 32_000)
_MOST_CLAIMS = 200  # those of before are let go
_CLAIMS: deque[int] = deque()  # file descriptors


class BrokerError(UserError):
    """Mosquitto is missing or does not start; the message says what to do."""

    exit_code = 1


def program(name: str) -> str:
    """The path of *name*, one of Mosquitto's programs. Raises BrokerError."""
    found = shutil.which(name) or next(
        (str(Path(place) / name) for place in _PLACES if (Path(place) / name).is_file()), None
    )
    if found is None:
        package = "mosquitto" if name == "mosquitto" else "mosquitto-clients"
        raise BrokerError(f"{name} is not installed; run: sudo apt-get install {package}")
    return found


def free_port() -> int:
    """A TCP port of the loopback interface that nothing uses at this moment.

    No connection is given it as its own either, where there is room below the kernel's range for these: otherwise a
    client that tries again while a broker is restarted could take the broker's port (ip(7), ip_local_port_range).
    Nor is anybody else given it who asks this function, as long as this process lives: until its broker listens, and
    while it is restarted, nothing uses the port.
    """
    for _ in range(100):
        port = secrets.choice(_SERVERS_PORTS)
        with suppress(OSError), socket.socket() as probe, _claim(port) as claim:
            probe.bind(("127.0.0.1", port))
            _keep(claim)
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return _port(probe)


def free_ports(count: int) -> list[int]:
    """So many free ports, each another one."""
    found: dict[int, None] = {}
    while len(found) < count:
        found[free_port()] = None
    return list(found)


def _claim(port: int) -> socket.socket:
    """What keeps *port* for this process until it is closed: a name in the kernel, no file (unix(7), abstract).

    Raises OSError if another process has it.
    """
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        claim.bind(f"\0kentongan-port-{port}")
    except OSError:
        claim.close()
        raise
    return claim


def _keep(claim: socket.socket) -> None:
    """Keeps *claim* until the process ends, or many more have been made."""
    _CLAIMS.append(claim.detach())
    if len(_CLAIMS) > _MOST_CLAIMS:
        os.close(_CLAIMS.popleft())


def _port(bound: socket.socket) -> int:
    port: int = bound.getsockname()[1]
    return port


def running() -> dict[int, str]:
    """The configuration files of the Mosquittos that run on this machine, as each was given it, by the process id.

    "" for one that runs without a file. A process that may not be looked at is left out.
    """
    found: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            number = int(folder.name)
            if (folder / "comm").read_text("utf-8", "replace").strip() == "mosquitto":
                found[number] = _config_of(os.fsdecode((folder / "cmdline").read_bytes()).split("\0"))
    return found


def started_with(config: Path, known: Mapping[int, str]) -> list[int]:
    """Which of the *known* processes (see `running`) were started with *config*, under whatever name.

    A broker in a container knows its files by other names; it counts, too.
    """
    return sorted(pid for pid, name in known.items() if name and any(
        _same(place, config) for place in _places(pid, name)
    ))


def _config_of(words: Sequence[str]) -> str:
    """mosquitto(8): the file after -c or --config-file; the last one counts."""
    found = [after for word, after in pairwise(words) if word in ("-c", "--config-file")]
    return found[-1] if found else ""


def _places(pid: int, name: str) -> Iterator[Path]:
    """Where the process *pid* finds the file *name*; only root may look with another user's eyes."""
    if not name.startswith("/"):
        yield Path(f"/proc/{pid}/cwd", name)
    else:
        yield Path(f"/proc/{pid}/root{name}")
        yield Path(name)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def launch(config: Path, log: Path, ports: Sequence[int]) -> subprocess.Popen[bytes]:
    """A Mosquitto with *config*, which writes to *log*, once it listens on all *ports*. Raises BrokerError."""
    with log.open("ab") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            [program("mosquitto"), "-c", str(config)], stdout=sink, stderr=sink, stdin=subprocess.DEVNULL
        )
    deadline = time.monotonic() + START_S
    waiting = list(ports)
    while time.monotonic() < deadline and process.poll() is None:
        waiting = [port for port in waiting if not answers(port)]
        if not waiting:
            return process
        time.sleep(0.01)
    end(process, signal.SIGKILL)
    said = " ".join(log.read_text("utf-8", "replace")[-400:].split())
    raise BrokerError(f"Mosquitto did not start on port {', '.join(map(str, waiting))}; it says: {said}")


def end(process: subprocess.Popen[Any], how: signal.Signals = signal.SIGTERM) -> None:
    """Ends *process* by signal *how*, and waits for its end."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(timeout=END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(port: int, address: str = "127.0.0.1") -> bool:
    """Whether somebody listens on *port* of *address*, which is this machine's."""
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0
