"""What a unit starts, told apart from what the command line reads."""

import subprocess
import sys
from pathlib import Path

import pytest

from kentongan import service_start
from kentongan.service_start import Start
from runtime.stdout_writer import json_line, line
from testing.program import LIMIT_S
from tests.support.nodes import ROOT, example, write

FILE = Path("/etc/kentongan/node.yaml")


@pytest.mark.parametrize(("words", "start"), [
    ("node --config /etc/kentongan/node.yaml", Start("node", FILE, simulate=False, line=line)),
    ("node --simulate --config /etc/kentongan/node.yaml", Start("node", FILE, simulate=True, line=line)),
    ("node --config /etc/kentongan/node.yaml --log-format json", Start("node", FILE, simulate=False, line=json_line)),
    ("node --log-format text --config /etc/kentongan/node.yaml", Start("node", FILE, simulate=False, line=line)),
    ("posko --config /etc/kentongan/node.yaml", Start("posko", FILE, simulate=False, line=line)),
    ("posko --log-format json --config /etc/kentongan/node.yaml", Start("posko", FILE, simulate=False, line=json_line)),
])
def test_a_service_is_started_as_its_unit_writes_it(words: str, start: Start) -> None:
    assert service_start.read(words.split()) == start


@pytest.mark.parametrize("words", [
    "", "node", "node --help", "node --config", "node --config=a", "node --config a --config b", "node --config a b",
    "node --config a --log-format xml", "node --config a --log-format", "node --config a --simulate --simulate",
    "node --config a --simluate", "posko --config a --simulate", "posko --config a --check", "check --config a",
    "--config a", "alarm pencurian olean", "help node",
])
def test_everything_else_is_the_command_lines(words: str) -> None:
    assert service_start.read(words.split()) is None


def test_an_empty_name_of_the_settings_is_the_command_lines() -> None:
    assert service_start.read(["node", "--config", ""]) is None


def test_a_service_does_without_the_command_lines_library(tmp_path: Path) -> None:
    """Of what a running node has loaded, and may have in memory for months."""
    code = ("import sys; from kentongan import service_start\n"
            f"service_start.run(service_start.read(['node', '--config', {str(tmp_path / 'none.yaml')!r}]))\n"
            "print(sorted({'click', 'rich', 'kentongan.commands'} & sys.modules.keys()), 'paho.mqtt' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False,
                          timeout=LIMIT_S)

    assert done.stdout == "[] True\n", done.stderr


@pytest.mark.parametrize("words", [
    ["node", "--config", "FILE"], ["node", "--simulate", "--config=FILE"],
    ["posko", "--config", "FILE"], ["posko", "--config=FILE"],
])
def test_either_way_faults_are_a_line_each_and_the_code_is_2(tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "node.yaml"
    path.write_text("{nod: pos-1}\n", "utf-8")
    given = [word.replace("FILE", str(path)) for word in words]
    done = subprocess.run([sys.executable, "-m", "kentongan", *given], cwd=ROOT, capture_output=True, text=True,
                          check=False, timeout=LIMIT_S)
    *faults, last = done.stderr.splitlines()

    assert (done.returncode, done.stdout, last) == (2, "", f"{len(faults)} faults.")
    assert all(fault.startswith("node.yaml") for fault in faults), done.stderr
    assert any("nod: unknown" in fault for fault in faults)


def test_a_locale_without_the_characters_fails_no_start(tmp_path: Path) -> None:
    path = write(tmp_path, {**example(), "siren": {"pin": "satu ✓"}})
    done = subprocess.run([sys.executable, "-m", "kentongan", "node", "--config", str(path)], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=LIMIT_S, env={"PYTHONIOENCODING": "ascii"})

    assert done.returncode == 2
    assert "satu \\u2713" in done.stderr


def test_a_node_that_was_started_so_collects_again_what_is_not_needed(tmp_path: Path) -> None:
    """Looking for it is only put off: a node runs for months."""
    settings = {**example(), "pins": {"driver": "mock"}, "broker": {"host": "127.0.0.1", "port": 1},
                "state_dir": str(tmp_path / "state")}
    settings.pop("sound", None)
    code = ("import gc, sys, runtime.loop; from kentongan.__main__ import main\n"
            "def iterate(self, state, _due):\n    print('collects:', gc.isenabled(), flush=True)\n    return state\n"
            "runtime.loop.Loop._iterate = iterate\nmain(sys.argv[1:])")
    words = ["node", "--config", str(write(tmp_path, settings)), "--simulate"]
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True, text=True, check=False,
                          timeout=LIMIT_S)

    assert "collects: True" in done.stdout, done.stderr
