"""What was taken off whole orders belongs to their lines afterwards, to the last minor unit."""

import narwhals as nw
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events.prices.order_discounts import with_order_discounts

ENGINE = DuckDBEngine(threads=1)
AMOUNTS = st.integers(-500, 100_000)
ORDERS = st.lists(
    st.tuples(st.lists(AMOUNTS, min_size=1, max_size=6), st.integers(-150_000, 150_000), st.booleans()),
    min_size=1,
    max_size=5,
)


def table(orders):
    rows = [
        {
            "order_id": order, "customer_id": "c", "product_id": f"p{place}", "quantity": 1.0, "paid_minor": paid,
            "order_discount_minor": off if everywhere or place == 0 else None,
        }
        for order, (amounts, off, everywhere) in enumerate(orders)
        for place, paid in enumerate(amounts)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"order_discount_minor": pl.Int64})


def divided(lines):
    return collect(with_order_discounts(ENGINE.table(lines)), "order_id", "product_id")


@given(ORDERS)
def test_shares_add_up_in_proportion_to_what_lines_cost(orders):
    lines = table(orders)
    after = divided(lines)
    assert after.columns == [*lines.columns[:-1], "coupon_minor"]
    assert (after["paid_minor"] + after["coupon_minor"]).to_list() == lines["paid_minor"].to_list()
    for order, (amounts, off, _) in enumerate(orders):
        shares = after.filter(pl.col("order_id") == order)["coupon_minor"].to_list()
        costs = [max(0, one) for one in amounts]
        assert sum(shares) == min(abs(off), sum(costs))
        assert all(0 <= share <= cost for share, cost in zip(shares, costs, strict=True))
        exact = [sum(shares) * cost / max(1, sum(costs)) for cost in costs]
        assert all(abs(share - one) <= 1 for share, one in zip(shares, exact, strict=True))


def test_coupons_of_single_lines_stay_beside_it():
    lines = table([([600, 400], 100, True)]).with_columns(coupon_minor=pl.Series([50, None], dtype=pl.Int64))
    after = divided(lines)
    assert after["coupon_minor"].to_list() == [110, 40]
    assert after["paid_minor"].to_list() == [540, 360]


def test_lines_without_such_a_column_stay_as_they_are():
    lines = table([([600, 400], 100, True)]).drop("order_discount_minor")
    assert nw.to_native(with_order_discounts(nw.from_native(lines).lazy())).collect().equals(lines)
