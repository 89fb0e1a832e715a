"""The player: the process that sounds the loudspeaker. The only home of pygame. Must not know why it sounds.

    node ──orders──> socket ──> Performer ──> Device (SDL's mixer) ──> loudspeaker
         <──ready, pong, …──┘

It may crash, hang, or be killed: the node goes on without it. Nothing is ever queued, because pygame-ce's
`Channel.stop` begins what is (seen).
"""

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import wave
from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from select import select
from statistics import median
from typing import Any, NoReturn

from node.sound.core import protocol, render
from node.sound.core.render import RATE, Frames
from node.sound.core.scheduler import MOST_DRIFT, Level, Performer
from runtime import clock, health

BUFFER = 512  # frames that the device is asked to take at once; SDL wants a power of two
POLL_S = 0.0002
PROBES = 4
STUCK_S = 1.0
MEASURED_S = 0.5  # what is shorter tells too little of a clock
PROMPT_S = 0.005  # and what is looked at more rarely, as it ends
LEAST_VOLUME = 1 / 128  # what is less is nothing to SDL
MOST_BYTES, LONGEST_S = 8_000_000, 15.0  # of a recording: what is longer is no word
MOST_MEMORY = 384 << 20  # of addresses, twice what is used: a recording that unpacks to more is refused
PRIORITY = 5  # under every thread of the node
MESSAGE = 1 << 18
_PR_SET_PDEATHSIG = 1  # prctl(2)


class DeviceError(Exception):
    """The loudspeaker cannot be used; the message says why."""


class Device:
    """SDL's mixer on the driver that the environment names. Raises DeviceError if it cannot be opened."""

    def __init__(self) -> None:
        try:
            import pygame  # noqa: PLC0415 - a machine that lacks it is told so, as of any other fault
            from pygame import mixer  # noqa: PLC0415
        except ImportError as error:
            raise DeviceError(f"pygame cannot be loaded: {error}; install it anew: scripts/prepare") from error
        health.realtime(PRIORITY)  # SDL's own thread inherits it
        try:
            mixer.init(frequency=RATE, size=-16, channels=1, buffer=BUFFER, allowedchanges=0)
            pygame.display.init()
        except (pygame.error, NotImplementedError) as error:  # the latter: a library of the mixer's is missing
            raise DeviceError(str(error)) from error
        finally:
            health.ordinary()
        self._sound, self._error, self._pygame = mixer.Sound, pygame.error, pygame
        self.driver: str = mixer.get_driver()
        self._drum, self._probe = mixer.Channel(0), mixer.Channel(1)
        self._nothing = mixer.Sound(buffer=bytes(2))
        self._probed_at = self._looked_at = 0.0
        self._sounding: tuple[float, float] | None = None  # since when, and for how many seconds by the device's clock

    def load(self, path: str) -> Frames:
        """The frames of a recording of any kind that SDL reads, at this device's rate; of a long one, its beginning.

        Raises OSError.
        """
        try:
            if Path(path).stat().st_size > MOST_BYTES:
                raise OSError(f"it has more than {MOST_BYTES // 1_000_000} MB")
            frames = array("h", self._sound(file=path).get_raw()[:2 * render.frame(LONGEST_S)])
        except (self._error, OSError, MemoryError) as error:
            raise OSError(f"{path} cannot be played: {error}") from error
        if not frames:
            raise OSError(f"{path} cannot be played: it holds no sound")
        return frames

    def probe(self) -> None:
        """Has the device take a frame of nothing."""
        self._probed_at = clock.now()
        self._probe.play(self._nothing)

    def took_probe(self) -> bool:
        """Whether it has taken it. Raises DeviceError if it should have, long since, or if the device is gone.

        In the place of one that was torn out SDL takes every sound itself, and goes on as if it were there (seen).
        """
        if not self._has_taken():
            return False
        for event in self._pygame.event.get():
            if event.type == self._pygame.AUDIODEVICEREMOVED and event.which:  # 0: one that was never opened
                raise DeviceError("the sound device is gone, or takes no more sound")
        return True

    def _has_taken(self) -> bool:
        if not self._probe.get_busy():
            return True
        if clock.now() > self._probed_at + STUCK_S:
            raise DeviceError(f"the sound device took nothing for {STUCK_S:g} s")
        return False

    def next_buffers(self, interrupted: Callable[[float], bool]) -> tuple[float, float] | None:
        """When the device will take its next buffer, and how many seconds after that the one that follows."""
        health.realtime(PRIORITY)
        try:
            taken: list[float] = []
            for _ in range(1 + PROBES):
                self.probe()
                while not self._has_taken():
                    if interrupted(POLL_S):
                        return None
                taken.append(clock.now())
        finally:
            health.ordinary()
        period_s = max(POLL_S, median(later - earlier for earlier, later in pairwise(taken)))
        # Seen late by chance, never early.
        return min(taken[-1], taken[-2] + period_s) + period_s, period_s

    def begin(self, frames: bytes, volume: float, at: float = 0.0) -> None:
        """Sounds *frames*, in place of what sounds, from the device's next buffer on; it takes that at instant *at*."""
        self._drum.stop()
        if not frames:  # pygame-ce 2.5.8 crashes on it
            return
        sound = self._sound(buffer=frames)
        sound.set_volume(max(volume, LEAST_VOLUME))
        self._drum.play(sound)
        # It takes the last of them with a whole buffer.
        self._sounding = (at, (len(frames) // 2 - 1) // BUFFER * BUFFER / RATE)

    def stop(self) -> None:
        """Silence, from the device's next buffer on."""
        self._drum.stop()
        self._sounding = None

    def ends_in(self, now: float) -> float | None:
        """After how many seconds it is worth to ask whether what sounds has ended; None if nothing does."""
        if self._sounding is None:
            return None
        began, length_s = self._sounding
        return max(5 * POLL_S, began + length_s * (1 - MOST_DRIFT) - now)

    def drift_ppm(self, now: float) -> float | None:
        """How much faster the device's clock was than the machine's, in millionths, if what sounded has just ended."""
        late_s, self._looked_at = now - self._looked_at, now
        if self._sounding is None or self._drum.get_busy():
            return None
        began, length_s = self._sounding
        self._sounding = None
        if length_s < MEASURED_S or late_s > PROMPT_S:  # too short to tell, or seen too late
            return None
        return (length_s / (now - began) - 1) * 1e6


def perform(device: Device, ear: socket.socket, settings: Mapping[str, Any]) -> None:
    """Obeys what comes through *ear*, a socket of whole messages, until the other end is gone.

    Raises DeviceError; OSError if the stroke's recording cannot be read.
    """
    def tell(words: Mapping[str, object]) -> None:
        ear.send(json.dumps(words).encode())

    def spoken_to(wait_s: float) -> bool:
        return bool(select([ear], [], [], wait_s)[0])

    level = Level(settings["volume"], settings["latency_s"])
    performer = Performer(device, device.load(settings["stroke"]), level, clock.now, tell)
    tell({"is": "ready", "driver": device.driver})
    while True:
        if spoken_to(performer.act(spoken_to)):
            try:
                message = ear.recv(MESSAGE)
            except ConnectionResetError:  # gone without having heard everything
                return
            if not message:
                return
            performer.obey(json.loads(message))


def write_wav(device: Device, order: Mapping[str, Any], settings: Mapping[str, Any], path: Path) -> None:
    """Writes one round of what *order* plays as a WAV file, from its first stroke on. Raises OSError."""
    play = protocol.read_play(order)
    frames = render.render(play.cycle, device.load(settings["stroke"]), [device.load(each) for each in play.words])
    try:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(array("h", [int(each * settings["volume"]) for each in frames]).tobytes())
    except OSError as error:
        raise OSError(f"{path}: cannot be written: {error.strerror}") from error


def main(arguments: list[str]) -> NoReturn:
    """Runs the process. Its argument is a JSON object; with a member `wav`, it only writes that file."""
    settings = json.loads(arguments[0])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    if "wav" in settings:
        try:
            write_wav(Device(), settings["order"], settings, Path(settings["wav"]))
        except (DeviceError, OSError) as error:
            sys.exit(str(error))
        sys.exit(0)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # however the node ends, nothing goes on sounding
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the node, which then ends this
        signal.signal(number, signal.SIG_IGN)
    ear = socket.socket(fileno=settings["fd"])
    try:
        perform(Device(), ear, settings)
    except (DeviceError, OSError) as error:
        with suppress(OSError):
            ear.send(json.dumps({"is": "trouble", "reason": str(error)}).encode())
    os._exit(0)  # not sys.exit: SDL would wait for a device that may have stopped for good


if __name__ == "__main__":
    main(sys.argv[1:])
