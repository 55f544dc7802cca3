from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.money import to_text
from offerloop.offers import liability_minor, read_offers


def coupon(**terms):
    (offer,) = read_offers([{"kind": "coupon", "percent": 10, **terms}], [], "USD")
    return offer


@pytest.mark.parametrize(
    ("most", "funded", "ours"),
    [("5.00", 0, 500), ("5.00", 0.75, 125), ("0.99", 0.75, 25), ("0.01", 0.99, 1), ("5.00", 1, 0), ("3.00", 0.1, 270)],
)
def test_our_part_of_the_largest_discount_is_rounded_up(most, funded, ours):
    assert liability_minor(coupon(max_discount=most, funded_share=funded)) == ours


@given(st.integers(1, 10**9), st.decimals(0, 1, places=4))
def test_it_covers_our_part_and_not_a_minor_unit_more(most, funded):
    ours = liability_minor(coupon(max_discount=to_text(most, "USD"), funded_share=float(funded)))
    exact = most * (1 - Fraction(funded))
    assert exact <= ours < exact + 1


def test_without_a_maximum_there_is_none():
    assert liability_minor(coupon(funded_share=0.9)) is None
