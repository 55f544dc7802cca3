"""The table of assignments: each customer's offer with its arm, reasons and best alternative."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from offerloop.decision.campaign_case import KEYS, OFFER_KEY
from offerloop.decision.offers_beside import counted_growth, growth_of_held_offers, interaction_discount, own_cost_micro
from offerloop.money import MICRO
from offerloop.offers import NO_OFFER
from offerloop.tables import ASSIGNMENTS, EXPLORE, HOLDBACK, HOLDOUT, PLAN, USUAL

EFFECT_COLUMNS = (
    "value_minor", "profit_minor", "profit_low_minor", "profit_high_minor", "profit_held_out_minor",
    "cost_expected_micro", "basis",
)  # fmt: skip
_OF_SEVERAL = ("category", "growth", "discount_minor", "held_out_discount_minor", "funded_share", "cost_weight")
"""Columns that tell what an offer costs beside others."""


@dataclass(frozen=True)
class Outside:
    """Customers who may get no offer."""

    no_consent: pl.Series
    """They refuse personalised offers."""
    no_audience: pl.Series
    """They are in no campaign's audience, for another reason."""
    no_sent_campaign: pl.Series
    """They are in the audience of no campaign that is sent."""

    @classmethod
    def of(
        cls, everyone: pl.Series, campaigns: Mapping[str, pl.Series], no_consent: pl.Series, sent: Collection[str]
    ) -> Outside:
        """Build it from the audience of each campaign."""
        of_sent = [ids for name, ids in campaigns.items() if name in sent]
        return cls(no_consent, _not_in(everyone, campaigns.values()), _not_in(everyone, of_sent))


def _not_in(everyone: pl.Series, audiences: Iterable[pl.Series]) -> pl.Series:
    inside = pl.concat([everyone.clear(), *audiences]).unique()
    return everyone.filter(~everyone.is_in(inside.implode()))


def assignments(
    drawn: pl.DataFrame, effects: pl.DataFrame, offers: pl.DataFrame, sent: list[str], digits: int, outside: Outside
) -> pl.DataFrame:
    """Offers that were drawn, as `DrawnArms` has them, with money and reasons.

    They are sorted by customer, those of one customer as they come. `sent` lists the campaigns whose plan is not to do
    nothing. Money of a customer with no offer is 0; that of an offer whose effect nothing shows is empty. What an offer
    of the plan can cost is what its budget counted, that of any other is one use of it. `digits` are the currency's.
    """
    own = 1 - pl.col("funded_share")
    cost = own * pl.col("held_out_discount_minor") + pl.col("contact_cost_minor")
    held_out = pl.col("held_out_value_minor") - pl.col("cost_weight") * cost
    terms = offers.select(*OFFER_KEY, "category", "funded_share", "contact_cost_minor", "cost_weight")
    effects = effects.join(terms, on=OFFER_KEY).with_columns(profit_held_out_minor=held_out)
    live = effects.filter(pl.col("campaign_id").is_in(sent))
    terms = offers.select(*OFFER_KEY, "cost_liability_minor", pl.col("basis").alias("offer_basis"))
    best = live.group_by("customer_id").agg(pl.col("profit_minor").max().alias("best_minor"))
    joined: dict[str, Any] = {"how": "left", "maintain_order": "left"}
    counted = pl.col("cost_liability_minor").alias("counted_minor")
    table = drawn.join(effects.select(*KEYS, *EFFECT_COLUMNS, *_OF_SEVERAL, counted), on=KEYS, **joined)
    table = _with_interaction_costs(table).join(terms, on=OFFER_KEY, **joined).join(best, on="customer_id", **joined)
    table = table.join(_best_alternatives(drawn, live), on="customer_id", **joined)
    nothing, most = pl.col("offer_id") == NO_OFFER, pl.col("cost_liability_minor")
    of_plan = pl.when(pl.col("arm") == PLAN).then("counted_minor")
    money = [
        pl.when(nothing).then(0).otherwise(pl.col(name).round(0).cast(pl.Int64)).alias(name)
        for name in EFFECT_COLUMNS
        if name.endswith("_minor")
    ]
    table = table.with_columns(
        *money,
        pl.when(nothing).then(0).otherwise(pl.coalesce(of_plan, most)).alias("cost_liability_minor"),
        pl.when(nothing).then(0).otherwise(pl.col("cost_expected_micro")).alias("cost_expected_micro"),
        pl.when(nothing).then(pl.lit("none")).otherwise(pl.coalesce("basis", "offer_basis")).alias("basis"),
        _reasons(sent, outside, any_effect=not effects.is_empty()).alias("reasons"),
        _alternative(digits).alias("best_alternative"),
        pl.lit("").alias("product_ids"),
    )
    return table.select(ASSIGNMENTS.names).sort("customer_id", maintain_order=True)


def _with_interaction_costs(table: pl.DataFrame) -> pl.DataFrame:
    """Return the table with what the offers of one customer cost beside each other; see `offers_beside`."""
    if not table["customer_id"].is_duplicated().any():
        return table
    growth, own = counted_growth(table["growth"]), 1 - table["funded_share"].fill_null(0.0).to_numpy()
    met = growth_of_held_offers(table.select("customer_id", "category").with_columns(growth=growth), table)
    others = met - np.where(table["category"].is_null(), growth, 0.0)  # without the offer itself
    more, held_out = (
        interaction_discount(table[name].fill_null(0.0).to_numpy(), growth, others)
        for name in ("discount_minor", "held_out_discount_minor")
    )
    loss = own * table["cost_weight"].fill_null(0.0).to_numpy()
    return table.with_columns(
        pl.col("profit_minor", "profit_low_minor", "profit_high_minor") - loss * more,
        pl.col("profit_held_out_minor") - loss * held_out,
        pl.col("cost_expected_micro") + own_cost_micro(own, more),
    )


def _best_alternatives(drawn: pl.DataFrame, live: pl.DataFrame) -> pl.DataFrame:
    """The best offer that the customer did not get."""
    others = live.join(drawn.select(KEYS), on=KEYS, how="anti")
    best = others.sort(["customer_id", "profit_minor", *OFFER_KEY], descending=[False, True, False, False])
    first = best.unique("customer_id", keep="first", maintain_order=True)
    return first.select(
        "customer_id", pl.col("offer_id").alias("other_id"), pl.col("profit_minor").alias("other_minor")
    )


def _alternative(digits: int) -> pl.Expr:
    """The offer and how far behind it is, or ahead when the customer got less than the best."""
    behind = (pl.col("profit_minor") - pl.col("other_minor")).fill_null(-pl.col("other_minor"))
    side = pl.when(behind < 0).then(pl.lit("ahead")).otherwise(pl.lit("behind"))
    return (
        pl.when(pl.col("other_id").is_not_null())
        .then(pl.format("{}, {} {}", pl.col("other_id"), decimal_text(behind.abs(), digits), side))
        .otherwise(pl.lit(""))
    )


def decimal_text(minor: pl.Expr, digits: int) -> pl.Expr:
    """Minor units as decimal text with the currency's digits; empty stays empty."""
    whole = minor.round(0).cast(pl.Int64)
    size = whole.abs()
    text = pl.when(whole < 0).then(pl.lit("-")).otherwise(pl.lit("")) + (size // 10**digits).cast(pl.String)
    return text if digits == 0 else text + "." + (size % 10**digits).cast(pl.String).str.zfill(digits)


def _reasons(sent: list[str], outside: Outside, *, any_effect: bool) -> pl.Expr:
    """Why this customer has this row: codes of `tables.REASONS`."""
    nothing = pl.col("offer_id") == NO_OFFER
    return (
        pl.when(pl.col("customer_id").is_in(outside.no_consent.implode())).then(pl.lit("no_consent"))
        .when(pl.col("customer_id").is_in(outside.no_audience.implode())).then(pl.lit("outside"))
        .when(pl.col("arm") == HOLDOUT).then(pl.lit("holdout"))
        .when(pl.col("arm") == USUAL).then(pl.lit("usual"))
        .when(pl.col("arm") == EXPLORE).then(pl.lit("explore"))
        .when(pl.col("arm") == HOLDBACK).then(pl.lit("held_back"))
        .when((pl.col("arm") == PLAN) & ~nothing).then(pl.lit("best_profit"))
        .when(pl.lit(not any_effect)).then(pl.lit("no_effect_known"))
        .when(pl.lit(not sent)).then(pl.lit("no_campaign_pays"))
        .when(pl.col("customer_id").is_in(outside.no_sent_campaign.implode())).then(pl.lit("no_sent_campaign"))
        .when(pl.col("best_minor").is_null()).then(pl.lit("no_basis"))
        .when(pl.col("best_minor") <= 0).then(pl.lit("no_offer_pays"))
        .otherwise(pl.lit("budget_spent"))
    )  # fmt: skip


def as_text(table: pl.DataFrame, digits: int) -> pl.DataFrame:
    """Return the table for a CSV: money as decimal text in the currency's major unit."""
    columns = []
    for name in table.columns:
        if name.endswith("_micro"):
            columns.append(decimal_text(pl.col(name) / MICRO, digits).alias(name.removesuffix("_micro")))
        elif name.endswith("_minor"):
            columns.append(decimal_text(pl.col(name), digits).alias(name.removesuffix("_minor")))
        else:
            columns.append(pl.col(name).round(6) if name == "propensity" else pl.col(name))
    return table.select(columns)
