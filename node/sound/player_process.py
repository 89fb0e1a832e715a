"""The player: the process that sounds the loudspeaker. The only home of pygame. Must not know why it sounds.

    node ──orders──> socket ──> Performer ──> Listener ──> SdlMixer ──> loudspeaker
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
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Any, NoReturn

from node.sound import alsa
from node.sound.core import protocol, render
from node.sound.core.listening import BUFFER, DeviceError, Listener
from node.sound.core.render import RATE, Frames
from node.sound.core.scheduler import Level, Performer, Strokes
from runtime import bounded, clock, health

LONGEST_S = 15.0  # of a recording: what is longer is no word
LEAST_VOLUME = 1 / 128  # what is less is nothing to SDL
MOST_MEMORY = 384 << 20  # of addresses, twice what is used: a recording that unpacks to more is refused
PRIORITY = 5  # under every thread of the node
MESSAGE = 1 << 18
_PR_SET_PDEATHSIG = 1  # prctl(2)
# If memory runs out, this process goes, long before the node and most others (proc(5): -1000 to 1000; the unit gives
# the node -500, which a child inherits).
OOM_SCORE_ADJ = 500


class SdlMixer:
    """SDL's mixer on the driver that the environment names. Raises DeviceError if its device cannot be opened."""

    def __init__(self) -> None:
        try:
            import pygame  # noqa: PLC0415 - a machine that lacks it is told so, as of any other fault
            from pygame import mixer  # noqa: PLC0415
        except ImportError as error:
            raise DeviceError(f"pygame cannot be loaded: {error}; install it anew: scripts/prepare") from error
        self.hurry(on=True)  # SDL's own thread inherits it
        try:
            mixer.init(frequency=RATE, size=-16, channels=1, buffer=BUFFER, allowedchanges=0)
            pygame.display.init()
        except (pygame.error, NotImplementedError) as error:  # the latter: a library of the mixer's is missing
            device = os.environ.get("AUDIODEV")  # ALSA's, see driver_settings
            there = "" if device is None else f"; sound.device is {device}; {alsa.there_is()}"
            raise DeviceError(f"{error}{there}") from error
        finally:
            self.hurry(on=False)
        self._sound, self._error, self._pygame = mixer.Sound, pygame.error, pygame
        self.driver: str = mixer.get_driver()
        self._drum, self._probe = mixer.Channel(0), mixer.Channel(1)
        self._nothing = mixer.Sound(buffer=bytes(2))

    def load(self, path: str) -> Frames:
        """The frames of a recording of any kind that SDL reads, at this device's rate; of a long one, its beginning.

        Raises OSError.
        """
        try:
            bounded.check(Path(path), bounded.RECORDING_BYTES)
            frames = array("h", self._sound(file=path).get_raw()[:2 * render.frame(LONGEST_S)])
        except (self._error, OSError, MemoryError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OSError(f"{path} cannot be played: {reason}") from error
        if not frames:
            raise OSError(f"{path} cannot be played: it holds no sound")
        return frames

    def probe(self) -> None:
        """Has the device take a frame of nothing."""
        self._probe.play(self._nothing)

    def is_probing(self) -> bool:
        """Whether it has yet to take it."""
        return self._probe.get_busy()

    def begin(self, frames: bytes, volume: float) -> None:
        """Sounds *frames*, which are not empty, in place of what sounds, from the device's next buffer on."""
        sound = self._sound(buffer=frames)
        sound.set_volume(max(volume, LEAST_VOLUME))
        self._drum.play(sound)

    def stop(self) -> None:
        """Silence, from the device's next buffer on."""
        self._drum.stop()

    def is_sounding(self) -> bool:
        """Whether it has yet to take the last frames of what sounds."""
        return self._drum.get_busy()

    def is_lost(self) -> bool:
        """Whether the device is gone: SDL says so once, as an event."""
        removed = (each for each in self._pygame.event.get() if each.type == self._pygame.AUDIODEVICEREMOVED)
        return any(each.which for each in removed)  # 0: one that was never opened

    def hurry(self, *, on: bool) -> None:
        """Puts this thread under the real-time scheduler where that is allowed, or back under the ordinary one."""
        if on:
            health.realtime(PRIORITY)
        else:
            health.ordinary()


def perform(mixer: SdlMixer, ear: socket.socket, settings: Mapping[str, Any]) -> None:
    """Obeys what comes through *ear*, a socket of whole messages, until the other end is gone.

    Whatever it waits for, it waits in `select` on *ear*: an order wakes it at once. Raises DeviceError; OSError if the
    recording of a stroke cannot be read.
    """
    def tell(words: Mapping[str, object]) -> None:
        ear.send(json.dumps(words).encode())

    def spoken_to(wait_s: float) -> bool:
        return bool(select([ear], [], [], wait_s)[0])

    level = Level(settings["volume"], settings["latency_s"])
    strokes = Strokes(mixer.load(settings["stroke"]), mixer.load(settings["quiet_stroke"]))
    performer = Performer(Listener(mixer, clock.now), strokes, level, clock.now, tell)
    tell({"is": "ready", "driver": mixer.driver})
    while True:
        if spoken_to(performer.act(spoken_to)):
            try:
                message = ear.recv(MESSAGE)
            except ConnectionResetError:  # gone without having heard everything
                return
            if not message:
                return
            performer.obey(json.loads(message))


def write_wav(mixer: SdlMixer, order: Mapping[str, Any], settings: Mapping[str, Any], path: Path) -> None:
    """Writes one round of what *order* plays as a WAV file, from its first stroke on. Raises OSError."""
    play = protocol.read_play(order)
    stroke = mixer.load(settings["quiet_stroke" if play.quiet else "stroke"])
    frames = render.render(play.cycle, stroke, [mixer.load(each) for each in play.words])
    try:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(array("h", [int(each * settings["volume"]) for each in frames]).tobytes())
    except OSError as error:
        raise OSError(f"{path}: cannot be written: {error.strerror}") from error


def _is_deserted(ear: socket.socket) -> bool:
    """Whether the other end of *ear*, which has not been read yet, is gone."""
    with suppress(BlockingIOError):
        return not ear.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    return False


def main(arguments: list[str]) -> NoReturn:
    """Runs the process. Its argument is a JSON object; with a member `wav`, it only writes that file."""
    settings = json.loads(arguments[0])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    if "wav" in settings:
        try:
            write_wav(SdlMixer(), settings["order"], settings, Path(settings["wav"]))
        except (DeviceError, OSError) as error:
            sys.exit(str(error))
        sys.exit(0)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE_ADJ), "ascii")
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # however the node ends, nothing goes on sounding
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the node, which then ends this
        signal.signal(number, signal.SIG_IGN)
    ear = socket.socket(fileno=settings["fd"])
    if _is_deserted(ear):  # the node ended before it was this process's fate, too
        os._exit(0)
    try:
        perform(SdlMixer(), ear, settings)
    except (DeviceError, OSError) as error:
        with suppress(OSError):
            ear.send(json.dumps({"is": "trouble", "reason": str(error)}).encode())
    os._exit(0)  # not sys.exit: SDL would wait for a device that may have stopped for good


if __name__ == "__main__":
    main(sys.argv[1:])
