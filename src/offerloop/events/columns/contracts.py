"""Which columns each source must and may have, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.config import SourceName


@dataclass(frozen=True)
class Contract:
    """Columns that a source must and may map."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    """Decimal amounts; `paid` arrives as `paid_minor`."""
    numbers: tuple[str, ...] = ()
    """Numbers that are not money."""
    texts: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    """Columns, also beside the contract, of which a cell may name several things; no number is read there."""
    lasting: tuple[str, ...] = ()
    """Times from which on and until which something holds. Days are those of the zone, and the last one counts."""


VALIDITY = ("starts_at", "ends_at")
"""Columns of the time from which on something holds, and of the first at which it no longer does, or its last day."""
TIME_COLUMNS = ("at", *VALIDITY)
"""Columns of instants or days, in whichever source."""

ONE_PERCENT = {"percent": 1.0, "propensity": 0.01}
"""What 1 % counts in the columns whose cells may be written with a percent sign."""

CONTRACTS: dict[SourceName, Contract] = {
    "order_lines": Contract(
        ("order_id", "customer_id", "product_id", "quantity", "paid", "at"),
        (
            "list_price", "list_value", "discount", "coupon", "order_discount", "reimbursed", "coupon_id", "store_id",
            "channel", "returned", "currency", "text", "line",
        ),
        ("paid", "list_price", "list_value", "discount", "coupon", "order_discount", "reimbursed"),
        ("quantity",),
        ("channel", "returned", "currency", "text", "line"),
    ),
    "products": Contract(
        ("product_id",),
        ("category", "subcategory", "brand", "list_price", "unit_cost", "text", "stock"),
        ("list_price", "unit_cost"),
        ("stock",),
        ("category", "subcategory", "brand", "text"),
    ),
    "customers": Contract(
        ("customer_id",), ("consent", "opt_out", "segment"), texts=("consent", "opt_out", "segment")
    ),
    "events": Contract(
        ("customer_id", "product_id", "kind", "at"), ("value",), numbers=("value",), texts=("kind",)
    ),
    "prices": Contract(("product_id", "at", "list_price"), ("store_id",), money=("list_price",)),
    "offers": Contract(
        ("offer_id", "kind"),
        (
            "campaign_id", "percent", "on", "product", "quantity", "worth", "starts_at", "ends_at", "terms",
            "min_spend", "amount", "max_discount",
        ),
        numbers=("percent", "quantity", "worth", "min_spend", "amount", "max_discount"),
        texts=("kind", "on", "product", "terms"), lasting=VALIDITY,
        lists=("on", "products", "brands", "shops", "except"),
    ),
    "exposures": Contract(
        ("customer_id", "offer_id", "at"), ("propensity", "campaign_id", "policy"), numbers=("propensity",),
        texts=("policy",),
    ),
    "campaigns": Contract(("campaign_id", "starts_at", "ends_at"), ("campaign_type",), texts=("campaign_type",)),
    "audiences": Contract(("campaign_id", "customer_id")),
    "redemptions": Contract(("customer_id", "coupon_id", "at"), ("campaign_id",)),
    "coupon_products": Contract(("coupon_id", "product_id"), ("campaign_id",)),
}  # fmt: skip
