"""The whole demo, as it is called: `kentongan demo` without a terminal."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.steps import TOUR

COMMAND = [sys.executable, "-m", "kentongan", "demo"]
TOUR_S = 180.0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: it holds Unix sockets."""
    with tempfile.TemporaryDirectory(prefix="kd-") as name:
        yield Path(name)


def start(folder: Path, *options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*COMMAND, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"},
    )


def children(pid: int) -> set[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {int(word) for task in tasks for word in (task / "children").read_text().split()}


def read_until(process: "subprocess.Popen[str]", part: str) -> str:
    """What *process* prints, up to the first line with *part*."""
    assert process.stdout is not None
    text = ""
    while part not in text:
        line = process.stdout.readline()
        assert line, f"it ended without {part!r}; it said:\n{text}"
        text += line
    return text


def gone(pids: set[int]) -> bool:
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline and any(Path(f"/proc/{pid}").exists() for pid in pids):
        time.sleep(0.05)
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_the_tour_does_what_it_should_on_every_node_and_leaves_nothing_behind(folder: Path) -> None:
    process = start(folder, "--plain", "--seconds", "0")
    began = time.monotonic()
    try:
        text = read_until(process, f"[1/{len(TOUR)}]")
        pids = children(process.pid)
        rest, _ = process.communicate(timeout=TOUR_S)
    finally:
        process.kill()
    text += rest
    assert process.returncode == 0, text
    assert text.count("✓ 7 pos") == len(TOUR)
    assert "$ mosquitto_pub -p" in text
    assert "did you mean pencurian" in text
    assert len(pids) >= 9  # broker, ear, seven nodes; and perhaps a mosquitto_pub
    assert gone(pids)
    assert list(folder.iterdir()) == []
    assert time.monotonic() - began < TOUR_S


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_in_the_middle_of_the_tour_ends_every_process(folder: Path, number: int, code: int) -> None:
    process = start(folder)
    try:
        read_until(process, "BERBUNYI")
        pids = children(process.pid)
        process.send_signal(number)
        process.send_signal(number)
        text, _ = process.communicate(timeout=20.0)
    finally:
        process.kill()
    assert process.returncode == code, text
    assert "Traceback" not in text
    assert len(pids) >= 9
    assert gone(pids)
    assert list(folder.iterdir()) == []


def test_without_a_tour_it_stays_as_long_as_it_is_told_and_prints_a_line_to_try(folder: Path) -> None:
    process = start(folder, "--no-tour", "--seconds", "0.5")
    text, _ = process.communicate(timeout=30.0)
    assert process.returncode == 0, text
    assert "$ mosquitto_pub -p" in text


def test_a_missing_mosquitto_is_one_line_and_exit_2(folder: Path) -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=30.0, stdin=subprocess.DEVNULL,
                          env={**os.environ, "PATH": str(folder)}, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.split(";")[0] for line in done.stderr.splitlines()] == ["mosquitto_sub is not installed"]
