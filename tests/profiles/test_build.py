import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from offerloop.flow import profile
from offerloop.profiles import FEATURES

N_CUSTOMERS, N_PRODUCTS, DAYS = 30, 12, 300
PRODUCTS = [(p, f"category {p % 4}", f"brand {p % 3}") for p in range(N_PRODUCTS)]


def history(seed, first, last, first_id=0):
    """Random rows of every table, on days from `first` to `last` - 1."""
    rng = np.random.default_rng(seed)

    def draw(n, *highs):
        return [rng.integers(0, high, n).tolist() for high in highs]

    days = rng.integers(first, last, 400).tolist()
    numbers = draw(400, N_CUSTOMERS, N_PRODUCTS, 5, 900, 100, 3)
    lines = [
        (customer, first_id + i // 2 * 1000 + customer, product, day, 1 + units, paid, paid + off, off, coupon)
        for i, (day, customer, product, units, paid, off, coupon) in enumerate(zip(days, *numbers, strict=True))
    ]
    campaigns = [(first_id + i, int(day)) for i, day in enumerate(rng.integers(first, last, 6))]
    audiences = [(campaign, c) for campaign, _ in campaigns for c in rng.choice(N_CUSTOMERS, 9, replace=False).tolist()]
    redemptions = list(zip(*draw(60, N_CUSTOMERS), rng.integers(first, last, 60).tolist(), strict=True))
    return {"lines": lines, "campaigns": campaigns, "audiences": audiences, "redemptions": redemptions}


def before(rows, day):
    """What was known before a day."""
    known = {campaign for campaign, starts in rows["campaigns"] if starts < day}
    return {
        "lines": [line for line in rows["lines"] if line[3] < day],
        "campaigns": [one for one in rows["campaigns"] if one[0] in known],
        "audiences": [one for one in rows["audiences"] if one[0] in known],
        "redemptions": [one for one in rows["redemptions"] if one[1] < day],
    }


@pytest.mark.parametrize("seed", range(4))
def test_moving_the_clock_equals_cutting_the_data(profiles_of, seed):
    rows = history(seed, 0, DAYS)
    today = int(np.random.default_rng(seed).integers(50, DAYS - 50))
    then = profiles_of(today, products=PRODUCTS, **before(rows, today))
    assert_frame_equal(profiles_of(today, products=PRODUCTS, **rows), then, check_exact=True)
    later = profiles_of(today + 40, products=PRODUCTS, **rows)
    assert not later["recency_days"].equals(then["recency_days"])


def test_whatever_is_added_on_the_day_itself_or_later_changes_nothing(profiles_of):
    rows, future = history(1, 0, DAYS), history(2, DAYS, DAYS + 2, first_id=10_000)
    assert any(line[3] == DAYS for line in future["lines"])
    both = {name: [*rows[name], *future[name]] for name in rows}
    today = profiles_of(DAYS, products=PRODUCTS, **rows)
    assert_frame_equal(profiles_of(DAYS, products=PRODUCTS, **both), today, check_exact=True)
    for name in rows:  # and each of the added tables would have mattered a few days later
        alone = profiles_of(DAYS + 2, products=PRODUCTS, **{**both, name: rows[name]})
        assert not alone.equals(profiles_of(DAYS + 2, products=PRODUCTS, **both)), name


def test_the_order_of_rows_changes_nothing(profiles_of):
    rows = history(1, 0, DAYS)
    shuffled = {name: table[::-1] for name, table in rows.items()}
    assert_frame_equal(
        profiles_of(DAYS, products=PRODUCTS[::-1], **shuffled), profiles_of(DAYS, products=PRODUCTS, **rows)
    )


def test_where_nobody_came_back_it_is_not_known_who_is_active(profiles_of):
    """Also 300 days after the only order, which the model itself calls active for certain."""
    lines = [(c, c, 1, DAYS - 1 - 60 * c, 1, 100, 100, 0, 0) for c in range(6)]
    found = profiles_of(DAYS, products=PRODUCTS, lines=lines)
    assert_no_other_empty_cells(found)
    assert found["one_day_only"].all()
    assert found.select("p_active", "expected_orders_28").null_count().row(0) == (6, 6)
    assert not {"loyal", "lapsing"} & set(found["tags"].explode())


def test_where_customers_stop_it_is_known_but_for_those_of_one_day(profiles_of):
    """Half of 40 customers come each week to the end, half stop after some weeks; the last one came once."""
    weeks = [(c, week) for c in range(40) for week in range(20) if c % 2 or week < 3 + c % 5]
    lines = [(c, 100 * c + week, 1, week * 7, 1, 100, 100, 0, 0) for c, week in [*weeks, (40, 2)]]
    found = profiles_of(141, products=PRODUCTS, lines=lines)
    assert_no_other_empty_cells(found)
    assert found["p_active"].is_null().to_list() == [False] * 40 + [True]
    assert found["expected_orders_28"].null_count() == 0
    lapsing = found.filter(pl.col("tags").list.contains("lapsing"))["customer_id"].to_list()
    assert lapsing == list(range(0, 40, 2))


ACTIVITY = ("p_active", "expected_orders_28")


def assert_no_other_empty_cells(found):
    assert_no_empty_cells(found.drop(ACTIVITY))


def assert_no_empty_cells(found):
    assert found.null_count().sum_horizontal()[0] == 0
    numbers = found.select(pl.col(pl.Float64))
    assert numbers.select(pl.all_horizontal(pl.all().is_finite().all())).item()


@pytest.mark.sample
def test_profiles_of_the_sample(sample_events):
    config, engine, events = sample_events
    found, _ = profile(events, engine)
    assert len(found) == found["customer_id"].n_unique() == 2_469
    assert len(FEATURES) >= 24
    assert {feature.name for feature in FEATURES} <= set(found.columns)
    assert_no_other_empty_cells(found)
    assert found["expected_orders_28"].null_count() == 0
    assert found["p_active"].is_null().to_list() == found["one_day_only"].to_list()
    assert config.profiles.audit_only
    assert not set(config.profiles.audit_only) & set(found.columns)
    assert found["p_active"].drop_nulls().is_between(0, 1).all()
    assert found["trend"].is_between(-1, 1).all()
    assert (found["recency_days"] >= 1).all()
