"""Periods whose effects are known by construction."""

import numpy as np

from offerloop.loop.shop import Menu, Period, Sight
from offerloop.offers import NOTHING

MENU = Menu(
    ids=("ten", "twenty", "save"),
    group=np.array([0, 1, 2]),
    share_off=np.array([0.1, 0.2, 0.0]),
    threshold_minor=np.array([0.0, 0.0, 4_000.0]),
    off_minor=np.array([0.0, 0.0, 500.0]),
    most_minor=np.array([200.0, 300.0, 500.0]),
    own_share=np.full(3, 0.25),
    liability_minor=np.array([50, 75, 125]),
)


def sight(n, rng):
    spend = rng.gamma(2.0, 1_500.0, n)
    return Sight(
        spend, spend[:, None] * np.array([0.2, 0.2, 1.0]), np.log1p(spend)[:, None], rng.choice([0.0, 0.5, 1.0], n)
    )


def period(n, shares, rng, *, chance=None, noise=1.0):
    """One period: each customer leaves 30 % of spend, by `shares` more when offered something."""
    seen = sight(n, rng)
    chances = np.full((n, 3), 1 / 6) if chance is None else chance(seen)
    draw = rng.random(n)[:, None]
    edges = chances.cumsum(axis=1)
    given = np.where(draw[:, 0] < edges[:, -1], (draw >= edges).sum(axis=1), NOTHING)
    told = given != NOTHING
    share = np.where(told, np.append(shares, 0.0)[given], 0.0)
    luck = rng.gamma(1 / noise**2, noise**2, n) if noise else np.ones(n)
    value = 0.3 * seen.spend * (1 + share) * luck
    cost = np.where(told, 0.4 * 0.25 * np.append(MENU.share_off, 0.0)[given] * 0.2 * seen.spend, 0.0)
    return Period(seen, given.astype(np.int64), chances, value, cost)


def settled(belief):
    """Of the prior's variance of the mean share, what the data have taken away: 0 to 1."""
    left, before = (one[:-1, :-1].mean() for one in (belief.covariance, belief.prior_covariance))
    return 1 - left / before
