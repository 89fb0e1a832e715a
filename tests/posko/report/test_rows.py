"""Whatever stands in a row: it is read whole, or refused by the name of a column; and all that is read can be shown."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.domain.alarm import Key, Status
from posko.core.effects import End
from posko.report import export, render
from posko.report.core import history, rounds, rows
from posko.report.core.history import Alarm, Dated
from posko.report.core.rounds import Round
from tests.posko.report.shipped import LABELS

WHOLE: dict[str, object] = {
    "first": "one", "identifier": "one", "also": "[]", "village": "olean", "incident": "kebakaran", "status": "Actual",
    "origin": "", "note": "", "boot": "b", "first_at": 10.0, "raised_at": 10.0, "until": 190, "first_wall": 1.5,
    "synced": 1, "silenced": "{}", "sounds": '{"a/1": 2, "b/1": 0.5}', "expected": '["a/1", "b/1", "c/1"]',
    "ended_at": None, "end": None,
}


ROUND: dict[str, object] = {
    "identifier": "r1", "village": "olean", "post": "olean/pos-1", "origin": "button", "wall": 1.5, "clock": "synced",
}


def utc(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def read_alarm(raw: Mapping[str, object]) -> Alarm:
    return history.read_alarm(raw, utc, 1e9)


def read_round(raw: Mapping[str, object]) -> Round:
    return rounds.read_round(raw, utc)


def test_a_whole_row_is_read_whole() -> None:
    assert read_alarm(WHOLE) == Alarm(
        identifier="one", at=utc(1.5), dated=Dated.SYNCED, key=Key("olean", "kebakaran"), status=Status.ACTUAL,
        origin="", claimed=True, duration_s=None, first_siren_s=0.5, last_siren_s=2.0, expected=("a/1", "b/1", "c/1"),
        missing=("c/1",), end=None, in_force=False,
    )


BAD_TEXT: list[object] = [None, 7, 1.5, b"x"]
BAD_NUMBER: list[object] = [None, "", "7", b"7", True, float("nan"), float("inf"), -1e12, 10**400]
BAD_JSON: list[object] = ["", None, b"{}", "[" * 100_000, "1" * 5000, "{", "[", "null"]


@pytest.mark.parametrize(("column", "value"), [
    *((name, each) for name in ("first", "village", "incident", "origin", "note") for each in BAD_TEXT),
    *((name, each) for name in ("first_at", "until", "first_wall", "synced") for each in BAD_NUMBER),
    *(("ended_at", each) for each in BAD_NUMBER if each is not None),
    *((name, each) for name in ("sounds", "expected") for each in BAD_JSON),
    *(("sounds", each) for each in ("[]", '{"a/1": "soon"}', '{"a/1": true}', '{"a/1": NaN}', '{"a/1": 1e999}')),
    *(("expected", each) for each in ("{}", '["a/1", 7]')),
    ("status", "System"), ("status", None), ("end", "merged"), ("end", 7),
])
def test_a_row_with_a_column_that_the_hub_does_not_write_so_is_refused_by_its_name(
    column: str, value: object
) -> None:
    with pytest.raises(rows.BadRowError, match=f"^{column}$"):
        read_alarm({**WHOLE, column: value})
    with pytest.raises(rows.BadRowError, match=f"^{column}$"):
        read_alarm({name: each for name, each in WHOLE.items() if name != column})


@pytest.mark.parametrize(("column", "value"), [
    ("identifier", 7), ("village", None), ("post", 1.5), ("origin", b""), ("wall", "x"), ("wall", None),
    ("clock", None),
])
def test_a_patrol_with_a_column_that_the_hub_does_not_write_so_is_refused_by_its_name(
    column: str, value: object
) -> None:
    with pytest.raises(rows.BadRowError, match=f"^{column}$"):
        read_round({**ROUND, column: value})


def test_posts_that_are_expected_twice_are_expected_once() -> None:
    assert read_alarm({**WHOLE, "expected": '["a/1", "b/1", "a/1"]'}).expected == ("a/1", "b/1")


def test_what_moves_a_cursor_or_ends_a_line_is_marked() -> None:
    alarm = read_alarm({**WHOLE, "origin": "a\x1b[31m\n\u202eb", "expected": '["\\ud800/1"]'})

    assert (alarm.origin, alarm.missing) == ("a\ufffd[31m \ufffdb", ("\ufffd/1",))


# Any rows at all.


Raws = st.SearchStrategy[dict[str, object]]
NUMBERS = st.floats(-1e11, 1e11) | st.integers(-10**11, 10**11) | st.floats(0.0, 4e9)
CELLS = st.none() | st.floats() | st.integers(-2**63, 2**63 - 1) | st.text(max_size=8) | st.binary(max_size=8)
POSTS = st.sampled_from(["a/1", "b/1", "c/1"])


def spoilt(whole: Raws) -> Raws:
    """*whole* rows, or some with one cell of anything."""
    broken = st.builds(lambda row, name, cell: {**row, name(row): cell}, whole,
                       st.integers(0, 99).map(lambda number: lambda row: sorted(row)[number % len(row)]), CELLS)
    return whole | broken


RAW_ALARMS = spoilt(st.fixed_dictionaries({
    "first": st.text(max_size=8), "village": st.sampled_from(["olean", "semua"]) | st.text(max_size=5),
    "incident": st.sampled_from(["kebakaran", "ternak"]) | st.text(max_size=5),
    "status": st.sampled_from([each.value for each in Status]), "origin": POSTS | st.text(max_size=8),
    "first_at": NUMBERS, "until": NUMBERS, "first_wall": NUMBERS, "synced": st.sampled_from([0, 1]),
    "sounds": st.dictionaries(POSTS, st.floats(0, 100)).map(json.dumps),
    "expected": st.lists(POSTS, unique=True).map(json.dumps), "ended_at": st.none() | NUMBERS,
    "end": st.none() | st.sampled_from([each.value for each in End]),
}))
RAW_ROUNDS = spoilt(st.fixed_dictionaries({
    "identifier": st.text(max_size=8), "village": st.sampled_from(["olean", "semua"]) | st.text(max_size=5),
    "post": POSTS | st.text(max_size=8), "origin": st.sampled_from(["button", "schedule", "operator"]),
    "wall": NUMBERS, "clock": st.sampled_from(["synced", "unsynced"]),
}))
NOBODY = replace(LABELS, incidents={}, villages={}, posts={})


def lines(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@given(st.lists(RAW_ALARMS, max_size=5))
@settings(deadline=None, max_examples=30)
def test_any_alarms_are_told_and_each_is_counted_once(raw: list[dict[str, object]]) -> None:
    made, skipped = rows.read(raw, read_alarm)
    found = history.months(made)
    told = [alarm for month in found for alarm in month.alarms]
    totals = [month.total for month in found]
    exported = json.loads(export.alarms_json(found, "d", {}))

    render.alarms(found, NOBODY).encode()
    assert sum(each.total() - each["false"] for each in totals) == len(told) == len(made) == len(raw) - len(skipped)
    assert all(each["false"] <= each["alarms"] for each in totals)
    assert sum(each["alarms"] for each in exported["summary"]) == sum(each["alarms"] for each in totals)
    assert [alarm["identifier"] for alarm in exported["alarms"]] == [alarm.identifier for alarm in told]
    assert [len(line) for line in lines(export.alarms_csv(found, {}))] == [len(export.ALARM)] * (len(made) + 1)
    assert all(0 <= alarm.sounded <= len(alarm.expected) and alarm.missing == tuple(
        post for post in alarm.expected if post in alarm.missing) for alarm in told)
    assert [history.months(made, month.name) for month in found] == [
        (month,) for month in found]


@given(st.lists(RAW_ROUNDS, max_size=5))
@settings(deadline=None, max_examples=30)
def test_any_rounds_are_told_and_each_post_has_made_some_or_none(raw: list[dict[str, object]]) -> None:
    posts = ("a/1", "b/1", "c/1")
    made, _ = rows.read(raw, read_round)
    found = rounds.months(made, posts)

    render.rounds(found, NOBODY).encode()
    assert len(json.loads(export.rounds_json(found, "d"))["rounds"]) == len(made)
    assert [len(line) for line in lines(export.rounds_csv(found))] == [len(export.ROUND)] * (len(made) + 1)
    for month in found:
        active = {each.post for each in month.rounds if not each.claimed}
        assert month.name == "" or active & set(posts) | set(month.none) == set(posts)
        assert not active & set(month.none)
    assert [rounds.months(made, posts, month.name) for month in found] == [(month,) for month in found]
