"""Exposure and outcomes of tiny shops, against a slow loop over their lines."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shop import summed

from offerloop.config import Response
from offerloop.response.shelf.panel import build_panel

EVERYTHING = Response(min_lines_per_product=1, max_weekly_units=4)
CATEGORY = {0: "bread", 1: "bread", 2: "milk", 3: "milk"}
PRODUCTS = pl.DataFrame({"product_id": list(CATEGORY), "category": list(CATEGORY.values())})
WEEKS, EARLY = range(1, 7), range(1, 4)

line = st.tuples(
    st.integers(0, 2),  # customer
    st.integers(0, 3),  # product
    st.integers(1, 6),  # week
    st.integers(1, 3),  # units
    st.sampled_from([0, 5, 10, 30, 70]),  # discount in percent: prices differ even inside a week
)
shops = st.lists(line, min_size=1, max_size=40)


def frame(lines):
    rows = [(c, p, w, 7 * w, n, 100 * n, d * n, (100 - d) * n) for c, p, w, n, d in lines]
    names = ["customer_id", "product_id", "order_week", "order_day", "quantity"]
    return pl.DataFrame(rows, schema=[*names, "list_value_minor", "discount_minor", "revenue_minor"], orient="row")


def panel_of(lines):
    return build_panel(summed(frame(lines), PRODUCTS, EVERYTHING, WEEKS), EARLY, EVERYTHING.max_weekly_units)


def slow_exposure(lines, customer, weights, week):
    """Mean depth of products in a week, by weight, over lines of other customers only; NaN without any."""
    total = weight = 0.0
    for product, w in weights.items():
        others = [one for one in lines if one[1] == product and one[2] == week and one[0] != customer]
        if others:
            depth = sum(n * d for *_, n, d in others) / sum(100 * n for *_, n, d in others)
            total, weight = total + w * depth, weight + w
    return total / weight if weight else np.nan


def spent(lines):
    """List value by product."""
    sums = {}
    for one in lines:
        sums[one[1]] = sums.get(one[1], 0) + 100 * one[3]
    return sums


@settings(max_examples=12, deadline=None)
@given(shops)
def test_exposures_equal_a_slow_loop(lines):
    panel = panel_of(lines)
    pairs = sorted({(one[0], CATEGORY[one[1]]) for one in lines if one[2] in EARLY})
    assert [
        (panel.customer_ids[c], panel.categories[k]) for c, k in zip(panel.customer, panel.category, strict=True)
    ] == pairs
    for row, (customer, category) in enumerate(pairs):
        whole = spent(one for one in lines if CATEGORY[one[1]] == category)
        own = spent(one for one in lines if (one[0], CATEGORY[one[1]]) == (customer, category) and one[2] in EARLY)
        assert panel.n_products[row] == len(own)
        for week in WEEKS:
            column = week - 1
            expected = slow_exposure(lines, customer, own, week), slow_exposure(lines, customer, whole, week)
            found = panel.own_depth[row, column], panel.category_depth[row, column]
            np.testing.assert_allclose(found, expected, atol=1e-12)


@settings(max_examples=12, deadline=None)
@given(shops)
def test_outcomes_equal_a_slow_loop(lines):
    panel = panel_of(lines)
    for row in range(panel.size):
        customer, category = panel.customer_ids[panel.customer[row]], panel.categories[panel.category[row]]
        for week in WEEKS:
            mine = [one for one in lines if (one[0], CATEGORY[one[1]], one[2]) == (customer, category, week)]
            units, discount = sum(one[3] for one in mine), sum(one[3] * one[4] for one in mine)
            found = [m[row, week - 1] for m in (panel.bought, panel.units, panel.list_minor, panel.discount_minor)]
            assert found == [bool(mine), min(units, 4), 100 * units, discount]


def exposures_of(customer, lines):
    """Own exposure of one customer, by category."""
    panel = panel_of(lines)
    rows = np.flatnonzero(panel.customer_ids[panel.customer] == customer)
    return {panel.categories[panel.category[row]]: panel.own_depth[row] for row in rows}


@settings(max_examples=10, deadline=None)
@given(shops, line.filter(lambda one: one[2] not in EARLY))
def test_buying_on_offer_does_not_change_ones_own_exposure(lines, bought):
    lines = [(bought[0], bought[1], 1, 1, 0), *lines]
    before, after = exposures_of(bought[0], lines), exposures_of(bought[0], [*lines, bought])
    assert before.keys() == after.keys()
    for category, depth in before.items():
        np.testing.assert_allclose(after[category], depth, atol=1e-12)


def test_an_own_purchase_does_change_the_exposure_of_others():
    lines = [(0, 0, 1, 1, 0), (1, 0, 1, 1, 0), (1, 0, 5, 1, 0)]
    before, after = panel_of(lines), panel_of([*lines, (1, 0, 5, 1, 70)])
    assert before.own_depth[0, 4] == 0.0
    assert after.own_depth[0, 4] == pytest.approx(0.35)


def test_a_product_sold_to_nobody_else_has_no_exposure():
    panel = panel_of([(0, 0, 1, 1, 30), (0, 0, 5, 1, 30), (1, 2, 1, 1, 0), (2, 2, 5, 1, 10)])
    assert np.isnan(panel.own_depth[0]).all()
    assert panel.own_depth[1, 4] == pytest.approx(0.1)


def test_nobody_bought_in_the_weeks_that_weigh():
    lines = [(0, 0, 5, 1, 10), (1, 2, 6, 1, 0)]
    assert panel_of(lines).size == 0
