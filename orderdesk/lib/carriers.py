"""Carriers known by the form of their tracking numbers, and where they show a parcel."""

import re
from urllib.parse import quote

# Forms that belong to one carrier only; a number that fits none of them stays unnamed.
_FORMS = [
    ("UPS", re.compile(r"1Z[0-9A-Z]{16}")),
    ("USPS", re.compile(r"(?:9[1-5]\d{20}|9[1-5]\d{18}|[A-Z]{2}\d{9}US|82\d{8})")),
    ("FedEx", re.compile(r"(?:\d{12}|\d{15}|96\d{20})")),
    ("DHL", re.compile(r"(?:JJD\d{16,18}|JD\d{18}|\d{10})")),
    ("Royal Mail", re.compile(r"[A-Z]{2}\d{9}GB")),
    ("Canada Post", re.compile(r"[A-Z]{2}\d{9}CA")),
    ("Australia Post", re.compile(r"[A-Z]{2}\d{9}AU")),
    ("NZ Post", re.compile(r"[A-Z]{2}\d{9}NZ")),
]
_PAGES = {
    "ups": "https://www.ups.com/track?tracknum={}",
    "usps": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    "fedex": "https://www.fedex.com/fedextrack/?trknbr={}",
    "dhl": "https://www.dhl.com/en/express/tracking.html?AWB={}",
    "royalmail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    "canadapost": "https://www.canadapost-postescanada.ca/track-reperage/en#/details/{}",
    "australiapost": "https://auspost.com.au/mypost/track/#/details/{}",
    "nzpost": "https://www.nzpost.co.nz/tools/tracking?trackid={}",
}


def guess_carrier(number: str) -> str:
    """Name the carrier whose form the number has; '' where none fits."""
    compact = re.sub(r"[\s-]", "", number).upper()
    return next((name for name, form in _FORMS if form.fullmatch(compact)), "")


def tracking_url(carrier: str, number: str) -> str:
    """Give the carrier's page for the parcel; '' for a carrier without a known one."""
    page = _PAGES.get(re.sub(r"[^a-z]", "", carrier.lower()), "")
    return page.format(quote(number, safe="")) if page and number.lower() != "n/a" else ""
