"""A resident's phone in a real browser, from the thumb to the siren's pin and back."""


import pytest
from playwright.sync_api import expect

from contract.roles import Role
from tests.support.page import World
from tests.web.browser.conftest import Open
from tests.web.browser.thumb import Thumb, button, hold, linked, stopped


def test_a_held_button_rings_the_siren_and_the_page_follows_until_somebody_is_on_the_way(
    world: World, open_page: Open
) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    card = hold(phone)
    world.post.expect_on("siren")
    expect(card).to_contain_text("Pencurian, Kalibagor")
    expect(card.locator("li").nth(0)).to_have_text("Terkirim")
    expect(card.locator("li").nth(1)).to_have_text("Sudah masuk ke posko")
    expect(card.locator("li").nth(2)).to_have_text("1 dari 1 pos berbunyi")
    expect(card.locator("li").nth(3)).to_have_text("Menunggu petugas menjawab")

    officer = open_page(Role.PETUGAS, "/petugas")
    officer.locator(".card").get_by_role("button", name="Menuju lokasi").click()

    expect(card.locator("li").nth(3)).to_have_text("Petugas menuju lokasi")
    expect(card.locator("li.done")).to_have_count(4)


def test_a_button_that_is_released_too_early_sends_nothing_and_the_page_says_so(
    world: World, open_page: Open
) -> None:
    phone = stopped(linked(open_page(Role.WARGA, "/", before=lambda page: page.clock.install())))
    since = len(world.post.changes)
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)

    thumb = Thumb(phone)
    thumb.down(button(phone))
    expect(phone.locator("#holding")).to_be_visible()
    phone.clock.run_for(1400)
    thumb.up()

    expect(phone.locator("#toast")).to_contain_text("Dilepas terlalu cepat. Tidak ada yang dikirim.")
    expect(phone.locator("#holding")).to_be_hidden()
    phone.clock.run_for(5000)
    expect(phone.locator(".press")).to_have_count(0)
    assert asked == []
    world.post.expect_silence(world.broker, since)


def test_a_finger_that_scrolls_the_page_sends_nothing(world: World, open_page: Open) -> None:
    phone = stopped(linked(open_page(Role.WARGA, "/", before=lambda page: page.clock.install())))
    thumb = Thumb(phone)
    x, y = thumb.down(button(phone, "gempa"))
    for step in range(1, 8):
        thumb.move((x, y - 40 * step))
    phone.clock.run_for(3000)
    thumb.up()

    expect(phone.locator("#holding")).to_be_hidden()
    expect(phone.locator(".press")).to_have_count(0)


def test_a_box_that_appears_above_while_a_finger_holds_breaks_nothing_off(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    thumb = Thumb(phone)
    x, y = thumb.down(button(phone))
    phone.evaluate("document.getElementById('mine').before(Object.assign(document.createElement('div'), "
                   "{style: 'height: 300px'}))")
    thumb.move((x + 1, y))  # no thumb is still
    thumb.move((x, y + 1))

    expect(phone.locator(".press")).to_contain_text("Pencurian")
    thumb.up()
    world.post.expect_on("siren")


def test_nothing_was_sent_is_not_read_beside_an_alarm_that_was(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/", before=lambda page: page.clock.install()))
    thumb = Thumb(phone)
    thumb.down(button(phone))
    expect(phone.locator("#holding")).to_be_visible()
    thumb.up()
    expect(phone.locator("#toast")).to_contain_text("Tidak ada yang dikirim.")
    phone.clock.pause_at(phone.evaluate("Date.now()") / 1000 + 1.0)  # the 8 s that it stands do not pass by themselves

    thumb.down(button(phone))
    phone.clock.run_for(1600)
    expect(phone.locator(".press")).to_be_visible()
    thumb.up()
    expect(phone.locator("#toast")).to_have_text("")


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_a_key_that_is_held_is_as_good_as_a_thumb(world: World, open_page: Open, key: str) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    button(phone, "kebakaran").focus()
    phone.keyboard.down(key)
    expect(phone.locator(".press")).to_contain_text("Kebakaran")
    phone.keyboard.up(key)

    world.post.expect_on("siren")


def test_a_screen_readers_double_tap_asks_first_and_then_sends(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    button(phone).evaluate("element => element.click()")
    question = phone.get_by_role("dialog")
    expect(question).to_contain_text("Kirim tanda bahaya: Pencurian, Kalibagor?")
    expect(phone.locator(".press")).to_have_count(0)
    question.get_by_role("button", name="Kirim tanda bahaya").click()

    world.post.expect_on("siren")


def test_two_steps_instead_of_holding_send_only_after_the_second(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    phone.get_by_role("button", name="Tidak bisa menahan?").click()
    button(phone).click()
    phone.get_by_role("dialog").get_by_role("button", name="Batal").click()
    expect(phone.locator(".press")).to_have_count(0)
    button(phone).click()
    phone.get_by_role("dialog").get_by_role("button", name="Kirim tanda bahaya").click()

    world.post.expect_on("siren")


def test_whoever_is_revoked_is_logged_out_at_once(world: World, open_page: Open) -> None:
    name, code = world.person(Role.WARGA)
    phone = linked(open_page(None, "/", session=world.enter(code)))
    world.revoke(name)

    phone.wait_for_url("**/masuk")


def test_a_cards_code_leaves_the_address_at_once_and_logs_in(world: World, open_page: Open) -> None:
    _, code = world.person(Role.WARGA)
    phone = open_page(None, f"/masuk#{code}")
    expect(phone.locator("#code")).to_have_value(code)
    assert phone.url.endswith("/masuk")
    phone.get_by_role("button", name="Masuk").click()

    expect(button(phone)).to_be_visible()


def test_a_card_that_is_opened_on_the_open_login_page_leaves_no_code_in_the_address(open_page: Open) -> None:
    phone = open_page(None, "/masuk")
    phone.evaluate("location.hash = 'ABCD-EFGH-JKLM'")
    expect(phone.locator("#code")).to_have_value("ABCD-EFGH-JKLM")
    assert phone.url.endswith("/masuk")


def test_a_wrong_code_is_answered_beside_the_field(world: World, open_page: Open) -> None:
    phone = open_page(None, "/masuk")
    phone.locator("#code").fill("AAAA-AAAA-AAAA")
    phone.get_by_role("button", name="Masuk").click()

    expect(phone.get_by_role("alert").filter(has_text="Kode itu tidak dikenal")).to_be_visible()


def test_a_report_rings_nothing_and_a_responder_answers_it(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    since = len(world.post.changes)
    phone.get_by_text("Lapor tanpa sirene").click()
    phone.get_by_label("Apa yang terjadi").fill("Ada orang mondar-mandir dekat sekolah")
    phone.get_by_label("rendah").check()
    phone.get_by_role("button", name="Kirim laporan").click()
    expect(phone.locator("#toast")).to_have_text("Laporan terkirim.")

    officer = open_page(Role.PETUGAS, "/petugas")
    card = officer.locator("#reports .card")
    expect(card).to_contain_text("Ada orang mondar-mandir dekat sekolah")
    card.get_by_role("button", name="Diterima").click()
    expect(phone.locator("#reports .card")).to_contain_text("Diterima")
    world.post.expect_silence(world.broker, since)


def test_a_report_that_waits_is_seen_to_wait_and_arrives_later(world: World, open_page: Open) -> None:
    phone = linked(open_page(Role.WARGA, "/"))
    phone.route("**/api/lapor", lambda route: route.fulfill(status=429, json={"salah": "Terlalu sering."}))
    phone.get_by_text("Lapor tanpa sirene").click()
    phone.get_by_label("Apa yang terjadi").fill("Lampu jalan mati")
    phone.get_by_role("button", name="Kirim laporan").click()

    card = phone.locator("#reports .card").filter(has_text="Lampu jalan mati")
    expect(card).to_contain_text("Terlalu sering.")
    phone.unroute("**/api/lapor")
    expect(card).to_contain_text("belum dijawab")
