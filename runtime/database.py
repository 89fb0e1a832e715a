"""The disk, from a loop's side: writes to a database. Must not know what is written.

A thread of its own, so that no disk makes anything wait. Each batch is one transaction, which is on the disk before it
is said to be written. A disk that fails is a fault and no reason to stop: what could not be written is kept, and tried
again. Where a commit may fail midway, as on a server, each batch has a number, by which the next attempt finds out what
became of it: so nothing is written twice.
"""

import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, TypeVar

from contract.wire.faults import Fault
from runtime import clock
from runtime.core.effects import Log
from runtime.core.events import Faulted, Noticed, Recovered
from runtime.inbox import Inbox
from runtime.sql import Database, Engine
from runtime.sqlite_file import SqliteFile

T = TypeVar("T")
Entry = TypeVar("Entry")

BATCH = 4000  # each writing costs whole pages: an alarm for 10,000 posts 147 kB, and 184 by batches of 2000
GATHER_S = 1.0  # how long what a power cut may cost waits for more of its kind: each writing costs whole pages
PENDING = 5000  # entries kept while the disk fails; the log's go first
RETRY_S = 10.0
CLOSE_S = 5.0  # for what is still to be written at the end
PRUNE_EVERY = 500  # commits
MEASURE_EVERY = 2  # commits, of BATCH entries at most


@dataclass(slots=True)
class _Waiting(Generic[Entry]):
    """An entry that is not known to be written, with the last batch that it was a part of."""

    entry: Entry
    batch: float = math.inf


class DatabaseThread(ABC, Generic[Entry]):
    """Writes entries to *place*, a SQLite file or another engine, in the tables of *schema*. Use as a context manager.
    """

    schema: str
    expendable: tuple[type, ...] = (Log,)  # what is given up first; it waits for more of its kind
    repeated: tuple[type, ...] = ()  # what is given up first, too, for it comes again
    notes: frozenset[str] = frozenset()  # columns that only people read
    most_bytes = 32_000_000  # what the tables may take
    nothing: object  # the event for the loop where the disk gives nothing

    def __init__(
        self, place: Path | Engine, inbox: Inbox, prepare: Callable[[], object] = lambda: None
    ) -> None:
        self._prepare = prepare
        self._inbox = inbox
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
        self._pending: deque[_Waiting[Entry]] = deque()
        self._engine = place if isinstance(place, Engine) else SqliteFile(
            place, self.schema, self.notes, self._upgrade, inbox.put, self._going_on)
        self._refused: tuple[type[Exception], ...] = (
            TypeError, ValueError, OverflowError, *self._engine.refusals)
        self._boot = clock.machine_boot()
        self._failed = False
        self._acting_since: float | None = None
        self._loaded = False
        self._commits = 0
        self._batch = 0
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
        """What is wrong with the thread, or None. A database that hangs is abandoned, where that can be."""
        if not self._thread.is_alive():
            return "its thread is dead"
        since = self._acting_since
        if since is None or clock.now() <= since + self._engine.hang_s:
            return None
        self._engine.abandon()
        return "the disk hangs"

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
            if self._loaded or not going_on or self._tell_loaded():  # what is there is read before it is written over
                self._write()
        self._engine.close()

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
            self._engine.last_batch(database)
            self._prune(database)
            self._make_room(database)
        with database:
            return self._load(database)

    def _collect(self) -> bool:
        """Waits for entries and takes what is there; False when it is time to close.

        Where nothing has come but what may be given up, it waits for more, GATHER_S at most.
        """
        until = math.inf
        try:
            entry = self._queue.get(timeout=RETRY_S if self._pending or not self._loaded else None)
            while entry is not None:
                self._pending.append(_Waiting(entry))
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
        written = tuple(each.entry for each in self._pending)
        self._pending.clear()
        self._written(written)
        if self._failed:
            self._failed = False
            self._inbox.put(Recovered(Fault.JOURNAL))

    def _commit(self, database: Database) -> bool:
        with database:
            # What an attempt before this one wrote after all is not written again.
            last = self._engine.last_batch(database)
            left = [each for each in self._pending if each.batch > last]
            self._batch += 1
            self._engine.mark(database, self._batch)
            self._commits += 1
            if self._commits % PRUNE_EVERY == 0:
                self._prune(database)
            if self._commits % MEASURE_EVERY == 0:
                self._make_room(database)
            for each in left:
                each.batch = self._batch
            for entry in self._combined([each.entry for each in left]):
                self._going_on()
                self._apply_one(database, entry)
        return True

    def _apply_one(self, database: Database, entry: Entry) -> None:
        """Writes *entry*; one that no database takes is left out."""
        try:
            with self._engine.entry(database):
                self._apply(database, entry)
        except self._refused as error:
            reason = f"a {type(entry).__name__} cannot be written and is left out: {error}"
            self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, reason))

    def _make_room(self, database: Database) -> None:
        """Removes the oldest where the tables take more than they may, down to three quarters of it, and reports so."""
        removed = 0
        if self._engine.used_bytes(database) > self.most_bytes:
            for count in self._shrink(database):
                removed += count
                if not count or self._engine.used_bytes(database) <= self.most_bytes * 3 // 4:
                    break
        if removed:
            self._notice(f"{removed} of the oldest rows are removed: it may take {self.most_bytes // 1_000_000} MB")

    def _shrink(self, database: Database) -> Iterator[int]:
        """Removes some of the oldest rows of the log at each step, and says how many, as long as there are any."""
        while True:
            oldest = "SELECT rowid FROM log ORDER BY rowid LIMIT 1000"
            removed = database.execute(f"DELETE FROM log WHERE rowid IN ({oldest})").rowcount  # noqa: S608 - our words
            if not removed:
                return
            yield removed

    def _notice(self, what: str) -> None:
        self._inbox.put(Noticed(f"journal: {what}"))

    def _attempt(self, act: Callable[[Database], T]) -> T | None:
        """What *act* returns, or None if the disk fails."""
        self._going_on()
        try:
            return self._engine.attempt(act)
        except Exception as error:  # noqa: BLE001 - top of the thread: report and go on
            self._fail(error)
            return None
        finally:
            self._acting_since = None

    def _going_on(self) -> None:
        self._acting_since = clock.now()

    def _fail(self, error: Exception) -> None:
        self._failed = True
        reason = f"cannot write {self._engine.where}: {error}; what happens is kept in memory only"
        self._inbox.put(Faulted(Fault.JOURNAL, reason))
        if len(self._pending) > PENDING:
            kept = [each for each in self._pending if not isinstance(each.entry, self.expendable + self.repeated)]
            if len(kept) > PENDING:
                lost = len(kept) - PENDING
                self._inbox.put(Faulted(Fault.JOURNAL_ENTRY, f"{lost} of the oldest are lost for want of room"))
            self._pending = deque(kept[-PENDING:])
