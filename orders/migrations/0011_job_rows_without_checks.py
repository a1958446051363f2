"""The rows of a job are made by one statement; the database need not look at each."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_event_run")]

    operations = [
        migrations.AlterField(
            model_name="bulkorder",
            name="store",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="stores.store",
            ),
        ),
        migrations.AlterField(
            model_name="bulkorder",
            name="job",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="orders.bulkjob",
            ),
        ),
    ]
