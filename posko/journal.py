"""The hub's journal: alarms, all-clears and rounds, what is remembered, and the log. Must not decide anything.

Its file also is the district's memory: `kentongan report` reads it.
"""

import json
from collections.abc import Sequence
from typing import Any, Self

from contract.domain.alarm import Key, Status
from contract.domain.incidents import LONGEST_S
from contract.wire.faults import Fault
from posko.core.effects import End, SaveAlarm, SaveAllClear, SaveIdentifier, SavePatrol, SaveReport, Stamped, Write
from posko.core.events import Loaded, Saved, Stored, StoredClear
from runtime import clock
from runtime.core.effects import Log
from runtime.core.events import Faulted
from runtime.database import DatabaseThread
from runtime.sqlite_readonly import Database, typed

SEEN_ROWS = 50_000  # by count, not by time: a clock that jumps must not make the hub forget
LOG_ROWS = 200_000
LATE_ROWS = 20_000
NAME = "posko.db"

# Strict since `kentongan report` takes a row as it is or not at all; a journal from before is used as it was made.
# (STRICT: sqlite.org/stricttables.html, SQLite 3.37 of 2021.)
SCHEMA = """
CREATE TABLE IF NOT EXISTS alarms (
    first TEXT PRIMARY KEY, identifier TEXT NOT NULL, also TEXT NOT NULL, village TEXT NOT NULL,
    incident TEXT NOT NULL, status TEXT NOT NULL, origin TEXT NOT NULL, note TEXT NOT NULL,
    boot TEXT NOT NULL, first_at REAL NOT NULL, raised_at REAL NOT NULL, until REAL NOT NULL,
    first_wall REAL NOT NULL, synced INTEGER NOT NULL, silenced TEXT NOT NULL,
    sounds TEXT NOT NULL, expected TEXT NOT NULL, ended_at REAL, "end" TEXT) STRICT;
CREATE INDEX IF NOT EXISTS in_force ON alarms (first) WHERE "end" IS NULL;
CREATE TABLE IF NOT EXISTS cleared (
    village TEXT PRIMARY KEY, boot TEXT NOT NULL, at REAL NOT NULL, wall REAL NOT NULL, synced INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS seen (
    id INTEGER PRIMARY KEY, identifier TEXT UNIQUE NOT NULL, over INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS ronda (
    identifier TEXT PRIMARY KEY, village TEXT NOT NULL, post TEXT NOT NULL, origin TEXT NOT NULL,
    wall REAL NOT NULL, clock TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY, wall REAL NOT NULL, source TEXT NOT NULL, event TEXT NOT NULL) STRICT;
"""


class Journal(DatabaseThread[Write]):
    """Keeps what the hub must not forget. Use as a context manager."""

    schema = SCHEMA
    nothing = Loaded((), (), ())
    expendable = (Log, SaveReport)
    notes = frozenset({"origin", "note"})

    def __enter__(self) -> Self:
        self.start()
        return self

    def _written(self, entries: Sequence[Write]) -> None:
        stamps = frozenset(entry.stamp for entry in entries if isinstance(entry, Stamped))
        if stamps:
            self._inbox.put(Saved(stamps))

    def _load(self, database: Database) -> Loaded:
        alarms = database.execute(
            "SELECT village, incident, first, identifier, also, status, origin, note, first_at, raised_at, until, "
            'silenced, sounds, boot, first_wall, synced FROM alarms WHERE "end" IS NULL ORDER BY first_at'
        )
        cleared = database.execute("SELECT village, boot, at, wall, synced FROM cleared")
        over = database.execute(
            "SELECT village, incident, max(raised_at) FROM alarms WHERE \"end\" = 'cleared' AND boot = ? AND until > ? "
            "GROUP BY village, incident", (self._boot, clock.now()),
        )
        seen = database.execute("SELECT identifier, over FROM seen ORDER BY id")
        return Loaded(
            tuple(stored for row in alarms if (stored := self._stored(row)) is not None),
            tuple(
                StoredClear(village, at, boot == self._boot, wall if synced else None)
                for village, boot, at, wall, synced in (typed(row, str, str, float, float, int) for row in cleared)
            ),
            tuple((name, bool(over)) for name, over in (typed(row, str, int) for row in seen)),
            tuple((Key(*names), at) for *names, at in (typed(row, str, str, float) for row in over)),
        )

    def _stored(self, row: tuple[Any, ...]) -> Stored | None:
        """An alarm in force; a row that cannot be read is reported, and keeps no other from being restored."""
        try:
            return self._read_row(row)
        except (TypeError, ValueError, AttributeError) as error:
            reason = f"the alarm {row[2]!r} cannot be read and is left out: {error}"
            self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, reason))
            return None

    def _read_row(self, row: tuple[Any, ...]) -> Stored:
        village, incident, first, identifier, also, status, origin, note, first_at, raised_at, until, *rest = typed(
            row, *(str,) * 8, *(float,) * 3, *(str,) * 3, float, int)
        silenced, sounds, boot, first_wall, synced = rest
        if not raised_at < until <= raised_at + LONGEST_S:
            raise ValueError(f"raised at {raised_at} s, in force until {until} s")
        return Stored(
            Key(village, incident), first, identifier, tuple(json.loads(also)), Status(status), origin, note, first_at,
            raised_at, until, json.loads(silenced), json.loads(sounds), boot == self._boot,
            first_wall if synced else None,
        )

    def _prune(self, database: Database) -> None:
        """Makes room: all but the newest of the names, of the log, of what came too late, and of the rounds.

        Alarms are kept for good.
        """
        database.execute(
            "DELETE FROM alarms WHERE rowid IN (SELECT rowid FROM alarms WHERE \"end\" = 'late' "
            "ORDER BY rowid DESC LIMIT -1 OFFSET ?)", (LATE_ROWS,)
        )
        database.execute(
            "DELETE FROM ronda WHERE rowid IN (SELECT rowid FROM ronda ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
            (LOG_ROWS,),
        )
        database.execute("DELETE FROM seen WHERE id <= (SELECT MAX(id) FROM seen) - ?", (SEEN_ROWS,))
        database.execute("DELETE FROM log WHERE id <= (SELECT MAX(id) FROM log) - ?", (LOG_ROWS,))

    def _apply(self, database: Database, entry: Write) -> None:
        wall = clock.wall()
        epoch = clock.now() + wall.offset_s
        match entry:
            case SaveAlarm():
                self._keep(database, entry)
            case SaveIdentifier(_, identifier, over):
                _see(database, identifier, over=over)
            case SaveAllClear(_, village, at, dated):
                database.execute("INSERT OR REPLACE INTO cleared VALUES (?, ?, ?, ?, ?)",
                                 (village, self._boot, at, at + wall.offset_s, wall.synced and dated))
            case SavePatrol():
                database.execute(
                    "INSERT INTO ronda VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (identifier) DO UPDATE SET "
                    "post = excluded.post, origin = excluded.origin WHERE excluded.origin = 'schedule'",
                    (entry.identifier, entry.village, entry.post, entry.origin, entry.wall_s, entry.clock),
                )
            case SaveReport(post, event):
                _log(database, epoch, post, event)
            case Log(event):
                _log(database, epoch, "posko", event)

    def _keep(self, database: Database, entry: SaveAlarm) -> None:
        wall = clock.wall()
        alarm = entry.alarm
        if entry.end is End.UNKNOWN:  # its instants are of another boot of the machine
            database.execute('UPDATE alarms SET "end" = ? WHERE first = ?', (entry.end.value, alarm.first))
            return
        database.execute(
            "INSERT OR REPLACE INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                alarm.first, alarm.identifier, _json(alarm.also), alarm.key.village, alarm.key.incident,
                alarm.status.value, alarm.origin, alarm.note, self._boot, alarm.first_at, alarm.raised_at, alarm.until,
                alarm.first_at + wall.offset_s, wall.synced and entry.dated, _json(alarm.silenced), _json(alarm.sounds),
                _json(entry.expected), entry.ended_at, entry.end.value if entry.end is not None else None,
            ),
        )
        for name in {alarm.first, *alarm.names()}:
            _see(database, name, over=entry.end is not None)


def _see(database: Database, identifier: str, *, over: bool) -> None:
    database.execute(
        "INSERT INTO seen (identifier, over) VALUES (?, ?) "
        "ON CONFLICT (identifier) DO UPDATE SET over = max(over, excluded.over)", (identifier, over),
    )


def _log(database: Database, epoch: float, source: str, event: object) -> None:
    database.execute("INSERT INTO log (wall, source, event) VALUES (?, ?, ?)", (epoch, source, _json(event)))


def _json(value: object) -> str:
    """*value* as JSON. An unpaired surrogate, which a post may have sent, cannot be written and is left out."""
    return json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()
