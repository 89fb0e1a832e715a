"""A player process that a test can speak to as the node does, and what can be seen of processes from outside."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Any, Self

from contract.domain.rhythm import Cycle
from node.core.effects import Play
from node.sound.core import protocol
from node.sound.core.driver_settings import Speaker
from runtime import clock
from tests.support.waiting import wait_until


class Player:
    """A player process. Use as a context manager."""

    def __init__(self, speaker: Speaker, **env: str) -> None:
        self._speaker = speaker
        self._env = env
        self.words: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "node.sound.player_process", self._speaker.argument(fd=far.fileno())],
                env={**self._speaker.environment(os.environ), **self._env}, pass_fds=[far.fileno()],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        self._near.close()
        self.process.kill()
        self.process.communicate()

    def say(self, **order: Any) -> None:
        self._near.send(json.dumps(order).encode())

    def play(self, cycle: Cycle, start: float, until: float, words: tuple[str, ...] = (), **other: Any) -> None:
        order = protocol.write_play(Play(cycle, start, until, words=words, **other), words)
        self._near.send(json.dumps(order).encode())

    def hang_up(self) -> None:
        self._near.close()

    def hear(self, kind: str, timeout_s: float = 10.0) -> dict[str, Any]:
        """The player's next words of this *kind*; all are kept in `words`."""
        due = clock.now() + timeout_s
        while (left_s := due - clock.now()) > 0 and select([self._near], [], [], left_s)[0]:
            came = self._near.recv(1 << 16)
            assert came, f"the player ended; it said {self.words}"
            self.words.append(json.loads(came))
            if self.words[-1]["is"] == kind:
                return self.words[-1]
        raise AssertionError(f"no {kind!r} within {timeout_s:g} s, only {self.words}")

    def hear_the_rest(self) -> None:
        """Takes in what it has said by now."""
        while not self.is_mute(0.0):
            self.words.append(json.loads(self._near.recv(1 << 16)))

    def hear_any(self, timeout_s: float) -> dict[str, Any]:
        """The player's next words, whatever they are."""
        assert select([self._near], [], [], timeout_s)[0]
        self.words.append(json.loads(self._near.recv(1 << 16)))
        return self.words[-1]

    def is_mute(self, length_s: float) -> bool:
        """Whether it says nothing for so long."""
        return not select([self._near], [], [], length_s)[0]

    def ends(self, timeout_s: float = 5.0) -> tuple[int, str]:
        """Waits for its end; returns its exit code and what it wrote to its standard error."""
        _, said = self.process.communicate(timeout=timeout_s)
        return self.process.returncode, said


def state(pid: int) -> str:
    """The letter of process *pid*'s state (proc(5)); X if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def is_gone(pid: int) -> bool:
    """Whether process *pid* runs no more, buried or not."""
    return state(pid) in "ZX"


def children(pid: int) -> list[int]:
    """The processes whose parent is *pid*, the dead and unburied ones included."""
    found = []
    for each in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            parent = (each / "stat").read_text("utf-8").rpartition(") ")[2].split()[1]
            if int(parent) == pid:
                found.append(int(each.name))
    return found


def players_of(pid: int) -> list[int]:
    """The player processes that *pid* has started and that run."""
    return [each for each in children(pid) if not is_gone(each) and _is_player(each)]


def _is_player(pid: int) -> bool:
    with suppress(OSError):
        return b"node.sound.player_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def halt(pid: int) -> None:
    """Stops process *pid* in its tracks; returns once it stands."""
    os.kill(pid, signal.SIGSTOP)
    assert wait_until(lambda: state(pid) == "T")
