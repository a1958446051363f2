"""What a merchant fills in to connect a Shopify shop."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from integrations.base import SecretField, SettingsForm

SHOP = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\.myshopify\.com")
# What goes out in a header; anything else was copied along by mistake.
plain = RegexValidator(
    r"^[!-~]+$", "Only letters, digits and signs without spaces. Was something copied along?"
)


class ShopifySettings(SettingsForm):
    """The shop, the app's credentials, and what is told back to the shop."""

    shop_domain = forms.CharField(
        label="Shop domain",
        max_length=200,
        help_text="Your shop's own address at Shopify, such as example.myshopify.com.",
    )
    access_token = SecretField(
        label="Admin API access token",
        max_length=200,
        validators=[plain],
        help_text="In Shopify: Settings, Apps, Develop apps, your app, API credentials.",
    )
    webhook_secret = SecretField(
        label="Webhook signing secret",
        max_length=200,
        validators=[plain],
        help_text="On the same page: the client secret (API secret key). It signs webhooks.",
    )
    previous_webhook_secret = SecretField(
        label="Previous signing secret",
        required=False,
        max_length=200,
        validators=[plain],
        help_text="While you rotate the secret: Shopify may sign with the old one for an hour.",
    )
    sync_tracking = forms.BooleanField(
        label="Sync Tracking Numbers",
        required=False,
        initial=True,
        help_text="Tell the shop of parcels, so that its orders become fulfilled.",
    )
    notify_customer = forms.BooleanField(
        label="Notify customers",
        required=False,
        initial=False,
        help_text="Let Shopify write to the customer when a parcel is on its way.",
    )

    def clean_shop_domain(self) -> Any:
        given = str(self.cleaned_data["shop_domain"]).strip().lower()
        domain = given.removeprefix("https://").rstrip("/")
        if not SHOP.fullmatch(domain):
            raise forms.ValidationError(
                "This has to be the shop's own address, such as example.myshopify.com. "
                "You find it in Shopify under Settings, Domains."
            )
        return domain
