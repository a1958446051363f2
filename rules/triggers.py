"""What can set rules off: the one table from a trigger to the kind of event behind it."""

from dataclasses import dataclass

from orders.models import OrderEvent


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that happens to an order and that rules may wait for.

    `kind` is the kind of the order event that tells of it.
    """

    key: str
    name: str
    kind: str


TRIGGERS = {
    trigger.key: trigger
    for trigger in (
        Trigger("imported", "Order is Imported", "imported"),
        Trigger("created_manually", "Order is Created Manually", "created_manually"),
        Trigger("folder_changed", "Folder is Changed", "folder_changed"),
        Trigger("details_changed", "Order Details Changed", "details_changed"),
        Trigger("address_changed", "Order Address Changed", "address_changed"),
        Trigger("items_changed", "Order Items Changed", "items_changed"),
        Trigger("checkout_data_changed", "Checkout Data Changed", "checkout_data_changed"),
        Trigger("note_added", "Order Note Added", "note_added"),
        Trigger("duplicated", "Order is Duplicated", "duplicated"),
        Trigger("split", "Order is Split", "split"),
        Trigger("merged", "Order is Merged", "merged"),
        Trigger("shipment_added", "Shipment is Added", "shipment_added"),
        Trigger("shipment_updated", "Shipment is Updated", "shipment_updated"),
        Trigger("shipment_deleted", "Shipment is Deleted", "shipment_deleted"),
        Trigger("canceled", "Order is Canceled", "canceled"),
        Trigger("deleted", "Order is Deleted", "deleted"),
    )
}
BY_KIND = {trigger.kind: trigger for trigger in TRIGGERS.values()}


def trigger_of(event: OrderEvent) -> Trigger | None:
    """Give what an event sets off; None for events that rules do not wait for.

    Where a person has rules run, the event itself says for which trigger.
    """
    if event.kind == OrderEvent.Kind.EVENT_RUN:
        return TRIGGERS.get(event.details.get("trigger", ""))
    return BY_KIND.get(event.kind)
