"""Whether the plan is better than what the shop does today: everybody randomised to one against everybody to the other.

Whoever follows the plan is compared with whoever gets business as usual, with an offer or without. Explorers are drawn
from those who can draw an offer, a share e of them, which leaves too few of these in the plan's group: each of them
counts 1 / (1 - e) times (inverse probability weights, Hajek 1971), so that both groups stand for the same customers.
The covariate is taken out with the slope of `cuped`, as everywhere in a read-out.
"""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.readout.effects import comparable, compare, moments, plain
from offerloop.commands.readout.findings import ReadoutEffect
from offerloop.commands.readout.shards.draw import ExplorationDraw
from offerloop.commands.readout.shards.groups import CONTROL, TREATED, ReadoutSums
from offerloop.evaluation import common_slope, weighted_difference
from offerloop.message import Message


def usual_effects(
    sums: ReadoutSums, draw: ExplorationDraw, outcomes: Sequence[str]
) -> tuple[list[ReadoutEffect], list[Message]]:
    """The plan against business as usual, and that against the holdout; and what is too small to be shown."""
    if not draw.usual:
        return [], []
    effects, few = list[ReadoutEffect](), list[Message]()
    against, alone = sums.sides("against_usual"), sums.sides("usual")
    if comparable(against):
        effects += [one for outcome in outcomes for one in _against(sums, draw, outcome)]
    else:
        few.append(
            Message("plan and business as usual: {plan} and {usual} customers", plan=against[0].n, usual=against[1].n)
        )
    if comparable(alone):
        effects += [one for outcome in outcomes for one in compare(alone, "usual", outcome)]
    else:
        few.append(
            Message("business as usual and holdout: {usual} and {held} customers", usual=alone[0].n, held=alone[1].n)
        )
    return effects, few


def _against(sums: ReadoutSums, draw: ExplorationDraw, outcome: str) -> list[ReadoutEffect]:
    both = moments(sums.sides("against_usual"), outcome)
    effects = []
    for method, theta in (("adjusted", common_slope(*both)), ("unadjusted", 0.0)):
        treated, control = (
            [
                (group.outcomes[outcome].less(theta, 0.0), 1 / (1 - draw.explore) if could_explore else 1.0)
                for group, could_explore in strata
            ]
            for strata in (sums.strata("against_usual", TREATED), sums.strata("against_usual", CONTROL))
        )
        apart = weighted_difference(treated, control)
        effects.append(
            ReadoutEffect("against_usual", outcome, "all", method, plain(apart), apart.p_value, both[0].n, both[1].n)
        )
    return effects
