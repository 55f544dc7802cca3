"""The shop and its customers: everything that does not change from week to week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.market.noise import Noise
from offerloop.market.preset import Habits, Preset

YEAR = 52
KINDS = ("coupon", "spend_and_save", "flash_sale")
AGES, INCOMES, HOUSEHOLDS = ("18-34", "35-54", "55+"), ("low", "middle", "high"), ("1", "2", "3+")


@dataclass(frozen=True)
class ProductRange:
    """Products, sorted by category."""

    category: Ints
    """The category of each product."""
    first: Ints
    """Position of each category's first product, and the number of products at the end."""
    brand: Ints
    price_minor: Ints
    """The list price."""
    cost_minor: Ints
    appeal: Floats
    """Utility of each product within its category."""
    related: Floats
    """(categories, categories): what a price cut in the second does to the logit of buying in the first."""

    @property
    def size(self) -> int:
        """The number of products."""
        return len(self.category)

    @property
    def categories(self) -> int:
        """The number of categories."""
        return len(self.first) - 1


@dataclass(frozen=True)
class CustomerTraits:
    """Traits of each customer, arrays of shape (customers,) unless stated."""

    visits: Floats
    need: NDArray[np.float32]
    """(customers, categories): logit of buying in a week with one trip, without price cuts."""
    usual: NDArray[np.int32]
    """(customers, categories): the usual product."""
    units: Floats
    sensitivity: Floats
    switching: Floats
    variety: Floats
    keeps: Floats
    """(customers, kinds): logit of bearing an offer in mind."""
    lure: Floats
    stretch: Floats
    annoyed: Floats
    """How much any offer lowers the logarithm of visits; 0 for most."""
    demographics: pl.DataFrame
    """age, income and household, related to behaviour."""

    @property
    def size(self) -> int:
        """The number of customers."""
        return len(self.visits)

    def part(self, start: int, stop: int) -> CustomerTraits:
        """Some of them, in their order."""
        rows = slice(start, stop)
        arrays = {name: value[rows] for name, value in vars(self).items()}
        return CustomerTraits(**arrays)


def make_shop(preset: Preset, products: int, noise: Noise) -> ProductRange:
    """Prices are log-normal, half of their variance between categories; costs vary by product."""
    settings = preset.products
    categories = min(settings.categories, products)
    category = np.sort(np.arange(products) % categories)
    j, c = np.arange(products), np.arange(categories)
    half = settings.price_spread * np.sqrt(0.5)
    log_price = np.log(settings.price) + half * (
        noise.normal("price-c", 0, c)[category] + noise.normal("price-j", 0, j)
    )
    price = np.maximum(np.round(100 * np.exp(log_price)) // 10 * 10 + 9, 19).astype(np.int64)
    margin = np.clip(settings.margin + settings.margin_spread * noise.normal("margin", 0, j), 0.02, 0.95)
    pairs = noise.normal("related", 0, c[:, None], c[None, :]) * (
        noise.uniform("linked", 0, c[:, None], c[None, :]) < 0.05
    )
    np.fill_diagonal(pairs, 0.0)
    return ProductRange(
        category=category,
        first=np.searchsorted(category, np.arange(categories + 1)),
        brand=(noise.uniform("brand", 0, j) * settings.brands).astype(np.int64),
        price_minor=price,
        cost_minor=np.round(price * (1 - margin)).astype(np.int64),
        appeal=settings.popularity * noise.normal("appeal", 0, j),
        related=settings.related * pairs,
    )


def make_people(preset: Preset, shop: ProductRange, ids: Ints, noise: Noise) -> CustomerTraits:
    """Traits from two parts: what demographics tell of them, and what nobody sees."""
    settings, habits = preset.customers, preset.habits
    shared_noise = {name: noise.normal(name, 0, ids) for name in ("age", "income", "house")}
    link = settings.demographics

    def trait(name: str, by: str, sign: float = 1.0) -> Floats:
        own = noise.normal(name, 0, ids)
        return sign * link * shared_noise[by] + np.sqrt(1 - link * link) * own

    c = np.arange(shop.categories)
    need = settings.need + settings.need_spread * trait("need", "house")[:, None]
    need = need + settings.taste * noise.normal("taste", 0, ids[:, None], c[None, :])
    kept = [habits.keeps_spread * trait(f"keep{k}", "income", -1.0) for k in range(len(KINDS))]
    price = _log_normal(1.0, settings.sensitivity_spread, trait("price", "income", -1.0))
    return CustomerTraits(
        visits=_log_normal(settings.visits, settings.visits_spread, trait("visits", "age")),
        need=need.astype(np.float32),
        usual=_usual(shop, ids, noise),
        units=_log_normal(settings.units, 0.5, trait("units", "house")),
        sensitivity=settings.sensitivity * price,
        switching=settings.switching * price,
        variety=1 / (1 + np.exp(-_logit(settings.variety) - settings.variety_spread * trait("variety", "age", -1.0))),
        keeps=_keeping_logits(habits) + np.stack(kept, axis=1),
        lure=habits.lure + habits.lure_spread * trait("lure", "age", -1.0),
        stretch=_log_normal(habits.stretch, 0.5, trait("stretch", "income", -1.0)),
        annoyed=np.where(noise.uniform("annoyed", 0, ids) < habits.annoyed, habits.annoyance, 0.0),
        demographics=pl.DataFrame({"age": _thirds(shared_noise["age"], AGES),
                                   "income": _thirds(shared_noise["income"], INCOMES),
                                   "household": _thirds(shared_noise["house"], HOUSEHOLDS)}),
    )  # fmt: skip


def _log_normal(mean: float, spread: float, score: Floats) -> Floats:
    """A log-normal variable of this mean by its standard normal score."""
    return mean * np.exp(spread * score - spread * spread / 2)


def _logit(share: float) -> float:
    """The logit of a share, which is finite also for 0 and 1."""
    return float(np.log(share / (1 - share)) if 0 < share < 1 else 50 * np.sign(share - 0.5))


def _keeping_logits(habits: Habits) -> Floats:
    """(kinds,): the logit of bearing an offer of each kind in mind, for the average customer."""
    keeps = np.clip([habits.keeps.get(kind, 0.0) for kind in KINDS], 1e-9, 1 - 1e-9)
    return np.log(keeps / (1 - keeps))


def _usual(shop: ProductRange, ids: Ints, noise: Noise) -> NDArray[np.int32]:
    """Return the product of highest appeal to each customer in each category."""
    products = np.empty((len(ids), shop.categories), dtype=np.int32)
    for c in range(shop.categories):
        candidates = np.arange(shop.first[c], shop.first[c + 1])
        liking = shop.appeal[candidates] + noise.gumbel("liking", 0, ids[:, None], candidates[None, :])
        products[:, c] = candidates[liking.argmax(axis=1)]
    return products


def _thirds(score: Floats, names: tuple[str, ...]) -> pl.Series:
    """Names of the thirds of a standard normal score."""
    return pl.Series(np.array(names)[np.searchsorted([-0.4307, 0.4307], score)])
