from dataclasses import fields

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from offerloop import flow
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError
from offerloop.events import cleaning_stage

HEADER = "order,customer,product,units,paid,at\n"
LINES = HEADER + "1,1,1,1,1.00,2024-01-03\n2,1,2,2,2.00,2024-01-08\n3,2,1,1,3.00,2024-02-01\n"
TABLES = ("order_lines", "products", "customers", "campaigns", "audiences", "redemptions", "coupon_products")
EVERYTHING = """
[sources.products]
path = "p.csv"
columns = { product_id = "p", category = "c" }
attributes = ["size"]
[sources.customers]
path = "c.csv"
columns = { customer_id = "c" }
attributes = ["age"]
[sources.campaigns]
path = "k.csv"
columns = { campaign_id = "k", starts_at = "s", ends_at = "e" }
[sources.audiences]
path = "a.csv"
columns = { campaign_id = "k", customer_id = "c" }
[sources.redemptions]
path = "r.csv"
columns = { customer_id = "c", coupon_id = "u", at = "at" }
[sources.coupon_products]
path = "u.csv"
columns = { campaign_id = "k", coupon_id = "u", product_id = "p" }
"""
FILES = {
    "p.csv": "p,c,size\n1,10,3\n3,20,4\n",
    "c.csv": "c,age\n1,30\n2,\n",
    "k.csv": "k,s,e\n1,2024-01-01,2024-01-31\n2,2024-02-02,2024-02-09\n3,2024-02-01,2024-02-05\n",
    "a.csv": "k,c\n1,1\n2,1\n3,2\n",
    "r.csv": "c,u,at\n1,5,2024-01-31\n1,6,2024-02-02\n",
    "u.csv": "k,u,p\n1,5,1\n",
}


def tables(events):
    return {name: collect(getattr(events, name)) for name in TABLES}


def sorted_rows(frame):
    return frame.sort(frame.columns)


def test_order_lines_alone_are_enough(clean):
    found = tables(clean(LINES))
    assert {name: len(table) for name, table in found.items()} == {
        **dict.fromkeys(TABLES, 0),
        "order_lines": 3,
        "products": 2,
    }
    assert sorted(found["products"].select("product_id", "category", "subcategory", "brand").rows()) == [
        (1, "unknown", "unknown", "unknown"),
        (2, "unknown", "unknown", "unknown"),
    ]


def test_order_lines_are_the_same_in_a_file_where_there_are_many(clean, monkeypatch):
    few, write, files = clean(LINES), DuckDBEngine.write, []
    monkeypatch.setattr(cleaning_stage, "MANY_LINES", 2)
    monkeypatch.setattr(DuckDBEngine, "write", lambda self, frame, path: write(self, frame, files.append(path) or path))
    many = clean(LINES)
    assert len(files) == 1
    assert_frame_equal(*(sorted_rows(collect(one.order_lines)) for one in (few, many)))
    assert_frame_equal(few.quality, many.quality)


@pytest.mark.parametrize("text", [False, True])
def test_absent_sources_are_empty_tables_with_ids_of_the_same_kind(clean, text):
    lines = HEADER + "1,ann,tea,1,1.00,2024-01-03\n2,bob,bread,2,2.00,2024-01-08\n"
    found = tables(clean(lines if text else LINES))
    kind = found["order_lines"]["customer_id"].dtype
    assert kind == (pl.String if text else pl.Int64)
    for name in ("customers", "audiences", "redemptions"):
        assert found[name].schema["customer_id"] == kind
    assert set(found["campaigns"].columns) == {"campaign_id", "starts_day", "ends_day"}
    assert set(found["coupon_products"].columns) == {"campaign_id", "coupon_id", "product_id"}


def test_absent_campaigns_have_ids_of_the_kind_of_the_audiences(clean):
    toml = '[sources.audiences]\npath = "a.csv"\ncolumns = { campaign_id = "k", customer_id = "c" }'
    events = clean(LINES, toml=toml, files={"a.csv": "k,c\nspring,1\n"})
    assert collect(events.campaigns).schema["campaign_id"] == pl.String


def test_all_sources(clean):
    events = clean(LINES, toml=EVERYTHING, files=FILES)
    found = {name: sorted_rows(table) for name, table in tables(events).items()}
    assert found["products"].select("product_id", "category", "brand", "size").rows() == [
        (1, "10", "unknown", 3),
        (2, "unknown", "unknown", None),
        (3, "20", "unknown", 4),
    ]
    assert found["customers"].rows() == [(1, 30), (2, None)]
    assert found["audiences"].rows() == [(1, 1), (2, 1), (3, 2)]
    assert found["coupon_products"].rows() == [(1, 5, 1)]
    assert set(events.quality["table"]) == set(TABLES)


def test_weeks_and_days_of_order_lines(clean):
    events = clean(LINES)
    found = collect(events.order_lines, "order_id")
    assert found["order_day"].to_list() == [19_725, 19_730, 19_754]
    assert found["order_week"].to_list() == [1, 2, 5]
    assert (events.first_day, events.as_of_day) == (19_725, 19_755)


def test_the_plan_is_of_the_day_after_the_last_order_unless_configured(clean):
    assert clean(LINES).as_of_day == 19_755
    assert clean(LINES, profiles="as_of = 2024-01-08").as_of_day == 19_730


def test_nothing_of_the_day_of_the_plan_or_later_is_in_any_table(clean):
    found = tables(clean(LINES, toml=EVERYTHING, files=FILES, profiles="as_of = 2024-02-01"))
    assert sorted(found["order_lines"]["order_id"]) == [1, 2]
    assert found["campaigns"]["campaign_id"].to_list() == [1]
    assert found["redemptions"]["coupon_id"].to_list() == [5]


def test_a_plan_of_the_past_sees_what_was_there_then(clean):
    past = clean(LINES, toml=EVERYTHING, files=FILES, profiles="as_of = 2024-02-01")
    then = clean(
        "\n".join(LINES.splitlines()[:3]) + "\n",
        toml=EVERYTHING,
        files={**FILES, "k.csv": FILES["k.csv"].split("2,2024")[0], "r.csv": FILES["r.csv"].split("1,6")[0]},
        profiles="as_of = 2024-02-01",
    )
    for name in TABLES:
        assert_frame_equal(sorted_rows(tables(past)[name]), sorted_rows(tables(then)[name]))
    assert (past.first_day, past.as_of_day) == (then.first_day, then.as_of_day)


def test_a_plan_before_the_first_order_is_refused(clean):
    with pytest.raises(SourceError, match=r"as_of = 2024-01-03 leaves no order line"):
        clean(LINES, profiles="as_of = 2024-01-03")


def test_a_file_without_a_usable_line_is_refused(clean):
    with pytest.raises(SourceError, match=r"lines.csv' has no usable order line"):
        clean(HEADER + "1,1,1,0,0,2024-01-01\n")


MONEY = {
    "discount_minor": "discount",
    "coupon_minor": "coupon",
    "reimbursed_minor": "back",
    "list_value_minor": "worth",
}
MONEY_COLUMNS = ', discount = "discount", coupon = "coupon", reimbursed = "back", list_value = "worth"'


def test_revenue_is_what_the_shop_receives_whoever_pays_it(clean):
    header = HEADER.strip() + ",discount,coupon,back,worth\n"
    events = clean(header + "1,1,1,1,3.00,2024-01-01,1.00,0.50,0.40,4.50\n", columns=MONEY_COLUMNS)
    (line,) = collect(events.order_lines).rows(named=True)
    assert {name: line[name] for name in (*MONEY, "paid_minor", "revenue_minor")} == {
        "discount_minor": 100,
        "coupon_minor": 50,
        "reimbursed_minor": 40,
        "list_value_minor": 450,
        "paid_minor": 300,
        "revenue_minor": 340,
    }


@pytest.mark.parametrize("given", [True, False])
def test_money_that_is_not_given_is_none_and_list_value_is_what_was_paid(clean, given):
    header = HEADER.strip() + ",discount,coupon,back,worth\n"
    blank = "1,1,1,1,3.00,2024-01-01,,,,\n2,1,1,1,3.00,2024-01-01,1,1,1,1\n"
    events = clean(header + blank, columns=MONEY_COLUMNS if given else "")
    line = collect(events.order_lines, "order_id").row(0, named=True)
    assert {name: line[name] for name in MONEY} == {**dict.fromkeys(MONEY, 0), "list_value_minor": 300}
    assert line["revenue_minor"] == 300
    assert events.coupons_apart is given


def test_instants_are_days_of_the_shops_zone_and_dates_are_not_shifted(clean):
    files = {**FILES, "r.csv": "c,u,at\n1,5,2024-01-31\n"}
    lines = HEADER + "1,1,1,1,1.00,2024-01-31T04:59:59Z\n2,1,1,1,1.00,2024-01-31T05:00:00Z\n"
    events = clean(
        lines, toml=EVERYTHING, files=files, shop='timezone = "America/New_York"', profiles="as_of = 2024-03-01"
    )
    assert sorted(collect(events.order_lines)["order_day"]) == [19_752, 19_753]
    assert collect(events.redemptions)["redeemed_day"].to_list() == [19_753]
    assert collect(events.campaigns, "campaign_id")["ends_day"].to_list() == [19_753, 19_762, 19_758]


def test_ids_of_fewer_bits_in_parquet_are_ids(clean, tmp_path):
    pl.DataFrame({"c": [1, 2]}, schema={"c": pl.Int32}).write_parquet(tmp_path / "c.parquet")
    events = clean(LINES, toml='[sources.customers]\npath = "c.parquet"\ncolumns = { customer_id = "c" }')
    assert collect(events.customers).schema == {"customer_id": pl.Int64}


def source(name, file, columns, attributes=()):
    mapping = ", ".join(f'{ours} = "{theirs}"' for ours, theirs in columns.items())
    return f'[sources.{name}]\npath = "{file}"\ncolumns = {{ {mapping} }}\nattributes = {list(attributes)}\n'


def test_browsing_and_exposures_before_the_plan(clean):
    toml = source("events", "e.csv", {"customer_id": "c", "product_id": "p", "kind": "k", "at": "t", "value": "v"})
    toml += source("exposures", "x.csv", {"customer_id": "c", "offer_id": "o", "at": "t"})
    files = {
        "e.csv": "c,p,k,t,v\n1,1,view,2024-01-05,\n1,1,rating,2024-02-01,4\n1,1,view,2024-02-02,\n",
        "x.csv": "c,o,t\n1,a,2024-01-05\n1,,2024-01-06\n2,b,2024-02-02\n",
    }
    events = clean(LINES, toml=toml, files=files)
    assert sorted(collect(events.browsing).select("kind", "value", "event_day").rows()) == [
        ("rating", 4, 19_754), ("view", None, 19_727),
    ]  # fmt: skip
    assert collect(events.exposures.select("customer_id", "offer_id", "shown_day"), "shown_day").rows() == [
        (1, "a", 19_727), (1, None, 19_728),
    ]  # fmt: skip


OWN_IDS = """
[[campaigns]]
id = "letters"
title = "Letters"
budget = "1.00"
offers = [{ id = "no_mail", kind = "coupon", percent = 10 }, { id = "no_min_10", kind = "coupon", percent = 5 }]
"""


def test_what_a_campaign_calls_an_offer_is_one_whatever_its_name(clean, tmp_path):
    toml = source("exposures", "x.csv", {"customer_id": "c", "offer_id": "o", "at": "t"}) + OWN_IDS
    names = ("no_mail", "no_min_10", "no_promo")
    files = {"x.csv": "c,o,t\n" + "".join(f"1,{name},2024-01-05\n" for name in names)}
    prepared = clean(LINES, toml=toml, files=files)
    in_a_run = flow.clean(load_config(tmp_path / "offerloop.toml"), DuckDBEngine(), flow.at_once)
    for events in (prepared, in_a_run):
        assert set(collect(events.exposures)["offer_id"]) == {"no_mail", "no_min_10", None}


def test_offers_from_a_table(clean):
    terms = ["percent", "max_discount", "spend", "save", "p_redeem", "value"]
    toml = source("offers", "o.csv", {"offer_id": "id", "kind": "kind"}, terms)
    rows = ["id,kind," + ",".join(terms), "ten,coupon,10,2.50,,,,", "full,spend_and_save,,,50,5,0.1,1.5"]
    events = clean(LINES, toml=toml, files={"o.csv": "\n".join(rows)})
    assert events.offers == [
        {"id": "full", "kind": "spend_and_save", "spend": 50, "save": 5, "assumed": {"p_redeem": 0.1, "value": 1.5}},
        {"id": "ten", "kind": "coupon", "percent": 10, "max_discount": 2.5},
    ]


def test_recorded_prices_tell_what_order_lines_do_not(clean):
    toml = source("prices", "r.csv", {"product_id": "p", "list_price": "eur", "at": "t"})
    prices = "p,eur,t\n1,1.50,2024-01-01\n1,4.00,2024-02-01\n2,1.25,2024-01-08\n2,1.20,2024-01-08\n3,9,2024-01-01\n"
    lines = collect(clean(LINES, toml=toml, files={"r.csv": prices}).order_lines, "order_id")
    assert lines["list_value_minor"].to_list() == [150, 250, 400]
    assert lines["discount_minor"].to_list() == [50, 50, 100]


def test_prices_do_not_override_what_order_lines_say(clean):
    toml = source("prices", "r.csv", {"product_id": "p", "list_price": "eur", "at": "t"})
    text = HEADER.strip() + ",worth\n1,1,1,1,1.00,2024-01-03,2.00\n"
    events = clean(text, toml=toml, files={"r.csv": "p,eur,t\n1,9,2024-01-01\n"}, columns=', list_value = "worth"')
    assert collect(events.order_lines)["list_value_minor"].to_list() == [200]


def test_every_table_is_named_here():
    from offerloop.events import Events

    assert {field.name for field in fields(Events)} == {
        *(name for name in TABLES if name != "order_lines"),
        "line_parts", "read_so_far", "browsing", "exposures", "offers", "quality", "quality_by_day", "rejected",
        "no_consent", "returned", "notes", "bulk_buyers", "first_day", "as_of_day", "non_merchandise", "losses",
        "splits_discounts", "coupons_apart",
        "agreement",
    }  # fmt: skip


@pytest.mark.sample
def test_the_sample(sample_events):
    events = sample_events[2]
    lines = events.order_lines.select("customer_id", "order_week", "revenue_minor")
    found = collect(lines)
    assert found["customer_id"].n_unique() == 2_469
    assert found["order_week"].max() == 53
    assert found.null_count().row(0) == (0, 0, 0)


def test_list_prices_come_from_the_product_list_when_nothing_else_has_them(clean):
    products = '[sources.products]\npath = "p.csv"\ncolumns = { product_id = "p", list_price = "price" }'
    lines = "order,customer,product,units,paid,at\n1,1,1,2,6.00,2024-01-01\n2,1,2,1,5.00,2024-01-01\n"
    events = clean(lines, toml=products, files={"p.csv": "p,price\n1,4.00\n"})
    found = collect(events.order_lines, "order_id").select("list_value_minor", "discount_minor").rows()
    assert found == [(800, 200), (500, 0)]


def test_attributes_that_are_codes_stay_texts_and_others_are_numbers(clean):
    toml = source("customers", "c.csv", {"customer_id": "c"}, ["zip", "code", "age"])
    files = {"c.csv": "c,zip,code,age\n1,01067,1E5,30\n2,10115,200000,0.5\n"}
    found = collect(clean(LINES, toml=toml, files=files).customers, "customer_id")
    assert found.select("zip", "code", "age").rows() == [("01067", "1E5", 30), ("10115", "200000", 0.5)]


@pytest.mark.parametrize("cell", ["1e-05", "1E-05", "1.5e3", "1.5E3", "1e+05", "1e5"])
def test_numbers_as_programs_write_them_are_no_codes(clean, cell):
    toml = source("customers", "c.csv", {"customer_id": "c"}, ["score"])
    found = clean(LINES, toml=toml, files={"c.csv": f"c,score\n1,{cell}\n2,2\n"}).customers
    assert collect(found, "customer_id")["score"].to_list() == [float(cell), 2]


def test_what_says_nothing_is_empty_in_segments_and_attributes_and_what_may_be_a_name_is_one(clean):
    toml = source("customers", "c.csv", {"customer_id": "c", "segment": "s"}, ["region", "zip"])
    rows = ["NA,NA,007", "none,EU,NULL", "NULL,(null),8", "-,-,N/A"]
    files = {"c.csv": "c,s,region,zip\n" + "".join(f"{n},{row}\n" for n, row in enumerate(rows))}
    found = collect(clean(LINES, toml=toml, files=files).customers, "customer_id")
    assert found["segment"].to_list() == ["NA", "none", None, None]
    assert found["region"].to_list() == ["NA", "EU", None, None]
    assert found["zip"].to_list() == ["007", None, "8", None]


@pytest.mark.parametrize(
    ("name", "columns", "table"),
    [
        ("events", {"customer_id": "c", "product_id": "o", "kind": "o", "at": "t"}, "browsing"),
        ("exposures", {"customer_id": "c", "offer_id": "o", "at": "t"}, "exposures"),
        ("redemptions", {"customer_id": "c", "coupon_id": "o", "at": "t"}, "redemptions"),
        ("campaigns", {"campaign_id": "c", "starts_at": "t", "ends_at": "t"}, "campaigns"),
    ],
)
def test_what_happened_at_no_usable_time_is_rejected_and_counted(clean, name, columns, table):
    rows = "1,a,2024-01-05 10:00:00\n2,b,\n3,c,0001-01-01 00:00:00\n4,d,2024-01-06 10:00:00\n"
    events = clean(LINES, toml=source(name, "x.csv", columns), files={"x.csv": "c,o,t\n" + rows})
    assert collect(getattr(events, table)).height == 2
    rows_of = {rule: n for rule, action, n in events.quality.filter(table=name).select("rule", "action", "rows").rows()
               if action in ("kept", "rejected")}  # fmt: skip
    assert (rows_of["all rows"], rows_of["incomplete"], rows_of["impossible time"]) == (2, 1, 1)
    assert sorted(events.rejected.filter(table=name)["rule"]) == ["impossible time", "incomplete"]
    assert events.losses.filter(table=name)["rows"].sum() == 2
