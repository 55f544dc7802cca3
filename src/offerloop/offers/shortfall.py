"""Why an offer does not apply, and what would change that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from offerloop.offers.record import set_at_once


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
    PAYMENT = "other_payment_method"
    REGION = "other_region"
    LOYALTY = "other_loyalty_tier"
    LIFETIME = "lifetime_spend_too_low"
    ATTRIBUTE = "attribute_differs"
    ALTERNATIVE = "no_alternative_holds"
    RULED_OUT = "ruled_out"
    BUDGET = "budget_used_up"
    LIMIT = "limit_of_uses_reached"
    SHIPMENT = "no_such_shipment"


@set_at_once
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
