"""The peer that knows the form of a shop's responses and learns only its sizes from the log, by least squares.

    y = x b + u sum over j of theta_j w_j f(d) c + u sum over lags of phi_lj w_j f(d of the earlier offer) c + error

y is the margin of a window, x what a run knows of the customer before it, u >= 0 what x says of y, c the share of it
that the offer covers, f the family's form of depth and w what its sensitivity hangs on; f may have one unknown number,
which is the one of least squares. Value and cost follow as the family makes them, with the same windows ahead. What
such a peer earns is what can be learned from the log, where errors of least squares do not hide it; the oracle's gain
is what could be earned by who knows all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from equal_spend import Effects
from foreign_files import World, names
from foreign_offers import FUNDED, Planted
from offerloop.arrays import Floats, Ints
from offerloop.config import Config
from offerloop.engine import Engine, collect
from offerloop.events import Events
from offerloop.flow import shop_margins
from offerloop.response import (
    EXPOSURE_FEATURES,
    customer_days,
    exposure_features,
    exposure_outcomes,
    finished_exposures,
)
from offerloop.response.shown.logged_decisions import earlier_offers, read_exposures
from offerloop.response.shown.purchases.exposure_windows import QUARTER_DAYS

WEEKS = QUARTER_DAYS / 7
TIRING = 4
"""Earlier exposures that customers may be tired by."""
Shape = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, eq=False)
class Form:
    """The form of a family."""

    shapes: tuple[Shape, ...]
    """Growth by depth (K,) and the number of offers among the last exposures (n, 1): (n, K), for each value of its
    unknown number."""
    who: Callable[[Floats, Ints], Floats]
    """(n, q): what sensitivity hangs on, by features (n, p) and positions of customers (n,)."""
    margin: float
    lags: int = 0
    """Windows in which an earlier offer still matters."""


@dataclass(frozen=True, eq=False)
class _Rows:
    """What is known of customers before a window; the shares and orders that offers count on are (n, K), nothing
    first."""

    x: Floats
    w: Floats
    covered: Floats
    orders: Floats
    earlier: Ints
    """(n, TIRING): offers shown before, 0 for none, the latest first."""

    @property
    def tired(self) -> Floats:
        """(n, 1)."""
        return (self.earlier > 0).sum(axis=1, keepdims=True).astype(np.float64)

    def grown(self, growth: Floats, offer: Ints) -> Floats:
        """(n, q): growth (n, K) by one offer each of what it covers, by what sensitivity hangs on."""
        rows = np.arange(len(offer))
        return np.asarray((growth * self.covered)[rows, offer][:, None] * self.w, dtype=np.float64)


def true_form(form: Form, config: Config, events: Events, engine: Engine, world: World) -> Effects:
    """Value and cost of each offer in the coming week, as learned from the log."""
    exposures, ids = read_exposures(events.exposures, frozenset()), names(world.offers)
    window = config.evaluate.window_days
    rows, _ = finished_exposures(exposures, events.first_day, events.as_of_day, window)
    now = pl.DataFrame({"customer_id": [f"c{number}" for number in range(world.size)]})
    now = now.with_columns(shown_day=pl.lit(events.as_of_day, pl.Int64))
    margins = shop_margins(events, config.shop.margin)
    days = customer_days(events.order_lines, events.products, margins, engine.table(now.select("customer_id")))
    orders = _orders(events)
    logged, coming = (
        _rows(form, days, orders, one, world.offers, earlier_offers(exposures, one, ids, window, TIRING))
        for one in (rows, now)
    )
    place = {name: position for position, name in enumerate(ids)}
    action = rows["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    y = exposure_outcomes(days, rows)["value_minor"].to_numpy()
    return _learned(form, logged, action, y, coming, world)


def elastic() -> tuple[Shape, ...]:
    """Growth (1 - d)^-e - 1, for elasticities e."""
    return tuple(partial(_by_price, float(e)) for e in np.linspace(0.5, 4.0, 15))


def _by_price(elasticity: float, depth: Floats, tired: Floats) -> Floats:
    return np.asarray(np.tile((1 - depth) ** -elasticity - 1, (len(tired), 1)), dtype=np.float64)


def _orders(events: Events) -> pl.DataFrame:
    """What each order holds of each category, and of all."""
    lines = collect(events.order_lines.select("customer_id", "order_id", "order_day", "product_id", "list_value_minor"))
    named = lines.join(collect(events.products.select("product_id", "category")), on="product_id", how="left")
    parts = [named, named.with_columns(category=pl.lit(""))]
    key = ("customer_id", "order_id", "order_day", "category")
    return pl.concat(parts).group_by(key).agg(pl.col("list_value_minor").sum())


def _rows(
    form: Form, days: pl.DataFrame, orders: pl.DataFrame, rows: pl.DataFrame, offers: Sequence[Planted], earlier: Ints
) -> _Rows:
    features = exposure_features(days, rows).select(EXPOSURE_FEATURES).to_numpy()
    customer = rows["customer_id"].str.slice(1).cast(pl.Int64).to_numpy()
    whole = features[:, EXPOSURE_FEATURES.index("spend_91")]
    week = float(whole.mean()) / WEEKS
    covered, counted = np.ones((2, rows.height, 1 + len(offers)))
    for place, one in enumerate(offers, start=1):
        inside = orders.filter(pl.col("category") == (one.category or ""), pl.col("list_value_minor") >= one.threshold)
        bought, number = _in_quarter(inside, rows)
        mean = min(float(bought.sum()) / max(float(whole.sum()), 1e-9), 1.0)
        covered[:, place] = np.clip((bought + mean * week) / (whole + week), 0.0, 1.0)
        counted[:, place] = number / WEEKS
    x = np.column_stack([np.ones(len(features)), features, np.log1p(whole.clip(0))])
    return _Rows(x, form.who(features, customer), covered, counted, np.maximum(earlier, 0))


def _in_quarter(orders: pl.DataFrame, rows: pl.DataFrame) -> tuple[Floats, Floats]:
    """(n,) each: worth and number of orders in the quarter before each row."""
    numbered = rows.select("customer_id", "shown_day").with_row_index("row")
    pairs = numbered.join(orders.select("customer_id", "order_day", "list_value_minor"), on="customer_id")
    inside = pairs.filter((pl.col("shown_day") - pl.col("order_day")).is_between(1, QUARTER_DAYS))
    row, worth = inside["row"].to_numpy(), inside["list_value_minor"].to_numpy().astype(np.float64)
    total, number = np.bincount(row, worth, rows.height), np.bincount(row, np.ones(len(row)), rows.height)
    return total.astype(np.float64), number.astype(np.float64)


def _learned(form: Form, logged: _Rows, action: Ints, y: Floats, coming: _Rows, world: World) -> Effects:
    depth, lags = np.array([0.0, *(one.depth for one in world.offers)]), range(form.lags)
    u = np.maximum(logged.x @ np.linalg.lstsq(logged.x, y, rcond=None)[0], 0.0)[:, None]
    fits = []
    for shape in form.shapes:
        growth = shape(depth, logged.tired)
        parts = [logged.grown(growth, action), *(logged.grown(growth, logged.earlier[:, lag]) for lag in lags)]
        table = np.column_stack([logged.x, u * np.column_stack(parts)])
        at = np.linalg.lstsq(table, y, rcond=None)[0]
        fits.append((float(((y - table @ at) ** 2).sum()), at, shape))
    _, at, shape = min(fits, key=lambda one: one[0])
    size = logged.x.shape[1]
    usual = np.maximum(coming.x @ at[:size], 0.0)[:, None] * coming.covered[:, 1:]
    each = at[size:].reshape(1 + form.lags, -1) @ coming.w.T
    by_depth = shape(depth, coming.tired)[:, 1:]
    share, off = (np.array([getattr(one, name) for one in world.offers]) for name in ("share", "off"))
    taken = share * usual / form.margin + off * coming.orders[:, 1:]
    grown = np.maximum(1 + each[0][:, None] * by_depth, 0.0)
    return Effects(usual * each.sum(axis=0)[:, None] * by_depth, (1 - FUNDED) * taken * grown)
