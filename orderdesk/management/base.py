"""What every operator's command shares: `--json`, clear refusals, exit 0 only when done."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from orderdesk.lib.refused import Refused
from stores.models import Store


class HubCommand(BaseCommand):
    """A command that gives its result as a dict: printed as lines, or as one JSON object.

    Subclasses override `run` and, where lines should read better than "name: value", `lines`.
    `{"error": sentence, "field": name}` and exit 1 is what a refusal prints with `--json`.
    """

    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        self.add(parser)

    def add(self, parser: CommandParser) -> None:
        """Add the command's own arguments."""

    def run(self, **options: Any) -> Mapping[str, Any]:
        """Do it and give the result.

        Raises:
            Refused: with the sentence to print; the command exits with 1.
        """
        raise NotImplementedError

    def lines(self, result: Mapping[str, Any]) -> list[str]:
        """Put the result into lines for people."""
        return [f"{name.replace('_', ' ')}: {value}" for name, value in result.items()]

    def is_done(self, result: Mapping[str, Any]) -> bool:
        """Tell whether the result is a success; otherwise the command exits with 1."""
        return True

    def handle(self, *args: Any, **options: Any) -> None:
        as_json = options.pop("json")
        try:
            result = self._done(options)
        except Refused as no:
            if not as_json:
                raise CommandError(no.message) from no
            self.stdout.write(json.dumps({"error": no.message, "field": no.field}))
            sys.exit(1)
        if as_json:
            self.stdout.write(json.dumps(result, default=str))
        else:
            for line in self.lines(result):
                self.stdout.write(line)
        if not self.is_done(result):
            sys.exit(1)

    def _done(self, options: dict[str, Any]) -> Mapping[str, Any]:
        try:
            return self.run(**options)
        except (OperationalError, InterfaceError) as error:
            raise Refused(database_trouble(error)) from error


def database_trouble(error: Exception) -> str:
    """Say in one line what the database did; psycopg tells each address it tried on its own."""
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), "no reason")
    return f"The database cannot be used: {said}"


def find_store(named: str) -> Store:
    """Give the store of this id or exact name.

    Raises:
        Refused: if there is none, or the name is not the only one.
    """
    found = list(
        Store.objects.filter(pk=int(named)) if named.isdecimal() and len(named) < 19 else []
    )
    found = found or list(Store.objects.filter(name=named)[:2])
    if not found:
        raise Refused(f"There is no store {named!r}.", field="store")
    if len(found) > 1:
        raise Refused(f"There is more than one store {named!r}. Give its id.", field="store")
    return found[0]
