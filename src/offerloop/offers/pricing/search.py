"""The search for the best set of offers: branch and bound, limited by work.

It goes through the offers in their order, taking one before leaving it out, and leaves a branch when even the most
that the remaining offers could take off would not beat the best set so far. When the work is used up, the lowest bound
of all branches that were left open says how far from the best set the answer can be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.bounds import ByLine, ByLines
from offerloop.offers.pricing.candidates import Candidate, apply
from offerloop.offers.pricing.claims import Uses
from offerloop.offers.pricing.running import Running
from offerloop.offers.shortfall import Shortfall

_PER_SET = 5
"""What trying a set costs beside its lines, in lines."""
_PER_PART = 2
"""What it costs to bound an offer, for each of its lines, in lines."""
_PASSES = 3
"""How often all offers must be bounded within the effort, for a search to begin."""
_SO_FEW = 10
"""Offers for which a simpler bound does."""
_DEEPEST = 200
"""Offers in one set up to which the search goes."""
_SLACK, _ERROR = 1e-6, 1e-12
"""What is left for errors of floating point, in minor units and as a share of a total."""


@dataclass(slots=True)
class Chosen:
    """What applies, in order, and the prices after each."""

    taken: list[Candidate]
    after: list[Running]
    find_lowest: Callable[[], int] | None = None
    """A lower bound of the lowest total; None where it is this one."""

    @property
    def total(self) -> int:
        """After all of them."""
        return self.after[-1].total

    @property
    def gap(self) -> int:
        """How far the total may be above the lowest one."""
        return 0 if self.find_lowest is None else max(0, self.total - self.find_lowest())

    def add(self, one: Candidate, new: Running | Shortfall) -> bool:
        """Take one more offer if it takes anything off; whether it did."""
        if isinstance(new, Shortfall) or new.total >= self.total:
            return False
        self.taken.append(one)
        self.after.append(new)
        return True


@dataclass(slots=True)
class Search:
    """Depth first, from the best set that is known."""

    order: Sequence[Candidate]
    basket: Basket
    least: int
    best: Chosen
    effort: int
    lowest: int | None = None
    """Lower bound of the totals of the sets that were not tried; None where all were."""
    path: list[tuple[Candidate, Running]] = field(default_factory=list)
    rivals: dict[int, int] = field(default_factory=dict)
    """The later offers that each offer rules out, as bits."""

    def run(self) -> Chosen:
        """The best set, which is the one given unless a better one is found, and its gap."""
        if _PASSES * _PER_PART * sum([one.touched.bit_count() + 1 for one in self.order]) > self.effort:
            self.best.find_lowest = self._lowest_of_all
            return self.best
        if self.order:
            self._find_parts()
            self._from(0, self.best.after[0], (1 << len(self.order)) - 1)
        lowest = self.lowest
        if lowest is not None:
            self.best.find_lowest = lambda: lowest
        return self.best

    def _lowest_of_all(self) -> int:
        """Lower bound of all sets, for a search that was too large to begin; found when somebody asks."""
        self._find_parts()
        start = self.best.after[0]
        places, worths = self._worths(range(len(self.order)), start)
        return self._bound(self._bounds(places, worths, start)[0], start.total)

    def _leave(self, bound: int) -> None:
        """Leave sets untried whose totals are at least so much."""
        self.lowest = bound if self.lowest is None else min(self.lowest, bound)

    def _find_parts(self) -> None:
        find_rivals(self.order, self.best.after[0], grows=_may_grow(self.order, self.basket))
        if len(self.order) <= _SO_FEW:
            return
        turn = 0
        for one in self.order:
            one.find_parts(self.best.after[0], self.best.after[turn])
            turn += turn < len(self.best.taken) and self.best.taken[turn] is one

    def _from(self, first: int, now: Running, allowed: int) -> None:
        places, worths = self._worths([n for n in range(first, len(self.order)) if allowed >> n & 1], now)
        if self._bound(now.total - sum(worths), now.total) >= self.best.total:
            return
        bounds = self._bounds(places, worths, now)
        for at, place in enumerate(places):
            bound = self._bound(bounds[at], now.total)
            if bound >= self.best.total:
                return
            if self.effort <= 0 or len(self.path) >= _DEEPEST:
                self._leave(bound)
                return
            one = self.order[place]
            if one.quick and self._bound(bounds[at + 1], now.total, worths[at]) >= self.best.total:
                continue
            for used in (one, *one.fewer(now)):
                if not one.quick and len(one.places) == 1:
                    worth = used.worth_now(now)
                    if not worth or self._bound(bounds[at + 1], now.total, worth) >= self.best.total:
                        continue
                if self.effort <= 0:
                    self._leave(bound)
                    return
                self._take(place, used, now, allowed)

    def _take(self, place: int, one: Candidate, now: Running, allowed: int) -> None:
        self.effort -= len(self.basket.lines) + _PER_SET
        new = apply(one, self.basket, now, self.least)
        if isinstance(new, Shortfall) or new.total == now.total:
            return
        self.path.append((one, new))
        if new.total < self.best.total:
            start = self.best.after[0]
            self.best = Chosen([one for one, _ in self.path], [start, *(state for _, state in self.path)])
        self._from(place + 1, new, allowed & ~self._ruled_out(place))
        self.path.pop()

    def _bounds(self, places: Sequence[int], worths: Sequence[int], now: Running) -> list[float]:
        """What is left at least under the offers from each of some on, and after the last."""
        if len(places) <= _SO_FEW:
            return self._simple_bounds(places, worths, now.total)
        lines = ByLines([*now.amounts, now.shipping], floors=self.basket.has_floors)
        parts = self._parts(places, worths, now)
        self.effort -= _PER_PART * (sum([len(one) for one in parts]) + len(parts))
        found = [lines.value]
        for place, most, by_line in zip(reversed(places), reversed(worths), reversed(parts), strict=True):
            lines.add(self.order[place], most, by_line)
            found.append(lines.value)
        return found[::-1]

    def _simple_bounds(self, places: Sequence[int], worths: Sequence[int], left: float) -> list[float]:
        """The same, where of offers that do not stack and share their first line the largest counts."""
        found, groups = [left], dict[tuple[int, int], int]()
        for place, most in zip(reversed(places), reversed(worths), strict=True):
            one = self.order[place]
            if one.stackable or one.uses is Uses.SOME:
                left -= most
            else:
                group = (one.ready.lane, one.touched & -one.touched)
                left -= max(0, most - groups.get(group, 0))
                groups[group] = max(most, groups.get(group, 0))
            found.append(left)
        return found[::-1]

    def _parts(self, places: Sequence[int], worths: Sequence[int], now: Running) -> list[ByLine]:
        """What each takes off by line; for those of single units nothing where all that they take off is less."""
        found, units, whole = [], dict[int, float](), 0
        for place, most in zip(places, worths, strict=True):
            one = self.order[place]
            parts = one.by_line
            if one.uses is Uses.SOME:
                whole += most
                parts = parts if not self.path else one.places[0][0].by_line(one.places[0][1], now)
                for line, off in parts:
                    units[line] = max(units.get(line, 0.0), off)
            found.append(parts)
        if whole > sum(units.values()):
            return found
        return [
            () if self.order[place].uses is Uses.SOME else parts for place, parts in zip(places, found, strict=True)
        ]

    def _worths(self, places: Sequence[int], now: Running) -> tuple[list[int], list[int]]:
        """Those that may take something off from now on, and the most that each does."""
        found = [(place, self._worth(self.order[place], now)) for place in places]
        found = [one for one in found if one[1]]
        return [place for place, _ in found], [worth for _, worth in found]

    def _worth(self, one: Candidate, now: Running) -> int:
        if not self.path or len(one.places) != 1:
            return one.most
        effect, at = one.places[0]
        return effect.worth(at, now) if one.quick else min(one.most, effect.most(at, now))

    def _bound(self, left: float, total: int, off: int = 0) -> int:
        """The least total where so much is left, less what has been taken off already."""
        return max(self.least, ceil(left - off - _SLACK - total * _ERROR))

    def _ruled_out(self, place: int) -> int:
        found = self.rivals.get(place)
        if found is None:
            one, found = self.order[place], 0
            for other in range(place + 1, len(self.order)):
                if one.conflicts(self.order[other]):
                    found |= 1 << other
            self.rivals[place] = found
        return found


def find_rivals(order: Sequence[Candidate], start: Running, *, grows: bool) -> None:
    """Note for offers of single units which others, before and after them, want the same ones.

    One that comes after others may take off more than when it is alone, and so may all where `grows`.
    """
    later: dict[tuple[int, int], int] = {}
    for one in reversed(order):
        if one.uses:
            size = one.places[0][0].size
            if one.uses is Uses.SOME:
                one.rival_size = max((other for (_, other), bits in _rivals(one, later) if bits), default=0)
            key = (-1 if _takes_anywhere(one) else one.ready.lane, size)
            later[key] = later.get(key, 0) | one.touched
    earlier: dict[tuple[int, int], int] = {}
    for one in order:
        if not one.quick and len(one.places) == 1 and (grows or any(bits for _, bits in _rivals(one, earlier))):
            effect, at = one.places[0]
            one.most = effect.most(at, start)
        if one.uses:
            key = (-1 if _takes_anywhere(one) else one.ready.lane, 0)
            earlier[key] = earlier.get(key, 0) | one.touched


def _rivals(one: Candidate, known: Mapping[tuple[int, int], int]) -> list[tuple[tuple[int, int], int]]:
    """Lines of other offers that it has in common with them, by lane (-1 for any) and size."""
    return [(key, bits & one.touched) for key, bits in known.items() if key[0] in (-1, one.ready.lane)]


def _takes_anywhere(one: Candidate) -> bool:
    """Whether the units that it uses are used for offers of other lanes too."""
    return one.uses is Uses.SOME and not one.ready.limited


def _may_grow(found: Sequence[Candidate], basket: Basket) -> bool:
    """Whether an offer that chooses its units may take off more after others than when it is alone."""
    scopes = [scope for one in found for effect, own in one.ready.effects for scope in (own, *effect.also)]
    return basket.has_floors or any(scope.only_full_price for scope in scopes)
