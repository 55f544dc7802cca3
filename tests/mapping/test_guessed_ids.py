"""Ids of customers, products and orders that are exchanged: a note in `init` and in `check`, whoever mapped them."""

import polars as pl
import pytest
from test_guesses import LINES, edited, notes_of, source_of, started

from offerloop.commands.check.task import check
from offerloop.commands.init.task import write_shop

PLAIN = LINES.select("order", "customer", "product", "quantity", "paid", "date")


def mapped(folder, table, **columns):
    table.write_csv(folder / "lines.csv")
    files = {"order_lines": str(folder / "lines.csv")}
    return write_shop(folder / "shop", files, None, None, columns={"order_lines": columns})


def said(notes, words):
    return [one for one in notes if words in one]


@pytest.mark.parametrize("has_orders", [True, False])
def test_customers_and_products_that_are_exchanged_are_a_note(tmp_path, has_orders):
    table = PLAIN if has_orders else PLAIN.drop("order")
    made = mapped(tmp_path, table, customer_id="product", product_id="customer")
    remedy = 'if so, map customer_id = "customer" and product_id = "product"'
    assert len(said(notes_of(made), remedy)) == 1
    assert len(said(check(made.config).facts["notes"], remedy)) == 1
    right = edited(made, '"product" ', '"_" ').read_text(encoding="utf-8")
    right = right.replace('customer_id = "_"', 'customer_id = "customer"')
    made.config.write_text(right.replace('product_id = "customer"', 'product_id = "product"'), encoding="utf-8")
    assert source_of(made).columns["customer_id"] == "customer"
    assert not said(check(made.config).facts["notes"], "exchanged")


def test_names_that_say_the_opposite_of_the_contents_are_a_note(tmp_path):
    made = started(tmp_path, PLAIN.rename({"customer": "product_id", "product": "customer_id"}))
    assert said(notes_of(made), "they seem to be exchanged")


@pytest.mark.parametrize("order_id, customer_id", [("customer", "order"), ("product", "customer")])
def test_orders_that_are_something_else_are_a_note(tmp_path, order_id, customer_id):
    product_id = next(one for one in ("product", "order") if one not in (order_id, customer_id))
    made = mapped(tmp_path, PLAIN, order_id=order_id, customer_id=customer_id, product_id=product_id)
    assert said(
        notes_of(made), f"of the numbers in '{order_id}' with several lines have several customers in '{customer_id}'"
    )


def test_order_numbers_that_some_customers_share_are_no_exchange(tmp_path):
    """Every fifth order has the number of another one."""
    shared = pl.when(pl.col("order") % 5 == 0).then(pl.col("order") - 1).otherwise(pl.col("order")).alias("order")
    made = started(tmp_path, PLAIN.with_columns(shared))
    assert not said(notes_of(made), "exchanged")
    assert not said(notes_of(made), "have several customers")


def test_an_exchange_is_seen_where_numbers_of_orders_recur(tmp_path):
    """Numbers begin again after 150 orders: most have several customers."""
    table = PLAIN.with_columns(order=pl.col("order") % 150)
    assert said(notes_of(started(tmp_path, table)), "each of these counts as an order of its own")
    (tmp_path / "other").mkdir()
    assert said(notes_of(mapped(tmp_path / "other", table, customer_id="product", product_id="customer")), "exchanged")


def test_a_customer_with_one_price_for_all_lessons_is_no_product(tmp_path):
    """The price of a lesson goes with the customer, who always books the same one."""
    price = 20 + pl.col("customer") % 9
    table = PLAIN.with_columns(
        paid=price * pl.col("quantity"), product=pl.concat_str(pl.lit("L"), pl.col("customer") % 3)
    )
    assert not said(notes_of(started(tmp_path, table.drop("order"))), "exchanged")


@pytest.mark.parametrize("n_orders", [15_000, 20_000, 44_000])
def test_a_table_of_orders_alone_is_read_whatever_its_size(tmp_path, n_orders):
    orders = pl.select(number=pl.int_range(n_orders)).select(
        order_id="number",
        customer_id=pl.col("number") * 7919 % 3001,
        order_date=pl.date(2025, 1, 1) + pl.duration(days=pl.col("number") * 360 // n_orders),
        amount=(500 + pl.col("number") * 104_729 % 9_001) / 100,
    )
    columns = source_of(started(tmp_path, orders)).columns
    assert (columns["order_id"], columns["product_id"], columns["paid"]) == ("order_id", "'everything'", "amount")


def test_a_second_amount_is_no_product(tmp_path):
    """Whole amounts, which recur as products do."""
    amounts = LINES.select("customer", "date", gross_amount=pl.col("paid").cast(pl.Float64).ceil(), amount_paid="paid")
    orders = amounts.unique(["customer", "date"]).sort("customer", "date")
    columns = source_of(started(tmp_path, orders)).columns
    assert (columns["product_id"], columns["paid"]) == ("'everything'", "amount_paid")


def test_amounts_of_orders_alone_count_as_one_product(tmp_path):
    """As a card terminal exports them; a second number of each customer is none of the product."""
    amounts = LINES.select("customer", "date", "paid", card=pl.col("customer").cast(pl.String) + "-0")
    made = started(tmp_path, amounts.unique(["customer", "date"]).sort("customer", "date"))
    assert source_of(made).columns["product_id"] == "'everything'"
    assert "what was bought" in made.config.read_text(encoding="utf-8")
    (tmp_path / "named").mkdir()
    named = started(tmp_path / "named", amounts.with_columns(product=pl.lit("coffee")))
    assert source_of(named).columns["product_id"] == "product"


def test_amounts_beside_something_that_may_be_a_product_leave_it_open(tmp_path):
    made = started(tmp_path, LINES.select("customer", "date", "paid", which=pl.col("product")))
    assert source_of(made).columns["product_id"] == "which"


def test_whole_decimals_are_ids_as_warehouses_export_them(tmp_path):
    ids = [pl.col(name).cast(pl.Decimal(38, 0)) for name in ("order", "customer")]
    table = PLAIN.with_columns(*ids)
    table.write_parquet(tmp_path / "lines.parquet")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.parquet")}, None, None)
    columns = source_of(made).columns
    assert (columns["order_id"], columns["customer_id"]) == ("order", "customer")
    assert check(made.config).facts["orders"]["n_customers"] == table["customer"].n_unique()
