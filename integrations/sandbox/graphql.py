"""Enough GraphQL to be strict: parse a document, fill in variables, answer what was selected.

A value is resolved from dicts: a scalar, a dict for an object, a list, or a function of the
arguments for a field that takes some. Asking for a field the dict lacks is an error, as it is at
the vendor.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKENS = re.compile(
    r'(?P<skip>[\s,]+|\#[^\n]*)|(?P<block>"""(?:[^"\\]|\\.|"(?!""))*""")'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<name>[_A-Za-z]\w*)|(?P<mark>\.\.\.|[!$()&:=@\[\]{}|])"
)
_OPERATIONS = ("query", "mutation")
_DEPTH_LIMIT = 30


class GraphQLError(Exception):
    """The document is refused as a whole; `code` is the vendor's word for why."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Variable:
    """A place in the document that a variable fills."""

    name: str


@dataclass
class Field:
    """One selected field; `on` is the type of the fragment around it, if any."""

    name: str
    alias: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    directives: dict[str, dict[str, Any]] = field(default_factory=dict)
    selection: "list[Field | Spread]" = field(default_factory=list)


@dataclass
class Spread:
    """A fragment, in place (`selection`) or by name."""

    name: str = ""
    on: str = ""
    selection: "list[Field | Spread]" = field(default_factory=list)


@dataclass
class Operation:
    """One operation; `variables` maps a name to its type and default."""

    kind: str
    name: str = ""
    variables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    selection: list[Field | Spread] = field(default_factory=list)


@dataclass
class Document:
    """What a request's `query` holds."""

    operations: list[Operation] = field(default_factory=list)
    fragments: dict[str, Spread] = field(default_factory=dict)


class _Parser:
    def __init__(self, source: str) -> None:
        self._tokens: list[tuple[str, str]] = []
        self._at = 0
        self._depth = 0
        position = 0
        while position < len(source):
            found = _TOKENS.match(source, position)
            if not found:
                raise GraphQLError(f"syntax error, unexpected {source[position]!r}")
            position = found.end()
            if found.lastgroup != "skip":
                self._tokens.append((str(found.lastgroup), found.group()))

    def document(self) -> Document:
        document = Document()
        while self._peek():
            if self._peek() == "fragment":
                self._expect("fragment")
                name = self._name()
                self._expect("on")
                document.fragments[name] = Spread(on=self._name(), selection=self._selection())
            else:
                document.operations.append(self._operation())
        return document

    def _operation(self) -> Operation:
        if self._peek() == "{":
            return Operation("query", selection=self._selection())
        kind = self._name()
        if kind not in _OPERATIONS:
            raise GraphQLError(f"syntax error, unexpected {kind!r}")
        operation = Operation(kind)
        if self._kind() == "name":
            operation.name = self._name()
        if self._take("("):
            while not self._take(")"):
                self._expect("$")
                name = self._name()
                self._expect(":")
                kind = self._type()
                default = self._value() if self._take("=") else None
                operation.variables[name] = (kind, default)
        operation.selection = self._selection()
        return operation

    def _type(self) -> str:
        if self._take("["):
            inner = f"[{self._type()}]"
            self._expect("]")
        else:
            inner = self._name()
        return f"{inner}!" if self._take("!") else inner

    def _selection(self) -> list[Field | Spread]:
        self._expect("{")
        self._depth += 1
        if self._depth > _DEPTH_LIMIT:
            raise GraphQLError("Query is too deep")
        selection: list[Field | Spread] = []
        while not self._take("}"):
            selection.append(self._spread() if self._take("...") else self._field())
        self._depth -= 1
        if not selection:
            raise GraphQLError("syntax error, unexpected '}'")
        return selection

    def _spread(self) -> Spread:
        if self._take("on"):
            return Spread(on=self._name(), selection=self._selection())
        if self._peek() == "{":
            return Spread(selection=self._selection())
        return Spread(name=self._name())

    def _field(self) -> Field:
        item = Field(self._name())
        item.alias = item.name
        if self._take(":"):
            item.name = self._name()
        if self._take("("):
            item.arguments = self._pairs(")")
        while self._take("@"):
            name = self._name()
            item.directives[name] = self._pairs(")") if self._take("(") else {}
        if self._peek() == "{":
            item.selection = self._selection()
        return item

    def _pairs(self, end: str) -> dict[str, Any]:
        pairs = {}
        while not self._take(end):
            name = self._name()
            self._expect(":")
            pairs[name] = self._value()
        return pairs

    def _value(self) -> Any:
        kind, word = self._next()
        if kind == "mark":
            return self._marked_value(word)
        if kind == "number":
            return float(word) if re.search("[.eE]", word) else int(word)
        if kind == "name":
            return _WORDS.get(word, word)
        if kind == "block":
            return word[3:-3].strip()
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), word[1:-1])

    def _marked_value(self, mark: str) -> Any:
        if mark == "$":
            return Variable(self._name())
        if mark == "{":
            return self._pairs("}")
        if mark != "[":
            raise GraphQLError(f"syntax error, unexpected {mark!r}")
        values = []
        while not self._take("]"):
            values.append(self._value())
        return values

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise GraphQLError("syntax error, unexpected end of file")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        if self._peek() == word and self._kind() in ("mark", "name"):
            self._at += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        kind, found = self._next()
        if found != word or kind not in ("mark", "name"):
            raise GraphQLError(f"syntax error, unexpected {found!r}, expecting {word!r}")

    def _name(self) -> str:
        kind, word = self._next()
        if kind != "name":
            raise GraphQLError(f"syntax error, unexpected {word!r}, expecting a name")
        return word


_WORDS = {"true": True, "false": False, "null": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
Resolver = Callable[..., Any]


@dataclass
class Execution:
    """One operation with its variables, ready to be answered."""

    document: Document
    operation: Operation
    values: Mapping[str, Any]

    def answer(self, roots: Mapping[str, Mapping[str, Resolver]]) -> dict[str, Any]:
        """Call the resolver of each root field and return what was selected from it.

        Args:
            roots: by kind of operation, then by field name.
        """
        kind = self.operation.kind
        known = {"__typename": kind.title(), **roots[kind]}
        return self._object(known, self.operation.selection)

    def _object(self, value: Mapping[str, Any], selection: list[Field | Spread]) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        of_type = value.get("__typename", "Object")
        for item in selection:
            if isinstance(item, Spread):
                fragment = self._fragment(item)
                if fragment.on in ("", of_type) or fragment.on in value.get("__interfaces", ()):
                    chosen |= self._object(value, fragment.selection)
                continue
            if item.name not in value:
                raise GraphQLError(
                    f"Field '{item.name}' doesn't exist on type '{of_type}'", "undefinedField"
                )
            chosen[item.alias] = self._field(item, value[item.name], of_type)
        return chosen

    def _fragment(self, spread: Spread) -> Spread:
        if not spread.name:
            return spread
        if spread.name not in self.document.fragments:
            raise GraphQLError(f"Fragment {spread.name} was used, but not defined")
        return self.document.fragments[spread.name]

    def _field(self, item: Field, value: Any, of_type: str) -> Any:
        arguments = {name: self._fill(given) for name, given in item.arguments.items()}
        if callable(value):
            directives = {
                name: {key: self._fill(given) for key, given in pairs.items()}
                for name, pairs in item.directives.items()
            }
            value = value(arguments, directives)
        elif arguments:
            raise GraphQLError(
                f"Field '{item.name}' doesn't accept argument '{next(iter(arguments))}'",
                "argumentNotAccepted",
            )
        return self._shape(item, value, of_type)

    def _shape(self, item: Field, value: Any, of_type: str) -> Any:
        if isinstance(value, list):
            return [self._shape(item, entry, of_type) for entry in value]
        if isinstance(value, Mapping):
            if not item.selection:
                raise GraphQLError(
                    f"Field must have selections (field '{item.name}' returns an object"
                    f" but has no selections on '{of_type}')",
                    "selectionMismatch",
                )
            return self._object(value, item.selection)
        if item.selection and value is not None:
            raise GraphQLError(
                f"Selections can't be made on scalars (field '{item.name}' on '{of_type}')",
                "selectionMismatch",
            )
        return value

    def _fill(self, given: Any) -> Any:
        match given:
            case Variable(name):
                if name not in self.operation.variables:
                    raise GraphQLError(
                        f"Variable ${name} is used but not declared", "variableNotDefined"
                    )
                return self.values.get(name, self.operation.variables[name][1])
            case dict():
                return {name: self._fill(inner) for name, inner in given.items()}
            case list():
                return [self._fill(inner) for inner in given]
        return given


def prepare(source: str, variables: Mapping[str, Any], operation_name: str = "") -> Execution:
    """Parse a request and choose its operation.

    Raises:
        GraphQLError: when it cannot be read, or a variable it requires is missing.
    """
    document = _Parser(source).document()
    chosen = [
        operation for operation in document.operations
        if not operation_name or operation.name == operation_name
    ]  # fmt: skip
    if len(chosen) != 1:
        raise GraphQLError("An operation name is required" if chosen else "No such operation")
    for name, (kind, default) in chosen[0].variables.items():
        if kind.endswith("!") and default is None and variables.get(name) is None:
            raise GraphQLError(
                f"Variable ${name} of type {kind} was provided invalid value", "INVALID_VARIABLE"
            )
    return Execution(document, chosen[0], variables)
