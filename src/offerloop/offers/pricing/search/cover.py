"""How much offers that choose their units take off together, as each unit is taken at most once.

An offer takes no more units than it uses. So a unit bears the most that one of them takes off it, less the price of
that offer, and each offer costs its price times the units that it uses (the dual of a transportation problem: any
prices give a bound, and one sweep of coordinate descent finds good ones). Or an offer counts as a whole, and its units
are left to the others. Where it uses so many units each time, others lose those units, and so at least what the ones
come to that are worth least to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf
from operator import mul, sub
from typing import NamedTuple


class Taker(NamedTuple):
    """Equal offers that choose their units."""

    gains: Sequence[float]
    """The most that they take off each unit."""
    units: float
    """How many units they use at most."""
    whole: float
    """The most that they take off."""
    touched: int
    """Their lines, as bits."""
    by_times: Sequence[float] = ()
    """The most that they take off by how often they are used, each time as many units; negative where it cannot be."""
    size: int = 0
    """How many units they use each time."""


class Units(NamedTuple):
    """Units that are free, those of one line and one price together."""

    lines: Sequence[int]
    counts: Sequence[int]


def least_cover(takers: Sequence[Taker], units: Units) -> float:
    """What some offers take off at most, each in the way of counting that says most."""
    apart, left, touched, counts = list[Taker](), list[Taker](), 0, units.counts
    for taker in takers:
        by_times = () if taker.touched & touched else taker.by_times
        if by_times and max(by_times) <= worth_most(taker.gains, taker.units, counts):
            touched |= taker.touched
            apart.append(taker)
        else:
            left.append(taker)
    best, whole = _cover(left, apart, units), 0.0
    for taker in left:
        if taker.whole < worth_most(taker.gains, taker.units, counts):
            value = whole + taker.whole
            if value < best:
                others = [other for other in left if other is not taker]
                value += _cover(others, apart, units)
                if value < best:
                    best, left, whole = value, others, whole + taker.whole
    return best


def worth_most(values: Sequence[float], most: float, counts: Sequence[int]) -> float:
    """What so many units come to that are worth most."""
    if most >= sum(counts):
        return sum(map(mul, values, counts))
    total = 0.0
    for value, count in sorted(zip(values, counts, strict=True), reverse=True):
        if count >= most:
            return total + value * most
        total += value * count
        most -= count
    return total


def _cover(by_unit: Sequence[Taker], apart: Sequence[Taker], units: Units) -> float:
    """What offers take off by the units that they take, and others beside them that take theirs out."""
    lines, counts = units
    if not by_unit:
        return sum([max(one.by_times) for one in apart])
    priced, nets = _nets(by_unit, counts)
    total = priced + sum(map(mul, nets, counts))
    for taker in apart:
        its = [(net, count) for net, count, line in zip(nets, counts, lines, strict=True) if taker.touched >> line & 1]
        total += _with_units_out(taker, its)
    return total


def _with_units_out(taker: Taker, values: Iterable[tuple[float, int]]) -> float:
    """What offers take off beyond what the units that they use are worth to others: (worth, number) of units."""
    rising = [worth for worth, count in sorted(values) for _ in range(count)]
    lost, size, most = list(accumulate(rising, initial=0.0)), taker.size, len(rising)
    return max([off - lost[min(size * times, most)] for times, off in enumerate(taker.by_times) if off >= 0])


def _nets(takers: Sequence[Taker], counts: Sequence[int]) -> tuple[float, list[float]]:
    """What the units cost that some offers use, and what each unit bears beyond that."""
    prices, columns = [0.0] * len(takers), list(zip(*[one.gains for one in takers], strict=True))
    every = sum(counts)
    for place, (gains, most, *_) in enumerate(takers):
        if most >= every:
            continue
        wanted = [(gain, column, count) for gain, column, count in zip(gains, columns, counts, strict=True) if gain > 0]
        if most < sum([count for _, _, count in wanted]):
            prices[place] = inf
            margins = [(min(gain, gain - max(map(sub, column, prices))), count) for gain, column, count in wanted]
            prices[place] = _price(margins, most)
    if not any(prices):
        return 0.0, [max(column) for column in columns]
    nets = [net if (net := max(map(sub, column, prices))) > 0 else 0.0 for column in columns]
    return sum([price * one.units for price, one in zip(prices, takers, strict=True) if price]), nets


def _price(margins: list[tuple[float, int]], most: float) -> float:
    """The price at which an offer is wanted by so many units."""
    margins.sort(reverse=True)
    for margin, count in margins:
        if most < count:
            return max(margin, 0.0)
        most -= count
    return 0.0
