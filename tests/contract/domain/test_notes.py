"""What a loudspeaker says of a note: plain words, written so that the synthesiser says them as people do."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.notes import MOST, NotPlain, Spoken, spoken
from contract.domain.speech import read_respellings, respelt
from testing.program import LIMIT_S
from tests.contract.shipped import plain, quick

ESPEAK = shutil.which("espeak-ng")


@pytest.mark.parametrize(("note", "said"), [
    ("rumah Pak RT 3", "rumah Pak R T 3."),
    ("Jl. Merdeka No. 10", "jalan Merdeka nomor 10."),
    ("Jl Merdeka no 10", "jalan Merdeka nomor 10."),
    ("JL. MERDEKA NO.10", "jalan merdeka nomor 10."),
    ("RT 03/RW 05", "R T 3 R W 5."),
    ("RT.05 RW.02", "R T 5 R W 2."),
    ("jam 10.30", "jam 10:30."),
    ("pkl. 22.00 di Gg. Mawar", "pukul 22:00 di gang Mawar."),
    ("sapi 1.500 ekor", "sapi 1.500 ekor."),  # a point between thousands
    ("dekat SPBU, TNI ke lokasi", "dekat S P B U, T N I ke lokasi."),
    ("KUA dan PLN", "K U A dan P L N."),
    ("air PAM", "air pam."),
    ("JANGAN MENDEKAT", "jangan mendekat."),
    ("SPBU TERBAKAR", "S P B U terbakar."),
    ("TOLOOOONG", "tolong."),
    ("rumah blkg masjid, dkt jembatan", "rumah belakang masjid, dekat jembatan."),
    ("dr pasar ke timur", "dari pasar ke timur."),
    ("klinik dr. Andi", "klinik dokter Andi."),
    ("rumah H. Ali. Cepat!", "rumah haji Ali. Cepat!"),
    ("Kec. Panji, Ds. Klampokan", "kecamatan Panji, desa Klampokan."),
    ("2-3 orang", "2 sampai 3 orang."),
    ("15 m dari km 5", "15 meter dari kilometer 5."),
    ("Bu Sri & anak (dua)", "Bu Sri dan anak dua."),
    ("hilang Rp 5.000", "hilang 5.000 rupiah."),
    ('  "api"\n besar ,  cepat - ', "api besar, cepat."),
    ("ke utara?", "ke utara?"),
    ("pos pengamanan", "pos pengamanan."),
    ("salah satu rumah, protes warga, rumah kontes", "salah satu rumah, protes warga, rumah kontes."),
    ("rt3/rw 02 lt. 2, jgn masuk", "R T 3 R W 2 lantai 2, jangan masuk."),
    ("pukul 07.05 WIB", "pukul 07:05 W I B."),
    ("pak a dan b di rumah", "pak a dan b di rumah."),
])
def test_a_plain_note_is_written_out(note: str, said: str) -> None:
    assert spoken(note) == Spoken(said)


@pytest.mark.parametrize(("note", "reason"), [
    ("", "holds no word"),
    ("?!...", "holds no word"),
    ("a" * (MOST + 1), "is longer than 100 characters"),
    ("lihat https://example.com", "holds an address of the web"),
    ("lihat www.example.com", "holds an address of the web"),
    ("example.go.id", "holds an address of the web"),
    ("a@b", "holds U+0040, which is no plain letter"),
    ("hubungi 0812-3456-7890", "holds a telephone number"),
    ("hubungi 0338 671 234", "holds a telephone number"),
    ("[[t@Rn'a?]]", "holds U+005B, which is no plain letter"),
    ("<break time='9s'/>", "holds U+003C, which is no plain letter"),
    ("\N{FIRE} api", "holds U+1F525, which is no plain letter"),
    ("пожар", "holds U+043F, which is no plain letter"),
    ("awas\x1b[2J", "holds U+001B, which is no plain letter"),
    ("ab" * 20, "holds a word of more than 24 letters"),
    ("hubungi (0338) 671234", "holds a telephone number"),
])
def test_what_is_not_plain_is_not_said(note: str, reason: str) -> None:
    assert spoken(note) == NotPlain(reason)


@pytest.mark.parametrize(("note", "word"), [
    ("SUDAH AMAN, pulang saja", "aman"), ("a m a n", "aman"), ("A.M.A.N.", "aman"), ("ámàn", "aman"), ("aman2", "aman"),
    ("ini hanya latihan", "latihan"), ("Gladi BPBD", "gladi"), ("uji coba", "uji coba"), ("ini tes", "tes"),
    ("maaf, salah tekan", "salah tekan"), ("tidak jadi", "tidak jadi"), ("sudah selesai", "selesai"),
    ("hoaks", "hoaks"), ("batal pak", "batal"),
])
def test_a_note_that_would_take_back_its_alarm_is_not_said_in_whatever_way_it_is_written(note: str, word: str) -> None:
    assert spoken(note) == NotPlain(f"holds {word}, which could be taken for the alarm's end or an exercise")


@quick
@given(st.text(max_size=120) | st.text("aAbTRSi 0139.,/-():&+\"'!?kmoJlNHdrRpWw", max_size=MOST))
def test_whatever_is_said_is_one_line_of_plain_characters_that_ends_as_a_sentence(note: str) -> None:
    found = spoken(note)
    if isinstance(found, Spoken):
        assert re.fullmatch(r"[A-Za-z0-9À-ÿ .,:;!?'%-]+[.!?]", found.text), found
        assert not re.search(r"\d{7}", found.text)
        assert len(found.text) < 5 * MOST


def phonemes(text: str) -> str:
    """What espeak-ng makes of *text*, without stresses; a pause is a bar."""
    done = subprocess.run([str(ESPEAK), "-v", "id", "-q", "--ipa", "--stdin"], input=text, text=True, check=True,
                          capture_output=True, timeout=LIMIT_S)
    return "|".join(done.stdout.replace("ˈ", "").replace("ˌ", "").replace(" ", "").split())


@pytest.mark.skipif(ESPEAK is None, reason="there is no espeak-ng on this machine")
@pytest.mark.parametrize(("note", "as_written", "said"), [
    ("Jl. Merdeka No. 10", "dʒeəl|mərdɛka no|səpuluh", "dʒalan mərdɛka nomɔr səpuluh"),
    ("jam 10.30", "dʒam səpuluh titiʔ tiɡapuluh", "dʒam səpuluh tiɡapuluh"),
    ("SPBU", "spbu", "ɛspebeu"),
    ("TNI", "tni", "teəni"),
    ("RT 03/RW 05", "ɛrte nol tiɡa ɡaris miriŋ ɛrwe nol lima", "ɛrte tiɡa ɛrwe lima"),
    ("di masjid", "di maçid", "di masdʒid"),
])
def test_the_synthesiser_reads_it_badly_as_it_is_written_and_well_as_it_is_given(
    note: str, as_written: str, said: str
) -> None:
    found = spoken(note)
    assert isinstance(found, Spoken)
    given_ = respelt(found.text, read_respellings(plain("speech.yaml")))

    assert phonemes(note) == as_written.replace(" ", "")
    assert phonemes(given_) == said.replace(" ", "")
