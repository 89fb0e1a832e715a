"""What is said: which pieces make a sentence, and what each piece says."""

import pytest

from contract.domain import speech
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import PATROL
from tests.contract.shipped import catalogue, district


def said(incident: str, village: str, *, exercise: bool = False) -> str:
    texts = speech.texts(catalogue(), district())
    return " ".join(texts[piece] for piece in speech.sentence(incident, village, exercise=exercise))


@pytest.mark.parametrize(("incident", "village", "sentence"), [
    ("kebakaran", "kotakan", "Perhatian. Kebakaran, Kebakaran, di Desa Kotakan."),
    ("pencurian", "patokan", "Perhatian. Ada maling, Ada maling, di Kelurahan Patokan."),
    ("gempa", "semua", "Perhatian. Gempa bumi, Gempa bumi, di seluruh Kecamatan Situbondo."),
])
def test_an_alarm_calls_the_thing_twice_and_then_the_place(incident: str, village: str, sentence: str) -> None:
    assert said(incident, village) == sentence


def test_a_horn_names_no_victims_village_with_the_crime() -> None:
    assert said("pemerkosaan", "kotakan") == "Perhatian. Minta tolong, Minta tolong, di Desa Kotakan."


def test_an_exercise_begins_and_ends_with_the_words_for_it() -> None:
    assert said("pencurian", "semua", exercise=True) == (
        "Ini latihan. Ada maling, di seluruh Kecamatan Situbondo. Ini hanya latihan."
    )


def test_the_all_clear_is_spoken_for_its_code_is_a_death_elsewhere() -> None:
    assert said("aman", "kotakan") == "Sudah aman, di Desa Kotakan."
    assert said("aman", "kotakan", exercise=True) == "Ini latihan. Sudah aman, di Desa Kotakan. Ini hanya latihan."


def test_the_watchs_round_is_not_spoken() -> None:
    assert [speech.sentence(PATROL, "kotakan", exercise=exercise) for exercise in (False, True)] == [(), ()]


def test_each_shipped_piece_says_this() -> None:
    assert speech.texts(catalogue(), district()) == {
        "perhatian": "Perhatian.",
        "latihan": "Ini latihan.",
        "hanya-latihan": "Ini hanya latihan.",
        "kejadian-bencana": "Ada bencana,",
        "kejadian-tsunami": "Peringatan tsunami. Segera menuju tempat tinggi.",
        "kejadian-banjir": "Banjir,",
        "kejadian-gempa": "Gempa bumi,",
        "kejadian-longsor": "Tanah longsor,",
        "kejadian-angin": "Angin kencang,",
        "kejadian-kebakaran": "Kebakaran,",
        "kejadian-pembunuhan": "Ada pembunuhan,",
        "kejadian-perampokan": "Perampokan,",
        "kejadian-pemerkosaan": "Minta tolong,",
        "kejadian-kecelakaan": "Kecelakaan,",
        "kejadian-keributan": "Ada keributan,",
        "kejadian-pencurian": "Ada maling,",
        "kejadian-ternak": "Maling ternak,",
        "kejadian-lainnya": "Ada bahaya,",
        "kejadian-aman": "Sudah aman,",
        "di-patokan": "di Kelurahan Patokan.",
        "di-dawuhan": "di Kelurahan Dawuhan.",
        "di-kalibagor": "di Desa Kalibagor.",
        "di-kotakan": "di Desa Kotakan.",
        "di-talkandang": "di Desa Talkandang.",
        "di-olean": "di Desa Olean.",
        "di-semua": "di seluruh Kecamatan Situbondo.",
    }


def test_the_texts_are_the_pieces_of_all_sentences_and_no_others() -> None:
    used = {
        piece for incident in catalogue().incidents for village in (*district().villages, EVERYWHERE)
        for exercise in (False, True) for piece in speech.sentence(incident, village, exercise=exercise)
    }

    assert used == speech.texts(catalogue(), district()).keys()
