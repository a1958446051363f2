"""What is wrong with a body, as sentences."""

from collections.abc import Iterator
from typing import Any


def sentences(detail: Any, path: str = "") -> Iterator[str]:
    """Flatten nested complaints to sentences that begin with the field's path.

    {"order_items": [{}, {"price": ["must be a number."]}]} gives
    "order_items[1].price: must be a number."
    """
    if isinstance(detail, dict):
        for name, each in detail.items():
            if name == "non_field_errors":
                yield from sentences(each, path)
            elif isinstance(name, int):
                yield from sentences(each, f"{path}[{name}]")
            else:
                yield from sentences(each, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for place, each in enumerate(detail):
            inner = f"{path}[{place}]" if isinstance(each, dict) else path
            yield from sentences(each, inner)
    else:
        yield f"{path}: {detail}" if path else str(detail)
