"""`python -m benchmarks.kill`: what it exits with. No test kills anything here."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks import kill
from benchmarks.ending import SIGNALS
from broker.mosquitto import BrokerError
from testing.storm import Count


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders of the runs; their storm is none, it finds that nothing was lost."""
    return _replace(monkeypatch, Count)


def _replace(monkeypatch: pytest.MonkeyPatch, found: Callable[[], Count]) -> list[Path]:
    folders: list[Path] = []

    def storm(folder: Path, *_: object, **_options: object) -> Count:
        folders.append(folder)
        return found()

    monkeypatch.setattr(kill, "storm", storm)
    return folders


def run() -> Result:
    return CliRunner().invoke(kill.main, ["--presses", "10"])


def test_nothing_lost_is_no_fault(folders: list[Path]) -> None:
    assert run().exit_code == 0
    assert not folders[0].exists()


@pytest.mark.parametrize("count", [Count(lost=[("kotakan", "kebakaran", "a")]), Count(twice=["a"]), Count(waiting=1)])
def test_what_is_lost_or_twice_or_waits_is_a_fault(count: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    _replace(monkeypatch, lambda: count)

    assert run().exit_code == 1


def test_what_cannot_be_measured_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> Count:
        raise BrokerError("mosquitto is not installed")

    _replace(monkeypatch, found)
    result = run()

    assert (result.exit_code, result.stderr) == (1, "kill: could not be measured: mosquitto is not installed\n")


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("fails", [False, True], ids=["", "and something fails on the way out"])
def test_a_run_that_is_ended_leaves_no_folder_and_exits_so(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    def found() -> Count:
        try:
            os.kill(os.getpid(), number)
        finally:
            if fails:
                raise BrokerError("it has ended the connection")
        return Count()

    folders = _replace(monkeypatch, found)
    result = run()

    assert (result.exit_code, result.stderr) == (128 + number, "")
    assert not folders[0].exists()
