"""What a read-out of the plan could show of the profit that is forecast, and what it would take otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from offerloop.evaluation import ComingTest
from offerloop.message import Message
from offerloop.report import Localizer, period_text

DIGITS = 2
"""Significant digits of the customers that a test takes: a rough figure."""


@dataclass(frozen=True)
class Reach:
    """The coming test beside the profit that is forecast for a period, in minor units."""

    test: ComingTest
    hoped: float
    n_customers: int
    """All of the shop's."""
    limits: tuple[Message, ...] | None = None
    """Names of the limits which keep more customers from getting an offer; None where all are budgets."""

    @property
    def periods(self) -> int | None:
        """Periods of the plan after which a read-out shows the forecast profit; None when none does."""
        return self.test.periods(self.hoped)

    @property
    def days(self) -> int | None:
        """The same in days."""
        return None if self.periods is None else self.periods * self.test.period_days

    @property
    def can_show(self) -> bool:
        """Whether it does within a year."""
        return self.periods is not None and self.periods <= self.test.most_periods

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
    days, customers = reach.days, reach.customers
    if reach.can_show and days is not None:
        text = (
            Message("If the profit is as forecast, a read-out after {time} of this plan shows it in 80 of 100 cases.")
            if reach.periods == 1
            else Message(
                "If the profit is as forecast and the plan is sent anew each period, {time} of it show this in 80 "
                "of 100 cases."
            )
        )
        return _(text, time=period_text(days))
    if customers is None:
        return _("No read-out of this plan could show whether it pays: {why}.", why=_why(reach))
    return _(
        "No test of this plan could confirm within a year that it pays. It would need about {customers} customers "
        "instead of {planned} ({treated} + {held}). {limit}",
        customers=customers,
        planned=reach.n_planned,
        limit=_(_what_it_takes(reach, customers)),
        treated=reach.test.n_treated,
        held=reach.test.n_control,
    )


def _what_it_takes(reach: Reach, customers: int) -> Message:
    """Return what keeps the plan from having so many customers."""
    if customers > reach.n_customers:
        return Message("The shop has {all}.", context="number of customers", all=reach.n_customers)
    if reach.limits is None:
        return Message("That takes a larger budget.")
    if not reach.limits:
        return Message("That takes more customers for whom an offer pays.")
    return Message("These limits of the plan are used up: {limits}.", limits=list(reach.limits))


def _why(reach: Reach) -> Message:
    if reach.hoped <= 0:
        return Message("no profit is forecast")
    if reach.test.n_control == 0:
        return Message("none of the customers planned for an offer is held out")
    if reach.test.n_treated == 0:
        return Message("all customers planned for an offer are held out")
    return Message(
        "none of the customers planned for an offer bought anything in the days before the plan that were looked at"
    )
