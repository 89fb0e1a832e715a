"""Neighbours in other districts: how a district file names them, what is refused, and whom a post then hears."""

from typing import Any

import pytest

from contract.domain import foreign, mutual
from contract.domain.digest import digest
from contract.domain.district import District, audible_incidents, read_district
from contract.domain.slots import slots_of_post
from contract.domain.speech import sentence, texts
from contract.settings.schema import SettingsError
from tests.contract.shipped import catalogue, plain

WRITTEN = ("is not allowed; a village of another district is written district/village, both in small letters, digits "
           "and single hyphens, such as ")


def situbondo(*, patokan: tuple[str, ...] = ("panarukan/sumberkolak",), **more: Any) -> Any:
    found = plain("situbondo.yaml")
    near = [each for each in found["villages"]["patokan"]["neighbours"] if "/" not in each]
    found["villages"]["patokan"]["neighbours"] = [*near, *patokan]
    return {**found, **more}


def panarukan(*, neighbours: tuple[str, ...] = ("situbondo/patokan", "peleyan")) -> Any:
    villages = {
        "sumberkolak": {"name": "Sumberkolak", "kind": "desa", "code": "35.12.06.2001", "neighbours": [*neighbours],
                        "posts": {"pos-1": {"name": "Pos Sumberkolak"}}},
        "peleyan": {"name": "Peleyan", "kind": "desa", "code": "35.12.06.2002",
                    "neighbours": ["sumberkolak"] if "peleyan" in neighbours else [], "posts": {}},
    }
    return {"district": "panarukan", "name": "Kecamatan Panarukan", "code": "35.12.06", "rhythms": "jawa-timur",
            "villages": villages}


def refused(found: Any) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refusal:
        read_district(found, "situbondo")
    return refusal.value.faults


@pytest.mark.parametrize(("name", "parts"), [
    ("panarukan/sumberkolak", ("panarukan", "sumberkolak")), ("patokan", ("", "patokan")),
    ("panarukan/semua", ("panarukan", "semua")), ("semua", ("", "semua")),
])
def test_a_name_and_its_slugs_are_the_same(name: str, parts: tuple[str, str]) -> None:
    assert foreign.parts(name) == parts
    assert foreign.name(*parts) == name
    assert foreign.is_foreign(name) is (parts[0] != "")


def test_all_of_a_district_is_all_of_it_and_nothing_of_another() -> None:
    villages = ("olean", "patokan", "panarukan/peleyan", "panarukan/sumberkolak", "panarukan/semua", "panji/mimbaan")

    assert foreign.concerned("semua", "semua", villages) == ("semua", "olean", "patokan")
    assert foreign.concerned("panarukan/semua", "semua", villages) == (
        "panarukan/semua", "panarukan/peleyan", "panarukan/sumberkolak")
    assert foreign.concerned("panarukan/peleyan", "semua", villages) == ("panarukan/peleyan",)
    assert foreign.concerned("olean", "semua", villages) == ("olean",)


# What a file may say.


def test_a_village_names_a_neighbour_of_another_district_with_it() -> None:
    found = read_district(situbondo(patokan=("panarukan/sumberkolak", "panarukan/peleyan")))

    assert found.villages["patokan"].neighbours[-2:] == ("panarukan/sumberkolak", "panarukan/peleyan")
    assert {each for each in found.foreign if each.startswith("panarukan/")} >= {
        "panarukan/sumberkolak", "panarukan/peleyan"}


@pytest.mark.parametrize(("written", "fault"), [
    ("Panarukan/Sumberkolak", f"'Panarukan/Sumberkolak' {WRITTEN}panarukan/sumberkolak"),
    ("panji/Curah Jeru", f"'panji/Curah Jeru' {WRITTEN}panji/curah-jeru"),
    ("panarukan/", f"'panarukan/' {WRITTEN}panarukan/sumberkolak"),
    ("jatim/panarukan/sumberkolak", f"'jatim/panarukan/sumberkolak' {WRITTEN}panarukan/sumberkolak"),
    ("situbondo/dawuhan", "situbondo/dawuhan lies in this district; write dawuhan"),
    ("olean/panarukan", ("olean/panarukan: before the slash stands the other district, and olean is a village here; "
     "write olean for this one")),
    ("panarukan/semua", "panarukan/semua: semua means every village in a topic; name each village by its slug"),
])
def test_a_slip_in_the_name_of_a_foreign_village_is_refused_with_what_to_write(written: str, fault: str) -> None:
    (found,) = refused(situbondo(patokan=(written,)))

    assert found.startswith("situbondo.villages.patokan.neighbours")
    assert found.endswith(f": {fault}")


def test_a_foreign_neighbour_that_is_named_twice_is_refused() -> None:
    assert refused(situbondo(patokan=("panarukan/peleyan", "panarukan/peleyan"))) == (
        "situbondo.villages.patokan.neighbours: names panarukan/peleyan more than once",)


def test_a_foreign_village_is_called_by_its_name_in_the_file_or_by_its_slug() -> None:
    beyond = ("panji/curah-jeru", "panarukan/sumberkolak")
    found = read_district(situbondo(patokan=beyond, names={"panarukan/sumberkolak": "Desa Sumber Kolak"}))

    assert found.called("panji/curah-jeru") == "Curah Jeru"
    assert found.called("panarukan/sumberkolak") == "Desa Sumber Kolak"
    assert found.called("olean") == "Olean"


def test_a_name_for_a_village_that_is_no_neighbour_is_refused() -> None:
    assert refused(situbondo(names={"panarukan/sumberkolk": "Sumberkolak", "olean": "Olean"})) == (
        ("situbondo.names.panarukan/sumberkolk: no village here has such a neighbour in another district; "
        "did you mean panarukan/sumberkolak?"),
        "situbondo.names.olean: is a village here, and has its name there",
    )


def test_names_of_districts_that_are_nearly_the_same_are_found() -> None:
    named = ("panarukan/sumberkolak", "panarukan/peleyan", "panarukn/wringinanom", "panji/mimbaan", "olean")

    assert list(foreign.alike(named)) == [("panarukn", "panarukan")]


# What it changes.


def test_a_post_hears_of_a_foreign_neighbour_what_it_hears_of_any_neighbour_and_no_other_village_there() -> None:
    reach = audible_incidents(read_district(situbondo()), catalogue(), "patokan", "village")

    assert reach["panarukan/sumberkolak"] == reach["dawuhan"]
    assert reach["panarukan/semua"] == {"aman"}
    assert "panarukan/peleyan" not in reach
    assert {"panarukan/sumberkolak", "panarukan/semua"} <= set(reach)


def test_an_office_that_hears_all_hears_all_of_its_own_district_and_of_others_what_a_post_beside_it_hears() -> None:
    found = read_district(situbondo())
    office, post = (audible_incidents(found, catalogue(), "patokan", hears) for hears in ("all", "village"))

    assert office["olean"] > post["olean"]
    assert office["panarukan/sumberkolak"] == post["panarukan/sumberkolak"]


def test_posts_of_other_villages_hear_nothing_of_it() -> None:
    plainly = read_district(situbondo(patokan=()))
    beside = read_district(situbondo())

    for village in ("kalibagor", "olean", "kotakan"):
        assert dict(audible_incidents(beside, catalogue(), village, "village")) == dict(
            audible_incidents(plainly, catalogue(), village, "village"))


def test_the_digest_counts_foreign_neighbours_and_their_names_and_is_as_before_without_them() -> None:
    plainly = digest(read_district(situbondo(patokan=())))

    assert digest(read_district(situbondo(patokan=(), names={}))) == plainly
    assert digest(read_district(situbondo())) != plainly
    assert digest(read_district(situbondo(names={"panarukan/sumberkolak": "Sumber Kolak"}))) != digest(
        read_district(situbondo()))


def test_the_digest_of_a_file_without_foreign_neighbours_is_that_of_earlier_versions() -> None:
    assert digest(read_district(panarukan(neighbours=("peleyan",)))) == "62f9edf492e426a4"


def test_the_voice_says_the_villages_name_and_its_file_has_no_slash() -> None:
    found = read_district(situbondo(patokan=("panji/curah-jeru",)))
    said = texts(catalogue(), found)

    assert sentence("kebakaran", "panji/curah-jeru", exercise=False) == (
        "perhatian", "kejadian-kebakaran", "kejadian-kebakaran", "di-panji.curah-jeru")
    assert said["di-panji.curah-jeru"] == "di Curah Jeru."
    assert said["di-panji.semua"] == "di seluruh Panji."
    assert not any("/" in piece for piece in said)


def test_the_posts_that_ring_for_a_foreign_village_beat_one_after_the_other() -> None:
    found = situbondo()
    found["villages"]["patokan"]["posts"] = {
        "pos-1": {"name": "Satu", "at": [-7.70190, 113.99080]}, "pos-2": {"name": "Dua", "at": [-7.70191, 113.99081]}}
    read = read_district(found)
    one, two = (slots_of_post(read, catalogue(), f"patokan/{name}") for name in ("pos-1", "pos-2"))

    fire = next(key for key in one if key == ("panarukan/sumberkolak", "kebakaran"))
    assert (one[fire].number, two[fire].number) == (0, 1)
    assert (one[fire].count, two[fire].count) == (2, 2)


# Two files.


def files(here: Any, there: Any) -> dict[str, District]:
    return {"situbondo.yaml": read_district(here), "panarukan.yaml": read_district(there)}


def test_two_files_that_name_each_other_have_no_fault() -> None:
    assert list(mutual.faults(files(situbondo(), panarukan()))) == []


def test_a_neighbour_that_does_not_name_back_is_found_from_either_side() -> None:
    assert list(mutual.faults(files(situbondo(), panarukan(neighbours=("peleyan",))))) == [
        ("situbondo.yaml.villages.patokan.neighbours: names panarukan/sumberkolak, but panarukan.yaml does not name "
        "situbondo/patokan at sumberkolak; add it there"),
    ]
    assert list(mutual.faults(files(situbondo(patokan=()), panarukan()))) == [
        ("panarukan.yaml.villages.sumberkolak.neighbours: names situbondo/patokan, but situbondo.yaml does not name "
        "panarukan/sumberkolak at patokan; add it there"),
    ]


def test_a_village_that_the_other_file_does_not_have_is_found_with_what_was_probably_meant() -> None:
    (fault, _) = mutual.faults(files(situbondo(patokan=("panarukan/sumberkolk",)), panarukan()))

    assert fault == ("situbondo.yaml.villages.patokan.neighbours: panarukan/sumberkolk: there is no village "
                     "'sumberkolk' in panarukan.yaml; did you mean panarukan/sumberkolak?")


def test_two_files_of_one_district_are_a_fault() -> None:
    found = {"a.yaml": read_district(panarukan()), "b.yaml": read_district(panarukan())}

    assert "b.yaml.district: 'panarukan' is also that of a.yaml; each district has a slug of its own" in list(
        mutual.faults(found))


def test_districts_whose_file_is_not_there_are_named() -> None:
    found = read_district(situbondo(patokan=("panarukan/sumberkolak", "panji/mimbaan")))

    assert {"panji"} <= mutual.unseen([found, read_district(panarukan())])
    assert "panarukan" not in mutual.unseen([found, read_district(panarukan())])
