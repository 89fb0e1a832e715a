"""A command that writes a file takes no name of another kind: a slip replaces no settings."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kentongan.commands import main


@pytest.mark.parametrize(("words", "fault"), [
    (("coverage", "--district", "situbondo.yaml", "--out"), "--out: {} does not end in .svg"),
    (("poster", "--config", "node.yaml", "--out"), "--out: {} does not end in .pdf"),
    (("play", "kebakaran", "--wav"), "--wav: {} does not end in .wav"),
    (("broker", "add", "warga", "budi", "--village", "kalibagor", "--card"), "--card: {} does not end in .pdf"),
    (("broker", "card", "budi", "--card"), "--card: {} does not end in .pdf"),
    (("broker", "rotate", "budi", "--card"), "--card: {} does not end in .pdf"),
])
def test_no_settings_are_replaced_by_what_a_command_writes(tmp_path: Path, words: tuple[str, ...], fault: str) -> None:
    path = tmp_path / "situbondo.yaml"
    path.write_text("district: situbondo\n", "utf-8")
    result = CliRunner().invoke(main, [*words, str(path)])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == fault.format(path) + "; nothing is written, lest it is another file\n"
    assert path.read_text("utf-8") == "district: situbondo\n"
