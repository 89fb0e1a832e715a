"""`python -m benchmarks`: what it prints, writes and exits with. No test measures anything."""

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

import benchmarks.__main__ as command
from benchmarks.ending import SIGNALS
from benchmarks.peers import compile_c
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import MeasureError, MissingError, Run

GOOD = Row("good", "group", "good", "ms", (1.0,), aims=(Aim(Mark.MEDIAN, 2.0),))
BAD = Row("bad", "group", "bad", "ms", (3.0,), aims=(Aim(Mark.MEDIAN, 2.0),))


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts benchmarks of the test's own in place of the real ones: each yields rows, raises errors, sends signals."""
    def put(**contents: list[Row | Exception | signal.Signals]) -> None:
        for name, content in contents.items():
            def measure(_run: Run, content: list[Row | Exception | signal.Signals] = content) -> Iterator[Row]:
                for each in content:
                    if isinstance(each, Exception):
                        raise each
                    if isinstance(each, signal.Signals):
                        os.kill(os.getpid(), each)
                    else:
                        yield each

            module = ModuleType(f"benchmarks.{name}")
            module.__dict__.update(measure=measure, ABOUT=f"about {name}")
            monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(command, "NAMES", tuple(contents))

    return put


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(command.main, [*words, "--json", str(folder / "found.json")])


def test_everything_is_run_and_written(folder: Path, measured: Callable[..., None]) -> None:
    measured(one=[GOOD], two=[BAD])
    result = run(folder)
    found = json.loads((folder / "found.json").read_text("utf-8"))

    assert result.exit_code == 0
    assert "1 of 2 aims met.\nMissed: group: bad: <= 2 ms, is 3.\n" in result.output
    assert [row["key"] for row in found["rows"]] == ["good", "bad"]
    assert found["machine"]["quick"] is False


def test_what_is_named_is_run_and_nothing_else(folder: Path, measured: Callable[..., None]) -> None:
    measured(one=[GOOD], two=[BAD])
    run(folder, "two", "--quick")
    found = json.loads((folder / "found.json").read_text("utf-8"))

    assert [row["key"] for row in found["rows"]] == ["bad"]
    assert found["machine"]["quick"] is True


@pytest.mark.parametrize(("rows", "code"), [([GOOD], 0), ([GOOD, BAD], 1)])
def test_check_fails_where_an_aim_is_missed(
    folder: Path, measured: Callable[..., None], rows: list[Row], code: int
) -> None:
    measured(one=rows)

    assert run(folder, "--check").exit_code == code


@pytest.mark.parametrize(("error", "text"), [
    (MeasureError("the relay did not switch on"), "Failed: two: the relay did not switch on\n"),
    (ZeroDivisionError("division by zero"), "Failed: two: ZeroDivisionError('division by zero') (test_command.py:"),
], ids=["an expected one", "a bug"])
def test_a_benchmark_that_fails_is_a_sentence_an_exit_code_and_the_others_all_the_same(
    folder: Path, measured: Callable[..., None], error: Exception, text: str
) -> None:
    measured(one=[GOOD], two=[BAD, error], three=[GOOD])
    result = run(folder)
    found = json.loads((folder / "found.json").read_text("utf-8"))

    assert result.exit_code == 1
    assert text in result.output
    assert "Traceback" not in result.output
    assert [row["key"] for row in found["rows"]] == ["good", "bad", "good"]
    assert list(found["faults"]) == ["two"]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_run_that_is_cut_short_keeps_what_it_has_and_says_what_is_missing(
    folder: Path, measured: Callable[..., None], number: signal.Signals
) -> None:
    measured(one=[GOOD], two=[BAD, number, GOOD], three=[GOOD])
    result = run(folder, "--plots", str(folder))
    found = json.loads((folder / "found.json").read_text("utf-8"))

    assert result.exit_code == 128 + number
    assert "1 of 2 aims met.\nMissed: group: bad: <= 2 ms, is 3.\n" in result.output
    assert (f"Cut short by {number.name}.\nNot measured: two: cut short before its end.\n"
            "Not measured: three: not begun.\n") in result.output
    assert "No picture is drawn of a run that was cut short.\n" in result.output
    assert [row["key"] for row in found["rows"]] == ["good", "bad"]
    assert found["not measured"] == {"two": "cut short before its end", "three": "not begun"}
    assert found["faults"] == {}
    assert list(folder.iterdir()) == [folder / "found.json"]


def test_what_fails_because_the_run_is_ended_is_no_fault_of_a_benchmark(
    folder: Path, monkeypatch: pytest.MonkeyPatch, measured: Callable[..., None]
) -> None:
    def measure(_run: Run) -> Iterator[Row]:
        yield GOOD
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            raise MeasureError("the broker has ended the connection")

    measured(one=[], two=[BAD])
    monkeypatch.setattr(sys.modules["benchmarks.one"], "measure", measure)
    result = run(folder)
    found = json.loads((folder / "found.json").read_text("utf-8"))

    assert result.exit_code == 143
    assert found["faults"] == {}
    assert found["not measured"] == {"one": "cut short before its end", "two": "not begun"}
    assert [row["key"] for row in found["rows"]] == ["good"]


def test_a_run_that_is_ended_before_it_measures_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, measured: Callable[..., None]
) -> None:
    measured(one=[GOOD])
    monkeypatch.setattr(command, "compile_programs", lambda: os.kill(os.getpid(), signal.SIGTERM))
    result = run(folder)

    assert result.exit_code == 143
    assert result.output == "Cut short by SIGTERM, before anything was measured.\n"
    assert list(folder.iterdir()) == []


def test_what_a_benchmark_leaves_is_ended_and_its_folder_is_gone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, measured: Callable[..., None]
) -> None:
    left: list[subprocess.Popen[bytes]] = []
    folders: list[Path] = []

    def measure(run: Run) -> Iterator[Row]:
        folders.append(run.folder)
        left.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]))
        yield GOOD
        os.kill(os.getpid(), signal.SIGINT)

    measured(one=[])
    monkeypatch.setattr(sys.modules["benchmarks.one"], "measure", measure)
    result = run(folder)

    assert result.exit_code == 130
    assert left[0].wait(60.0) == -signal.SIGTERM
    assert not folders[0].exists()


def test_a_json_file_that_cannot_be_written_is_told_before_anything_is_measured(
    folder: Path, measured: Callable[..., None]
) -> None:
    measured(one=[GOOD])
    path = folder / "none" / "found.json"
    result = CliRunner().invoke(command.main, ["--json", str(path)])

    assert result.exit_code == 2
    assert result.output == f"Error: {path} cannot be written: No such file or directory\n"


def test_a_json_file_that_cannot_be_written_after_all_costs_no_table(measured: Callable[..., None]) -> None:
    measured(one=[GOOD])
    result = CliRunner().invoke(command.main, ["--json", "/dev/full"])

    assert result.exit_code == 1
    assert result.output.endswith("1 of 1 aims met.\nError: /dev/full cannot be written: No space left on device\n")
    assert "\n  good " in result.output


def test_pictures_that_cannot_be_written_are_a_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, measured: Callable[..., None]
) -> None:
    def write(_document: object, _folder: Path) -> list[Path]:
        raise PermissionError(errno.EACCES, "Permission denied")

    measured(one=[GOOD])
    monkeypatch.setattr("benchmarks.plots.write", write)
    result = run(folder, "--plots", str(folder))

    assert result.exit_code == 1
    assert result.output.endswith(f"Error: no picture can be written in {folder}: Permission denied\n")


def test_an_unknown_name_is_answered_with_the_nearest(folder: Path) -> None:
    result = run(folder, "latensi")

    assert result.exit_code == 2
    assert "no such benchmark 'latensi'; did you mean latency?" in result.output


def test_without_mosquitto_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, measured: Callable[..., None]
) -> None:
    measured(one=[GOOD])
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("broker.mosquitto._PLACES", ())
    result = run(folder)

    assert result.exit_code == 2
    assert result.output == "Error: mosquitto is not installed; run: sudo apt-get install mosquitto\n"


@pytest.mark.parametrize("missing", ["mosquitto", "mosquitto_sub", "mosquitto_pub"])
def test_each_of_mosquittos_programs_is_looked_for_before_anything_is_measured(
    folder: Path, monkeypatch: pytest.MonkeyPatch, measured: Callable[..., None], missing: str
) -> None:
    for name in {"mosquitto", "mosquitto_sub", "mosquitto_pub"} - {missing}:
        (folder / name).write_text("#!/bin/sh\n", "utf-8")
        (folder / name).chmod(0o755)
    measured(one=[GOOD])
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("broker.mosquitto._PLACES", ())
    result = run(folder)

    assert result.exit_code == 2
    assert result.output.startswith(f"Error: {missing} is not installed; run: sudo apt-get install mosquitto")


def test_help_lists_every_benchmark(measured: Callable[..., None]) -> None:
    measured(one=[GOOD], two=[BAD])
    result = CliRunner().invoke(command.main, ["--help"])

    assert result.exit_code == 0
    assert "  one  about one\n  two  about two\n" in result.output


def test_without_a_compiler_a_peer_names_the_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))

    with pytest.raises(MissingError, match="no C compiler is installed; run: sudo apt-get install gcc libc6-dev"):
        compile_c(folder, "sleep.c")


def test_without_a_librarys_header_a_peer_names_the_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = folder / "cc"
    compiler.write_text("#!/bin/sh\necho 'fatal error: mosquitto.h: No such file or directory' >&2\nexit 1\n", "utf-8")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    with pytest.raises(MissingError, match=r"mosquitto\.c cannot be compiled; run: sudo apt-get install libmosq-dev"):
        compile_c(folder, "mosquitto.c", "mosquitto", package="libmosq-dev")
