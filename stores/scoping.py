"""The two walls between tenants: `for_store` in Python, row-level security in PostgreSQL."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Generic, TypeVar

from django.db import OperationalError, connection, models, transaction

if TYPE_CHECKING:
    from stores.models import Store

T = TypeVar("T")
Q = TypeVar("Q", bound="models.QuerySet[models.Model]")
logger = logging.getLogger(__name__)

# PostgreSQL's codes for a transaction it ended for another one's sake: a serialization failure and
# a deadlock. Both ask for the same transaction again.
CONFLICTS = frozenset({"40001", "40P01"})

_entered: ContextVar[int | None] = ContextVar("entered_store", default=None)


class StoreNotEntered(RuntimeError):
    """Rows of a store were asked for without entering that store first."""


@contextmanager
def entered(store: "Store | int") -> Iterator[None]:
    """Run the body in one transaction that sees this store's rows and no other's.

    The setting that row-level security reads is local to the transaction, so a pooled connection
    forgets it. Entering a store within another one hides the outer one until the body ends.
    """
    store_id = store if isinstance(store, int) else store.pk
    outer = _entered.get()
    nested = connection.in_atomic_block
    with transaction.atomic():
        if nested and outer == store_id:
            yield
            return
        _set("app.store_id", str(store_id))
        token = _entered.set(store_id)
        try:
            yield
        finally:
            _entered.reset(token)
        # After an error the roll-back to the savepoint restores the setting by itself.
        if nested:
            _set("app.store_id", "" if outer is None else str(outer))


@contextmanager
def across_stores() -> Iterator[None]:
    """Run the body in one transaction that may find rows of any store in the tables with a door.

    The marked exception: for finding whose work is due, whose hook was called and which stores a
    person may reach. Whoever finds a row here enters its store before doing anything with it.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        _set("app.across_stores", "on")
        yield
        if nested:
            _set("app.across_stores", "")


def once_more(body: Callable[[], T]) -> T:
    """Run a body that is one transaction, and again if it had to give way to another one.

    What it does beside the database must bear repeating.
    """
    try:
        return body()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") not in CONFLICTS:
            raise
        logger.warning("gave way to another transaction; trying again: %s", error.__cause__)
    return body()


def entered_store_id() -> int | None:
    """Give the id of the store whose rows may be read now, or None outside of any."""
    return _entered.get() if connection.in_atomic_block else None


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


class StoreRows(Generic[Q]):
    """Stands where a manager usually stands, and offers one thing: `for_store`."""

    model: type[models.Model]

    def __init__(self, queryset_class: type[Q]) -> None:
        self.queryset_class = queryset_class

    def contribute_to_class(self, model: type[models.Model], name: str) -> None:
        """Take the manager's place on the model; called by Django."""
        self.model = model
        setattr(model, name, self)

    def for_store(self, store: "Store | int") -> Q:
        """Give the rows of the store the caller has entered.

        Raises:
            StoreNotEntered: if the caller is in no store or in another one.
        """
        store_id = store if isinstance(store, int) else store.pk
        if entered_store_id() != store_id:
            raise StoreNotEntered(
                f"{self.model.__name__}: store {store_id} was asked for, "
                f"{entered_store_id()} is entered"
            )
        return self.queryset_class(self.model).filter(store_id=store_id)


class StoreOwned(models.Model):
    """A row that belongs to one store; `stores.security` puts row-level security on its table."""

    # Whether `across_stores()` may see the table; only for finding, see there.
    has_door = False

    store = models.ForeignKey(
        "stores.Store", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    across_stores = models.Manager()

    class Meta:
        abstract = True
