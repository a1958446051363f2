"""The types of values: how each is read, brought into one form and shown. Moments stand apart."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from orderdesk.lib.patterns import BadPattern, Pattern
from orders.filters.countries import country_code
from orders.filters.facts import Broken, Facts
from orders.filters.operators import OPERATORS, Operator
from orders.filters.texts import folded, text_of

SEPARATORS = re.compile(r"[,|\n]")
SHOWN = 200
# What no amount in a column comes near to; numbers as long as a book are not for comparing.
LARGEST_NUMBER = Decimal(10) ** 15
YES, NO = "yes", "no"
SHORTEST_BEGINNING = 3


class Kind:
    """One type of value."""

    # How values are written in a typed search; see `orders.filters.grammar`.
    style: ClassVar[str]
    operators: ClassVar[tuple[str, ...]]
    has_case: ClassVar[bool] = False
    # What may stand there, as (value, words), where it is a short list.
    options: tuple[tuple[str, str], ...] = ()

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        """Read one value a person wrote, ready to be compared.

        Raises:
            Broken: if it is no value of this type.
        """
        raise NotImplementedError

    def normal(self, actual: Any, *, exact: bool) -> Any:
        """Bring an order's value into the form that expected values are in."""
        return actual

    def show(self, actual: Any, facts: Facts) -> str:
        """Show an order's value as people know it."""
        return text_of(actual)[:SHOWN]

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
        parts = listed(raw)
        if not parts:
            raise Broken("The list is empty. Write values with commas or | between them.")
        return [self.expected(part, exact=exact, facts=facts) for part in parts]

    def show_wanted(self, operator: Operator, raw: Any, facts: Facts) -> str:
        """Show what stands behind the operator."""
        return "" if operator.takes == "nothing" else text_of(raw)[:SHOWN]


def listed(raw: Any) -> list[str]:
    """Give the values of a list as a person writes it."""
    parts = [part.strip() for part in SEPARATORS.split(text_of(raw))]
    return [part for part in parts if part]


class Text(Kind):
    """Words. Outer blanks never count, and upper or lower case only where somebody says so."""

    style = "text"
    operators: ClassVar[tuple[str, ...]] = (
        "equals",
        "does_not_equal",
        "contains",
        "does_not_contain",
        "starts_with",
        "does_not_start_with",
        "ends_with",
        "does_not_end_with",
        "in_list",
        "not_in_list",
        "matches",
        "does_not_match",
        "is_empty",
        "is_not_empty",
    )
    has_case = True

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        text = folded(raw, exact=exact)
        if not text:
            raise Broken("A value is missing. To ask for no value, choose “is empty”.")
        return text

    def normal(self, actual: Any, *, exact: bool) -> Any:
        return folded(actual, exact=exact)

    def wanted(self, operator: Operator, raw: Any, *, exact: bool, facts: Facts) -> Any:
        if operator.asks != "matches":
            return super().wanted(operator, raw, exact=exact, facts=facts)
        if not text_of(raw):
            raise Broken("A regular expression is missing.")
        try:
            return Pattern(text_of(raw), folds=not exact)
        except BadPattern as bad:
            raise Broken(str(bad)) from bad


class Words(Text):
    """Words that stand anywhere in an order."""

    style = "words"
    operators: ClassVar[tuple[str, ...]] = ("contains", "does_not_contain")
    has_case = False

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        text = " ".join(text_of(raw).split())
        if not text:
            raise Broken("There is no word to look for.")
        return text


class Number(Kind):
    """Decimal numbers."""

    style = "number"
    operators: ClassVar[tuple[str, ...]] = (
        "equals",
        "does_not_equal",
        "greater_than",
        "greater_or_equal",
        "less_than",
        "less_or_equal",
    )

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        text = text_of(raw).strip()
        if not text:
            raise Broken("A number is missing. Write it like 50 or 49.95.")
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise Broken(f"“{text[:40]}” is not a number. Write it like 50 or 49.95.")
        if abs(number) >= LARGEST_NUMBER or number.as_tuple().exponent < -10:  # type: ignore[operator]
            raise Broken(
                f"“{text[:40]}” has too many digits. Up to 15 and 10 decimals are compared."
            )
        return number

    def show(self, actual: Any, facts: Facts) -> str:
        number = Decimal(actual).normalize()
        return f"{number:.2f}" if number.as_tuple().exponent > -2 else f"{number:f}"  # type: ignore[operator]


class Count(Number):
    """Whole numbers, shown without decimals."""

    def show(self, actual: Any, facts: Facts) -> str:
        return f"{Decimal(actual).normalize():f}"


class Country(Kind):
    """Countries, by code or by name: US, usa and United States are the same."""

    style = "choice"
    operators: ClassVar[tuple[str, ...]] = (
        "equals",
        "does_not_equal",
        "in_list",
        "not_in_list",
        "is_empty",
        "is_not_empty",
    )

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        if not text_of(raw).strip():
            raise Broken("A country is missing. Write its English name or its two-letter code.")
        code = country_code(text_of(raw))
        if not code:
            raise Broken(
                f"“{text_of(raw)[:40]}” is not a country known here. "
                "Write its English name or its two-letter code."
            )
        return code

    def normal(self, actual: Any, *, exact: bool) -> Any:
        return country_code(text_of(actual)) or folded(actual)


class FolderChoice(Kind):
    """One of the store's folders."""

    style = "folder"
    operators: ClassVar[tuple[str, ...]] = ("equals", "does_not_equal")

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        if raw in (None, ""):
            raise Broken("Choose a folder.")
        if not isinstance(raw, int) or not facts.folder(raw):
            raise Broken("The folder it names is gone. Choose another one.")
        return raw

    def show(self, actual: Any, facts: Facts) -> str:
        return facts.folder(actual)

    def show_wanted(self, operator: Operator, raw: Any, facts: Facts) -> str:
        return facts.folder(raw)


class Choice(Kind):
    """One of a few values; a person may write the value or its words."""

    style = "choice"
    operators: ClassVar[tuple[str, ...]] = ("equals", "does_not_equal", "in_list", "not_in_list")

    def __init__(self, *options: tuple[str, str]) -> None:
        self.options = options
        self._known = {word.casefold(): pair[0] for pair in options for word in pair}

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        text = text_of(raw).strip()
        if key := self._meant(text):
            return key
        names = ", ".join(words for _, words in self.options)
        told = f"“{text[:40]}” is none of them" if text else "A value is missing"
        raise Broken(f"{told}. Choose one of: {names}.")

    def _meant(self, text: str) -> str:
        """Give the value a text names, or begins to name as "sat" does Saturday; or ''."""
        text = text.casefold()
        begun = {key for word, key in self._known.items() if word.startswith(text)}
        if text in self._known or (len(begun) == 1 and len(text) >= SHORTEST_BEGINNING):
            return self._known.get(text) or begun.pop()
        return ""

    def show(self, actual: Any, facts: Facts) -> str:
        return dict(self.options).get(actual, text_of(actual)[:SHOWN])

    def show_wanted(self, operator: Operator, raw: Any, facts: Facts) -> str:
        names = dict(self.options)
        keys = [self._meant(part) or part for part in listed(raw)]
        return ", ".join(names.get(key, key) for key in keys)[:SHOWN]


class Flag(Kind):
    """Yes or no."""

    style = "flag"
    operators: ClassVar[tuple[str, ...]] = ("is",)
    options = ((YES, "Yes"), (NO, "No"))

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        text = text_of(raw).strip().casefold()
        if text not in (YES, NO):
            told = f"“{text[:40]}” is neither" if text else "A value is missing"
            raise Broken(f"{told}. Choose yes or no.")
        return text == YES

    def show(self, actual: Any, facts: Facts) -> str:
        return YES if actual else NO
