"""How good an answer was: metrics and their intervals, from numbers alone."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.evaluation.bands import FEW_VALUES, NumberBand, band_names, band_number, bands_of
    from offerloop.evaluation.challenger import (
        Action,
        ExperimentReading,
        Metric,
        ObservedMetric,
        Reason,
        ShipRule,
        decide,
        judged,
        read_challenge,
    )
    from offerloop.evaluation.coming_test import MOST_TEST_DAYS, POWER_80, ComingTest
    from offerloop.evaluation.estimate import (
        Z95,
        Z_ONE_SIDED,
        Estimate,
        known_step,
        number,
        se_of,
        signed,
        top_less_bottom,
        widening,
    )
    from offerloop.evaluation.experiment import (
        LEAST_BUYERS,
        LEAST_CUSTOMERS,
        MISSED,
        RATIO_ALPHA,
        Difference,
        GroupMoments,
        cuped,
        difference,
        enough,
        hall,
        holm,
        relative,
        sample_ratio,
        skew_if_alike,
    )
    from offerloop.evaluation.hash_arrays import buckets
    from offerloop.evaluation.hash_groups import Experiment, Holdout, bucket, fnv1a, in_holdout, in_usual, usual_from
    from offerloop.evaluation.moments import Moments
    from offerloop.evaluation.off_policy.earlier_offers import CarryOver, carry_over
    from offerloop.evaluation.off_policy.log import Log, Policy, Predictions, with_profit
    from offerloop.evaluation.off_policy.methods import (
        dr,
        ips,
        logged,
        logged_by_sums,
        recommended,
        recommended_by_sums,
        snips,
        switch_dr,
        values_by_sums,
    )
    from offerloop.evaluation.off_policy.overlap import ActionOverlap, effective_size, overlap
    from offerloop.evaluation.off_policy.past import LAGS, NONE, OTHER, PastExposures
    from offerloop.evaluation.off_policy.repeated_policy import repeated_value, repeated_value_by_sums
    from offerloop.evaluation.off_policy.rows import PolicyRows
    from offerloop.evaluation.off_policy.sums import PolicySums, joined, without_customers
    from offerloop.evaluation.off_policy.value import PolicyValue, Worth, difference_of_policies
    from offerloop.evaluation.offer_rates import LEAST_IN_GROUP, OfferRate, rates_by_group
    from offerloop.evaluation.ranking import mean_interval, mean_of_customers, ndcg, recall
    from offerloop.evaluation.ratios import UndefinedMetricError, absolute, as_share, fieller, theta
    from offerloop.evaluation.sequential import ALPHA, AlwaysValid, always_valid, always_valid_ratio, planned_size
    from offerloop.evaluation.totals import Role, Totals
    from offerloop.evaluation.trial import Trial
    from offerloop.evaluation.uplift import areas_of_total, auuc, qini
    from offerloop.evaluation.winners_curse import luck_of_passing

__all__ = [
    "ALPHA",
    "FEW_VALUES",
    "LAGS",
    "LEAST_BUYERS",
    "LEAST_CUSTOMERS",
    "LEAST_IN_GROUP",
    "MISSED",
    "MOST_TEST_DAYS",
    "NONE",
    "OTHER",
    "POWER_80",
    "RATIO_ALPHA",
    "Z95",
    "Z_ONE_SIDED",
    "Action",
    "ActionOverlap",
    "AlwaysValid",
    "CarryOver",
    "ComingTest",
    "Difference",
    "Estimate",
    "Experiment",
    "ExperimentReading",
    "GroupMoments",
    "Holdout",
    "Log",
    "Metric",
    "Moments",
    "NumberBand",
    "ObservedMetric",
    "OfferRate",
    "PastExposures",
    "Policy",
    "PolicyRows",
    "PolicySums",
    "PolicyValue",
    "Predictions",
    "Reason",
    "Role",
    "ShipRule",
    "Totals",
    "Trial",
    "UndefinedMetricError",
    "Worth",
    "absolute",
    "always_valid",
    "always_valid_ratio",
    "areas_of_total",
    "as_share",
    "auuc",
    "band_names",
    "band_number",
    "bands_of",
    "bucket",
    "buckets",
    "carry_over",
    "cuped",
    "decide",
    "difference",
    "difference_of_policies",
    "dr",
    "effective_size",
    "enough",
    "fieller",
    "fnv1a",
    "hall",
    "holm",
    "in_holdout",
    "in_usual",
    "ips",
    "joined",
    "judged",
    "known_step",
    "logged",
    "logged_by_sums",
    "luck_of_passing",
    "mean_interval",
    "mean_of_customers",
    "ndcg",
    "number",
    "overlap",
    "planned_size",
    "qini",
    "rates_by_group",
    "read_challenge",
    "recall",
    "recommended",
    "recommended_by_sums",
    "relative",
    "repeated_value",
    "repeated_value_by_sums",
    "sample_ratio",
    "se_of",
    "signed",
    "skew_if_alike",
    "snips",
    "switch_dr",
    "theta",
    "top_less_bottom",
    "usual_from",
    "values_by_sums",
    "widening",
    "with_profit",
    "without_customers",
]

__getattr__, __dir__ = lazy_exports(__name__)
