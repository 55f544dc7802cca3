"""Products priced each alone, with offers that look at more than the lines that they are about."""

from dataclasses import replace

import pytest

from offerloop.offers import Basket, BasketLine, OfferLeft, price, read_offers
from offerloop.offers.pricing.price_each import price_each
from offerloop.offers.stacking import DEFAULT_POLICY, StackingChoice

NOW = 1_768_478_400
LINES = BasketLine("tea", 1, 1_000, categories=("drinks",)), BasketLine("loaf", 1, 700, categories=("bread",))
BASKET = Basket("USD", LINES)
TEA = {"kind": "coupon", "id": "ten", "percent": 10, "products": "tea"}
BREAD = {"on": "bread"}
SEE_MORE = {
    "contains": {"contains": BREAD},
    "contains not": {"contains_not": BREAD},
    "measured on": {"measured_on": BREAD, "min_spend": "5"},
    "any of": {"any_of": [{"min_count": 2}, {"min_spend": "12"}]},
}


@pytest.mark.parametrize("choice", [StackingChoice.BEST, StackingChoice.PRIORITY])
@pytest.mark.parametrize("left", [None, OfferLeft(minor=99), OfferLeft(minor=100)], ids=str)
@pytest.mark.parametrize("conditions", [{}, *SEE_MORE.values()], ids=["none", *SEE_MORE])
def test_a_product_alone_costs_what_a_basket_of_it_costs(conditions, left, choice):
    offers, policy = read_offers([TEA | conditions], None, "USD"), replace(DEFAULT_POLICY, choice=choice)
    left_of = None if left is None else {"ten": left}.get
    each = price_each(BASKET.lines, BASKET, offers, NOW, policy, "ten", left_of)
    for line, one in zip(BASKET.lines, each, strict=True):
        alone = price(replace(BASKET, lines=(line,)), offers, NOW, policy, left_of)
        assert one.paid_minor == alone.goods_minor
        assert list(one.offer_ids) == [applied.offer_id for applied in alone.applied]
        assert [one.why_not] == ([why.why for why in alone.rejected] or [None])
