"""Whatever stands in a row: what can be read of it is shown, the rest is named, and nothing raises."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.domain.alarm import Status
from posko.core.effects import End
from posko.report import export, render
from posko.report.core import history, rounds, rows
from posko.report.core.words import Names

WHOLE: dict[str, object] = {
    "first": "one", "identifier": "one", "also": "[]", "village": "olean", "incident": "kebakaran", "status": "Actual",
    "origin": "", "note": "", "boot": "b", "first_at": 10.0, "raised_at": 10.0, "until": 190, "first_wall": 1.5,
    "synced": 1, "silenced": "{}", "sounds": '{"a/1": 2, "b/1": 0.5}', "expected": '["a/1", "b/1"]', "ended_at": None,
    "end": None,
}


def test_a_whole_row_is_read_whole() -> None:
    assert rows.alarm(WHOLE) == rows.AlarmRow(
        first="one", village="olean", incident="kebakaran", status=Status.ACTUAL, origin="", first_at=10.0, until=190.0,
        first_wall=1.5, synced=True, sounds={"a/1": 2.0, "b/1": 0.5}, expected=("a/1", "b/1"), ended_at=None, end=None,
    )


@pytest.mark.parametrize(("sounds", "left"), [
    ('{"a/1": 2, "b/1"', {}), ("", {}), (None, {}), (b"{}", {}), ("[]", {}), ("[" * 100_000, {}), ("1" * 5000, {}),
    ('{"a/1": 2, "b/1": "soon"}', {"a/1": 2.0}), ('{"a/1": 2, "b/1": true}', {"a/1": 2.0}),
    ('{"a/1": 2, "b/1": NaN, "c/1": 1e999}', {"a/1": 2.0}), ('{"a/1": 2, "b/1": 1' + "0" * 400 + "}", {"a/1": 2.0}),
])
def test_of_proof_that_is_malformed_the_rest_is_kept(sounds: object, left: dict[str, float]) -> None:
    row = rows.alarm({**WHOLE, "sounds": sounds})

    assert (row.sounds, row.expected, row.doubts) == (left, ("a/1", "b/1"), ("sounds",))


@pytest.mark.parametrize(("expected", "left"), [
    ("[", ()), ("{}", ()), ("null", ()), ('["a/1", 7]', ("a/1",)), ('["a/1", "a/1"]', ("a/1",)),
])
def test_of_expected_posts_that_are_malformed_the_rest_is_kept(expected: str, left: tuple[str, ...]) -> None:
    row = rows.alarm({**WHOLE, "expected": expected})

    assert (row.expected, row.doubts) == (left, ("expected",))


def test_every_column_that_cannot_be_read_is_named_once() -> None:
    row = rows.alarm({})

    assert row.doubts == (
        "first", "village", "incident", "status", "origin", "first_at", "until", "first_wall", "sounds", "expected")
    assert (row.status, row.end) == (Status.ACTUAL, None)


def test_words_of_a_later_version_are_doubts() -> None:
    row = rows.alarm({**WHOLE, "status": "System", "end": "merged", "ended_at": "x"})

    assert (row.status, row.end, row.ended_at, row.doubts) == (
        Status.ACTUAL, None, None, ("status", "ended_at", "end"))


def test_what_moves_a_cursor_or_ends_a_line_is_marked() -> None:
    row = rows.alarm({**WHOLE, "origin": "a\x1b[31m\n\u202eb", "sounds": '{"\\ud800/1": 1}'})

    assert (row.origin, list(row.sounds)) == ("a\ufffd[31m\ufffd\ufffdb", ["\ufffd/1"])


# Any rows at all.


JSONS = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5,
).map(json.dumps)
NUMBERS = st.floats(allow_nan=False) | st.integers(-2**63, 2**63 - 1) | st.floats(0.0, 4e9)
CELLS = st.none() | NUMBERS | st.text(max_size=8) | st.binary(max_size=8) | JSONS
POSTS = st.sampled_from(["a/1", "b/1", "c/1"])
RAW_ALARMS = st.fixed_dictionaries({
    "first": st.text(max_size=8) | CELLS, "village": st.sampled_from(["olean", "semua"]) | CELLS,
    "incident": st.sampled_from(["kebakaran", "ternak"]) | CELLS,
    "status": st.sampled_from([each.value for each in Status]) | CELLS, "origin": POSTS | CELLS,
    "first_at": NUMBERS | CELLS, "until": NUMBERS | CELLS, "first_wall": NUMBERS | CELLS, "synced": CELLS,
    "sounds": st.dictionaries(POSTS, st.floats(0, 100)).map(json.dumps) | CELLS,
    "expected": st.lists(POSTS, unique=True).map(json.dumps) | CELLS, "ended_at": NUMBERS | CELLS,
    "end": st.sampled_from([each.value for each in End]) | CELLS,
})
RAW_ROUNDS = st.fixed_dictionaries({
    "identifier": CELLS, "village": st.sampled_from(["olean", "semua"]) | CELLS, "post": POSTS | CELLS,
    "origin": st.sampled_from(["button", "schedule", "operator"]) | CELLS, "wall": NUMBERS | CELLS,
    "clock": st.sampled_from(["synced", "unsynced"]) | CELLS,
})
NOBODY = Names({}, {}, {})


def utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def lines(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@given(st.lists(RAW_ALARMS, max_size=5))
@settings(deadline=None, max_examples=30)
def test_any_alarms_are_told_and_each_is_counted_once(raw: list[dict[str, object]]) -> None:
    found = history.months([rows.alarm(each) for each in raw], utc, 1e9)
    told = [alarm for month in found for alarm in month.alarms]
    totals = [month.total for month in found]
    exported = json.loads(export.alarms_json(found, "d"))

    render.alarms(found, NOBODY).encode()
    assert sum(each.alarms + each.exercises + each.late + each.unknown for each in totals) == len(told) == len(raw)
    assert all(each.false <= each.alarms for each in totals)
    assert sum(each["alarms"] for each in exported["summary"]) == sum(each.alarms for each in totals)
    assert [alarm["identifier"] for alarm in exported["alarms"]] == [alarm.identifier for alarm in told]
    assert [len(line) for line in lines(export.alarms_csv(found))] == [len(export.ALARM)] * (len(raw) + 1)
    assert all(0 <= alarm.sounded <= len(alarm.expected) and alarm.missing == tuple(
        post for post in alarm.expected if post in alarm.missing) for alarm in told)
    assert [history.months([rows.alarm(each) for each in raw], utc, 1e9, month.name) for month in found] == [
        (month,) for month in found]


@given(st.lists(RAW_ROUNDS, max_size=5))
@settings(deadline=None, max_examples=30)
def test_any_rounds_are_told_and_each_post_has_made_some_or_none(raw: list[dict[str, object]]) -> None:
    posts = ("a/1", "b/1", "c/1")
    made = [rows.round_made(each) for each in raw]
    found = rounds.months(made, posts, utc)

    render.rounds(found, NOBODY).encode()
    assert len(json.loads(export.rounds_json(found, "d"))["rounds"]) == len(raw)
    assert [len(line) for line in lines(export.rounds_csv(found))] == [len(export.ROUND)] * (len(raw) + 1)
    for month in found:
        active = {each.post for each in month.rounds if each.origin != "operator"}
        assert month.name == "" or active & set(posts) | set(month.none) == set(posts)
        assert not active & set(month.none)
    assert [rounds.months(made, posts, utc, month.name) for month in found] == [(month,) for month in found]
