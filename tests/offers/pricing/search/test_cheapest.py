"""What offers take off that take the cheapest units first: never more than the bound says, which is close."""

import random
from fractions import Fraction
from unittest.mock import patch

from offerloop.offers import Basket, BasketLine, OfferSet, StackingPolicy, price
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.flash_sale import FlashSale
from offerloop.offers.pricing.candidates import candidate
from offerloop.offers.pricing.choosing import turn_of
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search import tree
from offerloop.offers.pricing.search.cheapest import cheapest_first
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Lane, Stacking

NOW = 1_768_478_400
TEA = Scope(categories=frozenset(["tea"]))
STACKS = Stacking(stackable=True)
UNITS = (200, 200, 2_600, 2_600, 3_700, 3_700, 4_800, 4_800)
TWO_FREE = tuple(BuyXGetY(offer_id=f"free {n}", scope=TEA, buy=2, get=1, stacking=STACKS) for n in range(2))


def most_of_free(*others, allowed=-1):
    """The most that two offers take off that give the cheapest of three units of tea, beside others."""
    lines = [BasketLine(f"p{n}", 1, unit, categories=("tea",)) for n, unit in enumerate(UNITS)]
    basket, policy = Basket("USD", (*lines, BasketLine("rice", 1, 5_000))), StackingPolicy()
    start = Running.of(basket)
    found = [candidate(ready, basket, NOW, start, policy) for ready in OfferSet.of([*TWO_FREE, *others]).ready]
    order = sorted(found, key=turn_of(policy))
    free = sum(1 << place for place, one in enumerate(order) if one.offer_id.startswith("free"))
    bound = cheapest_first(order, free, start)
    return None if bound is None else bound.most(start, allowed if allowed < 0 else allowed | free)


def test_what_is_got_is_the_cheapest_unit_of_each_three():
    """Of eight units the first use takes 2.00, 2.00 and 26.00, and the second one 26.00, 37.00 and 37.00."""
    assert most_of_free() == 200 + 2_600


def test_a_bundle_takes_the_most_expensive_units_and_so_changes_nothing():
    assert most_of_free(Bundle(offer_id="two", parts=((TEA, 2),), percent=Fraction(10))) == 200 + 2_600
    assert most_of_free(Bundle(offer_id="any", parts=((EVERYTHING, 2),), percent=Fraction(10))) == 200 + 2_600


def test_an_offer_that_takes_the_cheapest_unit_before_leaves_more_expensive_ones():
    first = Stacking(lane=Lane.PRODUCT, priority=1, stackable=True)
    cheapest = Coupon(offer_id="half", scope=TEA, percent=Fraction(50), cheapest=1, stacking=first)
    assert most_of_free(cheapest) == 200 + 3_700
    assert most_of_free(cheapest, allowed=0) == 200 + 2_600
    assert most_of_free(BuyXGetY(offer_id="last", scope=TEA, buy=1, get=1, stacking=Stacking(priority=-1))) == 2_800


def test_a_price_that_falls_before_leaves_nothing_bounded():
    """A unit that costs nothing any more is passed over, so that what is got may cost more."""
    assert most_of_free(FlashSale(offer_id="sale", scope=TEA, percent=Fraction(10))) == float("inf")
    assert most_of_free(FlashSale(offer_id="sale", scope=TEA, percent=Fraction(10)), allowed=0) == 200 + 2_600


def test_nothing_is_bounded_where_others_mark_units_without_using_them_up():
    lane = Stacking(lane=Lane.PRODUCT, priority=-1)
    assert most_of_free(FlashSale(offer_id="sale", scope=TEA, percent=Fraction(10), stacking=lane)) is None


def made(rng, name):
    """An offer of those that decide here, on one or two categories."""
    scope = rng.choice([EVERYTHING, TEA, TEA])
    priority, lane = rng.choice([0, 0, 1]), rng.choice([None, None, Lane.PRODUCT])
    common = {"offer_id": name, "stacking": Stacking(stackable=rng.random() < 0.5, priority=priority, lane=lane)}
    return rng.choice(
        [
            BuyXGetY(**common, scope=scope, buy=rng.randint(1, 2), get=1),
            BuyXGetY(**common, scope=TEA, buy=1, get=1, percent=Fraction(50)),
            Bundle(**common, parts=((scope, 2),), percent=Fraction(10)),
            Coupon(**common, scope=scope, percent=Fraction(50), cheapest=1),
            Coupon(**common, scope=scope, percent=Fraction(50), most_expensive=1),
            Coupon(**common, scope=scope, amount_minor=30),
            FlashSale(**common, scope=TEA, percent=Fraction(60)),
        ]
    )


def test_the_search_finds_what_the_simpler_bounds_find():
    for seed in range(80):
        rng = random.Random(seed)
        kinds = [rng.choice([("tea",), ("tea",), ()]) for _ in range(3)]
        lines = [BasketLine(f"p{n}", rng.randint(1, 2), rng.randrange(1, 90), one) for n, one in enumerate(kinds)]
        offers, totals = [made(rng, f"o{n}") for n in range(6)], []
        for so_few in (0, 10):
            with patch.object(tree, "SO_FEW", so_few):
                totals.append(price(Basket("USD", tuple(lines)), offers, NOW, StackingPolicy(effort=10**9)).total_minor)
        assert totals[0] == totals[1], seed
