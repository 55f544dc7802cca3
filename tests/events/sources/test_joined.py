"""A source whose rows are joined to those of further files, and rows that hold nothing."""

import polars as pl
import pytest

from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.errors import ConfigError, SourceError
from offerloop.workspace.stage_store import config_key

ITEMS = "order,product,units,paid\n1,a,1,2.00\n1,b,2,3.00\n2,a,1,2.00\n7,a,1,2.00\n"
ORDERS = "id,customer,at\n1,ann,2024-01-05\n2,bob,2024-02-06\n3,cy,2024-02-07\n"
ON_ORDERS = 'join = [{ path = "orders.csv", on = "order", key = "id" }]'


def shown(events):
    columns = ("order_id", "customer_id", "product_id", "paid_minor")
    return collect(events.order_lines, "order_id", "product_id").select(columns).rows()


def test_order_lines_have_the_customer_and_the_time_of_their_order(clean):
    events = clean(ITEMS, source=ON_ORDERS, files={"orders.csv": ORDERS})
    assert shown(events) == [(1, "ann", "a", 200), (1, "ann", "b", 300), (2, "bob", "a", 200)]
    lost = events.quality.filter(pl.col("rule") == "incomplete")
    assert lost["rows"].to_list() == [1]  # the line of order 7, which no file has


def test_a_file_may_be_joined_by_a_column_of_one_joined_before(clean):
    files = {
        "orders.csv": "id,buyer,at\n1,77,2024-01-05\n2,78,2024-02-06\n",
        "people.csv": "buyer,customer\n77,ann\n78,ann\n",
    }
    join = 'join = [{ path = "orders.csv", on = "order", key = "id" }, { path = "people.csv", on = "buyer" }]'
    events = clean(ITEMS, source=join, files=files)
    assert {row[1] for row in shown(events)} == {"ann"}


def test_numbers_and_texts_of_the_same_order_belong_together(clean, tmp_path):
    orders = pl.DataFrame({"id": [1.0, 2.0, None], "customer": ["ann", "bob", "cy"], "at": ["2024-01-05"] * 3})
    orders.write_parquet(tmp_path / "orders.parquet")
    events = clean(ITEMS, source=ON_ORDERS.replace(".csv", ".parquet"))
    assert [row[1] for row in shown(events)] == ["ann", "ann", "bob"]


def test_the_source_itself_counts_where_both_have_a_column(clean):
    items = "order,product,units,paid,at\n1,a,1,2.00,2024-03-01\n"
    day = collect(clean(items, source=ON_ORDERS, files={"orders.csv": ORDERS}).order_lines)["order_day"][0]
    assert day == 19_783  # 1 March 2024


def test_the_filter_sees_the_columns_of_both(clean):
    events = clean(ITEMS, source=ON_ORDERS + "\nwhere = \"customer == 'bob'\"", files={"orders.csv": ORDERS})
    assert {row[1] for row in shown(events)} == {"bob"}


@pytest.mark.parametrize(
    "orders, expected",
    [
        (ORDERS + "1,dan,2024-01-05\n", r"orders.csv' has several different rows for 'id' 1, and a joined file needs"),
        (
            ORDERS.replace("id,", "ids,"),
            r"orders.csv' has no column 'id' to join '.*lines.csv' by, did you mean",
        ),
        (ORDERS.replace("2024-02-06", "soon"), r"orders.csv', line 3, column 'at'"),
    ],
)
def test_what_is_wrong_in_a_joined_file_is_said_of_that_file(clean, orders, expected):
    with pytest.raises(SourceError, match=expected):
        clean(ITEMS, toml="[clean]\nmax_unreadable = 0.0", source=ON_ORDERS, files={"orders.csv": orders})


def test_a_joined_file_may_be_written_in_another_encoding(clean, tmp_path):
    (tmp_path / "orders.csv").write_bytes("id;customer;at\n1;Zoë;2024-01-05\n2;José;2024-02-06\n".encode("cp1252"))
    join = ON_ORDERS.replace('key = "id"', 'key = "id", encoding = "cp1252", separator = ";"')
    events = clean(ITEMS, source=join).order_lines
    assert {row[0] for row in collect(events).select("customer_id").rows()} == {"Zoë", "José"}


def test_a_row_that_is_there_twice_is_one(clean):
    assert len(shown(clean(ITEMS, source=ON_ORDERS, files={"orders.csv": ORDERS + "1,ann,2024-01-05\n"}))) == 3


def test_a_database_is_joined_by_its_query(clean):
    with pytest.raises(ConfigError, match="'join' belongs to a source with 'path'; of a database give a 'query'"):
        clean(ITEMS, toml='[sources.products]\nurl = "sqlite:///x.db"\ntable = "p"\n' + ON_ORDERS + "\ncolumns = {}")


def test_another_joined_file_is_another_source(clean, tmp_path):
    clean(ITEMS, source=ON_ORDERS, files={"orders.csv": ORDERS})
    before = config_key(load_config(tmp_path / "offerloop.toml"))
    (tmp_path / "orders.csv").write_text(ORDERS.replace("ann", "eve"))
    assert config_key(load_config(tmp_path / "offerloop.toml")) != before


def test_rows_of_nothing_but_separators_are_no_rows_and_products_without_an_id_are_left_out(clean):
    lines = "order,customer,product,units,paid,at\n1,ann,a,1,2.00,2024-01-05\n,,,,,\n,,,,,\n"
    products = 'what,name\na,Tea\n,\n,"`"\n'
    listed = '[sources.products]\npath = "products.csv"\ncolumns = { product_id = "what", text = "name" }'
    events = clean(lines, toml=listed, files={"products.csv": products})
    read = events.quality.filter(pl.col("action") == "read")
    assert dict(read.select("table", "rows").rows()) == {"order_lines": 1, "products": 2}
    assert collect(events.products)["product_id"].to_list() == ["a"]
    assert events.losses.select("table", "column", "rows").rows() == [("products", "product_id", 1)]
