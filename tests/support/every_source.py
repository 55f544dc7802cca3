"""A shop of a few dozen lines with every source that there is, and something to clean in most of them."""

import csv
from datetime import date, timedelta

import polars as pl

CONFIG = """
[shop]
name = "Every source"
currency = "EUR"
timezone = "Europe/Berlin"

[privacy]
retention_days = 150
ignore_case = true

[sources.order_lines]
path = "lines.csv"
where = "state in ['paid']"
attributes = ["till"]
join = [{ path = "tills.csv", on = "till", key = "number" }]
[sources.order_lines.columns]
order_id = "order"
customer_id = "who"
product_id = "what"
quantity = "n"
paid = "coalesce(paid, 0)"
at = "when"
store_id = "store"
channel = "where"
text = "title"
order_discount = "n * 0.25"
reimbursed = "paid * 0.1"

[sources.products]
path = "products.csv"
columns = { product_id = "what", category = "kind", brand = "brand", unit_cost = "cost", stock = "stock" }

[sources.customers]
path = "customers.csv"
columns = { customer_id = "who", consent = "agrees", segment = "segment" }
attributes = ["age"]

[sources.events]
path = "events.csv"
columns = { customer_id = "who", product_id = "what", kind = "kind", at = "at", value = "value" }

[sources.prices]
path = "prices.parquet"
columns = { product_id = "what", at = "day", list_price = "price" }

[sources.offers]
path = "offers.csv"
columns = { offer_id = "id", kind = "kind", percent = "percent", on = "on", campaign_id = "campaign" }

[sources.exposures]
path = "exposures.csv"
columns = { customer_id = "who", offer_id = "offer", at = "at", propensity = "p" }

[sources.campaigns]
path = "campaigns.csv"
columns = { campaign_id = "id", starts_at = "first", ends_at = "last", campaign_type = "type" }

[sources.audiences]
path = "audiences.csv"
columns = { campaign_id = "id", customer_id = "who" }

[sources.redemptions]
path = "redemptions.csv"
columns = { customer_id = "who", coupon_id = "coupon", at = "at" }

[sources.coupon_products]
path = "coupon_products.csv"
columns = { coupon_id = "coupon", product_id = "what", campaign_id = "campaign" }

[[campaigns]]
id = "first"
title = "First offers"
budget = "100.00"
"""
FIRST = date(2024, 1, 1)
KINDS = ("tea", "coffee", "Tea ")


def write_every_source(folder):
    """Files and configuration; gives the path of the latter."""
    (folder / "offerloop.toml").write_text(CONFIG)
    _write(folder, "lines", "order,who,what,n,paid,when,store,title,state,till", _order_lines())
    pl.DataFrame({"number": ["t1", "t3"], "where": ["hall", "yard"]}).write_csv(folder / "tills.csv")
    _write(folder, "products", "what,kind,brand,cost,stock", ((p, KINDS[p % 3], f"b{p}", p, p * 3) for p in range(5)))
    _write(folder, "customers", "who,agrees,segment,age", _customers())
    _write(folder, "events", "who,what,kind,at,value", ((f"c{c}", c % 5, "view", _clock(c * 9), c) for c in range(8)))
    prices = [(p, _day(d), 3.0 + p + d / 100) for p in range(6) for d in (0, 60, 120)]
    pl.DataFrame(prices, ["what", "day", "price"], orient="row").write_parquet(folder / "prices.parquet")
    _write(folder, "offers", "id,kind,percent,on,campaign", [("t10", "coupon", 10, "tea", "first")])
    _write(folder, "exposures", "who,offer,at,p", ((f"c{c}", ("t10", "")[c % 2], _clock(90), 0.5) for c in range(8)))
    _write(folder, "campaigns", "id,first,last,type", [("old", _day(40), _day(54), "mail")])
    _write(folder, "audiences", "id,who", (("old", f"c{c}") for c in range(4)))
    _write(folder, "redemptions", "who,coupon,at", [("c1", "u1", _clock(45)), ("c2", "u1", _clock(46))])
    _write(folder, "coupon_products", "coupon,what,campaign", [("u1", 0, "old"), ("u1", 3, "old")])
    return folder / "offerloop.toml"


def _order_lines():
    """Purchases with copies, returns, gifts, a free line, a day in the future and lines of an unknown product."""
    for number in range(90):
        who, day = number % 8, number * 4 % 170
        units = 0 if number == 33 else 1 + number % 2
        title = "Postage" if number % 6 == 5 else f"Thing {number % 6}"
        yield number, f"c{who}", number % 6, units, f"{3 + number % 6}.50", _clock(day), "s1", title, "paid", "t1"
    yield 1, "c1", 1, 2, "4.50", _clock(4), "s1", "Thing 1", "paid", "t1"
    yield 200, "c1", 1, 1, "4.50", _clock(169), "s1", "Thing 1", "open", "t2"
    yield 201, "C2", 2, 1, "nothing", _clock(160), "s1", 'a "thing", quoted', "paid", "t2"
    yield 203, "c3", 3, -1, "-6.50", _clock(169), "s1", "Thing 3", "paid", "t1"
    yield 202, "", 2, 1, "", "2024-02-30 10:00", "s1", "", "paid", "t2"


def _customers():
    for number in range(9):
        yield f"C{number}", ("yes", "no", "")[number % 3], f"s{number % 2}", 20 + number


def _day(number):
    return str(FIRST + timedelta(days=number))


def _clock(number):
    return f"{_day(number)} 0{number % 10}:30"


def _write(folder, name, header, rows):
    with (folder / f"{name}.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
