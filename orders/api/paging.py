"""Pages of a list: by offset, as old clients count, and by a cursor that holds its place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from rest_framework import serializers
from rest_framework.request import Request

LIMIT, LIMIT_ALLOWED = 50, 500
OFFSET_ALLOWED = 10**9

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Sort:
    """By which column a list is sorted, and whether from the end; its rows' ids come second."""

    column: str
    is_descending: bool

    def of(self, rows: "models.QuerySet[M]") -> "models.QuerySet[M]":
        sign = "-" if self.is_descending else ""
        return rows.order_by(f"{sign}{self.column}", f"{sign}pk")


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which row a page begins."""

    sort: Sort
    value: Any
    pk: int

    def behind(self, rows: "models.QuerySet[M]") -> "models.QuerySet[M]":
        """Give the rows that come after this place."""
        sign = "lt" if self.sort.is_descending else "gt"
        column = self.sort.column
        same = Q(**{column: self.value, f"pk__{sign}": self.pk})
        return rows.filter(Q(**{f"{column}__{sign}": self.value}) | same)

    def written(self, model: type[models.Model]) -> str:
        """Give the place as a cursor. It is signed: what is read back was written for this list."""
        value = self.value.isoformat() if isinstance(self.value, datetime) else str(self.value)
        told = [self.sort.column, self.sort.is_descending, value, self.pk]
        return signing.dumps(told, salt=_salt(model), compress=True)

    @classmethod
    def read(cls, cursor: str, model: type[models.Model]) -> "Place":
        """Read a cursor of a list of these rows.

        Raises:
            ValueError: if it is none.
        """
        try:
            column, is_descending, value, pk = signing.loads(cursor, salt=_salt(model))
            field: Any = model._meta.pk if column == "pk" else model._meta.get_field(column)
            return cls(Sort(column, is_descending), field.to_python(value), pk)
        except (signing.BadSignature, ValidationError, LookupError, TypeError) as error:
            raise ValueError(cursor) from error


def _salt(model: type[models.Model]) -> str:
    return f"a place in a list of {model._meta.label}"


class PageQuery(serializers.Serializer[Any]):
    """The parameters of every list; an empty one counts as absent, unknown ones are ignored."""

    limit = serializers.IntegerField(
        required=False, default=LIMIT, min_value=1, help_text=f"More than {LIMIT_ALLOWED} is cut."
    )
    offset = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=OFFSET_ALLOWED
    )
    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="A place in the list, out of `next` of another page; offset is ignored then.",
    )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # A dict of the stated values: no parameter is looked up by any other name.
        stated = {name: data[name] for name in self.fields if data.get(name, "") != ""}
        return super().run_validation(stated)

    def validate_limit(self, value: int) -> int:
        return min(value, LIMIT_ALLOWED)

    def validate_cursor(self, value: str) -> Place:
        try:
            return Place.read(value, self.context["model"])
        except ValueError:
            raise serializers.ValidationError("is no place in this list.") from None


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """A page of rows, and what is told beside it."""

    rows: list[M]
    told: dict[str, Any]


def page_of(
    rows: "models.QuerySet[M]",
    *,
    sort: Sort,
    query: dict[str, Any],
    request: Request,
    total: Callable[[], int],
    fetched: Callable[[Any], "models.QuerySet[M]"] = lambda rows: rows,
) -> Page[M]:
    """Cut the page a validated query asks for; a cursor brings its own sort.

    One row more than shown is read, which tells whether there is a next page.
    """
    limit, offset, place = query["limit"], query["offset"], query.get("cursor")
    if place:
        sort, offset, rows = place.sort, 0, place.behind(rows)
    found = list(fetched(sort.of(rows))[offset : offset + limit + 1])
    shown = found[:limit]
    following = None
    if len(found) > limit:
        last = shown[-1]
        value = last.pk if sort.column == "pk" else getattr(last, sort.column)
        following = _address(request, Place(sort, value, last.pk).written(rows.model))
    told = {
        "total_records": total(),
        "records_returned": len(shown),
        "offset": offset,
        "limit": limit,
        "next": following,
    }
    return Page(shown, told)


def _address(request: Request, cursor: str) -> str:
    """Give the address of the same list from this place on."""
    parameters = request.query_params.copy()
    parameters.pop("offset", None)
    parameters["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")
