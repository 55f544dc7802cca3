"""A week in expectation instead of by luck: the exact effect of an offer on one category, for each customer.

What a customer buys in one category does not depend on what is bought in another once the number of trips is known, so
the mean over all luck of `market.week` has a formula. With P(n) the chance of n trips and p_c(n) that of buying in
category c on them,

    value = (1 - returns) sum_c sum_n P(n) p_c(n) E[units_c] E[margin of a unit_c]

An offer in mind changes P(n) by its lure, p and E[units] in its own category, and p in the categories related to that.
Its discount follows from p, the units and the product in its own category alone; what comes back takes its part of the
discount back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, pdtr

from offerloop.arrays import Floats
from offerloop.market.terms import EVERYTHING, percent_off
from offerloop.market.week import MOST_MORE, MOST_TRIPS, State, Week
from offerloop.market.world import CustomerTraits

UNEXPOSED, EXPOSED, REMEMBERED = range(3)
"""Nothing is offered; an offer is shown and not remembered; it is remembered, without its depth."""


def exact(week: Week) -> list[int]:
    """Positions of the offers whose effect has a formula."""
    return np.flatnonzero((week.terms.category != EVERYTHING) & (week.terms.percent > 0)).tolist()


def expected_effects(week: Week, people: CustomerTraits, state: State) -> tuple[Floats, Floats, Floats]:
    """Value, own cost, and value of being shown an offer without remembering it: (customers, offers), minor units.

    All against no offer; value is margin before the offer's cost. Value and cost of offers without a formula are NaN.
    Stock of a flash sale counts as endless.
    """
    keeps = week.keeping(people, state)
    value, cost, exposed_only = (np.full(keeps.shape, np.nan) for _ in range(3))
    for annoys in np.unique(week.terms.annoys):
        baseline = _Baseline.of(week, people, state, float(annoys))
        plain, exposed, bears = baseline.total
        exposed_only[:, week.terms.annoys == annoys] = (exposed - plain)[:, None]
        for k in exact(week):
            if week.terms.annoys[k] == annoys:
                more, off = baseline.with_offer(k)
                value[:, k] = keeps[:, k] * (bears + more - plain) + (1 - keeps[:, k]) * exposed_only[:, k]
                cost[:, k] = keeps[:, k] * week.terms.own_share[k] * off
    return value, cost, exposed_only


@dataclass(frozen=True)
class _Baseline:
    """The week without the depth of any offer; arrays of shape (customers, categories) unless stated."""

    week: Week
    people: CustomerTraits
    state: State
    met: Floats
    logit: Floats
    trips: tuple[Floats, ...]
    """The chance of 1, 2, ... trips for UNEXPOSED, EXPOSED and REMEMBERED, (customers, MOST_TRIPS)."""
    chance: tuple[Floats, ...]
    """The chance of buying, likewise."""
    units: Floats
    margin: Floats
    """Mean margin of a unit."""

    @classmethod
    def of(cls, week: Week, people: CustomerTraits, state: State, annoys: float) -> _Baseline:
        """Return what some customers do, who are shown offers that annoy so much."""
        nothing = np.zeros((people.size, week.shop.categories), dtype=np.float32)
        met = week.met(people, nothing).astype(np.float64)
        logit = np.add(*week.logits(people, state, met.astype(np.float32))).astype(np.float64)
        rates = [
            week.rate(people, annoyance, bears) for annoyance, bears in ((0.0, False), (annoys, False), (annoys, True))
        ]
        trips = tuple(map(_poisson, rates))
        deal = met - week.preset.habits.dependence * state.used_to
        return cls(
            week, people, state, met, logit, trips, _chances(week, logit, trips), _units(people, deal),
            np.stack([_margin(week, people, c) for c in range(week.shop.categories)], axis=1),
        )  # fmt: skip

    @property
    def total(self) -> list[Floats]:
        """(customers,): value of the week, for UNEXPOSED, EXPOSED and REMEMBERED."""
        return [(1 - self.week.preset.products.returns) * self._worth(one).sum(axis=1) for one in self.chance]

    def _worth(self, chance: Floats) -> Floats:
        return chance * self.units * self.margin

    def with_offer(self, k: int) -> tuple[Floats, Floats]:
        """(customers,): what the depth of an offer in mind adds to the value, and the mean discount."""
        week, c = self.week, int(self.week.terms.category[k])
        off = week.preset.habits.noticed * week.terms.percent[k] / 100
        deeper = (1 - self.met[:, c]) * off
        related = np.flatnonzero(week.shop.related[:, c])
        places = np.r_[c, related]
        pull = np.column_stack([self.people.sensitivity, *(np.full(self.people.size, week.shop.related[o, c])
                                                           for o in related)])  # fmt: skip
        (chance,) = _chances(week, self.logit[:, places] + pull * deeper[:, None], (self.trips[REMEMBERED],))
        deal = self.met[:, c] + deeper - week.preset.habits.dependence * self.state.used_to[:, c]
        units = self.units[:, places]
        units[:, 0] = _units(self.people, deal[:, None])[:, 0]
        before = self._worth(self.chance[REMEMBERED])[:, places].sum(axis=1)
        more = (chance * units * self.margin[:, places]).sum(axis=1) - before
        discount = chance[:, 0] * _discount(week, self.people, k, _more_units(self.people, deal[:, None])[:, 0])
        kept = 1 - week.preset.products.returns
        return kept * more, kept * discount


def _poisson(rate: Floats) -> Floats:
    """(customers, MOST_TRIPS): chance of 1, 2, ... trips; the last holds all beyond."""
    below = pdtr(np.arange(MOST_TRIPS)[None, :], rate[:, None])
    return np.diff(below, append=1.0, axis=1)


def _chances(week: Week, logit: Floats, trips: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """Chance of buying over the number of trips, for each of their distributions; logits are those of one trip."""
    totals = tuple(np.zeros_like(logit) for _ in trips)
    for n in range(1, MOST_TRIPS + 1):
        on_n = expit(logit + week.preset.customers.trips * np.log(n))
        for total, chance in zip(totals, trips, strict=True):
            total += chance[:, n - 1, None] * on_n
    return totals


def _more_units(people: CustomerTraits, deal: Floats) -> Floats:
    """Ratio of the geometric number of units beyond the first."""
    mean = people.units[:, None] * np.exp(0.5 * people.sensitivity[:, None] * deal)
    return mean / (1 + mean)


def _units(people: CustomerTraits, deal: Floats) -> Floats:
    """Mean units of a purchase."""
    ratio = _more_units(people, deal)
    return 1 + ratio * (1 - ratio**MOST_MORE) / (1 - ratio)


def _choice(week: Week, people: CustomerTraits, category: int) -> tuple[Floats, slice]:
    """(customers, products of the category): chance of each, with or without the usual one's advantage."""
    shop, loyalty = week.shop, week.preset.customers.loyalty
    products = slice(shop.first[category], shop.first[category + 1])
    weight = np.exp(shop.appeal[products] - people.switching[:, None] * np.log1p(-week.shelf[products]))
    rows, usual = np.arange(people.size), people.usual[:, category] - shop.first[category]
    free = weight / weight.sum(axis=1, keepdims=True)
    weight[rows, usual] *= np.exp(loyalty)
    steady = weight / weight.sum(axis=1, keepdims=True)
    return people.variety[:, None] * free + (1 - people.variety[:, None]) * steady, products


def _margin(week: Week, people: CustomerTraits, category: int) -> Floats:
    """(customers,): mean margin of a unit bought in a category."""
    chance, choice = _choice(week, people, category)
    products = np.arange(week.shop.size)[choice]
    return chance @ (week.shelf_minor(products) - week.shop.cost_minor[products]).astype(np.float64)


def _discount(week: Week, people: CustomerTraits, k: int, ratio: Floats) -> Floats:
    """(customers,): mean discount of a purchase in the offer's category; `ratio` is that of the units beyond one."""
    chance, choice = _choice(week, people, int(week.terms.category[k]))
    more = np.arange(MOST_MORE + 1)
    base = week.shelf_minor(np.arange(week.shop.size)[choice])[:, None] * (1 + more)
    off = np.minimum(percent_off(base, float(week.terms.percent[k]), int(week.terms.most_minor[k])), base)
    units = ratio[:, None] ** more * np.where(more < MOST_MORE, 1 - ratio[:, None], 1.0)
    return np.einsum("nu,nu->n", chance @ off.astype(np.float64), units)


def everywhere(week: Week, people: CustomerTraits, state: State, k: int) -> tuple[Floats, Floats]:
    """(customers,): what an offer of a share off the whole basket adds to the value of the week; and the mean shelf
    value of what is bought in it, where it is borne in mind.

    Value is against no offer and weighted by the chance of bearing it in mind. How much of what is bought the offer
    covers depends on how trips divide it, which has no formula.
    """
    baseline = _Baseline.of(week, people, state, float(week.terms.annoys[k]))
    off = np.float64(week.preset.habits.noticed * week.terms.percent[k] / 100)
    met = 1 - (1 - baseline.met) * (1 - off)
    logit = np.add(*week.logits(people, state, met.astype(np.float32))).astype(np.float64)
    (chance,) = _chances(week, logit, (baseline.trips[REMEMBERED],))
    units = _units(people, met - week.preset.habits.dependence * state.used_to)
    kept = 1 - week.preset.products.returns
    plain, exposed, _ = baseline.total
    remembered = kept * (chance * units * baseline.margin).sum(axis=1)
    bears = week.keeping(people, state)[:, k]
    price = np.stack([_price(week, people, c) for c in range(week.shop.categories)], axis=1)
    return bears * remembered + (1 - bears) * exposed - plain, (chance * units * price).sum(axis=1)


def _price(week: Week, people: CustomerTraits, category: int) -> Floats:
    """(customers,): mean shelf price of a unit bought in a category."""
    chance, choice = _choice(week, people, category)
    return chance @ week.shelf_minor(np.arange(week.shop.size)[choice]).astype(np.float64)
