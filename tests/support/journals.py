"""The two places where a hub's journal can be: a SQLite file, and a PostgreSQL server, which is started once."""

import secrets
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from posko.journal import SCHEMA
from runtime.postgresql import Postgresql
from runtime.sql import Engine
from testing.postgresql import PostgresqlServer, programs

NO_SERVER = "there is no PostgreSQL here: install the package postgresql"
needs_server = pytest.mark.skipif(programs() is None, reason=NO_SERVER)


class Kept(ABC):
    """A journal's place, and what stands in it, beside whoever writes there."""

    @abstractmethod
    def place(self) -> Path | Engine:
        """What a new Journal is given."""

    @abstractmethod
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What it answers."""

    @abstractmethod
    def change(self, *statements: str) -> None:
        """Changes it, as no hub does."""

    @abstractmethod
    def set_aside(self) -> list[str]:
        """The damaged journals that were set aside."""


class KeptFile(Kept):
    def __init__(self, path: Path) -> None:
        self.path = path

    def place(self) -> Path:
        return self.path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(query).fetchall()

    def change(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as database, database:
            for each in statements:
                database.execute(each)

    def set_aside(self) -> list[str]:
        return [each.name for each in self.path.parent.iterdir() if "damaged" in each.name]


class KeptOnServer(Kept):
    """A schema of its own on *server*."""

    def __init__(self, server: PostgresqlServer) -> None:
        self.server = server
        self.district = f"district-{secrets.token_hex(4)}"

    def place(self) -> Engine:
        return Postgresql(self.server.url, self.district, SCHEMA)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._connected() as database:
            return database.execute(query.encode()).fetchall()

    def change(self, *statements: str) -> None:
        with self._connected() as database:
            for each in statements:
                database.execute(each.encode())

    def set_aside(self) -> list[str]:
        return []

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        with psycopg.connect(self.server.url, options=f'-c search_path="{self.district}"') as database:
            yield database
