"""Reads expressions: a Pratt parser over Twig's table of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderdesk.lib.twig import lexer as kinds
from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.arguments import read_arguments
from orderdesk.lib.twig.errors import NestingLimitReached
from orderdesk.lib.twig.literals import read_array, read_mapping, read_number, read_string
from orderdesk.lib.twig.nodes import Args, Expr

if TYPE_CHECKING:
    from orderdesk.lib.twig.parser import Parser

# Higher binds tighter.
BINARY = {
    "or": 10, "xor": 12, "and": 15, "b-or": 16, "b-xor": 17, "b-and": 18,
    "==": 20, "!=": 20, "<=>": 20, "<": 20, ">": 20, ">=": 20, "<=": 20,
    "not in": 20, "in": 20, "matches": 20, "starts with": 20, "ends with": 20,
    "has some": 20, "has every": 20,
    "..": 25, "+": 30, "-": 30, "~": 40, "*": 60, "/": 60, "//": 60, "%": 60,
    "is": 100, "is not": 100, "**": 200, "??": 300,
}  # fmt: skip
RIGHT = {"**", "??"}
UNARY = {"not": 50, "-": 500, "+": 500}
CONSTANTS = {
    "true": True, "TRUE": True, "false": False, "FALSE": False,
    "none": None, "NONE": None, "null": None, "NULL": None,
}  # fmt: skip
STRICTER = ("===", "!==")
TWO_WORD_TESTS = {"divisible by", "same as"}
# Deep enough for any hand; shallow enough for the interpreter's own stack.
DEEPEST = 60


class ExpressionParser:
    """Reads one expression at a time from the parser's stream."""

    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.stream = parser.stream
        self.depth = 0

    def read(self, precedence: int = 0) -> Expr:
        """Read an expression whose operators bind at least this tightly."""
        self.depth += 1
        if self.depth > DEEPEST:
            error = NestingLimitReached(f"Brackets are nested more than {DEEPEST} levels deep.")
            raise error.at(self.stream.source, self.stream.current.at)
        if arrow := self.read_arrow():
            self.depth -= 1
            return arrow
        expr = self.read_operators(self.read_primary(), precedence)
        if precedence == 0:
            expr = self.read_conditional(expr)
        self.depth -= 1
        return expr

    def read_operators(self, expr: Expr, precedence: int) -> Expr:
        """Go on from a first operand with whatever operators bind tightly enough."""
        stream = self.stream
        length = 0
        while stream.test(kinds.OPERATOR):
            operator, at = stream.current.value, stream.current.at
            binding = BINARY.get(operator)
            if binding is None or binding < precedence:
                break
            stream.next()
            length += 1
            if operator == "is":
                expr = self.read_test(expr, at)
            elif operator == "is not":
                expr = nodes.Unary(at, "not", self.read_test(expr, at))
            else:
                right = self.read(binding if operator in RIGHT else binding + 1)
                expr = self.combine(operator, at, expr, right)
            self.limit_chain(length, at)
        return expr

    def limit_chain(self, length: int, at: int) -> None:
        """Refuse a chain of operators or filters that would need too deep a tree."""
        if length > DEEPEST * 2:
            error = NestingLimitReached(
                f"More than {DEEPEST * 2} operators or filters follow each other."
            )
            raise error.at(self.stream.source, at)

    def combine(self, operator: str, at: int, left: Expr, right: Expr) -> Expr:
        if operator == "??":
            self.parser.require_definable(left)
            return nodes.Coalesce(at, left, right)
        if operator == "~":
            parts = left.parts if isinstance(left, nodes.Concat) else [left]
            return nodes.Concat(at, [*parts, right])
        if operator == "**" and isinstance(left, nodes.Unary) and not left.bracketed:
            # PHP's power binds tighter than its signs: -2 ** 2 is -4.
            power = nodes.Binary(at, operator, left.operand, right)
            return nodes.Unary(left.at, left.operator, power)
        if operator == "..":
            self.parser.functions.setdefault("range", at)
        return nodes.Binary(at, operator, left, right)

    def read_conditional(self, test: Expr) -> Expr:
        stream = self.stream
        length = 0
        while token := stream.accept(kinds.PUNCTUATION, "?"):
            length += 1
            self.limit_chain(length, token.at)
            if stream.accept(kinds.PUNCTUATION, ":"):
                test = nodes.Conditional(token.at, test, None, self.read())
                continue
            yes = self.read()
            has_else = stream.accept(kinds.PUNCTUATION, ":")
            no = self.read() if has_else else nodes.Const(token.at, "")
            test = nodes.Conditional(token.at, test, yes, no)
        return test

    def read_arrow(self) -> Expr | None:
        """Read `x => …` or `(a, b) => …` where one stands here."""
        stream = self.stream
        at = stream.current.at
        if stream.test(kinds.NAME) and stream.look().kind == kinds.ARROW:
            params = [stream.next().value]
        elif stream.test(kinds.PUNCTUATION, "("):
            ahead = self.arrow_parameters()
            if ahead is None:
                return None
            params, length = ahead
            stream.index += length
        else:
            return None
        stream.expect(kinds.ARROW)
        return nodes.Arrow(at, params, self.read())

    def arrow_parameters(self) -> tuple[list[str], int] | None:
        """The names in brackets before an arrow, and how many tokens they take."""
        names: list[str] = []
        ahead = 1
        while (token := self.stream.look(ahead)).kind == kinds.NAME:
            names.append(token.value)
            ahead += 1
            if self.stream.look(ahead).value != ",":
                break
            ahead += 1
        closed = self.stream.look(ahead)
        if closed.kind != kinds.PUNCTUATION or closed.value != ")":
            return None
        if not names or self.stream.look(ahead + 1).kind != kinds.ARROW:
            return None
        return names, ahead + 1

    def read_primary(self) -> Expr:
        """Read one operand with the unary signs before and the filters after it."""
        stream = self.stream
        token = stream.current
        if token.kind == kinds.OPERATOR and token.value in UNARY:
            stream.next()
            operand = self.read_no_arrow(UNARY[token.value])
            return self.read_postfix(nodes.Unary(token.at, token.value, operand))
        if stream.accept(kinds.PUNCTUATION, "("):
            expr = self.read()
            stream.expect(kinds.PUNCTUATION, ")", "An opened parenthesis is not properly closed")
            if isinstance(expr, nodes.Unary):
                expr.bracketed = True
            return self.read_postfix(expr)
        return self.read_postfix(self.read_operand())

    def read_no_arrow(self, precedence: int) -> Expr:
        self.depth += 1
        if self.depth > DEEPEST:
            error = NestingLimitReached(f"Signs are nested more than {DEEPEST} levels deep.")
            raise error.at(self.stream.source, self.stream.current.at)
        expr = self.read_operators(self.read_primary(), precedence)
        self.depth -= 1
        return expr

    def read_operand(self) -> Expr:
        stream = self.stream
        token = stream.current
        if token.kind == kinds.NAME:
            stream.next()
            return self.read_name(token)
        if token.kind == kinds.NUMBER:
            stream.next()
            return nodes.Const(token.at, read_number(token.value))
        if token.kind in (kinds.STRING, kinds.INTERPOLATION_START):
            return read_string(self)
        if token.kind == kinds.OPERATOR and kinds.NAME_RE.fullmatch(token.value):
            # An operator's word where an operand should stand is a variable of that name.
            stream.next()
            return nodes.Name(token.at, token.value)
        if stream.test(kinds.PUNCTUATION, "["):
            return read_array(self)
        if stream.test(kinds.PUNCTUATION, "{"):
            return read_mapping(self)
        before = stream.look(-1)
        if before.kind == token.kind == kinds.OPERATOR and before.value + token.value in STRICTER:
            raise stream.fail(
                f'Unexpected operator of value "{token.value}". Did you try to use "===" or "!==" '
                'for strict comparison? Use "is same as(value)" instead.',
                token.at,
            )
        raise stream.unexpected()

    def read_name(self, token: kinds.Token) -> Expr:
        if token.value in CONSTANTS:
            return nodes.Const(token.at, CONSTANTS[token.value])
        if self.stream.test(kinds.PUNCTUATION, "("):
            return self.read_function(token)
        self.parser.note_variable(token.value)
        return nodes.Name(token.at, token.value)

    def read_function(self, token: kinds.Token) -> Expr:
        if imported := self.parser.imported_macro(token.value):
            args = read_arguments(self, named=True)
            return nodes.MacroCall(token.at, imported[0], imported[1], args)
        args = read_arguments(self, named=True)
        return self.parser.function_node(token.value, args, token.at)

    def read_postfix(self, expr: Expr) -> Expr:
        stream = self.stream
        length = 0
        while stream.current.kind == kinds.PUNCTUATION and stream.current.value in ".[|":
            length += 1
            self.limit_chain(length, stream.current.at)
            token = stream.next()
            if token.value == ".":
                expr = self.read_dot(expr, token.at)
            elif token.value == "[":
                expr = self.read_subscript(expr, token.at)
            else:
                expr = self.read_filter(expr)
        return expr

    def read_dot(self, expr: Expr, at: int) -> Expr:
        stream = self.stream
        if stream.accept(kinds.PUNCTUATION, "("):
            key = self.read()
            stream.expect(kinds.PUNCTUATION, ")")
            return nodes.Attribute(at, expr, key, self.read_call())
        token = stream.next()
        if token.kind == kinds.NUMBER:
            return nodes.Attribute(at, expr, nodes.Const(at, read_number(token.value)))
        if token.kind != kinds.NAME and not (
            token.kind == kinds.OPERATOR and kinds.NAME_RE.fullmatch(token.value)
        ):
            raise stream.fail(
                f'Expected name or number, got value "{token.value}" of type {token.kind}.',
                token.at,
            )
        if isinstance(expr, nodes.Name) and self.parser.is_imported(expr.name):
            args = self.read_call() or Args()
            return nodes.MacroCall(at, expr.name, token.value, args)
        return nodes.Attribute(at, expr, nodes.Const(token.at, token.value), self.read_call())

    def read_call(self) -> Args | None:
        if self.stream.test(kinds.PUNCTUATION, "("):
            return read_arguments(self, named=True)
        return None

    def read_subscript(self, expr: Expr, at: int) -> Expr:
        stream = self.stream
        start: Expr = nodes.Const(at, 0)
        sliced = bool(stream.accept(kinds.PUNCTUATION, ":"))
        if not sliced:
            start = self.read()
            sliced = bool(stream.accept(kinds.PUNCTUATION, ":"))
        if not sliced:
            stream.expect(kinds.PUNCTUATION, "]")
            return nodes.Attribute(at, expr, start)
        length: Expr = nodes.Const(at, None)
        if not stream.test(kinds.PUNCTUATION, "]"):
            length = self.read()
        stream.expect(kinds.PUNCTUATION, "]")
        return self.parser.filter_node(expr, "slice", Args([start, length]), at)

    def read_filter(self, expr: Expr) -> Expr:
        """Read a filter's name and arguments, after its `|`."""
        token = self.stream.expect(kinds.NAME)
        args = self.read_call() or Args()
        return self.parser.filter_node(expr, token.value, args, token.at)

    def read_test(self, expr: Expr, at: int) -> Expr:
        stream = self.stream
        name = stream.expect(kinds.NAME).value
        if stream.test(kinds.NAME) and f"{name} {stream.current.value}" in TWO_WORD_TESTS:
            name = f"{name} {stream.next().value}"
        args = Args()
        if stream.test(kinds.PUNCTUATION, "("):
            args = read_arguments(self, named=True)
        elif name in TWO_WORD_TESTS:
            args = Args([self.read_primary()])
        return self.parser.test_node(expr, name, args, at)
