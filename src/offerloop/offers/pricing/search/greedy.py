"""The greedy answer: each offer in its order that takes something off and conflicts with none before it."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.candidates import Candidate, apply
from offerloop.offers.pricing.claims import LINES, SOME
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.chosen import Chosen


def named_out(candidate: Candidate, chosen: Chosen) -> bool:
    """Whether an offer that was chosen excludes another one by name."""
    return any(candidate.excludes(other) for other in chosen.taken)


class _Blocked:
    """Lines of one lane that offers of lines, of every unit and of single units touch, as bits."""

    def __init__(self) -> None:
        self.anyone = [0, 0, 0]
        """By `Uses`."""
        self.unstackable = [0, 0, 0]

    def bars(self, candidate: Candidate) -> bool:
        """Whether an offer is in conflict with one that was added."""
        used = self.unstackable if candidate.stackable else self.anyone
        lines = used[0]
        if candidate.uses is not SOME:
            lines |= used[1]
            if candidate.uses is LINES:
                lines |= used[2]
        return bool(candidate.touched & lines)

    def add(self, candidate: Candidate) -> None:
        """Block the lines of an added offer."""
        self.anyone[candidate.uses] |= candidate.touched
        if not candidate.stackable:
            self.unstackable[candidate.uses] |= candidate.touched


def greedy(order: Sequence[Candidate], basket: Basket, start: Running, min_total: int) -> Chosen:
    """Apply each candidate in order if it reduces the total and conflicts with no earlier one."""
    chosen, lanes, used_lines = Chosen([], [start]), dict[int, _Blocked](), 0
    named = any(candidate.ready.named for candidate in order)
    for candidate in order:
        lane, now = lanes.get(candidate.ready.lane), chosen.after[-1]
        if (lane is not None and lane.bars(candidate)) or (named and named_out(candidate, chosen)):
            continue
        if used_lines & candidate.touched and not has_units(candidate, now):
            continue
        if chosen.add(candidate, apply(candidate, basket, now, min_total)):
            lanes.setdefault(candidate.ready.lane, _Blocked()).add(candidate)
            used_lines |= candidate.touched if candidate.uses else 0
    return chosen


def has_units(candidate: Candidate, now: Running) -> bool:
    """Whether an offer of single units finds any that are free."""
    if candidate.uses is not SOME:
        return True
    effect, at = candidate.places[0]
    return bool(effect.repeats(at, now))
