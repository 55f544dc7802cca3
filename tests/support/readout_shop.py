"""A run folder made by hand and orders whose true effect is known."""

import json
from datetime import date, timedelta

import numpy as np
import polars as pl

from offerloop.evaluation.hash_groups import in_holdout, in_usual
from offerloop.tables import ASSIGNMENTS, COMPARISON, MARGINS, OFFERS

N, HELD, EXPLORE = 3000, 0.2, 0.1
AS_OF = date(2024, 3, 4)
COST = 12
"""Forecast cost of an offer, minor units."""
FORECAST = (9000.0, 4000.0, 14000.0)
CONFIG = """
[shop]
name = "Corner shop"
margin = 0.3
[sources.order_lines]
path = "orders.csv"
[sources.order_lines.columns]
order_id = "order"
customer_id = "customer"
product_id = "product"
quantity = "quantity"
paid = "paid"
at = "day"
{more}
[experiment]
holdout = 0.2
[[campaigns]]
id = "spring"
title = "Spring coupons"
budget = "1000.00"
explore_budget = "100.00"
offers = [{{ kind = "coupon", on = "all", percent = 10, max_discount = "5.00" }}]
"""


def make_run(
    folder, *, more="", keep=None, funded=0.0, explore=EXPLORE, kinds=lambda _: ("coupon",), margins=(), hide=None,
    usual=0.0, only_able=False,
):  # fmt: skip
    """A run of N customers; the plan has an offer for three in five of them. `kinds`: what one may draw at random.

    With a share `usual` business as usual gives two in three customers an offer. `only_able`: only who can draw an
    offer explores, as runs do it.
    """
    rng = np.random.default_rng(3)
    ids = np.arange(1, N + 1)
    named = (lambda one: one) if hide is None else hide
    held = np.array([in_holdout(str(named(one)), "holdout", HELD) for one in ids])
    today = np.array([in_usual(str(named(one)), "holdout", usual) for one in ids])
    able = np.array([bool(kinds(one)) or not only_able for one in ids])
    free = np.flatnonzero(~held & ~today & able)
    exploring = np.isin(ids, ids[rng.choice(free, int(explore * len(free)), replace=False)])
    share = exploring.sum() / len(free)
    rows, menu = [], []
    for position, one in enumerate(ids):
        plan = "coupon" if one % 5 < 3 else "none"
        choices = [*kinds(one), "none"]
        drawn = choices[int(rng.integers(len(choices)))]
        arm = "holdout" if held[position] else "usual" if today[position] else "plan"
        arm = "explore" if exploring[position] else arm
        as_usual = "spend_and_save" if one % 3 else "none"
        given = {"holdout": "none", "usual": as_usual, "plan": plan, "explore": drawn}[arm]
        explores = share * able[position]
        chance = (1 - HELD - usual) * ((1 - explores) * (given == plan) + explores * (given in choices) / len(choices))
        chance += HELD * (given == "none") + usual * (given == as_usual) * (usual > 0)
        rows.append((named(one), given, arm, chance, plan, ",".join(kinds(one))))
        menu += [(named(one), "spring", kind, float(one % 997)) for kind in kinds(one)]
    folder.mkdir(parents=True)
    _assignments(rows).filter(pl.lit(True) if keep is None else keep).write_parquet(folder / "assignments.parquet")
    effects = pl.DataFrame(menu, ["customer_id", "campaign_id", "offer_id", "profit_minor"], orient="row")
    effects.write_parquet(folder / "effects.parquet")
    _others(folder, funded, margins, [named(one) for one in range(1, N + 1)])
    manifest = {"config": {"text": CONFIG.format(more=more)}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    summary = {"as_of": AS_OF.isoformat(), "campaigns": [{"id": "spring", "send": True}]}
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder


def _assignments(rows):
    table = pl.DataFrame(
        rows, ["customer_id", "offer_id", "arm", "propensity", "planned_offer_id", "explore_kinds"], orient="row"
    )
    offered = pl.col("offer_id") != "none"
    full = table.with_columns(
        campaign_id=pl.when(offered).then(pl.lit("spring")),
        planned_campaign_id=pl.when(pl.col("planned_offer_id") != "none").then(pl.lit("spring")),
        cost_expected_micro=pl.when(offered).then(COST * 1_000_000).otherwise(0),
        basis=pl.lit("transferred"),
        product_ids=pl.lit(""),
        reasons=pl.lit(""),
        best_alternative=pl.lit(""),
    )
    empty = {name: pl.lit(None) for name in ASSIGNMENTS.names if name not in full.columns}
    return ASSIGNMENTS.check(
        full.with_columns(**empty).cast(
            {name: kind for name, kind in ASSIGNMENTS.schema.items() if name != "customer_id"}
        )
    )


def _others(folder, funded, margins, names):
    kinds = ("coupon", "flash_sale", "spend_and_save")
    offers = [
        ("spring", kind, kind, None, 0.1, funded, 0.3, 500, 0, 1.0, "any", None, kind, "[]", "transferred", None, None)
        for kind in kinds
    ]
    pl.DataFrame(offers, OFFERS.schema, orient="row").write_parquet(folder / "offers.parquet")
    plan = [("spring", "plan as sent", 1400.0, 0.0, *FORECAST, 0.0, 0.0, 0.0)]
    pl.DataFrame(plan, COMPARISON.schema, orient="row").write_parquet(folder / "comparison.parquet")
    margins = pl.DataFrame(margins or [(None, 0.3, "configured", None)], MARGINS.schema, orient="row")
    margins.write_parquet(folder / "margins.parquet")
    ids = range(1, N + 1)
    tags = [[*(["early"] if one % 2 else []), *(["lapsing"] if one % 4 == 0 else [])] for one in ids]
    recent = [10_000 + one for one in ids]
    profiles = pl.DataFrame({"customer_id": names, "tags": tags, "recent_minor": recent})
    profiles.write_parquet(folder / "profiles.parquet")


def make_orders(path, run, effect=lambda _: 1.0, *, days=7, before=True, columns=lambda _: {}, ids=lambda one: one):
    """An order a customer and week, of a size of their own; that of the treated times `effect`, of their id, or a
    factor by arm.

    Gives the true effect on margin, summed over the treated. One in twenty buys nothing in a week.
    """
    rng = np.random.default_rng(5)
    usual = rng.lognormal(8, 0.6, N + 1)
    arms = {
        row[0]: row[1:] for row in pl.read_parquet(run / "assignments.parquet")["customer_id", "arm", "offer_id"].rows()
    }
    lines, truth = [], 0.0
    for week in range(-1 if before else 0, -(-days // 7)):
        for one in range(1, N + 1):
            worth, bought = usual[one] * rng.lognormal(0, 0.25), rng.random() < 0.95
            treated = week >= 0 and arms.get(ids(one), ("", "none"))[1] != "none"
            if bought:
                by = effect(one) if callable(effect) else effect.get(arms.get(ids(one), ("",))[0], 1.0)
                paid = round(worth * (by if treated else 1.0))
                truth += 0.3 * (paid - worth) if treated and arms[ids(one)][0] == "plan" else 0.0
                day = AS_OF + timedelta(days=7 * week + one % 7)
                lines.append({"order": len(lines), "customer": one, "product": 7, "quantity": 2, "paid": paid / 100,
                              "day": day.isoformat(), **columns(one if treated else 0)})  # fmt: skip
    pl.DataFrame(lines).write_csv(path)
    return truth


def total(summary, outcome, group="all", comparison="plan", method="adjusted"):
    """(value, low, high) in minor units or numbers; a customer where there is no total."""
    key = (comparison, outcome, group, method)
    one = next(e for e in summary["effects"] if (e["comparison"], e["outcome"], e["group"], e["method"]) == key)
    shown = one["total"] or one["per_customer"]
    factor = 100 if isinstance(shown["value"], str) else 1
    return tuple(factor * float(shown[end]) for end in ("value", "low", "high"))
