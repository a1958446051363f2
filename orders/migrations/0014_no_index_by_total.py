"""Amounts are compared by operators that are not leakproof: their index cannot bound a walk here."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("orders", "0013_outcomes_in_place")]

    operations = [migrations.RemoveIndex(model_name="order", name="order_by_total")]
