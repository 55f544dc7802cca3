"""How much offers take off that take the cheapest free units first, such as what is got free beside what is bought.

They get a unit of some worth only when all cheaper ones are used. Where all other offers take the most expensive units
of the same lines first, these cheaper ones are used by the offers themselves. So what they get as the n-th costs at
most as much as the n-th cheapest unit that is free now, not counting what is bought in between. For let S be the
cheapest units up to that one: either one of S is left, which costs no more; or another offer has taken one of S, as the
most expensive of what was free then, so that all that is left costs no more. An offer that takes other units first
counts as if it took the cheapest ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf

from offerloop.offers.pricing.candidates import Candidate, places_of
from offerloop.offers.pricing.claims import SOME, TAKEN
from offerloop.offers.pricing.effects import Place
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.unit_effects import CheapestFirst, OnChosenUnits
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
    """Offers before the last of them that lower prices of their lines, as bits; behind these nothing is bounded."""

    @property
    def depends_on(self) -> int:
        """The offers whose presence makes a difference, as bits."""
        return self.offers | self.lowering | sum([bit for bit, _ in self.others])

    def most(self, now: Running, allowed: int) -> float:
        """The most that those take off that are allowed, beside the others that are."""
        if allowed & self.lowering:
            return inf
        falling = falling_prices(now, self.at, self.at.lines)
        free = sum([count for _, count in falling])
        if free > _MANY_UNITS:
            return inf
        get, size, limit, off = self.taking
        times = free // size if size > get else -(-free // size)
        if limit is not None:
            times = min(times, limit * (self.offers & allowed).bit_count())
        before = sum([units for bit, units in self.others if bit & allowed])
        rising = [price for price, count in reversed(falling) for _ in range(count)]
        ends = [min(before + size * turn + one, free - 1) for turn in range(times) for one in range(get)]
        return float(sum([off.off(rising[end], rising[end], 0, self.at.arithmetic) for end in ends]))


def cheapest_first(order: Sequence[Candidate], offers: int, start: Running) -> FromCheapest | None:
    """Return the bound of some equal offers, by their positions as bits; None where it does not hold."""
    members = [order[place] for place in places_of(offers)]
    effect, at = members[0].places[0]
    taking = effect.cheapest_first(at) if isinstance(effect, OnChosenUnits) else None
    if taking is None or at.basket.has_floors or any(one.ready.limited or one.ready.of_full_price for one in members):
        return None
    near = [(place, one) for place, one in enumerate(order) if one.touched & members[0].touched]
    rivals, lowering, others = members.copy(), 0, list[tuple[int, int]]()
    for place, other in near:
        bit = 1 << place
        if bit > offers or bit & offers:
            continue
        if not is_chooser(other) or other.ready.limited:
            lowering |= bit
        elif _takes_expensive_first(other, at.lines):
            rivals.append(other)
        else:
            others.append((bit, other.places[0][0].units(other.places[0][1], start)))
    marks = [at.claim.marks for _, one in near if not is_chooser(one) or one.ready.limited for _, at in one.places]
    return None if _meet(rivals, marks) else FromCheapest(at, taking, offers, others, lowering)


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
