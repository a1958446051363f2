"""Filling in the forms of an order as a browser does: by what the page shows."""

import re
from html import unescape
from typing import Any

from django.test import Client

from stores.models import Store

CONTROL = re.compile(r"<(input|select|textarea)\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def form_on(page: Any, action: str) -> dict[str, Any]:
    """What the form with this action would send, by the names of its fields."""
    text = page.content.decode()
    form = next(
        each
        for each in re.findall(r"<form\b.*?</form>", text, re.DOTALL)
        if f'action="{action}"' in each
    )
    sent: dict[str, list[str]] = {}
    for control in CONTROL.finditer(form):
        kind, attributes = control.groups()
        inside = form[control.end() :].partition(f"</{kind}>")[0]
        told = {name: unescape(value) for name, value in ATTRIBUTE.findall(attributes)}
        value = told.get("value", "")
        if kind == "textarea":
            value = unescape(inside.strip("\n"))
        elif kind == "select":
            chosen = re.search(r'<option value="([^"]*)"[^>]*selected', inside)
            value = unescape(chosen[1]) if chosen else ""
        is_off = told.get("type") in ("radio", "checkbox") and "checked" not in told
        if "name" in told and not is_off and told["name"] != "csrfmiddlewaretoken":
            sent.setdefault(told["name"], []).append(value)
    return sent


def fill(client: Client, address: str, **typed: Any) -> Any:
    """Open a form and send it with what is typed, everything else as it stands there."""
    return client.post(address, {**form_on(client.get(address), address), **typed})


def order_page(store: Store, order_id: int, rest: str = "") -> str:
    return f"/s/{store.pk}/orders/{order_id}{rest}"
