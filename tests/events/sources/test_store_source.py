"""A shop whose tables are events gets what it would get through files."""

import json
import random
from datetime import date

import polars as pl
import pytest
from reported_shop import reported, shop_on_store, small_shop_events
from small_shop import CONFIG

from offerloop.commands.run.task import run
from offerloop.config import load_config
from offerloop.errors import ConfigError, SourceError
from offerloop.events import prepare
from offerloop.store import Database, erase_from_store
from offerloop.workspace import open_workspace


def clean(path):
    with open_workspace(path, "duckdb") as (config, engine, _):
        return prepare(config, engine)


def events(table, *rows, **more):
    return [
        {"event_id": f"{table}-{k}", "kind": table, "at": "2024-03-05T12:00:00Z", **more, **row}
        for k, row in enumerate(rows)
    ]


def order(customer, day, *lines, kind="order", name=None):
    body = [{"product_id": what, "quantity": n, "paid_minor": paid} for what, n, paid in lines]
    return {
        "event_id": name or f"{kind}-{customer}-{day}", "kind": kind, "customer_id": customer,
        "order_id": f"{customer}-{day}", "at": f"{day}T23:30:00+01:00", "lines": body,
    }  # fmt: skip


def test_the_same_shop_as_events_gets_the_same_assignments(small_run, tmp_path, store_url):
    sent = small_shop_events(small_run.parent.parent)
    random.Random(1).shuffle(sent)
    reported(store_url, [*sent, *sent[:50]])
    path = shop_on_store(tmp_path, store_url)
    folder = run(path, "duckdb", None).folder
    for name in ("assignments.csv", "assignments.parquet", "profiles.parquet"):
        assert (folder / name).read_bytes() == (small_run / name).read_bytes(), name
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["inputs"]) == {"order_lines", "products"}
    assert list((path.parent / "runs" / ".stages").rglob("source-*")) == []


def test_what_comes_back_is_taken_off(tmp_path, store_url):
    sold, back = [("tea", 3, 900), ("cup", 1, 500)], [("tea", 1, 300)]
    reported(store_url, [order("a", "2024-03-01", *sold), order("b", "2024-03-02", *sold),
                         order("a", "2024-03-04", *back, kind="return")])  # fmt: skip
    found = clean(shop_on_store(tmp_path, store_url)).order_lines.collect().to_polars()
    mine = found.filter(pl.col("customer_id") == "a", pl.col("product_id") == "tea")
    assert mine.select("quantity", "paid_minor").rows() == [(2, 600)]


def test_days_are_those_of_the_shop(tmp_path, store_url):
    text = CONFIG.replace('currency = "EUR"', 'currency = "EUR"\ntimezone = "Europe/Helsinki"')
    reported(store_url, [order("a", "2024-03-01", ("tea", 1, 100)), order("b", "2024-03-02", ("tea", 1, 100))])
    found = clean(shop_on_store(tmp_path, store_url, text)).order_lines.collect().to_polars()
    assert sorted(found["order_day"]) == [(date(2024, 3, day) - date(1970, 1, 1)).days for day in (2, 3)]


def test_facts_are_the_newest_ones(tmp_path, store_url):
    facts = [
        {"event_id": "1", "kind": "customer", "customer_id": "a", "at": "2024-03-02T00:00:00Z", "opt_out": True},
        {"event_id": "2", "kind": "customer", "customer_id": "a", "at": "2024-03-01T00:00:00Z", "opt_out": False,
         "segment": "gold", "attributes": {"age": 40}},
        {"event_id": "3", "kind": "customer", "customer_id": "b", "at": "2024-03-02T00:00:00Z", "opt_out": False,
         "attributes": {"Age": 50}},
        {"event_id": "4", "kind": "product", "product_id": "tea", "at": "2024-03-02T00:00:00Z", "category": "drinks"},
        {"event_id": "5", "kind": "product", "product_id": "tea", "at": "2024-03-01T00:00:00Z", "category": "x",
         "brand": "East"},
    ]  # fmt: skip
    bought = [order(one, "2024-03-01", ("tea", 1, 100)) for one in ("a", "b")]
    reported(store_url, [*facts, *bought])
    found = clean(shop_on_store(tmp_path, store_url))
    assert found.no_consent["customer_id"].to_list() == ["a"]
    assert found.products.collect().to_polars().select("category", "brand").rows() == [("drinks", "East")]
    assert sorted(found.customers.collect().to_polars().select("customer_id", "age").rows()) == [("a", 40), ("b", 50)]


def test_one_who_opts_out_keeps_no_other_from_offers(tmp_path, store_url):
    refused = events("customer", {"customer_id": "a", "opt_out": True}, {"customer_id": "d", "segment": "new"})
    bought = [order(one, "2024-03-01", ("tea", 1, 100)) for one in ("a", "b", "c")]
    reported(store_url, [*refused, *bought])
    found = clean(shop_on_store(tmp_path, store_url))
    assert found.no_consent["customer_id"].to_list() == ["a"]
    assert (found.agreement.agreed, found.agreement.customers) == (2, 3)


def test_an_erased_customer_counts_in_sales_and_gets_no_offer(tmp_path, store_url):
    reported(store_url, [order(one, "2024-03-01", ("tea", 1, 100)) for one in ("a", "b")])
    database = Database.open(store_url)
    key = database.change(lambda one: erase_from_store(one, "a")).key
    database.close()
    found = clean(shop_on_store(tmp_path, store_url))
    assert found.no_consent["customer_id"].to_list() == [key]
    assert found.order_lines.collect().to_polars()["paid_minor"].sum() == 200


def test_what_is_shown_and_looked_at_is_read(tmp_path, store_url):
    shown = events("exposure", {"customer_id": "a", "offer_id": "none", "propensity": 0.5},
                   {"customer_id": "b", "offer_id": "ten", "propensity": 0.25, "policy": "p1"})  # fmt: skip
    seen = events("view", {"product_id": "tea"}, customer_id="a")
    rated = events("rating", {"product_id": "tea", "value": 4}, customer_id="b")
    bought = [order(one, day, ("tea", 1, 100)) for one in ("a", "b") for day in ("2024-03-01", "2024-03-09")]
    reported(store_url, [*shown, *seen, *rated, *bought])
    found = clean(shop_on_store(tmp_path, store_url))
    assert sorted(found.exposures.collect().to_polars().select("customer_id", "offer_id", "propensity").rows()) == [
        ("a", "none", 0.5), ("b", "ten", 0.25),
    ]  # fmt: skip
    browsing = found.browsing.collect().to_polars().select("customer_id", "kind", "value")
    assert sorted(browsing.rows()) == [("a", "view", None), ("b", "rating", 4)]


def test_a_file_that_is_named_stands_in_place_of_events(tmp_path, store_url):
    (tmp_path / "products.csv").write_text("what,kind\ntea,from the file\n")
    more = '[sources.products]\npath = "products.csv"\ncolumns = { product_id = "what", category = "kind" }\n'
    facts = events("product", {"product_id": "tea", "category": "from an event"})
    reported(store_url, [*facts, order("a", "2024-03-01", ("tea", 1, 100))])
    path = shop_on_store(tmp_path, store_url)
    path.write_text(path.read_text() + "\n" + more)
    assert clean(path).products.collect().to_polars()["category"].to_list() == ["from the file"]


def test_check_says_what_the_store_holds(command, tmp_path):
    url = f"sqlite:///{tmp_path / 'offerloop.db'}"
    reported(url, [order(one, "2024-03-01", ("tea", 1, 100)) for one in ("a", "b")])
    _, out, _ = command("check", shop_on_store(tmp_path, url), "--json")
    source = json.loads(out)["sources"]["order_lines"]
    assert (source["place"], source["read"]) == ("order_lines of the store", 2)


def test_a_store_without_orders_is_named(tmp_path, store_url):
    reported(store_url, [])
    with pytest.raises(ConfigError, match="has no orders yet; report them to POST /v1/events"):
        clean(shop_on_store(tmp_path, store_url))


def test_a_store_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(SourceError, match=r"offerloop\.db', which data\.store names, does not exist"):
        clean(shop_on_store(tmp_path, "sqlite:///offerloop.db"))
    assert not (tmp_path / "offerloop.db").exists()


@pytest.mark.parametrize("setting", ["audit_only", "fixed_attributes"])
def test_an_attribute_that_nobody_has_cannot_be_named(tmp_path, store_url, setting):
    reported(store_url, [order("a", "2024-03-01", ("tea", 1, 100))])
    path = shop_on_store(tmp_path, store_url)
    path.write_text(path.read_text() + f'\n[profiles]\n{setting} = ["age"]\n')
    load_config(path)
    with pytest.raises(ConfigError, match=f"{setting} names 'age', which no event says of a customer"):
        clean(path)
