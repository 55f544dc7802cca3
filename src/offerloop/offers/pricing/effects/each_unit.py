"""A percentage, an amount or a price for every unit, which each of them gets on its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from offerloop.offers.pricing.claims import Uses
from offerloop.offers.pricing.effects.base import Arithmetic, Place, Plain, UnitBound
from offerloop.offers.pricing.running import Piece, Running, Runs, cut_runs


@dataclass(frozen=True)
class OffEachUnit(Plain):
    """A percentage, an amount or a price for every unit, rounded unit by unit: what a price tag shows."""

    percent: Fraction | None = None
    amount_minor: int = 0
    price_minor: int | None = None
    units_per_line: int | None = None
    """At most so many units of each line."""

    uses: ClassVar[Uses] = Uses.EACH

    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
        if self._limited(at):
            return sum(taken * gain for _, _, taken, gain in self._chosen(at, now))
        worth, how, avoids = 0, at.arithmetic, at.claim.avoids
        for place in at.lines:
            floor = at.basket.lines[place].floor
            for count, price, used in now.units(place):
                if not used & avoids:
                    worth += count * self.off(price, price, floor, how)
        return worth

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """See `Effect.by_line`."""
        return [(place, sum(count * off for count, off in self.offs(at, place, now))) for place in at.lines]

    def rates(self, at: Place) -> tuple[Sequence[tuple[int, float]], float]:
        """See `Effect.rates`."""
        if self.percent is None or self._limited(at):
            return (), 0.0
        rate, lines = float(self.percent) / 100, at.basket.lines
        return [(place, rate) for place in at.lines], sum([lines[place].quantity for place in at.lines]) / 2

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """See `Effect.per_unit`."""
        del at, now
        if self.percent is not None:
            return UnitBound(float(self.percent) / 100, more=0.5, own=True)
        if self.price_minor is None:
            return UnitBound(1.0, float(self.amount_minor), own=True)
        return UnitBound(1.0, more=-float(self.price_minor), own=True)

    def offs(self, at: Place, place: int, now: Running) -> list[tuple[int, int]]:
        """How many units of a line that are free get how much off each."""
        floor, how = at.basket.lines[place].floor, at.arithmetic
        avoids = at.claim.avoids
        runs = now.units(place)
        return [(count, self.off(price, price, floor, how)) for count, price, used in runs if not used & avoids]

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """See `Effect.apply`."""
        if self._limited(at):
            return self._apply_to_chosen(at, now)
        return now.with_runs((place, self._line(at, place, now, entry)) for place in at.lines)

    def _line(self, at: Place, place: int, now: Running, entry: Running) -> Runs:
        floor, how, claim = at.basket.lines[place].floor, at.arithmetic, at.claim
        return tuple(
            (count, price, used)
            if used & claim.avoids
            else (count, price - self.off(price, before, floor, how), used | claim.marks)
            for count, price, used, before in _aligned(now.units(place), entry.units(place))
        )

    def off(self, price: int, entry: int, floor: int, how: Arithmetic) -> int:
        """Off one unit that costs `price` now and cost `entry` when the offer's turn came."""
        if self.percent is not None:
            off = how.off(entry, self.percent)
        else:
            off = self.amount_minor if self.price_minor is None else price - self.price_minor
        return max(0, min(off, price - floor))

    def units(self, at: Place, now: Running) -> int:
        """See `Effect.units`."""
        del now
        each = self.units_per_line
        quantities = [at.basket.lines[place].quantity for place in at.lines]
        most = sum(quantities if each is None else [min(each, quantity) for quantity in quantities])
        return most if at.units_left is None else min(most, at.units_left)

    def _limited(self, at: Place) -> bool:
        return at.units_left is not None or self.units_per_line is not None

    def _chosen(self, at: Place, now: Running) -> list[tuple[int, int, int, int]]:
        """(line, run, units, off each) of only so many units: first those from which it takes most."""
        gains = []
        units = sum(at.basket.lines[place].quantity for place in at.lines) if at.units_left is None else at.units_left
        of_line = dict.fromkeys(at.lines, units if self.units_per_line is None else self.units_per_line)
        for turn, place in enumerate(at.lines):
            floor = at.basket.lines[place].floor
            for number, (count, price, used) in enumerate(now.units(place)):
                gain = 0 if used & at.claim.avoids else self.off(price, price, floor, at.arithmetic)
                if gain:
                    gains.append((-gain, turn, place, number, count))
        chosen = []
        for gain, _, place, number, count in sorted(gains):
            taken = min(units, count, of_line[place])
            if taken:
                chosen.append((place, number, taken, -gain))
            units -= taken
            of_line[place] -= taken
        return chosen

    def _apply_to_chosen(self, at: Place, now: Running) -> Running:
        parts: dict[int, list[Piece]] = {}
        for place, number, taken, gain in self._chosen(at, now):
            price, used = now.units(place)[number][1:]
            parts.setdefault(place, []).append((number, (taken, price - gain, used | at.claim.marks)))
        return now.with_runs((place, cut_runs(now.units(place), of_line)) for place, of_line in parts.items())


def _aligned(now: Runs, entry: Runs) -> list[tuple[int, int, int, int]]:
    """(count, price now, use, price at entry) of units; both say the same units in the same order."""
    if now is entry:
        return [(count, price, used, price) for count, price, used in now]
    runs, left = [], [list(run) for run in entry]
    for count, price, used in now:
        while count:
            taken = min(count, left[0][0])
            runs.append((taken, price, used, left[0][1]))
            count -= taken
            left[0][0] -= taken
            if not left[0][0]:
                left.pop(0)
    return runs
