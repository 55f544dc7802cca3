"""A shop of brands: when, which and how much a household buys in each category.

Which brand: logit with loyalty (Guadagni and Little 1983, Marketing Science 2(3)). Whether to buy in a week: logit with
what the brands offer and the stock at home (Bucklin and Gupta 1992, Journal of Marketing Research 29(2); Guadagni and
Little 1998, Journal of Forecasting 17). How much: Poisson above one unit (Bucklin, Gupta and Siddarth 1998, same
journal as 1992, 35(2)).

    u_b = taste_b + LOYAL loyalty_b - beta_i log(price_b)            P(brand b | buys) = softmax(u)
    logit P(buys) = usual_i + mu (log sum exp u - the same at full prices) + STOCK (stock / consumption - weeks)
    units = 1 + Poisson(MORE price_b^-kappa)     loyalty := KEEPS loyalty + (1 - KEEPS) (bought b)
    stock := max(stock + units - consumption_i, 0)

A price is 1 without an offer. KEEPS and LOYAL are Guadagni and Little's for brands of ground coffee. The other papers
measure stock, price and attractiveness in units of their own data, so beta, mu and kappa are set to what their results
come to: an elasticity of brand sales of 2.4 (2 to 3 for coffee: Gurumurthy and Little 1989, Sloan working paper 3038),
85 % of it from other brands, 13 % from purchases that come sooner and 2 % from larger ones (84, 14 and 2 in Gupta 1988,
Journal of Marketing Research 25(4)); STOCK to intervals between purchases about as regular as Gupta's Erlang-2. Family
`stockpiling` has what Bell, Chiang and Padmanabhan (1999, Marketing Science 18(4)) report of coffee, half from larger
purchases, all of which stay at home. Households eat as much with an offer as without, so sooner and more means less
later. What households differ in besides loyalty is our assumption.

In `all-brands` the shop sells all, in `half-elsewhere` and `stockpiling` every other brand, in `one-in-six` one of each
category. The rest is bought elsewhere, so that an offer also wins customers of other brands.

The truth counts the coming week, given each household's stock and loyalty, and FOLLOWING weeks without offers: RUNS
runs, with the same random numbers for every offer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from equal_spend import Effects
from foreign_files import write_files
from foreign_offers import FUNDED, OFF, Planted, ladder
from foreign_true_form import TIRING, Form, elastic
from foreign_worlds import MARGIN, Design
from offerloop.arrays import Floats, Ints
from offerloop.config import SourceName
from offerloop.response import EXPOSURE_FEATURES

KEEPS, LOYAL = 0.875, 3.9
STOCK, WEEKS = -1.0, 2.0
MORE = 0.35
CATEGORIES, BRANDS = 4, 6
ROASTS = (" light", " dark")
"""Products of a brand, of which households take any."""
BURN, BEFORE = 26, 26
"""Weeks without offers that nobody sees, and that the shop has orders of."""
FOLLOWING, RUNS = 6, 60
HIGHEST = 1 - 1e-9
"""Of a uniform number: the sum of all chances is rounded."""
SEVERAL = 0.5
"""Standard deviation of the logarithm of beta between households."""


@dataclass(frozen=True)
class Family:
    """Parameters that worlds differ in."""

    beta: float = 3.8
    mu: float = 0.36
    kappa: float = 0.22
    sold: float = 1.0
    """Share of the brands that the shop sells."""


FAMILIES = {
    "all-brands": Family(),
    "half-elsewhere": Family(sold=0.5),
    "one-in-six": Family(sold=1 / 6),
    "stockpiling": Family(beta=2.4, mu=0.05, kappa=4.2, sold=0.5),
}


@dataclass(frozen=True, eq=False)
class Market:
    """What does not change."""

    family: Family
    taste: Floats
    """(CATEGORIES, BRANDS)."""
    price: Floats
    """(CATEGORIES, BRANDS): of a unit, minor units."""
    beta: Floats
    """(customers,)."""
    eats: Floats
    """(customers, CATEGORIES): units a week."""

    @property
    def sold(self) -> NDArray[np.bool_]:
        """(BRANDS,): whether the shop sells it."""
        return np.arange(BRANDS) % round(1 / self.family.sold) == 0

    @property
    def names(self) -> list[str]:
        """Of each brand of each category, in order."""
        return [f"category {c + 1} brand {b + 1}" for c in range(CATEGORIES) for b in range(BRANDS)]


@dataclass(frozen=True, eq=False)
class Home:
    """What households are like when a week begins."""

    stock: Floats
    """(customers, CATEGORIES): units."""
    loyalty: Floats
    """(customers, CATEGORIES, BRANDS): sums to 1."""


@dataclass(frozen=True, eq=False)
class Week:
    """Chances of a week."""

    buys: Floats
    """(customers, CATEGORIES)."""
    brand: Floats
    """(customers, CATEGORIES, BRANDS): given a purchase."""
    more: Floats
    """The same shape: expected units above one."""

    @classmethod
    def of(cls, market: Market, home: Home, factor: Floats) -> Week:
        """Prices are multiplied by a factor (customers or 1, CATEGORIES, BRANDS)."""
        liked = market.taste + LOYAL * home.loyalty
        plain = np.exp(liked)
        with_price = np.exp(liked - market.beta[:, None, None] * np.log(factor))
        whole = with_price.sum(axis=2)
        pace = market.eats / (1 + MORE)
        usual = np.log(pace / (1 - pace)) + STOCK * (home.stock / market.eats - WEEKS)
        tempted = market.family.mu * np.log(whole / plain.sum(axis=2))
        more = np.broadcast_to(MORE * factor**-market.family.kappa, plain.shape)
        return cls(1 / (1 + np.exp(-usual - tempted)), with_price / whole[..., None], more)

    def worth(self, market: Market) -> Floats:
        """Expected worth (customers, CATEGORIES, BRANDS) of what is bought in the shop at full prices."""
        found: Floats = self.buys[..., None] * self.brand * (1 + self.more) * (market.price * market.sold)
        return found

    def bought(self, luck: Floats) -> tuple[Ints, Ints]:
        """Return brand and units (customers, CATEGORIES), 0 units where nothing is bought; luck (3, ...) is uniform."""
        brand = (luck[1][..., None] > self.brand.cumsum(axis=2)[..., :-1]).sum(axis=2)
        more = np.take_along_axis(self.more, brand[..., None], axis=2)[..., 0]
        return brand, np.where(luck[0] < self.buys, 1 + _poisson(luck[2], more), 0)


@dataclass(frozen=True, eq=False)
class Shop:
    """A market, its log and what was bought."""

    market: Market
    offers: tuple[Planted, ...]
    action: Ints
    """(customers, periods): 0 for no offer, else 1 + position."""
    bought: pl.DataFrame
    """place, week, brand (position of all), quantity."""
    home: Home
    """When the log ends."""
    seed: int

    @property
    def size(self) -> int:
        """Number of customers."""
        return len(self.action)

    def truth(self) -> Effects:
        """Of the week after the log and FOLLOWING ones."""
        factors = _factors(self.market, self.offers)
        weeks = [Week.of(self.market, self.home, one[None]) for one in factors]
        now = [one.worth(self.market) for one in weeks]
        later = np.zeros((len(weeks), self.size))
        for run in range(RUNS):
            luck = np.random.default_rng([self.seed, 3, run]).random((1 + FOLLOWING, 3, *self.market.eats.shape))
            later += [_follows(self.market, self.home, one, luck) for one in weeks]
        value = np.array([one.sum(axis=(1, 2)) for one in now]) + later / RUNS
        cost = [(one * (1 - factor)).sum(axis=(1, 2)) for one, factor in zip(now[1:], factors[1:], strict=True)]
        return Effects(MARGIN * (value[1:] - value[0]).T, (1 - FUNDED) * np.array(cost).T)

    def form(self) -> Form:
        """An elasticity to be learned, less for who buys often (a logit's slope is p (1 - p)), and stocks that last."""
        orders = EXPOSURE_FEATURES.index("orders_91")
        return Form(elastic(), lambda x, _: np.column_stack([np.ones(len(x)), x[:, orders]]), MARGIN, TIRING)

    def write(self, folder: Path) -> dict[SourceName, str]:
        """Write the shop's files and return their places."""
        rng = np.random.default_rng([self.seed, 2])
        day = rng.integers(0, 7, (self.size, BEFORE + self.action.shape[1]))
        given = np.hstack([np.zeros((self.size, BEFORE), np.int64), self.action])
        place, week = (self.bought[name].to_numpy() for name in ("place", "week"))
        brand, price = self.bought["brand"].to_numpy(), self.market.price.ravel()
        named, roast = np.array(self.market.names), rng.choice(ROASTS, len(place))
        lines = self.bought.select(
            pl.format("o{}-{}", "place", "week").alias("order_id"),
            "place",
            "quantity",
            product=np.char.add(named[brand], roast),
            category=named[brand],
            worth=pl.col("quantity") * price[brand].astype(np.int64),
            day=7 * week + day[place, week],
            offer=given[place, week] - 1,
        )
        products = pl.DataFrame({"category": named}).join(pl.DataFrame({"roast": ROASTS}), how="cross")
        products = products.select(pl.concat_str("category", "roast").alias("product_id"), "category")
        return write_files(folder, lines, products, self.offers, self.action, BEFORE)


def make(design: Design) -> Shop:
    """Draw a market and households and play them."""
    rng = np.random.default_rng([design.seed, *map(ord, design.family)])
    n, family = design.customers, FAMILIES[design.family]
    market = Market(
        family,
        taste=rng.normal(0, 0.6, (CATEGORIES, BRANDS)),
        price=(100 * rng.uniform(2, 8, (CATEGORIES, 1)) * np.exp(rng.normal(0, 0.2, (CATEGORIES, BRANDS)))).round(),
        beta=family.beta * np.exp(SEVERAL * rng.normal(size=n) - SEVERAL**2 / 2),
        eats=(1 + MORE) * np.clip(rng.gamma(4, 0.25 / 4, (n, CATEGORIES)), 0.02, 0.9),
    )
    home = Home(np.zeros((n, CATEGORIES)), rng.dirichlet(np.full(BRANDS, 0.4), (n, CATEGORIES)))
    offers = ladder(design.depths) if design.depths else _coupons(market)
    action = rng.integers(0, len(offers) + 1, (n, design.periods))
    factors, seen = _factors(market, offers), []
    for week in range(-BURN, BEFORE + design.periods):
        given = action[:, week - BEFORE] if week >= BEFORE else np.zeros(n, np.int64)
        bought = Week.of(market, home, factors[given]).bought(rng.random((3, n, CATEGORIES)))
        home = _after(market, home, *bought)
        if week >= 0:
            seen.append(_lines(market, week, *bought))
    return Shop(market, offers, action, pl.concat(seen), home, design.seed)


def _coupons(market: Market) -> tuple[Planted, ...]:
    """Two depths each of a coupon on everything and on the two sold brands that cost most."""
    dear = np.argsort(np.where(market.sold, market.price, 0.0).ravel())[::-1][:2]
    scopes = [None, *(market.names[one] for one in dear)]
    return tuple(
        Planted(f"{name}-{round(100 * depth)}", depth, cover, share=depth, category=scope)
        for cover, (name, scope) in enumerate(zip(("all", "first", "second"), scopes, strict=True))
        for depth in OFF
    )


def _factors(market: Market, offers: Sequence[Planted]) -> Floats:
    """(1 + offers, CATEGORIES, BRANDS): of prices; brands that the shop does not sell keep theirs."""
    found = np.ones((1 + len(offers), CATEGORIES, BRANDS))
    for factor, offer in zip(found[1:], offers, strict=True):
        inside = np.array([offer.category in (None, one) for one in market.names]).reshape(factor.shape)
        factor[inside & market.sold] -= offer.share
    return found


def _after(market: Market, home: Home, brand: Ints, units: Ints) -> Home:
    """What a week leaves."""
    chosen = np.eye(BRANDS)[brand]
    loyalty = np.where((units > 0)[..., None], KEEPS * home.loyalty + (1 - KEEPS) * chosen, home.loyalty)
    return replace(home, stock=np.maximum(home.stock + units - market.eats, 0.0), loyalty=loyalty)


def _follows(market: Market, home: Home, first: Week, luck: Floats) -> Floats:
    """(customers,): worth bought in the weeks after a first one, of which each is expected given those before."""
    home, worth = _after(market, home, *first.bought(luck[0])), np.zeros(len(home.stock))
    for week, after in pairwise([*luck[1:], None]):
        chances = Week.of(market, home, np.ones((1, CATEGORIES, BRANDS)))
        worth += chances.worth(market).sum(axis=(1, 2))
        if after is not None:
            home = _after(market, home, *chances.bought(week))
    return worth


def _poisson(luck: Floats, mean: Floats) -> Ints:
    """Poisson numbers by inversion, so that the same luck gives no fewer where the mean is higher."""
    chance = np.exp(-mean)
    total, found, number = chance.copy(), np.zeros(luck.shape, np.int64), 0
    luck = np.minimum(luck, HIGHEST)
    while (luck > total).any():
        number += 1
        found += luck > total
        chance = chance * mean / number
        total += chance
    return found


def _lines(market: Market, week: int, brand: Ints, units: Ints) -> pl.DataFrame:
    inside = (units > 0) & market.sold[brand]
    place, category = np.nonzero(inside)
    return pl.DataFrame(
        {
            "place": place,
            "week": np.full(len(place), week),
            "brand": category * BRANDS + brand[inside],
            "quantity": units[inside],
        }
    )
