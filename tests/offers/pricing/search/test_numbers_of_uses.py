"""Offers of single units used often: numbers of uses are skipped where nothing is lost, or else a gap says so."""

import random
from fractions import Fraction
from unittest.mock import patch

import pytest

from offerloop.offers import Basket, BasketLine, StackingPolicy, price
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.spend_and_save import SpendAndSave
from offerloop.offers.pricing import candidates
from offerloop.offers.pricing.effects.tiers import Tier
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Lane, Stacking

NOW = 1_768_478_400
TEA = Scope(categories=frozenset(["tea"]))
FIRST = Stacking(priority=1)
THREE = Bundle(offer_id="three", parts=((TEA, 3),), price_minor=24, stacking=FIRST)


def basket(units, unit=10):
    return Basket("USD", tuple(BasketLine(f"p{n}", each, unit, ("tea",)) for n, each in enumerate(units)))


def priced(units, *offers):
    return price(basket(units), offers, NOW)


def is_within_its_gap(cart, offers):
    """Whether no total with any number of uses is lower than the gap says."""
    found = price(cart, offers, NOW)
    with patch.object(candidates, "_FEW_TIMES", 10**9):
        best = price(cart, offers, NOW, StackingPolicy(effort=10**7))
    assert not best.gap_minor
    return found.total_minor - found.gap_minor <= best.total_minor <= found.total_minor


def limited(times):
    return Bundle(offer_id="limited", parts=((TEA, 3),), price_minor=21, times=times)


def test_a_better_offer_with_a_limit_leaves_the_other_a_number_in_the_middle():
    """Ten times 3 for .21, eight times 3 for .24."""
    found = priced([54], THREE, limited(10))
    assert (found.total_minor, found.gap_minor) == (10 * 21 + 8 * 24, 0)


def test_where_the_best_number_may_be_skipped_the_gap_says_so():
    """A hundred times 3 for .21, thirty-three times 3 for .24, and one at .10."""
    found, best = priced([400], THREE, limited(100)), 100 * 21 + 33 * 24 + 10
    assert found.total_minor - found.gap_minor <= best <= found.total_minor


PAIR = Bundle(offer_id="pair", parts=((TEA, 2),), price_minor=17)
TEN = Coupon(offer_id="ten", percent=Fraction(10), stacking=Stacking(lane=Lane.PRODUCT, stackable=True))
LAST = Stacking(lane=Lane.COUPON)
UNLIKE = {
    "a limit": (THREE, limited(100)),
    "other units": (THREE, Bundle(offer_id="pair", parts=((EVERYTHING, 2),), price_minor=17)),
    "a price that falls between": (THREE, TEN, BuyXGetY(offer_id="last", buy=3, get=1, stacking=LAST)),
    "rounding of each unit": (THREE, PAIR, Coupon(offer_id="ten", percent=Fraction(15), each_unit=True)),
}


def test_units_of_one_price_need_no_more_numbers_whatever_is_taken_off_them_together():
    for more in ([], [Coupon(offer_id="ten", percent=Fraction(10))], [SpendAndSave(offer_id="t", tiers=(Tier(9, 5),))]):
        assert priced([200, 200], THREE, PAIR, *more).gap_minor == 0


@pytest.mark.parametrize("why", UNLIKE)
def test_what_is_not_proven_has_a_gap(why):
    lines = (BasketLine("a", 400, 10, ("tea",)), BasketLine("b", 3, 25, ("rice",)))
    assert price(Basket("USD", lines), UNLIKE[why], NOW).gap_minor > 0


A, B = (Scope(products=frozenset([name])) for name in ("p0", "p1"))
BEHIND = {"stacking": Stacking(lane=Lane.PRODUCT, priority=-1)}
OF_LINES = {
    "so many of each line": Bundle(
        offer_id="r", parts=((TEA, 2),), percent=Fraction(50), units_per_line=1, times=1, **BEHIND
    ),
    "some of two lines": Bundle(offer_id="r", parts=((A, 1), (B, 1)), percent=Fraction(50), times=1, **BEHIND),
    "one for another": BuyXGetY(offer_id="r", scope=A, got_from=B, buy=1, get=1, times=1, **BEHIND),
    "one of each line": Coupon(
        offer_id="r", scope=TEA, percent=Fraction(50), each_unit=True, units_per_line=1, **BEHIND
    ),
}


@pytest.mark.parametrize("why", OF_LINES)
def test_units_of_one_price_are_not_alike_to_an_offer_that_wants_them_of_certain_lines(why):
    threes = Bundle(offer_id="threes", parts=((TEA, 3),), price_minor=1180, stacking=Stacking(lane=Lane.PRODUCT))
    assert is_within_its_gap(basket([30, 30], unit=400), (threes, OF_LINES[why]))


def test_units_of_two_prices_have_a_gap():
    lines = (BasketLine("a", 400, 10, ("tea",)), BasketLine("b", 400, 11, ("tea",)))
    assert price(Basket("USD", lines), (THREE, PAIR), NOW).gap_minor > 0


def made(rng, name, unit):
    """An offer on tea, perhaps on rice as well, most of them about single units."""
    priority, lane = rng.choice([0, 0, 1]), rng.choice([None, None, None, Lane.PRODUCT])
    common = {"offer_id": name, "stacking": Stacking(stackable=rng.random() < 0.6, priority=priority, lane=lane)}
    scope, count = rng.choice([TEA, TEA, EVERYTHING]), rng.randint(2, 5)
    bundle = {"parts": ((scope, count),), "price_minor": rng.randint(count * unit * 2 // 3, count * unit)}
    return rng.choice(
        [
            BuyXGetY(**common, scope=scope, buy=rng.randint(1, 4), get=1, percent=Fraction(rng.choice([50, 100]))),
            Bundle(**common, **bundle),
            Bundle(**common, **bundle, times=rng.choice([3, 10])),
            Bundle(**common, parts=((TEA, 1), (EVERYTHING, 1)), percent=Fraction(40), times=rng.choice([None, 2])),
            Bundle(**common, **bundle, units_per_line=rng.choice([1, 6]), times=rng.choice([None, 2])),
            BuyXGetY(**common, scope=TEA, got_from=EVERYTHING, buy=1, get=1, times=2),
            Coupon(**common, scope=scope, percent=Fraction(10), max_minor=rng.choice([None, 3 * unit])),
            Coupon(**common, scope=scope, percent=Fraction(50), cheapest=2),
            Coupon(**common, scope=scope, steps=(Fraction(10), Fraction(30))),
            Coupon(**common, scope=scope, percent=Fraction(10), each_unit=True),
        ]
    )


def test_no_total_is_further_from_the_best_than_its_gap_says():
    """Beside all numbers of uses; skipped ones that are proven to lose nothing are among those without a gap."""
    for seed in range(300):
        rng = random.Random(seed)
        unit = rng.choice([7, 10, 33])
        lines = (
            BasketLine("a", rng.randint(40, 60), unit, ("tea",)),
            BasketLine("b", rng.randint(1, 20), unit + rng.choice([0, 0, 1]), (rng.choice(["tea", "rice"]),)),
        )
        assert is_within_its_gap(Basket("USD", lines), [made(rng, f"o{n}", unit) for n in range(3)]), seed
