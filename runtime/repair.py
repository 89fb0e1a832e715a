"""A copy of a damaged SQLite file whose tables can be found again. Must not change the damaged file.

SQLite finds the tables by their descriptions on the file's first page; one wrong byte there hides a table, or all. A
file of the same tables, made in the same order, has the same first page (sqlite.org/fileformat.html).
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from runtime.sqlite_readonly import Database

_REPAIRED = ".repaired"
_PARTS = ("-wal", "-shm", "-journal", "")


@contextmanager
def repaired(damaged: Path, new: Database) -> Iterator[Path | None]:
    """A copy of *damaged* with the first page of a file that has the tables of *new*; None where none can be made.

    It is removed at the end of the block.
    """
    copy = damaged.with_name(damaged.name + _REPAIRED)
    try:
        yield copy if _make(damaged, copy, new) else None
    finally:
        for suffix in _PARTS:
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def _make(damaged: Path, copy: Path, new: Database) -> bool:
    """Makes the *copy*; whether there was anything to copy, and room for it."""
    page = _first_page(new)
    try:
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(damaged.with_name(damaged.name + suffix), copy.with_name(copy.name + suffix))
        with suppress(sqlite3.Error), closing(sqlite3.connect(copy)) as database:
            database.execute("PRAGMA writable_schema = ON")  # what is damaged there is passed over
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        copy.with_name(f"{copy.name}-wal").unlink(missing_ok=True)
        pages = copy.stat().st_size // len(page)
        page[28:40] = pages.to_bytes(4, "big") + bytes(8)  # so many, none of them free
        with copy.open("r+b") as file:
            file.write(page)
    except OSError:
        return False
    return True


def _first_page(new: Database) -> bytearray:
    """The first page of an empty file with the tables of *new*, made in their order."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for (line,) in new.execute("SELECT sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY rowid"):
            fresh.execute(line)
        (size,) = fresh.execute("PRAGMA page_size").fetchone()
        return bytearray(fresh.serialize()[:size])
