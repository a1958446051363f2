"""What every page of a store shows around its content."""

import operator
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, new_method_proxy

from integrations.attention import attention_count
from integrations.models import Connection
from integrations.registry import integration
from orders.models import Folder
from stores.services import stores_of


class LazyCount(SimpleLazyObject):  # type: ignore[type-arg] # generic in its stubs only
    """A number that is counted when a page first uses it, also where it is formatted."""

    __index__ = new_method_proxy(operator.index)
    __format__ = new_method_proxy(format)
    __floordiv__ = new_method_proxy(operator.floordiv)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the shell's context; queries run when a template asks, so fragments cost nothing.

    It is made once per request: a view that asks for it shares what was read with its template.

    `store` and `member` (None outside of a store), `stores` [Store], `folders` [Folder with
    `order_count`], `attention_count` int, `enabled` [(Connection, plugin)], `theme`.
    """
    kept: dict[str, Any] | None = getattr(request, "shell", None)
    if kept is None:
        kept = _made(request)
        request.shell = kept  # type: ignore[attr-defined]
    return kept


def _made(request: HttpRequest) -> dict[str, Any]:
    store = getattr(request, "store", None)
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "store": store,
        "member": getattr(request, "member", None),
        "theme": user.theme if user and signed_in else "auto",
        "stores": SimpleLazyObject(lambda: stores_of(user) if user and signed_in else []),
        "folders": SimpleLazyObject(lambda: _folders(store.pk) if store else []),
        "attention_count": LazyCount(lambda: attention_count(store.pk) if store else 0),
        "enabled": SimpleLazyObject(lambda: _enabled(store.pk) if store else []),
    }


def _folders(store_id: int) -> list[Folder]:
    return list(Folder.objects.for_store(store_id).filter(is_hidden=False).with_counts().in_order())


def _enabled(store_id: int) -> list[tuple[Connection, Any]]:
    rows = Connection.objects.for_store(store_id).connected().order_by("key")
    return [(row, integration(row.key)) for row in rows]
