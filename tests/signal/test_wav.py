"""The WAV file that the player writes: the frames that the loudspeaker would have had, words and all."""

import os
import subprocess
import sys
import wave
from array import array
from pathlib import Path

import numpy as np
import pytest

from contract.domain.incidents import cycles
from contract.domain.rhythm import Cycle
from node.core.effects import Play
from node.sound.core import protocol, render
from node.sound.core.driver_settings import Speaker
from testing.program import LIMIT_S
from tests.contract import shipped
from tests.signal.conftest import Record
from tests.signal.onsets import onsets
from tests.signal.recorder import RATE, ROOT, STROKE, Frames, read_wav

TONE = render.LOUDNESS * 2 ** 0.5  # the peaks of a sine that is as loud as every word
CYCLES = cycles(shipped.catalogue(), shipped.family("jawa-timur"))


def written(cycle: Cycle, to: Path, *, volume: float = 1.0, words: tuple[str, ...] = ()) -> Frames:
    """What the player writes to the file *to*."""
    speaker = Speaker("dummy", "", volume, 0.0, str(STROKE), str(STROKE))
    argument = speaker.argument(wav=str(to), order=protocol.write_play(Play(cycle, 0.0, 0.0), words))
    subprocess.run(
        [sys.executable, "-m", "node.sound.player_process", argument],
        cwd=ROOT, env=speaker.environment(os.environ), check=True, capture_output=True, timeout=LIMIT_S,
    )
    return read_wav(to)


def say(folder: Path, hz: int, length_s: float, level: int, rate: int = RATE) -> str:
    """A recording of a "word": a tone, loud from its first sample, between two quarters of a second of nothing."""
    path = folder / f"{hz}.wav"
    nothing = array("h", bytes(2 * (rate // 4)))
    tone = level * np.cos(2 * np.pi * hz * np.arange(round(length_s * rate)) / rate)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((nothing + array("h", tone.astype(np.int16).tobytes()) + nothing).tobytes())
    return str(path)


def sounding(frames: Frames) -> list[tuple[int, int]]:
    """The stretches of *frames* that are not silent, each from its first frame to after its last."""
    places = np.flatnonzero(np.abs(frames.astype(np.int32)) > 300)
    stretches = np.split(places, np.flatnonzero(np.diff(places) > 0.05 * RATE) + 1)
    return [(int(each[0]), int(each[-1]) + 1) for each in stretches]


def hz(frames: Frames) -> float:
    """The strongest frequency in *frames*."""
    return float(np.abs(np.fft.rfft(frames)).argmax() * RATE / len(frames))


@pytest.mark.parametrize("incident", ["kebakaran", "lainnya"])
def test_the_file_holds_the_frames_that_the_loudspeaker_is_given(
    incident: str, tmp_path: Path, record: Record
) -> None:
    assert np.array_equal(written(CYCLES[incident], tmp_path / "round.wav"), record(CYCLES[incident], 1.0))


def test_words_follow_the_rhythm_in_order_each_as_loud_as_the_others(tmp_path: Path) -> None:
    cycle = CYCLES["kebakaran"]
    assert cycle.voice is not None
    lengths_s, tones_hz = (0.3, 0.5, 0.2), (500, 1000, 2000)
    words = [say(tmp_path, *each) for each in zip(tones_hz, lengths_s, (3000, 30_000, 12_000), strict=True)]
    frames = written(cycle, tmp_path / "round.wav", volume=0.5, words=tuple(words))
    begins = render.frame(cycle.voice.at_s) - render.frame(cycle.strokes_s[0])
    spoken = frames[begins:]

    assert len(onsets(frames[:begins], read_wav(STROKE))) == len(cycle.strokes_s)
    assert len(spoken) == render.frame(cycle.voice.length_s)
    expected, at = [], 0
    for length_s in lengths_s:
        expected.append((at, at + round(length_s * RATE)))
        at = expected[-1][1] + render.frame(render.BREATH_S)
    assert np.abs(np.subtract(sounding(spoken), expected)).max() < 0.001 * RATE
    assert [hz(spoken[first:last]) for first, last in expected] == pytest.approx(tones_hz, rel=0.01)
    assert [int(spoken[first:last].max()) for first, last in expected] == pytest.approx([TONE / 2] * 3, rel=0.01)


def test_a_word_of_another_rate_keeps_its_pitch_and_its_length(tmp_path: Path) -> None:
    cycle = CYCLES["kebakaran"]
    assert cycle.voice is not None
    frames = written(cycle, tmp_path / "round.wav", words=(say(tmp_path, 440, 0.5, 9000, rate=22_050),))
    first, last = sounding(frames)[-1]

    assert first == pytest.approx(render.frame(cycle.voice.at_s) - render.frame(cycle.strokes_s[0]), abs=0.002 * RATE)
    assert (last - first) / RATE == pytest.approx(0.5, abs=0.01)
    assert hz(frames[first:last]) == pytest.approx(440, rel=0.01)


def test_words_that_are_too_long_are_cut_softly_at_the_end_of_their_slot(tmp_path: Path) -> None:
    cycle = CYCLES["lainnya"]
    assert cycle.voice is not None
    words = tuple(say(tmp_path, tone_hz, 0.6 * cycle.voice.length_s, 20_000) for tone_hz in (500, 1000, 2000))
    frames = written(cycle, tmp_path / "round.wav", words=words)
    begins = render.frame(cycle.voice.at_s) - render.frame(cycle.strokes_s[0])
    slot = frames[begins:].astype(np.int32)

    assert len(slot) == render.frame(cycle.voice.length_s)
    assert len(sounding(frames[begins:])) == 2  # for the third word there is no room
    loudest = np.abs(slot[-render.frame(render.FADE_S):]).reshape(15, -1).max(axis=1)
    assert loudest[0] > 0.9 * TONE > 10 * loudest[-1]
    assert (np.diff(loudest) < 0).all()
    assert np.abs(slot[:-render.frame(render.FADE_S)][-200:]).max() == pytest.approx(TONE, rel=0.01)
