"""Reads each tag of the language into its statement."""

from __future__ import annotations

from orderdesk.lib.twig import lexer as kinds
from orderdesk.lib.twig import nodes, template_tags
from orderdesk.lib.twig.lexer import Token
from orderdesk.lib.twig.nodes import Body, Expr, Statement
from orderdesk.lib.twig.parser import Parser, TagReader

# Names that nothing can be assigned to.
RESERVED = {"true", "false", "none", "null"}


def read_if(parser: Parser, tag: Token) -> Statement:
    """`if … elseif … else … endif`."""
    branches = [(parser.expressions.read(), parser.body_of(tag, "elseif", "else", "endif"))]
    otherwise: Body | None = None
    while True:
        word = parser.stream.next().value
        if word == "elseif":
            test = parser.expressions.read()
            branches.append((test, parser.body_of(tag, "elseif", "else", "endif")))
        elif word == "else":
            otherwise = parser.body_of(tag, "endif")
        else:
            parser.end_tag()
            return nodes.If(tag.at, branches, otherwise)


def read_targets(parser: Parser) -> list[str]:
    """Names to assign to, with commas between."""
    stream = parser.stream
    names: list[str] = []
    while True:
        token = stream.current
        if token.kind == kinds.OPERATOR and kinds.NAME_RE.fullmatch(token.value):
            stream.next()
        else:
            stream.expect(kinds.NAME, message="Only variables can be assigned to")
        if token.value.lower() in RESERVED:
            raise stream.fail(f'You cannot assign a value to "{token.value}".', token.at)
        names.append(token.value)
        if not stream.accept(kinds.PUNCTUATION, ","):
            return names


def read_for(parser: Parser, tag: Token) -> Statement:
    """`for … in … else … endfor`."""
    targets = read_targets(parser)
    parser.stream.expect(kinds.OPERATOR, "in")
    sequence = parser.expressions.read()
    loops, inners = parser.loop_seen, parser.inner_seen
    body = parser.body_of(tag, "else", "endfor")
    otherwise = None
    if parser.stream.next().value == "else":
        otherwise = parser.body_of(tag, "endfor")
        parser.stream.next()
    parser.end_tag()
    loop, inner = parser.loop_seen > loops, parser.inner_seen > inners
    key = targets[0] if len(targets) > 1 else "_key"
    value = targets[1] if len(targets) > 1 else targets[0]
    return nodes.For(tag.at, key, value, sequence, body, otherwise, loop=loop, inner=inner)


def read_set(parser: Parser, tag: Token) -> Statement:
    """`set a, b = 1, 2`, or `set a … endset`."""
    stream = parser.stream
    names = read_targets(parser)
    values: list[Expr] = []
    if stream.accept(kinds.OPERATOR, "="):
        values.append(parser.expressions.read())
        while stream.accept(kinds.PUNCTUATION, ","):
            values.append(parser.expressions.read())
        parser.end_tag()
    else:
        if len(names) > 1:
            raise stream.fail(
                "When using set with a block, you cannot have a multi-target.", tag.at
            )
        values.append(nodes.Captured(tag.at, parser.body_of(tag, "endset")))
        stream.next()
        parser.end_tag()
    if len(names) != len(values):
        raise stream.fail(
            "When using set, you must have the same number of variables and assignments.", tag.at
        )
    return nodes.Set(tag.at, names, values)


def read_do(parser: Parser, tag: Token) -> Statement:
    """`do …`."""
    value = parser.expressions.read()
    parser.end_tag()
    return nodes.Do(tag.at, value)


def read_with(parser: Parser, tag: Token) -> Statement:
    """`with … only … endwith`."""
    variables = None
    only = False
    if not parser.stream.test(kinds.BLOCK_END):
        variables = parser.expressions.read()
        only = bool(parser.stream.accept(kinds.NAME, "only"))
    body = parser.body_of(tag, "endwith")
    parser.stream.next()
    parser.end_tag()
    return nodes.With(tag.at, variables, only, body)


def read_apply(parser: Parser, tag: Token) -> Statement:
    """`apply filter|filter … endapply`."""
    held = nodes.Captured(tag.at, Body(tag.at, []))
    value: Expr = parser.expressions.read_filter(held)
    while parser.stream.accept(kinds.PUNCTUATION, "|"):
        value = parser.expressions.read_filter(value)
    held.body = parser.body_of(tag, "endapply")
    parser.stream.next()
    parser.end_tag()
    return nodes.Print(tag.at, value)


def read_autoescape(parser: Parser, tag: Token) -> Statement:
    """`autoescape 'strategy' … endautoescape`."""
    strategy: str | bool = "html"
    if not parser.stream.test(kinds.BLOCK_END):
        value = parser.expressions.read()
        if not isinstance(value, nodes.Const):
            raise parser.stream.fail("An escaping strategy must be a string or false.", tag.at)
        strategy = valid_strategy(parser, value)
    body = parser.body_of(tag, "endautoescape")
    parser.stream.next()
    parser.end_tag()
    return nodes.AutoEscape(tag.at, strategy, body)


def valid_strategy(parser: Parser, value: nodes.Const) -> str | bool:
    """A strategy written out in a template, known to exist."""
    if value.value is False or value.value in ("html", "js", "css", "url", "html_attr"):
        return value.value  # type: ignore[no-any-return]
    shown = "1" if value.value is True else value.value
    raise parser.stream.fail(
        f'Invalid escaping strategy "{shown}" (valid ones: "html", "js", "url", "css", '
        '"html_attr").',
        value.at,
    )


def read_deprecated(parser: Parser, tag: Token) -> None:
    """`deprecated 'why'`, which does nothing here."""
    parser.expressions.read()
    while parser.stream.test(kinds.NAME):
        parser.stream.next()
        parser.stream.expect(kinds.OPERATOR, "=")
        parser.expressions.read()
    parser.end_tag()


def read_flush(parser: Parser, tag: Token) -> None:
    """`flush`, which does nothing here."""
    parser.end_tag()


def read_types(parser: Parser, tag: Token) -> None:
    """`types {…}`, which only tells other tools something."""
    while not parser.stream.test(kinds.BLOCK_END):
        parser.stream.next()
    parser.end_tag()


def read_guard(parser: Parser, tag: Token) -> Statement:
    """`guard filter name … else … endguard`: settled while the template is read."""
    stream = parser.stream
    kind = stream.expect(kinds.NAME)
    if kind.value not in ("filter", "function", "test"):
        raise stream.fail(
            f'Supported guard types are function, filter and test, "{kind.value}" given.', kind.at
        )
    name = stream.expect(kinds.NAME).value
    if kind.value == "test" and stream.test(kinds.NAME):
        name += " " + stream.next().value
    exists = name in parser.library.of_kind(kind.value)
    body = guarded(parser, tag, wanted=exists, until=("else", "endguard"))
    otherwise = None
    if stream.next().value == "else":
        otherwise = guarded(parser, tag, wanted=not exists, until=("endguard",))
        stream.next()
    parser.end_tag()
    return (body if exists else otherwise) or Body(tag.at, [])


def guarded(parser: Parser, tag: Token, *, wanted: bool, until: tuple[str, ...]) -> Body:
    """One branch of `guard`; the one not wanted may use names that do not exist."""
    if wanted:
        return parser.body_of(tag, *until)
    parser.end_tag()
    stream = parser.stream
    depth = 0
    while not stream.test(kinds.EOF):
        if stream.test(kinds.BLOCK_START):
            word = stream.look().value
            if not depth and word in until:
                stream.next()
                return Body(tag.at, [])
            depth += (word == "guard") - (word == "endguard")
        stream.next()
    raise parser.missing_end(until, (tag.value, tag.at))


TAGS: dict[str, TagReader] = {
    "autoescape": read_autoescape,
    "apply": read_apply,
    "block": template_tags.read_block,
    "deprecated": read_deprecated,
    "do": read_do,
    "embed": template_tags.read_embed,
    "extends": template_tags.read_extends,
    "flush": read_flush,
    "for": read_for,
    "from": template_tags.read_from,
    "guard": read_guard,
    "if": read_if,
    "import": template_tags.read_import,
    "include": template_tags.read_include,
    "macro": template_tags.read_macro,
    "set": read_set,
    "types": read_types,
    "use": template_tags.read_use,
    "with": read_with,
}
