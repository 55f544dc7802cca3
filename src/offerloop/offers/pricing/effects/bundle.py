"""The effect of a bundle: some units of each part together at one price.

Each bundle takes the most expensive units that make it whole, whichever part they stand for. By Hall's theorem some
units can stand for the parts together if and only if, of every set of parts, no more units fit nothing else than the
set has room for; taking units by falling price as long as that holds gives the most expensive bundle (Edmonds 1971,
"Matroids and the greedy algorithm"), so the order of the parts does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from math import inf

from offerloop.money import share
from offerloop.offers.pricing.effects.base import Place, UnitBound
from offerloop.offers.pricing.effects.chosen_units import OnChosenUnits
from offerloop.offers.pricing.running import Running, lowered
from offerloop.offers.pricing.units import FreeUnits, as_now, count_free, falling_prices, free_units, with_taken
from offerloop.offers.scope import Scope
from offerloop.offers.shortfall import NotApplicable, Shortfall

Taken = list[tuple[FreeUnits, int]]
"""Units of one bundle."""


@dataclass(frozen=True)
class BundleOf(OnChosenUnits):
    """Some units of each part together at one price, as often as they are all there.

    A part is a number of units of a scope.
    """

    parts: tuple[tuple[Scope, int], ...]
    price_minor: int | None = None
    percent: Fraction | None = None
    """Instead of a price: off the bundle."""
    limit: int | None = None
    """At most so many times."""
    units_per_line: int | None = None
    """At most so many units of each line."""

    @property
    def size(self) -> int:
        """See `Effect.size`."""
        return self._size

    @cached_property
    def _size(self) -> int:
        return sum(self._counts)

    @cached_property
    def _counts(self) -> tuple[int, ...]:
        return tuple(count for _, count in self.parts)

    @cached_property
    def _is_of_full_price(self) -> bool:
        return any(scope.only_full_price for scope, _ in self.parts)

    @property
    def also(self) -> Sequence[Scope]:
        """See `Effect.also`."""
        return [scope for scope, _ in self.parts]

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        worth, floors = 0, at.basket.has_floors
        if not floors and self.units_per_line is None and self._are_apart(at):
            return self._worth_of_parts(at, now)
        for units, saved, bundles in self._bundles(at, now):
            worth += min(saved, sum(_rooms(at, units))) * bundles if floors else saved * bundles
        return worth

    def most(self, at: Place, now: Running) -> int:
        """See `Effect.most`.

        No bundles save more than as many of the most expensive units, each of which bears its part of the price.
        """
        units, fits = self._units(at, now)
        if not at.basket.has_floors and not any(parts & (parts - 1) for parts in fits.values()):
            return self.worth(at, now)
        repeats, size = self.repeats(at, now), self.size
        most_off, left, price = 0, size * repeats, self.price_minor
        for run in units:
            taken = min(left, run.count)
            most_off += taken * run.price if price is None else taken * max(0, run.price * size - price)
            left -= taken
        return at.arithmetic.off(most_off, self.percent or _0) + repeats if price is None else -(-most_off // size)

    def most_of_many(self, at: Place, now: Running) -> float:
        """See `Effect.most_of_many`. One may be used as often as all of them, unless it is limited."""
        return inf if self.limit is not None or self.units_per_line is not None else self.most(at, now)

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """See `Effect.by_line`. Each unit bears its part of the price."""
        units, fits = self._units(at, now)
        most_by_line = dict.fromkeys(fits, 0.0)
        part, each = float(self.percent or 0) / 100, (self.price_minor or 0) / self.size
        for run in units:
            off = run.price * part + 1 if self.price_minor is None else max(0.0, run.price - each)
            most_by_line[run.place] += run.count * off
        return list(most_by_line.items())

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """See `Effect.per_unit`.

        Each unit bears its part of the price. A percentage is shared over the units in proportion to what they cost, so
        that each bears its own, but for half a minor unit of the bundle and one that cannot be divided.
        """
        del now
        if self.price_minor is None:
            own = not at.basket.has_floors
            return UnitBound(float(self.percent or 0) / 100, more=0.5 / self.size, own=own, noise=1.5 if own else 0.0)
        return UnitBound(1.0, more=-self.price_minor / self.size)

    def is_like(self, at: Place, other: object, place: Place) -> bool:
        """See `Effect.is_like`. The order of the parts makes no difference."""
        if self == other:
            return at.also == place.also
        if not isinstance(other, BundleOf) or len(other.parts) != len(self.parts):
            return False
        reordered = replace(other, parts=self.parts)
        return self == reordered and self._places(at) == other._places(place)

    def _places(self, at: Place) -> list[tuple[list[int], bool, int]]:
        """The lines, and the number of units of each part, in one order."""
        parts = zip(at.also, self.parts, strict=True)
        return sorted([(list(lines), scope.only_full_price, count) for lines, (scope, count) in parts])

    def takes_expensive_first(self, at: Place, lines: frozenset[int]) -> bool:
        """See `OnChosenUnits.takes_expensive_first`. So it does where the same parts take all of these lines."""
        parts = [lines & set(part) for part in at.also]
        return self.units_per_line is None and all(not part or part == lines for part in parts)

    def may_grow(self, at: Place, least: Sequence[int]) -> bool:
        """See `OnChosenUnits.may_grow`. Where lines fit several parts, other prices may make more bundles."""
        shelf = at.basket.lines
        fell = any(least[line] < shelf[line].unit_minor for lines in at.also for line in lines)
        return fell and not self._are_apart(at)

    def repeats(self, at: Place, now: Running) -> int:
        """See `Effect.repeats`."""
        times = [limit for limit in (self.limit, at.times) if limit is not None]
        for lines, count in self._sized(at, now):
            complete = count_free(now, at, lines, self.units_per_line) // count
            if not complete:
                return 0
            times.append(complete)
        return min(times)

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        touched: dict[int, FreeUnits] = {}
        floors = at.basket.has_floors
        for units, saved, bundles in self._bundles(at, now):
            parts = share(saved, [count * one.price for one, count in units], _rooms(at, units) if floors else None)
            for (run, count), part in zip(units, parts, strict=True):
                floor, taken = at.basket.lines[run.place].floor, count * bundles
                for cheaper, price, used in lowered(((taken, run.price, run.used),), part * bundles, floor):
                    run.pieces.append((run.number, (cheaper, price, used | at.claim.marks)))
                touched[id(run)] = run
        return with_taken(now, touched.values(), together=True)

    def missing(self, at: Place, now: Running) -> Shortfall | None:
        """See `Effect.missing`."""
        every = self._lines(at, now)
        for lines, (scope, size) in zip(every, self.parts, strict=True):
            free = count_free(now, at, lines, self.units_per_line)
            if free < size:
                why = NotApplicable.COUNT if free else NotApplicable.CONTAINS
                return Shortfall(why, count=size - free, names=scope.names)
        if self._are_apart(at):
            return None
        units, room = self._units_with_sets(at, now)
        _, short = self._next(units, room.copy())
        return Shortfall(NotApplicable.COUNT, count=short) if short else None

    def _bundles(self, at: Place, now: Running) -> Iterator[tuple[Taken, int, int]]:
        """The units of each bundle, what it saves, and how many are equal; their units are no longer free after it."""
        left = self._times(at)
        units, room = self._units_with_sets(at, now)
        while left is None or left:
            taken, short = self._next(units, room.copy())
            saved = 0 if short else self._saved(at, taken)
            if saved <= 0:
                return
            bundles = min([one.count // count for one, count in taken])
            bundles = bundles if left is None else min(bundles, left)
            yield taken, saved, bundles
            for run, count in taken:
                run.count -= count * bundles
            left = None if left is None else left - bundles

    def _worth_of_parts(self, at: Place, now: Running) -> int:
        """What it takes off where no line fits two parts, so that each part takes its most expensive units."""
        left, worth = self._times(at), 0
        parts = [_takes(falling_prices(now, at, lines), size) for lines, size in self._sized(at, now)]
        while all(parts) and (left is None or left):
            times = min([part[-1][1] for part in parts])
            times = times if left is None else min(times, left)
            saved = self._saved_of(at, sum([part[-1][0] for part in parts]))
            if saved <= 0:
                break
            worth += saved * times
            left = None if left is None else left - times
            for part in parts:
                price, more = part.pop()
                if more > times:
                    part.append((price, more - times))
        return worth

    def _sized(self, at: Place, now: Running) -> Iterable[tuple[Sequence[int], int]]:
        """The lines of each part, and its number of units."""
        return zip(self._lines(at, now), self._counts, strict=True)

    def _times(self, at: Place) -> int | None:
        """How often it may be used at most; None for as often as it can."""
        return at.times if self.limit is None else self.limit if at.times is None else min(self.limit, at.times)

    def _are_apart(self, at: Place) -> bool:
        """Whether no line fits two parts."""
        taken = 0
        for lines in at.also:
            bits = at.basket.bits_of(lines)
            if taken & bits:
                return False
            taken |= bits
        return True

    def _lines(self, at: Place, now: Running) -> Sequence[Sequence[int]]:
        """The lines of each part."""
        if not (now.announced and self._is_of_full_price):
            return at.also
        return [as_now(lines, scope, now) for lines, (scope, _) in zip(at.also, self.parts, strict=True)]

    def _units(self, at: Place, now: Running) -> tuple[list[FreeUnits], dict[int, int]]:
        """The units that parts could take, the most expensive first, and which parts could take each line, as bits.

        Where units are used once, what costs nothing does not count.
        """
        fits: dict[int, int] = {}
        for number, lines in enumerate(self._lines(at, now)):
            for place in lines:
                fits[place] = fits.get(place, 0) | 1 << number
        units = free_units(now, at, sorted(fits), expensive_first=True, per_line=self.units_per_line)
        return [one for one in units if one.price] if at.claim.avoids else units, fits

    def _next(self, units: Sequence[tuple[FreeUnits, Sequence[int]]], room: dict[int, int]) -> tuple[Taken, int]:
        """The most expensive units that can stand for parts together, and how many lack; `room` is used up."""
        taken_units, short = Taken(), self.size
        for run, sets in units:
            count = run.count
            for some in sets:
                if room[some] < count:
                    count = room[some]
            if count:
                taken_units.append((run, count))
                short -= count
                if not short:
                    break
                for some in sets:
                    room[some] -= count
        return taken_units, short

    def _units_with_sets(self, at: Place, now: Running) -> tuple[list[tuple[FreeUnits, Sequence[int]]], dict[int, int]]:
        """The units with the sets of parts that limit them, and the room of each of these sets."""
        units, fits = self._units(at, now)
        room, sets = _limits(self._counts, frozenset(fits.values()))
        return [(one, sets[fits[one.place]]) for one in units], room

    def _saved(self, at: Place, units: Taken) -> int:
        return self._saved_of(at, sum([one.price * count for one, count in units]))

    def _saved_of(self, at: Place, price: int) -> int:
        """What is taken off a bundle that costs so much."""
        return price - (self.price_minor or 0) if self.percent is None else at.arithmetic.off(price, self.percent)


def _takes(prices: Sequence[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """(cost, times) of taking so many units at once from the first price on, the first ones last."""
    if size == 1:
        return list(prices[::-1])
    takes, cost, missing = list[tuple[int, int]](), 0, size
    for price, count in prices:
        left = count
        if missing < size:
            filled = min(missing, left)
            cost, missing, left = cost + filled * price, missing - filled, left - filled
            if missing:
                continue
            takes.append((cost, 1))
        times, over = divmod(left, size)
        if times:
            takes.append((size * price, times))
        cost, missing = over * price, size - over
    return takes[::-1]


@lru_cache(maxsize=10_000)
def _limits(counts: tuple[int, ...], kinds: frozenset[int]) -> tuple[dict[int, int], dict[int, Sequence[int]]]:
    """How many units that fit nothing else may stand for each set of parts, of sets that decide, and for each kind of
    unit, which is what parts it fits, those sets that have it among them.
    """
    deciding = set(kinds)
    if any(one & (one - 1) for one in kinds):
        for kind in kinds:
            deciding |= {kind | other for other in deciding}
    room = {some: sum(count for n, count in enumerate(counts) if some >> n & 1) for some in deciding}
    return room, {kind: [some for some in room if kind & some == kind] for kind in kinds}


_0 = Fraction(0)


def _rooms(at: Place, units: Taken) -> list[int]:
    """How much lower the units of one bundle can go before they cost their floor."""
    return [count * (one.price - at.basket.lines[one.place].floor) for one, count in units]
