"""A database that is a file of SQLite's: made whole, written with synchronous=FULL, begun anew where it is damaged."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from contract.wire.faults import Fault
from runtime.core.events import Faulted
from runtime.durable import sync_folder
from runtime.salvage import Salvaged, salvage
from runtime.sql import Database, Engine
from runtime.sqlite_readonly import BUSY_S, EMPTY, DamageError, decoded, is_damage

T = TypeVar("T")

HANG_S = 30.0
LEFT_BYTES = 4_000_000  # of what SQLite keeps beside the file, once it has been more
MOST_BEGUN = 5  # files that one run puts aside: a disk that damages each one must not be filled with them
_NEW = ".new"
_PARTS = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a file (sqlite.org/tempfiles.html)
_WHOLE = 1  # the user_version of a file that was made whole


class SqliteFile(Engine):
    """The file *path*, in the tables of *schema*, which are STRICT; *notes* are columns that only people read.

    A file is made under another name, and takes its own when it is whole: so an empty one is a damaged one. `seen` is a
    table of earlier versions: a file that has it is brought into this form by the statements of *upgrade*. *report*
    takes faults, and *going_on* is called now and then while a damaged file is read.
    """

    refusals = (sqlite3.IntegrityError,)
    hang_s = HANG_S

    def __init__(  # noqa: PLR0913, PLR0917 - what a file of tables has
        self, path: Path, schema: str, notes: frozenset[str], upgrade: Callable[[Database], Iterable[str]],
        report: Callable[[Faulted], object], going_on: Callable[[], object],
    ) -> None:
        self.where = str(path)
        self.database: sqlite3.Connection | None = None
        self._path = path
        self._schema = schema
        self._notes = notes
        self._upgrade = upgrade
        self._report = report
        self._going_on = going_on
        self._begun = 0
        with closing(sqlite3.connect(":memory:")) as reference:
            reference.executescript(schema)
            self._columns = _columns(reference)

    def attempt(self, act: Callable[[Database], T]) -> T:
        """What *act* returns. A damaged file is put aside, and a new one begun with its rows."""
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
        except Exception:
            self.close()
            raise

    @contextmanager
    def entry(self, database: Database) -> Iterator[None]:
        """Within it one entry is written; what is raised undoes it alone."""
        database.execute("SAVEPOINT entry")
        try:
            yield
        except BaseException:
            # A full disk has undone the whole transaction with its savepoint (sqlite.org/lang_transaction.html).
            if self.database is not None and self.database.in_transaction:
                database.execute("ROLLBACK TO entry")
                database.execute("RELEASE entry")
            raise
        database.execute("RELEASE entry")

    def last_batch(self, database: Database) -> int:
        """0: what was committed is known. Begins the transaction, which a savepoint alone would be one of its own."""
        database.execute("BEGIN")
        return 0

    def mark(self, database: Database, batch: int) -> None:
        """Nothing: no commit fails midway."""

    def abandon(self) -> None:
        """Nothing: whoever waits for a disk cannot be interrupted."""

    def used_bytes(self, database: Database) -> int:
        """What the tables take. The file is longer: what was removed leaves room in it, which is used again."""
        pages, free, size = (
            database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
        return int((pages - free) * size)

    def _open(self) -> sqlite3.Connection:
        """The database, made if it is missing."""
        if self.database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._adopt()
            found = self._path.exists()
            if not found and not self._beside("-wal").exists():
                self._make(salvaging=False)
                self._rename_new()
            elif not found or (self._path.is_file() and not self._path.stat().st_size):
                raise DamageError(EMPTY)
            self.database = self._connect()
        return self.database

    def _begin_anew(self, why: str) -> None:
        """Makes a new file with what can be read of the damaged one, then puts that aside; it is not mended.

        In this order a power cut in between costs nothing: what takes the place is whole, and there until it has it.
        """
        self._begun += 1
        self.close()
        salvaged = self._make(salvaging=self._path.exists())
        aside = self._path.with_name(f"{self._path.name}.damaged-{time.time_ns()}")
        for suffix in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                self._beside(suffix).rename(aside.with_name(aside.name + suffix))
        self._rename_new()
        self._report(Faulted(
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
                    found = salvage(self._path, database, self._notes, self._going_on)
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
        sync_folder(self._path.parent)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    def close(self) -> None:
        """Closes the file."""
        if self.database is not None:
            with suppress(sqlite3.Error):
                self.database.close()
            self.database = None

    def _connect(self) -> sqlite3.Connection:
        return self._connect_to(self._path)

    def _connect_to(self, path: Path) -> sqlite3.Connection:
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
            database.executescript(self._schema)
            if _columns(database) != self._columns:
                raise DamageError("it has other tables than those that were made")
        except (sqlite3.Error, UnicodeDecodeError):
            database.close()
            raise
        return database


def _is_of_schema(error: Exception) -> bool:
    """Whether SQLite does not understand what it reads: our statements are right, so the file's schema is damaged."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_ERROR


def _columns(database: sqlite3.Connection) -> dict[str, list[str]]:
    """The names of the columns, by the table."""
    tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {name: [row[1] for row in database.execute(f'PRAGMA table_info("{name}")').fetchall()] for (name,) in tables}
