"""The journal: what is written survives any death; a disk that fails, or a damaged file, stops nothing and is told."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread

import pytest

from contract.domain.alarm import Name
from node import journal as journal_room
from node.core.effects import DeletePress, SavePress, SaveSeen
from node.core.events import Loaded, OutboxEntry
from node.journal import Journal
from runtime import clock, sqlite_file
from runtime import database as database_room
from runtime.core.effects import Log
from runtime.core.events import Clock, Faulted, Recovered
from runtime.inbox import Inbox
from runtime.sqlite_file import SqliteFile
from testing.program import LIMIT_S
from tests.support.nodes import ROOT
from tests.support.waiting import drain, take, wait_until

PRESS = OutboxEntry("kalibagor.pos-1.cafe.1", "pencurian", 1234.5)
A, B = Name("kalibagor", "pencurian", "a"), Name("kotakan", "pencurian", "a")
OTHER = OutboxEntry("kalibagor.pos-1.cafe.2", "kebakaran", 1235.5)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(database_room, "CLOSE_S", LIMIT_S)  # a slow disk is waited for
    return tmp_path / "state" / "journal.db"


@contextmanager
def journal_in(path: Path, inbox: Inbox | None = None) -> Iterator[Journal]:
    with Journal(path, inbox or Inbox()) as journal:
        yield journal


def write(path: Path, *entries: SavePress | DeletePress | SaveSeen | Log) -> None:
    with journal_in(path) as journal:
        for entry in entries:
            journal.put(entry)


def load(path: Path) -> Loaded:
    inbox = Inbox()
    with journal_in(path, inbox):
        return take(inbox, Loaded)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


# What is kept.


def test_a_new_journal_holds_nothing(path: Path) -> None:
    assert load(path) == Loaded((), ())


# The tables as they were when an identifier was one and the same in all villages.
OLD_SCHEMA = """
CREATE TABLE outbox (
    identifier TEXT PRIMARY KEY, incident TEXT NOT NULL,
    boot TEXT NOT NULL, pressed_at REAL NOT NULL, wall REAL NOT NULL, synced INTEGER NOT NULL);
CREATE TABLE seen (
    identifier TEXT PRIMARY KEY, over INTEGER NOT NULL, wall REAL NOT NULL);
CREATE TABLE log (
    id INTEGER PRIMARY KEY, wall REAL NOT NULL, event TEXT NOT NULL);
INSERT INTO outbox VALUES ('kalibagor.pos-1.cafe.1', 'pencurian', 'boot', 1234.5, 1e6, 0);
INSERT INTO seen VALUES ('a', 1, 9e9), ('b', 0, 9e9), ('nobody knows where', 1, 9e9);
INSERT INTO log (wall, event) VALUES
(1.0, '{"event": "sounding", "incident": "pencurian", "village": "kalibagor", "identifier": "a"}'),
(2.0, '{"event": "silenced", "incident": "pencurian", "village": "kalibagor", "identifier": "a"}'),
(3.0, '{"event": "extended", "incident": "kebakaran", "village": "kotakan", "identifier": "b"}'),
(4.0, 'no event');
"""


def test_a_journal_from_when_an_identifier_had_no_village_is_taken_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "machine_boot", lambda: "boot")
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.executescript(OLD_SCHEMA)
    loaded, again = load(path), load(path)

    assert loaded == again
    assert loaded.presses == (PRESS,)
    assert sorted(loaded.seen) == [(A, True), (Name("kotakan", "kebakaran", "b"), False)]
    assert rows(path, "SELECT count(*) FROM log") == [(4,)]


def test_presses_are_kept_with_their_instants_until_they_are_dropped(path: Path) -> None:
    write(path, SavePress(PRESS), SavePress(OTHER))
    kept = load(path).presses
    write(path, DeletePress(PRESS.identifier), DeletePress("never kept"))

    assert (kept, load(path).presses) == ((PRESS, OTHER), (OTHER,))


def test_keeping_a_press_twice_is_keeping_it_once(path: Path) -> None:
    write(path, SavePress(PRESS), SavePress(PRESS))

    assert load(path).presses == (PRESS,)


def test_a_press_of_an_earlier_boot_has_no_known_age(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, SavePress(PRESS))
    monkeypatch.setattr(clock, "machine_boot", lambda: "another boot")
    monkeypatch.setattr(clock, "now", lambda: 5000.0)

    assert load(path).presses == (OutboxEntry(PRESS.identifier, PRESS.incident, 5000.0, age_known=False),)


@pytest.mark.parametrize(("synced", "dated"), [(True, True), (False, True), (True, False)])
def test_a_synchronised_clock_with_which_none_disagreed_is_remembered_for_a_press_of_an_earlier_boot(
    path: Path, monkeypatch: pytest.MonkeyPatch, synced: bool, dated: bool
) -> None:
    monkeypatch.setattr(clock, "wall", lambda: Clock(synced, 1_000_000.0))
    write(path, SavePress(PRESS, dated))
    monkeypatch.setattr(clock, "machine_boot", lambda: "another boot")
    (press,) = load(path).presses

    assert press.pressed_wall == (1_001_234.5 if synced and dated else None)


def test_identifiers_are_remembered_and_what_is_over_stays_over(path: Path) -> None:
    write(path, *(SaveSeen(name, over) for name, over in ((A, False), (B, True), (A, True), (B, False))))

    assert sorted(load(path).seen) == [(A, True), (B, True)]


def test_a_village_that_floods_makes_no_name_of_another_one_forgotten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_room, "NAME_ROWS", 3)
    write(path, SaveSeen(A, over=True), *(SaveSeen(Name("kotakan", "aman", f"x{count}"), over=False)
                                          for count in range(9)))
    seen = dict(load(path).seen)

    assert A in seen
    assert len(seen) == 1 + 3


def test_identifiers_are_forgotten_after_a_day_and_presses_are_not(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: 5000.0)
    monkeypatch.setattr(clock, "wall", lambda: Clock(True, 0.0))
    write(path, SaveSeen(A, over=True), SavePress(PRESS))
    monkeypatch.setattr(clock, "wall", lambda: Clock(True, journal_room.SEEN_S - 60.0))
    a_minute_less = load(path)
    write(path, SaveSeen(B, over=True))
    monkeypatch.setattr(clock, "wall", lambda: Clock(True, journal_room.SEEN_S + 60.0))
    a_minute_more = load(path)

    assert [name for name, _ in a_minute_less.seen] == [A]
    assert [name for name, _ in a_minute_more.seen] == [B]
    assert a_minute_more.presses == (PRESS,)


def test_events_are_logged_in_order_and_the_oldest_make_room(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, *(Log({"event": "pressed", "count": count, "note": "●‖"}) for count in range(10)))
    monkeypatch.setattr(journal_room, "LOG_ROWS", 3)
    load(path)

    assert rows(path, "SELECT event FROM log ORDER BY id") == [
        (f'{{"event": "pressed", "count": {count}, "note": "●‖"}}',) for count in (7, 8, 9)
    ]


def test_a_node_that_runs_for_months_makes_room_without_a_restart(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_room, "LOG_ROWS", 3)
    monkeypatch.setattr(database_room, "PRUNE_EVERY", 2)
    monkeypatch.setattr(database_room, "BATCH", 1)
    write(path, *(Log({"count": count}) for count in range(11)))

    assert len(rows(path, "SELECT event FROM log")) <= 5


def test_what_an_earlier_run_left_is_told_when_the_disk_that_failed_at_the_start_is_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, SavePress(PRESS), SaveSeen(A, over=True))
    aside = path.with_name("away")
    path.rename(aside)
    path.symlink_to(path.parent)  # a folder where the file should be
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    inbox = Inbox()
    with journal_in(path, inbox):
        assert take(inbox, Loaded) == Loaded((), ())
        aside.replace(path)  # at one stroke: the journal looks again and again, and would make what is not there
        assert take(inbox, Loaded) == Loaded((PRESS,), ((A, True),))


def test_every_entry_that_was_put_before_closing_is_written(path: Path) -> None:
    write(path, *(SavePress(OutboxEntry(f"press {count}", "pencurian", float(count))) for count in range(3000)))

    assert len(load(path).presses) == 3000


# Sudden death.


WRITER = """
import sys
import time
from pathlib import Path
from contract.domain.alarm import Name
from runtime.core.effects import Log
from node.core.effects import SavePress, SaveSeen
from node.core.events import OutboxEntry
from runtime.inbox import Inbox
from node.journal import Journal

class Telling(Journal):
    def _write(self):
        batch = [each.entry for each in self._pending]
        super()._write()
        if not self._pending:  # committed
            names = [entry.press.identifier for entry in batch if isinstance(entry, SavePress)]
            sys.stdout.write("".join(name + chr(10) for name in names))
            sys.stdout.flush()

with Telling(Path(sys.argv[1]), Inbox()) as journal:
    for count in range(10**9):
        time.sleep(0.001)
        journal.put(SavePress(OutboxEntry(f"{sys.argv[2]}.{count}", "pencurian", float(count))))
        journal.put(SaveSeen(Name("kalibagor", "pencurian", f"{sys.argv[2]}.{count}"), over=False))
        journal.put(Log({"event": "pressed", "count": count}))
"""


def test_what_was_committed_is_there_though_the_process_was_killed_at_any_moment(path: Path) -> None:
    committed: set[str] = set()
    random = Random(17)  # noqa: S311 - guards nothing
    for run, lines in enumerate((1, 2, 9, 4, 1, 17, 3, 6)):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(run)], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        committed |= {process.stdout.readline().strip() for _ in range(lines)}
        time.sleep(random.uniform(0.0, 0.1))  # anywhere in a write
        process.kill()
        rest, _ = process.communicate()
        committed |= {line for line in rest.split("\n")[:-1] if line}

    kept = load(path)
    assert len(committed) > 20
    assert committed <= {press.identifier for press in kept.presses}
    assert committed <= {name.identifier for name, _ in kept.seen}
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert not list(path.parent.glob("*damaged*"))


def test_each_batch_waits_for_the_disk(path: Path) -> None:
    with journal_in(path) as journal:
        engine = journal._engine
        assert isinstance(engine, SqliteFile)
        journal.put(SavePress(PRESS))
        assert wait_until(lambda: bool(path.exists() and engine.database and not journal._pending))
        asked = sqlite3.connect(path, check_same_thread=False)
        assert asked.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        asked.close()
    made = engine._connect()
    full = made.execute("PRAGMA synchronous").fetchone()
    made.close()

    assert full == (2,)  # FULL: each commit is on the disk before it returns


# Disks that fail.


@pytest.mark.parametrize("place", ["below a file", "proc"])
def test_a_state_folder_that_cannot_be_written_is_a_fault_and_what_is_loaded_still_arrives(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    path = (tmp_path / "file" / "state" if place == "below a file" else Path("/proc/kentongan")) / "journal.db"
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        fault, loaded = take(inbox, Faulted), take(inbox, Loaded)
        journal.put(SavePress(PRESS))
        again = take(inbox, Faulted)
        trouble = journal.trouble()

    assert loaded == Loaded((), ())
    assert fault.part == "journal"
    assert fault.reason.startswith(f"cannot write {path}: ")
    assert fault.reason.endswith("; what happens is kept in memory only")
    assert (again, trouble) == (fault, "the disk fails")


def test_what_could_not_be_written_is_written_when_the_disk_is_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    path.parent.mkdir()
    path.mkdir()  # a folder where the file should be
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        journal.put(SavePress(PRESS))
        take(inbox, Faulted)
        path.rmdir()
        assert take(inbox, Recovered) == Recovered("journal")
        trouble = journal.trouble()

    assert trouble is None
    assert load(path).presses == (PRESS,)


def test_a_full_disk_is_a_fault_and_when_there_is_room_again_nothing_is_missing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite reports a file at its longest exactly as it reports a disk without room: SQLITE_FULL."""
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    connect = SqliteFile._connect
    full = True

    def limited(self: SqliteFile) -> sqlite3.Connection:
        database = connect(self)
        database.execute(f"PRAGMA max_page_count={12 if full else 1_000_000}")
        return database

    monkeypatch.setattr(SqliteFile, "_connect", limited)
    inbox = Inbox()
    presses = [OutboxEntry(f"{'x' * 200}{count}", "pencurian", float(count)) for count in range(300)]
    with journal_in(path, inbox) as journal:
        take(inbox, Loaded)
        for press in presses:
            journal.put(SavePress(press))
        fault = take(inbox, Faulted)
        full = False
        assert take(inbox, Recovered) == Recovered("journal")

    assert "database or disk is full" in fault.reason
    assert load(path).presses == tuple(presses)


def test_a_disk_without_room_is_a_fault_and_the_journal_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:  # in a container
        pytest.skip(f"root may not mount a small disk here: {mounted.stderr.strip()}")
    ballast = disk / "ballast"
    inbox = Inbox()
    try:
        with journal_in(disk / "journal.db", inbox) as journal:
            take(inbox, Loaded)
            with pytest.raises(OSError, match="No space"):
                ballast.write_bytes(bytes(256 * 1024))
            for count in range(50):
                journal.put(SavePress(OutboxEntry(f"{'x' * 200}{count}", "pencurian", float(count))))
            fault = take(inbox, Faulted)
            ballast.unlink()
            assert take(inbox, Recovered) == Recovered("journal")
        kept = len(load(disk / "journal.db").presses)
    finally:
        subprocess.run(["umount", str(disk)], check=True)

    assert fault.part == "journal"
    assert kept == 50


def test_while_the_disk_fails_the_log_makes_room_for_the_presses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_room, "PENDING", 20)
    (tmp_path / "file").touch()
    with journal_in(tmp_path / "file" / "journal.db") as journal:
        for count in range(10):
            journal.put(SavePress(OutboxEntry(str(count), "pencurian", float(count))))
        for count in range(1000):
            journal.put(Log({"event": "refused", "count": count}))
        assert wait_until(journal._queue.empty)

    pending = [each.entry for each in journal._pending]
    assert [entry.press.identifier for entry in pending if isinstance(entry, SavePress)] == list("0123456789")
    assert len(journal._pending) <= 20 + 1


def test_a_journal_that_another_program_holds_is_a_fault_until_it_lets_go(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    load(path)
    inbox = Inbox()
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(sqlite_file, "BUSY_S", 0.05)
        with journal_in(path, inbox):
            fault = take(inbox, Faulted)
            loaded = take(inbox, Loaded)
        other.rollback()

    assert ("locked" in fault.reason, loaded) == (True, Loaded((), ()))


# Damaged files.


def test_a_file_that_is_no_database_is_put_aside_and_a_new_one_begun(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        fault, loaded = take(inbox, Faulted), take(inbox, Loaded)
        journal.put(SavePress(PRESS))

    (aside,) = path.parent.glob("journal.db.damaged-*")
    assert (fault.part, loaded) == ("journal file", Loaded((), ()))
    assert aside.name in fault.reason
    assert aside.read_bytes() == b"no database" * 1000
    assert load(path).presses == (PRESS,)


def test_a_database_that_is_damaged_within_is_put_aside_and_a_new_one_begun(path: Path) -> None:
    write(path, *(SavePress(OutboxEntry(f"{'x' * 100}{count}", "pencurian", float(count))) for count in range(500)))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        faults = [take(inbox, Faulted)]
        assert take(inbox, Loaded) == Loaded((), ())
        journal.put(SavePress(PRESS))
        assert wait_until(lambda: not journal._pending and journal._queue.empty())
        faults += [event for event in drain(inbox) if isinstance(event, Faulted)]

    assert [fault.part for fault in faults] == ["journal file"]
    assert len(list(path.parent.glob("journal.db.damaged-*"))) == 1
    assert load(path).presses == (PRESS,)


@pytest.mark.parametrize("kept", [0, 1, 50, 99, 100, 1000, 4096, 5000])
def test_a_file_that_was_cut_short_never_stops_the_journal(path: Path, kept: int) -> None:
    write(path, *(SavePress(OutboxEntry(f"{'x' * 100}{count}", "pencurian", float(count))) for count in range(100)))
    with path.open("r+b") as file:
        file.truncate(kept)
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        take(inbox, Loaded)
        journal.put(SavePress(PRESS))

    assert PRESS in load(path).presses


def test_a_journal_that_was_cut_to_nothing_is_put_aside_and_reported(path: Path) -> None:
    write(path, SavePress(PRESS))
    path.write_bytes(b"")
    inbox = Inbox()
    with journal_in(path, inbox):
        fault, loaded = take(inbox, Faulted), take(inbox, Loaded)

    (aside,) = path.parent.glob("journal.db.damaged-*")
    assert (fault.part, loaded) == ("journal file", Loaded((), ()))
    assert fault.reason.startswith(f"was damaged (the file is empty); it is kept as {aside.name}, ")


SEEN = Name("olean", "ternak", "alarm-1")


@pytest.mark.parametrize(("text", "presses", "seen"), [
    (b"kebakaran", (PRESS,), {"alarm-1"}), (b"cafe.2", (PRESS,), {"alarm-1"}), (b"alarm-1", (PRESS, OTHER), set()),
])
def test_a_flipped_byte_costs_its_own_row_and_no_other(
    path: Path, text: bytes, presses: tuple[OutboxEntry, ...], seen: set[str]
) -> None:
    write(path, SavePress(PRESS), SavePress(OTHER), SaveSeen(SEEN, over=True))
    path.write_bytes(path.read_bytes().replace(text, b"\xff" + text[1:]))
    inbox = Inbox()
    with journal_in(path, inbox):
        fault, loaded = take(inbox, Faulted), take(inbox, Loaded)

    assert fault.reason.endswith("2 rows of it were saved, 1 rows could not be read")
    assert (loaded.presses, {name.identifier for name, _ in loaded.seen}) == (presses, seen)
    assert load(path) == loaded


@pytest.mark.parametrize("seed", range(40))
def test_no_flipped_bytes_stop_the_journal_and_none_are_met_twice(path: Path, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - guards nothing
    write(path, SavePress(OTHER), SaveSeen(SEEN, over=True), *(Log({"count": count}) for count in range(5)))
    body = bytearray(path.read_bytes())
    for _ in range(random.choice((1, 1, 4, 40))):
        body[random.randrange(len(body))] ^= 1 << random.randrange(8)
    path.write_bytes(body)
    write(path, SavePress(PRESS))
    inbox = Inbox()
    with journal_in(path, inbox):
        loaded = take(inbox, Loaded)

    assert PRESS in loaded.presses
    assert [event for event in drain(inbox) if isinstance(event, Faulted)] == []


def test_one_entry_that_cannot_be_written_is_told_and_keeps_no_other_from_being_written(path: Path) -> None:
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        take(inbox, Loaded)
        journal.put(Log({"event": "refused", "reason": object()}))
        journal.put(Log({"event": "refused", "reason": "\ud800"}))
        journal.put(SavePress(PRESS))
        told = [take(inbox, Faulted), take(inbox, Faulted)]

    assert {fault.part for fault in told} == {"journal entry"}
    assert all(fault.reason.startswith("a Log cannot be written and is left out: ") for fault in told)
    assert load(path).presses == (PRESS,)


def test_a_bug_in_the_thread_is_told_and_does_not_end_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    faults = iter([RuntimeError("a bug"), RuntimeError("a bug")])
    open_ = SqliteFile._open

    def failing(self: SqliteFile) -> sqlite3.Connection:
        for error in faults:
            raise error
        return open_(self)

    monkeypatch.setattr(SqliteFile, "_open", failing)
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        fault = take(inbox, Faulted)
        assert take(inbox, Loaded) == Loaded((), ())
        journal.put(SavePress(PRESS))
        assert take(inbox, Recovered) == Recovered("journal")

    assert "a bug" in fault.reason
    assert load(path).presses == (PRESS,)


def test_a_disk_that_was_slow_and_then_answered_is_told_to_be_well(path: Path) -> None:
    inbox = Inbox()
    with journal_in(path, inbox):
        take(inbox, Loaded)

        assert take(inbox, Recovered) == Recovered("journal")


def write_all(journal: Journal) -> None:
    for _ in range(100):
        journal.put(SavePress(PRESS))


def test_putting_never_waits_for_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = SqliteFile._connect
    answers, reached = Event(), Event()

    def slow(self: SqliteFile) -> sqlite3.Connection:
        reached.set()
        assert answers.wait(LIMIT_S)
        return connect(self)

    monkeypatch.setattr(SqliteFile, "_connect", slow)
    with journal_in(path) as journal:
        assert reached.wait(LIMIT_S)
        loop = Thread(target=write_all, args=(journal,), daemon=True)
        loop.start()
        loop.join(LIMIT_S)
        waits = loop.is_alive()
        answers.set()  # only now

    assert not waits
    assert load(path).presses == (PRESS,)
