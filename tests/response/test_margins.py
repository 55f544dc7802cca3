import polars as pl
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.response import known_margins

LINES = pl.DataFrame(
    [(1, 2, 900, 1000, 0, 0), (2, 1, 300, 400, 0, 0), (3, 1, 500, 500, 0, 0), (4, 1, 2000, 2000, 0, 0)],
    schema=["product_id", "quantity", "revenue_minor", "list_value_minor", "coupon_minor", "reimbursed_minor"],
    orient="row",
)


def margins(costs):
    engine = DuckDBEngine(threads=1)
    products = pl.DataFrame({"product_id": [1, 2, 3, 4], "category": ["tea", "tea", "jam", "jam"]})
    if costs is not None:
        products = products.with_columns(unit_cost_minor=pl.Series(costs, dtype=pl.Int64))
    return known_margins(engine.table(LINES), engine.table(products), 0.3)


def test_margins_are_revenue_less_unit_cost_over_list_value():
    found = margins([300, 250, 200, 1500])
    assert found.of("tea") == pytest.approx((1200 - 600 - 250) / 1400)
    assert found.of("jam") == pytest.approx((2500 - 1700) / 2500)
    assert found.of(None) == pytest.approx((3700 - 2550) / 3900)


def test_a_category_whose_costs_are_mostly_unknown_has_the_usual_margin():
    found = margins([300, None, 200, None])
    assert found.of("tea") == pytest.approx((900 - 600) / 1000)
    assert (found.of("jam"), found.of(None), found.of("bread")) == (0.3, 0.3, 0.3)


def test_without_unit_costs_it_is_the_usual_margin():
    assert margins(None).of("tea") == 0.3


def test_own_coupons_do_not_lower_the_margin_and_suppliers_coupons_do_not_raise_it():
    """A coupon of 100 on goods of 900 at the shelf: paid by the shop, by a supplier, or half and half."""
    rows = [(1, 1, 800, 1000, 100, 0), (1, 1, 900, 1000, 100, 100), (1, 1, 850, 1000, 100, 50)]
    for row in rows:
        lines = pl.DataFrame([row], schema=LINES.columns, orient="row")
        engine = DuckDBEngine(threads=1)
        products = pl.DataFrame({"product_id": [1], "category": ["tea"], "unit_cost_minor": [600]})
        assert known_margins(engine.table(lines), engine.table(products), 0.5).of("tea") == pytest.approx(0.3)
