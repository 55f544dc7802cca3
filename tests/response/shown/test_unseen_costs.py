"""What gifts and free shipping cost where they were given, of whatever orders they hold for."""

import json
from dataclasses import asdict

import numpy as np
import polars as pl
import pytest

from offerloop.config import Config
from offerloop.engine import InMemoryEngine
from offerloop.offers import read_offers
from offerloop.response import UnseenCost, UnseenCosts, columns_of_tables, offers_of_unseen_cost
from offerloop.response.shown.hidden_costs import offers_counted_at_most, offers_used_beyond_their_most
from offerloop.response.terms import NO_OFFER_TERMS, OfferTerms

OFFERS = [
    {"kind": "gift", "id": "mug", "product": "mug", "worth": "3.00", "funded_share": 0.5},
    {"kind": "free_shipping", "id": "ship", "max_discount": "4.00", "min_spend": "20.00"},
]
OF_Q = {"kind": "gift", "id": "tin", "product": "tin", "worth": "2.00", "products": ["q"]}
NOT_Q = OF_Q | {"id": "cup", "products": ["p", "q"], "except": {"products": "q", "price_from": "20.00"}}
COLUMNS = ("product_id", "category")


def test_each_order_that_they_hold_for_counts_our_part_of_the_most():
    engine = InMemoryEngine()
    lines = pl.DataFrame(
        [(1, 1, 5, 1_000), (1, 2, 6, 3_000), (1, 3, 9, 3_000), (2, 4, 5, 3_000)],
        ["customer_id", "order_id", "order_day", "list_value_minor"], orient="row",
    ).with_columns(product_id=pl.Series(["p", "q", "q", "p"]), quantity=1, discount_minor=0)  # fmt: skip
    products = pl.DataFrame({"product_id": ["p", "q"], "category": ["tea", "tea"]})
    ids = lines.select("customer_id").unique()
    offers = read_offers([*OFFERS, OF_Q, NOT_Q], ["tea"], "USD")
    tables = [engine.table(one) for one in (lines, products, ids)]
    columns = columns_of_tables(*tables[:2])
    stored = json.loads(json.dumps([asdict(UnseenCost.of(one, columns)) for one in offers]))
    costs = UnseenCosts.of(map(UnseenCost.read, stored), *tables, coupons_apart=False)
    given = {"mug": 1, "ship": 1, "ten-10": 1, "none": 2, "tin": 1, "cup": 1}
    rows = pl.DataFrame({"offer_id": [*given, "mug", "tin"], "customer_id": [*given.values(), 3, 2]})
    rows = rows.with_columns(shown_day=pl.lit(4), until_day=pl.lit(8))
    assert costs.of_rows(rows).tolist() == pytest.approx([2 * 150, 400, 0, 0, 200, 200, 0, 0])


def test_those_that_depend_on_what_orders_do_not_tell_are_named():
    first = {**OF_Q, "id": "first", "order_number": 1}
    offers = read_offers([*OFFERS, OF_Q, NOT_Q, first], ["tea"], "USD")
    assert offers_counted_at_most(offers, COLUMNS) == ["cup", "first"]


def test_offers_of_a_budget_that_is_no_money_are_left_out_and_some_have_no_cost_that_orders_tell():
    campaign = {"title": "One", "budget": "10"}
    by_post = {**OFFERS[1], "id": "post", "methods": ["post"]}
    offers = [*OFFERS, {"kind": "free_shipping", "id": "any"}, {**OFFERS[0], "id": "new", "order_number": 1}, by_post]
    seats = {
        **campaign,
        "id": "seats",
        "budget_unit": "seats",
        "offers": [{"kind": "benefit", "text": "a seat", "takes": "2"}],
    }
    config = Config.model_validate(
        {
            "shop": {"name": "made up", "margin": 0.3},
            "sources": {"order_lines": {"path": "none.csv", "columns": {}}},
            "campaigns": [{**campaign, "id": "one", "offers": offers}, seats],
        }
    )
    products = InMemoryEngine().table(pl.DataFrame({"product_id": ["p"], "category": ["tea"]}))
    unseen = offers_of_unseen_cost(config, products, [])
    assert {one.offer_id: UnseenCost.of(one, COLUMNS).minor for one in unseen} == {
        "mug": 150, "ship": 400, "any": None, "new": None, "post": None
    }  # fmt: skip


@pytest.mark.parametrize(("most_in_a_window", "names"), [(300.0, []), (600.0, ["mug"])])
def test_gifts_that_count_with_several_orders_of_a_window_are_named(most_in_a_window, names):
    terms = [NO_OFFER_TERMS, OfferTerms("mug", "gift", 300.0, most=300.0, amount=True)]
    counted, action = np.array([0.0, 300.0, most_in_a_window]), np.array([0, 1, 1])
    assert offers_used_beyond_their_most(counted, action, terms, is_seen=False) == names
    assert not offers_used_beyond_their_most(counted, action, terms)


@pytest.mark.parametrize(("uses", "names"), [(1, []), (2, ["five"])])
def test_coupons_that_customers_use_after_nothing_as_well_are_no_further_use_of_an_offer(uses, names):
    terms = [NO_OFFER_TERMS, OfferTerms("five", "spend_and_save", 500.0, most=500.0, amount=True)]
    action = np.repeat([0, 1], 100)
    assert offers_used_beyond_their_most(100.0 + 500.0 * uses * action, action, terms) == names
