"""The whole pipeline: the only place that knows the order of the stages.

`stages` has them on one screen. `stage(name, work, *inputs)` runs one step; timing, memory, progress and resuming are
its business, not the stages'.
"""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.flow.gap import Gap
    from offerloop.flow.learning import estimate, offers_to_learn, shown_log, study_shown
    from offerloop.flow.liking import Liked, Preferences, buy, extend_bought, interact, liked_events, rules
    from offerloop.flow.offer_names import offers_not_valid, renamed_offers, unknown_names, without_offers
    from offerloop.flow.product_labels import product_names, product_texts
    from offerloop.flow.profiling import audiences, extend_profile, past_of, profile
    from offerloop.flow.run import plan
    from offerloop.flow.stages import STAGES, Others, Run, at_once, clean, decide, learn_effects, like

__all__ = [
    "STAGES",
    "Gap",
    "Liked",
    "Others",
    "Preferences",
    "Run",
    "at_once",
    "audiences",
    "buy",
    "clean",
    "decide",
    "estimate",
    "extend_bought",
    "extend_profile",
    "interact",
    "learn_effects",
    "like",
    "liked_events",
    "offers_not_valid",
    "offers_to_learn",
    "past_of",
    "plan",
    "product_names",
    "product_texts",
    "profile",
    "renamed_offers",
    "rules",
    "shown_log",
    "study_shown",
    "unknown_names",
    "without_offers",
]

__getattr__, __dir__ = lazy_exports(__name__)
