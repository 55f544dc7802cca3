"""Offers of single units on lines of several units: exact, and never costlier with one more offer."""

from dataclasses import replace

import pytest

from offerloop.offers import Basket, BasketLine, OfferSet, StackingPolicy, price, read_offers
from offerloop.offers.pricing.candidates import candidate, find_conflicts
from offerloop.offers.pricing.choosing import turn_of
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search.chosen import Chosen
from offerloop.offers.pricing.search.local import LocalSearch

NOW = 1_768_478_400
LINES = (
    (3, 400, "soap"), (1, 1_000, "rice"), (2, 333, "soap"), (2, 200, "soap"), (3, 200, "rice"), (1, 1_000, "soap"),
)  # fmt: skip
COUPON = {"kind": "coupon"}
STEPS = {**COUPON, "steps": [10, 20, 30]}
TWO_UNITS = {**COUPON, "percent": 20, "each_unit": True, "max_units": 2}
WALLET = (
    {**STEPS, "stackable": True, "priority": 1},
    {**TWO_UNITS, "stackable": True, "priority": 2, "on": "soap"},
    TWO_UNITS,
    {"kind": "bundle", "parts": [{"count": 2}], "price": "7", "stackable": True},
    {**COUPON, "percent": 33, "stackable": True, "on": "soap"},
    {"kind": "bundle", "parts": [{"count": 2}], "price": "10", "priority": 1},
    STEPS,
    {**COUPON, "percent": 50, "stackable": True, "on": "soap"},
    {**TWO_UNITS, "priority": 1, "on": "soap"},
    {"kind": "buy_x_get_y", "buy": 2, "get": 1, "stackable": True},
)


def basket():
    lines = [
        BasketLine(f"p{place}", count, unit, categories=(category,))
        for place, (count, unit, category) in enumerate(LINES)
    ]
    return Basket("USD", tuple(lines))


def offers(wallet=WALLET):
    return read_offers([{"id": f"o{place}", **one} for place, one in enumerate(wallet)], None, "USD")


def test_ten_offers_on_twelve_units_are_exact_and_one_more_raises_nothing():
    wallet = offers()
    priced = [price(basket(), wallet[:number], NOW) for number in range(len(wallet) + 1)]
    assert [one.gap_minor for one in priced] == [0] * len(priced)
    totals = [one.total_minor for one in priced]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] == 1_425


def test_six_offers_on_lines_that_tie_are_exact():
    """Two pairs of lines are equal but for their names, so that each offer may take them in any order."""
    lines = [
        replace(line, quantity=min(line.quantity, count))
        for line, count in zip(basket().lines, (1, 1, 1, 2, 2, 1), strict=True)
    ]
    bought = Basket("USD", tuple(lines))
    priced = [price(bought, offers(WALLET[:number]), NOW) for number in (5, 6)]
    assert [(one.total_minor, one.gap_minor) for one in priced] == [(1_518, 0), (1_518, 0)]


def candidates():
    start = Running.of(basket())
    policy = StackingPolicy()
    found = [candidate(ready, basket(), NOW, start, policy) for ready in OfferSet.of(offers()).ready]
    return start, sorted(found, key=turn_of(policy))


def test_a_search_near_a_set_takes_only_what_lowers_the_total():
    start, order = candidates()
    conflicts = find_conflicts(order)
    best = LocalSearch(order, conflicts, start.basket, 0, Chosen([], [start]), effort=1_000).run()
    assert 1_425 <= best.total < 2_000
    places = [order.index(one) for one in best.taken]
    assert not any(conflicts[one] >> other & 1 for one in places for other in places)
    again = LocalSearch(order, conflicts, start.basket, 0, best, effort=1_000)
    assert again.run() is best
    assert LocalSearch(order, conflicts, start.basket, 0, Chosen([], [start]), effort=0).run().total == start.total


@pytest.mark.parametrize("effort", [200, 2_000])
def test_where_the_effort_does_not_suffice_the_gap_holds(effort):
    hasty, best = (price(basket(), offers(), NOW, StackingPolicy(effort=one)) for one in (effort, 60_000))
    assert hasty.total_minor - hasty.gap_minor <= best.total_minor <= hasty.total_minor
