"""How much offers take off that take the cheapest free units first, such as what is got free beside what is bought.

They get a unit of some worth only when all cheaper ones are used. Where all other offers take the most expensive units
of the same lines first, these cheaper ones are used by the offers themselves. So what they get as the n-th costs at
most as much as the n-th cheapest unit that is free now, not counting what is bought in between. For let S be the
cheapest units up to that one: either one of S is left, which costs no more; or another offer has taken one of S, as the
most expensive of what was free then, so that all that is left costs no more. An offer that takes other units first
counts as if it took the cheapest ones. All that one offer gets it takes before what it buys.

What lowers prices before all of these only makes the n-th cheapest unit cheaper, as long as no unit comes to cost
nothing, which does not count any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf

from offerloop.offers.pricing.candidates import Candidate, places_of
from offerloop.offers.pricing.claims import SOME, TAKEN
from offerloop.offers.pricing.effects.base import Place
from offerloop.offers.pricing.effects.chosen_units import CheapestFirst, OnChosenUnits
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.least_prices import LeastPrices
from offerloop.offers.pricing.units import falling_prices

_MANY_UNITS = 100
"""Free units above which nothing is bounded, as each is looked at."""


def is_chooser(candidate: Candidate) -> bool:
    """Whether an offer chooses its units, and they are used then."""
    return candidate.uses is SOME and not candidate.quick


@dataclass(slots=True)
class FromCheapest:
    """Equal offers that take the cheapest units of the same lines."""

    at: Place
    taking: CheapestFirst
    offers: int
    """As bits of their positions."""
    others: list[tuple[int, int]]
    """Offers before the last of them that take other units first, with their positions as bits, and their units."""
    lowering: int
    """Offers before the last of them that lower prices of their lines between them or to nothing, as bits; behind these
    nothing is bounded."""
    cache: dict[tuple[object, ...], Sequence[int]] = field(default_factory=dict)
    """What so many of them take off units of some prices behind so many units, by how often they are used."""

    @property
    def uses_so_many(self) -> bool:
        """Whether they use the same number of units each time."""
        return self.taking.size > self.taking.get

    @property
    def depends_on(self) -> int:
        """The offers whose presence makes a difference, as bits."""
        return self.offers | self.lowering | sum([bit for bit, _ in self.others])

    def most(self, now: Running, allowed: int) -> float:
        """The most that those take off that are allowed, beside the others that are."""
        return max(self.by_times(now, allowed), default=inf)

    def by_times(self, now: Running, allowed: int) -> Sequence[int]:
        """The same by how often they are used together; nothing where it is not bounded."""
        if allowed & self.lowering:
            return ()
        before = sum([units for bit, units in self.others if bit & allowed])
        number, falling = (self.offers & allowed).bit_count(), falling_prices(now, self.at, self.at.lines)
        key = (before, number, *falling)
        cached = self.cache.get(key)
        if cached is None:
            cached = self.cache[key] = self._by_times(before, number, falling)
        return cached

    def _by_times(self, before: int, number: int, falling: Sequence[tuple[int, int]]) -> Sequence[int]:
        """What so many offers take off at most, behind others that use so many units."""
        free = sum([count for _, count in falling])
        if free > _MANY_UNITS:
            return ()
        get, size, limit, _ = self.taking
        times = free // size if size > get else -(-free // size)
        each = times if limit is None else min(times, limit)
        offs = self._offs(falling, before + size * times + get)
        most = [0] + [-1] * times
        for _ in range(min(number, times)):
            for after in range(times, 0, -1):
                for turn in range(max(0, after - each), after):
                    if most[turn] >= 0:
                        begun = before + size * turn
                        most[after] = max(most[after], most[turn] + offs[begun + (after - turn) * get] - offs[begun])
        return most

    def _offs(self, falling: Sequence[tuple[int, int]], units: int) -> Sequence[int]:
        """What is taken off the first units from the cheapest on; of more than there are the last one counts."""
        each = [(self.taking.off.off(price, price, 0, self.at.arithmetic), count) for price, count in falling]
        rising = [off for off, count in reversed(each) for _ in range(count)]
        return list(accumulate(rising + rising[-1:] * units, initial=0))


def cheapest_first(order: Sequence[Candidate], offers: int, start: Running) -> FromCheapest | None:
    """Return the bound of some equal offers, by their positions as bits; None where it does not hold."""
    members = [order[place] for place in places_of(offers)]
    effect, at = members[0].places[0]
    taking = effect.cheapest_first(at) if isinstance(effect, OnChosenUnits) else None
    if taking is None or at.basket.has_floors or any(one.ready.limited or one.ready.of_full_price for one in members):
        return None
    near = [(place, one) for place, one in enumerate(order) if one.touched & members[0].touched]
    harmless = _lowers_before(order, [place for place, one in near if _uses_up(one)], at)
    rivals, lowering, others = members.copy(), 0, list[tuple[int, int]]()
    for place, other in near:
        bit = 1 << place
        if bit > offers or bit & offers or place < harmless:
            continue
        if not _uses_up(other):
            lowering |= bit
        elif _takes_expensive_first(other, at.lines):
            rivals.append(other)
        else:
            others.append((bit, other.places[0][0].units(other.places[0][1], start)))
    marks = [at.claim.marks for _, one in near if not _uses_up(one) for _, at in one.places]
    return None if _meet(rivals, marks) else FromCheapest(at, taking, offers, others, lowering)


def _uses_up(candidate: Candidate) -> bool:
    """Whether an offer chooses its units, and no other one finds them."""
    return is_chooser(candidate) and not candidate.ready.limited


def _lowers_before(order: Sequence[Candidate], choosing: Sequence[int], at: Place) -> int:
    """The position before which offers lower prices of some lines, none of them to nothing; 0 where one may."""
    least = LeastPrices(at.basket)
    for candidate in order[: choosing[0]]:
        least.add(candidate)
    return choosing[0] if all(least.by_line[line] > 0 for line in at.lines) else 0


def _takes_expensive_first(candidate: Candidate, lines: Sequence[int]) -> bool:
    effect, at = candidate.places[0]
    if candidate.ready.of_full_price or not isinstance(effect, OnChosenUnits):
        return False
    return effect.takes_expensive_first(at, frozenset(lines))


def _meet(rivals: Iterable[Candidate], marks: Iterable[int]) -> bool:
    """Whether some offers do not find the same units free, because of what others mark that do not use them up."""
    avoids = 0
    for rival in rivals:
        avoids |= rival.places[0][1].claim.avoids
    return any(mark & avoids & ~TAKEN for mark in marks)
