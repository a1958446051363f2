"""The page environment: autoescape, no undefined names, and the few helpers pages need."""

from datetime import date as date_type
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_currency, format_decimal
from django.conf import settings
from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound
from lucide.jinja import lucide
from markupsafe import Markup

from orders.formats import shown_country, shown_day, shown_moment, shown_phone
from stores.models import Store

# These are Django templates: the pages of packages, in our look.
NOT_OURS = ("account/", "mfa/", "allauth/", "usersessions/", "socialaccount/", "admin/")


class OwnPages(FileSystemLoader):
    """Leaves the packages' pages to Django's own engine."""

    def get_source(self, environment: Environment, template: str) -> Any:
        if template.startswith(NOT_OURS):
            raise TemplateNotFound(template)
        return super().get_source(environment, template)


def environment(**options: Any) -> Environment:
    """Make the environment; called once by Django."""
    loader = options.pop("loader")
    env = Environment(  # noqa: S701 - Django passes autoescape=True in the options
        loader=OwnPages(loader.searchpath),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        **{key: value for key, value in options.items() if key != "undefined"},
    )
    env.globals.update(
        static=static,
        url=url,
        public_url=public_url,
        icon=icon,
        get_messages=get_messages,
        htmx_script=htmx_script,
    )
    env.filters.update(money=money, when=when, plural=plural, amount=amount, local=local)
    env.filters.update(stamp=stamp, day=day, phone=phone, country=country)
    return env


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Give the address of a named page."""
    return reverse(name, args=args, kwargs=kwargs)


def public_url(name: str, *args: Any) -> str:
    """Give the whole address of a named page, for people who paste it elsewhere."""
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


@lru_cache(maxsize=256)
def icon(name: str, size: int = 16) -> Markup:
    """Give an icon as inline SVG, hidden from screen readers: words stand beside it."""
    return Markup(lucide(name, size=size, **{"aria-hidden": "true", "class": "icon"}))  # noqa: S704 - the package's own SVG


@lru_cache(maxsize=1)
def htmx_script() -> Markup:
    """Give the script element of htmx, served by ourselves."""
    return Markup('<script src="{}" defer></script>').format(static("django_htmx/htmx-2.min.js"))


def money(amount: Decimal | None, currency: str) -> str:
    """Format an amount in its currency."""
    return format_currency(amount or Decimal(0), currency, locale="en_US")


def amount(number: Decimal) -> str:
    """Format a quantity without trailing zeros."""
    return format_decimal(number.normalize(), locale="en_US")


def local(moment: datetime, zone: str = "UTC") -> str:
    """Format a moment in a store's zone."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%-d %b %Y %H:%M")


def stamp(moment: datetime, store: Store) -> str:
    """Format a moment as its store wants moments shown, in the store's zone."""
    return shown_moment(moment, store.date_format, store.timezone)


def day(date: date_type | None, store: Store) -> str:
    """Format a day as its store wants days shown; '' for none."""
    return shown_day(date, store.date_format) if date else ""


def phone(number: str, store: Store, country: str = "") -> str:
    """Format a telephone number of an address as its store wants numbers shown."""
    return shown_phone(number, store.phone_format, country or store.country)


def country(name: str, store: Store) -> str:
    """Format a country as its store wants countries shown."""
    return shown_country(name, store.country_format)


def when(moment: datetime | None, zone: str = "UTC") -> Markup:
    """Give a <time> element: how long ago in words, the exact moment on hover."""
    if moment is None:
        return Markup('<span class="muted">never</span>')
    exact = moment.astimezone(ZoneInfo(zone))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        exact.isoformat(timespec="seconds"), exact.strftime("%-d %b %Y %H:%M:%S %Z"), _ago(moment)
    )


def _ago(moment: datetime) -> str:
    seconds = (timezone.now() - moment).total_seconds()
    future, seconds = seconds < 0, abs(seconds)
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            words = f"{count} {word}{'' if count == 1 else 's'}"
            return f"in {words}" if future else f"{words} ago"
    return "in a moment" if future else "just now"


def plural(count: int, one: str, many: str) -> str:
    """Give the number with the right word."""
    return f"{count:,} {one if count == 1 else many}"
