"""A run folder by hand: seventeen customers, one for each way in which a decision can come about."""

import json
import math

import polars as pl

from offerloop.tables import AFFINITIES, ASSIGNMENTS, COMPARISON, EFFECTS, OFFERS, PROFILES

MARGIN = 0.3
CONFIG = """
[profiles]
audit_only = ["age"]
[experiment]
holdout = 0.2
[[campaigns]]
id = "first"
[[campaigns.offers]]
kind = "coupon"
on = "each category"
percent = [10, 20]
max_discount = "4.00"
funded_share = 0.5
[[campaigns.offers]]
kind = "coupon"
id = "big"
on = "Tea"
percent = 40
max_discount = "10.00"
funded_share = 0.5
[[campaigns.offers]]
kind = "spend_and_save"
spend = "50.00"
save = "5.00"
funded_share = 0.5
[[campaigns.offers]]
kind = "flash_sale"
id = "welcome"
percent = 15
hours = 24
max_discount = "4.00"
funded_share = 0.5
assumed = { value = "1.00", p_redeem = 0.1 }
[[campaigns]]
id = "second"
[[campaigns.offers]]
kind = "coupon"
id = "later"
on = "Tea"
percent = 20
max_discount = "2.00"
funded_share = 0.5
[[campaigns]]
id = "own"
[[campaigns.offers]]
kind = "coupon"
id = "own"
on = "Tea"
percent = 20
max_discount = "4.00"
"""
TERMS = {  # kind, category, depth, funded share, liability, basis
    ("first", "coupon-10 Tea"): ("coupon", "Tea", 0.1, 0.5, 200, "transferred"),
    ("first", "coupon-20 Tea"): ("coupon", "Tea", 0.2, 0.5, 200, "transferred"),
    ("first", "coupon-20 Jam"): ("coupon", "Jam", 0.2, 0.5, 200, "transferred"),
    ("first", "big-40 Tea"): ("coupon", "Tea", 0.4, 0.5, 500, "transferred"),
    ("first", "spend-and-save"): ("spend_and_save", None, None, 0.5, 250, "unknown"),
    ("first", "welcome"): ("flash_sale", None, None, 0.5, 200, "assumed"),
    ("second", "later-20 Tea"): ("coupon", "Tea", 0.2, 0.5, 100, "transferred"),
    ("own", "own-20 Tea"): ("coupon", "Tea", 0.2, 0.0, 400, "transferred"),
}
PRICES = {"first": 0.1, "second": 0.2, "own": 0.0}
TEA, WELCOME, NONE = ("first", "coupon-20 Tea"), ("first", "welcome"), (None, "none")
JAM, UNTRIED = ("first", "coupon-20 Jam"), ("first", "spend-and-save")
EFFECTS_OF = {  # value and discount by customer
    1: {
        TEA: (100, 60), ("first", "coupon-10 Tea"): (60, 20), JAM: (30, 40), ("first", "big-40 Tea"): (130, 100),
        ("second", "later-20 Tea"): (90, 40), ("own", "own-20 Tea"): (100, 60),
    },
    2: {TEA: (30, 30), ("first", "coupon-10 Tea"): (12, 10)},
    3: {TEA: (10, 40), ("first", "coupon-10 Tea"): (2, 10)},
    4: {TEA: (100, 60)},
    5: {TEA: (30, 30)},
    6: {TEA: (100, 60)},
    8: {JAM: (10, 40)},
    9: {TEA: (50.00001, 60)},
    10: {TEA: (100, 60)},
    11: {WELCOME: (100, 40)},
    12: {TEA: (0, 40)},
    15: {JAM: (10, 40)},
    16: {TEA: (100, 60)},
    17: {("own", "own-20 Tea"): (100, 60)},
}  # fmt: skip
ROWS = {  # arm, reason, given, planned
    1: ("plan", "best_profit", TEA, TEA),
    2: ("plan", "budget_spent", NONE, NONE),
    3: ("plan", "no_offer_pays", NONE, NONE),
    4: ("holdout", "holdout", NONE, TEA),
    5: ("explore", "explore", UNTRIED, NONE),
    6: ("explore", "explore", NONE, TEA),
    7: ("plan", "no_basis", NONE, NONE),
    8: ("explore", "explore", JAM, NONE),
    9: ("plan", "budget_spent", NONE, NONE),
    10: ("plan", "budget_spent", NONE, NONE),
    11: ("plan", "best_profit", WELCOME, WELCOME),
    12: ("plan", "no_offer_pays", NONE, NONE),
    13: ("plan", "no_consent", NONE, NONE),
    14: ("plan", "outside", NONE, NONE),
    15: ("usual", "usual", JAM, NONE),
    16: ("usual", "usual", NONE, TEA),
    17: ("plan", "no_sent_campaign", NONE, NONE),
}

LIKED = [  # customer, product, task, rank, affinity, source, reason
    (1, 77, "repeat", 1, 4.0, "ranker", "bought:7"),
    (1, 78, "repeat", 2, 3.0, "ranker", "bought:1"),
    (1, 79, "repeat", 3, 2.0, "ranker", "goes_with:77"),
    (1, 80, "repeat", 4, 1.0, "ranker", "bought:2"),
    (1, 79, "new", 1, 3.0, "content", "goes_with:77"),  # never bought: in both lists, and told once
    (1, 90, "new", 2, 2.0, "content", "new_like:77"),
    (1, 91, "new", 3, 1.0, "ease", "popular"),
    *((13, product, task, rank, 1.0, "popularity", "popular")
      for task in ("repeat", "new") for rank, product in ((1, 91), (2, 77))),
]  # fmt: skip


def effect(customer, key, value, discount):
    *_, funded, liability, basis = TERMS[key]
    micro = math.ceil(discount * (1 - funded) * 1_000_000)
    profit = value - micro / 1_000_000
    numbers = {c.name: 0.0 for c in EFFECTS.columns if c.dtype == pl.Float64}
    return numbers | {
        "campaign_id": key[0], "customer_id": customer, "offer_id": key[1], "value_minor": float(value),
        "profit_minor": profit, "profit_low_minor": profit - 5, "profit_high_minor": profit + 20, "fold": 0,
        "cost_expected_micro": micro, "cost_liability_minor": liability, "discount_minor": float(discount),
        "held_out_value_minor": 0.9 * value, "held_out_discount_minor": float(discount), "basis": basis,
    }  # fmt: skip


def assignment(customer, arm, reason, given, planned):
    row = dict.fromkeys(ASSIGNMENTS.names)
    return row | {
        "customer_id": customer, "campaign_id": given[0], "offer_id": given[1], "arm": arm, "propensity": 0.7,
        "cost_liability_minor": TERMS[given][4] if given[0] else 0, "basis": TERMS[given][5] if given[0] else "none",
        "planned_campaign_id": planned[0], "planned_offer_id": planned[1], "explore_kinds": "", "product_ids": "",
        "reasons": reason, "best_alternative": "",
    }  # fmt: skip


def profile(customer):
    return {
        "customer_id": customer, "tags": ["deal seeker", "growing"], "n_orders": 12, "spend_minor": 45600,
        "recency_days": 3, "basket_minor": 3800.0, "top_category": "Tea", "top_category_share": 0.4,
        "discount_share": 0.25, "trend": 0.2, "recent_minor": 9000, "p_active": 0.97,
    }  # fmt: skip


def campaign(name, send, basis):
    return {
        "id": name, "title": name.title(), "send": send, "budget": "6.00", "budget_basis": basis,
        "customers_planned": 3, "shadow_price": PRICES[name], "break_even_supplier_share": {"beyond_interval": 0.525},
    }  # fmt: skip


def build_run(folder, text=False, send=True, basis="liability", config=CONFIG, known=True):
    """A run of these customers by hand; with `text` their ids are c1 to c17."""
    folder.mkdir()

    def write(table, rows):
        frame = pl.DataFrame(rows, schema=None if table.open else table.schema)
        if text and "customer_id" in frame.columns:
            frame = frame.with_columns(pl.format("c{}", "customer_id").alias("customer_id"))
        table.check(frame).write_parquet(folder / f"{table.name}.parquet")

    why = "no_campaign_pays" if known else "no_effect_known"
    rows = ROWS if send else dict.fromkeys(ROWS, ("plan", why, NONE, NONE))
    write(ASSIGNMENTS, [assignment(one, *row) for one, row in rows.items()])
    write(EFFECTS, [effect(one, key, *both) for one, those in EFFECTS_OF.items() for key, both in those.items()])
    if not known:
        write(EFFECTS, [])
    write(PROFILES, [profile(one) for one in ROWS])
    write(AFFINITIES, [dict(zip(AFFINITIES.names, row, strict=True)) for row in LIKED])
    terms = [
        (*key, *row[:4], MARGIN, row[4], 0, 1.0, "any", None, f"label of {key[1]}", "[]", row[5], None, None)
        for key, row in TERMS.items()
    ]
    write(OFFERS, [dict(zip(OFFERS.names, row, strict=True)) for row in terms])
    figures = dict.fromkeys(COMPARISON.names, 1.0) | {"profit_low_minor": -50.0, "profit_high_minor": 60.0}
    write(COMPARISON, [figures | {"campaign_id": name, "rule": "plan"} for name in PRICES])
    campaigns = [campaign(name, send and name != "own", basis) for name in PRICES]
    summary = {"shop": "Corner", "currency": "EUR", "as_of": "2026-01-01", "margin": MARGIN, "campaigns": campaigns}
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "manifest.json").write_text(json.dumps({"config": {"text": config}}))
    return folder
