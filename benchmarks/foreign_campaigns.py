"""Two campaigns in a shop made by others: solved together, in order, and with budgets split in equal parts.

One campaign has the offers on everything, the other all that are on a part or above a threshold. Together they may
spend the shop's budget. Each may spend OF_TOTAL of it, or half of it where budgets are split.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from foreign import places
from foreign_learned import LearnedShop
from offerloop.config import Config
from offerloop.decision import plan_limits, solve_campaigns
from offerloop.decision.joint import best_of_joint_and_ordered, solve_in_order
from offerloop.decision.planning import campaign_cases
from offerloop.response import Effects as LearnedEffects

EVERYTHING, REST = "everything", "rest"
OF_TOTAL, HALF = 0.75, 0.5


@dataclass(frozen=True)
class Setting:
    """How two campaigns share a budget."""

    solving: Literal["jointly", "in order"] = "jointly"
    order: tuple[str, str] = (EVERYTHING, REST)
    of_total: float = OF_TOTAL
    """The part of the whole budget that each may spend."""

    def config(self, shop: LearnedShop) -> Config:
        """Return the shop's configuration with the two campaigns instead of the one that it has."""
        (one,), total = shop.config.campaigns, shop.judged.budget * shop.judged.world.size / 100
        budget = f"{self.of_total * total:.2f}"
        campaigns = tuple(one.model_copy(update={"id": name, "budget": budget}) for name in self.order)
        plan = shop.config.plan.model_copy(update={"campaigns": self.solving, "total_budget": f"{total:.2f}"})
        return shop.config.model_copy(update={"campaigns": campaigns, "plan": plan})


JOINTLY = "jointly"
SETTINGS = {
    JOINTLY: Setting(),
    "in order": Setting("in order"),
    "rest first": Setting("in order", (REST, EVERYTHING)),
    "halves": Setting(of_total=HALF),
    "halves in order": Setting("in order", of_total=HALF),
}
PLANNED, SENT, TRUE = "planned", "sent", "by true effects"
"""Plans that are all sent, plans by the launch rule, and plans that are all sent by the true effects."""


def shared(shop: LearnedShop) -> dict[str, dict[str, dict[str, float]]]:
    """Return, for each way to share the budget, true profit and spend of plans that are all sent, of what a run sends,
    and of plans by the true effects."""
    effects = _divided(shop)
    true_effects, figures = _true(shop, effects), dict[str, dict[str, dict[str, float]]]()
    for name, setting in SETTINGS.items():
        config = setting.config(shop)
        figures[name] = {
            PLANNED: shop.worth(_planned(shop, effects, config)),
            SENT: shop.worth(_sent(shop, effects, config)),
            TRUE: shop.worth(_planned(shop, true_effects, config)),
        }
    return figures


def _divided(shop: LearnedShop) -> LearnedEffects:
    """Return the shop's effects, with each offer in its campaign."""
    on_everything = [one.name for one in shop.judged.world.offers if one.cover == 0]
    inside = pl.col("offer_id").is_in(on_everything)
    campaign = pl.when(inside).then(pl.lit(EVERYTHING)).otherwise(pl.lit(REST)).alias("campaign_id")
    effects, offers = (one.with_columns(campaign) for one in (shop.effects.effects, shop.effects.offers))
    return replace(shop.effects, effects=effects, offers=offers)


def _true(shop: LearnedShop, effects: LearnedEffects) -> LearnedEffects:
    """Return the same with the true profit and cost."""
    rows, true = places(effects.effects, shop.judged.world), shop.judged.true
    columns = {"profit_minor": true.profit[rows], "cost_expected_micro": (1e6 * true.cost[rows]).round().astype(int)}
    return replace(
        effects, effects=effects.effects.with_columns(**{name: pl.Series(one) for name, one in columns.items()})
    )


def _planned(shop: LearnedShop, effects: LearnedEffects, config: Config) -> pl.DataFrame:
    """Return the keys of all campaigns' plans."""
    cases = campaign_cases(effects, _audiences(shop, config), config)
    solve = best_of_joint_and_ordered if config.plan.campaigns == "jointly" else solve_in_order
    rows = solve(cases, plan_limits(config, effects.offers)).rows
    return pl.concat([case.keys(rows[case.campaign.id]) for case in cases])


def _sent(shop: LearnedShop, effects: LearnedEffects, config: Config) -> pl.DataFrame:
    """Return the keys of what a run sends."""
    allowed = replace(shop.allowed, campaigns=_audiences(shop, config))
    decided = solve_campaigns(effects, allowed, config).forecasts
    plans = [one.plan if one.send else one.plan.clear() for one in decided]
    return pl.concat([one.select("customer_id", "offer_id") for one in plans])


def _audiences(shop: LearnedShop, config: Config) -> dict[str, pl.Series]:
    (customers,) = shop.allowed.campaigns.values()
    return {one.id: customers for one in config.campaigns}
