"""Thresholds of spend or units: what is taken off from each on, shared over the lines together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from offerloop.offers.conditions import Measured
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.effects.base import Place, Plain
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.sharing import shared
from offerloop.offers.shortfall import NotApplicable, Shortfall


@dataclass(frozen=True)
class Tier:
    """A threshold of spend or units, and what is taken off from there on."""

    least: int
    off_minor: int = 0
    percent: Fraction | None = None
    free_shipping: bool = False


@dataclass(frozen=True)
class OffFrom(Plain):
    """Tiers of which the best that is reached counts; or an amount for each full threshold."""

    tiers: tuple[Tier, ...]
    """From the lowest."""
    by_count: bool = False
    each_full: bool = False
    times: int | None = None
    """At most so many full thresholds."""
    measured: Measured = Measured.BEFORE
    most_minor: int | None = None
    shops: frozenset[str] = frozenset()
    """Shops whose shipments it frees, where a tier frees shipping; empty for all."""

    @cached_property
    def frees_shipping(self) -> bool:
        """Whether one of the tiers does."""
        return any(tier.free_shipping for tier in self.tiers)

    def shipments_of(self, basket: Basket) -> Sequence[int]:
        """See `Effect.shipments_of`."""
        return basket.shipments_of(self.shops) if self.frees_shipping else ()

    @property
    def in_proportion(self) -> bool:
        """See `Effect.in_proportion`."""
        return not self.frees_shipping

    def best(self, at: Place, now: Running) -> tuple[int, Tier | None]:
        """What the tier that takes off most of those that are reached takes off, and which one that is."""
        size, most, best = self._size(at, now), 0, None
        for tier in self.tiers:
            if size >= tier.least:
                off = self._off(tier, size, at, now)
                if off > most:
                    most, best = off, tier
        return most, best

    def _off(self, tier: Tier, size: int, at: Place, now: Running) -> int:
        off = tier.off_minor
        if tier.percent is not None:
            off = at.arithmetic.off(at.amount(now), tier.percent)
        elif self.each_full:
            full = size // tier.least
            off *= full if self.times is None else min(full, self.times)
        if self.most_minor is not None:
            off = min(off, self.most_minor)
        return min(off, at.room(now)) + (self._freed(at, now) if tier.free_shipping else 0)

    def _freed(self, at: Place, now: Running) -> int:
        return sum([now.shipments[place] for place in self.shipments_of(at.basket)])

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        return self.best(at, now)[0]

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        off, tier = self.best(at, now)
        if tier is not None and tier.free_shipping:
            freed = set(self.shipments_of(at.basket))
            off -= self._freed(at, now)
            now = now.with_shipments(0 if place in freed else price for place, price in enumerate(now.shipments))
        return shared(at.basket, now, at.lines, off, at.arithmetic.remainder)

    def missing(self, at: Place, now: Running) -> Shortfall | None:
        """See `Effect.missing`."""
        short = self.tiers[0].least - self._size(at, now)
        if short <= 0:
            return None
        return (
            Shortfall(NotApplicable.COUNT, count=short)
            if self.by_count
            else Shortfall(NotApplicable.SPEND, minor=short)
        )

    def _size(self, at: Place, now: Running) -> int:
        if self.by_count:
            return sum(at.basket.lines[place].quantity for place in at.lines)
        if self.measured is Measured.AFTER:
            return at.amount(now)
        return at.basket.sum_of(at.lines, at.basket.amounts)
