"""The tour of the README, taken by a person with a mouse: headless Chromium, real pages.

`TOUR_SCREENSHOTS=1` writes the README's pictures anew.
"""

import os
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.journey.browser import NARROW, SECONDS, WIDE, needs_chromium
from tests.journey.hub import Hub, eventually
from tests.journey.test_journey import order_body

PICTURES = Path(__file__).parent / "tour"

pytestmark = needs_chromium


def picture(page: Page, name: str) -> None:
    if os.environ.get("TOUR_SCREENSHOTS"):
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")


def shop_page(page: Page, hub: Hub) -> Page:
    shop = page.context.new_page()
    shop.goto(hub.shop.url)
    return shop


def test_a_person_takes_the_tour(page: Page, hub: Hub) -> None:
    store = hub.demo["store_id"]
    known = {order["source_id"] for order in hub.orders(limit=500)}
    page.goto(f"{hub.url}/s/{store}/orders")

    shop = shop_page(page, hub)
    shop.get_by_role("button", name="Place a test order").first.click()
    picture(shop, "1-shop")
    (number,) = eventually(
        lambda: {order["source_id"] for order in hub.orders(limit=500)} - known, "a new order"
    )

    # Without a reload: the list fetches its rows by itself.
    link = page.get_by_role("link", name=f"#{number}", exact=True).first
    expect(link).to_be_visible(timeout=20 * SECONDS)
    eventually(lambda: hub.folder_of(number) == "Prepared", "the order in Prepared")
    link.click()
    expect(page.get_by_text("US orders over 50 go to Unleashed").first).to_be_visible()
    expect(page.get_by_text("Moved from New to Prepared").first).to_be_visible()
    picture(page, "2-order")

    warehouse = page.context.new_page()
    warehouse.goto(hub.warehouse.url)
    (sent,) = hub.at_warehouse(number)
    row = warehouse.locator("article, tr, li, section").filter(has_text=sent["OrderNumber"])
    row.get_by_role("button", name="Ship it").first.click()
    expect(page.get_by_text("Moved from Prepared to Closed").first).to_be_visible(
        timeout=40 * SECONDS
    )
    expect(page.get_by_text("Shopify has tracking number").first).to_be_visible(
        timeout=20 * SECONDS
    )
    page.get_by_text("Shopify has tracking number").first.scroll_into_view_if_needed()
    picture(page, "3-timeline")


def test_what_needs_a_person_says_why_and_can_be_tried_again(page: Page, hub: Hub) -> None:
    hub.send_hook(order_body("T1", sku="NO-SUCH-MUG"))
    hub.send_hook(b'{"id": 7, "line_items": [', webhook_id="torn")
    eventually(lambda: any("NO-SUCH-MUG" in line for line in hub.history("T1")), "the refusal")

    page.goto(f"{hub.url}/s/{hub.demo['store_id']}/attention")

    expect(page.get_by_text("NO-SUCH-MUG").first).to_be_visible()
    expect(page.get_by_role("button", name="Replay").first).to_be_visible()
    picture(page, "4-attention")
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("status").first).to_be_attached()


SCREENS = {
    "home": "/s/{store}/",
    "orders": "/s/{store}/orders",
    "order": "/s/{store}/orders/{order}",
    "attention": "/s/{store}/attention",
    "integrations": "/s/{store}/integrations",
    "connection": "/s/{store}/integrations/unleashed",
    "rules": "/s/{store}/settings/rules",
    "new rule": "/s/{store}/settings/rules/new",
    "keys": "/s/{store}/settings/api",
    "people": "/s/{store}/settings/users",
    "stores": "/stores",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1366", "390"])
def test_every_screen_is_usable_by_everybody(
    page: Page, hub: Hub, scheme: Literal["light", "dark"], size: ViewportSize
) -> None:
    hub.send_hook(order_body("T2"))
    order = eventually(lambda: hub.order("T2"), "an order to look at")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)

    faults = {}
    for name, path in SCREENS.items():
        page.goto(hub.url + path.format(store=hub.demo["store_id"], order=order["id"]))
        found = Axe().run(page).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if found or wide > size["width"]:
            faults[name] = [each["id"] for each in found] + [f"{wide} px wide"]

    assert faults == {}


def test_signed_out_pages_are_usable_by_everybody(browser: Browser, hub: Hub) -> None:
    context = browser.new_context(viewport=NARROW)
    page = context.new_page()
    for path in ("/account/login/", "/account/signup/", "/account/password/reset/"):
        page.goto(hub.url + path)
        assert Axe().run(page).response["violations"] == [], path
    context.close()


def test_the_hub_is_usable_without_javascript(browser: Browser, hub: Hub) -> None:
    context = browser.new_context(viewport=WIDE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{hub.url}/account/login/")
    page.get_by_label("Email").fill(hub.demo["email"])
    page.get_by_label("Password").fill(hub.demo["password"])
    page.get_by_role("button", name="Sign in").click()
    hub.send_hook(order_body("T3", total="10.00"))
    order = eventually(lambda: hub.order("T3"), "an order to move")

    page.goto(f"{hub.url}/s/{hub.demo['store_id']}/orders/{order['id']}")
    page.get_by_role("textbox", name="Note").fill("Call before delivery")
    page.get_by_role("button", name="Add note").click()

    expect(page.get_by_text("Call before delivery").first).to_be_visible()
    context.close()


def test_the_api_docs_render_from_our_own_files(browser: Browser, hub: Hub) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{hub.url}/api/docs/")

    expect(page.get_by_text("/api/v2/orders").first).to_be_visible(timeout=30 * SECONDS)
    assert [url for url in asked if not url.startswith((hub.url, "data:"))] == []
    context.close()
