"""The store itself, and the call that only proves that calls arrive."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api.documented import answers, documented
from orders.models import Folder, Order
from orders.shapes import shown_moment, store_json
from stores.api import StoreAPI

# The shipping methods of so many orders are told; all of them would take a look at every order.
METHODS_FROM = 500


class StoreSerializer(serializers.Serializer[Any]):
    """A store's settings; `folders` maps ids to names, in the store's own order."""

    id = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()
    currency = serializers.CharField()
    timezone = serializers.CharField()
    locale = serializers.CharField(help_text="Language and country, such as en_US.")
    date_format = serializers.CharField(help_text="In PHP's letters, as templates write dates.")
    phone_format = serializers.CharField()
    country_format = serializers.CharField()
    ioss_number = serializers.CharField()
    stock_behavior = serializers.CharField(
        help_text="counted: orders change no stock, counts of the warehouse and scripts do."
    )
    shipping_methods = serializers.ListField(
        child=serializers.CharField(), help_text="Those of the newest orders."
    )
    date_added = serializers.CharField()
    folders = serializers.DictField(child=serializers.CharField())


TESTED = answers("current_date_time", serializers.CharField())


class Test(StoreAPI):
    """A call that changes nothing and needs nothing but the key."""

    only_reads = True

    @documented("Test the connection", TESTED)
    def show(self, request: Request) -> Response:
        """Tell that store id and key are right."""
        return self.answer("Connection Successful", current_date_time=shown_moment(timezone.now()))

    @documented("Test the connection by POST", TESTED)
    def show_posted(self, request: Request) -> Response:
        """Tell the same to clients that test by POST; the body is not looked at."""
        return self.show(request)


class StoreSettings(StoreAPI):
    """The store of the key."""

    @documented("Store settings and folders", answers("store", StoreSerializer))
    def retrieve(self, request: Request) -> Response:
        """Give the store's settings and its folders."""
        folders = list(self.rows(Folder.objects).in_order())
        shown = store_json(self.api_store, folders, self._shipping_methods())
        return self.answer("Store Found", store=shown)

    def _shipping_methods(self) -> list[str]:
        newest = self.rows(Order.objects).present().order_by("-added_at", "-pk")
        methods = newest.values_list("shipping_method", flat=True)[:METHODS_FROM]
        return sorted({method for method in methods if method})
