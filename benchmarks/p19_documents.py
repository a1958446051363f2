"""P19: receipts for 10,000 orders, by our Twig in its isolating child and by Jinja2's sandbox."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

from benchmarks.figures import Gate, Report, Series, ratio
from benchmarks.machine import BenchFailed
from orderdesk.lib.twig import TwigError
from orderdesk.lib.twig.batch import Job, render_batch
from orderdesk.lib.twig.recipe import Recipe

ORDERS, ROUNDS = 10_000, 5
QUICK_ORDERS, QUICK_ROUNDS = 500, 1
WARM_UP_ORDERS = 100
# Ours must render at least this share of what Jinja2's sandbox does in the same run.
FLOOR = 0.5
Orders = list[dict[str, Any]]

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
    """Give one order with three lines."""
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


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Render equal templates over the same orders in turns, and see that both print the same."""
    report = Report("P19", "Documents: one receipt for each order, limits and child included")
    ours, theirs = Series("ours: receipts", "/s"), Series("Jinja2's sandbox: receipts", "/s")
    orders = [order(number) for number in range(QUICK_ORDERS if quick else ORDERS)]
    for render in (with_twig, with_jinja):
        render(orders[:WARM_UP_ORDERS])
    for _ in range(QUICK_ROUNDS if quick else ROUNDS):
        limit = timed(with_jinja, orders, theirs)
        # The two write an apostrophe differently, and mean the same.
        if [text.replace("&#039;", "&#39;") for text in timed(with_twig, orders, ours)] != limit:
            raise BenchFailed("the two print different receipts")
    report.series += [ours, theirs]
    report.gates.append(Gate("ours ÷ Jinja2's sandbox", ratio(ours, theirs), FLOOR))
    report.checked.append(f"both printed the same {len(orders):,} receipts in every round")
    report.notes.append("Jinja2 renders in this process, without limits of work, time or memory")
    return report


def timed(render: Callable[[Orders], list[str]], orders: Orders, rate: Series) -> list[str]:
    """Give the texts, and add the rate at which they came."""
    start = time.perf_counter()
    texts = render(orders)
    rate.rounds.append(len(orders) / (time.perf_counter() - start))
    return texts


def with_twig(orders: Orders) -> list[str]:
    """Render through the child, with all limits.

    Raises:
        BenchFailed: if an order has no receipt.
    """
    recipe = Recipe({"autoescape": "html"})
    texts = []
    for result in render_batch(recipe, [Job(TWIG, {"order": one}) for one in orders]):
        if isinstance(result, TwigError):
            raise BenchFailed(f"a receipt was refused: {result}")
        texts.append(result)
    return texts


def with_jinja(orders: Orders) -> list[str]:
    """Render in this process, without limits."""
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, trim_blocks=True, keep_trailing_newline=True
    )
    environment.filters["money"] = lambda value: f"{value:,.2f}"
    template = environment.from_string(JINJA)
    return [template.render(order=one) for one in orders]
