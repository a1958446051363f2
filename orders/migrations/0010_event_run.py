"""A person may have rules run; the event that tells of it has a kind of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_search_table")]

    operations = [
        migrations.AlterField(
            model_name="orderevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("imported", "Order is imported"),
                    ("history_imported", "Order is brought in as history"),
                    ("created_manually", "Order is created manually"),
                    ("updated", "Order is updated by its source"),
                    ("source_change_waiting", "A change at the source waits"),
                    ("source_change_ignored", "A change at the source is ignored"),
                    ("details_changed", "Order details changed"),
                    ("address_changed", "Order address changed"),
                    ("items_changed", "Items changed"),
                    ("folder_changed", "Folder is changed"),
                    ("checkout_data_changed", "Checkout data changed"),
                    ("metadata_changed", "Order metadata changed"),
                    ("note_added", "Note is added"),
                    ("tagged", "Tag is changed"),
                    ("duplicated", "Order is duplicated"),
                    ("split", "Order is split"),
                    ("merged", "Order is merged"),
                    ("submission_requested", "Sending was asked for"),
                    ("submitted", "Order is sent"),
                    ("submission_delayed", "Sending is delayed"),
                    ("submission_failed", "Sending failed"),
                    ("shipment_added", "Shipment is added"),
                    ("shipment_updated", "Shipment is updated"),
                    ("shipment_deleted", "Shipment is deleted"),
                    ("tracking_pushed", "Tracking is sent to the cart"),
                    ("canceled", "Order is canceled"),
                    ("deleted", "Order is deleted"),
                    ("restored", "Order is restored"),
                    ("history", "Note in the history"),
                    ("event_run", "Rules are run by hand"),
                ],
                max_length=30,
            ),
        ),
    ]
