"""`offerloop init` on a shop that keeps orders and their lines in files of their own."""

import init_shops
import polars as pl
import pytest

from offerloop.commands.check.task import check
from offerloop.commands.init.request import InitRequest, init
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError
from offerloop.events import prepare

ALL = init_shops.order_lines()


@pytest.fixture
def files(tmp_path):
    """Lines with a seller, the number in the order and a yes or no; orders with their totals; accounts of people."""
    number = pl.int_range(pl.len()).over("order") + 1
    lines = ALL.select(
        pl.int_range(pl.len()).alias("row_id"), order_id="order", order_item_id=number, product_id="product",
        seller_id=pl.col("order") % 40, is_first=(number == 1).cast(pl.Int8), price=init_shops.money("amount"),
    )  # fmt: skip
    orders = ALL.group_by("order", maintain_order=True).agg(
        account_id=pl.col("customer").first() * 10, created_at=pl.col("moment").first(), items_purchased=pl.len(),
        total=pl.col("amount").sum() / 100, discount_total=pl.lit(0.5),
    )  # fmt: skip
    orders = orders.rename({"order": "id"}).sample(fraction=1, shuffle=True, seed=1)
    people = orders.select("account_id", customer_unique_id=pl.col("account_id") // 10).unique("account_id")
    tables = {"items": lines.select(pl.exclude("row_id")), "orders": orders, "people": people}
    for name, table in tables.items():
        table.write_csv(tmp_path / f"{name}.csv")
    return {name: str(tmp_path / f"{name}.csv") for name in tables}


def started(tmp_path, files, *join, columns=()):
    request = InitRequest({"order_lines": files["items"]}, columns=columns, join=[files[one] for one in join])
    return load_config(init(tmp_path / "shop", request).config)


def test_customer_and_time_come_from_the_orders_and_amounts_from_the_lines(tmp_path, files):
    config = started(tmp_path, files, "orders")
    source = config.sources["order_lines"]
    assert [(one.path.name, one.on, one.key) for one in source.join] == [("orders.csv", "order_id", "id")]
    assert source.columns == {
        "order_id": "order_id", "customer_id": "account_id", "product_id": "product_id", "quantity": "1",
        "paid": "price", "at": "created_at", "line": "order_item_id",
    }  # fmt: skip
    lines = collect(prepare(config, DuckDBEngine()).order_lines)
    assert lines["paid_minor"].sum() == ALL["amount"].sum()
    assert lines["customer_id"].n_unique() == init_shops.N_CUSTOMERS
    assert not check(tmp_path / "shop").problems


def test_a_third_file_is_joined_to_the_second(tmp_path, files):
    columns = ["customer_id=customer_unique_id"]
    config = started(tmp_path, files, "orders", "people", columns=columns)
    assert [one.on for one in config.sources["order_lines"].join] == ["order_id", "account_id"]
    ids = set(collect(prepare(config, DuckDBEngine()).order_lines)["customer_id"])
    assert ids == set(ALL["customer"])


def test_without_the_orders_no_seller_line_number_or_flag_is_the_customer(tmp_path, files):
    with pytest.raises(InputError) as refused:
        started(tmp_path, files)
    assert "no column could be identified as customer_id" in str(refused.value)
    assert "If another file has customer_id and at, one row for each order, give it too: --join FILE" in str(
        refused.value
    )


def test_files_that_have_nothing_in_common_or_are_the_wrong_way_round_are_refused(tmp_path, files):
    turned = {"items": files["orders"], "orders": files["items"]}
    with pytest.raises(InputError, match=r"cannot be joined to .*, or give the files the other way round"):
        started(tmp_path, turned, "orders")
    pl.DataFrame({"order_id": [-1, -2], "customer": ["a", "b"]}).write_csv(files["people"])
    with pytest.raises(InputError, match=r"people.csv' cannot be joined"):
        started(tmp_path, files, "people")


def test_a_table_of_a_database_is_joined_by_a_query(tmp_path, files):
    with pytest.raises(
        InputError, match="'table orders' cannot be joined: files are joined to files; of a database name"
    ):
        started(tmp_path, files | {"orders": "sqlite:///shop.db#orders"}, "orders")
