"""A parcel as a form: by what it goes, and what is inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from orderdesk.lib.money import ZERO
from orders.drafts import ShipmentDraft
from orders.forms.edit import dropped_in
from orders.merging import comparable
from orders.models import Order, OrderItem, Shipment
from orders.packing import NOT_SHIPPED, lines_told
from orders.parts import Piece
from orders.services.sent import shipped

ALL_LEFT, THESE, NOT_SAID = "left", "these", "unsaid"
LINES_SHOWN = 200
COLUMNS = (
    "tracking_number",
    "carrier_code",
    "shipment_method",
    "tracking_url",
    "shipped_date",
    "weight",
    "cost",
)


@dataclass(frozen=True, slots=True)
class Content:
    """One line of the order as the form asks for it: how many are in this parcel."""

    item: OrderItem
    left: Decimal
    typed: str


class ParcelForm(forms.Form):
    """What is known of a parcel beside what is inside."""

    tracking_number = forms.CharField(
        label="Tracking number", max_length=250, help_text="Write n/a where there is none."
    )
    carrier_code = forms.CharField(
        label="Carrier",
        max_length=80,
        required=False,
        help_text="Left empty it is told from the form of the number.",
    )
    shipment_method = forms.CharField(label="Service", max_length=120, required=False)
    shipped_date = forms.DateField(
        label="Shipped on", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    weight = forms.CharField(label="Weight", max_length=20, required=False)
    cost = forms.CharField(label="Cost", max_length=20, required=False)


class ShipmentForm(ParcelForm):
    """A parcel somebody sent by hand, with the lines that are in it."""

    contents = forms.ChoiceField(
        label="What is inside",
        choices=[
            (ALL_LEFT, "Everything that is left to ship"),
            (THESE, "These quantities"),
            (NOT_SAID, "Not said"),
        ],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        data: MultiValueDict[str, str] | None = None,
        *,
        items: Sequence[OrderItem],
        left: Mapping[int, Decimal],
    ) -> None:
        self.left, self.items = left, [item for item in items if left[item.pk]]
        self.pieces: list[Piece] = []
        usual = ALL_LEFT if self.items else NOT_SAID
        super().__init__(data, auto_id="shipment_%s", initial={"contents": usual})

    @property
    def shown(self) -> list[Content]:
        """Give the lines to ask for; of a very long order only the first."""
        return [
            Content(item, self.left[item.pk], self._typed(item))
            for item in self.items[:LINES_SHOWN]
        ]

    def _typed(self, item: OrderItem) -> str:
        usual = f"{self.left[item.pk].normalize():f}"
        return str(self.data.get(f"quantity_{item.pk}", usual)) if self.is_bound else usual

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data.get("contents") or (
            THESE if any(name.startswith("quantity_") for name in self.data) else NOT_SAID
        )
        if chosen == ALL_LEFT:
            self.pieces = [Piece(item, self.left[item.pk]) for item in self.items]
            if not self.pieces:
                words = "Nothing is left to ship. For one more parcel choose “Not said”."
                self.add_error("contents", words)
        elif chosen == THESE:
            self.pieces = [piece for content in self.shown if (piece := self._piece(content))]
            if not self.pieces and not self.errors:
                self.add_error("contents", "Say how many of which item are in the parcel.")
        return self.cleaned_data

    def _piece(self, content: Content) -> Piece | None:
        field = forms.DecimalField(required=False, min_value=0, max_digits=14, decimal_places=4)
        called = content.item.code or content.item.name
        try:
            count = field.clean(content.typed)
        except forms.ValidationError as error:
            self.add_error("contents", f"{called}: {' '.join(error.messages)}")
            return None
        if count and count > content.left:
            words = f"{called}: {content.left.normalize():f} are left to ship, not {count:f}."
            self.add_error("contents", words)
        return Piece(content.item, count) if count else None

    def draft(self) -> ShipmentDraft:
        """Give the parcel as the services take it."""
        cleaned = self.cleaned_data
        day = cleaned["shipped_date"]
        return ShipmentDraft(
            **{
                name: cleaned[name]
                for name in COLUMNS
                if name in cleaned and name != "shipped_date"
            },
            shipped_date=datetime.combine(day, time(12), UTC) if day else None,
            lines=lines_told(self.pieces),
        )


class ShipmentEditForm(ParcelForm):
    """What can be put right of a parcel that is here."""

    tracking_url = forms.URLField(
        label="Tracking page", max_length=1000, required=False, assume_scheme="https",
        help_text="Left as it is, it follows the carrier and the number.",
    )  # fmt: skip

    def __init__(self, data: MultiValueDict[str, str] | None = None, *, shipment: Shipment) -> None:
        initial = {name: getattr(shipment, name) for name in COLUMNS}
        super().__init__(data, initial=initial, auto_id="shipment_%s")

    def wanted(self) -> dict[str, Any]:
        """Give what the valid form says; a page left as it was follows the number."""
        asked = set(self.data) - dropped_in(self.data)
        stated = {name: value for name, value in self.cleaned_data.items() if name in asked}
        if "tracking_url" not in self.changed_data:
            stated.pop("tracking_url", None)
        return stated


def parcel_seen(shipment: Shipment) -> dict[str, Any]:
    """Give what the parcel says now, as a form can carry it."""
    return {name: comparable(getattr(shipment, name)) for name in COLUMNS}


def left_to_ship(order: Order, items: Sequence[OrderItem]) -> dict[int, Decimal]:
    """Give, by line, how many pieces no parcel of the order holds yet."""
    gone = shipped(order, items)
    return {
        item.pk: ZERO if item.delivery_type in NOT_SHIPPED else item.quantity - gone.get(item.pk, 0)
        for item in items
    }
