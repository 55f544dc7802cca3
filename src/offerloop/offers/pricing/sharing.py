"""An amount off several lines shared over their units, by the rule of the shop or of another engine.

All rules share in proportion to what the units cost, take nothing below its floor, and share again among the others
what a floor does not let a unit bear. The parts add up to the amount exactly, or to all that the floors allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from offerloop.money import share
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.running import Run, Running, Runs, room


class Remainder(StrEnum):
    """Who bears the minor units that cannot be divided."""

    LARGEST = "largest"
    """The lines with the largest remainders, ties to the earliest line (Hamilton's method)."""
    FIRST_UNIT = "first_unit"
    """Every unit its share rounded down, then the first units of the basket one more each (Sylius)."""
    LAST_LINE = "last_line"
    """Every line its share rounded down, the last line the rest (ruoyi-vue-pro)."""
    PER_UNIT = "per_unit"
    """The units with the largest remainders, whatever their line."""


def shared(basket: Basket, now: Running, places: Sequence[int], amount: int, remainder: Remainder) -> Running:
    """Prices after the amount is taken off these lines together."""
    if not amount or not places:
        return now
    if remainder is Remainder.FIRST_UNIT or remainder is Remainder.PER_UNIT:
        return now.with_runs(_by_unit(basket, now, places, amount, remainder))
    weights = [now.amounts[place] for place in places]
    if remainder is Remainder.LARGEST and not basket.has_floors:
        return now.less(zip(places, share(min(amount, sum(weights)), weights), strict=True))
    most = room(basket, now, places)
    parts = (share if remainder is Remainder.LARGEST else _last_line)(amount, weights, most)
    return now.less(zip(places, parts, strict=True))


def _last_line(amount: int, weights: Sequence[int], most: Sequence[int]) -> list[int]:
    """Shares rounded down and the rest to the last; as `money.share` where a limit does not let it."""
    total, amount = sum(weights), min(amount, sum(most))
    parts = [amount * weight // total for weight in weights]
    parts[-1] += amount - sum(parts)
    fits = all(part <= limit for part, limit in zip(parts, most, strict=True))
    return parts if fits else share(amount, weights, most)


@dataclass(slots=True)
class _EqualUnits:
    """A run of equal units."""

    place: int
    count: int
    price: int
    room: int
    """The room of one unit."""
    used: int
    off: int = 0
    more: int = 0
    """Units that bear one more."""


def _by_unit(
    basket: Basket, now: Running, places: Sequence[int], amount: int, remainder: Remainder
) -> list[tuple[int, Runs]]:
    groups = [
        _EqualUnits(place, count, price, price - basket.lines[place].floor, used)
        for place in places
        for count, price, used in now.units(place)
    ]
    amount = min(amount, sum(one.count * one.room for one in groups))
    not_full = [one for one in groups if one.room]
    while amount and not_full:
        total = sum(one.count * one.price for one in not_full)
        full = [one for one in not_full if amount * one.price >= one.room * total]
        if not full:
            _rounded_down(not_full, amount, total, remainder)
            break
        for group in full:
            group.off, amount = group.room, amount - group.count * group.room
        not_full = [one for one in not_full if not one.off]
    runs_by_place: dict[int, list[Run]] = {place: [] for place in places}
    for group in groups:
        if group.more:
            runs_by_place[group.place].append((group.more, group.price - group.off - 1, group.used))
        if group.count > group.more:
            runs_by_place[group.place].append((group.count - group.more, group.price - group.off, group.used))
    return [(place, tuple(runs)) for place, runs in runs_by_place.items()]


def _rounded_down(groups: Sequence[_EqualUnits], amount: int, total: int, remainder: Remainder) -> None:
    for group in groups:
        group.off = amount * group.price // total
    left = amount - sum(one.count * one.off for one in groups)
    by_remainder: Callable[[_EqualUnits], int] = lambda one: -(amount * one.price % total)  # noqa: E731
    for group in sorted(groups, key=by_remainder) if remainder is Remainder.PER_UNIT else groups:
        group.more = min(left, group.count)
        left -= group.more
