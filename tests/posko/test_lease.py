"""The lease on a real PostgreSQL server: of several that want to lead one does, and only it writes the journal."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event as Flag
from typing import Any

import pytest

from contract.wire import timing
from posko import lease as lease_room
from posko.lease import Claimed, Following, Lease, Term
from runtime import clock, postgresql
from runtime.core.events import Faulted, Recovered
from runtime.core.lease import LEASE_S, Lead, LeaseError
from runtime.inbox import Inbox
from runtime.postgresql import LeaseTable, Postgresql
from runtime.sql import Database
from testing.postgresql import PostgresqlServer
from testing.program import LIMIT_S
from tests.support.journals import KeptOnServer, needs_server
from tests.support.waiting import take, wait_until

pytestmark = needs_server

NOTHING = "CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, wall REAL NOT NULL) STRICT;\n"


@pytest.fixture
def kept(postgresql_server: PostgresqlServer) -> KeptOnServer:
    return KeptOnServer(postgresql_server)


@pytest.fixture
def tables(kept: KeptOnServer) -> Iterator[Callable[[str], LeaseTable]]:
    """Makes what a hub at a host has of the lease."""
    made: list[LeaseTable] = []

    def make(host: str) -> LeaseTable:
        made.append(LeaseTable(kept.server.url, kept.district, host, f"boot-{host}"))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_of_several_that_claim_at_once_one_leads(tables: Callable[[str], LeaseTable]) -> None:
    found = [tables(f"h{number}") for number in range(5)]
    before = found[0].look(ready=True)
    with ThreadPoolExecutor(len(found)) as threads:
        terms = list(threads.map(lambda table: table.claim(before, f"p-{id(table)}"), found))

    assert sorted(map(bool, terms)) == [False] * 4 + [True]
    assert [each for each in terms if each] == [1]
    leader = found[next(at for at, term in enumerate(terms) if term)]
    assert found[0].look(ready=True).program == f"p-{id(leader)}"


def test_a_term_is_greater_than_any_for_which_a_hub_led_by_another_database(
    tables: Callable[[str], LeaseTable]
) -> None:
    one = tables("satu")
    assert one.claim(one.look(ready=True), "p1", 40) == 41
    assert one.claim(one.look(ready=True), "p2", 7) == 42


def test_what_has_changed_since_it_was_seen_is_not_claimed(tables: Callable[[str], LeaseTable]) -> None:
    one, other = tables("satu"), tables("dua")
    assert one.claim(one.look(ready=True), "p1") == 1
    seen = other.look(ready=True)
    assert seen == Lead(1, 0, "p1", "satu", "boot-satu")
    assert one.renew("p1") is not None
    assert other.claim(seen, "p2") is None
    assert other.claim(other.look(ready=True), "p2") == 2
    assert one.renew("p1") is None
    one.release("p1")  # it has nothing any more
    assert other.renew("p2") is not None
    other.release("p2")
    assert one.look(ready=True) == Lead(2, 1, "", "dua", "boot-dua")


def test_who_leads_sees_those_that_would_take_over_and_no_others(
    kept: KeptOnServer, tables: Callable[[str], LeaseTable]
) -> None:
    one, other, third = tables("satu"), tables("dua-" + "x" * 70), tables("tiga")
    elsewhere = LeaseTable(kept.server.url, "another-district", "lain", "boot")
    assert one.claim(one.look(ready=True), "p1") == 1
    other.look(ready=True)
    third.look(ready=False)
    elsewhere.look(ready=True)
    seen = one.renew("p1")
    elsewhere.close()

    assert seen == [("dua-" + "x" * 70)[:30]]
    other.close()
    assert wait_until(lambda: one.renew("p1") == [])


def test_only_the_program_that_leads_writes_the_journal(
    kept: KeptOnServer, tables: Callable[[str], LeaseTable]
) -> None:
    one, other = tables("satu"), tables("dua")
    assert one.claim(one.look(ready=True), "p1") == 1
    engines = [Postgresql(kept.server.url, kept.district, NOTHING, each) for each in ("p1", "p2")]

    def write(engine: Postgresql) -> int:
        def act(database: object) -> int:
            with database:  # type: ignore[attr-defined]
                return engine.last_batch(database)  # type: ignore[arg-type]
        return engine.attempt(act)

    assert write(engines[0]) == 0
    with pytest.raises(Exception, match="another hub has begun to write this journal"):
        write(engines[1])
    assert other.claim(other.look(ready=True), "p2") == 2
    assert write(engines[1]) == 0
    with pytest.raises(Exception, match="another hub has begun to write this journal"):
        write(engines[0])
    for each in engines:
        each.close()


def test_a_hub_without_a_lease_that_begins_to_write_ends_the_turn(
    kept: KeptOnServer, tables: Callable[[str], LeaseTable]
) -> None:
    one = tables("satu")
    assert one.claim(one.look(ready=True), "p1") == 1
    alone = Postgresql(kept.server.url, kept.district, NOTHING)
    alone.attempt(lambda database: database)
    alone.close()

    assert one.renew("p1") is None


def test_a_database_that_is_away_is_an_error_in_one_line_and_is_found_again() -> None:
    with PostgresqlServer() as server:
        table = LeaseTable(server.url, "situbondo", "satu", "boot")
        assert table.claim(table.look(ready=True), "p1") == 1
        server.kill()
        with pytest.raises(LeaseError) as raised:
            table.renew("p1")
        assert "\n" not in str(raised.value)
        server.start()
        assert table.renew("p1") == []
        table.close()


def test_one_that_stops_in_the_middle_of_a_renewal_does_not_keep_the_others_from_taking_over(
    tables: Callable[[str], LeaseTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert postgresql._LEASE_IDLE_S < LEASE_S
    monkeypatch.setattr(postgresql, "_LEASE_IDLE_S", 1)
    one, other = tables("satu"), tables("dua")
    seen = other.look(ready=True)

    with stopped_in(one._attempt, lambda session: session.execute("UPDATE lead SET beat = beat + 1")) as stopped:
        assert wait_until(lambda: claims(other, seen) == 1)
    with pytest.raises(LeaseError):
        stopped.result()


def test_one_that_stops_while_it_writes_its_journal_does_not_keep_the_others_from_taking_over(
    kept: KeptOnServer, tables: Callable[[str], LeaseTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "_LEASE_IDLE_S", 1)
    monkeypatch.setattr(postgresql, "IDLE_S", 600)  # of a journal that has no other hub beside it
    one, other = tables("satu"), tables("dua")
    assert one.claim(one.look(ready=True), "p1") == 1
    journal = Postgresql(kept.server.url, kept.district, NOTHING, "p1")
    seen = other.look(ready=True)

    def in_transaction(act: Callable[[Any], object]) -> None:
        def write(database: Database) -> None:
            with database:
                act(database)

        journal.attempt(write)

    with stopped_in(in_transaction, journal.last_batch) as stopped:
        assert wait_until(lambda: claims(other, seen) == 2)
    assert stopped.exception() is not None
    journal.close()


@contextmanager
def stopped_in(
    attempt: Callable[[Callable[[Any], object]], object], act: Callable[[Any], object]
) -> Iterator["Future[object]"]:
    """An *attempt* in another thread, which stands still within, after it has done *act*: what comes of it."""
    begun, goes_on = Flag(), Flag()

    def stops(session: Any) -> None:
        act(session)
        begun.set()
        goes_on.wait(120.0)

    with ThreadPoolExecutor(1) as threads:
        stopped = threads.submit(attempt, stops)
        try:
            assert begun.wait(LIMIT_S)
            yield stopped
        finally:
            goes_on.set()


def claims(table: LeaseTable, seen: Lead) -> int | None:
    with suppress(LeaseError):
        return table.claim(seen, "p2")
    return None


def test_while_the_standby_that_is_waited_for_is_away_who_leads_goes_on_and_nobody_takes_over() -> None:
    """A claim that is on one machine only could be lost, and its term be given twice."""
    with PostgresqlServer() as server, ThreadPoolExecutor(1) as threads:
        one, other = (LeaseTable(server.url, "situbondo", each, f"boot-{each}") for each in ("satu", "dua"))
        assert one.claim(one.look(ready=True), "p1") == 1
        wait_for(server, "nobody")
        assert one.renew("p1") is not None
        seen = other.look(ready=True)
        claims_ = threads.submit(other.claim, seen, "p2")
        try:
            waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            assert wait_until(lambda: server.ask(waits) == [["1"]])
            assert one.look(ready=True) == seen
            other.abandon()
            with pytest.raises(LeaseError):
                claims_.result()
        finally:
            wait_for(server, "")
        # What had no answer was written all the same; nobody leads by it.
        assert wait_until(lambda: other.look(ready=True).term == 2)
        assert other.claim(other.look(ready=True), "p3") == 3
        wait_for(server, "nobody")
        other.release("p3")
        assert one.look(ready=True) == Lead(3, 0, "", "dua", "boot-dua")
        wait_for(server, "")
        one.close()
        other.close()


def wait_for(server: PostgresqlServer, standbys: str) -> None:
    """Has it wait for *standbys* from now on."""
    server.ask(f"ALTER SYSTEM SET synchronous_standby_names = '{standbys}'")
    server.ask("SELECT pg_reload_conf()")
    assert wait_until(lambda: server.ask("SHOW synchronous_standby_names") == ([[standbys]] if standbys else [[""]]))


def test_who_waits_for_a_server_that_hangs_is_freed_by_another_thread() -> None:
    with PostgresqlServer() as server, ThreadPoolExecutor(1) as threads:
        table = LeaseTable(server.url, "situbondo", "satu", "boot")
        table.look(ready=True)
        server.stop()
        try:
            waits = threads.submit(table.look, ready=True)

            def is_freed() -> bool:
                table.abandon()
                return waits.done()

            assert wait_until(is_freed)
            with pytest.raises(LeaseError):
                waits.result()
        finally:
            server.go_on()


# The thread.


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_room, "LOOK_S", 0.05)
    monkeypatch.setattr(lease_room, "RENEW_S", 0.05)


def claimed(inbox: Inbox) -> Term:
    return take(inbox, Claimed).term


def test_a_hub_without_a_broker_does_not_take_over_and_with_one_it_does(tables: Callable[[str], LeaseTable]) -> None:
    inbox = Inbox()
    with Lease(tables("satu"), 2) as lease:
        lease.stand_by(inbox)
        assert take(inbox, Following) == Following(None)
        assert lease.good_until() < clock.now()
        lease.link(there=True)
        term = claimed(inbox)
        assert (term.number, term.boots) == (1, {0: ""})
        assert wait_until(lambda: lease.good_until() > clock.now())


def test_who_leads_and_loses_its_broker_makes_room_for_one_that_has_it(
    tables: Callable[[str], LeaseTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease_room, "CUT_OFF_S", 0.1)
    first, second, lost = Inbox(), Inbox(), list[str]()
    with Lease(tables("satu"), 2) as one, Lease(tables("dua"), 2) as other:
        one.stand_by(first)
        one.link(there=True)
        claimed(first)
        one.lead(first, lost.append)
        one.link(there=True)
        other.stand_by(second)
        assert take(second, Following) == Following("satu")
        one.link(there=False)
        assert wait_until(lambda: one.good_until() > clock.now())
        assert lost == []  # nobody has one
        other.link(there=True)
        assert claimed(second).number == 2
        assert wait_until(lambda: lost == ["no broker is in reach here, and dua has one"])
        assert one.good_until() < clock.now()


def test_who_stops_is_followed_at_once_and_whose_loop_does_not_turn_gives_up(
    tables: Callable[[str], LeaseTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, lost = Inbox(), Inbox(), list[str]()
    with Lease(tables("satu"), 2) as one, Lease(tables("dua"), 2) as other:
        for lease, inbox in ((one, first), (other, second)):
            lease.stand_by(inbox)
        one.link(there=True)
        claimed(first)
        one.lead(first, lost.append)
        one.link(there=True)
        other.link(there=True)
        one.release()
        assert claimed(second).number == 2
        other.lead(second, lost.append)
        other.link(there=True)
        monkeypatch.setattr(lease_room, "STUCK_S", 0.1)
        assert wait_until(lambda: lost == ["its loop does not turn"])


def test_a_hub_that_stands_by_again_while_a_renewal_is_on_its_way_has_ended_its_turn(
    tables: Callable[[str], LeaseTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would hold a lease of which no hub makes use."""
    table, first, second = tables("satu"), Inbox(), Inbox()
    on_its_way, answered, renew = Flag(), Flag(), table.renew

    def slow(program: str) -> list[str] | None:
        on_its_way.set()
        answered.wait(LIMIT_S)
        return renew(program)

    monkeypatch.setattr(table, "renew", slow)
    with Lease(table, 2) as lease:
        lease.stand_by(first)
        lease.link(there=True)
        assert claimed(first).number == 1
        lease.lead(first, lambda _why: None)
        assert on_its_way.wait(LIMIT_S)
        lease.release()
        lease.stand_by(second)
        lease.link(there=True)
        answered.set()
        assert claimed(second).number == 2


def test_a_hub_whose_turn_is_over_does_not_lead_before_it_has_stood_by(
    tables: Callable[[str], LeaseTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where its link comes just then: its loop would know nothing of the new term."""
    monkeypatch.setattr(lease_room, "STUCK_S", 0.1)
    table, inbox, lost = tables("satu"), Inbox(), list[str]()
    with Lease(table, 2) as lease:
        lease.stand_by(inbox)
        lease.link(there=True)
        claimed(inbox)
        lease.lead(inbox, lost.append)
        assert wait_until(lambda: len(lost) == 1)
        lease.link(there=True)
        assert not Flag().wait(0.3)  # some turns of its thread
        assert tables("dua").look(ready=False).program == ""
        monkeypatch.setattr(lease_room, "STUCK_S", 30.0)
        lease.release()
        lease.stand_by(inbox)
        lease.link(there=True)
        assert claimed(inbox).number == 2


def test_while_a_hub_leads_of_which_this_database_knows_nothing_none_takes_over_by_it(
    tables: Callable[[str], LeaseTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two databases take writes: a standby was promoted, and the primary lives."""
    inbox = Inbox()
    with Lease(tables("satu"), 2) as lease:
        lease.stand_by(inbox)
        lease.led(7)
        lease.link(there=True)
        assert "a hub leads for term 7" in take(inbox, Faulted).reason
        monkeypatch.setattr(timing, "HUB_LOST_S", 0.0)  # its beacons do not come any more
        assert take(inbox, Recovered) == Recovered("journal")
        term = claimed(inbox)
        assert term.number == 8


def test_the_machines_of_all_whose_terms_were_seen_are_known(tables: Callable[[str], LeaseTable]) -> None:
    other, inbox = tables("dua"), Inbox()
    with Lease(tables("satu"), 2) as lease:
        lease.stand_by(inbox)
        assert take(inbox, Following) == Following(None)
        for _ in range(2):
            assert other.claim(other.look(ready=False), "p") is not None
            assert take(inbox, Following) == Following("dua")
            other.release("p")
            assert take(inbox, Following) == Following(None)
        lease.link(there=True)
        assert claimed(inbox).boots == {0: "", 1: "boot-dua", 2: "boot-dua"}


def test_a_thread_that_hangs_leaves_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_room, "HANG_S", 0.2)
    inbox = Inbox()
    with PostgresqlServer() as server, Lease(LeaseTable(server.url, "situbondo", "satu", "boot"), 2) as lease:
        lease.stand_by(inbox)
        assert take(inbox, Following) == Following(None)
        server.stop()
        try:
            assert wait_until(lambda: lease.hung() == "its thread hangs")
            assert take(inbox, Faulted).reason.endswith("; no hub can take over")
        finally:
            server.go_on()


def test_that_nobody_stands_by_is_a_fault_and_is_over_once_one_does(
    tables: Callable[[str], LeaseTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.core.lease.ALONE_S", 0.1)
    first, second = Inbox(), Inbox()
    with Lease(tables("satu"), 2) as one, Lease(tables("dua"), 2) as other:
        one.stand_by(first)
        one.link(there=True)
        claimed(first)
        one.lead(first, lambda _why: None)
        one.link(there=True)
        assert take(first, Faulted) == Faulted("standby", "0 of 1 other hubs stand by")
        other.stand_by(second)
        other.link(there=True)
        assert take(first, Recovered) == Recovered("standby")


def test_a_database_that_is_away_ends_the_turn_and_is_a_fault_of_who_stands_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_room, "GIVE_UP_S", 0.5)
    inbox, lost = Inbox(), list[str]()
    with PostgresqlServer() as server, Lease(LeaseTable(server.url, "situbondo", "satu", "boot"), 2) as lease:
        lease.stand_by(inbox)
        lease.link(there=True)
        claimed(inbox)
        lease.lead(inbox, lost.append)
        lease.link(there=True)
        server.kill()
        assert wait_until(lambda: len(lost) == 1)
        assert lost[0].startswith("its lease ")
        assert lease.good_until() < clock.now()
        lease.stand_by(inbox)
        assert take(inbox, Faulted).reason.endswith("; no hub can take over")
        server.start()
        assert take(inbox, Recovered) == Recovered("journal")
