"""Moving orders to a folder, many at once."""

from typing import Any

from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api.documented import answers, documented
from orders.api.fields import Loose, Text
from orders.models import Folder, Order
from orders.services import By, folder_named, move_orders
from stores.api import StoreAPI

MOVED_AT_ONCE = 1000
# A second pair of names that some clients send.
_ALIASES = {"order_ids": "order_id_list", "folder_id": "destination_folder_id"}


class Id(serializers.IntegerField):
    """An id, as number or as its digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class MoveSerializer(Loose):
    """Which orders, and where to: a folder's id or its exact name, not both."""

    order_id_list = serializers.ListField(
        child=Id(), allow_empty=False, help_text=f"At most {MOVED_AT_ONCE:,}."
    )
    destination_folder_id = Id(required=False)
    destination_folder_name = Text()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            for alias, name in _ALIASES.items():
                if alias in data and name not in data:
                    data[name] = data[alias]
            if data.get("destination_folder_id") == "":
                del data["destination_folder_id"]
            ids = data.get("order_id_list")
            if isinstance(ids, list) and len(ids) > MOVED_AT_ONCE:
                raise serializers.ValidationError(
                    {"order_id_list": [f"has {len(ids):,} ids; at most {MOVED_AT_ONCE:,} go."]}
                )
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        by_name = bool(attrs.get("destination_folder_name"))
        if by_name == ("destination_folder_id" in attrs):
            raise serializers.ValidationError(
                "State either destination_folder_id or destination_folder_name, one of them."
            )
        return attrs


class MovedSerializer(serializers.Serializer[Any]):
    """One order and the folder it came from."""

    order_id = serializers.CharField()
    previous_folder_id = serializers.IntegerField()


class Moves(StoreAPI):
    """Moving orders between folders."""

    @documented(
        "Move orders", answers("results", MovedSerializer, many=True), MoveSerializer, changes=True
    )
    def create(self, request: Request) -> Response:
        """Move all of these orders or, if one of them is not there, none."""
        stated = self.stated(MoveSerializer)
        folder = self._folder(stated)
        wanted = list(dict.fromkeys(stated["order_id_list"]))
        present = self.rows(Order.objects).present().filter(pk__in=wanted)
        orders = {order.pk: order for order in present}
        if missing := [str(pk) for pk in wanted if pk not in orders]:
            raise exceptions.NotFound(
                f"order_id_list: There is no order {', '.join(missing[:20])} in this store."
            )
        moved = move_orders(
            orders=orders.values(), folder=folder, by=By.api(self.key.name), now=timezone.now()
        )
        # An order that lay there already came from there.
        results = [
            {"order_id": str(pk), "previous_folder_id": moved.get(pk, folder.pk)} for pk in wanted
        ]
        words = "Order" if len(moved) == 1 else "Orders"
        return self.answer(f"{len(moved)} {words} Moved to {folder.name}", results=results)

    def _folder(self, stated: dict[str, Any]) -> Folder:
        if name := stated.get("destination_folder_name"):
            return folder_named(self.api_store.pk, name)
        pk = stated["destination_folder_id"]
        folder = self.rows(Folder.objects).filter(pk=pk).first()
        if folder is None:
            raise exceptions.ValidationError(
                {"destination_folder_id": [f"There is no folder {pk} in this store."]}
            )
        return folder
