"""The peers that are installed for the benchmarks alone. No test asks a registry."""

import stat
import sys
from pathlib import Path

import pytest

from benchmarks.peers import installed
from benchmarks.run import MissingError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kentongan-benchmarks"


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_a_peer_that_is_not_installed_says_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="mqtt-io is not installed; run: python -m benchmarks latency --peers"):
        installed.mqtt_io()
    with pytest.raises(MissingError, match=r"Node-RED is not installed; .*run: python -m benchmarks latency --peers"):
        installed.node_red(tmp_path)


def test_where_nothing_can_be_installed_each_is_left_out_with_the_reason(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin", "npm", "echo 'no such host' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/npm"))
    shown: list[str] = []
    installed.install(lambda line: shown.append(str(line)))

    assert shown == [
        f"Installing mqtt-io into {cache / 'mqtt-io'} …", "mqtt-io cannot be installed and is left out: no such host",
        f"Installing Node-RED into {cache / 'node-red'} …",
        "Node-RED cannot be installed and is left out: no such host",
    ]
    assert list(cache.iterdir()) == []


def test_without_npm_that_is_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    shown: list[str] = []
    installed.install(lambda line: shown.append(str(line)))

    assert "npm" in shown[-1]
    with pytest.raises(MissingError, match=r"install Node.js with npm, then run"):
        installed.node_red(tmp_path)


def test_what_is_installed_is_not_installed_again_and_is_run(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("mqtt-io/lib/python3.11/site-packages/mqtt_io/server.py", "node-red/node_modules/node-red/red.js"):
        (cache / path).parent.mkdir(parents=True)
        (cache / path).touch()
    program(tmp_path / "bin", "node", "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    shown: list[str] = []
    installed.install(lambda line: shown.append(str(line)))

    assert shown == []
    assert installed.mqtt_io()[0] == str(cache / "mqtt-io/bin/python")
    assert installed.node_red(tmp_path)[-2:] == [str(cache / "node-red/node_modules/node-red/red.js"), str(tmp_path)]
