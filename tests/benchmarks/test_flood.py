"""The flood's count of an operator's alarms: one that never comes is told, and not left out."""

from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pytest

from benchmarks import flood, report
from benchmarks.flood import _Stand
from benchmarks.run import LateError, MeasureError

SENT = {"alarm-0": 100.0, "alarm-1": 101.0, "alarm-2": 102.0}


def stand(folder: Path, received: str) -> _Stand:
    path = folder / "received"
    path.write_text(received, "utf-8")
    return _Stand(Mock(), Mock(), path, sent=dict(SENT))


@pytest.fixture
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has not come is not waited for."""
    monkeypatch.setattr(flood, "wait_until", lambda ready, what: None if ready() else _over(what))


def _over(what: str) -> None:
    raise MeasureError(what)


@pytest.mark.usefixtures("_no_patience")
@pytest.mark.parametrize(("received", "took_ms"), [
    ("99.0 before\n100.25 alarm-0\n101.5 alarm-1\n102.5 alarm-2\n", [250.0, 500.0, 500.0]),
    ("100.25 alarm-0\n102.5 alarm-2\n", [250.0, 500.0]),
    ("100.25 alarm-0\n101.5 alarm-1\n", [250.0, 500.0]),
    ("100.25 alarm-0\n100.75 alarm-0\n101.5 alarm-", [250.0]),
    ("", []),
], ids=["all", "one in between is lost", "the last is lost", "twice, and half a line", "none"])
def test_each_alarm_that_arrived_has_its_time(folder: Path, received: str, took_ms: list[float]) -> None:
    assert stand(folder, received).arrived_ms() == took_ms


def test_all_alarms_are_waited_for_not_only_the_last(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = stand(folder, "100.25 alarm-0\n102.5 alarm-2\n")
    answers: list[bool] = []

    def wait_until(ready: Callable[[], bool], _what: str) -> None:
        answers.append(ready())
        with looked.received.open("a", encoding="utf-8") as sink:
            sink.write("109.0 alarm-1\n")
        answers.append(ready())

    monkeypatch.setattr(flood, "wait_until", wait_until)

    assert looked.arrived_ms() == [250.0, 8000.0, 500.0]
    assert answers == [False, True]


@pytest.mark.parametrize(("took_ms", "lost", "met"), [
    ([1.0, 2.0, 3.0], 0.0, [True, True]), ([1.0, 3.0], 1.0, [False, True]), ([], 3.0, [False, None]),
])
def test_what_is_lost_misses_an_aim(took_ms: list[float], lost: float, met: list[bool | None]) -> None:
    rows = {row.key: row for row in flood._alarm_rows(3, took_ms)}

    assert rows["flood.lost"].values == (lost,)
    assert rows["flood.lost"].what == "an operator's alarms to a responder: lost, of 3"
    assert rows["flood.alarm"].values == tuple(took_ms)
    assert [verdict.met for row in rows.values() for verdict in report.verdicts(row, rows)] == met


def test_what_does_not_happen_has_taken_as_long_as_was_waited_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flood, "now", lambda: 130.0)
    happened = Mock(side_effect=[100.25, LateError("not within 30 s")])

    assert [flood._took_ms(100.0, happened) for _ in range(2)] == [250.0, 30_000.0]


def test_what_shows_nothing_of_a_silence_is_no_short_silence() -> None:
    with pytest.raises(MeasureError, match=r"^nothing has sounded$"):
        flood._took_ms(100.0, Mock(side_effect=MeasureError("nothing has sounded")))
