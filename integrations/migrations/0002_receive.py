"""Taking in a message with one statement: enter the store, check the connection, keep the bytes."""

from django.db import migrations

SQL = """
CREATE FUNCTION integrations_receive(
    the_store bigint, the_connection bigint, the_revision integer,
    the_delivery text, the_topic text, the_headers jsonb, the_body bytea
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    fresh bigint;
BEGIN
    PERFORM set_config('app.store_id', the_store::text, true);
    PERFORM 1 FROM integrations_connection
        WHERE id = the_connection AND store_id = the_store AND revision = the_revision
            AND state <> 'disconnected';
    IF NOT FOUND THEN
        RETURN 'stale';
    END IF;
    INSERT INTO integrations_inboundmessage
        (store_id, connection_id, delivery_id, topic, headers, body,
         state, in_doubt, attempts, deaths, fence, problem, result)
    VALUES (the_store, the_connection, the_delivery, the_topic, the_headers, the_body,
         'waiting', false, 0, 0, 0, '', '')
    ON CONFLICT (store_id, connection_id, delivery_id) DO NOTHING
    RETURNING id INTO fresh;
    RETURN CASE WHEN fresh IS NULL THEN 'known' ELSE 'kept' END;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial")]
    operations = [migrations.RunSQL(SQL, "DROP FUNCTION integrations_receive")]
