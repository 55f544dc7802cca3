"""What the stage gives: clean tables, and what cleaning did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect
from offerloop.events.growth import ReadSoFar
from offerloop.events.privacy.agreement import Agreement
from offerloop.message import Message


@dataclass(frozen=True)
class Events:
    """Clean tables on the engine; what the shop does not have is an empty table."""

    line_parts: tuple[Frame, ...]
    """`order_lines` in parts: of files that were read at different times."""
    returned: pl.DataFrame
    """customer_id and order_day of every sale of which something came back."""
    products: Frame
    """Every product sold or listed, with category, subcategory and brand ("unknown" where not known)."""
    customers: Frame
    """customer_id and attributes."""
    campaigns: Frame
    """campaign_id, starts_day, ends_day (the last day), campaign_type."""
    audiences: Frame
    """campaign_id, customer_id."""
    redemptions: Frame
    """customer_id, coupon_id, redeemed_day."""
    coupon_products: Frame
    """campaign_id, coupon_id, product_id: what the coupons of past campaigns were good for."""
    browsing: Frame
    """customer_id, product_id, kind, value, event_day: views, carts, ratings."""
    exposures: Frame
    """customer_id, offer_id, shown_day: who was shown what; an empty offer is deliberately nothing."""
    splits_discounts: bool
    """Whether no column has coupons, and they are what was off beyond usual shelf discounts."""
    coupons_apart: bool
    """Whether a column has coupons, so that `discount_minor` is what was off at the shelf."""
    offers: list[dict[str, Any]]
    """Offers of the shop's own table, as `[[campaigns.offers]]` would hold them."""
    quality: pl.DataFrame
    """What each rule did."""
    quality_by_day: pl.DataFrame
    """The same for order lines, by local day."""
    rejected: pl.DataFrame
    """Rows that were left out, with their reason."""
    agreement: Agreement
    """How many customers who bought have agreed to personalised offers, and why others have not."""
    no_consent: pl.DataFrame
    """customer_id of those who have not agreed to personalised offers."""
    notes: tuple[Message, ...]
    """Whom protections do not reach, and other facts that a shop should know before it plans, a sentence each."""
    bulk_buyers: pl.DataFrame
    """customer_id of those whom no shop has many of."""
    non_merchandise: pl.DataFrame
    """product_id, text and kind of products that are no goods: never recommended, and in no offer; with their order
    lines (n_lines) and what was paid for them (sales_minor), also where these lines are left out."""
    losses: pl.DataFrame
    """table, column, rule, rows and sales_minor of what cleaning left out; sales are empty where nobody knows them."""
    first_day: int
    """Epoch day of the first order line; week 1 holds it."""
    as_of_day: int
    """Epoch day of the plan; nothing on it or later is in any table."""
    read_so_far: ReadSoFar | None = None
    """What new files of order lines can be added to, where they can."""

    @property
    def tells_shelf(self) -> bool:
        """Whether order lines tell what was off at the shelf from what offers took off."""
        return self.coupons_apart or self.splits_discounts

    @property
    def order_lines(self) -> Frame:
        """All lines before `as_of_day`, with `order_day`, `order_week` and money in minor units."""
        return self.line_parts[0] if len(self.line_parts) == 1 else nw.concat(self.line_parts)

    def buyers(self) -> pl.DataFrame:
        """Return the customer_id of everybody with an order line, sorted."""
        return collect(self.order_lines.select("customer_id").unique(), "customer_id")

    @property
    def merchandise(self) -> Frame:
        """The products that are goods."""
        return self.products.filter(self._is_goods())

    @property
    def merchandise_lines(self) -> Frame:
        """The order lines of goods."""
        return self.order_lines.filter(self._is_goods())

    def _is_goods(self) -> nw.Expr:
        others = self.non_merchandise["product_id"].to_list()
        return ~nw.col("product_id").is_in(others) if others else ~nw.col("product_id").is_null()
