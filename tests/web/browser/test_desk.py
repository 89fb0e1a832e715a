"""The pages of those who answer and of those who order, and of the screen on the wall."""

import json

from playwright.sync_api import Page, expect

from contract.roles import Role
from tests.support.mqtt import publish
from tests.support.page import World
from tests.support.village import alarm
from tests.web.browser.conftest import DESK, PHONE, Open, lose

HOSTILE = ('<img src=x onerror="document.title=1"><script>document.title=1</script> '
           "\u202elawnag \u0645\u0631\u062d\u0628\u0627 ")


def ring(world: World, note: str = "", incident: str = "pencurian") -> None:
    """An alarm by somebody else's program, with a *note*."""
    alarm(world.broker, "kalibagor", incident, "-q", "1", body=json.dumps({"note": note}).encode() if note else None)


def raise_alarm(desk: Page, incident: str = "Kebakaran") -> None:
    desk.locator("#ring-village").select_option(label="Kalibagor")
    desk.locator("#ring-incident").select_option(label=incident)
    desk.get_by_role("button", name="Lanjut").click()
    question = desk.get_by_role("dialog")
    expect(question).to_contain_text(f"Bunyikan {incident} di Kalibagor?")
    question.get_by_role("button", name="Ya, bunyikan").click()


def test_two_operators_see_each_others_orders(world: World, open_page: Open) -> None:
    first, second = open_page(Role.OPERATOR, "/posko", DESK), open_page(Role.OPERATOR, "/posko", DESK)
    expect(second.locator("#quiet")).to_be_visible()

    raise_alarm(first)

    world.post.expect_on("siren")
    for desk in (first, second):
        expect(desk.locator("#alarms .card")).to_contain_text("Kebakaran, Kalibagor")
        expect(desk.locator("#alarms .card")).to_contain_text("1 dari 1 pos berbunyi")
        expect(desk.locator("#posts tr").first).to_contain_text("BERBUNYI")

    second.locator("#alarms").get_by_role("button", name="Sudah aman di Kalibagor").click()
    second.get_by_role("dialog").get_by_role("button", name="Sudah aman").click()

    world.post.expect_quiet()
    for desk in (first, second):
        expect(desk.locator("#alarms .card")).to_have_count(0)
        expect(desk.locator("#quiet")).to_be_visible()


def test_an_order_that_is_not_confirmed_is_none(world: World, open_page: Open) -> None:
    since = len(world.post.changes)
    desk = open_page(Role.OPERATOR, "/posko", DESK)
    desk.locator("#ring-village").select_option(label="Kalibagor")
    desk.locator("#ring-incident").select_option(label="Kebakaran")
    desk.get_by_role("button", name="Lanjut").click()
    desk.get_by_role("dialog").get_by_role("button", name="Batal").click()
    expect(desk.get_by_role("dialog")).to_be_hidden()

    world.post.expect_silence(world.broker, since)


def test_nothing_is_raised_where_nothing_was_chosen(world: World, open_page: Open) -> None:
    desk = open_page(Role.OPERATOR, "/posko", DESK)
    desk.get_by_role("button", name="Lanjut").click()

    expect(desk.locator("#toast")).to_have_text("Pilih dulu desa dan kejadiannya.")
    expect(desk.get_by_role("dialog")).to_be_hidden()


def test_an_operator_silences_the_village_and_tests_its_posts(world: World, open_page: Open) -> None:
    desk = open_page(Role.OPERATOR, "/posko", DESK)
    ring(world)
    world.post.expect_on("siren")
    expect(desk.locator("#alarms .card")).to_be_visible()
    desk.locator("#alarms").get_by_role("button", name="Senyapkan").click()
    desk.get_by_role("dialog").get_by_role("button", name="Senyapkan").click()
    world.post.expect_quiet()
    expect(desk.locator("#alarms .card")).to_contain_text("disenyapkan")

    since = len(world.post.lines)
    desk.locator("#order-village").select_option(label="Kalibagor")
    desk.get_by_role("button", name="Tanpa bunyi").click()
    expect(desk.locator("#toast")).to_contain_text("Tes alat dikirim ke Kalibagor")
    world.post.expect("tested:", since)


def test_what_came_from_outside_is_shown_as_text_and_breaks_no_page(world: World, open_page: Open) -> None:
    ring(world, HOSTILE + "sangat" * 30)
    world.post.expect_on("siren")
    everyone = ((Role.PETUGAS, "/petugas", PHONE), (Role.OPERATOR, "/posko", DESK), (Role.READER, "/layar", DESK))
    for role, path, size in everyone:
        page = open_page(role, path, size)
        note = page.locator(".note").filter(has_text="<img src=x")
        expect(note).to_contain_text('<script>document.title=1</script>')
        assert page.locator("main img, main script").count() == 0
        assert page.title() != "1"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        expect(note).to_have_css("unicode-bidi", "plaintext")


def test_the_drum_beats_on_the_responders_page_until_somebody_answers(world: World, open_page: Open) -> None:
    officer = open_page(Role.PETUGAS, "/petugas")
    sound = officer.locator("#sound")
    expect(sound).to_have_attribute("data-state", "off")
    officer.get_by_role("button", name="Nyalakan suara").click()
    expect(sound).to_have_attribute("data-state", "on")

    ring(world)
    expect(sound).to_have_attribute("data-state", "beats")
    expect(officer.locator("#spoken")).to_have_text("Pencurian, Kalibagor")

    card = officer.locator("#alarms .card")
    card.get_by_role("button", name="Diterima").click()
    expect(sound).to_have_attribute("data-state", "on")
    expect(card.get_by_role("button", name="Diterima")).to_have_attribute("aria-pressed", "true")
    card.get_by_role("button", name="Di lokasi").click()
    expect(card.locator(".who-comes")).to_contain_text("Petugas")
    expect(card.get_by_role("button", name="Menuju lokasi")).to_have_attribute("aria-pressed", "true")


def test_a_responder_may_open_neither_the_desk_nor_a_residents_page(world: World, open_page: Open) -> None:
    officer = open_page(Role.PETUGAS, "/posko")

    officer.wait_for_url("**/petugas")


def test_the_map_shows_villages_and_each_posts_state_by_its_shape(world: World, open_page: Open) -> None:
    desk = open_page(Role.OPERATOR, "/posko", DESK)
    expect(desk.locator("#map polygon.land")).to_have_count(1)  # Kalibagor has an outline
    expect(desk.locator("#map circle.land")).to_have_count(1)  # Kotakan only a place
    expect(desk.locator("#map .mark-good")).not_to_have_count(0)

    ring(world)
    expect(desk.locator("#map g g .mark-rings")).to_have_count(1)
    expect(desk.locator("#map .land.alarmed")).to_have_count(1)


def test_the_month_has_its_figures_a_chart_and_a_table_to_load(world: World, open_page: Open) -> None:
    ring(world)
    world.post.expect_on("siren")
    publish(world.broker, "kentongan/situbondo/kalibagor/alarm/aman", "-q", "1")
    world.post.expect_quiet()
    desk = open_page(Role.OPERATOR, "/posko", DESK)
    expect(desk.locator("#figures svg.chart").first).to_be_visible()
    expect(desk.locator("#figures table").first).to_contain_text("Pencurian")
    address = desk.locator("#csv").get_attribute("href")
    assert address is not None
    cookie = next(each["value"] for each in desk.context.cookies() if each["name"] == "sesi")
    status, body, _ = world.ask("GET", address, headers={"Cookie": f"sesi={cookie}"})
    assert status == 200
    assert "pencurian" in body.lower()


def test_the_wall_shows_alarms_without_rights_and_does_not_call_the_unknown_quiet(
    world: World, open_page: Open
) -> None:
    wall = open_page(Role.READER, "/layar", DESK)
    expect(wall.locator("#quiet")).to_be_visible()
    before = wall.locator("#ss").text_content() or ""
    expect(wall.locator("#ss")).not_to_have_text(before)
    ring(world)
    expect(wall.locator("#alarms li")).to_contain_text("Pencurian")
    expect(wall.locator("#quiet")).to_be_hidden()
    assert wall.locator("#alarms button").count() == 0
    publish(world.broker, "kentongan/situbondo/kalibagor/alarm/aman", "-q", "1")
    expect(wall.locator("#quiet")).to_be_visible()

    expect(wall.locator("#quiet")).to_have_text("Tidak ada alarm")

    lose(world, wall)
    expect(wall.locator("#link-text")).to_have_text("TIDAK TERSAMBUNG")
    expect(wall.locator("#quiet")).to_have_text("Tidak diketahui apakah ada alarm. Telepon pos.")


def test_without_broker_or_hub_no_page_says_that_there_is_no_alarm(world: World, open_page: Open) -> None:
    pages = [open_page(Role.PETUGAS, "/petugas"), open_page(Role.OPERATOR, "/posko", DESK)]
    for page in pages:
        expect(page.locator("#quiet")).to_contain_text("Tidak ada alarm")
    broker, hub = "SERVER PESAN (BROKER) TIDAK MENJAWAB", "SERVER POSKO TIDAK MENJAWAB"
    for words, end, begin in ((broker, world.broker.kill, world.broker.start), (hub, world.hub.kill, world.hub.begin)):
        end()
        try:
            for page in pages:
                expect(page.locator("#trouble")).to_contain_text(words)
                expect(page.locator("#quiet")).to_have_text("Tidak diketahui apakah ada alarm. Telepon pos.")
        finally:
            begin()
        for page in pages:
            expect(page.locator("#trouble")).to_be_hidden()
            expect(page.locator("#quiet")).to_contain_text("Tidak ada alarm")


def test_the_other_language_is_one_tap_away_and_stays(world: World, open_page: Open) -> None:
    phone = open_page(Role.WARGA, "/")
    phone.get_by_role("link", name="English").click()
    expect(phone.locator("#hold-hint")).to_have_text("Hold until the ring is full")
    assert phone.locator("html").get_attribute("lang") == "en"
    phone.get_by_role("link", name="Bahasa Indonesia").click()
    expect(phone.locator("#hold-hint")).to_have_text("Tahan sampai lingkaran penuh")
