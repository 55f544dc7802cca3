"""What is read off order lines and ratings beside value and cost."""

import numpy as np
import polars as pl
import pytest

from offerloop.loop.drift import period_sales_of
from offerloop.loop.guardrail_sums import CHEAP, LINES, MARGIN, RATINGS, RETURNS, metric_sums

ROWS = [
    ("ann", 1, "tea", 2, 400, 100, 50),
    ("ann", 1, "jam", 1, 300, 0, 0),
    ("bob", 2, "tea", 1, 200, 0, 0),
]
BOUGHT = pl.DataFrame(ROWS, schema=LINES, orient="row")
RETURNED = pl.DataFrame({"customer_id": ["bob"]})
RATED = pl.DataFrame({"customer_id": ["ann", "ann", "cat"], "value": [5.0, 3.0, 1.0]})


@pytest.fixture
def found():
    return metric_sums(BOUGHT, RETURNED, RATED, pl.Series(["cat", "ann", "bob"]), np.array([0.0, 250.0, 70.0]))


def pairs(one):
    return list(zip(*(part.tolist() for part in one), strict=True))


def test_margin_is_value_over_sales(found):
    assert pairs(found[MARGIN]) == [(0, 0), (250, 550), (70, 200)]


def test_returns_are_counted_beside_purchases(found):
    assert pairs(found[RETURNS]) == [(0, 0), (0, 2), (1, 1)]


def test_ratings_are_stars_beside_their_number(found):
    assert pairs(found[RATINGS]) == [(1, 1), (8, 2), (0, 0)]


def test_cheap_is_what_was_bought_below_list_price(found):
    assert pairs(found[CHEAP]) == [(0, 0), (400, 700), (0, 200)]


def test_the_pulse_counts_all_customers():
    numbers = pl.DataFrame({"product_id": ["jam", "tea", "nut"], "number": [0, 1, 2]})
    found = period_sales_of(BOUGHT, numbers)
    assert (found.product.tolist(), found.units.tolist(), found.orders) == ([0, 1], [1, 3], 2)
    assert found.cut == pytest.approx([0, 100 / 600])


def test_nothing_bought_is_no_pulse_but_no_error():
    found = metric_sums(BOUGHT.clear(), RETURNED.clear(), RATED.clear(), pl.Series(["ann"]), np.zeros(1))
    assert all(pairs(one) == [(0, 0)] for one in found.values())
    assert period_sales_of(BOUGHT.clear(), pl.DataFrame({"product_id": ["tea"], "number": [0]})).orders == 0
