import polars as pl
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.response import known_margins

LINES = pl.DataFrame(
    [(1, 2, 900, 1000), (2, 1, 300, 400), (3, 1, 500, 500), (4, 1, 2000, 2000)],
    schema=["product_id", "quantity", "revenue_minor", "list_value_minor"],
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
