"""What a shop can see of its customers before the coming week: their profiles, and what they buy in each category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.market.simulation import Market
from offerloop.market.terms import EVERYTHING
from offerloop.market.world import AGES, HOUSEHOLDS, INCOMES
from offerloop.profiles import FEATURES, PastEvents, build_profiles

Columns = NDArray[np.float32]
TEXT = ("top_category", "top_brand")
DEMOGRAPHICS = {"age": AGES, "income": INCOMES, "household": HOUSEHOLDS}
PROFILE = (*(one.name for one in FEATURES if one.name not in TEXT), *DEMOGRAPHICS)
"""Names of the profile columns; demographics are the rank of their group."""
IN_SCOPE = ("list_minor_week", "share_of_weeks", "share_below_list")
"""Names of the columns on what an offer covers."""


@dataclass(frozen=True)
class Observation:
    """The facts of every customer; who has never bought has zeros."""

    profile: Columns
    """(customers, len(PROFILE))."""
    by_category: Columns
    """(customers, categories, len(IN_SCOPE)): weekly value at list price, share of weeks with a purchase, share of
    lines below list price."""
    category: NDArray[np.int64]
    """What each offer is limited to, or EVERYTHING."""

    def in_scope(self, k: int) -> Columns:
        """(customers, len(IN_SCOPE)): of what offer k covers; of the whole basket, sums over categories."""
        c = int(self.category[k])
        return self.by_category.sum(axis=1) if c == EVERYTHING else self.by_category[:, c]

    def column(self, name: str) -> Columns:
        """One column of the profile."""
        return self.profile[:, PROFILE.index(name)]


def observation_of(market: Market) -> Observation:
    """Return what is known today; nothing of the coming week."""
    tables = market.observe()
    lines = lines_of(tables["order_lines"]).filter(pl.col("quantity") > 0)  # goods that came back are left in
    row = pl.DataFrame({"customer_id": market.ids})
    ranks = [
        pl.col(name).replace_strict(dict(zip(names, range(len(names)), strict=True)), return_dtype=pl.Float32)
        for name, names in DEMOGRAPHICS.items()
    ]
    profiles = row.join(_profiles(market, tables, lines), on="customer_id", how="left") if lines.height else row
    profiles = profiles.join(tables["customers"].with_columns(*ranks), on="customer_id", how="left")
    unknown = [pl.lit(0.0).alias(name) for name in PROFILE if name not in profiles.columns]  # nobody has bought yet
    profile = profiles.with_columns(unknown).select(pl.col(PROFILE).cast(pl.Float32).fill_null(0.0)).to_numpy()
    return Observation(profile, _by_category(market, lines), market.terms.category)


def _day(name: str) -> pl.Expr:
    return pl.col(name).to_physical().cast(pl.Int64)


def lines_of(orders: pl.DataFrame) -> pl.DataFrame:
    """Order lines as the stage `events` hands them on, but with returns as lines of their own."""
    money = {"revenue": "paid", "discount": "discount", "coupon": "coupon", "list_value": "list_value"}
    return orders.select(
        "customer_id", "order_id", "product_id", "quantity", _day("at").alias("order_day"),
        *((100 * pl.col(name)).round().cast(pl.Int64).alias(f"{ours}_minor") for ours, name in money.items()),
    )  # fmt: skip


def _profiles(market: Market, tables: dict[str, pl.DataFrame], lines: pl.DataFrame) -> pl.DataFrame:
    def empty(**schema: Any) -> nw.LazyFrame[Any]:  # noqa: ANN401 - polars takes classes and values
        return nw.from_native(pl.LazyFrame(schema=schema))

    shown = tables.get("exposures")
    past = PastEvents(
        lines=nw.from_native(lines.lazy()),
        products=nw.from_native(tables["products"].lazy()),
        audiences=empty(campaign_id=pl.Int64, customer_id=pl.Int64),
        redemptions=empty(customer_id=pl.Int64, coupon_id=pl.Int64, redeemed_day=pl.Int64),
        browsing=nw.from_native(tables["events"].with_columns(event_day=_day("at")).lazy()),
        exposures=empty(customer_id=pl.Int64, offer_id=pl.String, shown_day=pl.Int64)
        if shown is None
        else nw.from_native(shown.with_columns(shown_day=_day("at")).lazy()),
    )
    today = pl.Series([market.today]).to_physical().item()
    nobody = pl.Series("customer_id", [], dtype=pl.Int64)
    return build_profiles(past, empty(campaign_id=pl.Int64, starts_day=pl.Int64), today, nobody)


def _by_category(market: Market, lines: pl.DataFrame) -> Columns:
    shape = (market.customers, market.shop.categories)
    category = market.shop.category[lines["product_id"].to_numpy() - 1]
    week = (pl.col("order_day") // 7).alias("week")
    sums = (
        lines.with_columns(week, category=pl.Series(category))
        .group_by("customer_id", "category")
        .agg(
            pl.col("list_value_minor").sum() / market.week,
            pl.col("week").n_unique() / market.week,
            (pl.col("discount_minor") > 0).mean(),
        )
    )
    by_category = np.zeros((*shape, len(IN_SCOPE)), dtype=np.float32)
    by_category[sums["customer_id"].to_numpy() - market.first, sums["category"].to_numpy()] = sums[:, 2:].to_numpy()
    return by_category
