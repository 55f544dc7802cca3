"""Effects on chosen units: the cheapest one, what is got for what is bought, a bundle at one price.

Units are kept in runs of equal price, so that ten thousand of them are chosen as fast as two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from offerloop.money import share
from offerloop.offers.conditions import Missing, NotApplicable
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.effects import OffEachUnit, Place, Plain
from offerloop.offers.pricing.running import Running, Runs, at_full_price, lowered, merged, replaced
from offerloop.offers.scope import Scope


@dataclass(slots=True)
class _Some:
    """Units of one run of one line."""

    place: int
    price: int
    count: int


def _lines(scope: Scope, at: Place, now: Running) -> Sequence[int]:
    """The lines of another scope than the offer's own, as they are now."""
    lines = scope.lines(at.basket)
    return at_full_price(lines, now) if scope.only_full_price and now.announced else lines


def _units(now: Running, lines: Sequence[int], *, expensive_first: bool) -> list[_Some]:
    """All units of some lines in runs, by price; ties to the earliest line."""
    found = [_Some(place, price, count) for place in lines for count, price in now.units(place)]
    return sorted(found, key=lambda one: -one.price if expensive_first else one.price)


class _OnChosenUnits(Plain, ABC):
    """An effect that has to choose its units before it can tell what it takes off."""

    @property
    def quick(self) -> bool:
        """See `Effect.quick`."""
        return False

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        return now.total - self.apply(at, now, now).total

    @abstractmethod
    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""


@dataclass(frozen=True)
class OffCheapest(_OnChosenUnits):
    """The cheapest units get something off: `count` of them."""

    off: OffEachUnit
    count: int = 1

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        return off_units(at, now, at.lines, self.count, self.off)


def off_units(at: Place, now: Running, lines: Sequence[int], count: int, off: OffEachUnit) -> Running:
    """Prices after something is taken off the cheapest units of some lines."""
    changed: dict[int, Runs] = {}
    for one in _units(now, lines, expensive_first=False):
        taken = min(count, one.count)
        each = off.off(one.price, one.price, at.basket.lines[one.place].floor, at.arithmetic)
        if not each:
            continue
        runs = changed.get(one.place, now.units(one.place))
        changed[one.place] = replaced(runs, one.price, ((taken, one.price - each),))
        count -= taken
        if not count:
            break
    return now.with_runs(changed.items())


@dataclass(frozen=True)
class BuyGet(_OnChosenUnits):
    """An effect that takes something off `get` more units for every `buy` units: the cheapest of all that count.

    With a scope of its own what is got is taken from there, and does not count as bought.
    """

    buy: int
    get: int
    off: OffEachUnit
    got_from: Scope | None = None
    times: int | None = None

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        lines, count = self.free(at, now)
        return off_units(at, now, lines, count, self.off) if count else now

    @property
    def also(self) -> Sequence[Scope]:
        """See `Effect.also`."""
        return () if self.got_from is None else (self.got_from,)

    def missing(self, at: Place, now: Running) -> Missing | None:
        """See `Effect.missing`."""
        if self.free(at, now)[1]:
            return None
        if self.got_from is None:
            return Missing(NotApplicable.COUNT, count=self.buy + self.get - _count(at.basket, at.lines))
        got = _lines(self.got_from, at, now)
        short = self.buy - _count(at.basket, [place for place in at.lines if place not in set(got)])
        return (
            Missing(NotApplicable.COUNT, count=short)
            if short > 0
            else Missing(NotApplicable.CONTAINS, names=self.got_from.names)
        )

    def free(self, at: Place, now: Running) -> tuple[Sequence[int], int]:
        """From which lines how many units get something off."""
        if self.got_from is None:
            lines, full = at.lines, _count(at.basket, at.lines) // (self.buy + self.get)
            possible = full * self.get
        else:
            lines = _lines(self.got_from, at, now)
            bought = [place for place in at.lines if place not in set(lines)]
            full = _count(at.basket, bought) // self.buy
            possible = min(full * self.get, _count(at.basket, lines))
        return lines, possible if self.times is None else min(possible, self.times * self.get)


def _count(basket: Basket, lines: Sequence[int]) -> int:
    return sum(basket.lines[place].quantity for place in lines)


@dataclass(frozen=True)
class BundleOf(_OnChosenUnits):
    """Some units of each part together at one price, as often as they are all there; the most expensive units first.

    A part is a number of units of a scope; a line that two parts could take belongs to the first.
    """

    parts: tuple[tuple[Scope, int], ...]
    price_minor: int | None = None
    percent: Fraction | None = None
    """Instead of a price: off the bundle."""
    times: int | None = None

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        del entry
        queues, left = self._queues(at, now), self.times
        changed: dict[int, Runs] = {}
        while left is None or left:
            bundles = self._repeats(queues, left)
            if not bundles:
                break
            units = [one for queue, (_, size) in zip(queues, self.parts, strict=True) for one in _taken(queue, size)]
            saved = self._saved(at, sum(one.price * one.count for one in units))
            if saved <= 0:
                break
            for queue, (_, size) in zip(queues, self.parts, strict=True):
                _taken(queue, size * (bundles - 1))
            for one, part in zip(units, _divided(at, units, saved), strict=True):
                floor, count = at.basket.lines[one.place].floor, one.count * bundles
                new = lowered(((count, one.price),), part * bundles, floor)
                changed[one.place] = replaced(changed.get(one.place, now.units(one.place)), one.price, new)
            left = None if left is None else left - bundles
        return now.with_runs((place, merged(runs)) for place, runs in changed.items())

    @property
    def also(self) -> Sequence[Scope]:
        """See `Effect.also`."""
        return [scope for scope, _ in self.parts]

    def missing(self, at: Place, now: Running) -> Missing | None:
        """See `Effect.missing`."""
        for queue, (scope, size) in zip(self._queues(at, now), self.parts, strict=True):
            short = size - sum(one.count for one in queue)
            if short > 0:
                return Missing(NotApplicable.COUNT if queue else NotApplicable.CONTAINS, count=short, names=scope.names)
        return None

    def _queues(self, at: Place, now: Running) -> list[list[_Some]]:
        used, found = set[int](), []
        for scope, _ in self.parts:
            lines = [place for place in _lines(scope, at, now) if place not in used]
            used.update(lines)
            found.append(_units(now, lines, expensive_first=True))
        return found

    def _repeats(self, queues: list[list[_Some]], most: int | None) -> int:
        """How many bundles of the same prices come next."""
        found = most
        for queue, (_, size) in zip(queues, self.parts, strict=True):
            if sum(one.count for one in queue) < size:
                return 0
            equal = max(1, queue[0].count // size)
            found = equal if found is None else min(found, equal)
        return found or 0

    def _saved(self, at: Place, price: int) -> int:
        return (
            price - self.price_minor if self.price_minor is not None else at.arithmetic.off(price, self.percent or _0)
        )


_0 = Fraction(0)


def _taken(queue: list[_Some], count: int) -> list[_Some]:
    """The next units of a queue, which it loses."""
    found = []
    while count:
        head = queue[0]
        units = min(count, head.count)
        found.append(_Some(head.place, head.price, units))
        head.count -= units
        count -= units
        if not head.count:
            queue.pop(0)
    return found


def _divided(at: Place, units: Sequence[_Some], saved: int) -> list[int]:
    """What is saved on one bundle, over its units in proportion to their prices."""
    rooms = [one.count * (one.price - at.basket.lines[one.place].floor) for one in units]
    return share(saved, [one.count * one.price for one in units], rooms)
