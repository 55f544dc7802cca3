"""Small simulated shops in which effects are learned from weeks of offers at random, and the truth of the next week."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from offerloop.allocation import Problem, solve
from offerloop.allocation.argmax import taken
from offerloop.arrays import Ints
from offerloop.market import DRAWN, Market, load_preset
from offerloop.market.observation import IN_SCOPE, Observation, observation_of
from offerloop.market.truth import true_effects
from offerloop.offers import NOTHING as NOBODY
from offerloop.response import (
    NO_OFFER_TERMS,
    Evidence,
    OfferTerms,
    Policy,
    Spending,
    TrialStudy,
    learn_effects,
    study_trial,
)
from offerloop.response.estimators.ridge_t import RidgeTLearner
from offerloop.response.trial.crossfit import Calibration
from peers.response.given import Floats
from response_market import columns_of
from robust_profits import Segments

PRODUCTS, BEFORE = 120, 8
"""Products; weeks before the offers."""
LUCK = 4
"""Worlds of luck by which the truth of offers on the whole basket is known; plans are made without them."""
RESAMPLES = 10
"""Of the bootstrap by which errors of single predictions are told."""
SEGMENTS = 5
"""Groups of customers of equal size, by what they usually spend in a week."""
FEWEST_OFFERS = 4
"""The fewest offers of which one can know how far they lie apart."""
SHARE = 0.3
"""The budget, of the liability of the plan without one."""
NAME = "ridge_t"


@dataclass(frozen=True)
class Setting:
    """How much is known of how many offers."""

    name: str
    customers: int
    weeks: int
    """Weeks of offers at random."""
    every: bool
    """Whether all offers of the preset's menu are there; else one of each kind and depth."""
    shops: int
    """Of each preset."""

    def menu(self, market: Market) -> Ints:
        """Positions of the offers."""
        menu = market.terms.menu
        if self.every:
            return menu
        kinds = np.column_stack([market.terms.kind, market.terms.percent])[menu]
        return np.asarray(menu[np.sort(np.unique(kinds, axis=0, return_index=True)[1])])


@dataclass(frozen=True, eq=False)
class Believed:
    """What a plan can go by; (customers, K) each, minor units."""

    profit: Floats
    se: Floats


@dataclass(frozen=True, eq=False)
class World:
    """The week that is planned."""

    calibrated: Believed
    """Drawn to what left-out customers showed, as plans of this project are; errors are those of the calibration."""
    raw: Believed
    """As the same estimator says, with errors by the bootstrap over customers."""
    segments: Segments
    profit: Floats
    cost: Floats
    """(customers, K): the truth."""
    liability: Ints
    """(K,)."""
    budget: int
    verdict: Policy
    """Of the study of these weeks: nothing, everyone or targeted."""

    def plan(self, profit: Floats) -> Floats:
        """(customers, K): 1 for what is given within the budget."""
        return planned(profit, self.liability, self.budget)


def planned(profit: Floats, liability: Ints, budget: int) -> Floats:
    """The best plan within a budget of liabilities."""
    cost = np.broadcast_to(liability, profit.shape)
    found = np.zeros(profit.shape)
    found[taken(solve(Problem.of(profit, cost, budget)).choice)] = 1.0
    return found


def make_world(preset: str, setting: Setting, seed: int) -> World:
    """A preset's shop."""
    customers = setting.customers
    market = Market(load_preset(preset), customers, PRODUCTS, seed, BEFORE)
    menu = setting.menu(market)
    value, cost, before = learnt_from(market, menu, setting.weeks, np.random.default_rng(seed))
    study = study_trial(value, cost, Spending(), seed, {NAME: RidgeTLearner()})
    now = observation_of(market)
    features, liability = columns_of(now, menu), market.terms.liability_minor[menu]
    calibrated = by_study(study, value, cost, features, seed)
    unlimited = planned(calibrated.profit, liability, customers * int(liability.max()))
    segments = Segments.measured(study.effect[:, 1:], np.concatenate([segment_of(one) for one in before]))
    truth = true_effects(market, LUCK)
    return World(
        calibrated=calibrated,
        raw=by_bootstrap(replace(value, outcome=value.outcome - cost.outcome), features, seed),
        segments=replace(segments, of=segment_of(now)),
        profit=truth.profit_minor[:, menu],
        cost=truth.cost_minor[:, menu],
        liability=liability,
        budget=int(SHARE * float(unlimited.sum(axis=0) @ liability)),
        verdict=study.verdict,
    )


def learnt_from(
    market: Market, menu: Ints, weeks: int, rng: np.random.Generator
) -> tuple[Evidence, Evidence, list[Observation]]:
    """Value and cost of weeks at random, the customers of each in their order, and what was seen before each."""
    n, of = market.customers, market.terms
    before, features, given, value, cost = (
        list[Observation](),
        list[Floats](),
        list[Ints](),
        list[Floats](),
        list[Floats](),
    )
    for _ in range(weeks):
        before.append(observation_of(market))
        features.append(columns_of(before[-1], menu))
        arm = np.where(rng.random(n) < DRAWN, rng.integers(1, len(menu) + 1, n), 0)
        offer = np.r_[NOBODY, menu][arm]
        done = market.advance(offer, np.where(arm > 0, DRAWN / len(menu), 1 - DRAWN))
        given.append(arm)
        value.append(done.value_minor(n))
        cost.append(done.cost_minor(n, of.own_share[offer]) * (arm > 0))
    offers = (NO_OFFER_TERMS, *(OfferTerms(of.ids[k], of.ids[k], 1.0) for k in menu))
    chance = np.tile(np.r_[1 - DRAWN, np.full(len(menu), DRAWN / len(menu))], (n * weeks, 1))
    found = Evidence(
        np.concatenate(features), np.concatenate(given), np.concatenate(value), chance, offers,
        customer=np.tile(np.arange(n), weeks),
    )  # fmt: skip
    return found, replace(found, outcome=np.concatenate(cost)), before


def drawn_together(line: Calibration) -> Calibration:
    """Return a line whose levels are shrunk towards their mean, as far as they differ by no more than their errors.

    Empirical Bayes (Efron and Morris 1973): of many offers the one that looks best owes it mostly to chance.
    """
    level, variance = line.level[1:], line.level_se[1:] ** 2
    if len(level) < FEWEST_OFFERS:
        return line
    mean = float(np.average(level, weights=1 / np.maximum(variance, 1e-12)))
    between = max(float(np.mean((level - mean) ** 2 - variance)), 0.0)
    kept = between / (between + variance)
    return replace(line, level=np.concatenate([line.level[:1], mean + kept * (level - mean)]))


def by_study(study: TrialStudy, value: Evidence, cost: Evidence, features: Floats, seed: int) -> Believed:
    """Learn by a study of the trial, with the levels of the offers drawn together."""
    found = learn_effects(study, value, cost, study.judged.spending, seed)
    assert found.cost_line is not None
    together = replace(found, value_line=drawn_together(found.value_line), cost_line=drawn_together(found.cost_line))
    gained, paid = together.effects(features)
    assert paid is not None
    return Believed((gained - paid)[:, 1:], found.se(features)[:, 1:])


def by_bootstrap(profit: Evidence, features: Floats, seed: int) -> Believed:
    """Fits to customers drawn with replacement tell the error (Efron 1979)."""
    rng, n = np.random.default_rng(seed), len(features)
    rows_of = np.argsort(profit.whose, kind="stable").reshape(n, -1)

    def told(rows: Ints) -> Floats:
        return RidgeTLearner().fit(profit.of(rows), seed).effects(features, profit.offers)[:, 1:]

    again = [told(rows_of[rng.integers(0, n, n)].ravel()) for _ in range(RESAMPLES)]
    return Believed(told(np.arange(profit.size)), np.std(again, axis=0, ddof=1))


def segment_of(view: Observation) -> Ints:
    """(customers,): position of the group by weekly value at list price."""
    spend = view.by_category[:, :, IN_SCOPE.index("list_minor_week")].sum(axis=1)
    rank = np.argsort(np.argsort(spend, kind="stable"), kind="stable")
    return np.asarray(rank * SEGMENTS // len(spend), dtype=np.int64)
