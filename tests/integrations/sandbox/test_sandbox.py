"""Both sandboxes as a whole: what they keep, their admin API, their pages, their command."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest

from integrations.sandbox import ShopifySandbox, UnleashedSandbox
from integrations.sandbox.server import Links
from tests.integrations.sandbox.calls import api, call, sales_order, shop_call

GUID = "0b8f4a52-6a0e-4f6c-9d1c-2f1f0c8a7e11"
VENDORS = [ShopifySandbox, UnleashedSandbox]


def test_the_warehouse_remembers_orders_ledger_and_credentials(tmp_path):
    with UnleashedSandbox(data=tmp_path) as before:
        api(before, "POST", "/SalesOrders", sales_order())
        known = before.credentials()
        port = before.port

    with UnleashedSandbox(data=tmp_path, port=port) as after:
        again = api(after, "POST", "/SalesOrders", sales_order())

        assert after.credentials() == known
        assert again.status == 200
        assert after.ledger.times_accepted("sales_order", GUID) == 2
        assert len(after.ledger.requests("POST /SalesOrders")) == 2


def test_the_shop_remembers_orders_and_goes_on_counting(tmp_path):
    with ShopifySandbox(data=tmp_path) as before:
        call(before, "POST", "/_sandbox/orders", {"kind": "us"})
        known = before.credentials()

    with ShopifySandbox(data=tmp_path) as after:
        order = call(after, "POST", "/_sandbox/orders", {"kind": "us"}).json["order"]

        assert after.credentials()["access_token"] == known["access_token"]
        assert order["name"] == "#1002"
        assert len(shop_call(after, "GET", "orders.json").json["orders"]) == 2


def test_given_credentials_are_the_ones_that_count():
    with ShopifySandbox(token="token-of-choice", secret="secret-of-choice") as shop:
        assert call(shop, "GET", "/_sandbox/credentials").json == {
            "shop_domain": "sandbox-goods.myshopify.com",
            "url": shop.url,
            "access_token": "token-of-choice",
            "app_secret": "secret-of-choice",
        }


def test_the_ledger_over_http_tells_what_was_accepted(warehouse):
    for _ in range(2):
        api(warehouse, "POST", "/SalesOrders", sales_order())

    ledger = call(warehouse, "GET", "/_sandbox/ledger").json

    counts = {(entry["kind"], entry["key"]): entry["count"] for entry in ledger["accepted"]}
    assert counts == {("sales_order", GUID): 2, ("sales_order_source_id", "17"): 1}
    assert [entry["path"] for entry in ledger["requests"]] == ["/SalesOrders"] * 2
    assert [order["Guid"] for order in ledger["orders"]] == [GUID]
    assert ledger["duplicates"] == {}


def test_a_hundred_posts_at_once_make_one_order(warehouse):
    gate = threading.Barrier(10)

    def post(_: int) -> list[int]:
        gate.wait()
        return [api(warehouse, "POST", "/SalesOrders", sales_order()).status for _ in range(10)]

    with ThreadPoolExecutor(10) as pool:
        statuses = [status for found in pool.map(post, range(10)) for status in found]

    assert sorted(statuses) == [200] * 99 + [201]
    assert len(warehouse.live_orders()) == 1
    assert warehouse.ledger.times_accepted("sales_order", GUID) == 100


@pytest.mark.parametrize("vendor_class", VENDORS)
def test_a_reset_forgets_all_but_the_credentials(vendor_class):
    with vendor_class() as vendor:
        known = vendor.credentials()
        vendor.fail("error")
        call(vendor, "GET", "/nothing")

        call(vendor, "POST", "/_sandbox/reset", {})

        ledger = call(vendor, "GET", "/_sandbox/ledger").json
        assert vendor.credentials() == known
        assert (ledger["orders"], ledger["requests"], ledger["faults"]) == ([], [], [])


def test_the_warehouse_is_stocked_again_after_a_reset(warehouse):
    call(warehouse, "POST", "/_sandbox/reset", {})

    assert api(warehouse, "POST", "/SalesOrders", sales_order()).status == 201


@pytest.mark.parametrize(
    ("switches", "status"),
    [
        ({"repost": "refuse", "shipment_order": "asc", "strict": False}, 200),
        ({"repost": "maybe"}, 400),
        ({"colour": "red"}, 400),
    ],
)
def test_settings_are_switched_over_http(warehouse, switches, status):
    answer = call(warehouse, "POST", "/_sandbox/settings", switches)

    assert answer.status == status
    assert (answer.json == switches) == (status == 200)


def form(vendor, path, body=""):
    return call(vendor, "POST", path, body, Content_Type="application/x-www-form-urlencoded")


class Checker(HTMLParser):
    """Collects what a page must have and must not have."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.actions: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = dict(attrs)
        assert not [name for name in names if name == "style" or name.startswith("on")]
        if tag == "form":
            self.actions.append(names["action"] or "")


def test_every_button_of_the_shops_page_leads_back_with_a_sentence(shop):
    form(shop, "/_sandbox/orders", "kind=us")
    actions = Checker(call(shop, "GET", "/").text).actions

    answers = [form(shop, action, "kind=us&change=quantity") for action in actions]

    assert len(actions) == 8
    assert {answer.status for answer in answers} == {303}
    assert all(answer.headers["location"].startswith("/?said=") for answer in answers)


def test_shipping_from_the_page_takes_the_button_away(warehouse):
    api(warehouse, "POST", "/SalesOrders", sales_order())

    first = form(warehouse, f"/_sandbox/orders/{GUID}/ship", "part=1")
    between = Checker(call(warehouse, "GET", first.headers["location"]).text).actions
    form(warehouse, f"/_sandbox/orders/{GUID}/ship")
    page = call(warehouse, "GET", "/").text

    assert between == [f"/_sandbox/orders/{GUID}/ship"]
    assert Checker(page).actions == []
    assert page.count("1ZSANDBOX") == 2
    assert [shipment["ShipmentStatus"] for shipment in warehouse.shipments.all()] == (
        ["Dispatched"] * 2
    )


def test_a_button_pressed_too_late_says_why_not(warehouse):
    api(warehouse, "POST", "/SalesOrders", sales_order())
    form(warehouse, f"/_sandbox/orders/{GUID}/cancel")

    answer = form(warehouse, f"/_sandbox/orders/{GUID}/ship")

    page = call(warehouse, "GET", answer.headers["location"]).text
    assert '<p role="status">The order is deleted.</p>' in page


@pytest.mark.parametrize("vendor_class", VENDORS)
def test_a_page_is_plain_and_loads_only_its_stylesheet(vendor_class):
    with vendor_class(links=Links("Other", "http://127.0.0.1:1/", "http://127.0.0.1:2/")) as vendor:
        answer = call(vendor, "GET", "/?said=%3Cscript%3E")
        style = call(vendor, "GET", "/sandbox.css")

    page = Checker(answer.text)
    assert (page.tags.count("h1"), page.tags.count("main"), page.tags.count("script")) == (1, 1, 0)
    assert "&lt;script&gt;" in answer.text
    assert 'href="http://127.0.0.1:2/"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert style.headers["content-type"].startswith("text/css")


def test_another_site_cannot_press_the_buttons(shop):
    answer = call(shop, "POST", "/_sandbox/orders", {}, Sec_Fetch_Site="cross-site")

    assert answer.status == 403
    assert shop.shop.orders() == []


@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_the_command_serves_both_until_told_to_stop(tmp_path, word):
    command = [sys.executable, "-m", "integrations.sandbox", "--data", str(tmp_path / "kept")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."}
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(2)]
        urls = [line.split()[-1] for line in lines]
        vendors = [call(url, "GET", "/_sandbox/ledger").json["vendor"] for url in urls]
        process.send_signal(word)

        assert process.wait(10) == 0
        assert vendors == ["shopify", "unleashed"]
        assert {path.name for path in (tmp_path / "kept").glob("*.sqlite")} == {
            "shopify.sqlite", "unleashed.sqlite",
        }  # fmt: skip
