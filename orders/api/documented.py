"""How calls are described in the API's schema: the envelope, the errors, the headers."""

import functools
import re
from collections.abc import Callable
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
}


class Problem(serializers.Serializer[Any]):
    """What every error looks like; `message` is the first of `errors`."""

    status = serializers.CharField(help_text="error")
    message = serializers.CharField()
    execution_time = serializers.CharField()
    errors = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


_PROBLEMS = {
    400: "A value does not fit; the message names it.",
    401: "The store id or the key is missing or wrong.",
    404: "It is not there, or belongs to another store.",
    405: "The address does not know this method.",
    409: "What is to be made is here already; the message names it.",
    413: "The body is too large.",
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
) -> Answer:
    """Describe the envelope with a resource under its key, without one only the envelope."""
    return Answer(status, _envelope(key, shape, many=many, paged=paged))


@functools.cache
def _envelope(key: str, shape: Any, *, many: bool, paged: bool) -> Any:
    # Once per shape: two descriptions of one name would be two components in the schema.
    fields = dict(_ENVELOPE)
    if paged:
        fields |= _PAGING
    if isinstance(shape, serializers.Field):
        fields[key] = shape
    elif shape is not None:
        fields[key] = shape(many=many)
    words = "".join(word.title() for word in key.split("_")) or "Message"
    return inline(f"{words}Answer", fields)


def documented(
    summary: str,
    answer: Answer,
    body: Shape | None = None,
    query: Shape | None = None,
    refuses: tuple[int, ...] = (),
) -> Callable[[V], V]:
    """Describe a call in the schema; its docstring is the longer text."""
    codes = {401, 404, 429, *refuses, *({400, 413} if body else ())}
    problems = {
        code: OpenApiResponse(Problem, description=_PROBLEMS[code]) for code in sorted(codes)
    }
    return extend_schema(
        operation_id="_".join(re.findall(r"[a-z]+", summary.lower().replace("'", ""))),
        summary=summary,
        request=body,
        parameters=[*([query] if query else []), *_HEADERS],
        responses={answer.status: answer.shape, **problems},
    )
