"""How well a score sorts customers by the effect that an offer has on them, measured on a random trial.

Three figures are called Qini; here is which is which. With customers sorted by score, best first, ``t(k)`` and
``c(k)`` the sums of the outcome of the treated and the control among the best k, and ``n_t(k)``, ``n_c(k)`` their
numbers:

* Qini curve (Radcliffe 2007, "Using control groups to target on predicted lift"):
  ``t(k) - c(k) n_t(k) / n_c(k)``, the incremental outcome of the treated.
* Uplift curve (Gutierrez and Gérardy 2016; causalml's gain): ``(t(k) / n_t(k) - c(k) / n_c(k)) k``, the incremental
  outcome had all of the best k been treated.
* `qini` is the area between the Qini curve and the straight line to its end, `auuc` the area under the uplift curve.
  Both areas run over the share of customers. `scale` says what they are divided by:

  - ``"none"``: nothing; the unit is that of the outcome, summed over customers. causalml's ``qini_score`` and
    ``auuc_score`` with ``normalize=False``.
  - ``"total"``: the absolute height of the curve's end. causalml's ``qini_score`` and ``auuc_score`` with
    ``normalize=True``; `auuc` of a random order is then 0.5, of an offer that harms -0.5.
  - ``"perfect"``: the area that a perfect order has over the straight line; `auuc` too is then measured from that line,
    so a random order has 0. scikit-uplift's ``qini_auc_score`` and ``uplift_auc_score`` (Devriendt, Guns and Verbeke
    2020, "Learning to rank for uplift modeling"). For outcomes 0 and 1 only.

causalml takes the mean of the n + 1 points of all customers where this module takes the trapezoid area, so its
``qini_score`` is n / (n + 1) of `qini`; its points before both arms have a customer are interpolated, ours treat the
missing arm's mean as 0, as scikit-uplift does.

Ties and weights are those of `offerloop.evaluation.trial`. An interval takes the score as given: it says nothing of
what another training of the same model would give. Bootstrap intervals draw customers within each arm, see
`offerloop.evaluation.bootstrap`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Floats
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.bootstrap import REPLICATES, bootstrap
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.experiment import weighted_difference
from offerloop.evaluation.trial import Curve, Steps, Trial

Scale = Literal["none", "total", "perfect"]
_FLAT = 1e-12
"""A gain this small beside the sum of all outcomes is rounding."""
_Draw = Callable[[Floats, Steps, Floats], Curve]


@dataclass(frozen=True)
class Decile:
    """Customers with about the same predicted effect."""

    decile: int
    """1 lowest to 10 highest prediction."""
    n_customers: int
    predicted: float
    """The mean prediction."""
    realised: Estimate
    """Mean outcome of the treated less that of the control."""


def uplift_curve(trial: Trial) -> Curve:
    """Incremental outcome had everyone with at least that score been treated."""
    return trial.uplift_curve(trial.outcome, trial.steps, np.ones(trial.n_customers))


def qini_curve(trial: Trial) -> Curve:
    """Incremental outcome of the treated with at least that score."""
    return trial.qini_curve(trial.outcome, trial.steps, np.ones(trial.n_customers))


def auuc(trial: Trial, scale: Scale = "none", *, replicates: int = REPLICATES, seed: int = 0) -> Estimate:
    """Area under the uplift curve, see the module; bootstrap interval.

    Raises EvidenceError when what it is divided by is 0, and InputError for ``"perfect"`` with outcomes other than
    0 and 1.
    """
    if scale == "perfect":
        return _of_perfect(trial, trial.uplift_curve, _perfect_for_uplift(trial), replicates, seed)
    return _of_total(trial, trial.uplift_curve, lambda curve: curve.area, scale, replicates, seed)


def qini(trial: Trial, scale: Scale = "none", *, replicates: int = REPLICATES, seed: int = 0) -> Estimate:
    """Area between the Qini curve and that of a random order, see the module; bootstrap interval.

    Raises EvidenceError when what it is divided by is 0, and InputError for ``"perfect"`` with outcomes other than
    0 and 1.
    """
    if scale == "perfect":
        perfect = Steps.by(np.where(trial.treated, trial.outcome, -trial.outcome))
        return _of_perfect(trial, trial.qini_curve, perfect, replicates, seed)
    return _of_total(trial, trial.qini_curve, lambda curve: curve.area_over_random, scale, replicates, seed)


def uplift_at_k(trial: Trial, share: float) -> Estimate:
    """Mean outcome of the treated less that of the control among the best `share` of customers, by Welch's interval.

    Customers tied at the cut count in part. Raises InputError for a share outside (0, 1] and EvidenceError when an
    arm has fewer than two customers there.
    """
    if not 0 < share <= 1:
        raise InputError(f"the share {share} of best customers is not between 0 and 1; give one such as 0.3")
    return _difference(trial, trial.top(share * trial.n_customers), f"the best {share:.0%} of customers")


def aucc(trial: Trial, *, replicates: int = REPLICATES, seed: int = 0) -> Estimate:
    """Area under the cost curve as a share of the rectangle to its end; bootstrap interval.

    The uplift curve of the outcome over the uplift curve of the cost (Du, Lee and Ghaffarizadeh 2019, "Improve user
    retention with causal learning", PMLR 104): 0.5 for a random order, more when value comes before cost. Raises
    InputError without costs, and EvidenceError when treating everyone has not raised both outcome and cost; close to
    that the interval is too wide to say anything.
    """

    def share(counts: Floats) -> float:
        value, cost = _value_and_cost(trial, counts)
        below_value = _share(float(np.trapezoid(value.gain, cost.gain)), value.end, trial.outcome)
        return _share(below_value, cost.end, _cost(trial))

    if min(curve.end for curve in _value_and_cost(trial, np.ones(trial.n_customers))) <= 0:
        raise EvidenceError("treating everyone raised the outcome or the cost by nothing, so they have no ratio")
    return _bootstrapped(trial, share, replicates, seed)


def profit_at_budget(trial: Trial, budget: float, *, replicates: int = REPLICATES, seed: int = 0) -> Estimate:
    """Incremental outcome less incremental cost when the best customers are treated until `budget` is used up.

    Both are points of uplift curves, in the outcome's unit; the cut is where the curve of the cost first exceeds the
    budget, between two points in proportion, and everyone is treated when it never does. `budget` is for as many
    customers as the trial has. Bootstrap interval, which includes that the cut is estimated. Raises InputError
    without costs or for a budget that is not above 0.
    """
    if not budget > 0:
        raise InputError(f"the budget {budget} is not above 0; give what may be spent on the customers of the trial")

    def profit(counts: Floats) -> float:
        value, cost = (curve.gain for curve in _value_and_cost(trial, counts))
        over = cost > budget
        if not over.any():
            return float(value[-1] - cost[-1])
        after = int(np.argmax(over))
        part = (budget - cost[after - 1]) / (cost[after] - cost[after - 1])
        return float(value[after - 1] + part * (value[after] - value[after - 1]) - budget)

    return _bootstrapped(trial, profit, replicates, seed)


def calibration_by_decile(trial: Trial) -> list[Decile]:
    """Predicted and realised effect by decile of the prediction, lowest first; the scores are predicted effects.

    Tied customers share the decile of their middle, so with many ties a decile can hold nobody and is left out. Raises
    EvidenceError when one holds fewer than two customers of an arm.
    """
    ends = trial.steps.ends
    middle = np.repeat(trial.n_customers - (ends[:-1] + ends[1:]) / 2, trial.steps.sizes)
    decile = np.minimum(np.floor(10 * middle / trial.n_customers), 9).astype(np.int64) + 1
    return [_decile(trial, int(one), decile == one) for one in np.unique(decile)]


def _decile(trial: Trial, decile: int, inside: NDArray[np.bool_]) -> Decile:
    realised = _difference(trial, inside.astype(np.float64), f"decile {decile} of the predictions")
    return Decile(decile, int(inside.sum()), float(trial.scores[inside].mean()), realised)


def _difference(trial: Trial, part: Floats, place: str) -> Estimate:
    arms = [(part > 0) & trial.treated, (part > 0) & ~trial.treated]
    if min(int(arm.sum()) for arm in arms) < 2:
        raise EvidenceError(f"{place} are fewer than two treated or two control, too few for an interval; take more")
    weight = part * trial.weight
    treated, control = ((trial.outcome[arm], weight[arm]) for arm in arms)
    return weighted_difference(treated, control)


def _of_total(
    trial: Trial, draw: _Draw, area: Callable[[Curve], float], scale: Scale, replicates: int, seed: int
) -> Estimate:
    def scaled(counts: Floats) -> float:
        curve = draw(trial.outcome, trial.steps, counts)
        return area(curve) if scale == "none" else _share(area(curve), abs(curve.end), trial.outcome)

    return _bootstrapped(trial, scaled, replicates, seed)


def _of_perfect(trial: Trial, draw: _Draw, perfect: Steps, replicates: int, seed: int) -> Estimate:
    if not np.isin(trial.outcome, (0, 1)).all():
        raise InputError("a perfect order is defined for outcomes 0 and 1 only; take the scale 'none' or 'total'")

    def scaled(counts: Floats) -> float:
        found, best = (draw(trial.outcome, steps, counts).area_over_random for steps in (trial.steps, perfect))
        return _share(found, best, trial.outcome)

    return _bootstrapped(trial, scaled, replicates, seed)


def _bootstrapped(trial: Trial, statistic: Callable[[Floats], float], replicates: int, seed: int) -> Estimate:
    found = bootstrap(statistic, trial.treated.astype(np.int64), replicates=replicates, seed=seed)
    if np.isnan(found.value):
        raise EvidenceError(
            "the trial shows an effect of exactly 0, and nothing can be a share of it; take scale 'none'"
        )
    return found


def _share(part: float, whole: float, values: Floats) -> float:
    """NaN for a whole that is only rounding of the sums of `values`."""
    return part / whole if abs(whole) > _FLAT * float(np.abs(values).sum()) else np.nan


def _cost(trial: Trial) -> Floats:
    if trial.cost is None:
        raise InputError("the trial has no costs; give what each customer cost")
    return trial.cost


def _value_and_cost(trial: Trial, counts: Floats) -> tuple[Curve, Curve]:
    cost = trial.uplift_curve(_cost(trial), trial.steps, counts)
    return trial.uplift_curve(trial.outcome, trial.steps, counts), cost


def _perfect_for_uplift(trial: Trial) -> Steps:
    """scikit-uplift's: first who did as their arm should, then who did not, the smaller of the last two groups last."""
    bought = trial.outcome == 1
    more_control_buyers = np.sum(bought & ~trial.treated) > np.sum(~bought & trial.treated)
    tie = bought if more_control_buyers else trial.treated
    return Steps.by(2.0 * (bought == trial.treated) + tie)
