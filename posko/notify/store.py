"""The disk: what was reported, and what waits to be sent. Must not decide anything.

What is reported and the messages about it are one write, so a crash neither loses nor repeats a message.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from contract.values import dataclass
from posko.notify.core.state import Loaded
from runtime import clock
from runtime.database import DatabaseThread
from runtime.inbox import Inbox
from runtime.sql import Database

NAME = "notify.db"
SCHEMA = """
CREATE TABLE IF NOT EXISTS memory (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS queue (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, target TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
    boot TEXT NOT NULL, at REAL NOT NULL, wall REAL NOT NULL) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message to the target called `target`; made at the instant `at` of this machine's boot."""

    name: str
    target: str
    title: str
    body: str
    at: float


@dataclass(frozen=True, slots=True)
class Save:
    """The row `name` of the memory becomes `value` (None: it goes), and `messages` wait, of one write.

    `written` is called, in the thread of the disk, once that is so.
    """

    name: str
    value: str | None
    messages: tuple[Waiting, ...] = ()
    written: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Done:
    """The messages `names` were sent, or given up. `written` is called once that is on the disk."""

    names: tuple[str, ...]
    written: Callable[[], object] = lambda: None


class Store(DatabaseThread[Save | Done]):
    """Keeps what this program must not forget. Use as a context manager.

    *waits* is given what an earlier run left in the queue, in the thread of the disk.
    """

    schema = SCHEMA
    nothing = Loaded(whole=False)
    expendable = ()
    notes = frozenset({"title", "body"})

    def __init__(self, path: Path, inbox: Inbox, waits: Callable[[Waiting], object]) -> None:
        super().__init__(path, inbox)
        self._waits = waits

    def __enter__(self) -> Self:
        self.start()
        return self

    def _upgrade(self, database: Database) -> Iterable[str]:
        return ()

    def _load(self, database: Database) -> Loaded:
        now, wall = clock.now(), clock.now() + clock.wall().offset_s
        for name, target, title, body, boot, at, made in database.execute(
            "SELECT name, target, title, body, boot, at, wall FROM queue ORDER BY id"
        ).fetchall():
            # Of another boot of the machine only the time of day says how old it is; it may have been set since.
            since = at if boot == self._boot else now - max(0.0, wall - made)
            self._waits(Waiting(name, target, title, body, since))
        return Loaded(tuple(database.execute("SELECT name, value FROM memory ORDER BY id").fetchall()))

    def _prune(self, database: Database) -> None:
        """The core and the queues bound what there is."""

    def _shrink(self, database: Database) -> Iterator[int]:
        while True:
            yield database.execute(
                "DELETE FROM queue WHERE id IN (SELECT id FROM queue ORDER BY id LIMIT 1000)").rowcount

    def _apply(self, database: Database, entry: Save | Done) -> None:
        match entry:
            case Save(name, None):
                database.execute("DELETE FROM memory WHERE name = ?", (name,))
            case Save(name, value):
                database.execute("INSERT INTO memory (name, value) VALUES (?, ?) "
                                 "ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))
            case Done(names):
                for name in names:
                    database.execute("DELETE FROM queue WHERE name = ?", (name,))
        wall = clock.wall()
        for each in entry.messages if isinstance(entry, Save) else ():
            database.execute(
                "INSERT OR IGNORE INTO queue (name, target, title, body, boot, at, wall) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (each.name, each.target, _text(each.title), _text(each.body), self._boot, each.at,
                 each.at + wall.offset_s),
            )

    def _written(self, entries: Sequence[Save | Done]) -> None:
        for each in entries:
            each.written()


def _text(found: str) -> str:
    """*found* without unpaired surrogates, which cannot be written."""
    return found.encode(errors="replace").decode()
