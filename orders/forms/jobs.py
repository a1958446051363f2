"""What the pages of jobs are asked for."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from orderdesk.lib.ids import LARGEST_ID, id_in
from orderdesk.lib.refused import Refused
from orders.bulk import Chosen
from orders.models import BulkOrder

IDS_READ = 50_000
SEVERAL = f"More than {IDS_READ:,} orders are picked by hand. Pick all that match a search instead."


class StartForm(forms.Form):
    """How an action was asked for, beside its own fields."""

    all = forms.BooleanField(required=False)
    query = forms.CharField(required=False, max_length=2000)
    within = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    confirmed = forms.BooleanField(required=False)
    expected = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_ID)
    once = forms.CharField(required=False, max_length=40)

    def __init__(self, data: MultiValueDict[str, str]) -> None:
        super().__init__(data)
        self.ids = _ids(data)

    def readable(self) -> dict[str, Any]:
        """Give what could be read.

        Raises:
            Refused: if it says what orders are meant in a way that cannot be read.
        """
        if not self.is_valid():
            name, sentences = next(iter(self.errors.items()))
            raise Refused(f"{name}: {sentences[0]}", field=name)
        return self.cleaned_data

    def chosen(self) -> Chosen:
        """Give the choice of orders.

        Raises:
            Refused: if it cannot be read.
        """
        read = self.readable()
        if not read["all"]:
            return Chosen(ids=self.ids)
        return Chosen(is_all=True, query=read["query"], within=read["within"])


def _ids(data: MultiValueDict[str, str]) -> tuple[int, ...]:
    """Read ids that came one by one or joined by commas; what is no id is no order's."""
    texts = ",".join(data.getlist("ids")).split(",")
    if len(texts) > IDS_READ:
        raise Refused(SEVERAL, field="ids")
    found = (id_in(text.strip()) for text in texts)
    return tuple(dict.fromkeys(each for each in found if each is not None))


class JobListForm(forms.Form):
    """Which jobs the list shows; what cannot be read counts as not given."""

    whose = forms.ChoiceField(required=False, choices=[("mine", "Yours")])
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)

    def readable(self) -> Mapping[str, Any]:
        """Give the parameters that could be read, and nothing for the others."""
        self.is_valid()
        return {"whose": "", "before": None, **self.cleaned_data}


class JobForm(forms.Form):
    """Which of a job's orders its page shows; what cannot be read counts as not given."""

    show = forms.ChoiceField(required=False, choices=BulkOrder.State.choices)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    told = forms.IntegerField(required=False, min_value=0, max_value=100)

    def readable(self) -> Mapping[str, Any]:
        """Give the parameters that could be read, and nothing for the others."""
        self.is_valid()
        read = {"show": "", "after": None, "told": None, **self.cleaned_data}
        return {**read, "after": read["after"] or 0, "told": read["told"] or 0}
