"""Quantities that become one unit although they may be counts, such as those of a wholesaler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw

from offerloop.engine import Frame, collect
from offerloop.events.cleaning.clean import quality_row
from offerloop.message import Message, Share

MAY_BE_COUNTS = "quantity may be a count"
"""The rule for quantities beyond `clean.max_quantity` that are on a noticeable share of lines or sales."""
_FEWEST, _FEW_LINES = 5, 0.0005
"""Lines, and share of all lines, up to which they may all be typing errors, however much was paid."""
_MANY_LINES, _MANY_SALES = 0.001, 0.01
"""Shares of all lines, and of sales, above which they are worth a note."""


def are_noticeable(n_large: int, n_lines: int, large_paid: float, paid: float) -> bool:
    """Return whether lines of large quantities are too many, or hold too many sales, for typing errors."""
    if n_large < _FEWEST or n_large <= _FEW_LINES * n_lines:
        return False
    return n_large > _MANY_LINES * n_lines or large_paid > _MANY_SALES * paid


@dataclass(frozen=True)
class QuantitySums:
    """Sums over order lines, and over those of large quantities that may be counts."""

    n_large: int
    large_minor: int
    n_lines: int
    paid_minor: int

    @classmethod
    def of(cls, lines: Frame, most: int) -> QuantitySums:
        """Sum up order lines. Where a unit costs less than the smallest coin, the quantity is a measure (fuel)."""
        quantity, paid = nw.col("quantity"), nw.col("paid_minor")
        is_large = (quantity > most) & (paid >= quantity)
        sums = lines.select(
            is_large.cast(nw.Int64).sum().alias("n_large"),
            nw.when(is_large).then(paid).sum().alias("large_minor"),
            nw.len().alias("n_lines"),
            paid.sum().alias("paid_minor"),
        )
        return cls(*(int(value or 0) for value in collect(sums).row(0)))

    def with_others(self, other: QuantitySums) -> QuantitySums:
        """Return the sums over the lines of both."""
        return QuantitySums(
            self.n_large + other.n_large, self.large_minor + other.large_minor,
            self.n_lines + other.n_lines, self.paid_minor + other.paid_minor,
        )  # fmt: skip

    def row(self, most: int) -> dict[str, Any]:
        """Return the row of the data-quality table, which counts no lines where they are not worth a note."""
        if not are_noticeable(self.n_large, self.n_lines, self.large_minor, self.paid_minor):
            why = Message("more than {most} units on a noticeable share of the lines or of sales", most=most)
            return quality_row("order_lines", MAY_BE_COUNTS, "flagged", 0, why)
        why = Message(
            "{lines} order lines of more than {most} units, with {share} of sales, count as one unit each; if these "
            "are counts of units, raise clean.max_quantity: otherwise margins from unit costs are too high",
            lines=self.n_large,
            most=most,
            share=Share(self.large_minor / max(self.paid_minor, 1)),
        )
        return quality_row("order_lines", MAY_BE_COUNTS, "flagged", self.n_large, why)
