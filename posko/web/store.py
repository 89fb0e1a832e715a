"""What the page must not forget: presses on their way, sessions, codes that are used. Must not decide anything.

Of a session it has the SHA-256 of its token: who reads the file can log in nowhere.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from typing import Any, Self

from contract.domain.alarm import Key
from contract.wire.faults import Fault
from posko.web.core.asked import Place
from posko.web.core.effects import EndSession, Loaded, Saved, SaveSending, SaveSession, Write
from posko.web.core.state import Kind, Sending, Session
from runtime import clock
from runtime.core.effects import Log
from runtime.core.events import Faulted
from runtime.database import DatabaseThread
from runtime.sql import Database
from runtime.sqlite_readonly import typed

NAME = "web.db"
DAY_S = 86_400.0
SENDING_ROWS, LOG_ROWS = 50_000, 100_000

SCHEMA = """
CREATE TABLE IF NOT EXISTS sendings (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, village TEXT NOT NULL, incident TEXT NOT NULL,
    identifier TEXT NOT NULL, person TEXT NOT NULL, sender TEXT NOT NULL, note TEXT NOT NULL,
    step TEXT NOT NULL, place TEXT NOT NULL, severity TEXT NOT NULL, spot TEXT NOT NULL, boot TEXT NOT NULL,
    refusal TEXT NOT NULL, late TEXT NOT NULL, asked_at REAL NOT NULL, age_s REAL NOT NULL, wall REAL NOT NULL,
    synced INTEGER NOT NULL, exercise INTEGER NOT NULL, acked INTEGER NOT NULL, recorded INTEGER NOT NULL,
    mistaken INTEGER NOT NULL, withdrawn INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS on_the_way ON sendings (token) WHERE NOT recorded AND refusal = '' AND NOT withdrawn;
CREATE TABLE IF NOT EXISTS sessions (session TEXT PRIMARY KEY, name TEXT NOT NULL, issued INTEGER NOT NULL,
    wall REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS codes (name TEXT NOT NULL, issued INTEGER NOT NULL, PRIMARY KEY (name, issued)) STRICT;
CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, wall REAL NOT NULL, event TEXT NOT NULL) STRICT;
"""
_COLUMNS = ("token, kind, village, incident, identifier, person, sender, note, step, place, severity, spot, boot, "
            "refusal, late, asked_at, age_s, wall, synced, exercise, acked, recorded, mistaken, withdrawn")
_KINDS = (*(str,) * 15, *(float,) * 3, *(int,) * 6)


class WebStore(DatabaseThread[Write]):
    """Keeps it. Use as a context manager."""

    schema = SCHEMA
    nothing = Loaded(known=False)
    notes = frozenset({"note"})

    def __enter__(self) -> Self:
        self.start()
        return self

    def _written(self, entries: Sequence[Write]) -> None:
        stamps = frozenset(each.stamp for each in entries if isinstance(each, SaveSending | SaveSession))
        if stamps:
            self._inbox.put(Saved(stamps))

    def _upgrade(self, database: Database) -> Iterable[str]:
        """There is no earlier version."""
        del database
        return ()

    def _load(self, database: Database) -> Loaded:
        since = clock.now() + clock.wall().offset_s - DAY_S
        rows = database.execute(
            f"SELECT {_COLUMNS} FROM sendings WHERE (NOT recorded AND refusal = '' AND NOT withdrawn) "  # noqa: S608
            "OR wall > ? ORDER BY rowid", (since,)).fetchall()
        sessions = database.execute("SELECT session, name, issued FROM sessions ORDER BY wall").fetchall()
        codes = database.execute("SELECT name, issued FROM codes").fetchall()
        return Loaded(
            tuple(self._sendings(rows)),
            tuple((session, Session(name, issued)) for session, name, issued in (
                typed(row, str, str, int) for row in sessions)),
            frozenset((name, issued) for name, issued in (typed(row, str, int) for row in codes)),
        )

    def _sendings(self, rows: Iterable[Sequence[Any]]) -> Iterator[Sending]:
        """A row that cannot be read is reported, and keeps no other from being sent."""
        for row in rows:
            try:
                yield self._sending(row)
            except (TypeError, ValueError) as error:
                reason = f"the press {row[0]!r:.80} cannot be read and is left out: {error}"
                self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, reason))

    def _sending(self, row: Sequence[Any]) -> Sending:
        (_, kind, village, incident, identifier, person, sender, note, step, place, severity, spot, boot, refusal, late,
         asked_at, age_s, wall, synced, exercise, acked, recorded, mistaken, withdrawn) = typed(row, *_KINDS)
        known = boot == self._boot
        return Sending(
            Kind(kind), Key(village, incident), identifier, person, sender, asked_at, age_s, note, bool(exercise), step,
            place, severity, Place(*json.loads(spot)) if spot else None, age_known=known,
            asked_wall=wall if synced and not known else None, acked=bool(acked), recorded=bool(recorded),
            refusal=refusal, late=late, mistaken=bool(mistaken), withdrawn=bool(withdrawn), tries=1)

    def _prune(self, database: Database) -> None:
        """Keeps the newest."""
        settled = "rowid <= (SELECT max(rowid) FROM sendings) - ? AND (recorded OR refusal != '' OR withdrawn)"
        database.execute(f"DELETE FROM sendings WHERE {settled}", (SENDING_ROWS,))  # noqa: S608 - our own words
        database.execute("DELETE FROM log WHERE id <= (SELECT max(id) FROM log) - ?", (LOG_ROWS,))

    def _apply(self, database: Database, entry: Write) -> None:
        wall = clock.wall()
        epoch = clock.now() + wall.offset_s
        match entry:
            case SaveSending(_, sending, dated):
                self._save(database, sending, sending.asked_at + wall.offset_s, synced=wall.synced and dated)
            case SaveSession(_, session, who):
                database.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)",
                                 (session, who.name, who.issued, epoch))
                database.execute("INSERT OR IGNORE INTO codes VALUES (?, ?)", (who.name, who.issued))
            case EndSession(session):
                database.execute("DELETE FROM sessions WHERE session = ?", (session,))
            case Log(event):
                database.execute("INSERT INTO log (wall, event) VALUES (?, ?)",
                                 (epoch, json.dumps(event, ensure_ascii=False)))

    def _save(self, database: Database, sending: Sending, wall: float, *, synced: bool) -> None:
        """The age of what an earlier boot left unknown stays as that boot wrote it."""
        found = sending
        if not found.age_known:
            return
        spot = "" if found.where is None else json.dumps(astuple(found.where))
        database.execute(
            f"INSERT OR REPLACE INTO sendings ({_COLUMNS}) VALUES ({', '.join('?' * len(_KINDS))})",  # noqa: S608
            (found.token, found.kind.value, *found.key, found.identifier, found.person, found.sender, found.note,
             found.step, found.place, found.severity, spot, self._boot, found.refusal, found.late, found.asked_at,
             found.age_s, wall, synced, found.exercise, found.acked, found.recorded, found.mistaken, found.withdrawn))
