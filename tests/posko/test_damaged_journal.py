"""A hub's journal that is damaged: it is put aside and reported, and what can be read of it goes on.

SQLite has no checksums: a text may be changed into another one. What no program of ours can have written is damage.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from contract.domain.alarm import Key, Status
from posko.core.effects import End, SaveAlarm, SaveAllClear, SaveName, SavePatrol, Write
from posko.core.events import Loaded, Saved
from posko.core.state import Alarm
from posko.journal import Journal
from runtime import clock
from runtime import database as database_room
from runtime.core.effects import Log
from runtime.core.events import Clock, Faulted
from runtime.inbox import Inbox
from runtime.sqlite_file import SqliteFile
from testing.program import LIMIT_S
from tests.support.waiting import drain, take

THEFT, FIRE = Key("kalibagor", "pencurian"), Key("kotakan", "kebakaran")
ALARMS = [
    Alarm(THEFT, "first-a", "second-a", ("first-a",), Status.ACTUAL, "kalibagor/pos-1", "rumah Pak Soleh", 10.0, 20.0,
          200.0, 10.5, silenced={"semua": 30.0}),
    Alarm(FIRE, "first-b", "first-b", (), Status.ACTUAL, "operator", "pasar lama", 11.0, 11.0, 191.0, 11.5),
]
NOTHING = Loaded((), (), ())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "posko.db"


@pytest.fixture(autouse=True)
def _steady(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "wall", lambda: Clock(synced=True, offset_s=1_000_000.0))
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    monkeypatch.setattr(database_room, "CLOSE_S", LIMIT_S)


def entries() -> Iterator[Write]:
    for stamp, alarm in enumerate(ALARMS):
        yield SaveAlarm(stamp, alarm, ("kalibagor/pos-1",), None, None)
    yield SaveAlarm(9, replace(ALARMS[1], first="over-c", identifier="over-c"), (), 60.0, End.CLEARED)
    yield SaveName(10, FIRE.name("name-d"), over=True)
    yield SaveAllClear(11, "olean", 40.0)
    yield SavePatrol("round-e", "kalibagor", "kalibagor/pos-1", "button", 1.0, "synced")
    yield from (Log({"event": "linked", "count": count}) for count in range(3))


def run(path: Path, *written: Write) -> tuple[Loaded, list[Faulted]]:
    """What a hub's start on the journal in *path* loads, and every fault until *written* is on the disk."""
    inbox = Inbox()
    with Journal(path, inbox) as journal:
        events: list[object] = []
        while not any(isinstance(event, Loaded) for event in events):
            events.append(inbox.get(clock.now() + LIMIT_S)[1])
        for entry in written:
            journal.put(entry)
        if written:
            take(inbox, Saved)
    events += drain(inbox)
    (loaded,) = (event for event in events if isinstance(event, Loaded))
    return loaded, [event for event in events if isinstance(event, Faulted)]


@pytest.fixture
def written(path: Path) -> Path:
    loaded, faults = run(path, *entries())
    assert (loaded, faults) == (NOTHING, [])
    return path


def flip(path: Path, text: bytes, to: bytes) -> None:
    body = path.read_bytes()
    assert text in body
    path.write_bytes(body.replace(text, to))


def aside(path: Path) -> Path:
    (found,) = (each for each in path.parent.glob("posko.db.damaged-*") if not each.name.endswith(("-wal", "-shm")))
    return found


def test_a_flipped_byte_in_a_note_costs_that_letter_and_is_reported(written: Path) -> None:
    whole, _ = run(written)
    flip(written, b"rumah Pak Soleh", b"rumah Pak S\xefleh")
    damaged = written.read_bytes()
    loaded, faults = run(written, SaveName(1, FIRE.name("new"), over=False))

    assert faults == [Faulted("journal file", (
        f"was damaged (a text is not UTF-8: invalid continuation byte); it is kept as {aside(written).name}, and a new "
        "one begun: 13 rows of it were saved"))]
    assert loaded == replace(whole, alarms=(replace(whole.alarms[0], note="rumah Pak S\ufffdleh"), whole.alarms[1]))
    assert aside(written).read_bytes() == damaged
    again, faults = run(written)
    assert (again.alarms, faults) == (loaded.alarms, [])
    assert (FIRE.name("new"), False) in again.seen


def test_a_flipped_byte_in_a_name_costs_that_row_and_no_other(written: Path) -> None:
    whole, _ = run(written)
    flip(written, b"kotakan", b"\xffotakan")  # of two alarms, one of which is over, and of three names
    loaded, (fault,) = run(written)

    assert loaded.alarms == whole.alarms[:1]
    assert loaded.cleared == whole.cleared
    assert fault.reason.endswith(": 8 rows of it were saved, 5 rows could not be read")


def test_an_alarm_in_force_outlives_a_page_that_is_overwritten(written: Path) -> None:
    """That of the identifiers' index."""
    whole, _ = run(written)
    with closing(sqlite3.connect(written)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'names' AND type = 'table'"
                                   ).fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    with written.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    loaded, (fault,) = run(written)

    assert (loaded.alarms, loaded.cleared, loaded.seen) == (whole.alarms, whole.cleared, ())
    assert fault.reason.endswith("rows of it were saved, parts of it could not be read")


@pytest.mark.parametrize("log", [None, b"", b"x" * 4096])
def test_a_journal_that_was_cut_to_nothing_is_put_aside_and_reported(written: Path, log: bytes | None) -> None:
    written.write_bytes(b"")
    if log is not None:
        written.with_name("posko.db-wal").write_bytes(log)
    loaded, (fault,) = run(written, SaveName(1, FIRE.name("new"), over=False))

    assert loaded == NOTHING
    assert fault.reason == (f"was damaged (the file is empty); it is kept as {aside(written).name}, and a new one "
                            "begun: 0 rows of it were saved, parts of it could not be read")
    assert run(written) == (replace(NOTHING, seen=((FIRE.name("new"), False),)), [])


def test_a_journal_whose_file_is_gone_but_for_what_stands_beside_it_is_not_begun_in_silence(written: Path) -> None:
    written.rename(written.with_name("posko.db-wal"))
    _, (fault,) = run(written)

    assert fault.part == "journal file"
    assert [each.name.rpartition("-")[2] for each in written.parent.glob("*damaged*")] == ["wal"]


def test_a_new_installation_reports_nothing(path: Path) -> None:
    assert run(path) == (NOTHING, [])


@pytest.mark.parametrize(("whole", "names"), [(True, {"first-a", "first-b", "second-a", "over-c", "name-d"}),
                                              (False, set())])
def test_what_a_power_cut_left_under_its_other_name_is_taken_if_it_is_whole(
    written: Path, whole: bool, names: set[str]
) -> None:
    other = written.with_name("posko.db.new")
    written.rename(other)
    if not whole:
        with closing(sqlite3.connect(other)) as database:
            database.execute("PRAGMA user_version = 0")
    loaded, faults = run(written)

    assert ({name.identifier for name, _ in loaded.seen}, faults, other.exists()) == (names, [], False)


def test_a_disk_without_room_for_a_new_file_leaves_the_damaged_one_in_place_until_there_is_room(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = replace(ALARMS[0], first="long", identifier="long", also=(), note="x" * 20_000)
    run(written, SaveAlarm(1, long, (), None, None))
    flip(written, b"pasar lama", b"\xffasar lama")
    connect = SqliteFile._connect_to
    full = True

    def limited(self: SqliteFile, path: Path) -> sqlite3.Connection:
        database = connect(self, path)
        if path.suffix == ".new" and full:
            (pages,) = database.execute("PRAGMA page_count").fetchone()
            database.execute(f"PRAGMA max_page_count={pages}")
        return database

    monkeypatch.setattr(SqliteFile, "_connect_to", limited)
    inbox = Inbox()
    with Journal(written, inbox):
        full_disk = take(inbox, Faulted)
        there = b"\xffasar lama" in written.read_bytes()
        full = False
        damage = take(inbox, Faulted)
        while damage == full_disk:
            damage = take(inbox, Faulted)
        assert len(take(inbox, Loaded).alarms) == 3

    assert (full_disk.part, there, damage.part) == ("journal", True, "journal file")
    assert "database or disk is full" in full_disk.reason


@pytest.mark.parametrize(("name", "to"), [
    (b"TABLE alarms", b"TABLE alarmq"), (b"note TEXT", b"nose TEXT"), (b"also TEXT", b"als\xef TEXT"),
    (b"TEXT NOT NULL", b"TEXT NOT$NULL"), (b"CREATE TABLE", b"CREATE\x17TABLE"),
])
def test_damage_to_the_descriptions_of_tables_costs_no_row(written: Path, name: bytes, to: bytes) -> None:
    whole, _ = run(written)
    flip(written, name, to)
    loaded, (fault,) = run(written)

    assert (fault.part, loaded) == ("journal file", whole)
    assert ": 13 rows of it were saved" in fault.reason
    assert run(written) == (whole, [])


def test_a_first_page_that_is_overwritten_costs_no_row(written: Path) -> None:
    whole, _ = run(written)
    with written.open("r+b") as file:
        file.write(b"\xff" * 4096)
    loaded, (fault,) = run(written)

    assert (fault.part, loaded) == ("journal file", whole)
    assert sorted(each.suffix for each in written.parent.iterdir()) == sorted([aside(written).suffix, ".db"])


def test_what_a_power_cut_left_beside_a_file_with_damaged_descriptions_is_found_too(written: Path) -> None:
    whole, _ = run(written)
    cut_off = written.parent.parent / "cut off" / written.name
    inbox = Inbox()
    with Journal(written, inbox) as journal:
        take(inbox, Loaded)
        journal.put(SaveAlarm(1, replace(ALARMS[0], key=Key("dawuhan", "banjir"), first="late-f"), (), None, None))
        take(inbox, Saved)
        shutil.copytree(written.parent, cut_off.parent)
    assert b"late-f" not in cut_off.read_bytes()
    flip(cut_off, b"TEXT NOT NULL", b"TEXT NOT$NULL")
    loaded, (fault,) = run(cut_off)

    assert (fault.part, len(loaded.alarms)) == ("journal file", len(whole.alarms) + 1)


def test_a_disk_that_damages_every_file_is_not_filled_with_them(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "_load", lambda _self, database: database.execute("SELECT nothing").fetchall())
    monkeypatch.setattr(database_room, "RETRY_S", 0.001)
    inbox = Inbox()
    with Journal(written, inbox):
        while take(inbox, Faulted).part != "journal":
            pass
        for _ in range(20):
            take(inbox, Faulted)

    assert len([*written.parent.glob("*damaged-*")]) == 5


@pytest.mark.parametrize("seed", [*range(60), 481])
def test_no_flipped_bytes_stop_the_journal_and_none_are_met_twice(written: Path, seed: int) -> None:
    """Whatever they hit: the hub goes on with a disk, and the next start finds nothing damaged."""
    random = Random(seed)  # noqa: S311 - guards nothing
    body = bytearray(written.read_bytes())
    for _ in range(random.choice((1, 1, 4, 40))):
        body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    written.write_bytes(body)
    _, faults = run(written, SaveName(1, FIRE.name("new"), over=False))

    assert {fault.part for fault in faults} <= {"journal file", "journal entry"}
    loaded, faults = run(written)
    assert (FIRE.name("new"), False) in loaded.seen
    assert {fault.part for fault in faults} <= {"journal entry"}


def test_a_file_of_before_that_was_not_strict_is_salvaged_without_what_is_of_the_wrong_kind(written: Path) -> None:
    with closing(sqlite3.connect(written)) as database, database:
        database.execute("DROP TABLE cleared")
        database.execute("CREATE TABLE cleared (village TEXT PRIMARY KEY, boot, at, wall, synced)")
        database.executemany("INSERT INTO cleared VALUES (?, ?, ?, ?, ?)", [
            ("olean", "b", 40.0, 40.0, 1), ("kotakan", "b", "soon", 40.0, 1), ("dawuhan", "b", float("inf"), 40.0, 1)])
    loaded, (fault,) = run(written)

    assert [each.village for each in loaded.cleared] == ["olean"]
    assert fault.reason.startswith("was damaged ('soon' stands where a value of another kind was written); ")
    assert fault.reason.endswith(", 2 rows could not be read")
    shutil.rmtree(written.parent)
