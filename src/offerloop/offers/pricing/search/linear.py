"""How low a total can come, by what each unit is worth in the end: a bound that is linear in prices.

A minor unit of a line of which the steps to come leave a share is worth that share. Offers that choose their units take
a unit at most once, whatever their lane, and each takes no more units than it uses: so a unit bears the most that one
of them takes off it, less the price of that offer, and each offer costs its price times the units that it uses (the
dual of a transportation problem: any prices give a bound, and one sweep of coordinate descent finds good ones). Offers
of every unit that are limited in units compound on the units that are worth most. A maximum discount counts as an
amount, or as if there were none, whichever says more at the prices that are likely when its turn comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from operator import mul, sub
from typing import NamedTuple

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.claims import EACH, SOME, TAKEN
from offerloop.offers.pricing.effects import Effect, OffEachUnit, Place, UnitBound
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.steps import Step
from offerloop.offers.pricing.search.unit_bounds import is_chooser


@dataclass(slots=True)
class UnitTakers:
    """Equal offers that choose their units, and take them from all others, with no step between them."""

    offers: int
    """As bits of their positions."""
    effect: Effect
    at: Place
    touched: int
    first: int
    last: int
    """The positions of the first one and of the last one."""
    bound: UnitBound
    bars: int
    """Steps that do not apply to units that it takes, as bits of their positions."""

    def same(self, effect: Effect, at: Place, touched: int) -> bool:
        """Whether another offer is equal."""
        return self.effect == effect and self.at.lines == at.lines and self.touched == touched


class FewUnits(NamedTuple):
    """An offer of a share of every unit, of a limited number of units."""

    place: int
    one: Candidate
    rate: float
    units: int
    kind: int
    """Equal for offers that take off the same of the same lines."""

    @property
    def bit(self) -> int:
        """Its position as a bit."""
        return 1 << self.place


class FinalWorth(NamedTuple):
    """What a minor unit is worth in the end by line: now, and where some offers come; and what all else takes off."""

    first: list[float]
    takers: list[list[tuple[float, float, float]]]
    """(worth, share that is left when its turn comes, worth of what it takes off) of each class, by line."""
    others: list[tuple[int, float]]
    """What offers take off at most that are not in proportion, with their bit."""
    few: list[float]
    """How much what each offer of few units takes off is worth at most."""
    fixed: float
    """What amounts and rounding take off at most."""


class PricesNow(NamedTuple):
    """Prices, and what the bound needs of them whatever offers are allowed."""

    now: Running
    amounts: list[int]
    free: list[tuple[int, int, int]]
    """(line, number, price) of units that nobody has taken."""
    units: list[tuple[int, int, int]]
    """The same of all units that cost anything."""
    takers: list[int]
    """How many units each offer of a class uses at most."""
    few: dict[int, int]
    """What an offer of few units takes off alone, by kind, where it was asked for."""


@dataclass
class LinearBound:
    """The bound for some offers in their order."""

    order: Sequence[Candidate]
    steps: Sequence[Sequence[Step]]
    amounts: Sequence[int]
    """Of lines and shipments at the start."""
    takers: list[UnitTakers]
    few: list[FewUnits]
    others: list[int]
    """Positions of those that are neither these nor steps."""
    units: list[int]
    """By line, the units among which a remainder may move."""
    likely: Sequence[float]
    """By position, what the lines of a step are likely to cost when its turn comes."""
    shared: dict[int, tuple[float, int, list[int]]] = field(default_factory=dict)
    """Of offers of few units, as bits: the largest share, all units, and how many may meet on a unit of each line."""

    @classmethod
    def of(
        cls, order: Sequence[Candidate], steps: Sequence[Sequence[Step]], start: Running, likely: Sequence[float]
    ) -> LinearBound:
        """Return the bound at the prices of the start."""
        takers, few, others = list[UnitTakers](), list[FewUnits](), list[int]()
        for place, one in enumerate(order):
            if steps[place]:
                continue
            if is_chooser(one) and not one.ready.limited:
                _take(takers, place, order, steps, start)
            elif one.uses is SOME and one.quick and _is_share(one):
                few.append(_few_units(place, one, few, start))
            else:
                others.append(place)
        units = [line.quantity if line.quantity > 1 else 0 for line in start.basket.lines]
        return cls(order, steps, start.all_amounts, takers, few, others, units + [0] * len(start.shipments), likely)

    @cached_property
    def bits_of_few(self) -> int:
        """The offers of few units, as bits."""
        return sum([one.bit for one in self.few])

    def worth(self, place: int, groups: Sequence[Sequence[Step]]) -> FinalWorth:
        """What minor units are worth from a position on, where some groups of steps apply."""
        worth, fixed, split_later = [1.0] * len(self.amounts), 0.0, False
        after: dict[int, list[float]] = {}
        events = sorted(
            [one.last for one in self.takers if one.last >= place]
            + [one.place for one in self.few if one.place >= place]
            + [one for one in self.others if one >= place]
        )
        for steps in reversed(groups):
            first = steps[0]
            while events and events[-1] > first.place:
                after[events.pop()] = worth.copy()
                split_later = True
            lines = first.lines
            total = sum([self.amounts[line] for line in lines])
            rate, amount = _affine(steps, total, self.likely[first.place])
            top = max([worth[line] for line in lines])
            rounding = max([step.rounding + step.noise for step in steps])
            if split_later and self.order[first.place].uses is not EACH:
                rounding += sum([self.units[line] for line in lines])
            fixed += top * (amount + rounding)
            for line in lines:
                worth[line] *= 1 - rate
        for event in events:
            after[event] = worth
        takers = [self._of_class(one, groups) if one.last in after else [] for one in self.takers]
        return self._put_together(worth, after, fixed, takers)

    def _of_class(self, one: UnitTakers, groups: Sequence[Sequence[Step]]) -> list[tuple[float, float, float]]:
        before, after = [1.0] * len(self.amounts), [1.0] * len(self.amounts)
        for steps in groups:
            first = steps[0]
            if all(one.bars >> step.place & 1 for step in steps):
                continue
            rate, _ = _affine(steps, sum([self.amounts[line] for line in first.lines]), self.likely[first.place])
            side = after if first.place > one.last else before
            for line in first.lines:
                side[line] *= 1 - rate
        lines = [line for line in range(len(self.amounts)) if one.touched >> line & 1]
        top = max([after[line] for line in lines])
        by_line = [(0.0, 0.0, 0.0)] * len(self.amounts)
        for line in lines:
            by_line[line] = after[line], before[line], after[line] if one.bound.own else top
        return by_line

    def _put_together(
        self,
        first: list[float],
        after: dict[int, list[float]],
        fixed: float,
        takers: list[list[tuple[float, float, float]]],
    ) -> FinalWorth:
        others = [(1 << place, self.order[place].most * max(after[place])) for place in self.others if place in after]
        few = [max(after[one.place]) if one.place in after else 0.0 for one in self.few]
        return FinalWorth(first, takers, others, few, fixed)

    def here(self, now: Running) -> PricesNow:
        """Return what the bound needs of some prices."""
        every = [
            (line, count, price, used & TAKEN)
            for line, runs in enumerate(map(now.units, range(len(now.amounts))))
            for count, price, used in runs
            if price
        ]
        free = [(line, count, price) for line, count, price, used in every if not used]
        takers = [one.effect.units(one.at, now) for one in self.takers]
        return PricesNow(now, now.all_amounts, free, [one[:3] for one in every], takers, {})

    def left(self, worth: FinalWorth, here: PricesNow, offers: int) -> float:
        """What is left at least where some offers are allowed."""
        left = sum(map(mul, here.amounts, worth.first)) - worth.fixed
        if worth.others:
            left -= sum([most for bit, most in worth.others if bit & offers])
        few = offers & self.bits_of_few
        if few:
            left -= self._of_few(worth, here, few)
        gains, most = list[list[float]](), list[int]()
        for number, one, by_line in zip(here.takers, self.takers, worth.takers, strict=True):
            count = (one.offers & offers).bit_count() * number
            if count:
                most.append(count)
                gains.append(_gains(one.bound, by_line, worth.first, here.free))
        return left - _cover(gains, most, [count for _, count, _ in here.free]) if gains else left

    def _of_few(self, worth: FinalWorth, here: PricesNow, offers: int) -> float:
        alone = 0.0
        for one, its in zip(self.few, worth.few, strict=True):
            if offers & one.bit:
                if one.kind not in here.few:
                    here.few[one.kind] = one.one.worth_now(here.now)
                alone += here.few[one.kind] * its
        if not offers & (offers - 1):
            return alone
        rate, left, times = self._shared(offers)
        values = []
        for line, count, price in here.units:
            value = price * worth.first[line] * rate
            for _ in range(times[line]):
                values.append((value, count))
                value *= 1 - rate
        values.sort(reverse=True)
        together = left * 0.5  # rounding takes off half a minor unit more at most, of each unit
        for value, count in values:
            if count >= left:
                together += left * value
                break
            together += count * value
            left -= count
        return min(alone, together)

    def _shared(self, offers: int) -> tuple[float, int, list[int]]:
        """What `shared` says of some offers: in a lane those that stack meet on a unit, or one that does not."""
        cached = self.shared.get(offers)
        if cached is None:
            few, times = [one for one in self.few if offers & one.bit], [0] * len(self.amounts)
            for line in range(len(times)):
                near = [one.one for one in few if one.one.touched >> line & 1]
                stacking = Counter(one.ready.lane for one in near if one.stackable)
                times[line] = sum([max(1, stacking[lane]) for lane in {one.ready.lane for one in near}])
            cached = max([one.rate for one in few]), sum([one.units for one in few]), times
            self.shared[offers] = cached
        return cached


def _few_units(place: int, one: Candidate, others: Sequence[FewUnits], start: Running) -> FewUnits:
    effect, at = one.places[0]
    kind = next((other.kind for other in others if other.one.places[0] == one.places[0]), place)
    return FewUnits(place, one, effect.per_unit(at, start)[0], effect.units(at, start), kind)


def _is_share(one: Candidate) -> bool:
    if len(one.places) != 1:
        return False
    effect, _ = one.places[0]
    return isinstance(effect, OffEachUnit) and effect.percent is not None


def _take(
    classes: list[UnitTakers], place: int, order: Sequence[Candidate], steps: Sequence[Sequence[Step]], start: Running
) -> None:
    one = order[place]
    effect, at = one.places[0]
    bars = _bars(one, order, steps)
    for other in classes:
        if other.same(effect, at, one.touched) and other.bars == bars and not any(steps[other.last : place]):
            other.offers, other.last = other.offers | 1 << place, place
            return
    classes.append(UnitTakers(1 << place, effect, at, one.touched, place, place, effect.per_unit(at, start), bars))


def _bars(one: Candidate, order: Sequence[Candidate], steps: Sequence[Sequence[Step]]) -> int:
    """The steps that do not apply to units that an offer takes."""
    return sum(
        [
            1 << place
            for place, other in enumerate(order)
            if steps[place] and (one.conflicts(other) or one.parts_units(other))
        ]
    )


def _affine(steps: Sequence[Step], total: float, likely: float) -> tuple[float, float]:
    """(share, amount) that one of some steps takes off at most where its lines cost at most so much together.

    Of the two ways to leave out a maximum the one that says more where they cost what is likely.
    """
    rate = max([step.rate if step.most == inf else 0.0 for step in steps])
    amount = max([min(step.most, step.rate * total) if step.most < inf else 0.0 for step in steps])
    every = max([step.rate for step in steps])
    share = max(0.0, rate - amount / total) if amount else rate
    return (every, 0.0) if every * likely <= amount + share * likely else (share, amount)


def _gains(
    bound: UnitBound,
    by_line: Sequence[tuple[float, float, float]],
    first: Sequence[float],
    units: Sequence[tuple[int, int, int]],
) -> list[float]:
    """What an offer takes off each of some units at most, by what that is worth in the end."""
    share, cap, more, own = bound
    gains = list[float]()
    for line, _, price in units:
        worth, left, top = by_line[line]
        if not top:
            gains.append(0.0)
            continue
        then = price * left
        off = min(then, cap) * share + more
        value = worth * then - (top * off if off > 0 else 0.0)
        if not own and left < 1:  # what comes before it may be left out
            for one in (price, cap) if then < cap < price else (price,):
                off = min(one, cap) * share + more
                value = min(value, worth * one - (top * off if off > 0 else 0.0))
        gain = price * first[line] - value
        gains.append(gain if gain > 0 else 0.0)
    return gains


def _cover(gains: Sequence[Sequence[float]], most: Sequence[int], counts: Sequence[int]) -> float:
    """What offers take off so many units each, of which each unit is taken once."""
    prices, columns, every = [0.0] * len(gains), list(zip(*gains, strict=True)), sum(counts)
    for place, its in enumerate(gains):
        if most[place] < every:
            prices[place] = inf
            margins = [
                (gain - max(0.0, *map(sub, column, prices)), count)
                for gain, column, count in zip(its, columns, counts, strict=True)
            ]
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
