"""The hub's journal, from a reader's side: its rows, and what to do where there are none. Must not write anything."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from posko.report.core import rows
from posko.report.core.rows import AlarmRow, Raw, RoundRow
from runtime.sqlite_readonly import UnreadableError, read_only

T = TypeVar("T")


class ArchiveError(Exception):
    """There is nothing to read; the message says what to do."""


def alarms(path: Path) -> list[AlarmRow]:
    """The alarms in the journal *path*. Raises ArchiveError."""
    return _read(path, "SELECT * FROM alarms", rows.alarm)


def rounds(path: Path) -> list[RoundRow]:
    """The rounds in the journal *path*. Raises ArchiveError."""
    return _read(path, "SELECT * FROM ronda", rows.round_made)


def _read(path: Path, query: str, make: Callable[[Raw], T]) -> list[T]:
    try:
        with read_only(path) as database:
            database.text_factory = _text
            found = database.execute(query)
            columns = [each[0] for each in found.description]
            return [make(dict(zip(columns, row, strict=True))) for row in found]
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveError(f"{path}: tidak ada jurnal; jalankan di komputer broker, tempat `kentongan posko` pernah "
                           "berjalan, dan periksa state_dir di pengaturan") from None
    except OSError as error:
        raise ArchiveError(f"{path}: tidak dapat dibaca: {error.strerror}; coba sebagai pengguna posko, atau "
                           "dengan sudo") from None
    except UnreadableError as error:
        remedy = ("berkas rusak; posko menyisihkannya dan memulai yang baru" if error.damaged
                  else "coba lagi sebentar lagi, sebagai pengguna posko atau dengan sudo")
        raise ArchiveError(f"{path}: jurnal tidak terbaca: {error}; {remedy}") from None


def _text(raw: bytes) -> str:
    """Text of a row; what is no UTF-8 in it is marked."""
    return raw.decode(errors="replace")
