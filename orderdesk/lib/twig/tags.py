"""Reads each tag of the language into its statement."""

from __future__ import annotations

from orderdesk.lib.twig import lexer as kinds
from orderdesk.lib.twig import nodes

from orderdesk.lib.twig.lexer import Token
from orderdesk.lib.twig.nodes import Body, Expr, Statement
from orderdesk.lib.twig.parser import Parser, TagReader

RESERVED = {"true", "false", "none", "null", "varargs"}


def read_if(parser: Parser, tag: Token) -> Statement:
    """`if … elseif … else … endif`."""
    branches = [(parser.expressions.read(), parser.body_of(tag, "elseif", "else", "endif"))]
    otherwise: Body | None = None
    while True:
        word = parser.stream.next().value
        if word == "elseif":
            if otherwise is not None:
                raise parser.stream.fail('"elseif" cannot follow "else".', parser.stream.current.at)
            test = parser.expressions.read()
            branches.append((test, parser.body_of(tag, "elseif", "else", "endif")))
        elif word == "else":
            otherwise = parser.body_of(tag, "elseif", "else", "endif")
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
        if token.value.lower() in RESERVED - {"varargs"}:
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
    loop, inner = parser.loop_seen > loops, parser.inner_seen > inners
    otherwise = None
    if parser.stream.next().value == "else":
        otherwise = parser.body_of(tag, "endfor")
        parser.stream.next()
    parser.end_tag()
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
            raise parser.stream.fail(
                "An escaping strategy must be a string or false.", tag.at
            )
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
    stream.expect(
        kinds.PUNCTUATION, ")", "A list of arguments must be closed by a parenthesis"
    )
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
    if token := stream.accept(kinds.NAME):
        if token.value != name:
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
    parser.traits.append(nodes.Trait(template, aliases))


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
        raise stream.fail(f'Supported guard types are function, filter and test, "{kind.value}" given.', kind.at)
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
    "block": read_block,
    "deprecated": read_deprecated,
    "do": read_do,
    "embed": read_embed,
    "extends": read_extends,
    "flush": read_flush,
    "for": read_for,
    "from": read_from,
    "guard": read_guard,
    "if": read_if,
    "import": read_import,
    "include": read_include,
    "macro": read_macro,
    "set": read_set,
    "types": read_types,
    "use": read_use,
    "with": read_with,
}

