"""What a merchant fills in to connect Unleashed."""

from django import forms
from django.core.validators import RegexValidator

from integrations.base import FolderField, SecretField, SettingsForm

# What goes out in a header; anything else was copied along by mistake.
plain = RegexValidator(
    r"^[!-~]+$", "Only letters, digits and signs without spaces. Was something copied along?"
)
TRACKING = [
    ("to", "To Unleashed"),
    ("from", "From Unleashed"),
    ("disabled", "Disabled"),
]


class UnleashedSettings(SettingsForm):
    """Credentials, where orders move, and which way tracking and stock travel."""

    api_id = forms.CharField(
        label="API ID",
        max_length=100,
        validators=[plain],
        help_text="In Unleashed: Integration, API access.",
    )
    api_key = SecretField(label="API Key", max_length=200, validators=[plain])
    after_import_folder = FolderField(
        label="After Import, Move To",
        required=False,
        help_text="Where an order goes once Unleashed has it.",
    )
    after_shipment_folder = FolderField(
        label="After Shipment, Move To",
        required=False,
        help_text="Where an order goes once Unleashed has shipped it.",
    )
    sync_tracking = forms.ChoiceField(
        label="Sync Tracking Numbers",
        choices=TRACKING,
        initial="from",
        help_text=(
            "To Unleashed: tracking the order has already goes along with it. "
            "From Unleashed: shipments are fetched from there."
        ),
    )
    sync_inventory = forms.BooleanField(
        label="Sync Inventory",
        required=False,
        initial=False,
        help_text="Regularly download stock counts from Unleashed.",
    )
    default_customer_code = forms.CharField(
        label="Default customer code",
        required=False,
        max_length=500,
        help_text=(
            "The Unleashed customer all orders are booked on. Empty: one customer for each buyer, "
            "found or made by e-mail address."
        ),
    )
    warehouse_code = forms.CharField(
        label="Warehouse code",
        required=False,
        max_length=15,
        help_text="Empty: the default warehouse of your Unleashed account.",
    )
