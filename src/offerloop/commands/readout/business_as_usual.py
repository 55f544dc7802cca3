"""Whether the plan is better than what the shop does today: everybody randomised to one against everybody to the other.

Whoever follows the plan is compared with whoever gets business as usual, with an offer or without. Explorers are drawn
from those who can draw an offer, a share e of them, which leaves too few of these in the plan's group: each of them
counts 1 / (1 - e) times (inverse probability weights, Hajek 1971), so that both groups stand for the same customers.
The covariate is taken out with the slope of `cuped`, as everywhere in a read-out.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.commands.readout.effects import OutcomePanel, comparable, compare, outcomes_of, plain
from offerloop.commands.readout.findings import ReadoutEffect
from offerloop.commands.readout.inputs import PastRun
from offerloop.evaluation import Moments, common_slope, weighted_difference
from offerloop.message import Message
from offerloop.tables import HOLDBACK, HOLDOUT, PLAN, USUAL


def usual_effects(run: PastRun, panel: OutcomePanel) -> tuple[list[ReadoutEffect], list[Message]]:
    """The plan against business as usual, and that against the holdout; and what is too small to be shown."""
    if not run.usual_share:
        return [], []
    arms = [PLAN, HOLDBACK], [USUAL], [HOLDOUT]
    plan, usual, held = (panel.rows.filter(pl.col("arm").is_in(one)) for one in arms)
    effects, few = list[ReadoutEffect](), list[Message]()
    if comparable(plan, usual):
        effects += [one for outcome in outcomes_of(panel) for one in _against(run, plan, usual, outcome)]
    else:
        few.append(
            Message("plan and business as usual: {plan} and {usual} customers", plan=plan.height, usual=usual.height)
        )
    if comparable(usual, held):
        effects += [one for outcome in outcomes_of(panel) for one in compare(usual, held, "usual", outcome)]
    else:
        few.append(
            Message("business as usual and holdout: {usual} and {held} customers", usual=usual.height, held=held.height)
        )
    return effects, few


def _against(run: PastRun, plan: pl.DataFrame, usual: pl.DataFrame, outcome: str) -> list[ReadoutEffect]:
    able = plan["customer_id"].is_in(run.can_explore.implode()).to_numpy()
    weights = np.where(able, 1 / (1 - run.explore_share), 1.0), np.ones(usual.height)
    y = [side[outcome].cast(pl.Float64).to_numpy() for side in (plan, usual)]
    x = [side["x"].to_numpy() for side in (plan, usual)]
    slope = common_slope(*(Moments.of(*one) for one in zip(y, x, strict=True)))
    effects = []
    for method, theta in (("adjusted", slope), ("unadjusted", 0.0)):
        sides = [(one - theta * other, weight) for one, other, weight in zip(y, x, weights, strict=True)]
        apart = weighted_difference(sides[0], sides[1])
        effects.append(
            ReadoutEffect(
                "against_usual", outcome, "all", method, plain(apart), apart.p_value, plan.height, usual.height
            )
        )
    return effects
