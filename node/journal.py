"""A node's journal: its outbox, the identifiers that it has seen, and the log of what happened. Must not decide."""

import json
from collections.abc import Iterator
from typing import Self

from contract.domain.alarm import Name
from node.core.effects import DeletePress, SavePress, SaveSeen
from node.core.events import Loaded, OutboxEntry
from runtime import clock
from runtime.core.effects import Log
from runtime.database import DatabaseThread
from runtime.sql import Database
from runtime.sqlite_readonly import typed

SEEN_S = 86_400.0
NAME_ROWS = 2_000  # of each village; the memory has fewer
LOG_ROWS = 20_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    identifier TEXT PRIMARY KEY, incident TEXT NOT NULL,
    boot TEXT NOT NULL, pressed_at REAL NOT NULL, wall REAL NOT NULL, synced INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS names (
    village TEXT NOT NULL, incident TEXT NOT NULL, identifier TEXT NOT NULL, over INTEGER NOT NULL, wall REAL NOT NULL,
    PRIMARY KEY (village, incident, identifier)) STRICT;
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY, wall REAL NOT NULL, event TEXT NOT NULL) STRICT;
"""


class Journal(DatabaseThread[SavePress | DeletePress | SaveSeen | Log]):
    """Keeps what a node must not forget. Use as a context manager."""

    schema = _SCHEMA
    nothing = Loaded((), ())

    def __enter__(self) -> Self:
        self.start()
        return self

    def _upgrade(self, database: Database) -> Iterator[str]:
        """From when an identifier was one and the same in all villages: the log has what each was about."""
        yield from _SCHEMA.split(";")
        event = "iif(json_valid(event), event, '{}')"
        yield (
            "INSERT OR IGNORE INTO names SELECT DISTINCT village, incident, seen.identifier, over, seen.wall FROM seen "  # noqa: S608
            f"JOIN (SELECT json_extract({event}, '$.village') AS village, json_extract({event}, '$.incident') AS "
            f"incident, json_extract({event}, '$.identifier') AS identifier FROM log) AS logged "
            "ON logged.identifier = seen.identifier WHERE village NOTNULL AND incident NOTNULL"
        )
        yield "DROP TABLE seen"

    def _load(self, database: Database) -> Loaded:
        seen = database.execute("SELECT village, incident, identifier, over FROM names ORDER BY wall").fetchall()
        presses = [
            self._press(row) for row in
            database.execute("SELECT identifier, incident, boot, pressed_at, wall, synced FROM outbox ORDER BY wall")
        ]
        names = tuple((Name(*name), bool(over)) for *name, over in (typed(row, str, str, str, int) for row in seen))
        return Loaded(tuple(presses), names)

    def _prune(self, database: Database) -> None:
        """Makes room: names older than a day, all but each village's newest, and all but the newest of the log."""
        epoch = clock.now() + clock.wall().offset_s
        database.execute("DELETE FROM names WHERE wall < ?", (epoch - SEEN_S,))
        database.execute(
            "DELETE FROM names WHERE rowid IN (SELECT rowid FROM (SELECT rowid, row_number() OVER "
            "(PARTITION BY village ORDER BY wall DESC) AS place FROM names) WHERE place > ?)", (NAME_ROWS,)
        )
        log = "DELETE FROM log WHERE id <= (SELECT MAX(id) FROM log) - ?"
        removed = database.execute(log, (LOG_ROWS,)).rowcount
        if removed:
            self._notice(f"{removed} of the oldest lines of the log are removed: it keeps {LOG_ROWS}")

    def _press(self, row: tuple[str, str, str, float, float, int]) -> OutboxEntry:
        """A kept press with its instant on this boot's clock, as far as it can be known."""
        identifier, incident, boot, pressed_at, wall, synced = typed(row, str, str, str, float, float, int)
        if boot == self._boot:
            return OutboxEntry(identifier, incident, pressed_at)
        return OutboxEntry(identifier, incident, clock.now(), age_known=False, pressed_wall=wall if synced else None)

    def _apply(self, database: Database, entry: SavePress | DeletePress | SaveSeen | Log) -> None:
        wall = clock.wall()
        epoch = clock.now() + wall.offset_s
        match entry:
            case SavePress(press, dated):
                database.execute(
                    "INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?, ?, ?)",
                    (press.identifier, press.incident, self._boot, press.pressed_at,
                     press.pressed_at + wall.offset_s, wall.synced and dated),
                )
            case DeletePress(identifier):
                database.execute("DELETE FROM outbox WHERE identifier = ?", (identifier,))
            case SaveSeen(name, over):
                database.execute(
                    "INSERT INTO names VALUES (?, ?, ?, ?, ?) ON CONFLICT (village, incident, identifier) "
                    "DO UPDATE SET over = max(over, excluded.over), wall = excluded.wall",
                    (*name, over, epoch),
                )
            case Log(event):
                database.execute(
                    "INSERT INTO log (wall, event) VALUES (?, ?)", (epoch, json.dumps(event, ensure_ascii=False))
                )
