"""The whole stage: clean events in, one profile per customer out."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.engine import Frame, collect
from offerloop.profiles.activity import Activity
from offerloop.profiles.features import FEATURES, PastEvents, relational_features
from offerloop.profiles.tags import with_tags
from offerloop.tables import PROFILES

HORIZON_DAYS = 28


def build_profiles(past: PastEvents, campaigns: Frame, as_of_day: int, bulk_buyers: pl.Series) -> pl.DataFrame:
    """Profiles at `as_of_day`, sorted by customer. Whatever happened on that day or later is ignored.

    `past.audiences` are those of all `campaigns`. `bulk_buyers`: customers whom cleaning flagged; a tag says so.
    """
    started = campaigns.filter(nw.col("starts_day") < as_of_day).select("campaign_id")
    past_in_range = replace(
        past,
        lines=past.lines.filter(nw.col("order_day") < as_of_day),
        audiences=past.audiences.join(started, on="campaign_id", how="inner"),
        redemptions=past.redemptions.filter(nw.col("redeemed_day") < as_of_day),
        browsing=past.browsing.filter(nw.col("event_day") < as_of_day),
        exposures=past.exposures.filter(nw.col("shown_day") < as_of_day),
    )
    features = relational_features(past_in_range, as_of_day)
    profiles = collect(features, "customer_id").with_columns(
        bulk_buyer=pl.col("customer_id").is_in(bulk_buyers.implode()),
        one_day_only=pl.col("interval_days").is_null(),
        interval_days=pl.col("interval_days").fill_null(pl.col("interval_days").median()).fill_null(0.0),
    )
    names = [feature.name for feature in FEATURES]
    return PROFILES.check(with_tags(_with_activity(profiles)).select("customer_id", "tags", *names, "one_day_only"))


def _with_activity(profiles: pl.DataFrame) -> pl.DataFrame:
    """Add both features of the purchase model; empty where the data cannot tell."""
    tenure, recency = (profiles[name].to_numpy().astype(np.float64) for name in ("tenure_days", "recency_days"))
    repeats, last = profiles["n_days"].to_numpy().astype(np.float64) - 1, tenure - recency
    model = Activity.fit(repeats, last, tenure)
    is_identified = model.is_identified(repeats, last, tenure)
    orders, active = model.expected(HORIZON_DAYS, repeats, last, tenure), model.p_active(repeats, last, tenure)
    return profiles.with_columns(
        pl.when(pl.lit(is_identified)).then(pl.Series("expected_orders_28", orders)).alias("expected_orders_28"),
        pl.when(pl.lit(is_identified) & (pl.col("n_days") > 1)).then(pl.Series("p_active", active)).alias("p_active"),
    )
