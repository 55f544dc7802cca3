"""The response stage: what an offer changes, the effect of every offer on every customer, and how reliable it is."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.response.as_json import from_plain, to_plain
    from offerloop.response.assumed import unknown_cost
    from offerloop.response.baskets import BaselineBaskets, baseline_baskets
    from offerloop.response.campaigns import past_campaigns
    from offerloop.response.effects import Effects, campaign_offers, estimate_effects
    from offerloop.response.encoding import MISSING, ColumnEncoding, is_text_column
    from offerloop.response.estimators.catalogue import ESTIMATOR_NAMES, ESTIMATORS
    from offerloop.response.estimators.levels import outcome_kind
    from offerloop.response.estimators.ridge_t import predict_out_of_fold
    from offerloop.response.evidence import Estimator, Evidence, Fitted
    from offerloop.response.margins import COSTS, Margins, known_margins, with_costs
    from offerloop.response.measured import Corrections
    from offerloop.response.scores import ExpectedOutcomes, draw_folds, expected_outcomes, robust_scores
    from offerloop.response.shelf.checks import CHECK_NAMES, EXPECTATIONS
    from offerloop.response.shelf.lines import (
        ShelfLines,
        all_categories,
        best_selling_categories,
        full_weeks,
        lines_of_others,
        shelf_lines,
    )
    from offerloop.response.shelf.study import ShelfStudy, study_shelf_prices
    from offerloop.response.shelf.windows import FEWEST_SHELF_WEEKS
    from offerloop.response.shown.hidden_costs import (
        NEVER_IN_ORDERS,
        UnseenCost,
        UnseenCosts,
        offers_of_unseen_cost,
    )
    from offerloop.response.shown.large_log import learn_log
    from offerloop.response.shown.log_evidence import ShownLog
    from offerloop.response.shown.logged_decisions import (
        complete_propensities,
        earlier_exposures,
        finished_exposures,
        randomised_days,
        randomised_propensities,
    )
    from offerloop.response.shown.offer_terms import with_own_ids
    from offerloop.response.shown.purchases.covered_lines import columns_of_tables
    from offerloop.response.shown.purchases.exposure_windows import (
        EXPOSURE_FEATURES,
        QUARTER_DAYS,
        customer_days,
        daily_sums,
        exposure_features,
        exposure_outcomes,
        running_sums,
    )
    from offerloop.response.shown.shared_errors import SharedErrors
    from offerloop.response.shown.study import ShownEffects, learn_shown, shown_effects, shown_enough
    from offerloop.response.terms import NO_OFFER_TERMS, OfferTerms
    from offerloop.response.transferred import HELD_OUT
    from offerloop.response.trial.crossfit import N_FOLDS
    from offerloop.response.trial.decision import Decision, Policy
    from offerloop.response.trial.design import (
        ArmDifference,
        OverlapSums,
        PropensityModel,
        arm_differences,
        by_arm,
        cluster_means,
        covariate_balance_p,
        has_overlap,
        modelled_propensities,
        observed_shares,
        plain_differences,
        plan_columns,
        plan_p,
        rows_with_overlap,
        sample_ratio_p,
        sizes_p,
    )
    from offerloop.response.trial.model_selection import known_depths, rank_share
    from offerloop.response.trial.ordering import CustomerOrdering, TreatedShare
    from offerloop.response.trial.part_sums import (
        ClusterSums,
        DecisionFromSums,
        MeanSums,
        mean_of_parts,
        ratio_of_parts,
    )
    from offerloop.response.trial.responders import kinds, linear_projection, shuffled_losses
    from offerloop.response.trial.response_types import (
        UnchangedCost,
        cost_that_changes_nothing,
        has_response_types,
        response_type_shares,
    )
    from offerloop.response.trial.spending import Spending
    from offerloop.response.trial.spread import mean_estimate, ratio_estimate, student_estimate, widened_estimate
    from offerloop.response.trial.study import (
        N_DIVISIONS,
        LearnedEffects,
        TrialStudy,
        known_estimators,
        learn_effects,
        study_trial,
    )
    from offerloop.response.trial.verdict import ALPHA, Conclusion, FollowUp, conclusion, follow_up_by_arms

__all__ = [
    "ALPHA",
    "CHECK_NAMES",
    "COSTS",
    "ESTIMATORS",
    "ESTIMATOR_NAMES",
    "EXPECTATIONS",
    "EXPOSURE_FEATURES",
    "FEWEST_SHELF_WEEKS",
    "HELD_OUT",
    "MISSING",
    "NEVER_IN_ORDERS",
    "NO_OFFER_TERMS",
    "N_DIVISIONS",
    "N_FOLDS",
    "QUARTER_DAYS",
    "ArmDifference",
    "BaselineBaskets",
    "ClusterSums",
    "ColumnEncoding",
    "Conclusion",
    "Corrections",
    "CustomerOrdering",
    "Decision",
    "DecisionFromSums",
    "Effects",
    "Estimator",
    "Evidence",
    "ExpectedOutcomes",
    "Fitted",
    "FollowUp",
    "LearnedEffects",
    "Margins",
    "MeanSums",
    "OfferTerms",
    "OverlapSums",
    "Policy",
    "PropensityModel",
    "SharedErrors",
    "ShelfLines",
    "ShelfStudy",
    "ShownEffects",
    "ShownLog",
    "Spending",
    "TreatedShare",
    "TrialStudy",
    "UnchangedCost",
    "UnseenCost",
    "UnseenCosts",
    "all_categories",
    "arm_differences",
    "baseline_baskets",
    "best_selling_categories",
    "by_arm",
    "campaign_offers",
    "cluster_means",
    "columns_of_tables",
    "complete_propensities",
    "conclusion",
    "cost_that_changes_nothing",
    "covariate_balance_p",
    "customer_days",
    "daily_sums",
    "draw_folds",
    "earlier_exposures",
    "estimate_effects",
    "expected_outcomes",
    "exposure_features",
    "exposure_outcomes",
    "finished_exposures",
    "follow_up_by_arms",
    "from_plain",
    "full_weeks",
    "has_overlap",
    "has_response_types",
    "is_text_column",
    "kinds",
    "known_depths",
    "known_estimators",
    "known_margins",
    "learn_effects",
    "learn_log",
    "learn_shown",
    "linear_projection",
    "lines_of_others",
    "mean_estimate",
    "mean_of_parts",
    "modelled_propensities",
    "observed_shares",
    "offers_of_unseen_cost",
    "outcome_kind",
    "past_campaigns",
    "plain_differences",
    "plan_columns",
    "plan_p",
    "predict_out_of_fold",
    "randomised_days",
    "randomised_propensities",
    "rank_share",
    "ratio_estimate",
    "ratio_of_parts",
    "response_type_shares",
    "robust_scores",
    "rows_with_overlap",
    "running_sums",
    "sample_ratio_p",
    "shelf_lines",
    "shown_effects",
    "shown_enough",
    "shuffled_losses",
    "sizes_p",
    "student_estimate",
    "study_shelf_prices",
    "study_trial",
    "to_plain",
    "unknown_cost",
    "widened_estimate",
    "with_costs",
    "with_own_ids",
]

__getattr__, __dir__ = lazy_exports(__name__)
