"""A warehouse and a shop that answer at once, so that a hub is measured and not they.

They speak the calls that the hub and its peer make, over real HTTP, and keep a ledger: each order
by its guid and each parcel's notice, with how often it came. `python -m benchmarks.vendors PORT`.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.shop import LINES

PAGE_SIZE = 200
MODIFIED = "/Date(1767607200000)/"

Doc = dict[str, Any]


class Ledger:
    """What both vendors hold."""

    def __init__(self) -> None:
        # Sales orders by guid, in the order they came; what was told of parcels, by number.
        self.orders: dict[str, Doc] = {}
        self.posts: dict[str, int] = {}
        self.notices: dict[str, int] = {}

    def forget(self) -> None:
        """Start anew."""
        self.__init__()  # type: ignore[misc]

    # --- the warehouse ----------------------------------------------------------------------------

    def take_order(self, guid: str, body: Doc) -> tuple[int, Doc]:
        """Keep an order; the same guid again is a mistake to be counted."""
        self.posts[guid] = self.posts.get(guid, 0) + 1
        number = f"SO-{len(self.orders) + 1:08d}"
        held = self.orders.setdefault(guid, {**body, "OrderNumber": number})
        return 201, {"Guid": guid, "OrderNumber": held["OrderNumber"]}

    def shipments(self, page: int) -> tuple[int, Doc]:
        """Give the parcels: every order leaves at once."""
        guids = list(self.orders)
        rows = [self._shipment(guid) for guid in guids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]
        pages = -(-len(guids) // PAGE_SIZE)
        return 200, {
            "Pagination": {
                "NumberOfItems": len(guids),
                "PageSize": PAGE_SIZE,
                "PageNumber": page,
                "NumberOfPages": pages,
            },
            "Items": rows,
        }

    def _shipment(self, guid: str) -> Doc:
        order = self.orders[guid]
        return {
            "Guid": f"5{guid[1:]}",
            "ShipmentNumber": f"SS-{order['OrderNumber']}",
            "ShipmentStatus": "Dispatched",
            "DispatchDate": MODIFIED,
            "LastModifiedOn": MODIFIED,
            "OrderNumber": order["OrderNumber"],
            "OrderGuid": guid,
            "TrackingNumber": f"TRACK{order['OrderNumber']}",
            "ShippingCompany": {"Name": "UPS"},
            "SalesShipmentLines": [
                {"Product": line["Product"], "ShipmentQty": line["OrderQuantity"]}
                for line in order["SalesOrderLines"]
            ],
        }

    # --- the shop ---------------------------------------------------------------------------------

    def fulfillment_orders(self, order_id: int) -> tuple[int, Doc]:
        """Give what is left to fulfil: of these orders always everything, as each is told once."""
        lines = [
            {
                "id": order_id * 100 + place,
                "line_item_id": order_id * 10 + place,
                "fulfillable_quantity": place,
                "quantity": place,
            }
            for place in range(1, LINES + 1)
        ]
        part = {
            "id": order_id + 5_000_000,
            "order_id": order_id,
            "status": "open",
            "assigned_location_id": 1,
            "supported_actions": ["create_fulfillment"],
            "line_items": lines,
        }
        return 200, {"fulfillment_orders": [part]}

    def fulfill(self, body: Doc) -> tuple[int, Doc]:
        """Keep a parcel's notice."""
        told = body["variables"]["fulfillment"]
        number = told["trackingInfo"]["number"]
        self.notices[number] = self.notices.get(number, 0) + 1
        made = {"id": f"gid://shopify/Fulfillment/{len(self.notices)}", "status": "SUCCESS"}
        return 200, {"data": {"fulfillmentCreate": {"fulfillment": made, "userErrors": []}}}

    def told(self) -> tuple[int, Doc]:
        """Give the counts."""
        return 200, {
            "orders": len(self.orders),
            "repeated_orders": sum(count - 1 for count in self.posts.values()),
            "notices": len(self.notices),
            "repeated_notices": sum(count - 1 for count in self.notices.values()),
        }


Answer = Callable[[Ledger, "re.Match[str]", Doc], tuple[int, Doc]]
ROUTES: list[tuple[str, "re.Pattern[str]", Answer]] = [
    ("POST", re.compile(r"/SalesOrders/(\S+)"), lambda own, at, body: own.take_order(at[1], body)),
    ("GET", re.compile(r"/SalesShipments/(\d+)"), lambda own, at, _: own.shipments(int(at[1]))),
    (
        "GET",
        re.compile(r"/Taxes"),
        lambda *_: (
            200,
            {
                "Pagination": {"NumberOfPages": 1},
                "Items": [{"TaxCode": "NONE", "TaxRate": 0, "Obsolete": False}],
            },
        ),
    ),
    (
        "GET",
        re.compile(r".*/orders/(\d+)/fulfillment_orders\.json"),
        lambda own, at, _: own.fulfillment_orders(int(at[1])),
    ),
    (
        "GET",
        re.compile(r".*/orders/\d+/fulfillments\.json"),
        lambda *_: (200, {"fulfillments": []}),
    ),
    ("POST", re.compile(r".*/graphql\.json"), lambda own, _, body: own.fulfill(body)),
    ("GET", re.compile(r"/told"), lambda own, *_: own.told()),
    ("POST", re.compile(r"/forget"), lambda own, *_: (own.forget(), (200, {}))[1]),
]


async def _serve(
    ledger: Ledger, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    while True:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        method, target, _ = head.split(" ", 2)
        length = re.search(r"(?im)^content-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        status, told = _answer(ledger, method, target, json.loads(body) if body else {})
        content = json.dumps(told).encode()
        writer.write(
            f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n".encode()
            + content
        )
    writer.close()


def _answer(ledger: Ledger, method: str, target: str, body: Doc) -> tuple[int, Doc]:
    path = urlsplit(target).path
    for expected, pattern, answer in ROUTES:
        if method == expected and (found := pattern.fullmatch(path)):
            return answer(ledger, found, body)
    return 404, {"asked": f"{method} {path}", "query": parse_qs(urlsplit(target).query)}


async def _main(port: int) -> None:
    ledger = Ledger()
    server = await asyncio.start_server(
        lambda reader, writer: _serve(ledger, reader, writer), "127.0.0.1", port, limit=1 << 20
    )
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
