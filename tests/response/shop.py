"""A shop whose response to its shelf prices is known, because it is made up here."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from offerloop.config import Response
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.response import ShelfLines, shelf_lines

SETTINGS = Response(min_lines_per_product=10)
HALF = (0.0, 0.0, 0.0, 0.8, 0.8, 0.8)
"""Slopes of six categories of which three respond."""
DEPTHS = (0.0, 0.1, 0.2, 0.3)


def simulate(
    seed: int,
    slopes: Sequence[float],
    n_customers: int = 500,
    n_weeks: int = 40,
    products: int = 6,
    depths: Sequence[float] = DEPTHS,
    base: float = 0.2,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Order lines and products; every customer has one product of their own in each category.

    In a week it is bought with probability ``b + slope x depth``: `slopes` has one entry per category, b differs
    between customers around `base`, and the depth of each product and week is drawn from `depths`. The price of
    category c is 2.00 x (c + 1), so that categories can be told apart by what the shop sees.
    """
    rng = np.random.default_rng(seed)
    shape = (n_customers, len(slopes), n_weeks)
    own = rng.integers(0, products, shape[:2])
    depth = rng.choice(depths, (len(slopes), products, n_weeks))
    usual = base * rng.uniform(0.5, 1.5, (n_customers, 1, 1))
    own_depth = depth[np.arange(len(slopes))[None, :], own]
    chance = usual + np.array(slopes)[None, :, None] * own_depth
    customer, category, week = np.nonzero(rng.random(shape) < chance)
    price = 200 * (category + 1)
    discount = np.rint(price * own_depth[customer, category, week]).astype(np.int64)
    lines = pl.DataFrame(
        {
            "customer_id": customer,
            "product_id": category * products + own[customer, category],
            "order_week": week + 1,
            "order_day": week * 7,
            "quantity": np.ones(len(week), dtype=np.int64),
            "list_value_minor": price,
            "discount_minor": discount,
            "revenue_minor": price - discount,
        }
    )
    listed = pl.DataFrame(
        [(c * products + k, f"category {c:02}") for c in range(len(slopes)) for k in range(products)],
        schema=["product_id", "category"],
        orient="row",
    )
    return lines, listed


def summed(
    lines: pl.DataFrame, products: pl.DataFrame, settings: Response = SETTINGS, weeks: range | None = None
) -> ShelfLines:
    """The weekly sums that the study reads; without `weeks`, of all weeks from the first one on."""
    engine = DuckDBEngine(threads=1)
    full = weeks or range(1, int(lines["order_week"].to_numpy().max()) + 1)
    return shelf_lines(engine.table(lines), engine.table(products), full, settings, engine)
