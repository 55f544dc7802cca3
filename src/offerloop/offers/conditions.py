"""What must be true of a basket before an offer holds, and what is missing where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.purchase import ANY_PURCHASE, PurchaseConditions
from offerloop.offers.scope import Scope
from offerloop.offers.shortfall import NotApplicable, Shortfall
from offerloop.offers.window import ALWAYS, Window


class Measured(StrEnum):
    """The prices at which a threshold is measured."""

    BEFORE = "before"
    """Shelf prices, whatever other offers take off: 平行 for offers across shops."""
    AFTER = "after"
    """What is left to pay after the offers before it: 递进."""


@dataclass(frozen=True)
class Conditions:
    """All that are given must hold."""

    min_minor: int = 0
    """The least amount to spend."""
    min_count: int = 0
    """Least number of units."""
    measured: Measured = Measured.BEFORE
    measured_on: Scope | None = None
    """What the least spend and number are about; None for what the offer itself is about."""
    contains: Scope | None = None
    """The basket must hold a line of it."""
    contains_not: Scope | None = None
    """The basket must hold no line of it."""
    segments: frozenset[str] = frozenset()
    """The customer is in one of them."""
    not_segments: frozenset[str] = frozenset()
    """The customer is in none of them."""
    order_number: int | None = None
    """1 for a first order."""
    bought_in: frozenset[str] = frozenset()
    not_bought_in: frozenset[str] = frozenset()
    purchase: PurchaseConditions = ANY_PURCHASE
    any_of: tuple[Conditions, ...] = ()
    """At least one of these must hold beside all others."""
    none_of: tuple[Conditions, ...] = ()
    """None of these may hold; their least spend is measured at shelf prices."""
    window: Window = ALWAYS
    code_needed: bool = False
    """Whether the customer has to present the coupon."""

    @property
    def are_of_the_moment(self) -> bool:
        """Whether any of them depends neither on prices nor on products."""
        of_customer = self.code_needed, self.segments, self.not_segments, self.bought_in, self.not_bought_in
        others = self.window is not ALWAYS or self.order_number is not None or self.purchase is not ANY_PURCHASE
        return any(of_customer) or others

    def of_the_moment(self, basket: Basket, now: int, offer_id: str) -> Shortfall | None:
        """What depends neither on prices nor on products."""
        if self.code_needed and offer_id not in basket.codes:
            return Shortfall(NotApplicable.CODE, names=(offer_id,))
        missing = None if self.window is ALWAYS else self._of_the_clock(now)
        return missing or self._of_the_customer(basket)

    def _of_the_clock(self, now: int) -> Shortfall | None:
        window = self.window
        if window.starts_at is not None and now < window.starts_at:
            return Shortfall(NotApplicable.NOT_STARTED, at=window.starts_at)
        if window.ends_at is not None and now >= window.ends_at:
            return Shortfall(NotApplicable.ENDED, at=window.ends_at)
        return None if window.open_in_the_week(now) else Shortfall(NotApplicable.CLOSED)

    def _of_the_customer(self, basket: Basket) -> Shortfall | None:
        customer = basket.customer
        if self.segments and not self.segments & customer.segments:
            return Shortfall(NotApplicable.SEGMENT, names=tuple(sorted(self.segments)))
        if self.not_segments & customer.segments:
            return Shortfall(NotApplicable.NOT_FOR_SEGMENT, names=tuple(sorted(self.not_segments & customer.segments)))
        if self.order_number is not None and customer.orders_before != self.order_number - 1:
            return Shortfall(NotApplicable.ORDER)
        if self.bought_in and basket.bought_in not in self.bought_in:
            return Shortfall(NotApplicable.CHANNEL, names=tuple(sorted(self.bought_in)))
        if basket.bought_in in self.not_bought_in:
            return Shortfall(NotApplicable.CHANNEL)
        return None if self.purchase is ANY_PURCHASE else self.purchase.missing(basket)

    def of_the_lines(self, basket: Basket, lines: Sequence[int], amounts: Sequence[int]) -> Shortfall | None:
        """What depends on the lines that the offer is about and on what all lines cost now, (lines,) minor units."""
        if self.contains is not None and not self.contains.lines(basket):
            return Shortfall(NotApplicable.CONTAINS, names=self.contains.names)
        if self.contains_not is not None and self.contains_not.lines(basket):
            return Shortfall(NotApplicable.HOLDS, names=self.contains_not.names)
        if self.min_minor or self.min_count:
            about = lines if self.measured_on is None else self.measured_on.lines(basket)
            short = self.min_count - sum([basket.lines[place].quantity for place in about]) if self.min_count else 0
            if short > 0:
                return Shortfall(NotApplicable.COUNT, count=short)
            short = self.min_minor - basket.sum_of(about, amounts)
            if short > 0:
                return Shortfall(NotApplicable.SPEND, minor=short)
        return self._of_the_groups(basket, lines, amounts) if self.any_of or self.none_of else None

    def _of_the_groups(self, basket: Basket, lines: Sequence[int], amounts: Sequence[int]) -> Shortfall | None:
        """What the conditions of which one must hold, and those of which none may hold, lack."""
        if any(one.missing(basket, lines, basket.amounts) is None for one in self.none_of):
            return Shortfall(NotApplicable.RULED_OUT)
        missing = [one.missing(basket, lines, amounts) for one in self.any_of]
        if not missing or None in missing:
            return None
        more = (one for one in missing if one is not None and one.why in (NotApplicable.SPEND, NotApplicable.COUNT))
        return next(more, Shortfall(NotApplicable.ALTERNATIVE))

    def missing(self, basket: Basket, lines: Sequence[int], amounts: Sequence[int]) -> Shortfall | None:
        """What does not hold, of conditions that name no time and no code."""
        return self._of_the_customer(basket) or self.of_the_lines(basket, lines, amounts)

    @property
    def is_for_some_customers(self) -> bool:
        """Whether it needs a code, or chooses by what customers are."""
        chosen = self.segments or self.code_needed or self.purchase.is_for_some_customers
        return bool(chosen) or any(one.is_for_some_customers for one in self.any_of)

    @property
    def has_least_spend(self) -> bool:
        """Whether an amount must be spent, or may have to be."""
        return bool(self.min_minor) or any(one.min_minor for one in self.any_of)

    @property
    def measured_on_scopes(self) -> Sequence[Scope]:
        """What least spends are about, where that is said."""
        return [one.measured_on for one in (self, *self.any_of) if one.measured_on is not None]


NO_CONDITIONS = Conditions()
