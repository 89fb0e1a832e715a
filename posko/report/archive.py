"""The hub's journal, from a reader's side: its rows, and what to do where there are none. Must not write anything."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from posko.labels import texts
from posko.labels.language import Text
from posko.report.core import rows
from posko.report.core.rows import AlarmRow, BadRowError, Raw, RoundRow
from runtime.sqlite_readonly import UnreadableError, read_only

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that was left out, by its number in SQLite, and the column that cannot be read."""

    table: str
    number: object
    column: str


class ArchiveError(Exception):
    """There is nothing to read; *text*, with the path and why, says what to do."""

    def __init__(self, text: Text, path: Path, why: object = "") -> None:
        super().__init__(text.en.format(path=path, why=why))
        self.text = text
        self.values = {"path": path, "why": why}


def alarms(path: Path) -> tuple[list[AlarmRow], list[SkippedRow]]:
    """The alarms in the journal *path*, and the rows left out. Raises ArchiveError."""
    return _read(path, "alarms", "SELECT rowid AS number, * FROM alarms", rows.alarm)


def rounds(path: Path) -> tuple[list[RoundRow], list[SkippedRow]]:
    """The patrols in the journal *path*, and the rows left out. Raises ArchiveError."""
    return _read(path, "ronda", "SELECT rowid AS number, * FROM ronda", rows.round_made)


def _read(path: Path, table: str, query: str, make: Callable[[Raw], T]) -> tuple[list[T], list[SkippedRow]]:
    made, skipped = [], []
    try:
        with read_only(path) as database:
            database.text_factory = _text
            found = database.execute(query)
            columns = [each[0] for each in found.description]
            for row in found:
                raw = dict(zip(columns, row, strict=True))
                try:
                    made.append(make(raw))
                except BadRowError as error:
                    skipped.append(SkippedRow(table, raw["number"], str(error)))
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveError(texts.NO_JOURNAL, path) from None
    except OSError as error:
        raise ArchiveError(texts.JOURNAL_CLOSED, path, error.strerror) from None
    except UnreadableError as error:
        raise ArchiveError(texts.JOURNAL_DAMAGED if error.damaged else texts.JOURNAL_BUSY, path, error) from None
    return made, skipped


def _text(raw: bytes) -> str:
    """Text of a row; what is not UTF-8 in it is marked."""
    return raw.decode(errors="replace")
