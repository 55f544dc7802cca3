"""Choose which of the eligible offers apply to a basket.

The best set is the one with the lowest total among all sets without a conflict, each applied in the stated order; an
offer that competes for units may also be used less often than it could be (`Candidate.fewer`). As adding an offer only
adds sets, it never raises an exact total. The search starts from the greedy answer (`search`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate, apply
from offerloop.offers.pricing.claims import SOME
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.branch_and_bound import Search
from offerloop.offers.pricing.search.chosen import Chosen
from offerloop.offers.pricing.search.greedy import greedy, named_out
from offerloop.offers.shortfall import Shortfall
from offerloop.offers.stacking import StackingChoice, StackingPolicy


def choose(candidates: Sequence[Candidate], basket: Basket, start: Running, policy: StackingPolicy) -> Chosen:
    """Return the offers that apply, by the stacking policy of the shop."""
    max_discount = policy.most(sum(basket.amounts))
    min_total = 0 if max_discount is None else max(0, start.total - max_discount)
    if policy.choice is StackingChoice.PRIORITY:
        return _by_priority(candidates, basket, start, min_total, policy)
    in_order = sorted(candidates, key=turn_of(policy))
    together = [one for one in in_order if not one.ready.exclusive and (one.worth or not one.quick)]
    best = Search(together, basket, min_total, greedy(together, basket, start, min_total), policy.effort).run()
    find_lowest = best.find_lowest
    for candidate in in_order:
        if candidate.ready.exclusive and max(start.total - candidate.worth, min_total) < best.total:
            best = _alone(candidate, basket, start, min_total)
    best.find_lowest = find_lowest
    return best


def _alone(candidate: Candidate, basket: Basket, start: Running, min_total: int) -> Chosen:
    new = apply(candidate, basket, start, min_total)
    return Chosen([], [start]) if isinstance(new, Shortfall) else Chosen([candidate], [start, new])


def turn_of(policy: StackingPolicy) -> Callable[[Candidate], tuple[int, int, bool, int, str]]:
    """Return the sort key of candidates."""
    by_priority = policy.choice is StackingChoice.PRIORITY

    def turn(candidate: Candidate) -> tuple[int, int, bool, int, str]:
        ready = candidate.ready
        if by_priority:
            return 0, -ready.priority, False, 0, candidate.offer_id
        return ready.lane, -ready.priority, candidate.uses is not SOME, -candidate.worth, candidate.offer_id

    return turn


def _by_priority(
    candidates: Sequence[Candidate], basket: Basket, start: Running, min_total: int, policy: StackingPolicy
) -> Chosen:
    order = sorted(candidates, key=turn_of(policy))
    order = [one for one in order if one.ready.exclusive and one.worth][:1] or order
    chosen = Chosen([], [start])
    for candidate in order:
        if not named_out(candidate, chosen):
            chosen.add(candidate, apply(candidate, basket, chosen.after[-1], min_total))
    return chosen
