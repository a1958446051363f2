"""The rows of a job: taking the next ones, and writing what became of them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection

from orders.bulk.actions import Outcome, State
from orders.models import BulkJob, BulkOrder

_WRITE = """
UPDATE orders_bulkorder AS row
SET state = told.state, sentence = told.sentence, inverse = told.inverse::jsonb,
    version = told.version, output = told.output
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(sentences)s::text[], %(inverses)s::text[],
    %(versions)s::int[], %(outputs)s::text[])
    AS told (id, state, sentence, inverse, version, output)
WHERE row.store_id = %(store)s AND row.id = told.id
"""


class Row(NamedTuple):
    """One order of a job that is about to be done; see `BulkOrder`."""

    pk: int
    position: int
    order_id: int
    inverse: dict[str, Any]
    version: int


def next_rows(job: BulkJob, size: int, *, behind: int) -> list[Row]:
    """Lock and give the next rows that wait, in their order.

    `behind` is a place up to which none waits any more, so that those are not looked at again.
    """
    waiting = BulkOrder.objects.for_store(job.store_id).filter(job=job).waiting()
    rows = waiting.filter(position__gt=behind).order_by("position").select_for_update()
    return [Row(*row) for row in rows.values_list(*Row._fields)[:size]]


def write_outcomes(
    job: BulkJob,
    rows: Iterable[Row],
    outcomes: Mapping[int, Outcome],
    versions: Mapping[int, int],
) -> Counter[str]:
    """Write what became of the rows by one statement, and count it by state.

    `outcomes` and `versions` are by order id; of an order that is gone there is no version.
    """
    told = [(row, outcomes[row.order_id]) for row in rows]
    values: dict[str, Any] = {
        "store": job.store_id,
        "ids": [row.pk for row, _ in told],
        "states": [outcome.state.value for _, outcome in told],
        "sentences": [outcome.sentence[:1000] for _, outcome in told],
        # What an undo knows of an order stays where it did not come to it.
        "inverses": [json.dumps(dict(outcome.inverse or row.inverse)) for row, outcome in told],
        "versions": [versions.get(row.order_id, 0) for row, _ in told],
        "outputs": [outcome.output for _, outcome in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
    return Counter(outcome.state.value for _, outcome in told)


def skip_the_rest(job: BulkJob, sentence: str) -> int:
    """Mark what still waits as skipped and give how many."""
    waiting = BulkOrder.objects.for_store(job.store_id).filter(job=job).waiting()
    return waiting.update(state=State.SKIPPED, sentence=sentence)


def done_ids(job: BulkJob) -> list[int]:
    """Give the ids of the orders a job is done with, in the job's order."""
    rows = BulkOrder.objects.for_store(job.store_id).filter(job=job, state=State.DONE)
    return list(rows.order_by("position").values_list("order_id", flat=True))
