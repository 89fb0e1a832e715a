"""Reading the hub's file: nothing is written or made for it, whether or not the hub runs, whoever asks."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from posko.report import archive
from posko.report.archive import ArchiveError
from posko.report.core import history, rounds, rows
from posko.report.core.rows import SkippedRow
from runtime import sqlite_readonly
from runtime.sqlite_readonly import UnreadableError, read_only
from testing.program import LIMIT_S
from tests.posko.report.journals import ALARMS, BEFORE_STRICT, NOW, ROUNDS, wib, write
from tests.posko.report.shipped import LABELS
from tests.support.nodes import ROOT
from tests.support.unprivileged import unprivileged

NINE = ["false", "late", "merged", "november", "october", "renamed", "ringing", "unknown", "unwritten"]
# Another process, as the hub is: SQLite shares what it knows of a file within one.
READER = """
import json, sys
from pathlib import Path
from posko.report import archive
print(json.dumps(sorted(row["first"] for row in archive.rows(Path(sys.argv[1]), archive.ALARMS))))
"""
WRITER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.executescript(sys.argv[2])
print("written", flush=True)
sys.stdin.read()
"""
UNCOMMITTED = "BEGIN; DELETE FROM alarms;"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any user may look into, with a name that a URI must quote."""
    with tempfile.TemporaryDirectory(prefix="k ?#%41 ") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def writer(path: Path, statements: str) -> Iterator[subprocess.Popen[str]]:
    """Another program that has *path* open, and has executed *statements*."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path), statements], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def names(path: Path) -> list[str]:
    return sorted(str(row["first"]) for row in archive.rows(path, archive.ALARMS))


def names_elsewhere(path: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-c", READER, str(path)], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=LIMIT_S)
    found: list[str] = json.loads(done.stdout)
    return found


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in folder.iterdir()}


# Nothing changes.


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_reading_a_file_that_nobody_has_open_leaves_its_folder_as_it_was(folder: Path, mode: str) -> None:
    path = write(folder, ALARMS, mode=mode)
    before = snapshot(folder)

    assert names(path) == NINE
    assert snapshot(folder) == before
    assert list(before) == ["posko.db"]


def test_beside_an_open_writer_what_is_committed_is_read_and_nothing_is_touched(folder: Path) -> None:
    path = write(folder)
    with writer(path, ALARMS + UNCOMMITTED):
        before = snapshot(folder)
        found = names_elsewhere(path)
        after = snapshot(folder)

    assert found == NINE
    assert after == before
    assert sorted(before) == ["posko.db", "posko.db-shm", "posko.db-wal"]


def test_after_a_crash_what_was_committed_is_read_and_nothing_is_touched(folder: Path) -> None:
    path = write(folder)
    with writer(path, ALARMS + UNCOMMITTED):
        pass  # killed
    before = snapshot(folder)

    assert names(path) == NINE
    assert snapshot(folder) == before
    assert sorted(before) == ["posko.db", "posko.db-shm", "posko.db-wal"]


@pytest.mark.parametrize("crashed", [False, True])
def test_a_folder_that_may_not_be_written_can_be_read(folder: Path, crashed: bool) -> None:
    path = write(folder)
    with writer(path, ALARMS) as process:
        if not crashed:
            process.communicate("")  # closes it in good order
    folder.chmod(0o555)
    with unprivileged():
        with pytest.raises(PermissionError):
            (folder / "file").touch()
        found = names(path)

    assert found == NINE


def test_what_is_read_cannot_be_written(folder: Path) -> None:
    path = write(folder, ALARMS)
    with pytest.raises(UnreadableError, match="readonly"), read_only(path) as database:
        database.execute("DELETE FROM alarms")


# What cannot be read is said in a line.


def told(path: Path) -> str:
    with pytest.raises(ArchiveError) as raised:
        archive.rows(path, archive.ALARMS)
    text = LABELS(raised.value.text, **raised.value.values)
    assert text.startswith(f"{path}: ")
    assert "\n" not in text
    return text.removeprefix(f"{path}: ")


@pytest.mark.parametrize("place", ["posko.db", "no/posko.db", "file/posko.db"])
def test_where_there_is_no_journal_it_says_where_one_is_and_makes_none(folder: Path, place: str) -> None:
    (folder / "file").touch()

    assert told(folder / place) == (
        "tidak ada jurnal; jalankan di komputer server posko, tempat `kentongan posko` pernah berjalan, dan periksa "
        "state_dir di pengaturan")
    assert list(snapshot(folder)) == ["file"]


def test_a_folder_in_its_place_is_said(folder: Path) -> None:
    assert told(folder).startswith("tidak bisa dibaca: it is a folder, not a file; ")


@pytest.mark.parametrize("mode", ["file", "folder"])
def test_what_this_user_may_not_read_is_said(folder: Path, mode: str) -> None:
    path = write(folder, ALARMS)
    (path if mode == "file" else folder).chmod(0o000)
    with unprivileged():
        text = told(path)
    folder.chmod(0o755)

    assert text == "tidak bisa dibaca: Permission denied; coba sebagai pengguna posko, atau dengan sudo"


def test_a_file_that_is_no_database_is_said(folder: Path) -> None:
    path = folder / "posko.db"
    path.write_bytes(b"no database" * 1000)

    assert told(path) == ("jurnal tidak terbaca: file is not a database; "
                          "berkas rusak; server posko menyisihkannya dan memulai yang baru")


@pytest.mark.parametrize("kept", [1, 99, 1000, 4096, 8192, 12_000])
def test_a_file_that_was_cut_short_or_overwritten_within_never_is_a_traceback(folder: Path, kept: int) -> None:
    path = write(folder, ALARMS, ROUNDS)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(kept)
    cut = told(path)
    with path.open("r+b") as file:
        file.seek(kept)
        file.write(b"\xa5" * (size - kept))

    assert cut.startswith("jurnal tidak terbaca: ")
    for query in (archive.ALARMS, archive.ROUNDS):
        try:
            archive.rows(path, query)
        except ArchiveError as error:
            assert LABELS(error.text, **error.values).startswith(f"{path}: jurnal tidak terbaca: ")  # noqa: PT017 - it need not raise


def test_an_empty_file_is_a_damaged_one(folder: Path) -> None:
    path = folder / "posko.db"
    path.touch()

    assert told(path).startswith("jurnal tidak terbaca: the file is empty; berkas rusak; ")


def test_another_programs_file_is_said(folder: Path) -> None:
    path = folder / "posko.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("CREATE TABLE other (id)")

    assert told(path).startswith("jurnal tidak terbaca: no such table: alarms; ")


def test_a_file_that_another_program_keeps_to_itself_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_readonly, "BUSY_S", 0.05)
    path = write(folder, ALARMS, mode="DELETE")
    with writer(path, "BEGIN EXCLUSIVE"):
        text = told(path)

    assert text == ("jurnal tidak terbaca: database is locked; "
                    "coba lagi sebentar lagi, sebagai pengguna posko atau dengan sudo")


def test_text_that_is_no_utf_8_is_marked(folder: Path) -> None:
    path = write(folder, ALARMS, "UPDATE alarms SET origin = CAST(x'41ff42' AS TEXT)")

    assert {row["origin"] for row in archive.rows(path, archive.ALARMS)} == {"A\ufffdB"}


def test_a_row_that_is_not_as_the_hub_writes_it_is_left_out_and_named_with_its_column(folder: Path) -> None:
    path = write(folder, ALARMS, ROUNDS, "UPDATE alarms SET sounds = '{' WHERE first = 'merged'",
                 "UPDATE ronda SET clock = x'00' WHERE identifier = 'r3'", tables=BEFORE_STRICT)
    alarms = rows.read(archive.rows(path, archive.ALARMS), lambda raw: history.read_alarm(raw, wib, NOW))
    made = rows.read(archive.rows(path, archive.ROUNDS), lambda raw: rounds.read_round(raw, wib))

    assert ([alarm.identifier for alarm in alarms[0]], alarms[1]) == (
        ["october", "november", "false", "late", "unknown", "renamed", "unwritten", "ringing"],
        [SkippedRow(4, "sounds")])
    assert ([each.identifier for each in made[0]], made[1]) == (
        ["r1", "r2", "r4", "r5", "r6", "r7"], [SkippedRow(3, "clock")])


def test_a_journal_from_before_the_tables_were_strict_is_read(folder: Path) -> None:
    assert names(write(folder, ALARMS, tables=BEFORE_STRICT)) == NINE
