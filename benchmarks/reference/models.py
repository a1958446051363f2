"""Tables of the day's hub."""

from django.db import models


class Delivery(models.Model):
    """A message as it came in."""

    store = models.BigIntegerField()
    delivery_id = models.CharField(max_length=200)
    topic = models.CharField(max_length=100)
    body = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "delivery_id"], name="once")]

    def __str__(self) -> str:
        return self.delivery_id


class Order(models.Model):
    """An order."""

    store = models.BigIntegerField(db_index=True)
    source_key = models.CharField(max_length=120)
    number = models.CharField(max_length=120, db_index=True)
    folder = models.CharField(max_length=40, default="New", db_index=True)
    email = models.CharField(max_length=254, db_index=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=14, decimal_places=4)
    shipping_method = models.CharField(max_length=200, blank=True)
    shipping_name = models.CharField(max_length=240, blank=True)
    shipping_address1 = models.CharField(max_length=250, blank=True)
    shipping_address2 = models.CharField(max_length=250, blank=True)
    shipping_city = models.CharField(max_length=120, blank=True)
    shipping_state = models.CharField(max_length=120, blank=True)
    shipping_postal_code = models.CharField(max_length=30, blank=True)
    shipping_country = models.CharField(max_length=80, blank=True)
    shipping_phone = models.CharField(max_length=40, blank=True)
    checkout_data = models.JSONField(default=dict)
    external_id = models.CharField(max_length=120, blank=True, db_index=True)
    added_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "source_key"], name="one_per_source_key")
        ]

    def __str__(self) -> str:
        return self.number


class Item(models.Model):
    """A line of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    line_id = models.CharField(max_length=120)
    name = models.CharField(max_length=500)
    code = models.CharField(max_length=120)
    price = models.DecimalField(max_digits=14, decimal_places=4)
    quantity = models.IntegerField()
    weight = models.DecimalField(max_digits=14, decimal_places=4)

    def __str__(self) -> str:
        return self.code


class Event(models.Model):
    """A line of an order's history."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    sentence = models.CharField(max_length=1000)
    details = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sentence


class Rule(models.Model):
    """When all conditions hold, do the action."""

    store = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=120)
    position = models.IntegerField()
    # A list of conditions, each a list: field, operator, value.
    conditions = models.JSONField(default=list)
    action = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.name


class Shipment(models.Model):
    """A parcel of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments")
    external_id = models.CharField(max_length=120, unique=True)
    tracking_number = models.CharField(max_length=250)
    carrier = models.CharField(max_length=80)
    pushed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.tracking_number
