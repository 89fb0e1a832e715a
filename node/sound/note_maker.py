"""A process of its own that makes the sound of one note: espeak-ng's, without the silence around it, as loud as words.

It computes with each sample, which would hold up a node's threads; so the node has it done here, at the lowest
priority. What is to be made comes on standard input, as a JSON object with `text` and `path`. Exits 0, or 2 with the
reason on standard error.
"""

import json
import os
import sys
import wave
from array import array
from pathlib import Path

from contract.user_error import UserError
from node.sound.core.render import LOUDNESS, amplified, loudness, trimmed
from node.sound.espeak import Espeak, VoiceError

LONGEST_S = 8.0
RATE = 22_050  # espeak-ng's


def main() -> None:
    """Makes what standard input asks for."""
    os.nice(19)
    order = json.load(sys.stdin)
    try:
        make(order["text"], Path(order["path"]))
    except UserError as error:
        sys.stderr.write(str(error))
        sys.exit(2)
    except OSError as error:
        sys.stderr.write(f"{error.filename} cannot be written: {error.strerror}")
        sys.exit(2)


def make(text: str, path: Path) -> None:
    """Writes *text*, spoken, to *path* as a WAV file. Raises VoiceError, OSError."""
    espeak = Espeak()
    program = espeak.program()
    if program is None:
        raise VoiceError("espeak-ng is not installed (apt-get install espeak-ng)")
    if not espeak.speak(program, text, path):
        raise VoiceError("espeak-ng made no sound of it")
    with wave.open(str(path), "rb") as file:
        word = trimmed(array("h", file.readframes(file.getnframes())))
    if len(word) > LONGEST_S * RATE:
        raise VoiceError(f"it takes {len(word) / RATE:.1f} s, and {LONGEST_S:g} s are the most")
    measured = array("h", (each for each in word for _ in range(2)))  # loudness is measured at twice this rate
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(amplified(word, LOUDNESS / (loudness(measured) or 1.0)).tobytes())


if __name__ == "__main__":
    main()
