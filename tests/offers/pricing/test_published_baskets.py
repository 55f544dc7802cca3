"""Published cases of other engines hold, each under that engine's policy."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from published_baskets import CATALOGUE, CHINESE, SYLIUS, basket, cases, chinese, promotion, seconds

from offerloop.offers import (
    DEFAULT_POLICY,
    Basket,
    BasketLine,
    Remainder,
    SpendAndSave,
    StackingChoice,
    StackingPolicy,
    price,
)
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.pricing.effects.base import Arithmetic
from offerloop.offers.pricing.effects.tiers import Tier

NOW = 1_768_478_400


def under(name, policy):
    return [pytest.param(one, policy, id=one["id"]) for one in cases(name)]


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


@pytest.mark.parametrize(("case", "policy"), under("cart_sylius", SYLIUS))
def test_carts_of_sylius(case, policy):
    now = seconds(case.get("now")) or NOW
    found = price(basket(case), [promotion(one) for one in case["promotions"]], now, policy)
    hold(case["expected"], found)


@pytest.mark.parametrize(("case", "policy"), under("catalogue_sylius", CATALOGUE))
def test_catalogue_prices_of_sylius(case, policy):
    line = BasketLine("product", 1, case["unit_price"], floor_minor=case.get("min_unit_price", 0))
    promotions = [promotion(one) for one in case["promotions"]]
    found = price(Basket(case["currency"], (line,)), promotions, NOW, policy)
    assert found.total_minor == case["expected"]["unit_price"]
    hold(case["expected"], found)


@pytest.mark.parametrize(("case", "policy"), under("cart_chinese", CHINESE))
def test_carts_of_ruoyi(case, policy):
    found = price(basket({**case, "shipping": 1}), chinese(case["promotion"]), NOW, policy)
    expected = dict(case["expected"])
    expected["total"] += found.shipping_minor
    expected["discount"] += 1 - found.shipping_minor
    hold(expected, found)


def tiers(case, **of):
    return tuple(Tier(least, **{name: make(value) for name, make in of.items()}) for least, value in case)


@pytest.mark.parametrize(("case", "policy"), under("calculators_solidus", DEFAULT_POLICY))
def test_calculators_of_solidus(case, policy):
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
        policy,
    )
    offs = [one.off_minor for one in found.lines]
    if isinstance(case["expected"], list):
        assert sorted(offs) == sorted(case["expected"]) if case.get("expected_any_order") else offs == case["expected"]
        assert sum(offs) == case.get("expected_total", sum(case["expected"]))
    else:
        assert (offs[0] if kind == "tiered_percent" else sum(offs)) == case["expected"]


CHECKS = {
    ("Sylius", "carts"): ("cart_sylius", test_carts_of_sylius),
    ("Sylius", "catalogue prices"): ("catalogue_sylius", test_catalogue_prices_of_sylius),
    ("ruoyi-vue-pro", "carts"): ("cart_chinese", test_carts_of_ruoyi),
    ("Solidus", "calculators"): ("calculators_solidus", test_calculators_of_solidus),
}
POLICIES = {
    '`choice = "priority"`': StackingPolicy(StackingChoice.PRIORITY),
    '`remainder = "last_line"`': StackingPolicy(arithmetic=Arithmetic(Remainder.LAST_LINE)),
    "the default": DEFAULT_POLICY,
}


def holding(name, check, policy):
    """How many cases come out under a policy."""
    return sum(comes_out(check, case, policy) for case in cases(name))


def comes_out(check, case, policy):
    try:
        check(case, policy)
    except AssertionError:
        return False
    return True


def test_the_guide_says_under_which_policy_each_engine_comes_out():
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "price.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| ([^|\n]+) \| (\d+) \| (.+) \| (\d+) \|$", page, re.MULTILINE)
    assert {(engine, what) for engine, what, *_ in rows} == CHECKS.keys()
    for engine, what, number, policy, under_the_default in rows:
        name, check = CHECKS[engine, what]
        for again in (False, True):
            assert holding(name, check, replace(POLICIES[policy], units_once=not again)) == int(number)
        assert holding(name, check, DEFAULT_POLICY) == int(under_the_default)
    assert holding("calculators_solidus", test_calculators_of_solidus, CATALOGUE) == 9
