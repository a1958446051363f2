"""Doing due work, and taking back what a lost worker held."""

import logging
import math
import time
from typing import Any

from django.db.models import F
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from stores import bell
from stores.scoping import across_stores, entered
from stores.work.claims import claim, due_kinds
from stores.work.outcomes import settle
from stores.work.rows import Claim, Doubt, LeaseLost, Retry, Setback, Work, kinds

logger = logging.getLogger(__name__)

DEATHS_ALLOWED = 3
SWEEP_SECONDS = 1.0
STUMBLED = "The hub stumbled over this. It is kept and can be tried again."
WORKER_LOST = "The worker doing this was lost."
WORKER_LOST_OFTEN = f"{WORKER_LOST} Parked after the third time."
_swept_at = -math.inf


def perform(mine: Claim) -> None:
    """Do one claimed row. Nothing escapes: an unforeseen error is logged and the row kept."""
    try:
        import_string(mine.model.worker)(mine)
    except LeaseLost:
        logger.warning("lease lost", extra={"work": f"{mine.model.__name__} {mine.pk}"})
    except Setback as setback:
        _settle_alone(mine, setback)
    except Exception:
        logger.exception("work stumbled: %s %s", mine.model.__name__, mine.pk)
        _settle_alone(mine, (Doubt if mine.model.has_effect else Retry)(STUMBLED))


def _settle_alone(mine: Claim, setback: Setback) -> None:
    try:
        with entered(mine.store_id):
            settle(mine, setback)
    except LeaseLost:
        logger.warning("lease lost", extra={"work": f"{mine.model.__name__} {mine.pk}"})
    except Exception:
        # Its lease runs out and the sweep finds it.
        logger.exception("setback not written: %s %s", mine.model.__name__, mine.pk)


def do_due(*, seconds: float) -> int:
    """Claim and do due work of every kind until none is due or the time is over.

    Gives the number of rows taken. When a claim comes back full, more workers are rung for.
    """
    end = time.monotonic() + seconds
    _sweep_now_and_then()
    taken = 0
    while time.monotonic() < end:
        round_taken = 0
        for model in due_kinds():
            claims = claim(model)
            if len(claims) == model.batch:
                bell.ring()
            for mine in claims:
                perform(mine)
            round_taken += len(claims)
        taken += round_taken
        if not round_taken:
            break
    return taken


def _sweep_now_and_then() -> None:
    """Sweep unless this process did a moment ago: the bell rings often, leases are long."""
    global _swept_at  # noqa: PLW0603 - of this process
    if time.monotonic() - _swept_at >= SWEEP_SECONDS:
        _swept_at = time.monotonic()
        sweep()


def sweep() -> int:
    """Take back rows whose lease ran out and give how many.

    Their worker is dead or stuck; its outcome can no longer be written. A row that lost its worker
    too often is parked: it may be the one that kills them.
    """
    swept = 0
    for model in kinds():
        doubt: dict[str, Any] = {"in_doubt": True} if model.has_effect else {}
        fresh = {"leased_until": None, "deaths": F("deaths") + 1, "due_at": Now(), **doubt}
        with across_stores():
            lost = model.across_stores.filter(state=Work.State.WORKING, leased_until__lt=Now())
            killers = list(
                lost.filter(deaths__gte=DEATHS_ALLOWED - 1).values_list("store_id", "pk")
            )
            parked = lost.filter(pk__in=[pk for _, pk in killers])
            swept += parked.update(state=Work.State.PARKED, problem=WORKER_LOST_OFTEN, **fresh)
            swept += lost.update(state=Work.State.WAITING, problem=WORKER_LOST, **fresh)
        if model.on_parked:
            for store_id, pk in killers:
                with entered(store_id):
                    import_string(model.on_parked)(store_id, pk)
    return swept
