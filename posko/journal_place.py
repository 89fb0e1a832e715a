"""Where a district's journal is: a file, or a PostgreSQL server if the settings name one.

Each engine is loaded where it is used: an operator's command needs neither, and psycopg is not everywhere.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from contract.settings.schema import SettingsError
from contract.user_error import UserError
from contract.values import dataclass
from runtime.files import SHIPPED
from runtime.sql import Database, Engine

NAME = "posko.db"
LOCK = SHIPPED.parent / "requirements-scale.lock"


@dataclass(frozen=True, slots=True)
class Server:
    """The journal of *district* in the database at *url*: a schema that bears the district's name."""

    url: str
    district: str

    def __str__(self) -> str:
        return self.url.partition("?")[0]


JournalPlace = Path | Server


def place(folder: Path, url: str | None, district: str) -> JournalPlace:
    """Where the journal of *district* is: on the server at *url* or, without one, in *folder*."""
    return folder / NAME if url is None else Server(url, district)


def engine(found: JournalPlace, schema: str, program: str = "") -> Path | Engine:
    """What a Journal with the tables of *schema* writes to; with *program*, that of a lease, as long as that is good.

    Raises UserError: psycopg is missing, or the URL is not one.
    """
    if isinstance(found, Path):
        return found
    require(found)
    from runtime import postgresql  # noqa: PLC0415 - only this needs psycopg

    try:
        return postgresql.Postgresql(found.url, found.district, schema, program)
    except postgresql.SettingError as error:
        raise UserError(f"journal: {found}: {error}") from None


@contextmanager
def read_only(found: JournalPlace, text: Callable[[bytes], object] = bytes.decode) -> Iterator[Database]:
    """The journal, to be read; *text* makes text of the bytes in a file.

    Raises UserError, OSError and UnreadableError.
    """
    if isinstance(found, Path):
        from runtime import sqlite_readonly  # noqa: PLC0415 - settings alone need no SQLite

        with sqlite_readonly.read_only(found) as database:
            database.text_factory = text
            yield database
        return
    require(found)
    from runtime import postgresql  # noqa: PLC0415 - only this needs psycopg

    with postgresql.read_only(found.url, found.district) as server:
        yield server


def require(found: JournalPlace) -> None:
    """Raises UserError if *found* needs psycopg, and it is not here."""
    if isinstance(found, Server) and find_spec("psycopg") is None:
        what = f"--require-hashes -r {LOCK}" if LOCK.is_file() else "'kentongan-digital[scale]'"
        raise UserError(f"journal: {found}: psycopg, which speaks to PostgreSQL, is not installed; install it: "
                        f"sudo {sys.executable} -m pip install {what}")


def examine(found: JournalPlace) -> Iterator[str]:
    """What is doubtful about a server. Raises UserError with what is wrong: the hub could write nothing."""
    if isinstance(found, Path):
        return
    require(found)
    from runtime import postgresql  # noqa: PLC0415 - only this needs psycopg
    from runtime.sqlite_readonly import UnreadableError  # noqa: PLC0415

    try:
        for each in postgresql.weaknesses(found.url):
            yield f"journal: {found}: {each}"
    except (postgresql.SettingError, UnreadableError) as error:
        raise SettingsError([f"journal: {found}: {error}"]) from None
