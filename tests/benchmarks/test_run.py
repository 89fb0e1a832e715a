"""How a benchmark is paced: so many values, or as many as there is time for."""

from io import StringIO
from pathlib import Path

import pytest

from benchmarks.run import Run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The instant, in a list of one, that the benchmark believes in."""
    at = [100.0]
    monkeypatch.setattr("benchmarks.run.time.monotonic", lambda: at[0])
    return at


def test_as_many_values_are_measured_as_were_asked_for(folder: Path, clock: list[float]) -> None:
    stream, numbers = StringIO(), []
    for number in Run("latency", folder, stream=stream).times("publish", 40):
        numbers.append(number)
        clock[0] += 1.0

    assert numbers == list(range(40))
    assert stream.getvalue() == (
        "latency: publish, 40 times\nlatency: publish, 16 of 40\nlatency: publish, 32 of 40\n"
    )


def test_on_a_slow_machine_fewer_values_have_to_do_but_never_none(folder: Path, clock: list[float]) -> None:
    stream, numbers = StringIO(), []
    for number in Run("latency", folder, stream=stream).times("publish", 40, most_s=5.0):
        numbers.append(number)
        clock[0] += 3.0
    for number in Run("latency", folder, stream=stream).times("publish", 40, most_s=0.0):
        numbers.append(number)
        clock[0] += 3.0

    assert numbers == [0, 1, 0]
    assert "publish: stopped after 2 of 40, as 5 s are over\n" in stream.getvalue()


def test_a_quick_look_takes_fewer(folder: Path) -> None:
    assert [Run("latency", folder, quick=quick).count(200, 10) for quick in (False, True)] == [200, 10]
