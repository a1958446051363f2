"""The types of values rules compare: how each is read, brought into one form and shown."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from orders.filters.countries import country_code
from orders.filters.facts import Broken, Facts
from orders.filters.operators import OPERATORS, Operator

SEPARATORS = re.compile(r"[,|\n]")
SHOWN = 200


class Kind:
    """One type of value. `many` says that a field of this type has several values at once."""

    operators: ClassVar[tuple[str, ...]]
    many: ClassVar[bool] = False
    has_case: ClassVar[bool] = False

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        """Read one value a person wrote, ready to be compared.

        Raises:
            Broken: if it is no value of this type.
        """
        raise NotImplementedError

    def normal(self, actual: Any, *, exact: bool) -> Any:
        """Bring an order's value into the form that expected values are in."""
        raise NotImplementedError

    def show(self, actual: Any, facts: Facts) -> str:
        """Show an order's value as people know it."""
        return _text(actual)[:SHOWN]

    def operator(self, key: Any) -> Operator:
        """Give the operator of this name.

        Raises:
            Broken: if values of this type cannot be compared so.
        """
        if key not in self.operators:
            names = ", ".join(OPERATORS[each].name for each in self.operators)
            raise Broken(f"It cannot be compared by “{key}”. Choose one of: {names}.")
        return OPERATORS[key]

    def wanted(self, operator: Operator, raw: Any, *, exact: bool, facts: Facts) -> Any:
        """Read what stands behind the operator: nothing, one value or a list of them.

        Raises:
            Broken: if it is missing or of the wrong type.
        """
        if operator.takes == "nothing":
            return None
        if operator.takes == "one":
            return self.expected(raw, exact=exact, facts=facts)
        parts = [part.strip() for part in SEPARATORS.split(_text(raw))]
        parts = [part for part in parts if part]
        if not parts:
            raise Broken("The list is empty. Write values with commas or | between them.")
        return [self.expected(part, exact=exact, facts=facts) for part in parts]

    def show_wanted(self, operator: Operator, raw: Any, facts: Facts) -> str:
        """Show what stands behind the operator."""
        return "" if operator.takes == "nothing" else _text(raw)[:SHOWN]


class Text(Kind):
    """Words. Outer blanks never count, and upper or lower case only where the rule says so."""

    operators = (
        "equals",
        "does_not_equal",
        "contains",
        "does_not_contain",
        "starts_with",
        "ends_with",
        "in_list",
        "not_in_list",
        "is_empty",
        "is_not_empty",
    )
    has_case = True

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        text = _folded(raw, exact=exact)
        if not text:
            raise Broken("A value is missing. To ask for no value, choose “is empty”.")
        return text

    def normal(self, actual: Any, *, exact: bool) -> Any:
        return _folded(actual, exact=exact)


class Texts(Text):
    """Several words at once, such as the codes of all items; one of them is enough."""

    many = True

    def normal(self, actual: Any, *, exact: bool) -> Any:
        return tuple(_folded(each, exact=exact) for each in actual)

    def show(self, actual: Any, facts: Facts) -> str:
        return ", ".join(_text(each) for each in actual if _text(each))[:SHOWN]


class Number(Kind):
    """Decimal numbers."""

    operators = (
        "equals",
        "does_not_equal",
        "greater_than",
        "greater_or_equal",
        "less_than",
        "less_or_equal",
    )

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        if not _text(raw).strip():
            raise Broken("A number is missing. Write it like 50 or 49.95.")
        try:
            number = Decimal(_text(raw).strip())
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise Broken(f"“{_text(raw)[:40]}” is not a number. Write it like 50 or 49.95.")
        return number

    def normal(self, actual: Any, *, exact: bool) -> Any:
        return actual

    def show(self, actual: Any, facts: Facts) -> str:
        number = actual.normalize()
        return f"{number:.2f}" if number.as_tuple().exponent > -2 else f"{number:f}"


class Country(Kind):
    """Countries, by code or by name: US, usa and United States are the same."""

    operators = (
        "equals",
        "does_not_equal",
        "in_list",
        "not_in_list",
        "is_empty",
        "is_not_empty",
    )

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        if not _text(raw).strip():
            raise Broken("A country is missing. Write its English name or its two-letter code.")
        code = country_code(_text(raw))
        if not code:
            raise Broken(
                f"“{_text(raw)[:40]}” is not a country known here. "
                "Write its English name or its two-letter code."
            )
        return code

    def normal(self, actual: Any, *, exact: bool) -> Any:
        return country_code(_text(actual)) or _folded(actual, exact=False)


class FolderChoice(Kind):
    """One of the store's folders."""

    operators = ("equals", "does_not_equal")

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        if raw in (None, ""):
            raise Broken("Choose a folder.")
        if not isinstance(raw, int) or not facts.folder(raw):
            raise Broken("The folder it names is gone. Choose another one.")
        return raw

    def normal(self, actual: Any, *, exact: bool) -> Any:
        return actual

    def show(self, actual: Any, facts: Facts) -> str:
        return facts.folder(actual)

    def show_wanted(self, operator: Operator, raw: Any, facts: Facts) -> str:
        return facts.folder(raw)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _folded(value: Any, *, exact: bool) -> str:
    text = unicodedata.normalize("NFC", _text(value)).strip()
    return text if exact else text.casefold()
