"""What the plan of a foreign shop is compared with: simple estimators on the same log."""

from __future__ import annotations

import lightgbm as lgb
import numpy as np
import polars as pl

from equal_spend import Effects
from foreign_files import World, names
from foreign_offers import FUNDED, Planted
from offerloop.arrays import Floats
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
from offerloop.response.estimators.ridge_t import RidgeT

TREES = {"learning_rate": 0.05, "num_leaves": 8, "min_data_in_leaf": 100, "objective": "regression", "verbose": -1,
         "num_threads": 1}  # fmt: skip
ROUNDS = 150


def estimators(config: Config, events: Events, engine: Engine, world: World) -> dict[str, Effects]:
    """Ridge-T, and LightGBM-S with a monotone depth, on what a run knows of each exposure."""
    rows, _ = finished_exposures(_exposures(events), events.first_day, events.as_of_day, config.evaluate.window_days)
    ids = [f"c{number}" for number in range(world.size)]
    now = pl.DataFrame({"customer_id": ids}).with_columns(shown_day=pl.lit(events.as_of_day, pl.Int64))
    margins = shop_margins(events, config.shop.margin)
    days = customer_days(events.order_lines, events.products, margins, engine.table(now.select("customer_id")))
    place = {name: position for position, name in enumerate(names(world.offers))}
    action = rows["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    y = exposure_outcomes(days, rows).select("value_minor", "coupon_minor").to_numpy()
    x, x_now = (exposure_features(days, one).select(EXPOSURE_FEATURES).to_numpy() for one in (rows, now))
    linear = RidgeT.fit(x, action, y, len(place)).predict(x_now)
    covers = 1 + max(one.cover for one in world.offers)
    terms = np.vstack([np.zeros(2 + covers), [_terms(one, covers) for one in world.offers]])
    grown = np.stack([_grown(x, terms[action], y[:, column], x_now, terms) for column in (0, 1)], axis=-1)
    return {"ridge-T": _effects_of(linear), "LightGBM-S": _effects_of(grown)}


def _exposures(events: Events) -> pl.DataFrame:
    return collect(events.exposures.select("customer_id", "offer_id", "shown_day")).fill_null("none")


def _terms(offer: Planted, covers: int) -> Floats:
    """(2 + covers,): depth, whether it is an offer, and what it counts on."""
    return np.r_[offer.depth, 1.0, np.eye(covers)[offer.cover]]


def _grown(x: Floats, terms: Floats, y: Floats, x_now: Floats, offers: Floats) -> Floats:
    settings = TREES | {"monotone_constraints": [1] + [0] * (x.shape[1] + terms.shape[1] - 1)}
    model = lgb.train(settings, lgb.Dataset(np.column_stack([terms, x]), y), ROUNDS)
    each = [model.predict(np.column_stack([np.tile(one, (len(x_now), 1)), x_now])) for one in offers]
    return np.stack(each, axis=1)


def _effects_of(expected: Floats) -> Effects:
    """From expected value and discount (customers, 1 + depths, 2)."""
    effect = expected[:, 1:] - expected[:, :1]
    return Effects(effect[:, :, 0], (1 - FUNDED) * np.maximum(effect[:, :, 1], 0.0))
