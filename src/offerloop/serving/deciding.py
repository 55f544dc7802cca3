"""From a policy and a customer to a decision: pure, so that a record can be decided again bit for bit."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from offerloop.serving.policy import PlannedCustomer, Policy, ServedOffer

EXCLUDED = "excluded"
"""The reason where the caller excluded the offer."""
BUDGET = "budget"
"""The reason where nothing is left of the budget."""


@dataclass(frozen=True)
class Decided:
    """What a customer gets."""

    offer: ServedOffer | None
    arm: str
    propensity: float | None
    """Marginal probability over all arms; None where the answer was not the policy's own choice."""
    reasons: tuple[str, ...]
    products: tuple[str, ...]
    needs_minor: int = 0
    """What it must take of the campaign's budget, because the plan did not count it."""

    def without_offer(self, reason: str) -> Decided:
        """Return the same without its offer, for a reason that the policy knows nothing of."""
        return Decided(None, self.arm, None, (*self.reasons, reason), ())


def decide(policy: Policy, customer_id: str, exclude: AbstractSet[str] = frozenset()) -> Decided:
    """Return what the policy gives a customer, without the offers that the caller excludes."""
    planned = policy.find(customer_id)
    row = policy.newcomer(customer_id) if planned is None else planned
    decided = Decided(row.offer, row.arm, row.propensity, row.reasons, row.products, _needed(planned, row.offer))
    if row.offer is not None and row.offer.offer_id in exclude:
        return decided.without_offer(EXCLUDED)
    if planned is None and row.offer is not None and row.offer.liability_minor is None:
        return decided.without_offer(BUDGET)
    return decided


def _needed(planned: PlannedCustomer | None, offer: ServedOffer | None) -> int:
    return 0 if planned is not None or offer is None else offer.liability_minor or 0
