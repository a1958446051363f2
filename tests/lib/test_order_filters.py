"""The hub's own filters."""

import base64
import re
from decimal import Decimal

import barcode
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderdesk.lib.barcodes import LINEAR, data_uri
from orderdesk.lib.order_filters import order_filters, pre_vat, vat_amount
from orderdesk.lib.twig import Environment, TwigError
from orderdesk.lib.twig.environment import CORE

ENVIRONMENT = Environment(
    autoescape="html",
    library=CORE.extended(
        filters=order_filters(
            money=lambda amount, currency: f"{currency or 'EUR'} {amount:.2f}",
            barcode=data_uri,
            receipt_url=lambda order, template: f"https://hub.example/receipts/{order}/{template}",
        )
    ),
)


def shown(source, **context):
    return ENVIRONMENT.render(source, context)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ '24.5'|money_format }}", "EUR 24.50"),
        ("{{ 24.5|money_format('USD') }}", "USD 24.50"),
        ("{{ null|money_format }}", "EUR 0.00"),
        ("{{ 120|vat_amount(20) }} {{ 120|pre_vat(20) }}", "20 100"),
        ("{{ '9.99'|vat_amount(19)|number_format(2) }}", "1.60"),
        ("{{ {id: 7}|receipt_link(3) }}", "https://hub.example/receipts/7/3"),
        ("{{ 7|receipt_link('3') }}", "https://hub.example/receipts/7/3"),
        ("{{ ''|barcode }}", ""),
    ],
)
def test_a_filter_prints_what_the_page_for_authors_says(source, text):
    assert shown(source) == text


def bars(uri):
    """The bars of a picture as the black and white modules that a scanner sees."""
    picture = base64.b64decode(uri.partition(",")[2]).decode()
    seen = ["0"] * int(re.findall(r'width="(\d+)"', picture)[0])
    path = re.findall(r' d="([^"]+)"', picture)
    for start, length in re.findall(r"M(\d+) 0h(\d+)v\d+H\1z", path[1]):
        seen[int(start) : int(start) + int(length)] = "1" * int(length)
    return "".join(seen)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("C128", "ABC-1"), ("C128", "#1042 a~"), ("C39", "ABC-1"), ("EAN13", "5901234123457")],
)
def test_a_barcode_is_a_picture_of_bars_with_white_around(kind, text):
    uri = shown(f"{{{{ '{text}'|barcode('{kind}', 3, 80) }}}}")
    modules = "".join(barcode.get(LINEAR[kind], text).build())

    assert uri.startswith("data:image/svg+xml;base64,")
    assert bars(uri)[::3] == f"{'0' * 10}{modules}{'0' * 10}"
    assert bars(uri)[2::3] == bars(uri)[::3]


def test_a_barcode_is_code_128_two_pixels_a_bar_if_nothing_is_said():
    assert shown("{{ 'ABC-1'|barcode }}") == shown("{{ 'ABC-1'|barcode('C128', 2, 80) }}")


def test_a_qr_code_is_a_picture_of_squares():
    assert shown("{{ 'ABC-1'|barcode('QR', 3)|raw }}").startswith("data:image/svg+xml")


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'é'|barcode }}",
        "{{ 'x'|barcode('EAN13') }}",
        "{{ 'x'|barcode('nope') }}",
        "{{ 'x'|barcode('C128', 0) }}",
        "{{ 'x'|barcode('C128', 2, 99999) }}",
        "{{ [1]|barcode }}",
        "{{ 'abc'|money_format }}",
        "{{ [1]|vat_amount(20) }}",
        "{{ 1|vat_amount(-100) }}",
        "{{ ('x'|split('')|join * 1)|vat_amount(1) }}",
        "{{ 1|vat_amount }}",
        "{{ x|barcode('QR') }}",
        "{{ '1e999'|money_format }}",
        "{{ 'NaN'|money_format }}",
    ],
)
def test_what_makes_no_sense_is_refused(source):
    with pytest.raises(TwigError):
        shown(source, x="y" * 5000)


@given(st.decimals(-(10**6), 10**6, places=2), st.sampled_from([0, 5, 7, 19, "20", 25.5]))
def test_vat_and_the_rest_add_up_to_the_amount(amount, rate):
    tax, rest = vat_amount(str(amount), rate), pre_vat(str(amount), rate)

    assert Decimal(str(tax)) + Decimal(str(rest)) == amount
