"""The district of Situbondo, the faults that a district can have, and whom a node hears."""

from typing import Any

import pytest

from contract.domain.district import Level, Post, audible_incidents, read_district
from contract.domain.incidents import read_catalogue
from tests.contract.shipped import catalogue, district, faults, plain

FROM_AFAR = frozenset({"bencana", "banjir", "gempa", "longsor", "angin", "tsunami", "aman"})
FROM_NEIGHBOURS = FROM_AFAR | {"kebakaran", "pembunuhan", "perampokan", "pemerkosaan", "pencurian", "ternak"}
EVERY = FROM_NEIGHBOURS | {"kecelakaan", "keributan", "lainnya"}


@pytest.fixture
def situbondo() -> Any:
    return plain("situbondo.yaml")


def refused(found: object) -> tuple[str, ...]:
    return faults(lambda: read_district(found, "situbondo"))


def test_the_six_villages_have_their_kinds_and_codes() -> None:
    found = district()

    assert (found.district, found.name, found.code, found.rhythms) == (
        "situbondo", "Kecamatan Situbondo", "35.12.07", "jawa-timur",
    )
    assert {slug: (village.name, village.kind, village.code) for slug, village in found.villages.items()} == {
        "patokan": ("Patokan", "kelurahan", "35.12.07.1002"),
        "dawuhan": ("Dawuhan", "kelurahan", "35.12.07.1003"),
        "kalibagor": ("Kalibagor", "desa", "35.12.07.2001"),
        "kotakan": ("Kotakan", "desa", "35.12.07.2004"),
        "talkandang": ("Talkandang", "desa", "35.12.07.2005"),
        "olean": ("Olean", "desa", "35.12.07.2006"),
    }


def test_every_village_has_a_post_and_a_responder_hears_all() -> None:
    villages = district().villages

    assert all(village.posts for village in villages.values())
    assert villages["patokan"].posts == {
        "pos-1": Post("Pos Kamling Patokan", hears="village"),
        "polsek": Post("Polsek Situbondo", hears="all"),
    }


def test_an_unknown_neighbour_is_refused_with_a_suggestion(situbondo: Any) -> None:
    situbondo["villages"]["kalibagor"]["neighbours"].append("taklandang")

    assert refused(situbondo) == (
        "situbondo.villages.kalibagor.neighbours: there is no village 'taklandang' here; did you mean talkandang?",
    )


def test_an_unknown_neighbour_like_no_village_is_refused_with_how_one_of_another_district_is_written(
    situbondo: Any,
) -> None:
    situbondo["villages"]["kalibagor"]["neighbours"].append("bugeman")

    assert refused(situbondo) == (
        ("situbondo.villages.kalibagor.neighbours: there is no village 'bugeman' here; "
        "one of another district is written with it, such as panarukan/sumberkolak"),
    )


def test_a_neighbourhood_that_only_one_of_the_two_names_is_refused(situbondo: Any) -> None:
    situbondo["villages"]["olean"]["neighbours"].append("kotakan")

    assert refused(situbondo) == (
        "situbondo.villages.olean.neighbours: names kotakan, but kotakan does not name olean; add it there",
    )


def test_a_village_that_neighbours_itself_is_refused(situbondo: Any) -> None:
    situbondo["villages"]["olean"]["neighbours"].append("olean")

    assert refused(situbondo) == ("situbondo.villages.olean.neighbours: names itself",)


@pytest.mark.parametrize("code", ["35.12.08.2006", "35.12.70.2006", "35.21.07.2006"])
def test_a_code_outside_the_district_is_refused(situbondo: Any, code: str) -> None:
    situbondo["villages"]["olean"]["code"] = code

    assert refused(situbondo) == (f"situbondo.villages.olean.code: '{code}' does not lie in the district '35.12.07'",)


def test_a_code_that_two_villages_share_is_refused_once(situbondo: Any) -> None:
    situbondo["villages"]["kotakan"]["code"] = "35.12.07.2001"

    assert refused(situbondo) == ("situbondo.villages.kotakan.code: '35.12.07.2001' is also kalibagor's",)


def test_the_word_for_all_villages_is_no_slug(situbondo: Any) -> None:
    situbondo["villages"]["semua"] = situbondo["villages"]["olean"] | {"neighbours": [], "code": "35.12.07.2009"}

    assert refused(situbondo) == (
        "situbondo.villages.semua: this word means every village in a topic; give the village another slug",
    )


def test_the_word_for_the_hub_is_no_slug(situbondo: Any) -> None:
    situbondo["villages"]["posko"] = situbondo["villages"]["olean"] | {"neighbours": [], "code": "35.12.07.2009"}

    assert refused(situbondo) == (
        "situbondo.villages.posko: this word means the hub in a topic; give the village another slug",
    )


def test_a_district_without_villages_is_refused(situbondo: Any) -> None:
    situbondo["villages"] = {}

    assert refused(situbondo) == ("situbondo.villages: empty; a district has at least one village",)


def test_the_shipped_neighbours_are_the_five_pairs_that_share_a_border() -> None:
    pairs = {tuple(sorted((slug, other))) for slug, each in district().villages.items() for other in each.neighbours}
    assert pairs == {("dawuhan", "patokan"), ("patokan", "talkandang"), ("dawuhan", "talkandang"),
                     ("kalibagor", "kotakan"), ("olean", "talkandang")}


def test_every_fault_of_meaning_is_told_at_once(situbondo: Any) -> None:
    villages = situbondo["villages"]
    villages["patokan"]["neighbours"] = ["dawuhan"]
    villages["kotakan"]["neighbours"] = ["kalibagr"]
    villages["olean"]["code"] = "35.12.09.2006"

    assert refused(situbondo) == (
        "situbondo.villages.kalibagor.neighbours: names kotakan, but kotakan does not name kalibagor; add it there",
        "situbondo.villages.kotakan.neighbours: there is no village 'kalibagr' here; did you mean kalibagor?",
        "situbondo.villages.talkandang.neighbours: names patokan, but patokan does not name talkandang; add it there",
        "situbondo.villages.olean.code: '35.12.09.2006' does not lie in the district '35.12.07'",
    )


def test_every_fault_of_form_is_told_at_once(situbondo: Any) -> None:
    villages = situbondo["villages"]
    situbondo["code"] = 35.12
    villages["patokan"]["kind"] = "desaa"
    villages["dawuhan"]["code"] = "35.12.07.103"
    villages["kalibagor"]["neighbours"] = "kotakan"
    villages["kotakan"]["posts"] = ["pos-1"]
    villages["talkandang"]["posts"]["pos-1"]["hears"] = True
    villages["Olean Lor"] = villages.pop("olean")

    assert refused(situbondo) == (
        "situbondo.code: 35.12 is not allowed; use a Kemendagri code such as '35.12.07'",
        "situbondo.villages.patokan.kind: 'desaa' is not allowed; use desa or kelurahan (did you mean desa?)",
        "situbondo.villages.dawuhan.code: '35.12.07.103' is not allowed; use a Kemendagri code such as '35.12.07.2001'",
        "situbondo.villages.kalibagor.neighbours: must be a list such as [a, b], not 'kotakan'",
        "situbondo.villages.kotakan.posts: must be a mapping, its members indented below it, not ['pos-1']",
        "situbondo.villages.talkandang.posts.pos-1.hears: True is not allowed; use village or all",
        ("situbondo.villages.Olean Lor: 'Olean Lor' is not allowed; use small letters, digits and single hyphens, "
         "such as olean-lor"),
    )


def test_a_post_in_kalibagor_hears_its_own_its_neighbours_and_the_district_by_reach() -> None:
    assert audible_incidents(district(), catalogue(), "kalibagor", "village") == {
        "semua": EVERY,
        "kalibagor": EVERY,
        "kotakan": FROM_NEIGHBOURS,
        "talkandang": FROM_AFAR,
        "patokan": FROM_AFAR,
        "dawuhan": FROM_AFAR,
        "olean": FROM_AFAR,
    }


def test_a_responder_hears_every_incident_of_every_village() -> None:
    assert audible_incidents(district(), catalogue(), "patokan", "all") == {
        "semua": EVERY,
        "patokan": EVERY,
        "dawuhan": EVERY,
        "kalibagor": EVERY,
        "kotakan": EVERY,
        "talkandang": EVERY,
        "olean": EVERY,
    }


@pytest.mark.parametrize(
    ("reach", "from_kotakan", "from_olean"),
    [
        ("village", None, None),
        ("neighbours", frozenset({"bencana", "aman"}), None),
        ("district", frozenset({"bencana", "aman"}), frozenset({"bencana", "aman"})),
    ],
)
def test_an_all_clear_is_heard_wherever_an_alarm_of_that_village_can_be(
    reach: str, from_kotakan: frozenset[str] | None, from_olean: frozenset[str] | None
) -> None:
    found = plain("incidents.yaml")
    found["incidents"] = {name: found["incidents"][name] for name in ("bencana", "aman")}
    found["incidents"]["bencana"]["reach"] = reach

    result = audible_incidents(district(), read_catalogue(found), "kalibagor", "village")

    assert (result.get("kotakan"), result.get("olean")) == (from_kotakan, from_olean)
    assert result["kalibagor"] == result["semua"] == frozenset({"bencana", "aman"})


def test_a_neighbour_named_twice_is_a_fault(situbondo: Any) -> None:
    situbondo["villages"]["olean"]["neighbours"] = ["talkandang", "talkandang"]

    assert refused(situbondo) == ("situbondo.villages.olean.neighbours: names talkandang more than once",)


@pytest.mark.parametrize("number", ["110", "0338-671234", "+62 812 3456 7890"])
def test_a_telephone_number_is_text_of_digits(situbondo: Any, number: str) -> None:
    situbondo["phones"] = {"posko": number}
    situbondo["villages"]["olean"]["posts"]["pos-1"]["phone"] = number
    found = read_district(situbondo)

    assert (found.phones.posko, found.villages["olean"].posts["pos-1"].phone) == (number, number)


NUMBER = "use a telephone number such as '0338-671234' or '110'"


@pytest.mark.parametrize(("phones", "fault"), [
    ({"polisi": 110}, f"phones.polisi: 110 is not allowed; {NUMBER}; in quotes: '110'"),
    ({"polsi": "110"}, "phones.polsi: unknown; did you mean polisi?"),
    ({"posko": "tanya Pak RT"}, f"phones.posko: 'tanya Pak RT' is not allowed; {NUMBER}"),
    ({"posko": "0338--67"}, f"phones.posko: '0338--67' is not allowed; {NUMBER}"),
])
def test_what_is_no_telephone_number_is_refused(situbondo: Any, phones: object, fault: str) -> None:
    situbondo["phones"] = phones

    assert refused(situbondo) == (f"situbondo.{fault}",)


def test_levels_and_outlines_are_read_as_the_data_sheet_and_the_map_give_them(situbondo: Any) -> None:
    situbondo["villages"]["olean"] |= {"outline": [[-7.7, 114], [-7.7, 114.1], [-7.6, 114.1]]}
    situbondo["villages"]["olean"]["posts"]["pos-1"] |= {"siren_db": {"at_1m": 120}, "loudspeaker_db": {"at_30m": 90}}
    found = read_district(situbondo).villages["olean"]

    assert found.outline == ((-7.7, 114.0), (-7.7, 114.1), (-7.6, 114.1))
    assert found.posts["pos-1"] == Post(
        "Pos Kamling Olean", siren_db=Level(at_1m=120.0), loudspeaker_db=Level(at_30m=90.0))


ONE = "give the level of the data sheet at one distance: {at_1m: 120}, or {at_30m: 95}"


@pytest.mark.parametrize(("level", "fault"), [
    ({}, f"siren_db: {ONE}"),
    ({"at_1m": 120, "at_30m": 90}, f"siren_db: {ONE}"),
    ({"at_1m": 20}, "siren_db.at_1m: must be a number from 60 to 160 dB, not 20"),
    ({"at_30m": 150}, "siren_db.at_30m: must be a number from 40 to 140 dB, not 150"),
    (120, "siren_db: must be a mapping, its members indented below it, not 120"),
])
def test_a_level_is_at_one_of_two_distances(situbondo: Any, level: object, fault: str) -> None:
    situbondo["villages"]["olean"]["posts"]["pos-1"]["siren_db"] = level

    assert refused(situbondo) == (f"situbondo.villages.olean.posts.pos-1.{fault}",)


@pytest.mark.parametrize(("outline", "fault"), [
    ([[-7.7, 114.0], [-7.6, 114.0]], "outline: has fewer than three different places"),
    ([[-7.7, 114.0], [-7.6, 114.0], [-7.7, 114.0], [-7.6, 114.0]], "outline: has fewer than three different places"),
    ([[114.0, -7.7], [-7.6, 114.0], [-7.7, 114.1]], "outline.1: the latitude comes first: write [-7.7, 114.0]"),
    ([[-7.7, 114.0], [-7.7, 114.02], [-7.7, 114.01]],
     "outline: encloses no area; give its corners in the order in which one walks along the border"),
    ([[-7.7, 114.0], [-7.6, 114.1], [-7.6, 114.0], [-7.7, 114.1]],
     "outline: encloses no area; give its corners in the order in which one walks along the border"),
    ("-7.7 114.0", "outline: must be a list such as [a, b], not '-7.7 114.0'"),
])
def test_an_outline_is_a_list_of_three_places_or_more(situbondo: Any, outline: object, fault: str) -> None:
    situbondo["villages"]["olean"]["outline"] = outline

    assert refused(situbondo) == (f"situbondo.villages.olean.{fault}",)
