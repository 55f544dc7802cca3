"""The protocol of what an offer does to the prices of a basket, and what most effects share.

An effect has two sides: how much it takes off at some prices, which costs little to ask, and the prices after it.
What it takes off never grows beyond `most` when prices fall and units are used, and beyond what it takes off now
unless it chooses its units (`quick` is false); the search for the best offers rests on that.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import ClassVar, NamedTuple, Protocol

from offerloop.money import half_up
from offerloop.offers.pricing.basket import Basket
from offerloop.offers.pricing.claims import NO_CLAIM, UnitClaim, Uses
from offerloop.offers.pricing.running import Running, room
from offerloop.offers.pricing.sharing import Remainder
from offerloop.offers.scope import Scope
from offerloop.offers.shortfall import Shortfall


@dataclass(frozen=True)
class Arithmetic:
    """How a shop, or an engine whose published cases are to be met, rounds."""

    remainder: Remainder = Remainder.LARGEST
    price_rounds: bool = False
    """Whether the price after a percentage is rounded half up, instead of the discount."""

    def off(self, amount: int, percent: Fraction) -> int:
        """A percentage of an amount."""
        if self.price_rounds:
            return amount - half_up(Fraction(amount * (100 - percent)) / 100)
        top, under = percent.as_integer_ratio()
        return (2 * amount * top + 100 * under) // (200 * under)


@dataclass(slots=True)
class Place:
    """Where an effect works; never changed."""

    basket: Basket
    lines: Sequence[int]
    """Positions, in order."""
    arithmetic: Arithmetic
    units_left: int | None = None
    """How many units it may still touch; None for all."""
    claim: UnitClaim = NO_CLAIM
    times: int | None = None
    """How often it is to be used; None for as often as it can."""
    also: Sequence[Sequence[int]] = ()
    """Positions of the lines of each scope of `Effect.also`."""
    ranks: Sequence[int] | None = None
    """The order of all lines where it is not that of their positions."""

    def in_order(self, lines: Iterable[int]) -> Iterable[int]:
        """Lines in the order in which it takes those that tie."""
        return lines if self.ranks is None else sorted(lines, key=self.ranks.__getitem__)

    def with_units_of(self, other: Place) -> Place:
        """The same lines with all units that this effect or another one may use."""
        avoids = self.claim.avoids & other.claim.avoids
        return self if avoids == self.claim.avoids else replace(self, claim=UnitClaim(self.claim.marks, avoids))

    def amount(self, now: Running) -> int:
        """What its lines cost together."""
        if self.lines is self.basket.live:
            return now.total - now.shipping
        return sum([now.amounts[place] for place in self.lines])

    def room(self, now: Running) -> int:
        """How much lower its lines can go before all their units cost their floor."""
        return sum(room(self.basket, now, self.lines)) if self.basket.has_floors else self.amount(now)


class UnitBound(NamedTuple):
    """What an effect takes off a unit at most."""

    share: float
    """Of its price."""
    cap: float = inf
    """The price up to which it takes the share."""
    more: float = 0.0
    own: bool = False
    """Whether the unit bears that itself; otherwise the units that are used bear it on average."""
    noise: float = 0.0
    """What rounding moves to it from other units at most."""


class Effect(Protocol):
    """What one offer takes off some lines, units or shipments of a basket."""

    uses: ClassVar[Uses]

    @property
    def also(self) -> Sequence[Scope]:
        """Lines that it may touch beside those of its own scope."""

    @property
    def quick(self) -> bool:
        """Whether asking what it takes off costs little beside taking it off."""

    of_goods: ClassVar[bool]
    """Whether it may change what lines cost."""

    def shipments_of(self, basket: Basket) -> Sequence[int]:
        """Positions of the shipments that it may change."""

    def missing(self, at: Place, now: Running) -> Shortfall | None:
        """What would have to be in the basket before it takes anything off."""

    def worth(self, at: Place, now: Running) -> int:
        """How much it takes off."""

    def most(self, at: Place, now: Running) -> int:
        """The most that it takes off at these or at lower prices, whatever was used before."""

    def most_of_many(self, at: Place, now: Running) -> float:
        """The most that any number of equal offers take off together, whatever was used before."""

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """What all units of each line would bear at most if all were used, at these or at lower prices."""

    def rates(self, at: Place) -> tuple[Sequence[tuple[int, float]], float]:
        """The share that it takes off each line where it is a percentage, and what rounding can add."""

    @property
    def in_proportion(self) -> bool:
        """Whether what it takes off is shared over its lines in proportion to what they cost."""

    def repeats(self, at: Place, now: Running) -> int:
        """How often it can be used."""

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """What it takes off is at most so much for each unit that it uses, at these or at lower prices."""

    @property
    def size(self) -> int:
        """How many units it uses each time."""

    def units(self, at: Place, now: Running) -> int:
        """How many units it uses at most."""

    def is_like(self, at: Place, other: object, place: Place) -> bool:
        """Whether another effect at its place takes off the same of the same lines, whatever was applied before."""

    def apply(self, at: Place, now: Running, entry: Running) -> Running:
        """Prices after it. A percentage of every unit is of its price at `entry`, when the offer's turn came."""


@dataclass(frozen=True)
class Plain(ABC):
    """An effect on its own scope that asks for nothing."""

    uses: ClassVar[Uses] = Uses.LINES
    of_goods: ClassVar[bool] = True

    @property
    def also(self) -> Sequence[Scope]:
        """See `Effect.also`."""
        return ()

    @property
    def quick(self) -> bool:
        """See `Effect.quick`."""
        return True

    def shipments_of(self, basket: Basket) -> Sequence[int]:
        """See `Effect.shipments_of`."""
        del basket
        return ()

    def missing(self, at: Place, now: Running) -> Shortfall | None:
        """See `Effect.missing`."""
        del at, now
        return None

    def most(self, at: Place, now: Running) -> int:
        """See `Effect.most`."""
        return self.worth(at, now)

    def most_of_many(self, at: Place, now: Running) -> float:
        """See `Effect.most_of_many`."""
        del at, now
        return inf

    def by_line(self, at: Place, now: Running) -> list[tuple[int, float]]:
        """See `Effect.by_line`."""
        return [(place, now.amounts[place]) for place in at.lines]

    def rates(self, at: Place) -> tuple[Sequence[tuple[int, float]], float]:
        """See `Effect.rates`."""
        del at
        return (), 0.0

    @property
    def in_proportion(self) -> bool:
        """See `Effect.in_proportion`."""
        return False

    def repeats(self, at: Place, now: Running) -> int:
        """See `Effect.repeats`."""
        del at, now
        return 1

    def per_unit(self, at: Place, now: Running) -> UnitBound:
        """See `Effect.per_unit`."""
        del at, now
        return UnitBound(1.0)

    @property
    def size(self) -> int:
        """See `Effect.size`."""
        return 1

    def units(self, at: Place, now: Running) -> int:
        """See `Effect.units`."""
        return self.size * self.repeats(at, now)

    def is_like(self, at: Place, other: object, place: Place) -> bool:
        """See `Effect.is_like`."""
        return self == other and at.lines == place.lines and at.also == place.also

    @abstractmethod
    def worth(self, at: Place, now: Running) -> int:
        """See `Effect.worth`."""
