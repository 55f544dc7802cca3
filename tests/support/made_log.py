"""A small made-up log: everybody orders for 10.00 in half of the weeks, and more often with some offers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from offerloop.engine import ENGINES, Engine
from offerloop.offers import Offer, read_offers
from offerloop.response import Margins, ShownEffects, ShownLog, learn_shown

WORTH = 1_000
MARGIN = 0.4
BEFORE = 13


def learned(
    written: Sequence[Mapping[str, object]],
    growth: Mapping[str, float],
    coupon: Mapping[str, int],
    window_days: int = 7,
) -> ShownEffects:
    """What a log of ten weeks says of offers; `growth` is that of purchases, `coupon` what order lines show."""
    offers, engine = read_offers(written, ["tea"], "USD"), ENGINES.load("duckdb")()
    log = replace(log_of(offers, growth, coupon, 800, engine), window_days=window_days)
    return learn_shown(log, offers, 1, engine)


def log_of(
    offers: Sequence[Offer], growth: Mapping[str, float], coupon: Mapping[str, int], customers: int, engine: Engine
) -> ShownLog:
    """Orders of all weeks, and an offer at random, or nothing, in each of the last ten."""
    rng, names = np.random.default_rng(5), ["none", *(one.offer_id for one in offers)]
    lines, shown = [], []
    for week in range(BEFORE + 10):
        given = rng.integers(0, len(names), customers) if week >= BEFORE else np.zeros(customers, dtype=int)
        ordered = rng.random(customers) < 0.5 * (1 + np.array([growth.get(one, 0.0) for one in names])[given])
        who = np.flatnonzero(ordered)
        off = np.array([coupon.get(one, 0) for one in names])[given[who]]
        day = 7 * week + rng.integers(0, 7, len(who))
        lines.append(pl.DataFrame({"customer_id": who, "order_day": day, "coupon_minor": off}))
        if week >= BEFORE:
            ids = np.arange(customers)
            shown.append(pl.DataFrame({"customer_id": ids, "offer_id": np.array(names)[given], "shown_day": 7 * week}))
    orders = pl.concat(lines).with_row_index("order_id").cast({"order_id": pl.Int64}).with_columns(
        product_id=pl.lit("p"), quantity=pl.lit(1), list_value_minor=pl.lit(WORTH), discount_minor=pl.lit(0),
        reimbursed_minor=pl.lit(0), revenue_minor=WORTH - pl.col("coupon_minor"),
    )  # fmt: skip
    exposures = pl.concat(shown).with_columns(propensity=pl.lit(1 / len(names)))
    products = pl.DataFrame({"product_id": ["p"], "category": ["tea"]})
    last = 7 * (BEFORE + 10)
    return ShownLog(*(engine.table(one) for one in (exposures, orders, products)), 0, last, 7, Margins(MARGIN))


def mean_of(shown: ShownEffects, offer_id: str, column: str) -> float:
    """Mean over customers of a column of an offer's effects, minor units."""
    return float(shown.effects(offer_id)[column].mean())
