"""Which columns of a table of customers are ids: also where one occurs twice, and not where an amount is wide."""

import numpy as np
import polars as pl
import pytest

from offerloop.mapping import is_identifier, is_mostly_distinct

N = 2_000
RNG = np.random.default_rng(1)
HOUSEHOLDS = RNG.integers(0, 700, N)
ONE_TWICE = np.where(np.arange(N) == 1, 0, np.arange(N)) + 10_000


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("customer_no", ONE_TWICE),
        ("number", ONE_TWICE),
        ("cust", HOUSEHOLDS),
        ("member_number", HOUSEHOLDS),
        ("card_no", HOUSEHOLDS.astype(float)),
        ("account", HOUSEHOLDS),
        ("household_key", HOUSEHOLDS),
        ("Kundennummer", HOUSEHOLDS),
        ("会员号", HOUSEHOLDS),
        ("storeId", RNG.integers(0, 9, N)),
        ("customer", np.char.add("c", HOUSEHOLDS.astype(str))),
        ("whoever", RNG.integers(10**7, 10**8, N)),
    ],
)
def test_ids_are_recognised_by_name_or_values(name, values):
    assert is_identifier(pl.Series(name, values))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("spend", np.round(RNG.gamma(2.0, 50.0, N), 2)),
        ("income", RNG.lognormal(10.5, 0.6, N).astype(int)),
        ("basket_cents", RNG.gamma(2.0, 5_000.0, N).astype(int)),
        ("population", RNG.normal(500_000, 100_000, N).astype(int)),
        ("household", RNG.integers(1, 7, N)),
        ("member", RNG.random(N) < 0.5),
        ("account", RNG.choice(["free", "basic", "pro"], N)),
        ("customer_age", RNG.integers(18, 90, N)),
        ("number_of_orders", RNG.poisson(5, N)),
        ("zip_code", RNG.integers(10_000, 10_060, N)),
    ],
)
def test_measurements_and_categories_are_no_ids(name, values):
    assert not is_identifier(pl.Series(name, values))


def test_wide_whole_numbers_are_known_to_be_doubtful():
    assert is_mostly_distinct(pl.Series("income", RNG.lognormal(10.5, 0.6, N).astype(int)))
    assert not is_mostly_distinct(pl.Series("spend", RNG.gamma(2.0, 50.0, N)))
    assert not is_mostly_distinct(pl.Series("age", RNG.integers(18, 90, N)))
