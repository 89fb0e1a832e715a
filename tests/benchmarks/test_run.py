"""How a benchmark is paced, so many values or as many as there is time for; and that what is beside it is beside it."""

import os
import signal
from contextlib import AbstractContextManager
from io import StringIO
from pathlib import Path

import pytest

from benchmarks.run import MeasureError, Run, beside
from testing.processes import children, is_gone
from testing.waiting import looks


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


def _server() -> AbstractContextManager[None]:
    """What goes on until it is killed."""
    return beside("http.server", "--bind", "127.0.0.1", 0)


def _kill_the_one_beyond(before: list[int]) -> None:
    started = next(pid for pid in children(os.getpid()) if pid not in before)
    os.kill(started, signal.SIGKILL)
    assert any(is_gone(started) for _ in looks())


def test_what_goes_on_beside_a_benchmark_is_in_a_group_of_its_own_and_ends_with_the_block() -> None:
    before = children(os.getpid())
    with _server():
        started = [pid for pid in children(os.getpid()) if pid not in before]
        groups = [os.getpgid(pid) for pid in started]

    assert len(started) == 1
    assert groups == started
    assert is_gone(started[0])


def test_what_did_not_go_on_beside_a_benchmark_to_its_end_is_an_error() -> None:
    before = children(os.getpid())
    with pytest.raises(MeasureError, match=r"^http\.server was to go on, and has ended with exit code -9$"), _server():
        _kill_the_one_beyond(before)


def test_the_benchmarks_own_error_comes_before_that_of_what_was_beside_it() -> None:
    with pytest.raises(MeasureError, match=r"^too slow$"), beside("no_such_module"):
        raise MeasureError("too slow")
