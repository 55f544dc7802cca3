"""`offerloop init` on what columns say of rows: prices of units or lines, orders that are no sales, unused ones."""

import tomllib
from dataclasses import replace

import init_shops
import polars as pl
import pytest
from typer.testing import CliRunner

from offerloop.cli import app
from offerloop.commands.init.page import page
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError
from offerloop.events import prepare

ALL = init_shops.order_lines()
PLAIN = ALL.select("order", "customer", "product", "quantity", (pl.col("amount") / 100).alias("amount paid"), "moment")


def started(tmp_path, table, budget=None, **files):
    table.write_csv(tmp_path / "lines.csv")
    places = {"order_lines": str(tmp_path / "lines.csv"), **{name: str(place) for name, place in files.items()}}
    return write_shop(tmp_path / "shop", places, budget, None)


def orders_of(made):
    return load_config(made.config).sources["order_lines"]


def discounted(name, worth):
    """Lines at 20 % off in every second order, with a column that says what they were worth before."""
    paid = pl.when(pl.col("order") % 2 == 0).then(pl.col("amount") * 0.8).otherwise(pl.col("amount")) / 100
    return ALL.select(
        "order", "customer", "product", "quantity", paid.round(2).alias("amount paid"), "moment",
        (pl.col(worth) / 100).alias(name),
    )  # fmt: skip


@pytest.mark.parametrize(
    "name, worth, ours",
    [
        ("原价", "amount", "list_value"),
        ("Original price", "price", "list_price"),
        ("List price", "amount", "list_value"),
        ("Original amount", "price", "list_price"),
    ],
)
def test_numbers_say_whether_a_price_is_of_the_unit_or_of_the_line(tmp_path, name, worth, ours):
    made = started(tmp_path, discounted(name, worth))
    columns = orders_of(made).columns
    assert {key: columns[key] for key in ("list_price", "list_value") if key in columns} == {ours: name}
    lines = collect(prepare(load_config(made.config), DuckDBEngine()).order_lines)
    assert lines["list_value_minor"].sum() == ALL["amount"].sum()


def test_a_price_that_was_taken_otherwise_than_its_name_says_tells_why(tmp_path):
    made = started(tmp_path, discounted("List price", "amount"))
    assert "the value of the whole line by its numbers" in made.config.read_text(encoding="utf-8")


def test_a_discount_that_is_given_tells_deep_cuts_from_prices_of_units(tmp_path):
    """At half price two units cost what one is listed at: only with the discount do the numbers say which it is."""
    table = ALL.select(
        "order", "customer", "product", "quantity", (pl.col("amount") / 200).round(2).alias("amount paid"), "moment",
        (pl.col("price") / 100).alias("list price"),
        (pl.col("amount") / 100 - (pl.col("amount") / 200).round(2)).round(2).alias("discount"),
    )  # fmt: skip
    assert orders_of(started(tmp_path, table)).columns["list_price"] == "list price"


def test_a_unit_price_before_discounts_needs_no_quantity_and_forgives_a_cent(tmp_path):
    cheaper = pl.when(pl.col("order") % 50 == 0).then(pl.col("price") * 0.8).otherwise(pl.col("price") + 1) / 100
    table = ALL.select(
        "order", "customer", "product", "moment", (pl.col("price") / 100).alias("Unit price"),
        cheaper.round(2).alias("Amount paid"),
    )  # fmt: skip
    assert orders_of(started(tmp_path, table)).columns["list_price"] == "Unit price"


def with_status(name, *values):
    """Orders in turn with each value."""
    chosen = pl.col("order").replace_strict({7000 + n: values[n % len(values)] for n in range(init_shops.N_ORDERS)})
    return PLAIN.with_columns(chosen.alias(name))


@pytest.mark.parametrize(
    "name, values, gone",
    [
        ("Status", ("paid", "shipped", "cancelled"), ["cancelled"]),
        ("Bestellstatus", ("bezahlt", "versendet", "storniert", "bezahlt"), ["storniert"]),
        ("订单状态", ("交易成功", "已取消", "已发货", "交易成功", "已退款"), ["已取消", "已退款"]),
        ("state", ("Complete", "Test order", "Complete"), ["Test order"]),
        ("status", ("complete", "closed", "canceled"), ["canceled"]),
        ("订单状态", ("已收货", "未发货，退款成功", "待发货"), ["未发货，退款成功"]),
        ("售后状态", ("无售后或售后取消", "退款成功", "无售后或售后取消"), ["退款成功"]),
        ("退款状态", ("没有申请退款", "退款成功", "退款关闭"), ["退款成功"]),
        ("单据类型", ("销售", "退货", "销售"), ["退货"]),
        ("单据类型", ("销售", "会员充值", "换货"), ["会员充值"]),
        ("fulfillment", ("fulfilled", "Order cancelled by customer", "fulfilled"), ["Order cancelled by customer"]),
    ],
)
def test_a_cancelled_order_is_no_sale(tmp_path, name, values, gone):
    table = with_status(name, *values)
    made = started(tmp_path, table)
    lines = collect(prepare(load_config(made.config), DuckDBEngine()).order_lines)
    sales = table.filter(~pl.col(name).is_in(gone))
    assert lines["paid_minor"].sum() == round(100 * sales["amount paid"].sum())
    text = made.config.read_text(encoding="utf-8")
    assert text.count("where = ") == 1
    assert "left out: " in text
    assert any(line.startswith("  only rows where") for line in page(replace(made, language="en")).splitlines())


def test_what_leaves_it_open_is_proposed_with_its_shares_and_counts_until_then(tmp_path):
    made = started(tmp_path, with_status("Status", "paid", "pending", "paid", "partially refunded"))
    assert orders_of(made).where is None
    text = made.config.read_text(encoding="utf-8")
    counts = with_status("Status", "paid", "pending", "paid", "partially refunded")["Status"].value_counts()
    seen = dict(counts.iter_rows())
    assert f"paid {100 * seen['paid'] / sum(seen.values()):.0f} %" in text
    proposed = next(line for line in text.splitlines() if line.startswith("# where"))
    values = sorted(("pending", "partially refunded"), key=lambda value: (-seen[value], value))
    assert proposed == f'# where = "Status not in {values}"'
    assert tomllib.loads(proposed.removeprefix("# "))


def test_rows_with_an_empty_status_stay(tmp_path):
    made = started(tmp_path, with_status("Financial Status", "paid", None, "refunded", "paid"))
    assert orders_of(made).where == "coalesce(`Financial Status`, '') not in ['refunded']"


def test_a_service_that_speaks_of_returns_is_no_state(tmp_path):
    made = started(tmp_path, with_status("服务", "支持7天无理由退货", "不支持退货"))
    assert orders_of(made).where is None


def test_returned_lines_below_zero_stay_for_the_sale_that_they_take_back(tmp_path):
    table = with_status("Status", "paid", "paid", "returned")
    back = pl.when(pl.col("Status") == "returned").then(-1).otherwise(1)
    table = table.with_columns(pl.col("quantity") * back, pl.col("amount paid") * back)
    assert orders_of(started(tmp_path, table)).where is None


def test_without_a_status_the_example_stays_and_a_state_of_a_country_is_none(tmp_path):
    made = started(tmp_path, with_status("state", "Texas", "Ohio", "Iowa"))
    assert "# where = \"status in ['paid', 'sent']\"" in made.config.read_text(encoding="utf-8")
    assert made.facts["sources"]["order_lines"]["not_used"] == ["state"]


def test_budgets_are_of_sales_alone(tmp_path):
    made = started(tmp_path, with_status("Status", "paid", "cancelled"))
    kept = with_status("Status", "paid", "cancelled").filter(pl.col("Status") == "paid")
    months = (kept["moment"].max() - kept["moment"].min()).days / (365.25 / 12)
    budget = float(load_config(made.config).campaigns[0].budget)
    assert budget == pytest.approx(kept["amount paid"].sum() / months / 100, rel=0.1)


def test_columns_that_nothing_is_read_from_are_named(tmp_path):
    products = ALL.unique("product").sort("product")
    products.select("product", "category", pl.lit("red").alias("Colour")).write_csv(tmp_path / "products.csv")
    table = PLAIN.with_columns(pl.lit("x").alias("Note"), pl.lit("y").alias("Till"))
    made = started(tmp_path, table, products=tmp_path / "products.csv")
    text = made.config.read_text(encoding="utf-8")
    assert "# Not used: Note, Till." in text
    assert "# Not used: Colour." in text
    assert "  not used: Note, Till" in page(made).splitlines()


def test_what_products_take_from_the_order_lines_is_used(tmp_path):
    made = started(tmp_path, ALL.drop("price").with_columns((pl.col("amount") / 100).alias("amount")))
    assert "products" in load_config(made.config).sources
    assert "Not used" not in made.config.read_text(encoding="utf-8")


def test_a_city_is_an_attribute_and_an_address_is_none(tmp_path):
    people = ALL.select("customer").unique().sort("customer")
    people.with_columns(
        pl.lit("上海").alias("城市"), pl.lit("Bonn").alias("Stadt"), pl.lit("Main St 1").alias("Street"),
        pl.lit("1").alias("手机号码"), pl.lit("2").alias("地址"),
    ).write_csv(tmp_path / "customers.csv")  # fmt: skip
    made = started(tmp_path, PLAIN, customers=tmp_path / "customers.csv")
    assert load_config(made.config).sources["customers"].attributes == ("城市", "Stadt")


@pytest.mark.parametrize("name", ["Product family", "Product group", "Warengruppe", "Department", "品类", "商品类目"])
def test_families_and_groups_of_products_are_categories(tmp_path, name):
    products = ALL.unique("product").sort("product").select("product", pl.col("category").alias(name))
    products.write_csv(tmp_path / "products.csv")
    made = started(tmp_path, PLAIN, products=tmp_path / "products.csv")
    assert load_config(made.config).sources["products"].columns["category"] == name


def test_exploration_lets_one_customer_draw_any_offer_or_says_that_none_can(tmp_path):
    enough = load_config(started(tmp_path, PLAIN, "10.00").config)
    offers = enough.offers_of(enough.campaigns[0], [])
    highest = max(offer.most_minor for offer in offers)
    assert 100 < highest <= 1000
    assert enough.minor(enough.campaigns[0].explore_budget) == highest
    (tmp_path / "shop" / "offerloop.toml").unlink()
    made = started(tmp_path, PLAIN, "0.50")
    assert load_config(made.config).campaigns[0].explore_budget == "0.00"
    assert "nothing can be explored with this budget" in made.config.read_text(encoding="utf-8")


def test_exploration_knows_what_listed_offers_can_cost(tmp_path):
    rows = [("a", "coupon", "10", "40.00", "each category"), ("b", "coupon", "5", "", ""), ("c", "other", "", "", "")]
    names = ["Offer ID", "Type", "percent", "max_discount", "on"]
    pl.DataFrame(rows, schema=names, orient="row").write_csv(tmp_path / "offers.csv")
    made = started(tmp_path, PLAIN, "100.00", offers=tmp_path / "offers.csv")
    assert load_config(made.config).campaigns[0].explore_budget == "40.00"


@pytest.mark.parametrize(("most", "basis"), [("40.00", "liability"), ("", "expected")])
def test_init_says_where_the_budget_counts_expected_costs(tmp_path, most, basis):
    rows = pl.DataFrame({"Offer ID": ["a"], "Type": ["coupon"], "percent": ["10"], "max_discount": [most]})
    rows.write_csv(tmp_path / "offers.csv")
    made = started(tmp_path, PLAIN, "100.00", offers=tmp_path / "offers.csv")
    said = "nothing limits what offers such as 'a' can cost, so the budget counts every offer at its expected cost"
    assert load_config(made.config).campaigns[0].budget_basis == basis
    assert (said in page(replace(made, language="en"))) == (basis == "expected")
    assert any(said in note for note in made.facts["notes"]) == (basis == "expected")


def german_text(tmp_path):
    table = PLAIN.with_columns(product=pl.concat_str(pl.lit("Öl "), "product"))
    (tmp_path / "lines.csv").write_bytes(table.write_csv().encode("cp437"))
    return {"order_lines": str(tmp_path / "lines.csv")}


def test_an_encoding_that_is_named_is_not_guessed(tmp_path):
    files = german_text(tmp_path)
    config = load_config(write_shop(tmp_path / "shop", files, None, None, "cp437").config)
    assert config.sources["order_lines"].encoding == "cp437"
    products = collect(prepare(config, DuckDBEngine()).products)["product_id"]
    assert all(product.startswith("Öl P") for product in products)


def test_utf_16_can_be_named_for_a_file_of_any_size(tmp_path):
    table = pl.concat(ALL.with_columns(pl.col("order") + 1000 * part) for part in range(45)).drop("price")
    (tmp_path / "lines.csv").write_bytes(table.write_csv(separator="\t").encode("utf-16"))
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None, "utf-16")
    events = prepare(load_config(made.config), DuckDBEngine())
    assert collect(events.order_lines).height == table.height > 20_000


@pytest.mark.parametrize("encoding, words", [("utf-99", "is not an encoding"), ("utf-8", "is not utf-8")])
def test_an_encoding_that_cannot_be_is_one_sentence(tmp_path, encoding, words):
    with pytest.raises(InputError, match=words) as problem:
        write_shop(tmp_path / "shop", german_text(tmp_path), None, None, encoding)
    assert "\n" not in str(problem.value)
    assert not (tmp_path / "shop").exists()


def test_init_takes_an_encoding(tmp_path):
    init_shops.german(tmp_path)
    arguments = ["init", str(tmp_path / "shop"), "--orders", str(tmp_path / "verkauf.csv"), "--encoding", "utf-8"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    (tmp_path / "shop" / "offerloop.toml").unlink()
    done = CliRunner().invoke(app, [*arguments[:-1], "utf-99"])
    assert str(done.exception).startswith("'utf-99' is not an encoding")
