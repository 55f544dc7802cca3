"""How much offers that choose their units can take off together, from the units that are still free.

Offers that share no lines are bounded apart (see `cover`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from offerloop.offers.pricing.candidates import Candidate, places_of
from offerloop.offers.pricing.claims import TAKEN
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.cheapest_units import cheapest_first, is_chooser
from offerloop.offers.pricing.search.cover import Taker, Units, least_cover
from offerloop.offers.pricing.search.equals import Equals


@dataclass(slots=True)
class Rivals:
    """Offers of one lane that choose units of the same lines, directly or through others."""

    equals: list[Equals]
    offers: int
    """As bits of their positions."""
    lines: tuple[int, ...]
    depends_on: int = 0
    """The offers whose presence makes a difference, as bits."""
    cache: dict[tuple[object, ...], float] = field(default_factory=dict)

    def most(self, now: Running, allowed: int) -> float:
        """How much those that are allowed take off at most from now on."""
        if not self.offers & allowed:
            return 0.0
        left = self.depends_on & allowed
        key = (left, *[now.units(line) for line in self.lines])
        cached = self.cache.get(key)
        if cached is None:
            cached = self.cache[key] = self._most(now, left)
        return cached

    def _most(self, now: Running, left: int) -> float:
        units = [
            (line, count, price)
            for line in self.lines
            for count, price, used in now.units(line)
            if price and not used & TAKEN
        ]
        takers = list[Taker]()
        for equals in self.equals:
            if equals.offers & left and equals.effect.repeats(equals.at, now):
                most = equals.most(now, left)
                if most:
                    takers.append(equals.taker(equals.gains(units), inf, most, now, left, 1.0))
        return least_cover(takers, Units([line for line, _, _ in units], [count for _, count, _ in units]))


def find_rivals_by_line(order: Sequence[Candidate], start: Running) -> list[Rivals]:
    """Offers that choose their units, by lane and by the lines that they share."""
    lanes: dict[int, list[tuple[int, int]]] = {}
    for place, candidate in enumerate(order):
        if is_chooser(candidate):
            groups = lanes.setdefault(candidate.ready.lane, [])
            near = [(offers, lines) for offers, lines in groups if lines & candidate.touched]
            groups[:] = [group for group in groups if group not in near]
            offers, lines = 1 << place, candidate.touched
            for more, others in near:
                offers, lines = offers | more, lines | others
            groups.append((offers, lines))
    every = (1 << len(start.amounts)) - 1
    return [
        _rivals(order, offers, tuple(places_of(lines & every)), start)
        for groups in lanes.values()
        for offers, lines in groups
    ]


def _rivals(order: Sequence[Candidate], offers: int, lines: tuple[int, ...], start: Running) -> Rivals:
    classes, depends_on = _equals(order, offers, start), offers
    for equals in classes:
        equals.cheapest = cheapest_first(order, equals.offers, start)
        depends_on |= 0 if equals.cheapest is None else equals.cheapest.depends_on
    return Rivals(classes, offers, lines, depends_on)


def _equals(order: Sequence[Candidate], offers: int, start: Running) -> list[Equals]:
    classes: list[Equals] = []
    for place in places_of(offers):
        equal = next((one for one in classes if one.takes_off(*order[place].places[0])), None)
        if equal is None:
            equal = Equals.of(order[place], start)
            classes.append(equal)
        equal.add(place, order[place])
    return classes
