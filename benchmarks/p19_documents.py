"""Receipts for 10,000 orders: our Twig in its isolating child, against Jinja2's sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from orderdesk.lib.twig import Environment, TwigError
from orderdesk.lib.twig.batch import Job, render_batch

ORDERS = 10_000
# Ours must render at least this share of what Jinja2's sandbox does in the same run.
FLOOR = 0.5

TWIG = """<h1>Order {{ order.source_id }}</h1>
<p>{{ order.shipping.first_name }} {{ order.shipping.last_name }}<br>
{{ order.shipping.address1 }}<br>{{ order.shipping.postal_code }} {{ order.shipping.city }}</p>
<table>
{% set total = 0 %}
{% for item in order.order_items %}
<tr class="{{ loop.index is even ? 'even' : 'odd' }}"><td>{{ item.code|upper }}</td>
<td>{{ item.name }}</td><td>{{ item.quantity }}</td>
<td>{{ item.price|number_format(2) }}</td></tr>
{% set total = total + item.price * item.quantity %}
{% endfor %}
</table>
<p>Total {{ total|number_format(2) }}
{% if order.discount > 0 %}less {{ order.discount }}{% endif %}</p>
<p>{{ order.note|default('No note') }}</p>
"""
JINJA = """<h1>Order {{ order.source_id }}</h1>
<p>{{ order.shipping.first_name }} {{ order.shipping.last_name }}<br>
{{ order.shipping.address1 }}<br>{{ order.shipping.postal_code }} {{ order.shipping.city }}</p>
<table>
{% set sum = namespace(total=0) %}
{% for item in order.order_items %}
<tr class="{{ 'even' if loop.index is even else 'odd' }}"><td>{{ item.code|upper }}</td>
<td>{{ item.name }}</td><td>{{ item.quantity }}</td>
<td>{{ item.price|money }}</td></tr>
{% set sum.total = sum.total + item.price * item.quantity %}
{% endfor %}
</table>
<p>Total {{ sum.total|money }}
{% if order.discount > 0 %}less {{ order.discount }}{% endif %}</p>
<p>{{ order.note|default('No note', true) }}</p>
"""


def order(number: int) -> dict[str, Any]:
    """One order with three lines."""
    return {
        "id": number,
        "source_id": f"#{number}",
        "note": "" if number % 3 else "Leave it at the <door>",
        "discount": number % 5,
        "shipping": {
            "first_name": "Ada", "last_name": "O'Neil", "address1": "1 Long Lane",
            "postal_code": "03540", "city": "Køln",
        },
        "order_items": [
            {"code": f"tea-{line}", "name": "Tea & biscuits", "quantity": line + 1, "price": 4.25}
            for line in range(3)
        ],
    }  # fmt: skip


def timed(render: Callable[[list[dict[str, Any]]], list[str]], orders: list[dict[str, Any]]) -> Any:
    """The texts, and how many a second."""
    start = time.perf_counter()
    texts = render(orders)
    return texts, len(orders) / (time.perf_counter() - start)


def with_twig(orders: list[dict[str, Any]]) -> list[str]:
    """Through the child, with all limits."""
    environment = Environment(autoescape="html")
    results = render_batch(environment, [Job(TWIG, {"order": one}) for one in orders])
    texts = []
    for result in results:
        if isinstance(result, TwigError):
            raise result
        texts.append(result)
    return texts


def with_jinja(orders: list[dict[str, Any]]) -> list[str]:
    """In this process, without limits."""
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, trim_blocks=True, keep_trailing_newline=True
    )
    environment.filters["money"] = lambda value: f"{value:,.2f}"
    template = environment.from_string(JINJA)
    return [template.render(order=one) for one in orders]


def run() -> dict[str, Any]:
    """Measure both on the same orders and see that they print the same."""
    orders = [order(number) for number in range(ORDERS)]
    for warm in (with_twig, with_jinja):
        warm(orders[:100])
    limit_texts, limit = timed(with_jinja, orders)
    our_texts, ours = timed(with_twig, orders)
    same = [text.replace("&#039;", "&#39;") for text in our_texts] == limit_texts
    return {
        "scenario": "P19",
        "limit_per_second": round(limit),
        "ours_per_second": round(ours),
        "share": round(ours / limit, 2),
        "floor": FLOOR,
        "same_text": same,
        "passed": same and ours / limit >= FLOOR,
    }


if __name__ == "__main__":
    print(run())  # noqa: T201
