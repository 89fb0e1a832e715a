"""The map as drawn: read as a browser reads it."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from contract.domain.district import District, Post
from posko.coverage import ink, svg, words
from posko.coverage.chart import HEIGHT, LEFT, TOP, WIDTH
from posko.coverage.core.reach import Site, coverage
from tests.posko.coverage.squares import LOUD, at, district, one, square

SVG = "{http://www.w3.org/2000/svg}"


def drawn(found: District, *, dark: bool = False) -> ElementTree.Element:
    result = coverage(found)
    assert result is not None
    return ElementTree.fromstring(svg.draw(result, dark=dark))  # noqa: S314 - it is our own


def texts(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{SVG}text")]


def filled(root: ElementTree.Element, colour: str) -> list[float]:
    """The radii of the circles filled with *colour*."""
    return [float(each.attrib["r"]) for each in root.iter(f"{SVG}circle") if each.get("fill") == colour]


def many(villages: int) -> District:
    posts = {f"pos-{number}": Post(f"Pos Kamling {number}", at=at(0)) for number in range(3)}
    return district(**{f"desa-{number}": replace(square(f"Desa {number}", posts, 1000.0 * number), code=f"{number}")
                       for number in range(villages)})


@pytest.mark.parametrize("dark", [False, True])
def test_a_post_is_a_dot_in_two_circles_whose_radii_are_in_the_maps_scale(dark: bool) -> None:
    root = drawn(one(pos=Post("Pos Kamling Krajan", at=at(0), siren_db=LOUD)), dark=dark)
    palette = ink.DARK if dark else ink.LIGHT
    (dense,), (rural,) = filled(root, palette.dense), filled(root, palette.rural)
    outline = next(each for each in root.iter(f"{SVG}polygon") if each.get("fill") == palette.land)
    columns = [float(x) for x in re.findall(r"([\d.]+),", outline.attrib["points"])]

    assert rural == pytest.approx(2 * dense, rel=0.01)  # 480 m and 240 m
    assert max(columns) - min(columns) == pytest.approx(dense / 0.24, rel=0.01)  # a kilometre
    assert {"KOTAKAN", "Pos Kamling Krajan"} <= set(texts(root))


def test_the_sheet_says_what_it_shows_in_indonesian_and_that_it_is_an_estimate() -> None:
    said = texts(drawn(one(pos=Post("Pos", at=at(0), siren_db=LOUD))))

    assert said[0] == "Jangkauan bunyi — Kecamatan Contoh"
    assert {"Keterangan", "70 dB(C) atau lebih: terdengar jelas", "60 sampai 70 dB(C)",
            "Bagian wilayah yang terjangkau"} <= set(said)
    assert any("taksiran, bukan hasil ukur" in each for each in said)
    assert any("berjalan, dan dengarkan" in each for each in said)


def test_a_village_under_half_has_its_share_and_a_warning_and_one_above_has_none() -> None:
    low = texts(drawn(one(pos=Post("Pos", at=at(0), siren_db=LOUD))))
    posts = {f"pos-{number}": Post("Pos", at=at(north, east), siren_db=LOUD) for number, (north, east) in enumerate(
        (north, east) for north in (-250, 0, 250) for east in (-250, 0, 250))}
    high = texts(drawn(one(**posts)))

    assert {"18 % · 72 %", "⚠", "⚠ kurang dari separuh terjangkau pada 70 dB"} <= set(low)
    assert not any("⚠" in each for each in high)


def test_what_is_not_known_is_named_and_drawn_with_a_question_mark_and_no_circle() -> None:
    root = drawn(one(satu=Post("Pos Satu", at=at(0)), dua=Post("Pos Dua", siren_db=LOUD), tiga=Post("Pos Tiga")))
    said = texts(root)

    assert filled(root, ink.LIGHT.dense) == filled(root, ink.LIGHT.rural) == []
    assert {"Pos Satu: tanpa angka dB", "Pos Dua: tanpa letak", "Pos Tiga: tanpa letak dan angka dB",
            "belum diketahui"} <= set(said)
    assert said.count("?") == 2  # on the map, and in what the marks mean


def test_names_that_mean_something_in_xml_are_texts() -> None:
    root = drawn(one(pos=Post('Pos "<Kamling>" & Anak', at=at(0), siren_db=LOUD)))

    assert 'Pos "<Kamling>" & Anak' in texts(root)


def test_a_village_keeps_its_name_where_posts_are_crowded() -> None:
    posts = {f"pos-{number}": Post(f"Pos {number}", at=at(-480 + 60 * (number // 17), -480 + 60 * (number % 17)))
             for number in range(17 * 17)}
    root = drawn(one(**posts))

    assert "KOTAKAN" in texts(root)
    assert len([each for each in root.iter(f"{SVG}circle") if each.get("r") == "3.6"]) == 17 * 17


def test_where_there_is_no_room_for_all_villages_those_that_are_covered_least_are_shown_and_the_rest_counted() -> None:
    said = texts(drawn(many(40)))
    shown = [each for each in said if re.fullmatch(r"Desa \d+", each)]
    counted = next(int(found[1]) for each in said if (found := re.fullmatch(r"\+ (\d+) lagi, yang lebih baik", each)))

    assert len(shown) >= 12
    assert len(shown) + counted == 40
    assert "+ 115 lagi" in said  # of 120 posts that are not known


@pytest.mark.parametrize("villages", [1, 6, 20, 40])
def test_nothing_is_written_beyond_the_sheet_and_no_two_names_of_the_map_lie_over_each_other(villages: int) -> None:
    root = drawn(many(villages))
    boxes = []
    for each in root.iter(f"{SVG}text"):
        x, y, size = (float(each.attrib[name]) for name in ("x", "y", "font-size"))
        written = each.text or ""
        if written == "?":  # within the mark of a post
            continue
        wide = len(written) * size * 0.5  # less than it is
        assert 0 < x < 1188
        assert size < y < 840
        if "text-anchor" not in each.attrib:
            assert x + wide < 1188
        if each.get("text-anchor") == "middle" and "stroke" not in each.attrib:
            boxes.append((x - wide / 2, y - size * 0.6, x + wide / 2, y))
            assert x - wide / 2 > LEFT
            assert x + wide / 2 < LEFT + WIDTH
            assert TOP < y < TOP + HEIGHT
    assert [(one_, other) for at_, one_ in enumerate(boxes) for other in boxes[:at_]
            if one_[0] < other[2] and other[0] < one_[2] and one_[1] < other[3] and other[1] < one_[3]] == []


@pytest.mark.parametrize("palette", [ink.LIGHT, ink.DARK], ids=["light", "dark"])
def test_strong_and_faint_colours_differ_in_brightness_so_that_a_copy_in_black_and_white_says_the_same(
    palette: ink.Palette
) -> None:
    def brightness(colour: str) -> float:
        """The relative luminance of WCAG 2."""
        parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one_: str, other: str) -> float:
        lower, higher = sorted((brightness(one_), brightness(other)))
        return (higher + 0.05) / (lower + 0.05)

    assert contrast(palette.dense, palette.rural) > 2
    assert contrast(palette.rural, palette.land) > 1.2
    assert contrast(palette.ink, palette.paper) > 7
    assert contrast(palette.warning, palette.paper) > 4.5


@pytest.mark.parametrize(("share", "written"), [
    (0.0, "0 %"), (0.0004, "< 0,1 %"), (0.006, "0,6 %"), (0.0949, "9,4 %"), (0.0996, "9,9 %"), (0.1, "10 %"),
    (0.4999, "49 %"), (0.5, "50 %"), (1.0, "100 %"),
])
def test_shares_are_written_as_people_write_them_and_never_as_nothing_where_there_is_something(
    share: float, written: str
) -> None:
    assert words.percent(share) == written


def test_what_is_lacking_is_said() -> None:
    assert words.lacking(Site("kotakan", "Pos", None, None)) == "tanpa letak dan angka dB"
