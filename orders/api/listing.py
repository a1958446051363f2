"""Which orders a list shows: the contract's query parameters and what they mean."""

from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework import serializers
from rest_framework.fields import empty

from orders.api.fields import moment
from orders.api.paging import PageQuery, Sort
from orders.models import CUSTOMER_PARTS, SHIPPING_PARTS, OrderQuerySet

# The contract's field names where the columns are called otherwise.
_COLUMNS = {
    "date_added": "added_at",
    "date_updated": "updated_at",
    "id": "pk",
    "cc_number_masked": "cc_last4",
}
_SORTABLE = (
    "date_added",
    "date_updated",
    "id",
    "source_id",
    "source_name",
    "email",
    "shipping_method",
    "quantity_total",
    "weight_total",
    "product_total",
    "shipping_total",
    "handling_total",
    "tax_total",
    "discount_total",
    "order_total",
    "cc_number_masked",
    "cc_exp",
    "processor_response",
    "payment_type",
    "payment_status",
    "processor_balance",
    "refund_total",
    "customer_id",
    "ip_address",
    "tag_color",
    "tag_name",
    "fulfillment_name",
    "fulfillment_id",
    "folder_id",
    *(f"shipping_{part}" for part in SHIPPING_PARTS),
    *(f"customer_{part}" for part in CUSTOMER_PARTS),
)
_EXACT = (
    "source_id",
    "source_name",
    "email",
    "customer_id",
    "customer_first_name",
    "customer_last_name",
    "customer_company",
    "customer_phone",
    "shipping_first_name",
    "shipping_last_name",
    "shipping_company",
    "shipping_phone",
)
# Parameter, column, comparison, whether it counts in the store's own time zone.
_RANGES = (
    ("search_start_date", "added_at", "gte", False),
    ("search_end_date", "added_at", "lt", False),
    ("search_start_date_local", "added_at", "gte", True),
    ("search_end_date_local", "added_at", "lt", True),
    ("modified_start_date", "updated_at", "gte", False),
    ("modified_end_date", "updated_at", "lt", False),
)
_UTC = "UTC, inclusive; YYYY-MM-DD, YYYY-MM-DD HH:MM:SS or ISO 8601. A date alone is its midnight."
_LOCAL = "As without _local, but in the store's time zone."


class OrderQuery(PageQuery):
    """The parameters of a list of orders; an empty one counts as absent, others are ignored."""

    search_start_date = serializers.CharField(required=False, allow_blank=True, help_text=_UTC)
    search_end_date = serializers.CharField(required=False, allow_blank=True, help_text=_UTC)
    search_start_date_local = serializers.CharField(
        required=False, allow_blank=True, help_text=_LOCAL
    )
    search_end_date_local = serializers.CharField(
        required=False, allow_blank=True, help_text=_LOCAL
    )
    modified_start_date = serializers.CharField(required=False, allow_blank=True, help_text=_UTC)
    modified_end_date = serializers.CharField(required=False, allow_blank=True, help_text=_UTC)
    order_by = serializers.ChoiceField(_SORTABLE, required=False, default="date_added")
    order = serializers.ChoiceField(["asc", "desc"], required=False, default="desc")
    folder_id = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="One folder's id, or several with commas between them.",
    )
    folder_name = serializers.CharField(
        required=False, allow_blank=True, help_text="The exact name."
    )
    source_id = serializers.CharField(required=False, allow_blank=True)
    source_name = serializers.CharField(required=False, allow_blank=True)
    email = serializers.CharField(required=False, allow_blank=True)
    customer_id = serializers.CharField(required=False, allow_blank=True)
    customer_first_name = serializers.CharField(required=False, allow_blank=True)
    customer_last_name = serializers.CharField(required=False, allow_blank=True)
    customer_company = serializers.CharField(required=False, allow_blank=True)
    customer_phone = serializers.CharField(required=False, allow_blank=True)
    shipping_first_name = serializers.CharField(required=False, allow_blank=True)
    shipping_last_name = serializers.CharField(required=False, allow_blank=True)
    shipping_company = serializers.CharField(required=False, allow_blank=True)
    shipping_phone = serializers.CharField(required=False, allow_blank=True)
    get_order_history = serializers.BooleanField(
        required=False, default=False, help_text="Adds order_history to each order."
    )

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(order := data.get("order"), str):
            data = {**data.dict(), "order": order.lower()}
        return super().run_validation(data)

    def validate_folder_id(self, value: str) -> list[int]:
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise serializers.ValidationError(
                "must be a folder's id, or several with commas between them."
            )
        # Beyond what an id can be there is no folder either.
        return [int(part) for part in parts if len(part) <= 18]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        complaints = {}
        for name, _, comparison, is_local in _RANGES:
            if name not in attrs:
                continue
            zone = ZoneInfo(self.context["store"].timezone if is_local else "UTC")
            try:
                attrs[name] = bound(attrs[name], zone, is_end=comparison == "lt")
            except ValueError:
                complaints[name] = "must be a date that exists, as YYYY-MM-DD HH:MM:SS."
        if complaints:
            raise serializers.ValidationError(complaints)
        return attrs


def bound(text: str, zone: tzinfo, *, is_end: bool) -> datetime:
    """Read one end of a range; dates are shown to the second, so an end takes in its whole second.

    Raises:
        ValueError: if it is no date.
    """
    second = moment(text, zone).replace(microsecond=0)
    try:
        return second + timedelta(seconds=1 if is_end else 0)
    except OverflowError:
        # The last second there is, which some clients state for no end at all.
        return second


def listed(orders: OrderQuerySet, query: dict[str, Any]) -> OrderQuerySet:
    """Give the orders a validated query asks for, not yet sorted and cut to a page."""
    wanted: dict[str, Any] = {name: query[name] for name in _EXACT if name in query}
    if "folder_id" in query:
        wanted["folder_id__in"] = query["folder_id"]
    if "folder_name" in query:
        wanted["folder__name"] = query["folder_name"]
    rows = orders.filter(**wanted)
    for name, column, comparison, _ in _RANGES:
        if name in query:
            rows = rows.filter(**{f"{column}__{comparison}": query[name]})
    return rows


def asks_for_whole_folders(query: dict[str, Any]) -> bool:
    """Tell whether nothing but folders chooses the orders, so that their counts are known."""
    return not any(name in query for name in (*_EXACT, *(name for name, *_ in _RANGES)))


def sort_of(query: dict[str, Any]) -> Sort:
    """Give the order of the list a validated query asks for."""
    by = query["order_by"]
    return Sort(_COLUMNS.get(by, by), is_descending=query["order"] == "desc")
