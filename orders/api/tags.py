"""What an order's ETag stands for, and calls that depend on it."""

import re
from hashlib import sha256

from rest_framework import exceptions
from rest_framework.request import Request

from orders.models import Order

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class NotAsStated(exceptions.APIException):
    """The order is not as the caller says it must be."""

    status_code = 412


def tag_of(order: Order) -> str:
    """Give an order's ETag: another one after any change of it, its lines or its shipments.

    The lines and shipments must be fetched already. Each parcel has a version of its own, too.
    """
    parcels = [(each.pk, each.version) for each in order.shipments.all()]
    told = (order.pk, order.version, order.updated_at.isoformat(), sorted(parcels))
    return f'"{sha256(repr(told).encode()).hexdigest()[:32]}"'


def refuse_unless_matched(request: Request, tag: str) -> None:
    """See that the order still is what the caller's If-Match names, where there is one.

    Raises:
        NotAsStated: if it is not.
    """
    stated = request.headers.get("If-Match")
    if stated is None or stated.strip() == "*" or tag in _TAG.findall(stated):
        return
    raise NotAsStated("The order was changed meanwhile. Get it again before you change it.")


def is_unchanged(request: Request, tag: str) -> bool:
    """Tell whether the caller has the order as it is, by If-None-Match."""
    stated = request.headers.get("If-None-Match", "")
    # Proxies that compress make a tag weak; for reading that is as good.
    return stated.strip() == "*" or tag in [
        each.removeprefix("W/") for each in _TAG.findall(stated)
    ]
