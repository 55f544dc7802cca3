"""Wrong guesses that were made without a warning: the right choice where contents tell, a note wherever they do not."""

from dataclasses import replace

import init_shops
import polars as pl
import pytest

from offerloop.commands.check.task import check
from offerloop.commands.init.page import page
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError, SourceError
from offerloop.events import prepare, sniff
from offerloop.mapping import anonymous_ids, case_variants, surely_same

LINES = init_shops.order_lines().with_columns(
    init_shops.money("amount").alias("paid"), init_shops.moment("%Y-%m-%d").alias("date")
)
PLAIN = LINES.select("order", "customer", "product", "quantity", "paid", "date")


def started(folder, table, name="lines.csv", **files):
    """The configuration that `init` writes for order lines."""
    table.write_csv(folder / name)
    wanted = {"order_lines": str(folder / name), **{source: str(place) for source, place in files.items()}}
    return write_shop(folder / "shop", wanted, None, None)


def source_of(made, name="order_lines"):
    return load_config(made.config).sources[name]


def notes_of(made, name="order_lines"):
    """The notes, which must stand in the printed output and in the file too."""
    notes = made.facts["sources"][name]["notes"]
    text = made.config.read_text(encoding="utf-8")
    printed = page(replace(made, language="en")).splitlines()
    assert all(f"  note: {one}" in printed and f"# {one}" in text for one in notes)
    return notes


def edited(made, old, new):
    text = made.config.read_text(encoding="utf-8")
    assert old in text
    made.config.write_text(text.replace(old, new), encoding="utf-8")
    return made.config


DATES = [("发货日期", "订单日期"), ("Versanddatum", "Bestelldatum"), ("Ship Date", "Order Date"),
         ("Date de livraison", "Date de commande"), ("Fecha de envío", "Fecha de pedido")]  # fmt: skip


@pytest.mark.parametrize("shipped, ordered", DATES)
def test_the_date_of_the_order_is_taken_and_not_that_of_the_shipment(tmp_path, shipped, ordered):
    later = (pl.col("moment") + pl.duration(days=3)).dt.strftime("%Y-%m-%d").alias(shipped)
    table = LINES.select(later, "order", "customer", "product", "quantity", "paid", pl.col("date").alias(ordered))
    made = started(tmp_path, table)
    assert ordered in source_of(made).columns["at"]
    assert notes_of(made) == []
    found = check(edited(made, f'"{source_of(made).columns["at"]}"', f'"{shipped}"'))
    assert any(f"'{ordered}' is hardly ever later" in one for one in found.facts["notes"])


def test_of_dates_whose_names_say_nothing_the_earliest_is_taken_with_a_note(tmp_path):
    later = (pl.col("moment") + pl.duration(days=pl.col("order") % 4)).dt.strftime("%Y-%m-%d").alias("d1")
    born = pl.concat_str(pl.lit("19"), (pl.col("customer") - 430).cast(pl.String), pl.lit("-05-01")).alias("d0")
    made = started(tmp_path, LINES.select(born, later, "order", "customer", "product", "paid", d2="date"))
    assert source_of(made).columns["at"] == "d2"
    assert "hardly ever later than 'd1'" in made.facts["sources"]["order_lines"]["columns"]["at"]["why"]


def coupons(folder, share):
    """Lines of one shop, whose column `coupon` is a share of what they would have cost."""
    off = pl.when(pl.col("order") % 3 == 0).then(share).otherwise(0.0)
    worth = pl.col("quantity") * pl.col("price") / 100 * 10
    table = LINES.with_columns(coupon=off, price=pl.col("price") / 10).with_columns(paid=(worth * (1 - off)).round(2))
    return started(folder, table.select("order", "customer", "product", "quantity", "paid", "date", "coupon"))


def test_shares_called_coupon_are_no_money(tmp_path):
    made = coupons(tmp_path, (pl.col("product").str.slice(1).cast(pl.Int64) % 6) / 10)
    assert "coupon" not in source_of(made).columns
    assert any("'coupon' seems to hold shares" in one and "up to 0.5" in one for one in notes_of(made))
    assert any("'coupon' seems to hold shares" in one for one in check(made.config).facts["notes"])
    found = check(edited(made, 'at = "date"', 'at = "date"\ncoupon = "coupon"'))
    assert any("'coupon' seems to hold shares" in one for one in found.facts["notes"])


def test_percentages_of_any_size_are_found_by_what_was_paid(tmp_path):
    percent = 7 + pl.col("order") % 23
    table = LINES.with_columns(price=pl.col("price") / 10, discount=percent)
    paid = (pl.col("price") * pl.col("quantity") * (1 - pl.col("discount") / 100)).round(2)
    columns = ("order", "customer", "product", "quantity", "price", "discount", "date")
    made = started(tmp_path, table.with_columns(total=paid).select(*columns, "total"))
    assert "discount" not in source_of(made).columns
    assert any('map discount = "price * quantity * discount / 100"' in one for one in notes_of(made))


@pytest.mark.parametrize("wrong", ["150", "-5"])
def test_one_wrong_percentage_does_not_make_amounts_of_the_others(tmp_path, wrong):
    cells = ["10" if row % 3 else "25" for row in range(PLAIN.height)]
    made = started(tmp_path, PLAIN.with_columns(pl.Series("discount", [wrong, *cells[1:]])))
    assert "discount" not in source_of(made).columns
    said = f"'discount' seems to hold shares or percentages, {'mostly ' if wrong == '150' else ''}up to 25"
    assert any(said in one for one in notes_of(made))


def test_an_arm_is_the_offer_that_was_shown(tmp_path):
    arms = pl.when(pl.col("customer") % 2 == 0).then(pl.lit("ten_off")).otherwise(pl.lit("none"))
    shown = LINES.select("customer", "date", arm=arms, propensity=pl.lit(0.5)).unique()
    shown.write_csv(tmp_path / "shown.csv")
    made = started(tmp_path, PLAIN, exposures=tmp_path / "shown.csv")
    assert source_of(made, "exposures").columns["offer_id"] == "arm"


ENCODED = [
    ("訂單編號,客戶編號,商品名稱\n1,張三,統一鮮奶\n2,李四,義美小泡芙\n", "cp950"),
    ("Klient;Kod akcji;Data wysyłki;Prawdopodobieństwo\nK-1;PIEL5;03.03.2025;0,25\n", "cp1250"),
    ("注文番号,顧客,商品名,金額\n1,山田,りんごジュース,300\n2,鈴木,チョコレート,400\n", "cp932"),
    ("订单号,用户,商品名称\n1,张三,红富士苹果\n", "gb18030"),
    ("Größe,Käufer\nÜber,Müller\n", "cp1252"),
    ("Référence,Quantité\nÉTÉ à côté,3\n", "cp1252"),
    ("a\nñ\n", "utf-8-sig"),
]


@pytest.mark.parametrize(
    "text, encoding", ENCODED, ids=["Big5", "Polish", "Shift-JIS", "GB", "German", "French", "UTF-8"]
)
def test_encodings_are_told_apart_by_signs_in_everyday_use(tmp_path, text, encoding):
    (tmp_path / "x.csv").write_bytes(text.encode(encoding.replace("-sig", "")))
    assert sniff(tmp_path / "x.csv").encoding == encoding


@pytest.mark.parametrize(
    "column, cells, currency, zone",
    [("city", ["上海", "北京市", "深圳"], "CNY", "Asia/Shanghai"),
     ("City", ["Shanghai", "Beijing"], "CNY", "Asia/Shanghai"),
     ("Country", ["United Kingdom", "France", "United Kingdom"], "GBP", "Europe/London"),
     ("note", ["りんご", "バナナ"], "JPY", "Asia/Tokyo"),
     ("City", ["Oslo", "Bergen"], "NOK", "Europe/Oslo"),
     ("City", ["København", "Aarhus"], "DKK", "Europe/Copenhagen")],
)  # fmt: skip
def test_places_and_scripts_tell_the_currency(tmp_path, column, cells, currency, zone):
    values = pl.Series(column, [cells[place % len(cells)] for place in range(PLAIN.height)])
    made = started(tmp_path, PLAIN.with_columns(values))
    shop = load_config(made.config).shop
    assert (shop.currency, shop.timezone) == (currency, zone)
    found = check(edited(made, f'currency = "{currency}"', 'currency = "USD"'))
    assert any(f"the data look like {currency}" in one for one in found.facts["notes"])


@pytest.mark.parametrize("names", [["RMB"], ["RMB", "CNY", "CNY"], ["rmb", "CNY"]])
def test_a_column_of_currencies_may_call_one_by_two_names(tmp_path, names):
    cells = pl.Series("Currency", [names[place % len(names)] for place in range(PLAIN.height)])
    config = load_config(started(tmp_path, PLAIN.with_columns(cells)).config)
    assert (config.shop.currency, config.sources["order_lines"].columns["currency"]) == ("CNY", "Currency")
    lines = prepare(config, DuckDBEngine()).quality.filter(table="order_lines", rule="other currency")
    assert lines["rows"].to_list() == [0]


def test_a_currency_that_nothing_speaks_for_is_a_note(tmp_path):
    made = started(tmp_path, PLAIN)
    assert any("USD is assumed" in one for one in made.facts["notes"])
    assert "# no sign, code or place settles the currency" in made.config.read_text(encoding="utf-8")


@pytest.mark.parametrize("country, currency", [("Australia", "AUD"), ("Mexico", "MXN"), ("Germany", "USD")])
def test_dollars_are_those_of_the_places(tmp_path, country, currency):
    table = PLAIN.with_columns(pl.format("${}", "paid").alias("paid"), pl.lit(country).alias("billing country"))
    assert load_config(started(tmp_path, table).config).shop.currency == currency


@pytest.mark.parametrize("name, currency", [("amount_eur", "EUR"), ("Total in GBP", "GBP"), ("price_cny", "CNY")])
def test_a_code_in_the_name_of_an_amount_tells_the_currency(tmp_path, name, currency):
    table = PLAIN.rename({"paid": name}).with_columns(pl.lit("M").alias("Size (CUP)"))
    assert load_config(started(tmp_path, table).config).shop.currency == currency


@pytest.mark.parametrize("answers", [("yes", "no"), ("Y", "NO"), ("JA", "NO")])
def test_answers_that_look_like_a_country_leave_the_currency_open(tmp_path, answers):
    cells = pl.Series("newsletter", [answers[place % 2] for place in range(PLAIN.height)])
    assert any("USD is assumed" in one for one in started(tmp_path, PLAIN.with_columns(cells)).facts["notes"])


@pytest.mark.parametrize("name", ["duration sek", "rs number"])
def test_a_name_with_an_abbreviation_is_of_no_currency(tmp_path, name):
    cells = pl.Series(name, [place % 9 for place in range(PLAIN.height)])
    assert any("USD is assumed" in one for one in started(tmp_path, PLAIN.with_columns(cells)).facts["notes"])


def test_customers_of_many_countries_leave_the_currency_open(tmp_path):
    """Only Brazilian customers have a region here, and they are few."""
    countries = pl.Series(
        "ship_country", [["Germany", "France", "USA", "Brazil"][row % 4] for row in range(PLAIN.height)]
    )
    regions = pl.when(countries == "Brazil").then(pl.lit("SP")).alias("ship_region")
    made = started(tmp_path, PLAIN.with_columns(regions, countries))
    assert any("USD is assumed" in one for one in made.facts["notes"])


def test_a_share_beside_the_price_of_a_unit_is_noted(tmp_path):
    share = pl.Series("discount", [[0.0, 0.05, 0.25][row % 3] for row in range(PLAIN.height)])
    price = (pl.col("paid").cast(pl.Float64) / pl.col("quantity") * (1 - share)).round(2).alias("unit_price")
    made = started(tmp_path, PLAIN.with_columns(price, share).drop("paid"))
    assert source_of(made).columns["paid"] == "unit_price * quantity"
    assert "discount" not in source_of(made).columns
    assert any("'discount' seems to hold shares or percentages, up to 0.25" in one for one in notes_of(made))


def test_two_currencies_in_one_column_are_never_added(tmp_path):
    sign = pl.when(pl.col("order") % 2 == 0).then(pl.lit("$")).otherwise(pl.lit("¥"))
    mixed = PLAIN.with_columns(pl.concat_str(sign, "paid").alias("paid"))
    with pytest.raises(InputError, match=r"'paid' holds amounts in several currencies, such as '\$"):
        started(tmp_path, mixed)
    made = started(tmp_path, PLAIN)
    sign = pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("¥")).otherwise(pl.lit("$"))
    last = PLAIN.with_columns(pl.concat_str(sign, "paid").alias("paid"))
    last.write_csv(tmp_path / "lines.csv")
    with pytest.raises(SourceError, match=r"lines.csv', column 'paid': holds amounts in several currencies"):
        check(made.config)


@pytest.mark.parametrize(
    ("form", "money"),
    [("${} CAD", "CAD"), ("{} ZAR", "ZAR"), ("AED {}", "AED"), ("¥{} CNY", "CNY"), ("US${}", "USD")],
)
def test_an_amount_with_a_code_is_in_that_currency(tmp_path, form, money):
    signed = PLAIN.with_columns(pl.format(form, pl.col("paid").cast(pl.String)).alias("paid"))
    config = load_config(started(tmp_path, signed).config)
    assert (config.sources["order_lines"].columns["paid"], config.shop.currency) == ("paid", money)
    paid = collect(prepare(config, DuckDBEngine()).order_lines.select("paid_minor"))["paid_minor"]
    assert paid.sum() == LINES["amount"].sum()


@pytest.mark.parametrize("others", ["PEN", "TOP"])
def test_an_id_that_begins_as_a_currency_is_no_amount(tmp_path, others):
    names = pl.format("{}-{}", pl.lit(others), pl.col("product").cast(pl.String).str.slice(1).str.zfill(3))
    assert source_of(started(tmp_path, PLAIN.with_columns(names.alias("product")))).columns["product_id"] == "product"


def days(folder, table):
    made = started(folder, table)
    return made, source_of(made).time_format


AMBIGUOUS = LINES.filter(pl.col("moment").dt.day() <= 12).sort("moment")
"""Every day is 12 or less, so that day and month can be exchanged."""


def test_the_order_of_the_rows_tells_day_and_month_apart(tmp_path):
    table = AMBIGUOUS.with_columns(init_shops.moment("%d/%m/%Y").alias("date")).select(PLAIN.columns)
    made, form = days(tmp_path, table)
    assert form == "%d/%m/%Y"
    assert notes_of(made) == []


def test_another_date_with_days_beyond_12_tells_too(tmp_path):
    shipped = pl.lit("25/03/2024").alias("Ship Date")
    table = AMBIGUOUS.sample(fraction=1, shuffle=True, seed=1).with_columns(init_shops.moment("%d/%m/%Y").alias("date"))
    assert days(tmp_path, table.select(*PLAIN.columns, shipped))[1] == "%d/%m/%Y"


def test_what_leaves_day_and_month_open_is_a_note_with_both_readings(tmp_path):
    table = AMBIGUOUS.sample(fraction=1, shuffle=True, seed=1).with_columns(init_shops.moment("%d/%m/%Y").alias("date"))
    made, form = days(tmp_path, table.select(PLAIN.columns))
    assert form == "%m/%d/%Y"
    said = [one for one in notes_of(made) if "nothing shows that it is not" in one]
    assert len(said) == 1
    assert 'set time_format = "%d/%m/%Y"' in said[0]
    assert said[0] in check(made.config).facts["notes"]


NOBODY = ["NULL", "null", "NaN", "N/A", "None", "-", "\\N", "#N/A", "无", "空", " "]


def test_texts_that_mean_nothing_are_no_customer(tmp_path):
    """Each of them stands in several of the orders of nobody, which are a quarter."""
    nobody = pl.Series([NOBODY[order // 4 % len(NOBODY)] for order in PLAIN["order"]])
    assert nobody.filter(PLAIN["order"] % 4 == 0).value_counts()["count"].min() > 1
    customer = pl.when(pl.col("order") % 4 == 0).then(nobody).otherwise(pl.concat_str(pl.lit("C"), "customer"))
    made = started(tmp_path, PLAIN.with_columns(customer.alias("customer")))
    config = load_config(made.config)
    lines = collect(prepare(config, DuckDBEngine()).order_lines)
    assert lines["customer_id"].str.starts_with("C").all()
    assert lines.height == PLAIN.filter(pl.col("order") % 4 != 0).height


def test_blanks_around_an_id_never_make_another_customer(tmp_path):
    edge = pl.when(pl.col("order") % 2 == 0).then(pl.lit("\u3000 ")).otherwise(pl.lit("\u00a0\t"))
    padded = pl.concat_str(edge, pl.lit("C"), "customer", edge).alias("customer")
    made = started(tmp_path, PLAIN.with_columns(padded))
    lines = collect(prepare(load_config(made.config), DuckDBEngine()).order_lines)
    assert lines["customer_id"].n_unique() == init_shops.N_CUSTOMERS


def test_case_that_doubles_customers_is_a_note_and_folded_where_it_is_certain(tmp_path):
    name = pl.concat_str(pl.lit("anna"), "customer", pl.lit("@x.org"))
    doubled = pl.when(pl.col("order") // 40 % 2 == 0).then(name).otherwise(name.str.to_uppercase()).alias("customer")
    made = started(tmp_path, PLAIN.with_columns(doubled))
    assert any("differ only in upper and lower case" in one and "'ANNA500@X.ORG'" in one for one in notes_of(made))
    assert load_config(made.config).privacy.ignore_case
    assert check(made.config).facts["orders"]["n_customers"] == init_shops.N_CUSTOMERS
    found = check(edited(made, "ignore_case = true", "ignore_case = false"))
    assert any("set privacy.ignore_case = true" in one for one in found.facts["notes"])


@pytest.mark.parametrize("city, currency", [("Oslo", "NOK"), ("Odense", "DKK"), ("Växjö", "SEK")])
def test_crowns_are_those_of_the_places(tmp_path, city, currency):
    crowns = pl.concat_str("paid", pl.lit(" kr")).alias("paid")
    made = started(tmp_path, PLAIN.with_columns(crowns, city=pl.lit(city)))
    assert load_config(made.config).shop.currency == currency


def test_ids_that_differ_in_leading_zeros_alone_are_a_note(tmp_path):
    padded = pl.when(pl.col("order") // 40 % 2 == 0).then(pl.lit("000")).otherwise(pl.lit("")) + pl.col(
        "customer"
    ).cast(pl.String)
    made = started(tmp_path, PLAIN.with_columns(padded.alias("customer")))
    assert any("differ only in leading zeros ('000500' and '500'; " in one for one in notes_of(made))
    assert any("differ only in leading zeros" in one for one in check(made.config).facts["notes"])


def test_codes_that_meet_in_small_letters_are_not_surely_the_same():
    people = case_variants(pl.Series(["ann", "ANN", "Bob", "bob", "CID", "cid", "other"]))
    codes = case_variants(pl.Series(["aBc", "AbC", "qXy", "QxY", "zZt", "Zzt", "other"]))
    assert len(people) == len(codes) == 3
    assert surely_same(people, 7)
    assert not surely_same(codes, 7)


@pytest.mark.parametrize("guest", ["guest", "0", "散客", "K-17"])
def test_an_id_with_too_many_orders_is_a_note_and_easy_to_leave_out(tmp_path, guest):
    many = pl.concat(
        [LINES.with_columns(pl.col("order") + 1000 * one, pl.col("customer") + 100 * one) for one in range(6)]
    )
    walk_in = pl.when(pl.col("order") % 3 == 0).then(pl.lit(guest)).otherwise(pl.concat_str(pl.lit("K"), "customer"))
    made = started(tmp_path, many.with_columns(walk_in.alias("customer")).select(PLAIN.columns))
    assert any(f"customer '{guest}' has 33 % of the orders" in one for one in notes_of(made))
    assert any(f"customer '{guest}' has 33 %" in one for one in check(made.config).facts["notes"])
    found = check(edited(made, f'# anonymous_ids = ["{guest}"]', f'anonymous_ids = ["{guest}"]'))
    lost = {one["rule"]: one for one in found.facts["losses"]}["anonymous customer"]
    assert lost["column"] == "customer"
    assert lost["share_of_rows"] == pytest.approx(1 / 3, abs=0.02)
    assert not any("implausible" in one for one in found.facts["notes"])


def test_one_busy_customer_of_a_small_shop_is_plausible():
    orders = pl.DataFrame({"customer_id": [str(one) for one in range(30)], "n_orders": [3, 9, *[2] * 28]})
    assert anonymous_ids(orders) == []


def test_unit_costs_of_zero_are_left_out_with_the_reason(tmp_path):
    listed = LINES.unique("product").sort("product").select("product", "category", unit_cost=pl.lit(0))
    listed.write_csv(tmp_path / "products.csv")
    made = started(tmp_path, PLAIN, products=tmp_path / "products.csv")
    assert notes_of(made, "products") == ["'unit_cost' is not read as unit_cost: it holds only 0"]
    assert "'unit_cost' is not read as unit_cost: it holds only 0" in check(made.config).facts["notes"]
    found = check(edited(made, 'category = "category"', 'category = "category"\nunit_cost = "unit_cost"'))
    rules = {one["rule"]: one for one in found.facts["sources"]["products"]["rules"]}
    assert rules["unit cost is 0"]["rows"] == listed.height
    assert "not known" in rules["unit cost is 0"]["why"]


@pytest.mark.parametrize("name, is_total", [("amount", False), ("price", True)])
def test_amounts_are_of_a_unit_or_of_the_line_as_the_contents_say(tmp_path, name, is_total):
    units = 1 + pl.col("order") // 30 % 3
    value = pl.col("price") * (units if is_total else 1) / 100
    table = LINES.select("order", "customer", "product", "date", value.alias(name), quantity=units)
    made = started(tmp_path, table)
    assert source_of(made).columns["paid"] == (name if is_total else f"{name} * quantity")
    assert any("prices of a product differ least" in one for one in notes_of(made))
    wrong = f"{name} * quantity" if is_total else name
    found = check(edited(made, f'paid = "{source_of(made).columns["paid"]}"', f'paid = "{wrong}"'))
    assert any(f"'{name}' " in one and "if so, map paid" in one for one in found.facts["notes"])


UNIT = pl.col("price") * (1 - pl.col("order") % 5 / 10)
"""The price of a unit less a discount of up to 40 %: no amount of a product is the same twice."""


@pytest.mark.parametrize(
    "name", ["selling_price", "price", "Prix de vente", "售价", "Verkaufspreis", "Precio de venta"]
)
def test_an_amount_of_the_line_is_not_multiplied_however_much_discounts_vary(tmp_path, name):
    units = 1 + pl.col("order") // 30 % 4
    table = LINES.select("order", "customer", "product", "date", (UNIT * units).alias(name), quantity=units)
    made = started(tmp_path, table)
    assert source_of(made).columns["paid"] == name
    assert any("is read as the value of the whole line" in one for one in notes_of(made))
    found = check(edited(made, f'paid = "{name}"', f'paid = "`{name}` * quantity"'))
    assert any("seems to be of the whole line" in one for one in found.facts["notes"])


def test_a_price_of_a_unit_is_multiplied_however_much_discounts_vary(tmp_path):
    table = LINES.select("order", "customer", "product", "date", amount=UNIT, quantity=1 + pl.col("order") // 30 % 4)
    assert source_of(started(tmp_path, table)).columns["paid"] == "amount * quantity"


@pytest.mark.parametrize("name, is_open", [("selling_price", True), ("售价", True), ("unit_price", False),
                                           ("单价", False), ("Prix unitaire", False)])  # fmt: skip
def test_what_the_lines_do_not_show_of_an_amount_is_a_note(tmp_path, name, is_open):
    """Every product is always sold in the same quantity."""
    units = 1 + pl.col("product").str.slice(1).cast(pl.Int64) % 3
    made = started(tmp_path, LINES.select("order", "customer", "product", "date", UNIT.alias(name), quantity=units))
    said = [one for one in notes_of(made) if "do not show whether it is the amount of the whole line" in one]
    assert len(said) == is_open
    assert set(said) <= set(check(made.config).facts["notes"])
    other = check(edited(made, f'paid = "{source_of(made).columns["paid"]}"', f'paid = "{name}"'))
    assert any("do not show whether it is the price of one unit" in one for one in other.facts["notes"])


def test_lines_of_one_unit_each_leave_nothing_open(tmp_path):
    made = started(tmp_path, LINES.select("order", "customer", "product", "date", price=UNIT, quantity=pl.lit(1)))
    assert notes_of(made) == []


def test_taxes_and_fractions_of_units_are_noted(tmp_path):
    table = PLAIN.with_columns(quantity=pl.col("quantity") * 0.75, VAT=pl.lit(0.19) * pl.col("quantity"))
    notes = notes_of(started(tmp_path, table))
    assert any("'VAT' is read as part of no amount" in one for one in notes)
    assert any("weights or measures" in one for one in notes)


def test_a_file_that_is_read_in_an_unlikely_encoding_is_noted(tmp_path):
    names = pl.Series("备注", [["统一鲜奶", "红富士苹果", "抽纸三包"][place % 3] for place in range(PLAIN.height)])
    (tmp_path / "lines.csv").write_bytes(PLAIN.with_columns(names).write_csv().encode("gb18030"))
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    assert not any("compare some texts" in one for one in check(made.config).facts["notes"])
    found = check(edited(made, 'encoding = "gb18030"', 'encoding = "latin-1"'))
    assert any("read as latin-1, and gb18030 is as likely" in one for one in found.facts["notes"])


def test_amounts_with_a_decimal_comma_are_numbers_in_tables_of_any_kind(tmp_path):
    written = pl.col("paid").cast(pl.String).str.replace(".", ",", literal=True)
    PLAIN.with_columns(written).write_parquet(tmp_path / "lines.parquet")
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.parquet")}, None, None)
    assert source_of(made).columns["paid"] == "paid"
    assert source_of(made).decimal == ","
    assert check(made.config).facts["orders"]["n_lines"] == PLAIN.height
