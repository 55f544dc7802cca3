"""The whole stage: clean events in, one profile per customer out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.engine import Engine, Frame, collect
from offerloop.profiles.activity import Activity
from offerloop.profiles.features import (
    FEATURES,
    PastEvents,
    changed_by,
    other_features,
    purchase_features,
    with_other_events,
)
from offerloop.profiles.tags import with_tags
from offerloop.tables import PROFILES

HORIZON_DAYS = 28


@dataclass(frozen=True)
class Purchases:
    """What purchases tell of each customer at a moment in time."""

    table: pl.DataFrame
    as_of_day: int

    @classmethod
    def of(cls, past: PastEvents, as_of_day: int) -> Purchases:
        """Build it from all order lines before the day."""
        lines = past.lines.filter(nw.col("order_day") < as_of_day)
        return cls(collect(purchase_features(lines, past.products, as_of_day), "customer_id"), as_of_day)

    def at(self, past: PastEvents, as_of_day: int, engine: Engine) -> Purchases:
        """The same as `of`, when all order lines of `past` from the earlier day on are new, and no others.

        Only customers whom that changes are computed, from their lines; of all others days have passed.
        """
        lines = past.lines.filter(nw.col("order_day") < as_of_day)
        changed = engine.keep(changed_by(lines, self.as_of_day, as_of_day))
        theirs = engine.keep(lines.join(changed, on="customer_id", how="semi"))
        new = collect(purchase_features(theirs, past.products, as_of_day)).select(self.table.columns)
        passed = as_of_day - self.as_of_day
        others = self.table.filter(~pl.col("customer_id").is_in(new["customer_id"].implode()))
        others = others.with_columns(pl.col("recency_days", "tenure_days") + passed)
        return Purchases(pl.concat([others, new]).sort("customer_id"), as_of_day)


def build_profiles(
    past: PastEvents, campaigns: Frame, as_of_day: int, bulk_buyers: pl.Series, purchases: Purchases | None = None
) -> pl.DataFrame:
    """Profiles at `as_of_day`, sorted by customer. Whatever happened on that day or later is ignored.

    `past.audiences` are those of all `campaigns`. `bulk_buyers`: customers whom cleaning flagged; a tag says so.
    `purchases` are those of `past`, where they are known.
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
    others = [_in_memory(collect(one)) for one in other_features(past_in_range, as_of_day)]
    if purchases is None:
        purchases = Purchases.of(past_in_range, as_of_day)
    features = with_other_events(_in_memory(purchases.table), others)
    profiles = collect(features, "customer_id").with_columns(
        bulk_buyer=pl.col("customer_id").is_in(bulk_buyers.implode()),
        one_day_only=pl.col("interval_days").is_null(),
        interval_days=pl.col("interval_days").fill_null(pl.col("interval_days").median()).fill_null(0.0),
    )
    names = [feature.name for feature in FEATURES]
    return PROFILES.check(with_tags(_with_activity(profiles)).select("customer_id", "tags", *names, "one_day_only"))


def _in_memory(table: pl.DataFrame) -> Frame:
    return nw.from_native(table.lazy())


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
