"""The drum's two strokes, as they lie in `sounds/`: made by the script there, and fit for a code that is counted."""

import cmath
import math
import re
import runpy
import shutil
import struct
import subprocess
import sys
import wave
from functools import cache
from pathlib import Path

import pytest

from testing.program import LIMIT_S

SOUNDS = Path(__file__).resolve().parent.parent.parent / "sounds"
SCRIPT = SOUNDS / "make.py"
RATE, FULL = 44_100, 32_767
BLOCK = 1 << 14  # samples of a spectrum: 2.7 Hz from one line to the next

each_size = pytest.mark.parametrize("size", ["besar", "kecil"])


def read(path: Path) -> list[int]:
    with wave.open(str(path), "rb") as file:
        data = file.readframes(file.getnframes())
    return list(struct.unpack(f"<{len(data) // 2}h", data))


@cache
def samples(size: str) -> list[int]:
    return read(SOUNDS / f"{size}.wav")


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False,
                          timeout=LIMIT_S)


def peak(part: list[int]) -> int:
    return max(map(abs, part))


def fourier(block: list[complex]) -> list[complex]:
    if len(block) == 1:
        return block
    even, odd = fourier(block[::2]), fourier(block[1::2])
    turned = [cmath.exp(-2j * math.pi * k / len(block)) * value for k, value in enumerate(odd)]
    return [a + b for a, b in zip(even, turned, strict=True)] + [a - b for a, b in zip(even, turned, strict=True)]


@cache
def spectrum(size: str, after_s: float = 0.0) -> list[float]:
    """The amplitude at each multiple of RATE / BLOCK, of what sounds later than *after_s*."""
    block = [complex(value) for value in samples(size)[round(after_s * RATE) :][:BLOCK]]
    block += [0j] * (BLOCK - len(block))
    return [abs(value) for value in fourier(block)[: BLOCK // 2]]


def hz(line: int) -> float:
    return line * RATE / BLOCK


def energy(size: str, low_hz: float, high_hz: float) -> float:
    """The part of the stroke's energy that lies between the two frequencies."""
    lines = spectrum(size)
    return sum(a * a for k, a in enumerate(lines) if low_hz <= hz(k) < high_hz) / sum(a * a for a in lines)


def strongest_hz(size: str) -> float:
    lines = spectrum(size)
    return hz(lines.index(max(lines)))


def partials_hz(size: str) -> list[float]:
    """The frequencies that stand out from all within 60 Hz, down to 30 dB below the strongest."""
    lines, reach = spectrum(size), round(60 * BLOCK / RATE)
    floor = max(lines) * 10 ** (-30 / 20)
    return [
        hz(k)
        for k in range(reach, len(lines) - reach)
        if lines[k] > floor and lines[k] == max(lines[k - reach : k + reach + 1])
    ]


def beaten(size: str, every_s: float, times: int = 20) -> list[int]:
    """The sum of strokes that begin *every_s* seconds."""
    stroke, step = samples(size), round(every_s * RATE)
    sound = [0] * (step * (times - 1) + len(stroke))
    for start in range(0, step * times, step):
        for place, value in enumerate(stroke):
            sound[start + place] += value
    return sound


def test_the_files_are_what_the_script_makes() -> None:
    done = run("--check")
    assert (done.returncode, done.stdout) == (0, "besar.wav is as made here.\nkecil.wav is as made here.\n")


def test_the_script_makes_the_same_bytes_each_time(tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        assert run("--folder", tmp_path / name).returncode == 0
        made.append([(tmp_path / name / f"{size}.wav").read_bytes() for size in ("besar", "kecil")])
    assert made[0] == made[1]


@pytest.mark.parametrize(("step", "code"), [(1, 0), (2, 1)])
def test_the_check_forgives_one_step_of_the_scale_and_no_more(tmp_path: Path, step: int, code: int) -> None:
    shutil.copy(SOUNDS / "besar.wav", tmp_path)
    data = bytearray((SOUNDS / "kecil.wav").read_bytes())
    place = 44 + 2 * 1000
    (value,) = struct.unpack_from("<h", data, place)
    struct.pack_into("<h", data, place, value + step)
    (tmp_path / "kecil.wav").write_bytes(data)
    done = run("--check", "--folder", tmp_path)
    assert done.returncode == code
    assert ("kecil.wav differs, most at sample 1000: " in done.stdout) == bool(code)


def test_the_check_says_what_is_wrong_with_each_file_and_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "kecil.wav").write_bytes(b"no sound")
    done = run("--check", "--folder", tmp_path)
    missing, broken, hint = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (1, "")
    assert missing == "besar.wav is missing."
    assert broken.startswith("kecil.wav cannot be read: ")
    assert hint.endswith("python sounds/make.py")


def test_a_cut_file_is_found_by_the_check(tmp_path: Path) -> None:
    shutil.copy(SOUNDS / "besar.wav", tmp_path)
    with wave.open(str(tmp_path / "kecil.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack("<3h", *samples("kecil")[:3]))
    done = run("--check", "--folder", tmp_path)
    assert (done.returncode, "kecil.wav has 3 samples instead of 13230." in done.stdout) == (1, True)


def test_a_folder_that_is_not_there_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = run("--folder", tmp_path / "none")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "cannot be written" in done.stderr


@each_size
def test_a_stroke_is_mono_of_16_bits_at_44100_hz_and_small(size: str) -> None:
    path = SOUNDS / f"{size}.wav"
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
    assert 0.3 <= len(samples(size)) / RATE <= 0.45
    assert 25_000 <= path.stat().st_size <= 40_000


@each_size
def test_the_onset_is_at_sample_0(size: str) -> None:
    assert abs(samples(size)[0]) >= peak(samples(size)) / 5


@each_size
def test_the_loudest_sample_is_within_2_ms_of_the_onset(size: str) -> None:
    within = round(0.002 * RATE)
    assert peak(samples(size)[:within]) == peak(samples(size))
    assert peak(samples(size)[within:]) < 0.9 * peak(samples(size))  # and no rounding moves it


@each_size
def test_the_peak_is_six_tenths_of_full_scale(size: str) -> None:
    assert peak(samples(size)) / FULL == pytest.approx(0.6, abs=0.001)


@each_size
def test_a_stroke_ends_in_silence(size: str) -> None:
    assert samples(size)[-1000:] == [0] * 1000


@each_size
def test_the_fade_makes_no_step(size: str) -> None:
    last = samples(size)[-round(0.06 * RATE) :]
    assert peak(last) <= FULL * 10 ** (-60 / 20)


@each_size
def test_a_stroke_has_no_direct_current(size: str) -> None:
    assert abs(sum(samples(size)) / len(samples(size))) < 0.05  # steps of the scale


@each_size
def test_after_120_ms_a_stroke_is_more_than_12_db_down_for_good(size: str) -> None:
    assert peak(samples(size)[round(0.12 * RATE) :]) < peak(samples(size)) * 10 ** (-12 / 20)


@each_size
def test_in_a_titir_each_stroke_stands_12_db_above_what_is_before_it(size: str) -> None:
    sound, step = beaten(size, 0.15), round(0.15 * RATE)
    for start in range(step, 20 * step, step):
        assert peak(sound[start - round(0.02 * RATE) : start]) < peak(sound[start : start + 100]) * 10 ** (-12 / 20)


@each_size
@pytest.mark.parametrize("every_s", [0.15, 0.1])
def test_strokes_that_overlap_do_not_clip(size: str, every_s: float) -> None:
    assert peak(beaten(size, every_s)) < FULL


@each_size
def test_the_energy_lies_where_a_horn_is_loud(size: str) -> None:
    assert energy(size, 300, 3000) > 0.9
    assert energy(size, 0, 250) < 0.05


@each_size
def test_it_is_no_beep_for_its_partials_are_no_harmonics(size: str) -> None:
    partials = partials_hz(size)
    ratios = [partial / strongest_hz(size) for partial in partials if partial > strongest_hz(size)]
    apart = [ratio for ratio in ratios if abs(ratio - round(ratio)) > 0.05]
    assert len(apart) >= 3, ratios


@each_size
def test_it_is_no_beep_for_its_energy_is_spread_even_when_the_click_is_over(size: str) -> None:
    lines = spectrum(size, after_s=0.01)
    whole = sum(a * a for a in lines)
    centre = sum(hz(k) * a * a for k, a in enumerate(lines)) / whole
    spread = math.sqrt(sum((hz(k) - centre) ** 2 * a * a for k, a in enumerate(lines)) / whole)
    assert spread > 250


def test_the_two_sizes_are_more_than_an_octave_apart() -> None:
    assert strongest_hz("besar") == pytest.approx(350, abs=5)
    assert strongest_hz("kecil") == pytest.approx(804, abs=5)


def test_the_readme_tells_the_modes_that_the_script_uses() -> None:
    told = re.findall(r"^\| (\d+) \| (-?\d+) \| ([\d.]+) \| (\d+) \|", (SOUNDS / "README.md").read_text(), re.MULTILINE)
    used = [
        (f"{mode.hz:.0f}", f"{mode.level_db:.0f}", f"{mode.loss:.3f}", f"{mode.decay_s * 1000:.0f}")
        for drum in runpy.run_path(str(SCRIPT))["DRUMS"]
        for mode in drum.modes
    ]
    assert told == used
