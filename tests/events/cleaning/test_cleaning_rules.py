"""Each rule by a tiny table that triggers it."""

from datetime import date

import polars as pl
import pytest

from offerloop.engine import collect

HEADER = "order,customer,product,units,paid,at\n"
GOOD = "1,1,1,1,1.00,2024-01-01\n"


def counts(events, table="order_lines"):
    quality = events.quality.filter(pl.col("table") == table)
    return {(rule, action): rows for rule, action, rows in quality.select("rule", "action", "rows").rows()}


def kept(events):
    return collect(events.order_lines, "order_id").select("order_id", "quantity", "paid_minor").rows()


@pytest.mark.parametrize(
    ("rule", "action", "lines", "left"),
    [
        ("exact copy", "rejected", [GOOD], []),
        (
            "incomplete",
            "rejected",
            [
                ",1,1,1,1.00,2024-01-01\n",
                "3,,1,1,1.00,2024-01-01\n",
                "4,1,,1,1.00,2024-01-01\n",
                "5,1,1,,1.00,2024-01-01\n",
                "6,1,1,,0.00,2024-01-01\n",
                "7,1,1,1,,2024-01-01\n",
                "8,1,1,1,1.00,\n",
            ],
            [],
        ),
        ("nothing sold", "rejected", ["2,1,1,0,0.00,2024-01-01\n", "3,1,1,-1,0.00,2024-01-01\n"], []),
        ("quantity zero with money", "repaired", ["2,1,1,0,3.00,2024-01-01\n"], [(2, 1, 300)]),
        ("quantity is a measure", "repaired", ["2,1,1,101,3.00,2024-01-01\n"], [(2, 1, 300)]),
        ("return without a sale", "rejected", ["2,1,2,-1,-0.50,2024-01-01\n", "3,1,3,1,-0.50,2024-01-01\n"], []),
        ("impossible time", "rejected", ["2,1,1,1,1.00,0201-01-01\n"], []),
    ],
)
def test_each_rule_hits_the_lines_made_for_it_and_no_other(clean, rule, action, lines, left):
    events = clean(HEADER + GOOD + "".join(lines))
    assert kept(events) == [(1, 1, 100), *left]
    hits = {name for name, rows in counts(events).items() if rows and name[0] != "all rows"}
    assert hits == {(rule, action)}
    assert counts(events)[rule, action] == len(lines)


@pytest.mark.parametrize("line", ["2,1,1,100,3.00,2024-01-01\n", "2,1,1,1,0.00,2024-01-01\n"])
def test_ordinary_lines_pass_untouched(clean, line):
    events = clean(HEADER + GOOD + line)
    assert len(kept(events)) == 2
    assert {rows for (rule, _), rows in counts(events).items() if rule != "all rows"} == {0}


def test_a_line_that_a_coupon_paid_for_was_a_sale(clean):
    header = "order,customer,product,units,paid,at,worth\n"
    events = clean(header + "1,1,1,0,0.00,2024-01-01,2.00\n", columns=', list_value = "worth"')
    assert kept(events) == [(1, 1, 0)]
    assert counts(events)["quantity zero with money", "repaired"] == 1


def test_the_largest_quantity_is_configured(clean):
    events = clean(HEADER + "1,1,1,7,1.00,2024-01-01\n2,1,1,6,1.00,2024-01-01\n", toml="[clean]\nmax_quantity = 6")
    assert [quantity for _, quantity, _ in kept(events)] == [1, 6]


def test_counts_add_up(clean):
    lines = (
        HEADER + GOOD * 3 + ",1,1,1,1,2024-01-01\n2,1,1,0,0,2024-01-02\n3,1,1,0,1,2024-01-03\n"
        "4,1,2,500,9,2024-01-04\n5,1,2,-1,-9,2024-01-05\n6,1,3,1,1,2024-01-05\n6,1,3,1,1,2024-01-05\n6,1,4,1,1,2024-01-05\n"
    )
    events = clean(lines)
    found = counts(events)
    gone = sum(rows for (_, action), rows in found.items() if action in ("rejected", "merged"))
    assert found["all rows", "read"] == 11 == found["all rows", "kept"] + gone
    assert found["all rows", "kept"] == len(kept(events)) == 5
    assert events.rejected["copies"].sum() == sum(rows for (_, action), rows in found.items() if action == "rejected")


RETURN_HEADER = "order,customer,product,units,paid,at,worth,off\n"


def netted(clean, lines, columns=', list_value = "worth", discount = "off"'):
    events = clean(RETURN_HEADER + lines, columns=columns)
    names = ("order_id", "quantity", "paid_minor", "list_value_minor", "discount_minor")
    return collect(events.order_lines, "order_id").select(names).rows(), counts(events), events


def test_a_return_is_taken_off_the_latest_sale_before_it(clean):
    rows, found, _ = netted(
        clean,
        "1,1,1,2,6.00,2024-01-01,8.00,2.00\n2,1,1,3,9.00,2024-01-05,12.00,3.00\n3,1,1,-1,-3.00,2024-01-06,-4.00,-1.00\n"
        "4,1,1,1,3.00,2024-01-08,4.00,1.00\n5,2,1,1,3.00,2024-01-01,4.00,1.00\n",
    )
    assert rows == [(1, 2, 600, 800, 200), (2, 2, 600, 800, 200), (4, 1, 300, 400, 100), (5, 1, 300, 400, 100)]
    assert (found["return", "rejected"], found["returned in part", "repaired"]) == (1, 1)


def test_a_large_return_reaches_back_over_several_sales(clean):
    rows, found, events = netted(
        clean,
        "1,1,1,2,6.00,2024-01-01,8.00,2.00\n2,1,1,3,9.00,2024-01-05,12.00,3.00\n3,1,1,-4,-12.00,2024-01-06,-16.00,-4.00\n",
    )
    assert rows == [(1, 1, 300, 400, 100)]
    assert (found["returned in full", "rejected"], found["returned in part", "repaired"]) == (1, 1)
    assert set(events.rejected["rule"]) == {"return", "returned in full"}
    epoch = date(1970, 1, 1)
    days = [(date(2024, 1, day) - epoch).days for day in (1, 5)]
    assert sorted(events.returned.rows()) == [(1, day) for day in days]


@pytest.mark.parametrize("sign", ["", "-"])
def test_what_a_return_took_back_is_a_loss_of_sales_whatever_its_sign(clean, sign):
    events = clean(HEADER + f"1,1,1,1,2.00,2024-01-03\n2,1,1,-1,{sign}2.00,2024-01-05\n3,2,1,3,6.00,2024-02-04\n")
    losses = dict(events.losses.select("rule", "sales_minor").rows())
    assert losses == {"return": 200, "returned in full": 0}


@pytest.mark.parametrize("units", [1, 0.1])
def test_each_return_is_taken_off_what_was_bought_before_it(clean, units):
    days = {1: "01-01", 2: "01-11", 3: "02-01", 4: "03-01", 5: "03-11"}
    lines = [
        f"{n},1,1,{-units if n in (2, 5) else units},{-3 if n in (2, 5) else 3}.00,2024-{day}\n"
        for n, day in days.items()
    ]
    events = clean(HEADER + "".join(lines))
    assert kept(events) == [(3, units, 300)]
    assert (counts(events)["return", "rejected"], counts(events)["returned in full", "rejected"]) == (2, 2)


def test_nothing_is_left_of_weighed_goods_that_came_back(clean):
    lines = "1,1,1,0.1,1.00,2024-01-01\n2,1,1,0.2,2.00,2024-01-02\n3,1,1,-0.3,-3.00,2024-01-03\n"
    events = clean(HEADER + lines + "4,1,1,-0.1,-1.00,2024-01-04\n5,1,1,0.4,4.00,2024-01-05\n")
    assert kept(events) == [(5, 0.4, 400)]
    assert counts(events)["return without a sale", "rejected"] == 1


def test_a_return_takes_nothing_off_what_was_bought_after_it(clean):
    lines = "1,1,1,1,3.00,2024-01-01\n2,1,1,-3,-9.00,2024-01-02\n3,1,1,2,6.00,2024-01-03\n4,1,1,-1,-3.00,2024-01-04\n"
    events = clean(HEADER + lines)
    assert kept(events) == [(3, 1, 300)]
    assert counts(events)["return", "rejected"] == 2


def test_more_returned_than_bought_is_a_return_without_a_sale(clean):
    rows, found, _ = netted(
        clean,
        "1,1,1,2,6.00,2024-01-02,8.00,2.00\n2,1,1,-2,-6.00,2024-01-03,-8.00,-2.00\n"
        "3,1,1,-1,-3.00,2024-01-04,-4.00,-1.00\n4,1,1,1,3.00,2024-01-05,4.00,1.00\n"
        "5,1,1,-1,-3.00,2024-01-06,-4.00,-1.00\n6,1,1,-1,-3.00,2024-01-01,-4.00,-1.00\n"
        "7,1,1,1,3.00,2024-01-07,4.00,1.00\n",
    )
    assert rows == [(7, 1, 300, 400, 100)]
    assert (found["return", "rejected"], found["return without a sale", "rejected"]) == (2, 2)


def test_what_remains_is_sales_less_refunds_even_when_the_refund_is_not_the_price(clean):
    rows, _, _ = netted(clean, "1,1,1,2,6.00,2024-01-01,8.00,2.00\n3,1,1,-2,-5.00,2024-01-06,-8.00,-2.00\n")
    assert rows == [(1, 1, 100, 0, 0)]  # a fee of 1.00 is kept, as one unit


def test_money_below_zero_that_a_coupon_explains_is_no_return(clean):
    header = "order,customer,product,units,paid,at,coupon\n"
    events = clean(header + "2,1,1,1,-0.50,2024-01-01,1.00\n", columns=', coupon = "coupon"')
    assert kept(events) == [(2, 1, -50)]
    assert counts(events)["paid below zero", "flagged"] == 1


@pytest.mark.parametrize(
    ("settings", "columns", "line", "rule"),
    [
        ("first_day = 2024-01-01", "", "2,1,1,1,1.00,2023-12-31,\n", "before the window"),
        ("last_day = 2024-01-31", "", "2,1,1,1,1.00,2024-02-01,\n", "after the window"),
        ('test_ids = ["TEST*"]', "", "TEST-7,1,1,1,1.00,2024-01-01,\n", "test order"),
        ('test_ids = ["TEST?"]', "", "2,TEST9,1,1,1.00,2024-01-01,\n", "test order"),
        ('test_ids = ["*EST*7*", "x[1]"]', "", "TEST-7,1,1,1,1.00,2024-01-01,\n", "test order"),
        ('test_ids = ["*EST*7*", "x[1]"]', "", "x[1],1,1,1,1.00,2024-01-01,\n", "test order"),
        ("", ', currency = "more"', "2,1,1,1,1.00,2024-01-01,eur\n", "other currency"),
        ("", ', returned = "more"', "2,1,1,1,1.00,2024-01-01,yes\n", "marked as returned"),
    ],
)
def test_rules_that_are_switched_on(clean, settings, columns, line, rule):
    usual = {"currency": "USD", "returned": "no"}.get(columns[2:10].strip(" ="), "")
    lines = "order,customer,product,units,paid,at,more\n" + GOOD.strip() + f",{usual}\n" + line
    events = clean(lines, columns=columns, toml=f"[clean]\n{settings}")
    assert counts(events)[rule, "rejected"] == 1
    assert events.rejected["rule"].to_list() == [rule]
    assert collect(events.order_lines).height == 1


@pytest.mark.parametrize(
    ("currency", "names", "others"),
    [
        ("CNY", ["CNY", "rmb", "元", "¥"], ["USD", "RM", "HKD"]),
        ("TRY", ["TL", "try", "₺"], ["TLX", "€"]),
        ("USD", ["US$", "$", "usd"], ["C$", "CAD"]),
        ("lessons", ["lessons", "Lessons"], ["USD", "minutes"]),
    ],
)
def test_a_currency_has_several_names(clean, currency, names, others):
    lines = "".join(f"{n},1,1,1,1.00,2024-01-01,{name}\n" for n, name in enumerate([*names, *others]))
    header = HEADER.strip() + ",money\n"
    events = clean(header + lines, columns=', currency = "money"', shop=f'currency = "{currency}"')
    assert [order for order, *_ in kept(events)] == list(range(len(names)))
    assert counts(events)["other currency", "rejected"] == len(others)


def test_the_same_line_passes_when_the_rule_is_not_switched_on(clean):
    assert len(kept(clean(HEADER + GOOD + "TEST-7,1,1,1,1.00,2025-01-01\n"))) == 2


def test_a_few_cells_that_cannot_be_read_cost_their_rows_only(clean):
    events = clean(HEADER + "".join(f"{n},1,{n},1,1.00,2024-01-01\n" for n in range(40)) + "99,1,1,1,free,2024-01-01\n")
    assert counts(events)["unreadable", "rejected"] == 1
    assert "; unreadable " in events.rejected.filter(rule="unreadable")["row"][0]
    assert len(kept(events)) == 40


@pytest.mark.parametrize(
    ("units", "price", "paid", "worth"),
    [("150", "2.00", "270.00", 30000), ("1500", "3.00", "2.70", 300), ("150", "", "270.00", 27000)],
    ids=["price of a litre", "price of a pack weighed in grams", "no price"],
)
def test_a_measure_has_the_list_value_of_all_that_was_measured(clean, units, price, paid, worth):
    header = HEADER.strip() + ",list\n"
    lines = f"1,1,1,{units},{paid},2024-01-03,{price}\n2,2,1,3,6.00,2024-01-04,2.00\n"
    found = collect(clean(header + lines, columns=', list_price = "list"').order_lines, "order_id")
    assert found.select("quantity", "list_value_minor").rows() == [(1, worth), (3, 600)]
    assert found["discount_minor"][0] == worth - found["paid_minor"][0]


def test_customers_far_beyond_all_others_are_flagged(clean):
    lines = [f"{n},{n},1,1,1.00,2024-01-01\n" for n in range(50)] + ["99,7,2,60,1.00,2024-01-01\n"]
    events = clean(HEADER + "".join(lines))
    assert events.bulk_buyers["customer_id"].to_list() == [7]
    assert counts(events)["bulk buyers", "flagged"] == 1
    assert clean(HEADER + "".join(lines), toml="[clean]\nbulk_quantile = 1.0").bulk_buyers.is_empty()


def test_cases_of_order_lines_are_counted_by_day(clean):
    events = clean(HEADER + GOOD + "2,1,1,0,3.00,2024-01-02\n3,1,1,0,3.00,2024-01-02\n4,1,1,0,0.00,2024-01-03\n")
    assert sorted(events.quality_by_day.rows()) == [
        (19_724, "quantity zero with money", "repaired", 2),
        (19_725, "nothing sold", "rejected", 1),
    ]


PRODUCTS = '[sources.products]\npath = "p.csv"\ncolumns = { product_id = "product", category = "category" }'


def test_products_without_category_and_products_not_listed_are_unknown(clean):
    lines = HEADER + GOOD + "2,1,2,1,1.00,2024-01-01\n3,1,9,1,1.00,2024-01-01\n"
    events = clean(lines, toml=PRODUCTS, files={"p.csv": "product,category\n1,tea\n2,\n3,bread\n"})
    found = counts(events, "products")
    assert found["category unknown", "repaired"] == 1
    assert found["not on the product list", "repaired"] == 1
    products = collect(events.products.select("product_id", "category"), "product_id").rows()
    assert products == [(1, "tea"), (2, "unknown"), (3, "bread"), (9, "unknown")]


@pytest.mark.sample
def test_what_cleaning_did_to_the_sample(sample_events):
    events = sample_events[2]
    lines, coupons = counts(events), counts(events, "coupon_products")
    assert lines["all rows", "read"] == 1_469_307
    assert coupons["exact copy", "rejected"] == 4_872
    zero = lines["nothing sold", "rejected"] + lines["quantity zero with money", "repaired"]
    assert zero == 8_869
    for table in events.quality["table"].unique():
        found = counts(events, table)
        gone = sum(rows for (_, action), rows in found.items() if action in ("rejected", "merged"))
        assert found["all rows", "read"] == found["all rows", "kept"] + gone


def test_the_order_of_the_rows_decides_nothing(clean):
    """Two lines of one product in one order are a tie in time; either way the same is left of them."""
    rows = [
        "1,1,1,1,2.00,2024-01-01,4.00,0.00",
        "1,1,1,2,6.00,2024-01-01,8.00,2.00",
        "2,1,1,-2,-4.00,2024-01-03,-4.00,0.00",
    ]
    found = [netted(clean, "\n".join(order) + "\n")[0] for order in (rows, rows[::-1])]
    assert sorted(found[0]) == sorted(found[1])


def test_test_ids_are_seen_before_ids_become_pseudonyms(clean, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "a key of more than 16 bytes")
    toml = '[clean]\ntest_ids = ["TEST*"]\n[privacy]\npseudonymise = true\nkey_env = "SHOP_KEY"'
    events = clean(HEADER + GOOD + "2,TEST9,1,1,1.00,2024-01-01\n", toml=toml)
    assert counts(events)["test order", "rejected"] == 1
    assert collect(events.order_lines).height == 1


def test_a_return_after_the_plan_changes_nothing_that_was_known_then(clean):
    lines = HEADER + GOOD + "2,1,2,2,9.00,2024-01-05\n"
    then = clean(lines, profiles="as_of = 2024-01-10")
    now = clean(lines + "3,1,2,-2,-9.00,2024-02-01\n", profiles="as_of = 2024-01-10")
    assert kept(now) == kept(then) == [(1, 1, 100), (2, 2, 900)]
    assert counts(now)["after the plan", "rejected"] == 1


def test_a_line_is_returned_where_its_cell_says_so_and_not_where_it_says_nothing(clean):
    cells = ["NULL", "N/A", "-", "", "0", "0.0", "0,00", "no", "1", "1.0", "yes"]
    lines = "".join(f'{n},1,1,1,1.00,2024-01-01,"{cell}"\n' for n, cell in enumerate(cells))
    events = clean(HEADER.strip() + ",more\n" + lines, columns=', returned = "more"')
    assert [order for order, *_ in kept(events)] == list(range(8))
    assert counts(events)["marked as returned", "rejected"] == 3


@pytest.mark.parametrize("nothing", ["NULL", "N/A", "-", "无"])
def test_a_text_for_nothing_is_no_category_channel_store_or_currency(clean, nothing):
    toml = """
        [sources.products]
        path = "p.csv"
        columns = { product_id = "p", category = "c", brand = "b" }
        """
    columns = ', channel = "where", store_id = "store", currency = "money"'
    lines = HEADER.strip() + f",where,store,money\n1,1,1,1,1.00,2024-01-01,{nothing},{nothing},{nothing}\n"
    events = clean(lines, toml, {"p.csv": f"p,c,b\n1,{nothing},{nothing}\n"}, columns)
    assert collect(events.order_lines).select("channel", "store_id").rows() == [(None, None)]
    assert collect(events.products).select("category", "brand").rows() == [("unknown", "unknown")]
