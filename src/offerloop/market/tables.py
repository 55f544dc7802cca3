"""The standard tables of a market: what `offerloop run` reads."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.market.lines import Lines
from offerloop.market.noise import Noise
from offerloop.market.preset import Preset
from offerloop.market.world import CustomerTraits, ProductRange

SCALE = 100


def line_table(lines: Lines, discount: Ints, own: Floats, ids: Ints, week: int, monday: date) -> pl.DataFrame:
    """order_lines of one week, with what comes back a week later as lines below zero.

    `own`: of each customer's offer, the share of the discount that the shop pays.
    """
    funded = 1 - own[lines.customer]
    reimbursed = np.floor(funded * discount + 0.5).astype(np.int64)
    table = pl.DataFrame(
        {
            "order_id": week * 10**9 + ids[lines.customer] * 64 + lines.trip,
            "customer_id": ids[lines.customer],
            "product_id": lines.product + 1,
            "quantity": lines.units,
            "list_value": lines.list_minor / SCALE,
            "discount": (lines.list_minor - lines.shelf_minor) / SCALE,
            "coupon": discount / SCALE,
            "reimbursed": reimbursed / SCALE,
            "paid": (lines.shelf_minor - discount) / SCALE,
            "_day": lines.day,
            "_back": lines.returned,
        }
    )
    table = table.with_columns(at=pl.lit(monday) + pl.duration(days=pl.col("_day")))
    amounts = ("quantity", "list_value", "discount", "coupon", "reimbursed", "paid")
    back = table.filter("_back").with_columns(
        *(-pl.col(name) for name in amounts), at=pl.col("at") + pl.duration(days=7)
    )
    return pl.concat([table, back]).drop("_day", "_back").with_columns(pl.col("at").cast(pl.Date))


def event_table(
    lines: Lines, people: CustomerTraits, ids: Ints, preset: Preset, noise: Noise, week: int, monday: date
) -> pl.DataFrame:
    """events of one week: views of what is bought and of what is not, and ratings of purchases from 1 to 5."""
    who, category = lines.customer, lines.category
    came = np.unique(who)
    look = (
        noise.uniform("look", week, ids[came, None], np.arange(people.usual.shape[1])[None, :]) < preset.browsing.views
    )
    row, viewed = np.nonzero(look)
    rated = np.flatnonzero(noise.uniform("rates", week, ids[who], category) < preset.browsing.ratings)
    liked = people.usual[who[rated], category[rated]] == lines.product[rated]
    stars = 3.4 + 0.8 * liked + noise.normal("stars", week, ids[who[rated]], category[rated])
    day = noise.uniform("look-day", week, ids[came[row]], viewed) * 7
    unseen = np.full(len(who), np.nan), np.full(len(row), np.nan)
    events = pl.concat(
        [
            _events(ids[who], lines.product, "view", unseen[0], lines.day),
            _events(ids[came[row]], people.usual[came[row], viewed], "view", unseen[1], day.astype(np.int64)),
            _events(ids[who[rated]], lines.product[rated], "rating", np.clip(np.round(stars), 1, 5), lines.day[rated]),
        ]
    )
    return events.with_columns(at=(pl.lit(monday) + pl.duration(days=pl.col("_day"))).cast(pl.Date)).drop("_day")


def _events(customer: Ints, product: NDArray[np.integer], kind: str, value: Floats, day: Ints) -> pl.DataFrame:
    columns = {"customer_id": customer, "product_id": product.astype(np.int64) + 1, "value": value, "_day": day}
    table = pl.DataFrame(columns, nan_to_null=True)
    return table.with_columns(kind=pl.lit(kind)).select("customer_id", "product_id", "kind", "value", "_day")


def product_table(shop: ProductRange) -> pl.DataFrame:
    """Return the table of products."""
    return pl.DataFrame(
        {
            "product_id": np.arange(1, shop.size + 1),
            "category": [f"category {c}" for c in shop.category],
            "brand": [f"brand {b}" for b in shop.brand],
            "list_price": shop.price_minor / SCALE,
            "unit_cost": shop.cost_minor / SCALE,
        }
    )


def customer_table(ids: Ints, people: CustomerTraits) -> pl.DataFrame:
    """customers with their demographics."""
    return people.demographics.with_columns(customer_id=pl.Series(ids)).select(
        "customer_id", "age", "income", "household"
    )
