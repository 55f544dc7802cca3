"""What forecasts and planned spends of shops made by others are without what corrects them.

A run expects costs on what customers buy with an offer, and corrects effects by a level and a slope that customers
left out show. Beside it stand plans by costs on usual purchases alone, plans by effects without this level and slope,
and plans of other estimators over what they themselves expect of the customers they learned from.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from equal_spend import Effects, a_customer, at_spend, plan_at
from foreign import EQUAL, expected
from foreign_learned import LearnedShop
from foreign_peers import estimators
from offerloop.arrays import Floats
from offerloop.decision import plan_period
from offerloop.decision.arms import left_out
from offerloop.evaluation import Z95
from offerloop.flow import shown_log
from offerloop.response import Effects as LearnedEffects
from offerloop.response import Evidence, shown_effects
from offerloop.response.shown.growth.calibration import GrownEffects, JudgedGrowth

RUN, NO_GROWTH, UNCORRECTED = "run", "no growth in costs", "not corrected"
WAYS = (RUN, NO_GROWTH, UNCORRECTED, "ridge-T", "LightGBM-S")
REACHED, DROPPED = "reached", "dropped"
"""Plans for the customers outside the holdout, and plans for all of which the holdout's part is dropped."""


class CostOfUsualPurchases(JudgedGrowth):
    """The same effects, with discounts on what is bought without an offer alone."""

    def effects(self, now: Evidence, signals: Floats) -> GrownEffects:
        """Return effects on customers `now`; see `JudgedGrowth.effects`."""
        grown, predicted = super().effects(now, signals), self.growth.predict(now, signals)
        usual = np.maximum(predicted.without, 1e-12)[:, None] * now.covers
        return replace(grown, discount=grown.discount * usual / (usual + predicted.now))


def forecasts(shop: LearnedShop) -> dict[str, dict[str, float]]:
    """Return, for each way to expect profit and cost, what the plan by it is expected to bring and to spend, what is
    true of it, and the true profit of a plan by the same effects that truly spends the budget."""
    judged = shop.shown.model.growth
    grown = {
        NO_GROWTH: CostOfUsualPurchases(**vars(judged)),
        UNCORRECTED: replace(judged, level=1.0, slope=1.0, root=0.0, doubt=np.zeros_like(judged.doubt)),
    }
    effects = {RUN: shop.effects} | {name: _effects_by(shop, one) for name, one in grown.items()}
    figures = {name: _of_plan(shop, one) for name, one in effects.items()}
    estimated = estimators(shop.config, shop.events, shop.engine, shop.judged.world)
    return figures | {name: _of_estimator(shop, one) for name, one in estimated.items()}


def _effects_by(shop: LearnedShop, growth: JudgedGrowth) -> LearnedEffects:
    shown = replace(shop.shown, model=replace(shop.shown.model, growth=growth))
    return shop.effects_by(shown_effects(shown_log(shop.events, shop.config), shown, shop.engine))


def _of_plan(shop: LearnedShop, effects: LearnedEffects) -> dict[str, float]:
    plan = shop.planned if effects is shop.effects else shop.planned_by(effects)
    world, n = shop.judged.world, shop.judged.world.size
    row = plan.comparison.filter(pl.col("rule") == "plan").row(0, named=True)
    low, high = (row[name] or 0.0 for name in ("profit_low_minor", "profit_high_minor"))
    figures = {"forecast": row["profit_minor"] / n, "se": (high - low) / 2 / Z95 / n, "sent": float(plan.send)}
    figures[EQUAL] = at_spend(expected(effects.effects, world), shop.judged.true, shop.judged.budget)
    figures["planned"] = float(plan.plan["cost_expected_micro"].sum()) / 1e6 / n
    return shop.worth(plan.plan) | figures


def _of_estimator(shop: LearnedShop, estimated: Effects) -> dict[str, float]:
    true, budget = shop.judged.true, shop.judged.budget
    plan = plan_at(estimated, estimated.cost, budget)
    tables = {"profit": true.profit, "spend": true.cost, "forecast": estimated.profit, "planned": estimated.cost}
    figures = {name: a_customer(plan, one) for name, one in tables.items()}
    return figures | {EQUAL: at_spend(estimated, true, budget)}


def holdout(shop: LearnedShop) -> dict[str, dict[str, float]]:
    """Return, for both ways to plan with a holdout, true profit and spend of the plan for all others, sent or not."""
    (customers,) = shop.allowed.campaigns.values()
    away = customers.filter(left_out(customers, shop.config.experiment, 0.0))
    ours = plan_period(pl.DataFrame({"customer_id": customers}), shop.effects, shop.allowed, shop.config).forecasts[0]
    kept = shop.planned.plan.filter(~pl.col("customer_id").is_in(away.implode()))
    share = len(away) / len(customers)
    return {name: shop.worth(plan) | {"holdout": share} for name, plan in ((REACHED, ours.plan), (DROPPED, kept))}
