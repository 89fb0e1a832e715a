"""The hub's journal on a real PostgreSQL server that dies, hangs or is replaced: nothing lost, nothing twice, and what
is said to be written is on the standby.

What it holds is tried in test_journal.py, with either engine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest

from posko.core.effects import SaveAlarm
from posko.core.events import Loaded, Saved
from posko.journal import SCHEMA, Journal
from runtime import clock, postgresql
from runtime import database as database_room
from runtime.core.effects import Log
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from runtime.postgresql import Postgresql
from testing.postgresql import PostgresqlServer
from testing.program import LIMIT_S
from tests.posko.test_journal import ALARM, SYNCED, keep
from tests.support.journals import KeptOnServer, needs_server
from tests.support.waiting import drain, take, wait_until

pytestmark = needs_server


@pytest.fixture(autouse=True)
def _steady(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "wall", lambda: SYNCED)
    monkeypatch.setattr(database_room, "RETRY_S", 0.05)
    monkeypatch.setattr(database_room, "CLOSE_S", LIMIT_S)


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    """A server of this test's own, which it may kill."""
    with PostgresqlServer() as found:
        yield found


@contextmanager
def journal_of(kept: KeptOnServer, inbox: Inbox) -> Iterator[Journal]:
    with Journal(kept.place(), inbox) as journal:
        take(inbox, Loaded)
        yield journal


def alarms(kept: KeptOnServer) -> list[str]:
    return [first for (first,) in kept.rows("SELECT first FROM alarms ORDER BY rowid")]


def lines(kept: KeptOnServer) -> list[str]:
    return [event for (event,) in kept.rows("SELECT event FROM log ORDER BY rowid")]


def alarm(stamp: int) -> SaveAlarm:
    return keep(stamp, replace(ALARM, first=f"a{stamp}", identifier=f"a{stamp}", also=()))


def test_what_comes_while_the_server_is_dead_is_a_fault_and_is_written_once_when_it_is_back(
    server: PostgresqlServer
) -> None:
    kept, inbox = KeptOnServer(server), Inbox()
    with journal_of(kept, inbox) as journal:
        journal.put(alarm(1))
        assert take(inbox, Saved).stamps == {1}
        server.kill()
        for stamp in (2, 3):
            journal.put(alarm(stamp))
            journal.put(Log({"event": "linked", "count": stamp}))
        fault = take(inbox, Faulted)
        told = [each for each in drain(inbox) if isinstance(each, Saved)]
        server.start()
        saved = take(inbox, Saved).stamps
        assert take(inbox, Recovered) == Recovered("journal")

    assert (fault.part, told) == ("journal", [])
    assert saved == {2, 3}
    assert fault.reason.startswith(f"cannot write {server.url}: ")
    assert "\n" not in fault.reason
    assert alarms(kept) == ["a1", "a2", "a3"]
    assert lines(kept) == ['{"event": "linked", "count": 2}', '{"event": "linked", "count": 3}']


def test_a_server_that_is_dead_at_the_start_gives_what_it_has_once_it_is_there(server: PostgresqlServer) -> None:
    kept, inbox = KeptOnServer(server), Inbox()
    with journal_of(kept, inbox) as journal:
        journal.put(alarm(1))
        take(inbox, Saved)
    server.kill()
    inbox = Inbox()
    with Journal(kept.place(), inbox):
        assert take(inbox, Faulted).part == "journal"
        assert take(inbox, Loaded).alarms == ()
        server.start()
        assert [each.first for each in take(inbox, Loaded).alarms] == ["a1"]
        assert take(inbox, Recovered) == Recovered("journal")


@pytest.mark.parametrize("kills", range(2))
def test_killed_again_and_again_it_has_all_that_was_said_to_be_written_and_nothing_twice(
    server: PostgresqlServer, kills: int
) -> None:
    """In the middle of a stream of commits, so that some of them are killed on their way."""
    kept, inbox = KeptOnServer(server), Inbox()
    saved: set[int] = set()
    with journal_of(kept, inbox) as journal:
        for stamp in range(200):
            journal.put(alarm(stamp))
            journal.put(Log({"count": stamp}))
            if stamp % 60 == 15 * kills + 10:
                server.kill()
                server.start()
        while len(saved) < 200:
            saved |= take(inbox, Saved).stamps

    assert saved == set(range(200))
    assert sorted(alarms(kept)) == sorted(f"a{stamp}" for stamp in range(200))
    assert lines(kept) == [f'{{"count": {stamp}}}' for stamp in range(200)]


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("there", [True, False])
def test_a_commit_whose_answer_is_lost_is_neither_written_again_nor_left_out(
    postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch, times: int, there: bool
) -> None:
    """The connection breaks once the commit is there, or before; and so do those of the next attempts."""
    kept, inbox = KeptOnServer(postgresql_server), Inbox()
    leave = postgresql._Session.__exit__
    lost: list[int] = []
    armed = False

    def broken(self: postgresql._Session, kind: type[BaseException] | None, error: object, trace: object) -> None:
        breaks = armed and kind is None and len(lost) < times
        if breaks and not there:
            lost.append(1)
            self.close()
        leave(self, kind, error, trace)
        if breaks and there:
            lost.append(1)
            raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(postgresql._Session, "__exit__", broken)
    with journal_of(kept, inbox) as journal:
        armed = True
        for stamp in range(5):
            journal.put(alarm(stamp))
            journal.put(Log({"count": stamp}))
        saved: set[int] = set()
        while len(saved) < 5:
            saved |= take(inbox, Saved).stamps

    assert len(lost) == times
    assert sorted(alarms(kept)) == ["a0", "a1", "a2", "a3", "a4"]
    assert lines(kept) == [f'{{"count": {stamp}}}' for stamp in range(5)]


def test_a_server_that_hangs_is_noticed_and_left_and_all_is_written_once_when_it_goes_on(
    server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "CONNECT_S", 2)
    monkeypatch.setattr(Postgresql, "hang_s", 0.2)
    kept, inbox = KeptOnServer(server), Inbox()
    with journal_of(kept, inbox) as journal:
        server.stop()
        journal.put(alarm(1))
        journal.put(Log({"count": 1}))
        assert wait_until(lambda: journal.hung() == "the disk hangs")
        fault = take(inbox, Faulted)
        assert not [each for each in drain(inbox) if isinstance(each, Saved)]
        server.go_on()
        monkeypatch.setattr(Postgresql, "hang_s", LIMIT_S)
        assert take(inbox, Saved).stamps == {1}

    assert fault.part == "journal"
    assert (alarms(kept), lines(kept)) == (["a1"], ['{"count": 1}'])


def test_of_two_hubs_the_one_that_began_last_writes_and_the_other_is_refused_for_good(
    postgresql_server: PostgresqlServer
) -> None:
    kept, first_inbox, second_inbox = KeptOnServer(postgresql_server), Inbox(), Inbox()
    with journal_of(kept, first_inbox) as first:
        first.put(alarm(1))
        take(first_inbox, Saved)
        with journal_of(kept, second_inbox) as second:
            first.put(alarm(2))
            fault = take(first_inbox, Faulted)
            second.put(alarm(3))
            take(second_inbox, Saved)
        again = take(first_inbox, Faulted)  # also now that the other is gone
        first._pending.clear()

    assert fault.reason == (
        f"cannot write {postgresql_server.url}: another hub has begun to write this journal; of the two stop one, and "
        "start the other again; what happens is kept in memory only")
    assert again == fault
    assert alarms(kept) == ["a1", "a3"]


def test_a_server_that_does_not_wait_for_its_disk_is_made_to_for_this_journal() -> None:
    with PostgresqlServer("synchronous_commit = off") as server:
        engine = Postgresql(server.url, "situbondo", SCHEMA)
        found = engine.attempt(lambda database: database.execute("SHOW synchronous_commit").fetchone())
        engine.close()

        assert found == ("on",)
        assert postgresql.weaknesses(server.url)[0] == (
            "synchronous_commit is off: the hub sets it to on for itself; correct postgresql.conf, too")


def test_a_database_of_another_encoding_is_refused(postgresql_server: PostgresqlServer) -> None:
    postgresql_server.ask("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    engine = Postgresql(f"{postgresql_server.url.removesuffix('kentongan')}latin", "situbondo", SCHEMA)
    with pytest.raises(Exception, match="the database's encoding is LATIN1; make one with ENCODING 'UTF8'"):
        engine.attempt(lambda database: database)


def test_a_long_name_of_a_district_is_a_schema_of_its_own(postgresql_server: PostgresqlServer) -> None:
    one, other = (Postgresql(postgresql_server.url, "x" * 70 + each, SCHEMA) for each in "ab")
    for engine in (one, other, one):
        engine.attempt(lambda database: database.execute("INSERT INTO log (wall, source, event) VALUES (1, '', '')"))
        engine.close()

    named = postgresql_server.ask("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'xxx%'")
    assert named == [["2"]]


# A synchronous standby.


@pytest.fixture
def pair() -> Iterator[tuple[PostgresqlServer, PostgresqlServer]]:
    """A primary, and its synchronous standby."""
    with PostgresqlServer("synchronous_standby_names = 'standby'", "synchronous_commit = local") as primary, (
        PostgresqlServer("synchronous_standby_names = ''", "hot_standby = on", primary=primary)
    ) as standby:
        yield primary, standby


class KeptOnPair(KeptOnServer):
    """A journal on whichever of two servers takes writes; looked at on *server*."""

    def __init__(self, server: PostgresqlServer, other: PostgresqlServer) -> None:
        super().__init__(server)
        self.url = (f"postgresql://kentongan@127.0.0.1:{server.port},127.0.0.1:{other.port}/kentongan")

    def place(self) -> Postgresql:
        return Postgresql(self.url, self.district, SCHEMA)


def waits_for_standby(server: PostgresqlServer) -> bool:
    return server.ask("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == [["1"]]


def hold_up(journal: Journal, primary: PostgresqlServer, standby: PostgresqlServer, number: int) -> None:
    """The standby stops; an alarm and a line of the log, with *number*, are put, and their commit waits for it."""
    standby.stop()
    journal.put(alarm(number))
    journal.put(Log({"count": number}))
    assert wait_until(lambda: waits_for_standby(primary))


def test_an_alarm_is_said_to_be_written_only_once_the_standby_has_it_and_outlives_the_primary(
    pair: tuple[PostgresqlServer, PostgresqlServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    primary, standby = pair
    monkeypatch.setattr(postgresql, "CONNECT_S", 2)
    kept, inbox = KeptOnPair(primary, standby), Inbox()
    with journal_of(kept, inbox) as journal:
        journal.put(alarm(1))
        take(inbox, Saved)
        hold_up(journal, primary, standby, 2)
        waiting = drain(inbox)
        primary.kill()
        standby.go_on()
        standby.promote()
        assert take(inbox, Saved).stamps == {2}
    kept.server = standby

    assert [each for each in waiting if isinstance(each, Saved)] == []
    assert alarms(kept) == ["a1", "a2"]
    assert lines(kept) == ['{"count": 2}']


def test_a_commit_whose_wait_for_the_standby_is_cancelled_is_not_said_to_be_written(
    pair: tuple[PostgresqlServer, PostgresqlServer]
) -> None:
    primary, standby = pair
    kept, inbox = KeptOnPair(primary, standby), Inbox()
    with journal_of(kept, inbox) as journal:
        hold_up(journal, primary, standby, 1)
        primary.ask("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        fault = take(inbox, Faulted)
        assert wait_until(lambda: waits_for_standby(primary))
        waiting = drain(inbox)
        standby.go_on()
        assert take(inbox, Saved).stamps == {1}

    assert "canceling wait for synchronous replication" in fault.reason
    assert [each for each in waiting if isinstance(each, Saved)] == []
    assert (alarms(kept), lines(kept)) == (["a1"], ['{"count": 1}'])


def test_a_commit_that_is_still_on_its_way_when_its_connection_is_left_is_waited_for_and_not_written_again(
    pair: tuple[PostgresqlServer, PostgresqlServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    primary, standby = pair
    monkeypatch.setattr(Postgresql, "hang_s", 0.2)
    kept, inbox = KeptOnPair(primary, standby), Inbox()
    with journal_of(kept, inbox) as journal:
        hold_up(journal, primary, standby, 1)
        assert wait_until(lambda: journal.hung() == "the disk hangs")
        take(inbox, Faulted)
        monkeypatch.setattr(Postgresql, "hang_s", LIMIT_S)
        locked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        assert wait_until(lambda: primary.ask(locked) == [["1"]])  # the next attempt waits for the one before
        waiting = drain(inbox)
        standby.go_on()
        assert take(inbox, Saved).stamps == {1}

    assert [each for each in waiting if isinstance(each, Saved)] == []
    assert (alarms(kept), lines(kept)) == (["a1"], ['{"count": 1}'])
