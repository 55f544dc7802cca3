"""A shop with a log of shown offers made by hand: days count from its first Monday."""

import json
from datetime import date, timedelta

import numpy as np
import polars as pl

from offerloop.engine import collect

MONDAY = date(2024, 1, 1)
CONFIG = """
[shop]
name = "Corner shop"
margin = 0.5
{shop}
[sources.order_lines]
path = "orders.csv"
[sources.order_lines.columns]
order_id = "order"
customer_id = "customer"
product_id = "product"
quantity = "quantity"
paid = "paid"
at = "day"
{columns}
{exposures}
[[campaigns]]
id = "spring"
title = "Spring coupons"
budget = "1000.00"
offers = [{{ kind = "coupon", on = "all", percent = 10, max_discount = "5.00" }}]
{more}
"""
EXPOSURES = """
[sources.exposures]
path = "exposures.csv"
[sources.exposures.columns]
customer_id = "customer"
offer_id = "offer"
at = "day"
propensity = "p"
"""
COUPONS = 'list_value = "list"\ncoupon = "coupon"\nreimbursed = "back"'
CUSTOMERS, WEEKS, BEFORE = 600, 4, 6
EFFECT, DISCOUNT = 10.0, 2.0
"""What a coupon adds to the spend of every week, and what it costs us."""


def day(number):
    """The date of a day."""
    return (MONDAY + timedelta(days=int(number))).isoformat()


def write_log_shop(folder, orders, exposures, *, columns=COUPONS, log=EXPOSURES, shop="", more=""):
    """Orders: customer, day, list value, discount on the shelf, coupon, reimbursed. Exposures: customer, offer, day,
    propensity."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [(f"o{n}", c, 1, 1, listed - off - coupon, day(d), listed, coupon, back)
            for n, (c, d, listed, off, coupon, back) in enumerate(orders)]  # fmt: skip
    names = ["order", "customer", "product", "quantity", "paid", "day", "list", "coupon", "back"]
    pl.DataFrame(rows, names, orient="row").write_csv(folder / "orders.csv")
    shown = [(c, offer, day(d), p) for c, offer, d, p in exposures]
    pl.DataFrame(shown, ["customer", "offer", "day", "p"], orient="row").write_csv(folder / "exposures.csv")
    path = folder / "offerloop.toml"
    path.write_text(CONFIG.format(columns=columns, exposures=log, shop=shop, more=more))
    return path


def make_run(folder, planned, as_of="2024-02-01"):
    """As much of a run as a plan needs."""
    folder.mkdir(parents=True)
    pl.DataFrame(planned, ["customer_id", "planned_offer_id"], orient="row").write_parquet(
        folder / "assignments.parquet"
    )
    (folder / "summary.json").write_text(json.dumps({"as_of": as_of}))
    (folder / "manifest.json").write_text("{}")
    return folder


def decisions_of(shop, *policies):
    """All decisions of a log that is its only shard."""
    return shop.reader(collect(shop.shards([one.rows for one in policies]).frame))


def usual_shop(folder, *, effect=EFFECT, coupon=DISCOUNT, lasts=0.0, shelf=0.0, seed=6, even=False, **given):
    """Customers who order every week; heavy ones get the coupon more often, or all alike. It adds `effect` to a week's
    list value and takes `coupon` off, and the week after adds `lasts`; half of all orders have the share `shelf` off at
    the shelf."""
    rng = np.random.default_rng(seed)
    usual = rng.lognormal(3, 0.5, CUSTOMERS)
    orders, exposures, before = [], [], np.zeros(CUSTOMERS, dtype=bool)
    for week in range(BEFORE + WEEKS):
        for one in range(CUSTOMERS):
            chance = 0.5 if even else 0.7 if usual[one] > 20 else 0.4
            shown = week >= BEFORE and rng.random() < chance
            if week >= BEFORE:
                given_p = chance if shown else 1 - chance
                exposures.append((one + 1, "coupon" if shown else "none", 7 * week, given_p))
            worth = round(max(usual[one] * rng.lognormal(0, 0.2) + effect * shown + lasts * before[one], 0.5), 2)
            before[one] = shown
            off = round(shelf * worth * ((one + week) % 2), 2) if shelf else 0.0
            orders.append((one + 1, 7 * week + int(rng.integers(7)), worth, off, coupon * shown, 0.0))
    orders.append((1, 7 * (BEFORE + WEEKS) - 1, 1.0, 0.0, 0.0, 0.0))
    return write_log_shop(folder, orders, exposures, **given)
