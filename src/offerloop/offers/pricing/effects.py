"""What an offer does to the prices of a basket: to every unit on its own, or to some lines together.

An effect has two sides: how much it takes off at some prices, which costs little to ask, and the prices after it.
What it takes off never grows beyond `most` when prices fall and units are used, and beyond what it takes off now
unless it chooses its units (`quick` is false); the search for the best offers rests on that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import inf
from typing import ClassVar, NamedTuple, Protocol

from offerloop.money import half_up
from offerloop.offers.conditions import Measured
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.claims import NO_CLAIM, UnitClaim, Uses
from offerloop.offers.pricing.running import Piece, Running, Runs, cut_runs, room
from offerloop.offers.pricing.sharing import Remainder, shared
from offerloop.offers.scope import Scope
from offerloop.offers.shortfall import NotApplicable, Shortfall


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
        top, under = percent.as_integer_ratio()
        return (2 * amount * top + 100 * under) // (200 * under)


@dataclass(slots=True)
class Place:
    """Where an effect works; never changed."""

    basket: Basket
    lines: Sequence[int]
    """Positions, in order."""
    arithmetic: Arithmetic
    units_left: int | None = None
    """How many units it may still touch; None for all."""
    claim: UnitClaim = NO_CLAIM
    times: int | None = None
    """How often it is to be used; None for as often as it can."""
    also: Sequence[Sequence[int]] = ()
    """Positions of the lines of each scope of `Effect.also`."""
    ranks: Sequence[int] | None = None
    """The order of all lines where it is not that of their positions."""

    def in_order(self, lines: Iterable[int]) -> Iterable[int]:
        """Lines in the order in which it takes those that tie."""
        return lines if self.ranks is None else sorted(lines, key=self.ranks.__getitem__)

    def with_units_of(self, other: Place) -> Place:
        """The same lines with all units that this effect or another one may use."""
        avoids = self.claim.avoids & other.claim.avoids
        return self if avoids == self.claim.avoids else replace(self, claim=UnitClaim(self.claim.marks, avoids))

    def amount(self, now: Running) -> int:
        """What its lines cost together."""
        if self.lines is self.basket.live:
            return now.total - now.shipping
        return sum([now.amounts[place] for place in self.lines])

    def room(self, now: Running) -> int:
        """How much lower its lines can go before all their units cost their floor."""
        return sum(room(self.basket, now, self.lines)) if self.basket.has_floors else self.amount(now)


class UnitBound(NamedTuple):
    """What an effect takes off a unit at most."""

    share: float
    """Of its price."""
    cap: float = inf
    """The price up to which it takes the share."""
    more: float = 0.0
    own: bool = False
    """Whether the unit bears that itself; otherwise the units that are used bear it on average."""
    noise: float = 0.0
    """What rounding moves to it from other units at most."""


class Effect(Protocol):
    """Something taken off."""

    uses: ClassVar[Uses]

    @property
    def also(self) -> Sequence[Scope]:
        """Lines that it may touch beside those of its own scope."""

    @property
    def quick(self) -> bool:
        """Whether asking what it takes off costs little beside taking it off."""

    of_goods: ClassVar[bool]
    """Whether it may change what lines cost."""

    def shipments_of(self, basket: Basket) -> Sequence[int]:
        """Positions of the shipments that it may change."""

    def missing(self, at: Place, now: Running) -> Shortfall | None:
        """What would have to be in the basket before it takes anything off."""

    def worth(self, at: Place, now: Running) -> int:
        """How much it takes off."""

    def most(self, at: Place, now: Running) -> int:
        """The most that it takes off at these or at lower prices, whatever was used before."""

    def most_of_many(self, at: Place, now: Running) -> float:
        """The most that any number of equal offers take off together, whatever was used before."""

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """What all units of each line would bear at most if all were used, at these or at lower prices."""

    def rates(self, at: Place) -> tuple[Sequence[tuple[int, float]], float]:
        """The share that it takes off each line where it is a percentage, and what rounding can add."""

    @property
    def in_proportion(self) -> bool:
        """Whether what it takes off is shared over its lines in proportion to what they cost."""

    def repeats(self, at: Place, now: Running) -> int:
        """How often it can be used."""

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """What it takes off is at most so much for each unit that it uses, at these or at lower prices."""

    @property
    def size(self) -> int:
        """How many units it uses each time."""

    def units(self, at: Place, now: Running) -> int:
        """How many units it uses at most."""

    def is_like(self, at: Place, other: object, place: Place) -> bool:
        """Whether another effect at its place takes off the same of the same lines, whatever was applied before."""

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """Prices after it. A percentage of every unit is of its price at `entry`, when the offer's turn came."""


@dataclass(frozen=True)
class Plain(ABC):
    """An effect on its own scope that asks for nothing."""

    uses: ClassVar[Uses] = Uses.LINES
    of_goods: ClassVar[bool] = True

    @property
    def also(self) -> Sequence[Scope]:
        """See `Effect.also`."""
        return ()

    @property
    def quick(self) -> bool:
        """See `Effect.quick`."""
        return True

    def shipments_of(self, basket: Basket) -> Sequence[int]:
        """See `Effect.shipments_of`."""
        del basket
        return ()

    def missing(self, at: Place, now: Running) -> Shortfall | None:
        """See `Effect.missing`."""
        del at, now
        return None

    def most(self, at: Place, now: Running) -> int:
        """See `Effect.most`."""
        return self.worth(at, now)

    def most_of_many(self, at: Place, now: Running) -> float:
        """See `Effect.most_of_many`."""
        del at, now
        return inf

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """See `Effect.by_line`."""
        return [(place, now.amounts[place]) for place in at.lines]

    def rates(self, at: Place) -> tuple[Sequence[tuple[int, float]], float]:
        """See `Effect.rates`."""
        del at
        return (), 0.0

    @property
    def in_proportion(self) -> bool:
        """See `Effect.in_proportion`."""
        return False

    def repeats(self, at: Place, now: Running) -> int:
        """See `Effect.repeats`."""
        del at, now
        return 1

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """See `Effect.per_unit`."""
        del at, now
        return UnitBound(1.0)

    @property
    def size(self) -> int:
        """See `Effect.size`."""
        return 1

    def units(self, at: Place, now: Running) -> int:
        """See `Effect.units`."""
        return self.size * self.repeats(at, now)

    def is_like(self, at: Place, other: object, place: Place) -> bool:
        """See `Effect.is_like`."""
        return self == other and at.lines == place.lines and at.also == place.also

    @abstractmethod
    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""


@dataclass(frozen=True)
class OffEachUnit(Plain):
    """A percentage, an amount or a price for every unit, rounded unit by unit: what a price tag shows."""

    percent: Fraction | None = None
    amount_minor: int = 0
    price_minor: int | None = None
    units_per_line: int | None = None
    """At most so many units of each line."""

    uses: ClassVar[Uses] = Uses.EACH

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        if self._limited(at):
            return sum(taken * gain for _, _, taken, gain in self._chosen(at, now))
        worth, how, avoids = 0, at.arithmetic, at.claim.avoids
        for place in at.lines:
            floor = at.basket.lines[place].floor
            for count, price, used in now.units(place):
                if not used & avoids:
                    worth += count * self.off(price, price, floor, how)
        return worth

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """See `Effect.by_line`."""
        return [(place, sum(count * off for count, off in self.offs(at, place, now))) for place in at.lines]

    def rates(self, at: Place) -> tuple[Sequence[tuple[int, float]], float]:
        """See `Effect.rates`."""
        if self.percent is None or self._limited(at):
            return (), 0.0
        rate, lines = float(self.percent) / 100, at.basket.lines
        return [(place, rate) for place in at.lines], sum([lines[place].quantity for place in at.lines]) / 2

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """See `Effect.per_unit`."""
        del at, now
        if self.percent is not None:
            return UnitBound(float(self.percent) / 100, more=0.5, own=True)
        if self.price_minor is None:
            return UnitBound(1.0, float(self.amount_minor), own=True)
        return UnitBound(1.0, more=-float(self.price_minor), own=True)

    def offs(self, at: Place, place: int, now: Running) -> list[tuple[int, int]]:
        """How many units of a line that are free get how much off each."""
        floor, how = at.basket.lines[place].floor, at.arithmetic
        avoids = at.claim.avoids
        runs = now.units(place)
        return [(count, self.off(price, price, floor, how)) for count, price, used in runs if not used & avoids]

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        if self._limited(at):
            return self._some(at, now)
        return now.with_runs((place, self._line(at, place, now, entry)) for place in at.lines)

    def _line(self, at: Place, place: int, now: Running, entry: Running) -> Runs:
        floor, how, claim = at.basket.lines[place].floor, at.arithmetic, at.claim
        return tuple(
            (count, price, used)
            if used & claim.avoids
            else (count, price - self.off(price, before, floor, how), used | claim.marks)
            for count, price, used, before in _aligned(now.units(place), entry.units(place))
        )

    def off(self, price: int, entry: int, floor: int, how: Arithmetic) -> int:
        """Off one unit that costs `price` now and cost `entry` when the offer's turn came."""
        if self.percent is not None:
            off = how.off(entry, self.percent)
        else:
            off = self.amount_minor if self.price_minor is None else price - self.price_minor
        return max(0, min(off, price - floor))

    def units(self, at: Place, now: Running) -> int:
        """See `Effect.units`."""
        del now
        each = self.units_per_line
        quantities = [at.basket.lines[place].quantity for place in at.lines]
        most = sum(quantities if each is None else [min(each, quantity) for quantity in quantities])
        return most if at.units_left is None else min(most, at.units_left)

    def _limited(self, at: Place) -> bool:
        return at.units_left is not None or self.units_per_line is not None

    def _chosen(self, at: Place, now: Running) -> list[tuple[int, int, int, int]]:
        """(line, run, units, off each) of only so many units: first those from which it takes most."""
        gains = []
        units = sum(at.basket.lines[place].quantity for place in at.lines) if at.units_left is None else at.units_left
        of_line = dict.fromkeys(at.lines, units if self.units_per_line is None else self.units_per_line)
        for turn, place in enumerate(at.lines):
            floor = at.basket.lines[place].floor
            for number, (count, price, used) in enumerate(now.units(place)):
                gain = 0 if used & at.claim.avoids else self.off(price, price, floor, at.arithmetic)
                if gain:
                    gains.append((-gain, turn, place, number, count))
        chosen = []
        for gain, _, place, number, count in sorted(gains):
            taken = min(units, count, of_line[place])
            if taken:
                chosen.append((place, number, taken, -gain))
            units -= taken
            of_line[place] -= taken
        return chosen

    def _some(self, at: Place, now: Running) -> Running:
        parts: dict[int, list[Piece]] = {}
        for place, number, taken, gain in self._chosen(at, now):
            price, used = now.units(place)[number][1:]
            parts.setdefault(place, []).append((number, (taken, price - gain, used | at.claim.marks)))
        return now.with_runs((place, cut_runs(now.units(place), of_line)) for place, of_line in parts.items())


def _aligned(now: Runs, entry: Runs) -> list[tuple[int, int, int, int]]:
    """(count, price now, use, price at entry) of units; both say the same units in the same order."""
    if now is entry:
        return [(count, price, used, price) for count, price, used in now]
    runs, left = [], [list(run) for run in entry]
    for count, price, used in now:
        while count:
            taken = min(count, left[0][0])
            runs.append((taken, price, used, left[0][1]))
            count -= taken
            left[0][0] -= taken
            if not left[0][0]:
                left.pop(0)
    return runs


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
