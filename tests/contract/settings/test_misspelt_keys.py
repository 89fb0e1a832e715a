"""A setting whose name is misspelt is a fault, never a setting that is ignored: tried on every shipped key."""

from typing import Any

import pytest

from contract.domain.district import read_district
from contract.domain.incidents import read_catalogue
from tests.contract.shipped import FAMILIES, FILES, catalogue, faults, keys, plain, read_as

# Tables whose keys the file's author makes up, so that a renamed key is no misspelling by itself. What renaming
# one of them does is told by the tests at the end of this file.
FREE_TABLES = {"incidents", "codes", "villages", "posts"}


def misspelt(name: str, path: tuple[str, ...]) -> Any:
    """The shipped file *name* with an x after the key at *path*."""
    found: Any = plain(name)
    table = found
    for key in path[:-1]:
        table = table[key]
    renamed = {f"{key}x" if key == path[-1] else key: member for key, member in table.items()}
    table.clear()
    table.update(renamed)
    return found


def is_free(path: tuple[str, ...]) -> bool:
    return len(path) > 1 and path[-2] in FREE_TABLES


FIXED = [(name, path) for name in FILES for path in keys(plain(name)) if not is_free(path)]


@pytest.mark.parametrize(("name", "path"), FIXED, ids=[f"{name}:{'.'.join(path)}" for name, path in FIXED])
def test_a_misspelt_setting_is_named_with_its_path_and_the_right_spelling(name: str, path: tuple[str, ...]) -> None:
    expected = f"file.{'.'.join(path)}x: unknown; did you mean {path[-1]}?"

    assert faults(lambda: read_as(name, misspelt(name, path)))[0] == expected


def test_every_kind_of_setting_was_misspelt() -> None:
    assert {path[-1] for _name, path in FIXED} == {
        "cycle", "siren_s", "rest_s", "rhythm_s", "voice_s",
        "incidents", "label", "english", "rhythm", "priority", "reach", "severity", "duration_s", "also",
        "spoken", "button", "private", "everywhere", "at", "earshot_m", "phones", "polisi",
        "district", "name", "code", "rhythms", "villages", "kind", "neighbours", "posts", "hears",
        "sources", "tempo", "stroke_s", "gap_s", "pause_s", "titir_s", "codes", "source", "alike",
    }


@pytest.mark.parametrize(
    "incident", [name for name in plain("incidents.yaml")["incidents"] if name not in ("aman", "tsunami")])
def test_an_incident_of_another_name_is_another_incident(incident: str) -> None:
    found = read_catalogue(misspelt("incidents.yaml", ("incidents", incident)))

    assert found.incidents.keys() == catalogue().incidents.keys() - {incident} | {f"{incident}x"}


def test_the_all_clear_must_have_its_own_name() -> None:
    assert faults(lambda: read_as("incidents.yaml", misspelt("incidents.yaml", ("incidents", "aman")))) == (
        "file.incidents.aman: missing; the all-clear is always needed",
    )


# Every shipped code is needed: by the incident of the same name, or by the watch's round.
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("code", plain("rhythms/polri-bandung.yaml")["codes"])
def test_a_code_of_another_name_is_missed_under_its_own(family: str, code: str) -> None:
    name = f"rhythms/{family}.yaml"
    needed_by = "the watch's round" if code == "patroli" else f"incident {code}"

    found = faults(lambda: read_as(name, misspelt(name, ("codes", code))))

    assert found[0] == f"file.codes.{code}: missing; {needed_by} needs it"


# No shipped village stands alone, so its neighbours name it too.
@pytest.mark.parametrize("village", plain("situbondo.yaml")["villages"])
def test_a_village_of_another_name_is_missed_by_its_neighbours(village: str) -> None:
    neighbours = plain("situbondo.yaml")["villages"][village]["neighbours"]

    found = faults(lambda: read_as("situbondo.yaml", misspelt("situbondo.yaml", ("villages", village))))

    assert set(found) == {
        f"file.villages.{each}.neighbours: there is no village '{village}' here; did you mean {village}x?"
        for each in neighbours
    } | {
        f"file.villages.{village}x.neighbours: names {each}, but {each} does not name {village}x; add it there"
        for each in neighbours
    }


def test_a_post_of_another_name_is_another_post() -> None:
    found = read_district(misspelt("situbondo.yaml", ("villages", "patokan", "posts", "polsek")))

    assert list(found.villages["patokan"].posts) == ["pos-1", "polsekx"]
