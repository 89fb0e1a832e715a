"""`kentongan district new` and `check`: questions, answers that are asked again, and a file that is never lost."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contract.domain.district import District, read_district
from contract.settings import yamltext
from kentongan.commands import main
from tests.support.nodes import CONFIG

OPTIONS = ("--name", "Kecamatan Panji", "--code", "35.12.09", "--village", "Mimbaan=1003", "--village", "Ardirejo=1004",
           "--village", "Curah Jeru=35.12.09.2001", "--post", "mimbaan=Pos Mimbaan@-7.69,114.01",
           "--office", "ardirejo=Polsek Panji", "--neighbours", "mimbaan=ardirejo,curah-jeru", "--yes")


def run(*words: object, answers: str | None = None, lang: str = "id") -> Result:
    result = CliRunner().invoke(main, ["district", *map(str, words)], input=answers, env={"KENTONGAN_LANG": lang})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def read(path: Path) -> District:
    return read_district(yamltext.load(path.read_text("utf-8")), path.name)


def told(*answers: str) -> str:
    return "".join(f"{each}\n" for each in answers)


ANSWERS = told(
    "Kecamatan Panji", "35.12.9", "35.12.09", "", "", "bukan nomor", "0338-671234",  # the kecamatan
    "Curah Jeru", "9999999", "2001", "", "", "114.02, -7.68", "-7.68, 114.02", "Pos Dua", "", "",
    "Mimbaan", "1003", "", "-", "Mimbaan", "Polsek", "", "Semua", "Ardirejo", "1003", "1004", "desa", "", "", "", "",
    "Polsek Panji", "mimban", "mimbaan", "", "",  # an office
    "Mimban, ardirejo", "Mimbaan/Panarukan, ardirejo", "panarukan/, ardirejo", "kabupaten/panarukan/sumberkolak",
    "mimbaan, ardirejo, Kec. Panarukan/Desa Sumber Kolak", "panji/ardirejo, panarukan/alasmalang", "Mimbaan",
)
BORDER = {"curah-jeru": ("panarukan/sumber-kolak",), "mimbaan": ("panarukan/alasmalang",)}


def test_the_questions_make_a_district_file_with_both_sides_of_each_neighbourhood(tmp_path: Path) -> None:
    path = tmp_path / "panji.yaml"
    result = run("new", path, answers=ANSWERS)
    found = read(path)

    assert result.exit_code == 0, result.output
    assert (found.district, found.name, found.code) == ("panji", "Kecamatan Panji", "35.12.09")
    assert found.rhythms == "jawa-timur"
    assert found.phones.posko == "0338-671234"
    assert {name: (each.kind, each.code[-4:], each.neighbours) for name, each in found.villages.items()} == {
        "curah-jeru": ("desa", "2001", ("ardirejo", "mimbaan", *BORDER["curah-jeru"])),
        "mimbaan": ("kelurahan", "1003", ("ardirejo", "curah-jeru", *BORDER["mimbaan"])),
        "ardirejo": ("desa", "1004", ("curah-jeru", "mimbaan")),
    }
    posts = {name: {node: (post.name, post.hears, post.at) for node, post in each.posts.items()}
             for name, each in found.villages.items()}
    assert posts == {
        "curah-jeru": {"pos-1": ("Pos Kamling Curah Jeru", "village", (-7.68, 114.02)),
                       "pos-2": ("Pos Dua", "village", None)},
        "mimbaan": {"polsek": ("Polsek Panji", "all", None)},
        "ardirejo": {"pos-1": ("Pos Kamling Ardirejo", "village", None)},
    }


@pytest.mark.parametrize("said", [
    "kode itu tidak bisa dipakai; tulis seperti 35.12.07", "nomor itu tidak bisa dipakai; tulis seperti 0338-671234",
    "kode itu bukan kode desa di 35.12.09", "tulis lintang lalu bujur", "Mimbaan sudah ada", "semua punya arti lain",
    "35.12.09.1003 (Mimbaan) sudah ada", "tidak ada desa mimban; maksudnya mimbaan?", "; sudah: Curah Jeru",
    "Mimbaan/Panarukan: sebelum garis miring tertulis kecamatannya, padahal Mimbaan desa di sini; terbalik?",
    "panarukan/: tulis kecamatan/desa, misalnya panarukan/sumberkolak",
    "kabupaten/panarukan/sumberkolak: tulis kecamatan/desa, misalnya panarukan/sumberkolak",
    ("supaya alarm di sini terdengar di sana, berkas mereka menulis:\n"
    "  panarukan.yaml, villages.alasmalang.neighbours: panji/mimbaan\n"
    "  panarukan.yaml, villages.sumber-kolak.neighbours: panji/curah-jeru\n"),
])
def test_a_wrong_answer_is_answered_and_asked_again(tmp_path: Path, said: str) -> None:
    assert said in run("new", tmp_path / "panji.yaml", answers=ANSWERS).stdout


def test_the_same_questions_in_english(tmp_path: Path) -> None:
    result = run("new", tmp_path / "panji.yaml", answers=ANSWERS, lang="en")

    assert "Neighbours of Mimbaan" in result.stdout
    assert "written; villages: 3, posts: 4" in result.stdout


@pytest.mark.parametrize("count", range(len(ANSWERS.splitlines())))
def test_answers_that_end_before_the_end_write_nothing_and_exit_2(tmp_path: Path, count: int) -> None:
    result = run("new", tmp_path / "panji.yaml", answers="".join(ANSWERS.splitlines(keepends=True)[:count]))

    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert result.stderr.endswith("tidak ada yang ditulis: jawaban berakhir sebelum selesai\n")


def test_with_options_nothing_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "panji.yaml"
    result = run("new", path, *OPTIONS)
    found = read(path)

    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        0, f"{path}: ditulis; 3 desa/kelurahan, 2 pos. Selanjutnya:")
    assert {name: each.neighbours for name, each in found.villages.items()} == {
        "mimbaan": ("ardirejo", "curah-jeru"), "ardirejo": ("mimbaan",), "curah-jeru": ("mimbaan",)}
    assert found.villages["mimbaan"].posts["pos-1"].at == (-7.69, 114.01)
    assert found.villages["ardirejo"].posts["polsek"].hears == "all"


def test_what_it_says_the_other_files_must_say_makes_two_files_that_agree(tmp_path: Path) -> None:
    result = run("new", tmp_path / "panji.yaml", *OPTIONS, "--neighbours", "Mimbaan=panarukan/sumberkolak", lang="en")
    said = result.stdout.splitlines()[-1]
    assert said == "  panarukan.yaml, villages.sumberkolak.neighbours: panji/mimbaan"

    other = ("--name", "Kecamatan Panarukan", "--code", "35.12.08", "--village", "Sumberkolak=2001", "--yes")
    assert run("new", tmp_path / "panarukan.yaml", *other).exit_code == 0
    both = (tmp_path / "panji.yaml", tmp_path / "panarukan.yaml")
    assert "add it there" in run("check", *both).stderr
    run("new", both[1], *other, "--neighbours", f"sumberkolak={said.split(': ')[1]}", "--overwrite")
    assert run("check", *both).exit_code == 0


def test_what_is_missing_of_the_options_is_named(tmp_path: Path) -> None:
    result = run("new", tmp_path / "x.yaml", "--yes", lang="en")

    assert result.exit_code == 2
    assert result.stderr.splitlines()[:3] == [
        f"{each}: is needed with --yes" for each in ("--name", "--code", "--village")]
    assert list(tmp_path.iterdir()) == []


def test_a_village_on_the_line_needs_the_code_of_its_kecamatan(tmp_path: Path) -> None:
    result = run("new", tmp_path / "x.yaml", "--village", "Olean=2006")

    assert (result.exit_code, result.stderr) == (2, "--code: wajib bersama --village\n")


@pytest.mark.parametrize(("words", "fault"), [
    (("--code", "35.12"), "--code: kode itu tidak bisa dipakai"),
    (("--village", "Olean"), "--village 'Olean': tulis NAME=CODE"),
    (("--village", "Olean=7"), "--village 'Olean=7': kode itu bukan kode desa"),
    (("--village", "Mimbaan=2009"), "--village 'Mimbaan=2009': Mimbaan sudah ada"),
    (("--post", "mimban=Pos"), "--post 'mimban=Pos': tidak ada desa mimban; maksudnya mimbaan?"),
    (("--post", "mimbaan=Pos@114,-7"), "--post 'mimbaan=Pos@114,-7': tulis lintang lalu bujur"),
    (("--neighbours", "mimbaan=olean"), "--neighbours 'mimbaan=olean': tidak ada desa olean"),
    (("--neighbours", "mimbaan=panarukan/semua"), "panarukan/semua: tulis kecamatan/desa"),
    (("--neighbours", "mimbaan=ardirejo/panarukan"), "padahal Ardirejo desa di sini; terbalik?"),
    (("--neighbours", "mimbaan=panji/olean"), "tidak ada desa olean"),
    (("--rhythms", "jawa"), "--rhythms: pilih jawa-timur, polri-bandung, tni"),
    (("--name", "Panji \x1b[2J"), "U+001B cannot stand in a settings file"),
    (("--village", "Semua=2009"), "this word means every village"),
])
def test_a_fault_of_the_options_is_a_line_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...], fault: str
) -> None:
    result = run("new", tmp_path / "panji.yaml", *OPTIONS, *words)

    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert fault in result.stderr


def test_a_file_that_is_there_is_kept_unless_somebody_says_so(tmp_path: Path) -> None:
    path = tmp_path / "panji.yaml"
    path.write_text("mine", "utf-8")
    refused, no = run("new", path, *OPTIONS), run("new", path, answers=ANSWERS + told(""))
    assert (refused.exit_code, no.exit_code, path.read_text("utf-8")) == (2, 2, "mine")
    assert refused.stderr == f"{path} sudah ada; tidak ada yang ditulis. Pakai nama lain, atau --overwrite\n"

    assert run("new", path, answers=ANSWERS + told("y")).exit_code == 0
    assert read(path).district == "panji"
    assert run("new", path, *OPTIONS, "--overwrite").exit_code == 0
    assert len(read(path).villages["curah-jeru"].posts) == 0


@pytest.mark.parametrize("place", [".", "no/such/folder/panji.yaml"])
def test_a_place_that_cannot_be_written_is_a_line(tmp_path: Path, place: str) -> None:
    result = run("new", tmp_path / place, *OPTIONS, "--overwrite")

    assert result.exit_code == 2
    assert "tidak bisa ditulis: " in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_and_is_no_file_is_never_replaced(tmp_path: Path) -> None:
    pipe, lost = tmp_path / "pipe", tmp_path / "lost"
    os.mkfifo(pipe)
    lost.symlink_to(tmp_path / "nowhere" / "x")
    for path, why in ((pipe, "it is a pipe, not a file"), (lost, "No such file or directory"), (Path("/"), "a folder")):
        result = run("new", path, *OPTIONS, "--overwrite")
        assert (result.exit_code, why in result.stderr) == (2, True)

    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert {*tmp_path.iterdir()} == {pipe, lost}


def test_what_was_written_is_judged_well_and_what_may_be_meant_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "panji.yaml"
    run("new", path, *OPTIONS)
    result = run("check", path)

    assert (result.exit_code, result.stderr) == (0, "warning: villages.curah-jeru: no post; nothing rings there\n")
    assert result.stdout.startswith(f"{path}: no faults. Kecamatan Panji, 3 villages, 2 posts; code family ")


def test_a_district_with_faults_exits_2_with_every_one(tmp_path: Path) -> None:
    found: Any = yamltext.load((CONFIG / "situbondo.yaml").read_text("utf-8"))
    found["villages"]["olean"]["neighbours"] = ["kotakn"]
    found["rhythms"] = "jawa-tengah"
    path = tmp_path / "x.yaml"
    path.write_text(json.dumps(found), "utf-8")
    result = run("check", path)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no village 'kotakn' here; did you mean kotakan?" in result.stderr
    assert "there is no code family 'jawa-tengah'" in result.stderr


def test_the_shipped_district_has_no_fault_and_no_warning() -> None:
    result = run("check", CONFIG / "situbondo.yaml")

    assert (result.exit_code, result.stderr) == (0, "")


def border(folder: Path, *, named_back: bool = True) -> tuple[Path, Path]:
    """Two district files whose villages Mimbaan and Dawuhan lie side by side."""
    paths = folder / "panji.yaml", folder / "situbondo.yaml"
    run("new", paths[0], *OPTIONS)
    there = yamltext.load((CONFIG / "situbondo.yaml").read_text("utf-8"))
    here = yamltext.load(paths[0].read_text("utf-8"))
    assert isinstance(there, dict)
    assert isinstance(here, dict)
    here["villages"]["mimbaan"]["neighbours"].append("situbondo/dawuhan")
    if named_back:
        there["villages"]["dawuhan"]["neighbours"].append("panji/mimbaan")
    for path, found in zip(paths, (here, there), strict=True):
        path.write_text(json.dumps(found), "utf-8")
    return paths


def test_of_two_files_it_finds_that_neighbours_across_the_border_name_each_other(tmp_path: Path) -> None:
    result = run("check", *border(tmp_path))

    assert result.exit_code == 0, result.output
    assert [line.partition(": ")[2][:9] for line in result.stdout.splitlines()] == ["no faults"] * 2


def test_of_two_files_of_which_one_does_not_name_back_it_says_where_to_add_what(tmp_path: Path) -> None:
    panji, situbondo = border(tmp_path, named_back=False)
    result = run("check", panji, situbondo)

    assert result.exit_code == 2
    assert (f"{panji}.villages.mimbaan.neighbours: names situbondo/dawuhan, but {situbondo} does not name "
            "panji/mimbaan at dawuhan; add it there") in result.output


def test_of_one_file_it_says_which_districts_it_could_not_compare(tmp_path: Path) -> None:
    panji, _ = border(tmp_path)
    result = run("check", panji)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("Not compared: neighbours in situbondo.")


def test_of_two_files_every_fault_of_both_is_found(tmp_path: Path) -> None:
    panji, situbondo = border(tmp_path)
    for path in (panji, situbondo):
        path.write_text(path.read_text("utf-8").replace('"jawa-timur"', '"jawa-tmur"'), "utf-8")
    result = run("check", panji, situbondo)

    assert result.exit_code == 2
    assert result.output.count("there is no code family") == 2


def test_the_example_with_neighbours_in_other_kecamatan_is_the_shipped_district_otherwise() -> None:
    plain, border_ = (read(CONFIG / name) for name in ("situbondo.yaml", "situbondo-perbatasan.yaml"))
    here = {name: replace(each, neighbours=tuple(other for other in each.neighbours if "/" not in other))
            for name, each in border_.villages.items()}

    assert replace(border_, villages=here) == plain
    assert {name: tuple(other for other in each.neighbours if "/" in other)
            for name, each in border_.villages.items()} == {
        "patokan": ("panarukan/peleyan", "panarukan/sumberkolak", "panarukan/wringinanom", "panarukan/alasmalang"),
        "dawuhan": ("panji/mimbaan", "panji/curah-jeru", "panji/ardirejo", "panarukan/sumberkolak"),
        "kalibagor": ("kendit/bugeman", "kendit/tambak-ukir"),
        "kotakan": ("panarukan/sumberkolak", "panji/ardirejo", "panji/sliwung", "kendit/bugeman"),
        "talkandang": ("panarukan/alasmalang", "panarukan/duwet", "panji/curah-jeru"),
        "olean": ("panarukan/duwet", "mangaran/trebungan", "panji/tenggir", "panji/curah-jeru", "panji/kayu-putih"),
    }
