"""Units of a basket that an offer may choose from, in runs of equal price, and what becomes of those that it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from offerloop.offers.pricing.effects.base import Place
from offerloop.offers.pricing.effects.each_unit import OffEachUnit
from offerloop.offers.pricing.running import Piece, Running, at_full_price, cut_runs, merged
from offerloop.offers.scope import Scope

price_of = attrgetter("price")


@dataclass(slots=True)
class FreeUnits:
    """Units of one run that nothing has used yet."""

    place: int
    number: int
    """The position of the run in its line."""
    count: int
    price: int
    used: int
    pieces: list[Piece] = field(default_factory=list)
    """What the units that are taken become."""

    def take(self, count: int, price: int, marks: int) -> None:
        """Some units now cost so much and are used."""
        self.count -= count
        self.pieces.append((self.number, (count, price, self.used | marks)))


def as_now(lines: Sequence[int], scope: Scope, now: Running) -> Sequence[int]:
    """The lines of another scope than the offer's own, as they are now."""
    return at_full_price(lines, now) if scope.only_full_price and now.announced else lines


def free_units(
    now: Running, at: Place, lines: Iterable[int], *, expensive_first: bool, per_line: int | None = None
) -> list[FreeUnits]:
    """The units of some lines that may be used, by price; ties to the earliest line.

    Of each line at most `per_line`, the most expensive ones.
    """
    avoids = at.claim.avoids
    units = [
        FreeUnits(place, number, count, price, used)
        for place in at.in_order(lines)
        for number, (count, price, used) in enumerate(now.units(place))
        if not used & avoids
    ]
    units.sort(key=price_of, reverse=expensive_first)
    return units if per_line is None else _most_expensive_of_each_line(units, per_line)


def _most_expensive_of_each_line(units: Sequence[FreeUnits], per_line: int) -> list[FreeUnits]:
    """Units in the same order, of which each line has at most so many."""
    left: dict[int, int] = {}
    for run in sorted(units, key=price_of, reverse=True):
        room = left.setdefault(run.place, per_line)
        run.count = min(run.count, room)
        left[run.place] = room - run.count
    return [one for one in units if one.count]


def count_free(now: Running, at: Place, lines: Iterable[int], per_line: int | None = None) -> int:
    """How many units of some lines may be used; where units are used once, what costs nothing does not count."""
    avoids = at.claim.avoids
    if not avoids:
        quantities = [at.basket.lines[place].quantity for place in lines]
        return sum(quantities if per_line is None else [min(per_line, one) for one in quantities])
    cached = now.free.get((id(lines), avoids, per_line))
    if cached is None:
        cached = now.free[id(lines), avoids, per_line] = (lines, _count_unused(now, avoids, lines, per_line))
    return cached[1]


def falling_prices(now: Running, at: Place, lines: Iterable[int]) -> Sequence[tuple[int, int]]:
    """(price, units) of the units of some lines that may be used, from the highest price on.

    Where units are used once, what costs nothing does not count.
    """
    avoids = at.claim.avoids
    cached = now.falling.get((id(lines), avoids))
    if cached is None:
        counts: dict[int, int] = {}
        for place in lines:
            for count, price, used in now.units(place) if now.off[place] else now.runs[place]:
                if not used & avoids and (price or not avoids):
                    counts[price] = counts.get(price, 0) + count
        cached = now.falling[id(lines), avoids] = (lines, sorted(counts.items(), reverse=True))
    return cached[1]


def _count_unused(now: Running, avoids: int, lines: Iterable[int], per_line: int | None) -> int:
    total, runs, off = 0, now.runs, now.off
    for place in lines:
        free = 0
        for count, price, used in now.units(place) if off[place] else runs[place]:
            if price and not used & avoids:
                free += count
        total += free if per_line is None or free < per_line else per_line
    return total


def rewards(
    units: Iterable[FreeUnits], at: Place, count: int, off: OffEachUnit
) -> Iterator[tuple[FreeUnits, int, int]]:
    """(run, units, off each) of the first units of which something can be taken off, at most so many."""
    for run in units:
        if not count:
            return
        each = off.off(run.price, run.price, at.basket.lines[run.place].floor, at.arithmetic)
        if each:
            taken = min(count, run.count)
            count -= taken
            yield run, taken, each


def use_up(units: Iterable[FreeUnits], count: int, marks: int) -> None:
    """The first so many of what is left are used at the price that they have."""
    for run in units:
        if not count:
            return
        taken = min(count, run.count)
        if taken:
            run.take(taken, run.price, marks)
            count -= taken


def with_taken(now: Running, units: Iterable[FreeUnits], *, together: bool = False) -> Running:
    """Prices after units are taken; `together` puts units of a line that are equal into one run."""
    pieces: dict[int, list[Piece]] = {}
    for run in units:
        if run.pieces:
            pieces.setdefault(run.place, []).extend(run.pieces)
    runs = [(place, cut_runs(now.units(place), of_line)) for place, of_line in pieces.items()]
    return now.with_runs([(place, merged(line)) for place, line in runs] if together else runs)
