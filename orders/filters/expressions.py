"""Values as the database brings them into the form they are compared in."""

import json
import unicodedata
from functools import cache
from itertools import groupby
from typing import Any

from django.db.models import BooleanField, Case, F, Func, TextField, Value, When
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import Coalesce

from orders.filters.countries import country_spellings
from orders.filters.texts import BLANKS

# Anything that stands for a value of a row.
Told = Expression | F | Combinable
FULL_FOLDING_SINCE = 180000


class Folding(Func):
    """A text without case. Before PostgreSQL 18 that is its small letters."""

    output_field = TextField()
    template = '%(function)s((%(expressions)s) COLLATE "C")'

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        if connection.pg_version < FULL_FOLDING_SINCE:
            return self.as_sql(compiler, connection, function="lower", **context)
        template = 'casefold((%(expressions)s) COLLATE "pg_unicode_fast") COLLATE "C"'
        return self.as_sql(compiler, connection, template=template, **context)


def call(function: str, *values: Told, template: str = "") -> Func:
    """Call a function that gives text."""
    told = {"template": template} if template else {"function": function}
    return Func(*values, **told, output_field=TextField())


def infix(value: Told, sign: str, other: Told) -> Func:
    """Compare two values; the answer is yes or no."""
    return Func(
        value, other, template="(%(expressions)s)", arg_joiner=f" {sign} ",
        output_field=BooleanField(),
    )  # fmt: skip


def truth(function: str, *values: Told, template: str = "") -> Func:
    """Call a function that answers yes or no."""
    told = {"template": template} if template else {"function": function}
    return Func(*values, **told, output_field=BooleanField())


def text(words: str) -> Value:
    """Give a text as a value of its type, so that no function takes it for another one."""
    return Value(words, output_field=TextField())


def entry(column: Told, name: str) -> Func:
    """Give a named entry of a JSON map as text, empty where there is none."""
    found = Func(
        column, text(name), template="(%(expressions)s)", arg_joiner=" ->> ",
        output_field=TextField(),
    )  # fmt: skip
    return Coalesce(found, text(""))


def trimmed(value: Told) -> Func:
    """Bring letters into one spelling and take outer blanks off."""
    normal = call("", value, template="normalize((%(expressions)s)::text, NFC)")
    return call("btrim", normal, text(BLANKS))


def folded(value: Told, *, exact: bool = False) -> Func:
    """Give a text as `orders.filters.texts.folded` does."""
    return trimmed(value) if exact else Folding(trimmed(value))


def country(value: Told) -> Expression:
    """Give a country as `Country.normal` does: its code, or what stands there."""
    code = Func(
        Value(json.dumps(country_spellings())), _plain(value),
        template="(%(expressions)s)", arg_joiner="::jsonb ->> ", output_field=TextField(),
    )  # fmt: skip
    # Most rows hold a code already; those are not looked at further.
    is_code = infix(value, "=", call("ANY", Value(_codes()), template="ANY(%(expressions)s)"))
    return Case(
        When(is_code, then=value),
        default=Coalesce(code, folded(value)),
        output_field=TextField(),
    )


def _codes() -> list[str]:
    return sorted(set(country_spellings().values()))


def _plain(value: Told) -> Func:
    """Give a text as `countries._plain` does, without case and accents."""
    small = Folding(call("btrim", value, text(BLANKS)))
    straight = call("replace", small, text("\u2019"), text("'"))
    apart = call("", straight, template="normalize(%(expressions)s, NFKD)")
    return call("regexp_replace", apart, text(_combining()), text(""), text("g"))


@cache
def _combining() -> str:
    """Give a set of all signs that stand on other letters, as a regular expression."""
    codes = [code for code in range(0x300, 0x20000) if unicodedata.combining(chr(code))]
    # The numbers of neighbors differ from their places by the same.
    stretches = [[code for _, code in run] for _, run in groupby(enumerate(codes), _apart)]
    return f"[{''.join(f'{_char(run[0])}-{_char(run[-1])}' for run in stretches)}]"


def _apart(numbered: tuple[int, int]) -> int:
    return numbered[1] - numbered[0]


def _char(code: int) -> str:
    return f"\\U{code:08x}"
