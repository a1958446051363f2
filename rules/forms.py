"""The rule editor as forms: a head, and one small form for each filter and each action."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from orders.filters.facts import Facts
from orders.filters.forms import FILTERS, GROUPED
from orders.filters.grammar import parse
from orders.filters.query import Condition
from rules.actions import ACTIONS
from rules.models import Rule
from rules.services import RuleDraft
from rules.triggers import TRIGGERS


class HeadForm(forms.Form):
    """What a rule is called, what sets it off, and how its conditions are joined."""

    name = forms.CharField(
        label="Name", max_length=120, help_text="The orders' timelines tell it by this name."
    )
    trigger = forms.ChoiceField(
        label="Event", choices=[(each.key, each.name) for each in TRIGGERS.values()]
    )
    match = forms.ChoiceField(
        label="Conditions",
        choices=[("all", "All of these must hold"), ("any", "Any of these must hold")],
    )
    is_enabled = forms.BooleanField(label="Switched on", required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class TrialForm(forms.Form):
    """The order to try a rule on, one of the store's newest."""

    order = forms.TypedChoiceField(label="Order", coerce=int)

    def __init__(self, *args: Any, orders: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = forms.TypedChoiceField(
            label="Order", coerce=int, choices=[("", "Choose an order"), *orders]
        )
        self.fields["order"] = chooser


@dataclass(slots=True)
class Row:
    """One filter or action of the editor; `form` is None where the catalogue has no such entry."""

    number: int
    key: str
    form: Any

    @property
    def value(self) -> str:
        """How the page sends the row's place and kind back."""
        return f"{self.number}.{self.key}"


Groups = list[tuple[str, list[tuple[str, str]]]]


class Part:
    """The rows of one catalogue, in their order: the conditions, or the actions."""

    def __init__(
        self, word: str, catalogue: Mapping[str, Any], facts: Facts, groups: Groups | None = None
    ) -> None:
        self.word = word
        self.catalogue = catalogue
        self.facts = facts
        self.rows: list[Row] = []
        # The entries a row can be added for, by key and name; without groups all in one, "".
        self.groups: Groups = groups or [("", [(key, one.name) for key, one in catalogue.items()])]

    def name_of(self, row: Row) -> str:
        """Name a row as its catalogue does."""
        return self.catalogue[row.key].name if row.form else f"“{row.key}” does not exist"

    def fill(self, settings: Iterable[Mapping[str, Any]]) -> None:
        """Take over a rule's rows as they are kept."""
        for number, each in enumerate(settings):
            key = str(each.get(self.word, ""))
            self.rows.append(Row(number, key, self._form(key, number, initial=dict(each))))

    def read(self, data: MultiValueDict[str, Any], *, checked: bool) -> None:
        """Take over what was typed; only when `checked` do errors show."""
        for value in data.getlist(f"{self.word}_row"):
            number, _, key = value.partition(".")
            if not number.isdecimal():
                continue
            more = {"data": data} if checked else {"initial": self._typed(key, number, data)}
            self.rows.append(Row(int(number), key, self._form(key, int(number), **more)))

    def _typed(self, key: str, number: str, data: MultiValueDict[str, Any]) -> dict[str, Any]:
        if key not in self.catalogue:
            return {}
        fields = self.catalogue[key].settings_form.base_fields
        return {
            name: each.widget.value_from_datadict(data, {}, f"{self.word}-{number}-{name}")
            for name, each in fields.items()
        }

    def _form(self, key: str, number: int, **more: Any) -> Any:
        if key not in self.catalogue:
            return None
        prefix = f"{self.word}-{number}"
        return self.catalogue[key].settings_form(facts=self.facts, prefix=prefix, **more)

    def change(self, what: str, number: int, data: MultiValueDict[str, Any]) -> str:
        """Add, remove or move a row and give the id of what should have the focus then."""
        if what == "add":
            return self._add(data.get(f"{self.word}_new", ""))
        place = next((at for at, row in enumerate(self.rows) if row.number == number), None)
        if place is None:
            return ""
        row = self.rows.pop(place)
        if what == "remove":
            return f"{self.word}-new"
        self.rows.insert(max(0, place + (1 if what == "down" else -1)), row)
        return f"{self.word}-{number}-{what}"

    def _add(self, key: str) -> str:
        if key not in self.catalogue:
            return f"{self.word}-new"
        number = max((row.number for row in self.rows), default=-1) + 1
        form = self._form(key, number)
        next(iter(form.visible_fields())).field.widget.attrs["autofocus"] = True
        self.rows.append(Row(number, key, form))
        return ""

    def is_valid(self) -> bool:
        """Tell whether every row can be kept; asks all of them, so that all errors show."""
        valid = [row.form is not None and row.form.is_valid() for row in self.rows]
        return all(valid)

    def settings(self) -> list[dict[str, Any]]:
        """Give what the rule keeps of valid rows."""
        return [{self.word: row.key, **row.form.settings()} for row in self.rows]

    def problems(self) -> list[tuple[str, str]]:
        """Give what is wrong, as (id of the field, sentence)."""
        return [
            (bound.id_for_label, f"{self.name_of(row)}, {bound.label}: {' '.join(bound.errors)}")
            for row in self.rows
            for bound in (row.form or ())
            if bound.errors
        ] + [
            (f"{self.word}-{row.number}", f"{self.name_of(row)}. Remove it.")
            for row in self.rows
            if row.form is None
        ]


class Editor:
    """A rule being written. Rows come and go by buttons that send the form, script or not."""

    def __init__(self, facts: Facts, head: HeadForm) -> None:
        self.head = head
        self.filters = Part("filter", FILTERS, facts, GROUPED)
        self.actions = Part("action", ACTIONS, facts)
        self.is_typed = False
        self.focus = ""
        self.refusals: list[tuple[str, str]] = []

    @classmethod
    def of_rule(cls, rule: Rule | None, facts: Facts) -> "Editor":
        """Open a rule, or an empty sheet."""
        if rule is None:
            return cls(facts, HeadForm(initial={"match": "all", "is_enabled": True}))
        fields = ("name", "trigger", "match", "is_enabled", "version")
        editor = cls(facts, HeadForm(initial={name: getattr(rule, name) for name in fields}))
        editor.filters.fill(rule.filters)
        editor.actions.fill(rule.actions)
        return editor

    @classmethod
    def of_search(cls, text: str, facts: Facts) -> "Editor":
        """Open an empty sheet with the filters of a typed search, as far as rules have them."""
        query, problems = parse(text, facts)
        editor = cls(facts, HeadForm(initial={"match": query.match, "is_enabled": True}))
        if not problems:
            filters = [part.settings() for part in query.parts if isinstance(part, Condition)]
            editor.filters.fill([one for one in filters if one["filter"] in FILTERS])
        return editor

    @classmethod
    def typed(cls, data: MultiValueDict[str, Any], facts: Facts, *, checked: bool) -> "Editor":
        """Take over what was typed; only when `checked` do errors show."""
        names = HeadForm.base_fields.items()
        initial = {name: each.widget.value_from_datadict(data, {}, name) for name, each in names}
        editor = cls(facts, HeadForm(data) if checked else HeadForm(initial=initial))
        editor.is_typed = True
        editor.filters.read(data, checked=checked)
        editor.actions.read(data, checked=checked)
        return editor

    def change(self, do: str, data: MultiValueDict[str, Any]) -> None:
        """Do what a button beside the rows asks for, as in "filter.add" or "action.up.2"."""
        word, _, rest = do.partition(".")
        what, _, number = rest.partition(".")
        part = {"filter": self.filters, "action": self.actions}.get(word)
        if part and what in ("add", "remove", "up", "down"):
            self.focus = part.change(what, int(number) if number.isdecimal() else -1, data)

    def is_valid(self) -> bool:
        """Tell whether the rule can be saved, as far as that goes without the store."""
        valid = [self.head.is_valid(), self.filters.is_valid(), self.actions.is_valid()]
        if not self.actions.rows:
            self.refuse("A rule needs at least one action.", "action-new")
            return False
        return all(valid)

    def refuse(self, sentence: str, at: str = "id_name") -> None:
        """Show a refusal that came from elsewhere."""
        self.refusals.append((at, sentence))

    def draft(self) -> RuleDraft:
        """Give the valid rule."""
        head = self.head.cleaned_data
        return RuleDraft(
            name=head["name"],
            trigger=head["trigger"],
            match=head["match"],
            is_enabled=head["is_enabled"],
            filters=self.filters.settings(),
            actions=self.actions.settings(),
        )

    def problems(self) -> list[tuple[str, str]]:
        """Give everything that is wrong, as (id of the field, sentence), from top to bottom."""
        if not self.head.is_bound:
            return self.refusals
        head = [
            (bound.id_for_label, f"{bound.label}: {' '.join(map(str, bound.errors))}")
            for bound in self.head
            if bound.errors
        ]
        return head + self.filters.problems() + self.actions.problems() + self.refusals
