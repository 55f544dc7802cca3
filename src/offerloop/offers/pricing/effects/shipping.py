"""What an offer does to the price of shipping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from offerloop.money import share
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.effects.base import Place, Plain
from offerloop.offers.pricing.running import Running
from offerloop.offers.shortfall import NotApplicable, Shortfall


@dataclass(frozen=True)
class OffShipping(Plain):
    """A percentage of each shipment, up to a maximum of all."""

    percent: Fraction
    most_minor: int | None = None
    shops: frozenset[str] = frozenset()
    """Shops whose shipments it is about; empty for all."""
    methods: frozenset[str] = frozenset()
    """Shipping methods that it is about; empty for all."""

    of_goods: ClassVar[bool] = False

    def shipments_of(self, basket: Basket) -> Sequence[int]:
        """See `Effect.shipments_of`."""
        return basket.shipments_of(self.shops, self.methods)

    def missing(self, at: Place, now: Running) -> Shortfall | None:
        """See `Effect.missing`."""
        del now
        if self.shipments_of(at.basket):
            return None
        return Shortfall(NotApplicable.SHIPMENT, names=tuple(sorted(self.methods or self.shops)))

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        return sum(self._offs(at, now, self.shipments_of(at.basket)))

    def _offs(self, at: Place, now: Running, places: Sequence[int]) -> Sequence[int]:
        """What each of its shipments gets off."""
        offs = [at.arithmetic.off(now.shipments[place], self.percent) for place in places]
        if self.most_minor is not None and sum(offs) > self.most_minor:
            offs = share(self.most_minor, offs, offs)
        return offs

    def rates(self, at: Place) -> tuple[Sequence[tuple[int, float]], float]:
        """See `Effect.rates`. Shipments stand after the last line, and nothing is rounded where they are free."""
        n, rate, places = len(at.basket.lines), float(self.percent) / 100, self.shipments_of(at.basket)
        return [(n + place, rate) for place in places], 0.5 * len(places) if rate < 1 else 0.0

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        places, left = self.shipments_of(at.basket), list(now.shipments)
        for place, off in zip(places, self._offs(at, now, places), strict=True):
            left[place] -= off
        return now.with_shipments(left)
