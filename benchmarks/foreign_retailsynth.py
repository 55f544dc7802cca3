"""A grocer with coupons: RetailSynth (Xia, Arian, Narayanamoorthy and Mabry 2023, arXiv 2312.14095).

    u_p = beta_ip x_ip + delta_ip z_p + c s_i s_p log(price_p)      P(product p | category) = softmax(u)
    value_c = log sum of exp(u) over its products      logit P(category c | visit) = g0_c + g1_c value_c
    units = 1 + Poisson(exp(q0_p + q1_p u_p))      value of the shop = log sum of exp(value_c)
    P(visit) = (1 - theta_i) s + theta_i P(visit before)
    logit s = v0 + v1 (visited before) (value before) + v2 marketing
    price_p = a_p + a z_p, less a share off in weeks of promotion, which begin and go on with chances of their own

Parameters are those by which the authors fitted it to The Complete Journey (`2_synthesizer_calibration` of
`RetailMarketingAI/retailsynth`, whose code is not used), with 303 categories; their numbers of products follow a curve
through the published ones. Families:

- `calibrated`: marketing is a random number, so that a coupon acts on what is bought in a visit, and on the next visit
  by the value of the shop, but brings nobody to the shop in its week;
- `visits`: the authors' settings for their study of prices (`3_scenario_analysis`), in which marketing is the sum of
  all discounts, coupons among them as in their mode `discount_coupon`, theta is 0, and high utilities are cut off;
- `no-response`: as calibrated, but customers do not heed coupons.

Our assumptions: coefficients are independent, also those that the published code draws from the same random numbers.
Each product stands for ALIKE of the same kind, so that a log takes seconds instead of minutes. The Gumbel error of
utilities is left out, as its variance is below 1 % of that of beta x; x is drawn anew each week, as there. Utilities
are cut off at the quantile of the first week. Coupons are all used, and taken off shelf prices after promotions.
Categories belong to DEPARTMENTS, of which coupons of several kinds are on the two with the most categories. Margins are
a share of shelf prices.

The truth counts the coming week, given who was in the shop the week before, and FOLLOWING weeks without offers. Visits
are expected in closed form; promotions, marketing and x are drawn in RUNS runs, the same for every offer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import truncnorm

from equal_spend import Effects
from foreign_files import write_files
from foreign_offers import FUNDED, OFF, Planted, ladder
from foreign_true_form import TIRING, Form, elastic
from foreign_worlds import MARGIN, Design
from offerloop.arrays import Bools, Floats, Ints
from offerloop.config import SourceName
from offerloop.response import EXPOSURE_FEATURES

CATEGORIES, ALIKE = 303, 20
RANKS = (0, 1, 3, 10, 50, 100, 150, 200, 250, 280, 302)
PRODUCTS = (881, 604, 408, 307, 148, 92, 58, 36, 16, 5, 1)
"""Published numbers in categories of these ranks by size."""
DEPARTMENTS = 10
PRICE = -1.4
"""c."""
BURN, BEFORE = 10, 26
"""Weeks without offers that nobody sees, and that the shop has orders of."""
FOLLOWING, RUNS = 6, 6


@dataclass(frozen=True)
class Family:
    """Settings that worlds differ in."""

    visits: float
    """Where v0 lies."""
    habit: tuple[float, float]
    """v1: normal, above 0."""
    marketing: tuple[float, float]
    """v2: uniform, as theta."""
    theta: tuple[float, float] = (0.0, 0.0)
    highest: float = 1.0
    """Quantile at which utilities are cut off."""
    advertised: bool = False
    """Whether marketing is the sum of discounts."""
    heeded: bool = True
    """Whether coupons matter to customers."""


CALIBRATED = Family(0.0, (0.01, 0.01), (0.2, 0.3), theta=(0.25, 0.45))
FAMILIES = {
    "calibrated": CALIBRATED,
    "visits": Family(-1.85, (0.1, 0.05), (0.0, 0.001), highest=0.99, advertised=True),
    "no-response": replace(CALIBRATED, heeded=False),
}


@dataclass(frozen=True, eq=False)
class Market:
    """What does not change; products are sorted by category."""

    family: Family
    first: Ints
    """(CATEGORIES,): position of the first product of each."""
    category: Ints
    """(products,)."""
    department: Ints
    """(products,)."""
    price: Floats
    """(products,): without promotion, minor units."""
    promotion: Floats
    """(2, products): chance of one after a week without and with one."""
    buys: Floats
    """(2, CATEGORIES): g0, g1."""
    units: Floats
    """(2, products): q0, q1."""
    store: tuple[float, float, float]
    """v0, v1, v2."""
    theta: Floats
    """(customers,)."""
    liked: Floats
    """(customers, products): utility at these prices, but for x."""
    minds: Floats
    """(customers, products): what utility loses by the logarithm of price, below 0."""
    moods: Floats
    """(customers, products): what x is multiplied by."""
    highest: float = np.inf

    @property
    def names(self) -> list[str]:
        """Of each product's department."""
        return [f"department {one + 1}" for one in self.department]

    def factors(self, offers: tuple[Planted, ...]) -> Floats:
        """(1 + offers, products): of prices."""
        names = np.array(self.names)
        off = [one.share * (names == one.category if one.category else np.ones(len(names))) for one in offers]
        return 1 - np.vstack([np.zeros(len(names)), *off])

    def seen(self, factors: Floats) -> Floats:
        """Return what customers make of them."""
        return factors if self.family.heeded else np.ones_like(factors)

    def marketing(self, week: Week, factor: Floats) -> Floats:
        """(customers,): by what coupons multiply prices by (1 or customers, products)."""
        if not self.family.advertised:
            return week.luck
        return np.asarray(ALIKE * ((1 - week.shelf).sum() + (1 - factor).sum(axis=1)), dtype=np.float64)

    def visits(self, before: Habit, week: Week, factor: Floats) -> Floats:
        """(customers,): chances, which are also expected where those of the week before are."""
        v0, v1, v2 = self.store
        usual = v0 + v2 * self.marketing(week, factor)
        s = before.visited * _logistic(usual + v1 * before.value) + (1 - before.visited) * _logistic(usual)
        return np.asarray((1 - self.theta) * s + self.theta * before.chance, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Week:
    """What a week draws, whatever customers are offered."""

    promoted: Bools
    """(products,)."""
    shelf: Floats
    """(products,): what promotions multiply prices by."""
    x: Floats
    """(customers, products)."""
    luck: Floats
    """(customers,): marketing that is a random number."""

    @classmethod
    def after(cls, market: Market, promoted: Bools, rng: np.random.Generator) -> Week:
        """Draw the week after one with these promotions."""
        promoted = rng.random(len(promoted)) < np.where(promoted, *market.promotion[::-1])
        shelf = 1 - promoted * rng.beta(15, 35, len(promoted))
        return cls(promoted, shelf, _normals(market.liked.shape, rng), _normals(market.theta.shape, rng))


@dataclass(frozen=True, eq=False)
class Habit:
    """What customers are like when a week begins; arrays are (customers,)."""

    visited: Floats
    """1 who was there the week before; or the chance of it."""
    chance: Floats
    """Of that visit."""
    value: Floats
    """Of the shop that week."""


@dataclass(frozen=True, eq=False)
class Basket:
    """What is bought in a visit."""

    buys: Floats
    """(customers, CATEGORIES): chances."""
    share: Floats
    """(customers, products): chances within the category."""
    more: Floats
    """(customers, products): expected units above one."""
    value: Floats
    """(customers,): of the shop."""

    @classmethod
    def of(cls, market: Market, week: Week, factor: Floats) -> Basket:
        """By what coupons multiply prices by (1 or customers, products)."""
        liked = np.minimum(_utilities(market, week, factor), market.highest)
        raised = np.exp(liked)
        summed = np.add.reduceat(raised, market.first, axis=1)
        value, (g0, g1), (q0, q1) = np.log(ALIKE * summed), market.buys, market.units
        return cls(
            buys=_logistic(g0 + g1 * value),
            share=raised / summed[:, market.category],
            more=np.exp(q0 + q1 * liked),
            value=np.log(np.exp(value).sum(axis=1)),
        )

    def worth(self, market: Market, prices: Floats) -> Floats:
        """(customers, K): expected at prices (products, K)."""
        found: Floats = (self.buys[:, market.category] * self.share * (1 + self.more)) @ prices
        return found

    def bought(self, market: Market, who: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Customers among `who`, products and units (lines,) of what they buy."""
        row, category = np.nonzero(rng.random((len(who), CATEGORIES)) < self.buys[who])
        ends = np.append(market.first[1:], len(market.category)) - 1
        summed = self.share[who].cumsum(axis=1) + (CATEGORIES + 1) * np.arange(len(who))[:, None]
        place = np.searchsorted(summed.ravel(), (CATEGORIES + 1) * row + category + rng.random(len(row)))
        product = np.clip(place - len(market.category) * row, market.first[category], ends[category])
        return who[row], product, 1 + rng.poisson(self.more[who[row], product])


@dataclass(frozen=True, eq=False)
class Shop:
    """A market, its log and what was bought."""

    market: Market
    offers: tuple[Planted, ...]
    action: Ints
    """(customers, periods): 0 for no offer, else 1 + position."""
    bought: pl.DataFrame
    """place, week, item (position of the product), quantity, worth."""
    habit: Habit
    """When the log ends."""
    promoted: Bools
    """(products,): in its last week."""
    seed: int

    @property
    def size(self) -> int:
        """Number of customers."""
        return len(self.action)

    def truth(self) -> Effects:
        """Of the week after the log and FOLLOWING ones."""
        runs = [self._expected(np.random.default_rng([self.seed, 3, run])) for run in range(RUNS)]
        value, cost = np.mean(runs, axis=0)
        return Effects(MARGIN * (value[1:] - value[0]).T, (1 - FUNDED) * cost[1:].T)

    def _expected(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """(1 + offers, customers) each: what is bought in all weeks, and what an offer takes off."""
        market, factors, none = self.market, self.market.factors(self.offers), np.ones((1, 1))
        week, habits = Week.after(market, self.promoted, rng), []
        worth, off = np.empty((2, len(factors), self.size))
        for place, (factor, seen) in enumerate(zip(factors, market.seen(factors), strict=True)):
            basket = Basket.of(market, week, seen[None])
            chance = market.visits(self.habit, week, seen[None])
            prices = market.price * week.shelf * np.array([np.ones_like(factor), 1 - factor])
            worth[place], off[place] = chance * basket.worth(market, prices.T).T
            habits.append(Habit(chance, chance, basket.value))
        for _ in range(FOLLOWING):
            week = Week.after(market, week.promoted, rng)
            basket = Basket.of(market, week, none)
            chances = [market.visits(habit, week, none) for habit in habits]
            worth += np.array(chances) * basket.worth(market, (market.price * week.shelf)[:, None])[:, 0]
            habits = [Habit(chance, chance, basket.value) for chance in chances]
        return worth, off

    def form(self) -> Form:
        """An elasticity to be learned, less for who is there often, and visits that follow from visits."""
        orders = EXPOSURE_FEATURES.index("orders_91")
        return Form(elastic(), lambda x, _: np.column_stack([np.ones(len(x)), x[:, orders]]), MARGIN, TIRING)

    def write(self, folder: Path) -> dict[SourceName, str]:
        """Write the shop's files and return their places."""
        rng = np.random.default_rng([self.seed, 2])
        day = rng.integers(0, 7, (self.size, BEFORE + self.action.shape[1]))
        given = np.hstack([np.zeros((self.size, BEFORE), np.int64), self.action])
        place, week, item = (self.bought[name].to_numpy() for name in ("place", "week", "item"))
        products = pl.DataFrame(
            {
                "product_id": [f"product {one + 1}" for one in range(len(self.market.category))],
                "category": self.market.names,
            }
        )
        lines = self.bought.select(
            pl.format("o{}-{}", "place", "week").alias("order_id"),
            "place",
            "quantity",
            "worth",
            product=products["product_id"].to_numpy()[item],
            category=products["category"].to_numpy()[item],
            day=7 * week + day[place, week],
            offer=given[place, week] - 1,
        )
        return write_files(folder, lines, products, self.offers, self.action, BEFORE)


def make(design: Design) -> Shop:
    """Draw a market and customers and play them."""
    rng = np.random.default_rng([design.seed, *map(ord, design.family)])
    n, market = design.customers, _market(FAMILIES[design.family], design.customers, rng)
    offers = ladder(design.depths) if design.depths else _coupons()
    factors = market.factors(offers)
    action = rng.integers(0, len(offers) + 1, (n, design.periods))
    habit, promoted, seen = Habit(np.ones(n), np.ones(n), np.zeros(n)), np.zeros(len(market.category), np.bool_), []
    for number in range(-BURN, BEFORE + design.periods):
        week = Week.after(market, promoted, rng)
        promoted = week.promoted
        given = action[:, number - BEFORE] if number >= BEFORE else np.zeros(n, np.int64)
        factor = market.seen(factors)[given]
        if number == -BURN and market.family.highest < 1:
            market = replace(market, highest=np.quantile(_utilities(market, week, factor), market.family.highest))
        basket = Basket.of(market, week, factor)
        chance = market.visits(habit, week, factor)
        visited = rng.random(n) < chance
        if number >= 0:
            seen.append(_lines(market, week, number, *basket.bought(market, np.flatnonzero(visited), rng)))
        habit = Habit(visited.astype(np.float64), chance, basket.value)
    return Shop(market, offers, action, pl.concat(seen), habit, promoted, design.seed)


def _market(family: Family, n: int, rng: np.random.Generator) -> Market:
    sizes: Ints = np.interp(np.arange(CATEGORIES), RANKS, PRODUCTS).astype(np.int64) // ALIKE
    sizes = np.maximum(sizes, 1)
    category = np.repeat(np.arange(CATEGORIES), sizes)
    m, departments = len(category), 1 / np.arange(1, DEPARTMENTS + 1)
    mean, spread = np.abs(rng.normal(size=(2, CATEGORIES)))[:, category]
    z = _truncated(mean, spread, 0, np.inf, m, rng)
    price = _truncated(1.3, 0.5, 0, np.inf, m, rng) + rng.lognormal(0.8, 1.2) * z
    price = np.maximum(price, 0.01)
    sensitivity = _truncated(-3, 0.8, -np.inf, 0, n, rng)[:, None] * _truncated(-3, 1, -np.inf, 0, m, rng)
    return Market(
        family,
        first=sizes.cumsum() - sizes,
        category=category,
        department=rng.choice(DEPARTMENTS, CATEGORIES, p=departments / departments.sum())[category],
        price=100 * price,
        promotion=np.array([rng.beta(1, 5, m), rng.beta(2, 5, m)]),
        buys=np.array([rng.normal(-5, 0.5, CATEGORIES), _truncated(0.1, 0.04, 0, 0.12, CATEGORIES, rng)]),
        units=np.array([rng.gumbel(-2, 0.1, m), rng.lognormal(-4, 0.05, m)]),
        store=(
            rng.gumbel(family.visits, 0.1),
            float(_truncated(*family.habit, 0, np.inf, 1, rng)[0]),
            rng.uniform(*family.marketing),
        ),
        theta=rng.uniform(*family.theta, n),
        liked=rng.lognormal(1, 0.4, (n, m)) * z + PRICE * sensitivity * np.log(price),
        minds=PRICE * sensitivity,
        moods=rng.lognormal(-1, 1, (n, m)),
    )


def _coupons() -> tuple[Planted, ...]:
    """Two depths each of a coupon on everything and on the two departments of most categories."""
    return tuple(
        Planted(f"{name}-{round(100 * depth)}", depth, cover, share=depth, category=scope)
        for cover, (name, scope) in enumerate((("all", None), ("first", "department 1"), ("second", "department 2")))
        for depth in OFF
    )


def _utilities(market: Market, week: Week, factor: Floats) -> Floats:
    """(customers, products), before they are cut off."""
    found: Floats = market.liked + market.moods * week.x + market.minds * np.log(week.shelf * factor)
    return found


def _lines(market: Market, week: Week, number: int, place: Ints, item: Ints, quantity: Ints) -> pl.DataFrame:
    price = np.maximum((market.price * week.shelf).round(), 1).astype(np.int64)
    columns = {"place": place, "week": np.full(len(place), number), "item": item, "quantity": quantity}
    return pl.DataFrame(columns | {"worth": quantity * price[item]})


def _normals(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Numbers that are normal with a mean N(0, 1) and a standard deviation |N(0, 1)| each."""
    spread, found = rng.normal(size=(2, *shape))
    return np.asarray(np.sqrt(1 + spread**2) * found, dtype=np.float64)


def _truncated(
    mean: Floats | float, spread: Floats | float, low: float, high: float, size: int, rng: np.random.Generator
) -> Floats:
    ends = ((end - mean) / spread for end in (low, high))
    found: Floats = truncnorm.rvs(*ends, loc=mean, scale=spread, size=size, random_state=rng)
    return found


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float64)
