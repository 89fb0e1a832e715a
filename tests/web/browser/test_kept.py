"""A press on a phone whose network, page or broker is gone, and one that is taken back: in a real browser."""

import json

from playwright.sync_api import Page, Route, expect

from contract.roles import Role
from tests.support.mqtt import publish
from tests.support.page import World
from tests.web.browser.conftest import Open, lose, restore
from tests.web.browser.thumb import Thumb, button, hold, linked, stopped


def test_a_press_without_a_network_is_kept_shows_whom_to_call_and_arrives_once(world: World, open_page: Open) -> None:
    phone = stopped(linked(open_page(Role.WARGA, "/", before=lambda page: page.clock.install())))
    since = len(world.hub.lines)
    thumb = Thumb(phone)
    thumb.down(button(phone))
    expect(phone.locator("#holding")).to_be_visible()
    lose(world, phone)
    phone.clock.run_for(1600)
    phone.clock.resume()
    card = phone.locator(".press")
    expect(card).to_contain_text("BELUM TERKIRIM. Disimpan di HP ini")
    thumb.up()
    calls = phone.locator("#offline")
    expect(calls.get_by_role("link", name="Polisi")).to_have_attribute("href", "tel:110")
    expect(calls.get_by_role("link", name="Pos Kamling Kalibagor")).to_have_attribute("href", "tel:08123456789")
    assert world.post.on("siren") is False

    restore(world, phone)

    world.post.expect_on("siren")
    expect(card.locator("li").nth(1)).to_have_text("Sudah masuk ke posko")
    expect(phone.locator("#offline")).to_be_hidden()
    world.hub.expect("accepted:", since)
    assert len(world.hub.said("accepted:", since)) == 1


def test_a_press_whose_answer_is_lost_on_the_way_is_one_press(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    since = len(world.hub.lines)
    tries: list[str] = []

    def lost(route: Route) -> None:
        tries.append(route.request.post_data or "")
        if len(tries) < 3:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    phone.route("**/api/alarm", lost)
    card = hold(phone)
    expect(card.locator("li").nth(1)).to_have_text("Sudah masuk ke posko")
    world.post.expect_on("siren")
    phone.unroute_all(behavior="wait")  # a further try may be on its way

    assert len({json.loads(each)["identifier"] for each in tries}) == 1
    assert phone.locator(".press").count() == 1
    world.hub.expect("accepted:", since)
    assert len(world.hub.said("accepted:", since)) == 1


def test_a_press_that_was_kept_for_too_long_is_never_rung_and_the_page_says_so(world: World, open_page: Open) -> None:
    since = len(world.post.changes)
    name, code = world.person(Role.WARGA)
    kept = {
        "path": "/api/alarm", "who": name, "shown": {"label": "Pencurian", "village": "kalibagor"},
        "body": {"village": "kalibagor", "incident": "pencurian", "identifier": "hp-kept-long"},
        "mono_ms": 0, "life": "an earlier one",
    }
    script = """const item = %s; item.wall_ms = Date.now() - 3600e3;
        localStorage.setItem("kentongan.kiriman.hp-kept-long", JSON.stringify(item));"""
    phone = open_page(None, "/", session=world.enter(code), before=lambda page: page.add_init_script(
        script % json.dumps(kept)))

    expect(phone.locator(".press")).to_contain_text("TERLAMBAT: tidak dibunyikan lagi")
    world.post.expect_silence(world.broker, since)


# In the page and not by the browser's interception: a request that this holds when the page is reloaded may be sent.
UNANSWERED = """
    const real = window.fetch;
    window.fetch = (...call) => call[0] === "/api/alarm" && sessionStorage.answered === undefined
        ? Promise.reject(new TypeError("no network")) : real(...call);
"""


def unanswered(open_page: Open) -> Page:
    """A resident's page whose presses nobody answers until `answered`, though it is reloaded."""
    return linked(open_page(Role.WARGA, "/", before=lambda page: page.add_init_script(UNANSWERED)))


def answered(phone: Page) -> None:
    phone.evaluate("sessionStorage.answered = 'yes'")


def test_a_press_that_was_kept_survives_a_reload_and_its_time_is_marked_as_the_phones(
    world: World, open_page: Open
) -> None:
    phone = unanswered(open_page)
    expect(hold(phone)).to_contain_text("BELUM TERKIRIM")
    phone.reload()
    expect(phone.locator(".press")).to_contain_text("waktunya menurut jam HP ini")
    assert world.post.on("siren") is False
    answered(phone)

    world.post.expect_on("siren")


def test_a_press_by_mistake_is_withdrawn_by_whoever_made_it(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    card = hold(phone)
    world.post.expect_on("siren")
    expect(card.locator("li").nth(1)).to_have_text("Sudah masuk ke posko")
    card.get_by_role("button", name="Salah tekan").click()

    expect(card).to_contain_text("Dibatalkan. Tanda aman sudah dikirim.")
    world.post.expect_quiet()


def test_a_finger_that_is_lifted_after_a_hold_clicks_on_nothing_that_has_come_under_it(open_page: Open) -> None:
    """Without a network the phone numbers come to where the button was; elsewhere what takes the alarm back may."""
    phone = unanswered(open_page)
    phone.evaluate("""() => {
        window.clicked = [];
        const note = (event) => { event.preventDefault(); window.clicked.push(event.target.className); };
        addEventListener("click", note, true);
    }""")
    card = hold(phone)
    expect(card).to_contain_text("BELUM TERKIRIM")
    card.get_by_role("button", name="Salah tekan").click()
    expect(phone.locator(".press")).to_have_count(0)

    assert phone.evaluate("window.clicked") == ["danger wrong"]


def test_a_press_by_mistake_that_was_not_sent_yet_never_is(world: World, open_page: Open) -> None:
    phone = unanswered(open_page)
    since = len(world.post.changes)
    card = hold(phone)
    expect(card).to_contain_text("BELUM TERKIRIM")
    card.get_by_role("button", name="Salah tekan").click()
    expect(phone.locator(".press")).to_have_count(0)
    answered(phone)
    phone.reload()
    linked(phone)

    world.post.expect_silence(world.broker, since)


def test_an_alarm_that_is_over_is_put_away_for_good(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    card = hold(phone)
    world.post.expect_on("siren")
    publish(world.broker, "kentongan/situbondo/kalibagor/alarm/aman", "-q", "1")
    expect(card).to_contain_text("Berakhir")
    card.get_by_role("button", name="Tutup").click()
    expect(phone.locator(".press")).to_have_count(0)
    phone.reload()
    linked(phone)

    expect(phone.locator(".press")).to_have_count(0)


def test_the_page_process_that_is_killed_in_mid_press_loses_nothing(world: World, open_page: Open) -> None:
    phone = stopped(linked(open_page(Role.WARGA, "/", before=lambda page: page.clock.install())))
    thumb = Thumb(phone)
    thumb.down(button(phone))
    expect(phone.locator("#holding")).to_be_visible()
    world.web.kill()
    phone.clock.run_for(1600)
    phone.clock.resume()
    try:
        expect(phone.locator(".press")).to_contain_text("BELUM TERKIRIM")
        thumb.up()
        expect(phone.locator("#link-text")).to_have_text("TIDAK TERSAMBUNG")
    finally:
        world.web.begin()

    world.post.expect_on("siren")
    expect(phone.locator(".press li").nth(1)).to_have_text("Sudah masuk ke posko")


def test_the_same_page_goes_on_when_the_broker_restarts(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    world.broker.kill()
    try:
        expect(phone.locator("#trouble")).to_contain_text("SERVER PESAN (BROKER) TIDAK MENJAWAB")
        card = hold(phone)
        expect(card.locator("li").nth(0)).to_have_text("Terkirim")
    finally:
        world.broker.start()

    world.post.expect_on("siren")
    expect(card.locator("li").nth(1)).to_have_text("Sudah masuk ke posko")
    expect(phone.locator("#trouble")).to_be_hidden()
