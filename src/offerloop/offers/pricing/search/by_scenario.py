"""The search with the bounds of scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.greedy import greedy
from offerloop.offers.pricing.search.linear import PricesNow
from offerloop.offers.pricing.search.scenarios import Scenario, Scenarios

if TYPE_CHECKING:
    from offerloop.offers.pricing.search.tree import Search

EASY = 6
"""The part of the effort after which units are looked at more closely."""
_DIVES = 3
"""Scenarios of which the greedy answer is tried first."""


@dataclass(slots=True)
class ByScenario:
    """Tries the sets of each scenario that may come to less than the best set."""

    search: Search
    scenarios: Scenarios
    twins: Sequence[int]
    """By position, the offers after it that are equal to it, as bits."""
    hard: int
    """The effort that is left when units are looked at more closely."""

    @classmethod
    def of(cls, search: Search, scenarios: Scenarios) -> ByScenario:
        """Return the search over scenarios that are known."""
        return cls(search, scenarios, _twins(search.order, search.conflicts), search.effort - search.effort // EASY)

    def run(self, start: Running, everything: int) -> None:
        """Try all sets, beginning with the greedy answers within the scenarios that leave least."""
        search, every = self.search, self.scenarios
        off = [some.most(start, everything) for some in every.rivals]
        every.all.sort(key=lambda one: one.tail(0, everything).left(every.amounts, off))
        for one in every.all[:_DIVES]:
            inside = [
                its for place, its in enumerate(search.order) if one.offers >> place & 1 or not every.steps[place]
            ]
            search.effort -= len(inside) * len(start.amounts)
            answer = greedy(inside, search.basket, start, search.least)
            if answer.total < search.best.total:
                search.best = answer
        self._from(start, everything, every.all)

    def _from(self, now: Running, allowed: int, scenarios: Sequence[Scenario]) -> None:
        """Try all sets of the offers that are allowed; only these scenarios may come to less than the best set."""
        search = self.search
        if not search.is_new(now, allowed):
            return
        while allowed:
            scenarios, bound = self._alive(now, allowed, scenarios)
            if not scenarios:
                return
            if search.is_over:
                search.leave(bound)
                return
            place = (allowed & -allowed).bit_length() - 1
            allowed &= allowed - 1
            one, inside = search.order[place], scenarios
            if self.scenarios.steps[place]:
                inside = [some for some in scenarios if some.offers >> place & 1]
            for used in one.ways(now):
                new = search.take(used, now)
                if new is not None:
                    self._from(new, allowed & ~search.conflicts[place], inside)
                    search.path.pop()
            allowed &= ~self.twins[place]

    def _alive(self, now: Running, allowed: int, scenarios: Sequence[Scenario]) -> tuple[Sequence[Scenario], int]:
        """The scenarios from the first one on that may come to less than the best set, and the least of their bounds.

        That is found only where the work is used up.
        """
        search, place = self.search, (allowed & -allowed).bit_length() - 1
        amounts = now.all_amounts
        hard = self.scenarios.has_choosers and search.effort < self.hard
        off = [] if hard else [some.most(now, allowed) for some in self.scenarios.rivals]
        here: PricesNow | None = None

        def bound_of(one: Scenario) -> int:
            nonlocal here
            if not hard:
                return search.bound(one.tail(place, allowed).left(amounts, off), now.total)
            here = here or self.scenarios.linear.here(now, allowed)
            return search.bound(one.left(place, here), now.total)

        for dead, one in enumerate(scenarios):
            search.effort -= len(amounts)
            if hard or search.bound(one.tail(place, allowed).least_left(amounts, off), now.total) < search.best.total:
                bound = bound_of(one)
                if bound < search.best.total:
                    alive = scenarios[dead:]
                    return alive, min([bound_of(other) for other in alive]) if search.is_over else bound
        return (), search.best.total


def _twins(order: Sequence[Candidate], conflicts: Sequence[int]) -> list[int]:
    """Return by position the equal offers that follow at once; what they give without an offer, it gives too."""
    twins = [0] * len(order)
    for place in range(len(order) - 2, -1, -1):
        both = 3 << place
        if conflicts[place] | both == conflicts[place + 1] | both and order[place].equals(order[place + 1]):
            twins[place] = twins[place + 1] | 2 << place
    return twins
