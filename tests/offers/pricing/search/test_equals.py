"""Offers that are written in two ways, or stand in the way of one another, and what rounding adds to what they do."""

from fractions import Fraction
from math import isclose

import pytest

from offerloop.offers import Basket, BasketLine, OfferSet, StackingPolicy
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.free_shipping import FreeShipping
from offerloop.offers.pricing.candidates import candidate
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.equals import Equals
from offerloop.offers.pricing.search.steps import steps_of
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Stacking

NOW = 1_768_478_400
TEA, CUP = (Scope(categories=frozenset([name])) for name in ("tea", "cup"))
FULL = Scope(categories=frozenset(["tea"]), only_full_price=True)
LINES = (BasketLine("a", 2, 500, ("tea",)), BasketLine("b", 3, 700, ("cup",)), BasketLine("c", 1, 900, ("cup",)))


def candidates(*offers):
    basket = Basket("USD", LINES, 490)
    start = Running.of(basket)
    return start, [candidate(ready, basket, NOW, start, StackingPolicy()) for ready in OfferSet.of(offers).ready]


def bundle(name, *parts, percent=10, **more):
    return Bundle(offer_id=name, parts=parts, percent=Fraction(percent), **more)


ALIKE = bundle("a", (TEA, 1), (CUP, 2))


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (bundle("b", (TEA, 1), (CUP, 2)), True),
        (bundle("b", (CUP, 2), (TEA, 1)), True),
        (bundle("b", (CUP, 1), (TEA, 2)), False),
        (bundle("b", (CUP, 2), (TEA, 1), percent=11), False),
        (bundle("b", (CUP, 2), (TEA, 1), times=1), False),
        (bundle("b", (CUP, 2), (FULL, 1)), False),
        (bundle("b", (CUP, 2), (TEA, 1), stacking=Stacking(stackable=True)), False),
    ],
)
def test_the_order_of_parts_makes_no_other_bundle(other, alike):
    start, (one, two) = candidates(ALIKE, other)
    assert one.equals(two) == two.equals(one) == alike
    if not other.stacking.stackable:
        assert Equals.of(one, start).takes_off(*two.places[0]) == alike


@pytest.mark.parametrize(
    ("offer", "rounding", "noise"),
    [
        (Coupon(offer_id="a", scope=TEA, percent=Fraction(10)), 0.5, 0.0),
        (Coupon(offer_id="a", scope=CUP, amount_minor=100), 0.0, 0.5),
        (Coupon(offer_id="a", scope=EVERYTHING, percent=Fraction(10)), 0.5, 2 / 3),
        (FreeShipping(offer_id="a"), 0.0, 0.0),
        (FreeShipping(offer_id="a", percent=Fraction(50)), 0.5, 0.0),
    ],
)
def test_rounding_moves_nothing_where_there_is_one_line(offer, rounding, noise):
    start, (one,) = candidates(offer)
    (step,) = steps_of(0, one, start)
    assert step.rounding == rounding
    assert isclose(step.noise, noise)
