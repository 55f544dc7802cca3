"""A random trial of one offer, its customers sorted by a score, and the curves that a ranking draws on it.

Every mean over an arm is weighted by inverse propensity and divided by the sum of the weights (Hájek 1971), so a
propensity that is the same for everyone changes nothing.

Ties: customers with one score are one step. A curve has one point per distinct score and goes straight between
points, which is what targeting tied customers in random order gives on average. Rows are sorted by all
their columns, so the order in which they were given changes nothing, not even an interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from offerloop.arrays import Floats
from offerloop.errors import EvidenceError, InputError
from offerloop.message import Message


@dataclass(frozen=True)
class ScoreSteps:
    """An order of the customers, best first, with a step at the end of each distinct value."""

    order: NDArray[np.int64]
    """Positions of the customers, shape (customers,)."""
    ends: NDArray[np.int64]
    """Customers up to the end of each step, shape (steps + 1,), from 0."""

    @classmethod
    def by(cls, key: Floats) -> ScoreSteps:
        """Highest `key` first, shape (customers,)."""
        order = np.argsort(-key, kind="stable")
        return cls(order, np.flatnonzero(np.diff(key[order], prepend=np.nan, append=np.nan) != 0))

    def cumulate(self, values: Floats) -> Floats:
        """Sum of `values`, shape (customers,), up to the end of each step; shape (steps + 1,), from 0."""
        total = np.zeros(len(self.ends))
        np.cumsum(np.add.reduceat(values[self.order], self.ends[:-1]), out=total[1:])
        return total


@dataclass(frozen=True)
class Curve:
    """Points of a curve over the best customers; both arrays have shape (distinct scores + 1,) and begin at 0."""

    n_customers: Floats
    """Customers up to each point, of both arms."""
    gain: Floats
    """Incremental outcome up to each point, in the outcome's unit."""

    @property
    def end(self) -> float:
        """The gain when everyone is targeted."""
        return float(self.gain[-1])

    @property
    def area(self) -> float:
        """Below the curve by the trapezoid rule, over the share of customers: the mean gain of all depths."""
        return float(np.trapezoid(self.gain, self.n_customers)) / float(self.n_customers[-1])

    @property
    def area_over_random(self) -> float:
        """Between the curve and the straight line to its end, which a random order follows on average."""
        return self.area - self.end / 2


@dataclass(frozen=True, eq=False)
class Trial:
    """Customers of a random trial with two arms, best score first; every array has shape (customers,)."""

    scores: Floats
    treated: NDArray[np.bool_]
    outcome: Floats
    propensity: Floats
    cost: Floats | None = None

    @classmethod
    def of(
        cls,
        scores: ArrayLike,
        treatment: ArrayLike,
        outcome: ArrayLike,
        *,
        propensity: ArrayLike | None = None,
        cost: ArrayLike | None = None,
    ) -> Trial:
        """Build it from one row per customer, in any order.

        `treatment` is 0 or 1. `propensity` is the probability with which a customer was to be treated, one number or
        one per customer; without it the share of the treated. `cost` is what each customer cost, also in the control
        arm, in the outcome's unit. Raises InputError for arrays of different lengths, values that are not finite, a
        treatment that is not 0 or 1 or a propensity outside (0, 1), and EvidenceError when an arm is empty.
        """
        size = np.size(scores)
        share = np.sum(treatment) / max(size, 1) if propensity is None else propensity
        columns = {"outcome": outcome, "propensity": share} | ({} if cost is None else {"cost": cost})
        score, treated = _column("scores", scores, size), _treated(_column("treatment", treatment, size))
        read = {name: _column(name, values, size) for name, values in columns.items()}
        if not ((read["propensity"] > 0) & (read["propensity"] < 1)).all():
            raise InputError(
                Message("propensity has a value that is not between 0 and 1; leave out who could not be drawn")
            )
        order = _best_first(score, (*read.values(), treated))
        return cls(score[order], treated[order], **{name: column[order] for name, column in read.items()})

    @property
    def n_customers(self) -> int:
        """The number of customers in both arms."""
        return len(self.scores)

    @cached_property
    def weight(self) -> Floats:
        """Inverse propensity of the arm that each customer is in, times the mean propensity of that arm."""
        chance = np.where(self.treated, self.propensity, 1 - self.propensity)
        mean = float(self.propensity.mean())
        return np.where(self.treated, mean, 1 - mean) / chance

    @cached_property
    def steps(self) -> ScoreSteps:
        """The steps of the customers' scores."""
        return ScoreSteps.by(self.scores)

    def uplift_curve(self, values: Floats, steps: ScoreSteps, counts: Floats) -> Curve:
        """``(mean of treated - mean of control) * customers`` up to each step; an arm without customers has mean 0.

        `values` and `counts`, how often each customer counts, have shape (customers,).
        """
        return self.curves(values, steps, counts)[0]

    def qini_curve(self, values: Floats, steps: ScoreSteps, counts: Floats) -> Curve:
        """``sum of treated - sum of control * n_treated / n_control`` up to each step, see `uplift_curve`."""
        return self.curves(values, steps, counts)[1]

    def curves(self, values: Floats, steps: ScoreSteps, counts: Floats) -> tuple[Curve, Curve]:
        """Return `uplift_curve` and `qini_curve`, which are made of the same sums."""
        n_treated, treated, n_control, control = self._sums(values, steps, counts)
        n_customers = steps.cumulate(counts)
        mean_gain = _divided(treated, n_treated) - _divided(control, n_control)
        return (
            Curve(n_customers, mean_gain * n_customers),
            Curve(n_customers, treated - control * _divided(n_treated, n_control)),
        )

    def _sums(self, values: Floats, steps: ScoreSteps, counts: Floats) -> list[Floats]:
        weight = counts * self.weight
        treated = weight * self.treated
        control = weight - treated
        return [steps.cumulate(part) for part in (treated, treated * values, control, control * values)]


def _best_first(score: Floats, others: tuple[NDArray[Any], ...]) -> NDArray[np.int64]:
    """Positions by falling score, then by the other columns, the last one first; only ties need these."""
    order = np.argsort(-score, kind="stable")
    same = np.diff(score[order]) == 0
    tied = np.append(same, False) | np.append(False, same)
    rows = order[tied]
    order[tied] = rows[np.lexsort((*(column[rows] for column in others), -score[rows]))]
    return order


def _divided(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _column(name: str, values: ArrayLike, size: int) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.shape not in {(), (size,)}:
        raise InputError(
            Message(
                "{name} has shape {shape} for {n_customers} customers; give one value per customer",
                name=name,
                shape=str(column.shape),
                n_customers=size,
            )
        )
    if not np.isfinite(column).all():
        raise InputError(
            Message("{name} holds a value that is missing or infinite; leave such customers out", name=name)
        )
    return np.broadcast_to(column, size)


def _treated(treatment: Floats) -> NDArray[np.bool_]:
    if not np.isin(treatment, (0, 1)).all():
        raise InputError(
            Message("treatment holds a value other than 0 and 1; mark the treated with 1 and the control with 0")
        )
    treated = treatment == 1
    if not treated.any():
        raise EvidenceError(
            Message("the treated arm of the trial is empty, so no effect can be measured; give both arms")
        )
    if treated.all():
        raise EvidenceError(
            Message("the control arm of the trial is empty, so no effect can be measured; give both arms")
        )
    return treated
