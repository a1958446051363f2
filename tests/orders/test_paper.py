"""Packing slips and receipts as people open them."""

import base64
import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse

from orderdesk.lib.twig import TwigRuntimeError
from orders.documents import NoneOfTheseOrders, render_together, template_environment
from orders.receipts import Receipt, receipt_at
from orders.services import delete_order
from orders.services.notes import add_note
from stores.scoping import entered
from tests.factories import make_address, make_item, make_order

MORNING = datetime(2026, 1, 1, 4, 30, tzinfo=UTC)


@pytest.fixture
def chicago(store):
    store.timezone, store.country, store.date_format = "America/Chicago", "US", "m/d/Y"
    store.save()
    return store


@pytest.fixture
def sold(chicago, by_alice):
    """An order with something in every corner."""
    order = make_order(
        chicago,
        source_id="#1042",
        placed_at=MORNING,
        currency="EUR",
        email="ada@example.com",
        shipping=make_address(first_name="Ada <b>", country="NO", address3="Dock 3"),
        customer=make_address(first_name="Charles", last_name="Babbage", phone="555-0100"),
        return_address={"name": "Returns desk", "city": "Oslo"},
        checkout_data={"Gift wrap": "blue <ribbon>"},
        items=(
            make_item(variations={"Size": "L"}),
            make_item(name="Tea", code="TEA-1", price=Decimal("4.5"), quantity=Decimal(1)),
        ),
        discounts=({"name": "Spring", "code": "S", "amount": "1.70"},),
        tax_total=Decimal("7.15"),
    )
    with entered(chicago):
        add_note(order=order, content="Do not show this", by=by_alice, now=MORNING)
    return order


def text_of(answer):
    """What a person reads on a page, one space between words."""
    body = re.sub(
        r"<(style|script|title).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S
    )
    return " ".join(unescape(body).split())


def slips(client, store, *orders):
    return client.get(
        reverse("orders:orders_print", args=[store.pk]), {"ids": ",".join(map(str, orders))}
    )


def opened(order, template="0"):
    """A receipt's page, opened by somebody nobody knows."""
    return Client().get(Receipt(order.store_id, order.pk, template).address)


# --- packing slips ------------------------------------------------------------------------------


def test_a_packing_slip_tells_what_goes_where(alice_client, chicago, sold):
    answer = alice_client.get(reverse("orders:order_print", args=[chicago.pk, sold.pk]))
    text = text_of(answer)

    for words in (
        "Packing slip #1042",
        "Date 12/31/2025",
        "Shipping Standard",
        "Gift wrap blue <ribbon>",
        "Ship to Ada <b> Byron 12 Mill Lane Dock 3 Springfield IL 62701 NO",
        "Return to Returns desk Oslo",
        "MUG-BLUE Blue mug Size: L 2",
        "TEA-1 Tea 1",
        "Pieces 3",
    ):
        assert words in text
    assert "Do not show this" not in text
    assert not re.search(r"[$€]|30|4\.5|1\.70|7\.15", text.replace("1042", ""))
    assert b'class="noprint"' in answer.content


def test_a_packing_slips_number_is_there_as_bars(alice_client, chicago, sold):
    page = alice_client.get(reverse("orders:order_print", args=[chicago.pk, sold.pk]))
    pictures = re.findall(
        rb'src="data:image/svg\+xml;base64,([^"]+)" alt="Barcode of #1042"', page.content
    )

    assert b"<svg" in base64.b64decode(pictures[0])


@pytest.mark.parametrize("number", ["№ 7", "x" * 41, "a\nb"])
def test_a_number_that_bars_cannot_write_is_printed_as_text_alone(alice_client, store, number):
    order = make_order(store, source_id=number)

    answer = alice_client.get(reverse("orders:order_print", args=[store.pk, order.pk]))

    assert answer.status_code == 200
    assert f"Order {' '.join(number.split())}" in text_of(answer)
    assert b"<img" not in answer.content


def test_slips_come_in_the_order_asked_for_each_on_a_page_of_its_own(alice_client, store):
    first, second, third = (make_order(store) for _ in range(3))

    answer = slips(alice_client, store, third.pk, first.pk, third.pk, second.pk)

    shown = re.findall(r"<h1>Packing slip (\S+)</h1>", answer.content.decode())
    assert shown == [third.source_id, first.source_id, second.source_id]
    assert answer.content.count(b'class="page-break"') == 2


def test_ticked_boxes_of_a_plain_form_are_read_too(alice_client, store):
    orders = [make_order(store) for _ in range(2)]

    answer = alice_client.get(
        reverse("orders:orders_print", args=[store.pk]), {"ids": [order.pk for order in orders]}
    )

    assert answer.content.count(b"<article") == 2


def test_what_is_not_here_is_left_out(alice_client, store, other_store, by_alice):
    here, gone, foreign = make_order(store), make_order(store), make_order(other_store)
    with entered(store):
        delete_order(order=gone, by=by_alice, now=MORNING)

    answer = slips(alice_client, store, gone.pk, foreign.pk, here.pk, 999_999_999, 10**30, "x", "")

    assert answer.content.count(b"<article") == 1
    assert here.source_id in text_of(answer)
    assert foreign.source_id not in text_of(answer)


def test_nothing_left_to_print_is_not_found(alice_client, store, other_store):
    foreign = make_order(other_store)

    assert slips(alice_client, store, foreign.pk).status_code == 404
    assert slips(alice_client, store).status_code == 404
    one = reverse("orders:order_print", args=[store.pk, foreign.pk])
    assert alice_client.get(one).status_code == 404


def test_fifty_orders_are_printed_at_once_and_no_more(alice_client, store):
    many = [make_order(store, source_id="#" + "9" * 39).pk for _ in range(50)]

    assert slips(alice_client, store, *many).content.count(b"<article") == 50
    refused = slips(alice_client, store, *many, 1)
    assert refused.status_code == 302
    assert [str(each) for each in get_messages(refused.wsgi_request)] == [
        "51 orders are picked; 50 can be printed at once."
    ]


def test_a_document_reads_its_orders_in_a_few_queries(store, django_assert_num_queries):
    placed = [make_order(store).pk for _ in range(4)]

    # Entering (a savepoint and the setting), orders, lines, shipments, e-mail counts, leaving.
    with django_assert_num_queries(8):
        render_together(store, "{{ orders|length }}", placed)


def test_a_document_over_many_orders_holds_them_all(store):
    placed = [make_order(store) for _ in range(3)]
    each = "{% for key, order in orders %}{{ key }}: {{ order.source_id }} {% endfor %}"
    source = each + "{{ store_name }}"

    assert render_together(store, source, [order.pk for order in placed], mode="text") == (
        "".join(f"{at}: {order.source_id} " for at, order in enumerate(placed)) + "Alice's shop"
    )
    with pytest.raises(NoneOfTheseOrders):
        render_together(store, source, [])
    with pytest.raises(TwigRuntimeError):
        render_together(store, "{{ 1 % 0 }}", [placed[0].pk])


# --- receipts -----------------------------------------------------------------------------------


def test_a_receipt_tells_what_was_bought_and_what_it_cost(sold):
    text = text_of(opened(sold))

    for words in (
        "Alice's shop Receipt #1042",
        "Date 12/31/2025",
        "E-mail ada@example.com",
        "Phone 555-0100",
        "Shipping Standard",
        "Gift wrap blue <ribbon>",
        "Invoice address Charles Babbage 12 Mill Lane Springfield IL 62701 Shipping",
        "Shipping address Ada <b> Byron 12 Mill Lane Dock 3 Springfield IL 62701 NO",
        "Blue mug MUG-BLUE Size: L €30.00 2 €60.00",
        "Tea TEA-1 €4.50 1 €4.50",
        "Items €64.50 Discount: Spring -€1.70 Shipping €5.00 Tax €7.15 Total €74.95",
    ):
        assert words in text
    assert "Do not show this" not in text
    assert "Handling" not in text


def test_tax_is_called_vat_where_it_is_vat(chicago, sold):
    chicago.country = "NO"
    chicago.save()
    text = text_of(opened(sold))

    assert "VAT €7.15" in text
    assert "62701 NO" not in text
    assert "Springfield IL 62701 US" in text


def test_a_receipt_is_nobody_elses_business(alice_client, sold):
    for client in (Client(), alice_client):
        answer = client.get(Receipt(sold.store_id, sold.pk).address)

        assert answer.status_code == 200
        assert answer.cookies == {}
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Cache-Control"] == "private, no-store"
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")
        assert b"Order hub" not in answer.content


def test_an_order_without_an_invoice_address_is_billed_where_it_goes(store):
    text = text_of(opened(make_order(store)))

    assert text.count("Ada Byron 12 Mill Lane Springfield IL 62701 US") == 2


def test_an_address_we_did_not_make_leads_nowhere(sold):
    token = Receipt(sold.store_id, sold.pk).address.rpartition("/")[2]
    data, _, signature = token.rpartition(":")
    forged = Signer(salt="something.else").sign_object([sold.store_id, sold.pk, "0"])

    for wrong in (data, f"{data}:", f"{data}x:{signature}", token[:-1], token + "x", forged, "x"):
        assert receipt_at(wrong) is None
        answer = Client().get(reverse("orders:receipt_view", args=[wrong]))
        assert (answer.status_code, answer.cookies) == (404, {})
        assert answer["Content-Type"].startswith("text/plain")


def test_a_receipt_of_what_is_gone_or_never_was_is_not_found(store, sold, other_store, by_alice):
    assert opened(sold).status_code == 200
    with entered(store):
        delete_order(order=sold, by=by_alice, now=MORNING)

    assert opened(sold).status_code == 404
    for store_id, order_id in ((store.pk, 10**9), (10**9, sold.pk), (other_store.pk, sold.pk)):
        assert Client().get(Receipt(store_id, order_id).address).status_code == 404


def test_a_receipt_is_only_read(sold):
    assert Client().post(Receipt(sold.store_id, sold.pk).address).status_code == 405


@pytest.mark.parametrize(
    "given", ["{{ order|receipt_link(0) }}", "{{ order.id|receipt_link('0') }}"]
)
def test_a_template_gives_the_address_of_its_orders_receipt(store, sold, settings, given):
    settings.BASE_URL = "https://hub.example"
    source = f"{{% for order in orders %}}{given}{{% endfor %}}"

    link = render_together(store, source, [sold.pk])

    assert link.startswith("https://hub.example/receipts/")
    assert "Receipt #1042" in text_of(Client().get(link.removeprefix("https://hub.example")))
    here = template_environment(store).render(given, {"order": {"id": str(sold.pk)}})
    assert here == link


def test_an_order_of_the_store_that_is_not_the_templates_own_has_a_receipt_too(store, sold):
    other = make_order(store)
    source = f"{{{{ {other.pk}|receipt_link(0) }}}}"

    assert render_together(store, source, [sold.pk]) == Receipt(store.pk, other.pk).address


@pytest.mark.parametrize("which", ["foreign", "gone", 10**30, -1, 0, "'x'", "null", "''"])
@pytest.mark.parametrize("isolated", [True, False])
def test_no_link_leads_to_an_order_that_is_not_here(
    store, other_store, sold, by_alice, which, isolated
):
    gone = make_order(store)
    with entered(store):
        delete_order(order=gone, by=by_alice, now=MORNING)
    order_id = {"foreign": make_order(other_store).pk, "gone": gone.pk}.get(which, which)
    source = f"{{{{ {order_id}|receipt_link(0) }}}}"

    render = (
        partial(render_together, store, source, [sold.pk])
        if isolated
        else partial(template_environment(store).render, source, {})
    )

    with pytest.raises(TwigRuntimeError, match="There is no order") as told:
        render()

    assert (told.value.line, told.value.column > 0) == (1, True)


def test_a_receipt_template_that_is_not_there_is_named(store, sold):
    with pytest.raises(TwigRuntimeError, match='no receipt template "7"'):
        render_together(store, "{{ orders[0]|receipt_link(7) }}", [sold.pk])


@pytest.mark.parametrize("name", ["document_style", "document_script"])
def test_what_documents_link_is_there(name):
    answer = Client().get(reverse(f"orders:{name}"))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/static/")
