"""What holds for every basket under all offers."""

from dataclasses import replace
from itertools import combinations
from math import ceil
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_baskets import baskets, offer_lists, policies

from offerloop.offers import (
    DEFAULT_POLICY,
    Basket,
    OfferSet,
    Remainder,
    StackingChoice,
    StackingPolicy,
    price,
    price_each,
    refund_kept,
    refund_repriced,
)
from offerloop.offers.kinds.bundle import Bundle
from offerloop.offers.kinds.combined import Combined
from offerloop.offers.pricing.candidates import Candidate, apply, candidate
from offerloop.offers.pricing.choosing import turn_of
from offerloop.offers.pricing.running import Running
from offerloop.offers.pricing.search import branch_and_bound, by_scenario
from offerloop.offers.pricing.search.rivals import find_rivals
from offerloop.offers.pricing.ties import by_content, by_membership, find_ways
from offerloop.offers.shortfall import Shortfall

NOW = 1_768_478_400


def check_money(basket, found):
    """Every figure adds up, and nothing is below its floor or above its list price."""
    for line in found.lines:
        shelf = line.line.amount_minor if line.line.counts else 0
        assert shelf + sum(one.amount_minor for one in line.adjustments) == line.paid_minor
        assert sum(count * cost for count, cost in line.units) == line.paid_minor
        assert sum(count for count, _ in line.units) == (line.line.quantity if line.line.counts else 0)
        most = line.line.unit_minor + bool(line.line.extra_minor)
        assert all(line.line.floor <= cost <= most for _, cost in line.units)
        assert all(one.amount_minor < 0 for one in line.adjustments)
    assert 0 <= found.shipping_minor <= basket.shipping_minor
    for shipment in found.shipments:
        off = sum(one.amount_minor for one in shipment.adjustments)
        assert 0 <= shipment.paid_minor == shipment.shipment.price_minor + off
    assert found.shipping_minor == sum(one.paid_minor for one in found.shipments)
    assert found.total_minor == sum(one.paid_minor for one in found.lines) + found.shipping_minor
    assert sum(one.off_minor for one in found.applied) == found.discount_minor
    assert all(0 <= one.funded_minor <= one.off_minor for one in found.applied)


def a_product_alone_costs_what_a_basket_of_it_costs(basket, offers, policy, rng):
    del rng
    basket, offers = replace(basket, shipping_minor=0), offers[:3]
    asked = offers[0].offer_id if offers else None
    for one in price_each(basket.lines, basket, offers, NOW, policy, asked):
        found = price(replace(basket, lines=(one.line,)), offers, NOW, policy)
        assert one.paid_minor == found.goods_minor
        assert list(one.offer_ids) == [applied.offer_id for applied in found.applied]
        assert [one.why_not] == ([two.why for two in found.rejected if two.offer_id == asked] or [None])


def money_adds_up(basket, offers, policy, rng):
    """So it does by priority, every offer is applied or rejected, and the discount stays below the maximum."""
    del rng
    check_money(basket, price(basket, offers, NOW, replace(policy, choice=StackingChoice.PRIORITY)))
    found = price(basket, offers, NOW, policy)
    check_money(basket, found)
    said = sorted([one.offer_id for one in found.applied] + [one.offer_id for one in found.rejected])
    assert said == sorted(one.offer_id for one in offers)
    most = policy.most(found.goods_before_minor)
    assert most is None or found.discount_minor <= most


def the_order_of_offers_does_not_matter(basket, offers, policy, rng):
    shuffled = rng.sample(offers, len(offers))
    one, other = price(basket, offers, NOW, policy), price(basket, shuffled, NOW, policy)
    assert (one.lines, one.applied, one.rejected) == (other.lines, other.applied, other.rejected)
    again = price(basket, offers, NOW, policy)
    assert (one.lines, one.applied, one.rejected) == (again.lines, again.applied, again.rejected)


def parts_shuffled(offer, rng):
    return (
        replace(offer, parts=tuple(rng.sample(offer.parts, len(offer.parts)))) if isinstance(offer, Bundle) else offer
    )


def without_places(policy):
    """The policy where what cannot be divided does not go by the place of lines."""
    arithmetic = policy.arithmetic
    by_place = arithmetic.remainder in (Remainder.FIRST_UNIT, Remainder.LAST_LINE)
    other = Remainder.PER_UNIT if arithmetic.remainder is Remainder.FIRST_UNIT else Remainder.LARGEST
    return replace(policy, arithmetic=replace(arithmetic, remainder=other)) if by_place else policy


def the_order_of_lines_and_of_parts_decides_nothing(basket, offers, policy, rng):
    policy = without_places(policy)
    order = rng.sample(range(len(basket.lines)), len(basket.lines))
    moved = replace(basket, lines=tuple(basket.lines[place] for place in order))
    one = price(basket, offers, NOW, policy)
    other = price(moved, [parts_shuffled(offer, rng) for offer in offers], NOW, policy)
    assert (one.total_minor, one.shipping_minor) == (other.total_minor, other.shipping_minor)
    paid = [sorted((repr(line.line), line.paid_minor) for line in found.lines) for found in (one, other)]
    assert paid[0] == paid[1]


def renamed(scope, names):
    """The scope with other names of products, and so what is left out of it."""
    but = None if scope.but is None else renamed(scope.but, names)
    return replace(scope, products=frozenset(names[name] for name in scope.products), but=but)


def with_names(offer, names):
    """The offer about products of other names."""
    changes = {"scope": renamed(offer.scope, names)}
    if isinstance(offer, Bundle):
        changes["parts"] = tuple((renamed(scope, names), count) for scope, count in offer.parts)
    if isinstance(offer, Combined):
        changes["parts"] = tuple(with_names(part, names) for part in offer.parts)
    return replace(offer, **changes)


def what_products_are_called_decides_nothing(basket, offers, policy, rng):
    policy, names = without_places(policy), dict(zip("abcdef", rng.sample("abcdef", 6), strict=True))
    other = replace(basket, lines=tuple(replace(line, product_id=names[line.product_id]) for line in basket.lines))
    found = [price(basket, offers, NOW, policy), price(other, [with_names(one, names) for one in offers], NOW, policy)]
    assert found[0].total_minor == found[1].total_minor
    assert [one.offer_id for one in found[0].applied] == [one.offer_id for one in found[1].applied]


def where_remainders_go_by_the_place_of_lines_they_move_minor_units_only(basket, offers, policy, rng):
    """One offer alone, so that no other one is measured at a price that a minor unit has moved."""
    basket = replace(basket, lines=tuple({line.unit_minor: line for line in basket.lines}.values()))
    order = rng.sample(range(len(basket.lines)), len(basket.lines))
    moved = replace(basket, lines=tuple(basket.lines[place] for place in order))
    one, other = price(basket, offers[:1], NOW, policy), price(moved, offers[:1], NOW, policy)
    for new, old in enumerate(order):
        quantity = basket.lines[old].quantity
        assert abs(other.lines[new].paid_minor - one.lines[old].paid_minor) <= quantity


def the_gap_is_never_less_than_what_a_better_choice_saves(basket, offers, policy, rng):
    effort = rng.randint(1, 60)
    hasty, best = (price(basket, offers, NOW, one) for one in (replace(policy, effort=effort), policy))
    assert hasty.total_minor - hasty.gap_minor <= best.total_minor <= hasty.total_minor


@given(baskets(), offer_lists(), policies, st.randoms())
def test_what_holds_of_every_basket(basket, offers, policy, rng):
    """All on the same baskets, as drawing one takes ten times as long as to price it."""
    a_product_alone_costs_what_a_basket_of_it_costs(basket, offers, policy, rng)
    money_adds_up(basket, offers, policy, rng)
    the_order_of_offers_does_not_matter(basket, offers, policy, rng)
    the_order_of_lines_and_of_parts_decides_nothing(basket, offers, policy, rng)
    what_products_are_called_decides_nothing(basket, offers, policy, rng)
    where_remainders_go_by_the_place_of_lines_they_move_minor_units_only(basket, offers, policy, rng)
    the_gap_is_never_less_than_what_a_better_choice_saves(basket, offers, policy, rng)


@given(baskets(), offer_lists(most=20), policies)
def test_money_adds_up_by_the_fast_rule(basket, offers, policy):
    check_money(basket, price(basket, offers, NOW, replace(policy, effort=0)))


@given(baskets(), offer_lists(most=7, after=False), policies)
def test_one_more_offer_never_raises_the_total(basket, offers, policy):
    found = [price(basket, offers[:n], NOW, policy) for n in range(len(offers) + 1)]
    totals = [one.total_minor for one in found if not one.gap_minor]
    assert totals == sorted(totals, reverse=True)


def with_least_prices(basket, policy):
    """The basket with a floor of each unit, where no more than a share and an amount are taken off it."""
    share, amount = policy.most_line_share, policy.most_unit_minor
    floors = [
        max(
            line.floor_minor,
            0 if share is None else ceil(line.unit_minor * (1 - share)),
            0 if amount is None else line.unit_minor - amount,
        )
        for line in basket.lines
    ]
    lines = [replace(line, floor_minor=floor) for line, floor in zip(basket.lines, floors, strict=True)]
    return replace(basket, lines=tuple(lines))


def best_of_all_sets(basket, offers, policy):
    """The lowest total among all sets without a conflict, and of the exclusive offers alone.

    And whether they were tried with lines that tie in all orders, and as often as they can be used.
    """
    basket, policy = with_least_prices(basket, policy), replace(policy, most_line_share=None, most_unit_minor=None)
    basket = basket.in_order(by_content(basket, policy))
    basket = basket.in_order(by_membership(basket, OfferSet.of(offers).near(basket), policy))
    start = Running.of(basket)
    most = policy.most(sum(basket.amounts))
    least = 0 if most is None else max(0, start.total - most)
    all_found = [candidate(ready, basket, NOW, start, policy) for ready in OfferSet.of(offers).ready]
    found = sorted((one for one in all_found if isinstance(one, Candidate)), key=turn_of(policy))
    together = [one for one in found if not one.ready.offer.stacking.exclusive]
    find_rivals([one for one in together if one.worth or not one.quick], start, grows=True, ties=True)
    complete = find_ways(together, basket)
    alone = [after_all([one], basket, start, least) for one in found if one.ready.offer.stacking.exclusive]
    sets = (
        some
        for size in range(len(together) + 1)
        for some in combinations(together, size)
        if not any(one.conflicts(other) for one, other in combinations(some, 2))
    )
    tried = [*alone, *(after_all(some, basket, start, least) for some in sets)]
    return min([total for total, _ in tried]), complete and all(complete for _, complete in tried)


def after_all(some, basket, state, least):
    """The lowest total after these offers, each used as often as it can or less often; whether all numbers were tried.

    One that takes nothing off uses no units either.
    """
    if not some:
        return state.total, True
    totals, complete = [], not some[0].leaves_out(state)
    for used in some[0].ways(state):
        new = apply(used, basket, state, least)
        unchanged = isinstance(new, Shortfall) or new.total == state.total
        total, all_numbers = after_all(some[1:], basket, state if unchanged else new, least)
        totals.append(total)
        complete = complete and all_numbers
    return min(totals), complete


@given(baskets(), offer_lists(most=7), policies, st.sampled_from([(0, 1), (0, 10**9), (branch_and_bound.SO_FEW, 1)]))
def test_no_set_of_offers_is_better(basket, offers, policy, sizes):
    """With the bounds of scenarios before and after the easy part, and with the simpler ones that do for few offers."""
    with patch.object(branch_and_bound, "SO_FEW", sizes[0]), patch.object(by_scenario, "EASY", sizes[1]):
        found = price(basket, offers, NOW, policy)
    lowest, complete = best_of_all_sets(basket, offers, policy)
    assert found.total_minor == lowest
    assert not (complete and found.gap_minor)


def returns_give_back_what_was_paid_and_no_more(basket, paid, rng):
    before, total = {}, 0
    left = {place: line.quantity for place, line in enumerate(basket.lines) if line.counts}
    while left and rng.randint(0, 1):
        place = rng.choice(sorted(left))
        count = rng.randint(1, left[place])
        total += refund_kept(paid, {place: count}, before).total_minor
        before[place] = before.get(place, 0) + count
        left[place] -= count
        left = {place: count for place, count in left.items() if count}
        assert 0 <= total <= paid.total_minor
    rest = refund_kept(paid, left, before).total_minor
    assert total + rest == (paid.total_minor if before or left else 0)


def returns_priced_again_give_back_no_more_than_was_paid(basket, offers, paid, rng):
    before, total = {}, 0
    for place, line in enumerate(basket.lines):
        if line.counts:
            count = rng.randint(0, line.quantity)
            back = refund_repriced(paid, basket, {place: count}, lambda one: price(one, offers, NOW), before, total)
            before[place] = count
            total += back
            assert back >= 0
            assert total <= paid.total_minor
    if before and all(count == basket.lines[place].quantity for place, count in before.items()):
        assert total == paid.total_minor


@given(baskets(), offer_lists(), st.randoms())
def test_returns_give_back_what_was_paid(basket, offers, rng):
    paid = price(basket, offers, NOW)
    returns_give_back_what_was_paid_and_no_more(basket, paid, rng)
    returns_priced_again_give_back_no_more_than_was_paid(basket, offers, paid, rng)


@pytest.mark.parametrize("policy", [DEFAULT_POLICY, StackingPolicy(StackingChoice.PRIORITY)], ids=["best", "priority"])
def test_an_empty_basket_costs_its_shipping(policy):
    assert price(Basket("USD", (), 500), [], NOW, policy).total_minor == 500
