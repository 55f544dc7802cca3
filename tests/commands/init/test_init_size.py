"""The first plan's size: what a read-out needs, or that the shop is too small for one."""

import math

import init_shops
import polars as pl
import pytest
from small_shop import write_small_shop

from offerloop.commands.init.page import page
from offerloop.commands.init.sizing import HOLDOUT, LARGER_HOLDOUTS, MOST_TIMES, OrderFigures, sized
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.evaluation import LEAST_CUSTOMERS, MOST_TEST_DAYS, POWER_80


def weeks(orders, size):
    """After which a read-out of the plan shows the profit, by the formula for two means."""
    n = orders.planned(size.budget)
    apart = math.sqrt(1 / (n * size.holdout) + 1 / (n * (1 - size.holdout)))
    return (POWER_80 * orders.margin_sd * apart / orders.profit) ** 2


@pytest.mark.parametrize("n_customers", [30, 171, 1_000, 20_000, 500_000])
@pytest.mark.parametrize("profit", [2.0, 10.0, None])
def test_either_the_plan_can_be_read_out_within_a_year_or_the_shop_is_said_to_be_too_small(n_customers, profit):
    orders, usual = OrderFigures(n_customers, 300.0, profit, 200, 7), 25 * n_customers
    size = sized(orders, usual, is_given=False)
    assert usual <= size.budget <= MOST_TIMES * usual
    if size.note:
        assert (size.budget, size.holdout) == (usual, HOLDOUT)
    else:
        assert orders.planned(size.budget) * size.holdout >= LEAST_CUSTOMERS
        assert profit is None or weeks(orders, size) <= MOST_TEST_DAYS / 7 + 0.5


def test_the_usual_size_stays_where_it_is_enough():
    size = sized(OrderFigures(500_000, 300.0, 10.0, 200, 7), 25 * 500_000, is_given=False)
    assert (size.budget, size.holdout, size.budget_why, size.holdout_why, size.note) == (
        12_500_000,
        0.05,
        None,
        None,
        None,
    )


def test_a_small_shop_gets_a_larger_budget_then_a_larger_holdout():
    larger, *held = (sized(OrderFigures(n, 300.0, 10.0, 200, 7), 25 * n, is_given=False) for n in (8_000, 4_000, 1_800))
    assert (larger.holdout, *(one.holdout for one in held)) == (HOLDOUT, *LARGER_HOLDOUTS)
    assert larger.budget > 25 * 8_000
    assert "customers can be planned for" in str(larger.budget_why)
    assert all("could not be read out" in str(one.holdout_why) for one in held)


def test_a_year_holds_fewer_long_periods():
    in_weeks, in_months = (OrderFigures(20_000, 300.0, 10.0, 200, days).needed(HOLDOUT) for days in (7, 28))
    assert in_months == pytest.approx(4 * in_weeks, rel=0.01)


def test_a_budget_that_was_given_stays_and_is_told_when_it_is_too_small():
    size = sized(OrderFigures(20_000, 300.0, 10.0, 200, 7), 2_000, is_given=True)
    assert size.budget == 2_000
    assert "this budget pays for 10" in str(size.note)


def test_a_budget_of_expected_costs_is_not_said_to_pay_for_too_few_at_the_most_that_offers_can_cost():
    size = sized(OrderFigures(20_000, 300.0, None, None, 7), 2_000, is_given=True)
    assert (size.budget, size.holdout, size.note) == (2_000, HOLDOUT, None)


def test_init_tells_a_small_shop_that_no_test_could_show_anything(tmp_path):
    write_small_shop(tmp_path, customers=30, weeks=8)
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    (note,) = [one for one in made.facts["notes"] if "no test could show within a year whether an offer pays" in one]
    assert "and the orders that were looked at have 29 customers" in note  # one of the thirty bought nothing
    assert f"Note: {note}." in page(made).splitlines()
    assert "# No test could show within a year" in made.config.read_text()
    assert load_config(made.config).experiment.holdout == HOLDOUT


def test_ten_days_of_sales_are_not_those_of_a_month(tmp_path):
    days = [f"2026-03-{1 + order % 10:02d}" for order in range(60)]
    products, paid = [n % 7 + 1 for n in range(60)], [49.5 + n % 2 for n in range(60)]
    lines = {"order": range(60), "customer": range(60), "product": products, "quantity": [1] * 60, "paid": paid}
    pl.DataFrame({**lines, "date": days}).write_csv(tmp_path / "lines.csv")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    assert "1 % of the sales of a month, about 9,100" in made.config.read_text()


@pytest.mark.parametrize("guest", ["", "guest"])
def test_guests_are_no_customer_by_which_a_plan_is_sized(tmp_path, guest):
    lines = init_shops.order_lines().select(
        "order", "customer", "product", "quantity", init_shops.money("amount").alias("paid"),
        init_shops.moment("%Y-%m-%d").alias("date"),
    )  # fmt: skip
    guests = pl.col("order") % 10 < 4
    lines.filter(~guests).write_csv(tmp_path / "known.csv")
    customer = pl.when(guests).then(pl.lit(guest)).otherwise(pl.col("customer").cast(pl.String))
    lines.with_columns(customer.alias("customer")).write_csv(tmp_path / "all.csv")
    known, every = (
        write_shop(tmp_path / name, {"order_lines": str(tmp_path / f"{name}.csv")}, None, None)
        for name in ("known", "all")
    )
    sizes = [
        (load_config(one.config).campaigns[0].budget, load_config(one.config).experiment) for one in (known, every)
    ]
    assert sizes[0] == sizes[1]
