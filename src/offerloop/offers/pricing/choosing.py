"""Choose which of the eligible offers apply to a basket.

The best set is the one with the lowest total among all sets without a conflict, each applied in the stated order; an
offer that competes for units may also be used less often than it could be (`Candidate.fewer`). As adding an offer only
adds sets, it never raises an exact total. The search starts from the greedy answer (`search`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate, apply
from offerloop.offers.pricing.claims import Uses
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search import Chosen, Search
from offerloop.offers.shortfall import Shortfall
from offerloop.offers.stacking import StackingChoice, StackingPolicy


def choose(candidates: Sequence[Candidate], basket: Basket, start: Running, policy: StackingPolicy) -> Chosen:
    """Return the offers that apply, by the stacking policy of the shop."""
    max_discount = policy.most(sum(basket.amounts))
    min_total = 0 if max_discount is None else max(0, start.total - max_discount)
    if policy.choice is StackingChoice.PRIORITY:
        return _by_priority(candidates, basket, start, min_total, policy)
    in_order = sorted(candidates, key=turn_of(policy))
    together = [one for one in in_order if not one.ready.offer.stacking.exclusive and (one.worth or not one.quick)]
    best = Search(together, basket, min_total, _greedy(together, basket, start, min_total), policy.effort).run()
    find_lowest = best.find_lowest
    for candidate in in_order:
        if candidate.ready.offer.stacking.exclusive and max(start.total - candidate.worth, min_total) < best.total:
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
        lane, worth = (0, 0) if by_priority else (candidate.ready.lane, -candidate.worth)
        of_lines = candidate.uses is not Uses.SOME and not by_priority
        return lane, -candidate.ready.offer.stacking.priority, of_lines, worth, candidate.offer_id

    return turn


def _by_priority(
    candidates: Sequence[Candidate], basket: Basket, start: Running, min_total: int, policy: StackingPolicy
) -> Chosen:
    order = sorted(candidates, key=turn_of(policy))
    order = [one for one in order if one.ready.offer.stacking.exclusive and one.worth][:1] or order
    chosen = Chosen([], [start])
    for candidate in order:
        if not _named_out(candidate, chosen):
            chosen.add(candidate, apply(candidate, basket, chosen.after[-1], min_total))
    return chosen


def _named_out(one: Candidate, chosen: Chosen) -> bool:
    """Whether an offer that was chosen excludes another one by name."""
    return any(one.excludes(other) for other in chosen.taken)


class _Blocked:
    """Lines of one lane that offers of lines, of every unit and of single units touch, as bits."""

    def __init__(self) -> None:
        self.anyone = [0, 0, 0]
        """By `Uses`."""
        self.unstackable = [0, 0, 0]

    def bars(self, one: Candidate) -> bool:
        """Whether an offer is in conflict with one that was added."""
        used = self.unstackable if one.stackable else self.anyone
        lines = used[0]
        if one.uses is not Uses.SOME:
            lines |= used[1]
            if one.uses is Uses.LINES:
                lines |= used[2]
        return bool(one.touched & lines)

    def add(self, one: Candidate) -> None:
        """Block the lines of an added offer."""
        self.anyone[one.uses] |= one.touched
        if not one.stackable:
            self.unstackable[one.uses] |= one.touched


def _greedy(order: Sequence[Candidate], basket: Basket, start: Running, min_total: int) -> Chosen:
    """Apply each candidate in order if it reduces the total and conflicts with no earlier one."""
    chosen, lanes = Chosen([], [start]), dict[int, _Blocked]()
    named = any(candidate.ready.named for candidate in order)
    for candidate in order:
        lane, now = lanes.setdefault(candidate.ready.lane, _Blocked()), chosen.after[-1]
        if lane.bars(candidate) or (named and _named_out(candidate, chosen)) or not has_units(candidate, now):
            continue
        if chosen.add(candidate, apply(candidate, basket, now, min_total)):
            lane.add(candidate)
    return chosen


def has_units(one: Candidate, now: Running) -> bool:
    """Whether an offer of single units finds any that are free."""
    if one.uses is not Uses.SOME:
        return True
    effect, at = one.places[0]
    return bool(effect.repeats(at, now))
