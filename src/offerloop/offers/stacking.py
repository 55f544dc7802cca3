"""How offers combine: in lanes, one after another.

Flash sales come first, then product offers, thresholds, coupons and shipping; each lane sees the prices that the lanes
before it have left. In a lane an offer of higher priority comes first, then those that choose single units, then the
one that takes off more, then the lesser id. Two offers of one lane touch the same units only if both are stackable
叠加; of others the choice is the best one 择优. An exclusive 互斥 offer stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from offerloop.money import round_up
from offerloop.offers.pricing.effects.base import Arithmetic
from offerloop.offers.pricing.taxes import TaxRules


class Lane(StrEnum):
    """Groups of offers that compete, in the order in which they are applied."""

    FLASH_SALE = "flash_sale"
    PRODUCT = "product"
    THRESHOLD = "threshold"
    COUPON = "coupon"
    SHIPPING = "shipping"


LANES = tuple(Lane)
ANNOUNCED = (Lane.FLASH_SALE, Lane.PRODUCT)
"""Lanes of reductions that a shop announces for everybody on the price tag."""


@dataclass(frozen=True)
class Stacking:
    """How one offer combines with others."""

    lane: Lane | None = None
    """None for the lane of the offer's kind."""
    priority: int = 0
    exclusive: bool = False
    stackable: bool = False
    group: str = ""
    """At most one offer of a group applies to a basket, such as one "shop coupon" and one "platform coupon"."""
    not_with: frozenset[str] = frozenset()
    """Ids of offers beside which it does not apply, in whatever lane."""
    announced: bool | None = None
    """Whether it counts as a reduction that the shop announces; None for what its lane says."""

    def excludes(self, other_id: str, other: Stacking) -> bool:
        """Whether it rules out another offer by its group or by its id."""
        return bool(self.group and self.group == other.group) or other_id in self.not_with


ALONE_IN_ITS_LANE = Stacking()


class StackingChoice(StrEnum):
    """The way in which the offers that apply are chosen."""

    BEST = "best"
    """The set with the lowest total, or as near to it as `StackingPolicy.effort` reaches."""
    PRIORITY = "priority"
    """All of them by falling priority, whatever their lane; the first that is exclusive stands alone."""


@dataclass(frozen=True)
class StackingPolicy:
    """The rules of a shop for all of its offers."""

    choice: StackingChoice = StackingChoice.BEST
    arithmetic: Arithmetic = field(default_factory=Arithmetic)
    most_minor: int | None = None
    """Maximum total discount of a basket; the offer that would pass it is cut."""
    most_share: Fraction | None = None
    """The same as a share of the lines at shelf prices."""
    most_line_share: Fraction | None = None
    """The most that all offers take off a unit of any product, as a share of its shelf price."""
    most_unit_minor: int | None = None
    """The same as an amount."""
    units_once: bool = True
    """Whether units that an offer of single units has used are not there for another, and offers that do not stack
    compete for units; otherwise units may be used again, and such offers compete for lines."""
    tax: TaxRules = field(default_factory=TaxRules)
    currency: str = ""
    """Of its amounts; empty where it has none, or where they hold whatever a basket's currency is."""
    other_currencies: tuple[StackingPolicy, ...] = ()
    """The same rules with their amounts in other currencies."""
    effort: int = 60_000
    """How much work the search for the best set may be: each set that is tried counts as many as it has lines and some
    more, and so do the lines of the offers that are bounded. 0 takes the greedy answer."""

    def in_currency(self, currency: str) -> StackingPolicy:
        """Return the rules with their amounts in a currency; the rules themselves where they have none in it."""
        return next((one for one in self.other_currencies if one.currency == currency), self)

    def holds_in(self, currency: str) -> bool:
        """Whether its amounts are in a currency, or in none."""
        return self.currency in ("", currency)

    def least_of_unit(self, unit_minor: int) -> int:
        """What a unit of a shelf price must cost at least, rounded up; 0 where nothing limits its discount."""
        share = 0 if self.most_line_share is None else round_up(unit_minor * (1 - self.most_line_share))
        return share if self.most_unit_minor is None else max(share, unit_minor - self.most_unit_minor)

    @property
    def limits_units(self) -> bool:
        """Whether the discount of a unit has a maximum."""
        return self.most_line_share is not None or self.most_unit_minor is not None

    def most(self, goods_minor: int) -> int | None:
        """Maximum total discount of a basket of this size, rounded down."""
        limits = [] if self.most_minor is None else [self.most_minor]
        if self.most_share is not None:
            limits.append(int(goods_minor * self.most_share))
        return min(limits, default=None)


DEFAULT_POLICY = StackingPolicy()
