"""The bounds of the search: exact where many offers apply, never below what can be had."""

import random
from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

import pytest

from offerloop.offers import Basket, BasketLine, Shipment, SpendAndSave, StackingPolicy, price
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.flash_sale import FlashSale
from offerloop.offers.kinds.free_shipping import FreeShipping
from offerloop.offers.pricing.effects.tiers import Tier
from offerloop.offers.pricing.search import branch_and_bound
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Lane, Stacking

NOW = 1_768_478_400


def of(*names):
    return Scope(categories=frozenset(names))


def made(rng, name):
    """An offer of a kind that takes something off four lines in three categories."""
    some, other = of(rng.choice("xyz")), of(rng.choice("xyz"))
    percent, stacking = Fraction(rng.randrange(5, 40)), Stacking(stackable=rng.random() < 0.5)
    common = {"offer_id": name, "stacking": stacking}
    return rng.choice(
        [
            Coupon(**common, scope=rng.choice([EVERYTHING, some]), percent=percent, max_minor=1_500),
            Coupon(**common, scope=some, amount_minor=rng.randrange(50, 400)),
            Coupon(**common, scope=some, percent=percent, each_unit=True),
            FlashSale(**common, scope=some, percent=percent),
            SpendAndSave(**common, scope=rng.choice([EVERYTHING, some]), tiers=(Tier(1_000, 300),)),
            BuyXGetY(**common, scope=some, buy=1, get=1, percent=percent + 50),
            Bundle(**common, parts=((some, 1), (other, 1)), percent=percent),
            FreeShipping(**common, percent=percent),
        ]
    )


def basket(rng, **facts):
    names = ("x", "x", "y", "z")
    lines = [BasketLine(f"p{n}", rng.randrange(1, 3), rng.randrange(100, 3_000), (x,)) for n, x in enumerate(names)]
    return Basket("USD", tuple(lines), **facts)


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_of_a_search_that_stops_is_never_above_what_a_longer_one_finds(seed):
    """Whenever the work ends, the gap reaches down to the best total, which all offers but one cannot beat."""
    rng = random.Random(seed)
    bought, offers = basket(rng, shipping_minor=500), [made(rng, f"o{n:02}") for n in range(14)]
    best = price(bought, offers, NOW, StackingPolicy(effort=10**9))
    assert best.gap_minor == 0
    for effort in (400, 1_500, 4_000):
        found = price(bought, offers, NOW, StackingPolicy(effort=effort))
        assert found.total_minor - found.gap_minor <= best.total_minor <= found.total_minor
    fewer = [price(bought, offers[:n] + offers[n + 1 :], NOW) for n in range(0, len(offers), 3)]
    assert all(one.total_minor >= best.total_minor for one in fewer if not one.gap_minor)


def test_thirty_offers_are_exact():
    rng = random.Random(7)
    bought, offers = basket(rng, shipping_minor=500), [made(rng, f"o{n:02}") for n in range(30)]
    assert price(bought, offers, NOW).gap_minor == 0


def test_offers_of_several_shipments_are_steps_as_well():
    rng = random.Random(3)
    bought = basket(rng, shipments=(Shipment(400), Shipment(300, method="express")))
    offers = [made(rng, f"o{n:02}") for n in range(12)]
    express = FreeShipping(offer_id="express", methods=frozenset(["express"]), stacking=Stacking(stackable=True))
    every = FreeShipping(offer_id="half", percent=Fraction(50), stacking=Stacking(stackable=True))
    found = price(bought, [*offers, express, every], NOW)
    assert (found.shipping_minor, found.gap_minor) == (200, 0)


def test_equal_offers_that_do_not_stack_are_one():
    """Twenty of one kind are searched as fast as one, and each of several could be the one that applies."""
    bought = basket(random.Random(1))
    half = Coupon(offer_id="a", scope=of("x"), percent=Fraction(50))
    offers = [replace(half, offer_id=f"o{n:02}") for n in range(20)]
    found = price(bought, offers, NOW, StackingPolicy(effort=5_000))
    assert (found.gap_minor, len(found.applied)) == (0, 1)


def test_scenarios_find_what_the_simpler_bounds_find_where_every_minor_unit_counts():
    """At prices of some minor units rounding decides which offers are best."""
    for seed in range(60):
        rng = random.Random(seed)
        bought, offers = basket(rng), [made(rng, f"o{n:02}") for n in range(9)]
        cheap = tuple(replace(line, unit_minor=rng.randrange(1, 40)) for line in bought.lines)
        few = [replace(one, tiers=(Tier(20, 7),)) if isinstance(one, SpendAndSave) else one for one in offers]
        totals = []
        for so_few in (0, 10):
            with patch.object(branch_and_bound, "SO_FEW", so_few):
                totals.append(price(replace(bought, lines=cheap), few, NOW, StackingPolicy(effort=10**9)).total_minor)
        assert totals[0] == totals[1], seed


def test_offers_of_a_group_exclude_each_other_among_many():
    bought = Basket("USD", (BasketLine("p", 1, 100_000, ("x",)),))
    stacks, grouped = Stacking(stackable=True), Stacking(stackable=True, group="shop")
    small = [Coupon(offer_id=f"o{n:02}", amount_minor=10, stacking=stacks) for n in range(10)]
    large = [Coupon(offer_id=f"g{n}", amount_minor=1_000 + n, stacking=grouped) for n in range(3)]
    assert price(bought, [*small, *large], NOW).discount_minor == 100 + 1_002


def test_equal_offers_may_use_more_units_than_one_of_them():
    """Six units at one price: one offer that is used once at most leaves four to its equals."""
    bought = Basket("USD", (BasketLine("p", 6, 1_000, ("x",)),))
    once = [BuyXGetY(offer_id=f"b{n}", buy=1, get=1, times=1) for n in range(3)]
    others = [Coupon(offer_id=f"o{n:02}", amount_minor=10 + n, scope=of("x")) for n in range(10)]
    assert price(bought, [*once, *others], NOW).discount_minor == 3_000 + 19


def test_an_equal_offer_may_take_off_more_behind_the_other():
    """Used twice only, the first one takes the cheapest units, and leaves the most expensive ones to the second."""
    bought = Basket("USD", (BasketLine("a", 3, 99), BasketLine("b", 2, 250), BasketLine("c", 8, 1_299)))
    equals = [BuyXGetY(offer_id=f"b{n}", buy=2, get=1) for n in range(2)]
    rival = Coupon(offer_id="c", amount_minor=1_200, stacking=Stacking(lane=Lane.PRODUCT))
    with patch.object(branch_and_bound, "SO_FEW", 0):
        assert price(bought, [*equals, rival], NOW).discount_minor == 2 * 99 + 2 * 1_299


def test_an_offer_that_stands_in_for_another_does_not_move_it_before_what_comes_between():
    """3.00 off counts behind the half price, although the same offer that does not stack would come before it."""
    bought, stacks = Basket("USD", (BasketLine("p", 1, 1_000, ("x",)),)), {"stackable": True}
    offers = [
        Coupon(offer_id="first", amount_minor=300, stacking=Stacking(priority=2)),
        Coupon(offer_id="half", percent=Fraction(50), stacking=Stacking(priority=1, **stacks)),
        Coupon(offer_id="last", amount_minor=300, stacking=Stacking(**stacks)),
        Coupon(offer_id="alone", percent=Fraction(70), stacking=Stacking(priority=-1)),
    ]
    with patch.object(branch_and_bound, "SO_FEW", 0):
        found = price(bought, offers, NOW)
    assert (found.total_minor, found.gap_minor) == (200, 0)
