"""Files that are none, or too large, and names that are no text: one line at once, exit 2, and no memory for it.

Each command is a process of its own, which may take 1 GB of addresses and 30 s: without the bounds it would hang, or
fill the memory.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from testing.program import LIMIT_S
from tests.support.nodes import CONFIG, ROOT, example

GIGABYTE = 1 << 30


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def long(path: Path) -> None:
    path.write_bytes(b"- [a, b, c]\n" * 2_500_000)  # 30 MB


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3 * GIGABYTE)


def folder(path: Path) -> None:
    path.mkdir()


def run(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (GIGABYTE, GIGABYTE))

    return subprocess.run(
        [sys.executable, "-m", "kentongan", *words], cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)},
        preexec_fn=limit, capture_output=True, text=True, check=False, timeout=LIMIT_S,
    )


def refused(found: subprocess.CompletedProcess[str]) -> str:
    """The one line of a command that exits with 2."""
    assert (found.returncode, found.stdout) == (2, ""), found.stderr[-2000:]
    (line,) = found.stderr.splitlines()
    return line


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a node's settings, a hub's and an uplink's, and all that they name."""
    shutil.copytree(CONFIG, tmp_path, dirs_exist_ok=True)
    for name in ("password", "ca.crt"):
        (tmp_path / name).write_text("secret\n", "utf-8")
    broker = {"host": "127.0.0.1", "username": "x", "password_file": "password"}
    node: dict[str, Any] = {**example(), "district": "situbondo.yaml", "broker": broker, "state_dir": "state"}
    write(tmp_path / "node.yaml", node)
    write(tmp_path / "posko.yaml", {"district": "situbondo.yaml", "broker": broker, "state_dir": "."})
    return tmp_path


def write(path: Path, settings: object) -> None:
    path.write_text(json.dumps(settings), "utf-8")


@pytest.mark.parametrize(("make", "why"), [
    (pipe, "it is a pipe, not a file"), (endless, "it is a device, not a file"), (long, "it is larger than 1 MB"),
    (sparse, "it is larger than 1 MB"), (folder, "it is a folder, not a file"),
])
def test_settings_that_are_no_file_or_too_large_are_a_line(
    place: Path, make: Callable[[Path], None], why: str
) -> None:
    (place / "node.yaml").unlink()
    make(place / "node.yaml")

    assert refused(run(place, "check", "--config", "node.yaml")) == f"node.yaml: cannot be read: {why}"


@pytest.mark.parametrize("name", [
    "situbondo.yaml", "incidents.yaml", "rhythms/jawa-timur.yaml", "password", "ca.crt",
])
def test_so_is_each_file_that_settings_name(place: Path, name: str) -> None:
    settings = json.loads((place / "node.yaml").read_text("utf-8"))
    settings["broker"]["ca_file"] = "ca.crt" if name == "ca.crt" else None
    settings["broker"] = {key: value for key, value in settings["broker"].items() if value}
    write(place / "node.yaml", settings)
    (place / name).unlink()
    pipe(place / name)
    line = refused(run(place, "check", "--config", "node.yaml"))

    assert f"{place / name}" in line
    assert "cannot be read: it is a pipe, not a file" in line


@pytest.mark.parametrize("words", [
    ("posko", "--check", "--config", "strange"), ("broker", "uplink", "--config", "strange"),
    ("broker", "provision", "--district", "strange", "--out", "made"), ("voice", "--config", "strange"),
    ("watch", "--config", "strange"), ("broker", "add", "reader", "tamu", "--out", "made", "--pid-file", "strange"),
])
@pytest.mark.parametrize("make", [pipe, endless])
def test_so_are_the_settings_of_every_command(
    place: Path, make: Callable[[Path], None], words: tuple[str, ...]
) -> None:
    make(place / "strange")

    assert "strange" in (line := refused(run(place, *words)))
    assert "cannot be read: it is a " in line


def test_a_pipe_beside_the_district_file_and_a_sparse_file_in_an_installation_are_a_line(place: Path) -> None:
    (place / "incidents.yaml").unlink()
    pipe(place / "incidents.yaml")
    assert "incidents.yaml: cannot be read: it is a pipe" in refused(
        run(place, "broker", "provision", "--district", "situbondo.yaml", "--out", "made"))
    (place / "made/broker").mkdir(parents=True)
    sparse(place / "made/broker/posko.acl")
    assert refused(run(place, "broker", "provision", "--out", "made")) == (
        "made/broker/posko.acl: cannot be read: it is larger than 64 MB")


def test_a_journal_that_is_a_pipe_is_a_line(place: Path) -> None:
    pipe(place / "posko.db")

    assert "it is a pipe, not a file" in refused(run(place, "report", "--config", "posko.yaml"))


def test_recordings_count_by_what_they_hold_and_not_by_what_they_say(place: Path) -> None:
    settings = json.loads((place / "node.yaml").read_text("utf-8"))
    write(place / "node.yaml", {**settings, "sound": {"driver": "alsa", "recordings": "suara"}})
    (place / "suara").mkdir()
    with wave.open(str(place / "suara/perhatian.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes(b"\1\0" * 22050)
    body = bytearray((place / "suara/perhatian.wav").read_bytes())
    body[40:44] = (0xFFFFFF00).to_bytes(4, "little")  # 4 GB, it says
    (place / "suara/latihan.wav").write_bytes(body)
    shutil.copy(place / "suara/perhatian.wav", place / "suara/hanya-latihan.wav")
    with (place / "suara/hanya-latihan.wav").open("r+b") as file:
        file.truncate(3 * GIGABYTE)
    pipe(place / "suara/di-olean.wav")
    found = run(place, "voice", "--config", "node.yaml")

    assert "hanya-latihan.wav: tidak dipakai (not used)" in found.stderr
    assert "latihan.wav: panjangnya tidak terbaca" in found.stderr
    assert "di-olean.wav" not in found.stderr  # it is no file
    (row,) = (line for line in found.stdout.splitlines() if line.startswith("perhatian "))
    assert row.split()[1:3] == ["perhatian.wav", "1,00"]


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x1b[2Jb", "a\u202eb", "a\udcffb", "a\x7fb"])
def test_a_name_is_shown_within_one_line(place: Path, name: str) -> None:
    """The file of settings, what it names, and a recording."""
    shown = name.encode("unicode_escape").decode("ascii")
    (place / "suara").mkdir()
    (place / "suara" / f"{name}.wav").write_bytes(b"x")
    settings = json.loads((place / "node.yaml").read_text("utf-8"))
    write(place / "node.yaml", {**settings, "sound": {"driver": "alsa", "recordings": "suara"}})
    said = run(place, "voice", "--config", "node.yaml").stderr
    assert f"warning: {shown}.wav: tidak dipakai (not used)" in said.splitlines()[0][: len(shown) + 60]
    assert refused(run(place, "check", "--config", f"{name}.yaml")).startswith(f"{shown}.yaml: cannot be read: ")
    assert refused(run(place, "broker", "provision", "--district", f"{name}.yaml", "--out", "made")).startswith(shown)
    assert refused(run(place, "watch", "--config", f"{name}.yaml")).startswith(f"{shown}.yaml: ")
