from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderdesk.lib.money import smallest_unit
from orders.groupings import ByValue, Known, groups
from orders.models import Order, OrderItem
from orders.parts import CHARGES, PAYMENTS, Piece, parts_of, rest_of
from orders.shares import settled, share, share_rows, weights_of
from orders.totals import discount_total, totals

QUICK = settings(max_examples=60, deadline=None)
currencies = st.sampled_from(["USD", "JPY", "KWD"])


def amounts(most: str = "99999") -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=0, max_value=Decimal(most), places=4)


weights = st.lists(amounts(), min_size=1, max_size=6).filter(any)


@QUICK
@given(amounts(), weights, currencies, st.booleans())
def test_parts_add_up_exactly_and_none_is_further_from_its_share_than_a_unit(
    amount, weights, currency, negative
):
    amount = -amount if negative else amount
    parts = share(amount, weights, currency)

    assert sum(parts) == amount
    assert all(part * amount >= 0 for part in parts)
    for part, weight in zip(parts, weights, strict=True):
        # What is finer than the unit goes to one part as a whole.
        exact = amount * weight / sum(weights)
        assert abs(part - exact) < 2 * smallest_unit(currency)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("10.00", "USD", ["3.34", "3.33", "3.33"]),
        ("10", "JPY", ["4", "3", "3"]),
        ("1.000", "KWD", ["0.334", "0.333", "0.333"]),
        ("0.01", "USD", ["0.01", "0", "0"]),
    ],
)
def test_the_first_of_equals_gets_what_is_left_over(amount, currency, expected):
    parts = share(Decimal(amount), [Decimal(1)] * 3, currency)

    assert parts == [Decimal(each) for each in expected]


def test_goods_that_cost_nothing_are_weighed_by_pieces_and_else_equally():
    free = [Decimal(0), Decimal(0)]

    assert weights_of(free, [Decimal(3), Decimal(1)]) == [3, 1]
    assert weights_of(free, free) == [1, 1]


@QUICK
@given(st.lists(amounts("500"), max_size=4), weights, currencies)
def test_every_discount_is_shared_by_itself_and_keeps_its_name(given_, weights, currency):
    rows = [{"name": f"Offer {place}", "code": "", "amount": str(each)}
            for place, each in enumerate(given_)]  # fmt: skip
    parts = share_rows(rows, weights, currency)

    for row in rows:
        named = [one for part in parts for one in part if one["name"] == row["name"]]
        assert sum(Decimal(one["amount"]) for one in named) == Decimal(row["amount"])


@QUICK
@given(st.lists(amounts("50"), min_size=1, max_size=5), amounts("50"))
def test_settling_reaches_the_total_and_leaves_no_part_below_zero(parts, total):
    kept = settled(parts, total)

    assert sum(kept) == total
    assert min(kept) >= 0


# --- orders -------------------------------------------------------------------------------------

prices = st.decimals(min_value=0, max_value=200, places=3)
quantities = st.one_of(
    st.integers(min_value=1, max_value=9).map(Decimal),
    st.decimals(min_value=Decimal("0.25"), max_value=4, places=2),
)


@st.composite
def sold(draw):
    """An order with its lines, in any currency, with every kind of amount."""
    currency = draw(currencies)
    items = [
        OrderItem(pk=place + 1, position=place, name=f"Item {place}", code=f"C{place}",
                  price=draw(prices), quantity=draw(quantities), weight=draw(quantities))
        for place in range(draw(st.integers(min_value=1, max_value=5)))
    ]  # fmt: skip
    rows = [
        {"name": f"Offer {place}", "code": "", "amount": str(draw(amounts("300")))}
        for place in range(draw(st.integers(min_value=0, max_value=2)))
    ]
    charges = {name: draw(amounts("40")) for name in CHARGES}
    sums = totals(items, currency=currency, discounts=rows, charges=charges.values())
    order = Order(
        currency=currency,
        discount_list=rows,
        product_total=sums.product_total,
        discount_total=sums.discount_total,
        # Some sources state a total of their own.
        order_total=draw(st.sampled_from([sums.order_total, Decimal("7.5")])),
        **charges,
        **{name: draw(amounts("90")) for name in PAYMENTS},
    )
    return order, items


@st.composite
def taken_out(draw, items):
    """Pieces that go, of each line none, some or all."""
    pieces = []
    for item in items:
        share_ = draw(st.sampled_from([0, Decimal("0.5"), 1]))
        if share_:
            pieces.append(Piece(item, (item.quantity * share_).quantize(Decimal("0.0001"))))
    return pieces


@QUICK
@given(st.data(), st.booleans())
def test_nothing_is_created_or_lost_when_an_order_is_split(data, keep_extras):
    order, items = data.draw(sold())
    gone = data.draw(taken_out(items))
    parts = parts_of(order, [rest_of(items, [gone]), gone], keep_extras=keep_extras)

    shared = ("product_total", "discount_total", "order_total", *CHARGES, *PAYMENTS)
    for name in shared:
        assert sum(part.amounts[name] for part in parts) == getattr(order, name), name
        assert all(part.amounts[name] >= 0 for part in parts), name
    pieces = [piece for part in parts for piece in part.pieces]
    for item in items:
        assert sum(each.quantity for each in pieces if each.item is item) == item.quantity
    rows = [row for part in parts for row in part.amounts["discount_list"]]
    assert discount_total(rows) == discount_total(order.discount_list)
    if not keep_extras:
        assert all(parts[1].amounts[name] == 0 for name in (*CHARGES, *PAYMENTS))


@QUICK
@given(sold(), st.integers(min_value=1, max_value=4))
def test_orders_of_so_many_pieces_hold_all_there_is_and_no_more_each(sold, size):
    _, items = sold
    found = groups(items, ByValue("quantity", size=Decimal(size)), Known())
    every = [rest_of(items, found), *found]

    assert all(0 < sum(piece.quantity for piece in each) <= size for each in every)
    for item in items:
        held = [piece.quantity for each in every for piece in each if piece.item is item]
        assert sum(held) == item.quantity
