"""What all steps leave, and how much that falls with prices before them."""

from math import inf, isclose
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from offerloop.offers.pricing.search.slopes import StepsLeft
from offerloop.offers.pricing.search.steps import Step, StepGroup

N = 3
lines = st.lists(st.integers(0, N - 1), min_size=1, unique=True).map(tuple)
prices = st.lists(st.floats(0, 1_000), min_size=N, max_size=N)


@st.composite
def groups(draw):
    """Percentages, amounts, capped percentages, and several of them of which the largest counts."""
    found, place = [], 1
    for _ in range(draw(st.integers(0, 5))):
        of_lines, options = draw(lines), []
        for _ in range(draw(st.integers(1, 2))):
            most = draw(st.sampled_from([inf, 1.0, 200.0, 900.0]))
            options.append(Step(place, of_lines, 1.0 if most == 900 else draw(st.floats(0, 1)), most))
            place += 1
        found.append(StepGroup.of(options))
    return found


def left(some, amounts):
    """What is left, computed step by step."""
    amounts = list(amounts)
    for group in some:
        total = sum(amounts[line] for line in group.first.lines)
        off = max(min(total * step.rate, step.most) for step in group.steps)
        for line in group.first.lines:
            amounts[line] *= 1 - off / total if total > off else 0
    return sum(amounts)


@given(groups(), prices, st.lists(st.floats(0, 1), min_size=N, max_size=N))
def test_the_end_falls_by_no_more_than_the_slopes_say(some, amounts, shares):
    lower = [price * share for price, share in zip(amounts, shares, strict=True)]
    off = [price - less for price, less in zip(amounts, lower, strict=True)]
    steps = StepsLeft.of(SimpleNamespace(places=[0], lines=N), 0, some, 0.0)
    behind = steps.behind(amounts, {0: sum(off)})
    assert isclose(behind.end, left(some, amounts), abs_tol=1e-6)
    for one in (behind, steps.behind(amounts, {0: sum(off)}, with_all_maxima=False)):
        fallen = sum(slope * part for slope, part in zip(one.slopes[0], off, strict=True))
        assert left(some, lower) >= one.end - fallen - 1e-6


def test_an_amount_off_lines_of_unequal_worth_counts_at_their_mean():
    """30.00 off two lines of 100.00, of which the second is free in the end."""
    some = [StepGroup.of([Step(1, (0, 1), 1.0, 30.0)]), StepGroup.of([Step(2, (1,), 1.0, inf)])]
    behind = StepsLeft.of(SimpleNamespace(places=[0], lines=2), 0, some, 0.0).behind([100.0, 100.0], {0: 50.0})
    assert isclose(behind.end, 85.0)
    assert [round(slope, 3) for slope in behind.slopes[0]] == [0.925, 0.1]
    assert behind.bends_after == inf


def test_where_a_maximum_counts_at_high_prices_only_the_percentage_bounds_low_ones():
    """25 % and at most 30.00 off 150.00 that may fall by 90.00: 120.00 less 90.00, or 112.50 less three quarters."""
    some = [StepGroup.of([Step(1, (0,), 0.25, 30.0)])]
    steps = StepsLeft.of(SimpleNamespace(places=[0], lines=1), 0, some, 0.0)
    behind = [steps.behind([150.0], {0: 90.0}, with_all_maxima=each) for each in (True, False)]
    assert [round(one.bends_after, 9) for one in behind] == [30.0, 30.0]
    assert [one.end - 90 * one.slopes[0][0] for one in behind] == [30.0, 45.0]
    assert steps.behind([150.0], {0: 20.0}).bends_after == inf
    assert steps.behind([100.0], {0: 20.0}).bends_after == inf
