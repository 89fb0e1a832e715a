"""A loudspeaker that can be listened to: SDL's disk driver writes into a pipe, which is read here with instants.

SDL writes through a C stream of 4,096 bytes, four of the driver's buffers, which is passed on as the fifth is written:
so the instant at which so many frames arrive is the one at which the device took the next. Needs numpy, which is
installed for development only.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from select import select
from threading import Condition, Thread
from typing import Any, Self

import numpy as np

from node.config import STROKES
from node.sound.core.driver_settings import Speaker
from node.sound.core.render import RATE
from runtime import clock, health
from testing.program import LIMIT_S, NeverError

BUFFER = 512  # frames that the driver takes at once
LOUD = 1000  # of 32,767: a stroke begins with more
DECAYED_S = 0.15  # after a stroke; nothing here is beaten quicker than this


class Ear:
    """What a loudspeaker at *path* sounds. The pipe is made here; use as a context manager to listen."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path)
        self._pieces: list[bytes] = []
        self._counts = [0]  # so many frames had arrived
        self._instants = [0.0]  # at these
        self._deaf = False
        self._closing = False
        self._changed = Condition()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._pipe = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, 4096)  # who writes is held up as soon as nobody reads
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._thread.join(5.0)
        os.close(self._pipe)

    def stop_listening(self) -> None:
        """From now on nothing is read, though the pipe stays open."""
        self._deaf = True

    def count(self) -> int:
        """How many frames the device has written so far."""
        with self._changed:
            return self._counts[-1]

    def wait_frames(self, more: int = 1, timeout_s: float = LIMIT_S) -> None:
        """Waits until the device has written so many *more* frames."""
        with self._changed:
            enough = self._counts[-1] + more
            if not self._changed.wait_for(lambda: self._counts[-1] >= enough, timeout_s):
                raise NeverError("the device takes nothing")

    def wait_onsets(self, count: int = 1, first: int = 0, loud: int = LOUD, timeout_s: float = LIMIT_S) -> list[int]:
        """Waits for *count* strokes from frame *first* on; returns the frames at which they begin, and no more."""
        with self._changed:
            found = self._changed.wait_for(lambda: len(self.onsets(first, loud)) >= count, timeout_s)
        if not found:
            raise NeverError(f"{count} strokes were never written, only {self.onsets(first, loud)}")
        return self.onsets(first, loud)[:count]

    def wait_silence(self, frames: int = RATE // 2, timeout_s: float = LIMIT_S) -> None:
        """Waits until as many *frames* as that, the last ones, are silent."""
        with self._changed:
            found = self._changed.wait_for(
                lambda: self._counts[-1] >= frames and not self.frames(self._counts[-1] - frames).any(), timeout_s
            )
        if not found:
            raise NeverError("it was never silent")

    def onsets(self, first: int = 0, loud: int = LOUD) -> list[int]:
        """The frames from *first* on at which a stroke begins."""
        found = []
        places = np.flatnonzero(np.abs(self.frames(first).astype(np.int32)) > loud)
        while places.size:
            found.append(first + int(places[0]))
            places = places[places >= places[0] + round(DECAYED_S * RATE)]
        return found

    def wait_until(self, instant: float, timeout_s: float = LIMIT_S) -> None:
        """Waits until everything that the device takes before *instant* is here."""
        timeout_s += instant - clock.now()
        with self._changed:
            if not self._changed.wait_for(lambda: self._instants[-1] > instant, timeout_s):
                raise NeverError("the device takes nothing")

    def wait_stroke(self, since: float, timeout_s: float = LIMIT_S, loud: int = LOUD) -> float:
        """Waits for a stroke later than instant *since*; returns its instant."""
        with self._changed:
            found = self._changed.wait_for(lambda: self.strokes(since, loud), timeout_s)
        if not found:
            raise NeverError("no stroke was played")
        return found[0]

    def strokes(self, since: float, loud: int = LOUD) -> list[float]:
        """The instants after *since* at which a stroke begins."""
        return [self.instant(frame) for frame in self.stroke_frames(since, loud)]

    def stroke_frames(self, since: float, loud: int = LOUD) -> list[int]:
        """The same as frames, which the device counts."""
        return self.onsets(self.place(since), loud)

    def fell_silent(self) -> float:
        """The instant after the last frame that is not silent."""
        places = np.flatnonzero(self.frames())
        return self.instant(int(places[-1]) + 1) if places.size else 0.0

    def instant(self, frame: int) -> float:
        """When *frame* is heard, if the device sounds each buffer as it takes it."""
        buffer, within = divmod(frame, BUFFER)
        return float(np.interp(buffer * BUFFER, *self._arrived())) + within / RATE

    def place(self, instant: float) -> int:
        """The first frame that was taken at or after *instant*."""
        counts, instants = self._arrived()
        return round(float(np.interp(instant, instants, counts)))

    def _arrived(self) -> tuple[list[int], list[float]]:
        with self._changed:
            return list(self._counts), list(self._instants)

    def frames(self, first: int = 0, last: int | None = None) -> "np.ndarray[Any, np.dtype[np.int16]]":
        """What the device has written, from frame *first* to before frame *last*."""
        with self._changed:
            return np.frombuffer(b"".join(self._pieces), np.int16)[first:last]

    def _run(self) -> None:
        health.realtime(1)  # where it may: the instants are measured here
        while not self._closing:
            if self._deaf or not select([self._pipe], [], [], 0.05)[0]:
                select([], [], [], 0.01)
                continue
            came = b""
            with suppress(BlockingIOError):
                came = os.read(self._pipe, 1 << 16)
            at = clock.now()
            if not came:  # nobody has it open
                select([], [], [], 0.005)
                continue
            with self._changed:
                if not self._pieces:
                    self._instants[0] = at - len(came) / 2 / RATE
                self._pieces.append(came)
                self._counts.append(self._counts[-1] + len(came) // 2)
                self._instants.append(at)
                self._changed.notify_all()


def speaker(device: object, **other: Any) -> Speaker:
    """A loudspeaker that only writes to *device*."""
    about = {"driver": "disk", "volume": 1.0, "latency_s": 0.0, "stroke": str(STROKES / "kecil.wav"), **other}
    return Speaker(device=str(device), **{"quiet_stroke": about["stroke"], **about})
