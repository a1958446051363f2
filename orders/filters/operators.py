"""The words between a field and a value: is it so, or not?"""

import operator as compare
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

Test = Callable[[Any], bool]
# How a field with several values is asked, as the codes of all items: is one enough, or is every
# one meant? "one" is a field with one value.
Over = Literal["one", "any", "all"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One comparison: whether `asks`, a key of TESTS, answers yes, or no if it `negates`.

    A negation is exact for a field with several values, too: "any item code does not equal MUG"
    holds when no item has that code.
    """

    key: str
    name: str
    asks: str
    takes: Literal["one", "list", "nothing"] = "one"
    negates: bool = False

    def against(self, expected: Any, *, over: Over = "one") -> Test:
        """Give the test of a field's value, or of its tuple of values."""
        one = TESTS[self.asks](expected)
        if over == "all" and not self.negates:
            return _all_of(one)
        asked = one if over == "one" else _any_of(one)
        return _not(asked) if self.negates else asked


def _any_of(test: Test) -> Test:
    return lambda actuals: any(map(test, actuals))


def _all_of(test: Test) -> Test:
    """Where there is nothing, nothing is so."""
    return lambda actuals: bool(actuals) and all(map(test, actuals))


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


def _matches(expected: Any) -> Test:
    found: Test = expected.found_in
    return found


def _greater(expected: Any) -> Test:
    return partial(compare.lt, expected)


def _at_least(expected: Any) -> Test:
    return partial(compare.le, expected)


def _less(expected: Any) -> Test:
    return partial(compare.gt, expected)


def _at_most(expected: Any) -> Test:
    return partial(compare.ge, expected)


def _is_there(_: Any) -> Test:
    return bool


def _in_list(expected: Any) -> Test:
    return frozenset(expected).__contains__


# Moments are expected as a stretch from its first to behind its last, found as `kinds.Asked`.


def _before(expected: Any) -> Test:
    first, _ = expected
    return lambda actual: actual.at is not None and actual.at < first


def _after(expected: Any) -> Test:
    _, end = expected
    return lambda actual: actual.at is not None and actual.at >= end


def _within(expected: Any) -> Test:
    first, end = expected
    return lambda actual: actual.at is not None and first <= actual.at < end


def _from(expected: Any) -> Test:
    first, _ = expected
    return lambda actual: actual.at is not None and actual.at >= first


def _until(expected: Any) -> Test:
    _, end = expected
    return lambda actual: actual.at is not None and actual.at < end


def _older(expected: Any) -> Test:
    return lambda actual: actual.at is not None and actual.at < actual.now - expected


def _since(expected: Any) -> Test:
    return lambda actual: actual.at is not None and actual.at >= actual.now - expected


TESTS: dict[str, Callable[[Any], Test]] = {
    "equals": _equals,
    "contains": _contains,
    "starts": _starts,
    "ends": _ends,
    "matches": _matches,
    "greater": _greater,
    "at_least": _at_least,
    "less": _less,
    "at_most": _at_most,
    "is_there": _is_there,
    "in_list": _in_list,
    "before": _before,
    "after": _after,
    "within": _within,
    "from": _from,
    "until": _until,
    "older": _older,
    "since": _since,
}
OPERATORS = {
    operator.key: operator
    for operator in (
        Operator("equals", "equals", "equals"),
        Operator("does_not_equal", "does not equal", "equals", negates=True),
        Operator("contains", "contains", "contains"),
        Operator("does_not_contain", "does not contain", "contains", negates=True),
        Operator("starts_with", "starts with", "starts"),
        Operator("does_not_start_with", "does not start with", "starts", negates=True),
        Operator("ends_with", "ends with", "ends"),
        Operator("does_not_end_with", "does not end with", "ends", negates=True),
        Operator("matches", "matches regular expression", "matches"),
        Operator("does_not_match", "does not match regular expression", "matches", negates=True),
        Operator("greater_than", "is greater than", "greater"),
        Operator("greater_or_equal", "is greater than or equal to", "at_least"),
        Operator("less_than", "is less than", "less"),
        Operator("less_or_equal", "is less than or equal to", "at_most"),
        Operator("in_list", "is in list", "in_list", "list"),
        Operator("not_in_list", "is not in list", "in_list", "list", negates=True),
        Operator("is_empty", "is empty", "is_there", "nothing", negates=True),
        Operator("is_not_empty", "is not empty", "is_there", "nothing"),
        Operator("is", "is", "equals"),
        Operator("on", "is on", "within"),
        Operator("not_on", "is not on", "within", negates=True),
        Operator("before", "is before", "before"),
        Operator("on_or_after", "is on or after", "from"),
        Operator("after", "is after", "after"),
        Operator("on_or_before", "is on or before", "until"),
        Operator("older_than", "is older than", "older"),
        Operator("in_the_last", "is in the last", "since"),
        Operator("earlier_than", "is earlier than", "less"),
        Operator("not_earlier_than", "is not earlier than", "at_least"),
    )
}
# What a minus before a condition makes of its comparison.
OPPOSITES = {
    one: other
    for pair in (
        ("equals", "does_not_equal"),
        ("contains", "does_not_contain"),
        ("starts_with", "does_not_start_with"),
        ("ends_with", "does_not_end_with"),
        ("matches", "does_not_match"),
        ("greater_than", "less_or_equal"),
        ("greater_or_equal", "less_than"),
        ("in_list", "not_in_list"),
        ("is_empty", "is_not_empty"),
        ("on", "not_on"),
        ("before", "on_or_after"),
        ("after", "on_or_before"),
        ("older_than", "in_the_last"),
        ("earlier_than", "not_earlier_than"),
    )
    for one, other in (pair, pair[::-1])
}
