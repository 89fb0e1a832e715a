"""A real browser before a real installation: Debian's Chromium, driven by Playwright. Without it, skipped.

Nothing here waits for a time: a browser is asked until it shows what it should, within LIMIT_MS.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from contract.roles import Role
from tests.support.mqtt import publish
from tests.support.page import World
from tests.support.village import SOUNDS

LIMIT_MS = 120_000.0
ENDS = ("finished:", "cleared:", "silenced:")
PHONE, DESK = (360, 640), (1280, 800)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="k") as name, World(Path(name)) as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no chromium: apt-get install --no-install-recommends chromium")
    expect.set_options(timeout=LIMIT_MS)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROMIUM, timeout=LIMIT_MS,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=user-gesture-required"])
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser, world: World) -> Iterator[Open]:
    """Opens a page as somebody with a role: `open_page(Role.WARGA, "/", size=PHONE)`. No page may throw an error."""
    contexts, errors = [], []

    def opened(
        role: Role | None, path: str, size: tuple[int, int] = PHONE, *, session: str = "",
        before: Callable[[Page], None] | None = None, **more: Any,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="id-ID", has_touch=size == PHONE,
            **{"service_workers": "block", **more})
        contexts.append(context)
        context.set_default_timeout(LIMIT_MS)
        if session or role is not None:
            token = session or world.cookie(role or Role.WARGA)
            context.add_cookies([{"name": "sesi", "value": token, "url": world.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if before is not None:
            before(page)
        page.goto(f"{world.url}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(autouse=True)
def quiet(world: World) -> Iterator[None]:
    """Each test leaves the village as it found it."""
    since = len(world.hub.lines)
    yield
    world.network(is_up=True)
    if world.hub.said("accepted:", since) or world.hub.said("listed:", since) or not quiet_now(world):
        publish(world.broker, "kentongan/situbondo/kalibagor/alarm/aman", "-q", "1")
        world.post.fence(world.broker)  # it has begun the safe code
    assert world.post.wait(lambda _post: quiet_now(world)), world.post.lines


def quiet_now(world: World) -> bool:
    """Whether nothing sounds at the post, nor will: between two strokes nothing is on, either."""
    told = [line for line in world.post.lines if line.startswith(("sounding:", *ENDS))]
    return (not told or told[-1].startswith(ENDS)) and not any(map(world.post.on, SOUNDS))


def lose(world: World, page: Page) -> None:
    """The phone loses its network: what is open breaks off, and the browser knows."""
    world.network(is_up=False)
    page.context.set_offline(True)


def restore(world: World, page: Page) -> None:
    """It has one again."""
    world.network(is_up=True)
    page.context.set_offline(False)
