"""Conditions on payment, region, loyalty and free attributes; alternatives and exclusions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.errors import InputError
from offerloop.offers import price, read_basket, read_offers

NOW = 1_768_478_400
BASKET = {
    "currency": "USD",
    "payment": "alipay",
    "region": "DE-BY",
    "attributes": {"gift_wrap": True, "weight": "2.5 kg", "boxes": 3, "tags": ["b2b", "rush"]},
    "customer": {"customer_id": "ann", "segments": ["vip"], "loyalty_tier": "gold", "lifetime_spend": "500"},
    "bought_in": "app",
    "lines": [
        {"product_id": "tea", "quantity": 1, "unit_price": "10", "attributes": {"organic": True, "grams": 250}},
        {"product_id": "wine", "quantity": 1, "unit_price": "30", "category": "alcohol", "attributes": {"grams": 750}},
    ],
}


def found(basket=BASKET, **terms):
    """What one offer of 10 % takes off, or why it does not apply."""
    (offer,) = read_offers([{"id": "one", "kind": "coupon", "percent": 10, **terms}], None, "USD")
    priced = price(read_basket(basket), [offer], NOW)
    return next(((one.why.value, one.minor or one.count) for one in priced.rejected), priced.discount_minor)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"paid_with": ["alipay", "paypal"]}, 400),
        ({"paid_with": "paypal"}, ("other_payment_method", 0)),
        ({"not_paid_with": "paypal"}, 400),
        ({"not_paid_with": "alipay"}, ("other_payment_method", 0)),
        ({"regions": "DE"}, 400),
        ({"regions": ["DE-BY", "AT"]}, 400),
        ({"regions": "DE-BE"}, ("other_region", 0)),
        ({"regions": "D"}, ("other_region", 0)),
        ({"not_regions": "DE-BE"}, 400),
        ({"not_regions": "DE"}, ("other_region", 0)),
        ({"loyalty_tiers": ["gold", "platinum"]}, 400),
        ({"loyalty_tiers": "platinum"}, ("other_loyalty_tier", 0)),
        ({"not_loyalty_tiers": "gold"}, ("other_loyalty_tier", 0)),
        ({"min_lifetime_spend": "500"}, 400),
        ({"min_lifetime_spend": "500.01"}, ("lifetime_spend_too_low", 1)),
        ({"basket_attributes": {"gift_wrap": True}}, 400),
        ({"basket_attributes": {"gift_wrap": "true", "boxes": 3.0}}, 400),
        ({"basket_attributes": {"gift_wrap": False}}, ("attribute_differs", 0)),
        ({"basket_attributes": {"boxes": {"at_least": 3}}}, 400),
        ({"basket_attributes": {"boxes": {"at_least": 2, "at_most": "2.9"}}}, ("attribute_differs", 0)),
        ({"basket_attributes": {"tags": ["rush", "press"]}}, 400),
        ({"basket_attributes": {"tags": "press"}}, ("attribute_differs", 0)),
        ({"basket_attributes": {"weight": {"at_most": 3}}}, ("attribute_differs", 0)),
        ({"basket_attributes": {"colour": "red"}}, ("attribute_differs", 0)),
        ({"attributes": {"organic": True}}, 100),
        ({"attributes": {"grams": {"at_least": 500}}}, 300),
        ({"attributes": {"grams": [250, 750]}}, 400),
        ({"except": {"attributes": {"organic": True}}}, 300),
        ({"except": {"on": "alcohol"}}, 100),
        ({"attributes": {"grams": {"at_least": 800}}}, ("not_in_basket", 0)),
        ({"measured_on": {"attributes": {"organic": True}}, "min_spend": "11"}, ("spend_more", 100)),
    ],
    ids=str,
)
def test_each_condition(terms, expected):
    assert found(**terms) == expected


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"any_of": [{"segments": "new"}, {"min_spend": "40"}]}, 400),
        ({"any_of": [{"segments": "new"}, {"min_spend": "41"}]}, ("spend_more", 100)),
        ({"any_of": [{"segments": "vip"}, {"min_spend": "41"}]}, 400),
        ({"any_of": [{"segments": "new"}, {"regions": "AT"}]}, ("no_alternative_holds", 0)),
        ({"any_of": [{"segments": "vip", "regions": "AT"}, {"min_count": 3}]}, ("add_units", 1)),
        ({"none_of": [{"contains": {"on": "alcohol"}}]}, ("ruled_out", 0)),
        ({"none_of": [{"segments": "vip", "paid_with": "paypal"}]}, 400),
        ({"none_of": [{"segments": "new"}, {"segments": "vip", "paid_with": "alipay"}]}, ("ruled_out", 0)),
        ({"none_of": [{"min_spend": "40"}]}, ("ruled_out", 0)),
        ({"none_of": [{"min_spend": "40.01"}]}, 400),
        ({"min_spend": "40", "any_of": [{"bought_in": "app"}], "none_of": [{"min_count": 3}]}, 400),
    ],
    ids=str,
)
def test_alternatives_and_exclusions(terms, expected):
    assert found(**terms) == expected


def test_what_is_not_known_of_a_purchase_is_asked_for_in_vain_and_cannot_be_excluded():
    plain = {name: BASKET[name] for name in ("currency", "lines")}
    assert found(plain, paid_with="alipay", regions="DE") == ("other_payment_method", 0)
    assert found(plain, min_lifetime_spend="1") == ("lifetime_spend_too_low", 100)
    assert found(plain, not_paid_with="alipay", not_regions="DE", not_loyalty_tiers="gold") == 400


def test_an_alternative_is_measured_as_its_offer_says():
    """The first offer leaves 36.00 of 40.00; after it 40.00 are not reached any more."""
    terms = [
        {"id": "sale", "kind": "flash_sale", "percent": 10},
        {"id": "one", "kind": "coupon", "amount": "5", "any_of": [{"min_spend": "37"}]},
    ]
    priced = price(read_basket(BASKET), read_offers(terms, None, "USD"), NOW)
    assert priced.total_minor == 4_000 - 400 - 500
    after = [terms[0], {**terms[1], "measured": "after"}]
    assert price(read_basket(BASKET), read_offers(after, None, "USD"), NOW).total_minor == 4_000 - 500


def test_what_only_some_loyal_customers_get_is_no_announced_reduction():
    basket = {**BASKET, "lines": [{"product_id": "tea", "quantity": 1, "unit_price": "10", "lowest_30_days": "9"}]}
    for terms, prior in (({}, 900), ({"loyalty_tiers": "gold"}, None), ({"any_of": [{"segments": "vip"}]}, None)):
        offers = read_offers([{"kind": "flash_sale", "percent": 10, **terms}], None, "USD")
        (line,) = price(read_basket(basket), offers, NOW).lines
        assert (line.paid_minor, line.prior_minor) == (900, prior)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"attributes": "red"}, "'attributes' must be a table"),
        ({"attributes": {"a": None}}, "the attribute 'a' must be text, a number, true or false"),
        ({"attributes": {"a": []}}, "the attribute 'a' must be text, a number, true or false"),
        ({"attributes": {"a": {}}}, "the attribute 'a' must be a value, a list of values, or bounds"),
        ({"attributes": {"a": {"above": 3}}}, "the attribute 'a' must be a value, a list of values, or bounds"),
        ({"attributes": {"a": {"at_least": 3, "at_most": 2}}}, "the attribute 'a' must be a value"),
        ({"attributes": {"a": {"at_least": "1e9999999"}}}, "the bounds of 'a' must be numbers, not '1e9999999'"),
        ({"any_of": []}, "'any_of' is an empty list; give at least one table"),
        ({"any_of": [{}]}, "each table of 'any_of' needs a condition"),
        ({"none_of": [{"starts_at": "2026-01-01"}]}, "has no field 'starts_at'"),
        ({"none_of": [{"regins": "DE"}]}, "has no field 'regins', did you mean 'regions'"),
        ({"min_lifetime_spend": "0"}, "'min_lifetime_spend' must be above zero"),
    ],
    ids=str,
)
def test_wrong_conditions(terms, said):
    with pytest.raises(InputError, match=said):
        found(**terms)


def test_wrong_attributes_of_a_basket():
    for attributes in ({"a": None}, {"a": [None]}, {"a": float("nan")}, {"a": {}}):
        with pytest.raises(InputError, match="the attribute 'a' must be text, a number, true or false"):
            read_basket({**BASKET, "attributes": attributes})


values = st.one_of(st.text("ab", min_size=1, max_size=2), st.booleans(), st.integers(-3, 3))
several = st.lists(values, min_size=1, max_size=3)
tables = st.dictionaries(st.sampled_from("xyz"), st.one_of(values, several), max_size=3)


@given(tables, st.sampled_from("xyz"), several)
def test_one_of_several_values_is_any_of_them(attributes, name, wanted):
    """An offer for several values applies where one of the offers for a single value does."""
    basket = {**BASKET, "attributes": attributes}
    single = [found(basket, basket_attributes={name: one}) == 400 for one in wanted]
    assert (found(basket, basket_attributes={name: wanted}) == 400) is any(single)
    assert (found(basket, none_of=[{"basket_attributes": {name: wanted}}]) == 400) is not any(single)
