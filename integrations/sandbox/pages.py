"""The small pages of the sandboxes: plain HTML, built by a few functions that escape."""

from collections.abc import Sequence
from html import escape
from typing import Any

from integrations.sandbox.server import Sandbox
from integrations.sandbox.wire import Reply, Request


class Html(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


NOTHING = Html("&ndash;")


def text(value: object) -> Html:
    """Return a value as markup, escaped unless it is markup already."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def join(*parts: object, between: str = "\n") -> Html:
    """Put parts one after the other."""
    return Html(between.join(text(part) for part in parts if part != ""))


def button(label: str, action: str, *, about: str = "", **fields: Any) -> Html:
    """Return a form that is one button; `fields` go along unseen.

    `about` is read out after the label, so that the same button of two rows can be told apart.
    """
    unseen = Html(f'<span class="unseen"> {text(about)}</span>') if about else ""
    hidden = join(
        *(
            Html(f'<input type="hidden" name="{text(name)}" value="{text(value)}">')
            for name, value in fields.items()
        ),
        between="",
    )
    label = join(label, unseen, between="")
    return Html(
        f'<form method="post" action="{text(action)}">{hidden}<button>{text(label)}</button></form>'
    )


def link(label: str, url: str) -> Html:
    """Return a link."""
    return Html(f'<a href="{text(url)}">{text(label)}</a>')


def row_of_buttons(*buttons: Html) -> Html:
    """Return buttons side by side."""
    return Html(f'<div class="buttons">{join(*buttons)}</div>')


def pieces(quantity: float, code: str) -> Html:
    """Return how many of what."""
    return Html(f"{quantity:g} &times; {text(code)}")


def tag(word: str, mood: str = "") -> Html:
    """Return a state; `mood` is ok, warn, bad or nothing."""
    return Html(f'<span class="tag {text(mood)}">{text(word)}</span>')


def lines(parts: Sequence[object]) -> Html:
    """Return parts as a list, or a dash when there are none."""
    if not parts:
        return NOTHING
    return Html("<ul>" + "".join(f"<li>{text(part)}</li>" for part in parts) + "</ul>")


def section(title: str, *parts: object) -> Html:
    """Return a part of the page under its own heading."""
    return Html(f"<section><h2>{text(title)}</h2>{join(*parts)}</section>")


def table(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], none: str) -> Html:
    """Return a table that can be scrolled from the keyboard, or the sentence `none`."""
    if not rows:
        return Html(f'<p class="muted">{text(none)}</p>')
    heads = "".join(f'<th scope="col">{text(column)}</th>' for column in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td data-label="{text(column)}"><div>{text(cell)}</div></td>'
            for column, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return Html(
        f'<div class="scroll" role="region" aria-label="{text(name)}" tabindex="0">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def page(vendor: Sandbox, request: Request, *sections: Html) -> Reply:
    """Return the vendor's page, with the sentence its last button left behind."""
    links = vendor.links
    ways = [link(f"Sandbox {links.other_name}", links.other_url)] if links.other_url else []
    ways += [link("The hub", links.hub_url)] if links.hub_url else []
    said = request.query.get("said", "")
    return Reply.html(
        f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sandbox {text(vendor.name)}</title>
<link rel="stylesheet" href="/sandbox.css">
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<h1>Sandbox {text(vendor.name)}</h1>
<p>This stands in for {text(vendor.name)} on this computer. Nothing here is sold or shipped.</p>
<nav aria-label="Other pages">{join(*ways)}</nav>
</header>
<main id="content">
<p role="status">{text(said)}</p>
{join(*sections)}
</main>
</body>
</html>
"""
    )
