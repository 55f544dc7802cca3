"""How much offers that choose their units can take off together, from the units that are still free.

Offers that share no lines are bounded apart. Of the others either all count at the most that they and their equals
take off, or every free unit bears the most that one of them takes off it, or some count in one way and the rest in the
other; the least of what is tried counts (a fractional packing, of which each part is a feasible dual solution).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import mul

from offerloop.offers.pricing.candidates import Candidate, places_of
from offerloop.offers.pricing.claims import TAKEN
from offerloop.offers.pricing.effects import Effect, Place, UnitBound
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.cheapest import FromCheapest, cheapest_first, is_chooser


@dataclass(slots=True)
class Equals:
    """Offers that take off the same from the same lines."""

    effect: Effect
    at: Place
    """With all units that one of them may use."""
    touched: int
    together: float
    """The most that all of them take off."""
    bound: UnitBound
    offers: int = 0
    """As bits of their positions."""
    mosts: list[tuple[int, int]] = field(default_factory=list)
    """The most that each takes off, with its position as a bit; more behind others than before them."""
    cheapest: FromCheapest | None = None
    """What they take off where they take the cheapest units first."""

    def takes_off(self, effect: Effect, lines: Sequence[int]) -> bool:
        """Whether another effect on some lines is the same."""
        return self.effect == effect and self.at.lines == lines

    def add(self, place: int, candidate: Candidate) -> None:
        """One more of them."""
        self.offers |= 1 << place
        self.mosts.append((1 << place, candidate.most))
        self.at = self.at.with_units_of(candidate.places[0][1])

    def most(self, now: Running, allowed: int) -> float:
        """The most that those that are allowed take off."""
        if not self.offers & allowed or not self.effect.repeats(self.at, now):
            return 0.0
        most = most_of(self.mosts, allowed, self.together)
        return most if self.cheapest is None else min(most, self.cheapest.most(now, allowed))

    def most_of_each(self, units: Sequence[tuple[int, int, int]]) -> list[float]:
        """The most that they take off each of some units: (line, number, price)."""
        (share, cap, more, _), touched = self.bound, self.touched
        return [
            max(0.0, (price if price < cap else cap) * share + more) if touched >> line & 1 else 0.0
            for line, _, price in units
        ]


def most_of(mosts: Sequence[tuple[int, int]], left: int, together: float) -> float:
    """Return the most that those of some equal offers take off that are left."""
    return min(sum([most for bit, most in mosts if bit & left]), together)


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
        whole = [one.most(now, left) for one in self.equals]
        units = [
            (line, count, price)
            for line in self.lines
            for count, price, used in now.units(line)
            if price and not used & TAKEN
        ]
        of_units = [one.most_of_each(units) for one, most in zip(self.equals, whole, strict=True) if most]
        return _least_cover([most for most in whole if most], of_units, [count for _, count, _ in units])


def _least_cover(whole: Sequence[float], of_units: Sequence[Sequence[float]], counts: Sequence[int]) -> float:
    """The least that is found with some offers counted as a whole, of which one after another is tried."""
    as_whole, best = [False] * len(whole), _cover([False] * len(whole), whole, of_units, counts)
    improved = bool(whole)
    while improved:
        improved = False
        for place in range(len(whole)):
            as_whole[place] = not as_whole[place]
            value = _cover(as_whole, whole, of_units, counts)
            if value < best:
                best, improved = value, True
            else:
                as_whole[place] = not as_whole[place]
    return min(best, sum(whole))


def _cover(
    as_whole: Sequence[bool], whole: Sequence[float], of_units: Sequence[Sequence[float]], counts: Sequence[int]
) -> float:
    """What some offers take off as a whole, and the others of every unit: the largest of what each takes off it."""
    others = [values for values, one in zip(of_units, as_whole, strict=True) if not one]
    most = sum([value for value, one in zip(whole, as_whole, strict=True) if one])
    return most + sum(map(mul, counts, map(max, others[0], *others))) if others else most


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
        effect, at = order[place].places[0]
        equal = next((one for one in classes if one.takes_off(effect, at.lines)), None)
        if equal is None:
            together, bound = effect.most_of_many(at, start), effect.per_unit(at, start)
            equal = Equals(effect, at, order[place].touched, together, bound)
            classes.append(equal)
        equal.add(place, order[place])
    return classes
