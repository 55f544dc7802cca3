"""Whether the plan is better than what the shop does today: everybody randomised to one against everybody to the other.

Whoever follows the plan is compared with whoever gets business as usual, with an offer or without. Explorers are drawn
from those who can draw an offer, a share e of them, which leaves too few of these in the plan's group: each of them
counts 1 / (1 - e) times (inverse probability weights, Hajek 1971), so that both groups stand for the same customers.
The covariate is taken out with the slope of `cuped`, as everywhere in a read-out.
"""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.commands.readout.effects import comparable, compare
from offerloop.commands.readout.findings import ReadoutEffect
from offerloop.commands.readout.shards.groups import ReadoutSums
from offerloop.message import Message


def usual_effects(sums: ReadoutSums, outcomes: Sequence[str]) -> tuple[list[ReadoutEffect], list[Message]]:
    """The plan against business as usual, and that against the holdout; and what is too small to be shown."""
    effects, few = list[ReadoutEffect](), list[Message]()
    against, alone = sums.sides("against_usual"), sums.sides("usual")
    if comparable(against):
        effects += [one for outcome in outcomes for one in compare(against, "against_usual", outcome)]
    else:
        plan, usual = against.sums
        few.append(Message("plan and business as usual: {plan} and {usual} customers", plan=plan.n, usual=usual.n))
    if comparable(alone):
        effects += [one for outcome in outcomes for one in compare(alone, "usual", outcome)]
    else:
        usual, held = alone.sums
        few.append(Message("business as usual and holdout: {usual} and {held} customers", usual=usual.n, held=held.n))
    return effects, few
