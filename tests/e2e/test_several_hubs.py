"""Two real hubs of one district, with one journal on a real PostgreSQL server: one leads, and when it dies, hangs or is
cut off, the other one goes on; nothing begins, ends or repeats by that.
"""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from posko.folder import held
from testing.posko import Posko
from testing.postgresql import PostgresqlServer
from testing.private_broker import PrivateBroker
from tests.support.journals import KeptOnServer, needs_server
from tests.support.mqtt import Message, Reader
from tests.support.proxy import Proxy
from tests.support.village import BASE, HURRIED, OFTEN, Post, alarm, impatient
from tests.support.waiting import wait_until

pytestmark = needs_server

ACCEPTED = """SELECT count(*) FROM log WHERE event LIKE '%"accepted"%'"""
AGAIN = """SELECT count(*) FROM log WHERE event LIKE '%"extended"%' OR event LIKE '%"late"%'"""


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    with PostgresqlServer() as found:
        yield found


@pytest.fixture
def hubs(folder: Path, broker: PrivateBroker, server: PostgresqlServer) -> Iterator[list[Posko]]:
    """Two, of which the first leads and the second is ready to."""
    found = [Posko(folder / name, broker.port, journal=server.url, hubs=2) for name in ("satu", "dua")]
    try:
        leads(found[0].begin(impatient(folder, HURRIED, OFTEN)))
        ready(found[1].begin(impatient(folder, HURRIED, OFTEN)))
        yield found
    finally:
        for each in found:
            if each.running:
                os.kill(each.pid, signal.SIGCONT)
            each.kill()


def leads(hub: Posko, since: int = 0) -> None:
    """Waits until it publishes."""
    hub.expect("leads from now on", since)
    begun = next(at for at in range(since, len(hub.lines)) if "leads from now on" in hub.lines[at])
    hub.expect("linked:", begun)


def ready(hub: Posko) -> None:
    hub.expect("stands by for")
    hub.expect(" leads")
    hub.expect("linked:")


def beacons(came: list[Message]) -> list[dict[str, Any]]:
    return [each.members for each in came if each.topic == f"{BASE}/active"]


def terms(came: list[Message]) -> list[int]:
    return [each["term"] for each in beacons(came)]


def listed(came: list[Message], term: int) -> list[tuple[str, str]]:
    """What the newest beacon of that term lists."""
    found = [each for each in beacons(came) if each["term"] == term]
    return [(each["incident"], each["identifier"]) for each in found[-1]["alarms"]] if found else []


def rows(server: PostgresqlServer, question: str) -> list[tuple[Any, ...]]:
    kept = KeptOnServer(server)
    kept.district = "situbondo"
    return kept.rows(question)


def test_a_leader_that_is_killed_in_the_middle_of_an_alarm_is_followed_by_the_other_and_nobody_hears_of_it(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer, hubs: list[Posko], posts: list[Post]
) -> None:
    post, other = (Post(folder / each, broker.port, each, hub=True).begin() for each in ("kalibagor", "kotakan"))
    posts += [post, other]
    with Reader(broker, f"{BASE}/active", f"{BASE}/posko/#") as reader:
        post.hold("pencurian")
        other.expect_on("siren")
        assert reader.wait(lambda came: [name for name, _ in listed(came, 1)] == ["pencurian"])
        before = listed(reader.messages, 1)
        assert wait_until(lambda: post.rows("SELECT incident FROM outbox") == [])
        assert wait_until(lambda: rows(server, ACCEPTED) == [(1,)])
        since = [len(each.lines) for each in (post, other)]
        hubs[0].kill()
        assert reader.wait(lambda came: listed(came, 2) == before)
        assert reader.wait(lambda came: terms(came)[-3:] == [2, 2, 2])

    assert terms(reader.messages) == sorted(terms(reader.messages))
    for each, begun in zip((post, other), since, strict=True):
        assert each.said("cleared:", begun) == each.said("sounding:", begun) == each.said("finished:", begun) == []
    assert rows(server, "SELECT incident FROM alarms") == [("pencurian",)]
    assert rows(server, ACCEPTED) == [(1,)]


def test_what_is_published_while_nobody_leads_is_taken_in_once_by_whoever_does_then(
    broker: PrivateBroker, server: PostgresqlServer, hubs: list[Posko]
) -> None:
    """Also what an operator's one line has no name for. What the hub before had is not taken in again."""
    with Reader(broker, f"{BASE}/active", f"{BASE}/posko/#") as reader:
        alarm(broker, "olean", "kebakaran", "-m", "sebelum")
        assert reader.wait(lambda came: [name for name, _ in listed(came, 1)] == ["kebakaran"])
        before = listed(reader.messages, 1)
        assert wait_until(lambda: rows(server, ACCEPTED) == [(1,)])
        hubs[0].kill()
        alarm(broker, "patokan", "kecelakaan", "-m", "sesudah")
        alarm(broker, "dawuhan", "banjir", "-m", '{"identifier": "b-1"}')
        assert reader.wait(lambda came: len(listed(came, 2)) == 3)
        after = listed(reader.messages, 2)

    assert set(before) < set(after)
    assert ("banjir", "b-1") in after
    assert wait_until(lambda: sorted(rows(server, "SELECT incident, note FROM alarms")) == [
        ("banjir", ""), ("kebakaran", "sebelum"), ("kecelakaan", "sesudah")])
    assert rows(server, AGAIN) == [(0,)]


def test_a_leader_that_hangs_is_followed_and_publishes_nothing_more_when_it_goes_on(
    broker: PrivateBroker, hubs: list[Posko]
) -> None:
    first, second = hubs
    with Reader(broker, f"{BASE}/active", f"{BASE}/posko/#") as reader:
        alarm(broker, "olean", "kebakaran")
        assert reader.wait(lambda came: len(listed(came, 1)) == 1)
        os.kill(first.pid, signal.SIGSTOP)
        assert reader.wait(lambda came: len(listed(came, 2)) == 1)
        since = len(first.lines)
        os.kill(first.pid, signal.SIGCONT)
        first.expect("stands by from now on", since)
        first.expect("stands by for", since)
        count = len(beacons(reader.messages))
        assert reader.wait(lambda came: len(beacons(came)) >= count + 3)
        assert second.said("stands by from now on") == []
        since = len(first.lines)
        second.stop()
        leads(first, since)
        assert reader.wait(lambda came: len(listed(came, 3)) == 1)

    assert terms(reader.messages) == sorted(terms(reader.messages))


def test_a_leader_that_is_cut_off_from_the_database_stops_before_another_begins(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer
) -> None:
    with Proxy(server.port) as proxy:
        url = server.url.replace(str(server.port), str(proxy.port))
        follow_when_cut_off(folder, broker, server, proxy, Posko(folder / "satu", broker.port, journal=url, hubs=2),
                            "its lease ")


def test_a_leader_that_is_cut_off_from_the_broker_makes_room_for_one_that_is_not(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer
) -> None:
    with Proxy(broker.port) as proxy:
        follow_when_cut_off(folder, broker, server, proxy,
                            Posko(folder / "satu", proxy.port, journal=server.url, hubs=2),
                            "no broker is in reach here")


LATE = "its lease was not renewed in time"  # what a machine says that was stalled for longer than the lease lasts


def follow_when_cut_off(  # noqa: PLR0917 - what is there
    folder: Path, broker: PrivateBroker, server: PostgresqlServer, proxy: Proxy, first: Posko, why: str
) -> None:
    """*first*, which leads, is cut off by *proxy* in the middle of an alarm: it says *why* it stops, another leads."""
    second = Posko(folder / "dua", broker.port, journal=server.url, hubs=2)
    with Reader(broker, f"{BASE}/active", f"{BASE}/posko/#") as reader:
        try:
            leads(first.begin(impatient(folder, HURRIED, OFTEN)))
            ready(second.begin(impatient(folder, HURRIED, OFTEN)))
            alarm(broker, "olean", "kebakaran")
            assert reader.wait(lambda came: len(listed(came, 1)) == 1)
            proxy.refuse = True
            proxy.cut()
            leads(second)
            first.expect("stands by from now on: ")
            said = first.said("stands by from now on: ")[0]
            assert why in said or LATE in said
            assert reader.wait(lambda came: len(listed(came, 2)) == 1)
            proxy.refuse = False
            assert reader.wait(lambda came: terms(came)[-5:] == [2] * 5)
        finally:
            first.kill()
            second.kill()

    assert terms(reader.messages) == sorted(terms(reader.messages))


def test_a_leader_that_is_stopped_lets_the_other_begin_at_once_and_its_last_word_does_not_stay(
    broker: PrivateBroker, hubs: list[Posko]
) -> None:
    first, second = hubs
    with Reader(broker, f"{BASE}/active", f"{BASE}/posko/#") as reader:
        first.stop()
        leads(second)
        assert reader.wait(lambda came: terms(came)[-2:] == [2, 2])
    with Reader(broker, f"{BASE}/posko/status") as later:
        assert later.wait(lambda came: bool(came) and came[-1].members["state"] != "offline")


def test_where_two_databases_take_writes_one_hub_leads_all_the_same(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer
) -> None:
    """As after a standby was promoted though the primary lives, and each hub reaches another one of the two."""
    with PostgresqlServer() as second, Reader(broker, f"{BASE}/active") as reader:
        hubs = [Posko(folder / name, broker.port, journal=each.url, hubs=2)
                for name, each in (("satu", server), ("dua", second))]
        try:
            for each in hubs:
                each.start(impatient(folder, HURRIED, OFTEN))
            doubt = "of two databases that take writes"
            assert wait_until(lambda: any(each.said(doubt) for each in hubs))
            waits = next(each for each in hubs if each.said(doubt))
            other = next(each for each in hubs if each is not waits)
            count = len(reader.messages)
            assert reader.wait(lambda came: len(came) >= count + 5)
            assert len({each["boot"] for each in beacons(reader.messages)[-5:]}) == 1
            since, before = len(waits.lines), terms(reader.messages)[-1]
            other.kill()
            leads(waits, since)
            assert reader.wait(lambda came: terms(came)[-1] > before)
        finally:
            for each in hubs:
                each.kill()


def test_what_came_to_the_only_hub_before_it_gave_up_for_want_of_a_database_is_in_force_when_it_leads_again(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer
) -> None:
    """Though no post sounds it, and nobody sends it again."""
    hub = Posko(folder / "satu", broker.port, journal=server.url, hubs=2)
    try:
        leads(hub.begin(impatient(folder, HURRIED, OFTEN)))
        with Reader(broker, f"{BASE}/active") as reader:
            server.kill()
            alarm(broker, "olean", "kebakaran", "-m", "di balai desa")
            hub.expect("stands by from now on: its lease ")
            server.start()
            assert reader.wait(lambda came: [name for name, _ in listed(came, 2)] == ["kebakaran"])
    finally:
        hub.kill()


def test_a_hub_that_stands_by_keeps_its_settings_and_reports_that_it_runs_on_those_of_before(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer
) -> None:
    hub = Posko(folder / "satu", broker.port, journal=server.url, hubs=2)
    path = folder / "satu" / "posko.yaml"
    # It finds no broker, so it does not lead.
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), "broker": {"host": "127.0.0.1", "port": 1}}))
    try:
        hub.start()
        hub.expect("stands by for")
        assert wait_until((hub.state_dir / "settings" / "source").exists)
        hub.stop()
        path.write_text(path.read_text("utf-8").replace('"hubs"', '"hups"'), "utf-8")
        since = len(hub.lines)
        hub.start()
        hub.expect("stands by for", since)
        hub.expect("part=settings ", since)
    finally:
        hub.kill()


def test_a_hub_that_could_not_lead_does_not_stand_by(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer
) -> None:
    hub = Posko(folder / "satu", broker.port, journal=server.url, hubs=2)
    with held(hub.state_dir, "panarukan"):
        try:
            hub.start()
            hub.expect("is in use by the hub of panarukan")
            assert hub.said("stands by for") == []
        finally:
            hub.kill()


def test_that_nobody_stands_by_is_a_fault_of_the_hub_that_leads(
    folder: Path, broker: PrivateBroker, server: PostgresqlServer
) -> None:
    hub = Posko(folder / "satu", broker.port, journal=server.url, hubs=2)
    try:
        leads(hub.begin(impatient(folder, HURRIED, OFTEN, "runtime.core.lease.ALONE_S = 0.5")))
        hub.expect("part=standby reason=0 of 1 other hubs stand by")
        second = Posko(folder / "dua", broker.port, journal=server.url, hubs=2)
        try:
            ready(second.begin())
            hub.expect("part=standby", next(at for at, said in enumerate(hub.lines) if "0 of 1" in said) + 1)
        finally:
            second.kill()
    finally:
        hub.kill()
