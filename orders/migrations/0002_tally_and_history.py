"""Counts per folder kept by a trigger, and a history the database refuses to change."""

from django.db import migrations

TALLY = """
CREATE FUNCTION orders_tally() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed record;
BEGIN
    FOR changed IN
        SELECT store_id, folder_id, sum(delta) AS delta FROM (
            {rows}
        ) AS rows GROUP BY store_id, folder_id HAVING sum(delta) <> 0
        ORDER BY store_id, folder_id
    LOOP
        INSERT INTO orders_foldertally (store_id, folder_id, delta)
            VALUES (changed.store_id, changed.folder_id, changed.delta);
        -- Now and then the rows of a folder become one; rows somebody else holds stay for later.
        IF random() < 0.02 THEN
            WITH gone AS (
                DELETE FROM orders_foldertally WHERE id IN (
                    SELECT id FROM orders_foldertally
                    WHERE store_id = changed.store_id AND folder_id = changed.folder_id
                    FOR UPDATE SKIP LOCKED
                ) RETURNING delta
            )
            INSERT INTO orders_foldertally (store_id, folder_id, delta)
                SELECT changed.store_id, changed.folder_id, sum(delta) FROM gone
                HAVING count(*) > 0;
        END IF;
    END LOOP;
    RETURN NULL;
END $$
"""
CAME = "SELECT store_id, folder_id, 1 AS delta FROM came WHERE deleted_at IS NULL"
WENT = "SELECT store_id, folder_id, -1 AS delta FROM went WHERE deleted_at IS NULL"


def tally(event: str, rows: str, tables: str) -> list[str]:
    function = TALLY.replace("orders_tally", f"orders_tally_{event}").replace("{rows}", rows)
    trigger = (
        f"CREATE TRIGGER tally_{event} AFTER {event} ON orders_order REFERENCING {tables} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION orders_tally_{event}()"
    )
    return [function, trigger]


SQL = [
    *tally("insert", CAME, "NEW TABLE AS came"),
    *tally("update", f"{CAME} UNION ALL {WENT}", "OLD TABLE AS went NEW TABLE AS came"),
    *tally("delete", WENT, "OLD TABLE AS went"),
    """
    CREATE FUNCTION orders_history_stands() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('app.erasing', true) = 'on' THEN
            RETURN coalesce(NEW, OLD);
        END IF;
        RAISE EXCEPTION 'what happened to an order is written once and never changed';
    END $$
    """,
    """
    CREATE TRIGGER history_stands BEFORE UPDATE OR DELETE ON orders_orderevent
    FOR EACH ROW EXECUTE FUNCTION orders_history_stands()
    """,
]
UNDO = [
    "DROP TRIGGER history_stands ON orders_orderevent",
    "DROP FUNCTION orders_history_stands",
    *[
        statement
        for event in ("insert", "update", "delete")
        for statement in (
            f"DROP TRIGGER tally_{event} ON orders_order",
            f"DROP FUNCTION orders_tally_{event}",
        )
    ],
]


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunSQL([(sql, None) for sql in SQL], [(sql, None) for sql in UNDO])]
