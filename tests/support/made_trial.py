"""A random trial as a table: a coupon that moves who bought long ago, with every column that a shop might send."""

from datetime import date, timedelta

import numpy as np
import polars as pl


def made(rows=4_000, seed=1, effect=0.25, share=0.5):
    """customer, recency, spend_before, town, member, arm, bought, margin, cost; the effect grows with recency."""
    rng = np.random.default_rng(seed)
    recency, spend = rng.integers(1, 13, rows), rng.gamma(2.0, 30.0, rows).round(2)
    treated = rng.random(rows) < share
    chance = 0.15 + 0.1 * (spend > 60) + effect * treated * np.where(recency > 6, 1.0, -0.3)
    bought = rng.random(rows) < np.clip(chance, 0, 1)
    return pl.DataFrame(
        {
            "customer": np.arange(1, rows + 1),
            "recency": recency,
            "spend_before": spend,
            "town": rng.choice(["north", "south", "west"], rows),
            "member": rng.random(rows) < 0.4,
            "arm": np.where(treated, "coupon", "none"),
            "bought": bought.astype(np.int64),
            "margin": np.where(bought, 10.0, 0.0),
            "cost": np.where(bought & treated, 2.0, 0.0),
        }
    )


def with_dates(table, late=False):
    """When each row was treated, and its last visit before it, or in one row after it."""
    day = date(2026, 3, 1)
    visits = [day - timedelta(days=int(one)) for one in table["recency"] * 30]
    visits[7] = day + timedelta(days=3) if late else visits[7]
    return table.with_columns(treated_on=pl.lit(day), last_visit=pl.Series(visits))
