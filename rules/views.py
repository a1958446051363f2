"""The rules' pages: the list, the editor, and the dry run beside it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from orderdesk.lib.refused import Refused
from orders.filters.countries import country_names
from orders.filters.facts import Facts
from orders.models import Order
from rules.compile import compile_rules
from rules.forms import Editor, TrialForm
from rules.models import Rule, RuleRun
from rules.preview import try_rule
from rules.reading import definition_of, facts_of
from rules.services import delete_rule, reorder, save_rule, switch_rule
from rules.triggers import TRIGGERS
from stores.access import PageRequest, store_page
from stores.models import Store

HITS_OVER = timedelta(days=7)
ORDERS_TO_TRY = 50


@store_page()
def rule_list(request: PageRequest, store: Store) -> HttpResponse:
    """Show the rules by what sets them off, in the order they run."""
    facts = facts_of(store.pk)
    rules = list(Rule.objects.for_store(store).in_order())
    hits = RuleRun.objects.for_store(store).hits_since(timezone.now() - HITS_OVER)
    groups = []
    for trigger in TRIGGERS.values():
        rows = [rule for rule in rules if rule.trigger == trigger.key]
        compiled = compile_rules(map(definition_of, rows), facts).rules
        lines = [
            {"rule": row, "compiled": one, "hits": hits.get(row.pk)}
            for row, one in zip(rows, compiled, strict=True)
        ]
        groups.append({"trigger": trigger, "lines": lines})
    context = {"section": "rules", "groups": groups, "count": len(rules)}
    return render(request, "rules/rule_list.html", context)


@store_page("rules.manage")
def rule_new(request: PageRequest, store: Store) -> HttpResponse:
    """Write a new rule, perhaps with the filters of a search."""
    if request.method == "POST":
        return _take(request, store, None)
    facts = facts_of(store.pk)
    editor = Editor.of_search(request.GET.get("search", ""), facts)
    return _editor(request, store, editor, None)


@store_page()
def rule_edit(request: PageRequest, store: Store, rule_id: int) -> HttpResponse:
    """Show a rule: as the editor to those who may change it, else in words."""
    rule = _rule(store, rule_id)
    if request.member.can("rules.manage"):
        return _editor(request, store, Editor.of_rule(rule, facts_of(store.pk)), rule)
    return _reader(request, store, rule)


@store_page("rules.manage")
def rule_save(request: PageRequest, store: Store, rule_id: int) -> HttpResponse:
    """Save a rule, or add, move and remove its rows."""
    rule = _rule(store, rule_id)
    if request.method == "POST":
        return _take(request, store, rule)
    return redirect("rules:rule_edit", store.pk, rule.pk)


@store_page()
def rule_try(request: PageRequest, store: Store, rule_id: int) -> HttpResponse:
    """Show what a rule would do to an order: as typed, or as saved for those who only read it."""
    rule = _rule(store, rule_id)
    if request.method != "POST":
        return redirect("rules:rule_edit", store.pk, rule.pk)
    if not request.member.can("rules.manage"):
        return _reader(request, store, rule)
    return _tried_editor(request, store, rule)


@store_page("rules.manage")
def rule_try_new(request: PageRequest, store: Store) -> HttpResponse:
    """Show what a rule that is not saved yet would do to an order."""
    if request.method != "POST":
        return redirect("rules:rule_new", store.pk)
    return _tried_editor(request, store, None)


@store_page("rules.manage")
@require_POST
def rule_switch(request: PageRequest, store: Store, rule_id: int) -> HttpResponse:
    """Switch a rule on or off."""
    rule = switch_rule(
        rule=_rule(store, rule_id), on=request.POST.get("on") == "1", now=timezone.now()
    )
    state = "on" if rule.is_enabled else "off"
    messages.success(request, f"Rule “{rule.name}” is switched {state}.")
    return redirect("rules:list", store.pk)


@store_page("rules.manage")
@require_POST
def rule_move(request: PageRequest, store: Store, rule_id: int) -> HttpResponse:
    """Move a rule one place up or down among those of its event."""
    rule = _rule(store, rule_id)
    ids = list(
        Rule.objects.for_store(store).on(rule.trigger).in_order().values_list("pk", flat=True)
    )
    place = ids.index(rule.pk)
    wanted = place + (1 if request.POST.get("to") == "down" else -1)
    ids.insert(max(0, wanted), ids.pop(place))
    reorder(store=store, trigger=rule.trigger, ids=ids)
    words = f"Rule “{rule.name}” is number {ids.index(rule.pk) + 1} of {len(ids)}."
    messages.success(request, words)
    return redirect("rules:list", store.pk)


@store_page("rules.manage")
def rule_delete(request: PageRequest, store: Store, rule_id: int) -> HttpResponse:
    """Ask, then delete a rule."""
    rule = _rule(store, rule_id)
    if request.method != "POST":
        return render(request, "rules/rule_delete.html", {"section": "rules", "rule": rule})
    delete_rule(rule=rule)
    messages.success(request, f"Rule “{rule.name}” is deleted. What it did to orders stays.")
    return redirect("rules:list", store.pk)


def _rule(store: Store, rule_id: int) -> Rule:
    return get_object_or_404(Rule.objects.for_store(store), pk=rule_id)


def _take(request: PageRequest, store: Store, rule: Rule | None) -> HttpResponse:
    """Do what the editor's button asks for: change rows, or save."""
    do, facts = request.POST.get("do", "save"), facts_of(store.pk)
    editor = Editor.typed(request.POST, facts, checked=do == "save")
    if do != "save":
        editor.change(do, request.POST)
    elif editor.is_valid():
        try:
            saved = _save(store, editor, rule)
        except Refused as refusal:
            editor.refuse(refusal.message)
        else:
            messages.success(request, f"Rule “{saved.name}” is saved.")
            return redirect("rules:list", store.pk)
    return _editor(request, store, editor, rule)


def _save(store: Store, editor: Editor, rule: Rule | None) -> Rule:
    based_on = editor.head.cleaned_data["version"]
    return save_rule(
        store=store, draft=editor.draft(), rule=rule, based_on=based_on, now=timezone.now()
    )


def _tried_editor(request: PageRequest, store: Store, rule: Rule | None) -> HttpResponse:
    editor = Editor.typed(request.POST, facts_of(store.pk), checked=True)
    editor.is_valid()
    return _editor(request, store, editor, rule)


def _editor(request: PageRequest, store: Store, editor: Editor, rule: Rule | None) -> HttpResponse:
    facts = facts_of(store.pk)
    problem = ""
    if rule and not editor.is_typed:
        problem = compile_rules([definition_of(rule)], facts).rules[0].problem
    trial = _trial_form(request, store)
    tried = None
    if trial.is_bound and not editor.problems() and trial.is_valid():
        definition = editor.draft().definition(rule_id=rule.pk if rule else 0)
        tried = _try(store, trial, definition, editor.draft().trigger, facts)
    problems = editor.problems()
    if trial.errors:
        problems = [*problems, ("id_order", "Order to try it on: choose one.")]
    context = {
        "section": "rules",
        "editor": editor,
        "problems": problems,
        "rule": rule,
        "problem": problem,
        "trial": trial,
        "tried": tried,
        "countries": country_names(),
    }
    return render(request, "rules/rule_edit.html", context, status=422 if problems else 200)


def _reader(request: PageRequest, store: Store, rule: Rule) -> HttpResponse:
    """Show a rule in words, with the dry run of it as it is saved."""
    facts, definition = facts_of(store.pk), definition_of(rule)
    trial = _trial_form(request, store)
    tried = None
    if trial.is_bound and trial.is_valid():
        tried = _try(store, trial, definition, rule.trigger, facts)
    context = {
        "section": "rules",
        "rule": rule,
        "trigger": TRIGGERS.get(rule.trigger),
        "compiled": compile_rules([definition], facts).rules[0],
        "trial": trial,
        "tried": tried,
    }
    return render(request, "rules/rule_view.html", context)


def _trial_form(request: PageRequest, store: Store) -> TrialForm:
    orders = Order.objects.for_store(store).present().newest_first()[:ORDERS_TO_TRY]
    choices = [(order.pk, _named(order)) for order in orders]
    if request.POST.get("do") == "try":
        return TrialForm(request.POST, orders=choices)
    return TrialForm(initial={"order": request.POST.get("order", "")}, orders=choices)


def _named(order: Order) -> str:
    to = order.shipping
    parts = (f"#{order.number}", f"{to.first_name} {to.last_name}".strip(), to.country)
    return " · ".join(part for part in parts if part)


def _try(
    store: Store, trial: TrialForm, definition: Any, trigger: str, facts: Facts
) -> dict[str, Any]:
    order = Order.objects.for_store(store).get(pk=trial.cleaned_data["order"])
    entries = try_rule(
        order=order, definition=definition, trigger=trigger, facts=facts, now=timezone.now()
    )
    return {"order": order, "before": entries[:-1], "this": entries[-1:]}
