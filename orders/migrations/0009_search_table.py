"""The table orders are searched by: its triggers, and the function that reads it.

Under row-level security PostgreSQL asks an index only by operators it knows to be leakproof, and
pattern matching is none. So `orders_containing` runs as `pg_database_owner`, whom a policy lets
read the whole table, and takes the store from the setting itself. The application's role is a
member of that role where it owns the database; the restrictive policy keeps it behind the wall
whenever it reads by itself. Where another role owns the database the function has no such owner:
it then finds the same and is slow.
"""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.manager
from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension
from django.db import migrations, models

# pg_trgm knows the letters of ASCII in every locale and others only in some, so what is beyond is
# spelt as z and the octal number of each byte. The same text is spelt alike here and there.
FOLDED = """
CREATE FUNCTION orders_folded(told text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length(folded) = char_length(folded) THEN folded
        ELSE translate(encode(convert_to(translate(folded, E'\\\\', '/'), 'UTF8'), 'escape'),
                       E'\\\\', 'z') END
    FROM (SELECT {fold} AS folded) AS one
$$
"""
PEOPLE = ("first_name", "last_name", "company", "phone", "address1", "city", "postal_code")
SHIPPING = ", ".join(f"of_order.shipping_{part}" for part in PEOPLE)
CUSTOMER = ", ".join(f"of_order.customer_{part}" for part in PEOPLE)
COLUMNS = ("source_id", "email", "customer_id", "fulfillment_id")
WORDS = f"""
CREATE FUNCTION orders_words(of_order orders_order) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ' ' || orders_folded(regexp_replace(concat_ws(' ',
        of_order.id, {", ".join(f"of_order.{name}" for name in COLUMNS)}, {SHIPPING},
        CASE WHEN ({CUSTOMER}) IS DISTINCT FROM ({SHIPPING}) THEN concat_ws(' ', {CUSTOMER}) END
    ), '\\s+', ' ', 'g'))
$$
"""
ITEM_WORDS = """
CREATE FUNCTION orders_words_of_items(of_store bigint, of_order bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT ' ' || orders_folded(regexp_replace(
        string_agg(DISTINCT concat_ws(' ', code, name), ' '), '\\s+', ' ', 'g'))
    FROM orders_orderitem WHERE store_id = of_store AND order_id = of_order
$$
"""
PARCEL_WORDS = """
CREATE FUNCTION orders_words_of_parcels(of_store bigint, of_order bigint) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT ' ' || orders_folded(regexp_replace(
        string_agg(DISTINCT tracking_number, ' '), '\\s+', ' ', 'g'))
    FROM orders_shipment
    WHERE store_id = of_store AND order_id = of_order AND removed_at IS NULL
$$
"""
ALL_WORDS = """
CREATE FUNCTION orders_all_words(of_store bigint)
RETURNS TABLE (order_id bigint, part text, words text) LANGUAGE sql STABLE AS $$
    SELECT o.id, 'order', orders_words(o) FROM orders_order o WHERE o.store_id = of_store
    UNION ALL
    SELECT i.order_id, 'items', orders_words_of_items(of_store, i.order_id)
    FROM (SELECT DISTINCT order_id FROM orders_orderitem WHERE store_id = of_store) AS i
    UNION ALL
    SELECT s.order_id, 'parcels', orders_words_of_parcels(of_store, s.order_id)
    FROM (SELECT DISTINCT order_id FROM orders_shipment
          WHERE store_id = of_store AND removed_at IS NULL) AS s
$$
"""

ORDER_CAME = """
CREATE FUNCTION orders_search_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO orders_searchtext (store_id, order_id, part, words)
        SELECT store_id, id, 'order', orders_words(came::orders_order) FROM came;
    RETURN NULL;
END $$
"""
ORDER_CHANGED = """
CREATE FUNCTION orders_search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders_searchtext SET words = orders_words(NEW)
        WHERE store_id = NEW.store_id AND order_id = NEW.id AND part = 'order';
    RETURN NULL;
END $$
"""
ORDER_WENT = """
CREATE FUNCTION orders_search_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM orders_searchtext USING went
        WHERE orders_searchtext.store_id = went.store_id AND orders_searchtext.order_id = went.id;
    RETURN NULL;
END $$
"""
# What hangs on an order is told anew as a whole, once for each order a statement touched.
PART = """
CREATE FUNCTION orders_search_{part}_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH touched AS (SELECT DISTINCT store_id, order_id FROM ({rows}) AS rows),
    fresh AS MATERIALIZED (
        SELECT store_id, order_id, orders_words_of_{part}(store_id, order_id) AS words FROM touched
    ),
    gone AS (
        DELETE FROM orders_searchtext USING fresh
        WHERE orders_searchtext.store_id = fresh.store_id
            AND orders_searchtext.order_id = fresh.order_id
            AND orders_searchtext.part = '{part}' AND fresh.words IS NULL
    )
    INSERT INTO orders_searchtext AS present (store_id, order_id, part, words)
        SELECT store_id, order_id, '{part}', words FROM fresh WHERE words IS NOT NULL
        ON CONFLICT (store_id, order_id, part) DO UPDATE SET words = excluded.words
        WHERE present.words <> excluded.words;
    RETURN NULL;
END $$
"""
CHANGED_PARTS = {
    "items": ("orders_orderitem", ("order_id", "code", "name")),
    "parcels": ("orders_shipment", ("order_id", "tracking_number", "removed_at")),
}
TABLES = {
    "insert": "NEW TABLE AS came",
    "update": "OLD TABLE AS went NEW TABLE AS came",
    "delete": "OLD TABLE AS went",
}


def part_triggers(part: str) -> list[str]:
    table, columns = CHANGED_PARTS[part]
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("went", "came"))
    changed = f"FROM went JOIN came USING (id) WHERE ({old}) IS DISTINCT FROM ({new})"
    rows = {
        "insert": "SELECT store_id, order_id FROM came",
        "update": f"SELECT went.store_id, went.order_id {changed} "
        f"UNION ALL SELECT came.store_id, came.order_id {changed}",
        "delete": "SELECT store_id, order_id FROM went",
    }
    return [
        statement
        for event, touched in rows.items()
        for statement in (
            PART.format(part=part, event=event, rows=touched),
            f"CREATE TRIGGER search_{event} AFTER {event} ON {table} REFERENCING {TABLES[event]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION orders_search_{part}_{event}()",
        )
    ]


# The question is made of quoted text, so that its plan is made for these words and this store.
# A word of one or two letters has no three to look up: it must begin a word.
CONTAINING = """
CREATE FUNCTION orders_containing(wanted text[]) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
DECLARE
    of_store bigint := nullif(current_setting('app.store_id', true), '')::bigint;
    sought text := '';
    pattern text;
BEGIN
    FOR pattern IN
        SELECT CASE WHEN length(word) < 3 THEN '% ' ELSE '%' END
            || replace(replace(replace(word, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'
        FROM (SELECT DISTINCT orders_folded(each) AS word FROM unnest(wanted) AS each) AS words
        WHERE word <> '' ORDER BY length(word) DESC, word
    LOOP
        IF sought = '' THEN
            sought := format('SELECT DISTINCT order_id FROM orders_searchtext AS told '
                'WHERE store_id = %s AND words LIKE %L', of_store, pattern);
        ELSE
            sought := sought || format(' AND EXISTS (SELECT FROM orders_searchtext AS also '
                'WHERE also.store_id = %s AND also.order_id = told.order_id '
                'AND also.words LIKE %L)', of_store, pattern);
        END IF;
    END LOOP;
    IF of_store IS NOT NULL AND sought <> '' THEN
        RETURN QUERY EXECUTE sought;
    END IF;
END $$
"""
OWNERS = """
DO $$
DECLARE
    owns text := (SELECT pg_get_userbyid(datdba) FROM pg_database
                  WHERE datname = current_database());
BEGIN
    IF owns = current_user AND has_schema_privilege('pg_database_owner', 'public', 'CREATE') THEN
        CREATE POLICY found_by_search ON orders_searchtext FOR SELECT
            TO pg_database_owner USING (true);
        EXECUTE format('CREATE POLICY store_alone ON orders_searchtext AS RESTRICTIVE TO %I '
            'USING (store_id = nullif(current_setting(''app.store_id'', true), '''')::bigint)',
            owns);
        GRANT SELECT ON orders_searchtext TO pg_database_owner;
        ALTER FUNCTION orders_containing(text[]) OWNER TO pg_database_owner;
    END IF;
END $$
"""


def statements(server_version: int) -> list[str]:
    """Give the functions and triggers; folding case in full is of PostgreSQL 18."""
    full = server_version >= 180000
    fold = "casefold(told COLLATE pg_unicode_fast) COLLATE \"C\"" if full else "lower(told)"
    heard = ", ".join(
        [*COLUMNS, *(f"{side}_{part}" for side in ("shipping", "customer") for part in PEOPLE)]
    )
    return [
        FOLDED.replace("{fold}", fold),
        WORDS,
        ITEM_WORDS,
        PARCEL_WORDS,
        ALL_WORDS,
        ORDER_CAME,
        "CREATE TRIGGER search_insert AFTER INSERT ON orders_order REFERENCING NEW TABLE AS came "
        "FOR EACH STATEMENT EXECUTE FUNCTION orders_search_came()",
        ORDER_CHANGED,
        f"CREATE TRIGGER search_update AFTER UPDATE OF {heard} ON orders_order FOR EACH ROW "
        "WHEN (orders_words(OLD) <> orders_words(NEW)) EXECUTE FUNCTION orders_search_changed()",
        ORDER_WENT,
        "CREATE TRIGGER search_delete AFTER DELETE ON orders_order REFERENCING OLD TABLE AS went "
        "FOR EACH STATEMENT EXECUTE FUNCTION orders_search_went()",
        *part_triggers("items"),
        *part_triggers("parcels"),
        CONTAINING,
        OWNERS,
    ]


def build(apps, schema_editor):
    connection = schema_editor.connection
    for statement in statements(connection.pg_version):
        schema_editor.execute(statement, params=None)
    # Orders that are here already: each store behind its own wall.
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM stores_store ORDER BY id")
        for (store_id,) in cursor.fetchall():
            cursor.execute("SELECT set_config('app.store_id', %s, true)", [str(store_id)])
            cursor.execute(
                "INSERT INTO orders_searchtext (store_id, order_id, part, words) "
                "SELECT %s, order_id, part, words FROM orders_all_words(%s)",
                [store_id, store_id],
            )
        cursor.execute("SELECT set_config('app.store_id', '', true)")


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_job_once_per_form"), ("stores", "0002_formats_and_keys")]

    operations = [
        TrigramExtension(),
        BtreeGinExtension(),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("part", models.CharField(choices=[("order", "The order itself"), ("items", "Its items"), ("parcels", "Its parcels")], max_length=7)),
                ("words", models.TextField()),
                ("order", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="orders.order")),
                ("store", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stores.store")),
                ("pk", models.CompositePrimaryKey("store", "order", "part", blank=True, editable=False, primary_key=True, serialize=False)),
            ],
            managers=[
                ("across_stores", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="searchtext",
            index=django.contrib.postgres.indexes.GinIndex(fields=["store", "words"], name="searchtext_words", opclasses=["int8_ops", "gin_trgm_ops"]),
        ),
        migrations.RunPython(build, migrations.RunPython.noop),
    ]
