"""Recordings that a test can measure."""

import wave
from array import array
from pathlib import Path

from node.sound.core.render import RATE


def write_tone(path: Path, length_s: float, level: int = 20_000) -> str:
    """A recording that is equally loud at each of its frames."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(array("h", [level]).tobytes() * round(length_s * RATE))
    return str(path)
