"""The sections of the order page as forms: one class each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils.datastructures import MultiValueDict

from orderdesk.lib.money import ZERO
from orders.forms.pairs import Pairs
from orders.merging import comparable
from orders.models import CUSTOMER_PARTS, SHIPPING_PARTS, Order
from orders.services.addresses import change_address, change_return_address
from orders.services.data import change_data
from orders.services.details import change_details, change_discounts
from orders.services.events import By
from orders.shapes import RETURN_PARTS

PAYMENT_STATUSES = (
    "Approved",
    "Authorized",
    "Captured",
    "Fully Refunded",
    "Partially Refunded",
    "Pending",
    "Rejected",
    "Voided",
)
LABELS = {
    "address1": "Street",
    "address2": "Street, line 2",
    "address3": "Street, line 3",
    "address4": "Street, line 4",
    "state": "State or province",
    "postal_code": "Postal code",
    "first_name": "First name",
    "last_name": "Last name",
}
EARLIEST, LATEST = 1970, 2200
Posted = MultiValueDict[str, str]


def label_of(part: str) -> str:
    """Call a part of an address as people do."""
    return LABELS.get(part, part.replace("_", " ").capitalize())


def text_of(name: str, label: str = "", **options: Any) -> forms.CharField:
    """Make a field for a text column of the order, as long as the column is."""
    column: Any = Order._meta.get_field(name)
    words = label or label_of(name)
    return forms.CharField(
        **{"label": words, "max_length": column.max_length, "required": False, **options}
    )


def amount_of(label: str, **options: Any) -> forms.DecimalField:
    """Make a field for an amount of money."""
    usual = {"required": False, "max_digits": 14, "decimal_places": 4, "min_value": 0}
    field = forms.DecimalField(**{"label": label, **usual, **options})
    field.widget.attrs["step"] = "any"
    return field


def dropped_in(data: Mapping[str, Any] | None) -> set[str]:
    """Give the fields of which a page of clashes says: keep theirs."""
    picks = [name for name in data or () if name.startswith("pick-")]
    return {name.removeprefix("pick-") for name in picks if data and data[name] == "theirs"}


class SectionForm(forms.Form):
    """A part of an order as a form. It is the model's columns by their names, unless said else.

    `seen` goes with the form, so that a later save can tell what somebody else changed meanwhile.
    """

    title: ClassVar[str]
    anchor: ClassVar[str]
    # Rows of names and values the section has beside its fields.
    pairs: Pairs | None = None
    rows_of: ClassVar[str] = ""
    # What a warehouse reads is not changed while a worker sends it there.
    waits_for_sending: ClassVar[bool] = True

    def __init__(self, data: Posted | None = None, *, order: Order, zone: str = "UTC") -> None:
        self.order, self.zone = order, ZoneInfo(zone)
        # Of these somebody chose to keep what another person wrote; see the page of a clash.
        self.dropped = dropped_in(data)
        super().__init__(data, initial=self.present(), auto_id=f"{self.anchor}_%s")

    def present(self) -> dict[str, Any]:
        """Give what the order says now, by the names of the fields."""
        return {name: getattr(self.order, name) for name in self.base_fields}

    def seen(self) -> dict[str, Any]:
        """Give what the order says now, as a form can carry it."""
        return {name: comparable(value) for name, value in self.present().items()}

    def wanted(self) -> dict[str, Any]:
        """Give what the valid form asks for; a field that was not sent is not asked for."""
        asked = set(self.data) - self.dropped
        return {name: value for name, value in self.cleaned_data.items() if name in asked}

    def save(self, *, by: By, now: datetime, based_on: Mapping[str, Any] | None) -> bool:
        """Save what the valid form asks for and tell whether anything changed."""
        raise NotImplementedError


class DetailsForm(SectionForm):
    """How the order ships, and who and what it is about."""

    title, anchor = "Details", "details"

    shipping_method = text_of("shipping_method")
    email = text_of("email", "E-mail")
    added_at = forms.DateTimeField(
        label="Date",
        widget=forms.DateTimeInput(
            format="%Y-%m-%dT%H:%M:%S", attrs={"type": "datetime-local", "step": "1"}
        ),
    )
    customer_id = text_of("customer_id", "Customer ID")
    ip_address = text_of("ip_address", "IP address")
    fulfillment_name = text_of("fulfillment_name", "Fulfilled by")
    fulfillment_id = text_of("fulfillment_id", "Number there")

    def __init__(self, data: Posted | None = None, *, order: Order, zone: str = "UTC") -> None:
        super().__init__(data, order=order, zone=zone)
        here = order.added_at.astimezone(self.zone)
        self.initial["added_at"] = here.replace(tzinfo=None, microsecond=0)

    def clean_added_at(self) -> datetime:
        value: datetime = self.cleaned_data["added_at"]
        if not EARLIEST <= value.year <= LATEST:
            raise forms.ValidationError(f"The year must be {EARLIEST} to {LATEST}.")
        return value.replace(tzinfo=self.zone).astimezone(UTC)

    def save(self, *, by: By, now: datetime, based_on: Mapping[str, Any] | None) -> bool:
        return change_details(
            order=self.order, values=self.wanted(), by=by, now=now, based_on=based_on
        )


class PaymentForm(SectionForm):
    """What the order costs beside its items, and how it is paid."""

    title, anchor = "Payment", "payment"

    shipping_total = amount_of("Shipping")
    handling_total = amount_of("Handling")
    tax_total = amount_of("Tax")
    refund_total = amount_of("Refunded")
    payment_type = text_of("payment_type", "Paid with")
    payment_status = forms.ChoiceField(label="Payment", required=False)
    cc_exp = text_of("cc_exp", "Card runs out", help_text="As in 12/2028.")
    processor_response = text_of("processor_response", "Answer of the processor")
    processor_balance = amount_of("Balance at the processor", min_value=None)

    def __init__(self, data: Posted | None = None, *, order: Order, zone: str = "UTC") -> None:
        super().__init__(data, order=order, zone=zone)
        present = [order.payment_status] if order.payment_status else []
        names = dict.fromkeys(["", *PAYMENT_STATUSES, *present])
        self.fields["payment_status"].choices = [  # type: ignore[attr-defined]
            (name, name or "Not said") for name in names
        ]

    def clean(self) -> dict[str, Any]:
        # An amount left empty is none.
        return {name: ZERO if value is None else value for name, value in self.cleaned_data.items()}

    def save(self, *, by: By, now: datetime, based_on: Mapping[str, Any] | None) -> bool:
        return change_details(
            order=self.order, values=self.wanted(), by=by, now=now, based_on=based_on
        )


class PartsForm(SectionForm):
    """An address; its fields are the parts of it."""

    parts: ClassVar[tuple[str, ...]]

    def __init__(self, data: Posted | None = None, *, order: Order, zone: str = "UTC") -> None:
        super().__init__(data, order=order, zone=zone)
        for part in self.parts:
            self.fields[part] = self.field_for(part)

    def field_for(self, part: str) -> forms.Field:
        """Make the field of one part."""
        return forms.CharField(label=label_of(part), max_length=250, required=False)


class AddressForm(PartsForm):
    """One of the order's two addresses."""

    whose: ClassVar[str]

    def field_for(self, part: str) -> forms.Field:
        return text_of(f"{self.whose}_{part}", label_of(part))

    def present(self) -> dict[str, Any]:
        return {part: getattr(self.order, f"{self.whose}_{part}") for part in self.parts}

    def save(self, *, by: By, now: datetime, based_on: Mapping[str, Any] | None) -> bool:
        return change_address(
            order=self.order,
            whose=self.whose,
            values=self.wanted(),
            by=by,
            now=now,
            based_on=based_on,
        )


class ShippingForm(AddressForm):
    """Where the parcel goes."""

    title, anchor, whose, parts = "Ship to", "ship-to", "shipping", SHIPPING_PARTS


class CustomerForm(AddressForm):
    """Who pays."""

    title, anchor, whose, parts = "Bill to", "bill-to", "customer", CUSTOMER_PARTS
    waits_for_sending = False


class ReturnForm(PartsForm):
    """Where a parcel comes back to."""

    title, anchor, parts = "Return address", "return-address", RETURN_PARTS

    def present(self) -> dict[str, Any]:
        return {part: self.order.return_address.get(part, "") for part in self.parts}

    def save(self, *, by: By, now: datetime, based_on: Mapping[str, Any] | None) -> bool:
        return change_return_address(
            order=self.order, values=self.wanted(), by=by, now=now, based_on=based_on
        )


class DataForm(SectionForm):
    """Names and values, as many as somebody wants; `column` of the order keeps them."""

    column: ClassVar[str]
    waits_for_sending = False

    def __init__(self, data: Posted | None = None, *, order: Order, zone: str = "UTC") -> None:
        super().__init__(data, order=order, zone=zone)
        shown = Pairs.of("data", self.present())
        self.pairs = shown if data is None else Pairs.posted("data", data)

    def present(self) -> dict[str, Any]:
        return dict(getattr(self.order, self.column))

    def clean(self) -> dict[str, Any]:
        assert self.pairs is not None  # noqa: S101 - made with the form
        for problem in self.pairs.problems():
            self.add_error(None, problem)
        return self.cleaned_data

    def save(self, *, by: By, now: datetime, based_on: Mapping[str, Any] | None) -> bool:
        assert self.pairs is not None  # noqa: S101 - made with the form
        here: dict[str, str | None] = dict(self.pairs.values())
        # What was shown and is no row any more was taken away.
        shown = self.present() if based_on is None else based_on
        gone: dict[str, str | None] = {name: None for name in shown if name not in here}
        return change_data(
            order=self.order,
            column=self.column,
            values={
                name: value for name, value in {**here, **gone}.items() if name not in self.dropped
            },
            by=by,
            now=now,
            based_on=based_on,
        )


class CheckoutDataForm(DataForm):
    """What people read and set."""

    title, anchor, column = "Checkout data", "checkout-data", "checkout_data"


class MetadataForm(DataForm):
    """What only machines read."""

    title, anchor, column = "Metadata", "metadata", "order_metadata"


class DiscountsForm(SectionForm):
    """What is taken off the price."""

    title, anchor, rows_of = "Discounts", "payment", "discounts"
    PARTS: ClassVar = ("name", "code", "amount")

    def __init__(self, data: Posted | None = None, *, order: Order, zone: str = "UTC") -> None:
        super().__init__(data, order=order, zone=zone)
        self.rows = order.discount_list if data is None else self._posted(data)

    def _posted(self, data: Posted) -> list[dict[str, str]]:
        columns = [data.getlist(f"discount_{part}") for part in self.PARTS]
        rows = [dict(zip(self.PARTS, row, strict=True)) for row in zip(*columns, strict=False)]
        return [{part: value.strip() for part, value in row.items()} for row in rows]

    @property
    def shown(self) -> list[dict[str, str]]:
        """Give the rows to show, blank ones among them."""
        blank = dict.fromkeys(self.PARTS, "")
        return [*({**blank, **row} for row in self.rows), blank, blank]

    def present(self) -> dict[str, Any]:
        return {"discount_list": self.order.discount_list}

    def save(self, *, by: By, now: datetime, based_on: Mapping[str, Any] | None) -> bool:
        if "discount_list" in self.dropped:
            return False
        filled = [row for row in self.rows if any(row.values())]
        return change_discounts(
            order=self.order, discounts=filled, by=by, now=now, based_on=based_on
        )


SECTIONS: dict[str, type[SectionForm]] = {
    "details": DetailsForm,
    "payment": PaymentForm,
    "discounts": DiscountsForm,
    "ship-to": ShippingForm,
    "bill-to": CustomerForm,
    "return-address": ReturnForm,
    "checkout-data": CheckoutDataForm,
    "metadata": MetadataForm,
}
