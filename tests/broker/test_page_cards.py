"""The cards with which people log in: what they show, on which paper, and who may read the file."""

import base64
import os
import re
import stat
import zlib
from pathlib import Path

import pytest
from reportlab.graphics.barcode.qr import QrCodeWidget

from broker import page_cards
from broker.page_cards import Card, Paper
from contract.settings.schema import SettingsError

BUDI = Card("budi", "Budi RT 3", "Warga", "Desa Kalibagor", "BUDYABCDEFGH", "https://kentongan.example.org",
            "Situbondo", "0338-671234")


def shown(pdf: bytes) -> str:
    """The text that a PDF shows."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    pages = [zlib.decompress(base64.a85decode(each.strip(), adobe=False)) if not each.strip().endswith(b"~>")
             else zlib.decompress(base64.a85decode(b"<~" + each.strip(), adobe=True)) for each in streams]
    found = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", b"".join(pages))
    return " ".join(re.sub(rb"\\([0-7]{3})", lambda each: bytes([int(each[1], 8)]), text).decode("cp1252")
                    .replace("\\", "") for text in found)


def sizes(pdf: bytes) -> list[tuple[int, int]]:
    """The pages' widths and heights, in whole millimetres."""
    boxes = re.findall(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+)", pdf)
    return [(round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)) for width, height in boxes]


def test_a_card_shows_whose_it_is_the_code_in_letters_and_what_to_do() -> None:
    text = shown(page_cards.draw([BUDI], "Kartu"))
    assert text == (
        "Kentongan Digital Kecamatan Situbondo Budi RT 3 Warga · Desa Kalibagor · budi BUDY-ABCD-EFGH "
        "1. Arahkan kamera HP ke gambar ini, lalu tekan alamat yang muncul dan tombol Masuk. Atau buka "
        "https://kentongan.example.org/masuk dan ketik kodenya. "
        "2. Kode ini hanya untuk Anda, berlaku sekali, untuk satu HP. Jangan difoto, jangan dibagikan. "
        "3. HP atau kartu hilang? Segera lapor ke posko, telepon 0338-671234: kartu ini dimatikan dan Anda mendapat "
        "kartu baru.")


def test_the_picture_is_the_address_with_the_code_where_no_server_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    def widget(text: str, **options: object) -> QrCodeWidget:
        drawn.append(text)
        return QrCodeWidget(text, **options)

    monkeypatch.setattr(page_cards, "QrCodeWidget", widget)
    page_cards.draw([BUDI], "Kartu")
    assert drawn == ["https://kentongan.example.org/masuk#BUDY-ABCD-EFGH"]


@pytest.mark.parametrize(("count", "pages"), [
    (1, [(105, 148)]), (2, [(210, 297)]), (4, [(210, 297)]), (5, [(210, 297)] * 2), (9, [(210, 297)] * 3),
])
def test_one_card_is_a6_and_of_several_four_are_on_each_sheet(count: int, pages: list[tuple[int, int]]) -> None:
    pdf = page_cards.draw([BUDI] * count, "Kartu")
    assert sizes(pdf) == pages
    assert shown(pdf).count("BUDY-ABCD-EFGH") == count


@pytest.mark.parametrize(("display", "seen"), [
    ("Nuraïni", "Nuraïni"), ("Ḥasan", "Hasan"), ("(Pak) \\ Aji", "(Pak)  Aji"), ("山田", "??"), ("x" * 40, "x" * 40),
])
def test_any_name_is_printed_in_letters_that_every_reader_of_pdf_has(display: str, seen: str) -> None:
    card = Card("budi", display, "Warga", "Desa Kalibagor", "BUDYABCDEFGH", "https://k.example.org", "Situbondo")
    assert f" {seen} Warga" in shown(page_cards.draw([card], "Kartu"))


def test_a_long_address_is_on_the_card_whole(tmp_path: Path) -> None:
    host = "https://" + ".".join(["kentongan-digital-kecamatan"] * 3) + ".example.org:8443"
    card = Card("budi", "", "Warga", "Desa Kalibagor", "BUDYABCDEFGH", host, "Situbondo")
    assert f" {host}/masuk " in shown(page_cards.draw([card], "Kartu"))


def test_the_file_is_its_owners_alone_and_appears_whole(tmp_path: Path) -> None:
    path, lines = tmp_path / "kartu-budi.pdf", list[object]()
    path.write_bytes(b"of before")
    path.chmod(0o644)
    paper = Paper(path)
    paper.write(b"new")
    assert path.read_bytes() == b"of before"
    paper.keep(lines.append)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [*tmp_path.iterdir()] == [path]
    assert lines == [f"{path}: print it, hand it over, then delete the file: the code stands nowhere else"]


def test_what_was_not_needed_leaves_nothing_behind(tmp_path: Path) -> None:
    paper = Paper(tmp_path / "kartu-budi.pdf")
    paper.write(b"new")
    paper.discard()
    assert [*tmp_path.iterdir()] == []
    unused = Paper(tmp_path / "kartu-siti.pdf")
    unused.keep(lambda _line: None)
    unused.discard()
    assert [*tmp_path.iterdir()] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes what belongs to another")
def test_what_root_writes_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12346)
    paper = Paper(tmp_path / "kartu-budi.pdf")
    paper.write(b"new")
    paper.keep(lambda _line: None)
    found = (tmp_path / "kartu-budi.pdf").stat()
    assert (found.st_uid, found.st_gid) == (12345, 12346)


def test_a_folder_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "none" / "kartu-budi.pdf"
    with pytest.raises(SettingsError) as error:
        Paper(path).write(b"new")
    assert list(error.value.faults) == [
        f"{path}: cannot be written: No such file or directory; nothing was changed. Elsewhere: --card FILE"]
