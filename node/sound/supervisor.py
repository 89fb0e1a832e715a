"""The player process, from the node's side: started, spoken to, killed. Never waited for by the loop.

    service ──play, hush, knock──> Sound ══socket══> player ──> loudspeaker
                                     │ <══ready, pong══┘
                                     └──> inbox: Faulted(Fault.SOUND), Recovered(Fault.SOUND)

The loop only leaves an order and goes on: a socket that is full belongs to a player that hangs, and that is found out
by the thread here, which sleeps until the player says something, an order comes, or something is due. What is to be
done, and when, core/supervision.py decides.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from select import select
from threading import Event as Flag
from threading import Lock
from typing import Any

from node.core.effects import Play
from node.sound.core import protocol, supervision
from node.sound.core.driver_settings import Speaker
from node.sound.core.supervision import (
    Ended,
    Event,
    Kill,
    Knocked,
    Put,
    Received,
    Refused,
    Send,
    Silenced,
    Start,
    State,
    Wanted,
    Writable,
)
from runtime import clock
from runtime.core.events import Tick
from runtime.inbox import Inbox
from runtime.worker import Worker

MESSAGE = 1 << 16
END_S = 2.0
HANG_S = 30.0
_ONE = (1).to_bytes(8, sys.byteorder)  # eventfd(2)


class Sound:
    """The loudspeaker. Use as a context manager; *paths* finds the recordings that say something."""

    told: Callable[[Mapping[str, Any]], None]  # is given each of the player's own words
    note: Callable[[str, str], Path | None]  # finds the recording of a village's note

    def __init__(
        self, speaker: Speaker, inbox: Inbox, paths: Callable[[tuple[str, ...]], tuple[Path, ...]],
        prepare: Callable[[], object] = lambda: None, stderr: int | None = None,
    ) -> None:
        self._speaker = speaker
        self._inbox = inbox
        self._paths = paths
        self.note = lambda _village, _note: None
        self._play: Play | None = None
        self._prepare = prepare
        self.told = lambda _words: None
        self._stderr = stderr
        self._lock = Lock()  # of all that follows; held for no longer than a message takes
        self._state = State(speaker.driver)
        self._near: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._woken = -1
        self._settled = Flag()
        self._worker = Worker("sound", self._turn, self._failed, HANG_S)

    def __enter__(self) -> "Sound":
        self._woken = os.eventfd(0)
        self._worker.start(self._prepare)
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.end()
        with self._lock:
            self._wake()
        self._worker.join(END_S)
        self._kill()
        with self._lock:
            os.close(self._woken)
            self._woken = -1

    def play(self, play: Play) -> None:
        """Has *play* sounded from now on, in place of what was."""
        with self._lock:
            self._order(play)

    def again(self) -> None:
        """Sends what is to sound anew: the file of its note is there now. What sounds goes on unbroken."""
        with self._lock:
            if self._play is not None:
                self._order(self._play)

    def hush(self) -> None:
        """Has everything silent at once; a player that does not obey is killed."""
        with self._lock:
            self._order(None)

    def _written(self, play: Play) -> dict[str, Any]:
        """The order to play *play*, with the files that say what is to be said, as far as there are any."""
        words, intro = (tuple(str(path) for path in self._paths(said)) for said in (play.words, play.intro))
        note = self.note(play.note_village, play.note) if play.note else None
        return protocol.write_play(play, words, intro, "" if note is None else str(note))

    def knock(self) -> bool:
        """Has one quiet stroke beaten, unless something sounds. Returns whether a player was there to beat it."""
        with self._lock:
            can_knock = supervision.can_knock(self._state)
            self._step(Knocked())
        return can_knock and self._near is not None

    def trouble(self) -> str | None:
        """What is wrong with the loudspeaker, or None."""
        return self._worker.hung() or self._state.trouble

    def wait_ready(self, timeout_s: float) -> bool:
        """Waits until the player is ready, or has failed; returns whether it is ready. Not for a loop."""
        return self._settled.wait(timeout_s) and self._state.trouble is None

    def _order(self, play: Play | None) -> None:
        """In the caller's thread, with the lock held: it does not wait for the thread here to wake."""
        self._play = play
        self._step(Silenced() if play is None else Wanted(self._written(play)))
        self._wake()  # something may be due sooner now

    def _wake(self) -> None:
        if self._woken >= 0:
            os.write(self._woken, _ONE)

    def _step(self, event: Event) -> list[Start | Kill]:
        """Takes *event* in, with the lock held; returns what takes longer, and is to be done without it."""
        longer: list[Start | Kill] = []
        self._state, effects = supervision.step(self._state, event, clock.now())
        for effect in effects:
            match effect:
                case Send(message):
                    if not self._send(message):
                        longer += self._step(Refused())
                case Put(occurred):
                    self._inbox.put(occurred)
                case Start() | Kill():
                    longer.append(effect)
        if self._state.settled:
            self._settled.set()
        return longer

    def _send(self, message: Mapping[str, Any]) -> bool:
        """Gives the player *message*; False if its socket has no room for it."""
        if self._near is None:
            return True
        try:
            self._near.send(json.dumps(message).encode(), socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:  # it is gone, and the thread here will see that
            return True
        return True

    def _failed(self, error: Exception) -> None:
        self._end(f"the player cannot be started: {error}")

    def _turn(self) -> None:
        """Waits until something is to be done, and does it."""
        near = self._near
        with self._lock:
            wait_s, full = supervision.due(self._state) - clock.now(), self._state.undelivered
        player = [] if near is None else [near.fileno()]
        with self._worker.waiting():
            readable, writable, _ = select([self._woken, *player], player if full else [], [], max(0.0, wait_s))
        if self._woken in readable:
            os.read(self._woken, 8)
        if near is not None and near.fileno() in readable:
            came = _received(near)
            if not came:
                self._end(f"the player ended by itself ({self._exit()})")
                return
            words = json.loads(came)
            self.told(words)
            self._do(Received(words))
        if writable:
            self._do(Writable())
        self._do(Tick())

    def _do(self, event: Event) -> None:
        """In the thread here: takes *event* in, and does what is to be done."""
        with self._lock:
            longer = self._step(event)
        for effect in longer:
            match effect:
                case Start():
                    self._start()
                case Kill(reason):
                    self._end(reason)

    def _start(self) -> None:
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            with self._lock:
                self._near = near
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-P", "-m", "node.sound.player_process", self._speaker.argument(fd=far.fileno())],
                env=self._speaker.environment(os.environ), pass_fds=[far.fileno()],
                start_new_session=True,  # a terminal's Ctrl-C is for the node
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._stderr,
            )

    def _end(self, reason: str) -> None:
        """The player is given up for this *reason*; what is left of it is killed."""
        self._kill()
        if not self._worker.ending:
            self._do(Ended(reason))

    def _exit(self) -> str:
        """How the player ended, as far as it shows."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                status = self._process.wait(timeout=1.0)
                return f"signal {-status}" if status < 0 else f"exit {status}"
        return "closed its ear"

    def _kill(self) -> None:
        with self._lock:
            near, self._near = self._near, None
            process, self._process = self._process, None
        if near is not None:
            near.close()
        if process is not None:
            process.kill()
            with suppress(subprocess.TimeoutExpired):  # a device that was torn out can hold it in the kernel
                process.wait(timeout=END_S)


def _received(near: socket.socket) -> bytes:
    """What the player said; nothing if it is gone."""
    try:
        return near.recv(MESSAGE)
    except ConnectionResetError:  # it had not heard everything; its own last words are still there (seen on Linux)
        return near.recv(MESSAGE)
