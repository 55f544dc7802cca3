"""Sums of several columns, and metrics of two groups by the delta method."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from offerloop.evaluation.experiment import cuped, difference, relative
from offerloop.evaluation.moments import Moments
from offerloop.evaluation.ratios import absolute, as_share, fieller, theta
from offerloop.evaluation.totals import ROLES, Totals

VALUES = st.lists(st.floats(-100, 100), min_size=2, max_size=20)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def columns(values, k):
    one = np.array(values)
    return [one, one[::-1] + 3, 2 * one + one[::-1] ** 2 / 50, np.abs(one) + 1][:k]


@given(VALUES, VALUES, st.integers(1, 4))
def test_adding_totals_is_putting_groups_together(first, second, k):
    parts = [columns(values, k) for values in (first, second)]
    whole = Totals.of(*(np.append(one, other) for one, other in zip(*parts, strict=True)))
    added = Totals.of(*parts[0]) + Totals.of(*parts[1])
    assert (added.n, added.roles) == (whole.n, whole.roles)
    assert added.sums == pytest.approx(whole.sums, rel=1e-9, abs=1e-6)
    assert np.allclose(added.products, whole.products, rtol=1e-9, atol=1e-4)


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 1)), min_size=2, max_size=5))
def test_adding_shares_is_putting_groups_together(parts):
    counts = [(n, round(n * share)) for n, share in parts]
    added = Totals.share(0, 0)
    for n, hits in counts:
        added += Totals.share(n, hits)
    assert added == Totals.share(sum(n for n, _ in counts), sum(hits for _, hits in counts))


def test_a_share_and_numbers_are_numbers():
    added = Totals.share(4, 1) + Totals.of(np.array([2.0, 3.0]))
    assert np.allclose(added.covariance(), np.var([1, 0, 0, 0, 2, 3], ddof=1))


def test_columns_and_sums_say_the_same(rng):
    y, d = rng.normal(5, 2, 40), rng.gamma(2, 1, 40)
    given = Totals.from_sums(40, {"per": (d.sum(), d @ d), "outcome": (y.sum(), y @ y)}, {("per", "outcome"): y @ d})
    found = Totals.of(y, per=d)
    assert found.roles == given.roles
    assert np.allclose(found.covariance(), np.cov(np.stack([y, d])))
    assert np.allclose(given.covariance(), found.covariance())


def test_a_mean_is_that_of_its_moments(rng):
    y, z = rng.normal(3, 1, 50), rng.normal(2, 3, 70)
    for rule, of_totals in ((difference, absolute), (relative, as_share)):
        expected = rule(*(Moments(len(one), 0, 0, one.sum(), one @ one, 0) for one in (y, z)))
        found = of_totals(Totals.of(y), Totals.of(z))
        assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))


def test_zeros_and_ones_as_numbers_differ_from_a_share_by_one_customer(rng):
    y, z = (rng.random(60) < 0.4).astype(float), (rng.random(80) < 0.3).astype(float)
    numbers = absolute(Totals.of(y), Totals.of(z))
    share = absolute(Totals.share(60, y.sum()), Totals.share(80, z.sum()))
    assert share.value == pytest.approx(numbers.value)
    assert numbers.se**2 == pytest.approx(y.var() / 59 + z.var() / 79)
    assert share.se**2 == pytest.approx(y.var() / 60 + z.var() / 80)


def test_a_divisor_of_ones_changes_nothing(rng):
    y, z = rng.normal(3, 1, 50), rng.normal(2, 3, 70)
    plain, divided = (
        absolute(Totals.of(y), Totals.of(z)),
        absolute(Totals.of(y, np.ones(50)), Totals.of(z, np.ones(70))),
    )
    assert (divided.value, divided.se, divided.df) == pytest.approx((plain.value, plain.se, plain.df))


def test_adjusting_is_cuped(rng):
    x, u = rng.normal(10, 4, 4000), rng.normal(10, 4, 3000)
    y, z = 1 + 0.8 * x + rng.normal(0, 1, 4000), 0.8 * u + rng.normal(0, 1, 3000)
    found, within = absolute(Totals.of(y, before=x), Totals.of(z, before=u)), cuped(Moments.of(y, x), Moments.of(z, u))
    assert (found.value, found.se) == pytest.approx((within.value, within.se), rel=1e-2)
    assert found.se < absolute(Totals.of(y), Totals.of(z)).se / 2


def test_without_anything_to_explain_the_adjustment_is_left_out(rng):
    y, z, same = rng.normal(3, 1, 50), rng.normal(2, 3, 50), np.full(50, 3.7)
    assert theta(Totals.of(y, before=same), Totals.of(z, before=same)) == 0
    found, plain = as_share(Totals.of(y, before=same), Totals.of(z, before=same)), as_share(Totals.of(y), Totals.of(z))
    assert (found.value, found.se, found.df) == pytest.approx((plain.value, plain.se, plain.df))


def test_ends_of_fiellers_interval_are_shares_that_the_difference_just_allows(rng):
    y, z = rng.normal(3, 2, 50), rng.normal(2, 3, 70)
    share, df = fieller(Totals.of(y), Totals.of(z)), absolute(Totals.of(y), Totals.of(z)).df
    for end, sign in ((share.low, 1), (share.high, -1)):
        scaled = absolute(Totals.of(y), Totals.of((1 + end) * z))
        assert scaled.value / scaled.se == pytest.approx(sign * t.ppf(0.975, df))
    assert share.value == pytest.approx(as_share(Totals.of(y), Totals.of(z)).value)
    assert fieller(Totals.of(y), Totals.of(z - z.mean() + 0.1)) is None


def test_an_adjusted_share_leaves_out_zero_where_the_difference_does(rng):
    for gain in np.linspace(-0.5, 0.5, 21):
        x, u = rng.normal(10, 4, 60), rng.normal(10, 4, 40)
        groups = Totals.of(x + gain + rng.normal(0, 1, 60), before=x), Totals.of(u + rng.normal(0, 1, 40), before=u)
        low, high = absolute(*groups).interval()
        share = fieller(*groups)
        assert (share.low > 0, share.high < 0) == (low > 0, high < 0)


def baskets(rng, n, growth):
    """Spend and orders of a later and an earlier month."""
    rate = rng.gamma(4, 1, n)
    orders, before = rng.poisson(rate) + 1.0, rng.poisson(rate) + 1.0
    level = rng.lognormal(3, 0.4, n)
    spend = growth * level * orders * rng.lognormal(0, 0.2, n)
    return spend, orders, level * before * rng.lognormal(0, 0.2, n), before


@pytest.mark.parametrize("adjusted", [pytest.param(False, id="plain"), pytest.param(True, id="adjusted")])
@pytest.mark.parametrize("rule", [absolute, as_share])
def test_intervals_of_ratios_cover(rng, rule, adjusted):
    """Spend per order grows by a tenth: 95 of 100 intervals hold it, and adjusted ones are much narrower."""
    truth = math.exp(3 + 0.08 + 0.02) * 0.1 if rule is absolute else 0.1
    found = []
    for _ in range(600):
        groups = [Totals.of(*baskets(rng, n, growth)[: 4 if adjusted else 2]) for n, growth in ((300, 1.1), (400, 1.0))]
        found.append(rule(*groups))
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.92 <= covered <= 0.98
    assert np.mean([one.se for one in found]) == pytest.approx(np.std([one.value for one in found]), rel=0.1)


def test_an_adjusted_ratio_is_more_precise(rng):
    treated, control = baskets(rng, 500, 1.1), baskets(rng, 500, 1.0)
    plain = absolute(Totals.of(*treated[:2]), Totals.of(*control[:2]))
    assert absolute(Totals.of(*treated), Totals.of(*control)).se < 0.8 * plain.se


@given(st.floats(0.1, 50), st.floats(-50, 50))
def test_a_share_and_an_amount_agree(factor, shift):
    """In another currency amounts are multiplied and shares stay; both lean to the same side."""
    rng = np.random.default_rng(3)
    y, z = rng.normal(shift, 4, 60), rng.normal(shift + 1, 5, 50)
    if abs(z.mean()) < 1:
        return
    one, two = as_share(Totals.of(y), Totals.of(z)), as_share(Totals.of(factor * y), Totals.of(factor * z))
    assert (one.low, one.high) == pytest.approx((two.low, two.high), rel=1e-6)
    assert one.value == pytest.approx(absolute(Totals.of(y), Totals.of(z)).value / abs(z.mean()))


@pytest.mark.parametrize(
    "make, words",
    [
        pytest.param(lambda: absolute(Totals.share(0, 0), Totals.share(5, 1)), "without customers", id="nobody"),
        pytest.param(lambda: absolute(Totals.share(1, 0), Totals.share(5, 1)), "fewer than two", id="one"),
        pytest.param(lambda: as_share(Totals.share(9, 1), Totals.share(9, 0)), "control's metric is zero", id="zero"),
        pytest.param(lambda: absolute(*[Totals.of(np.ones(3), np.zeros(3))] * 2), "sums to zero", id="divisor"),
        pytest.param(
            lambda: absolute(Totals.share(9, 1), Totals.of(np.ones(3), np.ones(3))), "different", id="columns"
        ),
        pytest.param(lambda: Totals.of(np.ones(3), np.ones(3)) + Totals.share(3, 1), "cannot be added", id="sum"),
        pytest.param(lambda: Totals.of(np.ones(3), np.ones(4)), "differ in length", id="length"),
        pytest.param(lambda: Totals.of(np.ones(3), before_per=np.ones(3)), "needs 'before'", id="before"),
        pytest.param(lambda: Totals.from_sums(3, dict.fromkeys(ROLES[:2], (1, 1))), "outcome and per", id="product"),
    ],
)
def test_what_cannot_be_compared_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_groups_without_spread_differ_exactly():
    found = absolute(Totals.of(np.full(5, 2.0)), Totals.of(np.full(5, 1.0)))
    assert (found.value, found.se, found.low, found.high) == (1.0, 0.0, 1.0, 1.0)
