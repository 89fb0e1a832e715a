"""The page beside a box: what it says, by what the box and the district have. Expectations are written by hand."""

from dataclasses import replace

import pytest

from contract.domain.district import Phones, read_district
from contract.domain.rhythm import Ending, Rhythm
from posko.poster.core.page import Box, Buttons, Codes, Page, page, texts
from tests.contract.shipped import catalogue, district, family, plain
from tests.support.nodes import ROOT

BOX = Box(
    "kalibagor", "pos-1", {"pencurian": 1.0, "kebakaran": 1.0, "aman": 2.0, "senyap": 2.0},
    lamps=frozenset({"pencurian", "kebakaran"}), silence_button="senyap",
    has_voice=True, has_drum=True, has_lock=True, has_hub=True,
)


def made(box: Box = BOX, family_: str = "jawa-timur") -> Page:
    return page(box, district(), catalogue(), family(family_))


def said(box: Box = BOX) -> str:
    return "\n".join(texts(made(box)))


SAID = """
TANDA BAHAYA — POS KAMLING KALIBAGOR
ADA BAHAYA
TEKAN DAN TAHAN tombol yang sesuai sampai sirene berbunyi. Baru lepaskan.
MALING
KEBAKARAN
Sesudah dilepas, lihat lampunya:
menyala terus sudah masuk ke posko. Dengan dua kedip: ada yang datang.
berkedip cepat masih dikirim; desa lain mungkin belum tahu. Telepon posko.
padam dilepas terlalu cepat. Ulangi, tahan lebih lama.
Sirene berhenti sebentar, lalu kode kentongan dan pengumuman, bergiliran. Bisa semenit kemudian. \
Tidak perlu menekan lagi.
Tidak ada bunyi? Pukul kentongan kayu. Teriak. Telepon.
Bunyi berhenti sesudah 3 menit. Itu belum tentu aman. Masih bahaya? Tekan lagi.
Jangan datang sendirian. Serahkan pelaku ke polisi, jangan main hakim sendiri.
SIRENE BERBUNYI, BUKAN ANDA YANG MENEKAN
Bahaya dilaporkan dari luar pos ini (lampunya berkedip lambat). Dengarkan pengumuman: apa, di mana.
SUDAH AMAN
Tahan tombol AMAN dua detik. Hanya untuk kejadian di desa ini. Kejadian di desa lain: jangan tekan AMAN.
RONDA
Tekan AMAN sebentar, langsung lepas. Jamnya tercatat. Jangan saat sirene berbunyi.
BERBUNYI, PADAHAL TIDAK ADA APA-APA
Telepon posko dulu. Tahan tombol SENYAP dua detik: hanya bunyi di pos ini yang berhenti. Kalau ada tanda bahaya baru, \
pos ini berbunyi lagi. Masih berulang: putar kunci di dalam kotak. Tanda bahaya dari luar tidak berbunyi lagi di sini; \
tombol pos ini tetap bekerja. Kembalikan kunci begitu ada kabar dari posko.
LAMPU
Padam: siap. Sekali-sekali berkedip: alat terganggu, tombol tetap boleh dipakai; telepon teknisi. \
Tiga kedip, berulang: AMAN tidak dijalankan. Tadi ditahan: tidak ada tanda bahaya di desa ini. \
Tadi hanya sebentar: masih ada tanda bahaya, ronda tidak dicatat.
KODE KENTONGAN
pembunuhan
rampok, maling
kebakaran
bencana, banjir, gempa, longsor, angin
kecelakaan
keributan
maling ternak
tolong, bahaya lain (tanpa sirene): terus
aman: satu kali
Satu titik: satu pukulan. Jarak: berhenti sebentar. Kode bahaya didahului sirene. \
Sirene tiga menit: tsunami. \
Tiga ketukan kecil tanpa sirene: ronda. \
Latihan: sirene tiga kali pendek; pengumumannya diawali dan diakhiri kata “latihan”.
"""


def test_the_page_says_what_to_do_first_and_in_the_order_in_which_it_is_needed() -> None:
    assert texts(made()) == SAID.strip().splitlines()


def test_each_code_is_that_of_the_districts_family() -> None:
    (codes,) = [block for part in made(family_="tni").sections for block in part.blocks if isinstance(block, Codes)]
    by_meaning = {meaning.replace("**", ""): rhythm for rhythm, meaning in codes.rows}

    assert by_meaning["kebakaran, pembunuhan"] == Rhythm((0, 0), Ending.PAUSE)
    assert by_meaning["aman: satu kali"] == Rhythm((), Ending.ONCE)
    assert by_meaning["maling"] == Rhythm((0, 0, 0, 0), Ending.PAUSE)


def test_what_the_box_does_not_have_is_not_mentioned() -> None:
    bare = said(replace(BOX, lamps=frozenset(), has_voice=False, has_drum=False, has_lock=False,
                        holds_s={"pencurian": 1.0}))

    absent = ("ampunya berkedip", "kunci", "pengumuman", "SENYAP", "RONDA", "LAMPU", "Tahan tombol AMAN")
    assert [word for word in absent if word in bare] == []
    assert "Tombolnya tanpa lampu: telepon posko, pastikan laporan sudah masuk." in bare
    assert "lalu kode kentongan dengan sirene, bergiliran." in bare
    assert "Hitung pukulannya, lalu telepon posko: apa, di mana." in bare
    assert "Kotak ini tanpa tombol AMAN. Telepon posko." in bare


def test_a_kelurahan_is_called_one() -> None:
    found = said(replace(BOX, village="patokan"))

    assert "Hanya untuk kejadian di kelurahan ini. Kejadian di tempat lain: jangan tekan AMAN." in found
    assert "TANDA BAHAYA — POS KAMLING PATOKAN" in found


def test_a_box_without_a_button_for_any_danger_says_whom_to_call() -> None:
    assert "Kotak ini tidak mempunyai tombol bahaya. Telepon posko." in said(replace(BOX, holds_s={"aman": 2.0}))


def test_without_a_hub_a_lamp_that_is_on_does_not_speak_of_the_posko() -> None:
    alone = said(replace(BOX, has_hub=False))

    assert "menyala terus sudah terkirim." in alone
    assert "sudah masuk" not in alone


def test_the_times_are_those_of_this_box() -> None:
    found = said(replace(BOX, holds_s={"kebakaran": 1.0, "kecelakaan": 1.0, "aman": 2.5, "senyap": 3.0}))

    assert "Bunyi berhenti sesudah 2 sampai 3 menit." in found
    assert "Tahan tombol AMAN 2,5 detik." in found
    assert "Tahan tombol SENYAP tiga detik:" in found


def test_the_button_of_a_private_incident_calls_for_help_and_names_no_crime() -> None:
    found = made(replace(BOX, holds_s={"pemerkosaan": 1.0}))
    labels = [block.labels for part in found.sections for block in part.blocks if isinstance(block, Buttons)]

    assert labels == [("TOLONG",)]
    assert "perkosa" not in "\n".join(texts(found)).casefold()


def test_the_numbers_are_the_districts_and_its_posts_and_a_line_is_left_for_what_is_missing() -> None:
    written = plain("situbondo.yaml")
    written["phones"] = {"posko": "0338-671234", "bpbd": "0338 677 001", "polisi": "110"}
    for village, node, number in (("kalibagor", "pos-1", "0811"), ("kotakan", "pos-1", "0812"),
                                  ("olean", "pos-1", "0813"), ("patokan", "polsek", "0338-671110")):
        written["villages"][village]["posts"][node]["phone"] = number
    found = page(BOX, read_district(written), catalogue(), family("jawa-timur"))

    assert found.phones == (
        ("Posko", "0338-671234"), ("Polisi", "110"), ("Damkar", ""), ("Ambulans", ""), ("BPBD", "0338 677 001"),
        ("Teknisi", ""), ("Polsek Situbondo", "0338-671110"), ("Pos Kamling Kotakan", "0812"),
    )


def test_the_shipped_district_invents_no_number() -> None:
    assert district().phones == Phones(polisi="110")


# Sentences of the page for the shipped district that its document must have, too.
IN_BOTH = [
    "TEKAN DAN TAHAN tombol yang sesuai sampai sirene berbunyi. Baru lepaskan.",
    "Tidak perlu menekan lagi.", "Tidak ada bunyi? Pukul kentongan kayu. Teriak. Telepon.", "Itu belum tentu aman.",
    "jangan main hakim sendiri", "Bahaya dilaporkan dari luar pos ini (lampunya berkedip lambat).",
    "Kejadian di desa lain: jangan tekan AMAN.", "hanya bunyi di pos ini yang berhenti",
    "Kembalikan kunci begitu ada kabar dari posko.", "alat terganggu, tombol tetap boleh dipakai; telepon teknisi",
]


@pytest.mark.parametrize("sentence", IN_BOTH)
def test_the_document_of_the_shipped_district_follows_the_page(sentence: str) -> None:
    document = " ".join((ROOT / "docs/id/panduan-pos.md").read_text("utf-8").replace("**", "").split())

    assert sentence in document
    assert sentence in SAID.replace("\\\n", "")


@pytest.mark.parametrize(("family_", "round_"), [
    ("jawa-timur", "Tiga ketukan kecil tanpa sirene: ronda."),
    ("polri-bandung", "Tiga ketukan kecil tanpa sirene: ronda."),
    ("tni", "Satu, lalu tiga ketukan kecil tanpa sirene: ronda."),
])
def test_the_round_stands_in_words_for_as_dots_it_would_look_like_an_alarm(family_: str, round_: str) -> None:
    (codes,) = [block for part in made(family_=family_).sections for block in part.blocks if isinstance(block, Codes)]

    assert round_ in texts(made(family_=family_))[-1]
    assert family(family_).codes["patroli"].rhythm not in [rhythm for rhythm, _ in codes.rows]
