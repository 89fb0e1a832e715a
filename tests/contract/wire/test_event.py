"""Events: written with what they are about, read with all their members, and never a reason to raise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.wire import codec
from contract.wire.codec import Refusal
from contract.wire.event import Kind, Report, make_event, read_event, write_event
from tests.contract.payloads import INSTANTS, TEXT, VALUES, near_misses
from tests.contract.shipped import quick

NAMES = ("identifier", "incident", "village", "origin", "reason", "part", "post", "note")


@pytest.mark.usefixtures("western_indonesia")
def test_an_event_is_written_with_what_it_is_about_but_for_what_is_none() -> None:
    event = make_event(
        Kind.REFUSED, 1769865300.25, "synced", "b1",
        {"incident": "pencurian", "identifier": None, "age_s": 0.0, "note": "", "posts": {}, "reason": "terlambat 🔥"},
    )

    assert write_event(event).decode() == (
        '{"event":"refused","time":"2026-01-31T20:15:00.250+07:00","clock":"synced","boot":"b1",'
        '"incident":"pencurian","age_s":0.0,"note":"","posts":{},"reason":"terlambat 🔥"}'
    )


@quick
@given(st.sampled_from(Kind), INSTANTS, TEXT, st.dictionaries(st.sampled_from(NAMES), TEXT, max_size=4))
def test_what_is_written_is_read_back(kind: Kind, epoch_s: float, boot: str, about: dict[str, object]) -> None:
    event = make_event(kind, epoch_s, "synced", boot, about)
    report = read_event(write_event(event))

    assert report == Report(kind.value, boot, event)
    assert isinstance(report, Report)
    assert report.member("time", codec.instant, 0.0) == epoch_s
    assert {name: report.text(name) for name in about} == about


def test_an_event_is_read_with_all_its_members() -> None:
    members = {"event": "late", "boot": "b1", "identifier": "a-1", "age_s": 200.5, "reason": "too late", "zone": [1]}
    report = read_event(json.dumps(members).encode())

    assert report == Report("late", "b1", members)
    assert isinstance(report, Report)
    assert [report.text(name) for name in ("identifier", "reason", "age_s", "zone", "nothing")] == [
        "a-1", "too late", "", "", "",
    ]
    assert report.member("age_s", codec.seconds, 0.0) == 200.5
    assert report.member("reason", codec.seconds, 0.0) == 0.0


@pytest.mark.parametrize("members", [{}, {"event": 1, "boot": None}, {"event": ["late"], "boot": {}}])
def test_an_event_without_name_or_run_has_none(members: dict[str, object]) -> None:
    assert read_event(json.dumps(members).encode()) == Report("", "", members)


@pytest.mark.parametrize("character", ["\ud800", "\x00", "\x1b"])
def test_text_that_nobody_can_read_counts_as_missing(character: str) -> None:
    members = dict.fromkeys(("event", "boot", "reason"), f"x{character}")
    report = read_event(json.dumps(members).encode())

    assert isinstance(report, Report)
    assert (report.kind, report.boot, report.text("reason")) == ("", "", "")


def test_what_is_not_an_event_is_refused_with_its_reason() -> None:
    assert read_event(b"[]") == Refusal("event: not a JSON object")
    assert read_event(b"\xff") == Refusal("event: must be UTF-8")


@quick
@given(near_misses(st.dictionaries(st.sampled_from(("event", "boot", "time", *NAMES)), VALUES, max_size=7)))
def test_any_bytes_are_an_event_or_refused_with_a_reason_that_can_be_sent(payload: bytes) -> None:
    report = read_event(payload)

    if isinstance(report, Report):
        texts = [report.kind, report.boot, *(report.text(name) for name in report.members)]
        assert all(text == text.encode().decode() for text in texts)
    else:
        assert report.reason.encode()
