"""Stage 4: what an offer changes: the effect of every offer on every customer, and how far to believe it."""

from offerloop.response.baskets import Baskets, usual_baskets
from offerloop.response.campaigns import campaign_effects, first_reached
from offerloop.response.effects import Effects, choices, estimate_effects
from offerloop.response.margins import Margins, known_margins
from offerloop.response.shelf.lines import ShelfLines, full_weeks, shelf_lines
from offerloop.response.shelf.study import Study, study_shelf_prices
from offerloop.response.shown.study import Log, Shown, learn_shown, shown_enough

__all__ = [
    "Baskets",
    "Effects",
    "Log",
    "Margins",
    "ShelfLines",
    "Shown",
    "Study",
    "campaign_effects",
    "choices",
    "estimate_effects",
    "first_reached",
    "full_weeks",
    "known_margins",
    "learn_shown",
    "shelf_lines",
    "shown_enough",
    "study_shelf_prices",
    "usual_baskets",
]
