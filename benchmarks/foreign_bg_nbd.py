"""A shop of customers who buy at their own rate until they leave unseen: the BG/NBD model with gamma-gamma spend.

    purchases | alive ~ Poisson(lambda_i)     lambda_i ~ Gamma(r, alpha)     a week
    leaves after a purchase with chance p_i   p_i ~ Beta(a, b)
    worth of an order ~ Gamma(p, nu_i)        nu_i ~ Gamma(q, gamma)

Parameters are those of the CDNOW cohort: Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way,
Marketing Science 24(2), for purchases, and the same authors (2005), RFM and CLV, Journal of Marketing Research 42(4),
for spend. An offer of depth d, off everything for a week, multiplies the rate by (1 - d)^-e. The elasticity e is the
mean of 1,851 published ones, 2.62 (Bijmolt, van Heerde and Pieters 2005, Journal of Marketing Research 42(2)), or that
of the older meta-analysis, 1.76 (Tellis 1988, same journal 25(4)); how it differs between customers is our assumption.

More purchases are more occasions to leave, so what an offer brings is partly lost later. With m = (1 - d)^-e the truth
of who has not left is, over the coming week and FOLLOWING further ones without offers:

    purchases(m) = (1 - exp(-lambda p m)) / p     value = margin z (purchases(m) - purchases(1)) + what follows
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from equal_spend import Effects
from foreign_files import write_files
from foreign_offers import FUNDED, Planted, ladder
from foreign_true_form import Form, elastic
from foreign_worlds import MARGIN, Design
from offerloop.arrays import Floats, Ints
from offerloop.config import SourceName

R, ALPHA, A, B = 0.243, 4.414, 0.793, 2.426
P, Q, GAMMA = 6.25, 3.74, 15.44
BEFORE = 26
"""Weeks before the log in which customers first buy."""
FOLLOWING = 4
"""Weeks after the coming one that the truth counts."""
MEAN, OLDER = 2.62, 1.76

FAMILIES: dict[str, Callable[[np.random.Generator, int], Floats]] = {
    "elastic": lambda _, n: np.full(n, MEAN),
    "less-elastic": lambda _, n: np.full(n, OLDER),
    "own-elasticity": lambda rng, n: rng.gamma(2.0, MEAN / 2.0, n),
    "no-response": lambda _, n: np.zeros(n),
}
"""Elasticities of customers."""


@dataclass(frozen=True, eq=False)
class Cohort:
    """Customers; arrays are (customers,)."""

    rate: Floats
    leaves: Floats
    """The chance after each purchase."""
    spend: Floats
    """Mean worth of an order, minor units."""
    elasticity: Floats
    first: Ints
    """Week of the first purchase."""

    @classmethod
    def draw(cls, n: int, elasticity: Floats, rng: np.random.Generator) -> Cohort:
        """Draw as published."""
        return cls(
            rate=np.maximum(rng.gamma(R, 1 / ALPHA, n), 1e-9),
            leaves=np.clip(rng.beta(A, B, n), 1e-9, 1.0),
            spend=100 * P / rng.gamma(Q, 1 / GAMMA, n),
            elasticity=elasticity,
            first=rng.integers(0, BEFORE, n),
        )

    def purchases(self, factor: Floats) -> Floats:
        """Expected purchases of those who have not left, with the rate multiplied (customers, K)."""
        leaves = self.leaves[:, None]
        return np.asarray(-np.expm1(-self.rate[:, None] * leaves * factor) / leaves, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Shop:
    """A cohort, its log and what it bought."""

    cohort: Cohort
    offers: tuple[Planted, ...]
    action: Ints
    """(customers, periods): 0 for no offer, else 1 + position."""
    bought: Ints
    """(customers, BEFORE + periods): orders of each week."""
    alive: NDArray[np.bool_]
    """(customers,): who has not left when the log ends."""
    seed: int

    @property
    def size(self) -> int:
        """Number of customers."""
        return len(self.action)

    def truth(self) -> Effects:
        """Of the week after the log and FOLLOWING ones, in closed form."""
        one = self.cohort
        factor = _factors(one, self.offers)
        now, usual = one.purchases(factor), one.purchases(np.ones((self.size, 1)))
        stay = np.exp(-one.rate[:, None] * one.leaves[:, None] * np.hstack([factor, np.ones((self.size, 1))]))
        later = one.purchases(np.full((self.size, 1), float(FOLLOWING)))
        more = now - usual + (stay[:, :-1] - stay[:, -1:]) * later
        worth = (one.spend * self.alive)[:, None]
        share = np.array([offer.share for offer in self.offers])
        return Effects(MARGIN * worth * more, (1 - FUNDED) * share * worth * now)

    def form(self) -> Form:
        """An elasticity that is the same for all, to be learned."""
        return Form(elastic(), lambda features, _: np.ones((len(features), 1)), MARGIN)

    def write(self, folder: Path) -> dict[SourceName, str]:
        """Write the shop's files and return their places."""
        rng = np.random.default_rng([self.seed, 2])
        who, week = (np.repeat(one.ravel(), self.bought.ravel()) for one in np.indices(self.bought.shape))
        given = np.hstack([np.zeros((self.size, BEFORE), np.int64), self.action])
        worth = np.maximum(rng.gamma(P, self.cohort.spend[who] / P), 1.0).round().astype(np.int64)
        product = rng.integers(0, 10, len(who))
        lines = pl.DataFrame(
            {
                "order_id": [f"o{number}" for number in range(len(who))],
                "place": who,
                "product": [f"title {one}" for one in product],
                "category": [f"shelf {one % 3}" for one in product],
                "quantity": np.ones(len(who), np.int64),
                "worth": worth,
                "day": 7 * week + rng.integers(0, 7, len(who)),
                "offer": given[who, week] - 1,
            }
        )
        products = pl.DataFrame(
            {"product_id": [f"title {one}" for one in range(10)], "category": [f"shelf {one % 3}" for one in range(10)]}
        )
        return write_files(folder, lines, products, self.offers, self.action, BEFORE)


def make(design: Design) -> Shop:
    """Draw a cohort and play its log."""
    rng = np.random.default_rng([design.seed, *map(ord, design.family)])
    n = design.customers
    cohort = Cohort.draw(n, FAMILIES[design.family](rng, n), rng)
    offers = ladder(design.depths)
    action = rng.integers(0, len(offers) + 1, (n, design.periods))
    factor = np.hstack([np.ones((n, 1)), _factors(cohort, offers)])
    left = rng.geometric(cohort.leaves)
    bought = np.zeros((n, BEFORE + design.periods), np.int64)
    for week in range(bought.shape[1]):
        given = action[:, week - BEFORE] if week >= BEFORE else np.zeros(n, np.int64)
        rate = cohort.rate * factor[np.arange(n), given] * (week > cohort.first)
        again = np.minimum(rng.poisson(rate), left)
        left -= again
        bought[:, week] = again + (week == cohort.first)
    return Shop(cohort, offers, action, bought, left > 0, design.seed)


def _factors(cohort: Cohort, offers: tuple[Planted, ...]) -> Floats:
    """(customers, offers)."""
    depth = np.array([one.depth for one in offers])
    return np.asarray((1 - depth) ** -cohort.elasticity[:, None], dtype=np.float64)
