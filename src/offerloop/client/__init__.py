"""The service's HTTP API from Python: typed answers, retries that change nothing twice, and decisions that never fail.

Needs httpx (extra `client`, which `serve` includes).

    client = Client("https://offers.shop.example", token)
    decision = client.decide("anna", context={"channel": "app"})
    client.campaigns.start("spring")

`decide` answers within its timeout, whatever happens: without the service the answer is no offer, and the shop goes on.
Everything else raises `ProblemError`, with the code of the problem, or `AwayError` when the service cannot be reached.
Changes carry an idempotency key and are tried again under the same key.
"""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.background import is_signed
    from offerloop.client.answers import (
        Coupon,
        CouponDone,
        Customer,
        Decision,
        ErasureBegun,
        EventsTaken,
        Explanation,
        Job,
        OfferGiven,
        PricedBasket,
        PricedLine,
        ProductPrice,
        Refund,
        RejectedEvent,
        TypedCodes,
    )
    from offerloop.client.campaign_answers import (
        ArmSize,
        BudgetProposal,
        Campaign,
        CampaignChecked,
        CampaignResults,
        ChangedField,
        Curve,
        CurvePoint,
        FieldProblem,
        OfferSpending,
        Preview,
        Revision,
        RevisionComparison,
        Spending,
        TagSpending,
    )
    from offerloop.client.campaigns import Campaigns
    from offerloop.client.client import Client
    from offerloop.client.connection import AwayError, ProblemError
    from offerloop.client.people import People, Person
    from offerloop.client.policies import CustomersCompared, ListedPolicy, Policies, PolicyComparison
    from offerloop.client.tokens import ProgramToken, Tokens

__all__ = [
    "ArmSize",
    "AwayError",
    "BudgetProposal",
    "Campaign",
    "CampaignChecked",
    "CampaignResults",
    "Campaigns",
    "ChangedField",
    "Client",
    "Coupon",
    "CouponDone",
    "Curve",
    "CurvePoint",
    "Customer",
    "CustomersCompared",
    "Decision",
    "ErasureBegun",
    "EventsTaken",
    "Explanation",
    "FieldProblem",
    "Job",
    "ListedPolicy",
    "OfferGiven",
    "OfferSpending",
    "People",
    "Person",
    "Policies",
    "PolicyComparison",
    "Preview",
    "PricedBasket",
    "PricedLine",
    "ProblemError",
    "ProductPrice",
    "ProgramToken",
    "Refund",
    "RejectedEvent",
    "Revision",
    "RevisionComparison",
    "Spending",
    "TagSpending",
    "Tokens",
    "TypedCodes",
    "is_signed",
]

__getattr__, __dir__ = lazy_exports(__name__)
