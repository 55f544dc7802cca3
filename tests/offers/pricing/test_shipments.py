"""Several shipments and methods, tax on shipping, rules of tax, and gifts that stand in the basket."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.errors import InputError
from offerloop.offers import (
    Basket,
    BasketLine,
    Shipment,
    StackingPolicy,
    TaxRules,
    price,
    read_basket,
    read_offers,
    refund_kept,
)
from offerloop.offers.pricing.taxes import Taxed, taxes

NOW = 1_768_478_400
LINES = (BasketLine("tea", 1, 6_000, shop="north"), BasketLine("rice", 1, 3_000, shop="south"))
SHIPMENTS = (
    Shipment(500, "north", "standard"), Shipment(900, "south", "express"), Shipment(700, "south", "standard"),
)  # fmt: skip
BASKET = Basket("EUR", LINES, shipments=SHIPMENTS)


def shipping(*terms, policy=None):
    """What each of three shipments costs, and why offers do not apply."""
    found = price(BASKET, read_offers(terms, None, "EUR"), NOW, policy or StackingPolicy())
    assert found.shipping_minor == sum(one.paid_minor for one in found.shipments)
    return [one.paid_minor for one in found.shipments], [one.why.value for one in found.rejected]


FREE = {"kind": "free_shipping"}


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], [500, 900, 700]),
        ([FREE], [0, 0, 0]),
        ([{**FREE, "shops": "south"}], [500, 0, 0]),
        ([{**FREE, "methods": "standard"}], [0, 900, 0]),
        ([{**FREE, "methods": ["express", "pickup"], "percent": 50}], [500, 450, 700]),
        ([{**FREE, "shops": "south", "methods": "standard"}], [500, 900, 0]),
        ([{**FREE, "shops": "south", "max_discount": "8"}], [500, 900 - 450, 700 - 350]),
        ([{**FREE, "id": "a", "shops": "north"}, {**FREE, "id": "b", "shops": "south", "percent": 10}], [0, 810, 630]),
        ([{**FREE, "shops": "north", "min_spend": "60.01"}], [500, 900, 700]),
        ([{"kind": "spend_and_save", "shops": "north", "spend": "60", "free_shipping": True}], [0, 900, 700]),
    ],
    ids=str,
)
def test_shipping_is_free_for_the_shops_and_methods_that_an_offer_names(terms, expected):
    assert shipping(*terms)[0] == expected


def test_of_two_offers_for_one_shipment_the_better_one_applies_and_leaves_the_others():
    terms = [{**FREE, "id": "a", "methods": "express"}, {**FREE, "id": "b", "shops": "south", "percent": 50}]
    assert shipping(*terms) == ([500, 0, 700], ["another_takes_off_more"])


def test_what_no_shipment_is_like_is_said():
    assert shipping({**FREE, "methods": "pickup"})[1] == ["no_such_shipment"]


def test_a_shipment_whose_shop_is_not_known_may_be_of_any():
    offers = read_offers([{**FREE, "shops": "north"}], None, "EUR")
    assert price(Basket("EUR", LINES, 490), offers, NOW).shipping_minor == 0


def test_a_maximum_discount_of_the_basket_is_shared_over_shipments():
    policy = StackingPolicy(most_minor=1_050)
    assert shipping(FREE, policy=policy)[0] == [500 - 250, 900 - 450, 700 - 350]


def test_shipping_has_a_tax_of_its_own():
    """19 % inside 5.95 are 0.95; on top of 5.00 they are 0.95 too."""
    for included, paid, total in ((True, 595, 9_595), (False, 500, 9_595)):
        basket = Basket("EUR", LINES, shipments=(Shipment(paid, tax=Fraction(19, 100)),), tax_included=included)
        found = price(basket, [], NOW)
        assert (found.shipping_tax_minor, found.tax_minor, found.total_minor) == (95, 95, total)
        assert refund_kept(found, {0: 1, 1: 1}).total_minor == total
    (free,) = read_offers([FREE], None, "EUR")
    assert price(basket, [free], NOW).tax_minor == 0


COUPONS = [
    {"kind": "coupon", "id": "maker", "amount": "10", "on": "soap", "funded_share": 1, "stackable": True},
    {"kind": "coupon", "id": "shop", "amount": "5", "on": "soap", "stackable": True},
]


@pytest.mark.parametrize(
    ("rules", "included", "tax"),
    [
        (TaxRules(), False, 850),
        (TaxRules(before_funded=True), False, 950),
        (TaxRules(), True, 773),
        (TaxRules(before_funded=True), True, 864),
    ],
)
def test_a_manufacturers_coupon_may_leave_the_tax_as_it_was(rules, included, tax):
    """10 % of 85.00, or of the 95.00 that customer and manufacturer pay; the shop's own coupon lowers both."""
    line = BasketLine("soap", 1, 10_000, categories=("soap",), tax=Fraction(1, 10))
    basket = Basket("USD", (line,), tax_included=included)
    found = price(basket, read_offers(COUPONS, None, "USD"), NOW, StackingPolicy(tax=rules))
    assert (found.goods_minor, found.tax_minor) == (8_500, tax)
    assert found.total_minor == 8_500 + (0 if included else tax)


def test_tax_is_rounded_for_each_line_or_once_for_the_invoice():
    """7 % of 0.10 are 0.7 of a cent: three lines have one cent each, the invoice has 2.1 cents, so two."""
    lines = tuple(BasketLine(name, 1, 10, tax=Fraction(7, 100)) for name in "abc")
    basket = Basket("EUR", lines, shipments=(Shipment(100, tax=Fraction(19, 100)),), tax_included=False)
    assert price(basket, [], NOW).tax_minor == 3 + 19
    found = price(basket, [], NOW, StackingPolicy(tax=TaxRules(by_invoice=True)))
    assert [one.tax_minor for one in found.lines] == [1, 1, 0]
    assert found.tax_minor == 2 + 19


bases = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([0, 7, 19])), max_size=6)


@given(bases, st.booleans(), st.booleans())
def test_the_tax_of_an_invoice_is_within_half_a_unit_of_the_exact_one_for_each_rate(parts, included, funded):
    taxed = [Taxed(Fraction(base) + Fraction(int(funded), 3), Fraction(rate, 100)) for base, rate in parts]
    found = taxes(taxed, TaxRules(by_invoice=True), included=included)
    for rate in {one.rate for one in taxed}:
        exact = sum(one.tax(included=included) for one in taxed if one.rate == rate)
        whole = sum(tax for tax, one in zip(found, taxed, strict=True) if one.rate == rate)
        assert abs(whole - exact) <= Fraction(1, 2)
    for tax, one in zip(found, taxed, strict=True):
        assert abs(tax - one.tax(included=included)) < 1 + Fraction(1, 2)


GIFT = {"kind": "gift", "product": "mug", "min_spend": "50"}


def test_a_gift_in_the_basket_costs_and_counts_nothing():
    """With the mug there are three units and 95.00; without it two and 90.00."""
    mug = BasketLine("mug", 2, 500, gift=True)
    basket = Basket("EUR", (*LINES, mug))
    terms = [
        GIFT, {"kind": "coupon", "id": "three", "percent": 10, "min_count": 3},
        {"kind": "coupon", "id": "much", "percent": 10, "min_spend": "90.01"},
    ]  # fmt: skip
    found = price(basket, read_offers(terms, None, "EUR"), NOW)
    assert (found.total_minor, found.goods_before_minor, found.lines[2].paid_minor) == (9_000, 9_000, 0)
    assert [vars(one) for one in found.gift_lines] == [{"product_id": "mug", "given": 1, "in_basket": 2}]
    assert refund_kept(found, {0: 1, 1: 1}).total_minor == 9_000


def test_a_basket_as_it_is_written():
    written = {
        "currency": "EUR", "lines": [{"product_id": "mug", "quantity": 1, "unit_price": "5", "gift": True}],
        "shipments": [{"price": "5", "shop": "north", "method": "express", "tax": "0.19"}, {"price": 0}],
    }  # fmt: skip
    found = read_basket(written)
    assert found.shipments == (Shipment(500, "north", "express", Fraction(19, 100)), Shipment(0))
    assert (found.shipping_minor, found.lines[0].gift) == (500, True)
    del written["shipments"]
    taxed = read_basket({**written, "shipping": "4.90", "shipping_tax": "0.19"})
    assert taxed.shipments == (Shipment(490, tax=Fraction(19, 100)),)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"shipments": [{"price": "5"}], "shipping": "6"}, "the shipping is not what the shipments cost together"),
        ({"shipments": [{"price": "5"}], "shipping_tax": "0.1"}, "'shipping_tax' goes with 'shipping'"),
        ({"shipments": [{"shop": "a"}]}, "the basket needs the field 'price'"),
        ({"shipments": [{"price": "5", "metod": "a"}]}, "has no field 'metod', did you mean 'method'"),
        ({"shipments": 5}, "'shipments' must be a list of tables"),
    ],
    ids=str,
)
def test_wrong_shipments(fields, said):
    with pytest.raises(InputError, match=said):
        read_basket({"currency": "EUR", "lines": [], **fields})
