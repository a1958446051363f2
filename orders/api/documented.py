"""How calls are described in the API's schema: the envelope, the errors, the headers."""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from drf_spectacular.utils import inline_serializer as inline
from rest_framework import serializers

V = TypeVar("V", bound=Callable[..., Any])
Shape = type["serializers.Serializer[Any]"]

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
