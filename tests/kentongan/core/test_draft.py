"""A district that is being written: names, codes and places as people write them, and the file that comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.district import read_district
from contract.settings import yamltext
from kentongan.core import draft as drafts
from kentongan.core.draft import Draft, Post, Village


@pytest.mark.parametrize(("name", "slug"), [
    ("Olean", "olean"), ("Desa Curah Jeru", "curah-jeru"), ("  Kecamatan  Situbondo ", "situbondo"), ("Kel. X", "x"),
    ("Nangaê", "nangae"), ("Pos 3/4", "pos-3-4"), ("村", ""), ("--", ""), ("Desa", "desa"),
])
def test_a_slug_is_made_of_what_people_call_a_place(name: str, slug: str) -> None:
    assert drafts.slug(name) == slug


@pytest.mark.parametrize(("text", "code"), [
    ("35.12.07.2001", "35.12.07.2001"), ("2001", "35.12.07.2001"), (" 1002 ", "35.12.07.1002"),
    ("35.12.08.2001", None), ("201", None), ("", None), ("35.12.07", None),
])
def test_a_villages_code_may_be_its_last_four_digits(text: str, code: str | None) -> None:
    assert drafts.village_code(text, "35.12.07") == code


@pytest.mark.parametrize(("code", "kind"), [("35.12.07.1002", "kelurahan"), ("35.12.07.2001", "desa")])
def test_a_code_tells_a_kelurahan_from_a_desa(code: str, kind: str) -> None:
    assert drafts.kind(code) == kind


@pytest.mark.parametrize(("text", "place"), [
    ("-7.7019, 113.9908", (-7.7019, 113.9908)), ("-7.7 114", (-7.7, 114.0)), ("[-7.7,114.0]", (-7.7, 114.0)),
    ("-7.7", None), ("di sebelah masjid", None), ("", None),
])
def test_a_place_is_read_as_a_telephone_shows_it(text: str, place: tuple[float, float] | None) -> None:
    assert drafts.place(text) == place


@pytest.mark.parametrize(("at", "taken"), [((-7.7, 114.0), True), ((114.0, -7.7), False), ((52.5, 13.4), False)])
def test_a_place_abroad_or_the_wrong_way_round_is_not_taken(at: tuple[float, float], taken: bool) -> None:
    assert drafts.in_indonesia(at) is taken


def test_posts_are_numbered_and_an_office_is_called_by_its_first_word() -> None:
    posts = [Post("Pos Utara"), Post("Polsek Panji", office=True), Post("Pos Selatan"), Post("Pos Besar", office=True),
             Post("Polsek Dua", office=True)]

    assert list(drafts.node_ids(posts)) == ["pos-1", "polsek", "pos-2", "pos-3", "pos-4"]


def test_a_neighbourhood_is_written_on_both_sides() -> None:
    draft = Draft("panji", "Kecamatan Panji", "35.12.09", "jawa-timur")
    for name, code in (("Olean", "35.12.09.2001"), ("Mimbaan", "35.12.09.1003"), ("Ardirejo", "35.12.09.1004")):
        draft = draft.with_village(drafts.slug(name), Village(name, code, drafts.kind(code), (Post(f"Pos {name}"),)))
    draft = draft.with_neighbours("olean", ("mimbaan", "olean")).with_neighbours("ardirejo", ("mimbaan",))
    found = read_district(yamltext.load(drafts.write(draft)))

    assert {name: each.neighbours for name, each in found.villages.items()} == {
        "olean": ("mimbaan",), "mimbaan": ("ardirejo", "olean"), "ardirejo": ("mimbaan",)}


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1).map(
    lambda text: f"{text} 'a\" #: {{[&*!|>"
)


@given(NAMES, NAMES)
def test_whatever_a_name_holds_the_file_says_it(name: str, post: str) -> None:
    draft = Draft("x", name, "35.12.09", "jawa-timur").with_village(
        "true", Village(post, "35.12.09.2001", "desa", (Post(post, at=(-7.5, 114.0)),)))
    found = read_district(yamltext.load(drafts.write(draft)))

    assert (found.name, found.villages["true"].name) == (name, post)
    assert found.villages["true"].posts["pos-1"].at == (-7.5, 114.0)
