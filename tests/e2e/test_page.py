"""From a phone to the siren and back: a real page, hub, broker and node; each of them dies."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from broker import certificates
from contract.roles import Role
from testing.page import PageProgram, Phone, invite
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.support.village import ANY_NUMBER, HURRIED, OFTEN, Post, alarm, impatient, short_district
from tests.support.waiting import wait_until

BUDI = invite(100, "budi", Role.WARGA, ("kalibagor",))
SITI = invite(101, "siti", Role.WARGA, ("kalibagor",))
POLSEK = invite(102, "polsek", Role.PETUGAS)
JOKO = invite(103, "joko", Role.OPERATOR, everywhere=True)
PEOPLE = (BUDI, SITI, POLSEK, JOKO)
PRESS = {"village": "kalibagor", "incident": "pencurian", "identifier": "hp.1"}


@pytest.fixture
def hub(folder: Path, broker: PrivateBroker) -> Iterator[Posko]:
    with Posko(folder / "hub", broker.port) as running:
        running.expect("linked:")
        yield running


@pytest.fixture
def post(folder: Path, broker: PrivateBroker) -> Iterator[Post]:
    made = Post(folder / "post", broker.port, hub=True).begin()
    yield made
    made.kill()


@pytest.fixture
def page(folder: Path, broker: PrivateBroker) -> Iterator[PageProgram]:
    made = PageProgram(folder / "web", broker.port, PEOPLE, journal=str(folder / "hub" / "state"))
    made.begin(impatient(folder, HURRIED))
    yield made
    made.kill()


def entered(page: PageProgram, who: Any) -> Phone:
    phone = Phone(page.port)
    assert phone.enter(who).status == 200
    return phone


def press_of(phone: Phone, identifier: str = "hp.1") -> Any:
    return next(each for each in phone.view()["presses"] if each["identifier"] == identifier)


def expect(phone: Phone, ready: Callable[[Any], bool]) -> Any:
    """The first view of *phone*'s stream that is *ready*."""
    seen = []
    for view in phone.stream():
        seen.append(view)
        if ready(view):
            return view
    raise AssertionError(f"the stream ended: {seen[-1:]}")


def is_at(state: str, identifier: str = "hp.1") -> Callable[[Any], bool]:
    return lambda view: any((each["identifier"], each["state"]) == (identifier, state) for each in view["presses"])


def test_a_press_rings_and_its_phone_follows_until_somebody_comes(hub: Posko, post: Post, page: PageProgram) -> None:
    budi, polsek = entered(page, BUDI), entered(page, POLSEK)

    assert budi.do("alarm", note="RT 3", **PRESS).status == 202

    post.expect_on("siren")
    view = expect(budi, is_at("berbunyi"))
    (mine,) = view["alarms"]
    assert (mine["mine"], mine["note"], mine["by"], mine["kept"]) == (True, "RT 3", "warga", True)
    assert press_of(budi)["of"] == 3
    (seen,) = polsek.view()["alarms"]
    about = {name: seen[name] for name in ("village", "incident", "identifier")}
    assert polsek.do("respon", step="menuju", **about).status == 202
    view = expect(budi, is_at("petugas"))
    assert [(each["by"], each["step"]) for each in view["alarms"][0]["responders"]] == [("petugas/polsek", "menuju")]
    hub.expect_rows([("petugas/polsek", "menuju")], "SELECT who, step FROM responses")


def test_a_press_by_mistake_is_ended_by_who_made_it(hub: Posko, post: Post, page: PageProgram) -> None:
    budi = entered(page, BUDI)
    assert budi.do("alarm", **PRESS).status == 202
    post.expect_on("siren")
    expect(budi, is_at("berbunyi"))

    assert budi.do("aman", village="kalibagor", identifier="hp.1").status == 202

    post.expect("cleared:")
    expect(budi, is_at("berakhir"))
    assert press_of(budi)["mistaken"] is True


def test_a_mistake_ends_nothing_that_somebody_else_has_raised(
    hub: Posko, post: Post, page: PageProgram, broker: PrivateBroker,
) -> None:
    budi, siti = entered(page, BUDI), entered(page, SITI)
    assert budi.do("alarm", **PRESS).status == 202
    expect(budi, is_at("berbunyi"))
    alarm(broker, "kalibagor", "kebakaran", "-q", "1")
    expect(budi, lambda view: len(view["alarms"]) == 2)

    refused = budi.do("aman", village="kalibagor", identifier="hp.1")

    assert (refused.status, refused.json["kode"]) == (409, "alarm-lain")
    assert siti.do("aman", village="kalibagor", identifier="hp.1").status == 400
    assert len(budi.view()["alarms"]) == 2


def test_a_press_waits_on_the_disk_for_a_broker_that_is_dead(
    hub: Posko, post: Post, page: PageProgram, broker: PrivateBroker,
) -> None:
    budi = entered(page, BUDI)
    broker.kill()
    expect(budi, lambda view: not view["link"]["up"])

    assert budi.do("alarm", **PRESS).status == 202
    assert press_of(budi)["state"] == "disimpan"
    broker.start()

    post.expect_on("siren")
    expect(budi, is_at("berbunyi"))


def test_a_press_that_nobody_has_received_is_taken_back_without_a_sound(
    hub: Posko, post: Post, page: PageProgram, broker: PrivateBroker,
) -> None:
    budi = entered(page, BUDI)
    broker.kill()
    expect(budi, lambda view: not view["link"]["up"])
    assert budi.do("alarm", **PRESS).status == 202

    assert budi.do("aman", village="kalibagor", identifier="hp.1").status == 202
    assert press_of(budi)["state"] == "berakhir"
    since = len(post.changes)
    lines = len(page.lines)
    broker.start()

    page.expect("linked:", lines)
    post.expect("linked:", post.line_of("unlinked") if post.said("unlinked") else 0)
    post.expect_silence(broker, since)


def test_a_page_that_is_killed_in_the_middle_sends_what_it_has_kept_and_it_rings_once(
    folder: Path, hub: Posko, post: Post, page: PageProgram, broker: PrivateBroker,
) -> None:
    budi = entered(page, BUDI)
    broker.kill()
    expect(budi, lambda view: not view["link"]["up"])
    assert budi.do("alarm", **PRESS).status == 202

    page.kill()
    broker.start()
    page.begin(impatient(folder, HURRIED))

    post.expect_on("siren")
    expect(budi, is_at("berbunyi"))  # and the phone is still logged in
    post.fence(broker)
    assert len(post.said("sounding:")) == 1
    hub.expect_rows([("hp.1",)], "SELECT identifier FROM alarms")
    assert budi.do("alarm", **PRESS).status == 202
    post.fence(broker)
    assert len(post.said("sounding:")) == 1


def test_without_a_hub_it_rings_and_the_hub_that_comes_has_it(
    hub: Posko, post: Post, page: PageProgram,
) -> None:
    budi = entered(page, BUDI)
    hub.kill()
    expect(budi, lambda view: view["hub"] == "silent")

    assert budi.do("alarm", **PRESS).status == 202
    post.expect_on("siren")
    hub.begin()

    expect(budi, is_at("berbunyi"))
    hub.expect_rows([("hp.1",)], "SELECT identifier FROM alarms")


def test_what_comes_too_late_is_recorded_and_never_rung(folder: Path, broker: PrivateBroker) -> None:
    district = short_district(folder / "short")
    hasty = impatient(folder, ANY_NUMBER, HURRIED, OFTEN)
    post = Post(folder / "post", broker.port, hub=True, district=str(district))
    page = PageProgram(folder / "web", broker.port, PEOPLE, district=str(district))
    hub = Posko(folder / "hub", broker.port, district)
    try:
        hub.begin(hasty)
        post.begin(hasty)
        page.begin(hasty)
        budi = entered(page, BUDI)
        broker.kill()
        expect(budi, lambda view: not view["link"]["up"])
        assert budi.do("alarm", **PRESS).status == 202
        page.kill()
        page.begin(hasty, linked=False)
        assert wait_until(lambda: press_of(budi)["state"] == "terlambat")
        since = len(post.changes)
        broker.start()

        hub.expect("late:")
        assert wait_until(lambda: hub.rows('SELECT identifier, "end" FROM alarms') == [("hp.1", "late")])
        expect(budi, is_at("terlambat"))
        post.expect_silence(broker, since)
    finally:
        for each in (page, post, hub):
            each.kill()


def test_who_is_revoked_is_out_at_once(page: PageProgram) -> None:
    budi, joko = entered(page, BUDI), entered(page, JOKO)
    views = budi.stream()
    next(views)

    page.write_people([SITI, POLSEK, JOKO])

    assert list(views)[3:] == []  # it ends
    assert budi.do("alarm", **PRESS).status == 401
    assert budi.ask("GET", "/").headers["location"] == "/masuk"
    assert joko.ask("GET", "/posko").status == 200


def test_a_new_card_ends_the_old_session(page: PageProgram) -> None:
    budi = entered(page, BUDI)
    again = invite(900, "budi", Role.WARGA, ("kalibagor",))

    page.write_people([again, SITI])

    assert wait_until(lambda: budi.ask("GET", "/api/keadaan").status == 401)
    assert Phone(page.port).enter(BUDI).status == 401
    assert Phone(page.port).enter(again).status == 200


def test_a_people_file_that_cannot_be_read_logs_nobody_out(page: PageProgram) -> None:
    budi, since = entered(page, BUDI), len(page.lines)

    page.people_file.write_text("{", "utf-8")
    page.expect("fault: part=people", since)
    assert budi.ask("GET", "/api/keadaan").status == 200

    page.write_people(PEOPLE)
    page.expect("recovered: part=people", since)


def test_while_the_disk_fails_it_rings_and_nobody_is_told_that_it_is_kept(post: Post, page: PageProgram) -> None:
    budi = entered(page, BUDI)
    with closing(sqlite3.connect(page.state_dir / "web.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        answer = budi.do("alarm", **PRESS)
        assert (answer.status, answer.json["kode"]) == (503, "disk")
        post.expect_on("siren")

    page.expect("recovered: part=journal")
    assert budi.do("alarm", **PRESS).status == 202
    post.expect("sounding:")
    assert len(post.said("sounding:")) == 1


def test_a_page_that_starts_without_a_disk_sends_nobody_away(folder: Path, broker: PrivateBroker) -> None:
    page = PageProgram(folder / "web", broker.port, PEOPLE)
    try:
        page.begin()
        joko = entered(page, JOKO)
        page.stop()
        page.state_dir.rename(folder / "aside")
        page.state_dir.write_text("no folder", "utf-8")
        page.begin()

        # Who is logged in nobody knows without the disk; that is no reason to send anybody away.
        answer = joko.ask("GET", "/api/keadaan")
        assert (answer.status, answer.json["kode"]) == (503, "disk")
        answer = Phone(page.port).ask("POST", "/masuk", {"code": SITI.code})
        assert (answer.status, answer.json["kode"]) == (503, "disk")
        whole = folder / "whole"
        whole.symlink_to(folder / "aside")
        whole.replace(page.state_dir)  # at one stroke: the page looks again and again, and would make what is not there
        assert wait_until(lambda: joko.ask("GET", "/api/keadaan").status == 200)
    finally:
        page.kill()


def test_a_report_rings_nothing_and_is_answered_and_closed(hub: Posko, post: Post, page: PageProgram) -> None:
    budi, siti, polsek = entered(page, BUDI), entered(page, SITI), entered(page, POLSEK)
    told = {"village": "kalibagor", "identifier": "l.1", "text": "Ribut\ndi balai desa", "severity": "sedang",
            "place": {"lat": -7.7666, "lon": 113.9802, "accuracy_m": 12}}

    assert budi.do("lapor", **told).status == 202

    (report,) = expect(polsek, lambda view: any(each["kept"] for each in view["reports"]))["reports"]
    assert (report["text"], report["severity"], report["place"]["lat"]) == (told["text"], "sedang", -7.7666)
    assert siti.view()["reports"] == []
    for step in ("menuju", "selesai"):
        assert polsek.do("respon", report="l.1", step=step).status == 202
    expect(budi, lambda view: not view["reports"])
    assert post.sounds() == []


def test_a_page_with_a_certificate_of_its_own_speaks_https_alone(folder: Path, broker: PrivateBroker) -> None:
    authority = certificates.make_authority("test")
    server = certificates.make_server(authority, ())
    files = {"ca.crt": authority.certificate, "server.crt": server.certificate, "server.key": server.key}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    page = PageProgram(folder / "web", broker.port, PEOPLE, tls={
        "certificate": str(folder / "server.crt"), "key": str(folder / "server.key")})
    try:
        page.begin()
        phone = Phone(page.port, folder / "ca.crt")
        answer = phone.enter(JOKO)
        assert answer.status == 200
        assert "Secure" in answer.headers["set-cookie"]
        assert phone.view()["me"]["name"] == "joko"
        with pytest.raises((OSError, HTTPException)):
            Phone(page.port).ask("GET", "/masuk")
    finally:
        page.kill()


@pytest.mark.parametrize("listen", ["taken", "192.0.2.1:8080"])
def test_where_it_cannot_listen_it_says_so_in_one_line(folder: Path, broker: PrivateBroker, listen: str) -> None:
    where = f"127.0.0.1:{broker.port}" if listen == "taken" else listen
    page = PageProgram(folder / "web", broker.port, PEOPLE)
    page.write_settings()

    done = subprocess.run([sys.executable, "-m", "kentongan", *page.arguments, "--listen", where], capture_output=True,
                          text=True, timeout=LIMIT_S, check=False)

    assert done.returncode == 2
    (fault,) = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    assert fault.startswith(f"listen: {where} cannot be used: ")
