"""A shop of many customers and some offers, as the folder of one run holds it: enough to serve its plan."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.message import Message, packed
from offerloop.workspace import RUN_FORMAT

MOST_POINTS = 200
VERSION = "20260101-000000"
FIRST_OFFER = """
[[campaigns.offers]]
kind = "spend_and_save"
id = "offer-{number}"
spend = "{spend}.00"
save = "{save}.00"
assumed = {{ p_redeem = 0.1, incremental = 0.6 }}
"""
CONFIG = """
[shop]
name = "Many customers"
currency = "EUR"

[sources.order_lines]
path = "lines.csv"
columns = { order_id = "order", customer_id = "who", product_id = "what", quantity = "n", at = "when", paid = "paid" }

[[campaigns]]
id = "first"
title = "First offers"
budget = "100000000.00"
"""


def write_shop(folder: Path, customers: int, offers: int) -> Path:
    """Write a shop with one run, in which a tenth of the customers are in the holdout; return its folder."""
    run = folder / "runs" / VERSION
    run.mkdir(parents=True)
    text = CONFIG + "".join(FIRST_OFFER.format(number=one, spend=20 + one, save=1 + one % 9) for one in range(offers))
    (folder / "offerloop.toml").write_text(text)
    campaign = {
        "id": "first", "title": "First offers", "send": True, "budget": "100000000.00", "budget_basis": "liability",
        "shadow_price": 0.0, "customers_planned": customers, "customers_sent": customers, "basis": "assumed",
        "sentence": "", "as_sent": {
            "expected_spend": "1.00", "profit": {"value": "1.00", "low": None, "high": None}, "liability": "2.00"
        },
    }  # fmt: skip
    summary = {"currency": "EUR", "as_of": "2026-01-01", "customers": customers, "campaigns": [campaign]}
    (run / "summary.json").write_text(json.dumps(summary))
    manifest = {"format": RUN_FORMAT, "config": {"text": text}, "shares": {"holdout": 0.1, "usual": 0.0}}
    for name, table in _tables(customers, offers).items():
        table.write_parquet(run / f"{name}.parquet")
    (run / "manifest.json").write_text(json.dumps(manifest))
    return folder


def _tables(customers: int, offers: int) -> dict[str, pl.DataFrame]:
    rng = np.random.default_rng(1)
    names = pl.Series([f"offer-{one}" for one in range(offers)])
    ids = pl.Series("customer_id", [f"customer-{one:08}" for one in range(customers)])
    held = pl.Series(rng.random(customers) < 0.1)
    planned = names[pl.Series(rng.integers(0, offers, customers))]
    chosen = pl.DataFrame({"customer_id": ids, "held": held, "planned_offer_id": planned})
    assigned = chosen.select(
        "customer_id",
        pl.when("held").then(None).otherwise(pl.lit("first")).alias("campaign_id"),
        pl.when("held").then(pl.lit("none")).otherwise("planned_offer_id").alias("offer_id"),
        pl.lit("first").alias("planned_campaign_id"),
        "planned_offer_id",
        pl.when("held").then(pl.lit("holdout")).otherwise(pl.lit("plan")).alias("arm"),
        pl.when("held").then(0.1).otherwise(0.9).alias("propensity"),
        pl.when("held").then(pl.lit("holdout")).otherwise(pl.lit("best_profit")).alias("reasons"),
        pl.lit("7 8 9").alias("product_ids"),
        pl.when("held").then(None).otherwise(200).alias("cost_liability_minor"),
        pl.when("held").then(None).otherwise(300).alias("profit_minor"),
        pl.when("held").then(None).otherwise(20_000_000).alias("cost_expected_micro"),
    )
    terms = pl.DataFrame({"offer_id": names}).select(
        pl.lit("first").alias("campaign_id"),
        "offer_id",
        pl.lit("spend_and_save").alias("kind"),
        pl.lit(None, dtype=pl.String).alias("category"),
        pl.lit("an offer").alias("label"),
        pl.lit(packed(Message("an offer", context="label of an offer"))).alias("label_message"),
        pl.lit(200).alias("cost_liability_minor"),
    )
    category = pl.format("kind {}", pl.int_range(customers) % 8).alias("top_category")
    profiles = pl.DataFrame({"customer_id": ids, "n_orders": np.ones(customers, dtype=np.int64)}).with_columns(category)
    empty = pl.DataFrame({"customer_id": ids.clear()})
    others = dict.fromkeys(("effects", "affinities"), empty) | {"comparison": empty.with_columns(campaign_id=None)}
    return {"assignments": assigned, "offers": terms, "profiles": profiles, "budget_curve": _curve(), **others}


def _curve() -> pl.DataFrame:
    """Return a curve of as many points as a page takes."""
    budgets = np.linspace(0, 10**10, MOST_POINTS)
    profit = 3e5 * np.sqrt(budgets)
    return pl.DataFrame({
        "campaign_id": ["first"] * MOST_POINTS, "budget_minor": budgets, "n_customers": budgets / 200,
        "spend_minor": budgets / 10, "profit_minor": profit, "profit_low_minor": profit * 0.8,
        "profit_high_minor": profit * 1.2, "shadow_price": 1.5e5 / np.sqrt(budgets + 1),
    })  # fmt: skip
