"""A player process, given its orders as the node gives them."""

import json
import os
import socket
import subprocess
import sys
from select import select
from typing import Any, Self

from contract.domain.rhythm import Cycle
from node.core.effects import Play
from node.sound.core import protocol
from node.sound.core.driver_settings import Speaker
from runtime import clock
from testing.program import LIMIT_S, NeverError


class Player:
    """A player process. Use as a context manager."""

    def __init__(self, speaker: Speaker, **env: str) -> None:
        self._speaker = speaker
        self._env = env
        self.words: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            self.process = subprocess.Popen(  # noqa: S603 - our own command line
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
        """Gives it one order, as node/sound/core/protocol.py has them."""
        self._near.send(json.dumps(order).encode())

    def play(self, cycle: Cycle, start: float, until: float, words: tuple[str, ...] = (), **other: Any) -> None:
        """Orders rounds of *cycle* from instant *start* until *until*, with the recordings *words*."""
        order = protocol.write_play(Play(cycle, start, until, words=words, **other), words)
        self._near.send(json.dumps(order).encode())

    def hang_up(self) -> None:
        """Ends the connection, as a node that has died does."""
        self._near.close()

    def hear(self, kind: str, timeout_s: float = LIMIT_S) -> dict[str, Any]:
        """The player's next report of this *kind*; all are kept in `words`. Raises NeverError."""
        due = clock.now() + timeout_s
        while (left_s := due - clock.now()) > 0 and select([self._near], [], [], left_s)[0]:
            came = self._near.recv(1 << 16)
            if not came:
                raise NeverError(f"the player ended; it reported {self.words}")
            self.words.append(json.loads(came))
            if self.words[-1]["is"] == kind:
                return self.words[-1]
        raise NeverError(f"no {kind!r} within {timeout_s:g} s, only {self.words}")

    def hear_any(self, timeout_s: float = LIMIT_S) -> dict[str, Any]:
        """The player's next report, whatever it is. Raises NeverError."""
        if self.is_mute(timeout_s):
            raise NeverError(f"the player reported nothing within {timeout_s:g} s")
        self.words.append(json.loads(self._near.recv(1 << 16)))
        return self.words[-1]

    def is_mute(self, length_s: float = LIMIT_S) -> bool:
        """Whether it reports nothing for *length_s* seconds."""
        return not select([self._near], [], [], length_s)[0]

    def ends(self, timeout_s: float = LIMIT_S) -> tuple[int, str]:
        """Waits for its end; returns its exit code and what it wrote to its standard error."""
        _, said = self.process.communicate(timeout=timeout_s)
        return self.process.returncode, said
