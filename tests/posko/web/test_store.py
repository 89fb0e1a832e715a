"""The page's disk: a real SQLite file, closed as a kill closes it, and read again."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from contract.domain.alarm import Key
from posko.web.core.asked import Place
from posko.web.core.effects import EndSession, Loaded, Saved, SaveSending, SaveSession
from posko.web.core.state import Kind, Sending, Session
from posko.web.store import NAME, WebStore
from runtime import clock
from runtime.core.effects import Log
from runtime.core.events import Faulted
from runtime.inbox import Inbox
from tests.support.waiting import take

PRESS = Sending(Kind.ALARM, Key("kalibagor", "pencurian"), "hp.1", "budi", "warga/budi", 0.0, 2.5, "RT 3", acked=True)
REPORT = Sending(Kind.REPORT, Key("kalibagor", "lapor"), "l.1", "budi", "warga/budi", 0.0, note="Ribut\ndi sini",
                 severity="sedang", where=Place(-7.7, 113.9, 12.0))
ANSWER = Sending(Kind.RESPONSE, Key("semua", "tsunami"), "op.1", "polsek", "petugas/polsek", 0.0, step="menuju",
                 place="kalibagor", exercise=True, late="x", refusal="y", mistaken=True, withdrawn=True, recorded=True)


def kept(path: Path, *entries: SaveSending | SaveSession | EndSession | Log) -> None:
    inbox = Inbox()
    with WebStore(path, inbox) as store:
        take(inbox, Loaded)
        for each in entries:
            store.put(each)


def loaded(path: Path) -> Loaded:
    inbox = Inbox()
    with WebStore(path, inbox):
        return take(inbox, Loaded)


def test_what_was_kept_is_read_again_as_it_was(tmp_path: Path) -> None:
    now = clock.now()
    sendings = [replace(each, asked_at=now) for each in (PRESS, REPORT, ANSWER)]
    kept(tmp_path / NAME, *(SaveSending(number, each, dated=True) for number, each in enumerate(sendings)))

    found = loaded(tmp_path / NAME)

    assert found.sendings == tuple(replace(each, tries=1) for each in sendings)


def test_the_disk_says_what_it_has(tmp_path: Path) -> None:
    inbox = Inbox()
    with WebStore(tmp_path / NAME, inbox) as store:
        take(inbox, Loaded)
        store.put(SaveSending(7, replace(PRESS, asked_at=clock.now()), dated=True))
        assert take(inbox, Saved).stamps == {7}


def test_sessions_and_used_codes_are_known_and_ended_ones_are_not(tmp_path: Path) -> None:
    kept(tmp_path / NAME, SaveSession(1, "hash-1", Session("budi", 5)), SaveSession(2, "hash-2", Session("siti", 6)),
         EndSession("hash-1"), Log({"event": "login"}))

    found = loaded(tmp_path / NAME)

    assert (found.sessions, found.used) == ((("hash-2", Session("siti", 6)),), frozenset({("budi", 5), ("siti", 6)}))


def test_what_was_settled_more_than_a_day_ago_is_not_read_and_what_is_on_its_way_is(tmp_path: Path) -> None:
    old = clock.now() - 90_000.0
    kept(tmp_path / NAME, SaveSending(1, replace(ANSWER, asked_at=old), dated=True),
         SaveSending(2, replace(PRESS, asked_at=old), dated=True))

    assert [each.identifier for each in loaded(tmp_path / NAME).sendings] == ["hp.1"]


def test_of_another_boot_it_has_the_time_of_day_if_that_was_certain(tmp_path: Path) -> None:
    path = tmp_path / NAME
    kept(path, SaveSending(1, replace(PRESS, asked_at=clock.now()), dated=True),
         SaveSending(2, replace(REPORT, asked_at=clock.now()), dated=True))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE sendings SET boot = 'another', synced = (kind = 'alarm'), wall = 1800000000.0")

    press, report = loaded(path).sendings

    assert (press.age_known, press.asked_wall) == (False, 1_800_000_000.0)
    assert (report.age_known, report.asked_wall) == (False, None)


def test_a_row_that_cannot_be_read_keeps_no_other_from_being_sent(tmp_path: Path) -> None:
    path = tmp_path / NAME
    kept(path, SaveSending(1, replace(PRESS, asked_at=clock.now()), dated=True),
         SaveSending(2, replace(REPORT, asked_at=clock.now()), dated=True))
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE sendings SET kind = 'x' WHERE kind = 'alarm'")

    inbox = Inbox()
    with WebStore(path, inbox):
        assert take(inbox, Faulted).part == "journal entry"
        assert [each.identifier for each in take(inbox, Loaded).sendings] == ["l.1"]
