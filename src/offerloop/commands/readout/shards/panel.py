"""A shard's customers in the groups that are compared, with what the comparisons need of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.commands.readout.findings import FIFTHS
from offerloop.commands.readout.inputs import RECENT, PastRun
from offerloop.commands.readout.shards.draw import ExplorationDraw
from offerloop.commands.readout.shards.groups import (
    CONTROL,
    EVERYBODY,
    OTHER,
    TREATED,
    GroupKey,
    GroupSums,
    Side,
    sums_by_group,
)
from offerloop.commands.readout.shards.outcomes import ReadoutBasis
from offerloop.commands.readout.shards.tables import PLACE
from offerloop.engine import ShardRows
from offerloop.money import MICRO
from offerloop.offers import NO_OFFER
from offerloop.response import NEVER_IN_ORDERS
from offerloop.tables import EXPLORE, HOLDBACK, HOLDOUT, PLAN, USUAL, all_offers

_ROUNDING = 1e-6
_OTHER_SHARE = 0.05
"""How far propensities may be from those of the share of explorers among all, as a part of it: a shop of more than a
million customers is drawn in shards, each with explorers of its own, and test customers are left out."""


def panel(run: PastRun, basis: ReadoutBasis, outcomes: pl.DataFrame, tables: ShardRows) -> pl.DataFrame:
    """The table OUTCOMES with `profit_minor`, a covariate `x`, and the kinds that were given and could be drawn.

    A cost that was not observed is the forecast's, or the most it can be without one. Of a customer with several offers
    forecasts and costs of contacts are those of all. Whether coupons that were redeemed cost money is decided by what
    was planned, which both sides have, and by what was given where nothing was planned. Coupons are of other offers
    than those that order lines never show.
    """
    forecast = pl.coalesce(pl.col("cost_expected_micro") / MICRO, pl.col("cost_liability_minor")).fill_null(0.0)
    of_coupons = pl.when(~pl.col("kind").is_in(NEVER_IN_ORDERS)).then("cost_weight")
    terms = run.offers.select(
        "campaign_id", "offer_id", "kind", "contact_cost_minor", "cost_weight", coupon_weight=of_coupons
    )
    weights = terms.select(
        planned_campaign_id="campaign_id", planned_offer_id="offer_id", planned_weight="coupon_weight"
    )
    weight, contact_cost = pl.col("cost_weight").fill_null(1.0), pl.col("contact_cost_minor").fill_null(0)
    offers = all_offers(tables["assignments"], tables["further_offers"].select(tables["assignments"].columns))
    costs = offers.join(terms, on=["campaign_id", "offer_id"], how="left", maintain_order="left").select(
        "customer_id", "explore_kinds", "kind", (weight * forecast).alias("forecast_minor"),
        (weight * contact_cost).alias("contact_minor"), "coupon_weight",
    )  # fmt: skip
    sums = pl.col("forecast_minor", "contact_minor").sum()
    first = pl.col("explore_kinds", "kind", "coupon_weight").first()
    rows = outcomes.join(costs.group_by("customer_id").agg(sums, first), on="customer_id", how="left")
    rows = rows.join(weights, on=["planned_campaign_id", "planned_offer_id"], how="left")
    coupon_weight = pl.coalesce("planned_weight", "coupon_weight").fill_null(basis.common_weight)
    cost = coupon_weight * pl.col("cost_minor") + pl.col("contact_minor")
    if not basis.sees_costs:
        cost = pl.col("forecast_minor")
    return _with_covariate(rows, basis, tables["profiles"]).with_columns(
        cost.cast(pl.Float64).alias("cost_minor"),
        (pl.col("margin_minor") - cost).cast(pl.Float64).alias("profit_minor"),
    )


def _with_covariate(rows: pl.DataFrame, basis: ReadoutBasis, profiles: pl.DataFrame) -> pl.DataFrame:
    x = pl.lit(0.0)
    if basis.reaches_back:
        x = pl.col("before_revenue_minor")
    elif basis.has_recent:
        rows = rows.join(profiles.select("customer_id", RECENT), on="customer_id", how="left")
        x = pl.col(RECENT).fill_null(0)
    return rows.with_columns(x.cast(pl.Float64).alias("x"))


@dataclass(frozen=True)
class Comparisons:
    """Adds up the groups of a shard by comparison."""

    draw: ExplorationDraw
    basis: ReadoutBasis
    ranked: int
    """Customers of the table `places` in all shards."""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """What is added up of each group."""
        return (*self.basis.outcomes, *(["before_revenue_minor"] if self.basis.reaches_back else []))

    def of(self, rows: pl.DataFrame, tables: ShardRows) -> Iterator[tuple[GroupKey, GroupSums]]:
        """Yield the sums of all groups of the rows of a `panel`."""
        planned = self.planned(rows)
        yield from sums_by_group("plan", planned, self.outcomes)
        yield from sums_by_group("campaign", _by_campaign(planned, tables["further_planned"]), self.outcomes)
        yield from sums_by_group("programme", _sided(rows, [PLAN, HOLDBACK, EXPLORE], [HOLDOUT]), self.outcomes)
        yield from sums_by_group("usual", _sided(rows, [USUAL], [HOLDOUT]), self.outcomes)
        yield from sums_by_group("against_usual", self.against_usual(rows), self.outcomes)
        for kind, segments in self._segments(tables):
            segmented = planned.drop("group").join(segments, on="customer_id")
            yield from sums_by_group(kind, segmented, ("margin_minor",))
        yield from sums_by_group("explore", self._drawn(self._exploration_rows(rows)), self.outcomes)

    def planned(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return who was planned an offer and got it, or is in the control group of the plan.

        Explorers are taken out of the treated alone where the holdout is the control: whoever could explore counts less
        there, so that the control group stands for the treated.
        """
        sided = _sided(rows.filter(pl.col("planned_offer_id") != NO_OFFER), [PLAN], [self.draw.control_arm])
        return self._weighted(sided, CONTROL, self._followers) if self.draw.compares_holdout else sided

    def against_usual(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return those who follow the plan, and those with business as usual.

        Explorers are taken out of the former, of whom those count more who could explore, so that both stand for all.
        """
        return self._weighted(_sided(rows, [PLAN, HOLDBACK], [USUAL]), TREATED, 1 / self._followers)

    @property
    def _followers(self) -> float:
        """The share of those who can explore who do not."""
        return 1 - float(self.draw.shares.explore)

    def _weighted(self, sided: pl.DataFrame, side: Side, weight: float) -> pl.DataFrame:
        """Return rows where each customer of a side who could explore counts `weight`."""
        can_draw = pl.lit(self.draw.is_for_everybody) | (pl.col("explore_kinds") != "")
        counts = pl.when(can_draw & (pl.col("side") == side)).then(weight).otherwise("weight")
        return sided.with_columns(weight=counts)

    def _segments(self, tables: ShardRows) -> Iterator[tuple[str, pl.DataFrame]]:
        """Customers with their tags, and with their fifth of predicted profit."""
        yield "tag", tables["profiles"].select("customer_id", group="tags").explode("group").drop_nulls("group")
        if "places" in tables:
            names = pl.Series("group", list(FIFTHS), pl.String)
            fifth = tables["places"][PLACE] * len(FIFTHS) // max(self.ranked, 1)
            yield "fifth", tables["places"].select("customer_id").with_columns(names.gather(fifth))

    def agrees(self, rows: pl.DataFrame) -> bool:
        """Return whether the propensity of nothing is the one written, where business as usual gives a customer nothing
        or where it does not.
        """
        nothing = self._exploration_rows(rows).filter(pl.col("offer_id") == NO_OFFER)
        written, n_kinds = nothing["propensity"].to_numpy(), nothing["n_kinds"].to_numpy()
        by_plan = (nothing["planned_offer_id"] == NO_OFFER).to_numpy()
        apart = [
            np.abs(written - self.draw.nothing(n_kinds, by_plan=by_plan, by_usual=by_usual))
            for by_usual in (False, True)
        ]
        return bool(np.all(np.minimum(*apart) < _ROUNDING + _OTHER_SHARE * self.draw.shares.explore))

    def _exploration_rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return explorers, and the holdout where they are compared with it, who could draw an offer, with the kinds
        that they may draw.
        """
        arms = [EXPLORE, HOLDOUT] if self.draw.compares_holdout else [EXPLORE]
        can_draw = rows.filter(pl.col("arm").is_in(arms), pl.col("explore_kinds") != "")
        kinds = pl.col("explore_kinds").str.split(",")
        return can_draw.with_columns(kinds=kinds, n_kinds=kinds.list.len().cast(pl.Int64))

    def _drawn(self, can_draw: pl.DataFrame) -> pl.DataFrame:
        """Return who could draw an offer: by any and by each kind that they may draw, with who got it or nothing.

        Everybody counts by the inverse probability of what they got.
        """
        got = (pl.col("arm") == EXPLORE) & (pl.col("offer_id") != NO_OFFER)
        any_kind = can_draw.with_columns(group=pl.lit(EVERYBODY), is_it=got)
        by_kind = can_draw.with_columns(group="kinds").explode("group")
        each = by_kind.with_columns(is_it=got & (pl.col("kind") == pl.col("group")))
        side = pl.when("is_it").then(pl.lit(TREATED)).when(pl.col("offer_id") == NO_OFFER).then(pl.lit(CONTROL))
        rows = pl.concat([any_kind, each]).with_columns(side=side.otherwise(pl.lit(OTHER)))
        n_kinds, is_any = rows["n_kinds"].to_numpy(), (rows["group"] == EVERYBODY).to_numpy()
        drawn, control = self.draw.drawn(n_kinds, any_kind=is_any), self.draw.control(n_kinds)
        return rows.with_columns(weight=1 / pl.Series(np.where(rows["side"] == CONTROL, control, drawn)))


def _by_campaign(planned: pl.DataFrame, further: pl.DataFrame) -> pl.DataFrame:
    """Return the planned customers in the group of each campaign that has an offer for them."""
    first = planned.select("customer_id", group="planned_campaign_id").drop_nulls("group")
    groups = pl.concat([first, further.select("customer_id", group="campaign_id")])
    return planned.drop("group").join(groups, on="customer_id")


def _sided(rows: pl.DataFrame, treated: list[str], control: list[str]) -> pl.DataFrame:
    """Return the customers of some arms as one group with two sides."""
    side = pl.when(pl.col("arm").is_in(treated)).then(pl.lit(TREATED)).otherwise(pl.lit(CONTROL))
    kept = rows.filter(pl.col("arm").is_in([*treated, *control]))
    return kept.with_columns(group=pl.lit(EVERYBODY), side=side, weight=pl.lit(1.0))
