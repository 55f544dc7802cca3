"""The search for the best set of offers: branch and bound, limited by work.

It goes through the offers in their order, taking one before leaving it out, and leaves a branch when even the most
that the remaining offers could take off would not beat the best set so far. When the work is used up, the lowest bound
of all branches that were left open says how far from the best set the answer can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate, apply, find_conflicts, places_of
from offerloop.offers.pricing.claims import SOME
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.by_lines import ByLine, ByLines
from offerloop.offers.pricing.search.by_scenario import ByScenario
from offerloop.offers.pricing.search.chosen import Chosen
from offerloop.offers.pricing.search.local import LocalSearch
from offerloop.offers.pricing.search.rivals import find_rivals, may_grow
from offerloop.offers.pricing.search.scenarios import Scenarios
from offerloop.offers.pricing.ties import find_ways
from offerloop.offers.shortfall import Shortfall

_PER_SET = 5
"""What trying a set costs beside its lines, in lines."""
_PER_PART = 2
"""What it costs to bound an offer, for each of its lines, in lines."""
_PASSES = 3
"""How often all offers must be bounded within the effort, for a search to begin."""
SO_FEW = 10
"""Offers for which a simpler bound does."""
_NEAR = 6
"""The part of the effort that is spent again near the best set when all of it is used up."""
_SCENARIOS = 200
"""Scenarios up to which they are worth their while."""
_PER_SCENARIO = 8
"""What it costs to find a scenario, for each offer, in lines."""
_DEEPEST = 200
"""Offers in one set up to which the search goes."""
_SLACK, _ERROR = 1e-6, 1e-12
"""What is left for errors of floating point, in minor units and as a share of a total."""


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
    conflicts: Sequence[int] = ()
    """By position, the offers that each rules out, as bits."""
    of_amounts: int = 0
    """Offers that look at what lines cost and not at their units, as bits."""
    tried: set[tuple[object, ...]] = field(default_factory=set)
    """What offers are left to try at what prices: each once."""
    first: Chosen = field(init=False)
    """The answer from which it starts."""
    limit: int = field(init=False)
    """The effort at the start."""

    def __post_init__(self) -> None:
        self.first, self.limit = self.best, self.effort

    def run(self) -> Chosen:
        """The best set, which is the one given unless a better one is found, and its gap."""
        if _PASSES * _PER_PART * sum([one.touched.bit_count() + 1 for one in self.order]) > self.effort:
            self.best.find_lowest = self._lowest_of_all
            return self.best
        if self.order:
            self._start()
        lowest = self.lowest
        if lowest is not None and lowest < self.best.total:
            self.best = self._improved()
            self.best.find_lowest = lambda: lowest
        return self.best

    def _start(self) -> None:
        self._find_rivals()
        if not find_ways(self.order, self.basket):
            self.leave(self._lowest_of_all())
        start, everything = self.best.after[0], (1 << len(self.order)) - 1
        if len(self.order) > SO_FEW:
            self.conflicts = find_conflicts(self.order)
            self.of_amounts = sum([1 << place for place, one in enumerate(self.order) if one.is_of_amounts])
            most = min(_SCENARIOS, self.effort // (_PER_SCENARIO * len(self.order)))
            scenarios = Scenarios(self.order, start, self.conflicts, most)
            if scenarios.find():
                ByScenario.of(self, scenarios).run(start, everything)
                return
            self._find_parts()
        self._from(start, everything)

    def _improved(self) -> Chosen:
        """The best set near the one that is known, where not all could be tried."""
        conflicts = self.conflicts or find_conflicts(self.order)
        sets = self.limit // _NEAR // (len(self.basket.lines) + _PER_SET)
        return LocalSearch(self.order, conflicts, self.basket, self.least, self.best, sets).run()

    def _lowest_of_all(self) -> int:
        """Lower bound of all sets, for a search that was too large to begin; found when somebody asks."""
        self._find_rivals()
        self._find_parts()
        start = self.best.after[0]
        places, worths = self._worths(range(len(self.order)), start)
        return self.bound(self._bounds(places, worths, start)[0], start.total)

    def leave(self, bound: int) -> None:
        """Leave sets untried whose totals are at least so much."""
        self.lowest = bound if self.lowest is None else min(self.lowest, bound)

    @property
    def is_over(self) -> bool:
        """Whether no more sets may be tried."""
        return self.effort <= 0 or len(self.path) >= _DEEPEST

    def _find_rivals(self) -> None:
        grows = may_grow(self.order, self.basket)
        find_rivals(self.order, self.best.after[0], grows=grows, ties=bool(self.basket.ties))

    def _find_parts(self) -> None:
        if len(self.order) <= SO_FEW:
            return
        turn = 0
        for candidate in self.order:
            candidate.find_parts(self.best.after[0], self.best.after[turn])
            turn += turn < len(self.best.taken) and self.best.taken[turn] is candidate

    def is_new(self, now: Running, allowed: int) -> bool:
        """Whether what offers are left was not tried yet at these prices."""
        state: tuple[object, ...] = (allowed, now.shipments, now.announced, *now.amounts)
        if allowed & ~self.of_amounts:
            state = (*state, *now.off, *now.runs)
        if state in self.tried:
            return False
        self.tried.add(state)
        return True

    def _from(self, now: Running, allowed: int) -> None:
        if not self.is_new(now, allowed):
            return
        places, worths = self._worths(places_of(allowed), now)
        if self.bound(now.total - sum(worths), now.total) >= self.best.total:
            return
        bounds = self._bounds(places, worths, now)
        for place, worth, bound, behind in zip(places, worths, bounds, bounds[1:], strict=False):
            least = self.bound(bound, now.total)
            if least >= self.best.total:
                return
            if self.is_over:
                self.leave(least)
                return
            candidate, later = self.order[place], allowed >> place + 1 << place + 1
            if not candidate.quick or self.bound(behind, now.total, worth) < self.best.total:
                if candidate.leaves_out(now):
                    self.leave(least)
                for used in candidate.ways(now):
                    if self.is_over:
                        self.leave(least)
                        return
                    self._with(place, used, now, later, behind)

    def _with(self, place: int, candidate: Candidate, now: Running, later: int, behind: float) -> None:
        """Try the sets with an offer, behind which at least so much is left, and the later ones that are allowed."""
        if not candidate.quick and len(candidate.places) == 1:
            worth = candidate.worth_now(now)
            if not worth or self.bound(behind, now.total, worth) >= self.best.total:
                return
        new = self._take(candidate, now)
        if new is not None:
            self._from(new, later & ~self._ruled_out(place))
            self.path.pop()

    def _ruled_out(self, place: int) -> int:
        """The later offers that one rules out, as bits; of few offers found only where it is taken."""
        if self.conflicts:
            return self.conflicts[place]
        candidate, ruled_out = self.order[place], 0
        for other in range(place + 1, len(self.order)):
            if candidate.conflicts(self.order[other]):
                ruled_out |= 1 << other
        return ruled_out

    def apply(self, candidate: Candidate, now: Running) -> Running | None:
        """Prices after one more offer; None where it takes nothing off."""
        self.effort -= len(self.basket.lines) + _PER_SET
        new = apply(candidate, self.basket, now, self.least)
        return None if isinstance(new, Shortfall) or new.total == now.total else new

    def _take(self, candidate: Candidate, now: Running) -> Running | None:
        """Prices after one more offer on the path; None where it takes nothing off, and is not on the path."""
        new = self.first.after_adding(candidate, len(self.path), now) or self.apply(candidate, now)
        if new is None:
            return None
        self.path.append((candidate, new))
        if new.total < self.best.total:
            start = self.best.after[0]
            self.best = Chosen([one for one, _ in self.path], [start, *(state for _, state in self.path)])
        return new

    def _bounds(self, places: Sequence[int], worths: Sequence[int], now: Running) -> list[float]:
        """What is left at least under the offers from each of some on, and after the last."""
        if len(places) <= SO_FEW:
            return self._simple_bounds(places, worths, now.total)
        lines = ByLines(now.all_amounts, floors=self.basket.has_floors)
        parts = self._parts(places, worths, now)
        self.effort -= _PER_PART * (sum([len(one) for one in parts]) + len(parts))
        bounds = [lines.value]
        for place, most, by_line in zip(reversed(places), reversed(worths), reversed(parts), strict=True):
            lines.add(self.order[place], most, by_line)
            bounds.append(lines.value)
        return bounds[::-1]

    def _simple_bounds(self, places: Sequence[int], worths: Sequence[int], left: float) -> list[float]:
        """The same, where of offers that do not stack and share their first line the largest counts."""
        bounds, groups = [left], dict[tuple[int, int], int]()
        for place, most in zip(reversed(places), reversed(worths), strict=True):
            candidate = self.order[place]
            if candidate.stackable or candidate.uses is SOME:
                left -= most
            else:
                group = (candidate.ready.lane, candidate.touched & -candidate.touched)
                largest = groups.get(group, 0)
                if most > largest:
                    left -= most - largest
                    groups[group] = most
            bounds.append(left)
        return bounds[::-1]

    def _parts(self, places: Sequence[int], worths: Sequence[int], now: Running) -> list[ByLine]:
        """What each takes off by line; for those of single units nothing where all that they take off is less."""
        counted, units, whole = [], dict[int, float](), 0
        for place, most in zip(places, worths, strict=True):
            candidate = self.order[place]
            parts = candidate.by_line
            if candidate.uses is SOME:
                whole += most
                parts = parts if not self.path else candidate.places[0][0].by_line(candidate.places[0][1], now)
                for line, off in parts:
                    units[line] = max(units.get(line, 0.0), off)
            counted.append(parts)
        if whole > sum(units.values()):
            return counted
        return [() if self.order[place].uses is SOME else parts for place, parts in zip(places, counted, strict=True)]

    def _worths(self, places: Iterable[int], now: Running) -> tuple[list[int], list[int]]:
        """Those that may take something off from now on, and the most that each does."""
        able, worths = [], []
        for place in places:
            worth = self._worth(self.order[place], now)
            if worth:
                able.append(place)
                worths.append(worth)
        return able, worths

    def _worth(self, candidate: Candidate, now: Running) -> int:
        if not self.path or len(candidate.places) != 1:
            return candidate.most
        effect, at = candidate.places[0]
        return effect.worth(at, now) if candidate.quick else min(candidate.most, effect.most(at, now))

    def bound(self, left: float, total: int, off: int = 0) -> int:
        """The least total where so much is left, less what has been taken off already."""
        return max(self.least, ceil(left - off - _SLACK - total * _ERROR))
