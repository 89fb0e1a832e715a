"""SQLite files, as whoever only reads them sees them, and what counts as damage. Writes nothing."""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from runtime import bounded

BUSY_S = 2.0  # how long a file that another program keeps to itself is waited for
_WAL = b"\x02\x02"  # the header's bytes 18 and 19 (sqlite.org/fileformat2.html, 1.3.3)

Database = sqlite3.Connection
SqlError = sqlite3.Error
IntegrityError = sqlite3.IntegrityError


class DamageError(sqlite3.DatabaseError):
    """A value that no program of ours has written. SQLite has no checksums, and finds damage of its structure only."""


class UnreadableError(Exception):
    """A database cannot be read; `damaged` says whether it is a file that is at fault itself."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.damaged = is_damage(error)


@contextmanager
def read_only(path: Path) -> Iterator[Database]:
    """The existing file *path*, to be read: nothing is written or made, not even what SQLite keeps beside it.

    For another process than the one that writes. Raises OSError if there is no file that this user may read, and
    UnreadableError if SQLite cannot, also within the block.
    """
    bounded.check_kind(path)
    with path.open("rb") as file:
        head = file.read(20)
    if not head:
        raise UnreadableError(DamageError(EMPTY))
    # A plain mode=ro makes -wal and -shm where they are missing, and leaves them behind as this user's (measured).
    # They are missing while nobody has the file open: then it does not change.
    alone = head[18:20] == _WAL and not path.with_name(f"{path.name}-wal").exists()
    address = f"{path.absolute().as_uri()}?mode=ro&{'immutable' if alone else 'readonly_shm'}=1"
    try:
        with closing(sqlite3.connect(address, timeout=BUSY_S, uri=True)) as database:
            yield database
    except sqlite3.Error as error:
        raise UnreadableError(error) from None


# SQLite takes such a file for a new one. But ours are whole before they bear their name (runtime/database.py).
EMPTY = "the file is empty"


def is_damage(error: Exception) -> bool:
    """Whether *error* says that the file itself is at fault.

    A UnicodeDecodeError is raised where SQLite's own message quotes a damaged schema (seen).
    """
    codes = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return isinstance(error, DamageError | UnicodeDecodeError) or getattr(error, "sqlite_errorcode", 0) & 0xFF in codes


def decoded(raw: bytes) -> str:
    """The text *raw* of a row. Raises DamageError if it is not UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise DamageError(f"a text is not UTF-8: {error.reason}") from None


def typed(row: Sequence[Any], *kinds: type) -> Sequence[Any]:
    """*row*, if its values are of *kinds*, and numbers finite. Raises DamageError."""
    for value, kind in zip(row, kinds, strict=True):
        if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
            raise DamageError(f"{str(value)[:40]!r} stands where a value of another kind was written")
    return row
