"""The page on paper: A4, one sheet for a usual box, no letter too small for a torch, and nothing of it lost."""

import re
from dataclasses import replace

import pytest

from posko.poster import pdf
from posko.poster.core.page import Page, Section, Steps
from tests.posko.poster.test_page import BOX, made

MANY = replace(BOX, holds_s=dict.fromkeys(
    ["bencana", "banjir", "gempa", "longsor", "angin", "kebakaran", "pembunuhan", "perampokan", "pemerkosaan",
     "kecelakaan", "keributan", "pencurian", "ternak", "lainnya", "aman", "senyap"], 1.0))


def sheets(written: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", written))


def sizes(written: bytes) -> set[float]:
    """The sizes of all letters, in points."""
    found, size = set(), 0.0
    for changed, text in re.findall(rb"/F\d+ ([\d.]+) [\d.]* ?T[fL]|\(((?:[^()\\]|\\.)*)\) Tj", written):
        size = float(changed or size)
        if text.strip():
            found.add(size)
    return found


def drawn(written: bytes) -> str:
    """The texts, one after the other."""
    parts = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj|( T\*)", written)
    plain = [re.sub(rb"\\(\d{3}|.)", lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else found[1], text)
             for text in (text or b" " for text, _line_end in parts)]
    return " ".join("".join(part.decode("cp1252") for part in plain).split())


@pytest.mark.parametrize("dark", [False, True])
def test_a_usual_box_has_one_sheet_of_a4_in_letters_of_14_points_at_least(dark: bool) -> None:
    written = pdf.draw(made(), dark=dark)

    assert (sheets(written), re.findall(rb"/MediaBox \[ ([^\]]*) \]", written)) == (1, [b"0 0 595.2756 841.8898"])
    assert min(sizes(written)) >= 14.0
    assert "TEKAN DAN TAHAN" in drawn(written)
    assert "jangan main hakim sendiri" in drawn(written)


def test_a_box_with_every_button_goes_on_on_a_second_sheet_in_letters_that_are_no_smaller() -> None:
    written = pdf.draw(made(MANY))

    assert sheets(written) <= 2
    assert min(sizes(written)) >= 14.0
    assert drawn(written).count("MALING TERNAK") == 1


def test_the_same_page_is_the_same_file() -> None:
    assert pdf.draw(made()) == pdf.draw(made())


def test_what_stands_in_a_districts_names_is_text_and_no_mark() -> None:
    odd = Page("POS <b>A & B</b>", (("Pos <i>", "110"),), (Section("A < B", (Steps(("1 < 2 & **3 > 2**",)),)),))

    assert all(each in drawn(pdf.draw(odd)) for each in ("POS <b>A & B</b>", "Pos <i>", "A < B", "3 > 2"))
