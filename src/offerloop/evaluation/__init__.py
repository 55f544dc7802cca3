"""How good an answer was: metrics and their intervals, from numbers alone."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offerloop.evaluation.assignment import bucket, fnv1a, in_holdout, in_usual
    from offerloop.evaluation.earlier_offers import CarryOver, carry_over
    from offerloop.evaluation.estimate import (
        Z95,
        Estimate,
        known_step,
        number,
        se_of,
        signed,
        top_less_bottom,
        widening,
    )
    from offerloop.evaluation.experiment import (
        LEAST,
        LEAST_BUYERS,
        MOST_PERIODS,
        POWER_80,
        RATIO_ALPHA,
        ComingTest,
        Difference,
        common_slope,
        cuped,
        difference,
        enough,
        holm,
        relative,
        sample_ratio,
        weighted_difference,
    )
    from offerloop.evaluation.moments import Moments
    from offerloop.evaluation.policy import dr, ips, logged, recommended, snips, switch_dr
    from offerloop.evaluation.policy_kept import LAGS, NONE, OTHER, Past, kept
    from offerloop.evaluation.policy_log import Log, Policy, Predictions, with_profit
    from offerloop.evaluation.policy_overlap import ActionOverlap, effective_size, overlap
    from offerloop.evaluation.policy_value import PolicyValue, Worth, difference_of_policies
    from offerloop.evaluation.ranking import mean_interval, mean_of_customers, ndcg, recall
    from offerloop.evaluation.ratios import UndefinedMetricError, absolute, as_share
    from offerloop.evaluation.sequential import ALPHA, AlwaysValid, always_valid, always_valid_ratio
    from offerloop.evaluation.shipping import (
        Action,
        Metric,
        Reading,
        Reason,
        Seen,
        ShipRule,
        decide,
        judged,
        read_challenge,
    )
    from offerloop.evaluation.totals import Totals

__all__ = [
    "ALPHA",
    "LAGS",
    "LEAST",
    "LEAST_BUYERS",
    "MOST_PERIODS",
    "NONE",
    "OTHER",
    "POWER_80",
    "RATIO_ALPHA",
    "Z95",
    "Action",
    "ActionOverlap",
    "AlwaysValid",
    "CarryOver",
    "ComingTest",
    "Difference",
    "Estimate",
    "Log",
    "Metric",
    "Moments",
    "Past",
    "Policy",
    "PolicyValue",
    "Predictions",
    "Reading",
    "Reason",
    "Seen",
    "ShipRule",
    "Totals",
    "UndefinedMetricError",
    "Worth",
    "absolute",
    "always_valid",
    "always_valid_ratio",
    "as_share",
    "bucket",
    "carry_over",
    "common_slope",
    "cuped",
    "decide",
    "difference",
    "difference_of_policies",
    "dr",
    "effective_size",
    "enough",
    "fnv1a",
    "holm",
    "in_holdout",
    "in_usual",
    "ips",
    "judged",
    "kept",
    "known_step",
    "logged",
    "mean_interval",
    "mean_of_customers",
    "ndcg",
    "number",
    "overlap",
    "read_challenge",
    "recall",
    "recommended",
    "relative",
    "sample_ratio",
    "se_of",
    "signed",
    "snips",
    "switch_dr",
    "top_less_bottom",
    "weighted_difference",
    "widening",
    "with_profit",
]

_MODULES = {
    ".assignment": "bucket fnv1a in_holdout in_usual",
    ".earlier_offers": "CarryOver carry_over",
    ".estimate": "Z95 Estimate known_step number se_of signed top_less_bottom widening",
    ".experiment": (
        "LEAST LEAST_BUYERS MOST_PERIODS POWER_80 RATIO_ALPHA ComingTest Difference "
        "common_slope cuped difference enough holm relative sample_ratio weighted_difference"
    ),
    ".moments": "Moments",
    ".policy": "dr ips logged recommended snips switch_dr",
    ".policy_kept": "LAGS NONE OTHER Past kept",
    ".policy_log": "Log Policy Predictions with_profit",
    ".policy_overlap": "ActionOverlap effective_size overlap",
    ".policy_value": "PolicyValue Worth difference_of_policies",
    ".ranking": "mean_interval mean_of_customers ndcg recall",
    ".ratios": "UndefinedMetricError absolute as_share",
    ".sequential": "ALPHA AlwaysValid always_valid always_valid_ratio",
    ".shipping": "Action Metric Reading Reason Seen ShipRule decide judged read_challenge",
    ".totals": "Totals",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name], __name__), name)
