"""Unleashed as the hub sees it."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.utils import timezone

from integrations.base import (
    Account,
    Integration,
    Page,
    PulledShipment,
    Receipt,
    StockCount,
    latest_mark,
)
from integrations.errors import (
    CredentialsRefused,
    IntegrationError,
    RequestRejected,
    UnexpectedReply,
)
from integrations.http import Answer
from integrations.unleashed import arrivals, mapping, parties
from integrations.unleashed.client import UnleashedClient, words
from integrations.unleashed.forms import UnleashedSettings
from integrations.unleashed.values import iso, read_date
from orders.models import Order

Doc = dict[str, Any]
Row = TypeVar("Row")
# Records changed while we read the last pages show up again in the next run.
OVERLAP = timedelta(minutes=5)


class Unleashed(Integration):
    """Sends orders to a warehouse run in Unleashed and brings its shipments and counts back."""

    key = "unleashed"
    name = "Unleashed"
    tab = "Productivity"
    summary = "Send orders to Unleashed, get shipments and stock counts back."
    docs_url = "https://apidocs.unleashedsoftware.com/"
    settings_form = UnleashedSettings
    resend = "same_id"

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._client = UnleashedClient(account)

    def wants(self, verb: str) -> bool:
        if verb == "list_shipments":
            return self._tracking == "from"
        if verb == "list_stock":
            return bool(self.account.settings.get("sync_inventory"))
        return True

    @property
    def _tracking(self) -> str:
        return str(self.account.settings.get("sync_tracking") or "from")

    def check(self) -> None:
        try:
            self._client.prove()
        except CredentialsRefused as error:
            raise CredentialsRefused(
                "Unleashed does not accept this API ID with this API Key.",
                field="api_key",
                evidence=error.evidence,
            ) from error
        if code := str(self.account.settings.get("warehouse_code") or ""):
            self._prove_warehouse(code)

    def _prove_warehouse(self, code: str) -> None:
        self._client.forget()
        known = [str(row.get("WarehouseCode")) for row in self._client.warehouses()]
        if code not in known:
            raise RequestRejected(
                f"Unleashed has no warehouse {code}. It has: {', '.join(known)}.",
                field="warehouse_code",
            )

    # --- out ------------------------------------------------------------------------------------

    def submit_order(self, order: Order, *, reference: str) -> Receipt:
        guid = mapping.order_guid(order, reference=_as_guid(reference))
        body = mapping.sales_order(order, guid_=guid, with_tracking=self._tracking == "to")
        body |= parties.tax(order, self._client.taxes())
        body["Warehouse"] = self._warehouse
        if guid != _as_guid(reference):
            self._refuse_if_taken(guid, order)
        body["Customer"] = self._customer(order)
        self.before_effect()
        answer = self._client.post_order(body)
        if answer.ok:
            return _receipt(answer, guid)
        # The vendor does not say what it does with a guid it has already: it may refuse the resend.
        if found := self._sent(guid, order):
            return found
        self._client.forget()
        raise _refusal(answer, order)

    def find_order(self, order: Order, *, reference: str) -> Receipt | None:
        guid = mapping.order_guid(order, reference=_as_guid(reference))
        if found := self._sent(guid, order):
            return found
        for row in self._client.orders_with_source_id(str(order.pk)):
            if _is_of(row, order) and row.get("CustomerRef") == order.number and row.get("Guid"):
                return Receipt(str(row["Guid"]), str(row.get("OrderNumber") or ""))
        return None

    def _sent(self, guid: str, order: Order) -> Receipt | None:
        """Look whether this very order is there under the guid."""
        row = self._client.order(guid)
        if row is None or not _is_of(row, order):
            return None
        return Receipt(guid, str(row.get("OrderNumber") or ""))

    def _refuse_if_taken(self, guid: str, order: Order) -> None:
        """Keep a guid a merchant chose twice from overwriting the order that had it first."""
        row = self._client.order(guid)
        if row is not None and not _is_of(row, order):
            raise RequestRejected(
                f"The guid {guid} in the order's checkout data belongs to Unleashed order "
                f"{row.get('OrderNumber')}. Take it out or choose another."
            )

    @property
    def _warehouse(self) -> Doc:
        if code := self.account.settings.get("warehouse_code"):
            return {"WarehouseCode": str(code)}
        return parties.default_warehouse(self._client.warehouses())

    def _customer(self, order: Order) -> Doc:
        """Name the customer: as the order or the settings say, else by e-mail, else a new one."""
        default = str(self.account.settings.get("default_customer_code") or "")
        if named := parties.named_customer(order, default_code=default):
            return named
        body = parties.new_customer(order, company=str(self.account.settings.get("api_id")))
        code, email = body["CustomerCode"], body.get("Email", "")
        if email:
            found = self._client.customers(email=email)
            known = parties.picked_customer(found, lambda row: _same(row.get("Email"), email))
            if known:
                return known
        self.before_effect()
        answer = self._client.post_customer(body)
        if answer.ok:
            return {"Guid": body["Guid"]}
        found = self._client.customers(code=code)
        known = parties.picked_customer(found, lambda row: _same(row.get("CustomerCode"), code))
        if known:
            return known
        raise RequestRejected(
            f"Unleashed does not take {code} as a new customer: {words(answer)}.",
            evidence=answer.evidence,
        )

    # --- in -------------------------------------------------------------------------------------

    def list_shipments(self, cursor: str, since: datetime | None) -> Iterator[Page[PulledShipment]]:
        pages = self._client.shipments(_start(cursor, since))
        return _read(pages, arrivals.pulled_shipment, cursor)

    def list_stock(self, cursor: str, since: datetime | None) -> Iterator[Page[StockCount]]:
        warehouse = str(self.account.settings.get("warehouse_code") or "")
        pages = self._client.stock(_start(cursor, since), warehouse)
        return _read(pages, arrivals.stock_count, cursor)


def _as_guid(reference: str) -> str:
    try:
        return str(uuid.UUID(reference))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, reference))


def _is_of(row: Doc, order: Order) -> bool:
    return str(row.get("SourceId")) == str(order.pk)


def _same(one: object, other: str) -> bool:
    return str(one or "").strip().casefold() == other.strip().casefold()


def _receipt(answer: Answer, guid: str) -> Receipt:
    body = answer.json()
    if not isinstance(body, dict) or str(body.get("Guid") or guid).lower() != guid:
        raise answer.garbled("is about another order")
    return Receipt(guid, str(body.get("OrderNumber") or ""))


def _refusal(answer: Answer, order: Order) -> IntegrationError:
    reasons = mapping.refusal(answer.body, order) or f"{words(answer) or answer.status}."
    return RequestRejected(f"Unleashed refuses the order. {reasons}", evidence=answer.evidence)


def _start(cursor: str, since: datetime | None) -> datetime | None:
    mark = latest_mark([read_date(cursor)], now=timezone.now())
    return mark - OVERLAP if mark else since


def _read(
    pages: Iterable[list[Doc]], read: Callable[[Doc], Row | None], cursor: str
) -> Iterator[Page[Row]]:
    """Read page after page; a record that cannot be read is told of and stops no other.

    The list's order is not to be relied on, so the mark moves only once its end is reached.
    """
    newest = latest_mark([read_date(cursor)], now=timezone.now())
    held: Page[Row] | None = None
    for rows in pages:
        if held:
            yield held
        held = Page(rows=[], cursor=cursor)
        for row in rows:
            try:
                found = read(row)
            except UnexpectedReply as error:
                held.problems.append(error.message)
                continue
            newest = latest_mark([newest, arrivals.changed_at(row)], now=timezone.now())
            if found is not None:
                held.rows.append(found)
    if held:
        yield Page(held.rows, iso(newest) if newest else cursor, held.problems)
