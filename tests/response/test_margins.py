"""What is left of order lines, and of categories, by unit costs or a margin for all."""

import polars as pl
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.money import MICRO
from offerloop.response import Margins, daily_sums, known_margins

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
    return known_margins(engine.table(LINES), engine.table(products), 0.3, tells_shelf=False)


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
        found = known_margins(engine.table(lines), engine.table(products), 0.5, tells_shelf=True)
        assert found.of("tea") == pytest.approx(0.3)


PRODUCTS = {"tea": "drinks", "jam": None, "chai": "drinks"}


def tables_of(bought, costs):
    """Order lines and products; bought as in `profits`."""
    names = ["customer_id", "product_id", "quantity", "discount_minor", "coupon_minor", "reimbursed_minor"]
    rows = [(f"c{n:02}", *row) for n, row in enumerate(bought)]
    lines = pl.DataFrame(rows, names, orient="row").with_columns(
        order_id=pl.col("customer_id"), order_day=1, list_value_minor=1_000 * pl.col("quantity")
    )
    paid = pl.col("list_value_minor") - pl.col("discount_minor") - pl.col("coupon_minor")
    lines = lines.with_columns(revenue_minor=paid + pl.col("reimbursed_minor"))
    products = pl.DataFrame({"product_id": list(PRODUCTS), "category": list(PRODUCTS.values())})
    if costs is not None:
        costs = [*costs, *[None] * (products.height - len(costs))]
        products = products.with_columns(unit_cost_minor=pl.Series(costs, dtype=pl.Int64))
    engine = DuckDBEngine(threads=1)
    return engine.table(lines), engine.table(products), engine.table(lines.select("customer_id").unique())


def margins_of(bought, costs=None, *, usual=0.3, tells_shelf=True):
    """Their margins; `costs` are those of tea, jam and chai."""
    lines, products, _ = tables_of(bought, costs)
    return known_margins(lines, products, usual, tells_shelf=tells_shelf)


def profits(bought, costs=None, **how):
    """What each customer leaves of goods of list value 1,000 a unit: (quantity, shelf discount, coupon, reimbursed)."""
    daily = daily_sums(*tables_of(bought, costs)).collect("polars").to_native()
    left = margins_of(bought, costs, **how).with_profit(daily)
    return (left.sort("customer_id")["profit_micro"] / MICRO).to_list()


def test_who_buys_on_sale_leaves_less_and_all_together_leave_the_usual_margin():
    """Goods cost .60 of list price, so that after discounts of .10 of it on the whole .30 are left."""
    bought = [("tea", 1, 0, 0, 0), ("tea", 2, 0, 0, 0), ("jam", 1, 400, 0, 0)]
    left = profits(bought)
    assert left == pytest.approx([400, 800, 0])
    assert sum(left) == pytest.approx(0.3 * 4_000)


def test_a_line_leaves_what_was_paid_before_the_offer_less_its_unit_cost():
    """Whoever pays for a coupon, goods leave the same; jam, of no category, leaves the usual margin."""
    bought = [("tea", 3, 300, 0, 0), ("jam", 1, 0, 0, 0), ("tea", 1, 0, 250, 0), ("tea", 1, 0, 250, 250)]
    assert profits(bought, [600, None]) == pytest.approx([900, 300, 400, 400])


@pytest.mark.parametrize("others", [0, 200])
def test_goods_of_unknown_cost_cost_as_much_as_those_of_their_category(others):
    """Tea on sale at .70 of list price costs .60 of it; what is off other goods changes nothing of that."""
    bought = [("tea", 1, 300, 0, 0), ("chai", 1, 300, 0, 0), ("chai", 1, 0, 0, 0)]
    left = profits([*bought, ("tea", 1, 300, 0, 0), *[("jam", 1, others, 0, 0)] * 5], [600])
    assert left[:4] == pytest.approx([100, 100, 400, 100])
    assert left[4:] == pytest.approx([300] * 5)


def test_sales_of_goods_of_known_cost_do_not_lower_what_others_leave():
    """Nearly all costs are known, and no goods of their category are among the others, which leave the usual margin."""
    bought = [("tea", 8, 2_400, 0, 0), ("jam", 1, 0, 0, 0), ("jam", 1, 200, 0, 0)]
    assert profits(bought, [600, None]) == pytest.approx([800, 400, 200])


def test_margins_are_the_same_after_they_were_written():
    margins = margins_of([("tea", 3, 300, 0, 0), ("chai", 1, 0, 0, 0), ("jam", 1, 77, 0, 0)], [600])
    assert margins.cost_shares == pytest.approx({"drinks": 0.6, None: 1 - 0.077 - 0.3})
    again = Margins.of_table(margins.table(), tells_shelf=True)
    assert again.cost_shares == margins.cost_shares
    assert [again.of(one) for one in ("drinks", None)] == [margins.of(one) for one in ("drinks", None)]
    assert not Margins.of_table(margins.table(), tells_shelf=False).are_of_lines


def test_goods_without_a_category_do_not_tell_the_margin_of_the_shop():
    margins = margins_of([("tea", 9, 0, 0, 0), ("jam", 1, 0, 0, 0)], [None, 100])
    assert (margins.of(None), margins.of("drinks")) == (0.3, 0.3)


def test_margins_that_are_all_alike_leave_the_same_share_to_the_last_digit():
    bought = [("tea", 1, 0, 0, 0), ("jam", 3, 0, 77, 0)]
    assert profits(bought, usual=0.37) == [370.0, 1110.0]


def test_where_coupons_are_not_known_all_goods_of_a_category_leave_its_margin():
    """What was off the second line may be what an offer costs, which is counted apart."""
    bought = [("tea", 1, 0, 0, 0), ("tea", 1, 400, 0, 0)]
    assert profits(bought, tells_shelf=False) == pytest.approx([300, 300])
    assert profits(bought, [500, None], tells_shelf=False) == pytest.approx([300, 300])
