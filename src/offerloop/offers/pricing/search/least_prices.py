"""How low the units of each line can come before the turn of an offer, whichever of the offers before it apply."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate, places_of
from offerloop.offers.pricing.claims import SOME, TAKEN
from offerloop.offers.pricing.effects.base import Effect, Place
from offerloop.offers.pricing.effects.each_unit import OffEachUnit


@dataclass(slots=True)
class LeastPrices:
    """The least prices behind offers that are added in their order."""

    basket: Basket
    by_line: list[int] = field(init=False)
    """The least that a unit of each line costs that nothing has used."""
    off_used: int = 0
    """The most that is taken off units that are used."""

    def __post_init__(self) -> None:
        self.by_line = [line.unit_minor for line in self.basket.lines]

    def add(self, candidate: Candidate) -> None:
        """Lower prices as far as one more offer does."""
        if len(candidate.places) != 1:
            self._lower_to_nothing(candidate)
            return
        effect, at = candidate.places[0]
        if isinstance(effect, OffEachUnit):
            for line in at.lines:
                price = self.by_line[line]
                self.by_line[line] = price - effect.off(price, price, 0, at.arithmetic)
        elif candidate.uses is SOME and at.claim.avoids & TAKEN:
            self.off_used += candidate.most
        elif effect.of_goods and candidate.quick:
            self._share(effect, at, candidate.most)
        else:
            self._lower_to_nothing(candidate)

    def _lower_to_nothing(self, candidate: Candidate) -> None:
        for line in places_of(candidate.touched & self.basket.live_bits):
            self.by_line[line] = 0

    def _share(self, effect: Effect, at: Place, most: int) -> None:
        """Take off a percentage, or at most so much in proportion to prices.

        Of what cannot be divided a unit bears at most one for each line, and one more inside its own.
        """
        total = sum([self.by_line[line] * self.basket.lines[line].quantity for line in at.lines]) - self.off_used
        rates, _ = effect.rates(at)
        part = Fraction(rates[0][1]) if rates else Fraction(1) if most >= total else Fraction(most, total)
        for line in at.lines:
            self.by_line[line] = max(0, floor(self.by_line[line] * (1 - part)) - len(at.lines) - 1)
