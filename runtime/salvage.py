"""What can still be read of a damaged SQLite file, copied into a new one. Must not change the damaged file.

    damaged file ──rows, from one end to the other, past what cannot be read──> the STRICT tables of a new file

A table of which no row is found is looked for once more in a copy with a sound first page (`runtime.repair`).
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.repair import repaired
from runtime.sqlite_readonly import Database, IntegrityError, SqlError, UnreadableError, is_damage, read_only

BATCH = 1000  # rows between two calls of `going_on`
_FAR = 2**40  # no table has had so many rows: a row whose number is so much greater than the last one's is damaged
_TRIES = 48  # each steps twice as far over what cannot be read


@dataclass(slots=True)
class Salvaged:
    """How many rows were copied, and how many were found that could not be; `gaps`: whether others were not found."""

    rows: int = 0
    lost: int = 0
    gaps: bool = False

    def __str__(self) -> str:
        missing = [f"{self.lost} rows could not be read"] if self.lost else []
        missing += ["parts of it could not be read"] if self.gaps else []
        return f"{self.rows} rows of it were saved" + "".join(f", {each}" for each in missing)


def salvage(
    damaged: Path, new: Database, notes: frozenset[str] = frozenset(), going_on: Callable[[], object] = lambda: None
) -> Salvaged:
    """Copies what can be read in the file *damaged* into the tables of *new*, row by row; does not commit.

    Text that is not UTF-8 loses its row, but in the columns *notes*, which only people read, it is marked. *going_on*
    is called now and then. Raises sqlite3.Error where *new* cannot be written.
    """
    found = Salvaged()
    tables = [name for (name,) in new.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")]

    def copied(path: Path, tables: list[str]) -> list[str]:
        return _copied(path, [_Copy(new, table, notes, found) for table in tables], going_on)

    hidden = copied(damaged, tables)
    if found.gaps and hidden:
        with repaired(damaged, new) as copy:
            if copy is not None:
                copied(copy, hidden)
    return found


def _copied(path: Path, copies: list["_Copy"], going_on: Callable[[], object]) -> list[str]:
    """Makes *copies* of tables of the file in *path*; returns the tables of which no row was found."""
    empty = [each.table for each in copies]
    try:
        with read_only(path) as old:
            old.text_factory = bytes
            for copy in copies:
                before = copy.found.rows
                for row in copy.rows(old):
                    copy.write(row)
                    if (copy.found.rows + copy.found.lost) % BATCH == 0:
                        going_on()
                if copy.found.rows > before:
                    empty.remove(copy.table)
    except _NewFileError as error:
        raise error.error from None
    except (UnreadableError, OSError, UnicodeDecodeError):
        copies[0].found.gaps = True
    return empty


class _NewFileError(Exception):
    """The new file cannot be written; the old one is not at fault."""

    def __init__(self, error: SqlError) -> None:
        super().__init__(str(error))
        self.error = error


class _Copy:
    """The rows of *table*, from an old file to *new*; *found* counts them."""

    def __init__(self, new: Database, table: str, notes: frozenset[str], found: Salvaged) -> None:
        # A number that is the table's own key is given anew: one that is damaged would outlive all others.
        described = new.execute(f'PRAGMA table_info("{table}")').fetchall()
        self._taken = [(kind, key) != ("INTEGER", 1) for _, _, kind, _, _, key in described]
        columns = [row[1] for row, taken in zip(described, self._taken, strict=True) if taken]
        names, marks = ", ".join(f'"{each}"' for each in columns), ", ".join("?" * len(columns))
        # All, whatever their names: these may be damaged, too.
        self._query = f'SELECT rowid, * FROM "{table}" WHERE rowid > ? ORDER BY rowid'  # noqa: S608 - our schema
        self._insert = f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608 - our schema
        self._lenient = [each in notes for each in columns]
        self._new, self.table, self.found = new, table, found

    def rows(self, old: Database) -> Iterator[list[object]]:
        """The rows of *old* in the order of their numbers, past what cannot be read."""
        last, step = -(2**63), 0
        for _ in range(_TRIES):
            try:
                for number, *values in old.execute(self._query, (last + step,)):
                    if last > 0 and number - last > _FAR:
                        self.found.lost += 1
                        continue
                    last, step = max(last, number), 0
                    yield values
            except (SqlError, UnicodeDecodeError) as error:
                self.found.gaps = True
                if not is_damage(error):  # there is no such table
                    return
                last, step = max(last, 0), 2 * step + 1
            else:
                return

    def write(self, values: list[object]) -> None:
        """Puts a row into the new table, if all in it is of the kind that belongs there."""
        try:
            taken = [each for each, taken in zip(values, self._taken, strict=True) if taken]
            row = [_value(each, lenient=lenient) for each, lenient in zip(taken, self._lenient, strict=True)]
            written = self._new.execute(self._insert, row).rowcount
        except (ValueError, OverflowError, IntegrityError):
            written = 0
        except SqlError as error:
            raise _NewFileError(error) from None
        self.found.rows += written
        self.found.lost += 1 - written


def _value(found: object, *, lenient: bool) -> object:
    """A value as it is written. Raises ValueError if it is damaged."""
    if isinstance(found, float) and not math.isfinite(found):
        raise ValueError("no finite number")
    return found.decode(errors="replace" if lenient else "strict") if isinstance(found, bytes) else found
