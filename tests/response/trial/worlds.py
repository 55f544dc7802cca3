"""Small random trials in simulated shops whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from offerloop.market.observation import observation_of
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.market.truth import true_effects
from offerloop.offers import NOTHING as NOBODY
from offerloop.response import NO_OFFER_TERMS, Evidence, OfferTerms

LUCK = 1
"""Worlds of luck by which offers on the whole basket are known; none of them is in a trial."""
PRESETS = ("grocery", "fashion", "marketplace", "null", "harmful")


@dataclass(frozen=True)
class World:
    """One week in which chance decided between nothing and a few offers."""

    value: Evidence
    cost: Evidence
    true_value: np.ndarray
    """(customers, 1 + offers), minor units."""
    true_cost: np.ndarray

    @property
    def true_profit(self) -> np.ndarray:
        return self.true_value - self.true_cost


def make_world(preset: str, seed: int, customers: int = 1_500, before: int = 6, offers: int = 2) -> World:
    """A few offers of the preset's menu, see `chosen_menu`."""
    market = Market(load_preset(preset), customers, 120, seed, before)
    menu = chosen_menu(market)[:offers]
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, len(menu) + 1, customers)
    given = np.where(arm == 0, NOBODY, np.array([NOBODY, *menu])[arm])
    truth = true_effects(market, LUCK)
    features = known_of(market)
    outcome = market.play(given, market.noise)
    terms = market.terms
    own = np.where(given >= 0, terms.own_share[given], 0.0)
    chance = np.full((customers, len(menu) + 1), 1 / (len(menu) + 1))
    names = (NO_OFFER_TERMS, *(OfferTerms(terms.ids[k], terms.ids[k], 1.0) for k in menu))
    value = Evidence(features, arm, outcome.value_minor(customers), chance, names)
    nothing = np.zeros((customers, 1))
    return World(
        value,
        replace(value, outcome=outcome.cost_minor(customers, own)),
        np.hstack([nothing, truth.value_minor[:, menu]]),
        np.hstack([nothing, truth.cost_minor[:, menu]]),
    )


def chosen_menu(market: Market) -> list[int]:
    """The deepest offer on a category, then the first on one: their true effects have a formula, without luck."""
    terms = market.terms
    deepest = max(terms.menu, key=lambda k: (terms.category[k] >= 0, terms.percent[k]))
    on_category = [int(k) for k in terms.menu if terms.category[k] >= 0]
    return list(dict.fromkeys([int(deepest), *on_category]))


def known_of(market: Market) -> np.ndarray:
    """Profile columns that tell customers apart, logarithms of amounts."""
    profile = observation_of(market).profile.astype(np.float64)
    wide = np.ptp(profile, axis=0)
    columns = profile[:, wide > 0]
    return np.sign(columns) * np.log1p(np.abs(columns))
