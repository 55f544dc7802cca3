"""Plasmode shops: real purchases with planted responses to discounts, a random log of them, and the truth.

A customer's week without an offer is one of the customer's own last POOL real weeks, drawn anew. An offer of depth d,
off everything for a week, adds baskets or takes some away: expected growth of purchases in the week is g_i(d, past),
further baskets are copies of the customer's own. So the truth is known exactly:

    value = margin s_i g      cost = own share x d x s_i (1 + g)      s_i: mean worth of the customer's pool weeks

with s_i (1 + what lasts of earlier offers) where these matter. Families of g differ in the form of depth, in who
responds and in what earlier offers do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from equal_spend import Effects
from foreign_histories import History
from offerloop.config import SourceName

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
POOL = 13
"""Weeks."""
MARGIN, FUNDED = 0.40, 0.50
BEFORE = 26
"""Real weeks before the log at most."""
ZERO = date(2024, 1, 1)
"""A Monday: day 0 of the histories."""


@dataclass(frozen=True)
class Family:
    """A form of response."""

    shape: Callable[[Floats], NDArray[np.floating[Any]]]
    """Of depth; growth is sensitivity times it."""
    who: str = "features"
    """What sensitivity hangs on: features, luck, category, or harmful to those who come most often."""
    lasts: tuple[float, ...] = ()
    """Of growth in a week, the part (of either sign) that follows in the weeks after."""
    tires: float = 1.0
    """What each offer of the last four weeks multiplies growth by."""
    size: float = 1.0


FAMILIES = {
    "linear": Family(lambda d: d),
    "convex": Family(lambda d: d**2 / 0.3),
    "saturating": Family(lambda d: 0.3 * (1 - np.exp(-d / 0.08))),
    "stepped": Family(lambda d: 0.3 * (d >= 0.2)),
    "carry-over": Family(lambda d: 0.6 * d, lasts=(0.5, 0.25)),
    "pull-forward": Family(lambda d: 1.5 * d, lasts=(-0.3, -0.2)),
    "own": Family(lambda d: d, who="luck"),
    "category": Family(lambda d: d, who="category"),
    "fatigue": Family(lambda d: 1.6 * d, tires=0.75),
    "harmful": Family(lambda d: d, who="harmful"),
    "none": Family(lambda d: 0.0 * d),
}


@dataclass(frozen=True)
class Design:
    """Of a world."""

    family: str
    seed: int
    customers: int = 2_000
    depths: tuple[float, ...] = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
    periods: int = 12


@dataclass(frozen=True, eq=False)
class World:
    """Customers, their pools of baskets, and what was drawn."""

    design: Design
    history: History
    drawn: Ints
    """(customers,): numbers in the history, ascending."""
    pool: pl.DataFrame
    """customer (position), week (0 to POOL - 1), basket, worth: of the last weeks."""
    sensitivity: Floats
    """(customers,)."""
    action: Ints
    """(customers, periods): 0 for nothing, else 1 + position of the depth."""

    @property
    def names(self) -> list[str]:
        """Of nothing and of each depth."""
        return ["none", *(f"off-{round(100 * depth)}" for depth in self.design.depths)]

    @property
    def usual(self) -> Floats:
        """(customers,): mean worth of a week."""
        sums = np.zeros(len(self.drawn))
        np.add.at(sums, self.pool["customer"].to_numpy(), self.pool["worth"].to_numpy().astype(float))
        return sums / POOL

    @property
    def family(self) -> Family:
        """Its form."""
        return FAMILIES[self.design.family]

    def growth(self) -> tuple[Floats, Floats]:
        """In each week if it had each depth (customers, periods + 1, depths), and by earlier offers, without depths."""
        depths = np.array(self.design.depths)
        shape = self.family.size * self.family.shape(depths)
        given = self.action > 0
        n, periods = self.action.shape
        now = np.empty((n, periods + 1, len(depths)))
        later = np.zeros((n, periods + 1 + len(self.family.lasts)))
        for t in range(periods + 1):
            tired = self.family.tires ** given[:, max(t - 4, 0) : t].sum(axis=1)
            now[:, t] = (self.sensitivity * tired)[:, None] * shape
            if t < periods:
                mine = np.where(given[:, t], now[np.arange(n), t, np.maximum(self.action[:, t] - 1, 0)], 0.0)
                for lag, part in enumerate(self.family.lasts, start=1):
                    later[:, t + lag] += part * mine
        return now, later[:, : periods + 1]

    def truth(self) -> Effects:
        """Of the week after the log."""
        now, later = self.growth()
        depths = np.array(self.design.depths)
        usual = self.usual[:, None]
        value = MARGIN * usual * now[:, -1] * (1 + sum(self.family.lasts))
        cost = (1 - FUNDED) * depths * usual * np.maximum(1 + later[:, -1:] + now[:, -1], 0.0)
        return Effects(value, cost)


def make(history: History, design: Design) -> World:
    """Draw customers, sensitivities and the lot."""
    rng = np.random.default_rng([design.seed, *map(ord, design.family)])
    recent = history.lines.filter(pl.col("day") >= 7 * (history.weeks - POOL))
    active = np.sort(recent["customer"].unique().to_numpy())
    drawn = np.sort(rng.choice(active, min(design.customers, len(active)), replace=False))
    place = pl.DataFrame({"customer": drawn, "place": np.arange(len(drawn))})
    pool = (
        recent.join(place, on="customer")
        .group_by("place", "basket")
        .agg(pl.col("worth").sum(), week=pl.col("day").first() // 7 - (history.weeks - POOL))
        .sort("place", "basket")
        .rename({"place": "customer"})
    )
    sensitivity = _sensitivity(FAMILIES[design.family].who, recent.join(place, on="customer"), pool, len(drawn), rng)
    action = rng.integers(0, len(design.depths) + 1, (len(drawn), design.periods))
    return World(design, history, drawn, pool, sensitivity, action)


def _sensitivity(who: str, lines: pl.DataFrame, pool: pl.DataFrame, n: int, rng: np.random.Generator) -> Floats:
    """(n,): growth for each unit of `shape`; its mean is about 1.5."""
    customer = pool["customer"].to_numpy()
    orders = np.bincount(customer, minlength=n)
    worth = np.bincount(customer, pool["worth"].to_numpy().astype(float), n)
    often, large = _ranks(orders + rng.random(n) / 2), _ranks(worth / np.maximum(orders, 1))
    luck = rng.gamma(1.5, 1.0, n)
    if who == "luck":
        return luck
    if who == "category":
        top = lines.group_by("place", "category").agg(pl.col("worth").sum()).sort("place", "worth", "category")
        own = top.group_by("place", maintain_order=True).last().sort("place")["category"]
        codes = own.rank("dense").to_numpy().astype(int) - 1
        return rng.gamma(1.0, 1.5, codes.max() + 1)[codes]
    if who == "harmful":
        return np.where(often > 2 / 3, -0.8, 2.2) + 0.2 * (luck - 1.5)
    return 3.0 * (0.2 + 0.8 * (1 - often) * (0.5 + large)) * (0.75 + 0.5 * luck / 1.5) / 1.25


def _ranks(x: Floats) -> Floats:
    return (np.argsort(np.argsort(x)) + 0.5) / len(x)


def played(world: World) -> pl.DataFrame:
    """Baskets of the log: customer (position), period, basket of the pool whose lines are bought, off (depth)."""
    rng = np.random.default_rng([world.design.seed, 99, *map(ord, world.design.family)])
    now, later = world.growth()
    n, periods = world.action.shape
    depths = np.array((0.0, *world.design.depths))
    customer, basket = world.pool["customer"].to_numpy(), world.pool["basket"].to_numpy()
    week = world.pool["week"].to_numpy()
    start, count = np.searchsorted(customer, np.arange(n)), np.bincount(customer, minlength=n)
    parts = []
    for t in range(periods):
        kept = week == np.asarray(rng.integers(0, POOL, n))[customer]
        a = world.action[:, t]
        g = np.where(a > 0, now[np.arange(n), t, np.maximum(a - 1, 0)], 0.0) + later[:, t]
        rows = np.flatnonzero(kept)
        rows = rows[rng.random(len(rows)) < np.minimum(1 + g[customer[rows]], 1.0)]
        more = rng.poisson(np.maximum(g, 0.0) * count / POOL)
        who = np.repeat(np.arange(n), more)
        extra = start[who] + (rng.random(len(who)) * count[who]).astype(int)
        taken = np.concatenate([rows, extra])
        parts.append(
            pl.DataFrame(
                {
                    "customer": customer[taken],
                    "period": np.full(len(taken), t),
                    "basket": basket[taken],
                    "off": depths[a[customer[taken]]],
                }
            )
        )
    return pl.concat(parts).with_row_index("order")


def write(world: World, folder: Path) -> dict[SourceName, str]:
    """The shop's files as CSV: orders, products, exposures and offers; the lines of a basket are summed by category."""
    folder.mkdir(parents=True, exist_ok=True)
    weeks = world.history.weeks
    lines = (
        world.history.lines.group_by("basket", "customer", "day", "category")
        .agg(pl.col("worth").sum(), quantity=pl.lit(1, dtype=pl.Int64))
        .with_columns(product="category")
        .sort("basket", "product")
    )
    place = pl.DataFrame({"customer": world.drawn, "place": np.arange(len(world.drawn))})
    real = (
        lines.filter(pl.col("day") >= 7 * (weeks - BEFORE))
        .join(place, on="customer")
        .select(
            pl.format("h{}", "basket").alias("order_id"),
            "place",
            "product",
            "quantity",
            "worth",
            "day",
            off=pl.lit(0.0),
        )
    )
    log = (
        played(world)
        .join(lines.select("basket", "product", "quantity", "worth", "day"), on="basket")
        .select(
            pl.format("l{}", "order").alias("order_id"),
            pl.col("customer").alias("place"),
            "product", "quantity", "worth",
            (7 * (weeks + pl.col("period")) + pl.col("day") % 7).alias("day"),
            "off",
        )
    )  # fmt: skip
    both = pl.concat([real, log.with_columns(pl.col("day").cast(real.schema["day"]))], how="vertical_relaxed")
    off = (pl.col("worth") * pl.col("off")).round().cast(pl.Int64)
    noon = pl.lit(datetime.combine(ZERO, datetime.min.time())) + pl.duration(days="day", hours=12)
    orders = both.select(
        "order_id",
        pl.format("c{}", "place").alias("customer_id"),
        pl.col("product").alias("product_id"),
        "quantity",
        (pl.col("worth") / 100).alias("list_value"),
        (off / 100).alias("discount"),
        ((pl.col("worth") - off) / 100).alias("paid"),
        noon.dt.strftime("%Y-%m-%d %H:%M:%S").alias("at"),
    )
    products = (
        lines.select(product_id="product", category="category").unique("product_id", keep="first").sort("product_id")
    )
    n, periods = world.action.shape
    names = np.array(["none", *(f"off-{round(100 * d)}" for d in world.design.depths)])
    days = [ZERO + timedelta(days=7 * (weeks + t)) for t in range(periods)]
    exposures = pl.DataFrame(
        {
            "customer_id": np.repeat([f"c{i}" for i in range(n)], periods),
            "offer_id": names[world.action.ravel()],
            "propensity": np.full(n * periods, 1 / len(names)),
            "at": np.tile([f"{one} 00:00:00" for one in days], n),
        }
    )
    offers = pl.DataFrame(
        [
            (name, "coupon", round(100 * d), FUNDED)
            for name, d in zip(world.names[1:], world.design.depths, strict=True)
        ],
        ["offer_id", "kind", "percent", "funded_share"],
        orient="row",
    )
    tables: dict[SourceName, pl.DataFrame] = {
        "order_lines": orders,
        "products": products,
        "exposures": exposures,
        "offers": offers,
    }
    for name, table in tables.items():
        table.write_csv(folder / f"{name}.csv")
    return {name: str(folder / f"{name}.csv") for name in tables}
