"""An order somebody writes down, as a form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from orderdesk.lib.money import ZERO
from orders.addresses import Pasted
from orders.drafts import Address, ItemDraft, OrderDraft
from orders.forms.edit import EARLIEST, LATEST, PAYMENT_STATUSES, amount_of, label_of, text_of
from orders.forms.pairs import Pairs
from orders.models import CUSTOMER_PARTS, SHIPPING_PARTS, Folder

BLANK_ITEMS = 3
ITEMS_ALLOWED = 200
COLUMNS = ("code", "name", "quantity", "price", "weight", "variations")
AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 4}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line as it was typed; `variations` are "Color: red; Size: L"."""

    place: int
    code: str = ""
    name: str = ""
    quantity: str = ""
    price: str = ""
    weight: str = ""
    variations: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in it; a quantity alone is nothing, either."""
        return not self.stated - {"quantity"}

    @property
    def stated(self) -> set[str]:
        """Name what was typed, as an `ItemDraft` calls it."""
        return {name for name in COLUMNS if getattr(self, name)}


class AddOrderForm(forms.Form):
    """Addresses, items, charges and the rest of a new order."""

    paste = forms.CharField(
        label="Paste an address",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="It is read into the fields below. Look at them before you add the order.",
    )
    email = text_of("email", "E-mail")
    bill_to_other = forms.BooleanField(label="Bill to another address", required=False)
    shipping_method = text_of("shipping_method")
    placed_at = forms.DateTimeField(
        label="Date",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="Now where it is left empty.",
    )
    folder = forms.ModelChoiceField(
        label="Folder", queryset=Folder.across_stores.none(), required=False, empty_label=None
    )
    source_name = text_of("source_name", "Source", initial="Order Desk")
    source_id = text_of(
        "source_id", "Number", help_text="Left empty the hub gives the next one of its own."
    )
    shipping_total = amount_of("Shipping")
    handling_total = amount_of("Handling")
    tax_total = amount_of("Tax")
    payment_type = text_of("payment_type", "Paid with")
    payment_status = forms.ChoiceField(
        label="Payment",
        required=False,
        choices=[("", "Not said"), *((name, name) for name in PAYMENT_STATUSES)],
    )
    note = forms.CharField(
        label="Note", required=False, max_length=1800, widget=forms.Textarea(attrs={"rows": 2})
    )

    # By which the same form, sent twice, is known again.
    once = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self,
        data: MultiValueDict[str, str] | None = None,
        *,
        folders: Any,
        zone: str,
        checkout_fields: Mapping[str, str],
    ) -> None:
        begun = {"folder": folders.first(), "once": str(uuid4())}
        super().__init__(data, auto_id="add_%s", initial=begun)
        self.zone = ZoneInfo(zone)
        for whose, parts in (("shipping", SHIPPING_PARTS), ("customer", CUSTOMER_PARTS)):
            for part in parts:
                self.fields[f"{whose}_{part}"] = text_of(f"{whose}_{part}", label_of(part))
        self.fields["folder"].queryset = folders  # type: ignore[attr-defined]
        self.item_rows = _rows(data) if data is not None else _blank([], BLANK_ITEMS)
        shown = Pairs.of("data", checkout_fields)
        self.pairs = shown if data is None else Pairs.posted("data", data)

    def bound_of(self, whose: str) -> list[forms.BoundField]:
        """Give the fields of one of the addresses."""
        return [
            self[name] for name in self.fields if name.startswith(f"{whose}_") and name in _ADDRESS
        ]

    def with_more_items(self) -> None:
        """Show more blank lines, for who needs them and has no script."""
        self.item_rows = _blank(self.item_rows, BLANK_ITEMS)

    def complain_of_nothing(self) -> None:
        """Show what was typed without checking it yet."""
        self._errors = ErrorDict()

    def clean_placed_at(self) -> datetime | None:
        value: datetime | None = self.cleaned_data["placed_at"]
        if value is None:
            return None
        if not EARLIEST <= value.year <= LATEST:
            raise forms.ValidationError(f"The year must be {EARLIEST} to {LATEST}.")
        return value.replace(tzinfo=self.zone).astimezone(UTC)

    def clean(self) -> dict[str, Any]:
        for problem in self.pairs.problems():
            self.add_error(None, problem)
        typed = sum(not row.is_blank for row in self.item_rows)
        if typed > ITEMS_ALLOWED:
            self.add_error(
                None,
                f"{typed:,} items are typed; {ITEMS_ALLOWED} fit into an order when it is added. "
                f"Add the others on the order's page.",
            )
        self.lines = [line for row in self.item_rows if (line := self._line(row))]
        return self.cleaned_data

    def _line(self, row: ItemRow) -> ItemDraft | None:
        if row.is_blank:
            return None
        amounts: dict[str, Any] = {
            "quantity": self._amount(row, "quantity", Decimal(1), least=0),
            "price": self._amount(row, "price", ZERO),
            "weight": self._amount(row, "weight", ZERO, least=0),
        }
        pairs = (piece.partition(":") for piece in row.variations.split(";") if piece.strip())
        variations = {name.strip(): value.strip() for name, _, value in pairs if name.strip()}
        return ItemDraft(name=row.name, code=row.code, variations=variations, **amounts)

    def _amount(
        self, row: ItemRow, name: str, otherwise: Decimal, least: int | None = None
    ) -> Decimal:
        field = forms.DecimalField(required=False, min_value=least, **AMOUNT)
        try:
            found = field.clean(getattr(row, name))
        except forms.ValidationError as error:
            words = " ".join(error.messages)
            self.add_error(None, f"Item {row.place + 1}, {name}: {words}")
            return otherwise
        return otherwise if found is None else found

    def draft(self, items: Iterable[ItemDraft], notes: tuple[dict[str, str], ...]) -> OrderDraft:
        """Give the valid form as the services take it."""
        cleaned = self.cleaned_data
        texts = ("email", "shipping_method", "payment_type", "payment_status", "source_id")
        charges = ("shipping_total", "handling_total", "tax_total")
        same: dict[str, Any] = {name: cleaned[name] for name in texts}
        same |= {name: cleaned[name] or ZERO for name in charges}
        return OrderDraft(
            source_name=cleaned["source_name"] or "Order Desk",
            source_key=cleaned["source_id"],
            placed_at=cleaned["placed_at"],
            shipping=self._address("shipping", SHIPPING_PARTS),
            customer=self._address("customer", CUSTOMER_PARTS)
            if cleaned["bill_to_other"]
            else Address(),
            items=tuple(items),
            checkout_data=self.pairs.values(),
            notes=notes,
            **same,
        )

    def _address(self, whose: str, parts: tuple[str, ...]) -> Address:
        return Address(**{part: self.cleaned_data[f"{whose}_{part}"] for part in parts})


_ADDRESS = {
    *(f"shipping_{part}" for part in SHIPPING_PARTS),
    *(f"customer_{part}" for part in CUSTOMER_PARTS),
}


def with_address(data: MultiValueDict[str, str], found: Pasted) -> MultiValueDict[str, str]:
    """Put what was read out of a pasted address into the fields; what was not found stays."""
    filled = MultiValueDict({name: data.getlist(name) for name in data})
    for part in fields(found.address):
        if value := getattr(found.address, part.name):
            filled[f"shipping_{part.name}"] = value
    if found.email:
        filled["email"] = found.email
    return filled


def _rows(data: MultiValueDict[str, str]) -> list[ItemRow]:
    columns = {name: data.getlist(f"item_{name}") for name in COLUMNS}
    count = max(map(len, columns.values()))
    return [
        ItemRow(
            place,
            **{
                name: typed[place].strip() if place < len(typed) else ""
                for name, typed in columns.items()
            },
        )
        for place in range(count)
    ]


def _blank(rows: list[ItemRow], more: int) -> list[ItemRow]:
    return [*rows, *(ItemRow(len(rows) + step) for step in range(more))]
