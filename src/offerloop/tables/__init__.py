"""Every table that passes between stages: its columns, units, keys, and one `check`."""

from offerloop.tables.allocation import (
    ARMS,
    ASSIGNMENTS,
    BREAK_EVEN_SWEEP,
    BUDGET_CURVE,
    COMPARISON,
    EXPLORE,
    HOLDBACK,
    HOLDOUT,
    PLAN,
    REASONS,
    UNIFORM_DEPTHS,
    USUAL,
)
from offerloop.tables.evaluation import OVERLAP, POLICY_VALUES
from offerloop.tables.events import CUSTOMERS, QUALITY, QUALITY_BY_DAY, REJECTED
from offerloop.tables.profiles import AUDIENCE_MEMBERS, PROFILES
from offerloop.tables.readout import OUTCOMES, READOUT_EFFECTS
from offerloop.tables.recommenders import AFFINITIES, PRODUCT_TEXTS, RECOMMENDER_RESULTS
from offerloop.tables.response import (
    BREAK_EVEN,
    CALIBRATION,
    CAMPAIGN_EFFECTS,
    EFFECTS,
    FIRST_REACHED,
    MARGINS,
    OFFERS,
    RESPONSE_CHECKS,
    RESPONSE_CURVE,
    RESPONSE_DECILES,
    RESPONSE_SLOPES,
    SHOWN_OFFERS,
)
from offerloop.tables.schema import ID, Column, Table

STAGE_TABLES = {
    table.name: table
    for table in (
        QUALITY,
        QUALITY_BY_DAY,
        REJECTED,
        CUSTOMERS,
        PROFILES,
        AUDIENCE_MEMBERS,
        AFFINITIES,
        PRODUCT_TEXTS,
        RECOMMENDER_RESULTS,
        CAMPAIGN_EFFECTS,
        FIRST_REACHED,
        RESPONSE_SLOPES,
        RESPONSE_CURVE,
        RESPONSE_CHECKS,
        RESPONSE_DECILES,
        BREAK_EVEN,
        SHOWN_OFFERS,
        MARGINS,
        OFFERS,
        EFFECTS,
        CALIBRATION,
        ASSIGNMENTS,
        COMPARISON,
        BUDGET_CURVE,
        BREAK_EVEN_SWEEP,
        UNIFORM_DEPTHS,
    )
}
"""All of them by name, in the order of the flow."""

__all__ = [
    "AFFINITIES",
    "ARMS",
    "ASSIGNMENTS",
    "AUDIENCE_MEMBERS",
    "BREAK_EVEN",
    "BREAK_EVEN_SWEEP",
    "BUDGET_CURVE",
    "CALIBRATION",
    "CAMPAIGN_EFFECTS",
    "COMPARISON",
    "CUSTOMERS",
    "EFFECTS",
    "EXPLORE",
    "FIRST_REACHED",
    "HOLDBACK",
    "HOLDOUT",
    "ID",
    "MARGINS",
    "OFFERS",
    "OUTCOMES",
    "OVERLAP",
    "PLAN",
    "POLICY_VALUES",
    "PRODUCT_TEXTS",
    "PROFILES",
    "QUALITY",
    "QUALITY_BY_DAY",
    "READOUT_EFFECTS",
    "REASONS",
    "RECOMMENDER_RESULTS",
    "REJECTED",
    "RESPONSE_CHECKS",
    "RESPONSE_CURVE",
    "RESPONSE_DECILES",
    "RESPONSE_SLOPES",
    "SHOWN_OFFERS",
    "STAGE_TABLES",
    "UNIFORM_DEPTHS",
    "USUAL",
    "Column",
    "Table",
]
