"""Rows, judged by their aims: what the table, the closing lines and the JSON document say of them."""

import json
from dataclasses import replace

import pytest

from benchmarks import report
from benchmarks.report import Aim, Mark, Row

BARE = Row("bare", "publish", "bare paho", "ms", (0.4, 0.5, 0.6))
NODE = Row("node", "publish", "node", "ms", (1.0, 1.5, 9.0), "bare", (Aim(Mark.MEDIAN, 1.5, "bare"),))
HUNDRED = tuple(float(value) for value in range(1, 101))


def test_a_row_has_its_median_its_maximum_and_from_a_hundred_values_its_99th_percentile() -> None:
    row = Row("a", "g", "what", "ms", HUNDRED)
    few = Row("a", "g", "what", "ms", HUNDRED[:99])

    assert [row.at(mark) for mark in (Mark.MEDIAN, Mark.P99, Mark.MAX)] == [50.5, 99.0, 100.0]
    assert [few.at(mark) for mark in (Mark.MEDIAN, Mark.P99, Mark.MAX)] == [50.0, None, 99.0]


@pytest.mark.parametrize(("aim", "text", "met"), [
    (Aim(Mark.MEDIAN, 1.5), "median <= 1.5 ms", True),
    (Aim(Mark.MEDIAN, 1.4), "median <= 1.4 ms", False),
    (Aim(Mark.MAX, 8.0), "max <= 8 ms", False),
    (Aim(Mark.P99, 99.0), "p99 <= 99 ms", None),
    (Aim(Mark.MEDIAN, 3.0, "bare"), "median <= 3 x bare paho", True),
    (Aim(Mark.MAX, 14.9, "bare"), "max <= 14.9 x bare paho", False),
    (Aim(Mark.MEDIAN, 3.0, "mqtt-io"), "median <= 3 x mqtt-io", None),
])
def test_an_aim_is_met_missed_or_unknown(aim: Aim, text: str, met: bool | None) -> None:
    row = Row("node", "publish", "node", "ms", NODE.values, "bare", (aim,))
    (verdict,) = report.verdicts(row, {"bare": BARE, "node": row})

    assert (verdict.aim, verdict.met) == (text, met)
    assert report.missed([BARE, row]) is (met is False)


def test_what_was_not_measured_meets_no_aim_and_misses_none() -> None:
    missing = Row("c", "publish", "C", "ms", aims=(Aim(Mark.MEDIAN, 1.0),), reason="no compiler")

    assert [each.met for each in report.verdicts(missing, {"c": missing})] == [None]
    assert report.summary([missing]) == "0 of 1 aims met.\nNot judged: publish: C: median <= 1 ms; no compiler."


FEW = Row("node", "publish", "node", "ms", (1.0, 1.5), "bare")
MANY = Row("node", "publish", "node", "ms", HUNDRED, "bare")
ABSENT = Row("bare", "publish", "bare paho", "ms", reason="it is not installed")


@pytest.mark.parametrize(("row", "aim", "peers", "why"), [
    (FEW, Aim(Mark.P99, 9.0), [BARE], "too few values for p99 (2 of 100)"),
    (FEW, Aim(Mark.MEDIAN, 0.8, "bare"), [], "its peer was not measured"),
    (FEW, Aim(Mark.MEDIAN, 0.8, "bare"), [ABSENT], "it is not installed"),
    (FEW, Aim(Mark.P99, 0.8, "bare"), [ABSENT], "too few values for p99 (2 of 100)"),
    (MANY, Aim(Mark.P99, 0.8, "bare"), [BARE], "too few values for p99 (3 of 100)"),
    (MANY, Aim(Mark.MAX, 0.8, "bare"), [Row("bare", "g", "b", "ms", (0.0,))], "its peer's is 0"),
    (ABSENT, Aim(Mark.MEDIAN, 0.8), [], "it is not installed"),
    (Row("node", "publish", "node", "ms"), Aim(Mark.MAX, 1.0), [BARE], "nothing was measured"),
])
def test_what_cannot_be_judged_says_what_is_missing(row: Row, aim: Aim, peers: list[Row], why: str) -> None:
    judged = replace(row, aims=(aim,))

    assert report.summary([judged, *peers]).endswith(f"; {why}.")


def test_the_table_shows_each_group_once_each_aim_in_a_line_and_why_something_is_missing() -> None:
    two = Row("s", "silence", "node", "ms", (1.0, 2.0), aims=(Aim(Mark.MEDIAN, 5.0), Aim(Mark.MAX, 1.5)))
    one = Row("m", "memory", "node", "MB", (27.6,), aims=(Aim(Mark.MEDIAN, 24.0),))
    missing = Row("c", "publish", "C", "ms", reason="no C compiler is installed")

    assert report.table([BARE, two, NODE, missing, one]) == [
        "             median  p99    max  unit  n  ratio             aim                        met",
        "",
        "publish",
        "  bare paho   0.500    -  0.600  ms    3",
        "  node        1.500    -      9  ms    3  3.00 x bare paho  median <= 1.5 x bare paho  NO",
        "  C          not measured: no C compiler is installed",
        "",
        "silence",
        "  node        1.500    -      2  ms    2                    median <= 5 ms             yes",
        "                                                            max <= 1.5 ms              NO",
        "",
        "memory",
        "  node         27.6              MB    1                    <= 24 MB                   NO",
    ]


def test_the_closing_lines_name_each_aim_that_was_missed_with_what_was_found() -> None:
    assert report.summary([BARE, NODE]) == (
        "0 of 1 aims met.\nMissed: publish: node: median <= 1.5 x bare paho, is 3."
    )


def test_the_document_holds_every_value_and_is_json() -> None:
    document = report.document([BARE, NODE], {"cores": 2}, {"sound": "no stroke was played"})
    machine, faults, rows = document["machine"], document["faults"], document["rows"]

    assert json.loads(json.dumps(document)) == document
    assert (machine, faults) == ({"cores": 2}, {"sound": "no stroke was played"})
    assert rows == [
        {"key": "bare", "group": "publish", "what": "bare paho", "unit": "ms", "n": 3, "median": 0.5, "p99": None,
         "max": 0.6, "peer": None, "ratio": None, "reason": "", "aims": [], "values": [0.4, 0.5, 0.6]},
        {"key": "node", "group": "publish", "what": "node", "unit": "ms", "n": 3, "median": 1.5, "p99": None,
         "max": 9.0, "peer": "bare", "ratio": 3.0, "reason": "",
         "aims": [{"aim": "median <= 1.5 x bare paho", "met": False}], "values": [1.0, 1.5, 9.0]},
    ]
