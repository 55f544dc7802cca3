"""What pricing a basket comes to: every line with what was taken off and why, totals, and what did not apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from offerloop.message import Message
from offerloop.offers.base import Given
from offerloop.offers.computed import Computed
from offerloop.offers.pricing.basket import BasketLine, Shipment
from offerloop.offers.record import set_at_once
from offerloop.offers.shortfall import NotApplicable, Shortfall


@set_at_once
@dataclass(frozen=True)
class Adjustment:
    """One change of what a line or the shipping costs; below zero."""

    offer_id: str
    amount_minor: int


@set_at_once
@dataclass(frozen=True)
class PricedLine:
    """One line of the basket after all offers."""

    line: BasketLine
    paid_minor: int
    """The price paid for all its units."""
    units: tuple[tuple[int, int], ...]
    """(number, price of each): units of one line may cost differently."""
    adjustments: tuple[Adjustment, ...]
    announced_minor: int
    """The amount of all units at the price announced to everybody: after flash sales and product offers."""
    tax_minor: int = 0
    """Inside what is paid, or on top of it."""

    @property
    def off_minor(self) -> int:
        """What offers took off."""
        return -sum(one.amount_minor for one in self.adjustments)

    @property
    def prior_minor(self) -> int | None:
        """Lowest price of all units in the last 30 days, to be shown beside an announced reduction; else None."""
        lowest, reduced = self.line.lowest_minor, self.announced_minor < self.line.amount_minor or self.line.reduced
        shown = lowest is not None and reduced and self.line.counts
        return lowest * self.line.quantity if shown and lowest is not None else None

    @property
    def announced_reduction(self) -> Fraction | None:
        """The share by which the announced price is below the lowest of the last 30 days; 0 when it is not below."""
        prior = self.prior_minor
        return None if not prior else max(Fraction(0), 1 - Fraction(self.announced_minor, prior))


@set_at_once
@dataclass(frozen=True)
class PricedShipment:
    """One shipment after all offers."""

    shipment: Shipment
    paid_minor: int
    adjustments: tuple[Adjustment, ...]
    tax_minor: int = 0
    """Inside what is paid, or on top of it."""


@dataclass(frozen=True)
class GiftLine:
    """A product that offers give, and how much of it stands in the basket as a gift."""

    product_id: str
    given: int
    in_basket: int


@set_at_once
@dataclass(frozen=True)
class Applied:
    """An offer that is part of the price."""

    offer_id: str
    label: Message
    """What a customer would read."""
    off_minor: int
    """From lines and shipping together."""
    funded_minor: int
    """The part of that which the supplier pays, rounded down."""
    gives: tuple[Given, ...] = ()


@set_at_once
@dataclass(frozen=True)
class RejectedOffer:
    """An offer that does not apply, and what would change that."""

    offer_id: str
    why: NotApplicable
    minor: int = 0
    """To spend more."""
    count: int = 0
    """Units to add."""
    by: str | None = None
    """The offer that is applied instead."""
    names: tuple[str, ...] = ()
    """Products, categories, segments or channels of which any would do."""
    at: int | None = None
    """When it begins or ended, in epoch seconds."""

    @classmethod
    def of(cls, offer_id: str, missing: Shortfall) -> RejectedOffer:
        """Return an offer that something is missing for."""
        return cls(offer_id, missing.why, missing.minor, missing.count, None, missing.names, missing.at)


@set_at_once
@dataclass(frozen=True)
class Priced:
    """A basket with its price. Totals are sums of the lines to be paid."""

    currency: str
    lines: tuple[PricedLine, ...]
    """Lines in the order of the basket; a line that is not selected costs nothing here."""
    shipping_before_minor: int
    shipping_minor: int
    shipping_adjustments: tuple[Adjustment, ...]
    """Of all shipments together."""
    applied: tuple[Applied, ...]
    """Offers in the order in which they were applied."""
    find_rejected: Callable[[], tuple[RejectedOffer, ...]] = field(compare=False)
    tax_included: bool = True
    shipments: tuple[PricedShipment, ...] = ()
    find_gap: Callable[[], int] = field(default=int, compare=False)

    @Computed
    def gap_minor(self) -> int:
        """The most by which a better choice of offers could lower the total before tax; 0 where the choice is exact."""
        return self.find_gap()

    @Computed
    def rejected(self) -> tuple[RejectedOffer, ...]:
        """All other offers, by id."""
        return self.find_rejected()

    @property
    def offer_ids(self) -> frozenset[str]:
        """All offers that were looked at."""
        return frozenset(one.offer_id for one in self.applied) | {one.offer_id for one in self.rejected}

    @property
    def goods_before_minor(self) -> int:
        """Lines at shelf prices."""
        return sum(one.line.amount_minor for one in self.lines if one.line.counts)

    @property
    def goods_minor(self) -> int:
        """Lines after offers."""
        return sum(one.paid_minor for one in self.lines)

    @property
    def discount_minor(self) -> int:
        """All that offers took off, from lines and shipping."""
        return self.goods_before_minor - self.goods_minor + self.shipping_before_minor - self.shipping_minor

    @property
    def tax_minor(self) -> int:
        """The tax of all lines and shipments."""
        return sum(one.tax_minor for one in self.lines) + self.shipping_tax_minor

    @property
    def shipping_tax_minor(self) -> int:
        """The tax of all shipments."""
        return sum(one.tax_minor for one in self.shipments)

    @property
    def gift_lines(self) -> tuple[GiftLine, ...]:
        """What offers give, and gifts in the basket that none gives, by product."""
        free_units, there = Counter[str](), Counter[str]()
        for offer in self.applied:
            for gift in offer.gives:
                if gift.product_id is not None:
                    free_units[gift.product_id] += gift.quantity
        for line in self.lines:
            if line.line.gift:
                there[line.line.product_id] += line.line.quantity
        return tuple(GiftLine(name, free_units[name], there[name]) for name in sorted(free_units | there))

    @property
    def total_minor(self) -> int:
        """What is to be paid, with tax."""
        return self.goods_minor + self.shipping_minor + (0 if self.tax_included else self.tax_minor)
