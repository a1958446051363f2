"""Folders of a store."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from orderdesk.lib.among import among
from orderdesk.lib.refused import Refused
from orders.models import DEFAULT_FOLDERS, Folder, Order, OrderEvent, OrderQuerySet
from orders.services.events import By, Told, record_all
from orders.services.moves import move_orders
from orders.services.rows import check_row
from stores.models import Store

FOLDERS_ALLOWED = 200
# Emptied while the person waits; a folder with more orders is emptied by a job first.
EMPTIED_AT_ONCE = 2000
COLOR = re.compile(r"#[0-9a-f]{6}")


def ensure_default_folders(*, store: Store) -> None:
    """Give a new store its first folders. A store that has folders keeps what it has."""
    if Folder.objects.for_store(store).exists():
        return
    Folder.across_stores.bulk_create(
        Folder(store=store, name=name, position=place)
        for place, name in enumerate(DEFAULT_FOLDERS, start=1)
    )


def first_folder(store_id: int) -> Folder:
    """Give the folder where orders start.

    Raises:
        Refused: if the store has no folder.
    """
    folder = Folder.objects.for_store(store_id).in_order().first()
    if folder is None:
        raise Refused("This store has no folder. Make one first.", field="folder_id")
    return folder


def folder_named(store_id: int, name: str) -> Folder:
    """Give the folder of exactly this name.

    Raises:
        Refused: if there is none.
    """
    folder = Folder.objects.for_store(store_id).filter(name=name).first()
    if folder is None:
        raise Refused(f"There is no folder named {name!r}.", field="destination_folder_name")
    return folder


@transaction.atomic
def make_folder(*, store: Store, name: str, color: str = "", is_hidden: bool = False) -> Folder:
    """Make a folder behind the others.

    Raises:
        Refused: if the name is empty, too long or taken, or the color is none.
    """
    rows = Folder.objects.for_store(store)
    if rows.count() >= FOLDERS_ALLOWED:
        raise Refused(f"A store has at most {FOLDERS_ALLOWED} folders.", field="name")
    last = rows.in_order().last()
    folder = Folder(store=store, position=last.position + 1 if last else 1)
    return _save(folder, name, color, is_hidden=is_hidden)


@transaction.atomic
def change_folder(*, folder: Folder, name: str, color: str = "", is_hidden: bool = False) -> Folder:
    """Rename, color, hide or show a folder.

    Raises:
        Refused: if the name is empty, too long or taken, or the color is none.
    """
    return _save(folder, name, color, is_hidden=is_hidden)


def _save(folder: Folder, name: str, color: str, *, is_hidden: bool) -> Folder:
    folder.name, folder.color, folder.is_hidden = name.strip(), color.strip().lower(), is_hidden
    if not folder.name:
        raise Refused("A folder needs a name.", field="name")
    if folder.color and not COLOR.fullmatch(folder.color):
        raise Refused("A color is written like #0b63b8.", field="color")
    check_row(folder)
    try:
        with transaction.atomic():
            folder.save()
    except IntegrityError:
        raise Refused(f"There is a folder named {folder.name} already.", field="name") from None
    return folder


@transaction.atomic
def order_folders(*, store: Store, ids: Sequence[int]) -> None:
    """Put the folders into this order; those that are not named come behind, as they stood.

    The first one is where orders start.
    """
    rows = list(Folder.objects.for_store(store).in_order().select_for_update())
    places = {pk: place for place, pk in enumerate(ids)}
    rows.sort(key=lambda row: places.get(row.pk, len(places)))
    for place, row in enumerate(rows, start=1):
        row.position = place
    Folder.across_stores.bulk_update(rows, ["position"])


@transaction.atomic
def delete_folder(*, folder: Folder, destination: Folder | None, by: By, now: datetime) -> int:
    """Delete a folder after its orders went to another one, and give how many went.

    Raises:
        Refused: if it is the last one, has orders and no destination was chosen, or has too many
            to move while somebody waits.
    """
    store_id = folder.store_id
    rows = Folder.objects.for_store(store_id).select_for_update()
    folder = rows.get(pk=folder.pk)
    if destination is not None and destination.pk == folder.pk:
        raise Refused("Choose another folder for its orders.", field="destination")
    orders = Order.objects.for_store(store_id).filter(folder=folder)
    present = list(orders.present()[: EMPTIED_AT_ONCE + 1])
    if len(present) > EMPTIED_AT_ONCE:
        raise Refused(
            f"{folder.name} holds more than {EMPTIED_AT_ONCE:,} orders. Open it, select all of "
            "them and move them first; then delete the folder.",
            field="destination",
        )
    if destination is None:
        if present:
            raise Refused("Choose where its orders go.", field="destination")
        destination = Folder.objects.for_store(store_id).exclude(pk=folder.pk).in_order().first()
        if destination is None:
            raise Refused("A store needs a folder; this is its last one.")
    moved = move_orders(orders=present, folder=destination, by=by, now=now)
    _move_deleted(orders, folder, destination, by)
    folder.delete()
    return len(moved)


def _move_deleted(orders: OrderQuerySet, folder: Folder, destination: Folder, by: By) -> None:
    """Move what was deleted, which lies there, too, and may be restored. No rule minds that."""
    names = {"folder": folder.name}, {"folder": destination.name}
    sentence = f"Moved to {destination.name}, because {folder.name} was deleted"
    # Few at a time: a store deletes many over the years.
    while some := list(orders.only("pk", "store_id")[:EMPTIED_AT_ONCE]):
        Order.objects.for_store(folder.store_id).filter(
            pk__in=among(order.pk for order in some)
        ).update(folder=destination)
        told = [Told(order, sentence, *names) for order in some]
        record_all(told, OrderEvent.Kind.HISTORY, by=by)
