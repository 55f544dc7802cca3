"""The units in which the figures of a study of one trial are written: of what, and for how many customers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from offerloop.commands.uplift.findings import TargetingWorth, UpliftFindings
from offerloop.evaluation import Estimate, known_step, number
from offerloop.message import Message
from offerloop.report import Localizer

TINY = 0.1
"""Figures of a customer that all lie below this are told for MANY customers."""
MANY = 1000
MEASURES = {
    "value": Message("value", context="measure"),
    "cost": Message("cost", context="measure"),
    "profit": Message("profit", context="measure"),
}
"""What is counted."""


@dataclass(frozen=True)
class Measure:
    """Writes figures per customer."""

    name: str
    """Profit, value, or the outcome in quotation marks."""
    customers: int
    """How many each figure is told for."""
    localizer: Localizer

    @property
    def per(self) -> str:
        """``"per 1,000 customers"``."""
        return self.localizer(
            Message("per 1,000 customers", context="uplift study")
            if self.customers == MANY
            else Message("per customer", context="unit of a measure")
        )

    def scaled(self, estimate: Estimate) -> Estimate:
        """As it is told."""
        return estimate.times(self.customers)

    def size(self, estimate: Estimate | None) -> str:
        """``"45 [38, 52]"``; no interval for what is the same for all, nothing for what is not known."""
        return "" if estimate is None else " ".join(part for part in self.parts(estimate) if part)

    def parts(self, estimate: Estimate) -> tuple[str, str]:
        """Return the same as value and interval."""
        if not is_finite(estimate):
            return "", ""
        if not estimate.has_interval:
            return self.plain(estimate.value, estimate), ""
        value, interval = self.scaled(estimate).parts()
        return self.localizer.numbers(value), self.localizer.numbers(interval)

    def plain(self, value: float, like: Estimate) -> str:
        """A figure without an interval, with the digits of one that has it."""
        total = value * self.customers
        step = known_step((like.high - like.low) * self.customers) if like.has_interval else _fine(total)
        return self.localizer.numbers(number(total, step))

    def gain(self, estimate: Estimate) -> str:
        """``"45 [38, 52] more profit per 1,000 customers"``, or so much less where it is below zero."""
        text, size = Message("{size} more {name} {per}", context="uplift study"), estimate
        if estimate.value < 0:
            text, size = Message("{size} less {name} {per}", context="uplift study"), estimate.negated()
        return self.localizer(text, size=self.size(size), name=self.name, per=self.per)

    def texts(self) -> dict[str, str]:
        """Places of templates."""
        return {"name": self.name, "per": self.per}


def share_text(estimate: Estimate, _: Localizer) -> str:
    """A share of customers in per cent; one that is the same for all has no interval to show."""
    return _.shares(estimate.times(100)) if estimate.has_interval else _.share(estimate.value)


def is_finite(estimate: Estimate) -> bool:
    """Whether there is anything to show."""
    return all(math.isfinite(part) for part in (estimate.value, estimate.low, estimate.high))


def measure(findings: UpliftFindings, _: Localizer) -> Measure:
    """What decides: profit, value where no cost is known, or the outcome itself."""
    sizes = [one.profit.value for one in (*findings.policies, findings.forecast)]
    if findings.cost is not None:
        return Measure(_(MEASURES["profit"]), _customers(sizes), _)
    if findings.value is not None:
        return Measure(_(MEASURES["value"]), _customers(sizes), _)
    return outcome_measure(findings, _)


def outcome_measure(findings: UpliftFindings, _: Localizer) -> Measure:
    """The outcome as it was seen."""
    sizes = [one.effect.value for one in findings.arms if one.effect is not None]
    customers = MANY if findings.outcome_kind == "binary" else _customers(sizes)
    return Measure(_.quoted(findings.outcome), customers, _)


def _fine(value: float) -> float:
    """Return the step of a figure that is known without an error: four digits at most."""
    for places in range(4):
        if math.isclose(value, round(value, places), rel_tol=1e-9, abs_tol=1e-12):
            return 10.0**-places
    return known_step(value / 100) if value > 0 else 0.001


def _customers(sizes: Iterable[float]) -> int:
    return MANY if max((abs(one) for one in sizes), default=1.0) < TINY else 1


def everyone(findings: UpliftFindings) -> TargetingWorth | None:
    """The best offer for everybody as a policy."""
    same = (one for one in findings.policies if one.kind == "everyone" and one.name == findings.offer)
    return next(same, None)


def targeted(findings: UpliftFindings) -> TargetingWorth | None:
    """The choice of customers by the estimator that was chosen."""
    return next((one for one in findings.policies if one.kind == "targeted"), None)
