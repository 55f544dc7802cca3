"""Exports of shops, tills and web analytics as they are: what each column is, by what the cells show."""

import random
import re

import polars as pl
import pytest

from offerloop.commands.init.task import write_shop
from offerloop.config import load_config
from offerloop.errors import InputError
from offerloop.mapping import ColumnMatch, SourceColumn, guess_zone, infer_mapping, row_filters, sample_sources

N_ORDERS = 120


def lines():
    """Orders of one to three lines; a third of the lines is discounted by a fifth."""
    draw, rows = random.Random(3), []
    for order in range(N_ORDERS):
        customer, n_lines = draw.randrange(40), 1 + draw.randrange(3)
        for line, product in enumerate(draw.sample(range(20), n_lines)):
            units, price = 1 + draw.randrange(3) * draw.randrange(2), 4.5 + 3 * product
            off = round(price * units * draw.choice([0, 0, 0.2]), 2)
            rows.append(
                {
                    "Order ID": 5000 + order, "Buyer": f"c{customer}",
                    "Date": f"2025-0{1 + order // 20}-{1 + order % 20:02}",
                    "Line": line + 1, "Item": f"Thing {product}", "Quantity": units, "Price": price,
                    "Gross": round(price * units, 2), "Off": off, "Net": round(price * units - off, 2),
                }
            )  # fmt: skip
    return pl.DataFrame(rows)


LINES = lines()
TOTAL = pl.col("Gross").sum().over("Order ID").round(2)
ORDERS = LINES.group_by("Order ID", maintain_order=True).agg(
    pl.col("Buyer", "Date").first(), pl.col("Quantity", "Net").sum(),
    Items=(pl.col("Quantity").cast(pl.String) + "× " + pl.col("Item")).str.join(", "),
)  # fmt: skip


def mapped(folder, table):
    table.write_csv(folder / "orders.csv")
    samples = sample_sources({"order_lines": str(folder / "orders.csv")}, folder)
    match = infer_mapping(samples)["order_lines"]
    filters = [one.written for one in row_filters(match, samples["order_lines"]) if one.active]
    return {ours: one.written for ours, one in match.guesses.items()}, [str(one) for one in match.notes], filters


def test_a_cell_of_several_products_is_no_product(tmp_path):
    guesses, notes, _ = mapped(tmp_path, ORDERS.rename({"Items": "Product(s)"}))
    assert guesses["product_id"] == "'everything'"
    assert any("'Product(s)' holds several products in a cell, such as" in one for one in notes)


def test_names_with_commas_are_products(tmp_path):
    size = pl.when(pl.col("Quantity") > 1).then(pl.lit(", L")).otherwise(pl.lit(", M"))
    guesses, notes, _ = mapped(tmp_path, LINES.drop("Gross", "Net").with_columns(pl.col("Item") + size))
    assert guesses["product_id"] == "Item"
    assert not any("several products" in one for one in notes)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("name", ["Discount", "Coupon"])
def test_an_amount_before_the_discount_is_paid_less_the_discount(tmp_path, name, sign):
    table = LINES.drop("Price", "Net").rename({"Gross": "Item Total"}).with_columns((sign * pl.col("Off")).alias(name))
    guesses, _, _ = mapped(tmp_path, table.drop("Off"))
    assert guesses["paid"] == f"`Item Total` {'-' if sign == 1 else '+'} coalesce({name}, 0)"


@pytest.mark.parametrize("name", ["Discount", "Coupon"])
def test_an_amount_after_the_discount_stays(tmp_path, name):
    guesses, _, _ = mapped(tmp_path, LINES.drop("Price", "Gross").rename({"Net": "Item Total", "Off": name}))
    assert guesses["paid"] == "Item Total"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Amount before discount", "Total after coupon"),
        ("优惠前金额", "券后金额"),
        ("Betrag vor Rabatt", "Summe nach Rabatt"),
    ],
)
def test_amounts_before_and_after_a_discount_are_no_discounts(tmp_path, before, after):
    table = LINES.drop("Price", "Off").rename({"Gross": before, "Net": after})
    guesses, _, _ = mapped(tmp_path, table)
    assert (guesses["list_value"], guesses["paid"]) == (before, after)
    assert not {"discount", "coupon"} & set(guesses)


def test_a_total_on_every_line_of_an_order_gives_way_to_what_adds_up_to_it(tmp_path):
    table = LINES.with_columns(**{"Order Total Amount": TOTAL + 4.95, "Order Subtotal": TOTAL, "Item Cost": "Price"})
    guesses, notes, _ = mapped(tmp_path, table.drop("Price", "Gross", "Net", "Off"))
    assert guesses["paid"] == "`Item Cost` * Quantity"
    assert any("repeats in every order" in one for one in notes)


def test_a_total_on_every_line_is_no_amount_of_a_line(tmp_path):
    table = LINES.with_columns(**{"Order Total Amount": TOTAL}).drop("Price", "Gross", "Net", "Off")
    guesses, _, _ = mapped(tmp_path, table)
    assert "paid" not in guesses


@pytest.mark.parametrize("is_first_line_only", [True, False])
@pytest.mark.parametrize("has_total", [True, False])
def test_what_was_taken_off_whole_orders_is_divided_over_lines_that_show_prices_before(
    tmp_path, is_first_line_only, has_total
):
    table = orders_with_a_discount(TOTAL, is_first_line_only)
    guesses, notes, _ = mapped(tmp_path, table if has_total else table.drop("Subtotal"))
    assert guesses["order_discount"] == "Discount Amount"
    assert not any("counts as paid" in one for one in notes)


@pytest.mark.parametrize(
    ("copies", "others"),
    [(100, ["Subtotal"]), (1, ["Subtotal", "Payment"])],
    ids=["in a long file, which is looked at in parts", "by the discount alone"],
)
def test_first_lines_are_known(tmp_path, copies, others):
    few = orders_with_a_discount(TOTAL, True).drop(others).rename({"Order ID": "Name"})
    table = pl.concat(
        [few.with_columns(pl.format("#{}-{}", pl.lit(one), "Name").alias("Name")) for one in range(copies)]
    )
    guesses, _, _ = mapped(tmp_path, table)
    assert (guesses["order_id"], guesses["order_discount"]) == ("Name", "Discount Amount")


def test_a_discount_of_the_order_that_is_part_of_its_lines_already_is_not_taken_off_again(tmp_path):
    table = orders_with_a_discount(TOTAL, False)
    total = (pl.col("Price") * pl.col("Quantity")).sum().over("Order ID")
    reduced = (pl.col("Price") * (1 - pl.col("Discount Amount") / total)).round(2)
    guesses, _, _ = mapped(tmp_path, table.with_columns(Price=reduced))
    assert "order_discount" not in guesses


def orders_with_a_discount(total, is_first_line_only):
    """Lines at full prices, and what a code took off every second order."""
    share = pl.when(pl.col("Order ID") % 2 == 0).then(0.05 + pl.col("Order ID") % 3 / 10).otherwise(0.0)
    off = (total * share).round(2)
    of_order = {"Discount Amount": off, "Subtotal": (total - off).round(2), "Payment": pl.lit("Card")}
    table = LINES.with_columns(**of_order)
    if is_first_line_only:
        table = table.with_columns(pl.when(pl.col("Line") == 1).then(pl.col(name)).alias(name) for name in of_order)
    return table.drop("Gross", "Net", "Off", "Line")


def test_people_who_share_a_name_are_told_apart_by_their_user_names(tmp_path):
    name = "Kim " + (pl.col("Buyer").str.slice(1).cast(pl.Int64) % 9).cast(pl.String)
    table = LINES.drop("Price", "Gross", "Off").with_columns(name.alias("Buyer Name"))
    guesses, _, _ = mapped(tmp_path, table.rename({"Buyer": "Buyer Username"}))
    assert guesses["customer_id"] == "Buyer Username"


def test_an_amount_is_no_code_of_a_coupon(tmp_path):
    guesses, _, _ = mapped(tmp_path, LINES.drop("Price", "Gross", "Off").with_columns(Voucher=pl.lit("0.00")))
    assert "coupon_id" not in guesses


def test_an_amount_of_ones_and_twos_is_the_units(tmp_path):
    table = LINES.select("Buyer", "Date", "Item", AMOUNT="Quantity", SALES_PRICE="Gross")
    guesses, _, _ = mapped(tmp_path, table)
    assert (guesses["quantity"], guesses["paid"]) == ("AMOUNT", "SALES_PRICE")


def test_a_customer_who_is_new_in_every_order_gives_way_to_one_who_comes_back(tmp_path):
    new = "n" + pl.col("Order ID").cast(pl.String)
    table = LINES.drop("Price", "Gross", "Off").rename({"Buyer": "customer_unique_id"}).with_columns(customer_id=new)
    assert mapped(tmp_path, table)[0]["customer_id"] == "customer_unique_id"
    _, notes, _ = mapped(tmp_path, table.drop("customer_unique_id"))
    assert any("'customer_id' is another one in every order" in one for one in notes)


def test_rows_of_sums_and_payments_are_no_lines(tmp_path):
    sums = ORDERS.select("Order ID", "Buyer", "Date", "Quantity", "Net", pl.lit("Sale").alias("Line Type"))
    payments = sums.with_columns(Quantity=None, **{"Line Type": pl.lit("Payment")})
    table = LINES.select("Order ID", "Buyer", "Date", "Item", "Quantity", "Net", pl.lit("Sale Line").alias("Line Type"))
    table = pl.concat([table, sums, payments], how="diagonal_relaxed").sort("Order ID", maintain_order=True)
    guesses, _, filters = mapped(tmp_path, table)
    assert filters == ["`Line Type` not in ['Payment', 'Sale']"]
    assert (guesses["product_id"], guesses["quantity"], guesses["paid"]) == ("Item", "Quantity", "Net")


def test_events_beside_purchases_are_no_lines(tmp_path):
    number = pl.col("Buyer").str.slice(1).str.zfill(4)
    sold = LINES.select(
        "Date", "Item", "Quantity", pl.lit("purchase").alias("event_name"), transaction_id="Order ID",
        item_revenue="Net", item_price="Price", user_pseudo_id="10" + number + "7531.98" + number,
    )  # fmt: skip
    seen = sold.with_columns(event_name=pl.lit("add_to_cart"), transaction_id=None, item_revenue=None)
    guesses, _, filters = mapped(tmp_path, pl.concat([sold, seen], how="diagonal_relaxed"))
    assert filters == ["event_name not in ['add_to_cart']"]
    assert (guesses["customer_id"], guesses["paid"]) == ("user_pseudo_id", "item_revenue")


@pytest.mark.parametrize(
    "beside", [{"Captured": ["TRUE", "FALSE"]}, {"Status": ["Complete", "Closed"]}, {"Bill No": None}]
)
def test_a_flag_a_state_or_a_number_of_the_row_is_no_product(tmp_path, beside):
    (name, values), rows = next(iter(beside.items())), range(N_ORDERS)
    cells = [f"R{7 * one}" for one in rows] if values is None else [values[one % 9 == 0] for one in rows]
    table = ORDERS.select("Buyer", "Date", Amount="Net").with_columns(pl.Series(name, cells))
    assert mapped(tmp_path, table)[0]["product_id"] == "'everything'"


def test_a_product_that_is_another_one_in_every_row_numbers_the_orders(tmp_path):
    table = ORDERS.select("Buyer", "Date", Total="Net", Reference=pl.col("Order ID").cast(pl.String) + "X")
    guesses, _, _ = mapped(tmp_path, table.rename({"Reference": "Référence"}))
    assert (guesses["order_id"], guesses["product_id"]) == ("Référence", "'everything'")


@pytest.mark.parametrize("kind", ["Receipt type", "Transaction Type", "订单类型", "订单状态"])
@pytest.mark.parametrize("number", ["Receipt number", "Transaction Number", "订单流水号"])
def test_the_type_of_an_order_is_no_number_of_it(tmp_path, kind, number):
    kinds = pl.Series(kind, [["Sale", "Exchange"][one % 9 == 0] for one in range(LINES.height)])
    guesses, _, _ = mapped(
        tmp_path, LINES.select(kinds, "Buyer", "Date", "Item", "Net", pl.col("Order ID").alias(number))
    )
    assert guesses["order_id"] == number


def test_the_number_of_a_report_is_no_customer(tmp_path):
    days = [f"{1 + one % 28:02}.{1 + one // 28:02}.2025" for one in range(60)]
    rows = [(day, n, group, 5 + n % 7, 100.5 + n) for n, day in enumerate(days) for group in ("Wine", "Bread", "Tea")]
    table = pl.DataFrame(rows, schema=["Datum", "Z-Nr", "Warengruppe", "Anzahl Bons", "Umsatz"], orient="row")
    assert "customer_id" not in mapped(tmp_path, table)[0]


def test_ratings_are_no_amounts(tmp_path):
    table = LINES.select(userId="Buyer", movieId="Item", rating=3.5 + pl.col("Quantity") % 2, timestamp="Date")
    assert "paid" not in mapped(tmp_path, table)[0]


def test_of_two_amounts_the_one_with_tax_was_paid(tmp_path):
    net = (pl.col("total_price_tax_incl") / 1.2).round(6)
    table = LINES.drop("Price", "Gross", "Off").rename({"Net": "total_price_tax_incl"})
    assert mapped(tmp_path, table.with_columns(total_price_tax_excl=net))[0]["paid"] == "total_price_tax_incl"


def test_customers_who_are_mostly_unknown_are_customers_and_better_known_ones_are_preferred(tmp_path):
    known = pl.when(pl.col("Order ID") % 3 == 0).then(pl.col("Buyer"))
    table = LINES.drop("Price", "Gross", "Off", "Buyer").with_columns(LINES.select(known.alias("Customer ID")))
    assert mapped(tmp_path, table)[0]["customer_id"] == "Customer ID"
    table = table.with_columns(LINES.select((pl.col("Buyer") + "@example.org").alias("Email")))
    assert mapped(tmp_path, table)[0]["customer_id"] == "Email"


def test_numbers_of_lines_in_their_orders_are_no_products_and_tell_units_apart(tmp_path):
    numbered = LINES.drop("Line", "Quantity").with_columns(order_item_id=pl.int_range(1, pl.len() + 1).over("Order ID"))
    guesses, _, _ = mapped(tmp_path, numbered)
    assert (guesses["line"], guesses["product_id"], guesses["order_id"]) == ("order_item_id", "Item", "Order ID")


def test_a_column_called_line_numbers_the_lines_of_orders_unless_it_repeats_in_them(tmp_path):
    number = pl.int_range(1, pl.len() + 1).over("Order ID")
    copied = pl.concat([LINES.with_columns(Line=number), LINES.with_columns(Line=number).head(9)])
    assert mapped(tmp_path, copied)[0]["line"] == "Line"
    for repeated in (pl.lit(1), pl.lit("Home")):
        assert "line" not in mapped(tmp_path, LINES.with_columns(Line=repeated))[0]


def test_orders_are_joined_by_a_key_of_another_name(tmp_path):
    LINES.select("Line", "Item", "Quantity", "Net", order_id="Order ID").write_csv(tmp_path / "lines.csv")
    ORDERS.select("Buyer", "Date", entity_id="Order ID", group=pl.lit(1)).write_csv(tmp_path / "orders.csv")
    files = {"order_lines": str(tmp_path / "lines.csv")}
    sample = sample_sources(files, tmp_path, join=[str(tmp_path / "orders.csv")])["order_lines"]
    assert [(one.on, one.key, one.share) for one in sample.joined] == [("order_id", "entity_id", 1.0)]


def test_a_point_that_may_part_thousands_is_a_note(tmp_path):
    amount = ("1" + pl.col("Quantity").cast(pl.String) + ".500").alias("Amount")
    _, notes, _ = mapped(tmp_path, LINES.drop("Price", "Gross", "Net", "Off").with_columns(amount))
    assert any('if it parts thousands, set decimal = ","' in one for one in notes)


@pytest.mark.parametrize(
    "name, first, remedy", [("DAY", 1, "DAY * 86400 + 1735689600"), ("Date", 45658, "(Date - 25569) * 86400")]
)
def test_numbers_of_days_are_refused_with_the_time_that_they_stand_for(tmp_path, name, first, remedy):
    days = first + (pl.col("Order ID") - 5000) // 2
    LINES.drop("Date", "Price", "Gross", "Off").with_columns(days.alias(name)).write_csv(tmp_path / "lines.csv")
    with pytest.raises(InputError, match=re.escape(remedy)):
        write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    given = {"order_lines": {"at": remedy}}
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None, columns=given)
    assert load_config(made.config).sources["order_lines"].columns["at"] == remedy


def test_traditional_headers_and_the_zone_of_a_till_are_known(tmp_path):
    names = {
        "Order ID": "訂單編號",
        "Buyer": "會員卡號",
        "Date": "日期",
        "Item": "商品編碼",
        "Quantity": "數量",
        "Net": "銷售",
    }
    guesses, _, _ = mapped(tmp_path, LINES.select(*names).rename(names))
    assert [guesses[one] for one in ("order_id", "customer_id", "product_id", "quantity", "paid")] == [
        one for one in names.values() if one != "日期"
    ]
    zoned = ColumnMatch({"Time Zone": SourceColumn("Time Zone", pl.Series(["Eastern Time (US & Canada)"] * 3))})
    assert guess_zone("en", "USD", zoned).value == "America/New_York"


def test_offers_that_were_shown_and_are_not_listed_are_a_note(tmp_path):
    pl.DataFrame({"offer_id": ["ten"], "kind": ["coupon"], "percent": [10]}).write_csv(tmp_path / "offers.csv")
    shown = {"customer": ["c1", "c2"] * 20, "offer": ["ten", "spring"] * 20, "date": ["2025-03-01"] * 40}
    pl.DataFrame(shown).write_csv(tmp_path / "shown.csv")
    LINES.write_csv(tmp_path / "orders.csv")
    files = {"order_lines": "orders", "offers": "offers", "exposures": "shown"}
    samples = sample_sources({one: str(tmp_path / f"{name}.csv") for one, name in files.items()}, tmp_path)
    notes = [str(one) for one in infer_mapping(samples)["exposures"].notes]
    assert any(one.startswith("50 % of the offers shown in 'offer' are not listed, such as 'spring'") for one in notes)
