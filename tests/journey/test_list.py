"""The order list in a browser: picking, acting on what is picked, walking and looking beside."""

import re
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.journey.browser import NARROW, SECONDS, WIDE, needs_chromium
from tests.journey.hub import Hub, eventually

pytestmark = needs_chromium
COUNT = 60
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TITLE = "list-test"


@pytest.fixture(scope="module")
def orders(hub: Hub) -> str:
    """Orders that nothing else touches, and the search that finds them."""
    for number in range(COUNT):
        body = {
            "source_name": TITLE,
            "source_id": f"L{number:03}",
            "shipping": {"first_name": "Ada", "last_name": "Byron", "country": "US"},
            "order_items": [{"name": "Mug", "code": "LIST", "price": 5, "quantity": 1}],
        }
        answer = hub.api("POST", "/orders", json=body)
        assert answer.status_code in (200, 201), answer.text
    return f"source:{TITLE}"


@pytest.fixture
def listed(page: Page, hub: Hub, orders: str) -> Page:
    page.goto(f"{hub.url}/s/{hub.demo['store_id']}/orders?q={orders}&per=25")
    return page


def picked(page: Page, count: str) -> None:
    expect(page.locator("[data-picked-count]")).to_have_text(count)


def test_what_is_picked_survives_paging_and_a_range_is_picked_by_shift(listed: Page) -> None:
    boxes = listed.locator(".pick-box")
    boxes.nth(1).check()
    boxes.nth(4).click(modifiers=["Shift"])
    picked(listed, "4")

    listed.get_by_role("link", name="Older", exact=True).click()
    listed.locator(".pick-box").first.check()
    picked(listed, "5")
    listed.get_by_role("link", name="Newer", exact=True).click()
    expect(listed.locator(".pick-box:checked")).to_have_count(4)
    expect(listed.get_by_role("button", name=re.compile("Merge"))).to_be_enabled()
    listed.get_by_role("button", name="Clear", exact=True).click()
    expect(listed.locator(".bulk-bar")).to_be_hidden()


def test_all_that_match_are_moved_and_taken_back(listed: Page, hub: Hub) -> None:
    listed.locator("[data-pick-all]").check()
    picked(listed, "25")
    expect(listed.get_by_text("All 25 on this page are selected.")).to_be_visible()
    listed.get_by_role("button", name=f"Select all {COUNT} that match").click()
    picked(listed, str(COUNT))
    listed.get_by_label("Move to").select_option(label="Closed")
    listed.get_by_role("button", name="Move", exact=True).click()

    def in_closed() -> int:
        folders = hub.api("GET", "/store").json()["store"]["folders"]
        closed = next(pk for pk, name in folders.items() if name == "Closed")
        found = hub.orders(folder_id=closed, source_name=TITLE, limit=500)
        return sum(order["source_name"] == TITLE for order in found)

    eventually(lambda: in_closed() == COUNT, "every order in Closed")
    listed.get_by_role("button", name="Undo").first.click()
    eventually(lambda: in_closed() == 0, "every order back")


def test_orders_are_walked_and_looked_at_by_the_keyboard(listed: Page) -> None:
    links = listed.locator("tbody th a")
    listed.keyboard.press("j")
    listed.keyboard.press("p")
    panel = listed.locator(".peek")
    expect(panel).to_contain_text(links.nth(0).inner_text())
    expect(listed).to_have_url(re.compile(r"peek=\d+"))
    listed.keyboard.press("j")
    expect(panel).to_contain_text(links.nth(1).inner_text())
    listed.keyboard.press("x")
    picked(listed, "1")
    listed.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    listed.keyboard.press("o")
    expect(listed.get_by_role("heading", level=1)).to_contain_text("Order #L0")


def test_a_filter_is_changed_in_its_chip(listed: Page) -> None:
    listed.get_by_role("link", name="Add a filter").click()
    listed.get_by_label("What").select_option(label="Order number")
    listed.get_by_label("Comparison").select_option(label="starts with")
    listed.get_by_label("Value").fill("L00")
    listed.get_by_role("button", name="Filter the list").click()
    expect(listed.locator("tbody tr")).to_have_count(10)

    listed.get_by_role("link", name="Order number starts with L00", exact=True).click()
    listed.get_by_label("Value").fill("L03")
    listed.get_by_role("button", name="Filter the list").click()
    expect(listed.get_by_role("link", name="#L039")).to_be_visible()
    expect(listed.locator("tbody tr")).to_have_count(10)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1366", "390"])
def test_the_list_in_use_is_usable_by_everybody(listed: Page, size: ViewportSize) -> None:
    listed.set_viewport_size(size)
    faults = {}

    def look(name: str) -> None:
        for scheme in SCHEMES:
            listed.emulate_media(color_scheme=scheme)
            found = Axe().run(listed).response["violations"]
            wide = listed.evaluate("document.documentElement.scrollWidth")
            if found or wide > size["width"]:
                faults[name, scheme] = [each["id"] for each in found] + [f"{wide} px wide"]

    listed.locator(".pick-box").first.check()
    look("picked")
    listed.get_by_role("button", name="Clear", exact=True).click()
    listed.get_by_role("link", name="Add a filter").click()
    expect(listed.get_by_label("What")).to_be_visible(timeout=10 * SECONDS)
    look("filter")
    listed.keyboard.press("Escape")
    listed.locator("tbody tr th").first.click(position={"x": 2, "y": 2})
    expect(listed.locator(".peek")).to_be_visible()
    look("peek")
    listed.goto(re.sub(r"\?.*", "?q=country:Narnia", listed.url))
    look("problem")

    assert faults == {}
