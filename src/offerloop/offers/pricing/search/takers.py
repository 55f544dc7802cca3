"""How much offers take off that are no steps, by how much the end falls with prices behind each of them.

Those that choose their units take a unit at most once, whatever their lane (see `cover`). Offers of a share of every
unit that are limited in units compound on the units that are worth most.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import SOME, TAKEN
from offerloop.offers.pricing.effects.each_unit import OffEachUnit
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.cheapest_units import cheapest_first, is_chooser
from offerloop.offers.pricing.search.cover import Taker, Units, least_cover, worth_most
from offerloop.offers.pricing.search.equals import Equals
from offerloop.offers.pricing.search.steps import Step

Slopes = Mapping[int, Sequence[float]]
"""How much the end falls with what each line costs behind an offer, by the position of the offer."""


class FewUnits(NamedTuple):
    """An offer of a share of every unit, of a limited number of units."""

    place: int
    candidate: Candidate
    rate: float
    units: int
    kind: int
    """Equal for offers that take off the same of the same lines."""


class Behind(NamedTuple):
    """What all steps leave, and what of it counts that others take off."""

    end: float
    """What they leave at least."""
    slopes: Slopes
    bends_after: float
    """How much lines must cost less before a maximum discount does not count any more."""
    tops: dict[int, float]
    """The largest slope of the lines of each offer that was asked for, by its position."""
    gains: dict[int, Sequence[float]]
    """What each class takes off each free unit in the end, by its last position, where it was asked for."""


class PricesNow(NamedTuple):
    """Prices, and what the bound needs of them whatever offers are allowed."""

    now: Running
    amounts: list[int]
    free: list[tuple[int, int, int]]
    """(line, number, price) of units that nobody has taken."""
    free_units: Units
    """The same without prices."""
    units: list[tuple[int, int, int]]
    """The same as `free` of all units that cost anything."""
    takers: dict[int, int]
    """How many units each offer of a class uses at most, by its last position, where it was asked for."""
    few: dict[int, int]
    """What an offer of few units takes off alone, by kind, where it was asked for."""
    behind: dict[tuple[int, int], list[Behind]]
    """What is known of the steps of a scenario that are left: by the offers of both, as bits."""


@dataclass
class Takers:
    """The offers in an order that are no steps."""

    order: Sequence[Candidate]
    lines: int
    """The number of lines and shipments."""
    choosers: list[Equals]
    few: list[FewUnits]
    others: list[int]
    """Positions of those that are neither these nor steps."""
    shared: dict[int, tuple[float, int, list[int]]] = field(default_factory=dict)
    """Of offers of few units, as bits: the largest share, all units, and how many may meet on a unit of each line."""

    @classmethod
    def of(cls, order: Sequence[Candidate], steps: Sequence[Sequence[Step]], start: Running) -> Takers:
        """Return those among some offers that have no steps."""
        choosers, few, others = list[Equals](), list[FewUnits](), list[int]()
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

    @cached_property
    def before(self) -> list[int]:
        """How many of these come before each position."""
        return [bisect_left(self.places, place) for place in range(len(self.order) + 1)]

    def here(self, now: Running) -> PricesNow:
        """Return what the bound needs of some prices."""
        every = [
            (line, count, price, used & TAKEN)
            for line, runs in enumerate(map(now.units, range(len(now.amounts))))
            for count, price, used in runs
            if price
        ]
        free = [(line, count, price) for line, count, price, used in every if not used]
        units = Units([line for line, _, _ in free], [count for _, count, _ in free])
        return PricesNow(now, now.all_amounts, free, units, [one[:3] for one in every], {}, {}, {})

    def most(self, here: PricesNow, offers: int) -> dict[int, float]:
        """The most that each class, and each other one of some offers takes off, by its last position."""
        most = {place: float(self.order[place].most) for place in self.others if offers >> place & 1}
        for few in self.few:
            if offers >> few.place & 1:
                most[few.place] = float(_alone_now(few, here))
        for takers in self.choosers:
            if takers.offers & offers and _units_of(takers, here):
                most[takers.last] = takers.most(here.now, offers)
        return most

    def off(self, behind: Behind, most: Mapping[int, float], here: PricesNow, offers: int) -> float:
        """What those of some offers take off at most in the end, each of them not more than is known of it."""
        slopes, tops = behind.slopes, behind.tops
        for place in most:
            if place not in tops:
                tops[place] = self._top(place, slopes)
        few = [one for one in self.few if one.place in most]
        off = sum([most[place] * tops[place] for place in self.others if place in most])
        off += self._of_choosers(behind, most, here, offers)
        of_few = sum([most[one.place] * tops[one.place] for one in few])
        return off + (min(of_few, self._together(few, slopes, here)) if len(few) > 1 else of_few)

    def _top(self, place: int, slopes: Slopes) -> float:
        """The largest slope of the lines of an offer; 0 for one that touches none, and so takes nothing off."""
        touched = self.order[place].touched
        return max([slope for line, slope in enumerate(slopes[place]) if touched >> line & 1], default=0.0)

    def _of_choosers(self, behind: Behind, most: Mapping[int, float], here: PricesNow, offers: int) -> float:
        takers = list[Taker]()
        for equals in self.choosers:
            last = equals.last
            if last in most:
                top, gains = behind.tops[last], behind.gains.get(last)
                if gains is None:
                    gains = behind.gains[last] = equals.gains_in_the_end(here.free, behind.slopes[last], top)
                units = (equals.offers & offers).bit_count() * _units_of(equals, here)
                takers.append(equals.taker(gains, units, most[last], here.now, offers, top))
        return least_cover(takers, here.free_units) if takers else 0.0

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
        return rounding + worth_most([value for value, _ in values], left, [count for _, count in values])

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
    candidate: Candidate, classes: list[Equals], steps: Sequence[Sequence[Step]], start: Running, place: int
) -> Equals:
    """The class of an offer, a new one where there is none without a step in between."""
    for other in classes:
        if other.takes_off(*candidate.places[0]) and not any(steps[other.last : place]):
            return other
    classes.append(Equals.of(candidate, start))
    return classes[-1]


def _units_of(equals: Equals, here: PricesNow) -> int:
    """How many units each of some equal offers uses at most."""
    units = here.takers.get(equals.last)
    if units is None:
        units = here.takers[equals.last] = equals.effect.units(equals.at, here.now)
    return units
