"""A form sent twice makes one job; a store's newest jobs have an index."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_jobs_links_settings")]

    operations = [
        migrations.AddField(
            model_name="bulkjob",
            name="once",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddIndex(
            model_name="bulkjob",
            index=models.Index(F("store"), F("id").desc(), name="bulk_job_newest"),
        ),
        migrations.AddConstraint(
            model_name="bulkjob",
            constraint=models.UniqueConstraint(
                fields=["store", "once"], name="one_job_per_form", condition=~Q(once="")
            ),
        ),
    ]
