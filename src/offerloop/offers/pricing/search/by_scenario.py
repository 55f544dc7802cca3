"""The search with the bounds of scenarios, best first.

What has the lowest bound is looked at next, so that no set is tried that a tighter order of work would spare, and the
lowest bound of what is left is as high as it can be when the work is used up. The closer bound (`linear`) of what is
left is found only when its turn comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.chosen import Path
from offerloop.offers.pricing.search.greedy import greedy
from offerloop.offers.pricing.search.linear import PricesNow
from offerloop.offers.pricing.search.scenarios import Scenario, Scenarios

if TYPE_CHECKING:
    from offerloop.offers.pricing.search.tree import Search

EASY = 60
"""The part of the effort after which units are looked at more closely."""
_DIVES = 3
"""Scenarios of which the greedy answer is tried first."""


class _Open(NamedTuple):
    """Sets of offers that begin alike, and have not been tried yet; of the same bound, the lowest total comes first."""

    bound: int
    total: int
    number: int
    now: Running
    path: Path | None
    allowed: int
    """The offers that may follow, as bits."""
    scenarios: Sequence[tuple[int, Scenario]]
    """Those that may come to less than the best set, with the least that each comes to."""
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
        self.scenarios.likely = search.best
        self._push(start, None, everything, self.scenarios.all)
        while self.open and self.open[0].bound < search.best.total:
            if search.effort <= 0:
                search.leave(self.open[0].bound)
                return
            one = self._closer(heappop(self.open))
            if one is not None:
                self._branch(one)

    def _be_greedy(self, start: Running, everything: int) -> None:
        search, every = self.search, self.scenarios
        off_units = dict[int, list[float]]()
        by_bound = sorted(every.all, key=lambda one: self._left(one, start, everything, off_units))
        for one in by_bound[:_DIVES]:
            inside = [its for place, its in enumerate(search.order) if one.offers >> place & 1]
            search.effort -= len(inside) * len(start.amounts)
            answer = greedy(inside, search.basket, start, search.least)
            if answer.total < search.best.total:
                search.best = answer

    def _left(self, one: Scenario, now: Running, allowed: int, off_units: dict[int, list[float]]) -> float:
        """What a scenario leaves at least; `off_units` keeps what offers that choose units take off at these prices."""
        offers = one.offers & allowed & self.scenarios.choosing
        off = off_units.get(offers)
        if off is None:
            off = off_units[offers] = [some.most(now, offers) for some in self.scenarios.rivals]
        return one.tail(_first(allowed), allowed).left(now.all_amounts, off)

    def _closer(self, one: _Open) -> _Open | None:
        """The same by the closer bound, if that is still the lowest of all."""
        search = self.search
        if one.is_close or search.effort >= self.hard or not self.scenarios.has_choosers:
            return one
        here = one.here or self.scenarios.linear.here(one.now)
        place, bounds = _first(one.allowed), list[tuple[int, Scenario]]()
        for bound, some in one.scenarios:
            search.effort -= len(here.amounts)
            bound = max(bound, search.bound(some.left(place, here, one.allowed), one.total))
            if bound < search.best.total:
                bounds.append((bound, some))
        if not bounds:
            return None
        lowest = min([bound for bound, _ in bounds])
        closer = one._replace(bound=lowest, scenarios=bounds, here=here, is_close=True)
        if self.open and self.open[0].bound < lowest:
            heappush(self.open, closer)
            return None
        return closer

    def _branch(self, node: _Open) -> None:
        """Go on with the next offer that takes anything off, in each of its ways, and without it."""
        search, now, allowed, took = self.search, node.now, node.allowed, False
        scenarios = [one for _, one in node.scenarios]
        while allowed and not took:
            place = _first(allowed)
            allowed &= allowed - 1
            inside = [some for some in scenarios if some.offers >> place & 1]
            for used in search.order[place].ways(now) if inside else ():
                new = search.apply(used, now)
                if new is not None:
                    took, path = True, Path(node.path, used, new)
                    if new.total < search.best.total:
                        search.best = path.chosen(search.best.after[0])
                    self._push(new, path, allowed & ~search.conflicts[place], inside)
            allowed &= ~self.twins[place]
        self._push(now, node.path, allowed, scenarios, node)

    def _push(
        self, now: Running, path: Path | None, allowed: int, scenarios: Sequence[Scenario], before: _Open | None = None
    ) -> None:
        """Note what has not been tried, if it may come to less than the best set; `before` is at the same prices."""
        search = self.search
        if not allowed or not search.is_new(now, allowed):
            return
        so_far = {} if before is None else {one.offers & before.allowed: bound for bound, one in before.scenarios}
        bounds, off_units = list[tuple[int, Scenario]](), dict[int, list[float]]()
        for one in _widest(scenarios, allowed):
            bound = so_far.get(one.offers & allowed)
            if bound is None:
                search.effort -= len(now.amounts)
                bound = search.bound(self._left(one, now, allowed, off_units), now.total)
            if bound < search.best.total:
                bounds.append((bound, one))
        if bounds:
            self.count -= 1
            here = None if before is None else before.here
            lowest = min([bound for bound, _ in bounds])
            heappush(self.open, _Open(lowest, now.total, self.count, now, path, allowed, bounds, here))


def _first(allowed: int) -> int:
    """The position of the first offer."""
    return (allowed & -allowed).bit_length() - 1


def _widest(scenarios: Sequence[Scenario], allowed: int) -> list[Scenario]:
    """Those of which no other one has all offers that are allowed."""
    widest: dict[int, Scenario] = {}
    for one in scenarios:
        offers = one.offers & allowed
        if not any(offers & other == offers for other in widest):
            for other in [other for other in widest if offers & other == other]:
                del widest[other]
            widest[offers] = one
    return list(widest.values())


def _twins(order: Sequence[Candidate], conflicts: Sequence[int]) -> list[int]:
    """Return by position the equal offers that follow at once; what they give without an offer, it gives too."""
    twins = [0] * len(order)
    for place in range(len(order) - 2, -1, -1):
        both = 3 << place
        if conflicts[place] | both == conflicts[place + 1] | both and order[place].equals(order[place + 1]):
            twins[place] = twins[place + 1] | 2 << place
    return twins
