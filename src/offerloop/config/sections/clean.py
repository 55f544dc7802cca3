"""`[clean]`: thresholds and lists of the cleaning rules."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from offerloop.config.sections.section import ConfigSection, Share
from offerloop.message import Message


class Clean(ConfigSection):
    """`[clean]`: thresholds of the cleaning rules."""

    max_quantity: int = Field(default=100, ge=1)
    """A larger quantity is a measure (fuel in thousandths) or an error, not a count, and becomes one unit. Raise it
    where customers buy more units at once, as at a wholesaler; `init` does so where the file shows it."""
    max_unreadable: Share = 0.05
    """With a larger share of cells that are no numbers or times where such are needed, the run stops; up to it the
    rows are rejected."""
    min_matched_ids: Share = 0.1
    """Where a smaller share of the ids of a source occurs in the order lines (of the smaller of both numbers of ids),
    or nobody on `privacy.suppress` occurs anywhere, the run stops; 0 switches this check off."""
    first_day: date | None = None
    """Order lines, events, exposures and redemptions before this local day are left out; given, it says that the days
    after it are right, however far they stand apart."""
    last_day: date | None = None
    """The same after this local day."""
    test_ids: tuple[str, ...] = ()
    """Patterns (* and ?) of customer or order ids that are tests, such as "TEST*"."""
    anonymous_ids: tuple[str, ...] = ()
    """Patterns (* and ?) of customer ids that stand for nobody or for many, such as "0" or "guest": their order lines
    are rejected."""
    non_merchandise: tuple[str, ...] = ()
    """Patterns (* and ?) of product ids that are no goods (postage, fees, samples), besides those that are recognised:
    never recommended, and in no offer."""
    merchandise: tuple[str, ...] = ()
    """Patterns (* and ?) of product ids that are goods, whatever their names look like."""
    drop_non_merchandise: bool = False
    """Whether order lines of products that are no goods are left out; otherwise their money counts in sales."""
    repeated_orders: Literal["copies", "units"] = "copies"
    """What an order is of which every line is written several times, with nothing that tells the lines apart:
    `copies`, of which one is kept, or `units` that have a line each, which are added together. Where order lines have
    `line`, that tells."""
    bulk_quantile: Share = 0.999
    """Customers whose units lie beyond this quantile, and are ten times the median or more, are flagged as bots or
    resellers; 1 flags none."""

    @model_validator(mode="after")
    def _window(self) -> Clean:
        if self.first_day is not None and self.last_day is not None and self.last_day < self.first_day:
            raise ValueError(
                Message(
                    "clean.last_day = {last_day} is before clean.first_day = {first_day}; swap them",
                    last_day=str(self.last_day),
                    first_day=str(self.first_day),
                )
            )
        return self
