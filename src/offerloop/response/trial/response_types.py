"""Persuadable, sure thing, lost cause, sleeping dog: how many customers an offer moves, and what it costs in vain.

Nobody is seen both with and without an offer, so no customer's type is known, only how likely each is. Where an offer
moves nobody of a kind both ways, with probabilities p0 without and p1 with the offer,

    persuadable max(p1 - p0, 0)   sleeping dog max(p0 - p1, 0)   sure thing min(p0, p1)   lost cause 1 - max(p0, p1)

(the least movement that fits both probabilities; Tian and Pearl 2000, "Probabilities of causation"). Shares are means
of doubly robust scores, with the sign of the effect from models of other customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Estimate
from offerloop.response.trial.spread import mean_estimate, standard_error

TYPES = ("persuadable", "sure_thing", "lost_cause", "sleeping_dog")


def has_response_types(outcome: Floats) -> bool:
    """Return whether an outcome (n,) either happens or does not, so that customers have response types.

    It is 0 or one other value. An offer's effect on an amount may have another sign than that on buying at all, so that
    shares of types would lie outside 0 to 1.
    """
    return len(np.unique(outcome[outcome != 0])) == 1


def response_type_rows(without: Floats, with_offer: Floats, effect: Floats) -> dict[str, Floats]:
    """Return the probability (n,) of each type, from purchase probabilities or scores without and with the offer."""
    helps = effect >= 0
    more, less = np.where(helps, with_offer - without, 0.0), np.where(helps, 0.0, without - with_offer)
    both = np.where(helps, without, with_offer)
    return dict(zip(TYPES, (more, both, 1 - more - less - both, less), strict=True))


def response_type_shares(scores: Floats, offer: int, effect: Floats, whose: Ints | None = None) -> dict[str, Estimate]:
    """Return the share of each type, from doubly robust scores (n, K) of a purchase and one offer's effect (n,).

    Scores of single rows lie beyond 0 and 1, and so may the mean of a rare type by chance: then the nearest shares that
    lie within and sum to 1 are returned, with intervals that are scaled and cut in the same way.
    """
    rows = response_type_rows(scores[:, 0], scores[:, offer], effect)
    shares = {name: mean_estimate(one, whose) for name, one in rows.items()}
    whole = sum(max(one.value, 0.0) for one in shares.values())
    return {name: within(one.times(1 / whole), 1.0) for name, one in shares.items()}


@dataclass(frozen=True)
class UnchangedCost:
    """The part of the cost of offers that changes nothing: what customers did would have been done without them."""

    share: Estimate
    """The share of the cost."""
    per_customer: Estimate
    """The mean over everybody, in the unit of cost."""


def cost_that_changes_nothing(
    paid: Floats, idle: Floats, with_offer: Floats, without: Floats, whose: Ints | None = None
) -> UnchangedCost | None:
    """Return how much of a policy's cost changes nothing; None where nothing was paid.

    A cost of somebody without an outcome bought nothing. A cost of somebody with one was paid for it, and of the
    outcomes with offers the share r would have come anyway: with C the cost, C0 that of those without an outcome,

        unchanged = C0 + (C - C0) r,   r = outcome without offers / outcome with offers

    of the customers who are given one. From rows (n,) whose means are the cost of the policy (`paid`), the part of it
    without an outcome (`idle`), and the outcomes of those who are given an offer, with it and without. Intervals are by
    the delta method.
    """
    cost = float(paid.mean())
    if not cost > 0:
        return None
    used, level = float((paid - idle).mean()), float(with_offer.mean())
    ratio = float(without.mean()) / level if level > 0 else 1.0
    anyway = min(max(ratio, 0.0), 1.0)
    rows = idle + (paid - idle) * anyway
    if level > 0:
        rows = rows + used / level * (without - ratio * with_offer)
    unchanged = float(idle.mean()) + used * anyway
    share = unchanged / cost
    return UnchangedCost(
        within(Estimate.of(share, standard_error((rows - share * paid) / cost, whose)), 1.0),
        within(Estimate.of(unchanged, standard_error(rows, whose)), float("inf")),
    )


def within(estimate: Estimate, most: float) -> Estimate:
    """Return an estimate of what lies between 0 and `most`, cut there."""
    return Estimate(*(min(max(one, 0.0), most) for one in (estimate.value, estimate.low, estimate.high)))
