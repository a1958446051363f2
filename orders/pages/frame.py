"""What stands around a list of orders: its folder, its count, the saved searches and the tags."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Subquery, Sum
from django.db.models.functions import Coalesce, JSONObject

from orders.models import Folder, FolderTally, OrderSettings, SavedSearch
from orders.models.settings import usual_tags
from stores.models import Store, StoreUser, User


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a list.

    `folder` is None for all orders, and for a folder the store does not have. `count` is how many
    orders the folder has, or the store. `tags` are the store's own {"name", "color"}.
    """

    folder: Folder | None
    count: int
    searches: list[SavedSearch]
    tags: list[dict[str, str]]


def list_frame(store: Store, user: User, folder_id: int | None) -> Frame:
    """Read it all in one query: the list's page is asked for often."""
    folders = Folder.objects.for_store(store).with_counts().filter(pk=folder_id or 0)
    searches = SavedSearch.objects.for_store(store).visible_to(user)
    settings = OrderSettings.objects.for_store(store)
    tally = FolderTally.objects.for_store(store).order_by().values("store_id")
    found = (
        StoreUser.objects.for_store(store)
        .of(user)
        .annotate(
            listed=ArraySubquery(folders.values(told=_told(FOLDER, order_count="order_count"))),
            kept=ArraySubquery(searches.values(told=_told(SEARCH))),
            store_tags=Subquery(settings.values("tags")[:1]),
            total=Coalesce(Subquery(tally.annotate(sum=Sum("delta")).values("sum")), 0),
        )
        .values("listed", "kept", "store_tags", "total")
        .get()
    )
    folder = _folder(store, found["listed"])
    return Frame(
        folder=folder,
        count=folder.order_count if folder else found["total"],
        searches=[SavedSearch(store=store, **told) for told in found["kept"]],
        tags=found["store_tags"] if found["store_tags"] is not None else usual_tags(),
    )


FOLDER = ("id", "name", "color", "position", "is_hidden", "columns")
SEARCH = ("id", "user_id", "name", "query", "is_shared", "is_starred")


def _told(names: tuple[str, ...], **more: str) -> JSONObject:
    return JSONObject(**dict(zip(names, names, strict=True)), **more)


def _folder(store: Store, listed: list[dict[str, Any]]) -> Folder | None:
    if not listed:
        return None
    told = dict(listed[0])
    count = told.pop("order_count")
    folder = Folder(store=store, **told)
    folder.order_count = count
    return folder
