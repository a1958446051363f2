"""Reads the tags by which templates use each other: blocks, macros, includes."""

from __future__ import annotations

from orderdesk.lib.twig import lexer as kinds
from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.lexer import Token
from orderdesk.lib.twig.nodes import Body, Expr, Statement
from orderdesk.lib.twig.parser import Parser

# Names that cannot be given to a parameter.
RESERVED = {"true", "false", "none", "null", "varargs"}


def read_macro(parser: Parser, tag: Token) -> None:
    """`macro name(a, b = 1) … endmacro`."""
    stream = parser.stream
    name = stream.expect(kinds.NAME).value
    params = read_params(parser)
    parser.scopes.append(type(parser.scopes[0])())
    body = parser.body_of(tag, "endmacro")
    stream.next()
    close_named(parser, "endmacro", "macro", name)
    parser.scopes.pop()
    parser.macros[name] = nodes.Macro(tag.at, name, params, body)


def read_params(parser: Parser) -> list[tuple[str, Expr | None]]:
    """The parameters of a macro."""
    stream = parser.stream
    stream.expect(
        kinds.PUNCTUATION, "(", "A list of arguments must begin with an opening parenthesis"
    )
    params: list[tuple[str, Expr | None]] = []
    while not stream.test(kinds.PUNCTUATION, ")"):
        if params:
            stream.expect(kinds.PUNCTUATION, ",", "Arguments must be separated by a comma")
            if stream.test(kinds.PUNCTUATION, ")"):
                break
        token = stream.expect(kinds.NAME, message="An argument must be a name")
        if token.value.lower() in RESERVED:
            raise stream.fail(f'You cannot name an argument "{token.value}".', token.at)
        default = None
        if stream.accept(kinds.OPERATOR, "=") or stream.accept(kinds.PUNCTUATION, ":"):
            default = parser.expressions.read_primary()
            require_constant(parser, default)
        params.append((token.value, default))
    stream.expect(kinds.PUNCTUATION, ")", "A list of arguments must be closed by a parenthesis")
    return params


def require_constant(parser: Parser, expr: Expr) -> None:
    """A default is settled where the macro is written, so it cannot read variables."""
    if isinstance(expr, nodes.Const):
        return
    if isinstance(expr, nodes.Unary) and expr.operator in "+-":
        require_constant(parser, expr.operand)
        return
    if isinstance(expr, nodes.Array):
        for item in expr.items:
            require_constant(parser, item.value)
        return
    raise parser.stream.fail(
        "A default value for an argument must be a constant (a boolean, a string, a number, a "
        "sequence, or a mapping).",
        expr.at,
    )


def close_named(parser: Parser, end: str, what: str, name: str) -> None:
    """An end tag that may repeat the name of what it ends."""
    stream = parser.stream
    token = stream.accept(kinds.NAME)
    if token and token.value != name:
        raise stream.fail(
            f'Expected {end} for {what} "{name}" (but "{token.value}" given).', token.at
        )
    parser.end_tag()


def read_block(parser: Parser, tag: Token) -> Statement:
    """`block name … endblock`, or `block name value`."""
    stream = parser.stream
    name = stream.expect(kinds.NAME).value
    if name in parser.blocks:
        line = parser.source.locate(parser.blocks[name].at)[0]
        raise stream.fail(f"The block '{name}' has already been defined line {line}.", tag.at)
    block = parser.blocks[name] = nodes.Block(tag.at, name, Body(tag.at, []))
    parser.scopes.append(type(parser.scopes[0])())
    parser.block_stack.append(name)
    parser.loop_seen += 1
    if stream.test(kinds.BLOCK_END):
        block.body = parser.body_of(tag, "endblock")
        stream.next()
        close_named(parser, "endblock", "block", name)
    else:
        value = parser.expressions.read()
        parser.end_tag()
        block.body = Body(tag.at, [nodes.Print(value.at, value)])
    parser.block_stack.pop()
    parser.scopes.pop()
    return block


def read_extends(parser: Parser, tag: Token) -> None:
    """`extends …`."""
    if parser.block_stack:
        raise parser.stream.fail('Cannot use "extend" in a block.', tag.at)
    if len(parser.scopes) > 1:
        raise parser.stream.fail('Cannot use "extend" in a macro.', tag.at)
    if parser.parent is not None:
        raise parser.stream.fail("Multiple extends tags are forbidden.", tag.at)
    parser.parent = parser.expressions.read()
    parser.end_tag()


def read_use(parser: Parser, tag: Token) -> None:
    """`use 'template' with block as alias`."""
    stream = parser.stream
    template = parser.expressions.read()
    if not isinstance(template, nodes.Const) or not isinstance(template.value, str):
        raise stream.fail('The template references in a "use" statement must be a string.', tag.at)
    aliases: dict[str, str] = {}
    if stream.accept(kinds.NAME, "with"):
        while True:
            name = stream.expect(kinds.NAME).value
            aliases[name] = name
            if stream.accept(kinds.NAME, "as"):
                aliases[name] = stream.expect(kinds.NAME).value
            if not stream.accept(kinds.PUNCTUATION, ","):
                break
    parser.end_tag()
    parser.traits.append(nodes.Trait(template.value, aliases, tag.at))


def read_include_rest(parser: Parser) -> tuple[Expr | None, bool, bool]:
    """`ignore missing with … only`, after a template's name."""
    stream = parser.stream
    ignore = False
    variables = None
    if stream.accept(kinds.NAME, "ignore"):
        stream.expect(kinds.NAME, "missing")
        ignore = True
    if stream.accept(kinds.NAME, "with"):
        variables = parser.expressions.read()
    only = bool(stream.accept(kinds.NAME, "only"))
    parser.end_tag()
    return variables, only, ignore


def read_include(parser: Parser, tag: Token) -> Statement:
    """`include …`."""
    template = parser.expressions.read()
    parser.loop_seen += 1
    variables, only, ignore = read_include_rest(parser)
    return nodes.Include(tag.at, template, variables, only, ignore)


def read_embed(parser: Parser, tag: Token) -> Statement:
    """`embed … endembed`: a child template written where it is used."""
    parent = parser.expressions.read()
    parser.loop_seen += 1
    parser.inner_seen += 1
    variables, only, ignore = read_include_rest(parser)
    inner = Parser(parser.source, parser.library, parser.tag_readers, parser.stream)
    inner.parent = parent
    inner.depth = parser.depth
    embedded = inner.parse(("endembed",))
    parser.stream.next()
    parser.end_tag()
    for name in ("tags", "filters", "functions"):
        mine: dict[str, int] = getattr(parser, name)
        mine.update({k: v for k, v in getattr(embedded, name).items() if k not in mine})
    return nodes.Include(tag.at, None, variables, only, ignore, embedded)


def read_import(parser: Parser, tag: Token) -> Statement:
    """`import … as alias`."""
    template = parser.expressions.read()
    parser.stream.expect(kinds.NAME, "as")
    alias = parser.stream.expect(kinds.NAME).value
    parser.end_tag()
    parser.scopes[-1].templates.add(alias)
    return nodes.Import(tag.at, template, alias, of_module=len(parser.scopes) == 1)


def read_from(parser: Parser, tag: Token) -> Statement:
    """`from … import macro as name, …`."""
    stream = parser.stream
    template = parser.expressions.read()
    stream.expect(kinds.NAME, "import")
    alias = parser.new_alias()
    while True:
        macro = stream.expect(kinds.NAME).value
        name = macro
        if stream.accept(kinds.NAME, "as"):
            name = stream.expect(kinds.NAME).value
        parser.scopes[-1].macros[name] = (alias, macro)
        if not stream.accept(kinds.PUNCTUATION, ","):
            break
    parser.end_tag()
    return nodes.Import(tag.at, template, alias, of_module=len(parser.scopes) == 1)
