"""Terms of offers in a table of the shop's own."""

import polars as pl

from offerloop.engine import InMemoryEngine
from offerloop.events.offers_table import listed_offers, names_with_separators


def test_a_cell_names_several_brands_unless_one_is_called_so():
    offers = pl.DataFrame({"offer_id": ["a", "b", "c"], "brands": ["Acme, Inc.", "Acme|Zed ", "Zed;"]})
    products = InMemoryEngine().table(pl.DataFrame({"product_id": [1, 2], "brand": ["Acme, Inc.", "Zed"]}))
    listed = listed_offers(offers, names_with_separators(offers, products))
    assert [one["brands"] for one in listed] == ["Acme, Inc.", ["Acme", "Zed"], "Zed"]


def test_a_cell_names_categories_that_an_offer_leaves_out():
    offers = pl.DataFrame({"offer_id": ["a", "b", "c"], "except": ["Home, Garden", "Wine; Tea", None]})
    products = InMemoryEngine().table(pl.DataFrame({"product_id": [1], "category": ["Home, Garden"]}))
    listed = listed_offers(offers, names_with_separators(offers, products))
    assert [one.get("except") for one in listed] == [{"on": "Home, Garden"}, {"on": ["Wine", "Tea"]}, None]


def test_a_name_that_holds_a_comma_may_stand_beside_others():
    offers = pl.DataFrame({"offer_id": ["a", "b"], "on": ["Home, Garden; Tea", "Wine, Tea|Bread"]})
    products = InMemoryEngine().table(pl.DataFrame({"product_id": [1], "category": ["Home, Garden"]}))
    listed = listed_offers(offers, names_with_separators(offers, products))
    assert [one["on"] for one in listed] == [["Home, Garden", "Tea"], ["Wine", "Tea", "Bread"]]
