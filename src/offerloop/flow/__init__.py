"""The pipeline: clean, profile, recommend, learn, decide, draw; `stages.plan_together` has the order."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.flow.audience_checks import allowed_customers, empty_audiences, usual_of_nobody
    from offerloop.flow.learning import estimate, offers_to_learn, planned_period, shop_margins, shown_log, study_shown
    from offerloop.flow.missing_evidence import MissingEvidence
    from offerloop.flow.offer_checks import renamed_offers, unknown_names, validity_notes, without_offers
    from offerloop.flow.product_labels import product_names, product_texts
    from offerloop.flow.profiling import audiences, extend_profile, past_of, profile
    from offerloop.flow.recommending import (
        AffinityTables,
        FittedRecommender,
        business_rules,
        extend_bought,
        interactions_of,
        preference_events,
        purchases_of,
    )
    from offerloop.flow.run import plan
    from offerloop.flow.stages import STAGES, Others, Run, at_once, clean, decide, learn_effects, recommend_products

__all__ = [
    "STAGES",
    "AffinityTables",
    "FittedRecommender",
    "MissingEvidence",
    "Others",
    "Run",
    "allowed_customers",
    "at_once",
    "audiences",
    "business_rules",
    "clean",
    "decide",
    "empty_audiences",
    "estimate",
    "extend_bought",
    "extend_profile",
    "interactions_of",
    "learn_effects",
    "offers_to_learn",
    "past_of",
    "plan",
    "planned_period",
    "preference_events",
    "product_names",
    "product_texts",
    "profile",
    "purchases_of",
    "recommend_products",
    "renamed_offers",
    "shop_margins",
    "shown_log",
    "study_shown",
    "unknown_names",
    "usual_of_nobody",
    "validity_notes",
    "without_offers",
]

__getattr__, __dir__ = lazy_exports(__name__)
