"""One week of some customers: who comes, what they buy, and what that leaves behind.

With lower-case Greek letters for traits of customer i, c a category, j a product, t a week, s(x) = 1 / (1 + exp(-x)):

    bears an offer in mind    u < s(kappa_i,kind - fatigue F_it)                     F: recent exposures
    trips                     n ~ Poisson(lambda_i exp(season_t + lure_i [bears] - annoyance_i,offer [told]))
    depth as met              D_ict = (depth of the usual product + mean depth of the category) / 2, then the offer's
    deal                      G = D - dependence H_ict                              H: the depth that i has got used to
    buys in c                 u < s(need_ic + trips log n - stockpiling S_ict + sensitivity_i G_c + sum_c' R_cc' G_c')
    units                     1 + geometric with mean units_i exp(sensitivity_i G_c / 2)
    product in c              highest appeal_j - switching log(1 - depth_jt) + loyalty [usual, no variety] + Gumbel

    S' = (1 - used_up) (S + units beyond the usual + share of the purchase that the deal brought)
    H' = H + .15 (D - H) where bought       F' = .6 F + [told]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from offerloop.arrays import Floats, Ints
from offerloop.market.lines import Lines
from offerloop.market.noise import Noise
from offerloop.market.preset import Preset
from offerloop.market.terms import MarketTerms, depths
from offerloop.market.world import YEAR, CustomerTraits, ProductRange

MOST_TRIPS, MOST_MORE = 20, 11
"""Trips in a week, and units of a line beyond the first."""
LEARNED, REMEMBERED = 0.15, 0.6
_DAYS = np.cumsum([0.13, 0.12, 0.12, 0.13, 0.15, 0.18, 0.17])
"""Shares of trips up to each day from Monday."""


@dataclass(frozen=True)
class State:
    """What earlier weeks left behind."""

    stock: NDArray[np.float32]
    """(customers, categories): units at home beyond the usual."""
    used_to: NDArray[np.float32]
    """(customers, categories): depth that the customer has got used to."""
    recent_exposures: Floats
    """(customers,): recent exposures."""

    @classmethod
    def fresh(cls, people: CustomerTraits, categories: int) -> State:
        """Before the first week."""
        empty = np.zeros((people.size, categories), dtype=np.float32)
        return cls(empty, empty.copy(), np.zeros(people.size))

    def part(self, start: int, stop: int) -> State:
        """Return the state of some customers."""
        return State(self.stock[start:stop], self.used_to[start:stop], self.recent_exposures[start:stop])


@dataclass(frozen=True)
class PlayedWeek:
    """A week of some customers."""

    lines: Lines
    bears: NDArray[np.bool_]
    """Who bore their offer in mind."""
    state: State


def shelf_depths(preset: Preset, shop: ProductRange, week: int, noise: Noise) -> Floats:
    """(products,): depth of each product's price cut in a week, 0 for most."""
    shelf, j = preset.shelf, np.arange(shop.size)
    both = shelf.share * shelf.together, shelf.share * (1 - shelf.together)
    whole = noise.uniform("cut-c", week, np.arange(shop.categories))[shop.category] < both[0]
    cut = whole | (noise.uniform("cut-j", week, j) < both[1] / max(1 - both[0], 1e-9))
    pick = np.where(whole, noise.uniform("deep-c", week, np.arange(shop.categories))[shop.category],
                    noise.uniform("deep-j", week, j))  # fmt: skip
    return np.where(cut, np.array(shelf.depths)[(pick * len(shelf.depths)).astype(int)], 0.0)


@dataclass(frozen=True)
class Week:
    """What is the same for all customers of one week."""

    preset: Preset
    shop: ProductRange
    terms: MarketTerms
    week: int
    shelf: Floats
    """Depth of each product."""
    noise: Noise

    def play(self, people: CustomerTraits, ids: Ints, state: State, offers: Ints, *, borne: bool = False) -> PlayedWeek:
        """The week of customers who were given these offers (-1 for none); `ids` name their luck.

        With `borne` all of them bear their offer in mind, whatever their luck.
        """
        habits, has_offer = self.preset.habits, offers >= 0
        chance = self.keeping(people, state)[np.arange(people.size), offers]
        bears = has_offer & (borne | (self.noise.uniform("bears", self.week, ids) < chance))
        trips = self._trips(ids, self.rate(people, np.where(has_offer, self.terms.annoys[offers], 0.0), bears))
        met = self.met(people, depths(self.terms, offers, bears, self.shop.categories))
        buys, brought = self._buys(people, ids, state, trips, met)
        lines, extra = self._lines(people, ids, trips, met - habits.dependence * state.used_to, buys)
        left = (state.stock + extra + np.where(buys, brought, 0)) * np.float32(1 - habits.used_up)
        learned = state.used_to + np.where(buys, np.float32(LEARNED) * (met - state.used_to), 0)
        return PlayedWeek(
            lines, bears, State(left, learned.astype(np.float32), REMEMBERED * state.recent_exposures + has_offer)
        )

    def keeping(self, people: CustomerTraits, state: State) -> Floats:
        """(customers, offers): chance to bear each offer in mind when told of it."""
        fatigue = self.preset.habits.fatigue * state.recent_exposures[:, None]
        return expit(people.keeps[:, self.terms.kind] - fatigue)

    def rate(self, people: CustomerTraits, annoys: Floats | float, bears: NDArray[np.bool_] | bool) -> Floats:
        """(customers,): mean number of trips of those who are told of offers that annoy so much."""
        season = self.preset.customers.season * np.sin(2 * np.pi * self.week / YEAR)
        return people.visits * np.exp(season + people.lure * bears - people.annoyed * annoys)

    def _trips(self, ids: Ints, rate: Floats) -> Ints:
        u, chance = self.noise.uniform("trips", self.week, ids), np.exp(-rate)
        below, trips = chance.copy(), np.zeros(len(ids), dtype=np.int64)
        for k in range(1, MOST_TRIPS + 1):
            trips += u > below
            chance = chance * rate / k
            below += chance
        return trips

    def met(self, people: CustomerTraits, off: NDArray[np.float32]) -> NDArray[np.float32]:
        """(customers, categories): the depth that each customer meets, where an offer takes a share `off`."""
        shop = self.shop
        mean = np.add.reduceat(self.shelf, shop.first[:-1]) / np.diff(shop.first)
        shelf = 0.5 * self.shelf.astype(np.float32)[people.usual] + 0.5 * mean.astype(np.float32)
        return 1 - (1 - shelf) * (1 - np.float32(self.preset.habits.noticed) * off)

    def logits(
        self, people: CustomerTraits, state: State, met: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(customers, categories): logit of buying on one trip without any deal, and what deals add to it."""
        habits = self.preset.habits
        deal = met - np.float32(habits.dependence) * state.used_to
        drawn = people.sensitivity.astype(np.float32)[:, None] * deal + deal @ self.shop.related.T.astype(np.float32)
        return people.need - np.float32(habits.stockpiling) * state.stock, drawn

    def shelf_minor(self, product: Ints) -> Ints:
        """Price of a unit at the shelf."""
        return np.floor(self.shop.price_minor[product] * (1 - self.shelf[product]) + 0.5 + 1e-9).astype(np.int64)

    def _buys(
        self, people: CustomerTraits, ids: Ints, state: State, trips: Ints, met: NDArray[np.float32]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Whether each customer buys in each category, and the share of that which the deal brought."""
        plain, drawn = self.logits(people, state, met)
        plain = plain + (self.preset.customers.trips * np.log(np.maximum(trips, 1))).astype(np.float32)[:, None]
        chance, usual = expit(plain + drawn), expit(plain)
        u = self.noise.uniform("buys", self.week, ids[:, None], np.arange(self.shop.categories)[None, :])
        buys = (u < chance) & (trips > 0)[:, None]
        return buys, np.maximum(1 - usual / chance, 0).astype(np.float32)

    def _lines(
        self, people: CustomerTraits, ids: Ints, trips: Ints, deal: NDArray[np.float32], buys: NDArray[np.bool_]
    ) -> tuple[Lines, NDArray[np.float32]]:
        """What was bought, and the units beyond each customer's usual number."""
        who, category = np.nonzero(buys)
        luck = {name: self.noise.uniform(name, self.week, ids[who], category) for name in ("units", "trip", "return")}
        mean = people.units[who] * np.exp(0.5 * people.sensitivity[who] * deal[who, category])
        units = 1 + np.minimum(np.log(luck["units"]) / np.log(mean / (1 + mean)), MOST_MORE).astype(np.int64)
        trip = (luck["trip"] * trips[who]).astype(np.int64)
        product = self._products(people, ids, who, category)
        price, shelf = self.shop.price_minor[product], self.shelf_minor(product)
        day = np.searchsorted(_DAYS, self.noise.uniform("day", self.week, ids[who], trip) * _DAYS[-1])
        lines = Lines(
            who, trip, product, category, units, price * units, shelf * units, self.shop.cost_minor[product] * units,
            day, luck["return"] < self.preset.products.returns,
        )  # fmt: skip
        extra = np.zeros(buys.shape, dtype=np.float32)
        extra[who, category] = np.maximum(units - 1 - people.units[who], 0)
        return lines, extra

    def _products(self, people: CustomerTraits, ids: Ints, who: Ints, category: Ints) -> Ints:
        """The product that each purchase is of."""
        customers, shop = self.preset.customers, self.shop
        steady = self.noise.uniform("variety", self.week, ids[who], category) >= people.variety[who]
        cheaper = -np.log1p(-self.shelf)
        products = np.empty(len(who), dtype=np.int64)
        for c in range(shop.categories):
            rows = np.flatnonzero(category == c)
            candidates = np.arange(shop.first[c], shop.first[c + 1])
            liking = self.noise.gumbel("product", self.week, ids[who[rows], None], candidates[None, :])
            liking += shop.appeal[candidates] + people.switching[who[rows], None] * cheaper[candidates]
            usual = people.usual[who[rows], c] - shop.first[c]
            liking[np.arange(len(rows)), usual] += customers.loyalty * steady[rows]
            products[rows] = candidates[liking.argmax(axis=1)]
        return products
