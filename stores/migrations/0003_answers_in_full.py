from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stores', '0002_formats_and_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='idempotencykey',
            name='headers',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name='idempotencykey',
            name='status',
            field=models.PositiveSmallIntegerField(default=200),
            preserve_default=False,
        ),
    ]
