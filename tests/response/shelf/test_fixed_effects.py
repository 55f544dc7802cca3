"""Against explicit dummies, statsmodels, and simulated panels whose slope is known."""

import itertools

import numpy as np
import pytest
import scipy.linalg
import statsmodels.api as sm

from offerloop.response.shelf.fixed_effects import Groups, regress, regress_by_category, within, within_periods

CUSTOMERS, CATEGORIES, WEEKS = 8, 3, 10


@pytest.fixture
def panel():
    """Most customers have a pair in most categories; two regressors that move with the errors' clusters."""
    rng = np.random.default_rng(5)
    pairs = [pair for pair in itertools.product(range(CUSTOMERS), range(CATEGORIES)) if rng.random() < 0.8]
    groups = Groups(*np.array(pairs).T)
    size = (len(pairs), WEEKS)
    x = [rng.normal(size=size) + rng.normal(size=(CUSTOMERS, WEEKS))[groups.customer] for _ in range(2)]
    y = 2 * x[0] - x[1] + rng.normal(size=(CUSTOMERS, WEEKS))[groups.customer] + rng.normal(size=size)
    return y, x, groups


def dummies(*labels):
    """One column for each value of each label, without those that the ones before make redundant."""
    columns = np.column_stack([label[:, None] == np.unique(label) for label in labels]).astype(float)
    triangle = scipy.linalg.qr(columns, mode="r", pivoting=True)
    return columns[:, triangle[1][: np.linalg.matrix_rank(columns)]]


def cells(groups, block=None):
    """Labels of each cell of the panel, row by row: pair, category-week, week, customer, and category-block."""
    pair, week = (part.ravel() for part in np.indices((len(groups.customer), WEEKS)))
    category, customer = groups.category[pair], groups.customer[pair]
    return pair, category * WEEKS + week, week, customer, category * WEEKS + week // (block or WEEKS)


def residual(values, columns):
    """What a regression on explicit columns leaves."""
    return values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0]


def test_within_equals_explicit_dummies(panel):
    y, _, groups = panel
    pair, category_week, *_ = cells(groups)
    expected = residual(y.ravel(), dummies(pair, category_week))
    np.testing.assert_allclose(within(y, groups.category).ravel(), expected, atol=1e-10)


@pytest.mark.parametrize("block", [4, 5, 20])
def test_within_periods_equals_explicit_dummies(panel, block):
    y, _, groups = panel
    pair, _, week, _, period = cells(groups, block)
    expected = residual(y.ravel(), dummies(pair, week, period))
    np.testing.assert_allclose(within_periods(y, groups.category, block).ravel(), expected, atol=1e-7)


def test_within_periods_ends_where_amounts_are_large(panel):
    y, _, groups = panel
    small, large = (within_periods(scale * y, groups.category, 4) for scale in (1.0, 2.0**40))
    np.testing.assert_allclose(large / 2.0**40, small, atol=1e-9 * np.abs(y).max())


def test_the_input_is_left_alone(panel):
    y, _, groups = panel
    before = y.copy()
    within(y, groups.category)
    within_periods(y, groups.category, 4)
    np.testing.assert_array_equal(y, before)


def test_slopes_and_two_way_errors_equal_statsmodels(panel):
    y, x, groups = panel
    pair, category_week, _, customer, _ = cells(groups)
    columns = np.column_stack([x[0].ravel(), x[1].ravel(), dummies(pair, category_week)])
    clusters = np.column_stack([customer, category_week])
    fitted = sm.OLS(y.ravel(), columns).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False, "df_correction": False}
    )
    found = regress(within(y, groups.category), [within(one, groups.category) for one in x], groups)
    np.testing.assert_allclose(found.slope, fitted.params[:2], rtol=1e-8)
    np.testing.assert_allclose(found.covariance, fitted.cov_params()[:2, :2], rtol=1e-6)


def test_two_way_errors_by_hand(panel):
    """Cameron, Gelbach and Miller: scores summed by customer, plus by category-week, less each cell alone."""
    y, x, groups = panel
    pair, category_week, _, customer, _ = cells(groups)
    columns = dummies(pair, category_week)
    left = np.column_stack([residual(one.ravel(), columns) for one in x])
    slope = np.linalg.solve(left.T @ left, left.T @ y.ravel())
    scores = left * (residual(y.ravel(), columns) - left @ slope)[:, None]

    def meat(label):
        sums = [scores[label == value].sum(axis=0) for value in np.unique(label)]
        return sum(np.outer(one, one) for one in sums)

    bread = np.linalg.inv(left.T @ left)
    expected = bread @ (meat(customer) + meat(category_week) - meat(np.arange(len(pair)))) @ bread
    found = regress(within(y, groups.category), [within(one, groups.category) for one in x], groups)
    np.testing.assert_allclose(found.covariance, expected, rtol=1e-8)
    np.testing.assert_allclose(found.se, np.sqrt(np.diag(expected)), rtol=1e-8)


def test_tiny_panels_have_an_error_too():
    """The two-way variance of a few clusters can come out below zero; a larger one is used then."""
    rng = np.random.default_rng(0)
    customer, category = (part.ravel() for part in np.indices((3, 2)))
    below = 0
    for _ in range(200):
        y, x = (within(rng.normal(size=(6, 4)), category) for _ in range(2))
        fit = regress(y, [x], Groups(customer, category))
        score = x * (y - fit.slope[0] * x)
        by_customer = sum(score[customer == one].sum() ** 2 for one in range(3))
        by_week = sum((score[category == one].sum(axis=0) ** 2).sum() for one in range(2))
        two_way = by_customer + by_week - (score**2).sum()
        below += two_way <= 0
        variance = two_way if two_way > 0 else by_customer + by_week
        assert fit.se[0] == pytest.approx(np.sqrt(variance) / (x**2).sum())
    assert below > 0


def test_errors_by_category_equal_statsmodels(panel):
    y, x, groups = panel
    pair, _, week, _, period = cells(groups, 4)
    columns = np.column_stack([x[0].ravel(), dummies(pair, week, period)])
    fitted = sm.OLS(y.ravel(), columns).fit(
        cov_type="cluster",
        cov_kwds={"groups": groups.category[pair], "use_correction": False, "df_correction": False},
    )
    cleared = [within_periods(one, groups.category, 4) for one in (y, x[0])]
    found = regress_by_category(cleared[0], [cleared[1]], groups)
    assert found.slope[0] == pytest.approx(fitted.params[0], rel=1e-6)
    assert found.se[0] == pytest.approx(fitted.bse[0], rel=1e-5)


def test_intervals_cover_the_slope_when_customers_errors_are_correlated():
    """300 panels of 120 customers; taken as independent, the same cells would cover far too rarely."""
    rng = np.random.default_rng(8)
    customer, category = (part.ravel() for part in np.indices((120, 3)))
    groups = Groups(customer, category)
    slope, clustered, independent, estimates = 1.5, [], [], []
    for _ in range(300):
        shared = rng.normal(size=(2, 120, 6))
        x = shared[0][customer] + 0.3 * rng.normal(size=(360, 6))
        y = slope * x + shared[1][customer] + 0.3 * rng.normal(size=(360, 6)) + rng.normal(size=(360, 1))
        x, y = within(x, category), within(y + 10 * rng.normal(size=(3, 6))[category], category)
        fit = regress(y, [x], groups)
        estimates.append(fit.slope[0])
        clustered.append(abs(fit.slope[0] - slope) < 1.96 * fit.se[0])
        naive = np.sqrt(((y - fit.slope[0] * x) ** 2).mean() / (x**2).sum() * 1.25)  # 1.25: degrees of freedom
        independent.append(abs(fit.slope[0] - slope) < 1.96 * naive)
    assert abs(np.mean(estimates) - slope) < 3 * np.std(estimates) / np.sqrt(300)
    assert 0.91 <= np.mean(clustered) <= 0.98
    assert np.mean(independent) < 0.85


def test_regressors_that_hang_together_but_for_rounding_have_slopes_and_errors(panel):
    """The same regressor twice, the second time with the last digits changed: each takes half of the slope."""
    y, x, groups = panel
    outcome, first = within(y, groups.category), within(x[0], groups.category)
    second = first * (1 + 1e-11 * np.arange(first.size).reshape(first.shape))
    twice, once = (regress(outcome, regressors, groups) for regressors in ([first, second], [first]))
    assert twice.slope == pytest.approx([once.slope[0] / 2] * 2, rel=1e-6)
    assert twice.se == pytest.approx([once.se[0] / 2] * 2, rel=1e-6)
