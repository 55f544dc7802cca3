"""The mean growth by each depth: answers that are known because the log was made with them."""

import numpy as np
import pytest
from growing_shop import FORMS, Shop

from offerloop.response import NO_OFFER_TERMS, OfferTerms
from offerloop.response.shown.growth.model import Growth


@pytest.mark.parametrize("form", FORMS)
def test_any_form_of_depth_is_found(form):
    shop = Shop(FORMS[form])
    found = Growth.fit(shop.log())
    relative = found.f * found.usual.mean * found.usual.over_mean(shop.now()).mean() / 100
    np.testing.assert_allclose(relative, FORMS[form], atol=0.08)
    assert (np.abs(relative - FORMS[form]) < 5 * found.f_se + 0.05).all()


def test_a_deeper_offer_that_surely_brings_less_leaves_shallower_ones_what_they_bring():
    """As where it is sent by a channel that customers dislike."""
    form = np.array([0.0, 0.2, 0.25, 0.3, -0.3])
    found = Growth.fit(Shop(form).log()).f
    np.testing.assert_allclose(found[1:4], form[1:4], atol=0.08)
    assert found[4] == 0


def test_deeper_offers_that_seem_to_bring_less_bring_as_much_where_that_may_be_noise():
    found = [Growth.fit(Shop(np.array([0.0, 0.2, 0.2, 0.2, 0.2]), seed=seed, spread=2.0).log()) for seed in range(6)]
    assert any((np.diff(one.estimate.each) < 0).any() for one in found)
    assert all((np.diff(one.f) >= 0).all() for one in found)


def test_noisy_offers_of_several_kinds_are_believed_to_grow_with_their_depth():
    """Half the depth brings half as much; a kind alone says little, and being shown any offer brings nothing."""
    kinds = ("coupon", "flash_sale", "direct", "spend_and_save")
    offers = (NO_OFFER_TERMS, *(OfferTerms(f"{kind}-{depth}", kind, depth) for kind in kinds for depth in (0.1, 0.2)))
    form = np.array([0.0, *(0.1, 0.2) * 4])
    found = [Growth.fit(Shop(form, offers=offers, seed=seed, spread=2.0).log()).f[1:] for seed in range(6)]
    shallow, deep = np.reshape(found, (-1, 2)).mean(axis=0)
    assert 0.4 < shallow / deep < 0.7


def test_offers_that_seem_to_do_harm_are_left_a_little_where_they_are_for_sure_to_do_none():
    form = -0.2 * (np.arange(5) > 0)
    log = Shop(form, spread=3.0).log()
    assert (Growth.fit(log).f[1:] < 0.002).all()
    hopeful = Growth.fit(log, never_harms=True).f[1:]
    assert (hopeful > 0).all()
    assert (hopeful < 0.1).all()
    assert Growth.fit(log).estimate.is_open


def test_a_log_that_could_have_shown_what_is_usual_is_believed():
    log = Shop(-0.2 * (np.arange(5) > 0), spread=0.2).log()
    believed = Growth.fit(log)
    np.testing.assert_array_equal(Growth.fit(log, never_harms=True).f, believed.f)
    assert not believed.estimate.is_open


@pytest.mark.parametrize("seed", range(3))
def test_a_test_tells_offers_that_bring_growth_from_those_that_bring_none(seed):
    form = np.where(np.arange(5) > 2, 0.15, 0.0)
    estimate = Growth.fit(Shop(form, spread=0.2, seed=seed).log()).estimate
    assert estimate.is_shown(np.array([2, 3]))
    assert not estimate.is_shown(np.array([], dtype=np.int64))
