"""What must always hold, checked against the database: the oracle after every bad day.

Each check is one query that gives the rows that break it; an empty answer is a promise kept.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from stores import security, work
from stores.models import Store
from stores.scoping import entered


@dataclass(frozen=True, slots=True)
class Check:
    """One invariant: its name, what a broken row means, and the query that finds such rows."""

    invariant: str
    problem: str
    sql: str


CHECKS = [
    Check(
        "every message ends with a reason",
        "message {} is done and does not say what became of it",
        "SELECT id FROM integrations_inboundmessage WHERE state = 'done' AND result = ''",
    ),
    Check(
        "a message applied names its order",
        "message {} brought an order in and does not say which",
        """SELECT id FROM integrations_inboundmessage WHERE state = 'done'
           AND result NOT IN ('', 'ignored') AND order_id IS NULL""",
    ),
    Check(
        "no order twice",
        "the same order of a source is here more than once, {} among them",
        """SELECT min(id) FROM orders_order
           GROUP BY source_name, source_key HAVING count(*) > 1""",
    ),
    Check(
        "no order sent twice",
        "order {} has more than one submission to the same place",
        """SELECT order_id FROM integrations_submission
           GROUP BY connection_id, verb, order_id, shipment_id HAVING count(*) > 1""",
    ),
    Check(
        "what is sent has its id there",
        "submission {} is done and has no id at the vendor",
        "SELECT id FROM integrations_submission WHERE state = 'done' AND external_id = ''",
    ),
    Check(
        "one order there is one order here",
        "two orders here were sent as the same order there, submission {} among them",
        """SELECT min(id) FROM integrations_submission
           WHERE verb = 'submit_order' AND external_id <> ''
           GROUP BY connection_id, external_id HAVING count(*) > 1""",
    ),
    Check(
        "what was merged is sent once",
        "order {} was sent by itself and with the order it was merged into",
        """SELECT l.parent_id FROM orders_orderlink l WHERE l.kind = 'merged'
           AND EXISTS (SELECT 1 FROM integrations_submission s WHERE s.order_id = l.parent_id
               AND s.verb = 'submit_order' AND s.state = 'done')
           AND EXISTS (SELECT 1 FROM integrations_submission s WHERE s.order_id = l.child_id
               AND s.verb = 'submit_order' AND s.state = 'done')""",
    ),
    Check(
        "a parcel is passed back once",
        "order {} has the same parcel of another order twice",
        """SELECT min(order_id) FROM orders_shipment WHERE origin_id IS NOT NULL
           GROUP BY order_id, origin_id HAVING count(*) > 1""",
    ),
    Check(
        "no tracking doubled",
        "order {} has a parcel of its source twice",
        """SELECT min(order_id) FROM orders_shipment WHERE external_id <> ''
           GROUP BY source, external_id HAVING count(*) > 1""",
    ),
    Check(
        "stock is the sum of its ledger",
        "item {} has a level that its changes do not add up to",
        """SELECT i.id FROM inventory_inventoryitem i
           LEFT JOIN inventory_stockchange c ON c.store_id = i.store_id AND c.item_id = i.id
           GROUP BY i.id, i.stock HAVING i.stock <> coalesce(sum(c.delta), 0)""",
    ),
    Check(
        "every order has a beginning",
        "order {} has no event that says how it came",
        """SELECT id FROM orders_order o WHERE NOT EXISTS (
               SELECT 1 FROM orders_orderevent e
               WHERE e.store_id = o.store_id AND e.order_id = o.id)""",
    ),
    Check(
        "the history leads to the present",
        "order {} lies in another folder than its history says",
        """SELECT o.id FROM orders_order o JOIN orders_folder f ON f.id = o.folder_id
           JOIN LATERAL (
               SELECT after ->> 'folder' AS folder FROM orders_orderevent e
               WHERE e.store_id = o.store_id AND e.order_id = o.id AND e.kind = 'folder_changed'
               ORDER BY e.id DESC LIMIT 1
           ) last ON true
           WHERE last.folder <> f.name
               AND EXISTS (SELECT 1 FROM orders_folder WHERE name = last.folder)""",
    ),
    Check(
        "folders count what lies in them",
        "folder {} shows another count than it holds",
        """SELECT f.id FROM orders_folder f
           WHERE (SELECT count(*) FROM orders_order o
                  WHERE o.store_id = f.store_id AND o.folder_id = f.id AND o.deleted_at IS NULL)
              <> (SELECT coalesce(sum(delta), 0) FROM orders_foldertally t
                  WHERE t.store_id = f.store_id AND t.folder_id = f.id)""",
    ),
    Check(
        "search knows what orders say",
        "order {} is searched by other words than it says",
        """SELECT coalesce(said.order_id, kept.order_id)
           FROM orders_all_words(nullif(current_setting('app.store_id'), '')::bigint) AS said
           FULL JOIN orders_searchtext kept
               ON kept.order_id = said.order_id AND kept.part = said.part
           WHERE kept.words IS DISTINCT FROM said.words""",
    ),
    Check(
        "rules run once for an event",
        "event {} has more than one run of rules",
        "SELECT event_id FROM rules_rulerun GROUP BY event_id HAVING count(*) > 1",
    ),
]
OVERDUE_SECONDS = 60


def violations() -> list[dict[str, object]]:
    """Give every broken promise as {"invariant", "store_id", "problem"}; empty when all hold."""
    found: list[dict[str, object]] = [
        {"invariant": "tenants are apart", "store_id": None, "problem": problem}
        for problem in _open_walls()
    ]
    for store_id in Store.objects.order_by("pk").values_list("pk", flat=True).iterator():
        with entered(store_id):
            for check in [*CHECKS, *_progress()]:
                found += [
                    {
                        "invariant": check.invariant,
                        "store_id": store_id,
                        "problem": check.problem.format(row),
                    }
                    for row in _rows(check.sql)
                ]
    return found


def _rows(sql: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row for (row,) in cursor.fetchall()]


def _progress() -> list[Check]:
    """Give the checks that work moves on: no forgotten lease, nothing due for long."""
    checks = []
    for model in work.kinds():
        table, name = model._meta.db_table, model._meta.verbose_name
        checks += [
            Check(
                "no lease outlives its worker",
                f"{name} {{}} is under a lease that ran out long ago",
                f"SELECT id FROM {table} WHERE state = 'working' AND leased_until < "  # noqa: S608
                f"now() - make_interval(secs => {2 * settings.WORK_LEASE_SECONDS})",
            ),
            Check(
                "what is due gets done",
                f"{name} {{}} has been due for more than a minute and nobody does it",
                f"SELECT id FROM {table} WHERE state = 'waiting' AND due_at < "  # noqa: S608
                f"now() - make_interval(secs => {OVERDUE_SECONDS})",
            ),
        ]
    return checks


def _open_walls() -> list[str]:
    problems = [problem] if (problem := security.unsafe_role()) else []
    return problems + [f"table {table} has no wall" for table in security.unwalled_tables()]
