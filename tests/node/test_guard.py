"""The guard of the outputs: a process that outlives the node's by as long as it takes to put them to rest."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import guard as guard_room
from node.guard import Guard
from testing.program import LIMIT_S
from tests.support.nodes import ROOT
from tests.support.waiting import wait_until

FILE = "chip kentongan-test\nsiren 17 low\n"  # a label that no machine has: nothing is driven, and that is told
TOLD = "rest: no output was driven: "
OWNER = """
import sys
from node.guard import Guard
guard = Guard()
guard.start(sys.argv[1])
print(guard._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    path = tmp_path / "outputs"
    path.write_text(FILE, "utf-8")
    return path


IGNORED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGABRT, signal.SIGQUIT)


def waits(pid: int) -> bool:
    """Whether the guard's process *pid* ignores all that it should: some it may have inherited as ignored."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    (mask,) = [int(line.split()[1], 16) for line in lines if line.startswith("SigIgn:")]
    return all(mask >> (number - 1) & 1 for number in IGNORED)


@pytest.fixture
def owner(outputs: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that has a guard, and the guard's process id; the guard waits."""
    process = subprocess.Popen([sys.executable, "-c", OWNER, str(outputs)], cwd=ROOT, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    assert wait_until(lambda: waits(pid))
    yield process, pid
    process.kill()
    process.communicate(timeout=LIMIT_S)


def test_when_the_node_is_killed_its_guard_acts_and_ends(owner: tuple[subprocess.Popen[str], int]) -> None:
    process, _pid = owner
    process.kill()
    said, _ = process.communicate(timeout=LIMIT_S)  # ends when the guard has: it has the same output

    assert said.startswith(TOLD)
    assert said.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGABRT, signal.SIGINT, signal.SIGHUP])
def test_what_systemd_sends_to_all_processes_of_a_unit_does_not_end_the_guard_before_the_node(
    owner: tuple[subprocess.Popen[str], int], number: signal.Signals
) -> None:
    process, pid = owner
    os.kill(pid, number)
    process.kill()

    assert process.communicate(timeout=LIMIT_S)[0].startswith(TOLD)


def test_leaving_it_returns_when_the_guard_has_ended(
    outputs: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_room, "END_S", LIMIT_S)  # it may not even have begun
    with Guard() as guard:
        guard.start(str(outputs))
    assert guard._process is not None
    assert guard._process.returncode == 2
    assert TOLD in capfd.readouterr().err


def test_a_guard_that_was_never_started_has_nothing_to_end() -> None:
    with Guard():
        pass
