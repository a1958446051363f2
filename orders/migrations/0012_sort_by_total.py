"""Lists sorted by the total walk along an index, however many orders a store has."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0011_job_rows_without_checks'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['store', 'order_total', 'id'], name='order_by_total'),
        ),
    ]
