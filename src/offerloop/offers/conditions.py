"""What must be true of a basket before an offer holds, and what is missing where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from offerloop.offers.pricing.basket import Basket
from offerloop.offers.scope import Scope
from offerloop.offers.window import ALWAYS, Window


class Measured(StrEnum):
    """At which prices a threshold is measured."""

    BEFORE = "before"
    """Shelf prices, whatever other offers take off: 平行 for offers across shops."""
    AFTER = "after"
    """What is left to pay after the offers before it: 递进."""


class NotApplicable(StrEnum):
    """Why an offer does not apply."""

    CURRENCY = "other_currency"
    CODE = "coupon_not_presented"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    CLOSED = "outside_days_or_hours"
    SEGMENT = "not_in_segment"
    NOT_FOR_SEGMENT = "not_for_segment"
    ORDER = "not_that_order"
    CHANNEL = "other_channel"
    NOT_IN_BASKET = "not_in_basket"
    SPEND = "spend_more"
    COUNT = "add_units"
    CONTAINS = "product_missing"
    HOLDS = "not_beside_product"
    SOLD_OUT = "sold_out"
    CUSTOMER_LIMIT = "limit_of_customer_reached"
    NO_GAIN = "nothing_to_take_off"
    BEATEN = "another_takes_off_more"
    EXCLUDED = "excluded_by_another"
    RAISES = "would_raise_the_total"
    MOST = "maximum_discount_reached"
    USED = "units_used_by_another"


@dataclass(frozen=True)
class Shortfall:
    """A reason, and how much more would do."""

    why: NotApplicable
    minor: int = 0
    """The amount that is still to be spent."""
    count: int = 0
    """Units to add."""
    names: tuple[str, ...] = ()
    """Any of these would do: products, categories, segments or channels."""
    at: int | None = None
    """When it begins or ended, in epoch seconds."""


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
    window: Window = ALWAYS
    code_needed: bool = False
    """Whether the customer has to present the coupon."""

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
        return Shortfall(NotApplicable.CHANNEL) if basket.bought_in in self.not_bought_in else None

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
            short = self.min_minor - sum([amounts[place] for place in about])
            if short > 0:
                return Shortfall(NotApplicable.SPEND, minor=short)
        return None


NO_CONDITIONS = Conditions()
