"""The digest of a district: the same for all files that mean the same, and for no others."""

from typing import Any

import pytest

from contract.domain.digest import differ, digest
from contract.domain.district import read_district
from tests.contract.shipped import district, plain


def changed(**villages: dict[str, Any]) -> str:
    """The digest of the shipped district with other members in some of its *villages*."""
    found = plain("situbondo.yaml")
    for name, members in villages.items():
        found["villages"][name] |= members
    return digest(read_district(found))


def test_a_digest_is_sixteen_hexadecimal_digits_that_no_release_changes() -> None:
    found = read_district({
        "district": "panji", "name": "Panji", "code": "35.12.09", "rhythms": "jawa-timur",
        "villages": {"curah-jeru": {"name": "Curah Jeru", "kind": "desa", "code": "35.12.09.2001", "neighbours": [],
                                    "posts": {"pos-1": {"name": "Pos 1"}}}},
    })

    assert digest(found) == "4c15f4b51538ee33"  # the first digits of sha256sum of its canonical JSON


def test_order_and_defaults_that_are_written_out_mean_nothing() -> None:
    found = plain("situbondo.yaml")
    found["villages"] = {
        name: {**each, "neighbours": [*reversed(each["neighbours"])], "posts": {
            post: {"hears": "village", **about} for post, about in reversed(each["posts"].items())}}
        for name, each in reversed(found["villages"].items())
    }
    found["timezone"] = "WIB"

    assert digest(read_district(found)) == digest(district())


@pytest.mark.parametrize(("one", "other"), [
    ({"name": "Sé"}, {"name": "Se\u0301"}),
    ({"posts": {"pos-1": {"name": "x", "at": [-7, 114], "earshot_m": 300}}},
     {"posts": {"pos-1": {"name": "x", "at": [-7.0, 114.0], "earshot_m": 300.0}}}),
])
def test_two_ways_to_write_the_same_are_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert changed(olean=one) == changed(olean=other)


def test_telephone_numbers_do_not_count() -> None:
    found = plain("situbondo.yaml")
    found["phones"] = {"posko": "0338-671234"}
    found["villages"]["olean"]["posts"]["pos-1"]["phone"] = "110"

    assert digest(read_district(found)) == digest(district())


def test_what_a_map_of_coverage_needs_does_not_count() -> None:
    found = plain("situbondo.yaml")
    found["villages"]["olean"]["outline"] = [[-7.7, 114.0], [-7.7, 114.1], [-7.6, 114.1]]
    found["villages"]["olean"]["at"] = [-7.65, 114.05]
    found["villages"]["olean"]["posts"]["pos-1"] |= {"siren_db": {"at_1m": 120}, "loudspeaker_db": {"at_30m": 90}}

    assert digest(read_district(found)) == digest(district())


@pytest.mark.parametrize("members", [
    {"name": "Olean Baru"}, {"kind": "kelurahan"}, {"code": "35.12.07.2999"}, {"posts": {}},
    {"posts": {"pos-1": {"name": "Pos Olean", "hears": "all"}}},
    {"posts": {"pos-1": {"name": "Pos Olean", "at": [-7.67, 114.01]}}},
])
def test_whatever_a_post_speaks_or_obeys_counts(members: dict[str, Any]) -> None:
    assert changed(olean=members) != digest(district())


def test_a_neighbour_more_counts() -> None:
    names = {name: list(each.neighbours) for name, each in district().villages.items()}
    both = {"olean": {"neighbours": [*names["olean"], "kotakan"]},
            "kotakan": {"neighbours": [*names["kotakan"], "olean"]}}

    assert changed(**both) != digest(district())


@pytest.mark.parametrize(("member", "value"), [("rhythms", "tni"), ("timezone", "WITA"), ("name", "Kecamatan Lain")])
def test_the_code_family_the_time_zone_and_the_name_count(member: str, value: str) -> None:
    assert digest(read_district({**plain("situbondo.yaml"), member: value})) != digest(district())


@pytest.mark.parametrize(("one", "other", "found"), [
    ("a", "b", True), ("a", "a", False), ("", "b", False), ("a", "", False), ("", "", False),
])
def test_two_digests_differ_only_where_both_are_shown(one: str, other: str, found: bool) -> None:
    assert differ(one, other) is found
