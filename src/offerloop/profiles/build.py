"""The whole stage: clean events in, one profile per customer out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.engine import Engine, Frame, collect
from offerloop.profiles.activity import Activity
from offerloop.profiles.features import (
    BY_QUARTER,
    FEATURES,
    PastEvents,
    bought_since,
    moved_on,
    other_features,
    purchase_features,
    with_other_events,
)
from offerloop.profiles.tags import tag_bounds, with_tags
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

        Only customers who bought since are computed, from their lines. Of all others days have passed, and orders have
        left the last quarter or the one before.
        """
        lines = past.lines.filter(nw.col("order_day") < as_of_day)
        buyers = engine.keep(bought_since(lines, self.as_of_day))
        theirs = engine.keep(lines.join(buyers, on="customer_id", how="semi"))
        new = collect(purchase_features(theirs, past.products, as_of_day)).select(self.table.columns)
        others = self.table.filter(~pl.col("customer_id").is_in(new["customer_id"].implode()))
        moved = collect(moved_on(lines, self.as_of_day, as_of_day))
        changes = others.select("customer_id").join(moved, on="customer_id", how="left", maintain_order="left")
        others = others.with_columns(
            pl.col("recency_days", "tenure_days") + (as_of_day - self.as_of_day),
            *(pl.col(name) + changes[name].fill_null(0) for name in BY_QUARTER),
        )
        return Purchases(pl.concat([others, new]).sort("customer_id"), as_of_day)


@dataclass(frozen=True)
class ProfileScale:
    """What profiles compare each customer with: all customers, or a random sample of them."""

    interval_days: float
    """The median of the mean days between purchases."""
    activity: Activity
    is_identified: bool
    """Whether purchases show that customers stop."""
    bounds: Mapping[str, float | None]
    """Of tags."""

    @classmethod
    def of(cls, profiles: pl.DataFrame) -> ProfileScale:
        """Build it from profiles, or from all of their features but those that it fills."""
        repeats, last, age = _repeats(profiles)
        activity = Activity.fit(repeats, last, age)
        interval = profiles.filter(~pl.col("one_day_only"))["interval_days"].median()
        return cls(
            0.0 if interval is None else float(str(interval)),
            activity,
            activity.is_identified(repeats, last, age),
            tag_bounds(profiles),
        )


def build_profiles(
    past: PastEvents,
    campaigns: Frame,
    as_of_day: int,
    bulk_buyers: pl.Series,
    purchases: Purchases | None = None,
    scale: ProfileScale | None = None,
) -> pl.DataFrame:
    """Profiles at `as_of_day`, sorted by customer. Whatever happened on that day or later is ignored.

    `past.audiences` are those of all `campaigns`. `bulk_buyers`: customers whom cleaning flagged; a tag says so.
    `purchases` are those of `past`, where they are known, `scale` that of more customers than these.
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
    )
    scale = scale or ProfileScale.of(profiles)
    profiles = profiles.with_columns(pl.col("interval_days").fill_null(scale.interval_days))
    names = [feature.name for feature in FEATURES]
    tagged = with_tags(_with_activity(profiles, scale), scale.bounds)
    return PROFILES.check(tagged.select("customer_id", "tags", *names, "one_day_only"))


def _in_memory(table: pl.DataFrame) -> Frame:
    return nw.from_native(table.lazy())


def _repeats(profiles: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """What the purchase model reads: repeat days, the day of the last one since the first, days since the first."""
    tenure, recency, days = (
        profiles[name].to_numpy().astype(np.float64) for name in ("tenure_days", "recency_days", "n_days")
    )
    return days - 1, tenure - recency, tenure


def _with_activity(profiles: pl.DataFrame, scale: ProfileScale) -> pl.DataFrame:
    """Add both features of the purchase model; empty where the data cannot tell."""
    model, (repeats, last, tenure) = scale.activity, _repeats(profiles)
    orders, active = model.expected(HORIZON_DAYS, repeats, last, tenure), model.p_active(repeats, last, tenure)
    is_identified = pl.lit(scale.is_identified)
    return profiles.with_columns(
        pl.when(is_identified).then(pl.Series("expected_orders_28", orders)).alias("expected_orders_28"),
        pl.when(is_identified & (pl.col("n_days") > 1)).then(pl.Series("p_active", active)).alias("p_active"),
    )
