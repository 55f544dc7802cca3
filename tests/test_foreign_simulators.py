"""Shops that published models of purchases make: what they call the truth is what customers do on average."""

import importlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

CUSTOMERS, RUNS = 200, 400


@pytest.fixture(scope="module")
def benchmark():
    """Return a function that imports a file of the benchmarks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[1] / "benchmarks")
        yield importlib.import_module


@pytest.fixture(scope="module")
def drawn(benchmark):
    """Return a function that makes a small shop."""

    def shop(model, family, depths=(0.1, 0.3)):
        design = benchmark("foreign_worlds").Design(family, 1, CUSTOMERS, depths, 4)
        return benchmark("foreign_simulators").SIMULATORS[model].make(design)

    return shop


def test_the_truth_of_bg_nbd_is_the_mean_of_what_customers_buy_and_how_long_they_stay(benchmark, drawn):
    shop, module, rng = drawn("bg_nbd", "elastic"), benchmark("foreign_bg_nbd"), np.random.default_rng(5)
    one, n = shop.cohort, (RUNS, CUSTOMERS)

    def bought(factor):
        left = rng.geometric(one.leaves, n) * shop.alive
        now = np.minimum(rng.poisson(one.rate * factor, n), left)
        return now.mean(axis=0), (now + np.minimum(rng.poisson(one.rate * module.FOLLOWING, n), left - now)).mean(
            axis=0
        )

    (_, usual), (now, more) = bought(1.0), bought(0.7**-module.MEAN)
    truth = shop.truth()

    assert (0.4 * one.spend * (more - usual)).sum() == pytest.approx(truth.value[:, 1].sum(), rel=0.05)
    assert (0.5 * 0.3 * one.spend * now).sum() == pytest.approx(truth.cost[:, 1].sum(), rel=0.05)


def test_views_and_clicks_of_recogym_are_those_of_its_chain(benchmark, drawn):
    week, rng = drawn("recogym", "recommended").coming, np.random.default_rng(5)
    views, clicks = week.expected()

    seen = [benchmark("foreign_recogym")._visits(week.clicks[:, 2], rng) for _ in range(RUNS)]

    assert np.mean([one.mean() for one, _ in seen]) == pytest.approx(views[:, 2].mean(), rel=0.02)
    assert np.mean([one.mean() for _, one in seen]) == pytest.approx(clicks[:, 2].mean(), rel=0.05)


def test_households_with_a_stock_buy_less_often(benchmark, drawn):
    module, shop = benchmark("foreign_guadagni_little"), drawn("guadagni_little", "stockpiling")
    full = np.ones((1, module.CATEGORIES, module.BRANDS))
    stocked = module.Home(shop.home.stock + 3, shop.home.loyalty)

    fewer, usual = (module.Week.of(shop.market, one, full).buys for one in (stocked, shop.home))

    assert (fewer < usual).all()


def test_part_of_what_a_household_buys_with_an_offer_it_does_not_buy_later(benchmark, drawn):
    module, shop = benchmark("foreign_guadagni_little"), drawn("guadagni_little", "stockpiling")
    weeks = [module.Week.of(shop.market, shop.home, one[None]) for one in module._factors(shop.market, shop.offers)]
    none, *_, deep = (one.worth(shop.market).sum() for one in weeks)

    value = shop.truth().value[:, -1].sum()

    assert 0 < value < module.MARGIN * (deep - none)


def test_brands_sold_elsewhere_are_in_no_file(drawn, tmp_path):
    shop = drawn("guadagni_little", "half-elsewhere")

    lines = pl.read_csv(shop.write(tmp_path)["order_lines"])

    sold = set(np.array(shop.market.names).reshape(len(shop.market.price), -1)[:, shop.market.sold].ravel())
    assert set(lines["product_id"].str.replace(" (light|dark)$", "")) == sold


def test_the_truth_of_retailsynth_is_the_mean_of_what_customers_buy_in_all_weeks(benchmark, drawn, monkeypatch):
    module, shop = benchmark("foreign_retailsynth"), drawn("retailsynth", "visits")
    monkeypatch.setattr(module, "FOLLOWING", 1)
    rng, deep, n = np.random.default_rng(5), shop.market.factors(shop.offers)[2:], np.arange(CUSTOMERS)
    runs = 60

    def bought(first):
        week = module.Week.after(shop.market, shop.promoted, rng)
        habit, found = shop.habit, []
        for factor in (first, np.ones((1, 1))):
            basket = module.Basket.of(shop.market, week, factor)
            chance = shop.market.visits(habit, week, factor)
            visited = rng.random(CUSTOMERS) < chance
            _, item, quantity = basket.bought(shop.market, n[visited], rng)
            found.append((quantity * (shop.market.price * week.shelf)[item]).sum())
            habit = module.Habit(visited * 1.0, chance, basket.value)
            week = module.Week.after(shop.market, week.promoted, rng)
        return found

    usual, (now, later) = (np.mean([bought(one) for _ in range(runs)], axis=0) for one in (np.ones((1, 1)), deep))
    truth = shop.truth()

    assert (0.4 * (now + later - usual.sum())) == pytest.approx(truth.value[:, 1].sum(), rel=0.05)
    assert (0.5 * 0.3 * now) == pytest.approx(truth.cost[:, 1].sum(), rel=0.05)


def test_coupons_that_nobody_heeds_change_nothing(drawn):
    truth = drawn("retailsynth", "no-response").truth()

    assert (truth.value == 0).all()
    assert (truth.cost > 0).all()


def test_coupons_on_a_department_are_off_its_products_alone(drawn):
    shop = drawn("retailsynth", "calibrated", depths=())

    factors = shop.market.factors(shop.offers)

    names = np.array(shop.market.names)
    for offer, factor in zip(shop.offers, factors[1:], strict=True):
        inside = (names == offer.category) | (offer.category is None)
        assert (factor == np.where(inside, 1 - offer.depth, 1)).all()


def test_discounts_in_the_files_are_those_of_the_offers_shown(drawn, tmp_path):
    for model, family in (("guadagni_little", "all-brands"), ("bg_nbd", "elastic"), ("retailsynth", "visits")):
        files = drawn(model, family).write(tmp_path / model)
        lines, shown = (pl.read_csv(files[name], try_parse_dates=True) for name in ("order_lines", "exposures"))
        week = pl.col("at").dt.truncate("1w")
        joined = lines.with_columns(week=week).join(
            shown.with_columns(week=week), on=["customer_id", "week"], how="left", validate="m:1"
        )
        share = joined["offer_id"].fill_null("none").replace_strict({"none": 0.0, "off-10": 0.1, "off-30": 0.3})
        assert (joined["list_value"] * share - joined["discount"]).abs().max() < 0.01


@given(st.floats(0, 1, exclude_max=True), st.floats(0.01, 5), st.floats(1, 3))
def test_the_same_luck_gives_no_fewer_units_where_more_are_expected(benchmark, luck, mean, times):
    poisson = benchmark("foreign_guadagni_little")._poisson

    fewer, more = (poisson(np.array([luck]), np.array([one])) for one in (mean, times * mean))

    assert more[0] >= fewer[0]


def test_plans_at_a_spend_cost_just_that_and_those_of_the_truth_earn_most(benchmark):
    module, rng = benchmark("equal_spend"), np.random.default_rng(5)
    true = module.Effects(rng.uniform(0, 3, (50, 2)), rng.uniform(0.5, 1, (50, 2)))
    estimates = module.Effects(true.value + rng.normal(0, 1, true.value.shape), true.cost)

    plan = module.plan_at(estimates, true.cost, 0.2)

    assert module.a_customer(plan, true.cost) == pytest.approx(0.2)
    earned = module.a_customer(plan, true.profit)
    assert earned == module.at_spend(estimates, true, 0.2) < module.at_spend(true, true, 0.2)
