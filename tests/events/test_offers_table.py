"""Terms of offers in a table of the shop's own."""

import polars as pl
import pytest

from offerloop.engine import InMemoryEngine, collect
from offerloop.errors import SourceError
from offerloop.events.offers_table import listed_offers, names_with_separators, without_offers_of_nothing


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


@pytest.mark.parametrize("name", ["percent", "Percentage", "percent_off", "Percentage discount", "discount"])
def test_a_percentage_is_a_coupon_whatever_the_list_calls_it(name):
    offers = pl.DataFrame({"offer_id": ["a"], "kind": [name], "percent": [10]})
    assert [one["kind"] for one in listed_offers(offers, (), "USD")] == ["coupon"]


CHINESE = [
    ("a", "满减券", "满200减30", "全场", None, None),
    ("b", "秒杀", "8.5折", "零食、茶", 99.0, 0.0),
    ("c", "满减", None, "不限", 200.0, 30.0),
    ("d", "代金券", None, "茶", 0.0, 10.0),
    ("e", "包邮", "满99包邮", "通用", None, None),
    ("f", "优惠券", "满99包邮", None, None, None),
]


def test_a_chinese_list_says_kinds_by_name_and_terms_in_words_or_in_sums():
    names = ["offer_id", "kind", "terms", "on", "min_spend", "amount"]
    offers = pl.DataFrame(CHINESE, schema=names, orient="row")
    listed = listed_offers(offers, {"不限"}, "CNY")
    assert [{name: str(value) for name, value in one.items() if name != "id"} for one in listed] == [
        {"kind": "spend_and_save", "spend": "200", "save": "30"},
        {"kind": "coupon", "percent": "15", "on": "['零食', '茶']", "min_spend": "99"},
        {"kind": "spend_and_save", "spend": "200", "save": "30", "on": "不限"},  # this shop has such a category
        {"kind": "coupon", "amount": "10", "on": "茶"},
        *[{"kind": "free_shipping", "min_spend": "99"}] * 2,
    ]


@pytest.mark.parametrize(
    ("kind", "words", "amount"),
    [("coupon", "满就减", None), ("赠品", "满200减30", None), ("coupon", "立减10元", 5)],
    ids=["not understood", "of another kind", "of another amount"],
)
def test_words_that_say_nothing_or_something_else_are_refused_with_the_offer(kind, words, amount):
    offers = pl.DataFrame({"offer_id": ["y1"], "kind": [kind], "terms": [words], "amount": [amount]})
    with pytest.raises(SourceError, match="column 'terms': offer 'y1': "):
        listed_offers(offers, (), "CNY")
    five = pl.concat([offers.with_columns(offer_id=pl.lit(f"y{number}")) for number in range(5)])
    with pytest.raises(
        SourceError, match=r"5 cells of column 'terms': offer 'y0': .*; offer 'y2': .*; and 2 more; "
    ) as many:
        listed_offers(five, (), "CNY")
    assert "y3" not in str(many.value)


def test_an_offer_of_0_percent_that_gives_something_else_is_one_and_counts_as_shown():
    offers = pl.DataFrame(
        {
            "offer_id": ["ten", "five", "ship", "words", "bare", "told"],
            "kind": ["coupon", "coupon", "free shipping", "coupon", "coupon", "coupon"],
            "percent": [10.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            "amount": [0.0, 5.0, 0.0, None, 0.0, None],
            "min_spend": [0, 20, 30, None, 0, None],
            "terms": [None, None, None, "$5 off", None, "no offer"],
        }
    )
    assert [{**one, "kind": ""} for one in listed_offers(offers, (), "USD")] == [
        {"id": "five", "kind": "", "amount": 5, "min_spend": 20},
        {"id": "ship", "kind": "", "min_spend": 30},
        {"id": "ten", "kind": "", "percent": 10},
        {"id": "words", "kind": "", "amount": "5"},
    ]
    exposures = InMemoryEngine().table(pl.DataFrame({"customer_id": range(6), "offer_id": offers["offer_id"]}))
    shown = collect(without_offers_of_nothing(exposures, offers), "customer_id")["offer_id"]
    assert shown.to_list() == ["ten", "five", "ship", "words", None, None]
