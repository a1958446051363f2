"""Counts become levels, each change a line of the ledger; a bad one stops no other."""

import pytest
from django.utils import timezone

from inventory.counts import LARGEST_COUNT
from inventory.models import InventoryItem, StockChange
from inventory.services import Received, receive_counts

pytestmark = pytest.mark.django_db


def count(store, levels):
    return receive_counts(store=store, levels=levels, source="Unleashed", now=timezone.now())


def levels_of(store):
    return dict(InventoryItem.objects.for_store(store).values_list("code", "stock"))


def test_counts_become_levels_and_the_ledger_adds_up(inside):
    assert count(inside, {"MUG": (7, "Mug"), "ROPE": (0, "")}) == Received(new=2, changed=0)
    assert count(inside, {"MUG": (4, "Mug"), "ROPE": (0, "")}) == Received(new=0, changed=1)

    assert levels_of(inside) == {"MUG": 4, "ROPE": 0}
    changes = StockChange.objects.for_store(inside).filter(item__code="MUG").order_by("pk")
    assert list(changes.values_list("delta", "level")) == [(7, 7), (-3, 4)]


@pytest.mark.parametrize(
    ("code", "quantity", "name", "reason"),
    [
        ("BIG", LARGEST_COUNT + 1, "", "BIG: 1,000,000,001 pieces are more than can be counted."),
        ("LOW", -LARGEST_COUNT - 1, "", "LOW: -1,000,000,001 pieces are more than can be counted."),
        ("C" * 121, 1, "", f"{'C' * 40}…: the code has 121 characters; at most 120 fit."),
        ("LONG", 1, "n" * 501, "LONG: the name has 501 characters; at most 500 fit."),
        ("", 1, "Nameless", "An item without a code cannot be counted."),
        ("NUL\x00", 1, "", "NUL�: it holds characters that cannot be stored."),
        ("HALF", 1, "\ud800", "HALF: it holds characters that cannot be stored."),
    ],
)
def test_one_bad_count_is_skipped_with_a_reason_and_stops_no_other(
    inside, code, quantity, name, reason
):
    received = count(inside, {code: (quantity, name), "MUG": (7, "Mug")})

    assert received == Received(new=1, changed=0, skipped=(reason,))
    assert levels_of(inside) == {"MUG": 7}


def test_the_longest_way_between_two_counts_fits_the_ledger(inside):
    count(inside, {"MUG": (LARGEST_COUNT, "Mug")})

    assert count(inside, {"MUG": (-LARGEST_COUNT, "Mug")}).changed == 1

    assert levels_of(inside) == {"MUG": -LARGEST_COUNT}
