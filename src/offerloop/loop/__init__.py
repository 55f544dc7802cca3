"""The loop that learns: each period gives offers by what the earlier ones showed, and keeps giving a few at random."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.loop.journal_records import (
        FORECAST,
        UNSEEN_COSTS,
        PeriodPlan,
        exposures_of,
        unpacked,
        without_customers,
    )
    from offerloop.loop.journalled_steps import NotYetError, decide_once, go_on, indicator_of, is_learning, learn_once
    from offerloop.loop.planned_loop import NO_CAMPAIGN, LoopShop, PlannedLoop

__all__ = [
    "FORECAST",
    "NO_CAMPAIGN",
    "UNSEEN_COSTS",
    "LoopShop",
    "NotYetError",
    "PeriodPlan",
    "PlannedLoop",
    "decide_once",
    "exposures_of",
    "go_on",
    "indicator_of",
    "is_learning",
    "learn_once",
    "unpacked",
    "without_customers",
]

__getattr__, __dir__ = lazy_exports(__name__)
