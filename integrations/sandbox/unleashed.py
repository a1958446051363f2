"""The sandbox warehouse: what the hub sees of Unleashed, on loopback."""

import base64
import hashlib
import hmac
import json
import logging
import secrets
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import unquote

from integrations.sandbox.server import Route, Sandbox, done
from integrations.sandbox.storage import Doc
from integrations.sandbox.unleashed_lists import (
    Filters,
    begins,
    by_day,
    equals,
    one_of,
    paged,
    select,
    since,
)
from integrations.sandbox.unleashed_master import LISTS, STOCK_FILTERS, Customers, Stock
from integrations.sandbox.unleashed_orders import Orders
from integrations.sandbox.unleashed_pages import warehouse_page
from integrations.sandbox.unleashed_seed import sow
from integrations.sandbox.unleashed_shipments import Shipments
from integrations.sandbox.unleashed_values import BAD_VALUE, new_guid, refuse, render
from integrations.sandbox.wire import Answered, Reply, Request

logger = logging.getLogger(__name__)

GUID = r"([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
PAGE = r"(?:/(?:Page/)?(\d+))?"

ORDER_FILTERS: Filters = {
    "completedAfter": by_day("CompletedDate"),
    "completedBefore": by_day("CompletedDate", last=True),
    "customerCode": begins("Customer.CustomerCode"),
    "customerId": equals("Customer.Guid"),
    "customOrderStatus": equals("CustomOrderStatus"),
    "endDate": by_day("OrderDate", last=True),
    "modifiedSince": since("LastModifiedOn"),
    "orderNumber": equals("OrderNumber"),
    "orderStatus": one_of("OrderStatus"),
    "sourceId": equals("SourceId"),
    "startDate": by_day("OrderDate"),
    "warehouseCode": equals("Warehouse.WarehouseCode"),
}
SHIPMENT_FILTERS: Filters = {
    "endDate": by_day("DispatchDate", last=True),
    "modifiedSince": since("LastModifiedOn"),
    "orderBy": one_of("_"),
    "orderNumber": equals("OrderNumber"),
    "shipmentStatus": one_of("ShipmentStatus"),
    "sort": one_of("_"),
    "startDate": by_day("DispatchDate"),
    "warehouseCode": equals("Warehouse.WarehouseCode"),
}


def sign(message: str, key: str) -> str:
    """Return `api-auth-signature` for a query string: key and message as UTF-8 characters."""
    digest = hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class UnleashedSandbox(Sandbox):
    """Unleashed's API for one company.

    Args:
        api_id, api_key: None makes them at the first start.
        strict: False takes a missing `client-type`, and a signature over the decoded query; both
            are logged.
        repost: what a second POST of one guid does, "upsert" or "refuse".
        shipment_order: how shipments are listed when `sort` is not given, "desc" or "asc"; the
            vendor's documentation says both.
        others: those of `Sandbox`.
    """

    key = "unleashed"
    name = "Unleashed"
    refused_status = 403
    keeps = ("secret",)

    def __init__(
        self,
        *,
        api_id: str | None = None,
        api_key: str | None = None,
        strict: bool = True,
        repost: str = "upsert",
        shipment_order: str = "desc",
        **others: Any,
    ) -> None:
        super().__init__(**others)
        kept = self.storage.get("secret", "api") or {}
        kept = {
            "api_id": api_id or kept.get("api_id") or new_guid(),
            "api_key": api_key or kept.get("api_key") or secrets.token_urlsafe(48),
        }
        self.storage.put("secret", "api", kept)
        sow(self.storage, round(self.clock() * 1000))
        self.strict = strict
        self.shipment_order = shipment_order
        self.orders = Orders(self.storage, self.ledger, self.clock)
        self.orders.repost = repost
        self.shipments = Shipments(self.storage, self.ledger, self.orders, self.clock)
        self.customers = Customers(self.storage, self.clock)
        self.stock = Stock(self.storage, self.orders)

    def credentials(self) -> dict[str, str]:
        kept = self.storage.get("secret", "api") or {}
        return {"url": self.url, "api_id": kept["api_id"], "api_key": kept["api_key"]}

    def state(self) -> Doc:
        return {
            "orders": [render(order) for order in self.orders.all()],
            "shipments": [render(shipment) for shipment in self.shipments.all()],
            "duplicates": self.duplicates(),
        }

    def live_orders(self) -> list[Doc]:
        """Return the orders that are not deleted."""
        return [order for order in self.orders.all() if order["OrderStatus"] != "Deleted"]

    def duplicates(self) -> Doc:
        """Return the guids of live orders that share a `SourceId` or `CustomerRef`, by that."""
        found: Doc = {}
        for order in self.live_orders():
            for name in ("SourceId", "CustomerRef"):
                if order[name]:
                    found.setdefault(f"{name}={order[name]}", []).append(order["Guid"])
        return {shared: guids for shared, guids in found.items() if len(guids) > 1}

    def reset(self) -> None:
        super().reset()
        sow(self.storage, round(self.clock() * 1000))

    def not_found(self) -> Reply:
        return refuse("Address", "There is no such address.", BAD_VALUE, status=404).reply

    def routes(self) -> list[Route]:
        one = f"/SalesOrders/{GUID}"
        shipment = f"/SalesShipments/{GUID}"
        api: list[tuple[str, str, Callable[..., Reply]]] = [
            ("GET", f"/SalesOrders{PAGE}", self._list_orders),
            ("POST", "/SalesOrders", self._create_order),
            ("GET", one, lambda _, guid: Reply.json(200, render(self.orders.get(guid)))),
            ("POST", one, self._create_order),
            ("PUT", one, self._update_order),
            ("DELETE", one, self._delete_order),
            ("POST", f"{one}/Complete", self._complete_order),
            ("DELETE", f"/SalesOrders/Lines/{GUID}", self._delete_order_line),
            ("GET", f"/SalesShipments{PAGE}", self._list_shipments),
            ("POST", "/SalesShipments", self._create_shipment),
            ("GET", shipment, lambda _, guid: Reply.json(200, render(self.shipments.get(guid)))),
            ("POST", shipment, self._create_shipment),
            ("PUT", shipment, self._update_shipment),
            ("DELETE", shipment, self._delete_shipment),
            ("GET", f"/StockOnHand{PAGE}", self._list_stock),
            ("GET", f"/StockOnHand/{GUID}", self._product_stock),
            ("GET", f"/StockOnHand/{GUID}/(AllWarehouses)", self._product_stock),
            ("POST", f"/Customers(?:/{GUID})?", self._create_customer),
            ("GET", f"/({'|'.join(LISTS)}){PAGE}", self._list_master),
            ("GET", f"/({'|'.join(LISTS)})/{GUID}", self._show_master),
        ]
        person = f"/_sandbox/orders/{GUID}"
        return [
            *(Route(verb, path, partial(self._checked, handler)) for verb, path, handler in api),
            Route("GET", "/", lambda request: warehouse_page(self, request)),
            Route("POST", f"{person}/ship", self._ship),
            Route("POST", f"{person}/cancel", self._cancel),
            Route("POST", "/_sandbox/settings", self._set),
        ]

    # Who may ask, and how.

    def _checked(self, handler: Callable[..., Reply], request: Request, *found: str) -> Reply:
        """Answer an API request only when it is signed and says what it speaks."""
        self._check_signature(request)
        for name, status in (("accept", 406), ("content-type", 415)):
            if "application/json" not in request.headers.get(name, ""):
                said = f"{name} is application/json here; the sandbox speaks no XML."
                raise refuse(name, said, BAD_VALUE, status=status)
        if not request.headers.get("client-type"):
            if self.strict:
                raise refuse("client-type", "client-type is required.", BAD_VALUE)
            logger.warning("%s %s came without client-type.", request.method, request.path)
        if self.strict and {"page", "pageNumber"} & set(request.query):
            raise refuse("page", "The page number stands in the path.", BAD_VALUE)
        return handler(request, *found)

    def _check_signature(self, request: Request) -> None:
        known = self.credentials()
        given = request.headers.get("api-auth-signature", "")
        messages = [request.raw_query]
        if not self.strict:
            messages.append(unquote(request.raw_query))
        right = any(
            hmac.compare_digest(sign(message, known["api_key"]).encode(), given.encode())
            for message in messages
        )
        if not right or request.headers.get("api-auth-id", "") != known["api_id"]:
            raise refuse("api-auth-signature", "Forbidden.", BAD_VALUE, status=403)

    # Sales orders.

    def _list_orders(self, request: Request, page: str | None) -> Reply:
        wants_deleted = "deleted" in request.query.get("orderStatus", "").lower()
        shown = self.orders.all() if wants_deleted else self.live_orders()
        found = select(shown, request, ORDER_FILTERS, overriding=("orderNumber", "sourceId"))
        return paged(found, request, page)

    def _create_order(self, request: Request, guid: str | None = None) -> Reply:
        order, created = self.orders.accept(read_object(request), guid)
        return Reply.json(201 if created else 200, render(order))

    def _update_order(self, request: Request, guid: str) -> Reply:
        return Reply.json(200, render(self.orders.update(guid, read_object(request))))

    def _delete_order(self, _request: Request, guid: str) -> Reply:
        return Reply.json(200, render(self.orders.delete(guid)))

    def _complete_order(self, _request: Request, guid: str) -> Reply:
        return Reply.json(200, render(self.orders.complete(guid)))

    def _delete_order_line(self, _request: Request, guid: str) -> Reply:
        return Reply.json(200, render(self.orders.delete_line(guid)))

    # Shipments.

    def _list_shipments(self, request: Request, page: str | None) -> Reply:
        asked = request.query
        filters = {**SHIPMENT_FILTERS, "sort": _any_of("asc", "desc")}
        filters["orderBy"] = _any_of("ShipmentNumber", "LastModifiedOn")
        found = select(self.shipments.all(), request, filters, overriding=("orderNumber",))
        by = asked.get("orderBy", "LastModifiedOn")
        newest_first = asked.get("sort", self.shipment_order) == "desc"
        found.sort(key=lambda shipment: shipment[by], reverse=newest_first)
        return paged(found, request, page)

    def _create_shipment(self, request: Request, guid: str | None = None) -> Reply:
        return Reply.json(201, render(self.shipments.accept(read_object(request), guid)))

    def _update_shipment(self, request: Request, guid: str) -> Reply:
        return Reply.json(200, render(self.shipments.update(guid, read_object(request))))

    def _delete_shipment(self, _request: Request, guid: str) -> Reply:
        self.shipments.remove(guid)
        return Reply.json(200, {})

    # Stock and master data.

    def _list_stock(self, request: Request, page: str | None) -> Reply:
        asked = request.query
        rows = self.stock.rows(
            warehouse=asked.get("warehouseCode", ""),
            name=asked.get("warehouseName", ""),
            products=asked.get("productId", ""),
        )
        return paged(select(rows, request, STOCK_FILTERS), request, page)

    def _product_stock(self, request: Request, guid: str, every: str | None = None) -> Reply:
        rows = self.stock.of_product(guid, each_warehouse=every is not None)
        return paged(rows, request, None) if every else Reply.json(200, render(rows[0]))

    def _list_master(self, request: Request, name: str, page: str | None) -> Reply:
        kind, filters = LISTS[name]
        return paged(select(self.storage.all(kind), request, filters), request, page)

    def _show_master(self, _request: Request, name: str, guid: str) -> Reply:
        found = self.storage.get(LISTS[name][0], guid.lower())
        if found is None:
            raise refuse("Guid", "There is no such entry.", BAD_VALUE, status=404)
        return Reply.json(200, render(found))

    def _create_customer(self, request: Request, guid: str | None) -> Reply:
        customer, created = self.customers.accept(read_object(request), guid)
        return Reply.json(201 if created else 200, render(customer))

    # What the page's buttons do.

    def _ship(self, request: Request, guid: str) -> Reply:
        given = request.fields()
        order = self.orders.get(guid)
        quantities = {
            int(line["LineNumber"]): float(line["quantity"]) for line in given.get("lines", [])
        }
        if given.get("part"):
            quantities = self.shipments.first_part(order)
        try:
            shipment = self.shipments.ship(
                order,
                carrier=str(given.get("carrier", "UPS")),
                tracking_number=str(given.get("tracking_number", "")),
                quantities=quantities or None,
            )
        except Answered as refused:
            return self._say_why_not(request, refused)
        said = f"{order['OrderNumber']} was shipped with {shipment['TrackingNumber']}."
        return done(request, said, {"shipment": render(shipment)})

    def _cancel(self, request: Request, guid: str) -> Reply:
        try:
            order = self.orders.delete(guid, by_person=True)
        except Answered as refused:
            return self._say_why_not(request, refused)
        said = f"{order['OrderNumber']} was cancelled."
        return done(request, said, {"order": render(order)}, status=200)

    def _say_why_not(self, request: Request, refused: Answered) -> Reply:
        why = json.loads(refused.reply.body)
        said = why["Items"][0]["Description"]
        return done(request, said, why, status=refused.reply.status)

    def _set(self, request: Request) -> Reply:
        given = request.fields()
        choices = {
            "repost": ("upsert", "refuse"), "shipment_order": ("asc", "desc"),
            "strict": (True, False),
        }  # fmt: skip
        for name, value in given.items():
            if value not in choices.get(name, ()):
                return Reply.json(400, {"error": f"{name} cannot be {value!r}."})
        self.orders.repost = given.get("repost", self.orders.repost)
        self.shipment_order = given.get("shipment_order", self.shipment_order)
        self.strict = given.get("strict", self.strict)
        settings = {
            "repost": self.orders.repost, "shipment_order": self.shipment_order,
            "strict": self.strict,
        }  # fmt: skip
        return Reply.json(200, settings)


def _any_of(*words: str) -> Callable[[str], Callable[[Doc], bool]]:
    def build(given: str) -> Callable[[Doc], bool]:
        if given not in words:
            raise ValueError(f"one of {', '.join(words)}.")
        return lambda _doc: True

    return build


def read_object(request: Request) -> Doc:
    """Return the JSON object in a request's body, with its fractions as Decimals.

    Raises:
        Answered: with 400 for anything else.
    """

    def no_constants(word: str) -> float:
        raise ValueError(f"{word} is no JSON number.")

    try:
        value = json.loads(request.body, parse_float=Decimal, parse_constant=no_constants)
    except ValueError as error:
        raise refuse("Body", "The body is not JSON.", BAD_VALUE) from error
    if not isinstance(value, dict):
        raise refuse("Body", "The body is not a JSON object.", BAD_VALUE)
    return value
