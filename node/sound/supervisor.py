"""The player process, from the node's side: started, asked, killed and started again. Never waited for.

    service ──play, hush, knock──> Sound ══socket══> player ──> loudspeaker
                                     │ <══ready, pong══┘
                                     └──> inbox: Faulted("sound"), Recovered("sound")

The loop only leaves an order and goes on: a socket that is full belongs to a player that hangs, and its silence is
found out by the thread here. A player that is started anew is given what should sound by then, and joins in at the next
figure.
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
from threading import Lock, Thread
from typing import Any

from node.core.effects import Play
from node.sound.core import protocol
from node.sound.core.driver_settings import Speaker
from runtime import clock
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox

PART, RECORDINGS = "sound", "recordings"
START_S = 15.0  # Python, pygame and the device, on a slow card
PING_S = 1.0
PONG_S = 3.0
HUSH_S = 0.5  # a player that was told to be silent and says nothing for so long is killed
TURN_S = 0.2
MESSAGE = 1 << 16
END_S = 2.0
AGAIN_S = (1.0, 2.0, 5.0, 10.0, 30.0)  # from one attempt to the next
WELL_S = 60.0  # a player that lived so long is started again soon


class Sound:
    """The loudspeaker. Use as a context manager; *paths* finds the recordings that say something."""

    told: Callable[[Mapping[str, Any]], None]  # is given each of the player's own words

    def __init__(
        self, speaker: Speaker, inbox: Inbox, paths: Callable[[tuple[str, ...]], tuple[Path, ...]],
        prepare: Callable[[], object] = lambda: None, stderr: int | None = None,
    ) -> None:
        self._speaker = speaker
        self._inbox = inbox
        self._paths = paths
        self._prepare = prepare
        self.told = lambda _words: None
        self._stderr = stderr
        self._lock = Lock()
        self._wanted: dict[str, Any] | None = None
        self._player: socket.socket | None = None  # once it is ready
        self._hushes = 0
        self._hushed: tuple[int, float] | None = None  # which order to be silent is not answered, and since when
        self._untold = False
        self._unreadable: dict[str, str] = {}  # recordings, and why
        self._trouble: str | None = "the player is still starting"
        self._reported = False
        self._closing = Flag()
        self._settled = Flag()
        self._thread = Thread(target=self._run, name="sound", daemon=True)

    def __enter__(self) -> "Sound":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(timeout=2.0)

    def play(self, play: Play) -> None:
        """Has *play* sounded from now on, in place of what was."""
        with self._lock:
            self._wanted = protocol.write_play(play, tuple(str(path) for path in self._paths(play.words)))
            self._send_state()

    def hush(self) -> None:
        """Has everything silent at once; a player that does not obey is killed."""
        with self._lock:
            self._wanted = None
            self._hushes += 1
            if self._player is not None and self._hushed is None:  # the oldest that is not answered counts
                self._hushed = (self._hushes, clock.now())
            self._send_state()

    def knock(self) -> bool:
        """Has one quiet stroke beaten, unless something sounds. Returns whether a player was there to beat it."""
        with self._lock:
            if self._wanted is None:
                self._send({"do": "knock"})
            return self._wanted is None and self._player is not None

    def trouble(self) -> str | None:
        """What is wrong with the loudspeaker, or None."""
        return self._trouble if self._thread.is_alive() else "its thread is dead"

    def wait_ready(self, timeout_s: float) -> bool:
        """Waits until the player is ready, or has failed; returns whether it is ready. Not for a loop."""
        return self._settled.wait(timeout_s) and self._trouble is None

    def _send_state(self) -> None:
        """Tells the player what should sound; if its socket is full, the thread here will tell it again."""
        hush = {"do": "hush", "number": self._hushes}
        self._untold = not self._send(hush if self._wanted is None else self._wanted)

    def _send(self, message: Mapping[str, Any]) -> bool:
        """To the player, if it is there. Returns False if it did not take it: if it hangs, that will be noticed."""
        if self._player is None:
            return True
        try:
            self._player.send(json.dumps(message).encode(), socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:  # it is gone, and the thread here will see that
            return True
        return True

    def _run(self) -> None:
        self._prepare()
        failures = 0
        while not self._closing.is_set():
            begun = clock.now()
            try:
                reason = self._attend()
            except Exception as error:  # noqa: BLE001 - the thread's edge: it must go on, and say so
                reason = f"the player cannot be started: {error}"
            if self._closing.is_set():
                return
            self._fail(reason)
            failures = 0 if clock.now() > begun + WELL_S else failures + 1
            self._closing.wait(AGAIN_S[min(max(failures, 1), len(AGAIN_S)) - 1])

    def _attend(self) -> str:
        """Starts a player and listens to it. Returns why it was given up. It is dead by then."""
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with near, far:
            process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-P", "-m", "node.sound.player_process", self._speaker.argument(fd=far.fileno())],
                env=self._speaker.environment(os.environ), pass_fds=[far.fileno()],
                start_new_session=True,  # a terminal's Ctrl-C is for the node
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._stderr,
            )
            far.close()
            try:
                return self._listen(near, process)
            finally:
                with self._lock:
                    self._player, self._hushed, self._untold = None, None, False
                process.kill()
                with suppress(subprocess.TimeoutExpired):  # a device that was torn out can hold it in the kernel
                    process.wait(timeout=END_S)

    def _listen(self, near: socket.socket, process: "subprocess.Popen[bytes]") -> str:
        answered, asked, count = clock.now(), 0.0, 0
        while not self._closing.is_set():
            if select([near], [], [], TURN_S)[0]:
                words = _received(near)
                if not words:
                    return f"the player ended by itself ({_end(process)})"
                answered = clock.now()
                reason = self._hear(json.loads(words), near)
                if reason is not None:
                    return reason
            now = clock.now()
            if now > answered + (PONG_S if self._player is not None else START_S):
                with self._lock:
                    if self._wanted is not None:  # perhaps a recording cannot be read: the next one need not try
                        self._wanted = {**self._wanted, "words": ()}
                what = "answer" if self._player is not None else "open its device"
                return f"the player did not {what} for {now - answered:.0f} s and was killed"
            with self._lock:
                if self._hushed is not None and now > self._hushed[1] + HUSH_S:
                    return "the player did not fall silent and was killed"
                if self._untold:
                    self._send_state()
                if self._player is not None and now > asked + PING_S:
                    asked, count = now, count + 1
                    self._send({"do": "ping", "number": count})
        return "closed"

    def _hear(self, words: Mapping[str, Any], near: socket.socket) -> str | None:
        """Takes in what the player said. Returns why it is to be given up, if so."""
        match words["is"]:
            case "ready":
                if words["driver"] != self._speaker.driver:
                    return f"the player took the driver {words['driver']}, not {self._speaker.driver}"
                with self._lock:
                    self._player = near
                    self._send_state()
            case "pong":  # a device that could be opened may take nothing all the same
                self._well()
            case "quiet":
                with self._lock:
                    if self._hushed is not None and words["number"] >= self._hushed[0]:
                        self._hushed = None if words["number"] == self._hushes else (self._hushes, clock.now())
            case "unreadable":
                self._unreadable[words["path"]] = words["reason"]
                self._inbox.put(Faulted(RECORDINGS, words["reason"]))
            case "readable" if words["path"] in self._unreadable:
                del self._unreadable[words["path"]]
                left = next(iter(self._unreadable.values()), None)
                self._inbox.put(Recovered(RECORDINGS) if left is None else Faulted(RECORDINGS, left))
            case "trouble":
                return str(words["reason"])
        self.told(words)
        return None

    def _well(self) -> None:
        self._trouble = None
        self._settled.set()
        if self._reported:
            self._reported = False
            self._inbox.put(Recovered(PART))

    def _fail(self, reason: str) -> None:
        self._trouble, self._reported = reason, True
        self._settled.set()
        self._inbox.put(Faulted(PART, reason))


def _received(near: socket.socket) -> bytes:
    """What the player said; nothing if it is gone."""
    try:
        return near.recv(MESSAGE)
    except ConnectionResetError:  # it had not heard everything; its own last words are still there (seen on Linux)
        return near.recv(MESSAGE)


def _end(process: "subprocess.Popen[bytes]") -> str:
    with suppress(subprocess.TimeoutExpired):
        status = process.wait(timeout=1.0)
        return f"signal {-status}" if status < 0 else f"exit {status}"
    return "closed its ear"
