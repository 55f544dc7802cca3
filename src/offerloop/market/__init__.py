"""A simulated shop whose true effects are known: where estimators, allocators and the loop are judged.

Everything that comes out of it is synthetic and says so.
"""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.market.ceiling import blocks_of
    from offerloop.market.courses import by_period, ceiling_among, grown, regretted, same_spend
    from offerloop.market.gains import over_worlds, share_of, sums_of
    from offerloop.market.observation import DEMOGRAPHICS, lines_of
    from offerloop.market.periods import POLICIES, Learner, PlayedWorld, Setting, Week, play
    from offerloop.market.planning import (
        LEVERS,
        Combination,
        Levers,
        PlanningProgress,
        combinations,
        compare_combinations,
        with_terms,
    )
    from offerloop.market.policies import DRAWN, Logged, OfferDraw, Rule
    from offerloop.market.preset import load_preset
    from offerloop.market.simulation import Market, Simulator
    from offerloop.market.tables import SCALE
    from offerloop.market.terms import EVERYTHING, SPEND_AND_SAVE, MarketTerms
    from offerloop.market.world import KINDS

__all__ = [
    "DEMOGRAPHICS",
    "DRAWN",
    "EVERYTHING",
    "KINDS",
    "LEVERS",
    "POLICIES",
    "SCALE",
    "SPEND_AND_SAVE",
    "Combination",
    "Learner",
    "Levers",
    "Logged",
    "Market",
    "MarketTerms",
    "OfferDraw",
    "PlanningProgress",
    "PlayedWorld",
    "Rule",
    "Setting",
    "Simulator",
    "Week",
    "blocks_of",
    "by_period",
    "ceiling_among",
    "combinations",
    "compare_combinations",
    "grown",
    "lines_of",
    "load_preset",
    "over_worlds",
    "play",
    "regretted",
    "same_spend",
    "share_of",
    "sums_of",
    "with_terms",
]

__getattr__, __dir__ = lazy_exports(__name__)
