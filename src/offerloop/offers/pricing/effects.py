"""What an offer does to the prices of a basket: to every unit on its own, or to some lines together.

An effect has two sides: how much it takes off at some prices, which costs little to ask, and the prices after it.
What it takes off does not grow when prices fall, unless it chooses its units (`quick` is false); the search for the
best offers rests on that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from offerloop.money import half_up
from offerloop.offers.conditions import Measured, Missing, NotApplicable
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.running import Running, Runs, cut_runs, room
from offerloop.offers.pricing.sharing import Remainder, shared
from offerloop.offers.scope import Scope


@dataclass(frozen=True)
class Arithmetic:
    """How a shop, or an engine whose published cases are to be met, rounds."""

    remainder: Remainder = Remainder.LARGEST
    price_rounds: bool = False
    """Whether the price after a percentage is rounded half up, instead of the discount."""

    def off(self, amount: int, percent: Fraction) -> int:
        """A percentage of an amount."""
        if self.price_rounds:
            return amount - half_up(Fraction(amount * (100 - percent)) / 100)
        top, under = amount * percent.numerator, percent.denominator * 100
        return (2 * top + under) // (2 * under)


@dataclass(slots=True)
class Place:
    """Where an effect works; never changed."""

    basket: Basket
    lines: Sequence[int]
    """Positions, in order."""
    arithmetic: Arithmetic
    units_left: int | None = None
    """How many units it may still touch; None for all."""

    def amount(self, now: Running) -> int:
        """What its lines cost together."""
        if self.lines is self.basket.live:
            return now.total - now.shipping
        return sum([now.amounts[place] for place in self.lines])

    def room(self, now: Running) -> int:
        """How much lower its lines can go before all their units cost their floor."""
        return sum(room(self.basket, now, self.lines)) if self.basket.has_floors else self.amount(now)


class Effect(Protocol):
    """Something taken off."""

    @property
    def ratio(self) -> float:
        """The most that it takes off as a share of what everything costs."""

    @property
    def also(self) -> Sequence[Scope]:
        """Lines that it may touch beside those of its own scope."""

    @property
    def quick(self) -> bool:
        """Whether asking what it takes off costs little beside taking it off."""

    def missing(self, at: Place, now: Running) -> Missing | None:
        """What would have to be in the basket before it takes anything off."""

    def worth(self, at: Place, now: Running) -> int:
        """How much it takes off."""

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """Prices after it. A percentage of every unit is of its price at `entry`, when the offer's turn came."""


@dataclass(frozen=True)
class Plain:
    """An effect on its own scope that asks for nothing."""

    @property
    def ratio(self) -> float:
        """See `Effect.ratio`."""
        return 1.0

    @property
    def also(self) -> Sequence[Scope]:
        """See `Effect.also`."""
        return ()

    @property
    def quick(self) -> bool:
        """See `Effect.quick`."""
        return True

    def missing(self, at: Place, now: Running) -> Missing | None:
        """See `Effect.missing`."""
        del at, now
        return None


@dataclass(frozen=True)
class OffEachUnit(Plain):
    """A percentage, an amount or a price for every unit, rounded unit by unit: what a price tag shows."""

    percent: Fraction | None = None
    amount_minor: int = 0
    price_minor: int | None = None

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        if at.units_left is not None:
            return now.total - self.apply(at, now, now).total
        found = 0
        for place in at.lines:
            floor = at.basket.lines[place].floor
            found += sum(count * self.off(price, price, floor, at.arithmetic) for count, price in now.units(place))
        return found

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        if at.units_left is not None:
            return self._some(at, now, at.units_left)
        return now.with_runs((place, self._line(at, place, now, entry)) for place in at.lines)

    def _line(self, at: Place, place: int, now: Running, entry: Running) -> Runs:
        floor, how = at.basket.lines[place].floor, at.arithmetic
        return tuple(
            (count, price - self.off(price, before, floor, how))
            for count, price, before in _aligned(now.units(place), entry.units(place))
        )

    def off(self, price: int, entry: int, floor: int, how: Arithmetic) -> int:
        """Off one unit that costs `price` now and cost `entry` when the offer's turn came."""
        if self.percent is not None:
            off = how.off(entry, self.percent)
        else:
            off = self.amount_minor if self.price_minor is None else price - self.price_minor
        return max(0, min(off, price - floor))

    def _some(self, at: Place, now: Running, units: int) -> Running:
        """Only so many units: first those from which it takes most, ties to the earliest."""
        gains = [
            (-self.off(price, price, at.basket.lines[place].floor, at.arithmetic), place, number, count)
            for place in at.lines
            for number, (count, price) in enumerate(now.units(place))
        ]
        taken = {place: [0] * len(now.units(place)) for place in at.lines}
        for gain, place, number, count in sorted(gains):
            if gain < 0 and units:
                taken[place][number] = min(units, count)
                units -= taken[place][number]
        return now.with_runs((place, self._cut(at, place, now, counts)) for place, counts in taken.items())

    def _cut(self, at: Place, place: int, now: Running, counts: Sequence[int]) -> Runs:
        floor = at.basket.lines[place].floor
        prices = [price - self.off(price, price, floor, at.arithmetic) for _, price in now.units(place)]
        return cut_runs(now.units(place), counts, prices)


def _aligned(now: Runs, entry: Runs) -> list[tuple[int, int, int]]:
    """(count, price now, price at entry) of units; both say the same units in the same order."""
    if now is entry:
        return [(count, price, price) for count, price in now]
    found, left = [], [list(run) for run in entry]
    for count, price in now:
        while count:
            taken = min(count, left[0][0])
            found.append((taken, price, left[0][1]))
            count -= taken
            left[0][0] -= taken
            if not left[0][0]:
                left.pop(0)
    return found


@dataclass(frozen=True)
class OffTogether(Plain):
    """A percentage, an amount or a price for some lines together: computed once and shared over them."""

    percent: Fraction | None = None
    amount_minor: int = 0
    price_minor: int | None = None
    most_minor: int | None = None
    """The maximum discount."""

    @property
    def ratio(self) -> float:
        """See `Effect.ratio`."""
        return 1.0 if self.percent is None else float(self.percent) / 100

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        amount = at.amount(now)
        if self.percent is not None:
            off = at.arithmetic.off(amount, self.percent)
        else:
            off = self.amount_minor if self.price_minor is None else amount - self.price_minor
        if self.most_minor is not None:
            off = min(off, self.most_minor)
        return max(0, min(off, at.room(now)))

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        return shared(at.basket, now, at.lines, self.worth(at, now), at.arithmetic.remainder)


@dataclass(frozen=True)
class Tier:
    """From this spend or number of units on, so much off."""

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

    @property
    def frees_shipping(self) -> bool:
        """Whether one of the tiers does."""
        return any(tier.free_shipping for tier in self.tiers)

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
        return min(off, at.room(now)) + (now.shipping if tier.free_shipping else 0)

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        return self.best(at, now)[0]

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        off, tier = self.best(at, now)
        if tier is not None and tier.free_shipping:
            off, now = off - now.shipping, now.with_shipping(0)
        return shared(at.basket, now, at.lines, off, at.arithmetic.remainder)

    def missing(self, at: Place, now: Running) -> Missing | None:
        """See `Effect.missing`."""
        short = self.tiers[0].least - self._size(at, now)
        if short <= 0:
            return None
        return Missing(NotApplicable.COUNT, count=short) if self.by_count else Missing(NotApplicable.SPEND, minor=short)

    def _size(self, at: Place, now: Running) -> int:
        if self.by_count:
            return sum(at.basket.lines[place].quantity for place in at.lines)
        if self.measured is Measured.AFTER:
            return at.amount(now)
        return sum([at.basket.amounts[place] for place in at.lines])


@dataclass(frozen=True)
class OffShipping(Plain):
    """A percentage of shipping, up to a maximum."""

    percent: Fraction
    most_minor: int | None = None

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        off = at.arithmetic.off(now.shipping, self.percent)
        return off if self.most_minor is None else min(off, self.most_minor)

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        return now.with_shipping(now.shipping - self.worth(at, now))
