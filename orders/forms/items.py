"""One line of an order as a form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from orderdesk.lib.money import ZERO
from orders.drafts import ItemDraft
from orders.forms.edit import amount_of, dropped_in
from orders.forms.pairs import Pairs
from orders.merging import comparable
from orders.models import OrderItem
from orders.services.items import ITEM_FIELDS

ONE = ZERO + 1


def _text(name: str, label: str, **options: Any) -> forms.CharField:
    column: Any = OrderItem._meta.get_field(name)
    return forms.CharField(
        **{"label": label, "max_length": column.max_length, "required": False, **options}
    )


class ItemForm(forms.Form):
    """A line; `item` is the one to change, None for a new one."""

    code = _text("code", "Code (SKU)")
    name = _text("name", "Name", required=True)
    quantity = amount_of("Quantity", required=True, initial=1)
    price = amount_of("Price each", min_value=None)
    weight = amount_of("Weight each")
    delivery_type = forms.ChoiceField(
        label="Delivery", choices=OrderItem.DELIVERY_TYPES, required=False, initial="ship"
    )
    category_code = _text("category_code", "Category code")
    fulfillment_method = _text("fulfillment_method", "Fulfillment method")

    def __init__(
        self, data: MultiValueDict[str, str] | None = None, *, item: OrderItem | None = None
    ) -> None:
        initial = {name: getattr(item, name) for name in self.base_fields} if item else None
        super().__init__(data, initial=initial, auto_id="item_%s")
        self.fields["code"].widget.attrs["data-suggest"] = ""
        self.variations = self._pairs("variation", item.variation_list if item else {})
        self.metadata = self._pairs("metadata", item.metadata if item else {})

    def _pairs(self, kind: str, values: Mapping[str, str]) -> Pairs:
        posted: Any = self.data
        sent = self.is_bound and f"{kind}_name" in posted
        # A script that sends no rows leaves them as they are.
        return Pairs.posted(kind, posted) if sent else Pairs.of(kind, values)

    def clean(self) -> dict[str, Any]:
        for pairs in (self.variations, self.metadata):
            for problem in pairs.problems():
                self.add_error(None, problem)
        cleaned = self.cleaned_data
        cleaned["price"] = cleaned.get("price") or ZERO
        cleaned["weight"] = cleaned.get("weight") or ZERO
        cleaned["delivery_type"] = cleaned.get("delivery_type") or "ship"
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """Give what the valid form says, by the line's columns."""
        stated = {name: value for name, value in self.cleaned_data.items() if name in self.data}
        rows = {
            "variation_list": self.variations.values(),
            "metadata": self.metadata.values(),
        }
        dropped = dropped_in(self.data)
        return {name: value for name, value in {**stated, **rows}.items() if name not in dropped}

    def draft(self) -> ItemDraft:
        """Give the valid form as a new line."""
        cleaned = self.cleaned_data
        return ItemDraft(
            **{name: cleaned[name] for name in self.fields},
            variations=self.variations.values(),
            metadata=self.metadata.values(),
        )


def item_seen(item: OrderItem) -> dict[str, Any]:
    """Give what the line says now, as a form can carry it."""
    return {name: comparable(getattr(item, name)) for name in ITEM_FIELDS}
