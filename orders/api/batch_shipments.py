"""Shipments of many orders in one call; each row stands for itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orderdesk.lib.complaints import sentences
from orderdesk.lib.ids import id_in
from orderdesk.lib.refused import Refused
from orders.api.documented import answers, documented
from orders.api.fields import Loose, Text, rows_of
from orders.api.shipments import ShipmentSerializer, add_stated
from orders.models import Order, Shipment
from orders.services import By
from orders.shapes import shipment_json
from stores.api import StoreAPI

ROWS_ALLOWED = 500
WHICH = "State order_id, or source_id with source_name."


class Which(Loose):
    """Which order a row means: its id, or its number and its channel."""

    order_id: Any = Text()
    source_id = Text()
    source_name = Text()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("order_id") and not (attrs.get("source_id") and attrs.get("source_name")):
            raise serializers.ValidationError(WHICH)
        return attrs


class FlatRow(Which, ShipmentSerializer):
    """One shipment, and which order it belongs to."""


class NestedRow(Which):
    """Several shipments of one order."""

    shipments = rows_of(ShipmentSerializer, ROWS_ALLOWED, required=True, allow_empty=False)


class Wrapped(Loose):
    """Rows within an object."""

    shipments = rows_of(FlatRow, ROWS_ALLOWED, required=True, allow_empty=False)


class RowResult(serializers.Serializer[Any]):
    """What became of one row; a row that names its shipments in a list gets a list back."""

    order_id = serializers.CharField(help_text="As stated where there is no such order.")
    status = serializers.ChoiceField(["success", "error"])
    message = serializers.CharField()
    shipment = ShipmentSerializer(required=False)
    shipments = ShipmentSerializer(many=True, required=False)


ANY_FORM = PolymorphicProxySerializer(
    component_name="BatchOfShipments",
    serializers=[FlatRow(many=True), Wrapped, NestedRow],
    resource_type_field_name=None,
    many=False,
)


@dataclass(slots=True)
class Row:
    """One row as stated: which order, what is added to it, or what is wrong with the row."""

    order_id: str = ""
    source: tuple[str, str] = ("", "")
    parcels: list[dict[str, Any]] = field(default_factory=list)
    is_nested: bool = False
    problem: str = ""


class BatchShipments(StoreAPI):
    """Shipments of many orders at once."""

    @documented(
        "Add shipments of many orders",
        answers("shipments", RowResult, many=True, named="BatchShipments"),
        ANY_FORM,
        changes=True,
    )
    def create(self, request: Request) -> Response:
        """Add shipments row by row. A row that cannot be done stops no other one.

        The body is a list of rows, an object with that list as `shipments`, or one object that
        names an order and its `shipments`. Each row gets its own result, in the same order; of a
        row with several shipments all are added or none.
        """
        rows = [_read(row) for row in _rows(request.data)]
        orders = self._locked(rows)
        numbered: dict[tuple[str, str], list[Order]] = {}
        for order in orders.values():
            numbered.setdefault((order.source_name, order.source_id), []).append(order)
        now = timezone.now()
        done = [self._done(row, orders, numbered, now) for row in rows]
        # Read anew, all at once: the database sets times.
        kept = self.rows(Shipment.objects).in_bulk([pk for _, added in done for pk in added])
        results = [
            {**result, **_shown(row, [kept[pk] for pk in added])}
            for row, (result, added) in zip(rows, done, strict=True)
        ]
        failed = sum(not added for _, added in done)
        message = f"{len(rows) - failed} Rows Added, {failed} Failed"
        return self.answer(message, shipments=results)

    def _locked(self, rows: Sequence[Row]) -> dict[int, Order]:
        """Lock all orders that are meant, in the order of their ids, so that no two calls cross."""
        present = self.rows(Order.objects).present()
        ids = {pk for row in rows if (pk := id_in(row.order_id)) is not None}
        numbers = {row.source[1] for row in rows if not row.order_id and not row.problem}
        named = present.filter(source_id__in=numbers).values_list("pk", flat=True)
        locked = present.filter(pk__in=ids | set(named)).order_by("pk").select_for_update()
        return {order.pk: order for order in locked}

    def _done(
        self,
        row: Row,
        orders: dict[int, Order],
        numbered: dict[tuple[str, str], list[Order]],
        now: datetime,
    ) -> tuple[dict[str, Any], list[int]]:
        """Do one row; give its result and the ids of the shipments it added."""
        problem = row.problem
        try:
            if not problem:
                order = _meant(row, orders, numbered)
                with transaction.atomic():
                    by = By.api(self.key.name)
                    added = [add_stated(order, parcel, by=by, now=now) for parcel in row.parcels]
                message = f"Shipment {', '.join(str(each.pk) for each in added)} Added"
                result = {"order_id": str(order.pk), "status": "success", "message": message}
                return result, [each.pk for each in added]
        except Refused as refused:
            problem = refused.sentence
        return {"order_id": row.order_id, "status": "error", "message": problem}, []


def _shown(row: Row, added: Sequence[Shipment]) -> dict[str, Any]:
    """Give what a row added under the name that it used itself."""
    shown = [shipment_json(each) for each in added]
    if row.is_nested:
        return {"shipments": shown} if shown else {}
    return {"shipment": shown[0]} if shown else {}


def _rows(body: Any) -> list[Any]:
    """Give the rows of a body in any of its forms.

    Raises:
        ParseError: if there is none, or there are too many.
    """
    rows = body
    if isinstance(body, dict):
        is_one = any(name in body for name in ("order_id", "source_id"))
        rows = [body] if is_one else body.get("shipments")
    if not isinstance(rows, list) or not rows:
        raise exceptions.ParseError(
            "shipments: The body must be a list of shipments, or an object with that list."
        )
    if len(rows) > ROWS_ALLOWED:
        raise exceptions.ParseError(
            f"shipments has {len(rows):,} rows; at most {ROWS_ALLOWED:,} go."
        )
    return rows


def _read(stated: Any) -> Row:
    """Read one row; what is wrong with it is kept, for its result."""
    if not isinstance(stated, dict):
        return Row(problem="The row must be an object.")
    is_nested = "shipments" in stated
    shape = NestedRow if is_nested else FlatRow
    serializer = shape(data=stated)
    if not serializer.is_valid():
        shown = stated.get("order_id")
        return Row(
            order_id=str(shown)[:20] if isinstance(shown, int | str) else "",
            problem=next(iter(sentences(serializer.errors))),
        )
    found = serializer.validated_data
    return Row(
        order_id=found.get("order_id", "").strip(),
        source=(found.get("source_name", ""), found.get("source_id", "")),
        parcels=found["shipments"] if is_nested else [found],
        is_nested=is_nested,
    )


def _meant(
    row: Row, orders: dict[int, Order], numbered: Mapping[tuple[str, str], Sequence[Order]]
) -> Order:
    """Give the order a row means.

    Raises:
        Refused: if there is none, if there are several, or if its id and its number disagree.
    """
    name, number = row.source
    if not row.order_id:
        found: Iterable[Order] = numbered.get(row.source, [])
        [order, *others] = [*found, None]
        if order is None:
            raise Refused(f"There is no order {number} of {name} in this store.")
        if others != [None]:
            raise Refused(f"Several orders of {name} have the number {number}; state order_id.")
        return order
    pk = id_in(row.order_id)
    meant = orders.get(pk) if pk is not None else None
    if meant is None:
        raise Refused(f"There is no order {row.order_id[:20]} in this store.", field="order_id")
    if number and number != meant.source_id:
        raise Refused(
            f"source_id: Order {meant.pk} has the number {meant.source_id}, not {number[:120]}."
        )
    return meant
