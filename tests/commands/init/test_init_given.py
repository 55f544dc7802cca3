"""What `offerloop init` is told: columns, margin, queries, sheets; and the draft that it leaves otherwise."""

import sqlite3
from contextlib import closing
from datetime import date

import init_shops
import polars as pl
import pytest
import workbooks
from sqlalchemy import create_engine, text
from workbooks import packed

from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import prepare

ALL = init_shops.order_lines()
TABLE = ALL.select(
    pl.col("order").alias("order_id"), pl.col("customer").alias("customer_id"), pl.col("product").alias("product_id"),
    "quantity", init_shops.money("amount").alias("paid"), init_shops.moment("%Y-%m-%d %H:%M").alias("at"),
)  # fmt: skip


@pytest.fixture
def shop(tmp_path):
    return tmp_path / "shop"


def totals(shop):
    """What a run would read: units of money, customers and the first day."""
    events = prepare(load_config(shop / "offerloop.toml"), DuckDBEngine())
    lines = collect(events.order_lines)
    return lines["paid_minor"].sum(), lines["customer_id"].n_unique(), events.first_day


RIGHT = (ALL["amount"].sum(), init_shops.N_CUSTOMERS, (date(2024, 3, 5) - date(1970, 1, 1)).days)


def written(tmp_path, table, name="lines.csv"):
    table.write_csv(tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize("ending", ["csv.gz", "csv.zst", "csv.zip", "xlsx", "1904.xlsx"])
def test_packed_files_and_workbooks_give_the_right_totals(tmp_path, shop, command, ending):
    path = tmp_path / f"lines.{ending}"
    if ending.endswith("xlsx"):
        workbooks.shop_workbook(path, other_sheets=True, epoch_1904=ending.startswith("1904"))
    else:
        packed(ending.removeprefix("csv."), TABLE.write_csv().encode(), path)
    assert command("init", shop, "--orders", path)[0] == 0
    assert totals(shop) == RIGHT


def test_the_sheet_of_each_source_is_found_in_one_workbook(tmp_path, shop, command):
    import openpyxl

    path = workbooks.shop_workbook(tmp_path / "book.xlsx", other_sheets=True)
    book = openpyxl.load_workbook(path)
    for row in [["Product", "Category"], *([f"P{one}", f"Kind {one % 2}"] for one in range(30))]:
        (book["Goods"] if "Goods" in book.sheetnames else book.create_sheet("Goods")).append(row)
    book.save(path)
    assert command("init", shop, "--orders", path, "--products", path)[0] == 0
    sources = load_config(shop / "offerloop.toml").sources
    assert (sources["order_lines"].part, sources["products"].part) == ("Sales", "Goods")
    assert totals(shop) == RIGHT
    assert command("check", shop)[0] == 0


def test_a_given_column_is_taken_as_it_is_and_the_others_are_guessed(tmp_path, shop, command):
    names = {"customer_id": "会员号", "at": "wann", "product_id": "pid"}
    path = written(tmp_path, TABLE.rename(names))
    options = ["--map", "customer_id=会员号", "--map", "orders.at=wann", "--map", "paid=paid * 2", "--language", "en"]
    code, said, _ = command("init", shop, "--orders", path, *options)
    assert code == 0
    columns = load_config(shop / "offerloop.toml").sources["order_lines"].columns
    assert (columns["customer_id"], columns["at"], columns["paid"]) == ("会员号", "wann", "paid * 2")
    assert columns["product_id"] == "pid"
    assert said.count("(given with --map)") == 3
    assert totals(shop)[0] == 2 * RIGHT[0]


def columns_of(tmp_path, table, command, *options):
    """What `init` reads each column from, and what it prints."""
    told = [part for option in options for part in ("--map", option)]
    code, said, wrong = command("init", tmp_path / "shop", "--orders", written(tmp_path, table), *told)
    assert (code, wrong) == (0, "")
    return load_config(tmp_path / "shop" / "offerloop.toml").sources["order_lines"].columns, said


@pytest.mark.parametrize(
    "option",
    ["order_id=customer_id + '-' + date", "order_id=`customer_id` + ' ' + `date`", "paid=paid * quantity",
     "discount=paid * share / (1 - share)", "list_price=paid / quantity"],
)  # fmt: skip
def test_columns_of_a_given_expression_are_still_guessed_by_themselves(tmp_path, command, option):
    share = pl.Series("share", [[0.0, 0.1, 0.25][row % 3] for row in range(TABLE.height)])
    table = TABLE.rename({"at": "date"}).with_columns(share)
    columns, said = columns_of(tmp_path, table, command, option)
    ours, _, theirs = option.partition("=")
    expected = {"customer_id": "customer_id", "product_id": "product_id", "at": "date", "quantity": "quantity"}
    assert expected | {ours: theirs} == {name: columns[name] for name in (*expected, ours)}
    assert ours == "paid" or columns["paid"] == "paid"
    unused = [line for line in said.splitlines() if "not used" in line]
    assert ("share" in "".join(unused)) == ("share" not in theirs)


def test_a_column_that_is_given_by_itself_is_nothing_else(tmp_path, command):
    columns, _ = columns_of(tmp_path, TABLE.rename({"order_id": "no"}), command, "order_id=no", "store_id=quantity")
    assert columns["quantity"] == "1"


def test_a_given_column_of_another_source(tmp_path, shop, command):
    ids = [f"P{one}" for one in range(30)]
    goods = pl.DataFrame({"product_id": ids, "shelf": [f"s{one % 3}" for one in range(30)]})
    options = ["--products", written(tmp_path, goods, "goods.csv"), "--map", "products.category=shelf"]
    assert command("init", shop, "--orders", written(tmp_path, TABLE), *options)[0] == 0
    assert load_config(shop / "offerloop.toml").sources["products"].columns["category"] == "shelf"


@pytest.mark.parametrize(
    "option, words",
    [
        ("customer=paid", "no column 'customer', did you mean 'customer_id'?"),
        ("customer_id=customerid", "there is no column 'customerid', did you mean 'customer_id'?"),
        ("order.customer_id=customer_id", "no file of 'order' is given, did you mean 'orders'?"),
        ("products.category=customer_id", "of it for one product (product P0: "),
        ("products.category=order_id", "map another column, or give a list of products with --products FILE"),
        ("products.categry=paid", "products has no column 'categry', did you mean 'category'?"),
        ("products.category=payd", "there is no column 'payd', did you mean 'paid'?"),
        ("customers.segment=paid", "no file of 'customers' is given; name it with --customers FILE"),
        ("customer_id", "must be like customer_id=Member"),
        ("customer_id=", "must be like customer_id=Member"),
    ],
)
def test_a_misspelt_map_is_answered_with_the_nearest_name(tmp_path, shop, command, option, words):
    code, _, said = command("init", shop, "--orders", written(tmp_path, TABLE), "--map", option)
    assert code == 2
    assert words in said
    assert not shop.exists()


def test_a_margin_is_a_share_or_a_percentage(tmp_path, shop, command):
    assert command("init", shop, "--orders", written(tmp_path, TABLE), "--margin", "7.5 %")[0] == 0
    assert load_config(shop / "offerloop.toml").shop.margin == 0.075


def test_what_is_no_margin_is_refused(tmp_path, shop, command):
    code, _, said = command("init", shop, "--orders", written(tmp_path, TABLE), "--margin", "35")
    assert (code, said) == (2, "the margin must be a share such as 0.3 or 30%, not '35'")


def sqlite_shop(tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("create table lines (order_id, customer_id, product_id, quantity, paid real, at)")
        connection.executemany("insert into lines values (?, ?, ?, ?, ?, ?)", TABLE.rows())
        connection.execute("create view sales as select * from lines where paid > 10")
    connection.close()
    return f"sqlite:///{tmp_path / 'shop.db'}"


def postgres_shop(url):
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("drop table if exists given_lines cascade"))
        connection.execute(text(
            "create table given_lines (order_id int, customer_id int, product_id text, quantity int, "
            "paid numeric(9, 2), at timestamp)"
        ))  # fmt: skip
        connection.execute(
            text("insert into given_lines values (:order_id, :customer_id, :product_id, :quantity, :paid, :at)"),
            [row | {"at": row["at"] + ":00", "paid": float(row["paid"])} for row in TABLE.to_dicts()],
        )
        connection.execute(text("create view given_sales as select * from given_lines where paid > 10"))
    engine.dispose()


DEAR = ALL.filter(pl.col("amount") > 1000)["amount"].sum()


@pytest.mark.parametrize(
    "where",
    [
        "sales",
        "select * from lines where paid > 10;",
        "WITH x AS (select * from sales)\nSELECT * FROM x",
    ],
)
def test_a_view_and_a_query_of_sqlite(tmp_path, shop, command, where):
    place = f"{sqlite_shop(tmp_path)}#{where}"
    assert command("init", shop, "--orders", place)[0] == 0
    assert totals(shop)[0] == DEAR
    assert command("check", shop)[0] == 0


@pytest.mark.parametrize("where", ["given_sales", "select * from given_lines where paid > 10 and product_id like 'P%'"])
def test_a_view_and_a_query_of_postgres(postgres_url, shop, command, where):
    postgres_shop(postgres_url)
    assert command("init", shop, "--orders", f"{postgres_url}#{where}")[0] == 0
    assert totals(shop)[0] == DEAR


@pytest.mark.parametrize("query", ["select nothing from lines", "select * from lines; drop table lines"])
def test_a_query_that_fails_is_one_sentence_and_changes_nothing(tmp_path, shop, command, query):
    url = sqlite_shop(tmp_path)
    code, _, said = command("init", shop, "--orders", f"{url}#{query}")
    assert code == 2
    assert len(said.splitlines()) == 1
    assert said.startswith("the database refuses to read query of sqlite:///")
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        assert connection.execute("select count(*) from lines").fetchone()[0] == TABLE.height


@pytest.mark.parametrize(
    "query",
    [
        "with gone as (delete from given_lines returning *) select * from gone",
        "select * from given_lines; delete from given_lines",
        "select *, pg_sleep(0), nextval('given_ids') from given_lines",
        "select * from given_lines where paid > 'much'",
    ],
)
def test_a_query_of_postgres_cannot_write(postgres_url, shop, command, query):
    postgres_shop(postgres_url)
    code, _, said = command("init", shop, "--orders", f"{postgres_url}#{query}")
    assert code == 2
    assert len(said.splitlines()) == 1
    assert "the database refuses to read query of postgresql" in said
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from given_lines")).scalar_one() == TABLE.height
    engine.dispose()


def test_a_column_that_does_not_fit_leaves_a_draft_that_shows_its_cells(tmp_path, shop, command):
    some = pl.int_range(pl.len()) % 7 == 3
    path = written(tmp_path, TABLE.with_columns(at=pl.when(some).then(pl.lit("12.05.x")).otherwise("at")))
    code, printed, said = command("init", shop, "--orders", path)
    assert (code, printed) == (2, "")
    assert "'at': line 5: '12.05.x' is no time, nor are 68 more of 480 cells" in said
    assert f"Wrote the draft '{shop / 'offerloop.toml'}'" in said
    assert "--map at=COLUMN" in said
    draft = (shop / "offerloop.toml").read_text(encoding="utf-8")
    assert '\nat = ""\n' in draft
    assert '\ncustomer_id = "customer_id"' in draft
    assert "#   at: '2024-03-05 09:30'" in draft
    code, _, said = command("check", shop)
    assert code == 2
    assert "sources.order_lines.columns: 'at' is still open; write the name of your column" in said


def test_a_draft_is_finished_by_hand_or_by_another_init_and_then_kept(tmp_path, shop, command):
    path = written(tmp_path, TABLE.drop("paid").with_columns(x=pl.col("quantity") * 1.5, y=pl.col("quantity") * 2.5))
    config = shop / "offerloop.toml"
    assert command("init", shop, "--orders", path)[0] == 2
    config.write_text(config.read_text().replace('paid = ""', 'paid = "y"'))
    assert command("check", shop)[0] == 0
    assert command("init", shop, "--orders", path, "--map", "paid=x")[0] == 2
    config.write_text(config.read_text().replace('paid = "y"', 'paid = "" # mine'))
    assert command("init", shop, "--orders", path, "--map", "paid=x")[0] == 0
    assert load_config(config).sources["order_lines"].columns["paid"] == "x"
    assert 'paid = "" # mine' in (shop / "offerloop.toml.old").read_text()


def test_a_given_column_whose_cells_do_not_fit_is_open(tmp_path, shop, command):
    code, _, said = command("init", shop, "--orders", written(tmp_path, TABLE), "--map", "paid=product_id")
    assert code == 2
    assert "'product_id': line 2: 'P0' is no number" in said


@pytest.mark.parametrize("ours, cell", [("paid", "10.00"), ("product_id", "membership")])
def test_a_given_column_with_one_value_in_all_rows_is_taken(tmp_path, shop, command, ours, cell):
    path = written(tmp_path, TABLE.with_columns(pl.lit(cell).alias("the only")).drop(ours))
    assert command("init", shop, "--orders", path, "--map", f"{ours}=the only")[0] == 0
    assert load_config(shop / "offerloop.toml").sources["order_lines"].columns[ours] == "the only"
    assert totals(shop)[0] == (1000 * TABLE.height if ours == "paid" else RIGHT[0])


def test_a_product_list_without_its_key_leaves_a_draft_too(tmp_path, shop, command):
    goods = written(tmp_path, pl.DataFrame({"shelf": [1.5, 2.5], "Colour": ["red", "red"]}), "goods.csv")
    code, _, said = command("init", shop, "--orders", written(tmp_path, TABLE), "--products", goods)
    assert code == 2
    assert "goods.csv': no column could be identified as product_id (the product)" in said
    assert "--map products.product_id=COLUMN" in said
    assert command("check", shop)[0] == 2
