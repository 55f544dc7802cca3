"""Decide requests by a policy: purely, so that a record can be decided again bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from offerloop.serving.policy import FurtherOffer, PlannedCustomer, Policy, ServedOffer, customer_hash
from offerloop.tables import EXPLORE, PLAN

EXCLUDED = "excluded"
"""The reason where the caller excluded the offer."""
BUDGET = "budget"
"""The reason where nothing is left of the budget."""
PACING = "pacing"
"""The reason where what is left of the budget is for customers whose offer returns more."""
OPTED_OUT = "opted_out"
"""The reason where the customer wants no personalised offers."""
NOT_RUNNING = "campaign_not_running"
"""The reason where the campaign is not running now."""
OVER = "offer_over"
"""The reason where the offer ended before the moment of the decision."""
NOT_BEGUN = "offer_not_begun"
"""The reason where the offer starts only after the moment of the decision."""
TEST_CUSTOMER = "test_customer"
"""The reason of what a test customer gets."""


class DecisionInputs(Struct, frozen=True):  # which is made several times faster than a frozen dataclass
    """What a decision is made from, beside the policy."""

    customer_id: str
    exclude: frozenset[str] = frozenset()
    context: Mapping[str, str | int | float | bool | None] = {}
    language: str = "en"
    opted_out: bool = False
    test_arm: str | None = None
    """The arm that a test customer is always in."""
    basket: Mapping[str, Any] | None = None
    """What is in the basket now, as JSON in minor units without the customer."""
    offers_hash: str = ""
    """SHA-256 of the offers for everybody beside which the basket is priced; empty without a basket."""
    left: Mapping[str, Mapping[str, int | None]] = {}
    """What the ledger left of offers with limits when the basket was priced, as fields of `offers.OfferLeft`."""
    like: str | None = None
    """Which customers of the plan a newcomer is like, where something is known of them."""
    prices: Mapping[str, float] = {}
    """The price of the budget of each campaign that has spent more than its plan."""
    dry_run: bool = False
    stopped: frozenset[str] = frozenset()
    """Campaigns of the policy that are not running now."""

    @property
    def unwanted_products(self) -> frozenset[str]:
        """Products that are not to be suggested: those that the caller excludes, and those in the basket."""
        lines = () if self.basket is None else self.basket["lines"]
        return self.exclude.union(one["product_id"] for one in lines)


class Decided(Struct, frozen=True):
    """What a customer gets."""

    offer: ServedOffer | None
    arm: str
    propensity: float | None
    """Marginal probability over all arms; None where the answer was not the policy's own choice."""
    reasons: tuple[str, ...]
    products: tuple[str, ...]
    needs_minor: int = 0
    """What it must take of the campaign's budget, because the plan did not count it."""
    returns: float = inf
    """Profit of the plan's offer for a millionth of a minor unit of its cost; what is not paced returns without end."""
    further: tuple[FurtherOffer, ...] = ()
    """Offers of other campaigns beside it."""

    @property
    def offers(self) -> tuple[ServedOffer, ...]:
        """All offers, the first one first."""
        return () if self.offer is None else (self.offer, *(one.offer for one in self.further))

    def without_offer(self, reason: str) -> Decided:
        """Return the same without its offers, for a reason that the policy knows nothing of."""
        return Decided(None, self.arm, None, (*self.reasons, reason), ())


def decide(policy: Policy, request: DecisionInputs, at: int) -> Decided:
    """Return what the policy gives a customer at an epoch second, by what the customer and the caller want."""
    decided = _planned(policy, request)
    if decided.offer is None:
        return replace(decided, products=_products(decided, (), request))
    if request.opted_out:
        return Decided(None, decided.arm, None, (OPTED_OUT,), ())
    refusal = _refusal(decided.offer, decided.returns, request, at)
    of_further = [(one, _refusal(one.offer, one.returns, request, at)) for one in decided.further]
    kept = tuple(one for one, why in of_further if why is None)
    if refusal is not None:
        decided = _of_further(decided.without_offer(refusal), kept)
    elif whys := [why for _, why in of_further if why is not None]:
        decided = replace(decided, further=kept, propensity=None, reasons=(*decided.reasons, whys[0]))
    return replace(decided, products=_products(decided, kept, request))


def _refusal(offer: ServedOffer, returns: float, request: DecisionInputs, at: int) -> str | None:
    """Return why an offer of the plan is not given at an epoch second; None where it is."""
    if offer.campaign_id in request.stopped:
        return NOT_RUNNING
    if offer.ends_at is not None and at >= offer.ends_at:
        return OVER
    if offer.starts_at is not None and at < offer.starts_at:
        return NOT_BEGUN
    if offer.offer_id in request.exclude:
        return EXCLUDED
    price = request.prices.get(offer.campaign_id, 0.0)
    return PACING if price > 0 and returns <= price else None


def _of_further(decided: Decided, kept: tuple[FurtherOffer, ...]) -> Decided:
    """Return a decision whose first offer was refused, with what is left beside it."""
    if not kept:
        return decided
    return replace(decided, offer=kept[0].offer, returns=kept[0].returns, further=kept[1:])


def _products(decided: Decided, further: tuple[FurtherOffer, ...], request: DecisionInputs) -> tuple[str, ...]:
    """Return the suggestions for a decision and for the further offers that are given, without those not wanted."""
    unwanted = request.unwanted_products
    suggested = dict.fromkeys((*decided.products, *(product for one in further for product in one.products)))
    return tuple(one for one in suggested if one not in unwanted)


def _planned(policy: Policy, request: DecisionInputs) -> Decided:
    customer = policy.known_as(request.customer_id)
    planned = policy.find(customer)
    row = policy.newcomer(customer, request.like) if planned is None else planned
    if request.test_arm is not None:
        offer = _of_arm(policy, row, customer, request.test_arm)
        its_own = planned is not None and offer == row.offer
        beside = row.further if its_own and request.test_arm == row.arm else ()
        further = tuple(FurtherOffer(one.offer, one.returns) for one in beside)
        return _within(Decided(offer, request.test_arm, None, (TEST_CUSTOMER,), (), further=further), counted=its_own)
    return _within(_of_row(row), counted=planned is not None)


def _of_arm(policy: Policy, row: PlannedCustomer, customer_id: str, arm: str) -> ServedOffer | None:
    """Return what a test customer gets in an arm: to explore, who did not draw an offer gets one by a hash."""
    if arm == PLAN:
        return row.planned
    if arm != EXPLORE or row.arm == EXPLORE or not policy.offers:
        return row.offer if arm == row.arm else None
    return policy.offers[customer_hash(customer_id.encode()) % len(policy.offers)]


def _of_row(row: PlannedCustomer) -> Decided:
    returns = row.returns if row.arm == PLAN else inf
    return Decided(row.offer, row.arm, row.propensity, row.reasons, row.products, returns=returns, further=row.further)


def _within(decided: Decided, *, counted: bool) -> Decided:
    """Say what an offer takes of the budget that the plan did not count; one without a limit is not given."""
    if decided.offer is None or counted:
        return decided
    minor = decided.offer.liability_minor
    if minor is None:
        return decided.without_offer(BUDGET)
    return replace(decided, needs_minor=minor)
