"""The page over HTTP, with a real broker and no hub: who may do what, and what no stranger can."""

import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contract.roles import Role
from testing.page import Answered, Invited, PageProgram, Phone, invite
from testing.private_broker import PrivateBroker
from tests.support.waiting import wait_until

ASKED: dict[str, dict[str, Any]] = {
    "alarm": {"village": "kalibagor", "incident": "pencurian", "identifier": "hp.1"},
    "aman": {"village": "kalibagor"},
    "senyap": {"village": "kalibagor"},
    "uji": {"village": "kalibagor", "ketuk": False},
    "respon": {"village": "kalibagor", "incident": "pencurian", "identifier": "hp.1", "step": "menuju"},
    "lapor": {"village": "kalibagor", "identifier": "l.1", "text": "Ribut di balai desa", "severity": "sedang"},
}
PEOPLE = {
    "warga": invite(100, "budi", Role.WARGA, ("kalibagor",)),
    "neighbour": invite(101, "siti", Role.WARGA, ("kotakan",)),
    "petugas": invite(102, "polsek", Role.PETUGAS),
    "petugas of kotakan": invite(103, "bidan", Role.PETUGAS, ("kotakan",)),
    "operator": invite(104, "joko", Role.OPERATOR, everywhere=True),
    "operator of kotakan": invite(105, "rini", Role.OPERATOR, ("kotakan",)),
    "reader": invite(106, "dinding", Role.READER),
}
# Written by hand: what each may do in Kalibagor. A warga's all-clear is for an own alarm only, and there is none.
MAY = {
    "warga": {"alarm": 202, "aman": 400, "senyap": 403, "uji": 403, "respon": 403, "lapor": 202},
    "neighbour": {"alarm": 403, "aman": 403, "senyap": 403, "uji": 403, "respon": 403, "lapor": 403},
    "petugas": {"alarm": 403, "aman": 403, "senyap": 403, "uji": 403, "respon": 202, "lapor": 403},
    "petugas of kotakan": {"alarm": 403, "aman": 403, "senyap": 403, "uji": 403, "respon": 403, "lapor": 403},
    "operator": {"alarm": 202, "aman": 202, "senyap": 202, "uji": 202, "respon": 202, "lapor": 202},
    "operator of kotakan": {"alarm": 403, "aman": 403, "senyap": 403, "uji": 403, "respon": 403, "lapor": 403},
    "reader": {"alarm": 403, "aman": 403, "senyap": 403, "uji": 403, "respon": 403, "lapor": 403},
}
PAGES = {
    "warga": {"/": 200, "/petugas": 303, "/posko": 303, "/layar": 303},
    "petugas": {"/": 303, "/petugas": 200, "/posko": 303, "/layar": 200},
    "operator": {"/": 303, "/petugas": 200, "/posko": 200, "/layar": 200},
    "reader": {"/": 303, "/petugas": 303, "/posko": 303, "/layar": 200},
}


@dataclass(frozen=True, slots=True)
class Stand:
    page: PageProgram
    phones: dict[str, Phone]


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    with tempfile.TemporaryDirectory(prefix="k") as name, PrivateBroker(Path(name) / "broker") as broker:
        page = PageProgram(Path(name) / "web", broker.port, PEOPLE.values(), trusted_proxy=["127.0.0.1"])
        try:
            page.begin()
            phones = {who: _entered(page, each, number) for number, (who, each) in enumerate(PEOPLE.items())}
            yield Stand(page, phones)
        finally:
            page.stop()


def _entered(page: PageProgram, invited: Invited, number: int) -> Phone:
    """Somebody with a phone of their own, as the proxy in front of the page says."""
    phone = Phone(page.port)
    answer = phone.ask("POST", "/masuk", {"code": invited.code}, {"X-Forwarded-For": f"10.0.0.{number}"})
    assert answer.status == 200, answer
    phone.cookie = answer.headers["set-cookie"].partition(";")[0]
    home = phone.ask("GET", answer.json["ke"]).body.decode()
    phone.csrf = home.partition('name="csrf" content="')[2].partition('"')[0]
    return phone


@pytest.mark.parametrize("word", ASKED)
@pytest.mark.parametrize("who", MAY)
def test_each_may_do_what_the_table_says_and_nothing_else(stand: Stand, who: str, word: str) -> None:
    body = {**ASKED[word], **({"identifier": f"{word}.{list(MAY).index(who)}"} if word in ("alarm", "lapor") else {})}

    answer = stand.phones[who].do(word, **body)

    assert answer.status == MAY[who][word], answer
    if answer.status != 202:
        assert answer.json["salah"]
        assert answer.json["kode"] == {400: "tidak-dikenal", 403: "tidak-boleh"}[answer.status]


@pytest.mark.parametrize(("village", "incident", "exercise", "status"), [
    ("semua", "kebakaran", False, 202), ("semua", "tsunami", False, 202), ("kalibagor", "tsunami", False, 400),
    ("kalibagor", "aman", False, 400), ("posko", "pencurian", False, 400), ("+", "pencurian", False, 400),
    ("kalibagor", "#", False, 400), ("kalibagor/../kotakan", "pencurian", False, 400),
    ("kotakan", "banjir", True, 202),
])
def test_an_operator_rings_what_there_is(
    stand: Stand, village: str, incident: str, exercise: bool, status: int,
) -> None:
    body = {"village": village, "incident": incident, "exercise": exercise}
    name = "".join(each for each in f"op.{village}.{incident}" if each.isalnum() or each == ".")

    assert stand.phones["operator"].do("alarm", identifier=name, **body).status == status


def test_a_warga_holds_no_exercise_and_rings_no_other_village(stand: Stand) -> None:
    warga = stand.phones["warga"]

    for more in ({"exercise": True}, {"village": "kotakan"}, {"village": "semua"}):
        assert warga.do("alarm", **{**ASKED["alarm"], "identifier": "hp.9", **more}).status == 403


@pytest.mark.parametrize("who", PAGES)
def test_each_is_led_to_the_own_page(stand: Stand, who: str) -> None:
    assert {path: stand.phones[who].ask("GET", path).status for path in PAGES[who]} == PAGES[who]


@pytest.mark.parametrize("path", ["/api/keadaan", "/api/kejadian", "/api/riwayat", "/posko/laporan.csv"])
def test_a_stranger_is_told_nothing(stand: Stand, path: str) -> None:
    for cookie in ("", "sesi=", "sesi=no-such-token", "sesi=" + "a" * 43):
        stranger = Phone(stand.page.port)
        stranger.cookie = cookie
        answer = stranger.ask("GET", path)
        assert (answer.status, answer.json["kode"]) == (401, "tidak-masuk")


@pytest.mark.parametrize("word", [*ASKED, "keluar"])
def test_nothing_is_done_without_the_token_of_the_page(stand: Stand, word: str) -> None:
    path = "/keluar" if word == "keluar" else f"/api/{word}"
    operator, other = stand.phones["operator"], stand.phones["warga"]

    for csrf in ("", "x", other.csrf, operator.csrf[:-1]):
        forged = Phone(stand.page.port)
        forged.cookie, forged.csrf = operator.cookie, csrf
        assert forged.ask("POST", path, ASKED.get(word, {})).status == 403
    stranger = Phone(stand.page.port)
    stranger.csrf = operator.csrf
    assert stranger.ask("POST", path, ASKED.get(word, {})).status == 401


@pytest.mark.parametrize("path", ["/", "/masuk", "/posko", "/api/keadaan", "/static/page.css", "/nowhere",
                                  "/static/../app.py", "/static/%2e%2e/app.py"])
def test_every_answer_protects_its_browser(stand: Stand, path: str) -> None:
    answer = stand.phones["operator"].ask("GET", path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.status == (303 if path == "/" else 404 if path in (
        "/nowhere", "/static/../app.py", "/static/%2e%2e/app.py") else 200)


def test_a_file_that_a_browser_has_is_not_sent_again(stand: Stand) -> None:
    phone = stand.phones["warga"]
    first = phone.ask("GET", "/static/page.css")

    again = phone.ask("GET", "/static/page.css", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status, again.status, again.body) == (200, 304, b"")


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b"{", b'{"village": "kalibagor"}', b'{"village": 1, "incident": "pencurian"}', b"\xff\xfe",
    b'{"village":"kalibagor","incident":"pencurian","identifier":"a b"}',
    b'{"village":"kalibagor","incident":"pencurian","identifier":"' + b"a" * 65 + b'"}',
    b'{"village":"kalibagor","incident":"pencurian","identifier":"a","note":"' + b"a" * 301 + b'"}',
    b'{"village":"kalibagor","incident":"pencurian","identifier":"a","age_s":NaN}',
    b'{"village":"kalibagor","incident":"pencurian","identifier":"a","age_s":-1}',
    b'{"village":"kalibagor","incident":"pencurian","identifier":"a","place":{"lat":91,"lon":0}}',
    b"[" * 5000, b"a" * 16_385, b'{"note":"' + b"a" * 100_000 + b'"}',
])
def test_what_cannot_be_read_is_answered_with_a_sentence(stand: Stand, body: bytes) -> None:
    answer = stand.phones["operator"].ask("POST", "/api/alarm", body)

    assert (answer.status, answer.json["kode"]) == (400, "salah-isi")


def test_a_hostile_note_comes_back_as_data(stand: Stand) -> None:
    note = '</script><script>alert(1)</script> " \' & {{ 7*7 }} \u202eterbalik \u2066x'
    text = f"{note}\nbaris kedua"
    operator = stand.phones["operator"]

    assert operator.do("alarm", village="olean", incident="kebakaran", identifier="op.hostile", note=note).status == 202
    assert operator.do("lapor", village="olean", identifier="op.hostile", severity="rendah", text=text).status == 202

    report = next(each for each in operator.view()["reports"] if each["identifier"] == "op.hostile")
    assert report["text"] == text.replace("\u202e", "").replace("\u2066", "")
    html = operator.ask("GET", "/posko").body.decode()
    assert "<script>alert(1)" not in html
    assert "49 terbalik" not in html


def test_a_press_that_is_posted_twice_is_one_and_somebody_elses_is_none(stand: Stand) -> None:
    operator = stand.phones["operator"]
    body = {"village": "patokan", "incident": "kebakaran", "identifier": "op.twice"}

    assert [operator.do("alarm", **body).status for _ in range(2)] == [202, 202]

    assert [each["identifier"] for each in operator.view()["presses"]].count("op.twice") == 1


def test_a_resident_rings_once_a_minute(stand: Stand) -> None:
    neighbour = stand.phones["neighbour"]
    body = {"village": "kotakan", "incident": "pencurian"}

    answers = [neighbour.do("alarm", identifier=f"hp.{number}", **body) for number in range(2)]

    assert [each.status for each in answers] == [202, 429]
    assert 1 <= int(answers[1].headers["retry-after"]) <= 61
    assert answers[1].json["kode"] == "terlalu-sering"
    # What was pressed more than a minute before counts for itself.
    assert neighbour.do("alarm", identifier="hp.old", age_s=90, **body).status == 202


def test_a_code_counts_once_and_tries_are_slowed(stand: Stand) -> None:
    address = {"X-Forwarded-For": "10.9.9.9"}

    answers = [Phone(stand.page.port).ask("POST", "/masuk", {"code": code}, address)
               for code in (PEOPLE["warga"].code, "ABCD-EFGH-JKLM", "", "<script>", "ABC" * 4, "ABCD-EFGH-JKLM")]

    assert [each.status for each in answers] == [401, 401, 401, 401, 401, 429]
    assert answers[0].json["kode"] == "kode-terpakai"
    assert int(answers[-1].headers["retry-after"]) <= 61
    assert "set-cookie" not in answers[0].headers


def test_a_cookie_is_closed_to_scripts_and_other_sites_and_to_plain_http_behind_https(stand: Stand) -> None:
    invited = invite(200, "baru", Role.WARGA, ("olean",))
    stand.page.write_people([*PEOPLE.values(), invited])
    answers: list[Answered] = []

    def entered() -> bool:
        headers = {"X-Forwarded-For": f"10.1.0.{len(answers)}", "X-Forwarded-Proto": "https"}
        time.sleep(1.1)  # 30 tries a minute are taken: however late the page looks at the file, there is one left
        answers.append(Phone(stand.page.port).ask("POST", "/masuk", {"code": invited.code}, headers))
        return answers[-1].status == 200

    assert wait_until(entered)

    cookie = answers[-1].headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Secure", "Path=/"))


def test_no_token_and_no_code_is_in_the_files_of_the_page(stand: Stand) -> None:
    tokens = [phone.cookie.partition("=")[2] for phone in stand.phones.values()]
    kept = b"".join(each.read_bytes() for each in stand.page.state_dir.rglob("*") if each.is_file())

    assert [each for each in tokens if each.encode() in kept] == []
    assert [each for each in tokens if any(each in line for line in stand.page.lines)] == []
    assert not any(each.code in line for each in PEOPLE.values() for line in stand.page.lines)


def test_a_page_of_another_site_cannot_log_somebody_in(stand: Stand) -> None:
    answer = Phone(stand.page.port).ask(
        "POST", "/masuk", {"code": PEOPLE["warga"].code}, {"Sec-Fetch-Site": "cross-site"})

    assert answer.status == 403


def test_the_language_is_chosen_by_a_cookie(stand: Stand) -> None:
    phone = Phone(stand.page.port)
    chosen = phone.ask("GET", "/bahasa?ke=en")
    assert chosen.status == 303
    phone.cookie = chosen.headers["set-cookie"].partition(";")[0]

    assert b'lang="en"' in phone.ask("GET", "/masuk").body
    assert json.loads(phone.ask("GET", "/api/keadaan").body)["salah"].startswith("You are not logged in")
