"""What a request needs in microseconds: the served policy, decisions from it, their records, and shares of budgets."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.serving.answering import DECISION_SECONDS, Answer, replayed
    from offerloop.serving.baskets import basket_of, offer_effect, tax_rate
    from offerloop.serving.building import is_served, serve_run
    from offerloop.serving.comparing import PolicyDifference, compare_policies
    from offerloop.serving.deciding import BUDGET, EXCLUDED, Decided, DecisionInputs, decide
    from offerloop.serving.leases import Leases
    from offerloop.serving.newcomers import ReportedNewcomers
    from offerloop.serving.pacing import PACE_SECONDS, PolicyPacing
    from offerloop.serving.past_orders import BoughtBasket
    from offerloop.serving.policy import Policy, ServedOffer
    from offerloop.serving.records import Records, RecordsFullError, Written
    from offerloop.serving.shop_offers import (
        CODES_FILE,
        OFFERS_FILE,
        OwnOffers,
        ShopOffers,
        offers_then,
        open_shop_offers,
    )
    from offerloop.serving.spending import CampaignSpend, campaign_spending

__all__ = [
    "BUDGET",
    "CODES_FILE",
    "DECISION_SECONDS",
    "EXCLUDED",
    "OFFERS_FILE",
    "PACE_SECONDS",
    "Answer",
    "BoughtBasket",
    "CampaignSpend",
    "Decided",
    "DecisionInputs",
    "Leases",
    "OwnOffers",
    "Policy",
    "PolicyDifference",
    "PolicyPacing",
    "Records",
    "RecordsFullError",
    "ReportedNewcomers",
    "ServedOffer",
    "ShopOffers",
    "Written",
    "basket_of",
    "campaign_spending",
    "compare_policies",
    "decide",
    "is_served",
    "offer_effect",
    "offers_then",
    "open_shop_offers",
    "replayed",
    "serve_run",
    "tax_rate",
]

__getattr__, __dir__ = lazy_exports(__name__)
