"""`[audiences.NAME]`: who belongs to a group of customers, as a rule over attributes, features and tags."""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator, model_validator
from pydantic_core import PydanticCustomError

from offerloop.config.sections.section import ConfigSection
from offerloop.config.versions import version_key
from offerloop.message import Message

Value = str | int | float | bool


def _number_or_text(value: Any, as_number: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, bool):
        raise PydanticCustomError("float_type", "must be a number")
    return value if isinstance(value, str) else as_number(value)


if TYPE_CHECKING:
    Bound = float | str
    """A number, or text that is a version."""
else:
    Bound = Annotated[float, WrapValidator(_number_or_text)]


class ValueComparison(StrEnum):
    """How the values of a test are compared, where it is not as they stand."""

    IGNORE_CASE = "ignore_case"
    VERSION = "version"
    SIZE = "size"


BOUNDS = ("above", "below", "at_least", "at_most", "between")
TESTS = ("equals", "among", "all_of", *BOUNDS, "exists", "matches")
_COMPARED = {
    ValueComparison.IGNORE_CASE: ("equals", "among", "all_of", "matches"),
    ValueComparison.VERSION: ("equals", "among", *BOUNDS),
    ValueComparison.SIZE: ("equals", "among", *BOUNDS),
}
"""The tests that go with each comparison."""


class AudienceRule(ConfigSection):
    """A rule: `all`, `any` or `not` of other rules, or one test of one field."""

    all: tuple[AudienceRule, ...] | None = None
    """Every one of these rules holds."""
    any: tuple[AudienceRule, ...] | None = None
    """At least one of these rules holds."""
    negated: AudienceRule | None = Field(default=None, alias="not")
    """This rule does not hold."""
    field: str | None = None
    """A feature of docs/reference/profiles.md, "tags", "segment", or an attribute of the customers."""
    equals: Value | None = None
    """The field is this; of tags: this is among them."""
    among: tuple[Value, ...] | None = Field(default=None, alias="in")
    """The field is one of these; of a list: one of these is among them."""
    all_of: tuple[Value, ...] | None = None
    """The field is a list in which each of these is."""
    above: Bound | None = None
    """The field is greater than this."""
    below: Bound | None = None
    """The field is less than this."""
    at_least: Bound | None = None
    """The field is this or greater."""
    at_most: Bound | None = None
    """The field is this or less."""
    between: tuple[Bound, Bound] | None = None
    """The field is from the first to the second, both included."""
    exists: bool | None = None
    """Whether the field is known."""
    matches: str | None = None
    """The field fits this pattern, in which * is any text and ? any sign."""
    compare: ValueComparison | None = None
    """How: "ignore_case"; "version", so that "2.10" is above "2.9"; "size", the number of entries of a list."""

    @model_validator(mode="after")
    def _one_thing(self) -> AudienceRule:
        groups = [one for one in (self.all, self.any, self.negated) if one is not None]
        tests = [name for name in TESTS if getattr(self, name) is not None]
        if len(groups) + (self.field is not None) != 1:
            raise ValueError(Message("a rule is either 'all', 'any', 'not' or a 'field' with one test"))
        if self.field is not None and len(tests) != 1:
            raise ValueError(
                Message(
                    "the field '{field}' needs one test: equals, in, all_of, above, below, at_least, at_most, between, "
                    "exists or matches",
                    field=self.field,
                )
            )
        if self.field is None and (tests or self.compare is not None):
            raise ValueError(Message("'{test}' needs a 'field' beside it", test=tests[0] if tests else "compare"))
        if tests:
            self._check_values(tests[0])
        return self

    def _check_values(self, test: str) -> None:
        """Raise ValueError for values that cannot be compared as the rule says."""
        if self.compare is not None and test not in _COMPARED[self.compare]:
            raise ValueError(Message("'{test}' does not go with compare = {how}", test=test, how=self.compare.value))
        values = self.values
        if self.compare is ValueComparison.VERSION:
            wrong = next((one for one in values if version_key(str(one)) is None), None)
            if wrong is not None:
                raise ValueError(Message("'{value}' is no version such as 2.10 or 2.0.0-beta", value=str(wrong)))
        elif test in BOUNDS and not all(map(_is_number, values)):
            raise ValueError(Message("'{test}' needs numbers; for versions write compare = \"version\"", test=test))
        if self.between is not None and self._order(self.between[0]) > self._order(self.between[1]):
            low, high = (one if isinstance(one, str) else f"{one:g}" for one in self.between)
            raise ValueError(Message("between [{low}, {high}] holds nothing; swap the two", low=low, high=high))

    def _order(self, bound: Bound) -> tuple[float, str]:
        return (0.0, version_key(str(bound)) or "") if self.compare is ValueComparison.VERSION else (float(bound), "")

    @property
    def values(self) -> tuple[Value, ...]:
        """The values of its test, but not a pattern."""
        several = self.among or self.all_of or self.between or ()
        single = (self.equals, self.above, self.below, self.at_least, self.at_most)
        return (*several, *(one for one in single if one is not None))

    @property
    def tests(self) -> Iterator[AudienceRule]:
        """Every test of a field, however deep in other rules."""
        if self.field is not None:
            yield self
        for inner in (*(self.all or ()), *(self.any or ()), *([self.negated] if self.negated else ())):
            yield from inner.tests

    @property
    def fields(self) -> Iterator[str]:
        """Every field that the rule asks for."""
        yield from (one.field for one in self.tests if one.field is not None)


def _is_number(value: Value) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False
