"""How low a total can come, by what all steps leave and by how much the end falls with prices before them.

A lower price before some steps lowers the end by at most a slope times what it is lower. Where the lines of a step
cost T = sum of p and it takes off the share a of that, it leaves q = (1 - a) p. At lower prices p' it takes off a share
a' >= a and no larger amount, so that (a' - a) T <= a' (T - T'), and with slopes s behind the step and their mean m,
weighted by p, the sum of s (q - q') is at most the sum of ((1 - a') s + a' m) (p - p'). This is linear in a', which
lies between a and the share at the lowest T' that there can be: T less all that offers before the step take off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from operator import mul
from typing import NamedTuple

from offerloop.offers.pricing.search.steps import StepGroup
from offerloop.offers.pricing.search.takers import Behind, PricesNow, Takers


class _Keeps(NamedTuple):
    """Percentages: the share of each line that they leave."""

    shares: list[float]


class _Capped(NamedTuple):
    """The one of some steps that takes off most."""

    lines: tuple[int, ...]
    options: tuple[tuple[float, float], ...]
    """(rate, most) of each."""
    rate: float
    """The largest."""


class _CappedState(NamedTuple):
    """What a capped step meets where all steps apply."""

    prices: list[float]
    total: float
    share: float
    """What it takes off, as a share."""
    largest: float
    """The same where its lines cost as little as they can."""

    def without_most(self, rate: float) -> _CappedState:
        """The same where the percentage counts, however much that is."""
        return _CappedState(self.prices, self.total, rate, rate)

    def slopes(self, behind: Sequence[float], step: _Capped) -> list[float]:
        """Return the slopes before it from those behind it."""
        slopes, low, high = list(behind), self.share, self.largest
        if low >= high:
            for line in step.lines:
                slopes[line] *= 1 - low
            return slopes
        mean = sum([behind[line] * price for line, price in zip(step.lines, self.prices, strict=True)]) / self.total
        for line in step.lines:
            slope = behind[line]
            share = low if slope > mean else high
            slopes[line] = slope + share * (mean - slope)
        return slopes


@dataclass(slots=True)
class StepsLeft:
    """The steps of a scenario from a position on, and what comes between them."""

    takers: Takers
    parts: list[_Keeps | _Capped | int]
    """Steps in order, and the last positions of offers that are none."""
    rounding: float
    """What rounding takes off at most in the end."""
    errors: float
    """What it takes off at most where it occurs."""

    @classmethod
    def of(cls, takers: Takers, place: int, groups: Sequence[StepGroup], rounding: float) -> StepsLeft:
        """Return some groups of steps with the offers that come between them."""
        parts = list[_Keeps | _Capped | int]()
        events = [one for one in takers.places if one >= place][::-1]
        for group in groups:
            first = group.first
            while events and events[-1] < first.place:
                parts.append(events.pop())
            if not group.is_linear:
                options = tuple([(step.rate, step.most) for step in group.steps])
                parts.append(_Capped(first.lines, options, max([rate for rate, _ in options])))
                continue
            last = parts[-1] if parts else None
            if not isinstance(last, _Keeps):
                last = _Keeps([1.0] * takers.lines)
                parts.append(last)
            for line in first.lines:
                last.shares[line] *= 1 - first.rate
        errors = sum([group.rounding for group in groups])
        return cls(takers, [*parts, *events[::-1]], rounding, errors)

    def left(self, here: PricesNow, scenario: int, steps: int, offers: int, enough: float) -> float:
        """What is left at least where some offers of a scenario and some steps are allowed; `enough` needs no more.

        What was found at these prices for more offers holds for fewer. Where a maximum discount counts at high prices
        only, the steps without it are a second bound, which is linear where the first one bends.
        """
        most = self.takers.most(here, offers)
        every = here.behind.get((scenario, steps))
        if every is None:
            every = here.behind[scenario, steps] = [self.behind(here.amounts, most)]
        off = self.takers.off(every[0], most, here, offers)
        best = every[0].end - off
        if off > every[0].bends_after and best < enough:
            if len(every) == 1:
                every.append(self.behind(here.amounts, most, with_all_maxima=False))
            best = max(best, every[1].end - self.takers.off(every[1], most, here, offers))
        return best

    def behind(self, amounts: Sequence[float], most: Mapping[int, float], *, with_all_maxima: bool = True) -> Behind:
        """What all steps leave at least, and the slopes behind the others, of which `most` says what they take off."""
        left, lost, trace, bends_after = list(amounts), self.errors, list[_CappedState | None](), inf
        for part in self.parts:
            state = None
            if isinstance(part, _Keeps):
                left = list(map(mul, left, part.shares))
            elif isinstance(part, _Capped):
                state = _state_of(part, left, lost)
                if state.share < part.rate <= state.largest:
                    bends_after = min(bends_after, state.total * (1 - state.share / part.rate))
                    state = state if with_all_maxima else state.without_most(part.rate)
                keep = 1 - state.share
                for line in part.lines:
                    left[line] *= keep
            else:
                lost += most.get(part, 0.0)
            trace.append(state)
        return Behind(sum(left) - self.rounding, self._slopes(trace), bends_after, {}, {})

    def _slopes(self, trace: Sequence[_CappedState | None]) -> dict[int, Sequence[float]]:
        """The slopes behind the offers that are no steps, from what each capped step meets."""
        slopes, behind = [1.0] * self.takers.lines, dict[int, Sequence[float]]()
        for part, state in zip(reversed(self.parts), reversed(trace), strict=True):
            if isinstance(part, int):
                behind[part] = slopes
            elif isinstance(part, _Keeps):
                slopes = list(map(mul, slopes, part.shares))
            elif state is not None:
                slopes = state.slopes(slopes, part)
        return behind


def _state_of(step: _Capped, left: Sequence[float], lost: float) -> _CappedState:
    prices = [left[line] for line in step.lines]
    total = sum(prices)
    return _CappedState(prices, total, _share(step, total), _share(step, total - lost))


def _share(step: _Capped, total: float) -> float:
    """The share that a step takes off lines that cost so much together."""
    if total <= 0:
        return step.rate
    off = max([min(total * rate, most) for rate, most in step.options])
    return off / total if off < total else 1.0
