"""Intervals against draws from the calibration, and the winner's curse."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_campaigns import calibration, campaign, effects, forecast_alone, offers, valued, with_funded

from offerloop.decision.valuation import Repeated
from offerloop.evaluation.estimate import Z95
from offerloop.money import MICRO
from offerloop.response import SharedErrors


def drawn_profits(table, calibrated, weights, own, factor, n=4000):
    """Profit of a plan when level and slope of both halves are drawn from what is known of them."""
    rng = np.random.default_rng(0)
    fold, centred = table["fold"].to_numpy(), table["centred"].to_numpy()
    profits = np.zeros(n)
    for row in calibrated.iter_rows(named=True):
        covariance = [[row["var_level"], row["covariance"]], [row["covariance"], row["var_slope"]]]
        level, slope = rng.multivariate_normal([row["level"], row["slope"]], covariance, n).T
        mine = fold == row["fold"]
        response = level[:, None] + slope[:, None] * centred[mine]
        usual = (
            table["held_out_discount_minor"] - table["held_out_value_minor"] / table["d_value"] * table["d_discount"]
        )
        value = response * table["d_value"].to_numpy()[mine]
        discount = usual.to_numpy()[mine] + response * table["d_discount"].to_numpy()[mine]
        profits += (factor * value - own[mine] * discount) @ weights[mine]
    return profits


@pytest.mark.parametrize("funded, supposed", [((0, 0, 0), {}), ((0.75, 0.5, 0), {}), ((0, 0, 0), {"own_share": 0.3}),
                                              ((0.2, 0, 0), {"margin": 0.6})])  # fmt: skip
def test_interval_is_that_of_draws_from_the_calibration(funded, supposed):
    table, calibrated = with_funded(effects(2), offers(funded)), calibration()
    weights = np.random.default_rng(1).uniform(0, 1, table.height) * (table["centred"] > 0).to_numpy()  # as a plan does
    found = valued(table, calibrated).supposing(**supposed).value(weights)
    own = (
        np.full(table.height, supposed["own_share"])
        if "own_share" in supposed
        else 1 - table["funded_share"].to_numpy()
    )
    draws = drawn_profits(table, calibrated, weights, own, supposed.get("margin", 0.3) / 0.3)
    error = (found.high - found.low) / 2 / 1.96
    assert abs(draws.mean() - found.value) < 4 * error / np.sqrt(len(draws))
    assert draws.std() == pytest.approx(error, rel=0.05)
    assert np.mean((draws > found.low) & (draws < found.high)) == pytest.approx(0.95, abs=0.015)
    assert found.value - found.low == pytest.approx(found.high - found.value)


@given(st.integers(0, 1000), st.floats(0, 1), st.integers(0, 50))
def test_profit_is_held_out_value_less_our_part_of_the_discount_and_contact(seed, share, contact):
    table = with_funded(effects(seed, 8), offers((share, share, share), contact=contact))
    valuation = valued(table, calibration())
    weights = np.random.default_rng(seed).uniform(0, 1, table.height)
    cost = (1 - share) * table["held_out_discount_minor"].to_numpy() @ weights
    cost += contact * weights.sum()
    assert valuation.spend(weights) == pytest.approx(cost)
    assert valuation.value(weights).value == pytest.approx(table["held_out_value_minor"].to_numpy() @ weights - cost)


def test_what_a_budget_of_another_unit_takes_is_spend_but_no_loss():
    table = with_funded(effects(0, 8), offers(contact=5)).with_columns(cost_weight=0.0)
    valuation, weights = valued(table, calibration()), np.ones(table.height)
    assert valuation.value(weights).value == pytest.approx(table["held_out_value_minor"].sum())
    assert valuation.spend(weights) == pytest.approx(table["held_out_discount_minor"].sum() + 5 * table.height)


def test_what_a_measured_offer_is_unsure_of_does_not_average_out():
    """Ten customers of one offer are off together: 10 x 7, not 7 x sqrt(10); two offers are off apart."""
    table = with_funded(effects(0, 12), offers()).with_columns(value_se_minor=7.0, d_value=0.0, d_discount=0.0)
    valuation = valued(table, calibration(error=0.0))
    ids = table["offer_id"].unique().sort()
    weights = [(table["offer_id"] == one).to_numpy().astype(float) for one in ids[:2]]
    errors = [(found.high - found.low) / 2 / 1.959964 for found in map(valuation.value, (weights[0], sum(weights)))]
    first, second = (7 * one.sum() for one in weights)
    assert errors == [pytest.approx(first), pytest.approx(np.hypot(first, second))]


def shown(response, **changes):
    """Effects of offers that were shown at random; their errors are correlated by a half, and those of responses are
    `response` (12, causes)."""
    table = with_funded(effects(0, 12), offers()).with_columns(
        value_se_minor=7.0, d_discount=0.0, basis=pl.lit("estimated"), **changes
    )
    return table, SharedErrors(pl.Series(range(12)), response, ("a", "b", "c"), 0.5 + 0.5 * np.eye(3))


def error_of(valuation, weights):
    found = valuation.value(weights)
    return (found.high - found.low) / 2 / Z95


def test_depths_of_one_discount_are_not_off_together_in_their_difference():
    """What one brings more than the other is not known for sure, though together they are off as one."""
    table, errors = shown(np.zeros((12, 0)), d_value=0.0)
    valuation = valued(table, calibration(error=0.0), errors)
    first, second = ((table["offer_id"] == one).to_numpy() * 1.0 for one in "ab")
    a, b = 7 * first.sum(), 7 * second.sum()
    assert error_of(valuation, first + second) == pytest.approx(a + b)
    assert error_of(valuation, first - second) == pytest.approx(np.sqrt(a**2 + b**2 - a * b))


def test_a_difference_in_who_gets_the_same_offer_has_the_error_of_who_responds_more():
    """Two halves of the customers respond apart by 0.6 in one error; the offer's own error is the same of both."""
    side = np.where(np.arange(12) % 2 == 0, 1.0, -1.0)
    table, errors = shown(0.3 * side[:, None], d_value=10.0)
    is_first = (table["offer_id"] == "a").to_numpy()
    halves = [is_first * (table["customer_id"] % 2 == one).to_numpy() for one in (0, 1)]
    even, odd = (half / half.sum() for half in halves)
    valuation = valued(table, calibration(error=0.0), errors)
    assert error_of(valuation, even - odd) == pytest.approx(10 * 0.3 * 2)
    assert error_of(valuation, even) == pytest.approx(7.0)  # a plan alone is as unsure as its offer is
    alike = replace(errors, response=np.full((12, 1), 0.3))
    assert error_of(valued(table, calibration(error=0.0), alike), even - odd) == pytest.approx(0.0, abs=1e-6)


def test_a_calibration_that_is_known_of_nothing_gives_a_wide_interval_and_no_warning():
    """Estimates of variances that contradict each other, as a study of a tiny shop gave them."""
    table = with_funded(effects(2), offers((0, 0, 0)))
    broken = calibration().with_columns(
        var_level=pl.lit(6.16268826e23), covariance=pl.lit(-1.80691931e36), var_slope=pl.lit(5.11525573e48)
    )
    known = valued(table, broken)
    slope = np.array([100.0, 3.5324e-11, 0.0, 0.0])
    assert slope @ known.covariance @ slope < 0
    level = {"d_value": np.full(table.height, slope[0]), "centred": np.full(table.height, slope[1] / slope[0])}
    one = replace(known, **level, d_discount=0 * known.d_discount, fold=0 * known.fold)
    found = one.value(np.eye(table.height)[0])
    assert np.isfinite([found.low, found.high]).all()
    assert found.high - found.low > 1e6


def test_nothing_is_worth_nothing_for_certain():
    found = valued(with_funded(effects(0), offers()), calibration()).value(np.zeros(effects(0).height))
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


GROUPS, MEMBERS = 30, 20


def noise_only(seed):
    """Two halves of customers in 30 groups; nobody responds, but group means of noise differ."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(GROUPS), MEMBERS)
    seen = rng.normal(size=(2, len(group)))
    learned = [one.reshape(GROUPS, MEMBERS).mean(axis=1) for one in seen]
    rows, tables = [], []
    for fold in (0, 1):
        predicted = learned[1 - fold][group]
        centred = predicted - predicted.mean()
        design = np.column_stack([np.ones(len(group)), centred])
        (level, slope), _, _, _ = np.linalg.lstsq(design, seen[fold], rcond=None)
        left = seen[fold] - design @ [level, slope]
        covariance = np.linalg.inv(design.T @ design) * left.var()
        rows.append((0, fold, level, slope, covariance[0, 0], covariance[0, 1], covariance[1, 1]))
        held_out = 100 * (level + slope * centred)
        tables.append(_table(fold, 100 * np.maximum(predicted, 0), held_out, centred))
    calibrated = pl.DataFrame(rows, schema=calibration().columns, orient="row")
    return pl.concat(tables), calibrated


def _table(fold, value, held_out, centred):
    """One free offer for each customer, worth 100 x response."""
    size = len(value)
    numbers = {
        "value_minor": value, "value_low_minor": value, "value_high_minor": value, "profit_minor": value,
        "profit_low_minor": value, "profit_high_minor": value, "held_out_value_minor": held_out, "centred": centred,
        "value_se_minor": 0.0,
        "basis": "transferred",
    }  # fmt: skip
    constants = {
        "p_redeem": 0.5,
        "discount_minor": 0.0,
        "growth": 1.0,
        "held_out_discount_minor": 0.0,
        "d_value": 100.0,
        "d_discount": 0.0,
    }
    table = pl.DataFrame({"customer_id": fold * size + np.arange(size), **numbers})
    return table.with_columns(
        campaign_id=pl.lit("one"), offer_id=pl.lit("a"), basis=pl.lit("transferred"), fold=pl.lit(fold, dtype=pl.Int64),
        cost_expected_micro=pl.lit(0, dtype=pl.Int64), cost_liability_minor=pl.lit(100, dtype=pl.Int64),
        **{name: pl.lit(number) for name, number in constants.items()},
    )  # fmt: skip


def test_winners_curse():
    """Nobody responds. The plan believes in a profit every time; held out, it is worth nothing on average."""
    claimed, held_out, sent = [], [], []
    for seed in range(60):
        table, calibrated = noise_only(seed)
        found = forecast_alone([(table, calibrated)], offers(), campaign(), 20_000)
        plan = found.comparison.row(by_predicate=pl.col("rule") == "plan", named=True)
        claimed.append(found.solution.profit)
        held_out.append(plan["profit_minor"])
        sent.append(found.send)
    error = np.std(held_out) / np.sqrt(len(held_out))
    assert min(claimed) > 0
    assert np.mean(claimed) > 10 * error
    assert np.mean(held_out) < 3 * error
    assert np.mean(sent) < 0.08  # 2.5 % would be sent if intervals were exact


def test_with_a_cost_the_noise_plan_loses_and_is_not_sent():
    for seed in range(20):
        table, calibrated = noise_only(seed)
        costly = table.with_columns(
            discount_minor=pl.lit(10.0), held_out_discount_minor=pl.lit(10.0), profit_minor=pl.col("value_minor") - 10,
            cost_expected_micro=pl.lit(10 * MICRO, dtype=pl.Int64),
        )  # fmt: skip
        found = forecast_alone([(costly, calibrated)], offers(), campaign(), 20_000)
        assert found.solution.profit > 0
        assert not found.send


@pytest.mark.parametrize("taken", [0.0, 0.2, 1.0])
def test_candidates_that_are_not_taken_count_for_nothing(taken):
    table = with_funded(effects(3), offers((0.5, 0, 0)))
    valuation, rng = valued(table, calibration()), np.random.default_rng(3)
    weights = rng.uniform(0, 1, table.height) * (rng.random(table.height) < taken)
    found, whole = Repeated((valuation,)), valuation.value(weights)
    assert [found.value(weights).value, *found.value(weights).ends] == pytest.approx([whole.value, *whole.ends])
    assert found.spend(weights) == pytest.approx(valuation.spend(weights))


def test_several_divisions_give_their_mean_and_the_spread_between_them():
    table = with_funded(effects(3), offers())
    splits = [valued(table, calibration(level=level)) for level in (1.0, 1.0)]
    moved = valued(table.with_columns(held_out_value_minor=pl.col("held_out_value_minor") + 5), calibration())
    weights = np.ones(table.height)
    alike, apart = Repeated(tuple(splits)), Repeated((splits[0], moved))
    assert alike.value(weights).high == pytest.approx(splits[0].value(weights).high)
    one, other = (split.value(weights) for split in apart.splits)
    both = apart.value(weights)
    assert both.value == pytest.approx((one.value + other.value) / 2)
    within = ((one.high - one.low) / 2 / Z95) ** 2
    between = (one.value - other.value) ** 2 / 2
    assert (both.high - both.low) / 2 / Z95 == pytest.approx(np.sqrt(within + between))
    assert apart.spend(weights) == pytest.approx(splits[0].spend(weights))
    assert apart.supposing(own_share=0.0).spend(weights) == 0
