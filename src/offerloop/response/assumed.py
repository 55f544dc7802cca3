"""Effects that no data show: the shop's own expectation, marked *assumed* wherever it appears.

With `value` it is the same for everyone, and every redemption counts at the largest discount. With `incremental`
it follows the customer's usual basket b of what the offer covers (at least its threshold), redeemed with probability p:

    value = p x incremental x margin x b      discount = p x (share off x b, up to the maximum; or the amount off)
"""

from __future__ import annotations

import polars as pl

from offerloop.errors import ConfigError
from offerloop.message import Message
from offerloop.offers import Assumption, Offer, missing_limit
from offerloop.response.baskets import BaselineBaskets
from offerloop.response.campaign_offer import CampaignOffer

NO_INTERVAL = ("value_low_minor", "value_high_minor", "profit_low_minor", "profit_high_minor")
"""Columns that are empty: nothing measures how far an assumption is off."""


def assumed_effects(choice: CampaignOffer, baskets: BaselineBaskets) -> pl.DataFrame:
    """One row per customer with a usual basket; the columns of effects that do not follow from others."""
    offer = choice.offer
    assert offer.assumed is not None
    if offer.most_minor is None:
        raise ConfigError(unknown_cost(choice.campaign_id, offer))
    value, discount = _expected(offer, offer.assumed, offer.most_minor, choice.margin)
    usual = baskets.of(offer)
    whole = baskets.whole.select("customer_id", whole_minor="basket_minor")
    usual = usual.join(whole, on="customer_id", how="left", maintain_order="left")
    bought = choice.margin * pl.col("whole_minor")
    growth = pl.when(bought > 0).then(value / bought).otherwise(0.0)
    frame = usual.select("customer_id", value_minor=value, discount_minor=discount, growth=growth)
    return frame.with_columns(
        *(pl.lit(None, dtype=pl.Float64).alias(name) for name in NO_INTERVAL),
        pl.col("value_minor").alias("held_out_value_minor"),
        *(pl.lit(0.0).alias(name) for name in ("d_value", "d_discount", "centred")),
        pl.lit(float(offer.assumed.p_redeem)).alias("p_redeem"),
        pl.col("discount_minor").alias("held_out_discount_minor"),
        pl.lit(0, dtype=pl.Int64).alias("fold"),
    )


def unknown_cost(campaign_id: str, offer: Offer) -> Message:
    """Say that an assumed offer without a largest discount cannot be planned."""
    missing = missing_limit(offer)
    if missing is None or missing.term is None:
        return Message(
            "campaign '{campaign_id}': the offer '{offer_id}' has 'assumed', but nothing can limit what it costs, so "
            "nothing tells what to expect; choose another kind of offer",
            campaign_id=campaign_id,
            offer_id=offer.offer_id,
        )
    return Message(
        "campaign '{campaign_id}': the offer '{offer_id}' has 'assumed' but no '{field}', so nothing tells what it "
        "costs; give {what} one",
        campaign_id=campaign_id,
        offer_id=offer.offer_id,
        field=missing.term,
        what=missing.of(Message("it", context="what may cost any amount")),
    )


def _expected(offer: Offer, assumed: Assumption, most_minor: int, margin: float) -> tuple[pl.Expr, pl.Expr]:
    """Value and discount of one customer, whoever pays it, as expressions over the usual basket."""
    p_redeem, most = float(assumed.p_redeem), float(most_minor)
    if assumed.value_minor is not None:
        return pl.lit(float(assumed.value_minor)), pl.lit(p_redeem * most)
    basket = pl.col("basket_minor").clip(lower_bound=float(offer.threshold_minor))
    off = pl.lit(most) if offer.share_off is None else (basket * float(offer.share_off)).clip(upper_bound=most)
    return p_redeem * float(assumed.incremental or 0) * margin * basket, p_redeem * off
