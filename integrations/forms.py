"""How the settings of a connection are shown and read; what they mean, the plugin's form knows."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any, get_args

from django import forms

from integrations.base import FolderField, Integration, SecretField, Tab
from orders.models import Folder

ENVIRONMENTS = [("live", "Live"), ("sandbox", "Sandbox: the vendor in small, on this machine")]


class CatalogueForm(forms.Form):
    """Which integrations the gallery shows. What cannot be read counts as not given."""

    tab = forms.ChoiceField(required=False, choices=[(tab, tab) for tab in get_args(Tab)])
    q = forms.CharField(required=False, max_length=80)

    def readable(self) -> tuple[str, str]:
        """Give the tab and the words that could be read."""
        self.is_valid()
        return self.cleaned_data.get("tab", ""), self.cleaned_data.get("q", "")


class ConnectionForm(forms.Form):
    """A plugin's settings as the page shows them.

    It carries the fields and none of the plugin's own checks: those run once, in the service, and
    `refuse` puts what came of them on the fields. A secret named in `kept` may stay empty.
    """

    def __init__(
        self,
        plugin: type[Integration],
        data: Mapping[str, Any] | None = None,
        *,
        folders: list[Folder],
        saved: Mapping[str, Any] | None = None,
        kept: Collection[str] = (),
    ) -> None:
        super().__init__(data, initial=dict(saved or {}))
        self.plugin_fields = list(plugin.settings_form.base_fields)
        for name, field in deepcopy(plugin.settings_form.base_fields).items():
            if isinstance(field, FolderField):
                _offer(field, folders)
            field.required = field.required and name not in kept
            self.fields[name] = field

    def offer_environments(self) -> None:
        """Let the person choose between the vendor and its sandbox."""
        self.fields["environment"] = forms.ChoiceField(
            label="Which one?",
            choices=ENVIRONMENTS,
            initial="live",
            widget=forms.RadioSelect,
            help_text="Cannot be changed later; disconnect and connect again instead.",
        )

    def values(self) -> dict[str, Any]:
        """Give what was filled in, by the plugin's field names; unticked boxes are False."""
        return {
            name: self.fields[name].widget.value_from_datadict(self.data, self.files, name)
            for name in self.plugin_fields
        }

    def environment(self) -> str:
        """Give the environment that was chosen; without a choice it is the vendor's own."""
        return "sandbox" if self.data.get("environment") == "sandbox" else "live"

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Put each refusal on its field; what the field says by itself is not said twice."""
        self.full_clean()
        for name, sentences in errors.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, list(sentences))

    def readable(self) -> list[tuple[str, str]]:
        """Give the settings that are no secrets as (label, words), for those who may only look."""
        return [
            (str(bound.label), _words(bound))
            for bound in self
            if not isinstance(bound.field, SecretField)
        ]


def _offer(field: FolderField, folders: list[Folder]) -> None:
    """Let a folder be picked by name; a default that names one becomes its id."""
    nothing = "Choose a folder" if field.required else "Leave it where it is"
    field.widget = forms.Select(
        choices=[("", nothing), *((str(folder.pk), folder.name) for folder in folders)]
    )
    ids = {folder.name: str(folder.pk) for folder in folders}
    field.initial = ids.get(field.initial, field.initial)


def _words(bound: forms.BoundField) -> str:
    value = bound.value()
    if isinstance(bound.field, forms.BooleanField):
        return "Yes" if value else "No"
    choices = dict(getattr(bound.field.widget, "choices", []))
    return str(choices.get(value, value or "Not set"))
