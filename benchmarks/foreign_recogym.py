"""A shop of recommended products: RecoGym's customers (Rohde et al. 2018, arXiv 1808.00720), environment 1.

    omega_i ~ N(0, I), moved by N(0, 0.1^2 I) a week      Gamma_k ~ N(0, I)      mu_k ~ N(0, 3^2)
    a product viewed: softmax(Gamma omega + mu)           a click on what is recommended: ff(Gamma_k omega + mu_k)
    ff(x) = s(5 s(2 s(0.3 x) - 2) - 6)                    s is the logistic function

A visit a week begins among the products; after each view a customer goes on to other pages with chance 0.25 or leaves
with 0.01, and there, at each page, comes back with 0.05 or leaves with 0.01. On each of these pages the week's offer is
shown; who clicks it comes back at once, and views more products. These are the environment's own parameters; written
from the paper and the settings of `criteo-research/reco-gym`, whose code is not used.

RecoGym knows neither prices nor purchases. Here a view or a click is a purchase with chance BUYS, and an offer is a
coupon of 10 % on one of OFFERED products, also for those who find it by themselves. So there are no depths, and what
an offer brings hangs on what a customer likes, little on how much of it the customer buys anyway.

The truth is that of a week, in closed form: views and pages are those of an absorbing Markov chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from equal_spend import Effects
from foreign_files import write_files
from foreign_offers import FUNDED, Planted
from foreign_worlds import MARGIN, Design
from offerloop.arrays import Floats, Ints
from offerloop.config import SourceName

PRODUCTS, TASTES = 10, 5
MOVES, POPULAR = 0.1, 3.0
AWAY, BACK, LEAVES = 0.25, 0.05, 0.01
BUYS = 0.1
OFFERED, DEPTH = 6, 0.10
BEFORE = 26
"""Weeks of orders before the log."""
FAMILIES = {"recommended": None}
KINDS = tuple(f"kind {number}" for number in range(1, PRODUCTS + 1))
PACKS = tuple(f"{one} {pack}" for one in KINDS for pack in ("small", "large"))
"""Products of each kind, of which customers take any."""


@dataclass(frozen=True, eq=False)
class Week:
    """What customers like, and what they do in a week; K are no offer and all offers."""

    views: Floats
    """(customers, PRODUCTS): chances of each product at a view."""
    clicks: Floats
    """(customers, K): at a page, 0 for no offer."""

    @classmethod
    def of(cls, liked: Floats) -> Week:
        """By Gamma omega + mu (customers, PRODUCTS)."""
        raised = np.exp(liked - liked.max(axis=1, keepdims=True))
        clicks = _s(5 * _s(2 * _s(0.3 * liked[:, :OFFERED]) - 2) - 6)
        return cls(raised / raised.sum(axis=1, keepdims=True), np.hstack([np.zeros((len(liked), 1)), clicks]))

    def expected(self) -> tuple[Floats, Floats]:
        """Views and clicks (customers, K) of a week in which each is shown."""
        back, stays = self.clicks + (1 - self.clicks) * BACK, (1 - self.clicks) * (1 - BACK - LEAVES)
        pages = AWAY / ((AWAY + LEAVES) * (1 - stays) - AWAY * back)
        return (1 + back * pages) / (AWAY + LEAVES), self.clicks * pages

    def played(self, given: Ints, rng: np.random.Generator) -> Ints:
        """(customers, PRODUCTS): purchases of a week in which each customer is shown what was given."""
        click = self.clicks[np.arange(len(given)), given]
        views, clicks = _visits(click, rng)
        bought = rng.multinomial(rng.binomial(views, BUYS), self.views)
        shown = np.flatnonzero(given)
        bought[shown, given[shown] - 1] += rng.binomial(clicks[shown], BUYS)
        return np.asarray(bought, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Shop:
    """Its log and what was bought."""

    offers: tuple[Planted, ...]
    price: Ints
    """(PRODUCTS,): minor units."""
    action: Ints
    """(customers, periods): 0 for no offer, else 1 + position."""
    bought: Ints
    """(BEFORE + periods, customers, PRODUCTS)."""
    coming: Week
    seed: int

    @property
    def size(self) -> int:
        """Number of customers."""
        return len(self.action)

    def truth(self) -> Effects:
        """Of the week after the log."""
        views, clicks = (BUYS * one for one in self.coming.expected())
        usual = self.coming.views @ self.price
        by_click = clicks[:, 1:] * self.price[:OFFERED]
        value = (views[:, 1:] - views[:, :1]) * usual[:, None] + by_click
        covered = views[:, 1:] * self.coming.views[:, :OFFERED] * self.price[:OFFERED] + by_click
        return Effects(MARGIN * value, (1 - FUNDED) * DEPTH * covered)

    def form(self) -> None:
        """Return None: clicks hang on tastes, of which what is known of customers says little."""

    def write(self, folder: Path) -> dict[SourceName, str]:
        """Write the shop's files and return their places."""
        rng = np.random.default_rng([self.seed, 2])
        week, place, product = np.nonzero(self.bought)
        quantity = self.bought[week, place, product]
        given = np.hstack([np.zeros((self.size, BEFORE), np.int64), self.action])
        day = np.asarray(rng.integers(0, 7, given.shape))
        packs = rng.integers(0, 2, len(product))
        lines = pl.DataFrame(
            {
                "order_id": [f"o{one}-{at}" for one, at in zip(place, week, strict=True)],
                "place": place,
                "product": [PACKS[2 * one + pack] for one, pack in zip(product, packs, strict=True)],
                "category": [KINDS[one] for one in product],
                "quantity": quantity,
                "worth": quantity * self.price[product],
                "day": 7 * week + day[place, week],
                "offer": given[place, week] - 1,
            }
        )
        products = pl.DataFrame({"product_id": PACKS, "category": [one for one in KINDS for _ in range(2)]})
        return write_files(folder, lines, products, self.offers, self.action, BEFORE)


def make(design: Design) -> Shop:
    """Draw customers and products and play them; depths of a design are not looked at."""
    rng = np.random.default_rng([design.seed, *map(ord, design.family)])
    n = design.customers
    gamma, popular = rng.normal(size=(TASTES, PRODUCTS)), rng.normal(0, POPULAR, PRODUCTS)
    omega = rng.normal(size=(n, TASTES))
    offers = tuple(
        Planted(f"{kind}-10", DEPTH, cover, share=DEPTH, category=kind) for cover, kind in enumerate(KINDS[:OFFERED])
    )
    price = (100 * np.exp(rng.normal(1.5, 0.3, PRODUCTS))).round().astype(np.int64)
    action, bought = rng.integers(0, OFFERED + 1, (n, design.periods)), []
    for week in range(BEFORE + design.periods):
        given = action[:, week - BEFORE] if week >= BEFORE else np.zeros(n, np.int64)
        bought.append(Week.of(omega @ gamma + popular).played(given, rng))
        omega = omega + rng.normal(0, MOVES, omega.shape)
    return Shop(offers, price, action, np.stack(bought), Week.of(omega @ gamma + popular), design.seed)


def _visits(click: Floats, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Views and clicks (customers,) until all have left, by the chance of a click (customers,)."""
    views, clicks = np.zeros((2, len(click)), np.int64)
    here, away = np.arange(len(click)), np.zeros(len(click), np.bool_)
    while len(here):
        luck, out = rng.random(len(here)), away[here]
        views[here] += ~out
        clicked = out & (luck < click[here])
        clicks[here] += clicked
        luck = np.where(out, rng.random(len(here)), luck)
        moved = luck < np.where(out, BACK, AWAY)
        away[here] = np.where(clicked | (out & moved), False, out | moved)
        gone = ~clicked & (luck > 1 - LEAVES)
        here = here[~gone]
    return views, clicks


def _s(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)
