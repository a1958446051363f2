"""What tenants' templates may see, and documents made of real orders."""

import copy
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import orders
from orderdesk.lib.twig import TwigError, TwigRuntimeError, TwigSyntaxError
from orders.documents import AT_ONCE, order_context, render_documents, template_environment
from orders.drafts import ShipmentDraft
from orders.models import Order
from orders.services import add_shipment, delete_order, hub
from orders.services.notes import add_note
from stores.models import Store
from stores.scoping import entered
from tests.factories import make_item, make_order

MORNING = datetime(2026, 1, 1, 4, 30, tzinfo=UTC)
RECEIPT = """<h1>{{ store_name }}: {{ order.source_id }}</h1>
{% for item in order.order_items %}
{{ item.quantity }} x {{ item.name }} {{ (item.price * item.quantity)|money_format }}
{% endfor %}
{{ order.shipping.first_name }}, {{ order.shipping.city }}: {{ order.order_total|money_format }}
"""


@pytest.fixture
def chicago(store):
    store.timezone = "America/Chicago"
    store.country = "US"
    store.save()
    return store


def read_again(store, order) -> Order:
    return Order.objects.for_store(store).with_lines().get(pk=order.pk)


def seen(store, order):
    with entered(store):
        return order_context(read_again(store, order), store=store)


def texts(store, source, *placed, **options):
    return dict(render_documents(store, source, [order.pk for order in placed], **options))


def leaves(value):
    if isinstance(value, dict):
        assert all(type(key) is str for key in value)
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def test_a_receipt_tells_what_was_sold(store):
    order = make_order(
        store,
        source_id="#1042",
        items=(
            make_item(),
            make_item(name="Tea <loose>", price=Decimal("4.5"), quantity=Decimal(1)),
        ),
    )

    assert texts(store, RECEIPT, order) == {
        order.pk: "<h1>Alice&#039;s shop: #1042</h1>\n"
        "2 x Blue mug $60.00\n"
        "1 x Tea &lt;loose&gt; $4.50\n"
        "Ada, Springfield: $69.50\n"
    }


def test_the_context_is_the_apis_order_and_a_few_words_about_the_store(chicago, settings):
    settings.BASE_URL = "https://hub.example"
    chicago.date_format = "Y-m-d"
    context = seen(chicago, make_order(chicago, email="ada@example.com"))

    order = context.pop("order")
    assert context == {
        "store_name": "Alice's shop",
        "base_url": "https://hub.example",
        "store_timezone": "America/Chicago",
        "store_date_format": "Y-m-d",
        "store_country": "US",
    }
    assert order["id"].isdigit()
    assert (order["email"], order["order_total"], order["checkout_data"]) == (
        "ada@example.com", 65, [],
    )  # fmt: skip
    assert order["shipping"]["postal_code"] == "62701"
    assert order["order_items"][0]["code"] == "MUG-BLUE"
    assert order["currency"] == "USD"


def test_the_page_for_authors_names_every_variable(store):
    page = (Path(orders.__file__).parent / "TEMPLATES.md").read_text()
    table = page[page.index("## What a template sees") : page.index("## What is there")]
    named = {name for row in re.findall(r"^\| (`.*?) \|", table, re.M) for name in row.split()}

    assert named == {f"`{name}`" for name in seen(store, make_order(store))}


def test_the_context_holds_nothing_but_plain_data(store, by_alice):
    order = make_order(
        store,
        return_address={"name": "Ada"},
        discounts=({"name": "A", "code": "B", "amount": "1.70"},),
    )
    with entered(store):
        add_note(order=order, content="Ring twice", by=by_alice, now=MORNING)

    kinds = {type(leaf) for leaf in leaves(seen(store, order))}

    assert kinds <= {str, int, float, bool, type(None)}


def test_a_template_that_changes_its_copy_changes_no_order(store, by_alice):
    order = make_order(store)
    with entered(store):
        add_note(order=order, content="Ring twice", by=by_alice, now=MORNING)
        row = read_again(store, order)
        before = copy.deepcopy(row.order_notes)

        context = order_context(row, store=store)
        context["order"]["order_notes"][0]["content"] = "changed"
        context["order"]["return_address"].clear()

        assert row.order_notes == before


@pytest.mark.parametrize(
    "path",
    [
        "order._state",
        "order.store",
        "order.store_id",
        "order.objects",
        "order.pk",
        "order.__class__",
        "order.order_items[0].order",
        "order.items",
        "store",
        "request",
        "settings",
        "settings.SECRET_KEY",
        "_context.settings",
        "store_name.__class__.__mro__",
    ],
)
def test_nothing_behind_the_plain_data_is_within_reach(store, path):
    order = make_order(store)

    assert texts(store, f"[{{{{ {path} }}}}]", order) == {order.pk: "[]"}


@pytest.mark.parametrize("call", ["filter('system')", "map('str')", "nope", "attr('x')"])
def test_nothing_of_the_host_can_be_called(store, call):
    with pytest.raises(TwigError):
        template_environment(store).render(f"{{{{ [1]|{call} }}}}", {})


def test_another_stores_order_is_never_in_a_document(store, other_store):
    ours = make_order(store, email="ada@example.com")
    theirs = make_order(other_store, email="ada@example.com")

    told = texts(store, "{{ _context|json_encode }}", ours, theirs, mode="json")

    assert list(told) == [ours.pk]
    assert json.loads(told[ours.pk])["order"]["email_count"] == "1"
    assert "Charlie" not in told[ours.pk]


def test_a_deleted_order_gives_no_document(store, by_alice):
    kept, deleted = make_order(store), make_order(store)
    with entered(store):
        delete_order(order=deleted, by=by_alice, now=MORNING)

    assert list(texts(store, "x", kept, deleted)) == [kept.pk]


def test_documents_come_in_the_order_asked_for(store):
    first, second = make_order(store), make_order(store)

    told = texts(store, "{{ order.source_id }}", second, first)

    assert list(told.items()) == [(second.pk, second.source_id), (first.pk, first.source_id)]


def test_many_orders_are_read_in_a_few_queries(store, django_assert_num_queries):
    placed = [make_order(store) for _ in range(4)]

    # Entering (a savepoint and the setting), orders, lines, shipments, e-mail counts, leaving.
    with django_assert_num_queries(8):
        texts(store, "{{ order.id }}", *placed)


def test_more_orders_than_are_read_at_once_all_get_a_document(store, monkeypatch):
    assert AT_ONCE >= 100
    monkeypatch.setattr("orders.documents.AT_ONCE", 2)
    placed = [make_order(store) for _ in range(5)]

    told = texts(store, "{{ order.id }}", *placed)

    assert told == {order.pk: str(order.pk) for order in placed}


def test_an_order_that_a_template_fails_on_fails_alone(store):
    heavy = make_order(store, items=(make_item(quantity=Decimal(0)),))
    light = make_order(store)

    told = texts(store, "{{ 10 // order.order_items[0].quantity }}", heavy, light)

    assert isinstance(told[heavy.pk], TwigRuntimeError)
    assert told[light.pk] == "5"


def test_a_template_that_cannot_be_read_is_refused_before_any_order_is_read(
    store, django_assert_num_queries
):
    with django_assert_num_queries(0), pytest.raises(TwigSyntaxError):
        render_documents(store, "{% if %}", [1])


def test_templates_of_the_store_can_be_included(store):
    order = make_order(store)

    told = texts(store, "{{ include('foot') }}", order, templates={"foot": "by {{ store_name }}"})

    assert told == {order.pk: "by Alice&#039;s shop"}


def test_moments_are_in_the_stores_time_zone_however_they_are_printed(chicago, by_alice):
    order = make_order(chicago, placed_at=MORNING)
    with entered(chicago):
        add_note(order=order, content="Ring twice", by=by_alice, now=MORNING)
        draft = ShipmentDraft(tracking_number="1Z", shipped_date=MORNING)
        add_shipment(order=order, draft=draft, by=hub(), now=MORNING, source="Manual")
    source = (
        "{{ order.date_added }}|{{ order.date_added|date('H:i') }}|"
        "{{ order.date_added|date(store_date_format, store_timezone) }}|"
        "{{ order.date_added|date }}|{{ order.order_notes[0].date_added|date('H:i') }}|"
        "{{ order.order_shipments[0].date_shipped|date('d') }}"
    )

    assert texts(chicago, source, order) == {
        order.pk: "2025-12-31 22:30:00|22:30|31 Dec 2025|31 Dec 2025|22:30|01"
    }


@pytest.mark.parametrize(
    ("mode", "text"), [("text", "<&>"), ("json", "<&>"), ("html", "&lt;&amp;&gt;"),
                       ("xml", "&lt;&amp;&gt;")],
)  # fmt: skip
def test_a_mode_escapes_or_does_not(store, mode, text):
    assert template_environment(store, mode).render("{{ x }}", {"x": "<&>"}) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 1234.5|money_format }}", "€1,234.50"),
        ("{{ '-0.005'|money_format }}", "-€0.01"),
        ("{{ '-0.004'|money_format }}", "€0.00"),
        ("{{ 500|money_format('JPY') }}", "¥500"),
        ("{{ 1.2345|money_format('KWD') }}", "KWD1.235"),
    ],
)
def test_money_is_written_in_the_stores_currency_or_the_one_named(source, text):
    assert template_environment(Store(currency="EUR")).render(source, {}) == text


@pytest.mark.parametrize(
    "source",
    ["{{ 1|money_format('<b>') }}", "{{ 1|money_format('eur') }}", "{{ 7|receipt_link(3) }}"],
)
def test_what_cannot_be_written_is_refused_with_its_place(store, source):
    with pytest.raises(TwigRuntimeError) as told:
        template_environment(store).render(source, {})

    assert (told.value.line, told.value.column > 0) == (1, True)


def test_an_unknown_mode_is_refused(store):
    with pytest.raises(TwigRuntimeError):
        template_environment(store, "pdf")
