"""How calls are described in the API's schema: the envelope, the errors, the headers."""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.utils import inline_serializer as inline
from rest_framework import serializers

from orderdesk.lib.money import LARGEST
from orders.api.fields import FlatMap, Moment, Number, Text, TextNumber, Whole

V = TypeVar("V", bound=Callable[..., Any])
Shape = type["serializers.Serializer[Any]"]

Described = dict[str, Any]
_AS_TEXT = {"type": "string", "pattern": r"^\s*(?:[+-]?(?:\d+\.?\d*|\.\d+))?\s*$"}


class _Field(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Describes one of our fields: what is written, and the more that is read."""

    priority = 1

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Described:
        if direction != "request":
            return self.written()
        read = self.read()
        return read if self.target.required else {**read, "nullable": True}

    def written(self) -> Described:
        raise NotImplementedError

    def read(self) -> Described:
        return self.written()


class _Text(_Field):  # type: ignore[no-untyped-call]
    target_class = Text

    def written(self) -> Described:
        return {"type": "string"}

    def read(self) -> Described:
        longest = {"maxLength": self.target.max_length} if self.target.max_length else {}
        shortest = {} if self.target.allow_blank else {"minLength": 1}
        return {"anyOf": [{"type": "string", **shortest, **longest}, {"type": "number"}]}


class _Number(_Field):  # type: ignore[no-untyped-call]
    target_class = Number
    match_subclasses = True

    def written(self) -> Described:
        kinds: dict[type[Number], str] = {Whole: "integer", TextNumber: "string"}
        return {"type": kinds.get(type(self.target), "number")}

    def read(self) -> Described:
        whole = isinstance(self.target, Whole)
        most = self.target.most if whole else int(LARGEST)
        least = 0 if self.target.at_least_zero else -most
        number = {"type": "integer" if whole else "number", "minimum": least, "maximum": most}
        return {"anyOf": [number, _AS_TEXT]}


class _Moment(_Field):  # type: ignore[no-untyped-call]
    target_class = Moment

    def written(self) -> Described:
        return {"type": "string", "example": "2026-01-31 18:05:00"}


class _FlatMap(_Field):  # type: ignore[no-untyped-call]
    target_class = FlatMap

    def written(self) -> Described:
        texts = {"type": "object", "additionalProperties": {"type": "string"}}
        none: Described = {"type": "array", "maxItems": 0, "items": {}}
        return {"oneOf": [texts, {**none, "description": "An empty map."}]}

    def read(self) -> Described:
        values = ("string", "number", "boolean")
        told = {"anyOf": [{"type": kind} for kind in values], "nullable": True}
        return {
            "oneOf": [
                {"type": "object", "additionalProperties": told},
                {"type": "array", "maxItems": 0, "items": {}},
            ]
        }


_ENVELOPE: dict[str, Any] = {
    "status": serializers.CharField(help_text="success"),
    "message": serializers.CharField(),
    "execution_time": serializers.CharField(help_text='Such as "0.0450 seconds".'),
}
_PAGING: dict[str, Any] = {
    "total_records": serializers.IntegerField(),
    "records_returned": serializers.IntegerField(),
    "offset": serializers.IntegerField(),
    "limit": serializers.IntegerField(),
    "next": serializers.URLField(
        allow_null=True,
        help_text="The address of the next page; it holds still while records come and go.",
    ),
}


class Problem(serializers.Serializer[Any]):
    """What every error looks like; `message` is the first of `errors`."""

    status = serializers.CharField(help_text="error")
    message = serializers.CharField()
    execution_time = serializers.CharField()
    errors = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


_PROBLEMS = {
    400: "A value does not fit; the message names it.",
    401: "The store id or the key is missing or wrong, or the key expired.",
    403: "The key may only read.",
    404: "It is not there, or belongs to another store.",
    405: "The address does not know this method.",
    409: "It is here already, and the message names it; or the same call is being done right now.",
    412: "The order is not as If-Match says.",
    413: "The body is too large.",
    422: "The Idempotency-Key was used for another call.",
    429: "The store's tokens are used up.",
}
_HEADERS = [
    OpenApiParameter(
        "X-Tokens-Remaining",
        OpenApiTypes.INT,
        OpenApiParameter.HEADER,
        response=True,
        description="Calls the store has left right now; three more come each second.",
    ),
    *(
        OpenApiParameter(
            name,
            OpenApiTypes.INT,
            OpenApiParameter.HEADER,
            response=[429],
            description="Seconds until the next call can succeed.",
        )
        for name in ("X-Retry-After", "Retry-After")
    ),
]
_REPEATING = [
    OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "pattern": "^[ -~]{1,255}$"},
        OpenApiParameter.HEADER,
        description=(
            "The same call under the same key is done once and gets the first answer again, for "
            "7 days. A call that was refused or failed may be made anew under its key."
        ),
    ),
    OpenApiParameter(
        "Idempotent-Replayed",
        {"type": "string", "enum": ["true"]},
        OpenApiParameter.HEADER,
        response=[200, 201],
        description="There where the answer is the first one again.",
    ),
]
_TAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201],
    description="Stands for the order as it is; another one after any change.",
)
_PRECONDITIONS = {
    "If-Match": "The ETag the order must still have, or the call is refused with 412.",
    "If-None-Match": "An ETag; an order that still has it is answered with 304 and no body.",
}


def tagged(condition: str = "") -> list[OpenApiParameter]:
    """Describe the ETag of an answer, and the header that asks about it."""
    if not condition:
        return [_TAG]
    asked = OpenApiParameter(
        condition,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description=_PRECONDITIONS[condition],
    )
    return [_TAG, asked]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call answers when it works."""

    status: int
    shape: Any


def answers(
    key: str = "",
    shape: Shape | serializers.Field[Any, Any, Any, Any] | None = None,
    *,
    status: int = 200,
    many: bool = False,
    paged: bool = False,
    named: str = "",
) -> Answer:
    """Describe the envelope with a resource under its key, without one only the envelope.

    Another shape under a key that stands elsewhere, too, needs a name of its own.
    """
    words = "".join(word.title() for word in key.split("_")) or "Message"
    name = f"{named or words}Answer"
    return Answer(status, _envelope(name, key, shape, many=many, paged=paged))


@functools.cache
def _envelope(name: str, key: str, shape: Any, *, many: bool, paged: bool) -> Any:
    # Once per shape: two descriptions of one name would be two components in the schema.
    fields = dict(_ENVELOPE)
    if paged:
        fields |= _PAGING
    if isinstance(shape, serializers.Field):
        fields[key] = shape
    elif shape is not None:
        fields[key] = shape(many=many)
    return inline(name, fields)


def documented(  # noqa: PLR0913 - a call has this many parts
    summary: str,
    answer: Answer,
    body: Any = None,
    *,
    query: Shape | None = None,
    headers: Sequence[OpenApiParameter] = (),
    refuses: tuple[int, ...] = (),
    changes: bool = False,
) -> Callable[[V], V]:
    """Describe a call in the schema; its docstring is the longer text."""
    codes = {401, 404, 429, *refuses, *({400, 413} if body else ())}
    codes |= {400, 403, 409, 422} if changes else set()
    problems: dict[int, Any] = {
        code: OpenApiResponse(Problem, description=_PROBLEMS[code]) for code in sorted(codes)
    }
    if any(header.name == "If-None-Match" for header in headers):
        problems[304] = OpenApiResponse(description="The order is as If-None-Match says.")
    asked = [query] if query else []
    repeating = _REPEATING if changes else []
    return extend_schema(
        operation_id="_".join(re.findall(r"[a-z]+", summary.lower().replace("'", ""))),
        summary=summary,
        request=body,
        parameters=[*asked, *headers, *repeating, *_HEADERS],
        responses={answer.status: answer.shape, **problems},
    )
