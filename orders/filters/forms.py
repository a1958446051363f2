"""The fields as forms, in which a person fills in one condition. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from orders.filters.facts import Broken, Facts
from orders.filters.fields import FIELDS, Field, grouped
from orders.filters.kinds import Choice, Country, Flag, FolderChoice, Kind, Number, Text
from orders.filters.moments import Clock, MaybeMoment, Moment
from orders.filters.operators import OPERATORS

NO_VALUE = "A value is missing. To ask for no value, choose “is empty”."


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, str]]) -> None:
    """Give a field of the form its choices, which only the store knows."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no field to choose from")
    field.choices = list(choices)


class FilterForm(forms.Form):
    """Base of the forms in which a person fills in one filter."""

    kind: ClassVar[Kind]
    # What a person should know before writing the value.
    hint: ClassVar[str] = ""
    use_required_attribute = False
    # The folders and connections a person chooses from.
    facts: Facts

    operator = forms.ChoiceField(label="Comparison")

    def __init__(self, *args: Any, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = facts
        offer(self, "operator", [(key, OPERATORS[key].name) for key in self.kind.operators])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        operator = OPERATORS.get(cleaned.get("operator", ""))
        if operator and operator.takes == "nothing":
            self.errors.pop("value", None)
            return {**cleaned, "value": ""}
        if operator and "value" in cleaned:
            exact = bool(cleaned.get("case"))
            try:
                self.kind.wanted(operator, cleaned["value"], exact=exact, facts=self.facts)
            except Broken as broken:
                self.add_error("value", str(broken))
        return cleaned

    def settings(self) -> dict[str, Any]:
        """Give what the rule keeps of a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if value is not False}


class TextForm(FilterForm):
    """Asks for words."""

    hint = "Between the values of a list stands a comma or |."

    value = forms.CharField(label="Value", max_length=2000, error_messages={"required": NO_VALUE})
    case = forms.BooleanField(label="Match upper and lower case", required=False)


class NumberForm(FilterForm):
    """Asks for a number."""

    value = forms.CharField(
        label="Value",
        max_length=40,
        error_messages={"required": "A number is missing. Write it like 50 or 49.95."},
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


class CountryForm(FilterForm):
    """Asks for a country, by name or code."""

    hint = "By name or code. A list: US, Canada"

    value = forms.CharField(
        label="Value",
        max_length=2000,
        error_messages={"required": "A country is missing. Write its name or its code."},
        widget=forms.TextInput(attrs={"list": "countries", "autocomplete": "off"}),
    )


class FolderForm(FilterForm):
    """Asks for one of the store's folders."""

    value = forms.TypedChoiceField(
        label="Value", coerce=int, error_messages={"required": "Choose a folder."}
    )

    def __init__(self, *args: Any, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, facts=facts, **kwargs)
        offer(self, "value", [("", "Choose a folder"), *facts.folders])


class ChoiceForm(FilterForm):
    """Asks for one of a few words, or for a list of them."""

    value = forms.CharField(
        label="Value", max_length=200, error_messages={"required": "A value is missing."}
    )


class FlagForm(FilterForm):
    """Asks for yes or no."""

    value = forms.ChoiceField(
        label="Value", choices=Flag.options, error_messages={"required": "Choose yes or no."}
    )


class MomentForm(FilterForm):
    """Asks for a day, or for how long ago."""

    hint = "A day like 2026-01-31 or a minute like 2026-01-31 17:30; how long ago like 7 days."

    value = forms.CharField(
        label="Value",
        max_length=40,
        error_messages={"required": "A date or a length of time is missing."},
    )


class ClockForm(FilterForm):
    """Asks for a time of day."""

    hint = "In the store’s time zone, like 9:30 or 17:00."  # noqa: RUF001 - an apostrophe

    value = forms.CharField(
        label="Value", max_length=5, error_messages={"required": "A time is missing."}
    )


FORMS: dict[type[Kind], type[FilterForm]] = {
    Text: TextForm,
    Number: NumberForm,
    Country: CountryForm,
    FolderChoice: FolderForm,
    Choice: ChoiceForm,
    Flag: FlagForm,
    Moment: MomentForm,
    MaybeMoment: MomentForm,
    Clock: ClockForm,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A field that rules and filter builders offer, by key and name as catalogues have them."""

    field: Field
    settings_form: type[FilterForm]

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def name(self) -> str:
        return self.field.label


def _form(field: Field) -> type[FilterForm]:
    """Make the form of a field: the one of its kind, with a name to fill in where it has one."""
    base = next(FORMS[each] for each in type(field.kind).__mro__ if each in FORMS)
    parts: dict[str, Any] = {"kind": field.kind, "__doc__": base.__doc__}
    if isinstance(field.kind, Choice):
        parts["hint"] = f"One of {', '.join(words for _, words in field.kind.options)}, or a list."
    if field.is_named:
        parts["name"] = forms.CharField(label="Field name", max_length=200)
        parts["field_order"] = ["name", "operator", "value", "case"]
    return type(base.__name__, (base,), parts)


FILTERS: dict[str, Filter] = {key: Filter(field, _form(field)) for key, field in FIELDS.items()}
GROUPED: list[tuple[str, list[tuple[str, str]]]] = [
    (group, [(field.key, field.label) for field in rows])
    for group, rows in grouped(FIELDS.values())
]
