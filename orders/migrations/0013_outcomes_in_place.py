"""An outcome is written where its row is: no index has the state, and pages have room for it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_sort_by_total")]

    operations = [
        migrations.RemoveIndex(model_name="bulkorder", name="bulk_order_waiting"),
        migrations.RunSQL(
            "ALTER TABLE orders_bulkorder SET (fillfactor = 50)",
            "ALTER TABLE orders_bulkorder RESET (fillfactor)",
        ),
    ]
