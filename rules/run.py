"""What a worker does with one event: evaluate the rules, then make the plan real in one go."""

from collections.abc import Iterable
from datetime import datetime
from functools import singledispatch
from itertools import takewhile
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from integrations.models import Connection
from integrations.services import request_submission
from orderdesk.lib.refused import Refused
from orders.models import Folder, Order, OrderEvent
from orders.services import By, move_order, set_checkout_data
from orders.services.links import why_not_sent
from rules.actions import Effect, MoveOrder, SendOrder, SetCheckoutData
from rules.evaluate import BROKEN, CUT, FIRED, REFUSED, Barred, Plan, Trace, evaluate
from rules.models import RuleRun
from rules.reading import facts_of, order_snapshot, rule_set
from rules.triggers import trigger_of
from stores.crash import point
from stores.scoping import entered
from stores.work import Claim, Fail, finish, settle

# Events that rules caused, one by the other, before the chain is taken for a loop.
LONGEST_CHAIN = 5
TOO_LONG = (
    f"Cut: {LONGEST_CHAIN} changes by rules led to this event, one after the other. "
    "Two of the rules probably set each other off."
)
TWICE = Barred(
    CUT, "Cut: this rule already ran on the way to this event, and would set itself off for ever."
)
DELETED = "The order was deleted before its rules ran."
FIRED_ALREADY = "Fired already when these rules ran before, so it did nothing this time."
Entries = dict[int, dict[str, Any]]


class RuleRefused(Exception):
    """A service refused what a rule wanted; nothing of the plan may stay."""

    def __init__(self, rule_id: int, sentence: str) -> None:
        super().__init__(sentence)
        self.rule_id = rule_id
        self.sentence = sentence


def run_rules(claim: Claim) -> None:
    """Run a store's rules for one event, in one transaction with the outcome of the work.

    A rule that should have acted and could not leaves the work failed, for a person to try again;
    what the others did stays. The next run makes up for what failed and repeats nothing.
    """
    with entered(claim.store_id):
        run = RuleRun.objects.for_store(claim.store_id).select_related("event").get(pk=claim.pk)
        order = Order.objects.for_store(claim.store_id).select_for_update().get(pk=run.order_id)
        settled = _settled(run)
        trace = _evaluate_and_apply(order, run.event, timezone.now(), settled)
        told = _told(trace, settled)
        fired = [entry["rule"] for entry in told if entry["result"] == FIRED]
        if problem := _problem(trace, order):
            settle(claim, Fail(problem), trace=told, fired=fired, finished_at=Now())
        else:
            finish(claim, trace=told, fired=fired)
        point("rules.before_commit")
    point("rules.after_commit")


def _settled(run: RuleRun) -> Entries:
    """Give, by rule, what an earlier run for this event told of the rules it is not to ask again.

    Those are the rules that fired, and all before the first that failed: what they see now is in
    part what later rules did. Those behind it may have waited for what it did not do.
    """
    before = takewhile(lambda entry: entry["result"] not in (BROKEN, REFUSED), run.trace)
    settled = {entry["rule"]: entry for entry in before}
    for entry in run.trace:
        if entry["result"] == FIRED:
            settled[entry["rule"]] = {**entry, "problem": FIRED_ALREADY}
    return settled


def _told(trace: Trace, settled: Entries) -> list[dict[str, Any]]:
    """Tell what the rules did in this run and in the earlier ones, also those deleted since."""
    told = {entry["rule"]: entry for entry in trace.as_json()}
    gone = [entry for rule_id, entry in settled.items() if rule_id not in told]
    return [*gone, *(settled.get(rule_id, entry) for rule_id, entry in told.items())]


def _problem(trace: Trace, order: Order) -> str:
    """Say which rules could not act and what to do; empty if the order lacks nothing."""
    found = trace.failures()
    # That what is canceled, or goes out with a merged order, is not sent is as it should be; there
    # is nothing to put right.
    rests = bool(found) and bool(order.canceled_at or why_not_sent(order))
    failures = [
        (rule.definition.name, bar.problem)
        for rule, bar in found
        if not (bar.result == REFUSED and rests)
    ]
    return " ".join(
        f"Rule “{name}” could not act. {problem} Put that right, then try again."
        for name, problem in failures
    )


def _evaluate_and_apply(order: Order, event: OrderEvent, now: datetime, settled: Entries) -> Trace:
    """Evaluate and apply; what a service refuses is undone and evaluated again without that rule.

    So the other rules' work stays, and none of them builds on a change that did not happen.
    """
    store_id = order.store_id
    facts = facts_of(store_id)
    rules = rule_set(store_id, _trigger_key(event), facts)
    snapshot = order_snapshot(order, needs=rules.needs, facts=facts, now=now)
    chain = _chain(event)
    barred: dict[int, Barred] = dict.fromkeys(_fired_in(store_id, chain), TWICE)
    barred |= {pk: Barred(entry["result"], entry["problem"]) for pk, entry in settled.items()}
    is_gone = order.deleted_at and event.kind != OrderEvent.Kind.DELETED
    halted = DELETED if is_gone else TOO_LONG if len(chain) > LONGEST_CHAIN else ""
    while True:
        plan, trace = evaluate(snapshot, rules, barred=barred, halted=halted)
        try:
            with transaction.atomic():
                _apply(plan, order, event, now)
        except RuleRefused as refusal:
            barred[refusal.rule_id] = Barred(REFUSED, refusal.sentence)
            order.refresh_from_db()
        else:
            return trace


def _trigger_key(event: OrderEvent) -> str:
    trigger = trigger_of(event)
    return trigger.key if trigger else ""


def _chain(event: OrderEvent) -> list[int]:
    """Give the events that led to this one, the nearest first, as far as the limit needs."""
    chain: list[int] = []
    cause = event.cause_id
    while cause is not None and len(chain) <= LONGEST_CHAIN:
        chain.append(cause)
        events = OrderEvent.objects.for_store(event.store_id)
        cause = events.values_list("cause_id", flat=True).get(pk=cause)
    return chain


def _fired_in(store_id: int, events: Iterable[int]) -> set[int]:
    runs = RuleRun.objects.for_store(store_id).filter(event_id__in=events)
    return {rule for fired in runs.values_list("fired", flat=True) for rule in fired}


def _apply(plan: Plan, order: Order, event: OrderEvent, now: datetime) -> None:
    for rule in plan:
        by = By.rule(rule.name, cause=event)
        try:
            for effect in rule.effects:
                carry_out(effect, order, by, now)
        except Refused as refusal:
            raise RuleRefused(rule.rule_id, refusal.message) from refusal


@singledispatch
def carry_out(effect: Effect, order: Order, by: By, now: datetime) -> None:
    """Make one effect real.

    Raises:
        Refused: if it cannot be; the message is for the merchant.
    """
    raise NotImplementedError(type(effect).__name__)


@carry_out.register
def _(effect: MoveOrder, order: Order, by: By, now: datetime) -> None:
    folder = Folder.objects.for_store(order.store_id).filter(pk=effect.folder_id).first()
    if folder is None:
        raise Refused("The folder to move to was deleted a moment ago.")
    move_order(order=order, folder=folder, by=by, now=now)


@carry_out.register
def _(effect: SetCheckoutData, order: Order, by: By, now: datetime) -> None:
    set_checkout_data(order=order, values=effect.values, by=by, now=now)


@carry_out.register
def _(effect: SendOrder, order: Order, by: By, now: datetime) -> None:
    connection = Connection.objects.for_store(order.store_id).get(pk=effect.connection_id)
    request_submission(order=order, connection=connection, by=by, now=now)
