"""The page as it is installed on a phone: it opens without a network, and nothing of /api is kept."""

import json

from playwright.sync_api import Page, expect

from contract.roles import Role
from tests.support.page import World
from tests.web.browser.conftest import Open, lose, restore
from tests.web.browser.thumb import hold, linked

KEPT = """async () => { const found = [];
  for (const name of await caches.keys()) {
    for (const each of await (await caches.open(name)).keys()) found.push(new URL(each.url).pathname);
  }
  return found; }"""


def installed(open_page: Open, role: Role = Role.WARGA, path: str = "/") -> Page:
    page = linked(open_page(role, path, service_workers="allow"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def test_the_page_opens_without_a_network_and_what_is_pressed_there_arrives(world: World, open_page: Open) -> None:
    phone = installed(open_page)
    lose(world, phone)
    phone.reload()
    expect(phone.locator("#link-text")).to_have_text("TIDAK TERSAMBUNG")
    expect(phone.locator("#offline").get_by_role("link", name="Polisi")).to_be_visible()
    expect(hold(phone)).to_contain_text("BELUM TERKIRIM")

    restore(world, phone)

    world.post.expect_on("siren")
    expect(phone.locator(".press li").nth(1)).to_have_text("Sudah masuk ke posko")


def test_nothing_of_the_api_is_kept_and_whoever_logs_out_leaves_no_page(world: World, open_page: Open) -> None:
    phone = installed(open_page)
    kept = phone.evaluate(KEPT)
    assert "/" in kept
    assert [each for each in kept if each.startswith("/api")] == []

    phone.get_by_role("button", name="Keluar").click()
    phone.get_by_role("dialog").get_by_role("button", name="Keluar").click()
    phone.wait_for_url("**/masuk")
    assert "/" not in phone.evaluate(KEPT)


def test_a_page_that_is_not_kept_says_without_a_network_whom_to_call(world: World, open_page: Open) -> None:
    desk = installed(open_page, Role.OPERATOR, "/posko")
    lose(world, desk)
    desk.goto(f"{world.url}/layar")

    expect(desk.get_by_role("heading", name="Tidak tersambung")).to_be_visible()
    expect(desk.get_by_role("link", name="Polisi")).to_have_attribute("href", "tel:110")
    restore(world, desk)


def test_the_manifest_is_one_that_a_phone_installs(world: World, open_page: Open) -> None:
    status, body, headers = world.ask("GET", "/manifest.webmanifest")
    found = json.loads(body)

    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "application/manifest+json")
    assert (found["display"], found["start_url"], found["scope"]) == ("standalone", "/", "/")
    assert {each["sizes"] for each in found["icons"]} == {"192x192", "512x512"}
    for each in found["icons"]:
        assert world.ask("GET", each["src"])[0] == 200
