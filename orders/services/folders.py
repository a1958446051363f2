"""Folders of a store."""

from orderdesk.lib.refused import Refused
from orders.models import DEFAULT_FOLDERS, Folder
from stores.models import Store


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
