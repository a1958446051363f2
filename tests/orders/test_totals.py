"""Sums are exact: the parts add up to the whole, to the cent, in every currency."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from orderdesk.lib.money import rounded, smallest_unit
from orders.totals import line_total, totals


@dataclass(frozen=True)
class Line:
    price: Decimal
    quantity: Decimal
    weight: Decimal = Decimal(0)


amounts = st.decimals(min_value=0, max_value=99999, places=2)
quantities = st.decimals(min_value=0, max_value=1000, places=1)
lines = st.lists(st.builds(Line, price=amounts, quantity=quantities), max_size=20)
currencies = st.sampled_from(["USD", "JPY", "KWD", "EUR"])


def test_an_order_sums_products_less_discounts_plus_charges():
    sums = totals(
        [Line(Decimal("10.00"), Decimal(2), Decimal("0.5")), Line(Decimal("3.33"), Decimal(1))],
        currency="USD",
        discounts=[{"name": "Spring", "code": "S", "amount": "1.70"}],
        charges=[Decimal("5.00"), Decimal("0.80")],
    )

    assert sums.product_total == Decimal("23.33")
    assert sums.discount_total == Decimal("1.70")
    assert sums.order_total == Decimal("27.43")
    assert sums.quantity_total == 3
    assert sums.weight_total == Decimal("1.0")


def test_yen_have_no_cents_and_dinars_have_three_places():
    assert rounded(Decimal("10.5"), "JPY") == 11
    assert smallest_unit("KWD") == Decimal("0.001")


def test_a_discount_never_makes_an_order_negative():
    sums = totals([Line(Decimal(5), Decimal(1))], currency="USD", discounts=[{"amount": "9"}])

    assert sums.order_total == 0


@given(lines, currencies)
def test_the_lines_add_up_to_the_product_total(rows, currency):
    sums = totals(rows, currency=currency)

    assert sums.product_total == sum((line_total(row, currency) for row in rows), Decimal(0))


@given(lines, st.lists(amounts, max_size=3), st.lists(amounts, max_size=3), currencies)
def test_the_grand_total_is_always_whole_in_the_smallest_unit(rows, charges, off, currency):
    sums = totals(
        rows, currency=currency, charges=charges, discounts=[{"amount": str(each)} for each in off]
    )

    assert sums.order_total >= 0
    assert sums.order_total == rounded(sums.order_total, currency)
