"""Code families and the catalogue: what is shipped is whole, and what is ambiguous or lacking is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.incidents import Incident, Reach, cycles, meant, read_catalogue, read_family, suggestion
from contract.domain.rhythm import CyclePlan, Ending, Rhythm
from tests.contract.shipped import FAMILIES, catalogue, family, faults, plain

INCIDENTS = [
    "bencana", "tsunami", "banjir", "gempa", "longsor", "angin", "kebakaran", "pembunuhan", "perampokan",
    "pemerkosaan", "kecelakaan", "keributan", "pencurian", "ternak", "lainnya", "aman",
]
CODES = {
    "pembunuhan", "pencurian", "perampokan", "kebakaran", "bencana", "ternak",
    "kecelakaan", "keributan", "pemerkosaan", "lainnya", "aman", "patroli",
}


def refused(found: object) -> tuple[str, ...]:
    return faults(lambda: read_family(found, "polri", catalogue()))


@pytest.fixture
def polri() -> Any:
    return plain("rhythms/polri-bandung.yaml")


STEADY = ("a siren that is on for more than 10 s means evacuate, for a tsunami; no other incident may have one "
          "(1 to 10 s)")


def test_the_tsunami_alone_has_a_siren_of_minutes_and_is_raised_everywhere_or_not_at_all() -> None:
    incident = catalogue().incidents["tsunami"]

    assert (incident.rhythm, incident.priority, incident.reach, incident.severity, incident.everywhere) == (
        "", 100, Reach.DISTRICT, "tinggi", True,
    )
    assert incident.priority > max(each.priority for name, each in catalogue().incidents.items() if name != "tsunami")
    assert [name for name, each in catalogue().incidents.items() if each.everywhere or each.cycle] == ["tsunami"]
    assert catalogue().cycle.siren_s <= 10.0


def test_no_other_incident_may_have_a_siren_of_minutes() -> None:
    found = plain("incidents.yaml")
    found["cycle"]["siren_s"] = 10.5
    found["incidents"]["banjir"]["cycle"] = {"siren_s": 11}
    found["incidents"]["gempa"]["cycle"] = {"siren_s": 10}
    del found["incidents"]["tsunami"]["everywhere"]
    found["incidents"]["tsunami"]["severity"] = "rendah"
    del found["incidents"]["angin"]["rhythm"]

    assert faults(lambda: read_catalogue(found, "incidents")) == (
        f"incidents.cycle.siren_s: {STEADY}",
        "incidents.incidents.tsunami.everywhere: must be true: only who may ring all villages may have them evacuated",
        "incidents.incidents.tsunami.severity: rendah is without a siren; write tinggi",
        f"incidents.incidents.banjir.cycle.siren_s: {STEADY}",
        "incidents.incidents.angin.rhythm: missing; it has no default",
    )


def test_the_all_clear_is_every_villages_and_a_tsunami_outlasts_its_siren() -> None:
    found = plain("incidents.yaml")
    found["incidents"]["aman"]["everywhere"] = True
    found["incidents"]["tsunami"]["duration_s"] = 179

    assert faults(lambda: read_catalogue(found, "incidents")) == (
        "incidents.incidents.tsunami.duration_s: must outlast its siren of 180 s",
        "incidents.incidents.aman.everywhere: must be false, or no village could end its own alarms",
    )


def test_a_code_may_have_a_tempo_of_its_own_such_as_the_temporal_three_of_iso_8201() -> None:
    """Half a second on and off, three times, then a second and a half: four seconds a figure."""
    found = plain("rhythms/jawa-timur.yaml")
    found["codes"]["kebakaran"] = {"code": "●●●‖", "tempo": {"stroke_s": 1.0, "pause_s": 1.0, "on_s": 0.5}}
    read = read_family(found, "", catalogue())
    cycle = cycles(catalogue(), read)["kebakaran"]

    assert cycle.strokes_s == (6.0, 7.0, 8.0, 10.0, 11.0, 12.0, 14.0, 15.0, 16.0)
    assert cycle.beat_s == 0.5
    assert read.figure("pencurian") == family("jawa-timur").figure("pencurian")


def test_the_catalogue_holds_these_incidents() -> None:
    assert list(catalogue().incidents) == INCIDENTS
    assert catalogue().cycle == CyclePlan(siren_s=5.0, rest_s=1.0, rhythm_s=12.0, voice_s=7.0)
    assert catalogue().incidents["kecelakaan"] == Incident(
        label="Kecelakaan", english="Accident", rhythm="kecelakaan", priority=50, reach=Reach.VILLAGE,
        severity="sedang", duration_s=120.0,
        also=("tabrakan", "laka", "lakalantas", "tenggelam", "kesetrum", "jatuh"),
        spoken="Kecelakaan", button="KECELAKAAN",
    )


@pytest.mark.parametrize(("word", "meant_"), [
    ("maling", "pencurian"), ("curi", "pencurian"), ("Maling ", "pencurian"), ("api", "kebakaran"),
    ("tsunmi", "tsunami"), ("gelombang-tsunami", "tsunami"),
    ("lindu", "gempa"), ("banjir-bandang", "banjir"), ("tanah-longsor", "longsor"),
    ("puting-beliung", "angin"), ("perkelahian", "keributan"), ("tolong", "lainnya"), ("begal", "perampokan"),
    ("rampok", "perampokan"), ("tabrakan", "kecelakaan"), ("laka", "kecelakaan"), ("sapi", "ternak"),
    ("kambing", "ternak"), ("malin", "pencurian"), ("kebakran", "kebakaran"),
    ("rampokan", "perampokan"), ("xyzzy", None), ("mailng", "pencurian"), ("gmpa", "gempa"), ("tabrak", "kecelakaan"),
    ("semua", None), ("polisi", None), ("makan", None), ("sampah", None),
])
def test_a_name_by_which_people_call_an_incident_leads_to_it(word: str, meant_: str | None) -> None:
    assert meant(word, catalogue().incidents) == meant_


@given(st.text("abdegilmnpu", max_size=8) | st.sampled_from(["aman", "amn", "amann", "aman-", "AMAN"]))
def test_the_all_clear_is_never_suggested_for_an_unknown_incident(word: str) -> None:
    assert meant(word, catalogue().incidents) != "aman"


@pytest.mark.parametrize("word", [
    "Aman", "AMAN ", "amaan", "aamn", "amann", "aman1", "'aman'", "clear", "Clear", "cleer", "all-clear", "selesai",
    "stop", "diam",
])
def test_no_alarm_is_suggested_to_whoever_mistypes_the_all_clear(word: str) -> None:
    assert meant(word, catalogue().incidents) is None


@pytest.mark.parametrize("word", ["Aman", "AMAN", " aman", "'aman'"])
def test_the_all_clear_in_other_letters_is_answered_with_how_it_is_written(word: str) -> None:
    assert suggestion(word, catalogue().incidents) == "the all-clear is written aman"


@pytest.mark.parametrize(("name", "spoken", "button"), [
    ("pencurian", "Ada maling", "MALING"), ("pemerkosaan", "Minta tolong", "TOLONG"), ("banjir", "Banjir", "BANJIR"),
    ("gempa", "Gempa bumi", "GEMPA"), ("bencana", "Ada bencana", "BENCANA"), ("aman", "Sudah aman", "AMAN"),
])
def test_an_incident_has_a_name_for_the_voice_and_one_for_its_button(name: str, spoken: str, button: str) -> None:
    found = catalogue().incidents[name]

    assert (found.call, found.on_button) == (spoken, button)


def test_without_names_of_their_own_voice_and_button_take_the_label() -> None:
    written = plain("incidents.yaml")
    del written["incidents"]["ternak"]["spoken"], written["incidents"]["ternak"]["button"]
    found = read_catalogue(written).incidents["ternak"]

    assert (found.call, found.on_button) == ("Pencurian ternak", "PENCURIAN TERNAK")


def test_only_the_crime_whose_victim_must_not_be_known_is_private_and_neither_voice_nor_button_names_it() -> None:
    found = catalogue().incidents

    assert [name for name, each in found.items() if each.private] == ["pemerkosaan"]
    assert "perkosa" not in (found["pemerkosaan"].call + found["pemerkosaan"].on_button).casefold()


@pytest.mark.parametrize("name", FAMILIES)
def test_the_disasters_that_people_shout_are_one_code_with_names_of_their_own(name: str) -> None:
    known = cycles(catalogue(), family(name))
    disasters = ("banjir", "gempa", "longsor", "angin")

    assert [known[each] for each in disasters] == [known["bencana"]] * 4
    assert len({catalogue().incidents[each].call for each in ("bencana", *disasters)}) == 5


@pytest.mark.parametrize(("name", "place", "mark"), [
    ("jawa-timur", "aman", "elsewhere a death"), ("tni", "aman", "each hour"), ("polri-bandung", "aman", "each hour"),
    ("jawa-timur", "pembunuhan", "any death"), ("jawa-timur", "keributan", "polri-bandung"),
])
def test_where_the_sources_disagree_the_code_carries_it(name: str, place: str, mark: str) -> None:
    assert mark in family(name).codes[place].source


def test_the_default_family_names_those_to_whom_its_safe_code_is_a_death() -> None:
    (disputed,) = [each for each in family("jawa-timur").sources if each.startswith("aman is disputed")]

    assert all(place in disputed for place in ("Malang", "Emha", "Kudus", "Kendal", "Surabaya"))
    assert any("Polres Pasuruan" in each for each in family("jawa-timur").sources)


@pytest.mark.parametrize(("incident", "also", "told"), [
    ("kebakaran", ["api", "api"], "'api' is a name of kebakaran already"),
    ("kebakaran", ["maling"], "'maling' is a name of kebakaran already"),
    ("kebakaran", ["ternak"], "'ternak' is a name of ternak already"),
    ("ternak", ["aman"], "'aman' is a name of aman already"),
])
def test_a_name_leads_to_one_incident(incident: str, also: list[str], told: str) -> None:
    written = plain("incidents.yaml")
    written["incidents"][incident]["also"] = also

    (fault,) = faults(lambda: read_catalogue(written, "incidents.yaml"))

    assert told in fault


@pytest.mark.parametrize("name", FAMILIES)
def test_every_shipped_family_loads_with_all_its_codes_and_sources(name: str) -> None:
    assert family(name).codes.keys() == CODES
    assert len(family(name).sources) >= 2
    assert cycles(catalogue(), family(name)).keys() == {*INCIDENTS, "patroli"}


def test_a_code_may_be_text_alone_or_say_its_tempo_and_its_source() -> None:
    codes = family("jawa-timur").codes

    assert (codes["pencurian"].rhythm, codes["pencurian"].stretch, codes["pencurian"].source) == (
        Rhythm((0,), Ending.PAUSE), 1.0, "",
    )
    assert (codes["kecelakaan"].rhythm, codes["kecelakaan"].stretch, codes["kecelakaan"].source) == (
        Rhythm((1, 0, 0), Ending.PAUSE), 1.0, "polri-bandung",
    )


def test_a_code_may_be_slower_than_its_family(polri: Any) -> None:
    polri["codes"]["kebakaran"] = {"code": "●●●‖", "stretch": 1.5}

    assert read_family(polri, "polri", catalogue()).figure("kebakaran").onsets_s == pytest.approx((0.0, 0.45, 0.9))


def test_a_family_has_no_figure_for_a_name_it_lacks() -> None:
    with pytest.raises(KeyError):
        family("polri-bandung").figure("hujan")


def test_two_codes_that_sound_the_same_are_refused_by_both_names(polri: Any) -> None:
    polri["alike"] = polri["alike"][1:]

    assert refused(polri) == (
        "polri.codes.pencurian: sounds the same as perampokan; change one of them, or name both under alike",
    )


def test_a_code_that_is_another_one_begun_elsewhere_is_refused(polri: Any) -> None:
    polri["codes"]["bencana"] = "●●●●  ●‖"
    polri["codes"]["kecelakaan"] = "●  ●●●●‖"

    assert refused(polri) == (
        "polri.codes.bencana: sounds the same as kecelakaan; change one of them, or name both under alike",
    )


def test_the_round_must_not_sound_like_an_alarm(polri: Any) -> None:
    polri["codes"]["aman"] = "● ●●●●●●● ●"
    for patroli in ("●  ●  ●‖", {"code": "●  ●  ●‖", "stretch": 1.5}, "●  ●  ●"):
        polri["codes"] |= {"pembunuhan": "●‖", "patroli": patroli}

        assert "polri.codes.pembunuhan: sounds the same as patroli; change one of them, or name both under alike" in (
            refused(polri)
        )


def test_a_slower_tempo_makes_no_other_code_of_a_count(polri: Any) -> None:
    polri["codes"]["keributan"] = {"code": "● ●●●‖", "stretch": 3.0}

    assert refused(polri) == (
        "polri.codes.kecelakaan: sounds the same as keributan; change one of them, or name both under alike",
    )


def test_one_stroke_beaten_once_could_be_the_first_of_many(polri: Any) -> None:
    polri["codes"]["pembunuhan"] = "●‖"

    assert "polri.codes.pembunuhan: sounds the same as aman; change one of them, or name both under alike" in (
        refused(polri)
    )


def test_two_codes_that_a_reader_takes_for_each_other_are_refused(polri: Any) -> None:
    polri["codes"]["keributan"] = "●  ●●●‖"  # its gap is as wide as the pause, which print does not show

    assert refused(polri) == (
        "polri.codes.kebakaran: sounds the same as keributan; change one of them, or name both under alike",
        "polri.codes.kecelakaan: looks the same as keributan; change one of them, or name both under alike",
    )


def test_three_alike_are_told_apart_by_pairs(polri: Any) -> None:
    polri["alike"] = [["pencurian", "perampokan"], ["pembunuhan", "ternak"], ["pemerkosaan", "lainnya"]]

    assert refused(polri) == tuple(
        f"polri.codes.{one}: sounds the same as {other}; change one of them, or name both under alike"
        for one, other in [
            ("pembunuhan", "pemerkosaan"), ("pembunuhan", "lainnya"), ("ternak", "pemerkosaan"), ("ternak", "lainnya"),
        ]
    )


def test_names_declared_alike_may_differ(polri: Any) -> None:
    polri["alike"].append(["kebakaran", "bencana"])

    assert read_family(polri, "polri", catalogue()).codes.keys() == CODES


def test_a_missing_code_is_refused_with_the_incident_that_needs_it(polri: Any) -> None:
    del polri["codes"]["kebakaran"]

    assert refused(polri) == ("polri.codes.kebakaran: missing; incident kebakaran needs it",)


def test_a_missing_code_is_refused_for_each_incident_that_needs_it(polri: Any) -> None:
    found = plain("incidents.yaml")
    found["incidents"]["bencana"]["rhythm"] = "hujan"
    found["incidents"]["kebakaran"]["rhythm"] = "hujan"

    assert faults(lambda: read_family(polri, "polri", read_catalogue(found))) == (
        "polri.codes.hujan: missing; incident bencana needs it",
        "polri.codes.hujan: missing; incident kebakaran needs it",
    )


def test_two_incidents_may_share_a_code() -> None:
    found = plain("incidents.yaml")
    found["incidents"]["perampokan"]["rhythm"] = "pencurian"

    sounded = cycles(read_catalogue(found), family("polri-bandung"))

    assert sounded["perampokan"] == sounded["pencurian"]


def test_a_family_without_the_round_is_refused(polri: Any) -> None:
    del polri["codes"]["patroli"]

    assert refused(polri) == ("polri.codes.patroli: missing; the watch's round needs it",)


def test_a_name_under_alike_that_is_no_code_is_refused(polri: Any) -> None:
    polri["alike"].append(["kebakarn", "bencana"])

    assert refused(polri) == ("polri.alike.3: there is no code 'kebakarn' in this family",)


def test_every_fault_of_meaning_is_told_at_once(polri: Any) -> None:
    del polri["codes"]["kebakaran"], polri["codes"]["patroli"]
    polri["codes"]["kecelakaan"] = "●●● ●‖"
    polri["alike"].append(["banjir", "gempa"])

    assert refused(polri) == (
        "polri.codes.kebakaran: missing; incident kebakaran needs it",
        "polri.codes.patroli: missing; the watch's round needs it",
        "polri.alike.3: there is no code 'banjir' in this family",
        "polri.alike.3: there is no code 'gempa' in this family",
        "polri.codes.bencana: sounds the same as kecelakaan; change one of them, or name both under alike",
    )


def test_every_fault_of_form_is_told_at_once(polri: Any) -> None:
    polri["name"] = " "
    polri["sources"] = "a book"
    polri["tempo"]["stroke_s"] = 0
    polri["codes"]["pencurian"] = {"code": 22, "stretch": 9}
    polri["codes"]["kebakaran"] = "●●●‖‖"
    polri["codes"]["Bencana"] = "●‖"
    polri["alike"] = [["pencurian"], "perampokan"]

    assert refused(polri) == (
        "polri.name: ' ' is not allowed; use the family's name",
        "polri.sources: must be a list such as [a, b], not 'a book'",
        "polri.codes.pencurian.code: must be strokes in quotes, such as '●●‖' or 'oo|', not 22",
        "polri.codes.pencurian.stretch: must be a number from 0.5 to 4 times, not 9",
        "polri.codes.kebakaran: '●●●‖‖' must begin with a stroke and may end with one ‖ (or |) or one … (or ...)",
        "polri.codes.Bencana: 'Bencana' is not allowed; use small letters, digits and single hyphens, such as bencana",
        "polri.tempo.stroke_s: must be a number from 0.1 to 2 s, not 0",
        "polri.alike.2: must be a list such as [a, b], not 'perampokan'",
    )


def test_a_catalogue_without_the_all_clear_is_refused() -> None:
    found = plain("incidents.yaml")
    del found["incidents"]["aman"]

    assert faults(lambda: read_catalogue(found, "incidents")) == (
        "incidents.incidents.aman: missing; the all-clear is always needed",
    )


def test_every_fault_of_a_catalogue_is_told_at_once() -> None:
    found = plain("incidents.yaml")
    found["cycle"]["siren_s"] = "5"
    found["incidents"]["bencana"] |= {"priority": 101, "reach": "distrikt", "severity": "tingi"}
    found["incidents"]["ternak"] |= {"duration_s": 3600, "label": 7}
    del found["incidents"]["lainnya"]["english"]

    assert faults(lambda: read_catalogue(found, "incidents")) == (
        "incidents.incidents.bencana.priority: must be a priority from 0 to 100, not 101",
        (
            "incidents.incidents.bencana.reach: 'distrikt' is not allowed; "
            "use village or neighbours or district (did you mean district?)"
        ),
        (
            "incidents.incidents.bencana.severity: 'tingi' is not allowed; "
            "use rendah or sedang or tinggi (did you mean tinggi?)"
        ),
        "incidents.incidents.ternak.label: 7 is not allowed; use a word or two for people; in quotes: '7'",
        "incidents.incidents.ternak.duration_s: must be a number from 10 to 600 s, not 3600",
        "incidents.incidents.lainnya.english: missing; it has no default",
        "incidents.cycle.siren_s: must be a number from 1 to 300 s, not '5'; write it without quotes: 5",
    )
