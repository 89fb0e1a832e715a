"""The command `poster`: a file to print, or a line that says what is wrong."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kentongan.commands import main
from tests.support.nodes import example, write

pytestmark = pytest.mark.usefixtures("quick_yaml")


def run(folder: Path, out: Path, *words: str, **settings: object) -> Result:
    path = write(folder, {**example(), **settings})
    result = CliRunner().invoke(main, ["poster", "--config", str(path), "--out", str(out), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize("words", [[], ["--dark"]])
def test_the_shipped_examples_page_is_written_as_a_pdf(tmp_path: Path, words: list[str]) -> None:
    result = run(tmp_path, tmp_path / "pos.pdf", *words)
    written = (tmp_path / "pos.pdf").read_bytes()

    assert (result.exit_code, result.stderr) == (0, "")
    assert "cetak di kertas A4" in result.stdout
    assert written.startswith(b"%PDF-")
    assert b"KALIBAGOR" in written


def test_what_cannot_be_written_is_one_line_and_exit_2(tmp_path: Path) -> None:
    result = run(tmp_path, tmp_path / "no" / "pos.pdf")

    assert (result.exit_code, result.stderr) == (
        2, f"--out: {tmp_path / 'no' / 'pos.pdf'} cannot be written: No such file or directory\n")


def test_a_fault_of_the_settings_is_a_line_and_nothing_is_written(tmp_path: Path) -> None:
    result = run(tmp_path, tmp_path / "pos.pdf", village="kotakn")

    assert result.exit_code == 2
    assert "did you mean kotakan?" in result.stderr
    assert not (tmp_path / "pos.pdf").exists()
