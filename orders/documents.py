"""What tenants' templates may see of an order, and the documents made of it."""

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from orderdesk.lib.ids import id_in
from orderdesk.lib.twig import Environment, TwigError, TwigRuntimeError
from orderdesk.lib.twig.batch import Job, Walls, render_batch
from orderdesk.lib.twig.environment import escaping_of
from orderdesk.lib.twig.limits import Limits
from orderdesk.lib.twig.recipe import Ask, Recipe
from orders.models import Order
from orders.receipts import Receipt, receipt_source
from orders.shapes import order_json, shown_moment
from stores.models import Store
from stores.scoping import entered

INTERVAL_FORMAT = "%d days"
# So many orders are read, then rendered by one child, before the next ones are read.
AT_ONCE = 500
# One document over many orders may take what so many documents may, and no more.
LARGEST_SHARE = 5


class NoneOfTheseOrders(LookupError):
    """A document was asked for of orders that are not here."""


def template_environment(store: Store, mode: str = "text") -> Environment:
    """Make the environment of a store's templates, to render in this process.

    `mode` is "text", "html", "xml" or "json"; only html and xml escape.

    Raises:
        TwigRuntimeError: if there is no such mode.
    """
    return template_recipe(store, mode).environment(answers(store))


def template_recipe(store: Store, mode: str, *, share: int = 1) -> Recipe:
    """Say how a store's templates are rendered; with the limits of so many documents.

    Raises:
        TwigRuntimeError: if there is no such mode.
    """
    one = Limits()
    return Recipe(
        options={
            "autoescape": escaping_of(mode),
            "timezone": store.timezone,
            "date_format": (store.date_format, INTERVAL_FORMAT),
        },
        limits=Limits(
            steps=one.steps * share, output=one.output * share, seconds=one.seconds * share
        ),
        library="orderdesk.lib.order_library:order_library",
        arguments={"currency": store.currency},
    )


def answers(store: Store, known: Collection[int] = ()) -> Ask:
    """Give what answers templates' questions; `known` are orders that are in the store."""

    def answer(name: str, order_id: str, template: str) -> str:
        receipt_source(template)
        found = id_in(order_id)
        if found is None or not (found in known or _is_here(store, found)):
            raise TwigRuntimeError(f'There is no order "{order_id[:40]}" to show a receipt of.')
        return Receipt(store.pk, found, template).address

    return answer


def _is_here(store: Store, order_id: int) -> bool:
    with entered(store):
        return Order.objects.for_store(store).present().filter(pk=order_id).exists()


def order_context(order: Order, *, store: Store, email_count: int = 1) -> dict[str, Any]:
    """Give the variables of a template about one order, as a plain copy.

    Shape: {"order": the API's order with its lines and shipments, "store_name", "base_url",
    "store_timezone", "store_date_format", "store_country"}. Beside what the API tells, the order
    has its `currency`. Moments are in the store's time zone, not in UTC as the API has them: a
    template reads and prints them in that zone. The pictures of labels are left out. Lines and
    shipments must be fetched already.
    """
    return {"order": _order(order, store=store, email_count=email_count), **_words(store)}


def _order(order: Order, *, store: Store, email_count: int) -> dict[str, Any]:
    told = copy.deepcopy(order_json(order, email_count=email_count, labels=False))
    zone = ZoneInfo(store.timezone)
    for part in (told, *told["order_notes"], *told["order_shipments"]):
        for name in ("date_added", "date_updated"):
            if name in part:
                part[name] = local_moment(part[name], zone)
    told["currency"] = order.currency
    return told


def _words(store: Store) -> dict[str, str]:
    """What every template knows of the store."""
    return {
        "store_name": store.name,
        "base_url": settings.BASE_URL,
        "store_timezone": store.timezone,
        "store_date_format": store.date_format,
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
    recipe = template_recipe(store, mode)
    recipe.environment().parse(source)
    return _rendered(recipe, store, Job(source, {}, templates or {}), order_ids)


def _rendered(
    recipe: Recipe, store: Store, blank: Job, order_ids: Sequence[int]
) -> Iterator[tuple[int, str | TwigError]]:
    for start in range(0, len(order_ids), AT_ONCE):
        orders = _orders(store, order_ids[start : start + AT_ONCE])
        words = _words(store)
        jobs = [
            Job(blank.source, {"order": each, **words}, blank.templates) for each in orders.values()
        ]
        results = render_batch(recipe, jobs, ask=answers(store, orders))
        yield from zip(orders, results, strict=True)


def render_together(
    store: Store,
    source: str,
    order_ids: Sequence[int],
    *,
    mode: str = "html",
    templates: Mapping[str, str] | None = None,
) -> str:
    """Render one document over many orders: the template's `orders`, a list even of one.

    They come in the order asked for, each once; those that are deleted or another store's are left
    out. Rendered as `render_documents` does.

    Raises:
        NoneOfTheseOrders: if none is left.
        TwigError: if the template cannot be read or rendered.
    """
    orders = _orders(store, order_ids)
    if not orders:
        raise NoneOfTheseOrders
    share = min(len(orders), LARGEST_SHARE)
    context = {"orders": list(orders.values()), **_words(store)}
    (result,) = render_batch(
        template_recipe(store, mode, share=share),
        [Job(source, context, templates or {})],
        Walls(cpu_seconds=Walls().cpu_seconds * share),
        ask=answers(store, orders),
    )
    if isinstance(result, TwigError):
        raise result
    return result


def _orders(store: Store, order_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Give each order that is there as templates see it, in the order asked for."""
    with entered(store):
        rows = Order.objects.for_store(store).present()
        found = {order.pk: order for order in rows.filter(pk__in=order_ids).with_lines()}
        counts = rows.count_by_email(order.email for order in found.values())
        return {
            pk: _order(found[pk], store=store, email_count=counts.get(found[pk].email, 0))
            for pk in order_ids
            if pk in found
        }
