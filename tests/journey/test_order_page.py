"""The order page in a browser: sections as forms, the keyboard, and two people at once."""

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.journey.browser import NARROW, WIDE, needs_chromium
from tests.journey.hub import Hub, eventually
from tests.journey.test_journey import order_body

pytestmark = needs_chromium


def opened(hub: Hub, number: str) -> str:
    """Bring an order in that no rule sends, and give the address of its page."""
    hub.send_hook(order_body(number, total="10.00"))
    order = eventually(lambda: hub.order(number), "an order to edit")
    return f"{hub.url}/s/{hub.demo['store_id']}/orders/{order['id']}"


def test_an_order_is_edited_by_the_keyboard(page: Page, hub: Hub) -> None:
    page.goto(opened(hub, "E1"))

    page.keyboard.press("e")
    expect(page.get_by_label("Shipping method")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".section-form")).to_have_count(0)
    page.keyboard.press("e")
    page.get_by_label("Shipping method").fill("By pigeon")
    page.keyboard.press("Enter")

    expect(page.locator("#details").get_by_text("By pigeon")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()


def test_two_pages_that_change_the_same_field_lose_nothing(page: Page, hub: Hub) -> None:
    address = opened(hub, "E2")
    other = page.context.new_page()
    for each, method in ((page, "By pigeon"), (other, "By camel")):
        each.goto(f"{address}/edit/details")
        each.get_by_label("Shipping method").fill(method)

    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("#details$"))
    other.get_by_role("button", name="Save").click()
    other.get_by_label(re.compile("Take theirs: By pigeon")).check()
    other.get_by_role("button", name="Save what I chose").click()

    expect(other.locator("#details").get_by_text("By pigeon")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1366", "390"])
def test_editing_is_usable_by_everybody(
    page: Page,
    hub: Hub,
    scheme: Literal["light", "dark"],
    size: ViewportSize,
) -> None:
    address = opened(hub, "E3")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)

    faults = {}
    for rest in ("", "/edit/ship-to", "/items/new", "/shipments", "/at", "/at/now", "/../new"):
        page.goto(address + rest)
        found = Axe().run(page).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if found or wide > size["width"]:
            faults[rest] = [each["id"] for each in found] + [f"{wide} px wide"]

    assert faults == {}
