"""SQLite files, as whoever only reads them sees them. Writes nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_S = 2.0  # how long a file that another program keeps to itself is waited for
_WAL = b"\x02\x02"  # the header's bytes 18 and 19 (sqlite.org/fileformat2.html, 1.3.3)

Database = sqlite3.Connection


class UnreadableError(Exception):
    """SQLite cannot read a file; `damaged` says whether it is at fault itself."""

    def __init__(self, error: sqlite3.Error) -> None:
        super().__init__(str(error))
        self.damaged = is_damage(error)


@contextmanager
def read_only(path: Path) -> Iterator[Database]:
    """The existing file *path*, to be read: nothing is written or made, not even what SQLite keeps beside it.

    For another process than the one that writes. Raises OSError if there is no file that this user may read, and
    UnreadableError if SQLite cannot, also within the block.
    """
    with path.open("rb") as file:
        wal = file.read(20)[18:20] == _WAL
    # A plain mode=ro makes -wal and -shm where they are missing, and leaves them behind as this user's (measured).
    # They are missing while nobody has the file open: then it does not change.
    alone = wal and not path.with_name(f"{path.name}-wal").exists()
    address = f"{path.absolute().as_uri()}?mode=ro&{'immutable' if alone else 'readonly_shm'}=1"
    try:
        with closing(sqlite3.connect(address, timeout=BUSY_S, uri=True)) as database:
            yield database
    except sqlite3.Error as error:
        raise UnreadableError(error) from None


def is_damage(error: sqlite3.Error) -> bool:
    """Whether *error* says that the file itself is at fault."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
