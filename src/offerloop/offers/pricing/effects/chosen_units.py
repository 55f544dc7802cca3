"""Effects on chosen units: the cheapest one, what is got for what is bought, a step for each unit.

Units are kept in runs of equal price, so that ten thousand of them are chosen as fast as two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import inf
from operator import itemgetter
from typing import ClassVar, NamedTuple

from offerloop.offers.pricing.claims import Uses
from offerloop.offers.pricing.effects.base import Place, Plain, UnitBound
from offerloop.offers.pricing.effects.each_unit import OffEachUnit
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.units import (
    FreeUnits,
    as_now,
    count_free,
    falling_prices,
    free_units,
    price_of,
    rewards,
    use_up,
    with_taken,
)
from offerloop.offers.scope import Scope
from offerloop.offers.shortfall import NotApplicable, Shortfall


class CheapestFirst(NamedTuple):
    """How an effect takes the cheapest units that are free: so many at a time, of which the first get something off."""

    get: int
    size: int
    limit: int | None
    """At most so many times; None for as often as it can."""
    off: OffEachUnit


@dataclass(frozen=True)
class OnChosenUnits(Plain, ABC):
    """An effect that has to choose its units before it can tell what it takes off."""

    uses: ClassVar[Uses] = Uses.SOME

    @property
    def quick(self) -> bool:
        """See `Effect.quick`."""
        return False

    def cheapest_first(self, at: Place) -> CheapestFirst | None:
        """How it takes the cheapest of all units that cost anything; None where it takes others."""
        del at
        return None

    def takes_expensive_first(self, at: Place, lines: frozenset[int]) -> bool:
        """Whether of the units of some lines together it takes none before a more expensive one."""
        del at, lines
        return False

    def may_grow(self, at: Place, least: Sequence[int]) -> bool:
        """Whether it may take off more where prices have fallen to at least so much a unit, by line."""
        del at, least
        return False

    @abstractmethod
    def most(self, at: Place, now: Running) -> int:
        """See `Effect.most`."""

    @abstractmethod
    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""


@dataclass(frozen=True)
class OffCheapest(OnChosenUnits):
    """The cheapest units get something off, or the most expensive ones: `count` of them."""

    off: OffEachUnit
    count: int = 1
    expensive_first: bool = False

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        if not at.basket.has_floors:
            return worth_of_first(now, at, at.lines, self.count, self.off, expensive_first=self.expensive_first)
        units = free_units(now, at, at.lines, expensive_first=self.expensive_first)
        return sum([count * each for _, count, each in rewards(units, at, self.count, self.off)])

    def most(self, at: Place, now: Running) -> int:
        """See `Effect.most`."""
        return most_off(at, now, at.lines, self.count, self.off)

    def cheapest_first(self, at: Place) -> CheapestFirst | None:
        """See `OnChosenUnits.cheapest_first`."""
        none_passed = not self.expensive_first and _never_passes_over(self.off, at)
        return CheapestFirst(self.count, self.count, 1, self.off) if none_passed else None

    def may_grow(self, at: Place, least: Sequence[int]) -> bool:
        """See `OnChosenUnits.may_grow`."""
        return not self.expensive_first and _may_pass_over(self.off, at, at.lines, least)

    def takes_expensive_first(self, at: Place, lines: frozenset[int]) -> bool:
        """See `OnChosenUnits.takes_expensive_first`."""
        return self.expensive_first and lines <= set(at.lines)

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """See `Effect.by_line`."""
        return self.off.by_line(at, now)

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """See `Effect.per_unit`."""
        return self.off.per_unit(at, now)

    def units(self, at: Place, now: Running) -> int:
        """See `Effect.units`."""
        del at, now
        return self.count

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        units = free_units(now, at, at.lines, expensive_first=self.expensive_first)
        for run, count, each in rewards(units, at, self.count, self.off):
            run.take(count, run.price - each, at.claim.marks)
        return with_taken(now, units)


def worth_of_first(
    now: Running, at: Place, lines: Sequence[int], count: int, off: OffEachUnit, *, expensive_first: bool
) -> int:
    """What so many units get off by price, of those of which something can be taken off, where none has a floor."""
    worth, prices = 0, falling_prices(now, at, lines)
    for price, units in prices if expensive_first else reversed(prices):
        each = off.off(price, price, 0, at.arithmetic)
        if each:
            worth += each * min(count, units)
            count -= units
            if count <= 0:
                break
    return worth


def most_off(at: Place, now: Running, lines: Sequence[int], count: int, off: OffEachUnit) -> int:
    """What the units bear that bear most, whichever are left."""
    offs = []
    for place in lines:
        offs += off.offs(at, place, now)
    most = 0
    for number, each in sorted(offs, key=itemgetter(1), reverse=True):
        most += each * min(count, number)
        count -= min(count, number)
    return most


def _never_passes_over(off: OffEachUnit, at: Place) -> bool:
    """Whether it is a percentage that takes something off all units that cost anything, which alone count."""
    return off.percent is not None and bool(at.claim.avoids) and off.off(1, 1, 0, at.arithmetic) > 0


def _may_pass_over(off: OffEachUnit, at: Place, lines: Sequence[int], least: Sequence[int]) -> bool:
    """Whether nothing is taken off units any more whose prices have fallen to at least so much, by line."""
    shelf_lines = at.basket.lines
    prices = [(shelf_lines[line].unit_minor + bool(shelf_lines[line].extra_minor), least[line]) for line in lines]
    return any(
        off.off(shelf, shelf, 0, at.arithmetic) and not off.off(low, low, 0, at.arithmetic) for shelf, low in prices
    )


_0, _FEW = Fraction(0), 100


@dataclass(frozen=True)
class BuyGet(OnChosenUnits):
    """An effect that takes something off `get` more units for every `buy` units: the cheapest of all that count.

    With a scope of its own what is got is taken from there, and does not count as bought. What is bought are the
    cheapest units that are left, so that other offers find the others.
    """

    buy: int
    get: int
    off: OffEachUnit
    got_from: Scope | None = None
    limit: int | None = None
    """At most so many times."""
    expensive_first: bool = False
    """Whether what is got are the most expensive units instead."""
    units_per_line: int | None = None
    """At most so many units of each line, bought or got."""

    @property
    def size(self) -> int:
        """See `Effect.size`."""
        return self.buy + self.get

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        got, _, times = self._free(at, now)
        if not times:
            return 0
        if not at.basket.has_floors and self.units_per_line is None:
            return worth_of_first(now, at, got, times * self.get, self.off, expensive_first=self.expensive_first)
        units = self._units(at, now, got, expensive_first=self.expensive_first)
        return sum([count * each for _, count, each in rewards(units, at, times * self.get, self.off)])

    def most(self, at: Place, now: Running) -> int:
        """See `Effect.most`. Of the units that are used those that are got are the cheapest."""
        got, bought, times = self._free(at, now)
        if got is not bought or times > _FEW or at.basket.has_floors or not self._gets_cheapest(at):
            return most_off(at, now, got, times * self.get, self.off)
        prices = [one.price for one in self._units(at, now, got, expensive_first=True) for _ in range(one.count)]
        sums = [sum(prices[n * self.size - n * self.get : n * self.size]) for n in range(1, times + 1)]
        return at.arithmetic.off(max(sums, default=0), self.off.percent or _0) + times * self.get

    def most_of_many(self, at: Place, now: Running) -> float:
        """See `Effect.most_of_many`. No sets of units have more expensive cheapest ones than those by falling price."""
        got, bought, times = self._free(at, now)
        if got is not bought or times > _FEW or at.basket.has_floors or not self._gets_cheapest(at):
            return inf
        if self.limit is not None or self.units_per_line is not None:
            return inf
        prices = [one.price for one in self._units(at, now, got, expensive_first=True) for _ in range(one.count)]
        each = [sum(prices[(n + 1) * self.size - self.get : (n + 1) * self.size]) for n in range(times)]
        return at.arithmetic.off(sum(each), self.off.percent or _0) + times * self.get

    def cheapest_first(self, at: Place) -> CheapestFirst | None:
        """See `OnChosenUnits.cheapest_first`."""
        if self.got_from is not None or self.units_per_line is not None or not self._gets_cheapest(at):
            return None
        return CheapestFirst(self.get, self.size, self.limit, self.off)

    def may_grow(self, at: Place, least: Sequence[int]) -> bool:
        """See `OnChosenUnits.may_grow`."""
        got = at.lines if self.got_from is None else at.also[0]
        return not self.expensive_first and _may_pass_over(self.off, at, got, least)

    def _gets_cheapest(self, at: Place) -> bool:
        """Whether what is got are always the cheapest of all units that cost anything."""
        return not self.expensive_first and _never_passes_over(self.off, at)

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """See `Effect.by_line`.

        What is got is the cheapest of what is used, so that all used units bear it in proportion; not so where it comes
        from elsewhere, or where units of which nothing can be taken off may be passed over.
        """
        got, _, _ = self._free(at, now)
        whole = [(place, float(sum(count * off for count, off in self.off.offs(at, place, now)))) for place in got]
        if self.got_from is not None or not self._gets_cheapest(at) or at.basket.has_floors:
            return whole
        part, lines = self.get / self.size, at.basket.lines
        return [(place, off * part + lines[place].quantity / 2) for place, off in whole]

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """See `Effect.per_unit`.

        All used units bear what is got, as in `by_line`; as `buy` of them cost as much or more, no unit that is got
        costs more than the first one after the `buy` most expensive ones.
        """
        share, cap, more, own, _ = self.off.per_unit(at, now)
        if self.got_from is not None or not self._gets_cheapest(at) or at.basket.has_floors:
            return UnitBound(share, cap, more, own)
        before = self.buy
        for run in free_units(now, at, at.lines, expensive_first=True):
            before -= run.count
            if before < 0:
                cap = float(run.price)
                break
        part = self.get / self.size
        return UnitBound(share * part, cap, more * part if share < 1 else 0.0)

    def repeats(self, at: Place, now: Running) -> int:
        """See `Effect.repeats`."""
        return self._free(at, now)[2]

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        got, bought, times = self._free(at, now)
        if not times:
            return now
        units = self._units(at, now, got, expensive_first=self.expensive_first)
        for run, count, each in rewards(units, at, times * self.get, self.off):
            run.take(count, run.price - each, at.claim.marks)
        others = sorted(units, key=price_of)
        if bought is not got:
            others = self._units(at, now, bought, expensive_first=False)
        if at.claim.marks:
            others = [one for one in others if one.price or not at.claim.avoids]
            use_up(others, times * self.buy, at.claim.marks)
        return with_taken(now, units if bought is got else [*units, *others])

    @property
    def also(self) -> Sequence[Scope]:
        """See `Effect.also`."""
        return () if self.got_from is None else (self.got_from,)

    def missing(self, at: Place, now: Running) -> Shortfall | None:
        """See `Effect.missing`."""
        _, bought, times = self._free(at, now)
        if times:
            return None
        if self.got_from is None:
            return Shortfall(NotApplicable.COUNT, count=self.size - self._count(at, now, at.lines))
        short = self.buy - self._count(at, now, bought)
        return (
            Shortfall(NotApplicable.COUNT, count=short)
            if short > 0
            else Shortfall(NotApplicable.CONTAINS, names=self.got_from.names)
        )

    def _units(self, at: Place, now: Running, lines: Iterable[int], *, expensive_first: bool) -> list[FreeUnits]:
        return free_units(now, at, lines, expensive_first=expensive_first, per_line=self.units_per_line)

    def _count(self, at: Place, now: Running, lines: Iterable[int]) -> int:
        return count_free(now, at, lines, self.units_per_line)

    def _free(self, at: Place, now: Running) -> tuple[Sequence[int], Sequence[int], int]:
        """Return the lines from which units are got, those from which they are bought, and how often."""
        got: Sequence[int] = at.lines
        bought: Sequence[int] = got
        if self.got_from is None:
            times = self._count(at, now, got) // self.size
        else:
            got = as_now(at.also[0], self.got_from, now)
            inside = set(got)
            bought = [place for place in at.lines if place not in inside]
            times = min(self._count(at, now, bought) // self.buy, -(-self._count(at, now, got) // self.get))
        for limit in (self.limit, at.times):
            times = times if limit is None else min(times, limit)
        return got, bought, times


@dataclass(frozen=True)
class OffInSteps(OnChosenUnits):
    """A percentage for each unit after another, the most expensive first: 10 % off one, 20 % off the next."""

    percents: tuple[Fraction, ...]

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        units = free_units(now, at, at.lines, expensive_first=True)
        return sum([self._off(at, one, step) for one, step in self._steps(units)])

    def most(self, at: Place, now: Running) -> int:
        """See `Effect.most`."""
        return most_off(at, now, at.lines, len(self.percents), OffEachUnit(max(self.percents)))

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """See `Effect.by_line`."""
        return OffEachUnit(max(self.percents)).by_line(at, now)

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """See `Effect.per_unit`.

        Where percentages rise while prices fall, units bear no more than the mean of them (Chebyshev's sum inequality).
        """
        if len(self.percents) > 1 and all(one <= other for one, other in pairwise(self.percents)):
            return UnitBound(float(sum(self.percents)) / len(self.percents) / 100, more=0.5)
        return OffEachUnit(max(self.percents)).per_unit(at, now)

    def units(self, at: Place, now: Running) -> int:
        """See `Effect.units`."""
        del at, now
        return len(self.percents)

    def takes_expensive_first(self, at: Place, lines: frozenset[int]) -> bool:
        """See `OnChosenUnits.takes_expensive_first`."""
        return lines <= set(at.lines)

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        units = free_units(now, at, at.lines, expensive_first=True)
        for run, step in list(self._steps(units)):
            run.take(1, run.price - self._off(at, run, step), at.claim.marks)
        return with_taken(now, units)

    def _steps(self, units: Sequence[FreeUnits]) -> Iterator[tuple[FreeUnits, int]]:
        """The units in turn with the position of their step, as many as there are steps."""
        turn = (one for one in units for _ in range(min(one.count, len(self.percents))))
        return zip(turn, range(len(self.percents)), strict=False)

    def _off(self, at: Place, run: FreeUnits, step: int) -> int:
        floor = at.basket.lines[run.place].floor
        return OffEachUnit(self.percents[step]).off(run.price, run.price, floor, at.arithmetic)
