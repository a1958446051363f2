"""The columns a list of orders can show, and which of them somebody chose."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from orders.models import Folder
from stores.models import StoreUser

CHECKOUT = "checkout:"
MOST_COLUMNS = 20
LONGEST_NAME = 100
# Where the page is narrow a table keeps this many columns beside the order's number.
KEPT_WHERE_NARROW = 5


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `fields` are the order's fields it reads, `sort` the key of its sorting.

    `style` is the class of its cells; `rank` says which columns stay where the page is narrow,
    the smallest first.
    """

    key: str
    label: str
    fields: tuple[str, ...] = ()
    sort: str = ""
    style: str = ""
    rank: int = 9

    @property
    def checkout_name(self) -> str:
        """Give the name of the checkout data it shows, '' where it shows none."""
        return self.key.removeprefix(CHECKOUT) if self.key.startswith(CHECKOUT) else ""


COLUMNS: Final = {
    column.key: column
    for column in (
        Column("date", "Date", ("added_at",), "date", "nowrap", rank=2),
        Column(
            "ship_to",
            "Ship to",
            ("shipping_first_name", "shipping_last_name", "shipping_company"),
            "ship_to",
            rank=1,
        ),
        Column("source", "Source", ("source_name",), "source"),
        Column("region", "Region", ("shipping_state", "shipping_country"), "region", rank=5),
        Column("folder", "Folder", (), "folder", "nowrap", rank=6),
        Column("items", "Items", ("quantity_total",), "items", "count"),
        Column("total", "Total", ("order_total", "currency"), "total", "number", rank=3),
        Column("method", "Method", ("shipping_method",), "method"),
        Column("state", "State", rank=4),
        Column("tag", "Tag", ("tag_name", "tag_color"), "tag", rank=7),
        Column("notes", "Notes", style="count"),
        Column("payment", "Payment", ("payment_type", "payment_status"), "payment"),
        Column("email", "E-mail", ("email",), "email"),
        Column("shipments", "Shipments"),
        Column("skus", "SKUs", style="mono"),
        Column("city", "City", ("shipping_city", "shipping_postal_code")),
        Column("company", "Company", ("shipping_company",)),
        Column("bill_to", "Bill to", ("customer_first_name", "customer_last_name")),
        Column("weight", "Weight", ("weight_total",), style="count"),
        Column("warehouse", "Warehouse", ("fulfillment_name", "fulfillment_id")),
        Column("updated", "Last change", ("updated_at",), "updated", "nowrap"),
        Column("hub_id", "Hub id", style="count"),
    )
}
USUAL: Final = (
    "date", "ship_to", "source", "region", "folder", "items", "total", "method", "state", "tag",
    "notes",
)  # fmt: skip


def column_of(key: Any) -> Column | None:
    """Give the column of a key; None for what is none."""
    if not isinstance(key, str):
        return None
    name = key.removeprefix(CHECKOUT)
    if name != key and name.strip() and len(name) <= LONGEST_NAME and "\0" not in name:
        return Column(key, name)
    return COLUMNS.get(key)


def read_columns(keys: Iterable[Any]) -> list[Column]:
    """Give the columns of these keys, each once, leaving out what is none."""
    found = {column.key: column for key in keys if (column := column_of(key))}
    return list(found.values())[:MOST_COLUMNS]


def usual_columns(folder: Folder | None) -> list[Column]:
    """Give the columns of a list nobody chose any for; a folder's does not repeat its name."""
    return [COLUMNS[key] for key in USUAL if folder is None or key != "folder"]


def shown_columns(member: StoreUser, folder: Folder | None) -> list[Column]:
    """Give the columns of a list: as this person chose them, else as everyone has them."""
    own = member.list_columns.get(list_key(folder))
    for chosen in (own, folder.columns if folder else None):
        if isinstance(chosen, list) and (columns := read_columns(chosen)):
            return columns
    return usual_columns(folder)


def list_key(folder: Folder | None) -> str:
    """Give the name under which a person's columns of a list are kept."""
    return str(folder.pk) if folder else ""


def wide_only(columns: list[Column]) -> set[str]:
    """Give the keys of the columns that are left out where the page is narrow."""
    by_rank = sorted(columns, key=lambda column: column.rank)
    return {column.key for column in by_rank[KEPT_WHERE_NARROW:]}
