"""The page at a provisioned broker: its own account, access lists, cards and all."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.roles import Role
from runtime.files import SHIPPED
from testing.installation import Installation
from testing.page import PageProgram, Phone, invite
from testing.posko import Posko
from tests.support.village import Post
from tests.support.waiting import wait_until

JOKO = invite(103, "joko", Role.OPERATOR, everywhere=True)
BUDI = invite(100, "budi", Role.WARGA, ("kalibagor",))


@dataclass(frozen=True, slots=True)
class Stand:
    installation: Installation
    page: PageProgram
    post: Post


@pytest.fixture
def stand(folder: Path) -> Iterator[Stand]:
    with Installation(folder, SHIPPED / "situbondo.yaml") as installation:
        hub = Posko(folder / "hub", installation.hub())
        page = PageProgram(folder / "web", installation.web(), [JOKO, BUDI])
        post = Post(folder / "post", 0, hub=True, broker=installation.node("kalibagor.pos-1"))
        try:
            hub.begin()
            page.begin()
            post.begin()
            yield Stand(installation, page, post)
        finally:
            for each in (page, post, hub):
                each.kill()


def test_the_pages_account_may_do_all_that_its_people_may(stand: Stand) -> None:
    joko = Phone(stand.page.port)
    assert joko.enter(JOKO).status == 200
    about = {"village": "kalibagor", "incident": "pencurian", "identifier": "op.1"}

    assert joko.do("alarm", **about).status == 202
    stand.post.expect_on("siren")
    assert wait_until(lambda: any(each["rings"] and each["kept"] for each in joko.view()["alarms"]))
    assert joko.do("respon", step="menuju", **about).status == 202
    assert wait_until(lambda: bool(joko.view()["alarms"][0]["responders"]))
    assert joko.do("senyap", village="kalibagor").status == 202
    stand.post.expect_quiet()
    assert joko.do("aman", village="kalibagor").status == 202
    assert wait_until(lambda: not joko.view()["alarms"])
    assert joko.do("uji", village="semua", ketuk=False).status == 202
    stand.post.expect("tested:")
    assert joko.do("alarm", village="semua", incident="kebakaran", identifier="op.2").status == 202
    stand.post.expect_on("siren")
    told = {"village": "kalibagor", "identifier": "l.1", "text": "Ribut", "severity": "rendah"}
    assert joko.do("lapor", **told).status == 202
    assert wait_until(lambda: any(each["kept"] for each in joko.view()["reports"]))
    assert [line for line in stand.page.lines if line.startswith("fault:")] == []
