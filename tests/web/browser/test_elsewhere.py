"""Further districts on the operators' desk and on the wall: what is in force there, and that nobody knows."""

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from contract.roles import Role
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from tests.support.mqtt import publish
from tests.support.page import DISTRICT, World
from tests.web.browser.conftest import DESK, PHONE, Open

PANARUKAN = {
    **DISTRICT, "district": "panarukan", "name": "Kecamatan Panarukan", "code": "35.12.06",
    "villages": {"sumberkolak": {
        "name": "Sumberkolak", "kind": "desa", "code": "35.12.06.2001", "neighbours": [],
        "posts": {"pos-1": {"name": "Pos Sumberkolak"}, "pos-2": {"name": "Pos Timur"}}}},
}


@dataclass(frozen=True, slots=True)
class There:
    """The other district: its broker and its hub, which may be stopped, and how an account there finds it."""

    broker: PrivateBroker
    hub: Posko
    settings: Path

    def alarm(self, incident: str) -> None:
        publish(self.broker, f"kentongan/panarukan/sumberkolak/alarm/{incident}", "-q", "1")


@pytest.fixture(scope="module")
def there() -> Iterator[There]:
    with tempfile.TemporaryDirectory(prefix="k") as name, ExitStack() as parts:
        folder = Path(name)
        district = folder / "panarukan.yaml"
        district.write_text(json.dumps(PANARUKAN), "utf-8")
        broker = parts.enter_context(PrivateBroker(folder / "broker"))
        hub = Posko(folder / "hub", broker.port, district)
        parts.callback(hub.stop)
        hub.begin()
        settings = folder / "reader.yaml"
        settings.write_text(json.dumps({
            "district": str(district), "broker": {"host": "127.0.0.1", "port": broker.port}}), "utf-8")
        yield There(broker, hub, settings)


@pytest.fixture(scope="module")
def world(there: There) -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="k") as name, World(Path(name), [there.settings]) as made:
        yield made


def test_what_is_in_force_there_is_on_the_desk_and_on_the_wall_and_its_end(there: There, open_page: Open) -> None:
    pages = open_page(Role.OPERATOR, "/posko", DESK), open_page(Role.READER, "/layar", DESK)
    for page in pages:
        expect(page.locator("#elsewhere .verdict")).to_have_text("Tidak ada alarm")
        expect(page.locator("#elsewhere .card")).to_contain_text("Kecamatan Panarukan")
        expect(page.locator("#elsewhere .facts")).to_have_text(re.compile("2 (belum pernah melapor|tidak ada kabar)"))

    there.alarm("kebakaran")
    for page in pages:
        expect(page.locator("#elsewhere .verdict")).to_have_text("Alarm aktif: 1")
        expect(page.locator("#elsewhere .alarms li")).to_contain_text("Kebakaran, Sumberkolak · ")
        expect(page.locator("#elsewhere .alarms li")).to_contain_text("0 dari 2 pos berbunyi")
        expect(page.locator("#alarms > *")).to_have_count(0)  # nothing of it is this district's

    there.alarm("aman")
    for page in pages:
        expect(page.locator("#elsewhere .verdict")).to_have_text("Tidak ada alarm")
        expect(page.locator("#elsewhere .alarms li")).to_have_count(0)


def test_a_reader_of_the_screen_is_told_of_a_verdict_with_its_district_and_not_of_each_second(
    there: There, open_page: Open,
) -> None:
    for page in (open_page(Role.OPERATOR, "/posko", DESK), open_page(Role.READER, "/layar", DESK)):
        expect(page.get_by_role("status").filter(has_text="Kecamatan Panarukan")).to_have_text(
            "Kecamatan PanarukanTidak ada alarm")
        there.alarm("kebakaran")
        expect(page.get_by_role("status").filter(has_text="Kecamatan Panarukan")).to_have_text(
            "Kecamatan PanarukanAlarm aktif: 1")
        row = page.locator("#elsewhere .alarms li")
        assert row.evaluate("each => each.closest('[aria-live], [role=status]')") is None
        there.alarm("aman")


def test_cards_of_alarms_come_first_then_of_what_is_not_known_and_an_age_that_nobody_knows_is_not_shown(
    open_page: Open,
) -> None:
    page = open_page(Role.READER, "/layar", DESK)
    alarm = {"village": "a", "village_name": "A", "incident": "kebakaran", "label": "Kebakaran", "severity": "tinggi",
             "age_s": 60, "remaining_s": 60, "rings": 1, "of": 2, "unanswered": False}
    found: list[dict[str, Any]] = [
        {"name": "Sunyi"}, {"name": "Bisu", "known": False}, {"name": "Latihan", "alarms": [{"exercise": True}]},
        {"name": "Api", "alarms": [{"exercise": False}]}, {"name": "Api lama", "alarms": [{"listed": False}]},
    ]
    view = {"lag_s": 0, "elsewhere": [
        {"district": each["name"], "known": True, "why": "", "posts": [], **each, "alarms": [
            {**alarm, "exercise": False, "listed": True, **one} for one in each.get("alarms", ())]} for each in found]}
    shown = page.evaluate("""async (view) => {
        const { showElsewhere } = await import("/static/elsewhere.js");
        const list = document.createElement("ul");
        document.createElement("section").append(list);
        showElsewhere(list, view, true);
        return [...list.children].map((each) => [each.querySelector("h3").textContent,
                                                 each.querySelector(".alarms").textContent]);
    }""", view)

    assert shown == [
        ["Api", "Kebakaran, A · 1 mnt 0 dtk yang lalu · 1 dari 2 pos berbunyi"],
        ["Api lama", "Kebakaran, A · 1 dari 2 pos berbunyi"],
        ["Latihan", "LATIHAN: Kebakaran, A · 1 mnt 0 dtk yang lalu · 1 dari 2 pos berbunyi"],
        ["Bisu", ""], ["Sunyi", ""]]


def test_on_the_wall_no_private_incident_is_named(there: There, open_page: Open) -> None:
    desk, wall = open_page(Role.OPERATOR, "/posko", DESK), open_page(Role.READER, "/layar", DESK)
    there.alarm("pemerkosaan")

    expect(desk.locator("#elsewhere .alarms li")).to_contain_text("Pemerkosaan")
    expect(wall.locator("#elsewhere .verdict")).to_have_text("Alarm aktif: 1")
    expect(wall.locator("#elsewhere")).not_to_contain_text("Pemerkosaan")
    there.alarm("aman")
    expect(wall.locator("#elsewhere .alarms li")).to_have_count(0)


def test_residents_and_responders_see_their_own_district_alone(open_page: Open) -> None:
    for role, path in ((Role.WARGA, "/"), (Role.PETUGAS, "/petugas")):
        page = open_page(role, path, PHONE)
        assert "panarukan" not in page.content().casefold()


def test_without_the_hub_or_the_broker_there_nobody_is_told_that_all_is_quiet(there: There, open_page: Open) -> None:
    desk = open_page(Role.OPERATOR, "/posko", DESK)
    expect(desk.locator("#elsewhere .verdict")).to_have_text("Tidak ada alarm")

    there.hub.stop()
    expect(desk.locator("#elsewhere .verdict")).to_have_text("Tidak diketahui")
    there.hub.begin()
    expect(desk.locator("#elsewhere .verdict")).to_have_text("Tidak ada alarm")

    there.broker.kill()
    expect(desk.locator("#elsewhere .verdict")).to_have_text("Tidak diketahui")
    there.broker.start()
    expect(desk.locator("#elsewhere .verdict")).to_have_text("Tidak ada alarm")
    expect(desk.locator("#quiet")).to_be_visible()  # the own district knew it all along
