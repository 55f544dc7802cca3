import pytest

from offerloop.errors import InputError
from offerloop.offers import Basket, BasketLine, price, read_offers


def read(**terms):
    (offer,) = read_offers([{"kind": "flash_sale", "percent": 15, "hours": 24, **terms}], ["tea", "rice"], "USD")
    return offer


def test_shelf_prices_do_not_tell_its_effect_so_it_has_no_depth():
    offer = read()
    assert (offer.percent, offer.hours, offer.depth, offer.category) == (15, 24, None, None)
    assert str(offer.label()) == "15 % off for 24 hours"


def test_it_may_be_limited_to_a_category():
    assert read(on="tea").category == "tea"
    assert str(read(on="tea").label()) == "15 % off tea for 24 hours"
    assert read(on=["tea", "rice"]).scope.categories == {"tea", "rice"}
    with pytest.raises(InputError, match="'on' has the unknown category 'te', did you mean 'tea'"):
        read(on="te")


def test_a_flash_sale_of_a_campaign_may_have_a_price():
    sale = {"kind": "flash_sale", "on": "tea", "price": "9.90", "hours": 72, "per_customer": 2}
    (offer,) = read_offers([sale], ["tea", "rice"], "USD")
    assert str(offer.label()) == "tea at 9.90 USD for 72 hours"
    assert (offer.most_minor, offer.limiting_term) == (None, None)


@pytest.mark.parametrize("hours", [0, -1, 1.5, "abc", "24", True])
def test_hours_must_be_a_whole_number_of_at_least_1(hours):
    with pytest.raises(InputError, match="'hours' must be a whole number of at least 1"):
        read(hours=hours)


def test_at_most_so_many_units_of_each_line_are_reduced():
    basket = Basket("USD", (BasketLine("a", 5, 1_000), BasketLine("b", 5, 800)))
    sale = {"kind": "flash_sale", "percent": 50, "units_per_line": 1}
    priced = price(basket, read_offers([sale], None, "USD"), 1_768_478_400)
    assert [line.off_minor for line in priced.lines] == [500, 400]
    with pytest.raises(InputError, match="without a limit of units"):
        read(max_discount="5", units_per_line=1)
