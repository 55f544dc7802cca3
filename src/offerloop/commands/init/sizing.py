"""How large the first plan must be for a read-out to show something: budget and holdout by the shop's orders.

The read-out compares n (1 - h) customers with an offer against n h held out. With sd the spread of a customer's margin
of one period and g the profit that an offer is assumed to bring, it shows the profit in 80 of 100 cases after

    periods = (2.8 sd / g)^2 / (n h (1 - h)),      and needs n h of 30 customers or more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from offerloop.config import MOST_HOLDOUT, ExperimentSettings
from offerloop.evaluation import LEAST_CUSTOMERS, MOST_TEST_DAYS, POWER_80
from offerloop.message import Message

HOLDOUT = ExperimentSettings().holdout
"""Share of customers who never get an offer, unless the shop is too small to measure a plan with it."""
LARGER_HOLDOUTS = (0.10, MOST_HOLDOUT)
"""Shares for smaller shops, tried in this order."""
MOST_TIMES = 5
"""How many times the usual budget of 1 % of monthly sales a plan may cost at most, so that it can be read out."""
_SPARE = 1.3
"""Customers to plan for where one is needed: the draw of a small group, and its sales, differ by luck."""


@dataclass(frozen=True)
class OrderFigures:
    """What the first plan is sized by; amounts in minor units."""

    n_customers: int
    margin_sd: float
    """The standard deviation of one customer's margin in a period, those without a purchase included."""
    profit: float | None
    """What an offer is assumed to bring with each customer who gets it; None where nothing is assumed."""
    liability: int | None
    """The most that one offer can cost; None where the budget counts expected costs, which `init` does not know."""
    period_days: int
    """Days that a plan is for."""

    def needed(self, holdout: float) -> int:
        """Customers to plan for, so that a read-out shows the profit within a year."""
        least = LEAST_CUSTOMERS / holdout
        if self.profit is None:
            return math.ceil(_SPARE * least)
        information = (POWER_80 * self.margin_sd / self.profit) ** 2 / (holdout * (1 - holdout))
        return math.ceil(_SPARE * max(least, information / (MOST_TEST_DAYS / self.period_days)))

    def planned(self, budget: int) -> int:
        """Customers for whom a budget pays, at the most that an offer can cost; all where that does not count."""
        return self.n_customers if self.liability is None else min(self.n_customers, budget // max(self.liability, 1))


@dataclass(frozen=True)
class Size:
    """The first plan's budget in minor units, its holdout, and what to say about them."""

    budget: int
    holdout: float
    budget_why: Message | None = None
    """Why it is not the usual one."""
    holdout_why: Message | None = None
    note: Message | None = None
    """What stands against a test."""


def sized(orders: OrderFigures, budget: int, *, is_given: bool) -> Size:
    """The usual budget and holdout where a read-out can show something with them, else the least changes that let it.

    A budget that was given stays; a shop or a budget that is too small for any is told so.
    """
    if orders.profit is not None and orders.profit <= 0:
        return Size(budget, HOLDOUT)  # at this margin the offers do not pay, so nothing is sent
    most = budget if is_given else MOST_TIMES * budget
    for holdout in (HOLDOUT, *LARGER_HOLDOUTS):
        needed = orders.needed(holdout)
        if needed > orders.planned(most):
            continue
        enough = max(budget, needed * (orders.liability or 0))
        more = Message("so that about {n} customers can be planned for", n=_about(needed)) if enough > budget else None
        why = Message("a smaller one could not be read out within a year") if holdout > HOLDOUT else None
        return Size(enough, holdout, more, why)
    return Size(budget, HOLDOUT, note=_too_small(orders, most))


def _too_small(orders: OrderFigures, most: int) -> Message:
    needed = orders.needed(MOST_HOLDOUT)
    if needed > orders.n_customers:
        limit = Message("the orders that were looked at have {n} customers", n=orders.n_customers)
    else:
        limit = Message("this budget pays for {n}", n=orders.planned(most))
    return Message(
        "no test could show within a year whether an offer pays: that takes a plan for about {needed} customers with a "
        "holdout of {holdout}, and {limit}; a plan can be sent on trust, or with an offer that changes more",
        needed=_about(needed),
        holdout=MOST_HOLDOUT,
        limit=limit,
    )


def _about(number: int) -> int:
    """Rounded up to two significant digits."""
    step = 10 ** max(0, len(str(number)) - 2)
    return -(-number // step) * step
