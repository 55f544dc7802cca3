"""The random part of a plan: a permanent holdout by hash, and a few customers who get an offer by lot.

Without both nothing can be learned from what happens next. The propensity written for a customer is the marginal
probability of the written offer over plan, exploration and holdout together, with share h in the holdout and a
share e of the others exploring among q candidates:

    P(offer) = (1 - h) [(1 - e) 1{offer = plan's} + e / q]  + h 1{offer = none}
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.config import Experiment
from offerloop.evaluation.assignment import in_holdout
from offerloop.offers import NO_OFFER

MOST_EXPLORE = 0.10
"""Largest share of customers outside the holdout who explore, however little that costs: the plan stays the rule."""
PLAN, EXPLORE, HOLDOUT = "plan", "explore", "holdout"


@dataclass(frozen=True)
class Arms:
    """For each customer of the audience the arm, the offer and its marginal probability."""

    table: pl.DataFrame
    """customer_id, campaign_id (null for no offer), offer_id, arm, propensity."""
    explore_share: float
    """Share of customers outside the holdout who explore."""


def draw_arms(
    audience: pl.Series,
    planned: pl.DataFrame,
    menu: pl.DataFrame,
    explore_budgets: dict[str, int],
    settings: Experiment,
    rng: np.random.Generator,
) -> Arms:
    """Draw holdout and exploration for a plan that was solved for everyone.

    `audience`: all customers, sorted. `planned`: customer_id, campaign_id, offer_id. `menu`: customer_id (null
    for everyone), campaign_id, offer_id, cost_liability_minor of the offers that may be given by lot.
    `explore_budgets`: minor units by campaign. So many customers explore that even if each got the dearest
    offer of each campaign, no campaign's exploration budget would be exceeded: the draw needs no correction
    afterwards, and its probabilities are exact.
    """
    ids = audience.to_list()
    held = np.array([in_holdout(str(one), settings.holdout_seed, settings.holdout) for one in ids])
    choices = _choices(audience, menu)
    free = np.flatnonzero(~held)
    n_explore = min(_affordable(menu, explore_budgets), int(MOST_EXPLORE * len(free)))
    share = n_explore / len(free) if len(free) else 0.0
    explorers = set(rng.choice(free, size=n_explore, replace=False).tolist()) if n_explore else set()
    plan = {row[0]: (row[1], row[2]) for row in planned.select("customer_id", "campaign_id", "offer_id").iter_rows()}
    rows = []
    for position, one in enumerate(ids):
        options = choices.get(one, []) + choices.get(None, []) + [_NOTHING]
        best = plan.get(one, _NOTHING)
        arm = HOLDOUT if held[position] else EXPLORE if position in explorers else PLAN
        given = {HOLDOUT: _NOTHING, PLAN: best}.get(arm) or options[int(rng.integers(len(options)))]
        chance = _propensity(given, best, options, settings.holdout, share)
        rows.append((given[0], given[1], arm, chance))
    names = {"campaign_id": pl.String, "offer_id": pl.String, "arm": pl.String, "propensity": pl.Float64}
    table = pl.DataFrame(rows, schema=names, orient="row").with_columns(audience.alias("customer_id"))
    return Arms(table.select("customer_id", *names), share)


Choice = tuple[str | None, str]
_NOTHING: Choice = (None, NO_OFFER)


def _propensity(given: Choice, best: Choice, options: list[Choice], holdout: float, explore: float) -> float:
    """The formula above."""
    by_plan = (1 - explore) * (given == best)
    by_lot = explore * options.count(given) / len(options)
    return (1 - holdout) * (by_plan + by_lot) + holdout * (given == _NOTHING)


def _choices(audience: pl.Series, menu: pl.DataFrame) -> dict[object, list[Choice]]:
    """Offers that may be given by lot, by customer; under None those for everyone."""
    found: dict[object, list[Choice]] = {}
    known = menu.filter(pl.col("customer_id").is_null() | pl.col("customer_id").is_in(audience.implode()))
    for one, campaign, offer in known.select("customer_id", "campaign_id", "offer_id").iter_rows():
        found.setdefault(one, []).append((campaign, offer))
    return found


def _affordable(menu: pl.DataFrame, budgets: dict[str, int]) -> int:
    """How many customers may explore, whatever they draw; an offer that costs nothing counts as one minor unit."""
    dearest = menu.group_by("campaign_id").agg(pl.col("cost_liability_minor").max())
    return min((budgets.get(campaign, 0) // max(cost, 1) for campaign, cost in dearest.iter_rows()), default=0)
