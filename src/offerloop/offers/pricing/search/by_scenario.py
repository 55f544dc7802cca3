"""The search with the bounds of scenarios, best first.

What has the lowest bound is looked at next, so that no set is tried that a tighter order of work would spare, and the
lowest bound of what is left is as high as it can be when the work is used up. A scenario is bounded anew only
when the bound that it inherits is the lowest, and by the closer bound (`slopes`) only when its turn comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.chosen import Path
from offerloop.offers.pricing.search.greedy import greedy, has_units
from offerloop.offers.pricing.search.scenarios import Scenario, Scenarios
from offerloop.offers.pricing.search.takers import PricesNow

if TYPE_CHECKING:
    from offerloop.offers.pricing.search.branch_and_bound import Search

EASY = 60
"""The part of the effort after which units are looked at more closely."""
_DIVES = 3
"""Scenarios of which the greedy answer is tried first."""
_LEAST = attrgetter("least")
_INHERITED, _SIMPLE, _CLOSE = range(3)
"""How close a bound is: that of a node before, what rivals leave together, or by slopes."""


class _Bound(NamedTuple):
    """The least that a scenario comes to."""

    least: int
    closeness: int
    """How the bound was found."""
    scenario: Scenario


class _Open(NamedTuple):
    """Sets of offers that begin alike, and have not been tried yet; of the same bound, the lowest total comes first."""

    bound: int
    total: int
    number: int
    now: Running
    path: Path | None
    allowed: int
    """The offers that may follow, as bits."""
    scenarios: Sequence[_Bound]
    """Those that may come to less than the best set; the lowest one is as close as it is said to be."""
    here: PricesNow | None = None
    """Prices for the closer bound, where they are known."""
    is_close: bool = False
    """Whether the closer bound has been found."""


@dataclass(slots=True)
class ByScenario:
    """Tries the sets of each scenario that may come to less than the best set."""

    search: Search
    scenarios: Scenarios
    twins: Sequence[int]
    """By position, the offers after it that are equal to it, as bits."""
    hard: int
    """The effort that is left when units are looked at more closely."""
    open: list[_Open] = field(default_factory=list)
    count: int = 0

    @classmethod
    def of(cls, search: Search, scenarios: Scenarios) -> ByScenario:
        """Return the search over scenarios that are known."""
        return cls(search, scenarios, _twins(search.order, search.conflicts), search.effort - search.effort // EASY)

    def run(self, start: Running, everything: int) -> None:
        """Try all sets, beginning with the greedy answers within the scenarios that leave least."""
        search = self.search
        self._be_greedy(start, everything)
        self._push(start, None, everything, [_Bound(search.least, _INHERITED, one) for one in self.scenarios.all])
        while self.open and self.open[0].bound < search.best.total:
            if search.effort <= 0:
                search.leave(self.open[0].bound)
                return
            node = self._closer(heappop(self.open))
            if node is not None:
                self._branch(node)

    def _be_greedy(self, start: Running, everything: int) -> None:
        search, every = self.search, self.scenarios
        off_units = dict[int, list[float]]()
        by_bound = sorted(every.all, key=lambda one: self._left(one, start, everything, off_units))
        for scenario in by_bound[:_DIVES]:
            inside = [its for place, its in enumerate(search.order) if scenario.offers >> place & 1]
            search.effort -= len(inside) * len(start.amounts)
            answer = greedy(inside, search.basket, start, search.least)
            if answer.total < search.best.total:
                search.best = answer

    def _left(self, scenario: Scenario, now: Running, allowed: int, off_units: dict[int, list[float]]) -> float:
        """What a scenario leaves at least; `off_units` keeps what offers that choose units take off at these prices."""
        offers = scenario.offers & allowed & self.scenarios.rivals_depend_on
        off = off_units.get(offers)
        if off is None:
            off = off_units[offers] = [some.most(now, offers) for some in self.scenarios.rivals]
        return scenario.left_by_rivals(_first(allowed), allowed, now.all_amounts, off, self.search.best.total)

    def _closer(self, node: _Open) -> _Open | None:
        """The same by the closer bound, if that is still the lowest of all."""
        if node.is_close or self.search.effort >= self.hard or not node.allowed & ~self.scenarios.stepping:
            return node
        here = node.here or self.scenarios.takers.here(node.now)
        bounds = self._tightened(node.scenarios, node.now, node.allowed, here)
        if not bounds:
            return None
        lowest = min([bound.least for bound in bounds])
        closer = node._replace(bound=lowest, scenarios=bounds, here=here, is_close=True)
        if self.open and self.open[0].bound < lowest:
            heappush(self.open, closer)
            return None
        return closer

    def _branch(self, node: _Open) -> None:
        """Go on with the next offer that takes anything off, in each of its ways, and without it."""
        search, now, allowed, took = self.search, node.now, node.allowed, False
        while allowed and not took:
            place = _first(allowed)
            allowed &= allowed - 1
            inside = [bound for bound in node.scenarios if bound.scenario.offers >> place & 1]
            candidate = search.order[place]
            if candidate.leaves_out(now):
                search.leave(node.bound)
            for used in candidate.ways(now) if inside and has_units(candidate, now) else ():
                new = search.apply(used, now)
                if new is not None:
                    took, path = True, Path(node.path, used, new)
                    if new.total < search.best.total:
                        search.best = path.chosen(search.best.after[0])
                    self._push(new, path, allowed & ~search.conflicts[place], inside)
            allowed &= ~self.twins[place]
        self._push(now, node.path, allowed, node.scenarios, node)

    def _push(
        self, now: Running, path: Path | None, allowed: int, scenarios: Sequence[_Bound], before: _Open | None = None
    ) -> None:
        """Note what has not been tried, if it may come to less than the best set; `before` is at the same prices."""
        if not allowed or not self.search.is_new(now, allowed):
            return
        fewer = -1 if before is None else before.allowed & ~allowed
        scenarios = [
            _Bound(bound.least, _INHERITED, bound.scenario) if bound.scenario.offers & fewer else bound
            for bound in scenarios
        ]
        bounds = self._tightened(_widest(scenarios, allowed), now, allowed)
        if bounds:
            self.count -= 1
            here = None if before is None else before.here
            lowest = min([bound.least for bound in bounds])
            heappush(self.open, _Open(lowest, now.total, self.count, now, path, allowed, bounds, here))

    def _tightened(
        self, scenarios: Sequence[_Bound], now: Running, allowed: int, here: PricesNow | None = None
    ) -> list[_Bound]:
        """Those that may come to less than the best set, of which the lowest one is known closely.

        With prices for it that is by the closer bound, where more than steps is left. What is higher before already is
        left as it is.
        """
        search, off_units, place = self.search, dict[int, list[float]](), _first(allowed)
        others = 0 if here is None else allowed & ~self.scenarios.stepping
        lowest, bounds = search.best.total, list[_Bound]()
        for bound in sorted(scenarios, key=_LEAST):
            least, closeness, scenario = bound
            while closeness < (_CLOSE if scenario.offers & others else _SIMPLE) and least < lowest:
                closeness += 1
                search.effort -= len(now.amounts)
                if here is None or closeness < _CLOSE:
                    left = self._left(scenario, now, allowed, off_units)
                else:
                    left = scenario.left(place, here, allowed, search.best.total)
                least = max(least, search.bound(left, now.total))
            if least < search.best.total:
                bounds.append(_Bound(least, closeness, scenario))
                lowest = min(lowest, least)
        return bounds


def _first(allowed: int) -> int:
    """The position of the first offer."""
    return (allowed & -allowed).bit_length() - 1


def _widest(scenarios: Sequence[_Bound], allowed: int) -> list[_Bound]:
    """Those of which no other one has all offers that are allowed."""
    widest: dict[int, _Bound] = {}
    for bound in scenarios:
        offers = bound.scenario.offers & allowed
        if not any(offers & other == offers for other in widest):
            for other in [other for other in widest if offers & other == other]:
                del widest[other]
            widest[offers] = bound
    return list(widest.values())


def _twins(order: Sequence[Candidate], conflicts: Sequence[int]) -> list[int]:
    """Return by position the equal offers that follow at once; what they give without an offer, it gives too."""
    twins = [0] * len(order)
    for place in range(len(order) - 2, -1, -1):
        both = 3 << place
        if conflicts[place] | both == conflicts[place + 1] | both and order[place].equals(order[place + 1]):
            twins[place] = twins[place + 1] | 2 << place
    return twins
