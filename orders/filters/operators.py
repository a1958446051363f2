"""The words between a field and a value: is it so, or not?"""

import operator as compare
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison. `test` takes the expected value and gives a test of actual ones.

    A negation states its opposite's test. That makes it exact for a field with several values,
    too: "any item code does not equal MUG" holds when no item has that code.
    """

    key: str
    name: str
    takes: Literal["one", "list", "nothing"]
    test: Callable[[Any], Test]
    negates: bool = False

    def against(self, expected: Any, *, many: bool) -> Test:
        """Give the test of a field's value, or of its tuple of values when it has `many`."""
        one = self.test(expected)
        asked = _any_of(one) if many else one
        return _not(asked) if self.negates else asked


def _any_of(test: Test) -> Test:
    return lambda actuals: any(map(test, actuals))


def _not(test: Test) -> Test:
    return lambda actual: not test(actual)


# Where the interpreter has the comparison as a function of its own, that one is taken: these run
# for every rule and order. It is given the expected value first, so "greater" is "expected less".


def _equals(expected: Any) -> Test:
    return partial(compare.eq, expected)


def _contains(expected: Any) -> Test:
    return lambda actual: expected in actual


def _starts(expected: Any) -> Test:
    return lambda actual: bool(actual.startswith(expected))


def _ends(expected: Any) -> Test:
    return lambda actual: bool(actual.endswith(expected))


def _greater(expected: Any) -> Test:
    return partial(compare.lt, expected)


def _less(expected: Any) -> Test:
    return partial(compare.gt, expected)


def _is_there(_: Any) -> Test:
    return bool


def _in_list(expected: Any) -> Test:
    return frozenset(expected).__contains__


OPERATORS = {
    operator.key: operator
    for operator in (
        Operator("equals", "equals", "one", _equals),
        Operator("does_not_equal", "does not equal", "one", _equals, negates=True),
        Operator("contains", "contains", "one", _contains),
        Operator("does_not_contain", "does not contain", "one", _contains, negates=True),
        Operator("starts_with", "starts with", "one", _starts),
        Operator("ends_with", "ends with", "one", _ends),
        Operator("greater_than", "is greater than", "one", _greater),
        Operator("greater_or_equal", "is greater than or equal to", "one", _less, negates=True),
        Operator("less_than", "is less than", "one", _less),
        Operator("less_or_equal", "is less than or equal to", "one", _greater, negates=True),
        Operator("in_list", "is in list", "list", _in_list),
        Operator("not_in_list", "is not in list", "list", _in_list, negates=True),
        Operator("is_empty", "is empty", "nothing", _is_there, negates=True),
        Operator("is_not_empty", "is not empty", "nothing", _is_there),
    )
}
