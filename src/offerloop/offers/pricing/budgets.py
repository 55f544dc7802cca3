"""What is left of the budgets and limits of offers, so that no basket is promised what a ledger would refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from offerloop.offers.pricing.candidates import Candidate
from offerloop.offers.shortfall import NotApplicable, Shortfall


@dataclass(frozen=True)
class OfferLeft:
    """What is left of one offer; None where there is no limit."""

    uses: int | None = None
    """Baskets that may still have it."""
    uses_of_customer: int | None = None
    """Baskets of this customer."""
    minor: int | Mapping[str, int] | None = None
    """Money of its budget in minor units, or by currency: then a currency that is missing has none."""

    def minor_in(self, currency: str) -> int | None:
        """Return what may still be taken off in a currency."""
        return self.minor.get(currency, 0) if isinstance(self.minor, Mapping) else self.minor


FindLeft = Callable[[str], OfferLeft | None]
"""Returns what is left of an offer by its id; None where it has neither a budget nor limits."""


def within_budget(candidate: Candidate, left: OfferLeft | None, currency: str) -> Candidate | Shortfall:
    """Return the offer bound to what is left of it, or why it cannot apply."""
    if left is None:
        return candidate
    missing = used_up(left, candidate.worth, currency)
    if missing is not None:
        return missing
    minor = left.minor_in(currency)
    return candidate if minor is None else replace(candidate, left_minor=minor)


def used_up(left: OfferLeft, worth: int, currency: str) -> Shortfall | None:
    """Return why an offer that takes off `worth` alone cannot apply, by what is left of it.

    A budget must hold what the offer takes off alone: a part of a discount is promised to nobody.
    """
    if left.uses is not None and left.uses < 1:
        return Shortfall(NotApplicable.LIMIT)
    if left.uses_of_customer is not None and left.uses_of_customer < 1:
        return Shortfall(NotApplicable.CUSTOMER_LIMIT)
    minor = left.minor_in(currency)
    return Shortfall(NotApplicable.BUDGET) if minor is not None and worth > minor else None
