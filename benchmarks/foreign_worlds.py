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
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from equal_spend import Effects
from foreign_files import write_files
from foreign_histories import History
from foreign_offers import FUNDED, Planted, kinds, ladder
from foreign_true_form import Form
from offerloop.arrays import Floats, Ints
from offerloop.config import SourceName
from offerloop.response import EXPOSURE_FEATURES

POOL = 13
"""Weeks."""
MARGIN = 0.40
BEFORE = 26
"""Real weeks before the log at most."""


@dataclass(frozen=True)
class Family:
    """A form of response."""

    shape: Callable[[Floats], NDArray[np.floating[Any]]]
    """Of depth; growth is sensitivity times it."""
    who: str = "features"
    """What sensitivity hangs on: features, luck, category, or harmful to those who come most often."""
    lasts: tuple[float, ...] = ()
    """Of growth in a week, the part (of either sign) that follows in the weeks after."""
    lasts_only: int | None = None
    """Position of the only cover whose offers last; None for all."""
    tires: float = 1.0
    """What each offer of the last four weeks multiplies growth by."""
    wears: float = 0.0
    """The part of growth that is gone in the week after the log; it goes by the same amount each week."""
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
    "one-harms-later": Family(lambda d: 1.5 * d, lasts=(-0.5, -0.4, -0.3), lasts_only=0),
    "wears-out": Family(lambda d: 2.0 * d, wears=2 / 3),
    "none": Family(lambda d: 0.0 * d),
}


@dataclass(frozen=True)
class Design:
    """Of a world."""

    family: str
    seed: int
    customers: int = 2_000
    depths: tuple[float, ...] = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
    """Of the discount; empty for offers of several kinds."""
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
    offers: tuple[Planted, ...]
    covers: tuple[pl.DataFrame, ...]
    """Baskets of the pool that offers count on, each once: customer, basket, worth of what is covered."""
    sensitivity: Floats
    """(customers,)."""
    group: Ints
    """(customers,): the category that each buys most of, as a number."""
    action: Ints
    """(customers, periods): 0 for nothing, else 1 + position of the offer."""

    @property
    def size(self) -> int:
        """Number of customers."""
        return len(self.drawn)

    @property
    def cover(self) -> Ints:
        """(offers,): position of what each counts on."""
        return np.array([one.cover for one in self.offers])

    @property
    def does_last(self) -> Floats:
        """(offers,): 1 for those that last."""
        only = self.family.lasts_only
        return np.ones(len(self.offers)) if only is None else 1.0 * (self.cover == only)

    @property
    def family(self) -> Family:
        """Its form."""
        return FAMILIES[self.design.family]

    def usual(self) -> tuple[Floats, Floats]:
        """(customers, covers): mean worth and number of baskets of a week."""
        worth, number = (np.zeros((len(self.drawn), len(self.covers))) for _ in range(2))
        for place, cover in enumerate(self.covers):
            customer = cover["customer"].to_numpy()
            np.add.at(worth[:, place], customer, cover["worth"].to_numpy().astype(float))
            np.add.at(number[:, place], customer, 1.0)
        return worth / POOL, number / POOL

    def growth(self) -> tuple[Floats, Floats]:
        """In each week of what each offer covers, if it is given (customers, periods + 1, offers), and of what each
        cover holds by earlier offers, without one (customers, periods + 1, covers)."""
        shape = self.family.size * self.family.shape(np.array([one.depth for one in self.offers]))
        given, cover = self.action > 0, self.cover
        n, periods = self.action.shape
        now = np.empty((n, periods + 1, len(shape)))
        later = np.zeros((n, periods + 1 + len(self.family.lasts), len(self.covers)))
        rows = np.arange(n)
        for t in range(periods + 1):
            tired = self.family.tires ** given[:, max(t - 4, 0) : t].sum(axis=1)
            now[:, t] = (self.sensitivity * tired)[:, None] * shape * (1 - self.family.wears * t / periods)
            now[:, t, [one.grows_only for one in self.offers]] = now[
                :, t, [one.grows_only for one in self.offers]
            ].clip(0)
            if t < periods:
                offer = np.maximum(self.action[:, t] - 1, 0)
                mine = np.where(given[:, t], now[rows, t, offer], 0.0)
                for lag, part in enumerate(self.family.lasts, start=1):
                    later[rows, t + lag, cover[offer]] += part * mine * self.does_last[offer]
        return now, later[:, : periods + 1]

    def truth(self) -> Effects:
        """Of the week after the log."""
        now, later = self.growth()
        (worth, number), cover = self.usual(), self.cover
        value = MARGIN * worth[:, cover] * now[:, -1] * (1 + self.does_last * sum(self.family.lasts))
        share, off = (np.array([getattr(one, name) for one in self.offers]) for name in ("share", "off"))
        each = share * worth[:, cover] + off * number[:, cover]
        cost = (1 - FUNDED) * each * np.maximum(1 + later[:, -1, cover] + now[:, -1], 0.0)
        return Effects(value, cost)

    def form(self) -> Form | None:
        """Its family's form, with how much customers tire to be learned; None where some offers last and others not, or
        all wear out."""
        family = self.family
        if family.lasts_only is not None or family.wears:
            return None
        tires = np.linspace(0.5, 1.0, 11) if family.tires < 1 else np.ones(1)
        shapes = tuple(partial(_tired, family.shape, float(one)) for one in tires)
        return Form(shapes, partial(_who, family.who, self.group), MARGIN, len(family.lasts))

    def write(self, folder: Path) -> dict[SourceName, str]:
        """Write the shop's files and return their places."""
        return _write(self, folder)


def make(history: History, design: Design) -> World:
    """Draw customers, sensitivities and who gets which offer."""
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
    group = _group(recent.join(place, on="customer"))
    sensitivity = _sensitivity(FAMILIES[design.family].who, group, pool, len(drawn), rng)
    offers = ladder(design.depths) if design.depths else kinds(recent, pool)
    action = rng.integers(0, len(offers) + 1, (len(drawn), design.periods))
    mine = recent.join(place, on="customer").with_columns(customer="place")
    covers = tuple(one.covered(mine, pool) for one in {one.cover: one for one in offers}.values())
    return World(design, history, drawn, pool, offers, covers, sensitivity, group, action)


def _sensitivity(who: str, group: Ints, pool: pl.DataFrame, n: int, rng: np.random.Generator) -> Floats:
    """(n,): growth for each unit of `shape`; its mean is about 1.5."""
    customer = pool["customer"].to_numpy()
    orders = np.bincount(customer, minlength=n)
    worth = np.bincount(customer, pool["worth"].to_numpy().astype(float), n)
    often, large = _ranks(orders + rng.random(n) / 2), _ranks(worth / np.maximum(orders, 1))
    luck = rng.gamma(1.5, 1.0, n)
    if who == "luck":
        return luck
    if who == "category":
        return rng.gamma(1.0, 1.5, group.max() + 1)[group]
    if who == "harmful":
        return np.where(often > 2 / 3, -0.8, 2.2) + 0.2 * (luck - 1.5)
    return 3.0 * (0.2 + 0.8 * (1 - often) * (0.5 + large)) * (0.75 + 0.5 * luck / 1.5) / 1.25


def _group(lines: pl.DataFrame) -> Ints:
    """(customers,): see `World`."""
    top = lines.group_by("place", "category").agg(pl.col("worth").sum()).sort("place", "worth", "category")
    own = top.group_by("place", maintain_order=True).last().sort("place")["category"]
    return own.rank("dense").to_numpy().astype(np.int64) - 1


def _tired(shape: Callable[[Floats], NDArray[np.floating[Any]]], tires: float, depth: Floats, tired: Floats) -> Floats:
    """(n, K): growth by depth (K,) after so many offers (n, 1)."""
    return np.asarray(shape(depth) * tires**tired, dtype=np.float64)


def _who(who: str, group: Ints, features: Floats, customer: Ints) -> Floats:
    """(n, q): what sensitivity hangs on, as far as features (n, p) of the time or a customer's own category tell."""
    orders, same = features[:, EXPOSURE_FEATURES.index("orders_91")], np.ones(len(features))
    if who == "category":
        return np.eye(group.max() + 1)[group[customer]]
    if who == "luck":
        return same[:, None]
    often = _ranks(orders)
    if who == "harmful":
        return np.column_stack([same, often > 2 / 3])
    large = _ranks(features[:, EXPOSURE_FEATURES.index("spend_91")] / np.maximum(orders, 1))
    return np.column_stack([same, (1 - often) * (0.5 + large)])


def _ranks(x: Floats) -> Floats:
    return (np.argsort(np.argsort(x)) + 0.5) / len(x)


def played(world: World) -> pl.DataFrame:
    """Baskets of the log: customer (position), period, basket of the pool whose lines are bought, category (the only
    one of them, where not all are), offer (position, -1 for none)."""
    rng = np.random.default_rng([world.design.seed, 99, *map(ord, world.design.family)])
    now, later = world.growth()
    n, periods = world.action.shape
    customer, week = world.pool["customer"].to_numpy(), world.pool["week"].to_numpy()
    cover, names = world.cover, {one.cover: one.category for one in world.offers}
    parts = []
    for t in range(periods):
        kept = week == np.asarray(rng.integers(0, POOL, n))[customer]
        a = world.action[:, t]
        own = np.where(a > 0, now[np.arange(n), t, np.maximum(a - 1, 0)], 0.0)
        stays = np.ones(len(customer))
        for place, baskets in enumerate(world.covers):
            g = np.where((a > 0) & (cover[np.maximum(a - 1, 0)] == place), own, 0.0) + later[:, t, place]
            inside = world.pool["basket"].is_in(baskets["basket"].implode()).to_numpy()
            if names[place] is None:
                stays *= np.where(inside, np.clip(1 + g[customer], 0.0, 1.0), 1.0)
            whose = baskets["customer"].to_numpy()
            start, count = np.searchsorted(whose, np.arange(n)), np.bincount(whose, minlength=n)
            who = np.repeat(np.arange(n), rng.poisson(np.maximum(g, 0.0) * count / POOL))
            more = start[who] + (rng.random(len(who)) * count[who]).astype(int)
            parts.append(_bought(who, t, baskets["basket"].to_numpy()[more], names[place], a))
        rows = np.flatnonzero(kept)
        rows = rows[rng.random(len(rows)) < stays[rows]]
        parts.append(_bought(customer[rows], t, world.pool["basket"].to_numpy()[rows], None, a))
    return pl.concat(parts).with_row_index("order")


def _bought(who: Ints, period: int, basket: Ints, category: str | None, action: Ints) -> pl.DataFrame:
    columns = {"customer": who, "period": np.full(len(who), period), "basket": basket, "offer": action[who] - 1}
    return pl.DataFrame(columns).with_columns(only=pl.lit(category, dtype=pl.String))


def _write(world: World, folder: Path) -> dict[SourceName, str]:
    """The shop's files as CSV: orders, products, exposures and offers.

    Lines are summed by category, of three products each.
    """
    weeks = world.history.weeks
    lines = (
        world.history.lines.group_by("basket", "customer", "day", "category")
        .agg(pl.col("worth").sum(), quantity=pl.lit(1, dtype=pl.Int64))
        .with_columns(product=pl.format("{} {}", "category", pl.col("basket") % 3))
        .sort("basket", "product")
    )
    place = pl.DataFrame({"customer": world.drawn, "place": np.arange(len(world.drawn))})
    real = (
        lines.filter(pl.col("day") >= 7 * (weeks - BEFORE))
        .join(place, on="customer")
        .select(pl.format("h{}", "basket").alias("order_id"), "place", "product", "category", "quantity", "worth",
                "day", offer=pl.lit(-1, dtype=pl.Int64))
    )  # fmt: skip
    log = (
        played(world)
        .join(lines.select("basket", "product", "category", "quantity", "worth", "day"), on="basket")
        .filter(pl.col("only").is_null() | (pl.col("category") == pl.col("only")))
        .select(
            pl.format("l{}", "order").alias("order_id"),
            pl.col("customer").alias("place"),
            "product", "category", "quantity", "worth",
            (7 * (weeks + pl.col("period")) + pl.col("day") % 7).alias("day"),
            "offer",
        )
    )  # fmt: skip
    both = pl.concat([real, log.with_columns(pl.col("day").cast(real.schema["day"]))], how="vertical_relaxed")
    products = (
        lines.select(product_id="product", category="category").unique("product_id", keep="first").sort("product_id")
    )
    return write_files(folder, both, products, world.offers, world.action, weeks)
