"""The whole demo, as it is called: `kentongan demo` without a terminal; with a tour that is shorter than the real one.

The real tour takes a minute and a half and is its own test: `make demo` exits 1 where something is not as it should be.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from demo import posts
from demo.expect_hub import Lists
from demo.ought import KOTAKAN, rings
from demo.outages import DISASTER, FLOOD, HUB_BACK, HUB_DIES, OTHERS, POWER_BACK
from demo.step import Step
from demo.steps import BAD_PAYLOAD, TOUR
from kentongan import demo as demo_command
from kentongan.__main__ import main

NOT_AUTHORIZED = (5, 0x87)  # mosquitto_pub exits with the broker's reason code, of MQTT 3.1.1 or 5
COMMAND = [sys.executable, "-m", "kentongan", "demo"]
# Without the rhythm, and what the hub says after 10 s.
SHORT = replace(DISASTER, expected={**DISASTER.expected, **rings(*FLOOD, *OTHERS)}, hub=(Lists((FLOOD,)),))


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


def tour(monkeypatch: pytest.MonkeyPatch, steps: Sequence[Step]) -> Result:
    """`kentongan demo --plain` in this process, with another tour."""
    monkeypatch.setattr(demo_command, "TOUR", tuple(steps))
    return CliRunner().invoke(main, ["demo", "--plain"])


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


def test_who_was_away_rings_when_it_is_back_and_a_hub_that_dies_in_mid_alarm_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = (SHORT, POWER_BACK, HUB_DIES, HUB_BACK)
    done = tour(monkeypatch, steps)
    assert done.exit_code == 0, done.output
    assert done.output.count("✓ 7 pos dan posko") == len(steps)
    assert done.output.count("$ mosquitto_pub -t") == 1
    for line in ("# listrik padam di Olean", "# listrik kembali di Olean", "# kill -9 posko", "# posko hidup lagi",
                 "   posko: 1 alarm, 7/7 berbunyi · sounding: Bencana alam di semua desa", "   posko: mati · dead",
                 "✓ 4 langkah sesuai di 7 pos dan posko / 4 steps as expected on 7 nodes and the hub"):
        assert line in done.output.splitlines()


def test_what_is_not_as_it_should_be_is_told_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(BAD_PAYLOAD, expected={**BAD_PAYLOAD.expected, **rings(*FLOOD, KOTAKAN)}, hub=(Lists((FLOOD,)),),
                    wait_s=0.5, dwell_s=0.0)
    done = tour(monkeypatch, (wrong,))
    assert done.exit_code == 1, done.output
    lines = done.output.splitlines()
    assert lines[-5:-3] == ["4 perbedaan / differences:", "✗ kotakan.pos-1: siren expected on within 2 s, is off"]
    assert lines[-1] == "✗ posko: beacon expected to list bencana of semua, lists nothing"


@pytest.mark.parametrize("name", ["posko", "olean"])
def test_a_program_that_does_not_come_up_is_one_line_with_its_last_words_and_exit_1(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings, hub_settings = posts.settings, posts.hub_settings

    def lost(found: dict[str, Any]) -> dict[str, Any]:
        return {**found, "district": "nowhere.yaml"} if found.get("village", "posko") == name else found

    monkeypatch.setattr(posts, "hub_settings", lambda *about: lost(hub_settings(*about)))
    monkeypatch.setattr(posts, "settings", lambda *about: lost(settings(*about)))
    done = tour(monkeypatch, TOUR)
    who = "posko: the hub" if name == "posko" else "olean.pos-1: its node"
    told = done.stderr.splitlines()[-1]
    assert done.exit_code == 1
    assert told.startswith(f"{who} has died; its last words: ")
    assert told.endswith("nowhere.yaml: there is no such district file")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_in_the_middle_of_the_tour_ends_every_process(folder: Path, number: int, code: int) -> None:
    process = start(folder)
    try:
        text = read_until(process, "BERBUNYI")
        pids = children(process.pid)
        process.send_signal(number)
        process.send_signal(number)
        rest, _ = process.communicate(timeout=20.0)
    finally:
        process.kill()
    assert process.returncode == code, rest
    assert f"[1/{len(TOUR)}]" in text
    assert "Traceback" not in rest
    assert len(pids) >= 10  # broker, ear, hub, seven nodes; and perhaps a mosquitto_pub
    assert gone(pids)
    assert list(folder.iterdir()) == []


def test_without_a_tour_it_stays_as_long_as_it_is_told_and_leaves_nothing_behind(folder: Path) -> None:
    process = start(folder, "--no-tour", "--seconds", "0.5")
    try:
        text = read_until(process, " mosquitto_pub -t")
        pids = children(process.pid)
        rest, _ = process.communicate(timeout=30.0)
    finally:
        process.kill()
    assert process.returncode == 0, text + rest
    assert len(pids) >= 10
    assert gone(pids)
    assert list(folder.iterdir()) == []


def test_the_line_that_it_offers_rings_from_any_terminal_and_without_its_account_nothing_does(folder: Path) -> None:
    process = start(folder, "--no-tour", "--seconds", "20")
    try:
        line = read_until(process, " mosquitto_pub -t").splitlines()[-1].removeprefix("$ ")
        bare = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        setting, _, command = line.partition(" ")
        options = (Path(setting.partition("=")[2]) / "mosquitto_pub").read_text().splitlines()
        place = " ".join(each for each in options if each.split()[0] in ("-h", "-p", "--cafile"))
        nameless = command.replace("mosquitto_pub", f"mosquitto_pub {place}", 1)
        refused = subprocess.run(["sh", "-c", nameless], env=bare, capture_output=True, text=True, timeout=10.0,
                                 check=False)
        done = subprocess.run(["sh", "-c", line], env=bare, capture_output=True, text=True, timeout=10.0, check=False)
        text = read_until(process, "BERBUNYI")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30.0)
    finally:
        process.kill()
    assert refused.returncode in NOT_AUTHORIZED
    assert (done.returncode, done.stderr) == (0, "")
    assert "rumah Pak RT 3" in text


def test_a_missing_mosquitto_is_one_line_and_exit_2(folder: Path) -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True, timeout=30.0, stdin=subprocess.DEVNULL,
                          env={**os.environ, "PATH": str(folder)}, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line.split(";")[0] for line in done.stderr.splitlines()] == ["mosquitto_sub is not installed"]
