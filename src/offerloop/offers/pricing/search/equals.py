"""Equal offers that choose their units, and what they take off at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.pricing.effects.base import Effect, Place, UnitBound
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.cheapest_units import FromCheapest
from offerloop.offers.pricing.search.cover import Taker


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
    last: int = -1
    """The position of the last one."""
    mosts: list[tuple[int, int]] = field(default_factory=list)
    """The most that each takes off, with its position as a bit; more behind others than before them."""
    cheapest: FromCheapest | None = None
    """What they take off where they take the cheapest units first."""

    @classmethod
    def of(cls, candidate: Candidate, start: Running) -> Equals:
        """Return those that are equal to an offer, none of which has been added yet."""
        effect, at = candidate.places[0]
        return cls(effect, at, candidate.touched, effect.most_of_many(at, start), effect.per_unit(at, start))

    def takes_off(self, effect: Effect, at: Place) -> bool:
        """Whether another effect somewhere is the same."""
        return self.effect.is_like(self.at, effect, at)

    def add(self, place: int, candidate: Candidate) -> None:
        """One more of them, behind the others."""
        self.offers |= 1 << place
        self.last = place
        self.mosts.append((1 << place, candidate.most))
        self.at = self.at.with_units_of(candidate.places[0][1])

    def most(self, now: Running, allowed: int) -> float:
        """The most that those that are allowed take off."""
        most = min(sum([most for bit, most in self.mosts if bit & allowed]), self.together)
        return most if self.cheapest is None else min(most, self.cheapest.most(now, allowed))

    def taker(self, gains: Sequence[float], units: float, most: float, now: Running, allowed: int, top: float) -> Taker:
        """Those that are allowed, of whose `most` so much counts in the end."""
        cheapest = self.cheapest
        if cheapest is None or not cheapest.uses_so_many:
            return Taker(gains, units, most * top, self.touched)
        by_times = [min(off, most) * top for off in cheapest.by_times(now, allowed)]
        return Taker(gains, units, most * top, self.touched, by_times, cheapest.taking.size)

    def gains(self, units: Sequence[tuple[int, int, int]]) -> list[float]:
        """The most that they take off each of some units: (line, number, price)."""
        share, cap, more, _, _ = self.bound
        touched = self.touched
        return [
            max(0.0, (price if price < cap else cap) * share + more) if touched >> line & 1 else 0.0
            for line, _, price in units
        ]

    def gains_in_the_end(
        self, units: Sequence[tuple[int, int, int]], slopes: Sequence[float], top: float
    ) -> Sequence[float]:
        """The same, where so much of it counts in the end; `top` is the largest of its lines."""
        gains, (_, _, _, own, noise) = self.gains(units), self.bound
        if not own:
            return [gain * top for gain in gains]
        touched = self.touched
        if not noise:
            return [gain * slopes[line] for gain, (line, _, _) in zip(gains, units, strict=True)]
        least = min([slope for line, slope in enumerate(slopes) if touched >> line & 1])
        return [
            gain * slopes[line] + noise * (slopes[line] - least) if touched >> line & 1 else 0.0
            for gain, (line, _, _) in zip(gains, units, strict=True)
        ]
