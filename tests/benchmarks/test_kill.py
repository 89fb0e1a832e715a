"""`python -m benchmarks.kill`: what it exits with. No test kills anything here."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from click.testing import CliRunner, Result

from benchmarks import kill
from benchmarks.ending import SIGNALS
from benchmarks.run import MeasureError, Run
from broker.mosquitto import BrokerError
from testing.storm import Count


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders of the runs; their storm is none, it finds that nothing was lost."""
    return _replace(monkeypatch, lambda: Count(accepted=10))


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


@pytest.mark.parametrize("count", [
    Count(accepted=10, lost=[("kotakan", "kebakaran", "a")]), Count(accepted=10, twice=["a"]),
    Count(accepted=10, waiting=1),
])
def test_what_is_lost_or_twice_or_waits_is_a_fault(count: Count, monkeypatch: pytest.MonkeyPatch) -> None:
    _replace(monkeypatch, lambda: count)

    assert run().exit_code == 1


def test_what_cannot_be_measured_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> Count:
        raise BrokerError("mosquitto is not installed")

    _replace(monkeypatch, found)
    result = run()

    assert (result.exit_code, result.stderr) == (1, "kill: could not be measured: mosquitto is not installed\n")


def test_where_none_was_accepted_none_could_be_lost(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storm = MagicMock()
    storm.return_value.__enter__.return_value.judge.return_value = Count(presses=10)
    monkeypatch.setattr(kill, "Storm", storm)
    result = run()

    assert result.exit_code == 1
    assert result.stderr == ("kill: could not be measured: none of 10 presses was accepted, so none could be lost\n")
    with pytest.raises(MeasureError, match=r"^none of 10 presses was accepted, so none could be lost$"):
        list(kill.measure(Run("kill", folder)))


def test_a_fault_of_the_run_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> Count:
        raise KeyError("a bug")

    _replace(monkeypatch, found)

    assert isinstance(run().exception, KeyError)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("fault", [None, BrokerError("it has ended the connection"), KeyError("half")], ids=repr)
def test_a_run_that_is_ended_leaves_no_folder_and_exits_so(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    def found() -> Count:
        try:
            os.kill(os.getpid(), number)
        finally:
            if fault is not None:
                raise fault
        return Count()

    folders = _replace(monkeypatch, found)
    result = run()

    assert (result.exit_code, result.stderr) == (128 + number, "")
    assert not folders[0].exists()
