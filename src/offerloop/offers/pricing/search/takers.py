"""How much offers take off that are no steps, by how much the end falls with prices behind each of them.

Offers that choose their units take a unit at most once, whatever their lane, and each takes no more units than it uses:
so a unit bears the most that one of them takes off it, less the price of that offer, and each offer costs its price
times the units that it uses (the dual of a transportation problem: any prices give a bound, and one sweep of coordinate
descent finds good ones). Or an offer counts as a whole, and its units are left to the others. Offers of a share of
every unit that are limited in units compound on the units that are worth most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from operator import mul, sub
from typing import NamedTuple

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import SOME, TAKEN
from offerloop.offers.pricing.effects import Effect, OffEachUnit, Place, UnitBound
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.cheapest import FromCheapest, cheapest_first, is_chooser
from offerloop.offers.pricing.search.steps import Step
from offerloop.offers.pricing.search.unit_bounds import most_of

Units = Sequence[tuple[int, int, int]]
"""(line, number, price) of units."""
Slopes = Mapping[int, Sequence[float]]
"""How much the end falls with what each line costs behind an offer, by the position of the offer."""


@dataclass(slots=True)
class UnitTakers:
    """Equal offers that choose their units, and take them from all others, with no step between them."""

    effect: Effect
    at: Place
    """With all units that one of them may use."""
    touched: int
    bound: UnitBound
    together: float
    """The most that all of them take off."""
    offers: int = 0
    """As bits of their positions."""
    last: int = 0
    """The position of the last one."""
    mosts: list[tuple[int, int]] = field(default_factory=list)
    """The most that each takes off, with its position as a bit."""
    cheapest: FromCheapest | None = None
    """What they take off where they take the cheapest units first."""

    def same(self, effect: Effect, at: Place, touched: int) -> bool:
        """Whether another offer is equal."""
        return self.effect == effect and self.at.lines == at.lines and self.touched == touched

    def add(self, place: int, candidate: Candidate) -> None:
        """One more of them, behind the others."""
        self.offers |= 1 << place
        self.last = place
        self.mosts.append((1 << place, candidate.most))
        self.at = self.at.with_units_of(candidate.places[0][1])

    def most(self, now: Running, offers: int) -> float:
        """The most that those among some offers take off."""
        most = most_of(self.mosts, offers, self.together)
        return most if self.cheapest is None else min(most, self.cheapest.most(now, offers))

    def units(self, here: PricesNow) -> int:
        """How many units each of them uses at most."""
        units = here.takers.get(self.last)
        if units is None:
            units = here.takers[self.last] = self.effect.units(self.at, here.now)
        return units

    def gains(self, units: Units, slopes: Sequence[float], top: float) -> list[float]:
        """What one of them takes off each of some units at most in the end; `top` is the largest slope of its lines."""
        share, cap, more, own = self.bound
        return [
            max(0.0, (price if price < cap else cap) * share + more) * (slopes[line] if own else top)
            if self.touched >> line & 1
            else 0.0
            for line, _, price in units
        ]


class FewUnits(NamedTuple):
    """An offer of a share of every unit, of a limited number of units."""

    place: int
    candidate: Candidate
    rate: float
    units: int
    kind: int
    """Equal for offers that take off the same of the same lines."""


class PricesNow(NamedTuple):
    """Prices, and what the bound needs of them whatever offers are allowed."""

    now: Running
    amounts: list[int]
    free: list[tuple[int, int, int]]
    """(line, number, price) of units that nobody has taken."""
    units: list[tuple[int, int, int]]
    """The same of all units that cost anything."""
    takers: dict[int, int]
    """How many units each offer of a class uses at most, by its last position, where it was asked for."""
    few: dict[int, int]
    """What an offer of few units takes off alone, by kind, where it was asked for."""


@dataclass
class Takers:
    """The offers in an order that are no steps."""

    order: Sequence[Candidate]
    lines: int
    """The number of lines and shipments."""
    choosers: list[UnitTakers]
    few: list[FewUnits]
    others: list[int]
    """Positions of those that are neither these nor steps."""
    shared: dict[int, tuple[float, int, list[int]]] = field(default_factory=dict)
    """Of offers of few units, as bits: the largest share, all units, and how many may meet on a unit of each line."""

    @classmethod
    def of(cls, order: Sequence[Candidate], steps: Sequence[Sequence[Step]], start: Running) -> Takers:
        """Return those among some offers that have no steps."""
        choosers, few, others = list[UnitTakers](), list[FewUnits](), list[int]()
        for place, candidate in enumerate(order):
            if steps[place]:
                continue
            if is_chooser(candidate) and not candidate.ready.limited:
                _class_of(candidate, choosers, steps, start, place).add(place, candidate)
            elif candidate.uses is SOME and candidate.quick and _is_share(candidate):
                few.append(_few_units(place, candidate, few, start))
            else:
                others.append(place)
        for some in choosers:
            some.cheapest = cheapest_first(order, some.offers, start)
        return cls(order, len(start.all_amounts), choosers, few, others)

    @cached_property
    def places(self) -> list[int]:
        """The last positions of all of them."""
        return sorted([*[one.last for one in self.choosers], *[one.place for one in self.few], *self.others])

    def here(self, now: Running) -> PricesNow:
        """Return what the bound needs of some prices."""
        every = [
            (line, count, price, used & TAKEN)
            for line, runs in enumerate(map(now.units, range(len(now.amounts))))
            for count, price, used in runs
            if price
        ]
        free = [(line, count, price) for line, count, price, used in every if not used]
        return PricesNow(now, now.all_amounts, free, [one[:3] for one in every], {}, {})

    def most(self, here: PricesNow, offers: int) -> dict[int, float]:
        """The most that each class, and each other one of some offers takes off, by its last position."""
        most = {place: float(self.order[place].most) for place in self.others if offers >> place & 1}
        for few in self.few:
            if offers >> few.place & 1:
                most[few.place] = float(_alone_now(few, here))
        for takers in self.choosers:
            if takers.offers & offers and takers.units(here):
                most[takers.last] = takers.most(here.now, offers)
        return most

    def off(self, slopes: Slopes, most: Mapping[int, float], here: PricesNow, offers: int) -> float:
        """What those of some offers take off at most in the end, each of them not more than is known of it."""
        tops = {place: self._top(place, slopes) for place in most}
        few = [one for one in self.few if one.place in most]
        off = sum([most[place] * tops[place] for place in self.others if place in most])
        off += self._of_choosers(slopes, tops, most, here, offers)
        of_few = sum([most[one.place] * tops[one.place] for one in few])
        return off + (min(of_few, self._together(few, slopes, here)) if len(few) > 1 else of_few)

    def _top(self, place: int, slopes: Slopes) -> float:
        """The largest slope of the lines of an offer; 0 for one that touches none, and so takes nothing off."""
        touched = self.order[place].touched
        return max([slope for line, slope in enumerate(slopes[place]) if touched >> line & 1], default=0.0)

    def _of_choosers(
        self, slopes: Slopes, tops: Mapping[int, float], most: Mapping[int, float], here: PricesNow, offers: int
    ) -> float:
        classes = [one for one in self.choosers if one.last in most]
        if not classes:
            return 0.0
        gains = [one.gains(here.free, slopes[one.last], tops[one.last]) for one in classes]
        units = [(one.offers & offers).bit_count() * one.units(here) for one in classes]
        whole = [most[one.last] * tops[one.last] for one in classes]
        return _least_cover(gains, units, whole, [count for _, count, _ in here.free])

    def _together(self, few: Sequence[FewUnits], slopes: Slopes, here: PricesNow) -> float:
        """What offers of few units take off the units that are worth most."""
        rate, left, times = self._shared(few)
        tops = [max(behind) for behind in zip(*[slopes[one.place] for one in few], strict=True)]
        values = []
        for line, count, price in here.units:
            value = price * tops[line] * rate
            for _ in range(times[line]):
                values.append((value, count))
                value *= 1 - rate
        rounding = left * max(tops) / 2  # at most half a minor unit of each unit
        return rounding + _of_most([value for value, _ in values], left, [count for _, count in values])

    def _shared(self, few: Sequence[FewUnits]) -> tuple[float, int, list[int]]:
        """What `shared` says of some offers: in a lane those that stack meet on a unit, or one that does not."""
        bits = sum([1 << one.place for one in few])
        cached = self.shared.get(bits)
        if cached is None:
            times = [0] * self.lines
            for line in range(len(times)):
                near = [offer.candidate for offer in few if offer.candidate.touched >> line & 1]
                stacking = Counter(one.ready.lane for one in near if one.stackable)
                times[line] = sum([max(1, stacking[lane]) for lane in {one.ready.lane for one in near}])
            cached = self.shared[bits] = max([one.rate for one in few]), sum([one.units for one in few]), times
        return cached


def _alone_now(few: FewUnits, here: PricesNow) -> int:
    """What an offer of few units takes off alone."""
    if few.kind not in here.few:
        here.few[few.kind] = few.candidate.worth_now(here.now)
    return here.few[few.kind]


def _few_units(place: int, candidate: Candidate, others: Sequence[FewUnits], start: Running) -> FewUnits:
    effect, at = candidate.places[0]
    kind = next((other.kind for other in others if other.candidate.places[0] == candidate.places[0]), place)
    return FewUnits(place, candidate, effect.per_unit(at, start)[0], effect.units(at, start), kind)


def _is_share(candidate: Candidate) -> bool:
    if len(candidate.places) != 1:
        return False
    effect, _ = candidate.places[0]
    return isinstance(effect, OffEachUnit) and effect.percent is not None


def _class_of(
    candidate: Candidate, classes: list[UnitTakers], steps: Sequence[Sequence[Step]], start: Running, place: int
) -> UnitTakers:
    """The class of an offer, a new one where there is none."""
    effect, at = candidate.places[0]
    for other in classes:
        if other.same(effect, at, candidate.touched) and not any(steps[other.last : place]):
            return other
    bound, together = effect.per_unit(at, start), effect.most_of_many(at, start)
    classes.append(UnitTakers(effect, at, candidate.touched, bound, together))
    return classes[-1]


def _least_cover(
    gains: Sequence[Sequence[float]], most: Sequence[int], whole: Sequence[float], counts: Sequence[int]
) -> float:
    """What offers take off at most, each by the units that it takes or as a whole, whichever says more."""
    by_unit, fixed = list(range(len(gains))), 0.0
    best = _cover(gains, most, counts)
    for place, off in enumerate(whole):
        if off < _of_most(gains[place], most[place], counts):
            others = [other for other in by_unit if other != place]
            value = fixed + off
            if others and value < best:
                value += _cover([gains[one] for one in others], [most[one] for one in others], counts)
            if value < best:
                best, by_unit, fixed = value, others, fixed + off
    return best


def _of_most(values: Sequence[float], most: int, counts: Sequence[int]) -> float:
    """What so many units come to that are worth most."""
    if most >= sum(counts):
        return sum(map(mul, values, counts))
    total = 0.0
    for value, count in sorted(zip(values, counts, strict=True), reverse=True):
        if count >= most:
            return total + value * most
        total += value * count
        most -= count
    return total


def _cover(gains: Sequence[Sequence[float]], most: Sequence[int], counts: Sequence[int]) -> float:
    """What offers take off so many units each, of which each unit is taken once."""
    prices, columns = [0.0] * len(gains), list(zip(*gains, strict=True))
    for place, its in enumerate(gains):
        wanted = [(gain, column, count) for gain, column, count in zip(its, columns, counts, strict=True) if gain > 0]
        if most[place] < sum([count for _, _, count in wanted]):
            prices[place] = inf
            margins = [(min(gain, gain - max(map(sub, column, prices))), count) for gain, column, count in wanted]
            prices[place] = _price(margins, most[place])
    total = sum(map(mul, prices, most))
    for column, count in zip(columns, counts, strict=True):
        net = max(map(sub, column, prices))
        if net > 0:
            total += count * net
    return total


def _price(margins: list[tuple[float, int]], most: int) -> float:
    """The price at which an offer is wanted by so many units."""
    margins.sort(reverse=True)
    for margin, count in margins:
        if most < count:
            return max(margin, 0.0)
        most -= count
    return 0.0
