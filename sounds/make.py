"""Makes the drum's strokes: a stick on a large wooden kentongan, and on a small one of bamboo.

Writes `besar.wav` and `kecil.wav` beside itself, or compares them with what it would write. It plays nothing. The
standard library is enough. README.md, beside this file, tells where each figure comes from.

The stick meets the wood at sample 0: the first sample is not zero, and the loudest follows within 2 ms.
"""

import argparse
import math
import random
import struct
import sys
import wave
from dataclasses import dataclass
from pathlib import Path

RATE = 44_100  # samples a second
FULL = 32_767
PEAK = 0.6  # of full scale: strokes that overlap add up, and must still not clip
FADE_S = 0.06  # the last stretch of a file, drawn to exact zero
HIGH_PASS_HZ = 150.0  # below it a horn radiates nothing; it takes out the direct current too
TOLERANCE = 1  # steps of the 16-bit scale: the mathematics of another machine may round the other way


@dataclass(frozen=True, slots=True)
class Mode:
    """One way in which the drum vibrates. `level_db` is its amplitude at the stroke, below the strongest mode.

    `loss` is the loss factor (tan delta) with which it fades.
    """

    hz: float
    level_db: float
    loss: float

    @property
    def decay_s(self) -> float:
        """After how many seconds the amplitude has fallen to 1/e."""
        return 1.0 / (math.pi * self.hz * self.loss)


@dataclass(frozen=True, slots=True)
class Click:
    """The stick's noise: a band around `hz`, falling to 1/e in `decay_s`. `seed` draws the same noise each time."""

    hz: float
    width: float  # of the band, as a part of hz
    decay_s: float
    level_db: float
    seed: int


@dataclass(frozen=True, slots=True)
class Drum:
    """A kentongan, and how long a stroke on it is kept."""

    name: str
    length_s: float
    modes: tuple[Mode, ...]
    click: Click


BESAR = Drum(
    "besar",
    length_s=0.40,
    modes=(
        Mode(320.0, -8.0, 0.080),  # the air in the hollow
        Mode(350.0, 0.0, 0.022),  # one lip of the slit
        Mode(441.0, -5.0, 0.022),  # the other
        Mode(990.0, -1.0, 0.022),  # the wall, with the one lip
        Mode(1247.0, -5.0, 0.022),  # the wall, with the other
        Mode(1898.0, -5.0, 0.022),
        Mode(3070.0, -11.0, 0.022),
    ),
    click=Click(hz=1600.0, width=1.2, decay_s=0.0012, level_db=1.0, seed=15),
)
KECIL = Drum(
    "kecil",
    length_s=0.30,
    modes=(
        Mode(720.0, -8.0, 0.080),  # the air in the hollow
        Mode(804.0, 0.0, 0.014),  # one lip of the slit
        Mode(941.0, -8.0, 0.014),  # the other
        Mode(1930.0, -4.0, 0.014),  # the tube
        Mode(2734.0, -8.0, 0.014),
        Mode(3940.0, -15.0, 0.014),
        Mode(5548.0, -22.0, 0.014),
    ),
    click=Click(hz=2600.0, width=1.2, decay_s=0.0008, level_db=-4.0, seed=5),
)
DRUMS = (BESAR, KECIL)


def stroke(drum: Drum) -> list[int]:
    """One stroke on *drum*: signed 16-bit samples, RATE a second, the onset at sample 0, the end at zero."""
    length = round(drum.length_s * RATE)
    sound = _click(drum.click, length)
    for mode in drum.modes:
        _add(sound, mode)
    sound = _high_passed(sound)
    _fade(sound)
    gain = PEAK * FULL / max(map(abs, sound))
    return [round(gain * value) for value in sound]


def _amplitude(level_db: float) -> float:
    return math.pow(10.0, level_db / 20.0)


def _add(sound: list[float], mode: Mode) -> None:
    """Lays *mode* over *sound*: a sine, for a blow gives the wood a speed and not a place."""
    amplitude, turn = _amplitude(mode.level_db), 2.0 * math.pi * mode.hz / RATE
    fall = math.exp(-1.0 / (mode.decay_s * RATE))
    for place in range(len(sound)):
        sound[place] += amplitude * math.sin(turn * (place + 1))
        amplitude *= fall


def _click(click: Click, length: int) -> list[float]:
    """Noise through a band filter of the second order (R. Bristow-Johnson's cookbook), in *length* samples."""
    draw = random.Random(click.seed)  # noqa: S311 (noise, no secret)
    turn = 2.0 * math.pi * click.hz / RATE
    alpha = math.sin(turn) * click.width / 2.0
    gain, back_1, back_2 = alpha / (1.0 + alpha), 2.0 * math.cos(turn) / (1.0 + alpha), (alpha - 1.0) / (1.0 + alpha)
    amplitude, fall = 4.0 * _amplitude(click.level_db), math.exp(-1.0 / (click.decay_s * RATE))
    before, earlier, out_1, out_2 = 0.0, 0.0, 0.0, 0.0
    sound = []
    for _ in range(length):
        noise = amplitude * (2.0 * draw.random() - 1.0)
        out = gain * (noise - earlier) + back_1 * out_1 + back_2 * out_2
        before, earlier, out_1, out_2 = noise, before, out, out_1
        sound.append(out)
        amplitude *= fall
    return sound


def _high_passed(sound: list[float]) -> list[float]:
    keep = math.exp(-2.0 * math.pi * HIGH_PASS_HZ / RATE)
    passed, before, out = [], 0.0, 0.0
    for value in sound:
        out = value - before + keep * out
        before = value
        passed.append(out)
    return passed


def _fade(sound: list[float]) -> None:
    length = round(FADE_S * RATE)
    for step in range(1, length + 1):
        sound[-step] *= 0.5 - 0.5 * math.cos(math.pi * (step - 1) / length)


def write(path: Path, samples: list[int]) -> None:
    """*samples* as a WAV file: mono, 16 bit, RATE. Raises OSError."""
    with path.open("wb") as out, wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def fault(path: Path, samples: list[int]) -> str | None:
    """What is wrong with the file at *path*, which should hold *samples*; None if nothing is."""
    try:
        with wave.open(str(path), "rb") as file:
            form = file.getnchannels(), file.getsampwidth(), file.getframerate()
            data = file.readframes(file.getnframes())
    except FileNotFoundError:
        return "is missing"
    except (OSError, EOFError, wave.Error) as error:
        return f"cannot be read: {error}"
    if form != (1, 2, RATE):
        return f"has {form[0]} channels of {8 * form[1]} bits at {form[2]} Hz instead of one of 16 bits at {RATE} Hz"
    if len(data) != 2 * len(samples):
        return f"has {len(data) // 2} samples instead of {len(samples)}"
    found = struct.unpack(f"<{len(samples)}h", data)
    place = max(range(len(samples)), key=lambda at: abs(found[at] - samples[at]))
    if abs(found[place] - samples[place]) > TOLERANCE:
        return f"differs, most at sample {place}: {found[place]} instead of {samples[place]}"
    return None


def main() -> int:
    """The command line. 0: the files are written, or as they should be; 1: they are not; 2: they cannot be written."""
    parser = argparse.ArgumentParser(description="Makes the strokes of the kentongan: besar.wav and kecil.wav.")
    parser.add_argument("--check", action="store_true", help="write nothing; say whether the files are as made here")
    parser.add_argument(
        "--folder", type=Path, default=Path(__file__).resolve().parent, help="where they are (default: beside this)"
    )
    asked = parser.parse_args()
    faults = 0
    for drum in DRUMS:
        path, samples = asked.folder / f"{drum.name}.wav", stroke(drum)
        if asked.check:
            wrong = fault(path, samples)
            faults += wrong is not None
            sys.stdout.write(f"{path.name} {wrong or 'is as made here'}.\n")
            continue
        try:
            write(path, samples)
        except OSError as error:
            sys.stderr.write(f"{path} cannot be written: {error.strerror}; choose another place with --folder.\n")
            return 2
        sys.stdout.write(f"{path.name} written: {len(samples)} samples, {path.stat().st_size} bytes.\n")
    if faults:
        sys.stdout.write("To make the files anew: python sounds/make.py\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
