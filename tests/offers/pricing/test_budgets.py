"""No basket is promised more than is left of an offer's budget and limits; amounts of offers in several currencies."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_baskets import baskets, offer_lists, policies

from offerloop.errors import InputError
from offerloop.offers import Basket, BasketLine, OfferLeft, OfferSet, price, read_offers
from offerloop.offers.pricing.price_each import price_each
from offerloop.workspace import read_offers_file

NOW = 1_768_478_400
BASKET = Basket("USD", (BasketLine("tea", 4, 1_000),))
TWENTY = {"kind": "coupon", "id": "twenty", "percent": 20}
FIVE = {"kind": "coupon", "id": "five", "amount": "5"}


def priced(*terms, **left):
    """What 40.00 cost where so much is left of the offers, and why some of them do not apply."""
    found = price(BASKET, read_offers(terms, None, "USD"), NOW, find_left=left.get)
    return found.total_minor, {one.offer_id: one.why.value for one in found.rejected}


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (None, (3_200, {"five": "another_takes_off_more"})),
        (OfferLeft(), (3_200, {"five": "another_takes_off_more"})),
        (OfferLeft(minor=800), (3_200, {"five": "another_takes_off_more"})),
        (OfferLeft(minor=799), (3_500, {"twenty": "budget_used_up"})),
        (OfferLeft(minor={"USD": 800, "EUR": 0}), (3_200, {"five": "another_takes_off_more"})),
        (OfferLeft(minor={"USD": 799}), (3_500, {"twenty": "budget_used_up"})),
        (OfferLeft(minor={"EUR": 9_000}), (3_500, {"twenty": "budget_used_up"})),
        (OfferLeft(uses=1, uses_of_customer=1), (3_200, {"five": "another_takes_off_more"})),
        (OfferLeft(uses=0), (3_500, {"twenty": "limit_of_uses_reached"})),
        (OfferLeft(uses=3, uses_of_customer=0), (3_500, {"twenty": "limit_of_customer_reached"})),
    ],
    ids=str,
)
def test_the_next_best_offer_takes_the_place_of_one_that_is_used_up(left, expected):
    assert priced(TWENTY, FIVE, twenty=left) == expected


def test_what_an_offer_takes_off_after_others_stays_within_its_budget():
    """Alone, the second offer gives the unit of 1.00; where the first one has used that, it would give one of 10.00."""
    basket = Basket("USD", (BasketLine("cheap", 1, 100), BasketLine("tea", 2, 1_000)))
    both = {"lane": "product", "stackable": True}
    terms = [
        {"kind": "coupon", "id": "half", "percent": 50, "cheapest": 1, "priority": 1, **both},
        {"kind": "buy_x_get_y", "id": "free", "buy": 1, "get": 1, **both},
    ]
    offers = read_offers(terms, None, "USD")
    assert price(basket, offers, NOW).total_minor == 2_100 - 50 - 1_000
    left = {"free": OfferLeft(minor=500)}
    assert price(basket, offers, NOW, find_left=left.get).total_minor == 2_100 - 100


def test_a_gift_has_limits_too():
    assert priced({"kind": "gift", "id": "mug", "product": "mug"}, mug=OfferLeft(uses=0))[1] == {
        "mug": "limit_of_uses_reached"
    }


def test_products_alone_are_priced_within_what_is_left():
    offers = read_offers([TWENTY, FIVE], None, "USD")
    found = price_each(BASKET.lines, BASKET, offers, NOW, find_left={"twenty": OfferLeft(minor=1)}.get)
    assert [(one.paid_minor, one.offer_ids) for one in found] == [(3_500, ("five",))]


@given(baskets(), offer_lists(), policies, st.integers(0, 2_000))
def test_no_offer_takes_off_more_than_is_left_of_it(basket, offers, policy, left):
    found = price(basket, offers, NOW, policy, lambda _: OfferLeft(minor=left))
    assert all(one.off_minor <= left for one in found.applied)
    assert found.total_minor >= price(basket, offers, NOW, policy).total_minor


@given(baskets(), offer_lists(most=5, after=False), policies, st.integers(0, 2_000))
def test_one_more_offer_never_raises_the_total_within_budgets(basket, offers, policy, left):
    found = [price(basket, offers[:n], NOW, policy, lambda _: OfferLeft(minor=left)) for n in range(len(offers) + 1)]
    totals = [one.total_minor for one in found if not one.gap_minor]
    assert totals == sorted(totals, reverse=True)


IN_TWO = {"kind": "spend_and_save", "id": "one", "spend": {"EUR": "50", "USD": "55"}, "save": {"EUR": "5", "USD": "6"}}


def test_a_policy_has_amounts_in_several_currencies():
    """At most 30.00 dollars, or 3,000 yen, or 9.000 dinars, off a basket of which half would be taken off."""
    document = {
        "currency": "USD", "offers": [{"kind": "coupon", "id": "half", "percent": 50, "currencies": ["JPY", "KWD"]}],
        "policy": {"max_discount": {"USD": "30", "JPY": "3000", "KWD": "9"}},
    }  # fmt: skip
    offers_file = read_offers_file(document)

    def off(currency, unit_minor):
        basket = Basket(currency, (BasketLine("tea", 1, unit_minor),))
        (alone,) = price_each(basket.lines, basket, offers_file.offers, NOW, offers_file.policy)
        found = price(basket, offers_file.offers, NOW, offers_file.policy)
        assert alone.paid_minor == found.total_minor
        return found.discount_minor

    assert (off("USD", 10_000), off("JPY", 10_000), off("KWD", 100_000)) == (3_000, 3_000, 9_000)
    assert off("EUR", 10_000) == 0  # nothing says how much may be taken off


def test_a_policy_with_amounts_leaves_baskets_of_other_currencies_without_offers():
    document = {
        "currency": "USD", "offers": [{"kind": "coupon", "id": "half", "percent": 50, "currencies": ["EUR"]}],
        "policy": {"max_unit_discount": "30"},
    }  # fmt: skip
    offers_file = read_offers_file(document)
    basket = Basket("EUR", (BasketLine("tea", 1, 1_000),), shipping_minor=500)
    found = price(basket, offers_file.offers, NOW, offers_file.policy)
    assert (found.total_minor, [one.why.value for one in found.rejected]) == (1_500, ["other_currency"])
    (alone,) = price_each(basket.lines, basket, offers_file.offers, NOW, offers_file.policy, explained_id="half")
    assert (alone.paid_minor, alone.why_not) == (1_000, "other_currency")


@pytest.mark.parametrize(
    ("currency", "unit", "expected"),
    [("EUR", 5_000, (4_500, None)), ("USD", 5_499, (5_499, "spend_more")), ("USD", 5_500, (4_900, None)),
     ("GBP", 9_900, (9_900, "other_currency"))],
)  # fmt: skip
def test_one_offer_has_amounts_in_several_currencies(currency, unit, expected):
    (offer,) = read_offers([IN_TWO], None, "EUR")
    found = price(Basket(currency, (BasketLine("tea", 1, unit),)), OfferSet.of([offer]), NOW)
    assert (found.total_minor, next((one.why.value for one in found.rejected), None)) == expected


def test_a_percentage_holds_in_the_currencies_that_it_names_and_costs_of_the_shop_stay_in_its_own():
    terms = {**TWENTY, "currencies": ["JPY"], "contact_cost": "0.05", "assumed": {"p_redeem": 0.1, "value": "0.40"}}
    (offer,) = read_offers([terms], None, "EUR", [])
    yen = Basket("JPY", (BasketLine("tea", 1, 1_000),))
    assert price(yen, [offer], NOW).total_minor == 800
    assert price(replace(yen, currency="USD"), [offer], NOW).total_minor == 1_000
    assert offer.contact.cost_minor == offer.in_currency("JPY").contact.cost_minor == 5


def test_an_offer_of_a_list_keeps_its_id_in_all_currencies():
    (offer,) = read_offers([], ["tea"], "EUR", [{**TWENTY, "currencies": "USD"}])
    assert [one.offer_id for one in offer.other_currencies] == [offer.offer_id] == ["twenty"]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({**IN_TWO, "save": "5"}, "'save' needs an amount in USD too: write save = { EUR = \"5\", USD"),
        ({**IN_TWO, "save": {"EUR": "5"}}, "'save' must have an amount in USD"),
        ({**IN_TWO, "save": {"USD": "5"}}, "'save' must have an amount in EUR"),
        ({**IN_TWO, "save": {"EUR": "5", "USD": "6", "usd": "6"}}, "only names of currencies such as EUR, not 'usd'"),
        ({**TWENTY, "currencies": "XXQ"}, "'currency' must be an ISO code"),
        ({**FIVE, "currencies": "USD"}, "'amount' needs an amount in USD too"),
        ({**IN_TWO, "save": {"EUR": "5", "USD": "-6"}}, "'save' must be above zero, not -6"),
    ],
)
def test_wrong_amounts(terms, said):
    with pytest.raises(InputError, match=said):
        read_offers([terms], None, "EUR")
