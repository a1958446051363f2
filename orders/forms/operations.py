"""What people fill in to duplicate, split and merge orders."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from orderdesk.lib.ids import LARGEST_ID
from orders.groupings import METHODS, OF_A_FIELD, ByValue, Picked
from orders.models import OrderItem


class Confirmed(forms.Form):
    """What a preview sends along: the version it showed, and that its warnings were read."""

    version = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_ID)
    confirmed = forms.BooleanField(required=False)


@dataclass(frozen=True, slots=True)
class PickRow:
    """A line to tick: the names of its two inputs, what stands there, and what is wrong with it."""

    item: OrderItem
    pick: str
    quantity: str
    is_ticked: bool
    value: str
    problem: str


class PickForm(forms.Form):
    """The lines to split off: a tick and a quantity for each, by the line's id."""

    def __init__(
        self, data: Any = None, *, items: Sequence[OrderItem], ticked: Collection[int] = ()
    ) -> None:
        super().__init__(data)
        self.items = items
        self.ticked = ticked
        for item in items:
            self.fields[f"pick_{item.pk}"] = forms.BooleanField(required=False)
            self.fields[f"quantity_{item.pk}"] = forms.DecimalField(
                required=False, label=f"Pieces of {item.name}", max_digits=14, decimal_places=4
            )

    @property
    def rows(self) -> Iterator[PickRow]:
        """Give each line; orders may have thousands, and widgets take their time."""
        for item in self.items:
            pick, quantity = f"pick_{item.pk}", f"quantity_{item.pk}"
            given = self.data.get(quantity) if self.is_bound else None
            yield PickRow(
                item=item,
                pick=pick,
                quantity=quantity,
                is_ticked=pick in self.data or item.pk in self.ticked,
                value=f"{item.quantity.normalize():f}" if given is None else given,
                problem=" ".join(map(str, self.errors.get(quantity, ()))),
            )

    def wish(self) -> Picked:
        """Give what is ticked; without a quantity, all there is of the line."""
        chosen: dict[int, Decimal] = {}
        for item in self.items:
            if self.cleaned_data.get(f"pick_{item.pk}"):
                given = self.cleaned_data.get(f"quantity_{item.pk}")
                chosen[item.pk] = item.quantity if given is None else given
        return Picked(chosen)


class SplitByForm(forms.Form):
    """Which lines belong together."""

    method = forms.ChoiceField(label="Split by", choices=list(METHODS.items()))
    field = forms.CharField(
        label="Field name",
        max_length=120,
        required=False,
        help_text="For metadata and variations: the name of the field whose values count.",
    )
    values = forms.CharField(
        label="Values that go together into one new order",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=(
            "One on each line. Left empty, the lines of each value get an order of their own; "
            "lines without a value stay."
        ),
    )
    size = forms.DecimalField(
        label="Pieces in each order",
        required=False,
        min_value=Decimal("0.0001"),
        max_digits=14,
        decimal_places=4,
        help_text="Only when splitting by pieces.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        method = cleaned.get("method")
        if method in OF_A_FIELD and not cleaned.get("field") and "field" not in self.errors:
            self.add_error("field", "Write the name of the field to split by.")
        if method == "quantity" and not cleaned.get("size") and "size" not in self.errors:
            self.add_error("size", "Write how many pieces an order gets.")
        return cleaned

    def wish(self) -> ByValue:
        """Give the wish a valid form states."""
        cleaned = self.cleaned_data
        values = tuple(line.strip() for line in cleaned["values"].splitlines() if line.strip())
        size = cleaned.get("size") or Decimal(1)
        return ByValue(cleaned["method"], cleaned["field"], values, size)
