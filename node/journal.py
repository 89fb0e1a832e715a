"""The journal: the only home of SQLite. Outbox, seen identifiers, and the log of what happened.

A thread of its own, so that no disk makes anything wait. Each batch is one transaction with synchronous=FULL. A
disk that fails is a fault and no reason to stop: what could not be written is kept, and tried again.
"""

import json
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

from node import clock
from node.effects import Drop, Keep, Log, Remember
from node.events import Faulted, Loaded, Press, Recovered
from node.inbox import Inbox

T = TypeVar("T")
Entry = Keep | Drop | Remember | Log

BATCH = 500
PENDING = 5000  # entries kept while the disk fails; the log's go first
RETRY_S = 10.0
SEEN_S = 86_400.0
LOG_ROWS = 20_000
PRUNE_EVERY = 500  # commits
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
    identifier TEXT PRIMARY KEY, incident TEXT NOT NULL,
    boot TEXT NOT NULL, pressed_at REAL NOT NULL, wall REAL NOT NULL, synced INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS seen (
    identifier TEXT PRIMARY KEY, over INTEGER NOT NULL, wall REAL NOT NULL);
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY, wall REAL NOT NULL, event TEXT NOT NULL);
"""


class Journal:
    """Keeps entries in the SQLite file *path*. Use as a context manager."""

    def __init__(self, path: Path, inbox: Inbox, prepare: Callable[[], object] = lambda: None) -> None:
        self._path = path
        self._prepare = prepare
        self._inbox = inbox
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
        self._pending: deque[Entry] = deque()
        self._database: sqlite3.Connection | None = None
        self._boot = clock.machine_boot()
        self._failed = False
        self._loaded = False
        self._commits = 0
        self._thread = Thread(target=self._run, name="journal", daemon=True)

    def __enter__(self) -> "Journal":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, entry: Entry) -> None:
        """Takes *entry* to be written. Never waits for the disk."""
        self._queue.put(entry)

    def close(self) -> None:
        """Writes what is still to be written, for two seconds at most."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=2.0)

    def hung(self) -> str | None:
        """What is wrong with the thread, or None."""
        return None if self._thread.is_alive() else "its thread is dead"

    def trouble(self) -> str | None:
        """What is wrong with the disk or the thread, or None."""
        return self.hung() or ("the disk fails" if self._failed else None)

    def _run(self) -> None:
        self._prepare()
        if not self._tell_loaded():
            self._inbox.put(Loaded((), ()))  # the node goes on without; what is there is told when the disk is back
        going_on = True
        while going_on:
            going_on = self._collect()
            self._write()
            if not self._loaded and going_on:
                self._tell_loaded()
        if self._database is not None:
            self._database.close()

    def _tell_loaded(self) -> bool:
        """Tells the loop what an earlier run left, if the disk gives it."""
        loaded = self._attempt(self._load)
        if loaded is None:
            return False
        self._loaded = True
        self._inbox.put(loaded)
        if not self._pending:  # otherwise it is well when they are written
            self._failed = False
            self._inbox.put(Recovered("journal"))
        return True

    def _collect(self) -> bool:
        """Waits for entries and takes what is there; False when it is time to close."""
        try:
            entry = self._queue.get(timeout=RETRY_S if self._pending or not self._loaded else None)
            while entry is not None:
                self._pending.append(entry)
                if len(self._pending) >= BATCH:
                    return True
                entry = self._queue.get_nowait()
        except Empty:
            return True
        return False

    def _write(self) -> None:
        if not self._pending or not self._attempt(self._commit):
            return
        self._pending.clear()
        if self._failed:
            self._failed = False
            self._inbox.put(Recovered("journal"))

    def _commit(self, database: sqlite3.Connection) -> bool:
        with database:
            self._commits += 1
            if self._commits % PRUNE_EVERY == 0:
                self._prune(database)
            for entry in self._pending:
                try:
                    self._apply(database, entry)
                except (TypeError, ValueError, OverflowError) as error:
                    reason = f"a {type(entry).__name__} cannot be written and is left out: {error}"
                    self._inbox.put(Faulted("journal entry", reason))
        return True

    def _attempt(self, act: Callable[[sqlite3.Connection], T]) -> T | None:
        """What *act* returns, or None if the disk fails. A damaged file is put aside, and a new one begun."""
        try:
            try:
                return act(self._open())
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                    raise
                self._put_aside()
                return act(self._open())
        except Exception as error:  # noqa: BLE001 - the thread's edge: it must go on, and say so
            self._fail(error)
            return None

    def _fail(self, error: Exception) -> None:
        self._failed = True
        self._inbox.put(Faulted("journal", f"cannot write {self._path}: {error}; the node goes on from memory"))
        self._close_database()
        if len(self._pending) > PENDING:
            kept = [entry for entry in self._pending if not isinstance(entry, Log)]
            self._pending = deque(kept[-PENDING:])

    def _open(self) -> sqlite3.Connection:
        """The database, made if it is missing."""
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._database = self._connect()
        return self._database

    def _put_aside(self) -> None:
        """Renames a damaged file, with what belongs to it; it is not mended."""
        self._close_database()
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).rename(aside.with_name(aside.name + suffix))
        self._inbox.put(Faulted("journal file", f"was damaged; it is kept as {aside.name}, and a new one begun"))

    def _close_database(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, timeout=2.0)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.executescript(_SCHEMA)
        except sqlite3.Error:
            database.close()
            raise
        return database

    def _load(self, database: sqlite3.Connection) -> Loaded:
        with database:
            self._prune(database)
        seen = database.execute("SELECT identifier, over FROM seen ORDER BY wall").fetchall()
        presses = [
            self._press(row) for row in
            database.execute("SELECT identifier, incident, boot, pressed_at, wall, synced FROM outbox ORDER BY wall")
        ]
        return Loaded(tuple(presses), tuple((name, bool(over)) for name, over in seen))

    def _prune(self, database: sqlite3.Connection) -> None:
        """Makes room: identifiers older than a day, and all but the newest of the log."""
        epoch = clock.now() + clock.wall().offset_s
        database.execute("DELETE FROM seen WHERE wall < ?", (epoch - SEEN_S,))
        database.execute("DELETE FROM log WHERE id <= (SELECT MAX(id) FROM log) - ?", (LOG_ROWS,))

    def _press(self, row: tuple[str, str, str, float, float, int]) -> Press:
        """A kept press with its instant on this boot's clock, as far as it can be known."""
        identifier, incident, boot, pressed_at, wall, synced = row
        if boot == self._boot:
            return Press(identifier, incident, pressed_at)
        return Press(identifier, incident, clock.now(), age_known=False, pressed_wall=wall if synced else None)

    def _apply(self, database: sqlite3.Connection, entry: Entry) -> None:
        wall = clock.wall()
        epoch = clock.now() + wall.offset_s
        match entry:
            case Keep(press):
                database.execute(
                    "INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?, ?, ?)",
                    (press.identifier, press.incident, self._boot, press.pressed_at,
                     press.pressed_at + wall.offset_s, wall.synced),
                )
            case Drop(identifier):
                database.execute("DELETE FROM outbox WHERE identifier = ?", (identifier,))
            case Remember(identifier, over):
                database.execute(
                    "INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT (identifier) "
                    "DO UPDATE SET over = max(over, excluded.over), wall = excluded.wall",
                    (identifier, over, epoch),
                )
            case Log(event):
                database.execute(
                    "INSERT INTO log (wall, event) VALUES (?, ?)", (epoch, json.dumps(event, ensure_ascii=False))
                )
