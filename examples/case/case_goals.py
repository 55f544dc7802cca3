"""Whether growth that was promised is reached anywhere on a curve, and whether profit pays for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from offerloop.evaluation.estimate import Estimate


@dataclass(frozen=True)
class Goals:
    """Growth over doing nothing, as shares."""

    buyers: float
    sales: float


@dataclass(frozen=True)
class PolicyPoint:
    """What one policy at one level changes, as shares of what is there without it; intervals are NaN where unknown."""

    policy: str
    level: float
    buyers: Estimate
    sales: Estimate
    profit: Estimate


class GoalsVerdict(StrEnum):
    """The answers, from the best to the worst."""

    REACHED = "reached"
    UNCLEAR = "unclear"
    AT_A_LOSS = "at_a_loss"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class GoalsReading:
    """The verdict over all points, and the point that it rests on: without any that reaches the goals, the nearest."""

    verdict: GoalsVerdict
    point: PolicyPoint


def read_goals(points: Sequence[PolicyPoint], goals: Goals) -> GoalsReading:
    """REACHED: at some point both intervals lie at or above the goals and that of profit at or above zero.

    UNCLEAR: at none, but at some the intervals leave it open. AT_A_LOSS: wherever the intervals allow both goals,
    profit is lost for certain. NOT_REACHED: everywhere one of the goals lies above its interval. An estimate without
    an interval counts as exact. Raises ValueError without points.
    """
    for verdict, floor in ((GoalsVerdict.REACHED, True), (GoalsVerdict.UNCLEAR, False)):
        reached = [one for one in points if _grows(one, goals, sure=floor) and _pays(one, sure=floor)]
        if reached:
            return GoalsReading(verdict, max(reached, key=lambda one: one.profit.value))
    grown = [one for one in points if _grows(one, goals, sure=False)]
    if grown:
        return GoalsReading(GoalsVerdict.AT_A_LOSS, max(grown, key=lambda one: one.profit.value))
    return GoalsReading(GoalsVerdict.NOT_REACHED, max(points, key=lambda one: _nearness(one, goals)))


def _grows(point: PolicyPoint, goals: Goals, *, sure: bool) -> bool:
    return _end(point.buyers, sure) >= goals.buyers and _end(point.sales, sure) >= goals.sales


def _pays(point: PolicyPoint, *, sure: bool) -> bool:
    return _end(point.profit, sure) >= 0


def _end(estimate: Estimate, sure: bool) -> float:
    """The low end for what must be sure, the high end for what must be possible."""
    end = estimate.low if sure else estimate.high
    return estimate.value if math.isnan(end) else end


def _nearness(point: PolicyPoint, goals: Goals) -> float:
    """The share of the goal that is further away that is reached."""
    return min(point.buyers.value / goals.buyers, point.sales.value / goals.sales)
