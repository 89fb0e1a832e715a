"""The hub's journal: alarms, all-clears and rounds, what is remembered, and the log. Must not decide anything.

It also is the district's memory: `kentongan report` reads it. A SQLite file or, where the settings say so, a PostgreSQL
server (`posko.journal_place`): the SQL here is what both understand, and each row has a number, `rowid`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Self

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import LAPOR
from contract.packed import pack, unpack
from contract.values import dataclass
from contract.wire.faults import Fault
from contract.wire.lapor import Location, Severity
from contract.wire.response import Step
from posko import alarm_rows
from posko.core.effects import (
    SaveAlarm,
    SaveAllClear,
    SaveClosed,
    SaveLapor,
    SaveName,
    SavePatrol,
    SaveReport,
    SaveResponse,
    SaveUnanswered,
    Stamped,
    Write,
)
from posko.core.events import Instant, Loaded, Saved, Stored, StoredCase, StoredClear, StoredLapor, StoredResponse
from posko.core.lapor import CLOSED_S
from posko.core.responses import CASE_S
from runtime import clock
from runtime.core.effects import Log
from runtime.core.events import Faulted
from runtime.database import DatabaseThread
from runtime.inbox import Inbox
from runtime.sql import Database, Engine, as_json
from runtime.sqlite_readonly import typed

# By count, not by time: a clock that jumps must not make the hub forget. Each village has its own: one that floods
# makes no other one forgotten.
NAME_ROWS = 5_000
ALARM_ROWS = 5_000
LATE_ROWS = 2_000
RONDA_ROWS = 20_000
RESPONSE_ROWS = 10_000
LAPOR_ROWS = 5_000
LOG_ROWS = 200_000
POSTS = "posts"  # the source of a line of the log that has the reports of several

# Strict since `kentongan report` takes a row as it is or not at all; a journal from before is used as it was made.
# (STRICT: sqlite.org/stricttables.html, SQLite 3.37 of 2021.)
SCHEMA = """
CREATE TABLE IF NOT EXISTS alarms (
    first TEXT NOT NULL, identifier TEXT NOT NULL, also TEXT NOT NULL, village TEXT NOT NULL,
    incident TEXT NOT NULL, status TEXT NOT NULL, origin TEXT NOT NULL, note TEXT NOT NULL,
    boot TEXT NOT NULL, first_at REAL NOT NULL, raised_at REAL NOT NULL, until REAL NOT NULL,
    first_wall REAL NOT NULL, synced INTEGER NOT NULL, silenced TEXT NOT NULL,
    sounds TEXT NOT NULL, expected TEXT NOT NULL, ended_at REAL, "end" TEXT,
    PRIMARY KEY (village, incident, first)) STRICT;
CREATE INDEX IF NOT EXISTS in_force ON alarms (first) WHERE "end" IS NULL;
CREATE TABLE IF NOT EXISTS cleared (
    village TEXT PRIMARY KEY, boot TEXT NOT NULL, at REAL NOT NULL, wall REAL NOT NULL, synced INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS names (
    id INTEGER PRIMARY KEY, village TEXT NOT NULL, incident TEXT NOT NULL, identifier TEXT NOT NULL,
    over INTEGER NOT NULL, UNIQUE (village, incident, identifier)) STRICT;
CREATE TABLE IF NOT EXISTS ronda (
    identifier TEXT NOT NULL, village TEXT NOT NULL, post TEXT NOT NULL, origin TEXT NOT NULL,
    wall REAL NOT NULL, clock TEXT NOT NULL, PRIMARY KEY (village, identifier)) STRICT;
CREATE TABLE IF NOT EXISTS responses (
    village TEXT NOT NULL, everywhere INTEGER NOT NULL, incident TEXT NOT NULL, identifier TEXT NOT NULL,
    who TEXT NOT NULL, step TEXT NOT NULL, boot TEXT NOT NULL, at REAL NOT NULL, wall REAL NOT NULL,
    synced INTEGER NOT NULL, PRIMARY KEY (village, everywhere, incident, identifier, who, step)) STRICT;
CREATE INDEX IF NOT EXISTS responses_of ON responses (incident, identifier);
CREATE TABLE IF NOT EXISTS unanswered (
    village TEXT NOT NULL, incident TEXT NOT NULL, identifier TEXT NOT NULL, wall REAL NOT NULL,
    PRIMARY KEY (village, incident, identifier)) STRICT;
CREATE TABLE IF NOT EXISTS lapor (
    village TEXT NOT NULL, identifier TEXT NOT NULL, who TEXT NOT NULL, text TEXT NOT NULL, severity TEXT NOT NULL,
    lat REAL, lon REAL, accuracy_m REAL, boot TEXT NOT NULL, at REAL NOT NULL, wall REAL NOT NULL,
    synced INTEGER NOT NULL, closed_boot TEXT, closed_at REAL, closed_wall REAL, closure TEXT,
    PRIMARY KEY (village, identifier)) STRICT;
CREATE INDEX IF NOT EXISTS open_lapor ON lapor (village) WHERE closure IS NULL;
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY, wall REAL NOT NULL, source TEXT NOT NULL, event TEXT NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class _Reports:
    """Reports of posts that are one row: each with its post."""

    reports: list[list[object]]


class Journal(DatabaseThread[Write | _Reports]):
    """Keeps what the hub must not forget. Use as a context manager.

    The bound `most_bytes` is a file's, on the disk of a small machine; a server's journal has those by count.
    """

    schema = SCHEMA
    nothing = Loaded((), (), ())
    expendable = (Log, SaveReport)
    repeated = (SaveResponse, SaveLapor)
    notes = frozenset({"origin", "note", "text"})
    most_bytes = 128_000_000

    def __init__(self, place: Path | Engine, inbox: Inbox, clocks: Mapping[str, float] | None = None) -> None:
        """*clocks* has other boots of machines, and what makes this clock's instants of theirs."""
        super().__init__(place, inbox)
        self._clocks = {**(clocks or {}), self._boot: 0.0}

    def __enter__(self) -> Self:
        self.start()
        return self

    def _combined(self, entries: Sequence[Write | _Reports]) -> Iterator[Write | _Reports]:
        """What many posts report at once, as they do of each alarm, is one row."""
        for reports, some in groupby(entries, lambda entry: isinstance(entry, SaveReport)):
            found = list(some)
            if reports and len(found) > 1:
                yield _Reports([[each.post, each.event] for each in found if isinstance(each, SaveReport)])
            else:
                yield from found

    def _written(self, entries: Sequence[Write | _Reports]) -> None:
        stamps = frozenset(entry.stamp for entry in entries if isinstance(entry, Stamped))
        if stamps:
            self._inbox.put(Saved(stamps))

    def _upgrade(self, database: Database) -> Iterator[str]:
        """From when an identifier was one and the same in all villages. Strict tables stay so, and others, too.

        Of the names that were seen, those of alarms are kept. What else bore one (an all-clear) may be obeyed again.
        """
        tables = dict(database.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall())
        old = [name for name in ("alarms", "ronda") if name in tables]
        strict = all("STRICT" in tables[name] for name in old)
        yield "DROP INDEX IF EXISTS in_force"
        yield from (f"ALTER TABLE {name} RENAME TO old_{name}" for name in old)
        yield from (SCHEMA if strict else SCHEMA.replace(") STRICT;", ");")).split(";")
        yield from (f"INSERT INTO {name} SELECT * FROM old_{name} ORDER BY rowid" for name in old)  # noqa: S608
        yield from (f"DROP TABLE {name}" for name in ("seen", *(f"old_{each}" for each in old)))
        also = "alarms, json_each(iif(json_valid(also), also, '[]'))"
        for name, source in (("value", also), ("first", "alarms"), ("identifier", "alarms")):
            yield (
                "INSERT OR IGNORE INTO names (village, incident, identifier, over) "  # noqa: S608
                f'SELECT village, incident, {name}, "end" NOTNULL FROM {source} ORDER BY alarms.rowid'
            )

    def _load(self, database: Database) -> Loaded:
        alarms = database.execute(
            f'SELECT {alarm_rows.COLUMNS} FROM alarms WHERE "end" IS NULL ORDER BY first_at'  # noqa: S608 - our words
        )
        cleared = database.execute("SELECT village, boot, at, wall, synced FROM cleared")
        over = {boot: database.execute(
            "SELECT village, incident, max(raised_at) FROM alarms WHERE \"end\" = 'cleared' AND boot = ? AND until > ? "
            "GROUP BY village, incident", (boot, clock.now() - shift),
        ).fetchall() for boot, shift in self._clocks.items()}
        seen = database.execute("SELECT village, incident, identifier, over FROM names ORDER BY rowid")
        return Loaded(
            tuple(stored for row in alarms if (stored := self._stored(row)) is not None),
            tuple(
                StoredClear(village, at, self._clocks.get(boot), wall if synced else None)
                for village, boot, at, wall, synced in (typed(row, str, str, float, float, int) for row in cleared)
            ),
            tuple((Name(*name), bool(over)) for *name, over in (typed(row, str, str, str, int) for row in seen)),
            tuple(sorted(((Key(*names), at + self._clocks[boot]) for boot, rows in over.items()
                          for *names, at in (typed(row, str, str, float) for row in rows)), key=lambda each: each[1])),
            tuple(self._cases(database)),
            tuple(found for row in self._lapor(database) if (found := self._stored_lapor(database, row)) is not None),
            tuple(Name(village, LAPOR, identifier) for village, identifier in (
                typed(row, str, str) for row in database.execute("SELECT village, identifier FROM lapor ORDER BY rowid")
            )),
        )

    def _cases(self, database: Database) -> Iterator[StoredCase]:
        """The last alarm of each village and incident, if it is not old, with who responded to it."""
        found = database.execute(
            "SELECT village, incident, first, identifier, also, status, first_at, boot, first_wall, synced FROM alarms "
            "WHERE rowid IN (SELECT max(rowid) FROM alarms WHERE first_wall > ? AND "
            "(\"end\" IS NULL OR \"end\" IN ('finished', 'cleared')) GROUP BY village, incident) "
            "ORDER BY village, incident",
            (clock.now() + clock.wall().offset_s - CASE_S,),
        ).fetchall()
        for row in found:
            try:
                yield self._case(database, row)
            except (TypeError, ValueError, AttributeError) as error:
                reason = f"the responses to {row[2]!r} cannot be read and are left out: {error}"
                self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, reason))

    def _case(self, database: Database, row: tuple[Any, ...]) -> StoredCase:
        village, incident, first, identifier, also, status, *since = typed(row, *(str,) * 6, float, str, float, int)
        unanswered = database.execute(
            "SELECT 1 FROM unanswered WHERE village = ? AND incident = ? AND identifier = ?",
            (village, incident, first))
        names = tuple(dict.fromkeys((first, identifier, *json.loads(also))))
        return StoredCase(
            Key(village, incident), first, names, Status(status), self._instant(*since),
            self._responses(database, Name(village, incident, first)), unanswered.fetchone() is not None,
        )

    def _lapor(self, database: Database) -> list[tuple[Any, ...]]:
        """The rows of residents' reports that are open, or were closed lately."""
        return database.execute(
            "SELECT village, identifier, who, text, severity, lat, lon, accuracy_m, at, boot, wall, synced, closed_at, "
            "closed_boot, closed_wall, closure FROM lapor WHERE closure IS NULL OR closed_wall > ? ORDER BY rowid",
            (clock.now() + clock.wall().offset_s - CLOSED_S,)).fetchall()

    def _stored_lapor(self, database: Database, row: tuple[Any, ...]) -> StoredLapor | None:
        """A report in *row*; one that cannot be read is reported, and keeps no other from being restored."""
        try:
            village, identifier, who, text, severity = typed(row[:5], *(str,) * 5)
            closed = None if row[15] is None else self._instant(*typed((*row[12:15], 1), float, str, float, int))
            return StoredLapor(
                Name(village, LAPOR, identifier), who, text, Severity(severity), location(row[5:8]),
                self._instant(*typed(row[8:12], float, str, float, int)),
                self._responses(database, Name(village, LAPOR, identifier)), closed,
            )
        except (TypeError, ValueError) as error:
            reason = f"the report {row[1]!r} cannot be read and is left out: {error}"
            self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, reason))
            return None

    def _responses(self, database: Database, name: Name) -> tuple[StoredResponse, ...]:
        """Who responded to what bears *name*. Raises TypeError and ValueError."""
        everywhere = name.village == EVERYWHERE
        made = database.execute(
            "SELECT who, step, village, at, boot, wall, synced FROM responses WHERE everywhere = ? AND incident = ? "
            "AND identifier = ? AND (everywhere = 1 OR village = ?) ORDER BY rowid",
            (everywhere, name.incident, name.identifier, name.village)).fetchall()
        return tuple(StoredResponse(who, Step(step), place, self._instant(*at))
                     for who, step, place, *at in (typed(each, *(str,) * 3, float, str, float, int) for each in made))

    def _instant(self, at: float, boot: str, wall: float, synced: int) -> Instant:
        return Instant(at, self._clocks.get(boot), wall if synced else None)

    def _stored(self, row: tuple[Any, ...]) -> Stored | None:
        """An alarm in force; a row that cannot be read is reported, and keeps no other from being restored."""
        try:
            return alarm_rows.read(row, self._clocks)
        except (TypeError, ValueError, AttributeError) as error:
            reason = f"the alarm {row[2]!r} cannot be read and is left out: {error}"
            self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, reason))
            return None

    def _prune(self, database: Database) -> None:
        """Makes room: all but each village's newest names, alarms that are over, late ones and rounds, and all but the
        newest of the log. What people may miss is reported.
        """
        for what, table, which, most in (
            ("", "names", "TRUE", NAME_ROWS),
            ("late alarms", "alarms", "\"end\" = 'late'", LATE_ROWS),
            ("alarms", "alarms", '"end" NOTNULL', ALARM_ROWS),
            ("rounds", "ronda", "TRUE", RONDA_ROWS),
            ("responses", "responses", "TRUE", RESPONSE_ROWS),
            ("", "unanswered", "TRUE", ALARM_ROWS),
            ("residents' reports", "lapor", "closure NOTNULL", LAPOR_ROWS),
        ):
            removed = database.execute(
                f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM (SELECT rowid, row_number() OVER "  # noqa: S608
                f"(PARTITION BY village ORDER BY rowid DESC) AS place FROM {table} WHERE {which}) AS placed "
                "WHERE place > ?)", (most,),
            ).rowcount
            if what and removed:
                self._notice(f"{removed} of the oldest {what} are removed: a village keeps {most}")
        log = "DELETE FROM log WHERE rowid <= (SELECT max(rowid) FROM log) - ?"
        removed = database.execute(log, (LOG_ROWS,)).rowcount
        if removed:
            self._notice(f"{removed} of the oldest lines of the log are removed: it keeps {LOG_ROWS}")

    def _shrink(self, database: Database) -> Iterator[int]:
        """Removes the oldest of the log, then alarms or closed reports, of which some village has most."""
        yield from super()._shrink(database)
        while True:
            most = database.execute(
                "SELECT 'alarms' AS name, '\"end\" NOTNULL' AS over, village, count(*) AS found FROM alarms "
                "WHERE \"end\" NOTNULL GROUP BY village UNION ALL "
                "SELECT 'lapor', 'closure NOTNULL', village, count(*) FROM lapor WHERE closure NOTNULL "
                "GROUP BY village ORDER BY found DESC LIMIT 1"
            ).fetchone()
            if most is None:
                return
            table, over, village, _ = most
            yield database.execute(
                f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} "  # noqa: S608 - our own words
                f"WHERE {over} AND village = ? ORDER BY rowid LIMIT 200)", (village,)).rowcount

    def _apply(self, database: Database, entry: Write | _Reports) -> None:  # noqa: C901 - a table, one row an entry
        wall = clock.wall()
        epoch = clock.now() + wall.offset_s
        match entry:
            case SaveAlarm():
                alarm_rows.keep(database, entry, self._boot)
            case SaveName(_, name, over):
                alarm_rows.see(database, name, over=over)
            case SaveAllClear(_, village, at, dated):
                database.execute(
                    "INSERT INTO cleared VALUES (?, ?, ?, ?, ?) ON CONFLICT (village) DO UPDATE SET "
                    "boot = excluded.boot, at = excluded.at, wall = excluded.wall, synced = excluded.synced",
                    (village, self._boot, at, at + wall.offset_s, wall.synced and dated))
            case SaveResponse(_, name, made, dated):
                first = alarm_rows.first_name(database, name)
                database.execute(
                    "INSERT INTO responses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                    (made.place, name.village == EVERYWHERE, name.incident, first, made.by, made.step.value,
                     self._boot, made.at, made.at + wall.offset_s, wall.synced and dated),
                )
            case SaveUnanswered(name, at):
                database.execute("INSERT INTO unanswered VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                                 (*name.key, alarm_rows.first_name(database, name), at + wall.offset_s))
            case SaveLapor():
                self._keep_lapor(database, entry)
            case SaveClosed(name, closure, at):
                database.execute(
                    "UPDATE lapor SET closed_boot = ?, closed_at = ?, closed_wall = ?, closure = ? "
                    "WHERE village = ? AND identifier = ? AND closure IS NULL",
                    (self._boot, at, at + wall.offset_s, closure.value, name.village, name.identifier))
            case SavePatrol():
                database.execute(
                    "INSERT INTO ronda VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (village, identifier) DO UPDATE SET "
                    "post = excluded.post, origin = excluded.origin WHERE excluded.origin = 'schedule'",
                    (entry.identifier, entry.village, entry.post, entry.origin, entry.wall_s, entry.clock),
                )
            case SaveReport(post, event):
                _log(database, epoch, post, event)
            case _Reports(reports):
                _log(database, epoch, POSTS, {"reports": reports})
            case Log(event):
                _log(database, epoch, "posko", event)

    def _keep_lapor(self, database: Database, entry: SaveLapor) -> None:
        wall, found = clock.wall(), entry.lapor
        place = found.place
        database.execute(
            "INSERT INTO lapor VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL, NULL) "
            "ON CONFLICT DO NOTHING",
            (found.name.village, found.name.identifier, found.by, found.text, found.severity.value,
             *((None, None, None) if place is None else (place.lat, place.lon, place.accuracy_m)),
             self._boot, found.at, found.at + wall.offset_s, wall.synced and entry.dated),
        )


def location(columns: Sequence[object]) -> Location | None:
    """The place in a row of the table `lapor`: its columns lat, lon and accuracy_m. Raises TypeError."""
    lat, lon, accuracy_m = columns
    if lat is None or lon is None:
        return None
    numbers = typed((lat, lon, 0.0 if accuracy_m is None else accuracy_m), float, float, float)
    return Location(lat=numbers[0], lon=numbers[1], accuracy_m=None if accuracy_m is None else numbers[2])


def _log(database: Database, epoch: float, source: str, event: object) -> None:
    database.execute("INSERT INTO log (wall, source, event) VALUES (?, ?, ?)", (epoch, source, pack(as_json(event))))


def reports(source: str, event: str) -> list[tuple[str, Any]]:
    """What a line of the log has: each event with its source, a post or `posko`. Raises ValueError."""
    found = json.loads(unpack(event))
    return [(source, found)] if source != POSTS else [(post, each) for post, each in found["reports"]]
