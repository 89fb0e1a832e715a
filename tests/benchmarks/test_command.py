"""`python -m benchmarks`: what it prints, writes and exits with. No test measures anything."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result

import benchmarks.__main__ as command
from benchmarks.peers import compile_c
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import MeasureError, MissingError, Run

GOOD = Row("good", "group", "good", "ms", (1.0,), aims=(Aim(Mark.MEDIAN, 2.0),))
BAD = Row("bad", "group", "bad", "ms", (3.0,), aims=(Aim(Mark.MEDIAN, 2.0),))


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts benchmarks of the test's own in the place of the real ones: each yields rows, then raises what follows."""
    def put(**contents: list[Row | Exception]) -> None:
        for name, content in contents.items():
            def measure(_run: Run, content: list[Row | Exception] = content) -> Iterator[Row]:
                for each in content:
                    if isinstance(each, Exception):
                        raise each
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
