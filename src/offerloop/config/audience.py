"""`[audiences.NAME]`: who belongs to a group of customers, as a rule over attributes, features and tags."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field, model_validator

from offerloop.config.section import ConfigSection
from offerloop.message import Message

Value = str | int | float | bool
TESTS = ("equals", "among", "above", "below", "between", "exists", "matches")


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
    """The field is one of these."""
    above: float | None = None
    """The field is greater than this."""
    below: float | None = None
    """The field is less than this."""
    between: tuple[float, float] | None = None
    """The field is from the first to the second number, both included."""
    exists: bool | None = None
    """Whether the field is known."""
    matches: str | None = None
    """The field fits this pattern, in which * is any text and ? any sign."""

    @model_validator(mode="after")
    def _one_thing(self) -> AudienceRule:
        groups = [one for one in (self.all, self.any, self.negated) if one is not None]
        tests = [name for name in TESTS if getattr(self, name) is not None]
        if len(groups) + (self.field is not None) != 1:
            raise ValueError(Message("a rule is either 'all', 'any', 'not' or a 'field' with one test"))
        if self.field is not None and len(tests) != 1:
            raise ValueError(
                Message(
                    "the field '{field}' needs one test: equals, in, above, below, between, exists or matches",
                    field=self.field,
                )
            )
        if self.field is None and tests:
            raise ValueError(Message("'{test}' needs a 'field' beside it", test=tests[0]))
        if self.between is not None and self.between[0] > self.between[1]:
            raise ValueError(
                Message(
                    "between [{low}, {high}] holds nothing; swap the two",
                    low=f"{self.between[0]:g}",
                    high=f"{self.between[1]:g}",
                )
            )
        return self

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
