"""What the store wants to happen by itself, and what came of it."""

from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from orders.models import Order, OrderEvent
from stores.scoping import StoreOwned, StoreRows
from stores.work import Work


class RuleQuerySet(models.QuerySet["Rule"]):
    """A store's rules."""

    def enabled(self) -> Self:
        return self.filter(is_enabled=True)

    def on(self, trigger: str) -> Self:
        return self.filter(trigger=trigger)

    def in_order(self) -> Self:
        return self.order_by("position", "pk")


class Rule(StoreOwned):
    """When `trigger` happens to an order and the filters hold, do the actions, in order.

    `filters` is a list of {"filter", "operator", "value", "name"?, "case"?}, `actions` of
    {"action", …its settings}; the catalogues in `orders.filters.fields` and `rules.actions` say
    what may stand there.
    """

    name = models.CharField(max_length=120)
    trigger = models.CharField(max_length=40)
    position = models.PositiveIntegerField(default=0)
    is_enabled = models.BooleanField(default=True)
    match = models.CharField(
        max_length=3, choices=[("all", "All of these"), ("any", "Any of these")], default="all"
    )
    filters = models.JSONField(default=list, blank=True)
    actions = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    objects = StoreRows(RuleQuerySet)

    class Meta:
        indexes = [models.Index(fields=["store", "trigger", "position"], name="rule_by_trigger")]

    def __str__(self) -> str:
        return self.name


class RuleRunQuerySet(models.QuerySet[Any]):
    """Runs of rules."""

    def stuck(self) -> Self:
        return self.filter(state__in=[Work.State.FAILED, Work.State.PARKED])

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def hits_since(self, moment: datetime) -> dict[int, tuple[int, datetime]]:
        """Give, by rule id, how often it fired since then and when last."""
        rows = (
            self.filter(finished_at__gte=moment)
            .exclude(fired=[])
            .annotate(rule_id=Unnest("fired"))
            .values("rule_id")
            .annotate(hits=models.Count("pk"), last=models.Max("finished_at"))
            .values_list("rule_id", "hits", "last")
        )
        return {rule_id: (hits, last) for rule_id, hits, last in rows}


class Unnest(models.Func):
    """One row per element of an array."""

    function = "unnest"
    set_returning = True
    output_field = models.BigIntegerField()


class RuleRun(Work):
    """A store's rules, run once for one event.

    `trace` says of each rule whether it fired and why; see `rules.evaluate.Trace`. `fired` has the
    ids of those that did, so that counting them need not read traces.
    """

    worker = "rules.run.run_rules"
    batch = 10

    event = models.ForeignKey(
        OrderEvent, on_delete=models.CASCADE, related_name="rule_runs", db_index=False
    )
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="rule_runs", db_index=False
    )
    trace = models.JSONField(default=list, blank=True)
    fired = ArrayField(models.BigIntegerField(), default=list, blank=True)

    objects = StoreRows(RuleRunQuerySet)

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(fields=["store", "event"], name="rules_run_once_per_event"),
        ]
        indexes = [
            *Work.Meta.indexes,
            models.Index(fields=["store", "order"], name="rule_run_by_order"),
            models.Index(
                fields=["store", "finished_at"],
                name="rule_run_that_fired",
                condition=~models.Q(fired=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"rules for event {self.event_id}"
