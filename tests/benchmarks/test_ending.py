"""How a run is ended from outside: a signal is heard once, and nothing that was started is left."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from benchmarks import ending
from benchmarks.ending import SIGNALS, Stopped
from benchmarks.run import busy
from testing.processes import children, is_gone
from testing.waiting import looks

SLEEPS = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
# Ignores SIGTERM: it has to be killed.
STUBBORN = [sys.executable, "-c", SLEEPS[2].replace("time;", "signal, time; signal.signal(15, signal.SIG_IGN);", 1)]
# A run that starts a part of its own and says the part's process id, and one whose parts are the busy processes.
_UNLINK = os.unlink
STARTS_A_PART = """
import subprocess, sys, time
part = subprocess.Popen([sys.executable, "-c", '''
import sys, time
from benchmarks.ending import as_a_part
as_a_part()
print("up", flush=True)
time.sleep(600)
'''], stdout=subprocess.PIPE)
part.stdout.readline()
print(part.pid, flush=True)
time.sleep(600)
"""
STARTS_BUSY = """
import os, time
from benchmarks.run import busy
from testing.processes import children
with busy(1):
    print(*children(os.getpid()), flush=True)
    time.sleep(600)
"""


@contextmanager
def started(words: list[str], stdin: int | None = None) -> Iterator["subprocess.Popen[str]"]:
    """The process of *words*, with pipes; it is killed in the end."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=stdin, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_ends_the_block_and_is_the_exit_code(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with ending.heard() as asked:
        with pytest.raises(Stopped):
            os.kill(os.getpid(), number)
        after = asked.by

    assert (after, asked.name, asked.exit_code) == (number, number.name, 128 + number)
    assert signal.getsignal(number) is before


def test_without_a_signal_there_is_no_exit_code() -> None:
    with ending.heard() as asked:
        pass

    assert (asked.by, asked.name, asked.exit_code) == (None, "", 0)


def test_a_second_signal_breaks_off_nothing() -> None:
    with ending.heard() as asked:
        with suppress(Stopped):
            os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)

    assert asked.by is signal.SIGINT


def test_a_signal_that_is_ignored_from_the_start_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending.heard() as asked:
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)

    assert asked.by is None


def test_what_goes_on_after_faults_does_not_go_on_after_a_signal() -> None:
    assert not issubclass(Stopped, Exception)


@pytest.mark.parametrize("words", [SLEEPS, STUBBORN], ids=["ends when asked", "has to be killed"])
def test_what_a_block_has_started_is_ended_and_what_was_there_before_is_not(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "END_S", 0.2)
    with started(SLEEPS) as before:
        with pytest.raises(Stopped), ending.nothing_left(), started_and_forgotten(words) as forgotten:
            raise Stopped
        assert is_gone(forgotten.pid)
        assert not is_gone(before.pid)
        forgotten.communicate()


def test_a_signal_amid_the_folders_removal_leaves_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    removed: list[str] = []

    def unlink(path: str, *, dir_fd: int | None = None) -> None:
        removed.append(path)
        if len(removed) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        _UNLINK(path, dir_fd=dir_fd)

    monkeypatch.setattr("os.unlink", unlink)
    with ending.heard() as asked, pytest.raises(Stopped), ending.folder() as made:
        three_files(made)
    assert (asked.by, len(removed), made.exists()) == (signal.SIGTERM, 4, False)


def three_files(folder: Path) -> None:
    for name in "abc":
        (folder / name).touch()


@contextmanager
def started_and_forgotten(words: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """A process that is up, and that nobody ends."""
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    line(process)
    yield process


def test_a_part_leaves_ctrl_c_to_the_run() -> None:
    source = ("from benchmarks.ending import as_a_part; import sys; as_a_part(); "
              "print('up', flush=True); sys.stdin.readline(); print('on', flush=True)")
    with started([sys.executable, "-c", source], stdin=subprocess.PIPE) as part:
        line(part)
        part.send_signal(signal.SIGINT)
        said, complained = part.communicate("go on\n")

    assert (said, complained, part.returncode) == ("on\n", "", 0)


@pytest.mark.parametrize("source", [STARTS_A_PART, STARTS_BUSY], ids=["a part", "a busy process"])
def test_a_part_does_not_outlive_a_run_that_is_killed(source: str) -> None:
    with started([sys.executable, "-c", source]) as run:
        part = int(line(run))
        assert not is_gone(part)
        run.kill()
        run.wait()

        assert any(is_gone(part) for _ in looks())


def test_busy_processes_are_in_groups_of_their_own_and_end_with_the_block() -> None:
    before = children(os.getpid())
    with busy(2):
        started_now = [pid for pid in children(os.getpid()) if pid not in before]
        groups = [os.getpgid(pid) for pid in started_now]

    assert len(started_now) == 2
    assert groups == started_now
    assert all(map(is_gone, started_now))
