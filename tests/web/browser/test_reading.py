"""Whether everybody can read and use the pages: contrast, names, size of what is tapped, order of focus, and weight."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from contract.roles import Role
from posko.web.templates import STATIC
from tests.support.page import World
from tests.support.village import alarm
from tests.web.browser.conftest import DESK, PHONE, Open

PAGES = [(None, "/masuk"), (Role.WARGA, "/"), (Role.PETUGAS, "/petugas"), (Role.OPERATOR, "/posko"),
         (Role.READER, "/layar")]
MOST_BYTES = 100_000  # of all that a phone loads before it shows the resident's page, uncompressed

# WCAG 2.2's contrast of each text against what it stands on, where that is below *least*; what is not seen is left out.
CONTRAST = """(least) => {
  const channel = (value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const colour = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return [n.slice(0, 3), n[3] ?? 1]; };
  const paper = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [found, alpha] = colour(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return found;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  };
  const bad = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest("noscript, script, option") || !element.checkVisibility()) continue;
    if (element.closest("svg")) continue;
    const [ink] = colour(getComputedStyle(element).color);
    const [a, b] = [light(ink), light(paper(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < least) bad.push(`${ratio.toFixed(2)} ${node.data.trim().slice(0, 40)}`);
  }
  return bad;
}"""
# What is used and has no name that a screen reader could speak; and what is named by something that is not there.
NAMELESS = """() => {
  const bad = [];
  const used = "button, a[href], input, select, textarea, [role=img], dialog, [role=group]";
  for (const element of document.querySelectorAll(used)) {
    if (!element.checkVisibility()) continue;
    const labelled = (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean)
      .map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const label = [...(element.labels ?? [])].map((each) => each.textContent).join(" ");
    const name = element.getAttribute("aria-label") || labelled || label || element.textContent;
    if (!name.trim()) bad.push(element.outerHTML.slice(0, 80));
  }
  for (const name of ["aria-labelledby", "aria-describedby", "for"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      bad.push(...element.getAttribute(name).split(" ").filter((id) => !document.getElementById(id)));
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) bad.push(`twice: ${id}`);
  return bad;
}"""
SMALL = """(least) => [...document.querySelectorAll(
    "button, .button, select, input:not([type=checkbox], [type=radio]), summary, .nav a, .tel")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < least)
  .map((each) => `${each.getBoundingClientRect().height.toFixed(0)} ${each.outerHTML.slice(0, 70)}`)"""


def shown(open_page: Open, role: Role | None, path: str, size: tuple[int, int], scheme: str = "light") -> Page:
    page = open_page(role, path, size, color_scheme=scheme)
    if role is not None:
        expect(page.locator("#link")).to_have_attribute("data-state", "up")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_seven_to_one_by_day_and_by_night(world: World, open_page: Open, scheme: str) -> None:
    alarm(world.broker, "kalibagor", "kebakaran", "-q", "1")
    world.post.expect_on("siren")
    for role, path in PAGES:
        page = shown(open_page, role, path, PHONE, scheme)
        if role not in (None, Role.WARGA):
            expect(page.locator("#alarms > li")).to_have_count(1)
        assert page.evaluate(CONTRAST, 7.0) == [], f"{path}, {scheme}"


def test_everything_has_a_name_and_what_is_tapped_is_large_enough(world: World, open_page: Open) -> None:
    alarm(world.broker, "kalibagor", "kebakaran", "-q", "1")
    world.post.expect_on("siren")
    for role, path in PAGES:
        page = shown(open_page, role, path, PHONE)
        if role in (Role.PETUGAS, Role.OPERATOR):
            expect(page.locator("#alarms .card")).to_have_count(1)
        assert page.evaluate(NAMELESS) == [], path
        assert page.evaluate(SMALL, 40) == [], path  # CSS pixels; WCAG 2.2 asks for 24
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.locator("h1").count() == 1, path
        assert page.locator("[aria-live], [role=status], [role=alert]").count() > 0, path


def test_the_focus_goes_through_the_page_as_it_is_read_and_is_seen(world: World, open_page: Open) -> None:
    phone = shown(open_page, Role.WARGA, "/", DESK)
    tops = []
    for number in range(12):
        phone.keyboard.press("Tab")
        found = phone.evaluate("""() => { const e = document.activeElement; const s = getComputedStyle(e);
            const top = e.getBoundingClientRect().top + scrollY;
            return [e.className, top, s.outlineStyle, parseFloat(s.outlineWidth)]; }""")
        if number == 0:
            assert found[0] == "skip"
            continue
        assert found[2] == "solid", found
        assert found[3] >= 3, found
        tops.append(found[1])
    assert tops == sorted(tops)


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_every_button_of_a_phone_is_there_without_scrolling_far(
    world: World, open_page: Open, size: tuple[int, int]
) -> None:
    phone = shown(open_page, Role.WARGA, "/", size)
    boxes = [each.bounding_box() for each in phone.locator(".hold").all()]
    assert len(boxes) == 14  # the catalogue's, but the one that rings everywhere, and the all-clear
    assert all(box is not None and box["width"] >= 88 and box["height"] >= 88 for box in boxes)
    assert max(box["y"] + box["height"] for box in boxes if box is not None) <= 640


def test_the_first_page_is_light(world: World, open_page: Open, record_property: Callable[[str, object], None]) -> None:
    sizes: dict[str, int] = {}

    def measure(page: Page) -> None:
        page.on("response", lambda answer: sizes.__setitem__(
            answer.url.partition("/")[2][1:].partition("/")[2], 0 if "kejadian" in answer.url else len(answer.body())))

    phone = open_page(Role.WARGA, "/", before=measure)
    expect(phone.locator("#link")).to_have_attribute("data-state", "up")
    expect(phone.locator(".hold svg").first).to_be_visible()

    # What a browser fetches only where the page is installed, too.
    later = sum((STATIC / name).stat().st_size for name in ("manifest.webmanifest", "logo-192.png", "logo-512.png"))
    record_property("first page, bytes uncompressed", f"{sum(sizes.values())} in {len(sizes)} requests, icons {later}")
    assert {"", "static/page.css", "static/warga.js", "static/ikon.svg"} <= sizes.keys()
    assert sum(sizes.values()) + later < MOST_BYTES


def test_without_motion_the_ring_fills_by_steps(world: World, open_page: Open) -> None:
    phone = open_page(Role.WARGA, "/", reduced_motion="reduce")
    phone.locator("#holding").evaluate("each => { each.hidden = false; each.classList.add('held-ring'); }")

    expect(phone.locator("#holding .fill")).to_have_css("animation-timing-function", "steps(6)")


def test_the_browser_refuses_nothing_of_ours_and_whatever_is_not_ours(world: World, open_page: Open) -> None:
    refused: list[str] = []
    for role, path in PAGES:
        page = open_page(role, path, before=lambda page: page.on(
            "console", lambda line: refused.append(line.text) if "Content Security Policy" in line.text else None))
        expect(page.locator("h1")).to_have_count(1)
        assert refused == []
    page.evaluate("""() => { const each = document.createElement("script"); each.textContent = "document.title = 'x'";
        document.body.append(each); }""")
    assert page.title() != "x"
