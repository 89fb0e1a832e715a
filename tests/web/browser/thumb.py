"""A resident's hand and eyes on the page."""

from playwright.sync_api import CDPSession, Locator, Page, expect


class Thumb:
    """A finger on a touch screen: the browser makes of it what it makes of a real one."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)

    def down(self, button: Locator) -> tuple[float, float]:
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box is not None
        at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._touch("touchStart", at)
        return at

    def move(self, at: tuple[float, float]) -> None:
        self._touch("touchMove", at)

    def up(self) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _touch(self, kind: str, at: tuple[float, float]) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]})


def button(page: Page, incident: str = "pencurian") -> Locator:
    return page.locator(f'[data-incident="{incident}"]')


def hold(page: Page, incident: str = "pencurian") -> Locator:
    """Holds a button until the page has taken it; the alarm's card."""
    thumb = Thumb(page)
    thumb.down(button(page, incident))
    card = page.locator(".press").first
    expect(card).to_be_visible()
    thumb.up()
    return card


def linked(page: Page) -> Page:
    expect(page.locator("#link")).to_have_attribute("data-state", "up")
    return page


def stopped(page: Page) -> Page:
    """From now on the page's time passes only when the test says so."""
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 5.0)
    return page
