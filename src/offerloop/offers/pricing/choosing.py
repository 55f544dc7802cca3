"""Which of the offers that could apply do.

The best set is the one with the lowest total among all sets without a conflict, each applied in the stated order. As
adding an offer only adds sets, it never raises the total. The search goes through the offers in their order and leaves
a branch when even the most that the remaining offers could take off would not beat the best set so far. What an offer
takes off when it is alone bounds what it takes off later, because prices only fall; one that chooses its units may
choose others then, so where floors or reductions can make it do so it is only bounded by what it touches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from offerloop.offers.conditions import Missing
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate, apply
from offerloop.offers.pricing.running import Running
from offerloop.offers.stacking import StackingChoice, StackingPolicy

Bounds = tuple[tuple[tuple[int, float], ...], ...]
"""The most that a group of offers of which one at most applies takes off, also as a share, by lane and group."""


@dataclass(slots=True)
class Chosen:
    """What applies, in order, and the prices after each."""

    taken: list[Candidate]
    after: list[Running]

    @property
    def total(self) -> int:
        """After all of them."""
        return self.after[-1].total


def choose(found: Sequence[Candidate], basket: Basket, start: Running, policy: StackingPolicy) -> Chosen:
    """The offers that apply, by the rule of the shop."""
    most = policy.most(sum(basket.amounts))
    least = 0 if most is None else max(0, start.total - most)
    if policy.choice is StackingChoice.PRIORITY:
        return _by_priority(found, basket, start, least, policy)
    if not _may_grow(found, basket):
        for one in found:
            one.most = one.worth
    in_order = sorted(found, key=turn_of(policy))
    together = [one for one in in_order if not one.ready.offer.stacking.exclusive and one.most]
    if len(together) <= policy.exact_up_to:
        best = Search(together, basket, least, Chosen([], [start])).run()
    else:
        best = _greedy(together, basket, start, least)
    for one in in_order:
        if one.ready.offer.stacking.exclusive and max(start.total - one.worth, least) < best.total:
            best = _alone(one, basket, start, least)
    return best


def _may_grow(found: Sequence[Candidate], basket: Basket) -> bool:
    """Whether an offer that chooses its units may take off more after others than when it is alone."""
    scopes = [scope for one in found for effect, own in one.ready.effects for scope in (own, *effect.also)]
    return basket.has_floors or any(scope.only_full_price for scope in scopes)


def _alone(one: Candidate, basket: Basket, start: Running, least: int) -> Chosen:
    new = apply(one, basket, start, least)
    return Chosen([], [start]) if isinstance(new, Missing) else Chosen([one], [start, new])


def turn_of(policy: StackingPolicy) -> Callable[[Candidate], tuple[int, int, int, str]]:
    """What candidates are ordered by."""
    by_priority = policy.choice is StackingChoice.PRIORITY

    def turn(one: Candidate) -> tuple[int, int, int, str]:
        lane, worth = (0, 0) if by_priority else (one.ready.lane, -one.worth)
        return lane, -one.ready.offer.stacking.priority, worth, one.offer_id

    return turn


def _by_priority(
    found: Sequence[Candidate], basket: Basket, start: Running, least: int, policy: StackingPolicy
) -> Chosen:
    order = sorted(found, key=turn_of(policy))
    order = [one for one in order if one.ready.offer.stacking.exclusive and one.worth][:1] or order
    chosen = Chosen([], [start])
    for one in order:
        new = apply(one, basket, chosen.after[-1], least)
        if not isinstance(new, Missing) and new.total < chosen.total:
            chosen.taken.append(one)
            chosen.after.append(new)
    return chosen


Blocked = tuple[int, int]
"""Lines that offers of one lane touch, as bits: those of any offer, and those of an offer that does not stack."""
_FREE: Blocked = (0, 0)


def _blocked(one: Candidate, lanes: Mapping[int, Blocked]) -> bool:
    anyone, unstackable = lanes.get(one.ready.lane, _FREE)
    return bool(one.touched & (unstackable if one.stackable else anyone))


def _with(one: Candidate, lanes: Mapping[int, Blocked]) -> dict[int, Blocked]:
    anyone, unstackable = lanes.get(one.ready.lane, _FREE)
    return {
        **lanes,
        one.ready.lane: (anyone | one.touched, unstackable if one.stackable else unstackable | one.touched),
    }


def _greedy(order: Sequence[Candidate], basket: Basket, start: Running, least: int) -> Chosen:
    """Each in its order that takes anything off and is not in conflict with one before it."""
    chosen, lanes = Chosen([], [start]), dict[int, Blocked]()
    for one in order:
        if not _blocked(one, lanes):
            new = apply(one, basket, chosen.after[-1], least)
            if not isinstance(new, Missing) and new.total < chosen.total:
                chosen.taken.append(one)
                chosen.after.append(new)
                lanes = _with(one, lanes)
    return chosen


@dataclass(slots=True)
class Search:
    """Depth first, taking an offer before leaving it out."""

    order: list[Candidate]
    basket: Basket
    least: int
    best: Chosen
    bounds: list[Bounds] = field(default_factory=list)
    path: list[tuple[Candidate, Running]] = field(default_factory=list)

    def run(self) -> Chosen:
        """The best set, which is the one given unless a better one is found."""
        self.bounds = _bounds(self.order)
        self._from(0, self.best.after[0], {})
        return self.best

    def _from(self, i: int, now: Running, lanes: Mapping[int, Blocked]) -> None:
        for place in range(i, len(self.order)):
            one = self.order[place]
            if _blocked(one, lanes):
                continue
            if now.total - _coming(self.bounds[place], now.total) >= self.best.total:
                return
            if one.quick:
                total = now.total - one.worth_now(now)
                if total - _coming(self.bounds[place + 1], total) >= self.best.total:
                    continue
            new = apply(one, self.basket, now, self.least)
            if isinstance(new, Missing) or new.total == now.total:
                continue
            self.path.append((one, new))
            if new.total < self.best.total:
                start = self.best.after[0]
                self.best = Chosen([one for one, _ in self.path], [start, *(state for _, state in self.path)])
            self._from(place + 1, new, _with(one, lanes))
            self.path.pop()


def _bounds(order: Sequence[Candidate]) -> list[Bounds]:
    """Return the bounds of the offers from each position on and at the end; those that want one line are a group."""
    found: list[Bounds] = [()]
    later: Bounds = ()
    groups: list[tuple[int, int, float]] = []
    lane = -1
    for one in reversed(order):
        if one.ready.lane != lane:
            later, groups, lane = found[-1], [], one.ready.lane
        _group(one, groups)
        found.append((tuple([(most, ratio) for _, most, ratio in groups]), *later))
    return found[::-1]


def _group(one: Candidate, groups: list[tuple[int, int, float]]) -> None:
    """Put an offer into the first group that shares a line with it; the lines that a group shares come first."""
    if not one.stackable:
        for place, (common, most, ratio) in enumerate(groups):
            if common & one.touched:
                groups[place] = (common & one.touched, max(most, one.most), max(ratio, one.ratio))
                return
    groups.append((0 if one.stackable else one.touched, one.most, one.ratio))


def _coming(bounds: Bounds, total: int) -> int:
    """As much as these offers could take off a total together, whichever of them apply, or more."""
    left = total
    for lane in bounds:
        if left <= 0:
            return total
        before = left
        for most, ratio in lane:
            share = int(before * ratio) + 1
            left -= most if most < share else share
    return total - left
