"""What is believed of growth before a log is looked at."""

import numpy as np
import pytest

from offerloop.response import OfferTerms
from offerloop.response.shown.growth.priors import USUAL_GROWTH, growth_priors

SEVERAL = tuple(OfferTerms(f"{kind}-{depth}", kind, depth) for kind in ("coupon", "flash_sale") for depth in (0.1, 0.2))


def usual(exposure_probability):
    """(priors, 4): usual growth, and how likely it is beforehand."""
    some = [prior for prior in growth_priors(SEVERAL, exposure_probability) if np.any(prior.mean)]
    return np.array([prior.mean for prior in some]), np.array([prior.weight for prior in some])


@pytest.mark.parametrize("exposure_probability", [0.0, 0.5, 1.0])
def test_usual_growth_is_as_likely_as_any_form(exposure_probability):
    forms = [prior.weight for prior in growth_priors(SEVERAL, exposure_probability) if not np.any(prior.mean)]
    assert usual(exposure_probability)[1].sum() == pytest.approx(1.0)
    assert sum(forms) == pytest.approx(1.0)


@pytest.mark.parametrize(("exposure_probability", "shallow_over_deep"), [(0.0, 0.75), (0.5, 0.875), (1.0, 1.0)])
def test_an_exposure_effect_is_the_same_at_any_depth(exposure_probability, shallow_over_deep):
    means, weights = usual(exposure_probability)
    shallow, deep = weights @ means[:, 0], weights @ means[:, 1]
    assert deep == pytest.approx(np.mean(USUAL_GROWTH))
    assert shallow / deep == pytest.approx(shallow_over_deep)


def test_depths_of_one_offer_are_alike_beforehand():
    means = [prior.mean for prior in growth_priors(SEVERAL[:2], 0.0) if np.any(prior.mean)]
    assert len(means) == len(USUAL_GROWTH)
    assert np.ptp(means, axis=1).max() == 0
