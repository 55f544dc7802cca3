"""How pages write what a policy gained in a simulation."""

from __future__ import annotations

import math
from collections.abc import Sequence

from offerloop.commands.simulate.columns import MEASURE_NAMES
from offerloop.commands.simulate.findings import MEASURES, PolicyGains
from offerloop.evaluation import Estimate, number
from offerloop.report import Dot, Localizer


def money_text(estimate: Estimate, _: Localizer) -> str:
    """An amount with its interval, where there is one."""
    return _.money.text(estimate.value) if math.isnan(estimate.low) else _.money.estimate(estimate)


def is_told_apart(estimate: Estimate) -> bool:
    """Whether it differs from zero beyond the spread over worlds; one world cannot say."""
    return math.isnan(estimate.low) or estimate.is_clear


def drawable(estimate: Estimate) -> Estimate:
    """The same with an interval of no width where there is none."""
    return Estimate(estimate.value, estimate.value, estimate.value) if math.isnan(estimate.low) else estimate


def plain(estimate: Estimate, digits: int = 2) -> dict[str, float | None]:
    """Return an estimate for programs: null where there is no interval."""
    ends = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {end: None if math.isnan(value) else round(value, digits) for end, value in ends.items()}


def dots_of(policies: Sequence[PolicyGains], worlds: int, _: Localizer) -> list[Dot]:
    """The measures of each policy, as shares; hollow with one world."""
    return [
        Dot(policy.name, _(MEASURE_NAMES[name]), drawable(policy.shares[name]), assumed=worlds == 1)
        for policy in policies
        for name in MEASURES
    ]


def conversion(policy: PolicyGains, customers: int, periods: int) -> Estimate:
    """The change of the share of customers who buy in a period."""
    return policy.gains["buyers"].times(1 / (customers * periods))


def share_text(estimate: Estimate, _: Localizer) -> str:
    """Per cent with their interval, where there is one; nothing where the shop without offers has nothing."""
    if math.isnan(estimate.value):
        return ""
    return _.share(estimate.value) if math.isnan(estimate.low) else _.shares(estimate.times(100))


def points_text(share: Estimate, _: Localizer) -> str:
    """A change of a share in percentage points, with its interval, where there is one."""
    points = share.times(100)
    return f"{number(points.value, 0.01)}{_.points_sign}" if math.isnan(points.low) else _.points(points)
