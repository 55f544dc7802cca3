"""Made-up shops in which it is known who responds."""

import pickle

import numpy as np
import polars as pl
import pytest
from shop import HALF, SETTINGS, simulate, summed

from offerloop.errors import EvidenceError
from offerloop.response import CHECK_NAMES, EXPECTATIONS, study_shelf_prices
from offerloop.response.shelf.pair_features import pair_features
from offerloop.response.shelf.panel import build_panel
from offerloop.response.shelf.study import decile_of, fold_of


def slope(study, design, outcome="bought"):
    return study.tables["response_slopes"].row(by_predicate=_where(design=design, outcome=outcome), named=True)


def check(study, name, outcome="bought"):
    return study.tables["response_checks"].row(by_predicate=_where(check=name, outcome=outcome), named=True)


def deciles(study, outcome="bought"):
    return study.tables["response_deciles"].filter(outcome=outcome)


def _where(**values):
    return pl.all_horizontal(pl.col(name) == value for name, value in values.items())


@pytest.mark.parametrize("design", ["A", "B"])
def test_average_slope_is_recovered(alike, design):
    row = slope(alike, design)
    assert abs(row["slope"] - 0.4) < 3 * row["se"]
    assert row["slope"] > 5 * row["se"]


def test_list_sales_grow_by_price_times_slope(alike):
    """Prices are 2.00 to 12.00, so the mean slope of list sales is 7.00 x .4 a unit of depth."""
    row = slope(alike, "B", "list_minor")
    assert abs(row["slope"] - 700 * 0.4) < 3 * row["se"]
    assert row["relative_per_10"] == pytest.approx(row["slope"] / row["mean"] / 10)


def test_every_check_has_a_name_and_an_expectation_that_pages_translate(alike):
    checks = alike.tables["response_checks"]
    assert set(checks["check"]) == CHECK_NAMES.keys()
    assert set(checks["expected"]) == EXPECTATIONS.keys()


def test_a_study_keeps_what_predicts_and_not_the_pairs_that_it_was_fitted_on(responsive, bought):
    kept, halves = responsive.bought, [bought.fold == fold for fold in (0, 1)]
    assert [one.slope.tolist() for one in kept.calibrations] == [
        bought.calibration(rows).slope.tolist() for rows in halves
    ]
    assert list(kept.calibration_slopes) == [bought.calibration_slope(rows) for rows in halves]
    assert kept.mean.tolist() == [bought.predicted[rows].mean() for rows in halves]
    assert len(pickle.dumps(kept)) < len(pickle.dumps(bought)) / 2


@pytest.mark.parametrize("outcome", ["bought", "units"])
def test_next_weeks_depth_does_nothing(alike, outcome):
    row = check(alike, "depth of next week", outcome)
    assert abs(row["estimate"]) < 3 * row["se"]


@pytest.mark.parametrize(
    "name, outcome",
    [("another customer's depth", "bought"), ("value in other categories", "list_minor")],
)
def test_placebos_are_near_zero(alike, name, outcome):
    row = check(alike, name, outcome)
    assert abs(row["estimate"]) < 3 * row["se"]
    assert row["passed"] == (abs(row["estimate"]) < 2 * row["se"])


def test_the_curve_follows_the_planted_line(alike):
    curve = alike.tables["response_curve"]
    assert curve["depth_low"].to_list() == [0.0, 0.1, 0.2, 0.3]  # the shop has no depth between 5 and 10 %
    for row in curve.iter_rows(named=True):
        assert row["share_of_weeks"] == pytest.approx(0.25, abs=0.05)
        assert abs(row["effect"] - 0.4 * row["depth_low"]) <= 3 * row["se"]


def test_a_shop_with_shallow_discounts_only():
    """Depths that never occur have no row."""
    study = study_shelf_prices(summed(*simulate(0, [0.4] * 6, depths=(0.1, 0.15))), SETTINGS, seed=1)
    assert study.tables["response_curve"].select("depth_low", "depth_high", "effect").rows() == [(0.1, 0.2, 0.0)]
    row = slope(study, "B")
    assert abs(row["slope"] - 0.4) < 3 * row["se"]


def test_top_decile_responds_more(responsive, bought):
    found = deciles(responsive)
    low, high = found.row(0, named=True), found.row(9, named=True)
    assert abs(low["realised"]) < 3 * low["se"]
    assert abs(high["realised"] - 0.8) < 3 * high["se"]
    spread = check(responsive, "top minus bottom decile")
    assert spread["estimate"] == pytest.approx(high["realised"] - low["realised"])
    assert spread["estimate"] > 5 * spread["se"]
    assert found["n_pairs"].sum() == len(bought.predicted)


@pytest.mark.parametrize("outcome", ["bought", "list_sales"])
def test_predictions_hold_on_customers_not_seen(responsive, outcome):
    row = check(responsive, "calibration slope", outcome)
    assert 0.75 < row["estimate"] < 1.15
    assert row["se"] < 0.1


def test_predictions_know_which_categories_respond(bought):
    by_category = [bought.predicted[bought.groups.category == category].mean() for category in range(6)]
    np.testing.assert_allclose(by_category, HALF, atol=0.2)


@pytest.mark.slow
def test_nobody_responds_and_nothing_is_claimed(null):
    for outcome, design in (("bought", "A"), ("bought", "B"), ("list_minor", "B")):
        t = [(row := slope(study, design, outcome))["slope"] / row["se"] for study in null]
        assert np.abs(t).max() < 3.5
    spreads = [check(study, "top minus bottom decile") for study in null]
    assert all(abs(row["estimate"]) < 3 * row["se"] for row in spreads)
    slopes = np.array([check(study, "calibration slope")["estimate"] for study in null])
    assert abs(slopes.mean()) < 3 * slopes.std(ddof=1) / np.sqrt(len(null))
    assert np.abs(slopes).max() < 0.4


def test_level_and_slope_of_each_half_add_up_to_its_realised_response(learner):
    """Averaged by the exposure they had, predictions held out are what the half's own regression says."""
    fit = learner.fit(learner.panel.list_minor, np.full(learner.panel.size, 140.0))
    for fold in (0, 1):
        rows = fit.fold == fold
        level, spread = fit.calibration(rows).slope
        held_out = level + spread * (fit.predicted[rows] - fit.predicted[rows].mean())
        average = np.average(held_out, weights=(fit.exposure[rows] ** 2).sum(axis=1))
        assert average == pytest.approx(fit.realised(rows)[0])


def test_same_seed_same_numbers(responsive):
    again = study_shelf_prices(summed(*simulate(0, HALF)), SETTINGS, seed=1)
    for name, table in responsive.tables.items():
        assert table.equals(again.tables[name]), name
    for one, other in zip(responsive.splits, again.splits, strict=True):
        np.testing.assert_array_equal(one.mean, other.mean)


def test_another_seed_divides_customers_otherwise():
    ids = np.arange(2000)
    one, other = fold_of(ids, 1), fold_of(ids, 2)
    assert abs(one.mean() - 0.5) < 0.05
    assert abs((one == other).mean() - 0.5) < 0.05


def test_a_customer_is_in_one_half_only(bought):
    for customer in np.unique(bought.groups.customer):
        assert len(np.unique(bought.fold[bought.groups.customer == customer])) == 1


def test_deciles_are_equal_tenths_in_order():
    predicted = np.random.default_rng(0).normal(size=1000)
    decile = decile_of(predicted)
    assert np.bincount(decile).tolist() == [100] * 10
    assert all(predicted[decile == k].max() <= predicted[decile == k + 1].min() for k in range(9))
    assert np.bincount(decile_of(np.zeros(20))).tolist() == [2] * 10


def test_features_read_nothing_that_comes_after_them(responsive):
    """In later weeks other customers do the buying; features of the weeks before stay the same."""
    lines, products = simulate(0, HALF)
    features = responsive.windows.features
    later = pl.col("order_week") >= features.stop
    swapped = lines.with_columns(
        pl.when(later).then(499 - pl.col("customer_id")).otherwise("customer_id").alias("customer_id")
    )
    panel, moved = (build_panel(summed(table, products), features, 20) for table in (lines, swapped))
    assert not np.array_equal(panel.bought, moved.bought)
    np.testing.assert_allclose(pair_features(panel, features), pair_features(moved, features), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "shop, sentence",
    [
        ({"n_weeks": 11}, "11 full weeks.*needs at least 12"),
        ({"n_customers": 100}, "pairs of a customer and a category.*needs 2,000"),
        ({"depths": (0.0,)}, "did not vary"),
        ({"depths": (0.2,)}, "did not vary"),
        ({"depths": (0.2, 0.2026)}, "did not vary"),  # one discount, rounded to whole minor units
    ],
)
def test_too_little_evidence_is_refused_with_a_sentence(shop, sentence):
    with pytest.raises(EvidenceError, match=sentence):
        study_shelf_prices(summed(*simulate(0, [0.0] * 6, **shop)), SETTINGS, seed=1)
