"""The filters of the order list: shown as chips, added and changed by the list's own address."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from orders.filters.countries import country_names
from orders.filters.facts import Facts
from orders.filters.forms import GROUPED
from orders.filters.grammar import written
from orders.filters.query import Condition, Group, Query
from orders.forms.filters import FilterEditor
from orders.forms.searches import SaveSearchForm
from orders.pages.chips import JOINED, chips_of, turned
from orders.search import Found, facts_for
from orders.views.addresses import ListAddress
from stores.access import PageRequest
from stores.models import Store


@dataclass(frozen=True, slots=True)
class ListFilters:
    """What the list's page needs for its filters; `answer` where a filter was just applied."""

    context: dict[str, Any] = field(default_factory=dict)
    answer: HttpResponse | None = None


def list_filters(
    request: PageRequest, store: Store, wanted: dict[str, Any], asked: Found
) -> ListFilters:
    """Read the filters of a list and what is being done to them."""
    if not (wanted["q"] or request.GET.get("edit")):
        return ListFilters({"chips": [], "editor": NOT_OPEN})
    facts = facts_for(store)
    editor = FilterEditor(request.GET, asked.query, facts)
    changed = None if asked.problems else editor.applied()
    if changed is not None:
        address = ListAddress.of(store, wanted).to(q=written(changed, facts))
        return ListFilters(answer=HttpResponseRedirect(address))
    return ListFilters(
        {
            "chips": chips_of(asked.query, facts),
            "joined": JOINED,
            "turned": turned(asked.query),
            "write": lambda query: written(query, facts),
            "editor": editor,
            "saving": SaveSearchForm(
                initial={"query": _whole(asked.query, wanted["folder"], facts)}, auto_id="save_%s"
            ),
            "grouped": GROUPED,
            "countries": country_names() if editor.is_open else (),
            "rule_address": _rule_address(request, store, asked.query, wanted["q"]),
        }
    )


def _whole(query: Query, folder: int | None, facts: Facts) -> str:
    """Write the question of a list; one within a folder names the folder, too.

    Alternatives that have brackets of their own cannot be put into brackets once more; they are
    kept for all folders.
    """
    conditions = tuple(part for part in query.parts if isinstance(part, Condition))
    if folder is None or (query.match == "any" and len(conditions) < len(query.parts)):
        return written(query, facts)
    within = Condition("folder", "equals", folder)
    if query.match == "any" and len(conditions) > 1:
        return written(Query("all", (within, Group("any", conditions))), facts)
    return written(Query("all", (within, *query.parts)), facts)


class NotOpen:
    """Stands where no filter is being written."""

    is_open = False


NOT_OPEN = NotOpen()


def _rule_address(request: PageRequest, store: Store, query: Query, text: str) -> str:
    """Give the address of a new rule with these filters; '' where a rule cannot have them.

    The rules stand above the orders, so their page is known by its name alone.
    """
    flat = bool(query) and not any(isinstance(part, Group) for part in query.parts)
    if not (flat and request.member.can("rules.manage")):
        return ""
    address = reverse("rules:rule_new", args=[store.pk])
    told = QueryDict(mutable=True)
    told["search"] = text
    return f"{address}?{told.urlencode()}"
