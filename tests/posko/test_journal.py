"""The hub's journal on a real disk: what it said is kept is there, whatever dies; and the model's disk is like it.

What holds for both engines is tried with both.
"""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contract.domain.alarm import Key, Name, Status
from contract.wire.lapor import Location, Severity
from contract.wire.response import Step
from posko import journal as journal_room
from posko.core.effects import (
    Closure,
    End,
    SaveAlarm,
    SaveAllClear,
    SaveClosed,
    SaveLapor,
    SaveName,
    SavePatrol,
    SaveReport,
    SaveResponse,
    SaveUnanswered,
    Write,
)
from posko.core.events import Instant, Loaded, Saved, StoredLapor, StoredResponse
from posko.core.state import Alarm, Lapor, Response
from posko.journal import Journal
from runtime import clock
from runtime import database as database_room
from runtime.core.effects import Log
from runtime.core.events import Clock, Faulted, Noticed, Recovered
from runtime.inbox import Inbox
from runtime.sqlite_file import SqliteFile
from testing.program import LIMIT_S
from tests.model.disks import HubRows
from tests.posko.core.world import FIRE, stored
from tests.posko.report.journals import BEFORE_STRICT
from tests.support.journals import Kept, KeptFile, KeptOnServer, needs_server
from tests.support.nodes import ROOT
from tests.support.waiting import drain, take, wait_until

ALARM = Alarm(FIRE, "a", "b", ("a",), Status.EXERCISE, "op", "RT 3 ●", 10.0, 20.0, 200.0, 10.5,
              silenced={"kalibagor": 30.0}, sounds={"kalibagor/pos-1": 0.5})
QUARREL = Key("kalibagor", "lapor")  # where responses to a report are
NOTHING = Loaded((), (), ())
SYNCED = Clock(synced=True, offset_s=1_000_000.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "posko.db"


@pytest.fixture(autouse=True)
def _steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """A synchronised wall clock, a disk that is tried again soon and, at the end, waited for.

    The machine was started 1,000 s ago, whenever that was: what is older than half a day is not loaded.
    """
    monkeypatch.setattr(clock, "wall", lambda: SYNCED)
    begun, now = clock.now(), clock.now
    monkeypatch.setattr(clock, "now", lambda: 1000.0 + now() - begun)
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    monkeypatch.setattr(database_room, "CLOSE_S", LIMIT_S)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=needs_server)])
def kept(request: pytest.FixtureRequest, path: Path) -> Kept:
    """A journal's place, on either engine."""
    return KeptFile(path) if request.param == "sqlite" else KeptOnServer(request.getfixturevalue("postgresql_server"))


@contextmanager
def journal_in(place: Path | Kept, inbox: Inbox | None = None) -> Iterator[Journal]:
    with Journal(place if isinstance(place, Path) else place.place(), inbox or Inbox()) as journal:
        yield journal


def write(path: Path | Kept, *entries: Write) -> None:
    with journal_in(path) as journal:
        for entry in entries:
            journal.put(entry)


def load(path: Path | Kept) -> Loaded:
    inbox = Inbox()
    with journal_in(path, inbox):
        return take(inbox, Loaded)


def rows(place: Path | Kept, query: str) -> list[tuple[object, ...]]:
    return (KeptFile(place) if isinstance(place, Path) else place).rows(query)


def keep(stamp: int, alarm: Alarm = ALARM, end: End | None = None) -> SaveAlarm:
    return SaveAlarm(stamp, alarm, ("kalibagor/pos-1", "kotakan/pos-1"), 300.0 if end else None, end)


def called(first: str, **other: Any) -> Alarm:
    """Another alarm, which is called *first* first."""
    return replace(ALARM, first=first, identifier=f"{first}.2", also=(first,), **other)


def responds(  # noqa: PLR0917 - what a response has
    stamp: int, first: str, by: str, step: Step, place: str = "kalibagor", key: Key = FIRE, at: float = 40.0,
) -> SaveResponse:
    return SaveResponse(stamp, key.name(first), Response(by, step, place, at, stamp))


def reported(  # noqa: PLR0917 - what a report has
    stamp: int, identifier: str, at: float = 40.0, village: str = "kalibagor", place: Location | None = None,
    text: str = "Ribut",
) -> SaveLapor:
    name = Name(village, "lapor", identifier)
    return SaveLapor(stamp, Lapor(name, "warga/budi", text, Severity.HIGH, place, at, stamp=stamp))


def test_a_new_journal_holds_nothing(kept: Kept) -> None:
    assert load(kept) == NOTHING


# The tables as they were when an identifier was one and the same in all villages.
OLD_SCHEMA = """
CREATE TABLE alarms (
    first TEXT PRIMARY KEY, identifier TEXT NOT NULL, also TEXT NOT NULL, village TEXT NOT NULL,
    incident TEXT NOT NULL, status TEXT NOT NULL, origin TEXT NOT NULL, note TEXT NOT NULL,
    boot TEXT NOT NULL, first_at REAL NOT NULL, raised_at REAL NOT NULL, until REAL NOT NULL,
    first_wall REAL NOT NULL, synced INTEGER NOT NULL, silenced TEXT NOT NULL,
    sounds TEXT NOT NULL, expected TEXT NOT NULL, ended_at REAL, "end" TEXT) STRICT;
CREATE INDEX in_force ON alarms (first) WHERE "end" IS NULL;
CREATE TABLE cleared (
    village TEXT PRIMARY KEY, boot TEXT NOT NULL, at REAL NOT NULL, wall REAL NOT NULL, synced INTEGER NOT NULL) STRICT;
CREATE TABLE seen (
    id INTEGER PRIMARY KEY, identifier TEXT UNIQUE NOT NULL, over INTEGER NOT NULL) STRICT;
CREATE TABLE ronda (
    identifier TEXT PRIMARY KEY, village TEXT NOT NULL, post TEXT NOT NULL, origin TEXT NOT NULL,
    wall REAL NOT NULL, clock TEXT NOT NULL) STRICT;
CREATE TABLE log (
    id INTEGER PRIMARY KEY, wall REAL NOT NULL, source TEXT NOT NULL, event TEXT NOT NULL) STRICT;
INSERT INTO alarms VALUES
('a', 'b', '["a", "z"]', 'kalibagor', 'kebakaran', 'Exercise', 'op', 'RT 3', 'one', 10.0, 20.0, 200.0, 1000010.0, 1,
 '{}', '{}', '[]', NULL, NULL),
('c', 'c', '[]', 'kotakan', 'pencurian', 'Actual', '', '', 'one', 10.0, 10.0, 190.0, 1000010.0, 1,
 '{}', '{}', '[]', 30.0, 'cleared'),
('d', 'd', 'no list', 'kotakan', 'pencurian', 'Actual', '', '', 'one', 40.0, 40.0, 220.0, 1000040.0, 1,
 '{}', '{}', '[]', 300.0, 'late');
INSERT INTO cleared VALUES ('kotakan', 'one', 30.0, 1000030.0, 1);
INSERT INTO seen (identifier, over) VALUES ('a', 0), ('b', 0), ('z', 0), ('c', 1), ('d', 1), ('all-clear', 1);
INSERT INTO ronda VALUES ('r', 'kotakan', 'kotakan/pos-1', 'button', 1000050.0, 'synced');
INSERT INTO log (wall, source, event) VALUES (1000000.0, 'posko', '{}');
"""


@pytest.mark.parametrize("strict", [True, False])
def test_a_journal_from_when_an_identifier_had_no_village_is_taken_over(path: Path, strict: bool) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.executescript(OLD_SCHEMA if strict else OLD_SCHEMA.replace(") STRICT;", ");"))
    loaded, again = load(path), load(path)

    kalibagor, kotakan = FIRE.name, Key("kotakan", "pencurian").name
    assert loaded == again
    assert [(each.key, each.first, each.also) for each in loaded.alarms] == [(FIRE, "a", ("a", "z"))]
    assert sorted(loaded.seen) == [
        (kalibagor("a"), False), (kalibagor("b"), False), (kalibagor("z"), False),
        (kotakan("c"), True), (kotakan("d"), True),
    ]
    assert [each.village for each in loaded.cleared] == ["kotakan"]
    assert rows(path, "SELECT first FROM alarms ORDER BY rowid") == [("a",), ("c",), ("d",)]
    assert rows(path, "SELECT identifier, post FROM ronda") == [("r", "kotakan/pos-1")]
    assert rows(path, "SELECT count(*) FROM log") == [(1,)]
    write(path, keep(1, replace(ALARM, key=Key("kotakan", "kebakaran"))))
    assert {each.key.village for each in load(path).alarms} == {"kalibagor", "kotakan"}


def test_what_another_village_calls_its_own_by_the_same_name_stands_beside_it(kept: Kept) -> None:
    other = replace(ALARM, key=Key("kotakan", "kebakaran"))
    write(kept, keep(1), keep(2, other, End.LATE), keep(3, other, End.UNKNOWN),
          SavePatrol("r", "kalibagor", "kalibagor/pos-1", "button", 1.0, "synced"),
          SavePatrol("r", "kotakan", "kotakan/pos-1", "schedule", 2.0, "synced"))

    assert rows(kept, 'SELECT village, "end" FROM alarms ORDER BY village') == [
        ("kalibagor", None), ("kotakan", "unknown")]
    assert rows(kept, "SELECT village, post FROM ronda ORDER BY village") == [
        ("kalibagor", "kalibagor/pos-1"), ("kotakan", "kotakan/pos-1")]


def test_a_journal_from_before_the_tables_were_strict_is_used_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.executescript(BEFORE_STRICT)
    write(path, keep(1), SavePatrol("r1", "kalibagor", "kalibagor/pos-1", "button", 1.0, "synced"))

    assert [each.first for each in load(path).alarms] == ["a"]
    assert rows(path, "SELECT count(*) FROM ronda") == [(1,)]
    assert rows(path, "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%STRICT%'") == [(0,)]


def test_what_a_strict_table_does_not_take_is_left_out_and_reported_and_the_rest_is_written(kept: Kept) -> None:
    inbox = Inbox()
    with journal_in(kept, inbox) as journal:
        journal.put(SavePatrol("r1", "kalibagor", "", "button", "soon", "synced"))  # type: ignore[arg-type]
        journal.put(SavePatrol("r2", "kalibagor", "", "button", 1.0, "synced"))
    reasons = [each.reason for each in drain(inbox) if isinstance(each, Faulted)]

    assert rows(kept, "SELECT identifier FROM ronda") == [("r2",)]
    assert ["SavePatrol cannot be written" in reason for reason in reasons] == [True]


def test_what_is_in_force_is_loaded_as_it_was_last_written(kept: Kept) -> None:
    write(kept, keep(1, replace(ALARM, identifier="a", also=())), keep(2))

    assert load(kept).alarms == (replace(
        stored("a", wall=1_000_010.0), identifier="b", also=("a",), status=Status.EXERCISE, origin="op",
        note="RT 3 ●", raised_at=20.0, until=200.0, silenced={"kalibagor": 30.0}, sounds={"kalibagor/pos-1": 0.5},
    ),)


def test_what_ended_is_not_loaded_and_stays_in_the_districts_memory(kept: Kept) -> None:
    write(kept, keep(1), keep(2, end=End.CLEARED))
    loaded = load(kept)

    assert (loaded.alarms, sorted(loaded.seen)) == ((), [(FIRE.name("a"), True), (FIRE.name("b"), True)])
    assert rows(kept, 'SELECT first, "end", ended_at, expected FROM alarms') == [
        ("a", "cleared", 300.0, '["kalibagor/pos-1", "kotakan/pos-1"]'),
    ]


def test_identifiers_are_remembered_and_what_is_over_stays_over(kept: Kept) -> None:
    write(kept, *(SaveName(number, FIRE.name(name), over) for number, (name, over) in enumerate(
        [("a", False), ("b", True), ("a", True), ("b", False)])))

    assert load(kept).seen == ((FIRE.name("a"), True), (FIRE.name("b"), True))


@pytest.mark.parametrize(("synced", "dated"), [(True, True), (False, True), (True, False)])
def test_of_another_boot_only_a_synchronised_clock_with_which_none_disagreed_tells_the_age(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, synced: bool, dated: bool
) -> None:
    monkeypatch.setattr(clock, "wall", lambda: replace(SYNCED, synced=synced))
    write(kept, replace(keep(1), dated=dated), SaveAllClear(2, "kalibagor", 50.0, dated))
    monkeypatch.setattr(clock, "machine_boot", lambda: "another boot")
    loaded = load(kept)

    certain = synced and dated
    assert [(each.shift, each.first_wall) for each in loaded.alarms] == [(None, 1_000_010.0 if certain else None)]
    assert [(each.village, each.shift, each.wall) for each in loaded.cleared] == [
        ("kalibagor", None, 1_000_050.0 if certain else None),
    ]


def test_what_has_a_stamp_is_told_once_it_is_written(kept: Kept) -> None:
    inbox = Inbox()
    with journal_in(kept, inbox) as journal:
        cleared = SaveAllClear(3, "semua", 1.0)
        for entry in (keep(1), SaveName(2, FIRE.name("x"), over=True), cleared, Log({"event": "linked"})):
            journal.put(entry)
        told: set[int] = set()
        while len(told) < 3:
            told |= take(inbox, Saved).stamps
            assert len(rows(kept, "SELECT identifier FROM names")) == 2 + (2 in told)

    assert told == {1, 2, 3}


def test_a_round_that_comes_twice_is_written_once_with_who_made_it(kept: Kept) -> None:
    write(kept, SavePatrol("r", "kalibagor", "kalibagor/pos-1", "button", 5.0, "synced"),
          SavePatrol("r", "kalibagor", "kalibagor/pos-1", "schedule", 7.0, "synced"))

    assert rows(kept, "SELECT identifier, village, post, origin, wall, clock FROM ronda") == [
        ("r", "kalibagor", "kalibagor/pos-1", "schedule", 5.0, "synced")]


def test_what_posts_and_the_hub_say_is_logged_though_it_is_no_text(kept: Kept) -> None:
    inbox = Inbox()
    with journal_in(kept, inbox) as journal:
        take(inbox, Loaded)
        journal.put(SaveReport("kalibagor/pos-1", {"event": "late", "reason": "\ud800 ●"}))
        journal.put(Log({"event": "linked"}))
        assert wait_until(lambda: rows(kept, "SELECT count(*) FROM log") == [(2,)])
    assert not [event for event in drain(inbox) if isinstance(event, Faulted)]

    assert rows(kept, "SELECT source, event FROM log ORDER BY rowid") == [
        ("kalibagor/pos-1", '{"event": "late", "reason": "? ●"}'), ("posko", '{"event": "linked"}'),
    ]


def logged(path: Kept) -> list[tuple[str, object]]:
    lines = rows(path, "SELECT source, event FROM log ORDER BY rowid")
    return [each for source, event in lines for each in journal_room.reports(str(source), str(event))]


def test_what_many_posts_report_at_once_is_one_line_with_all_of_it(kept: Kept) -> None:
    posts = [(f"desa-{number}/pos-1", {"event": "sounding", "boot": f"b{number}"}) for number in range(300)]
    write(kept, Log({"event": "accepted"}), *(SaveReport(*each) for each in posts), Log({"event": "proven"}))

    assert logged(kept) == [("posko", {"event": "accepted"}), *posts, ("posko", {"event": "proven"})]
    assert rows(kept, "SELECT source FROM log ORDER BY rowid") == [("posko",), ("posts",), ("posko",)]
    assert rows(kept, "SELECT sum(length(event)) < 4000 FROM log") == [(1,)]


def test_what_thousands_of_posts_report_is_few_lines(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is a writing of its own, of whole pages: 10,000 posts are to cost less than 200 kB an alarm."""
    monkeypatch.setattr(database_room, "GATHER_S", 3600.0)
    posts = [(f"desa-{number // 10}/pos-{number % 10}", {"event": "sounding"}) for number in range(10_000)]
    write(kept, *(SaveReport(*each) for each in posts))

    assert logged(kept) == posts
    assert rows(kept, "SELECT count(*) FROM log") == [(3,)]


def test_an_alarm_of_a_thousand_posts_is_short_on_the_disk_and_comes_back_whole(kept: Kept) -> None:
    posts = tuple(f"desa-{number // 7}/pos-{number % 7}" for number in range(1000))
    alarm = replace(ALARM, sounds={post: number / 1000 for number, post in enumerate(posts)})
    write(kept, SaveAlarm(1, alarm, posts))
    (found,) = load(kept).alarms

    assert found.sounds == alarm.sounds
    assert rows(kept, "SELECT length(sounds) + length(expected) < 8000 FROM alarms") == [(1,)]


def test_an_alarm_whose_packed_row_is_damaged_is_reported_and_keeps_no_other_away(kept: Kept) -> None:
    other = replace(ALARM, key=Key("kotakan", "kebakaran"))
    write(kept, keep(1), keep(2, other))
    kept.change("UPDATE alarms SET sounds = 'bz2:AAAA' WHERE village = 'kalibagor'")
    inbox = Inbox()
    with journal_in(kept, inbox):
        found = take(inbox, Faulted), take(inbox, Loaded)

    assert found[0].reason.startswith("the alarm 'a' cannot be read and is left out: ")
    assert [each.key.village for each in found[1].alarms] == ["kotakan"]


def test_a_report_waits_for_more_of_its_kind_and_what_must_not_be_lost_for_nothing(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what a power cut may cost is gathered; and what has been gathered is not lost with the program's end."""
    monkeypatch.setattr(database_room, "GATHER_S", 3600.0)
    inbox = Inbox()
    with journal_in(kept, inbox) as journal:
        take(inbox, Loaded)
        journal.put(SaveReport("olean/pos-1", {"event": "sounding"}))
        journal.put(SaveName(7, FIRE.name("x"), over=True))
        assert take(inbox, Saved) == Saved(frozenset({7}))
        assert logged(kept) == [("olean/pos-1", {"event": "sounding"})]
        journal.put(SaveReport("olean/pos-1", {"event": "finished"}))
    assert logged(kept)[1:] == [("olean/pos-1", {"event": "finished"})]


def test_a_village_that_floods_pushes_nothing_of_another_one_out(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in ("NAME_ROWS", "LATE_ROWS", "RONDA_ROWS"):
        monkeypatch.setattr(journal_room, bound, 2)
    flood: list[Write] = []
    for number in range(5):
        flood += [
            SaveName(number, Key("kotakan", "aman").name(f"x{number}"), over=True),
            keep(number, called(f"f{number}", key=Key("kotakan", "kebakaran")), End.LATE),
            SavePatrol(f"r{number}", "kotakan", "", "operator", 1.0, "synced"),
        ]
    quiet = replace(ALARM, identifier="a", also=())
    write(kept, keep(1, quiet, End.LATE), SavePatrol("r", "kalibagor", "", "operator", 1.0, "synced"), *flood)

    assert (FIRE.name("a"), True) in load(kept).seen
    for table in ("names", "alarms", "ronda"):
        counted = rows(kept, f"SELECT village, count(*) FROM {table} GROUP BY village ORDER BY village")  # noqa: S608
        assert counted == [("kalibagor", 1), ("kotakan", 2)]


def test_names_and_the_log_make_room_and_alarms_and_rounds_are_kept(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_room, "LOG_ROWS", 3)
    monkeypatch.setattr(journal_room, "NAME_ROWS", 4)
    write(kept, *(SaveName(number, FIRE.name(f"x{number}"), over=True) for number in range(10)),
          *(Log({"event": "linked"}) for _ in range(10)), keep(1, end=End.FINISHED))

    assert len(load(kept).seen) == 4
    assert [len(rows(kept, f"SELECT * FROM {table}")) for table in ("log", "alarms")] == [3, 1]  # noqa: S608


# Sudden death, bad disks.


WRITER = """
import sys, time
from dataclasses import replace
from itertools import count
from pathlib import Path
from runtime.inbox import Inbox
from posko.core.effects import SaveAllClear, SaveName
from posko.core.events import Saved
from posko.journal import Journal
from tests.posko.core.world import FIRE
from tests.posko.test_journal import ALARM, keep

class Telling(Inbox):
    def put(self, event):
        if isinstance(event, Saved):
            sys.stdout.write("".join(f"{sys.argv[2]}.{stamp}" + chr(10) for stamp in event.stamps))
            sys.stdout.flush()

with Journal(Path(sys.argv[1]), Telling()) as journal:
    for count in range(10**9):
        time.sleep(0.001)
        name = f"{sys.argv[2]}.{count}"
        journal.put(SaveName(count, FIRE.name(name), over=True) if count % 2 else
                    keep(count, replace(ALARM, first=name, identifier=name, also=())))
"""


def test_what_was_told_to_be_kept_is_there_though_the_process_was_killed_at_any_moment(path: Path) -> None:
    told: set[str] = set()
    random = Random(5)  # noqa: S311 - guards nothing
    for run, lines in enumerate((1, 12, 3, 5)):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(run)], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        told |= {process.stdout.readline().strip() for _ in range(lines)}
        time.sleep(random.uniform(0.0, 0.1))  # anywhere in a write
        process.kill()
        rest, _ = process.communicate()
        told |= {line for line in rest.split("\n")[:-1] if line}
    loaded = load(path)

    assert len(told) > 8
    assert told <= {name.identifier for name, _ in loaded.seen}
    assert {name for name in told if int(name.split(".")[1]) % 2 == 0} <= {each.first for each in loaded.alarms}
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_folder_that_cannot_be_written_is_a_fault_until_it_can_and_then_all_is_kept(path: Path) -> None:
    path.mkdir(parents=True)  # a folder where the file should be
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        assert take(inbox, Loaded) == NOTHING
        journal.put(keep(1))
        fault = take(inbox, Faulted)
        path.rmdir()
        kept = take(inbox, Saved)
        assert take(inbox, Recovered) == Recovered("journal")

    assert fault.part == "journal"
    assert kept.stamps == {1}
    assert [each.first for each in load(path).alarms] == ["a"]


def test_what_a_disk_has_that_fails_at_first_is_read_before_anything_is_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, keep(1))
    inbox, attempts, connect = Inbox(), count(1), SqliteFile._connect

    def fails_three_times(self: SqliteFile) -> sqlite3.Connection:
        if next(attempts) <= 3:
            raise OSError("no card")
        return connect(self)

    monkeypatch.setattr(SqliteFile, "_connect", fails_three_times)
    journal = Journal(path, inbox)
    journal.put(keep(2, replace(ALARM, identifier="a", also=(), until=190.0)))
    with journal:
        assert take(inbox, Loaded) == NOTHING
        loaded = take(inbox, Loaded)
        take(inbox, Saved)

    assert [(each.identifier, each.until) for each in loaded.alarms] == [("b", 200.0)]


def test_a_full_disk_tells_nothing_to_be_kept_until_there_is_room(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = SqliteFile._connect
    full = True

    def limited(self: SqliteFile) -> sqlite3.Connection:
        database = connect(self)
        database.execute(f"PRAGMA max_page_count={20 if full else 1_000_000}")
        return database

    monkeypatch.setattr(SqliteFile, "_connect", limited)
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        take(inbox, Loaded)
        journal.put(keep(1, replace(ALARM, note="x" * 100_000)))
        fault = take(inbox, Faulted)
        assert not [event for event in drain(inbox) if isinstance(event, Saved)]
        full = False
        assert take(inbox, Saved).stamps == {1}

    assert "full" in fault.reason


def test_a_damaged_file_is_put_aside_and_a_new_one_begun(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 1000)
    inbox = Inbox()
    with journal_in(path, inbox) as journal:
        fault, loaded = take(inbox, Faulted), take(inbox, Loaded)
        journal.put(keep(1))
        assert take(inbox, Saved).stamps == {1}

    (aside,) = path.parent.glob("posko.db.damaged-*")
    assert (fault.part, loaded, aside.read_bytes()) == ("journal file", NOTHING, b"no database" * 1000)


# The model's.


@pytest.mark.parametrize("seed", range(6))
def test_the_models_disk_holds_what_this_one_holds(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - guards nothing
    table = HubRows()
    entries: list[Write] = []
    for number in range(40):
        first = f"a{random.randrange(6)}"
        at = float(random.randrange(99))
        alarm = replace(ALARM, first=first, identifier=f"n{number}", also=(first,), first_at=at)
        drawn: list[Write] = [
            keep(number, alarm), keep(number, alarm), keep(number, alarm, random.choice([*End])),
            keep(number, replace(alarm, also=(first, f"n{random.randrange(40)}", f"a{random.randrange(6)}"))),
            SaveName(number, FIRE.name(f"n{random.randrange(40)}"), over=random.random() < 0.5),
            SaveAllClear(number, random.choice(["semua", "kotakan"]), float(number)), Log({"event": "linked"}),
            responds(number, f"a{random.randrange(6)}", random.choice(["op/1", "op/2"]), random.choice([*Step]),
                     "kalibagor"),
            SaveUnanswered(FIRE.name(f"a{random.randrange(6)}"), at),
            reported(number, f"r{random.randrange(6)}", at, random.choice(["kalibagor", "kotakan"])),
            responds(number, f"r{random.randrange(6)}", "op/1", random.choice([*Step]), "kalibagor", QUARREL),
            SaveClosed(QUARREL.name(f"r{random.randrange(6)}"), random.choice([*Closure]), at),
        ]
        entries.append(random.choice(drawn))
        table.apply(entries[-1], 1, SYNCED)
    write(kept, *entries)
    monkeypatch.setattr(clock, "now", lambda: 0.0)
    real, modelled = load(kept), table.load(1, 0.0)

    assert {each.first: each for each in real.alarms} == {each.first: each for each in modelled.alarms}
    assert [each.first_at for each in real.alarms] == [each.first_at for each in modelled.alarms]
    assert {*real.cleared} == {*modelled.cleared}
    assert {*real.over} == {*modelled.over}
    assert dict(real.seen) == dict(modelled.seen)
    assert real.cases == modelled.cases
    assert real.lapor == modelled.lapor
    assert real.reported == modelled.reported


def test_a_response_is_one_row_however_often_it_comes_and_is_loaded_with_its_alarm(kept: Kept) -> None:
    write(kept, keep(1), responds(2, "a", "op/1", Step.COMING), responds(3, "a", "op/1", Step.COMING, at=50.0),
          responds(4, "a", "op/1", Step.THERE, at=60.0), responds(5, "z", "op/1", Step.COMING),
          SaveUnanswered(FIRE.name("a"), 70.0))
    (case,) = load(kept).cases

    assert rows(kept, "SELECT identifier, who, step, at, wall FROM responses ORDER BY rowid") == [
        ("a", "op/1", "menuju", 40.0, 1_000_040.0), ("a", "op/1", "di-lokasi", 60.0, 1_000_060.0),
        ("z", "op/1", "menuju", 40.0, 1_000_040.0)]
    assert (case.key, case.first, case.names, case.unanswered) == (FIRE, "a", ("a", "b"), True)
    assert [(each.by, each.step, each.at.at, each.at.shift) for each in case.responses] == [
        ("op/1", Step.COMING, 40.0, 0.0), ("op/1", Step.THERE, 60.0, 0.0)]


def test_a_response_to_an_alarm_of_all_villages_is_loaded_with_it_from_whichever_village_it_came(kept: Kept) -> None:
    flood = replace(ALARM, key=Key("semua", "banjir"))
    write(kept, keep(1, flood), responds(2, "a", "op/1", Step.COMING, "kotakan", flood.key),
          responds(3, "a", "op/1", Step.COMING, "kalibagor", flood.key),
          responds(4, "a", "op/1", Step.COMING, "kotakan", Key("kotakan", "banjir")))
    (case,) = load(kept).cases

    assert [(each.place, each.by) for each in case.responses] == [("kotakan", "op/1"), ("kalibagor", "op/1")]


def test_of_each_village_and_incident_only_the_last_alarm_is_loaded_and_an_old_one_is_not(kept: Kept) -> None:
    later = replace(ALARM, first="c", identifier="c", also=())
    write(kept, keep(1), keep(2, end=End.FINISHED), keep(3, later, End.CLEARED))
    assert [case.first for case in load(kept).cases] == ["c"]
    kept.change("UPDATE alarms SET first_wall = first_wall - 50000")
    assert load(kept).cases == ()


def test_a_response_that_cannot_be_read_costs_no_alarm(kept: Kept) -> None:
    write(kept, keep(1), responds(2, "a", "op/1", Step.COMING))
    kept.change("UPDATE responses SET step = 'pulang'")
    inbox = Inbox()
    with journal_in(kept, inbox):
        fault = take(inbox, Faulted)
        assert fault.reason == ("the responses to 'a' cannot be read and are left out: 'pulang' is not a valid Step")
        loaded = take(inbox, Loaded)

    assert ([each.first for each in loaded.alarms], loaded.cases) == (["a"], ())


def test_a_journal_from_before_there_were_responses_gets_their_tables(kept: Kept) -> None:
    write(kept, keep(1))
    kept.change("DROP TABLE responses")
    kept.change("DROP TABLE unanswered")
    write(kept, responds(2, "a", "op/1", Step.COMING))
    (case,) = load(kept).cases

    assert [each.step for each in case.responses] == [Step.COMING]
    assert kept.set_aside() == []


def test_a_village_keeps_so_many_responses_and_loses_none_to_another(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_room, "RESPONSE_ROWS", 3)
    write(kept, responds(1, "k", "op/1", Step.COMING, "kotakan"),
          *(responds(number, f"a{number}", "op/1", Step.COMING) for number in range(2, 9)))
    load(kept)

    assert rows(kept, "SELECT village, identifier FROM responses ORDER BY rowid") == [
        ("kotakan", "k"), ("kalibagor", "a6"), ("kalibagor", "a7"), ("kalibagor", "a8")]


# Residents' reports.


def test_a_report_is_one_row_however_often_it_comes_and_is_loaded_with_its_responses(kept: Kept) -> None:
    here = Location(lat=-7.77, lon=113.98)
    write(kept, reported(1, "r", place=here), reported(2, "r", 50.0), reported(3, "r", village="kotakan"),
          responds(4, "r", "op/1", Step.COMING, key=QUARREL), responds(5, "r", "op/1", Step.COMING))
    one, other = load(kept).lapor

    assert one == StoredLapor(
        QUARREL.name("r"), "warga/budi", "Ribut", Severity.HIGH, here, Instant(40.0, shift=0.0, wall=1_000_040.0),
        (StoredResponse("op/1", Step.COMING, "kalibagor", Instant(40.0, shift=0.0, wall=1_000_040.0)),), None)
    assert (other.name, other.place, other.responses) == (Name("kotakan", "lapor", "r"), None, ())
    assert load(kept).reported == (one.name, other.name)


def test_what_is_closed_is_loaded_as_closed_for_a_while_and_then_by_its_name_alone(kept: Kept) -> None:
    write(kept, reported(1, "r"), SaveClosed(QUARREL.name("r"), Closure.DONE, 60.0),
          SaveClosed(QUARREL.name("r"), Closure.EXPIRED, 90.0))
    (found,) = load(kept).lapor
    assert found.closed_at == Instant(60.0, shift=0.0, wall=1_000_060.0)
    assert rows(kept, "SELECT closure FROM lapor") == [("done",)]
    kept.change("UPDATE lapor SET closed_wall = closed_wall - 50000")

    assert (load(kept).lapor, load(kept).reported) == ((), (QUARREL.name("r"),))


def test_a_report_that_cannot_be_read_costs_no_other_and_no_alarm(kept: Kept) -> None:
    write(kept, keep(1), reported(2, "r"), reported(3, "s"))
    kept.change("UPDATE lapor SET severity = 'gawat' WHERE identifier = 'r'")
    inbox = Inbox()
    with journal_in(kept, inbox):
        fault = take(inbox, Faulted)
        assert fault.reason == "the report 'r' cannot be read and is left out: 'gawat' is not a valid Severity"
        loaded = take(inbox, Loaded)

    assert ([each.first for each in loaded.alarms], [each.name.identifier for each in loaded.lapor]) == (["a"], ["s"])


def test_a_journal_from_before_there_were_reports_gets_their_table(kept: Kept) -> None:
    write(kept, keep(1))
    kept.change("DROP TABLE lapor")
    write(kept, reported(2, "r"))

    assert [each.name.identifier for each in load(kept).lapor] == ["r"]
    assert kept.set_aside() == []


def test_a_village_keeps_so_many_closed_reports_all_open_ones_and_loses_none_to_another(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_room, "LAPOR_ROWS", 2)
    names = [f"r{number}" for number in range(6)]
    write(kept, reported(1, "k", village="kotakan"), SaveClosed(Name("kotakan", "lapor", "k"), Closure.DONE, 50.0),
          *(reported(number, name) for number, name in enumerate(names, 2)),
          *(SaveClosed(QUARREL.name(name), Closure.DONE, 50.0) for name in names[1:]))
    load(kept)

    assert rows(kept, "SELECT identifier FROM lapor ORDER BY rowid") == [("k",), ("r0",), ("r4",), ("r5",)]


def test_what_was_found_to_be_one_alarm_is_one_row_with_all_that_was_written_of_either(kept: Kept) -> None:
    again = replace(ALARM, first="c", identifier="c", also=(), first_at=60.0, raised_at=60.0)
    one = replace(ALARM, identifier="c", also=("a", "b"))
    write(kept, keep(1), responds(2, "a", "op/1", Step.COMING), keep(3, again), responds(4, "c", "op/1", Step.COMING),
          responds(5, "c", "op/2", Step.THERE), SaveUnanswered(FIRE.name("c"), 70.0),
          responds(6, "c", "op/3", Step.COMING, "kotakan", Key("kotakan", "kebakaran")), keep(7, one))
    (case,) = load(kept).cases

    assert rows(kept, "SELECT first, identifier, also FROM alarms") == [("a", "c", '["a", "b"]')]
    assert (case.first, case.unanswered) == ("a", True)
    assert [(each.by, each.step) for each in case.responses] == [("op/1", Step.COMING), ("op/2", Step.THERE)]
    assert rows(kept, "SELECT village, identifier FROM responses ORDER BY rowid")[-2:] != [("kotakan", "a")]
    assert ("kotakan", "c") in rows(kept, "SELECT village, identifier FROM responses")


def test_what_was_found_to_be_one_alarm_of_all_villages_has_the_responses_of_each(kept: Kept) -> None:
    flood = Key("semua", "banjir")
    write(kept, keep(1, replace(ALARM, key=flood)), responds(2, "c", "op/1", Step.COMING, "kotakan", flood),
          keep(3, replace(ALARM, key=flood, first="c", identifier="c", also=())),
          keep(4, replace(ALARM, key=flood, also=("a", "c"))))
    (case,) = load(kept).cases

    assert [(each.place, each.by) for each in case.responses] == [("kotakan", "op/1")]


def test_what_came_once_more_before_it_was_known_goes_into_the_row_that_has_it_and_is_in_force(kept: Kept) -> None:
    again = replace(ALARM, first="b", identifier="d", also=("b",), first_at=60.0, raised_at=60.0)
    write(kept, keep(1), keep(2, again), responds(3, "b", "op/1", Step.COMING), SaveUnanswered(FIRE.name("b"), 70.0),
          keep(4, again, End.FINISHED))
    (stored_alarm,), (case,) = load(kept).alarms, load(kept).cases

    assert rows(kept, "SELECT first, identifier, also, raised_at FROM alarms") == [("a", "b", '["a", "d"]', 20.0)]
    assert {*stored_alarm.names()} == {"a", "b", "d"}
    assert (case.first, case.unanswered, [each.by for each in case.responses]) == ("a", True, ["op/1"])
    assert dict(load(kept).seen) == {FIRE.name(name): False for name in "abd"}


def test_what_is_raised_again_after_its_end_keeps_all_names_of_its_row_and_who_sounded_it(kept: Kept) -> None:
    again = replace(ALARM, identifier="c", also=(), first_at=60.0, sounds={"kotakan/pos-1": 1.0})
    write(kept, keep(1, end=End.CLEARED), keep(2, again, End.FINISHED))

    assert rows(kept, 'SELECT first, identifier, also, first_at, sounds, "end" FROM alarms') == [
        ("a", "c", '["b"]', 10.0, '{"kalibagor/pos-1": 0.5, "kotakan/pos-1": 1.0}', "finished")]


def test_what_is_over_stays_over_though_it_comes_once_more_before_it_is_known(kept: Kept) -> None:
    again = replace(ALARM, first="b", identifier="b", also=("d",), first_at=60.0, raised_at=60.0, origin="", note="")
    write(kept, keep(1, end=End.CLEARED), keep(2, again), keep(3, again, End.FINISHED))

    assert rows(kept, 'SELECT first, identifier, also, origin, first_at, "end" FROM alarms') == [
        ("a", "b", '["a", "d"]', "op", 10.0, "cleared")]


@pytest.mark.parametrize("first", ["a", "b"])
@pytest.mark.parametrize("end", [End.CLEARED, End.UNKNOWN])
def test_a_name_that_is_used_again_after_the_end_is_in_force_and_of_another_alarm(
    kept: Kept, first: str, end: End
) -> None:
    again = replace(ALARM, first=first, identifier=first, also=(), first_at=900.0, raised_at=900.0, until=1080.0)
    write(kept, keep(1), keep(2, end=end), keep(3, again))

    assert [(each.first, each.until) for each in load(kept).alarms] == [(first, 1080.0)]
    if first == "b":
        assert rows(kept, "SELECT first, first_at FROM alarms ORDER BY first") == [("a", 10.0), ("b", 900.0)]


def test_a_row_in_force_that_cannot_be_loaded_takes_no_alarm_in(kept: Kept) -> None:
    write(kept, keep(1))
    kept.change("UPDATE alarms SET sounds = 'zzz'")
    write(kept, keep(2, replace(ALARM, first="b", identifier="b", also=())))

    assert [(each.first, each.identifier) for each in load(kept).alarms] == [("b", "b")]


def test_what_was_joined_goes_on_under_its_first_name_though_another_row_had_taken_it_in(kept: Kept) -> None:
    new = replace(ALARM, first="x", identifier="x", also=(), first_at=60.0, raised_at=60.0)
    joined = replace(ALARM, identifier="x", also=("a", "b"), until=380.0)
    write(kept, keep(1), keep(2, new), keep(3, replace(new, also=("b",))), keep(4, joined))
    assert [(each.first, each.until) for each in load(kept).alarms] == [("a", 380.0)]

    write(kept, keep(5, joined, End.CLEARED))
    assert rows(kept, 'SELECT first, "end" FROM alarms') == [("a", "cleared")]


def test_a_damaged_row_keeps_no_alarm_from_being_written(kept: Kept) -> None:
    write(kept, keep(1))
    kept.change("UPDATE alarms SET also = '{'")
    write(kept, keep(2, replace(ALARM, first="b", identifier="b", also=())), keep(3, end=End.FINISHED))

    assert rows(kept, 'SELECT first, "end" FROM alarms ORDER BY first') == [("a", "finished")]


def test_what_comes_late_and_is_known_from_before_is_no_row_of_its_own(kept: Kept) -> None:
    late = replace(ALARM, first="b", identifier="b", also=())
    write(kept, keep(1), keep(2, late, End.LATE), keep(3, replace(late, first="d", identifier="d"), End.LATE))

    assert rows(kept, 'SELECT first, "end" FROM alarms ORDER BY rowid') == [("a", None), ("d", "late")]


# Bounds on the disk.


def test_what_is_raised_again_at_once_is_one_row_since_the_first_time(kept: Kept) -> None:
    again = replace(ALARM, identifier="c", first_at=60.0, raised_at=60.0, until=240.0)
    write(kept, keep(1), keep(2, end=End.CLEARED), keep(3, again))

    assert rows(kept, 'SELECT first, identifier, first_at, first_wall, raised_at, "end" FROM alarms') == [
        ("a", "c", 10.0, 1_000_010.0, 60.0, None)]


def test_the_journal_has_a_bound_and_reports_what_it_removes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log goes first, and then alarms that are over, of the village that has most of them."""
    monkeypatch.setattr(Journal, "most_bytes", 1_000_000)
    monkeypatch.setattr(database_room, "MEASURE_EVERY", 1)
    monkeypatch.setattr(database_room, "BATCH", 50)
    inbox = Inbox()
    other = Key("kotakan", "pencurian")
    with journal_in(path, inbox) as journal:
        for count in range(3000):
            journal.put(Log({"event": "refused", "reason": "x" * 500, "count": count}))
        for count in range(3000):
            journal.put(keep(count, called(f"a{count}", note="x" * 400), End.CLEARED))
            if count % 300 == 0:
                journal.put(keep(count, called(f"o{count}", key=other), End.CLEARED))
        journal.put(keep(9999))
    size = sum(each.stat().st_size for each in path.parent.iterdir())
    told = [event.reason for event in drain(inbox) if isinstance(event, Noticed)]

    assert size < 2_000_000
    assert rows(path, "SELECT count(*) FROM alarms WHERE village = 'kotakan'") == [(10,)]
    assert rows(path, 'SELECT first FROM alarms WHERE "end" IS NULL') == [("a",)]
    assert rows(path, "SELECT first FROM alarms WHERE village = 'kalibagor' ORDER BY rowid DESC LIMIT 2") == [
        ("a",), ("a2999",)]
    assert told
    assert all(reason.startswith("journal: ") and "it may take 1 MB" in reason for reason in told)


def test_whoever_fills_the_journal_with_reports_has_those_removed_and_no_alarm(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "most_bytes", 1_000_000)
    monkeypatch.setattr(database_room, "MEASURE_EVERY", 1)
    monkeypatch.setattr(database_room, "BATCH", 50)
    with journal_in(path) as journal:
        for count in range(10):
            journal.put(keep(count, called(f"a{count}"), End.CLEARED))
        for count in range(3000):
            journal.put(reported(count, f"r{count}", text="x" * 500))
            if count:
                journal.put(SaveClosed(QUARREL.name(f"r{count}"), Closure.DONE, 50.0))

    assert sum(each.stat().st_size for each in path.parent.iterdir()) < 2_000_000
    assert rows(path, "SELECT count(*) FROM alarms") == [(10,)]
    assert rows(path, "SELECT identifier FROM lapor WHERE closure IS NULL") == [("r0",)]
    assert rows(path, "SELECT identifier FROM lapor ORDER BY rowid DESC LIMIT 1") == [("r2999",)]


def test_a_village_keeps_so_many_alarms_and_loses_none_to_another(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_room, "ALARM_ROWS", 3)
    other = Key("kotakan", "pencurian")
    write(kept, *(keep(count, called(f"a{count}"), End.CLEARED) for count in range(7)),
          *(keep(count, called(f"o{count}", key=other), End.CLEARED) for count in range(2)), keep(99))
    inbox = Inbox()
    with journal_in(kept, inbox):
        noticed = take(inbox, Noticed)

    assert noticed.reason == "journal: 4 of the oldest alarms are removed: a village keeps 3"
    assert rows(kept, "SELECT first FROM alarms ORDER BY first") == [
        (each,) for each in ("a", "a4", "a5", "a6", "o0", "o1")]
