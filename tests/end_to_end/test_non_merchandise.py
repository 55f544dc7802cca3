"""Products that are no goods, from the files to what is recommended and offered; and products shown by their texts."""

import init_shops
import polars as pl
import pytest
from explained_run import build_run

from offerloop.commands.check.page import page
from offerloop.commands.check.task import check
from offerloop.commands.explain.task import explain
from offerloop.commands.init.page import page as mapping_page
from offerloop.commands.init.task import write_shop
from offerloop.commands.recommend.task import RecommendRequest, recommend
from offerloop.commands.similar.task import similar
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import NothingLeftError
from offerloop.events import prepare
from offerloop.flow import product_texts
from offerloop.response import baseline_baskets

WORDS = ["red", "green", "blue", "small", "large"]


def with_postage():
    """One more line in every order: postage, at a price of its own."""
    lines = init_shops.order_lines().with_columns(paid=pl.col("amount") / 100)
    place = pl.col("product").str.slice(1).cast(pl.Int64)
    name = pl.concat_str(
        pl.lit("Lamp of "),
        place.cast(pl.String),
        pl.lit(" parts, "),
        (place % 5).replace_strict(dict(enumerate(WORDS))),
    )
    lines = lines.select("order", "customer", "product", "quantity", "paid", "moment", STOCKDESC=name)
    postage = lines.unique("order").sort("order").with_columns(
        product=pl.lit("XX9"), quantity=pl.lit(1, pl.Int32).cast(lines.schema["quantity"]),
        paid=(pl.col("order") % 37 + 1) * 0.55, STOCKDESC=pl.lit("Postage and packing"),
    )  # fmt: skip
    return pl.concat([lines, postage.select(lines.columns)])


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    with_postage().write_csv(folder / "lines.csv")
    return write_shop(folder / "shop", {"order_lines": str(folder / "lines.csv")}, None, None)


@pytest.fixture(scope="module")
def events(shop):
    return prepare(load_config(shop.config), DuckDBEngine())


def edited(shop, folder, old, new):
    text = shop.config.read_text(encoding="utf-8")
    assert old in text
    path = folder / "offerloop.toml"
    path.write_text(text.replace(old, new).replace("../lines.csv", str(shop.config.parent.parent / "lines.csv")))
    return path


def test_texts_of_products_are_found_by_their_contents_and_shown(shop, events):
    assert load_config(shop.config).sources["order_lines"].columns["text"] == "STOCKDESC"
    texts = product_texts(events)
    assert dict(texts.iter_rows())["P7"] == "Lamp of 7 parts, blue"
    assert "text" not in events.order_lines.collect_schema().names()


def test_the_commonest_text_of_a_product_is_shown(tmp_path):
    lines = with_postage()
    odd = pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.lit("?wrong code")).otherwise("STOCKDESC").alias("STOCKDESC")
    lines.with_columns(odd).write_csv(tmp_path / "lines.csv")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    texts = product_texts(prepare(load_config(made.config), DuckDBEngine()))
    assert texts.filter(pl.col("text") == "?wrong code").is_empty()
    assert texts.height == 31


def test_postage_is_named_with_its_share_of_sales(shop):
    assert any(
        "no goods, so never recommended" in one and "Postage and packing (XX9)" in one
        for one in mapping_page(shop).splitlines()
    )
    found = check(shop.config)
    only = found.facts["non_merchandise"]
    assert [(one["product_id"], one["kind"]) for one in only] == [("XX9", "postage or delivery")]
    lines = with_postage()
    share = lines.filter(product="XX9")["paid"].sum() / lines["paid"].sum()
    assert only[0]["share_of_sales"] == pytest.approx(share)
    assert any("Postage and packing (XX9): postage or delivery, 240 lines" in one for one in page(found).splitlines())
    assert found.facts["orders"]["sales_minor"] == pytest.approx(100 * lines["paid"].sum())


def test_it_is_easily_left_out_and_easily_goods_after_all(shop, tmp_path):
    dropped = check(edited(shop, tmp_path, "# drop_non_merchandise = true", "drop_non_merchandise = true"))
    lines = with_postage()
    goods = lines.filter(pl.col("product") != "XX9")["paid"].sum()
    assert dropped.facts["orders"]["sales_minor"] == pytest.approx(100 * goods)
    source = dropped.facts["sources"]["order_lines"]
    assert source["kept"] == dropped.facts["orders"]["n_lines"]
    lost = [one for one in dropped.facts["losses"] if one["rule"] == "non-merchandise"]
    assert lost[0]["share_of_sales"] == pytest.approx(1 - goods / lines["paid"].sum())
    (only,) = dropped.facts["non_merchandise"]
    assert (only["n_lines"], only["share_of_sales"]) == (240, pytest.approx(lost[0]["share_of_sales"]))
    kept = edited(shop, tmp_path, '# merchandise = ["ID"]', 'merchandise = ["XX9"]')
    assert prepare(load_config(kept), DuckDBEngine()).non_merchandise.is_empty()


def test_a_shop_of_nothing_else_is_told_so_also_where_it_leaves_it_out(shop, tmp_path):
    most = ", ".join(f'"P{number}"' for number in range(30) if number != 7)
    text = edited(shop, tmp_path, '# non_merchandise = ["ID*"]', f"non_merchandise = [{most}]").read_text()
    path = tmp_path / "offerloop.toml"
    lines = pl.read_csv(shop.config.parent.parent / "lines.csv")
    paid = pl.when(pl.col("product") == "XX9").then(100 * pl.col("paid")).otherwise("paid").alias("paid")
    lines.with_columns(paid).write_csv(tmp_path / "lines.csv")
    text = text.replace(str(shop.config.parent.parent / "lines.csv"), str(tmp_path / "lines.csv"))
    for dropped in ("", "drop_non_merchandise = true\n"):
        path.write_text(text.replace("[clean]\n", f"[clean]\n{dropped}"), encoding="utf-8")
        assert any("products that look like no goods are" in str(one) for one in check(path).problems)
    path.write_text(path.read_text().replace(most, '"P*"'), encoding="utf-8")
    said = r"leaves no order line of '.*', as all products look like no goods; .* such as merchandise = \["
    with pytest.raises(NothingLeftError, match=said):
        check(path)


def test_it_is_never_recommended_and_products_stand_by_their_texts(shop):
    found = recommend(shop.config, RecommendRequest.of(None, [], 40)).table
    assert found["product_id"].n_unique() == 30
    assert "XX9" not in found["product_id"]
    assert found["text"].str.starts_with("Lamp of").all()
    named = found.filter(pl.col("reason").str.starts_with("goes_with:P"))
    assert named["about_text"].str.starts_with("Lamp of").all()
    likes = similar(shop.config, "P1", top_k=40).table
    assert "XX9" not in likes["product_id"]
    assert likes["text"].str.starts_with("Lamp of").all()


def test_no_offer_is_worth_more_because_of_it(shop, events):
    settings = load_config(shop.config).response
    baskets = baseline_baskets(events.merchandise_lines, events.products, settings).whole
    lines = with_postage().filter(pl.col("product") != "XX9")
    orders = lines.group_by("customer", "order").agg(pl.col("paid").sum())
    mean = orders.group_by("customer").agg((100 * pl.col("paid").mean()).alias("paid")).sort("customer")
    assert baskets["basket_minor"].to_list() == pytest.approx(mean["paid"].to_list(), abs=0.01)
    unknown = collect(events.products).filter(product_id="XX9")["category"].to_list()
    assert unknown == ["unknown"]


def test_behaviour_alone_tells_a_charge_in_most_orders(tmp_path):
    lines = with_postage().drop("STOCKDESC")
    lines.write_csv(tmp_path / "lines.csv")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    found = prepare(load_config(made.config), DuckDBEngine()).non_merchandise
    assert found["product_id"].to_list() == ["XX9"]
    assert found["kind"][0].startswith("a charge, by its prices")


def test_an_explanation_shows_texts_to_everybody_and_ids_to_the_marketer(tmp_path):
    run = build_run(tmp_path / "run")
    liked = pl.read_parquet(run / "affinities.parquet")
    ids = liked["product_id"].unique().sort()
    texts = pl.DataFrame({"product_id": ids, "text": [f"Tin of tea, kind {one}" for one in ids]})
    texts.write_parquet(run / "product_texts.parquet")
    marketer, customer = (explain(run, "1", audience).text for audience in ("marketer", "customer"))
    first = liked.filter(pl.col("customer_id").cast(pl.String) == "1").sort("task", "rank")["product_id"][0]
    assert f"Tin of tea, kind {first} ({first})" in marketer
    assert f"Tin of tea, kind {first}" in customer
    assert f"({first})" not in customer


def test_check_says_which_column_loses_which_share_of_rows_and_of_sales(tmp_path):
    lines = init_shops.order_lines().with_columns(
        paid=init_shops.money("amount"), customer=pl.col("customer").cast(pl.String)
    )
    place = pl.int_range(pl.len())
    lost = lines.select(
        "order", "product", "quantity", "moment",
        Kunde=pl.when(place < 40).then(None).otherwise("customer"),
        Betrag=pl.when((place >= 40) & (place < 44)).then(pl.lit("?")).otherwise("paid"),
    )  # fmt: skip
    lost.write_csv(tmp_path / "lines.csv")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    found = check(made.config)
    by_column = {one["column"]: one for one in found.facts["losses"]}
    assert (by_column["Kunde"]["rule"], by_column["Kunde"]["rows"]) == ("incomplete", 40)
    assert by_column["Kunde"]["share_of_rows"] == pytest.approx(40 / lines.height)
    known = lines["amount"].sum() - lines["amount"][40:44].sum()
    assert by_column["Kunde"]["share_of_sales"] == pytest.approx(lines["amount"][:40].sum() / known)
    assert (by_column["Betrag"]["rule"], by_column["Betrag"]["share_of_sales"]) == ("unreadable", None)
    table = page(found)
    assert "What each column loses:" in table
    assert "not known" in table


def test_a_filter_is_told_with_the_sales_that_it_leaves_out(tmp_path):
    lines = init_shops.order_lines().with_columns(
        paid=pl.col("amount") / 100,
        Status=pl.when(pl.int_range(pl.len()) < 30).then(pl.lit("cancelled")).otherwise(pl.lit("paid")),
    )
    lines.drop("price", "amount").write_csv(tmp_path / "lines.csv")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    lost = {one["rule"]: one for one in check(made.config).facts["losses"]}["filter 'where'"]
    assert lost["rows"] == 30
    assert lost["share_of_rows"] == pytest.approx(30 / lines.height)
    assert lost["share_of_sales"] == pytest.approx(lines["amount"][:30].sum() / lines["amount"].sum())


def test_a_shop_with_nothing_but_no_goods_cannot_run_and_check_says_how_it_can(tmp_path):
    lines = init_shops.order_lines().with_columns(paid=1 + pl.int_range(pl.len()) % 50, order=pl.int_range(pl.len()))
    lines.select("order", "customer", "moment", "paid").write_csv(tmp_path / "lines.csv")
    files = {"order_lines": str(tmp_path / "lines.csv")}
    made = write_shop(tmp_path / "shop", files, None, None, columns={"order_lines": {"product_id": "'POST'"}})
    found = check(made.config)
    said = "are 100.0 % of sales, and they are never recommended and in no offer; if they are goods, write their ids"
    assert not found.ok
    assert any(said in one and one.endswith('merchandise = ["POST"]') for one in found.facts["problems"])
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace('# merchandise = ["ID"]', 'merchandise = ["POST"]'), encoding="utf-8")
    assert check(made.config).ok
    baskets = write_shop(tmp_path / "other", files, None, None, columns={"order_lines": {"product_id": "'basket'"}})
    assert check(baskets.config).ok  # the only product, at whatever prices, is no charge beside others


def test_check_says_that_an_expression_is_empty_where_a_column_is_and_how_to_count_zero(tmp_path):
    off = pl.when(pl.int_range(pl.len()) % 10 == 0).then(1.0)
    lines = init_shops.order_lines().with_columns(worth=init_shops.money("amount"), less=off)
    lines.drop("price", "amount").write_csv(tmp_path / "lines.csv")
    files = {"order_lines": str(tmp_path / "lines.csv")}
    given = {"order_lines": {"paid": "worth - less"}}
    found = check(write_shop(tmp_path / "shop", files, None, None, columns=given).config)
    said = "of the rows of order_lines are left out because 'worth - less' is empty there; an expression is empty where"
    assert any(said in one and "coalesce(column, 0)" in one for one in found.facts["problems"])
    given = {"order_lines": {"paid": "worth - coalesce(less, 0)"}}
    found = check(write_shop(tmp_path / "other", files, None, None, columns=given).config)
    assert found.ok
    assert found.facts["orders"]["n_lines"] == lines.height
    assert found.facts["orders"]["sales_minor"] == lines["amount"].sum() - 100 * (lines["less"].count())


def test_many_orders_of_guests_are_a_note(tmp_path):
    guest = pl.when(pl.int_range(pl.len()) % 5 < 3).then("customer")
    lines = init_shops.order_lines().with_columns(paid=init_shops.money("amount"), customer=guest)
    lines.drop("price", "amount").write_csv(tmp_path / "lines.csv")
    found = check(write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None).config)
    assert found.ok
    assert any("order_lines are left out because 'customer' is empty there" in one for one in found.facts["notes"])
