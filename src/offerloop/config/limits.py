"""Limits of an allocation, as a file says them (`offerloop allocate --limits`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from offerloop.config.sections.section import ConfigSection
from offerloop.message import Message

Amount = str | int | float
Cell = str | int | float | bool


class LimitRule(ConfigSection):
    """`[[limits]]`: a maximum or minimum for the cost or number of some offers to some customers."""

    name: str
    """Name in messages and in the summary."""
    counts: str = "cost"
    """"cost"; "offers", how many are given; or another column of money, such as the most that each offer can cost."""
    at_most: Amount | None = None
    """Maximum: money such as "2500.00", or a number of offers."""
    at_least: Amount | None = None
    """Minimum, in the same unit as `at_most`."""
    offers: tuple[str, ...] = ()
    """Ids of the offers that count; all when empty."""
    where: dict[str, Cell] = Field(default_factory=dict)
    """Column = value: candidates that count. A column tells customers apart, or offers (such as campaign)."""

    @model_validator(mode="after")
    def _bound(self) -> LimitRule:
        if self.at_most is None and self.at_least is None:
            raise ValueError(Message("the limit '{name}' needs at_most or at_least", name=self.name))
        return self


class Band(ConfigSection):
    """`[[bands]]`: groups of customers must be treated alike, within a width."""

    column: str
    """Column whose values define the groups."""
    of: str = "rate"
    """"rate", offers given for each of a group's customers, or a column of numbers such as depth: its sum over the
    group's offers for each of its customers."""
    within: Annotated[float, Field(ge=0)]
    """Largest allowed difference between any two groups."""


class Limits(ConfigSection):
    """A file of limits."""

    budget: Amount | None = None
    """Most that everything may cost; `--budget` says the same."""
    most_offers: Annotated[int, Field(ge=1)] = 1
    """Maximum number of offers for one customer."""
    min_return: Annotated[float, Field(ge=0)] | None = None
    """Minimum value per unit of cost, over the whole plan."""
    exclude: str | None = None
    """Column: rows where it is true are left out, such as customers who were contacted often or flagged for abuse."""
    shared: str | None = None
    """Column such as a device: customers who share its value get `most_offers` together; empty cells share nothing."""
    limits: tuple[LimitRule, ...] = ()
    bands: tuple[Band, ...] = ()
