"""A database that is a schema of a PostgreSQL server's. The only home of psycopg.

    commit ──> the server's disk, and its synchronous standby's ──> only then is the batch written

- It is written to whichever of the hosts takes writes: after a promotion the standby.
- `synchronous_commit` is never lower than `on` here. A commit that returns with a warning, as one does whose wait for
  the standby is cancelled, counts as failed.
- A commit whose answer is lost may be there or not: the table `writer` has the last batch. The next attempt reads it,
  and locks its row, so it waits for one that is still on its way.
- The table has who writes, too: of two programs the one that began last. The other is refused from then on.
- A server that hangs is left: its socket is shut down, never is a statement cancelled.

Where several programs may write by turns, `LeaseTable` has whose turn it is, and its claim is what lets one write.
"""

import math
import re
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from hashlib import sha256
from os import dup
from threading import Lock
from typing import Any, Self, TypeVar

import psycopg
from psycopg import conninfo
from psycopg.errors import Diagnostic

from runtime.core.lease import Lead, LeaseError
from runtime.sql import Database, Engine, Rows
from runtime.sqlite_readonly import UnreadableError

T = TypeVar("T")

LONGEST = 63  # bytes of an identifier
CONNECT_S = 4  # for each host
STATEMENT_S = 8
HANG_S = 12.0
IDLE_S = 30  # a transaction of which nothing comes for so long is undone by the server
# What a dead machine or a cut cable is found out by, in less than HANG_S (libpq-connect.html).
_ALIVE = {"keepalives": "1", "keepalives_idle": "4", "keepalives_interval": "2", "keepalives_count": "3",
          "tcp_user_timeout": "10000"}
TAKEN = "another hub has begun to write this journal; of the two stop one, and start the other again"
# It is one row: who writes, and the last batch that it wrote.
_WRITER = """
CREATE TABLE IF NOT EXISTS writer (
    one INTEGER PRIMARY KEY CHECK (one = 1), program TEXT NOT NULL, batch BIGINT NOT NULL);
"""
# Whose turn it is, and the last sign of life of who has it.
_LEAD = """
CREATE TABLE IF NOT EXISTS lead (
    one INTEGER PRIMARY KEY CHECK (one = 1), term BIGINT NOT NULL, beat BIGINT NOT NULL, program TEXT NOT NULL,
    host TEXT NOT NULL, boot TEXT NOT NULL);
INSERT INTO lead VALUES (1, 0, 0, '', '', '') ON CONFLICT DO NOTHING;
"""
_LONGEST_HOST = 30  # characters of it in the name of a connection, which has LONGEST
LEASE_CONNECT_S = 2  # the shortest that libpq waits for a host (libpq-connect.html)
# One that leads and stops in the middle of a renewal, or of writing its journal, keeps a row locked that the next one
# needs: for less than LEASE_S, else nobody could take over.
_LEASE_IDLE_S = 4
_LEASE_ALIVE = {"keepalives": "1", "keepalives_idle": "1", "keepalives_interval": "1", "keepalives_count": "2",
                "tcp_user_timeout": "3000"}
_WEAK = ("off", "local", "remote_write")  # values of synchronous_commit that wait for no disk, or not for the standby's


class SettingError(Exception):
    """The URL is not one that libpq understands."""


class _NotOursError(Exception):
    """The database cannot be used as it is; the message says why."""


class _Connected:
    """Holds a connection, for one thread. Another one may shut it down."""

    def __init__(self) -> None:
        self._session: _Session | None = None
        self._lock = Lock()

    def close(self) -> None:
        """Ends the connection."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def abandon(self) -> None:
        """Shuts the connection down, for a server that does not answer: whoever waits for it fails at once. For
        another thread.
        """
        with self._lock:
            if self._session is not None:
                self._session.shut_down()

    def _hold(self, session: "_Session") -> "_Session":
        """Has *session* be the connection."""
        with self._lock:
            self._session = session
        return session


class Postgresql(_Connected, Engine):
    """The schema *schema* of the database at *url*, with the *tables* of a SQLite schema. Both are made where need be.

    Raises SettingError.
    """

    refusals = (psycopg.IntegrityError, psycopg.DataError)
    hang_s = HANG_S

    def __init__(self, url: str, schema: str, tables: str, program: str = "") -> None:
        """With *program*, that of a lease, it writes as long as that one's turn lasts; without, it takes its turn."""
        super().__init__()
        self.where = shown(url)
        self._options = _options(url)
        self._schema = _identifier(schema)
        self._tables = translated(tables)
        self._program = program or secrets.token_hex(8)
        self._of_a_lease = self._claimed = program != ""

    def attempt(self, act: Callable[[Database], T]) -> T:
        """What *act* returns. What fails ends the connection, and the next attempt looks for the hosts anew."""
        try:
            return act(self._open())
        except Exception as error:
            self.close()
            raise _OneLineError(error) from error

    def entry(self, database: Database) -> AbstractContextManager[object]:
        """Within it one entry is written, in a savepoint."""
        assert isinstance(database, _Session)  # noqa: S101 - `attempt` gives no other
        return database.savepoint()

    def last_batch(self, database: Database) -> int:
        """The last batch of this program. Locks the row: what is on its way ends first."""
        found = database.execute("SELECT program, batch FROM writer FOR UPDATE").fetchone()
        if found is None or found[0] != self._program:
            raise _NotOursError(TAKEN)
        return int(found[1])

    def mark(self, database: Database, batch: int) -> None:
        """Notes that the transaction is the *batch* of this number."""
        database.execute("UPDATE writer SET batch = ?", (batch,))

    def used_bytes(self, database: Database) -> int:
        """0: a server's disk is not a small machine's."""
        del database
        return 0

    def _open(self) -> "_Session":
        if self._session is not None:
            return self._session
        session = self._hold(_Session(_connect(self._options), self._schema))
        with session:
            session.prepare()
            if self._of_a_lease:
                session.give_way()
        with session:
            self._make(session)
        self._claimed = True
        return session

    def _make(self, session: "_Session") -> None:
        """The schema and its tables, and that this program writes them: once, so that it never takes them back."""
        session.make_schema()
        session.script(self._tables)
        if not self._claimed:
            session.execute(
                "INSERT INTO writer VALUES (1, ?, 0) "
                "ON CONFLICT (one) DO UPDATE SET program = excluded.program, batch = 0", (self._program,))


class LeaseTable(_Connected):
    """Whose turn it is to write the schema *schema* of the database at *url*. Every method raises LeaseError.

    It has a connection of its own, made anew after each failure, so that no long write holds it up. For one thread,
    but for `abandon`.
    A claim is on the synchronous standby before it counts. A renewal need not be: see `runtime.core.lease`.
    """

    def __init__(self, url: str, schema: str, host: str, boot: str) -> None:
        super().__init__()
        self.where = shown(url)
        self._options = {**_options(url), "connect_timeout": LEASE_CONNECT_S, **_LEASE_ALIVE}
        self._schema = _identifier(schema)
        self._host, self._boot = host, boot
        # What the name of a connection begins with whose program waits for its turn here.
        self._standby = f"kentongan-standby {sha256(schema.encode()).hexdigest()[:8]} "

    def look(self, *, ready: bool) -> Lead:
        """Who has the turn. Where it is *ready*, who has it sees that this program would take over."""
        def act(session: _Session) -> Lead:
            shown = f"{self._standby}{self._host[:_LONGEST_HOST]}" if ready else "kentongan"
            session.execute("SELECT set_config('application_name', ?, false)", (shown,))
            return Lead(*session.execute("SELECT term, beat, program, host, boot FROM lead").fetchone())

        return self._attempt(act)

    def claim(self, seen: Lead, program: str, led: int = 0) -> int | None:
        """Takes the turn from the one that was *seen* to have it: the new term, or None if another was quicker.

        The term is greater than *led*, for which a hub led by another database.
        """
        def act(session: _Session) -> int | None:
            claimed = session.execute(
                "UPDATE lead SET term = greatest(term, ?) + 1, beat = 0, program = ?, host = ?, boot = ? "
                "WHERE term = ? AND beat = ? AND program = ? RETURNING term",
                (led, program, self._host, self._boot, seen.term, seen.beat, seen.program)).fetchone()
            if claimed is None:
                return None
            session.execute("INSERT INTO writer VALUES (1, ?, 0) "
                            "ON CONFLICT (one) DO UPDATE SET program = excluded.program, batch = 0", (program,))
            return int(claimed[0])

        return self._attempt(act)

    def renew(self, program: str) -> list[str] | None:
        """Shows that *program* lives. The hosts of those that are ready to take over; None if its turn is over."""
        def act(session: _Session) -> list[str] | None:
            session.execute("SET LOCAL synchronous_commit = off")
            renewed = session.execute(
                "UPDATE lead SET beat = beat + 1 WHERE program = ? AND EXISTS (SELECT 1 FROM writer WHERE program = ?)",
                (program, program)).rowcount
            if not renewed:
                return None
            session.execute("SET application_name = 'kentongan'")
            waiting = session.execute("SELECT application_name FROM pg_stat_activity WHERE "
                                      "datname = current_database() AND starts_with(application_name, ?)",
                                      (self._standby,))
            return sorted(name.removeprefix(self._standby) for (name,) in waiting)

        return self._attempt(act)

    def release(self, program: str) -> None:
        """Ends the turn of *program*, so that another need not wait. That need not be on the standby either."""
        def act(session: _Session) -> None:
            session.execute("SET LOCAL synchronous_commit = off")
            session.execute("UPDATE lead SET program = '' WHERE program = ?", (program,))

        self._attempt(act)

    def _attempt(self, act: Callable[["_Session"], T]) -> T:
        try:
            with self._session or self._open() as session:
                return act(session)
        except Exception as error:
            self.close()
            raise LeaseError(_OneLineError(error)) from error

    def _open(self) -> "_Session":
        session = self._hold(_Session(_connect(self._options), self._schema))
        with session:
            session.prepare()
            session.script(f"SET statement_timeout = '{LEASE_CONNECT_S}s'")
            session.give_way()
        with session:
            session.make_schema()
            session.script(_WRITER + _LEAD)
        return session


class _OneLineError(Exception):
    """What libpq reports, in one line."""

    def __init__(self, error: Exception) -> None:
        super().__init__(" ".join(str(error).split()) or type(error).__name__)


class _Session:
    """A connection, as sqlite3's: `with session:` is one transaction."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]], schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._warning: str | None = None
        connection.add_notice_handler(self._notice)

    def prepare(self, *, read_only: bool = False) -> None:
        """Sets what holds for the whole session. Raises _NotOursError."""
        commit, encoding = self.execute(
            "SELECT current_setting('synchronous_commit'), current_setting('server_encoding')").fetchone()
        if encoding != "UTF8":
            raise _NotOursError(f"the database's encoding is {encoding}; make one with ENCODING 'UTF8'")
        self.script(
            f"SET statement_timeout = '{STATEMENT_S}s'; SET idle_in_transaction_session_timeout = '{IDLE_S}s'; "
            f'SET search_path = "{self._schema}"' + ("; SET default_transaction_read_only = on" if read_only else "")
            + ("; SET synchronous_commit = on" if commit in _WEAK else ""))

    def give_way(self) -> None:
        """Has the server undo a transaction of which nothing comes, before another hub takes over."""
        self.script(f"SET idle_in_transaction_session_timeout = '{_LEASE_IDLE_S}s'; SET tcp_keepalives_idle = 3; "
                    "SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3")

    def has_schema(self) -> bool:
        """Whether the schema is there."""
        return self.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", (self._schema,)).fetchone() is not None

    def make_schema(self) -> None:
        """Makes the schema, if it is not there."""
        if not self.has_schema():
            self.script(f'CREATE SCHEMA "{self._schema}"')

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Rows:
        """As sqlite3's."""
        return self._connection.execute(_marked(sql), [_bound(each) for each in parameters])

    def script(self, statements: str) -> None:
        """Several statements without values."""
        self._connection.execute(statements.encode())

    def savepoint(self) -> AbstractContextManager[object]:
        """Within it what is raised undoes what was done within it."""
        return self._connection.transaction()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object, /) -> None:
        if kind is not None:
            with suppress(psycopg.Error):
                self._connection.rollback()
            return
        self._warning = None
        self._connection.commit()
        if self._warning is not None:
            raise psycopg.OperationalError(self._warning)

    def close(self) -> None:
        """Ends the connection."""
        with suppress(psycopg.Error, OSError):
            self._connection.close()

    def shut_down(self) -> None:
        """Shuts its socket down, from another thread."""
        with suppress(psycopg.Error, OSError), socket.socket(fileno=dup(self._connection.fileno())) as same:
            same.shutdown(socket.SHUT_RDWR)

    def _notice(self, notice: Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            self._warning = notice.message_primary


@contextmanager
def read_only(url: str, schema: str) -> Iterator[Database]:
    """The schema *schema* of the database at *url*, to be read. Raises UnreadableError, also within the block."""
    try:
        session = _Session(_connect(_options(url)), _identifier(schema))
        try:
            with session:
                session.prepare(read_only=True)
            with session:
                if not session.has_schema():
                    raise _NotOursError(f"it has no journal of {schema} yet: no hub has written there")
                yield session
        finally:
            session.close()
    except (psycopg.Error, SettingError, _NotOursError) as error:
        raise UnreadableError(_OneLineError(error)) from None


def weaknesses(url: str) -> list[str]:
    """What is doubtful about the server at *url*: why an alarm that is written there could be lost.

    Raises SettingError, and UnreadableError if it does not answer or takes no writes.
    """
    options = _options(url)
    try:
        with _connect(options) as connection:
            commit, fsync, standbys = connection.execute(
                b"SELECT current_setting('synchronous_commit'), current_setting('fsync'), "
                b"current_setting('synchronous_standby_names')").fetchone() or ("", "", "")
    except psycopg.Error as error:
        raise UnreadableError(_OneLineError(error)) from None
    found = []
    if fsync != "on":
        found.append("fsync is off: a power cut at the server can lose or damage the journal; set fsync = on")
    if commit in _WEAK:
        found.append(f"synchronous_commit is {commit}: the hub sets it to on for itself; correct postgresql.conf, too")
    if not standbys:
        found.append("there is no synchronous standby: what is written is on one machine only; docs/scale.md shows how "
                     "to add one")
    return found


def shown(url: str) -> str:
    """*url* as people see it: without its options."""
    return url.partition("?")[0]


def _identifier(name: str) -> str:
    """*name*, or a shorter one in its place: of a longer one PostgreSQL takes no more (sql-syntax-lexical.html)."""
    return name if len(name) <= LONGEST else f"{name[:LONGEST - 17]}-{sha256(name.encode()).hexdigest()[:16]}"


def _options(url: str) -> dict[str, Any]:
    """The parameters for libpq; what *url* does not say is set for a server that may hang, die or be replaced."""
    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise SettingError(" ".join(str(error).split())) from None
    return {"connect_timeout": CONNECT_S, "application_name": "kentongan", **_ALIVE, **given,
            "target_session_attrs": "read-write", "client_encoding": "UTF8"}


def _connect(options: dict[str, Any]) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(**options)


def translated(tables: str) -> str:
    """The statements that make the *tables* of a SQLite schema, whose rows have a number, `rowid`, here, too."""
    number = "rowid BIGINT GENERATED ALWAYS AS IDENTITY"
    made = tables.replace("id INTEGER PRIMARY KEY", f"{number} PRIMARY KEY")
    made = "".join(
        each if number in each else each.replace(") STRICT;", f", {number} UNIQUE) STRICT;")
        for each in re.split(r"(?<=;)\n", made))
    made = made.replace(") STRICT;", ");\n")
    # Without an order of the server's language, as in SQLite.
    return re.sub(r"\bTEXT\b", 'TEXT COLLATE "C"', re.sub(r"\bREAL\b", "DOUBLE PRECISION", made)) + _WRITER


@cache
def _marked(sql: str) -> bytes:
    """*sql* with psycopg's marks for values."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _bound(value: object) -> object:
    """*value* as SQLite takes it: a truth as a number, what is no number as NULL. PostgreSQL has no text with NUL."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
