"""What the real espeak-ng makes of the shipped sentences: said as the dictionary has them, equally loud, in their slot.

The phonemes are those of the Kamus Besar (é, ə, the catch of a final k and between two a's), written by hand.
"""

import math
import shutil
import subprocess
import tempfile
import wave
from array import array
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from contract.domain import speech
from contract.domain.district import EVERYWHERE
from contract.domain.rhythm import Span
from node.sound.core.render import BREATH_S, LOUDEST, LOUDNESS, spoken
from node.sound.espeak import Espeak, length_s
from testing.program import LIMIT_S
from tests.contract.shipped import catalogue, district, plain

REAL = shutil.which("espeak-ng")
pytestmark = pytest.mark.skipif(REAL is None, reason="there is no espeak-ng on this machine")

TEXTS = speech.texts(catalogue(), district())
SHIPPED = speech.read_respellings(plain("speech.yaml"))
# Each word of the shipped sentences, without stress. espeak-ng has one g, one r and one o, and writes them as it does.
SAID = {
    "ada": "ada", "aman": "aman", "angin": "aŋin", "bahaya": "bahaja", "banjir": "bandʒir", "bencana": "bəntʃana",
    "bumi": "bumi", "dawuhan": "dawuhan", "desa": "desa", "di": "di", "gempa": "ɡəmpa", "hanya": "haɲa", "ini": "ini",
    "kalibagor": "kalibaɡɔr", "kebakaran": "kəbakaran", "kecamatan": "kətʃamatan", "kecelakaan": "kətʃəlakaʔan",
    "kelurahan": "kəlurahan", "kencang": "kəntʃaŋ", "keributan": "kəributan", "kotakan": "kotakan",
    "latihan": "latihan", "longsor": "loŋsɔr", "maling": "maliŋ", "menuju": "mənudʒu", "minta": "minta",
    "olean": "olɛan", "patokan": "patokan", "pembunuhan": "pəmbunuhan", "perampokan": "pərampokan",
    "peringatan": "pəriŋatan", "perhatian": "pərhatian", "segera": "səɡəra", "seluruh": "səluruh",
    "situbondo": "situbondo", "sudah": "sudah", "talkandang": "talkandaŋ", "tanah": "tanah", "ternak": "tərnaʔ",
    "tempat": "təmpat", "tinggi": "tiŋɡi", "tolong": "toloŋ", "tsunami": "tsunami",
}
# Words that a district is likely to write into `spoken`.
SAID_TOO = {"lain": "lain", "masjid": "masdʒid", "pemerkosaan": "pəmərkosaʔan"}


def phonemes(text: str) -> str:
    done = subprocess.run([str(REAL), "-v", "id", "-q", "--ipa", "--stdin"], input=text, text=True, check=True,
                          capture_output=True, timeout=LIMIT_S)
    return "".join(done.stdout.split()).replace("ˈ", "").replace("ˌ", "")


def words(text: str) -> list[str]:
    return text.casefold().replace(",", "").replace(".", "").split()


@pytest.mark.parametrize("word", sorted({word for text in TEXTS.values() for word in words(text)} | SAID_TOO.keys()))
def test_each_word_is_said_as_the_dictionary_has_it(word: str) -> None:
    assert phonemes(speech.respelt(word, SHIPPED)) == (SAID | SAID_TOO)[word]


@pytest.mark.parametrize("word", sorted(SHIPPED))
def test_a_word_on_the_list_would_be_said_wrong_without_it(word: str) -> None:
    assert phonemes(word) != (SAID | SAID_TOO)[word]


@pytest.mark.parametrize("piece", ["kejadian-tsunami", "kejadian-ternak", "kejadian-kecelakaan", "di-kotakan"])
def test_in_its_sentence_it_is_said_alike(piece: str) -> None:
    text = TEXTS[piece]

    assert phonemes(speech.respelt(text, SHIPPED)) == "".join(SAID[word] for word in words(text))


@cache
def rendered(piece: str) -> tuple["array[int]", float]:
    """The frames of *piece*, and how long it speaks, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "piece.wav"
        assert Espeak().speak(str(REAL), speech.respelt(TEXTS[piece], SHIPPED), path)
        with wave.open(str(path)) as sound:
            frames = array("h", sound.readframes(sound.getnframes()))
        length = length_s(path)
    assert length is not None
    return frames, length


def loudness_db(frames: npt.NDArray[np.float64], rate: int) -> float:
    """The loudness of ITU-R BS.1770-4, with its weighting by frequency, which is made anew for *rate*."""
    s = 2j * np.pi * np.fft.rfftfreq(len(frames), 1 / rate)
    pole, shelf, low = 2 * np.pi * 1681.97, 10 ** (4.0 / 20), 2 * np.pi * 38.1
    weight = (shelf * s ** 2 + shelf ** 0.5 * pole / 0.707 * s + pole ** 2) / (s ** 2 + pole / 0.707 * s + pole ** 2)
    weight *= s ** 2 / (s ** 2 + low / 0.5 * s + low ** 2)
    heard = np.fft.irfft(np.fft.rfft(frames) * weight, len(frames))
    size = min(len(heard), round(0.4 * rate))
    powers = np.array([np.mean(heard[at:at + size] ** 2) for at in range(0, len(heard) - size + 1, size // 4)])
    return float(10 * math.log10(powers[powers > powers.mean() / 10].mean()))


def test_all_pieces_are_equally_loud_to_a_listener() -> None:
    """Alike by their peaks, they differ by 4.9 dB. This ear is not the code's: it weights as people hear."""
    heard = {}
    for piece in TEXTS:
        frames, length = rendered(piece)
        made = spoken([frames], Span(0.0, 2 * length))
        assert max(map(abs, made)) < LOUDEST
        heard[piece] = loudness_db(np.asarray(made, dtype=np.float64), 22_050)

    assert max(heard.values()) - min(heard.values()) < 1.5
    assert np.mean(list(heard.values())) == pytest.approx(20 * math.log10(LOUDNESS), abs=2.0)


@pytest.mark.parametrize("exercise", [False, True])
@pytest.mark.parametrize("incident", catalogue().incidents)
def test_each_sentence_fits_its_slot_wherever_it_is(incident: str, exercise: bool) -> None:
    places = (*district().villages, EVERYWHERE)
    sentences = [speech.sentence(incident, village, exercise=exercise) for village in places]
    longest_s = max(sum(rendered(piece)[1] for piece in each) + BREATH_S * (len(each) - 1) for each in sentences)

    assert longest_s <= (catalogue().incidents[incident].cycle or catalogue().cycle).voice_s


def test_what_is_said_before_an_exercise_is_over_before_its_siren() -> None:
    said = speech.intro(exercise=True)

    assert [TEXTS[piece] for piece in said] == ["Ini latihan."]
    assert sum(rendered(piece)[1] for piece in said) <= speech.INTRO_S
    assert speech.intro(exercise=False) == ()
