"""Run one scheduled pull now, in the foreground."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils.dateparse import parse_date, parse_datetime

from integrations.errors import IntegrationError
from integrations.models import Schedule
from integrations.registry import integration
from integrations.services import sync
from orderdesk.lib.refused import Refused
from orderdesk.management.base import HubCommand, find_store


class Command(HubCommand):
    """Pulls and prints how many records were seen, new, changed, skipped and failed, and why."""

    help = "Pull now: sync STORE KEY orders|shipments|inventory [--since DATE]"

    def add(self, parser: CommandParser) -> None:
        parser.add_argument("store", help="id or name")
        parser.add_argument("key", help="the integration")
        parser.add_argument("verb", choices=[str(verb) for verb in Schedule.Verb.values])
        parser.add_argument("--since", default="", help="a date, or a date and time in UTC")

    def run(self, **options: Any) -> Mapping[str, Any]:
        store = find_store(options["store"])
        integration(options["key"])
        try:
            counts = sync(
                store=store,
                key=options["key"],
                verb=options["verb"],
                since=_moment(options["since"]),
            )
        except IntegrationError as error:
            raise Refused(error.message, field=error.field) from error
        return asdict(counts)

    def lines(self, result: Mapping[str, Any]) -> list[str]:
        counted = {name: value for name, value in result.items() if name != "reasons"}
        numbers = ", ".join(f"{value} {name}" for name, value in counted.items())
        return [numbers, *(f"- {reason}" for reason in result["reasons"])]

    def is_done(self, result: Mapping[str, Any]) -> bool:
        return not result["failed"]


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text)
        day = None if moment else parse_date(text)
    except ValueError as error:
        raise Refused(f"{text!r} is a date that does not exist.", field="since") from error
    if day:
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if moment is None:
        raise Refused(f"{text!r} is not a date; write 2026-11-21.", field="since")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
