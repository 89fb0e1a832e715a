"""What a shell gets at Tab: names of commands, incidents and villages, and nothing, rather than a message, without."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kentongan.commands import main
from tests.support.nodes import CONFIG, ROOT

VILLAGES = ["dawuhan", "kalibagor", "kotakan", "olean", "patokan", "semua", "talkandang"]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def completed(line: str, config: Path | None = CONFIG / "posko.yaml") -> list[str]:
    """What bash is given for the last word of *line*."""
    words = line.split(" ")
    environment = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_KENTONGAN_COMPLETE": "bash_complete"}
    if config is not None:
        environment["KENTONGAN_CONFIG"] = str(config)
    result = CliRunner().invoke(main, [], prog_name="kentongan", env=environment)
    assert (result.exit_code, result.stderr) == (0, "")
    return [each.partition(",")[2] for each in result.stdout.splitlines() if each]


@pytest.mark.parametrize(("line", "names"), [
    ("kentongan ala", ["alarm"]), ("kentongan broker re", ["revoke"]),
    ("kentongan alarm pen", ["pencurian"]), ("kentongan alarm am", []), ("kentongan alarm pencurian ", VILLAGES),
    ("kentongan clear ka", ["kalibagor"]), ("kentongan silence s", ["semua"]), ("kentongan test ", VILLAGES),
    ("kentongan respond pencurian kalibagor ", ["diterima", "menuju", "di-lokasi", "selesai"]),
    ("kentongan respond pencurian kalibagor me", ["menuju"]), ("kentongan respond la", ["lainnya", "lapor"]),
    ("kentongan lapor ka", ["kalibagor"]), ("kentongan lapor kalibagor Ribut --severity t", ["tinggi"]),
    ("kentongan play pat", ["patroli"]), ("kentongan play am", ["aman"]),
])
def test_commands_incidents_and_villages_are_completed(line: str, names: list[str]) -> None:
    assert completed(line) == names


def test_without_settings_incidents_are_those_that_are_shipped_and_villages_are_unknown(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("district: [", "utf-8")
    for config in (None, tmp_path / "nowhere.yaml", broken):
        assert completed("kentongan alarm pen", config) == ["pencurian"]
        assert completed("kentongan clear ", config) == []
    assert completed("kentongan check --off", None) == ["--offline"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_printed(shell: str) -> None:
    result = CliRunner().invoke(main, ["completion", shell])

    assert (result.exit_code, result.stderr) == (0, "")
    assert "_KENTONGAN_COMPLETE=" + shell + "_complete" in result.stdout


@pytest.mark.parametrize(("shell", "name", "place"), [
    ("bash", "kentongan.bash", "bash-completion/completions/kentongan"),
    ("zsh", "_kentongan", "zsh/site-functions/_kentongan"),
    ("fish", "kentongan.fish", "fish/vendor_completions.d/kentongan.fish"),
])
def test_what_the_command_prints_is_installed_beside_it(shell: str, name: str, place: str) -> None:
    printed = CliRunner().invoke(main, ["completion", shell]).output

    assert (ROOT / "docs" / "completion" / name).read_text(encoding="utf-8") == printed
    assert (Path(sys.prefix) / "share" / place).read_text(encoding="utf-8") == printed


def test_the_manual_page_is_installed_beside_the_command() -> None:
    installed = Path(sys.prefix) / "share" / "man" / "man1" / "kentongan.1"

    assert installed.read_bytes() == (ROOT / "docs" / "kentongan.1").read_bytes()
