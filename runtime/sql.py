"""What a database is to whoever writes to it, or reads from it: the part that SQLite and PostgreSQL have in common.

    a journal (what is written) ──> DatabaseThread (when) ──> Engine (where): a file of SQLite's, or a server

The SQL of the journals is what both understand, with `?` for a value.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self, TypeVar

T = TypeVar("T")


def as_json(value: object) -> str:
    """*value* as JSON. An unpaired surrogate, which a post may have sent, cannot be written and is left out."""
    return json.dumps(value, ensure_ascii=False).encode(errors="replace").decode()


class Rows(Protocol):
    """What a statement has found, or how many rows it has changed."""

    @property
    def rowcount(self) -> int: ...  # noqa: D102 - as sqlite3's
    @property
    def description(self) -> Any: ...  # noqa: D102 - as sqlite3's
    def __iter__(self) -> Iterator[Any]: ...
    def fetchone(self) -> Any: ...  # noqa: D102 - as sqlite3's
    def fetchall(self) -> list[Any]: ...  # noqa: D102 - as sqlite3's


class Database(Protocol):
    """A connection, as sqlite3's: `with database:` is one transaction."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Rows: ...  # noqa: D102 - as sqlite3's
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: Any, error: Any, trace: Any, /) -> Any: ...


class Engine(ABC):
    """Where a DatabaseThread writes. Used by its thread alone, but for `abandon`."""

    where: str  # for people, without blanks and secrets
    refusals: tuple[type[Exception], ...]  # raised for a value, which no other attempt changes
    hang_s: float  # what takes so long hangs

    @abstractmethod
    def attempt(self, act: Callable[[Database], T]) -> T:
        """What *act* returns, given the database, which is opened, and made, where need be.

        Whatever it raises says that the database fails.
        """

    @abstractmethod
    def close(self) -> None:
        """Lets the database go, if it is open. Raises nothing."""

    @abstractmethod
    def abandon(self) -> None:
        """Ends, from another thread, what the database does not answer, if that can be."""

    @abstractmethod
    def entry(self, database: Database) -> AbstractContextManager[object]:
        """Within it one entry is written: what is raised undoes that entry, and no other of the transaction."""

    @abstractmethod
    def last_batch(self, database: Database) -> int:
        """Begins a transaction; the last batch of this program that is in *database*. One that is on its way is waited
        for, and if another program has begun to write here, it raises.
        """

    @abstractmethod
    def mark(self, database: Database, batch: int) -> None:
        """Notes that the transaction is the *batch* of this number, for `last_batch`."""

    @abstractmethod
    def used_bytes(self, database: Database) -> int:
        """What the tables take; 0 where they need no bound."""
