"""Exports of shops in which columns have abbreviated names, or names of things that are not what they are called."""

from datetime import datetime, timedelta

import polars as pl
import pytest
from test_guesses import started

from offerloop.commands.check.task import check
from offerloop.config import load_config
from offerloop.mapping import infer_mapping, sample_sources

DAYS = 40


def sales(n_orders, names, *, first_discount=0, amounts=(5, 8, 12)):
    """Orders of one to three cups, each on a line of its own; every fourth order has a discount that is the order's.

    `names` are those of order, customer, product, category, units, amount, day and discount.
    """
    rows = []
    for order in range(n_orders):
        off = amounts[order % len(amounts)] if order % 4 == 0 and order >= first_discount else 0
        day = datetime(2024, 3, 4) + timedelta(days=DAYS * order // n_orders)
        for line in range(1 + order % 3):
            product = (order * (5 + line) + line * line) % 7
            customer, kind = f"K{order * 7 % 97:03}", ("Tee", "Kaffee")[product % 2]
            rows.append((f"B{order}", customer, f"A{product}", kind, 1, 20 + 3 * product, f"{day:%Y-%m-%d}", off))
    return pl.DataFrame(rows, schema=list(names), orient="row")


def mapped(folder, table, source="order_lines", **others):
    places = {source: table, **others}
    for name, one in places.items():
        one.write_csv(folder / f"{name}.csv")
    return infer_mapping(sample_sources({name: str(folder / f"{name}.csv") for name in places}, folder))


def written(matches, source):
    return {ours: guess.written for ours, guess in matches[source].guesses.items()}


@pytest.mark.parametrize(
    "names",
    [
        ("Belegnr.", "Kd-Nr.", "Art.-Nr.", "Warengruppe", "Menge", "Betrag", "Belegdatum", "Nachlass"),
        ("N° cde", "N° adhérent", "Réf.", "Famille", "Qté", "Montant TTC", "Date cde", "Remise"),
        ("Nº Pedido", "Socio", "SKU", "Familia", "Uds", "Importe", "Fecha pedido", "Dto."),
        ("Inv #", "Acct #", "Item #", "Product Line", "Qty Shipped", "Net Amount", "Inv Date", "Discount"),
        ("BookingRef", "MemberNo", "Item", "ItemType", "Qty", "AmountPaid", "BookedAt", "PromoDiscount"),
        ("订单编号", "会员号", "商品名称", "商品分类", "杯数", "实付金额", "下单时间", "优惠金额"),
    ],
)
def test_abbreviated_names_are_known(tmp_path, names):
    matches = mapped(tmp_path, sales(300, names).drop(names[-1]))
    ours = ("order_id", "customer_id", "product_id", "category", "quantity", "paid", "at")
    found = {**written(matches, "products"), **written(matches, "order_lines")}
    assert {one: found[one].strip("`") for one in ours} == dict(zip(ours, names, strict=False))


def test_prices_tell_customers_from_products_where_nothing_else_does(tmp_path):
    table = sales(900, ("no", "x1", "x2", "sort", "n", "amount", "day", "off")).unique("no", maintain_order=True)
    found = written(mapped(tmp_path, table.select("no", "x2", "x1", "amount", "day")), "order_lines")
    assert (found["customer_id"], found["product_id"]) == ("x1", "x2")


@pytest.mark.parametrize("amounts", [(5, 8, 12), tuple(range(3, 16))])
def test_a_discount_of_orders_is_found_where_the_first_orders_have_none(tmp_path, amounts):
    names = ("订单编号", "会员号", "商品名称", "商品分类", "杯数", "商品金额", "下单时间", "整单优惠")
    table = sales(16_000, names, first_discount=12_000, amounts=amounts)
    found = written(mapped(tmp_path, table), "order_lines")
    assert found["order_discount"] == "整单优惠"
    assert "discount" not in found


def test_days_and_times_of_day_are_compared_by_days(tmp_path):
    table = sales(300, ("order", "customer", "product", "sort", "qty", "paid", "show_date", "discount"))
    table = table.with_columns(pl.concat_str("show_date", pl.lit(" 19:30")).alias("booked"))
    notes = mapped(tmp_path, table)["order_lines"].notes
    assert not [one for one in notes if "hardly ever later" in str(one)]


def test_units_with_lines_of_their_own_are_no_copies_of_orders(tmp_path):
    names = ("order_id", "customer_id", "product_id", "category", "quantity", "paid", "at", "memo")
    table = sales(600, names)
    again = pl.concat([table, table.filter(pl.int_range(pl.len()) % 5 == 0)]).sort("order_id", maintain_order=True)
    assert load_config(started(tmp_path, again).config).clean.repeated_orders == "units"


def test_orders_that_were_exported_twice_are_copies(tmp_path):
    names = ("order_id", "customer_id", "product_id", "category", "quantity", "paid", "at", "memo")
    table = sales(600, names).unique(("order_id", "product_id"), maintain_order=True)
    twice = pl.concat([table, table.filter(pl.col("order_id").str.ends_with("7"))]).sort("order_id")
    assert load_config(started(tmp_path, twice).config).clean.repeated_orders == "copies"


@pytest.mark.parametrize(
    ("again", "expected", "said"),
    [
        ("", "copies", None),
        ("[0-6]", "copies", '# repeated_orders = "units"'),
        ("7", "units", "hold all of theirs again: if these were exported twice, remove the copies; default: copies"),
    ],
)
def test_orders_with_lines_of_units_that_were_exported_twice(tmp_path, again, expected, said):
    """All of them, of which nothing tells units; most of them; and a few, which a person is told of."""
    names = ("order_id", "customer_id", "product_id", "category", "quantity", "paid", "at", "memo")
    table = sales(600, names).unique(("order_id", "product_id"), maintain_order=True)
    units = pl.concat([table, table.filter(pl.int_range(pl.len()) % 5 == 0)])
    both = pl.concat([units, units.filter(pl.col("order_id").str.contains(f"{again}$"))]).sort("order_id")
    path = started(tmp_path, both).config
    assert load_config(path).clean.repeated_orders == expected
    text = path.read_text(encoding="utf-8")
    assert "repeated_orders" not in text if said is None else said in text


OFFERS = pl.DataFrame(
    {"Aktion": ["A10", "A5"], "Art": ["coupon", "coupon"], "Betrag": [None, 5], "Rabatt in %": [10, None]}
)
LOG = pl.DataFrame(
    {"Kd-Nr.": ["K001", "K002", "K003"] * 4, "Aktion": ["A10", "A5", "keine Aktion"] * 4, "Datum": ["2024-03-05"] * 12,
     "Wahrscheinlichkeit": ["0.33"] * 12}
)  # fmt: skip


def test_the_column_that_names_the_offers_names_no_campaigns_too(tmp_path):
    names = ("Belegnr.", "Kd-Nr.", "Art.-Nr.", "Warengruppe", "Menge", "Betrag", "Belegdatum", "Nachlass")
    offers = written(mapped(tmp_path, sales(300, names), exposures=LOG, offers=OFFERS), "offers")
    assert offers["offer_id"] == "Aktion"
    assert offers["amount"] == "Betrag"
    assert "campaign_id" not in offers


def test_a_type_of_items_is_no_kind_of_offer(tmp_path):
    table = pl.DataFrame({"Promotion": ["T", "S"], "Terms": ["10% off", "30% off"], "ItemType": ["Tea", "Coffee"]})
    names = ("BookingRef", "MemberNo", "Item", "ItemType", "Qty", "AmountPaid", "BookedAt", "PromoDiscount")
    offers = written(mapped(tmp_path, sales(300, names), offers=table), "offers")
    assert (offers["kind"], offers["on"]) == ("'coupon'", "ItemType")
    other = table.rename({"ItemType": "Customer type"})
    assert written(mapped(tmp_path, sales(300, names), offers=other), "offers")["kind"] == "'coupon'"


def test_a_campaign_without_offers_of_its_own_is_a_problem(tmp_path):
    names = ("order_id", "customer_id", "product_id", "category", "quantity", "paid", "at", "memo")
    table = pl.DataFrame({"offer_id": ["A"], "kind": ["coupon"], "percent": [10], "campaign_id": ["spring"]})
    table.write_csv(tmp_path / "offers.csv")
    made = started(tmp_path, sales(600, names), offers=tmp_path / "offers.csv")
    assert not check(made.config).problems
    path = made.config
    path.write_text(path.read_text(encoding="utf-8").replace('id = "spring"', 'id = "first"'), encoding="utf-8")
    problems = [str(one) for one in check(path).problems]
    assert any("'first'" in one and "it has no offers" in one and "'spring'" in one for one in problems), problems
