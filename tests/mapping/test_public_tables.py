"""Tables in the form of published data: discounts of a unit, logs of pages, totals on each line, ids without a name."""

import polars as pl
import pytest

from offerloop.mapping import guess_currency, infer_mapping, row_filters, sample_sources

N = 300
ORDER = [one // 2 for one in range(N)]
CUSTOMER = [one // 2 * 7 % 45 for one in range(N)]
PRODUCT = [one * 7 % 31 for one in range(N)]
UNITS = [1 + one % 3 % 2 for one in range(N)]
LIST = [30.5 + one for one in PRODUCT]
DIRECT = [(3.5, 0.0, 0.0)[one % 3] for one in range(N)]
COUPON = [(0.0, 2.5, 0.0, 0.0)[one % 4] for one in range(N)]
DAY = [f"2018-03-{1 + one // 10 % 28:02}" for one in range(N)]
UNIT_DISCOUNTS = pl.DataFrame({
    "order_ID": ORDER, "user_ID": [f"u{one}" for one in CUSTOMER], "sku_ID": [f"s{one}" for one in PRODUCT],
    "order_date": DAY, "quantity": UNITS, "original_unit_price": LIST,
    "final_unit_price": [price - off - cut for price, off, cut in zip(LIST, DIRECT, COUPON, strict=True)],
    "direct_discount_per_unit": DIRECT, "coupon_discount_per_unit": COUPON,
})  # fmt: skip


def order_lines(folder, table):
    """What order lines are read from, the filters, and the notes."""
    table.write_csv(folder / "lines.csv")
    samples = sample_sources({"order_lines": str(folder / "lines.csv")}, folder)
    match = infer_mapping(samples)["order_lines"]
    filters = [one.written for one in row_filters(match, samples["order_lines"]) if one.active]
    return {ours: one.written for ours, one in match.guesses.items()}, filters, [str(one) for one in match.notes]


def test_a_discount_of_one_unit_counts_for_all_units(tmp_path):
    guesses, _, _ = order_lines(tmp_path, UNIT_DISCOUNTS)
    assert guesses["paid"] == "final_unit_price * quantity"
    assert guesses["discount"] == "direct_discount_per_unit * quantity"
    assert guesses["coupon"] == "coupon_discount_per_unit * quantity"


def test_discounts_in_several_columns_are_what_list_prices_exceed_the_rest_by(tmp_path):
    more = UNIT_DISCOUNTS.with_columns(
        final_unit_price=pl.col("final_unit_price") - pl.col("quantity"), quantity_discount_per_unit=pl.col("quantity")
    )
    guesses, _, notes = order_lines(tmp_path, more)
    assert "discount" not in guesses
    assert guesses["list_price"] == "original_unit_price"
    assert any("'quantity_discount_per_unit' are parts of the discount" in one for one in notes)


@pytest.mark.parametrize(
    "bought, looked", [("purchase", ("view", "cart")), ("buy", ("pv", "fav")), ("购买", ("浏览", "加购"))]
)
def test_rows_of_views_are_no_lines_also_where_they_are_most_and_have_prices(tmp_path, bought, looked):
    log = pl.DataFrame({
        "event_time": DAY, "event_type": [bought if one % 5 == 0 else looked[one % 2] for one in range(N)],
        "product_id": PRODUCT, "price": LIST, "user_id": CUSTOMER,
    })  # fmt: skip
    _, filters, _ = order_lines(tmp_path, log)
    assert filters == [f"event_type in ['{bought}']"]


def test_orders_that_were_clicked_and_collected_stay(tmp_path):
    table = UNIT_DISCOUNTS.with_columns(type=pl.Series([("sale", "click & collect")[one % 2] for one in range(N)]))
    assert order_lines(tmp_path, table)[1] == []


def test_the_sum_of_a_purchase_on_each_line_is_not_what_was_paid_for_one(tmp_path):
    lines = pl.DataFrame({
        "client_id": CUSTOMER, "transaction_id": ORDER, "transaction_datetime": DAY, "product_id": PRODUCT,
        "product_quantity": UNITS, "trn_sum_from_iss": [price * n for price, n in zip(LIST, UNITS, strict=True)],
    }).with_columns(purchase_sum=pl.col("trn_sum_from_iss").sum().over("transaction_id"))  # fmt: skip
    guesses, _, notes = order_lines(tmp_path, lines)
    assert guesses["paid"] == "trn_sum_from_iss"
    assert any("'purchase_sum' repeats in every order" in one for one in notes)


def test_brands_chains_and_companies_are_no_customers(tmp_path):
    lines = pl.DataFrame({
        "id": [86_000 + one for one in CUSTOMER], "chain": [15 + one % 5 for one in CUSTOMER],
        "category": [707 + one % 12 for one in PRODUCT], "company": [1_078_000 + one for one in PRODUCT],
        "brand": [12_564 + one % 20 for one in PRODUCT], "date": DAY, "purchasequantity": UNITS,
        "purchaseamount": LIST,
    })  # fmt: skip
    guesses, _, _ = order_lines(tmp_path, lines)
    assert guesses["customer_id"] == "id"


def test_an_amount_whose_name_holds_a_currency_is_no_percentage(tmp_path):
    table = UNIT_DISCOUNTS.drop("coupon_discount_per_unit").with_columns(
        pl.Series("Seller Voucher(PHP)", [5 * (one % 4 == 1) for one in range(N)])
    )
    assert order_lines(tmp_path, table)[0]["coupon"] == "Seller Voucher(PHP)"
    table.write_csv(tmp_path / "lines.csv")
    orders = infer_mapping(sample_sources({"order_lines": str(tmp_path / "lines.csv")}, tmp_path))["order_lines"]
    assert guess_currency(None, "en", orders).value == "PHP"
