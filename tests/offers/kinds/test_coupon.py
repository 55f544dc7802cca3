from fractions import Fraction

import pytest

from offerloop.errors import InputError
from offerloop.offers import read_offers

CATEGORIES = ["bread", "tea"]


def read(**terms):
    return read_offers([{"kind": "coupon", **terms}], CATEGORIES, "USD")


def test_a_coupon_on_everything():
    (offer,) = read(percent=12.5)
    assert (offer.offer_id, offer.category, offer.depth) == ("coupon-12.5", None, Fraction(1, 8))
    assert str(offer.label()) == "12.5 % off everything"
    (offer,) = read(percent=12.5, **{"except": {"on": ["tea", "wine"]}})
    assert str(offer.label()) == "12.5 % off everything except tea or wine"


def test_a_coupon_on_one_category():
    (offer,) = read(percent=10, on="tea", id="hot")
    assert (offer.offer_id, offer.category, str(offer.label())) == ("hot-10 tea", "tea", "10 % off tea")


def test_each_category_expands_to_every_category_and_percentage():
    offers = read(percent=[10, 30], on="each category")
    found = {(offer.category, offer.percent) for offer in offers}
    assert found == {("bread", 10), ("bread", 30), ("tea", 10), ("tea", 30)}
    assert len({offer.offer_id for offer in offers}) == len(offers) == 4


def test_each_category_keeps_all_else_that_limits_it():
    (tea,) = read(percent=10, on="each category", brands="hills", **{"except": {"on": "bread"}})
    assert (tea.category, tea.scope.brands, tea.scope.but.names) == ("tea", {"hills"}, ("bread",))
    bread, tea = read(percent=10, on="each category", **{"except": {"on": "bread", "brands": "hills"}})
    assert (bread.category, tea.category) == ("bread", "tea")


def test_each_category_with_all_of_them_excepted_is_refused():
    with pytest.raises(InputError, match="has all of them in 'except', so that nothing is left"):
        read(percent=10, on="each category", **{"except": {"on": CATEGORIES}})


@pytest.mark.parametrize("percent", ["0.1", 0.1, "1/10"])
def test_the_percentage_is_exact(percent):
    (offer,) = read(percent=percent)
    assert offer.depth == Fraction(1, 1000)


def test_an_unknown_category_is_answered_with_the_nearest_name():
    with pytest.raises(InputError, match="unknown category 'bred', did you mean 'bread'"):
        read(percent=10, on="bred")


def test_a_percentage_given_twice_is_refused():
    with pytest.raises(InputError, match="two offers have the id 'coupon-10'"):
        read(percent=[10, 10])
