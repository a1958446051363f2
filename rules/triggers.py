"""What can set rules off: the one table from a trigger to the kind of event behind it."""

from dataclasses import dataclass


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
        Trigger("shipment_added", "Shipment is Added", "shipment_added"),
    )
}
BY_KIND = {trigger.kind: trigger for trigger in TRIGGERS.values()}
