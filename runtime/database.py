"""The disk, from a loop's side: writes to SQLite. Must not know what is written.

A thread of its own, so that no disk makes anything wait. Each batch is one transaction with synchronous=FULL. A
disk that fails is a fault and no reason to stop: what could not be written is kept, and tried again.
"""

import math
import os
import sqlite3
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from contract.wire.faults import Fault
from runtime import clock
from runtime.core.effects import Log
from runtime.core.events import Faulted, Noticed, Recovered
from runtime.inbox import Inbox
from runtime.salvage import Salvaged, salvage
from runtime.sqlite_readonly import EMPTY, DamageError, Database, decoded, is_damage

T = TypeVar("T")
Entry = TypeVar("Entry")

BATCH = 4000  # each writing costs whole pages: an alarm for 10,000 posts 147 kB, and 184 by batches of 2000
GATHER_S = 1.0  # how long what a power cut may cost waits for more of its kind: each writing costs whole pages
PENDING = 5000  # entries kept while the disk fails; the log's go first
RETRY_S = 10.0
HANG_S = 30.0
BUSY_S = 2.0  # how long a file that another program holds is waited for
CLOSE_S = 5.0  # for what is still to be written at the end
PRUNE_EVERY = 500  # commits
MEASURE_EVERY = 2  # commits, of BATCH entries at most
LEFT_BYTES = 4_000_000  # of what SQLite keeps beside the file, once it has been more
MOST_BEGUN = 5  # files that one run puts aside: a disk that damages each one must not be filled with them
_NEW = ".new"
_PARTS = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a file (sqlite.org/tempfiles.html)
_WHOLE = 1  # the user_version of a file that was made whole


class DatabaseThread(ABC, Generic[Entry]):
    """Writes entries to the SQLite file *path*, in the tables of *schema*, which are STRICT. Use as a context manager.

    A file is made under another name, and takes its own when it is whole: so an empty one is a damaged one.
    """

    schema: str  # `seen` is a table of earlier versions: a file that has it is brought into this form
    expendable: tuple[type, ...] = (Log,)  # what is given up first; it waits for more of its kind
    repeated: tuple[type, ...] = ()  # what is given up first, too, for it comes again
    notes: frozenset[str] = frozenset()  # columns that only people read
    most_bytes = 32_000_000  # what the tables may take
    nothing: object  # the event for the loop where the disk gives nothing

    def __init__(self, path: Path, inbox: Inbox, prepare: Callable[[], object] = lambda: None) -> None:
        self._path = path
        self._prepare = prepare
        self._inbox = inbox
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
        self._pending: deque[Entry] = deque()
        self._database: Database | None = None
        self._boot = clock.machine_boot()
        self._failed = False
        self._acting_since: float | None = None
        self._loaded = False
        self._commits = 0
        self._begun = 0
        self._reference = sqlite3.connect(":memory:", check_same_thread=False)
        self._reference.executescript(self.schema)
        self._thread = Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Begins to read, then to write."""
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, entry: Entry) -> None:
        """Takes *entry* to be written. Never waits for the disk."""
        if self._queue.qsize() < 2 * PENDING or not isinstance(entry, self.expendable + self.repeated):
            self._queue.put(entry)

    def close(self) -> None:
        """Writes what is still to be written, for CLOSE_S at most."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout=CLOSE_S)

    def hung(self) -> str | None:
        """What is wrong with the thread, or None."""
        if not self._thread.is_alive():
            return "its thread is dead"
        since = self._acting_since
        return "the disk hangs" if since is not None and clock.now() > since + HANG_S else None

    def trouble(self) -> str | None:
        """What is wrong with the disk or the thread, or None."""
        return self.hung() or ("the disk fails" if self._failed else None)

    def _run(self) -> None:
        self._prepare()
        if not self._tell_loaded():
            self._inbox.put(self.nothing)  # the loop goes on without; what is there comes when the disk is back
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
        loaded = self._attempt(self._read)
        if loaded is None:
            return False
        self._loaded = True
        self._inbox.put(loaded)
        if not self._pending:  # otherwise it is well when they are written
            self._failed = False
            self._inbox.put(Recovered(Fault.JOURNAL))
        return True

    def _read(self, database: Database) -> object:
        with database:
            self._prune(database)
            self._make_room(database)
        return self._load(database)

    def _collect(self) -> bool:
        """Waits for entries and takes what is there; False when it is time to close.

        Where nothing has come but what may be given up, it waits for more, GATHER_S at most.
        """
        until = math.inf
        try:
            entry = self._queue.get(timeout=RETRY_S if self._pending or not self._loaded else None)
            while entry is not None:
                self._pending.append(entry)
                until = min(until, clock.now() + GATHER_S) if isinstance(entry, self.expendable) else -math.inf
                if len(self._pending) >= BATCH:
                    return True
                left_s = until - clock.now()
                entry = self._queue.get(timeout=left_s) if left_s > 0 else self._queue.get_nowait()
        except Empty:
            return True
        return False

    def _combined(self, entries: Sequence[Entry]) -> Iterable[Entry]:
        """*entries*, in their order, as they are to be written: several may be written as one."""
        return entries

    def _written(self, entries: Sequence[Entry]) -> None:
        """Called once *entries* are on the disk."""

    @abstractmethod
    def _upgrade(self, database: Database) -> Iterable[str]:
        """The statements, of one transaction, that bring a file of an earlier version into the form of `schema`."""

    @abstractmethod
    def _load(self, database: Database) -> object:
        """What an earlier run left, as an event for the loop."""

    @abstractmethod
    def _prune(self, database: Database) -> None:
        """Makes room."""

    @abstractmethod
    def _apply(self, database: Database, entry: Entry) -> None:
        """Writes one entry, within a transaction."""

    def _write(self) -> None:
        if not self._pending or not self._attempt(self._commit):
            return
        written = tuple(self._pending)
        self._pending.clear()
        self._written(written)
        if self._failed:
            self._failed = False
            self._inbox.put(Recovered(Fault.JOURNAL))

    def _commit(self, database: Database) -> bool:
        with database:
            self._commits += 1
            if self._commits % PRUNE_EVERY == 0:
                self._prune(database)
            if self._commits % MEASURE_EVERY == 0:
                self._make_room(database)
            for entry in self._combined(self._pending):
                try:
                    self._apply(database, entry)
                except (TypeError, ValueError, OverflowError, sqlite3.IntegrityError) as error:
                    reason = f"a {type(entry).__name__} cannot be written and is left out: {error}"
                    self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, reason))
        return True

    def _make_room(self, database: Database) -> None:
        """Removes the oldest where the tables take more than they may, down to three quarters of it, and reports so."""
        removed = 0
        if _used_bytes(database) > self.most_bytes:
            for count in self._shrink(database):
                removed += count
                if not count or _used_bytes(database) <= self.most_bytes * 3 // 4:
                    break
        if removed:
            self._notice(f"{removed} of the oldest rows are removed: it may take {self.most_bytes // 1_000_000} MB")

    def _shrink(self, database: Database) -> Iterator[int]:
        """Removes some of the oldest rows of the log at each step, and says how many, as long as there are any."""
        while True:
            oldest = "SELECT id FROM log ORDER BY id LIMIT 1000"
            removed = database.execute(f"DELETE FROM log WHERE id IN ({oldest})").rowcount  # noqa: S608 - our own words
            if not removed:
                return
            yield removed

    def _notice(self, what: str) -> None:
        self._inbox.put(Noticed(f"journal: {what}"))

    def _attempt(self, act: Callable[[Database], T]) -> T | None:
        """What *act* returns, or None if the disk fails. A damaged file is put aside, a new one begun with its rows."""
        self._going_on()
        try:
            try:
                return act(self._open())
            except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if self._begun >= MOST_BEGUN or not (is_damage(error) or _is_of_schema(error)):
                    raise
                why = str(error)
            # Only now: the error has cursors, and before they are gone SQLite does not really close the file, and
            # removes at that moment what stands beside a file of that name, which is the new one (seen).
            self._begin_anew(why)
            return act(self._open())
        except Exception as error:  # noqa: BLE001 - top of the thread: report and go on
            self._fail(error)
            return None
        finally:
            self._acting_since = None

    def _fail(self, error: Exception) -> None:
        self._failed = True
        reason = f"cannot write {self._path}: {error}; what happens is kept in memory only"
        self._inbox.put(Faulted(Fault.JOURNAL, reason))
        self._close_database()
        if len(self._pending) > PENDING:
            kept = [entry for entry in self._pending if not isinstance(entry, self.expendable + self.repeated)]
            if len(kept) > PENDING:
                lost = len(kept) - PENDING
                self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, f"{lost} of the oldest are lost for want of room"))
            self._pending = deque(kept[-PENDING:])

    def _open(self) -> Database:
        """The database, made if it is missing."""
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._adopt()
            found = self._path.exists()
            if not found and not self._beside("-wal").exists():
                self._make(salvaging=False)
                self._rename_new()
            elif not found or (self._path.is_file() and not self._path.stat().st_size):
                raise DamageError(EMPTY)
            self._database = self._connect()
        return self._database

    def _begin_anew(self, why: str) -> None:
        """Makes a new file with what can be read of the damaged one, then puts that aside; it is not mended.

        In this order a power cut in between costs nothing: what takes the place is whole, and there until it has it.
        """
        self._begun += 1
        self._close_database()
        salvaged = self._make(salvaging=self._path.exists())
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                self._beside(suffix).rename(aside.with_name(aside.name + suffix))
        self._rename_new()
        self._inbox.put(Faulted(
            Fault.JOURNAL_FILE, f"was damaged ({why}); it is kept as {aside.name}, and a new one begun: {salvaged}"))

    def _make(self, *, salvaging: bool) -> Salvaged:
        """A file beside the damaged or missing one, with its rows if *salvaging*. Raises sqlite3.Error."""
        new = self._beside(_NEW)
        for suffix in (*_PARTS, ""):
            new.with_name(new.name + suffix).unlink(missing_ok=True)
        with closing(self._connect_to(new)) as database:
            with database:
                found = Salvaged()
                if salvaging:
                    found = salvage(self._path, database, self.notes, self._going_on)
            database.execute(f"PRAGMA user_version = {_WHOLE}")
        return found

    def _adopt(self) -> None:
        """Takes a new file that a power cut has left under its other name, if it is whole."""
        new = self._beside(_NEW)
        if self._path.exists() or not new.exists():
            return
        version = 0
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(new)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
        if version == _WHOLE:
            self._rename_new()

    def _rename_new(self) -> None:
        self._beside(_NEW).rename(self._path)
        handle = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def _going_on(self) -> None:
        self._acting_since = clock.now()

    def _close_database(self) -> None:
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
            self._database = None

    def _connect(self) -> Database:
        return self._connect_to(self._path)

    def _connect_to(self, path: Path) -> Database:
        database = sqlite3.connect(path, timeout=BUSY_S)
        database.text_factory = decoded
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute(f"PRAGMA journal_size_limit={LEFT_BYTES}")
            if database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'seen'").fetchone() is not None:
                with database:
                    database.execute("BEGIN IMMEDIATE")
                    for statement in self._upgrade(database):
                        database.execute(statement)
            database.executescript(self.schema)
            if _columns(database) != _columns(self._reference):
                raise DamageError("it has other tables than those that were made")
        except (sqlite3.Error, UnicodeDecodeError):
            database.close()
            raise
        return database


def _used_bytes(database: Database) -> int:
    """What the tables take. The file is longer: what was removed leaves room in it, which is used again."""
    pages, free, size = (
        database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
    return int((pages - free) * size)


def _is_of_schema(error: Exception) -> bool:
    """Whether SQLite does not understand what it reads: our statements are right, so the file's schema is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_ERROR


def _columns(database: Database) -> dict[str, list[str]]:
    """The names of the columns, by the table."""
    tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {name: [row[1] for row in database.execute(f'PRAGMA table_info("{name}")').fetchall()] for (name,) in tables}
