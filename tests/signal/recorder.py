"""The frames that SDL itself writes: its disk driver, at the other end of a pipe.

SDL takes the pipe for the file that it writes to. Without a delay it writes as fast as the pipe is read: only while the
test reads does the device's time go on, and not a frame is lost.
"""

import fcntl
import json
import os
import subprocess
import sys
import wave
from pathlib import Path
from select import select
from typing import Any

import numpy as np
import numpy.typing as npt

from contract.domain.rhythm import Cycle
from node.core.effects import Play
from node.sound.core import protocol
from node.sound.core.driver_settings import Speaker
from testing.program import LIMIT_S

Frames = npt.NDArray[np.int16]

ROOT = Path(__file__).resolve().parents[2]
STROKE = ROOT / "sounds" / "besar.wav"
RATE, BUFFER = 44_100, 512
UNDERWAY = 12 * BUFFER  # more than the pipe, what SDL writes through and the mixer hold together
_PAGE = 4096  # bytes of the pipe: hardly any


def read_wav(path: Path) -> Frames:
    """The frames of a WAV file of the one kind that there is here."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)


class Recorder:
    """A Sounder and the pipe that its device writes to. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        pipe = folder / "frames"
        os.mkfifo(pipe)
        self._frames = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self._frames, fcntl.F_SETPIPE_SZ, _PAGE)
        speaker = Speaker("disk", str(pipe), 1.0, 0.0, str(STROKE), str(STROKE))
        environment = {**speaker.environment(os.environ), "SDL_DISKAUDIODELAY": "0"}
        with (folder / "stderr").open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.signal.sounder", str(STROKE)],
                cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
            )

    def __enter__(self) -> "Recorder":
        assert self._answer() == {"driver": "disk"}
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        os.close(self._frames)

    def tell(self, do: str, **more: object) -> dict[str, Any]:
        """Has the sounder do something, and returns its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        self._process.stdin.flush()
        return self._answer()

    def read(self, frames: int) -> Frames:
        """The next *frames* that the device writes."""
        taken = bytearray()
        while len(taken) < 2 * frames:
            assert select([self._frames], [], [], LIMIT_S)[0], "the device writes nothing"
            piece = os.read(self._frames, 2 * frames - len(taken))
            assert piece, "the sounder is gone"
            taken += piece
        return np.frombuffer(bytes(taken), dtype="<i2").astype(np.int16)

    def round(self, cycle: Cycle, volume: float) -> Frames:
        """A round of *cycle*, rendered and sounded: from its first frame that is not zero to the buffer's last."""
        play = protocol.write_play(Play(cycle, 0.0, 0.0), ())
        length: int = self.tell("begin", play=play, volume=volume)["frames"]
        written = self.read(length + UNDERWAY)
        begun = int(np.flatnonzero(written)[0])
        assert not written[begun + length:].any(), "it goes on after its last frame"
        return written[begun:begun + length]

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        assert select([self._process.stdout], [], [], LIMIT_S)[0], "the sounder does not answer"
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer
