"""What offers take off units that each is taken at most once: never more than the bound says, which is close."""

from itertools import product
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from offerloop.offers.pricing.search.cover import Taker, Units, least_cover, worth_most

THREE = Units([0, 1, 2], [1, 1, 1])


def test_units_are_taken_by_those_that_take_most_off_them():
    assert least_cover([Taker([5, 3, 0], inf, 100, 3), Taker([4, 4, 1], inf, 100, 7)], THREE) == 5 + 4 + 1


def test_an_offer_takes_no_more_units_than_it_uses():
    assert least_cover([Taker([5, 3, 0], 1, 100, 3)], THREE) == 5
    assert worth_most([5, 3, 0], 1, THREE.counts) == 5


def test_an_offer_counts_as_a_whole_where_that_is_less():
    assert least_cover([Taker([5, 7, 0], inf, 2, 3), Taker([4, 4, 1], inf, 100, 7)], THREE) == 2 + 4 + 4 + 1


def test_the_units_that_an_offer_uses_are_lost_to_the_others():
    """Three for two takes 6 off and uses all units, which bring the others 5; used by nobody else it is worth 6."""
    takes_all = Taker([2, 2, 2], inf, 6, 7, [0, 6], 3)
    others = Taker([1, 1, 3], inf, 100, 7)
    assert least_cover([takes_all, others], THREE) == 6
    assert least_cover([takes_all], THREE) == 6
    assert least_cover([takes_all._replace(by_times=[0, 4]), others], THREE) == 5


def test_an_offer_may_be_used_less_often():
    """Used twice it takes 6 off and four units, of which two are worth 5 each to others; once the cheaper two."""
    units = Units([0, 1], [2, 2])
    twice = Taker([9, 9], inf, 6, 3, [0, 4, 6], 2)
    assert least_cover([twice, Taker([1, 5], inf, 100, 3)], units) == 4 + 10
    assert least_cover([twice._replace(by_times=[0, -1, 6]), Taker([1, 5], inf, 100, 3)], units) == 12


@st.composite
def takers(draw):
    """Three offers on four units: what each takes off each unit and in all, and how many units it uses each time."""
    some = []
    for _ in range(3):
        gains = draw(st.lists(st.integers(0, 9), min_size=4, max_size=4))
        size = draw(st.sampled_from([0, 2]))
        some.append((gains, draw(st.integers(1, 4)), draw(st.integers(0, 20)), size))
    return some


def taken_off(some, by_unit):
    """What they take off where each unit goes to one of them or to none; None where it cannot be."""
    total = 0
    for place, (gains, units, whole, size) in enumerate(some):
        its = [gain for gain, to in zip(gains, by_unit, strict=True) if to == place]
        if len(its) > units or (size and len(its) % size):
            return None
        total += min(whole, sum(its))
    return total


@given(takers())
def test_it_is_never_less_than_what_the_best_division_of_units_takes_off(some):
    bounds = []
    for gains, units, whole, size in some:
        by_size = [min(whole, sum(sorted(gains, reverse=True)[:number])) for number in range(0, units + 1, size or 9)]
        bounds.append(Taker(gains, units, whole, 15, by_size if size else (), size))
    divisions = [taken_off(some, by_unit) for by_unit in product(range(4), repeat=4)]
    assert least_cover(bounds, Units(range(4), [1] * 4)) >= max(one for one in divisions if one is not None) - 1e-9
