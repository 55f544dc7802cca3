"""The tax on lines and shipments: on what is paid, or on what a supplier pays too; rounded each or for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from offerloop.money import half_up, share


@dataclass(frozen=True)
class TaxRules:
    """How a shop computes tax."""

    before_funded: bool = False
    """Whether discounts that a supplier pays leave the tax as it was: what the supplier pays is part of the price."""
    by_invoice: bool = False
    """Whether tax is rounded once for all lines and shipments of one rate, instead of for each."""


@dataclass(frozen=True)
class Taxed:
    """What is taxed at one rate."""

    base: Fraction
    """In minor units, with the tax where that is included in prices."""
    rate: Fraction

    def tax(self, *, included: bool) -> Fraction:
        """Return the exact tax inside the base, or on top of it."""
        return self.base * self.rate / (1 + self.rate) if included else self.base * self.rate


def taxes(parts: Sequence[Taxed], rules: TaxRules, *, included: bool) -> list[int]:
    """Return the tax of each part in minor units.

    An invoice rounds the tax of each rate once, and its parts get their shares of that by largest remainder.
    """
    exact = [one.tax(included=included) for one in parts]
    if not rules.by_invoice:
        return [_rounded(one, part, included=included) for one, part in zip(exact, parts, strict=True)]
    tax_of_parts = [0] * len(parts)
    for rate in {one.rate for one in parts if one.rate}:
        places = [place for place, one in enumerate(parts) if one.rate == rate]
        scale = lcm(*(exact[place].denominator for place in places))
        weights = [int(exact[place] * scale) for place in places]
        for place, tax in zip(places, share(half_up(Fraction(sum(weights), scale)), weights), strict=True):
            tax_of_parts[place] = tax
    return tax_of_parts


def _rounded(tax: Fraction, part: Taxed, *, included: bool) -> int:
    """Return a tax in whole minor units; of a price that includes it, the net is rounded half up."""
    return half_up(part.base) - half_up(part.base - tax) if included else half_up(tax)
