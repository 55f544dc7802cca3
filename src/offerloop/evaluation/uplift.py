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
from typing import Literal

import numpy as np

from offerloop.arrays import Floats
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.bootstrap import REPLICATES, bootstrap, bootstraps
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.trial import Curve, ScoreSteps, Trial
from offerloop.message import Message

Scale = Literal["none", "total", "perfect"]
_FLAT = 1e-12
"""A gain this small beside the sum of all outcomes is rounding."""
_Draw = Callable[[Floats, ScoreSteps, Floats], Curve]


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
        perfect = ScoreSteps.by(np.where(trial.treated, trial.outcome, -trial.outcome))
        return _of_perfect(trial, trial.qini_curve, perfect, replicates, seed)
    return _of_total(trial, trial.qini_curve, lambda curve: curve.area_over_random, scale, replicates, seed)


def areas_of_total(trial: Trial, *, replicates: int = REPLICATES, seed: int = 0) -> tuple[Estimate, Estimate]:
    """Return `qini` and `auuc` with the scale ``"total"``, from the same bootstrap samples, in half of the time.

    Raises EvidenceError as they do.
    """

    def scaled(counts: Floats) -> tuple[float, float]:
        uplift, incremental = trial.curves(trial.outcome, trial.steps, counts)
        areas = (incremental, incremental.area_over_random), (uplift, uplift.area)
        over_random, under = (_share(area, abs(curve.end), trial.outcome) for curve, area in areas)
        return over_random, under

    estimates = bootstraps(scaled, trial.treated.astype(np.int64), replicates=replicates, seed=seed)
    over_random, under = map(_defined, estimates)
    return over_random, under


def _of_total(
    trial: Trial, draw: _Draw, area: Callable[[Curve], float], scale: Scale, replicates: int, seed: int
) -> Estimate:
    def scaled(counts: Floats) -> float:
        curve = draw(trial.outcome, trial.steps, counts)
        return area(curve) if scale == "none" else _share(area(curve), abs(curve.end), trial.outcome)

    return _bootstrapped(trial, scaled, replicates, seed)


def _of_perfect(trial: Trial, draw: _Draw, perfect: ScoreSteps, replicates: int, seed: int) -> Estimate:
    if not np.isin(trial.outcome, (0, 1)).all():
        raise InputError(
            Message("a perfect order is defined for outcomes 0 and 1 only; take the scale 'none' or 'total'")
        )

    def scaled(counts: Floats) -> float:
        own, best = (draw(trial.outcome, steps, counts).area_over_random for steps in (trial.steps, perfect))
        return _share(own, best, trial.outcome)

    return _bootstrapped(trial, scaled, replicates, seed)


def _bootstrapped(trial: Trial, statistic: Callable[[Floats], float], replicates: int, seed: int) -> Estimate:
    return _defined(bootstrap(statistic, trial.treated.astype(np.int64), replicates=replicates, seed=seed))


def _defined(estimate: Estimate) -> Estimate:
    if np.isnan(estimate.value):
        raise EvidenceError(
            Message("the trial shows an effect of exactly 0, and nothing can be a share of it; take scale 'none'")
        )
    return estimate


def _share(part: float, whole: float, values: Floats) -> float:
    """NaN for a whole that is only rounding of the sums of `values`."""
    return part / whole if abs(whole) > _FLAT * float(np.abs(values).sum()) else np.nan


def _perfect_for_uplift(trial: Trial) -> ScoreSteps:
    """scikit-uplift's: first who did as their arm should, then who did not, the smaller of the last two groups last."""
    bought = trial.outcome == 1
    more_control_buyers = np.sum(bought & ~trial.treated) > np.sum(~bought & trial.treated)
    tie = bought if more_control_buyers else trial.treated
    return ScoreSteps.by(2.0 * (bought == trial.treated) + tie)
