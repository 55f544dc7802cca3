"""What a read-out of the plan could show of the profit that is forecast, and what it would take otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from offerloop.evaluation import MOST_PERIODS, ComingTest
from offerloop.report import Localizer, count

DIGITS = 2
"""Significant digits of the customers that a test takes: a rough figure."""


@dataclass(frozen=True)
class Reach:
    """The coming test beside the profit that is forecast for a week, in minor units."""

    test: ComingTest
    hoped: float
    n_customers: int
    """All of the shop's."""

    @property
    def weeks(self) -> int | None:
        """Weeks of the plan after which a read-out shows the forecast profit; None when none does."""
        return self.test.periods(self.hoped)

    @property
    def can_show(self) -> bool:
        """Whether it does within a year."""
        return self.weeks is not None and self.weeks <= MOST_PERIODS

    @property
    def n_planned(self) -> int:
        """Customers who are compared: with the plan's offer, and held out."""
        return self.test.n_treated + self.test.n_control

    @property
    def customers(self) -> int | None:
        """Customers that a plan needs for a read-out to show it within a year; None when no number helps."""
        times = self.test.times_as_many(self.hoped)
        if times is None:
            return None
        needed = max(times, 1.0) * self.n_planned
        step = 10 ** max(0, math.floor(math.log10(needed)) + 1 - DIGITS)
        return math.ceil(needed / step) * step


def reach_sentence(reach: Reach, _: Localizer) -> str:
    """What a read-out of the plan shows, or what it would take."""
    weeks, customers = reach.weeks, reach.customers
    if reach.can_show and weeks is not None:
        return _(
            "If the profit is as forecast, a read-out after {weeks} of this plan shows it in 80 of 100 cases.",
            weeks=weeks_text(weeks, _),
        )
    if customers is None:
        return _("No read-out of this plan could show whether it pays: {why}.", why=_.say(f"test.why.{_why(reach)}"))
    values = {"customers": count(customers), "planned": count(reach.n_planned), "all": count(reach.n_customers)}
    limit = (
        _("more than the {all} whom the shop has", **values)
        if customers > reach.n_customers
        else _("so a larger budget", **values)
    )
    if weeks is None:
        return _(
            "No read-out of this plan could show whether it pays: within a year that takes a plan "
            "for about {customers} customers instead of {planned}, {limit}.",
            limit=limit,
            **values,
        )
    return _(
        "A read-out would take {weeks} to show a profit as small as forecast; within a year it "
        "takes a plan for about {customers} customers instead of {planned}, {limit}.",
        weeks=weeks_text(weeks, _),
        limit=limit,
        **values,
    )


def _why(reach: Reach) -> str:
    if reach.hoped <= 0:
        return "no_profit"
    if reach.test.n_control == 0:
        return "no_holdout"
    return "all_held_out" if reach.test.n_treated == 0 else "no_buyers"


def weeks_text(weeks: int, _: Localizer) -> str:
    """ "1 week", "5 weeks"."""
    return _.say("weeks.one" if weeks == 1 else "weeks.many", n=count(weeks))
