"""What the doctor makes of the way to the broker, from facts written by hand."""

from dataclasses import replace

import pytest

from kentongan.diagnosis.core import connection
from kentongan.diagnosis.core.facts import Running, Server, Session
from tests.kentongan.diagnosis.core.test_box import said

NOW_S, DAY_S = 1_800_000_000.0, 86_400.0
SERVER = Server("posko.local", 8883, secured=True, begins=NOW_S - DAY_S, until=NOW_S + 900 * DAY_S,
                ca_until=NOW_S + 900 * DAY_S)
SESSION = Session("situbondo.olean.pos-1", login=0, published=0, beacon=True, digest="a")


@pytest.mark.parametrize(("change", "certificate"), [
    ({}, ("ok", "ok")),
    ({"until": NOW_S + 20 * DAY_S}, ("warning", "soon")),
    ({"ca_until": NOW_S + 20 * DAY_S}, ("warning", "soon")),
    ({"until": NOW_S - 1}, ("fault", "over")),
    ({"ca_until": NOW_S - 1}, ("fault", "over")),
    ({"begins": NOW_S + DAY_S}, ("fault", "not_yet")),
    ({"until": None}, ("unknown", "unknown")),
    ({"secured": False, "until": None}, ("none", "plain")),
])
def test_a_certificate_is_well_where_it_and_its_authority_last_a_month(
    change: dict[str, object], certificate: tuple[str, str]
) -> None:
    found = replace(SERVER, **change)  # type: ignore[arg-type]

    assert said(connection.broker(found, NOW_S)) == [("ok", "ok"), certificate]


def test_a_broker_out_of_reach_is_a_fault_and_its_certificate_is_unknown() -> None:
    found = replace(SERVER, trouble="no route", until=None, begins=None)

    assert said(connection.broker(found, NOW_S)) == [("fault", "out_of_reach"), ("unknown", "unknown")]


@pytest.mark.parametrize(("change", "marks"), [
    ({}, ["ok", "accepted", "ok", "ok"]),
    ({"back": True}, ["ok", "back", "ok", "ok"]),
    ({"published": 16}, ["ok", "accepted", "ok", "ok"]),
    ({"published": 135}, ["ok", "denied", "ok", "ok"]),
    ({"published": 131}, ["ok", "answered", "ok", "ok"]),
    ({"published": None, "trouble": "it hung up"}, ["ok", "no_session", "ok", "ok"]),
    ({"beacon": False}, ["ok", "accepted", "missing"]),
    ({"digest": "b"}, ["ok", "accepted", "ok", "differs"]),
    ({"digest": ""}, ["ok", "accepted", "ok", "ok"]),
    ({"answered": False}, ["ok", "accepted", "silent", "ok", "ok"]),
    ({"login": 134}, ["refused", "no_login", "no_login"]),
    ({"login": 135}, ["refused", "no_login", "no_login"]),
    ({"login": 136}, ["answered", "no_login", "no_login"]),
    ({"login": 1}, ["old", "no_login", "no_login"]),
    ({"login": 132}, ["old", "no_login", "no_login"]),
    ({"login": None, "trouble": "no answer"}, ["no_answer", "no_session", "no_session"]),
])
def test_a_login_of_our_own_shows_account_rights_beacon_and_district(
    change: dict[str, object], marks: list[str]
) -> None:
    found = connection.by_login(replace(SESSION, **change), "a", hub=True)  # type: ignore[arg-type]

    assert [what for _, what in said(found)] == marks


def test_nothing_that_was_not_seen_is_well() -> None:
    found = [*connection.by_login(Session("x", trouble="?"), "a", hub=True, reached=False),
             *connection.by_program(Running(1, unread="closed"), hub=True)]

    assert {mark for mark, _ in said(found)} == {"unknown"}


def test_a_broker_that_is_reached_and_does_not_answer_is_a_fault() -> None:
    found = connection.by_login(Session("x", trouble="the broker does not answer"), "a", hub=True, reached=True)

    assert said(found)[0] == ("fault", "no_answer")


@pytest.mark.parametrize(("faults", "linked", "found"), [
    ({}, True, [("ok", "linked"), ("ok", "program"), ("ok", "ok"), ("ok", "ok")]),
    ({"publish": "refused"}, True, [("ok", "linked"), ("fault", "refused"), ("ok", "ok"), ("ok", "ok")]),
    ({"subscriptions": "refused"}, True, [("ok", "linked"), ("fault", "refused"), ("ok", "ok"), ("ok", "ok")]),
    ({"hub": "no beacon"}, True, [("ok", "linked"), ("ok", "program"), ("fault", "missing"), ("ok", "ok")]),
    ({"district": "x"}, True, [("ok", "linked"), ("ok", "program"), ("ok", "ok"), ("fault", "differs")]),
    ({"link": "away"}, False, [("fault", "unlinked"), ("unknown", "unlinked"), ("unknown", "unlinked")]),
])
def test_a_program_that_runs_is_asked_in_place_of_a_login(
    faults: dict[str, str], linked: bool, found: list[tuple[str, str]]
) -> None:
    assert said(connection.by_program(Running(1, faults, linked), hub=True)) == found


def test_a_post_without_a_hub_waits_for_no_beacon() -> None:
    assert said(connection.by_program(Running(1, {}, linked=True), hub=False))[-1] == ("none", "no_hub")
    assert said(connection.by_login(replace(SESSION, beacon=False), "a", hub=False))[-1] == ("none", "no_hub")
