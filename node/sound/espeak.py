"""espeak-ng: a text -> a WAV file. Its only home; must not know what is said, nor where its files belong.

It (1.51) exits with 0 also when the disk is full, its file cannot be made, or the text holds no word ("..." becomes
0.4 s of nothing): so what it wrote is looked at.
"""

import shutil
import subprocess
import wave
from array import array
from io import BytesIO
from pathlib import Path
from threading import Event as Flag
from threading import Lock

from contract.user_error import UserError
from node.sound.core.render import trimmed
from runtime import bounded

# 140 words a minute (of 175) are about five syllables a second: our choice, for a horn that echoes. At 110 (of 100)
# the loudest piece shipped reaches 0.84 of full scale, so that none is clipped; how loud it sounds, render.py decides.
# -b 1: the text is UTF-8.
SPOKEN = ("-v", "id", "-s", "140", "-a", "110", "-b", "1")
PIECE_S = 20.0  # time for one text; it takes 20 ms on a desktop


class VoiceError(UserError):
    """The voice could not be rendered; the message says why, and what to do."""


class Espeak:
    """Speaks one text at a time into files; `stop` ends it from any thread."""

    def __init__(self) -> None:
        self.stopped = Flag()
        self._starting = Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def program(self) -> str | None:
        """Where espeak-ng is; None where it is not installed."""
        return shutil.which("espeak-ng")

    def speak(self, program: str, text: str, path: Path) -> bool:
        """Has *program* speak *text* into the file *path*; False if no whole sound came of it. Raises VoiceError."""
        path.touch()  # espeak-ng would not say that it cannot: OSError
        # On standard input no text can be taken for an option.
        child = self._start([program, *SPOKEN, "--stdin", "-w", str(path)])
        with child:
            try:
                _, said = child.communicate(text.encode("utf-8", "replace"), timeout=PIECE_S)
            except subprocess.TimeoutExpired:
                raise VoiceError(f"espeak-ng hangs at {text!r}; try: espeak-ng -v id halo") from None
            finally:
                child.kill()
        if self.stopped.is_set():
            raise VoiceError("it was stopped")
        if child.returncode:
            why = " ".join(said.decode("utf-8", "replace").split())[-200:] or f"exit {child.returncode}"
            raise VoiceError(f"espeak-ng fails: {why}; try: espeak-ng -v id halo")
        return bool(length_s(path))

    def stop(self) -> None:
        """Ends what is being spoken, with a VoiceError in its thread; nothing is spoken any more."""
        self.stopped.set()
        with self._starting:
            if self._child is not None:
                self._child.kill()

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self._starting:
            if self.stopped.is_set():
                raise VoiceError("it was stopped")
            try:
                self._child = subprocess.Popen(  # noqa: S603 - no shell, and nothing from outside among its words
                    command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                )
            except OSError as error:
                raise VoiceError(f"{command[0]} cannot be run: {error.strerror}; "
                                 "install it anew: apt-get install --reinstall espeak-ng") from None
            return self._child


def length_s(path: Path) -> float | None:
    """How long the WAV file *path* speaks, in seconds, without the silence at its ends; 0 if it holds nothing else.

    None if it is no WAV file, is cut off, is larger than a recording may be, or is of a kind unknown here. What counts
    is what the file holds: a header may say anything.
    """
    try:
        with wave.open(BytesIO(bounded.read(path, bounded.RECORDING_BYTES))) as sound:
            frames, channels, rate = sound.getnframes(), sound.getnchannels(), sound.getframerate()
            samples = array("h", sound.readframes(frames)) if sound.getsampwidth() == 2 else array("h")
            return len(trimmed(samples[::channels])) / rate if len(samples) == frames * channels else None
    except (OSError, EOFError, ValueError, wave.Error, ZeroDivisionError):
        return None
