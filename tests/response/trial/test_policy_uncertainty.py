"""Draws by sums over folds are draws by rows."""

from dataclasses import replace

import numpy as np
import pytest

from offerloop.response import NO_OFFER_TERMS, Evidence, OfferTerms, Spending, study_trial
from offerloop.response.estimators.outcome import OutcomeModel
from offerloop.response.estimators.ridge_t import RidgeTLearner

LETTERS = (NO_OFFER_TERMS, OfferTerms("a", "a", 1.0), OfferTerms("b", "b", 1.0))
DEPTHS = (NO_OFFER_TERMS, OfferTerms("10%", "percent", 0.1), OfferTerms("20%", "percent", 0.2))


def customers(offers, own, n=1_200):
    rng = np.random.default_rng(5)
    x, action = rng.normal(size=(n, 3)), rng.integers(0, 3, n)
    effect = np.array([0.0, 0.1, 0.12])[action] + own * x[:, 0] * (action > 0)
    return Evidence(x, action, x[:, 1] + effect + rng.normal(size=n), np.full((n, 3), 1 / 3), offers)


@pytest.mark.parametrize("spending", [Spending(), Spending(most_treated=0.3)])
@pytest.mark.parametrize(("offers", "paid"), [(LETTERS, None), (DEPTHS, None), (LETTERS, (0.0, 0.05, 0.1))])
@pytest.mark.parametrize("own", [0.05, 0.5])
def test_draws_by_sums_are_those_by_rows(offers, paid, own, spending):
    value = customers(offers, own)
    cost = None if paid is None else replace(value, outcome=np.array(paid)[value.action])
    study = study_trial(value, cost, spending, 1, {"outcome": OutcomeModel(), "ridge_t": RidgeTLearner()})
    drawn = list(zip(study.draws.signs, study.draws.offers, strict=True))
    by_sums = [study.draws.error_by_sums(*draw) for draw in drawn]
    np.testing.assert_allclose(by_sums, [study.draws.error_by_rows(*draw) for draw in drawn], atol=1e-8)
    assert np.ptp(by_sums) > 1
