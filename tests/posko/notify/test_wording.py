"""Messages in words, written by hand."""

import pytest

from contract.domain.alarm import Key
from posko.labels.labels import make_labels
from posko.labels.language import Language
from posko.notify import wording
from posko.notify.core.faults import HUB, LINK
from posko.notify.core.occasions import Ended, Message, Occasion, Responder
from tests.contract import shipped

NOW_S = 1_800_000_000.0
THEFT = Key("kalibagor", "pencurian")
ID, EN = (make_labels(each, shipped.district(), shipped.catalogue()) for each in Language)


@pytest.fixture(autouse=True)
def wib(monkeypatch: pytest.MonkeyPatch) -> None:
    import time  # noqa: PLC0415

    monkeypatch.setenv("TZ", "WIB-7")
    time.tzset()


@pytest.mark.parametrize(("message", "title", "lines"), [
    (Message(Occasion.ALARM, NOW_S, THEFT, "kalibagor", "sedang", note="rumah <b>Pak</b> RT 3\x1b[2J",
             origin="operator/sri", claimed=True, rings=2, expected=3),
     "ALARM Pencurian di Kalibagor",
     ["Pukul 15.00.00", "Catatan: rumah <b>Pak</b> RT 3�[2J", "Tingkat: sedang",
      "Pengirim: mengaku operator/sri", "2 dari 3 pos berbunyi"]),
    (Message(Occasion.ALARM, NOW_S, THEFT, "kalibagor", "sedang", exercise=True, origin="kalibagor/pos-1",
             late=True, ended=Ended.CLEARED),
     "LATIHAN ALARM Pencurian di Kalibagor",
     ["Ini LATIHAN, bukan kejadian sungguhan.", "Pukul 15.00.00", "Tingkat: sedang",
      "Pengirim: Pos Kamling Kalibagor", "Pesan ini terlambat: alarm itu sudah berakhir", "Sudah ada tanda aman"]),
    (Message(Occasion.ALARM, NOW_S, Key("kalibagor", "pemerkosaan"), "kalibagor", "tinggi", note="nama korban"),
     "ALARM Pemerkosaan di Kalibagor",
     ["Pukul 15.00.00", "Catatan: (catatan hanya di laporan)", "Tingkat: tinggi"]),
    (Message(Occasion.MISSING, NOW_S, Key("semua", "bencana"), "semua", rings=0, expected=2,
             missing={"kalibagor/pos-1": "away", "olean/x": "xyzzy"}),
     "ADA POS YANG TIDAK BERBUNYI Bencana alam di semua desa dan kelurahan",
     ["Pukul 15.00.00", "0 dari 2 pos berbunyi",
      "Tidak berbunyi: kalibagor/pos-1, Pos Kamling Kalibagor: tidak ada kabar 30 detik lebih",
      "Tidak berbunyi: olean/x, tak terdaftar: xyzzy"]),
    (Message(Occasion.UNANSWERED, NOW_S, THEFT, "kalibagor", "sedang", age_s=125.0),
     "BELUM ADA YANG MENJAWAB Pencurian di Kalibagor",
     ["Pukul 15.00.00", "Tingkat: sedang", "Sudah 2 mnt 5 dtk tanpa jawaban petugas"]),
    (Message(Occasion.CLEAR, NOW_S, THEFT, "kalibagor", "sedang", ended=Ended.TIME, age_s=180.0,
             responders=(Responder("petugas/polsek", "menuju"),)),
     "BERAKHIR Pencurian di Kalibagor",
     ["Pukul 15.00.00", "Jawaban: petugas/polsek menuju lokasi", "Waktunya habis; belum ada tanda aman",
      "Berlangsung 3 mnt 0 dtk"]),
    (Message(Occasion.REPORT, NOW_S, village="kalibagor", severity="rendah", origin="warga/budi", claimed=True,
             text="Anjing lepas\ndi sawah"),
     "LAPORAN dari Kalibagor",
     ["Pukul 15.00.00", "Anjing lepas di sawah", "Tingkat: rendah", "Pengirim: mengaku warga/budi"]),
    (Message(Occasion.FAULT, NOW_S, village="kalibagor", post="kalibagor/pos-1", reason="offline"),
     "GANGGUAN kalibagor/pos-1, Pos Kamling Kalibagor",
     ["Sejak pukul 15.00.00", "Sebab: terputus dari server pesan (broker)"]),
    (Message(Occasion.FAULT, NOW_S, part="journal", reason="the disk hangs"),
     "GANGGUAN server posko: catatan di disk", ["Sejak pukul 15.00.00", "Sebab: disk macet"]),
    (Message(Occasion.FAULT, NOW_S, part=HUB),
     "GANGGUAN server posko",
     ["Sejak pukul 15.00.00",
      "Server posko tidak menjawab: alarm tidak diulang, dan yang terlewat tidak akan berbunyi"]),
    (Message(Occasion.FAULT, NOW_S, part=LINK, recovered=True),
     "PULIH sambungan ke server pesan (broker)", ["Pukul 15.00.00"]),
])
def test_a_message_says_what_where_when_and_by_whom(message: Message, title: str, lines: list[str]) -> None:
    found, body = wording.words(message, ID, NOW_S + 5.0)

    assert found == f"KENTONGAN Kecamatan Situbondo: {title}"
    assert body.splitlines() == lines


def test_a_target_may_read_english() -> None:
    message = Message(Occasion.ALARM, NOW_S, THEFT, "kalibagor", "sedang", rings=3, expected=3)

    assert wording.words(message, EN, NOW_S) == (
        "KENTONGAN Kecamatan Situbondo: ALARM Theft in Kalibagor", "At 15:00:00\nSeverity: medium\n3 of 3 posts ring")


def test_many_messages_are_one_with_their_titles() -> None:
    title, body = wording.summary([f"ALARM {number}" for number in range(60)], Language.ID)

    assert title == "60 pesan sekaligus"
    assert body.splitlines() == [*(f"ALARM {number}" for number in range(50)), "…"]


@pytest.mark.parametrize(("age_s", "title"), [
    (5.0, "ALARM"), (119.0, "ALARM"), (125.0, "TERTUNDA 2 mnt 5 dtk: ALARM"), (11 * 3600.0, "TERTUNDA 11 jam: ALARM"),
])
def test_a_message_that_goes_out_late_says_so_first(age_s: float, title: str) -> None:
    assert wording.delayed("ALARM", age_s, Language.ID) == title
