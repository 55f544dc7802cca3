"""One discount at several depths: what tells it from other offers."""

from offerloop.response.ladder import is_ladder
from offerloop.response.terms import NOTHING, Terms

OFFERS = (NOTHING, *(Terms(f"off-{depth:g}", "coupon", depth) for depth in (0.1, 0.2, 0.3)))


def test_only_depths_of_one_discount_are_a_ladder():
    assert is_ladder(OFFERS)
    assert not is_ladder((*OFFERS, Terms("save", "spend_and_save", 5.0, 20.0)))
    assert not is_ladder(OFFERS[:2])
    assert not is_ladder((*OFFERS, Terms("another", "coupon", 0.3)))
