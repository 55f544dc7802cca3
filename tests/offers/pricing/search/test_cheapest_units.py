"""What offers take off that take the cheapest units first: never more than the bound says, which is close."""

import random
from fractions import Fraction
from unittest.mock import patch

from offerloop.offers import Basket, BasketLine, OfferSet, StackingPolicy, price, read_offers
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.buy_x_get_y import BuyXGetY
from offerloop.offers.kinds.coupon import Coupon
from offerloop.offers.kinds.flash_sale import FlashSale
from offerloop.offers.pricing.candidates import candidate
from offerloop.offers.pricing.choosing import turn_of
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search import branch_and_bound
from offerloop.offers.pricing.search.cheapest_units import cheapest_first
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Lane, Stacking

NOW = 1_768_478_400
TEA = Scope(categories=frozenset(["tea"]))
FULL_PRICE = Scope(categories=frozenset(["tea"]), only_full_price=True)
STACKS = Stacking(stackable=True)
UNITS = (200, 200, 2_600, 2_600, 3_700, 3_700, 4_800, 4_800)
PAIR = {"kind": "bundle", "parts": [{"on": "tea", "count": 2}], "percent": 5, "times": 1, "priority": 1}
TWO_FREE = tuple(BuyXGetY(offer_id=f"free {n}", scope=TEA, buy=2, get=1, stacking=STACKS) for n in range(2))


def most_of_free(*others, allowed=-1, free=2):
    """The most that some offers take off that give the cheapest of three units of tea, beside others."""
    lines = [BasketLine(f"p{n}", 1, unit, categories=("tea",)) for n, unit in enumerate(UNITS)]
    basket, policy = Basket("USD", (*lines, BasketLine("rice", 1, 5_000))), StackingPolicy()
    start = Running.of(basket)
    found = [candidate(ready, basket, NOW, start, policy) for ready in OfferSet.of([*TWO_FREE[:free], *others]).ready]
    order = sorted(found, key=turn_of(policy))
    its = sum(1 << place for place, one in enumerate(order) if one.offer_id.startswith("free"))
    bound = cheapest_first(order, its, start)
    return None if bound is None else bound.most(start, allowed if allowed < 0 else allowed | its)


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


def test_what_one_offer_gets_it_takes_before_what_it_buys():
    """Two offers get 2.00 and, behind the three units of the first one, 26.00; one offer alone gets 2.00 twice."""
    assert most_of_free(allowed=0, free=1) == 200 + 200


def test_prices_that_fall_before_leave_it_as_it_is_unless_a_unit_may_come_to_cost_nothing():
    """A unit that costs nothing any more is passed over, so that what is got may cost more."""
    assert most_of_free(FlashSale(offer_id="sale", scope=TEA, percent=Fraction(10))) == 200 + 2_600
    assert most_of_free(FlashSale(offer_id="sale", scope=TEA, percent=Fraction(99))) == 200 + 2_600
    for gone in ({"percent": Fraction(100)}, {"percent": Fraction("99.8")}, {"price_minor": 0}):
        assert most_of_free(FlashSale(offer_id="sale", scope=TEA, **gone)) == float("inf")
        assert most_of_free(FlashSale(offer_id="sale", scope=TEA, **gone), allowed=0) == 200 + 2_600


def test_a_price_that_falls_between_offers_that_choose_leaves_nothing_bounded():
    sale = {"scope": TEA, "percent": Fraction(10)}
    two = Bundle(offer_id="two", parts=((TEA, 2),), percent=Fraction(10), stacking=Stacking(priority=2))
    between = Coupon(offer_id="sale", **sale, stacking=Stacking(lane=Lane.PRODUCT, priority=1, stackable=True))
    before = Coupon(offer_id="sale", **sale, stacking=Stacking(lane=Lane.PRODUCT, priority=3, stackable=True))
    assert most_of_free(two, between) == float("inf")
    assert most_of_free(two, before) == 200 + 2_600


def test_nothing_is_bounded_where_others_mark_units_without_using_them_up():
    lane = Stacking(lane=Lane.PRODUCT, priority=-1)
    assert most_of_free(FlashSale(offer_id="sale", scope=TEA, percent=Fraction(10), stacking=lane)) is None


def total(lines, *written):
    """The total of lines by the bounds of scenarios: (price, number, floor) of units of tea."""
    bought = tuple(
        BasketLine(f"p{n}", count, unit, ("tea",), floor_minor=floor) for n, (unit, count, floor) in enumerate(lines)
    )
    offers = read_offers([{"id": f"o{n}", "lane": "product", **one} for n, one in enumerate(written)], None, "USD")
    with patch.object(branch_and_bound, "SO_FEW", 0):
        return price(Basket("USD", bought), offers, NOW).total_minor


def free(buy, **more):
    """An offer that stacks."""
    return {"kind": "buy_x_get_y", "buy": buy, "get": 1, "stackable": True, **more}


def rival(percent):
    """An offer that comes first, and beside which none of the others applies in its lane."""
    return {"kind": "coupon", "percent": percent, "priority": 3}


DECOY = {**PAIR, "percent": 10, "stackable": True}
"""It takes the two most expensive units first, so that too few are left to get one."""


def test_behind_a_sale_that_may_come_more_is_got_than_the_cheapest_unit_now():
    """It leaves 0, 40 and 40, of which one is got; 40 % off would leave 48."""
    sale = {"kind": "flash_sale", "percent": 60, "lane": "flash_sale", "stackable": True}
    assert total([(1, 1, 0), (100, 2, 0)], sale, rival(40), DECOY, free(1)) == 40


def test_a_bundle_that_may_not_have_the_most_expensive_units_leaves_them():
    """The sale leaves four units at 40 that the bundle may not take: it takes 1 off 20, and one of the four is got."""
    sale = {"kind": "flash_sale", "products": "p0", "percent": 60, "priority": 2, "stackable": True}
    decoy = {"kind": "coupon", "percent": 5, "most_expensive": 1, "priority": 1, "stackable": True}
    assert total([(100, 4, 0), (10, 2, 0)], rival(65), sale, decoy, PAIR, free(3)) == 139


def test_a_unit_at_its_floor_is_not_what_is_got():
    assert total([(10, 1, 10), (100, 2, 0)], rival(40), DECOY, free(1)) == 110


def test_a_unit_of_a_line_that_a_sale_has_reduced_is_not_what_is_got_at_full_price():
    sale = {"kind": "flash_sale", "products": "p0", "percent": 10, "lane": "flash_sale", "stackable": True}
    assert total([(10, 1, 0), (100, 2, 0)], sale, rival(40), DECOY, free(1, only_full_price=True)) == 109


def made(rng, name):
    """An offer of those that decide here, on one or two categories, perhaps at full price only."""
    scope = rng.choice([EVERYTHING, TEA, TEA, FULL_PRICE])
    priority, lane = rng.choice([0, 0, 1]), rng.choice([None, None, Lane.PRODUCT])
    common = {"offer_id": name, "stacking": Stacking(stackable=rng.random() < 0.5, priority=priority, lane=lane)}
    return rng.choice(
        [
            BuyXGetY(**common, scope=scope, buy=rng.randint(1, 2), get=1),
            BuyXGetY(**common, scope=scope, buy=1, get=1, percent=Fraction(50)),
            Bundle(**common, parts=((scope, 2),), percent=Fraction(10)),
            Coupon(**common, scope=scope, percent=Fraction(50), cheapest=1),
            Coupon(**common, scope=scope, percent=Fraction(50), most_expensive=1),
            Coupon(**common, scope=scope, amount_minor=30),
            FlashSale(**common, scope=TEA, percent=Fraction(60), stock=rng.choice([None, 1])),
        ]
    )


def lines_of(rng):
    """Three lines of one or two units, some of which cost next to nothing or have a floor."""
    units = [rng.choice([rng.randrange(1, 4), rng.randrange(1, 90)]) for _ in range(3)]
    floor = rng.choice([0, 0, 0, 1])
    return tuple(
        BasketLine(
            f"p{n}", rng.randint(1, 2), unit, rng.choice([("tea",), ("tea",), ()]), floor_minor=floor * unit // 2
        )
        for n, unit in enumerate(units)
    )


def test_the_search_finds_what_the_simpler_bounds_find():
    for seed in range(80):
        rng = random.Random(seed)
        lines, totals = lines_of(rng), []
        offers = [made(rng, f"o{n}") for n in range(6)]
        for so_few in (0, 10):
            with patch.object(branch_and_bound, "SO_FEW", so_few):
                totals.append(price(Basket("USD", lines), offers, NOW, StackingPolicy(effort=10**9)).total_minor)
        assert totals[0] == totals[1], seed
