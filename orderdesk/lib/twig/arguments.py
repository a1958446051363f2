"""Reads the arguments of a call, and fits them to the parameters of what is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orderdesk.lib.twig import lexer as kinds
from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.errors import TwigSyntaxError
from orderdesk.lib.twig.nodes import Args, Expr
from orderdesk.lib.twig.suggest import alternatives

if TYPE_CHECKING:
    from orderdesk.lib.twig.expressions import ExpressionParser
    from orderdesk.lib.twig.library import Entry

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def read_arguments(reader: ExpressionParser, *, named: bool) -> Args:
    """`(a, b, name=c, ...d)`."""
    stream = reader.stream
    args = Args()
    stream.expect(
        kinds.PUNCTUATION, "(", "A list of arguments must begin with an opening parenthesis"
    )
    count = 0
    while not stream.test(kinds.PUNCTUATION, ")"):
        if count:
            stream.expect(kinds.PUNCTUATION, ",", "Arguments must be separated by a comma")
            if stream.test(kinds.PUNCTUATION, ")"):
                break
        count += 1
        read_argument(reader, args, named=named)
    stream.expect(kinds.PUNCTUATION, ")", "A list of arguments must be closed by a parenthesis")
    return args


def read_argument(reader: ExpressionParser, args: Args, *, named: bool) -> None:
    """One argument, into `args`."""
    stream = reader.stream
    if spread := stream.accept(kinds.SPREAD):
        if args.named:
            raise stream.fail("A spread cannot follow a named argument.", spread.at)
        args.spread.add(len(args.positional))
        args.positional.append(reader.read())
        return
    value = reader.read()
    sign = named and (stream.accept(kinds.OPERATOR, "=") or stream.accept(kinds.PUNCTUATION, ":"))
    if not sign:
        if args.named:
            raise stream.fail(
                "Positional arguments cannot be used after named arguments.", value.at
            )
        args.positional.append(value)
        return
    if not isinstance(value, nodes.Name):
        raise stream.fail(
            f'A parameter name must be a string, "{type(value).__name__}" given.', value.at
        )
    if value.name in args.named:
        raise stream.fail(f'Argument "{value.name}" is defined twice.', value.at)
    args.named[value.name] = reader.read()


def normal(name: str) -> str:
    """One spelling for `preserveKeys` and `preserve_keys`."""
    return CAMEL.sub("_", name).lower()


def fit(args: Args, entry: Entry, kind: str) -> tuple[list[Expr | None], list[Expr]]:
    """Fit arguments to an entry's parameters.

    Gives one expression for each parameter (None where its default holds) and those that are
    left over. Extra ones are dropped where PHP drops them.

    Raises:
        TwigSyntaxError: for unknown, doubled and missing ones.
    """
    what = f'{kind} "{entry.name}"'
    places: list[Expr | None] = list(args.positional[: len(entry.params)])
    extra = list(args.positional[len(entry.params) :])
    places += [None] * (len(entry.params) - len(places))
    if not entry.variadic and extra and entry.exact:
        raise TwigSyntaxError(
            f"{entry.name}() expects at most {len(entry.params)} arguments, "
            f"{len(args.positional)} given"
        )
    names = [normal(name) for name in entry.params]
    unknown = place_named(places, names, args, entry, what)
    for index, name in enumerate(entry.params[: entry.required]):
        if places[index] is None and not args.spread:
            raise TwigSyntaxError(f'Value for argument "{name}" is required for {what}.')
    if unknown:
        raise not_parameters(unknown, entry, kind)
    return places, extra if entry.variadic else []


def place_named(
    places: list[Expr | None], names: Sequence[str], args: Args, entry: Entry, what: str
) -> list[str]:
    """Put named arguments in their places; what is left over are names of no parameter."""
    aliases = dict(entry.aliases)
    unknown = []
    for given, value in args.named.items():
        name = normal(aliases.get(given, given))
        if name not in names:
            unknown.append(given)
            continue
        index = names.index(name)
        if places[index] is not None:
            raise TwigSyntaxError(f'Argument "{given}" is defined twice for {what}.')
        places[index] = value
    return unknown


def not_parameters(unknown: Sequence[str], entry: Entry, kind: str) -> TwigSyntaxError:
    """The refusal of names that no parameter has, with the names that there are."""
    names = [normal(name) for name in (*entry.params, entry.variadic) if name]
    given = f"argument{'s' if len(unknown) > 1 else ''} " + ", ".join(f'"{n}"' for n in unknown)
    return TwigSyntaxError(
        f'Unknown {given} for {kind} "{entry.name}({", ".join(names)})".',
        alternatives(unknown[0], names),
    )
