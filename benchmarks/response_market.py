"""The simulated shop, where every effect is known: who finds them, and what are plans worth beside the oracle's?

In each preset offers are given at random in some weeks, half of the customers get one. Estimators learn value and cost
from the weeks of a random half of the customers, and tell the effects of the coming week on the other half, by what
the shop sees of them then. A plan gives everybody the offer of most predicted profit, or none; there is no budget. The
automatic choice gives what its decision says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from offerloop.arrays import Ints
from offerloop.market import EVERYTHING, KINDS, Market
from offerloop.market.observation import Observation, observation_of
from offerloop.market.policies import DRAWN, WORLDS, offers_at_random
from offerloop.market.preset import PRESETS, load_preset
from offerloop.market.truth import true_effects
from peers.response.given import Floats, Given
from record import Claim, Found, Result
from response_data import NOTHING, Offers, Trial
from response_judged import AUTO, Judged, Metrics, differences, interval, judged, named, results, show
from response_plans import plan
from response_systems import Found as Learned
from response_systems import System

PRODUCTS, BEFORE, LOGGED = 500, 26, 4
"""Products; weeks before the offers; weeks of offers at random."""
PROFIT, SHARE = "profit", "profit / oracle"


@dataclass(frozen=True, eq=False)
class Known:
    """Rows to learn from and to be judged by, and the truth of the judged week."""

    folder: Path
    value: Floats
    profit: Floats
    """(customers, K): true effects; 0 for no offer."""


def markets(systems: Sequence[System], customers: int, splits: int) -> Found:
    """Every preset."""
    found, claims = list[Result](), list[Claim]()
    for preset in PRESETS:
        known = logged(preset, customers, splits)
        given = Given.read(known.folder)
        compared = judged(systems, known.folder, partial(metrics, known=known, given=given))
        case = f"market {preset}, {customers:,} customers, {splits} halves"
        oracle = float(np.maximum(known.profit, 0).max(axis=1).mean())
        told, said = show(
            case, [*results(case, compared, ""), Result("oracle", case, PROFIT, oracle, "")], compare(case, compared)
        )
        found, claims = found + told, claims + said
    return found, claims


def logged(preset: str, customers: int, splits: int) -> Known:
    """Weeks of offers at random, then the truth of the week after them."""
    market = Market(load_preset(preset), customers, PRODUCTS, 1, BEFORE)
    rng, weeks = np.random.default_rng(1), []
    for _ in range(LOGGED):
        before, drawn = columns(market), offers_at_random(market, rng)
        done = market.advance(drawn.offer, drawn.propensity)
        cost = done.cost_minor(customers, market.terms.own_share[drawn.offer])
        weeks.append((before, 1 + drawn.offer, done.value_minor(customers), cost * (drawn.offer >= 0)))
    nothing = np.zeros(customers)
    weeks.append((columns(market), nothing.astype(np.int64), nothing, nothing))
    truth, menu = true_effects(market, WORLDS), market.terms.menu
    value, profit = (
        np.column_stack([np.zeros(customers), one[:, menu]]) for one in (truth.value_minor, truth.profit_minor)
    )
    features, action, gained, cost = (np.concatenate(parts) for parts in zip(*weeks, strict=True))
    train, judges = halves(customers, splits)
    chance = np.r_[1 - DRAWN, np.full(len(menu), DRAWN / len(menu))]
    trial = Trial(f"market-{preset}", features, action, gained, chance, terms(market), train, judges, cost)
    return Known(trial.write(), value, profit)


def halves(customers: int, splits: int) -> tuple[np.ndarray, np.ndarray]:
    """Logged rows of one half of the customers; rows of the coming week of the other."""
    orders = [np.random.default_rng(split).permutation(customers) for split in range(splits)]
    weeks = np.arange(LOGGED)[:, None] * customers
    train = [(weeks + np.sort(one[: customers // 2])).ravel() for one in orders]
    return np.stack(train), np.stack([LOGGED * customers + np.sort(one[customers // 2 :]) for one in orders])


def columns(market: Market) -> Floats:
    """(customers, p): the profile, and what is bought in the scope of each offer."""
    return columns_of(observation_of(market), market.terms.menu)


def columns_of(view: Observation, menu: Ints) -> Floats:
    """The same, from what is seen and the positions of the offers."""
    scopes = {int(view.category[k]): k for k in menu}
    return np.column_stack([view.profile, *(view.in_scope(k) for k in scopes.values())]).astype(np.float64)


def terms(market: Market) -> Offers:
    """Depth is the share taken off, of what must be spent where there is a threshold."""
    of, found = market.terms, [NOTHING]
    for k in of.menu:
        threshold = float(of.threshold_minor[k])
        depth = of.off_minor[k] / threshold if threshold else of.percent[k] / 100
        scope = "" if of.category[k] == EVERYTHING else str(of.category[k])
        told = {"offer_id": of.ids[k], "kind": KINDS[of.kind[k]], "depth": float(depth)}
        found.append(told | {"threshold": threshold, "scope": scope})
    return found


def metrics(learned: Learned, known: Known, given: Given) -> Metrics:
    """Errors of the effects on value, and the true profit of the plan, of each split."""
    assert learned.cost_effects is not None
    rows: dict[str, list[float]] = {}
    for split in range(given.splits):
        judges = given.judged_rows(split) - LOGGED * len(known.value)
        true, profit = known.value[judges, 1:], known.profit[judges]
        found = learned.effects[split].astype(np.float64)
        paid = learned.cost_effects[split].astype(np.float64)
        plans = plan(learned.facts[split], found, paid)
        gained, best = float((plans * profit).sum(axis=1).mean()), float(profit.max(axis=1).mean())
        figures = {
            PROFIT: gained,
            SHARE: gained / best if best > 0 else 0.0,
            "effect error": float(np.sqrt(np.mean((found - true) ** 2))),
            "spread of true effects": float(true.std()),
            "correlation": _correlation(found, true),
            "given an offer": float(1 - plans[:, 0].mean()),
        } | sorted_by(found, paid, true, profit[:, 1:])
        for name, value in figures.items():
            rows.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in rows.items()}


def sorted_by(found: Floats, paid: Floats, value: Floats, profit: Floats) -> dict[str, float]:
    """How well customers are sorted for the offer that each is held best for, by its profit or by its value per cost.

    All by the truth, money a customer: AUUC is the mean over all shares that could be treated of what that brings, Qini
    is what it has over a random order; AUCC is the mean value over all that could be spent, over a random order.
    """
    rows, best = np.arange(len(found)), (found - paid).argmax(axis=1)
    gains, worth, chosen = (table[rows, best] for table in (profit, value, found))
    spent, expected = worth - gains, paid[rows, best]
    gained = np.cumsum(gains[np.argsort(expected - chosen, kind="stable")]) / len(rows)
    by_cost = np.argsort(-chosen / np.maximum(expected, 1e-6), kind="stable")
    paid_out, brought = (np.cumsum(one[by_cost]) / len(rows) for one in (spent, worth))
    over_cost = float(np.trapezoid(brought, paid_out) / paid_out[-1] - brought[-1] / 2) if paid_out[-1] > 0 else 0.0
    area = float(gained.mean())
    return {"AUUC": area, "Qini": area - float(gained[-1]) / 2, "AUCC over random": over_cost}


def _correlation(a: Floats, b: Floats) -> float:
    """0 where one of them does not vary."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) if min(a.std(), b.std()) > 0 else 0.0


def compare(case: str, compared: Sequence[Judged]) -> list[Claim]:
    """What the automatic choice gains, alone and beside each other."""
    chosen = named(compared, AUTO)
    if chosen is None:
        return []
    facts = chosen.learned.facts
    picks = Counter(f"{one['verdict']}, {one['estimator']}" for one in facts)
    claims = [Claim(f"{case}: true {PROFIT} a customer, {AUTO}", *interval(chosen.metrics[PROFIT]))]
    claims += [Claim(f"{case}: share of halves with {pick}", n / len(facts)) for pick, n in picks.items()]
    return claims + differences(case, PROFIT, chosen, compared)
