"""Printing the packing slips of many orders."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from orders.bulk.actions import BulkAction, Outcome
from orders.models import BulkJob, Order
from orders.services import By

# As many as the page of packing slips takes.
SLIPS_A_PAGE = 50


class PrintSlips(BulkAction):
    """Leads to packing slips: to the page of a few, or to several pages of many.

    Nothing is kept but which orders: a slip shows the order as it is when it is printed.
    """

    key = "print"
    label = "Print packing slips"
    verb = "Print"
    icon = "printer"
    done_word = "ready to print"
    needs = ""
    changes = False
    columns = ("store", "version")
    most = 5000
    chunk = 1000

    def leads_to(self, job: BulkJob, order_ids: list[int]) -> str:
        if not order_ids:
            return ""
        ids = ",".join(map(str, order_ids))
        return f"{reverse('orders:orders_print', args=[job.store_id])}?ids={ids}"

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        return {order.pk: Outcome() for order in orders}
