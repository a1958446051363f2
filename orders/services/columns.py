"""Which columns a list shows: for everyone, or for one person."""

from collections.abc import Sequence

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.models import Folder
from stores.models import StoreUser


@transaction.atomic
def set_own_columns(*, member: StoreUser, key: str, columns: Sequence[str]) -> None:
    """Keep a person's columns of a list, by the list's key; none means as everyone has them."""
    row = StoreUser.objects.for_store(member.store_id).select_for_update().get(pk=member.pk)
    others = {name: kept for name, kept in row.list_columns.items() if name != key}
    row.list_columns = {**others, key: list(columns)} if columns else others
    row.save(update_fields=["list_columns"])


@transaction.atomic
def set_folder_columns(*, folder: Folder, columns: Sequence[str]) -> None:
    """Keep the columns of a folder's list for everyone; none means the usual ones.

    Raises:
        Refused: if the folder has gone.
    """
    found = Folder.objects.for_store(folder.store_id).filter(pk=folder.pk)
    if not found.update(columns=list(columns)):
        raise Refused("This folder is not here any more.")
