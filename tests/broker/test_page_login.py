"""From the card to the phone and out again: the tool's own files, the broker and the page as processes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.page import Phone
from testing.program import Program
from tests.broker.installation import Installation
from tests.broker.test_people import URL, codes
from tests.support.waiting import wait_until


@pytest.fixture
def page(fresh: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The page of an installation with the resident budi, with the files that the tool has made for it."""
    monkeypatch.chdir(tmp_path)
    assert fresh.tool("add", "warga", "budi", "--village", "kalibagor", "--display", "Budi RT 3", *URL).code == 0
    settings = fresh.folder / "posko/web.yaml"
    settings.write_text(settings.read_text("utf-8").replace("/var/lib/kentongan-web", str(tmp_path / "state")), "utf-8")
    fresh.start()
    web = Program("web", ["web", "--config", str(settings), "--listen", "127.0.0.1:0"])
    web.start()
    try:
        for line in ("listening on", "linked:"):
            web.expect(line)
        yield web
    finally:
        web.kill()


def port(page: Program) -> int:
    found = re.search(r"listening on http://127\.0\.0\.1:(\d+) ", page.said("listening on")[0])
    assert found is not None
    return int(found[1])


def enter(page: Program, code: str) -> Phone | None:
    """A phone on which *code* was typed; None if it was refused."""
    phone = Phone(port(page))
    answer = phone.ask("POST", "/masuk", {"code": code})
    phone.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
    return phone if answer.status == 200 else None


def is_in(phone: Phone) -> bool:
    return phone.ask("GET", "/api/keadaan").status == 200


def test_a_card_lets_one_phone_in_until_it_is_replaced_and_a_revoked_one_nobody(
    page: Program, fresh: Installation
) -> None:
    (code,) = codes("kartu-budi.pdf")
    phone = enter(page, code)
    assert phone is not None
    me = phone.view()["me"]
    assert (me["name"], me["display"], me["role"], me["villages"]) == ("budi", "Budi RT 3", "warga", ["kalibagor"])
    assert enter(page, code) is None

    assert fresh.tool("card", "budi").code == 0
    assert wait_until(lambda: not is_in(phone))
    found = enter(page, codes("kartu-budi.pdf")[0].lower())
    assert found is not None
    assert is_in(found)

    assert fresh.tool("revoke", "budi").code == 0
    assert wait_until(lambda: not is_in(found))
