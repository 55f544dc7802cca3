"""A percentage, an amount or a price for some lines together, which is shared over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from offerloop.offers.pricing.effects.base import Place, Plain
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.sharing import shared


@dataclass(frozen=True)
class OffTogether(Plain):
    """A percentage, an amount or a price for some lines together: computed once and shared over them."""

    percent: Fraction | None = None
    amount_minor: int = 0
    price_minor: int | None = None
    most_minor: int | None = None
    """The maximum discount."""

    @property
    def in_proportion(self) -> bool:
        """See `Effect.in_proportion`."""
        return True

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        amount = at.amount(now)
        if self.percent is not None:
            off = at.arithmetic.off(amount, self.percent)
        else:
            off = self.amount_minor if self.price_minor is None else amount - self.price_minor
        if self.most_minor is not None:
            off = min(off, self.most_minor)
        room = at.room(now) if at.basket.has_floors else amount
        return max(0, min(off, room))

    def rates(self, at: Place) -> tuple[Sequence[tuple[int, float]], float]:
        """See `Effect.rates`. Each line may bear one minor unit more than its share."""
        if self.percent is None:
            return (), 0.0
        rate = float(self.percent) / 100
        return [(place, rate) for place in at.lines], 0.5

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        return shared(at.basket, now, at.lines, self.worth(at, now), at.arithmetic.remainder)
