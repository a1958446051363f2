"""Reads a whole template into a tree; the tags themselves are in `tags`."""

from __future__ import annotations

from collections.abc import Callable, Collection

from orderdesk.lib.twig import lexer as kinds
from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.errors import NestingLimitReached, Source, TwigSyntaxError
from orderdesk.lib.twig.expressions import ExpressionParser
from orderdesk.lib.twig.library import Library
from orderdesk.lib.twig.nodes import Args, Body, Expr, Parsed, Statement
from orderdesk.lib.twig.skeleton import keep_definitions
from orderdesk.lib.twig.stream import TokenStream
from orderdesk.lib.twig.suggest import HINTS, alternatives, did_you_mean

TagReader = Callable[["Parser", kinds.Token], Statement | None]
DEEPEST_TAG = 50
INNER_NAMES = {"_context", "_parent", "_seq", "_key", "_iterated"}
# What can be asked whether it is defined.
DEFINABLE = (
    nodes.Name, nodes.Attribute, nodes.BlockCall, nodes.MacroCall, nodes.Const, nodes.Array,
)  # fmt: skip


class Scope:
    """The macros and templates imported so far, in one block, macro or module."""

    def __init__(self) -> None:
        self.templates: set[str] = set()
        self.macros: dict[str, tuple[str, str]] = {}


class Parser:
    """Reads one source; an `embed` inside it is read by a parser of its own."""

    def __init__(
        self,
        source: Source,
        library: Library,
        tags: dict[str, TagReader],
        stream: TokenStream | None = None,
    ) -> None:
        self.source = source
        self.library = library
        self.tag_readers = tags
        self.stream = stream or TokenStream(source)
        self.expressions = ExpressionParser(self)
        self.parent: Expr | None = None
        self.blocks: dict[str, nodes.Block] = {}
        self.block_stack: list[str] = []
        self.macros: dict[str, nodes.Macro] = {}
        self.traits: list[nodes.Trait] = []
        self.scopes = [Scope()]
        self.tags: dict[str, int] = {}
        self.filters: dict[str, int] = {}
        self.functions: dict[str, int] = {}
        self.aliases = 0
        self.depth = 0
        self.loop_seen = 0
        self.inner_seen = 0

    def parse(self, until: Collection[str] = ()) -> Parsed:
        """Read the whole template, or an embedded one up to its end tag."""
        at = self.stream.current.at
        body = self.read_body(until, ("", at))
        if self.parent is not None:
            body = keep_definitions(body, self.source)
        return Parsed(
            body, self.parent, self.blocks, self.macros, self.traits,
            self.tags, self.filters, self.functions,
        )  # fmt: skip

    def read_body(self, until: Collection[str], opener: tuple[str, int]) -> Body:
        """Read statements up to one of the end tags, which is left for the caller.

        `opener` is the tag that waits for its end, and its offset.
        """
        self.depth += 1
        if self.depth > DEEPEST_TAG:
            error = NestingLimitReached(f"Tags are nested more than {DEEPEST_TAG} levels deep.")
            raise error.at(self.source, opener[1])
        stream = self.stream
        body = Body(stream.current.at, [])
        while not stream.test(kinds.EOF):
            ahead = stream.look()
            ends = ahead.kind == kinds.NAME and ahead.value in until
            if ends and stream.test(kinds.BLOCK_START):
                stream.next()
                break
            if statement := self.read_statement(opener):
                body.statements.append(statement)
        else:
            if until:
                raise self.missing_end(until, opener)
        self.depth -= 1
        return body

    def missing_end(self, until: Collection[str], opener: tuple[str, int]) -> TwigSyntaxError:
        line = self.source.locate(opener[1])[0]
        return self.stream.fail(
            f'Unexpected end of template: the "{opener[0]}" tag of line {line} is not closed '
            f"(expected {' or '.join(sorted(until))}).",
            self.stream.current.at,
        )

    def read_statement(self, opener: tuple[str, int]) -> Statement | None:
        stream = self.stream
        token = stream.next()
        if token.kind == kinds.TEXT:
            return nodes.Text(token.at, token.value)
        if token.kind == kinds.VAR_START:
            value = self.expressions.read()
            stream.expect(kinds.VAR_END)
            return nodes.Print(token.at, value)
        name = stream.current
        if name.kind != kinds.NAME:
            raise stream.fail("A block must start with a tag name.", name.at)
        reader = self.tag_readers.get(name.value)
        if reader is None:
            raise self.unknown_tag(name, opener)
        stream.next()
        self.tags.setdefault(name.value, name.at)
        return reader(self, name)

    def unknown_tag(self, name: kinds.Token, opener: tuple[str, int]) -> TwigSyntaxError:
        if opener[0]:
            line = self.source.locate(opener[1])[0]
            return self.stream.fail(
                f'Unexpected "{name.value}" tag (expecting closing tag for the "{opener[0]}" tag '
                f"defined near line {line}).",
                name.at,
            )
        return self.not_known("tag", name.value, name.at, self.tag_readers)

    def end_tag(self) -> None:
        """The `%}` of the present tag."""
        self.stream.expect(kinds.BLOCK_END)

    def body_of(self, tag: kinds.Token, *until: str) -> Body:
        """Close the present tag, read its body, and leave the end tag's name to be read."""
        self.end_tag()
        return self.read_body(until, (tag.value, tag.at))

    def not_known(self, kind: str, name: str, at: int, known: Collection[str]) -> TwigSyntaxError:
        near = alternatives(name, known)
        error = TwigSyntaxError(f'Unknown "{name}" {kind}.{did_you_mean(near)}', near)
        if kind == "filter" and name in HINTS:
            error.suggestions = (HINTS[name], *near)
        if kind == "function" and name in self.macros:
            error.suggestions = (f"_self.{name}", *near)
        error.at(self.source, at)
        return error

    def unknown(self, kind: str, name: str, at: int) -> None:
        """Refuse a name that the library does not have."""
        known = self.library.of_kind(kind)
        if name not in known:
            raise self.not_known(kind, name, at, known)

    def filter_node(self, of: Expr, name: str, args: Args, at: int) -> Expr:
        """A filter that is known to exist."""
        self.unknown("filter", name, at)
        self.filters.setdefault(name, at)
        return nodes.FilterCall(at, of, name, args)

    def function_node(self, name: str, args: Args, at: int) -> Expr:
        """A function that is known to exist; some are tags in disguise."""
        if name == "parent":
            return self.parent_node(args, at)
        if name == "block":
            return self.block_node(args, at)
        if name == "attribute":
            return self.attribute_node(args, at)
        self.unknown("function", name, at)
        self.functions.setdefault(name, at)
        if name == "include":
            self.loop_seen += 1
        return nodes.FunctionCall(at, name, args)

    def parent_node(self, args: Args, at: int) -> Expr:
        if not self.block_stack:
            raise self.stream.fail(
                'Calling the "parent" function outside of a block is forbidden.', at
            )
        if self.parent is None and not self.traits:
            raise self.stream.fail(
                'Calling the "parent" function on a template that does not call "extends" or '
                '"use" is forbidden.',
                at,
            )
        self.loop_seen += 1
        return nodes.ParentCall(at, self.block_stack[-1])

    def block_node(self, args: Args, at: int) -> Expr:
        both = [*args.positional, *args.named.values()]
        if not both:
            raise self.stream.fail('The "block" function takes one argument (the block name).', at)
        self.loop_seen += 1
        name = args.named.get("name", both[0])
        template = args.named.get("template", both[1] if len(both) > 1 else None)
        return nodes.BlockCall(at, name, template)

    def attribute_node(self, args: Args, at: int) -> Expr:
        given = list(args.positional)
        rest = ("variable", "attribute", "arguments")[len(given) :]
        given.extend(args.named[name] for name in rest if name in args.named)
        if len(given) < 2:
            raise self.stream.fail(
                'The "attribute" function takes at least two arguments (the variable and the '
                "attributes).",
                at,
            )
        call = None
        if len(given) > 2:
            if not isinstance(given[2], nodes.Array):
                raise self.stream.fail("The arguments of an attribute must be an array.", at)
            call = Args([item.value for item in given[2].items])
        return nodes.Attribute(at, given[0], given[1], call)

    def test_node(self, of: Expr, name: str, args: Args, at: int) -> Expr:
        """A test that is known to exist."""
        self.unknown("test", name, at)
        if name == "defined":
            self.require_definable(of)
        return nodes.TestCall(at, of, name, args)

    def require_definable(self, expr: Expr) -> None:
        """Refuse `is defined` and `??` on what is never undefined."""
        if isinstance(expr, DEFINABLE):
            return
        if isinstance(expr, nodes.FunctionCall) and expr.name == "constant":
            return
        raise self.stream.fail('The "defined" test only works with simple variables.', expr.at)

    def note_variable(self, name: str) -> None:
        """Remember that a body reads what a loop would have to provide."""
        if name in ("loop", "_context"):
            self.loop_seen += name == "loop"
        if name in INNER_NAMES:
            self.inner_seen += 1

    def is_imported(self, name: str) -> bool:
        """Is this the name of an imported template?"""
        return name == "_self" or any(
            name in scope.templates for scope in (self.scopes[-1], self.scopes[0])
        )

    def imported_macro(self, name: str) -> tuple[str, str] | None:
        """The template and macro that `from … import` gave this name to."""
        return self.scopes[-1].macros.get(name) or self.scopes[0].macros.get(name)

    def new_alias(self) -> str:
        """A name for a template that `from` imports without naming it."""
        self.aliases += 1
        return f"#{self.aliases}"
