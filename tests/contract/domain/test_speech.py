"""What is said: which pieces make a sentence, and what each piece says."""

from contract.domain import speech
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR, PATROL
from tests.contract.shipped import catalogue, district


def test_an_alarm_says_attention_then_what_then_where() -> None:
    assert speech.sentence("kebakaran", "kotakan", exercise=False) == ("perhatian", "kejadian-kebakaran", "di-kotakan")


def test_an_exercise_begins_and_ends_with_the_word_for_it() -> None:
    assert speech.sentence("pencurian", "semua", exercise=True) == (
        "latihan", "perhatian", "kejadian-pencurian", "di-semua", "latihan",
    )


def test_what_is_beaten_once_is_not_spoken() -> None:
    said = [speech.sentence(code, "kotakan", exercise=exercise)
            for code in (ALL_CLEAR, PATROL) for exercise in (False, True)]

    assert said == [()] * 4


def test_each_shipped_piece_says_this() -> None:
    assert speech.texts(catalogue(), district()) == {
        "perhatian": "Perhatian.",
        "latihan": "Latihan.",
        "kejadian-bencana": "Bencana alam,",
        "kejadian-kebakaran": "Kebakaran,",
        "kejadian-pembunuhan": "Pembunuhan,",
        "kejadian-perampokan": "Perampokan,",
        "kejadian-pemerkosaan": "Pemerkosaan,",
        "kejadian-kecelakaan": "Kecelakaan,",
        "kejadian-pencurian": "Pencurian,",
        "kejadian-ternak": "Pencurian ternak,",
        "kejadian-lainnya": "Bahaya lain,",
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
