from dataclasses import replace

import numpy as np
import pytest

from offerloop.errors import EvidenceError
from offerloop.response.terms import NO_OFFER_TERMS, Coding, CoveredGoods, OfferTerms

TESTED = (
    NO_OFFER_TERMS,
    OfferTerms("ten", "coupon", 0.1),
    OfferTerms("twenty", "coupon", 0.2),
    OfferTerms("gift", "gift", 1.0),
)
CODING = Coding.of(TESTED)


def test_a_tested_offer_is_itself_whatever_it_is_called():
    np.testing.assert_array_equal(CODING.weights([OfferTerms("other name", "coupon", 0.2)])[:, 0], [0, 0, 1, 0])


def test_a_depth_between_two_is_made_of_both():
    np.testing.assert_allclose(CODING.weights([OfferTerms("x", "coupon", 0.175)])[:, 0], [0, 0.25, 0.75, 0])
    np.testing.assert_allclose(CODING.weights([OfferTerms("x", "coupon", 0.025)])[:, 0], [0.75, 0.25, 0, 0])


@pytest.mark.parametrize(
    "offer, says",
    [
        (OfferTerms("deep", "coupon", 0.3), "beyond what was tested"),
        (OfferTerms("new", "flash_sale", 0.1), "no tested offer is like"),
        (OfferTerms("narrow", "coupon", 0.1, goods=CoveredGoods(categories=("wine",))), "no tested offer is like"),
        (OfferTerms("high", "coupon", 0.1, threshold=5_000), "no tested offer is like"),
    ],
)
def test_what_nobody_tested_is_refused_with_what_would_help(offer, says):
    with pytest.raises(EvidenceError, match=says) as refused:
        CODING.columns([offer])
    assert "random share" in str(refused.value)


def test_an_offer_is_estimated_only_where_its_maximum_is_like_those_that_were_tested():
    ten, twenty = OfferTerms("ten", "coupon", 0.1, most=1_000), OfferTerms("twenty", "coupon", 0.2, most=2_000)
    coding, asked = Coding.of((NO_OFFER_TERMS, ten, twenty)), OfferTerms("x", "coupon")
    made_of = {
        (0.15, 1_500): [0, 0.5, 0.5],
        (0.15, 1_000): [0, 0.5, 0.5],
        (0.05, 500): [0.5, 0.5, 0],
        (0.15, 1_501): [0, 0.5, 0.5],
    }
    for (depth, most), weights in made_of.items():
        np.testing.assert_allclose(coding.weights([replace(asked, depth=depth, most=most)])[:, 0], weights)
    tighter, wider = ((0.15, 1), (0.1, 500), (0.05, 100)), ((0.1, 5_000), (0.15, 1_800), (0.05, 1_500))
    for depth, most in (*tighter, *wider, (0.1, 0), (0.15, 0), (0.05, 0)):
        with pytest.raises(EvidenceError, match="no tested offer is like"):
            coding.weights([replace(asked, depth=depth, most=most)])


def test_an_offer_without_a_maximum_is_estimated_only_between_those_that_have_none():
    capped, free = OfferTerms("ten", "coupon", 0.1, most=1_000), OfferTerms("twenty", "coupon", 0.2)
    asked = OfferTerms("x", "coupon", 0.15)
    with pytest.raises(EvidenceError, match="no tested offer is like"):
        Coding.of((NO_OFFER_TERMS, capped, free)).weights([asked])
    between = Coding.of((NO_OFFER_TERMS, replace(capped, most=0.0), free)).weights([asked])
    np.testing.assert_allclose(between[:, 0], [0, 0.5, 0.5])


def test_one_family_is_told_by_its_depth_alone_and_grows_with_it():
    one = Coding.of(TESTED[:3])
    assert one.monotone
    np.testing.assert_array_equal(one.columns(TESTED[:3]), [[0.0], [0.1], [0.2]])
    assert not Coding.of((NO_OFFER_TERMS, OfferTerms("a", "a", 1.0), OfferTerms("b", "b", 1.0))).monotone
