"""`kentongan report`: its options, its exit codes, and that a fault is one line that says what to do."""

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from contract.settings import yamltext
from kentongan.commands import main
from posko.report import archive
from tests.posko.report.journals import ALARMS, NOW, ROUNDS, settings, wib, write
from tests.posko.report.test_alarms import CSV, IN_ENGLISH, TEXT
from tests.posko.report.test_lapor import REPORTS
from tests.support.nodes import CONFIG


@pytest.fixture(autouse=True)
def situbondo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "local", wib)
    monkeypatch.setattr(archive, "time", SimpleNamespace(time=lambda: NOW))


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "state").mkdir()
    write(tmp_path / "state", ALARMS, ROUNDS, REPORTS)
    return str(settings(tmp_path, tmp_path / "state"))


def run(*words: str, **env: str) -> Result:
    result = CliRunner().invoke(main, ["report", *words], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_without_options_it_tells_the_alarms_of_all_months(config: str) -> None:
    result = run("--config", config)

    assert (result.exit_code, result.stderr, result.stdout) == (0, "", TEXT)


def test_csv_goes_out_with_the_line_ends_of_rfc_4180(config: str) -> None:
    result = run("--config", config, "--csv")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout_bytes == CSV.replace("\n", "\r\n").encode()


def test_json_is_json(config: str) -> None:
    result = run("--config", config, "--json")

    assert (result.exit_code, result.stderr) == (0, "")
    assert [alarm["identifier"] for alarm in json.loads(result.stdout)["alarms"]] == [
        "october", "november", "false", "merged", "late", "unknown", "renamed", "unwritten", "ringing"]


@pytest.fixture
def panarukan(tmp_path: Path) -> str:
    """A second district, with one alarm, on a machine of its own."""
    folder = tmp_path / "panarukan"
    (folder / "state").mkdir(parents=True)
    write(folder / "state", ONE)
    path = settings(folder, folder / "state")
    district = yamltext.load((CONFIG / "situbondo.yaml").read_text("utf-8"))
    assert isinstance(district, dict)
    (folder / "panarukan.yaml").write_text(
        json.dumps({**district, "district": "panarukan", "name": "Kecamatan Panarukan"}), "utf-8")
    written = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**written, "district": "panarukan.yaml"}), "utf-8")
    return str(path)


ONE = """
INSERT INTO alarms (first, identifier, also, village, incident, status, origin, note, boot,
    first_at, raised_at, until, first_wall, synced, silenced, sounds, expected, ended_at, "end") VALUES
('p-1', 'p-1', '[]', 'olean', 'kebakaran', 'Actual', 'Pak Camat', 'satu, "dua"', 'one',
    1000.0, 1000.0, 1180.0, 1793466000.0, 1, '{}', '{}', '["olean/pos-1"]', 1180.0, 'finished');
"""


def test_several_districts_are_told_one_after_the_other_under_their_names(config: str, panarukan: str) -> None:
    result = run("--config", config, "--also", panarukan)
    first, _, second = result.stdout.partition("\nKecamatan Panarukan\n===================\n\n")

    assert (result.exit_code, result.stderr) == (0, "")
    assert first == f"Kecamatan Situbondo\n===================\n\n{TEXT}"
    assert "Kebakaran" in second


@pytest.mark.parametrize(("words", "mark", "separator"), [((), "", ","), (("--dialect", "id"), "\ufeff", ";")])
def test_csv_of_several_districts_is_one_table_with_the_district_first(
    config: str, panarukan: str, words: tuple[str, ...], mark: str, separator: str
) -> None:
    alone = run("--config", config, "--csv", *words).stdout_bytes.decode()
    result = run("--config", config, "--also", panarukan, "--csv", *words)
    lines = list(csv.reader(io.StringIO(result.stdout_bytes.decode().removeprefix(mark)), delimiter=separator))

    assert result.stdout_bytes.decode().count("\ufeff") == len(mark)
    assert lines[0][:3] == ["district", "identifier", "time"]
    assert [line[0] for line in lines[1:]] == ["situbondo"] * 9 + ["panarukan"]
    assert [line[1:] for line in lines[:-1]] == list(
        csv.reader(io.StringIO(alone.removeprefix(mark)), delimiter=separator))
    assert lines[-1][1] == "p-1"
    assert 'satu, "dua"' in lines[-1]


def test_json_of_several_districts_is_a_list(config: str, panarukan: str) -> None:
    result = run("--config", config, "--also", panarukan, "--json")

    assert [(each["district"], len(each["alarms"])) for each in json.loads(result.stdout)] == [
        ("situbondo", 9), ("panarukan", 1)]


def test_of_several_districts_one_that_cannot_be_read_or_is_given_twice_ends_it_with_no_report(
    config: str, panarukan: str
) -> None:
    twice = run("--config", config, "--also", config)
    (Path(panarukan).parent / "state" / "posko.db").unlink()
    missing = run("--config", config, "--also", panarukan)

    assert (twice.exit_code, twice.stdout) == (2, "")
    assert "--also: Kecamatan Situbondo ditulis dua kali" in twice.stderr
    assert (missing.exit_code, missing.stdout) == (2, "")


@pytest.mark.parametrize(("form", "first"), [
    ((), "Laporan warga November 2026 (WIB)\n\n"), (("--csv",), "identifier,time,clock,village,severity,by,"),
    (("--json",), '{\n  "district": "situbondo",\n  "summary": [\n    {\n      "month": "2026-11"'),
])
def test_residents_reports_are_told_in_each_form(config: str, form: tuple[str, ...], first: str) -> None:
    result = run("--config", config, "--lapor", "--month", "2026-11", *form)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(first)
    assert "Ribut di balai desa" in result.stdout
    assert "third" not in result.stdout  # an alarm


def test_either_the_patrols_or_the_reports_are_asked_for(config: str) -> None:
    result = run("--config", config, "--lapor", "--ronda")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("--ronda and --lapor: give one of the two\n")


@pytest.mark.parametrize(("form", "first"), [
    ((), "Ronda Desember 2026 (WIB)\n\n"), (("--csv",), "night,time,clock,"), (("--json",), '{\n  "district": '),
])
def test_rounds_are_told_in_each_form(config: str, form: tuple[str, ...], first: str) -> None:
    result = run("--config", config, "--ronda", "--month", "2026-12", *form)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(first)
    assert "kalibagor/pos-1,button" not in result.stdout


def test_a_month_is_told_alone(config: str) -> None:
    result = run("--config", config, "--month", "2026-10")

    assert (result.exit_code, result.stdout) == (0, TEXT.split("\n\nNovember")[0] + "\n")


@pytest.mark.parametrize(("words", "told"), [
    (("--month", "2020-02"), "Tidak ada alarm pada Februari 2020.\n"),
    (("--month", "2020-02", "--ronda"), "Tidak ada ronda pada Februari 2020.\n"),
    (("--month", "2020-02", "--csv"), CSV.split("\n")[0] + "\n"),
])
def test_an_empty_month_is_no_fault(config: str, words: tuple[str, ...], told: str) -> None:
    result = run("--config", config, *words)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(told)


@pytest.mark.parametrize("word", [
    "2026-13", "2026-00", "2026-1", "11-2026", "november", "", "2026-11-01", "٢٠٢٦-11",
])
def test_what_is_no_month_is_a_usage_error(config: str, word: str) -> None:
    result = run("--config", config, "--month", word)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("nilai --month tidak bisa dipakai; tulis dalam bentuk YYYY-MM. Contoh: ")
    english = run("--config", config, "--lang", "en", "--month", word)
    assert english.stderr.endswith(f"Invalid value for '--month': {word!r} must be a month, such as 2026-11\n")


def test_two_forms_at_once_are_a_usage_error(config: str) -> None:
    result = run("--config", config, "--csv", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Error: --csv and --json: give one of the two\n")


def test_without_a_journal_a_line_says_what_to_do(tmp_path: Path) -> None:
    result = run("--config", str(settings(tmp_path, tmp_path / "none")))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"{tmp_path}/none/posko.db: tidak ada jurnal; jalankan di komputer server posko, tempat `kentongan posko` "
        "pernah berjalan, dan periksa state_dir di pengaturan\n")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("words", [(), ("--ronda",), ("--csv",)])
def test_a_damaged_journal_is_a_line_and_exit_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "posko.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    result = run("--config", str(settings(tmp_path, tmp_path)), *words)

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith(f"{tmp_path}/posko.db: jurnal tidak terbaca: ")


def test_faulty_settings_are_exit_2(tmp_path: Path) -> None:
    result = run("--config", str(tmp_path / "missing.yaml"))

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_a_row_that_cannot_be_read_is_left_out_and_warned_of_in_a_line(tmp_path: Path) -> None:
    write(tmp_path, ALARMS, "UPDATE alarms SET sounds = '{' WHERE first = 'november'")
    path = str(settings(tmp_path, tmp_path))
    result, english = run("--config", path), run("--config", path, "--lang", "en")

    assert (result.exit_code, result.stderr) == (
        0, "peringatan: baris 2 di jurnal dilewati: sounds tidak terbaca\n")
    assert english.stderr == "warning: row 2 of the journal skipped: sounds cannot be read\n"
    assert "Bencana alam" not in result.stdout
    assert result.stdout.count("Pencurian, Kalibagor") == 4


def test_in_english_by_its_option_or_the_locale(config: str) -> None:
    asked, by_locale = run("--config", config, "--lang", "en"), run("--config", config, LC_ALL="en_GB.UTF-8")

    assert (asked.exit_code, asked.stderr, asked.stdout) == (0, "", IN_ENGLISH)
    assert by_locale.stdout == IN_ENGLISH


def test_the_help_has_an_example() -> None:
    assert "kentongan report --month 2026-11 --csv > november.csv" in run("--help").stdout


def test_local_time_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert archive.local(1793466000.0) == wib(1793466000.0)
    assert archive.local(1793466000.0).utcoffset() is not None


def test_for_an_indonesian_table_program_semicolons_separate_and_commas_are_decimal_signs(config: str) -> None:
    standard, indonesian = run("--config", config, "--csv"), run("--config", config, "--csv", "--dialect", "id")

    assert (indonesian.exit_code, indonesian.stderr) == (0, "")
    mark, text = indonesian.stdout_bytes[:3], indonesian.stdout_bytes[3:].decode()
    assert mark == b"\xef\xbb\xbf"
    rows = [line.split(";") for line in text.splitlines()]
    assert rows[0] == standard.stdout.splitlines()[0].split(",")
    assert {len(row) for row in rows} == {len(rows[0])}
    november = dict(zip(rows[0], next(row for row in rows if row[0] == "november"), strict=True))
    assert (november["time"], november["duration_s"], november["first_siren_s"], november["last_siren_s"]) == (
        "2026-11-01 00:00:00", "180,0", "0,08", "12,34")


def test_rounds_have_the_dialect_too(config: str) -> None:
    result = run("--config", config, "--ronda", "--csv", "--dialect", "id")

    assert result.exit_code == 0
    assert result.stdout_bytes.startswith("\ufeffnight;time;clock;".encode())


def test_a_dialect_is_one_of_csv(config: str) -> None:
    for words in ((), ("--json",)):
        result = run("--config", config, "--dialect", "id", *words)
        assert result.exit_code == 2
        assert "--dialect: is a form of CSV; give --csv as well" in result.stderr
