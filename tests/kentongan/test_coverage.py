"""The command `coverage`: a map and what it means, or a line that says what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kentongan.commands import main
from tests.contract.shipped import plain

pytestmark = pytest.mark.usefixtures("quick_yaml")
SQUARE = [[-7.7, 114.0], [-7.7, 114.02], [-7.68, 114.02], [-7.68, 114.0]]


def run(folder: Path, written: object, *words: str) -> Result:
    (folder / "district.yaml").write_text(json.dumps(written), "utf-8")
    words = ("coverage", "--district", str(folder / "district.yaml"), "--out", str(folder / "map.svg"), *words)
    result = CliRunner().invoke(main, words)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def district() -> Any:
    written = plain("situbondo.yaml")
    written["villages"]["olean"] |= {"outline": SQUARE}
    written["villages"]["olean"]["posts"]["pos-1"] |= {"at": [-7.69, 114.01], "siren_db": {"at_1m": 120}}
    return written


@pytest.mark.parametrize("words", [[], ["--dark"]])
def test_a_map_is_written_and_each_villages_share_and_what_is_not_known_said(tmp_path: Path, words: list[str]) -> None:
    result = run(tmp_path, district(), *words)

    assert result.exit_code == 0
    assert "Olean: 0,9 % pada 70 dB, 3,9 % pada 60 dB\n" in result.stdout
    assert "Patokan: belum diketahui, karena letak atau angka dB posnya tidak ada\n" in result.stdout
    assert "Patokan, Polsek Situbondo: tanpa letak dan angka dB: belum diketahui, tidak dihitung\n" in result.stderr
    assert "warning: Olean: kurang dari separuh wilayahnya terjangkau pada 70 dB\n" in result.stderr
    assert (tmp_path / "map.svg").read_text("utf-8").startswith("<svg ")


def test_the_shipped_file_is_drawn_with_nothing_known_of_its_posts(tmp_path: Path) -> None:
    result = run(tmp_path, plain("situbondo.yaml"))

    assert result.exit_code == 0
    assert result.stderr.count("belum diketahui, tidak dihitung") == 7
    assert "70 dB," not in result.stdout


def test_a_post_far_outside_its_village_is_a_warning(tmp_path: Path) -> None:
    written = district()
    written["villages"]["olean"]["posts"]["pos-1"]["at"] = [-7.6, 114.01]

    told = run(tmp_path, written).stderr

    assert "Olean, Pos Kamling Olean: letaknya jauh di luar garis batas desanya; periksa at" in told


def test_a_district_without_any_place_is_one_line_and_exit_2(tmp_path: Path) -> None:
    written = plain("situbondo.yaml")
    for village in written["villages"].values():
        del village["at"]
    result = run(tmp_path, written)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "district.yaml: no post and no village has a place, so there is nothing to draw; write at: [latitude, "
        "longitude], and siren_db or loudspeaker_db with each post\n")
    assert not (tmp_path / "map.svg").exists()


def test_faults_of_the_file_are_lines_and_nothing_is_written(tmp_path: Path) -> None:
    written = district()
    written["villages"]["olean"]["outline"] = [[114.0, -7.7]]
    written["villages"]["olean"]["posts"]["pos-1"]["siren_db"] = {"at_1m": 120, "at_30m": 90}
    result = run(tmp_path, written)

    assert result.exit_code == 2
    assert "outline.1: the latitude comes first: write [-7.7, 114.0]" in result.stderr
    assert "siren_db: give the level of the data sheet at one distance: {at_1m: 120}, or {at_30m: 95}" in result.stderr
    assert not (tmp_path / "map.svg").exists()


def test_what_cannot_be_written_or_is_not_there_is_one_line_and_exit_2(tmp_path: Path) -> None:
    closed = run(tmp_path, district(), "--out", str(tmp_path / "no" / "map.svg"))
    absent = CliRunner().invoke(main, ["coverage", "--district", str(tmp_path / "no.yaml"), "--out", "map.svg"])

    assert (closed.exit_code, closed.stderr) == (
        2, f"--out: {tmp_path / 'no' / 'map.svg'} cannot be written: No such file or directory\n")
    assert (absent.exit_code, absent.stderr) == (2, f"{tmp_path / 'no.yaml'}: there is no such district file\n")
