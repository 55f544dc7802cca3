"""Whether a challenger policy replaces the current one: read at every period, on totals that are added up.

A challenger ships when a success metric is better, every guardrail is no worse than its margin (non-inferiority), and
nobody has raised an alarm about the data. It is rolled back as soon as a success metric is worse or a guardrail is
worse than its margin. A draw that gave other group sizes than planned stops the reading, whatever the metrics say. All
of this is read off always-valid intervals (`sequential`), so that looking at every period costs no validity.

Rows of the totals are to be drawn on their own. Either draw customers anew for each period (the period in the seed) or
count each customer in the first period only: then totals of periods are added. Or leave customers in their arms, and
hand in totals over customers of what each brought since the beginning, with `planned_se`. Adding the periods of
customers who stay in their arms counts one customer's habits many times over, and is wrong.

Standard errors are the cautious ones of `ratios`: in an experiment of two unequal arms of skewed profits the plain ones
would ship a policy that changes nothing far too often.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.experiment import LEAST_CUSTOMERS, Difference
from offerloop.evaluation.ratios import UndefinedMetricError, absolute, as_share
from offerloop.evaluation.sequential import ALPHA, RATIO_ALPHA, AlwaysValid, always_valid, always_valid_ratio
from offerloop.evaluation.totals import Totals

Action = Literal["ship", "roll back", "go on", "stop"]
State = Literal["better", "worse", "within", "open"]
Code = Literal[
    "broken_draw",  # sizes of the groups are not what the draw should have given
    "too_few",  # a group has fewer than LEAST_CUSTOMERS customers
    "worse",  # a success metric is worse
    "guardrail_worse",  # a guardrail is worse than its margin
    "alarm",  # somebody says that the data are not sound
    "better",  # a success metric is better
    "guardrail_open",  # a guardrail may still be worse than its margin
    "not_shown",  # no success metric is better yet
]


@dataclass(frozen=True)
class Metric:
    """What is compared. Without a margin it is a success metric, with one a guardrail."""

    name: str
    margin: float | None = None
    """How much worse a guardrail may get, in the unit of the comparison; 0 or more."""
    lower_is_better: bool = False
    """Such as returns and opt-outs."""
    relative: bool = True
    """Compare, and give the margin, as a share of the current policy's metric; else in the metric's unit."""
    planned_se: float | None = None
    """Where customers stay in their arms: the standard error at which the interval is tightest."""

    def __post_init__(self) -> None:
        """Raises ValueError for a margin or an error that cannot be."""
        if self.margin is not None and not 0 <= self.margin < math.inf:
            raise ValueError(f"the margin of '{self.name}' is 0 or more, not {self.margin:g}")
        if self.planned_se is not None and not self.planned_se > 0:
            raise ValueError(f"the planned standard error of '{self.name}' is above 0, not {self.planned_se:g}")


@dataclass(frozen=True)
class ShipRule:
    """What was written down before the experiment began."""

    metrics: tuple[Metric, ...]
    planned: float
    """Customers of both groups together at which intervals are tightest: `sequential.planned_size`."""
    shares: tuple[float, float] = (0.5, 0.5)
    """Planned shares of the challenger and of the current policy; they need not sum to 1."""
    alpha: float = ALPHA
    """Divided among the success metrics, because one of them is enough."""

    def __post_init__(self) -> None:
        """Raises ValueError for a rule that could never ship, or cannot be read."""
        names = [one.name for one in self.metrics]
        if len(set(names)) < len(names):
            raise ValueError(f"a metric is named twice: {', '.join(names)}")
        if not self.successes:
            raise ValueError("a rule without a success metric never ships; give one metric without a margin")
        if not (self.planned > 0 and 0 < self.alpha < 1 and min(self.shares) > 0):
            raise ValueError("planned customers and shares are above 0, and alpha is between 0 and 1")

    @property
    def successes(self) -> int:
        """How many metrics have no margin."""
        return sum(one.margin is None for one in self.metrics)


@dataclass(frozen=True)
class ObservedMetric:
    """One metric at one look."""

    metric: Metric
    interval: AlwaysValid
    """Challenger less current policy, as measured: of returns, less is better."""
    state: State


@dataclass(frozen=True)
class Reason:
    """Why; `subject` is a metric's name or the words of an alarm."""

    code: Code
    subject: str = ""


@dataclass(frozen=True)
class ExperimentReading:
    """One look at an experiment."""

    action: Action
    reasons: tuple[Reason, ...]
    metrics: tuple[ObservedMetric, ...]
    """Empty where there are too few customers to compare."""
    sizes: tuple[int, int]
    """Customers of the challenger and of the current policy."""
    ratio_p: float
    """The p-value of these sizes, always valid."""
    left: float
    """Customers until the planned number; 0 beyond it."""


def read_challenge(
    challenger: Mapping[str, Totals], current: Mapping[str, Totals], rule: ShipRule, alarms: Sequence[str] = ()
) -> ExperimentReading:
    """What to do now, from the totals of each metric since the experiment began.

    Raises ValueError for a metric of which a group has no totals, for totals of different columns, and where a group's
    customers differ in number from metric to metric.
    """
    sizes = (_size(challenger, rule, "challenger"), _size(current, rule, "current policy"))
    ratio_p = always_valid_ratio(sizes, rule.shares)
    left = max(0.0, rule.planned - sum(sizes))
    if ratio_p < RATIO_ALPHA:
        return ExperimentReading("stop", (Reason("broken_draw"),), (), sizes, ratio_p, left)
    if min(sizes) < LEAST_CUSTOMERS:
        return ExperimentReading("go on", (Reason("too_few"),), (), sizes, ratio_p, left)
    observed = tuple(_observed(one, challenger[one.name], current[one.name], rule) for one in rule.metrics)
    action, reasons = decide(observed, alarms)
    return ExperimentReading(action, reasons, observed, sizes, ratio_p, left)


def decide(observed: Sequence[ObservedMetric], alarms: Sequence[str] = ()) -> tuple[Action, tuple[Reason, ...]]:
    """The ship rule, on intervals that are valid at every look. An alarm keeps from shipping, not from rolling back."""
    goals = [one for one in observed if one.metric.margin is None]
    guards = [one for one in observed if one.metric.margin is not None]
    harm = [Reason("worse", one.metric.name) for one in goals if one.state == "worse"]
    harm += [Reason("guardrail_worse", one.metric.name) for one in guards if one.state == "worse"]
    if harm:
        return "roll back", tuple(harm)
    gains = [Reason("better", one.metric.name) for one in goals if one.state == "better"]
    doubts = [Reason("alarm", words) for words in alarms]
    doubts += [Reason("guardrail_open", one.metric.name) for one in guards if one.state == "open"]
    if not gains:
        doubts += [Reason("not_shown", one.metric.name) for one in goals]
    return ("go on", tuple(doubts)) if doubts else ("ship", tuple(gains))


def _size(group: Mapping[str, Totals], rule: ShipRule, name: str) -> int:
    lacking = [one.name for one in rule.metrics if one.name not in group]
    if lacking:
        raise ValueError(f"the {name} has no totals of '{lacking[0]}'")
    sizes = {group[one.name].n for one in rule.metrics}
    if len(sizes) > 1:
        raise ValueError(f"metrics of the {name} count different numbers of customers: {sorted(sizes)}")
    return sizes.pop()


def _observed(metric: Metric, challenger: Totals, current: Totals, rule: ShipRule) -> ObservedMetric:
    alpha = rule.alpha / rule.successes if metric.margin is None else rule.alpha
    try:
        difference = (as_share if metric.relative else absolute)(challenger, current, cautious=True)
    except UndefinedMetricError:  # a divisor, or the current policy's metric, is zero so far: nothing is known
        difference = Difference(0.0, 0.0, 0.0, 0.0, 1.0)
    size, tuned_for = float(challenger.n + current.n), rule.planned
    if metric.planned_se is not None and difference.se > 0:
        size, tuned_for = difference.se**-2, metric.planned_se**-2
    return judged(metric, always_valid(difference, size, tuned_for, alpha))


def judged(metric: Metric, interval: AlwaysValid) -> ObservedMetric:
    """What an interval of challenger less current policy says of a metric."""
    return ObservedMetric(metric, interval, _state(metric, interval))


def _state(metric: Metric, interval: Estimate) -> State:
    low, high = (-interval.high, -interval.low) if metric.lower_is_better else (interval.low, interval.high)
    margin = metric.margin or 0.0
    if high < -margin:
        return "worse"
    if metric.margin is None:
        return "better" if low > 0 else "open"
    return "within" if low > -margin else "open"
