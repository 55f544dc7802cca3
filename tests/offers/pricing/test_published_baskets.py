"""Published cases of other engines hold, each under that engine's policy."""

from fractions import Fraction

import pytest
from published_baskets import CATALOGUE, CHINESE, SYLIUS, basket, cases, chinese, promotion, seconds

from offerloop.offers import DEFAULT_POLICY, Basket, BasketLine, SpendAndSave, price
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.pricing.effects import Tier

NOW = 1_768_478_400


def by_id(name):
    return [pytest.param(one, id=one["id"]) for one in cases(name)]


def each_unit(line):
    """What every unit has got off."""
    return [line.line.unit_minor - cost for count, cost in line.units for _ in range(count)]


def hold(expected, found):
    """Every figure of a published case."""
    said = {
        "total": found.total_minor,
        "discount": found.discount_minor,
        "shipping_total": found.shipping_minor,
        "subtotal": found.goods_before_minor,
        "free_delivery": found.shipping_minor == 0 and found.shipping_before_minor > 0,
        "line_discounts": [one.off_minor for one in found.lines],
        "unit_discounts": [each_unit(one) for one in found.lines],
        "applied": [one.offer_id for one in found.applied],
    }
    asked = {name: value for name, value in expected.items() if name in said}
    assert asked
    assert {name: said[name] for name in asked} == asked


@pytest.mark.parametrize("case", by_id("cart_sylius"))
def test_carts_of_sylius(case):
    now = seconds(case.get("now")) or NOW
    found = price(basket(case), [promotion(one) for one in case["promotions"]], now, SYLIUS)
    hold(case["expected"], found)


@pytest.mark.parametrize("case", by_id("catalogue_sylius"))
def test_catalogue_prices_of_sylius(case):
    line = BasketLine("product", 1, case["unit_price"], floor_minor=case.get("min_unit_price", 0))
    promotions = [promotion(one) for one in case["promotions"]]
    found = price(Basket(case["currency"], (line,)), promotions, NOW, CATALOGUE)
    assert found.total_minor == case["expected"]["unit_price"]
    hold(case["expected"], found)


@pytest.mark.parametrize("case", by_id("cart_chinese"))
def test_carts_of_ruoyi(case):
    found = price(basket({**case, "shipping": 1}), chinese(case["promotion"]), NOW, CHINESE)
    expected = dict(case["expected"])
    expected["total"] += found.shipping_minor
    expected["discount"] += 1 - found.shipping_minor
    hold(expected, found)


def tiers(case, **of):
    return tuple(Tier(least, **{name: make(value) for name, make in of.items()}) for least, value in case)


@pytest.mark.parametrize("case", by_id("calculators_solidus"))
def test_calculators_of_solidus(case):
    currency = case.get("order_currency") or case.get("currency") or "USD"
    kind = case["fn"]
    if kind == "tiered_fixed":
        lines = [case["amount"]]
        steps = tiers([[0, case["base"]], *case["tiers"]], off_minor=int)
        offer = SpendAndSave(offer_id="one", tiers=steps, currency=case.get("promotion_currency", currency))
    elif kind == "tiered_percent":
        lines = [case["amount"]] + [case["order_total"] - case["amount"]] * (case["order_total"] > case["amount"])
        offer = SpendAndSave(offer_id="one", tiers=tiers([[0, case["base"]], *case["tiers"]], percent=Fraction))
    elif kind == "tiered_percent_by_qty":
        steps = tiers([[0, case["base"]], *case["tiers"]], percent=Fraction)
        offer = SpendAndSave(offer_id="one", tiers=steps, by_count=True)
        quantity = case["eligible_qty"]
        each, over = divmod(case["amount"], quantity)
        lines = [each + (place < over) for place in range(quantity)]
    elif kind == "percent_with_cap":
        offer, lines = Coupon(offer_id="one", percent=Fraction(case["percent"]), max_minor=case["cap"]), case["lines"]
    else:
        assert kind == "distribute"
        offer, lines = Coupon(offer_id="one", amount_minor=case["amount"]), case["lines"]
    found = price(
        Basket(currency, tuple(BasketLine(str(k), 1, amount) for k, amount in enumerate(lines))),
        [offer],
        NOW,
        DEFAULT_POLICY,
    )
    offs = [one.off_minor for one in found.lines]
    if isinstance(case["expected"], list):
        assert sorted(offs) == sorted(case["expected"]) if case.get("expected_any_order") else offs == case["expected"]
        assert sum(offs) == case.get("expected_total", sum(case["expected"]))
    else:
        assert (offs[0] if kind == "tiered_percent" else sum(offs)) == case["expected"]
