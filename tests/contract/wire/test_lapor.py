"""A resident's report: what is read, what is refused, and that it is read back as it was written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.wire.codec import MAX_BYTES, Refusal
from contract.wire.lapor import Lapor, Location, Severity, read_lapor, write_lapor
from contract.wire.response import Response, Step, read_response, write_response
from tests.contract.shipped import quick

REPORT = {"identifier": "budi.1", "by": "warga/budi", "text": "Ribut di depan balai desa", "severity": "sedang"}
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=500).map(str.strip).filter(bool)
PLACES = st.builds(
    Location, lat=st.floats(-90, 90), lon=st.floats(-180, 180), accuracy_m=st.none() | st.floats(0, 1000))


def read(**members: object) -> Lapor | Refusal:
    found = {name: each for name, each in {**REPORT, **members}.items() if each != "left out"}
    return read_lapor(json.dumps(found, ensure_ascii=False).encode())


def test_a_report_is_read_with_its_place_and_age() -> None:
    assert read(place={"lat": -7.77, "lon": 113.98, "accuracy_m": 12}, age_s=3) == Lapor(
        identifier="budi.1", by="warga/budi", text="Ribut di depan balai desa", severity=Severity.MIDDLE,
        place=Location(lat=-7.77, lon=113.98, accuracy_m=12.0), age_s=3.0)
    assert read(place=None, newer=1) == Lapor(
        identifier="budi.1", by="warga/budi", text="Ribut di depan balai desa", severity=Severity.MIDDLE)


@pytest.mark.parametrize(("members", "reason"), [
    ({"identifier": "left out"}, "report: identifier: missing; it has no default"),
    ({"by": "left out"}, "report: by: missing; it has no default"),
    ({"text": "left out"}, "report: text: missing; it has no default"),
    ({"severity": "left out"}, "report: severity: missing; it has no default"),
    ({"text": " \n\t "}, "report: text: must not be empty"),
    ({"text": "x" * 501}, "report: text: has 501 characters; at most 500"),
    ({"text": "a\x1b[2J"}, "report: text: must be text that people can read; it holds U+001B"),
    ({"text": 7}, "report: text: must be text"),
    ({"severity": "gawat"}, "report: severity: 'gawat' is not allowed; use rendah or sedang or tinggi"),
    ({"by": "x" * 81}, "report: by: has 81 characters; at most 80"),
    ({"place": {"lat": 91, "lon": 0}}, "report: place.lat: must be a number from -90 to 90 degrees, not 91"),
    ({"place": {"lat": 0}}, "report: place.lon: missing; it has no default"),
    ({"place": {"lat": 0, "lon": 0, "accuracy_m": -1}},
     "report: place.accuracy_m: must be a number from 0 to 1e+07 m, not -1"),
    ({"place": "here"}, "report: place: must be a mapping, its members indented below it, not 'here'"),
    ({"age_s": -1}, "report: age_s: must be a number of seconds, 0 or more"),
])
def test_a_report_is_refused_whole_with_what_is_wrong(members: dict[str, object], reason: str) -> None:
    assert read(**members) == Refusal(reason)


@pytest.mark.parametrize("identifier", ["", "a b", "a,b", "<a>", "x" * 65, "é"])
def test_an_identifier_that_is_none_is_refused(identifier: str) -> None:
    found = read(identifier=identifier)
    assert isinstance(found, Refusal)
    assert found.reason.startswith("report: identifier: ")


def test_what_is_too_long_or_no_object_is_refused() -> None:
    assert read_lapor(b" " * (MAX_BYTES + 1)) == Refusal(f"report: more than {MAX_BYTES} bytes")
    assert read_lapor(b"ribut") == Refusal("report: not JSON: Expecting value at place 1")
    assert read_lapor(b"") == Refusal("report: not JSON: Expecting value at place 1")
    assert read_lapor(b"\xff") == Refusal("report: must be UTF-8")


def test_the_longest_report_of_any_letters_fits_into_a_message() -> None:
    report = Lapor(identifier="x" * 64, by="\N{DROPLET}" * 80, text="\N{DROPLET}" * 500, severity=Severity.HIGH,
                   place=Location(lat=-89.123456789012, lon=-179.123456789012, accuracy_m=1234.5), age_s=604800.0)
    assert read_lapor(write_lapor(report)) == report


@quick
@given(TEXTS, st.sampled_from(Severity), st.none() | PLACES, st.integers(0, 10**6).map(lambda ms: ms / 1000))
def test_what_is_written_is_read_back(text: str, severity: Severity, place: Location | None, age_s: float) -> None:
    report = Lapor(identifier="a", by="warga/budi", text=text, severity=severity, place=place, age_s=age_s)
    assert read_lapor(write_lapor(report)) == report


@quick
@given(st.binary(max_size=200))
def test_any_bytes_are_a_report_or_refused(payload: bytes) -> None:
    assert isinstance(read_lapor(payload), Lapor | Refusal)


def test_a_response_without_an_incident_is_about_a_report_and_is_written_with_the_word() -> None:
    about = Response(identifier="budi.1", by="petugas/polsek", step=Step.COMING)
    assert about.incident == "lapor"
    assert read_response(b'{"identifier": "budi.1", "by": "petugas/polsek", "step": "menuju"}') == about
    assert json.loads(write_response(about))["incident"] == "lapor"
