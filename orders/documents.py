"""What tenants' templates may see of an order, and the documents made of it."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from django.conf import settings

from orderdesk.lib.barcodes import data_uri
from orderdesk.lib.money import ZERO, rounded
from orderdesk.lib.order_filters import order_filters
from orderdesk.lib.twig import Environment, TwigError, TwigRuntimeError
from orderdesk.lib.twig.batch import Job, render_batch
from orderdesk.lib.twig.environment import CORE
from orders.models import Order
from orders.shapes import order_json, shown_moment
from stores.models import Store
from stores.scoping import entered

# As the hub's own pages write days: nobody takes the month for the day.
DATE_FORMAT = "j M Y"
INTERVAL_FORMAT = "%d days"
# So many orders are read, then rendered by one child, before the next ones are read.
AT_ONCE = 500
_CURRENCY = re.compile(r"[A-Z]{3}")


def template_environment(store: Store, mode: str = "text") -> Environment:
    """Make the environment of a store's templates.

    `mode` is "text", "html", "xml" or "json"; only html and xml escape.

    Raises:
        TwigRuntimeError: if there is no such mode.
    """

    def money(amount: Decimal, currency: str) -> str:
        return money_text(amount, currency or store.currency)

    filters = order_filters(money=money, barcode=data_uri, receipt_url=no_receipts)
    return Environment.for_mode(
        mode,
        timezone=store.timezone,
        date_format=(DATE_FORMAT, INTERVAL_FORMAT),
        library=CORE.extended(filters=filters),
    )


def money_text(amount: Decimal, currency: str) -> str:
    """Write an amount as the hub's own pages do.

    Raises:
        TwigRuntimeError: if that is no code of a currency.
    """
    if not _CURRENCY.fullmatch(currency):
        raise TwigRuntimeError(f'"{currency[:10]}" is no currency; write it as in "USD".')
    # The sum takes the sign off a zero.
    return format_currency(rounded(amount, currency) + ZERO, currency, locale="en_US")


def no_receipts(order_id: str, template: str) -> str:
    """Refuse to give a receipt's address: a link that leads nowhere must not reach a customer.

    Raises:
        TwigRuntimeError: always.
    """
    raise TwigRuntimeError(
        "receipt_link has no address to give: this hub shows no receipts to the public."
    )


def order_context(order: Order, *, store: Store, email_count: int = 1) -> dict[str, Any]:
    """Give the variables of a template about one order, as a plain copy.

    Shape: {"order": the API's order with its lines and shipments, "store_name", "base_url",
    "store_timezone", "store_date_format", "store_country"}. Moments are in the store's time zone,
    not in UTC as the API has them: a template reads and prints them in that zone. The pictures of
    labels are left out. Lines and shipments must be fetched already.
    """
    told = copy.deepcopy(order_json(order, email_count=email_count, labels=False))
    zone = ZoneInfo(store.timezone)
    for part in (told, *told["order_notes"], *told["order_shipments"]):
        for name in ("date_added", "date_updated"):
            if name in part:
                part[name] = local_moment(part[name], zone)
    return {
        "order": told,
        "store_name": store.name,
        "base_url": settings.BASE_URL,
        "store_timezone": store.timezone,
        "store_date_format": DATE_FORMAT,
        "store_country": store.country,
    }


def local_moment(text: str, zone: tzinfo) -> str:
    """Show a moment of the API in a zone; what is none stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return shown_moment(moment, zone)


def render_documents(
    store: Store,
    source: str,
    order_ids: Sequence[int],
    *,
    mode: str = "html",
    templates: Mapping[str, str] | None = None,
) -> Iterator[tuple[int, str | TwigError]]:
    """Render a template for many orders: each gives its id with its text or what stopped it.

    `templates` are those that may be included, by name. Orders that are deleted or another
    store's give nothing. Rendering is done by a child with little time and memory, and outside of
    the transaction that reads the orders: a slow template holds no connection.

    Raises:
        TwigError: if the template cannot be read; before any order is.
    """
    environment = template_environment(store, mode)
    # Also compiles it once for all children, which are copies of this process.
    environment.parse(source)
    return _rendered(environment, store, Job(source, {}, templates or {}), order_ids)


def _rendered(
    environment: Environment, store: Store, blank: Job, order_ids: Sequence[int]
) -> Iterator[tuple[int, str | TwigError]]:
    for start in range(0, len(order_ids), AT_ONCE):
        contexts = _contexts(store, order_ids[start : start + AT_ONCE])
        jobs = [Job(blank.source, context, blank.templates) for context in contexts.values()]
        yield from zip(contexts, render_batch(environment, jobs), strict=True)


def _contexts(store: Store, order_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Give the variables for each order that is there, in the order asked for."""
    with entered(store):
        rows = Order.objects.for_store(store).present()
        found = {order.pk: order for order in rows.filter(pk__in=order_ids).with_lines()}
        counts = rows.count_by_email(order.email for order in found.values())
        return {
            pk: order_context(found[pk], store=store, email_count=counts.get(found[pk].email, 0))
            for pk in order_ids
            if pk in found
        }
