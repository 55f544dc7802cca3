"""Persuadable, sure thing, lost cause, sleeping dog: how many customers an offer moves, and whom it pays for nothing.

Nobody is seen both with and without an offer, so no customer's type is known, only how likely each is. Where an offer
moves nobody of a kind both ways, with chances p0 without and p1 with the offer,

    persuadable max(p1 - p0, 0)   sleeping dog max(p0 - p1, 0)   sure thing min(p0, p1)   lost cause 1 - max(p0, p1)

(the least movement that fits both chances; Tian and Pearl 2000, "Probabilities of causation"). Shares are means of
doubly robust scores, with the sign of the effect from models of other customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.evaluation import Estimate
from offerloop.response.trial.model_selection import mean_estimate

MOST_OUTCOMES = 2
"""Values of an outcome that happens or does not. An offer's effect on an amount may have another sign than that on
buying at all, so that shares of types would lie outside 0 to 1."""
TYPES = ("persuadable", "sure_thing", "lost_cause", "sleeping_dog")


def has_response_types(outcome: Floats) -> bool:
    """Return whether an outcome (n,) either happens or does not, so that customers have response types."""
    return len(np.unique(outcome)) <= MOST_OUTCOMES


def response_type_rows(without: Floats, given: Floats, effect: Floats) -> dict[str, Floats]:
    """Return the probability (n,) of each type, from purchase probabilities or scores without and with the offer."""
    helps = effect >= 0
    more, less = np.where(helps, given - without, 0.0), np.where(helps, 0.0, without - given)
    both = np.where(helps, without, given)
    return dict(zip(TYPES, (more, both, 1 - more - less - both, less), strict=True))


def response_type_shares(scores: Floats, offer: int, effect: Floats) -> dict[str, Estimate]:
    """Return the share of each type, from doubly robust scores (n, K) of a purchase and one offer's effect (n,)."""
    return {
        name: mean_estimate(rows) for name, rows in response_type_rows(scores[:, 0], scores[:, offer], effect).items()
    }


@dataclass(frozen=True)
class SureThingCost:
    """The cost of discounts on purchases that would have been made without an offer."""

    share: Estimate
    """The share of the cost."""
    per_customer: Estimate
    """The mean over everybody, in the unit of cost."""


def cost_of_sure_things(cost: Floats, weight: Floats, without: Floats, given: Floats) -> SureThingCost | None:
    """Return how much of a policy's cost goes to purchases that would have been made without it.

    From the cost (n,) of those who got the offer, their weights (n,), and chances of a purchase without and with it: a
    purchase with the offer would have been made anyway with chance p0 / p1. None where nothing was paid.
    """
    paid = weight * cost
    if not paid.sum() > 0:
        return None
    anyway = np.clip(without / np.maximum(given, 1e-9), 0.0, 1.0)
    return SureThingCost(ratio_estimate(paid * anyway, paid), mean_estimate(paid * anyway))


def ratio_estimate(above: Floats, below: Floats) -> Estimate:
    """Return the ratio of two means, with its interval by the delta method."""
    value = float(above.mean() / below.mean())
    influence = (above - value * below) / below.mean()
    return Estimate.of(value, float(influence.std(ddof=1) / np.sqrt(len(influence))))
